from django.apps import AppConfig


class PartnersConfig(AppConfig):
    name = "partners"
    verbose_name = "Partenaires et conventions"

    def ready(self) -> None:
        from core.hooks import acting_resolver, outbox_handlers, sirets_of
        from partners import history, invitations
        from partners.people import live_sirets, resolve_acting

        acting_resolver.provide(resolve_acting)
        sirets_of.provide(live_sirets)
        outbox_handlers.register(invitations.KIND, invitations.send)
        history.register()
