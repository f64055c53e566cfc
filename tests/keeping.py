"""What several tests start from, written once: it stays under them, and is undone when another ground is asked for.

Each test lies in a savepoint of its own within it: what it changes is undone as ever. The database's ``now()`` is then
the moment of the ground, some seconds or minutes before the test.
"""

import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction

from tests.world import World

type Build = Callable[[World], Any]


class _Ground:
    """The transaction that is kept open from one test to the next, and what was built in it."""

    def __init__(self) -> None:
        self.builds: list[Build] = []
        self.held: transaction.Atomic | None = None
        self.pickled = b""
        # For the test that runs: its own copies of the world and of what each build returned.
        self.world: World | None = None
        self.values: list[Any] = []

    def prepare(self, builds: list[Build], unblocked: Callable[[], Any]) -> None:
        """Have these builds, in their order, under the next test; none: the world alone."""
        if builds != self.builds:
            self.drop(unblocked)
            # Within the ground of a module (:func:`kept`) each test builds for itself.
            if builds and not connection.in_atomic_block:
                with unblocked():
                    self._build(builds)
        self.world, self.values = pickle.loads(self.pickled) if self.held else (None, [])

    def _build(self, builds: list[Build]) -> None:
        held = _outermost()
        held.__enter__()
        try:
            world = World.as_built()
            self.pickled = pickle.dumps((world, [build(world) for build in builds]))
        except BaseException as error:
            held.__exit__(type(error), error, error.__traceback__)
            raise
        self.held, self.builds = held, builds

    def drop(self, unblocked: Callable[[], Any]) -> None:
        """Undo what is kept."""
        held, self.held, self.builds, self.world, self.values = self.held, None, [], None, []
        if held is not None:
            with unblocked():
                transaction.set_rollback(True)
                held.__exit__(None, None, None)


_ground = _Ground()


def _outermost() -> transaction.Atomic:
    held = transaction.atomic()
    # As the transactions of Django's own test cases: what is built inside may ask to be the outermost.
    held._from_testcase = True  # type: ignore[attr-defined]
    return held


def staged(build: Build) -> Any:
    """A fixture whose rows are written once for the tests that follow one another with the same ones.

    ``build(world)`` writes them and returns what the fixture gives: each test has its own copy of it, and of the
    world that it may have added to. It must be the same whatever the test, and go through pickle.
    """

    def given(world: World) -> Any:
        if build in _ground.builds and world is _ground.world:
            return _ground.values[_ground.builds.index(build)]
        return build(world)

    given.__doc__ = build.__doc__
    given.build = build  # type: ignore[attr-defined]
    return pytest.fixture(name=build.__name__)(given)


def prepare(request: pytest.FixtureRequest, blocker: Any) -> None:
    """Before the transaction of a test opens: have under it what its fixtures ask for."""
    item = request.node
    known = item._fixtureinfo.name2fixturedefs
    builds = [
        build
        for name in item.fixturenames
        if (build := getattr(known[name][-1].func, "build", None) if name in known else None)
    ]
    marker = item.get_closest_marker("django_db")
    commits = (marker and marker.kwargs.get("transaction")) or {"live_server", "transactional_db"} & set(
        item.fixturenames
    )
    _ground.prepare([] if commits else builds, blocker.unblock)


def world_of_now() -> World:
    """The world as the test that runs finds it."""
    return _ground.world or World.as_built()


def drop(blocker: Any) -> None:
    """Keep nothing more: the connection is about to be another one's."""
    _ground.drop(blocker.unblock)


@contextmanager
def kept[T](blocker: Any, build: Callable[[], T]) -> Iterator[T]:
    """For a fixture of a whole module or folder: what ``build`` writes and returns, until the block ends.

    A test that really commits has no place there.
    """
    drop(blocker)
    with blocker.unblock(), _outermost():
        yield build()
        transaction.set_rollback(True)
