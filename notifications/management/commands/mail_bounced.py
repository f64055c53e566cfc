"""``manage.py mail_bounced``: mails to these addresses come back, or a delivery report is read from the input."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from notifications import bounces


class Command(BaseCommand):
    help = "Dit que les courriels d’une adresse reviennent : une tâche s’ouvre pour qui peut la corriger."

    def add_arguments(self, parser: CommandParser) -> None:
        """Addresses, or a report."""
        parser.add_argument("adresse", nargs="*")
        parser.add_argument(
            "--rapport",
            action="store_true",
            help="lire un avis de non-remise (RFC 3464) sur l’entrée standard",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Tell of each address; names none of them."""
        addresses = list(options["adresse"])
        if options["rapport"]:
            addresses += bounces.addresses_of(sys.stdin.buffer.read(bounces.LONGEST + 1))
        elif not addresses:
            raise CommandError("Indiquez une adresse, ou --rapport.")
        for address in addresses:
            bounces.bounced(address)
        self.stdout.write(f"{len(addresses)} adresse(s) signalée(s).")
