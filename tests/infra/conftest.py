"""What the tests of the ground work share."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from portal.embedded.server import VOLATILE_CONF, Server
from tests.infra.servers import postgres_server, redis_server

__all__ = ["postgres_server", "redis_server"]


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder that the unprivileged user of the embedded server can reach (pytest's own are private)."""
    path = Path(tempfile.mkdtemp(prefix="portal-test-", dir="/var/tmp"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def make_server(folder: Path) -> Iterator[Callable[..., Server]]:
    """``make_server("name")``: an embedded server in a folder of its own, destroyed at the end."""
    made: list[Server] = []

    def make(name: str) -> Server:
        made.append(Server(folder / name, VOLATILE_CONF))
        return made[-1]

    yield make
    for server in made:
        server.leave()
        server.destroy()
