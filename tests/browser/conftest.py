"""Browser tests: a real Chromium against the live server, on the world of the other tests.

Playwright's synchronous interface keeps an event loop in this thread, where Django then refuses its ORM: the
permission is given for this folder only (STACK §9), for as long as Playwright lives.
"""

import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.chromium import chromium, launch
from tests.browser.visitor import Visitor

LEFT_OUT = pytest.StashKey[int]()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    patch = pytest.MonkeyPatch()
    patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with sync_playwright() as playwright:
        started = launch(playwright)
        yield started
        started.close()
    patch.undo()


@pytest.fixture
def visitor(browser, live_server, world) -> Iterator[Callable[..., Visitor]]:
    """``visitor(width=320)``: somebody at a browser, not signed in."""
    came: list[Visitor] = []

    def come(**options) -> Visitor:
        came.append(Visitor(browser, live_server.url, **options))
        return came[-1]

    yield come
    for one in came:
        one.close()


@pytest.fixture
def person(visitor, world) -> Callable[..., Visitor]:
    """``person("alice", width=320)``: an inhabitant already signed in (a session, not the form)."""
    from django.conf import settings
    from django.test import Client

    def signed_in(name: str, **options) -> Visitor:
        one = visitor(**options)
        client = Client()
        client.force_login(world.user(name))
        one.context.add_cookies(
            [
                {
                    "name": settings.SESSION_COOKIE_NAME,
                    "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
                    "url": one.base_url,
                }
            ]
        )
        return one

    return signed_in


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without Chromium these tests are left out, and the report says so; in CI they stay, and fail."""
    if chromium() or os.environ.get("CI"):
        return
    left_out = [item for item in items if item.get_closest_marker("browser")]
    if left_out:
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=left_out)
        config.stash[LEFT_OUT] = len(left_out)


def pytest_report_collectionfinish(config: pytest.Config) -> str:
    count = config.stash.get(LEFT_OUT, 0)
    return (
        f"{count} browser tests left out: no Chromium found (install one, or set CHROMIUM=/path/to/chromium)"
        if count
        else ""
    )
