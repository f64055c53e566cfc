from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = "Notifications"

    def ready(self) -> None:
        from core.hooks import outbox_handlers, outbox_words
        from notifications import mail, personal_data

        outbox_handlers.register(mail.KIND, mail.send)
        outbox_words.register(mail.KIND, "Courriel : une notification")
        personal_data.register()
