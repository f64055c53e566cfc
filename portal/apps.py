from django.apps import AppConfig
from django.conf import settings


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = "Portail"

    def ready(self) -> None:
        from core.hooks import demo_people
        from portal import checks as checks

        if settings.DEMO:
            from portal.demo import accounts

            demo_people.provide(accounts)
