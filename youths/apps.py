from django.apps import AppConfig


class YouthsConfig(AppConfig):
    name = "youths"
    verbose_name = "Jeunes"

    def ready(self) -> None:
        from youths import history

        history.register()
