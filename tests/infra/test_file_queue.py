"""The embedded queue: a message is never seen half written."""

import os
from pathlib import Path
from queue import Empty

import pytest
from kombu import Connection
from kombu.transport import filesystem

from portal import file_queue
from portal.celery import app


def connection(folder: Path) -> Connection:
    options = {
        "data_folder_in": str(folder / "queue"),
        "data_folder_out": str(folder / "queue"),
        "processed_folder": str(folder / "processed"),
        "control_folder": str(folder / "control"),
        "store_processed": True,
    }
    for name in ("queue", "processed", "control"):
        (folder / name).mkdir()
    return Connection("filesystem://", transport_options=options)


def test_the_portal_uses_it():
    with app.connection_for_write() as found:
        assert isinstance(found.transport, file_queue.Transport)


def test_a_reader_in_the_middle_of_a_writing_finds_nothing(tmp_path, monkeypatch):
    rename, seen = os.replace, []
    with connection(tmp_path) as used, used.channel() as channel:
        assert isinstance(channel, filesystem.Channel)

        def slow_rename(source, target):
            seen.append([path.name for path in (tmp_path / "queue").iterdir()])
            with pytest.raises(Empty):
                channel._get("celery")
            rename(source, target)

        monkeypatch.setattr(os, "replace", slow_rename)
        channel._put("celery", {"body": "à faire"})
        assert len(seen) == 1
        assert len(seen[0]) == 1
        assert channel._get("celery") == {"body": "à faire"}
        with pytest.raises(Empty):
            channel._get("celery")
