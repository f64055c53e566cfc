"""``manage.py load_founding``: the founding texts that a portal lacks, with its territory (``--wet-run``)."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connection, transaction

from partners.loading import load_founding
from partners.territory.loader import load_territory


class Command(BaseCommand):
    """Dry unless told otherwise; on the owner's login. Nothing that is there is written again."""

    help = (
        "Ajoute le territoire et les conventions fondatrices qui manquent (--wet-run les écrit) ; "
        "ce qui est déjà là, corrigé ou retiré par un administrateur reste comme il est."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--wet-run", action="store_true", help="écrire, au lieu de compter")

    def handle(self, *args: Any, **options: Any) -> None:
        """The dry run executes the real code, then undoes it."""
        with transaction.atomic():
            load_territory(connection)
            created = load_founding()
            if not options["wet_run"]:
                transaction.set_rollback(True)
        verb = "Ajouté" if options["wet_run"] else "À ajouter"
        self.stdout.write(
            f"{verb} : {created['organisations']} structures, {created['conventions']} conventions, "
            f"{created['commitments']} engagements."
        )
