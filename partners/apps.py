from django.apps import AppConfig


class PartnersConfig(AppConfig):
    name = "partners"
    verbose_name = "Partenaires et conventions"

    def ready(self) -> None:
        from core.hooks import acting_resolver
        from partners import history
        from partners.people import resolve_acting

        acting_resolver.provide(resolve_acting)
        history.register()
