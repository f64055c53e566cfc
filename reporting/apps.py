from django.apps import AppConfig


class ReportingConfig(AppConfig):
    name = "reporting"
    verbose_name = "Pilotage"

    def ready(self) -> None:
        from core.hooks import (
            measure_commitments,
            measures,
            meeting_links,
            outbox_handlers,
            outbox_words,
            render_person_file,
            transition_applied,
            youth_erased,
        )
        from reporting import access, facts, history, personal_data, told
        from reporting import measures as measured
        from reporting.published import REQUEST, making
        from reporting.rendering import person

        personal_data.register()
        history.register()
        told.register()
        render_person_file.provide(person.render_person_file)
        transition_applied.connect(facts.record)
        youth_erased.connect(facts.fold)
        for code, kind in {"": measured.BY_EVIDENCE, **measured.KINDS}.items():
            measures.register(code, kind)
        measure_commitments.provide(measured.for_page)
        meeting_links.register("pack", access.links_of)
        outbox_handlers.register(REQUEST, making.ask)
        outbox_words.register(REQUEST, "Chiffres à actualiser")
