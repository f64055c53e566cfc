from django.apps import AppConfig


class YouthsConfig(AppConfig):
    name = "youths"
    verbose_name = "Jeunes"

    def ready(self) -> None:
        from core.hooks import handovers, outbox_handlers, todo_sources
        from youths import handing_over, history, personal_data
        from youths.accompanying import todo
        from youths.agreements import purposes
        from youths.merging import transfers
        from youths.rights import requests

        todo_sources.register(todo.SUBJECT, todo.cards)
        handovers.register("youth", handing_over.YOUTHS)
        todo_sources.register(transfers.SUBJECT, transfers.cards)
        outbox_handlers.register(requests.SPREAD, requests.spread)
        outbox_handlers.register(requests.GATHER, requests.gather)
        outbox_handlers.register(requests.ERASE, requests.erase)
        history.register()
        personal_data.register()
        purposes.register()
