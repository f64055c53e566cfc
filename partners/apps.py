from django.apps import AppConfig


class PartnersConfig(AppConfig):
    name = "partners"
    verbose_name = "Partenaires et conventions"

    def ready(self) -> None:
        from core.hooks import (
            acting_resolver,
            alert_opened,
            mail_bounced,
            outbox_handlers,
            outbox_words,
            part_erased,
            roles_of,
            sirets_of,
            todo_sources,
            youth_erased,
        )
        from partners import alerts, history, personal_data, told
        from partners.committees import actions as committee_actions
        from partners.conventions import deadlines
        from partners.exporting import preparing
        from partners.people import bounces, handing_over, invitations, members, reviews

        acting_resolver.provide(members.resolve_acting)
        sirets_of.provide(members.live_sirets)
        roles_of.provide(members.roles_of)
        alert_opened.connect(alerts.tell)
        outbox_handlers.register(invitations.KIND, invitations.send)
        outbox_handlers.register(committee_actions.SETTLE, committee_actions.settle)
        outbox_words.register(invitations.KIND, "Courriel : une invitation")
        outbox_words.register(committee_actions.SETTLE, "Action de comité à clore")
        youth_erased.connect(preparing.forget_youth)
        part_erased.connect(preparing.forget_youth)
        mail_bounced.connect(bounces.tell)
        todo_sources.register(bounces.SUBJECT, bounces.cards)
        todo_sources.register(reviews.SUBJECT, reviews.cards)
        todo_sources.register(deadlines.SUBJECT, deadlines.cards)
        todo_sources.register(committee_actions.SUBJECT, committee_actions.cards)
        handing_over.register()
        history.register()
        personal_data.register()
        told.register()
