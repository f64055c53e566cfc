"""``manage.py replay_erasures FILE``: after a restoration, erase again what had been. Dry unless ``--wet-run``."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.scope import WrongLogin
from youths.rights import replay


class Command(BaseCommand):
    help = "Efface de nouveau ce qu’une sauvegarde restaurée a ramené, ou copie les preuves (--save)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="copie des preuves d’effacement (CSV)")
        parser.add_argument("--save", action="store_true", help="écrire la copie des preuves")
        parser.add_argument("--wet-run", action="store_true", help="effacer vraiment")

    def handle(self, *args: Any, file: Path, save: bool, wet_run: bool, **options: Any) -> None:
        try:
            if save:
                with file.open("w", encoding="utf-8", newline="") as out:
                    self.stdout.write(f"Preuves copiées : {replay.save(out)}.")
                return
            with file.open(encoding="utf-8", newline="") as source:
                found = replay.returned(replay.read(source))
            if wet_run:
                self.stdout.write(f"Effacements rejoués : {replay.replay(found)}.")
            else:
                self.stdout.write(f"Effacements à rejouer : {len(found)} (--wet-run pour les faire).")
        except WrongLogin as error:
            raise CommandError("Cette commande efface : lancez-la avec PORTAL_LOGIN=worker.") from error
        except replay.NotProofs as error:
            raise CommandError(str(error)) from error
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"Ce fichier ne se lit pas : {type(error).__name__}.") from error
