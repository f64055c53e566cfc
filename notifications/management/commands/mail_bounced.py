"""``manage.py mail_bounced``: mails to these addresses come back, as somebody says, a report, or a box of reports."""

import mailbox
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from notifications import bounce_box, bounces


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

        parser.add_argument(
            "--boite",
            type=Path,
            metavar="CHEMIN",
            help="lire une boîte d’avis de non-remise : dossier Maildir ou fichier mbox",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Tell of each address; names none of them."""
        addresses = list(options["adresse"])
        if options["rapport"]:
            addresses += bounces.addresses_of(sys.stdin.buffer.read(bounces.LONGEST + 1))
        elif not addresses and not options["boite"]:
            raise CommandError("Indiquez une adresse, --rapport ou --boite.")
        for address in addresses:
            bounces.bounced(address)
        told = len(addresses) + (self._read(options["boite"]) if options["boite"] else 0)
        self.stdout.write(f"{told} adresse(s) signalée(s).")

    def _read(self, path: Path) -> int:
        try:
            return bounce_box.read(path)
        except (OSError, mailbox.Error) as error:
            raise CommandError(f"La boîte {path} ne peut pas être lue : {error}") from error
