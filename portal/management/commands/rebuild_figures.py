"""``manage.py rebuild_figures``: the facts that are missing or false are written again, then every summary.

Dry by default: it says what it would mend. On the login of the owner or of the worker.
"""

from itertools import islice
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from core.scope import WrongLogin, system_scope
from reporting import checking, facts, summaries

# Referrals mended in one transaction.
BATCH = 1000


class Command(BaseCommand):
    help = "Récrit les faits manquants ou faux, puis tous les cumuls (à blanc sans --wet-run)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--wet-run", action="store_true", help="écrire, au lieu de dire ce qui le serait")

    def handle(self, *args: Any, wet_run: bool, **options: Any) -> None:
        try:
            wrong = self._wrong()
        except WrongLogin as error:
            raise CommandError(
                "Cette commande lit tous les dossiers : lancez-la avec PORTAL_LOGIN=owner ou worker."
            ) from error
        self.stdout.write(f"Faits à récrire : {len(wrong)}")
        if not wet_run:
            self.stdout.write("Rien n’a été écrit (ajoutez --wet-run).")
            return
        keys = iter(wrong)
        while batch := list(islice(keys, BATCH)):
            with transaction.atomic(), system_scope("rebuild the facts"):
                facts.mend(batch)
        summaries.rebuild()
        self.stdout.write("Les faits et les cumuls sont récrits.")

    def _wrong(self) -> list[int]:
        with transaction.atomic(), system_scope("compare the facts to the referrals"):
            return sorted({referral for referral, _ in checking.wrong_facts()})
