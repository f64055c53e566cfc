"""``manage.py demo``: the whole portal under one command (``make demo``)."""

import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.launcher import Launcher, LauncherError


class Command(BaseCommand):
    """Prepare and serve the demonstration until Ctrl-C."""

    help = "Lance la démonstration : base de données, données fictives, serveur web et tâches de fond."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Address, port, and whether to start from new data."""
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT") or 8000))
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--fresh", action="store_true", help="repart de données neuves")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the launcher. Raises CommandError in French when it cannot."""
        if not settings.EMBEDDED:
            raise CommandError(
                "La démonstration n’utilise que sa propre base de données : "
                "retirez DATABASE_URL de l’environnement."
            )
        started = os.environ.get("PORTAL_STARTED_AT")
        launcher = Launcher(
            options["host"],
            options["port"],
            options["fresh"],
            sys.stdout,
            started_at=float(started) if started else None,
        )
        try:
            code = launcher.run()
        except LauncherError as error:
            raise CommandError(str(error)) from error
        if code:
            sys.exit(code)
