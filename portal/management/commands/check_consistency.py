"""``manage.py check_consistency``: what must always hold, holds. Exit code 1 on any breach."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.scope import WrongLogin
from portal import consistency

# Beyond this many lines of one check, only their number is said.
SHOWN = 50


class Command(BaseCommand):
    help = "Vérifie que les données se tiennent (code de sortie 1 au premier écart)."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        breaches = warnings = 0
        try:
            for title, found in consistency.run():
                wrong = sum(not breach.warning for breach in found)
                breaches += wrong
                warnings += len(found) - wrong
                self.stdout.write(f"{title} : {_count(wrong, len(found) - wrong)}")
                for breach in found[:SHOWN]:
                    self.stdout.write(f"  {'alerte' if breach.warning else 'écart'} – {breach.text}")
                if len(found) > SHOWN:
                    self.stdout.write(f"  … et {len(found) - SHOWN} de plus")
        except WrongLogin as error:
            raise CommandError(
                "Cette vérification lit tous les dossiers : lancez-la avec PORTAL_LOGIN=owner ou worker."
            ) from error
        if breaches:
            raise CommandError(
                f"Les données ne se tiennent pas : {_count(breaches, warnings)}.", returncode=1
            )
        self.stdout.write(f"Les données se tiennent ({_count(0, warnings)}).")


def _count(breaches: int, warnings: int) -> str:
    def plural(number: int, word: str) -> str:
        return f"{number or 'aucun'} {word}{'s' if number > 1 else ''}"

    alerts = f", {plural(warnings, 'alerte')}" if warnings else ""
    return plural(breaches, "écart") + alerts
