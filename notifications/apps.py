from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = "Notifications"

    def ready(self) -> None:
        from core.hooks import outbox_handlers, outbox_words
        from notifications import digests, mail, personal_data

        outbox_handlers.register(mail.KIND, mail.send)
        outbox_handlers.register(digests.KIND, digests.send)
        outbox_words.register(mail.KIND, "Courriel : une notification")
        outbox_words.register(digests.KIND, "Courriel : un résumé")
        personal_data.register()
