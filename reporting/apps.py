from django.apps import AppConfig


class ReportingConfig(AppConfig):
    name = "reporting"
    verbose_name = "Pilotage"

    def ready(self) -> None:
        from core.hooks import measures, transition_applied
        from reporting import facts
        from reporting import measures as measured

        transition_applied.connect(facts.record)
        for code, measure in measured.MEASURES.items():
            measures.register(code, measure)
