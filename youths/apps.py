from django.apps import AppConfig


class YouthsConfig(AppConfig):
    name = "youths"
    verbose_name = "Jeunes"

    def ready(self) -> None:
        from core.hooks import handovers
        from youths import handing_over, history, personal_data
        from youths.agreements import purposes

        handovers.register("youth", handing_over.YOUTHS)
        history.register()
        personal_data.register()
        purposes.register()
