"""``manage.py dormant_accounts``: how many accounts would be warned, put to sleep or closed; ``--wet-run`` does it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from partners.people import dormancy


class Command(BaseCommand):
    """Dry unless told otherwise; the worker does the same each hour."""

    help = (
        "Compte les comptes sans connexion à prévenir, à mettre en sommeil, à fermer (--wet-run l’applique)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--wet-run", action="store_true", help="appliquer, au lieu de compter")

    def handle(self, *args: Any, **options: Any) -> None:
        """The dry run executes the real code, then undoes it."""
        with transaction.atomic():
            done = dormancy.run()
            if not options["wet_run"]:
                transaction.set_rollback(True)
        verb = "Fait" if options["wet_run"] else "À faire"
        self.stdout.write(
            f"{verb} : {done.warned} à prévenir, {done.asleep} en sommeil, {done.closed} à fermer."
        )
