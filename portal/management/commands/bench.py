"""``manage.py bench``: national-scale data in a database of its own, and what each page costs on it."""

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from portal.bench import database, overhead, packs, report
from portal.bench.measure import SAMPLES, measure, open_sessions
from portal.bench.pages import BASE, Page, pages, people
from portal.bench.server import BenchError, serving


class Command(BaseCommand):
    """Make or find the data of a scale, measure every page per role, print and keep the figures."""

    help = "Generates data at a scale (1 is the nation) and measures every page over HTTP."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Scale, where the figures go, and how strict to be."""
        parser.add_argument("--scale", type=float, default=0.1)
        parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
        parser.add_argument("--fresh", action="store_true", help="make the data again")
        parser.add_argument(
            "--walls",
            type=int,
            metavar="PAIRS",
            help="instead: time pages with and without wall 2, in so many pairs",
        )
        parser.add_argument(
            "--packs", action="store_true", help="instead: time committee packs, one of each kind and a batch"
        )
        parser.add_argument("--samples", type=int, default=SAMPLES, help="times each page is timed")
        parser.add_argument(
            "--only", default="", metavar="TEXT", help="only the pages whose name or asker contains it"
        )
        parser.add_argument(
            "--check", action="store_true", help="exit 1 when queries or bytes pass their budget"
        )
        parser.add_argument(
            "--write-baseline", action="store_true", help="keep the figures in bench/baseline.json"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the bench. Raises CommandError when the server fails, or (``--check``) when a budget is passed."""
        if not settings.EMBEDDED:
            raise CommandError("The bench fills the embedded server only: unset DATABASE_URL.")
        if options["scale"] <= 0:
            raise CommandError("The scale is a positive number.")
        if options["only"] and options["write_baseline"]:
            raise CommandError("A baseline has every page.")
        started = time.monotonic()
        scale = options["scale"]
        name, made, found = database.prepare(scale, fresh=options["fresh"], say=self._phase)
        self.stdout.write(f"{name}: {'found as made on ' + made['day'] if found else 'made'}")
        self.stdout.write(", ".join(f"{table} {count:_}" for table, count in made["rows"].items()))
        ready = time.monotonic()
        self._phase("data", ready - started)
        if options["packs"]:
            self._packs(scale, options["json"])
            return
        call_command("collectstatic", interactive=False, verbosity=0)
        who = people()
        wanted = [page for page in pages(who) if page.kind == BASE or options["only"] in page.key]
        if options["walls"]:
            self._walls(name, wanted, open_sessions(who), options)
            return
        try:
            with serving(name, open_sessions(who)) as web:
                measures = measure(web, wanted, who, name, options["samples"], self.stdout.write)
        except BenchError as error:
            raise CommandError(str(error)) from error
        self._phase("measures", time.monotonic() - ready)
        self.stdout.write("\n".join(["", *report.table(measures, report.read_baseline(scale))]))
        self.stdout.write("\n".join(report.statements(measures)))
        figures = report.as_json(measures, scale=scale, database=name, day=made["day"], rows=made["rows"])
        if not options["only"]:
            figures["packs"] = self._packs(scale)
        if options["json"]:
            report.write(options["json"], figures)
        if options["write_baseline"]:
            report.write(report.BASELINE, report.baseline_of(figures))
        breaches = [f"{one.page.key}: {breach}" for one in measures for breach in one.breaches()]
        if options["check"] and breaches:
            raise CommandError("\n".join(["Budgets passed:", *breaches]))

    def _walls(
        self, name: str, wanted: list[Page], sessions: dict[str, str], options: dict[str, Any]
    ) -> None:
        """What the policies cost. Raises CommandError when a page passes the budget, or fails."""
        try:
            found = overhead.compare(name, wanted, sessions, options["walls"], self.stdout.write)
        except BenchError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{'page':52} {'without':>8} {'with':>8} {'pair':>8} {'share':>9}")
        self.stdout.write("\n".join(one.line() for one in found))
        if options["json"]:
            report.write(
                options["json"], {"pairs": options["walls"], "pages": [one.as_json() for one in found]}
            )
        if over := [one.page.key for one in found if one.share > overhead.BUDGET]:
            raise CommandError("\n".join(["Wall 2 costs more than 10 % here:", *over]))

    def _packs(self, scale: float, kept: Path | None = None) -> dict[str, Any]:
        """What committee packs cost. Raises CommandError when one is not made."""
        started = time.monotonic()
        try:
            with database.on_login("worker"):
                found = packs.measure(packs.size_at(scale))
        except BenchError as error:
            raise CommandError(str(error)) from error
        self.stdout.write("\n".join(["", *found.lines()]))
        self._phase("committee packs", time.monotonic() - started)
        if kept:
            report.write(kept, {"scale": scale, "packs": found.as_json()})
        return found.as_json()

    def _phase(self, label: str, seconds: float) -> None:
        self.stdout.write(f"{seconds:8.2f} s  {label}")
        self.stdout.flush()
