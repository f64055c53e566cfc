from django.apps import AppConfig


class ReportingConfig(AppConfig):
    name = "reporting"
    verbose_name = "Pilotage"

    def ready(self) -> None:
        from core.hooks import measure_commitments, measures, outbox_handlers, transition_applied
        from reporting import facts, packs
        from reporting import measures as measured

        transition_applied.connect(facts.record)
        for code, kind in {"": measured.BY_EVIDENCE, **measured.KINDS}.items():
            measures.register(code, kind)
        measure_commitments.provide(measured.for_page)
        outbox_handlers.register(packs.REQUEST, packs.request)
