"""A worker process killed for good at each named step, held there by a lock the test owns: exactly one pack."""

import json
import os
import random
import subprocess
import sys
import time
from contextlib import suppress
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection

from core import clock
from core.checkpoints import checkpoint_key
from core.documents import read
from core.models import Document
from notifications.models import Notification
from partners.models import Committee, CommitteeMeeting, Convention, ConventionParty
from reporting.models import CommitteePack
from reporting.packs import producing
from tests.conftest import as_owner, as_worker
from tests.reporting.races import other_session
from tests.world import World

pytestmark = [pytest.mark.prove, pytest.mark.django_db(transaction=True)]

_WORKER = """
import json, os, sys
import django
django.setup()
from django.db import connection
connection.settings_dict.update(json.loads(sys.argv[1]))
from reporting.packs import producing
producing.prepare_due()
"""


def start_worker():
    """A process that prepares what is due, on the test database, as the worker's login."""
    login = {
        "NAME": connection.settings_dict["NAME"],
        "USER": connection.settings_dict["USER"],
        "OPTIONS": {"application_name": "doomed", "options": "-c role=tu_worker"},
    }
    return subprocess.Popen(
        [sys.executable, "-c", _WORKER, json.dumps(login)],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings_test"},
    )


def until(question, *values, seconds=60):
    """Wait until a question to the database says yes."""
    deadline = time.monotonic() + seconds
    with other_session() as session:
        while not session.execute(question, values or None).fetchone()[0]:
            session.rollback()
            assert time.monotonic() < deadline, question
            time.sleep(0.05)


def due_meeting():
    with as_owner():
        world = World.load()
        convention = Convention.objects.get(code="UNML-SMV-2019")
        for key in ("UNML", "SMV_EM"):
            ConventionParty.objects.create(convention=convention, organisation=world.org(key))
        committee = Committee.objects.create(convention=convention)
        day = clock.today() + timedelta(days=settings.PACK_LEAD_DAYS)
        return CommitteeMeeting.objects.create(committee=committee, held_on=day)


@pytest.mark.parametrize("step", producing.STEPS)
def test_killed_at_a_step_and_started_again(step):
    due_meeting()
    key = checkpoint_key(f"pack:{step}")
    with other_session() as holder:
        holder.execute("SELECT pg_advisory_lock(%s)", [key])
        worker = start_worker()
        try:
            until("SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)")
        finally:
            worker.kill()
            worker.wait()
        # Another worker at the same moment leaves alone what the dead one still holds.
        if step != "claimed":
            with as_worker():
                assert producing.prepare_due() == 0
        holder.execute("SELECT pg_advisory_unlock(%s)", [key])
        holder.commit()
    until("SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'doomed')")
    with as_worker():
        assert producing.prepare_due() == 1
        assert producing.prepare_due() == 0
    with as_owner():
        pack = CommitteePack.objects.select_related("pdf", "xlsx").get()
        assert pack.status == "ready"
        assert {document.pk for document in Document.objects.order_by("pk")} == {pack.pdf_id, pack.xlsx_id}
        assert read(pack.pdf).startswith(b"%PDF")
        assert read(pack.xlsx).startswith(b"PK")
        assert Notification.objects.count() == 1


def test_killed_twenty_times_at_random():
    """Wherever it dies: never half a file, never a second pack, nobody told before the end, nor twice."""
    due_meeting()
    rng = random.Random(20)
    started = time.monotonic()
    first = start_worker()
    assert first.wait(120) == 0
    whole = time.monotonic() - started  # how long one takes from its start to the end, here and now
    with as_owner():
        CommitteePack.objects.all().delete()
        Document.objects.all().delete()
        Notification.objects.all().delete()
    killed = 0
    for _ in range(20):
        worker = start_worker()
        with suppress(subprocess.TimeoutExpired):
            worker.wait(rng.uniform(0, 1.1 * whole))
        killed += worker.poll() is None
        worker.kill()
        worker.wait()
        until("SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'doomed')")
        with as_owner():
            for document in Document.objects.order_by("pk"):
                assert read(document)  # a row has its whole file: its hash is checked
            assert CommitteePack.objects.count() <= 1
            ready = CommitteePack.objects.filter(status="ready").count()
            assert Notification.objects.count() == ready
    assert killed
    with as_worker():
        producing.prepare_due()
        assert producing.prepare_due() == 0
    with as_owner():
        pack = CommitteePack.objects.select_related("pdf", "xlsx").get()
        assert (pack.status, pack.version) == ("ready", 1)
        assert {document.pk for document in Document.objects.order_by("pk")} == {pack.pdf_id, pack.xlsx_id}
        assert read(pack.pdf).startswith(b"%PDF")
        assert read(pack.xlsx).startswith(b"PK")
        assert Notification.objects.count() == 1


def test_several_workers_at_once_make_one_pack():
    due_meeting()
    workers = [start_worker() for _ in range(3)]
    assert [worker.wait(120) for worker in workers] == [0, 0, 0]
    with as_worker():
        producing.prepare_due()
    with as_owner():
        assert CommitteePack.objects.get().status == "ready"
        assert Document.objects.count() == 2
        assert Notification.objects.count() == 1
