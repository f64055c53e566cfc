"""``manage.py load_demo``: the fictitious country and its history, once."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.demo import load


class Command(BaseCommand):
    help = "Charge le pays de démonstration et dix-huit mois d’historique (rien si c’est déjà fait)."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--youths", type=int, default=load.YOUTHS, help="nombre de jeunes fictifs")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Les données de démonstration ne se chargent que dans la base embarquée.")
        rows = load.load(n_youths=options["youths"], say=self._say)
        if not rows:
            self.stdout.write("Les données de démonstration sont déjà là : rien à faire.")
            return
        self.stdout.write(
            f"{rows['youths_youth']} jeunes, {rows['referrals_referral']} orientations, "
            f"{rows['referrals_referralevent']} événements."
        )

    def _say(self, done: int, total: int, label: str) -> None:
        """One line a step, ``n/total label``: the launcher shows it as it is."""
        self.stdout.write(f"{done}/{total} {label}")
        self.stdout.flush()
