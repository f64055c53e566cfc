"""The Celery application: the worker and beat that claim rows of the outbox. The web never publishes.

Two transports, chosen by ``CELERY_BROKER_URL``: files in ``var/celery`` when it is empty (demo, tests), Redis
otherwise. Neither is trusted with anything: a lost message delays work until the next tick of beat.
"""

import logging
import logging.config
import os
import sys
import time
from pathlib import Path
from typing import Any

from celery import Celery
from celery.signals import setup_logging, task_prerun
from django.conf import settings
from kombu.transport import TRANSPORT_ALIASES


def is_celery_process(argv: list[str]) -> bool:
    """Whether this command line is that of a worker, beat or another ``celery`` command."""
    program = Path(argv[0]) if argv else Path()
    return program.name == "celery" or (program.name == "__main__.py" and program.parent.name == "celery")


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
if is_celery_process(sys.argv):
    os.environ.setdefault("PORTAL_LOGIN", "worker")

TRANSPORT_ALIASES["filesystem"] = "portal.file_queue:Transport"
PROCESSED_KEPT_SECONDS = 3600


@task_prerun.connect
def number_job(task_id: str = "", **kwargs: object) -> None:
    """A job has a number too: on its log lines, and in the history of what it changes."""
    from core import request_id

    request_id.begin(task_id)


app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_our_logging(loglevel: int | None = None, **_: Any) -> None:
    """The worker and beat write like the web, at the level of their command line; Celery would use its own format."""
    logging.config.dictConfig(settings.LOGGING)
    if loglevel:
        logging.getLogger().setLevel(loglevel)


def prepare_queue() -> None:
    """Make the queue exist before several processes start.

    With the filesystem transport, two processes that declare the queue at the same moment may read a table
    half written and die; declared once here, it is only read afterwards. Messages already processed are kept
    by that transport for ever: those older than an hour are removed. With Redis there is nothing to do.
    """
    if not app.conf.broker_url.startswith("filesystem:"):
        return
    options = app.conf.broker_transport_options
    for name in ("data_folder_in", "processed_folder", "control_folder"):
        Path(options[name]).mkdir(parents=True, exist_ok=True)
    old = time.time() - PROCESSED_KEPT_SECONDS
    for message in Path(options["processed_folder"]).iterdir():
        if message.stat().st_mtime < old:
            message.unlink(missing_ok=True)
    with app.connection_for_write() as connection, connection.channel() as channel:
        app.amqp.queues[app.conf.task_default_queue].bind(channel).declare()
