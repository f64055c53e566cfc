from django.apps import AppConfig


class YouthsConfig(AppConfig):
    name = "youths"
    verbose_name = "Jeunes"

    def ready(self) -> None:
        from core.hooks import (
            agreement_needs,
            handovers,
            mail_bounced,
            outbox_handlers,
            outbox_words,
            todo_sources,
        )
        from partners.exporting import lists
        from youths import handing_over, history, personal_data, told
        from youths.accompanying import todo as accompanying
        from youths.agreements import asking, codes, purposes, todo, unreached
        from youths.listing import exporting
        from youths.merging import transfers
        from youths.rights import requests

        lists.register(exporting.YOUTHS)
        todo_sources.register(accompanying.SUBJECT, accompanying.cards)
        handovers.register("youth", handing_over.YOUTHS)
        todo_sources.register(transfers.SUBJECT, transfers.cards)
        todo_sources.register(requests.TASK, requests.cards)
        outbox_handlers.register(requests.SPREAD, requests.spread)
        outbox_handlers.register(requests.GATHER, requests.gather)
        outbox_handlers.register(requests.ERASE, requests.erase)
        history.register()
        personal_data.register()
        told.register()
        purposes.register()
        agreement_needs.register("co_accompaniment", todo.needed_to_accompany)
        mail_bounced.connect(unreached.tell)
        outbox_handlers.register(asking.KIND, asking.send_mail)
        outbox_words.register(requests.SPREAD, "Demande d’une personne à transmettre")
        outbox_words.register(requests.GATHER, "Données d’une personne à réunir")
        outbox_words.register(requests.ERASE, "Dossier à effacer")
        outbox_words.register(asking.KIND, "Courriel : un lien pour donner son accord")
        todo_sources.register(codes.OF_AGREEMENT, todo.cards_of_agreements)
        todo_sources.register(codes.OF_REQUEST, todo.cards_of_requests)
        todo_sources.register(codes.OF_DISPOSAL, todo.cards_of_disposals)
