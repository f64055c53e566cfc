"""Django's administration: the administrator alone comes in, and meets no youth there."""

import re

import pytest
from django.apps import apps
from django.contrib import admin

from tests.access.matrix import ADMIN_ROUTES
from tests.access.probing import leads_to_a_youth, probe, things, visitor

__all__ = ["things"]


def test_the_administration_registers_nothing_of_a_youth():
    assert not [model for model in admin.site._registry if leads_to_a_youth(model)]


# Django asks one question at its door: is this account staff? One person of each kind is enough to hear the answer.
@pytest.mark.parametrize("name", ["adam", "anonymous", "alice", "mona", "nadia", "paul"])
def test_the_administration(world, things, name):
    """Django's administration: the administrator alone comes in, and meets no youth there."""
    client = visitor(world, name)
    ids = {
        model._meta.model_name: model._default_manager.order_by("pk").values_list("pk", flat=True).first()
        for model in apps.get_models()
        if model._meta.app_label in ("accounts", "partners")
    }
    wrong = []
    for route in ADMIN_ROUTES:
        model = next((word for word in re.findall(r"[a-z]+", route.pattern) if word in ids), "")
        path = re.sub(r"<path:\w+>", str(ids.get(model) or 1), route.pattern)
        path = path.replace("^(?P<app_label>accounts|partners)/$", "partners/")
        address = "/" + path.replace("(?P<url>.*)$", "nulle-part/")
        for method in ("GET", "POST") if name == "adam" else ("GET",):
            answer = probe(client, method, address)
            if leaks := answer.holds(things.everything):
                wrong.append(f"{method} {address}: shows {leaks}")
            inside = answer.status in (200, 302, 403, 404, 405)
            outside = answer.status == 302 or route.name == "admin:login"
            if not (inside if name == "adam" else outside):
                wrong.append(f"{method} {address}: {answer.status}")
        if route.name == "admin:logout":
            client = visitor(world, name)
    assert wrong == []
