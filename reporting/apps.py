from django.apps import AppConfig


class ReportingConfig(AppConfig):
    name = "reporting"
    verbose_name = "Pilotage"

    def ready(self) -> None:
        from core.hooks import measures, outbox_handlers, transition_applied
        from reporting import facts, packs
        from reporting import measures as measured

        transition_applied.connect(facts.record)
        for code, measure in measured.MEASURES.items():
            measures.register(code, measure)
        outbox_handlers.register(packs.REQUEST, packs.request)
