"""``manage.py import_directory FILE``: what a directory would change, line by line; ``--wet-run`` applies it."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import IntegrityError

from partners.directory.catalogue import FORMATS
from partners.directory.importing import recognised, run
from partners.directory.reading import Unreadable
from partners.directory.report import Outcome, Result


class Command(BaseCommand):
    """Dry unless told otherwise: the dry run executes the real code, then undoes it."""

    help = "Compare un annuaire (CSV) avec les structures du portail, ligne par ligne (--wet-run l’applique)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="le fichier CSV")
        parser.add_argument(
            "--format",
            default="",
            help=f"reconnu à ses colonnes s’il n’est pas donné : {', '.join(sorted(one.name for one in FORMATS))}",
        )
        parser.add_argument(
            "--wet-run", action="store_true", help="appliquer, au lieu de dire ce qui changerait"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """One transaction, all or nothing. ``--verbosity 0`` tells the refused lines and the count only."""
        wet, terse = options["wet_run"], options["verbosity"] == 0

        def tell(result: Result) -> None:
            if terse and result.outcome != Outcome.REFUSED:
                return
            for text in result.told():
                self.stdout.write(text)

        try:
            table, reading = recognised(options["file"], options["format"])
            chosen = reading.format
            self.stdout.write(
                f"{options['file'].name} : format « {chosen.name} » ({chosen.label}), {table.described}."
            )
            totals = run(table, reading, apply=wet, tell=tell)
        except Unreadable as error:
            raise CommandError(str(error)) from error
        except IntegrityError as error:
            raise CommandError(
                "L’annuaire a été modifié par quelqu’un d’autre pendant l’import : rien n’a été écrit. Recommencez."
            ) from error
        self.stdout.write(totals.told())
        if totals.refused:
            raise CommandError("Rien n’a été écrit : corrigez les lignes refusées, puis recommencez.")
        if wet:
            self.stdout.write("Importé." if totals.changed else "Rien à changer.")
        else:
            self.stdout.write("Essai à blanc : rien n’a été écrit. Ajoutez --wet-run pour appliquer.")
