from django.apps import AppConfig


class PartnersConfig(AppConfig):
    name = "partners"
    verbose_name = "Partenaires et conventions"

    def ready(self) -> None:
        from core import middleware
        from partners import people

        middleware.resolve_acting = people.resolve_acting
