from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = "Suivi technique"

    def ready(self) -> None:
        from core import history, personal_data

        post_migrate.connect(history.sync, sender=self)
        personal_data.register()
