"""Django's administration: the administrator alone comes in, with a second factor, and meets no youth there."""

import re
from collections import Counter
from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import transaction
from django.urls import reverse

from accounts.models import User
from core import clock
from core.history import tracked
from core.models import OutboxMessage
from core.rights import ADMINISTRATOR
from core.scope import acting_as, apply_scope
from partners.models import Organisation, Role
from portal.checks import Route
from tests.access.catalogue import rows, value
from tests.access.matrix import ADMIN_ROUTES, EVERYBODY, ROLES, UNPROVEN
from tests.access.probing import Things, leads_to_a_youth, probe, things, visitor
from tests.conftest import as_owner
from youths.models import Youth

__all__ = ["things"]

# Pages that a ModelAdmin may close to everybody (nobody deletes an account), and those that only redirect.
CLOSED_OR_NOT = {200, 403}
# Django's own door: it moves those who are in, and shows the way in to the others.
DOORS = ("admin:login", "admin:logout")


def test_the_administration_registers_nothing_of_a_youth():
    assert not [model for model in admin.site._registry if leads_to_a_youth(model)]


def kind_of(route: Route) -> str:
    """What a route of the administration is: the list, the form, the history… of a model, or the site's own."""
    found = re.search(r":[a-z]+_[a-z]+_(changelist|add|change|delete|history)$", route.name)
    return found[1] if found else "site"


def address_of(route: Route, firsts: dict[str, int]) -> str:
    """The address of a route, on the first object of its model."""
    model = next((name for name in firsts if f":{name}_" in route.name), "")
    path = re.sub(r"<\w+:\w+>", str(firsts.get(model) or 1), route.pattern)
    path = path.replace("^(?P<app_label>accounts|core|partners)/$", "partners/")
    return "/" + path.replace("(?P<url>.*)$", "nulle-part/")


@pytest.fixture
def firsts(world) -> dict[str, int]:
    """The first object of each model of the administration; one message is put aside."""
    now = clock.now()
    with as_owner():
        aside = OutboxMessage.objects.create(
            kind="notification.mail", effect_key="aside", attempts=6, due_at=now, quarantined_at=now
        )
        found = {
            f"{model._meta.app_label}_{model._meta.model_name}": model._default_manager.order_by("pk")
            .values_list("pk", flat=True)
            .first()
            for model in admin.site._registry
        }
    # Shown to an administrator alone, not even to the owner.
    return found | {"core_setaside": aside.pk}


def test_the_administrator_meets_no_youth(world, things, firsts):
    """Every page of every model, read and sent: it opens, and no canary is in it."""
    client = visitor(world, "adam")
    wrong: list[str] = []
    opened: Counter[str] = Counter()
    for route in ADMIN_ROUTES:
        address = address_of(route, firsts)
        for method in ("GET", "POST"):
            answer = probe(client, method, address)
            where = f"{method} {address}"
            if leaks := answer.holds(things.everything):
                wrong.append(f"{where}: shows {leaks}")
            if answer.status not in (200, 302, 403, 404, 405):
                wrong.append(f"{where}: {answer.status}")
            if method == "GET":
                opened[kind_of(route)] += answer.status == 200
                if kind_of(route) in ("changelist", "change", "history") and answer.status != 200:
                    wrong.append(f"{where}: {answer.status}")
                if kind_of(route) in ("add", "delete") and answer.status not in CLOSED_OR_NOT:
                    wrong.append(f"{where}: {answer.status}")
            if route.name == "admin:logout":
                client = visitor(world, "adam")
    assert wrong == []
    assert opened["changelist"] == opened["change"] == len(admin.site._registry)


def colleagues(name: str) -> list[str]:
    """Those of the same role, who ask for the pages in turn (an administrator unproven, a stranger: each alone)."""
    return [other for other in EVERYBODY if (ROLES[other] or other) == (ROLES[name] or name)]


@pytest.mark.parametrize("whole", [False, pytest.param(True, marks=pytest.mark.prove)])
@pytest.mark.parametrize("name", [name for name in EVERYBODY if name != "adam"])
def test_nobody_else_comes_in(world, things, firsts, settings, name, whole):
    """Every page of every model, for every other role, an administrator without a second factor included.

    Those of a role ask for the pages in turn; in the long proofs each asks for all of them.
    """
    settings.MFA_REQUIRED = name == UNPROVEN
    client, turns = visitor(world, name), colleagues(name)
    wrong: list[str] = []
    for number, route in enumerate(ADMIN_ROUTES):
        if route.name in DOORS or not (whole or turns[number % len(turns)] == name):
            continue
        address = address_of(route, firsts)
        answer = probe(client, "GET", address)
        if answer.status not in (302, 404) or "Administration" in answer.text:
            wrong.append(f"{address}: {answer.status}")
        if leaks := answer.holds(things.everything):
            wrong.append(f"{address}: shows {leaks}")
    assert wrong == []


def autocompletes() -> list[dict[str, str]]:
    """What each form of the administration may ask of the list of choices, and what none may."""
    fields = [
        (model, field) for model, page in admin.site._registry.items() for field in page.autocomplete_fields
    ]
    asked = [
        {"app_label": model._meta.app_label, "model_name": model._meta.model_name, "field_name": field}
        for model, field in fields
    ]
    return [
        *asked,
        {"app_label": "youths", "model_name": "accompaniment", "field_name": "youth"},
        {"app_label": "referrals", "model_name": "referral", "field_name": "youth"},
    ]


@pytest.mark.parametrize("name", ["adam", "mona", "nadia", UNPROVEN])
def test_the_lists_of_choices(world, things: Things, settings, name):
    settings.MFA_REQUIRED = name == UNPROVEN
    client = visitor(world, name)
    statuses: Counter[int] = Counter()
    for asked in autocompletes():
        query = urlencode(asked | {"term": things.names["alice"][:4]})
        answer = probe(client, "GET", f"{reverse('admin:autocomplete')}?{query}")
        assert answer.holds(things.everything) == [], asked
        statuses[answer.status] += 1
        if asked["app_label"] in ("youths", "referrals"):
            assert answer.status == (403 if name == "adam" else 302), asked
    assert statuses == (
        {200: len(autocompletes()) - 2, 403: 2} if name == "adam" else {302: len(autocompletes())}
    )


# --- What the administrator may read of the history ------------------------------------------------------------


def read_by(role: str) -> dict[tuple[str, str], int]:
    """How many changes a scope of that role, of nobody's organisation, reads: by kind of subject and model."""
    with transaction.atomic():
        apply_scope(("", "", role, ""))
        found = rows("SELECT subject_kind, model, count(*) FROM core_change GROUP BY 1, 2")
        transaction.set_rollback(True)
    return {(kind, model): count for kind, model, count in found}


@pytest.fixture
def changes(world, things) -> dict[tuple[str, str], int]:
    """Every change there is, read by the owner: of youths, of referrals, of people, of what is nobody's."""
    with as_owner():
        youth = Youth.objects.order_by("pk").first()
        Youth.objects.filter(pk=youth.pk).update(first_name="Autre")
        User.objects.filter(pk=world.user("bob").pk).update(last_name="Autre")
        Organisation.objects.filter(pk=world.org("ML_A").pk).update(name="Autre nom")
        found = rows("SELECT subject_kind, model, count(*) FROM core_change GROUP BY 1, 2")
    return {(kind, model): count for kind, model, count in found}


def test_the_history_read_by_the_administrator_holds_no_youth(changes):
    """Of nobody's rows and of professionals, all; of a youth, a referral, what a house decides for itself, nothing."""
    read = read_by(ADMINISTRATOR)
    assert {kind for kind, _ in changes} == {"", "house", "user", "youth"}
    assert {kind for kind, _ in read} == {"", "user"}
    assert read == {key: count for key, count in changes.items() if key[0] in ("", "user")}
    leading = {model._meta.label for model in apps.get_models() if leads_to_a_youth(model)}
    assert leading & {model for _, model in changes} >= {"youths.Youth", "referrals.Referral"}
    assert not leading & {model for _, model in read}


def test_no_table_of_a_youth_is_kept_as_nobodys():
    """The policy reads the kind of the subject: what leads to a youth says so, or the wall has a hole."""
    wrong = [
        found.model._meta.label
        for _, found in tracked.items()
        if leads_to_a_youth(found.model) and found.subject_kind != "youth"
    ]
    assert wrong == []
    assert any(leads_to_a_youth(found.model) for _, found in tracked.items())


@pytest.mark.parametrize("role", [*Role.values, "", "Administrator"])
def test_no_other_role_reads_the_history_without_an_organisation(changes, role):
    assert role != ADMINISTRATOR
    assert read_by(role) == {}


@pytest.mark.parametrize("name", [name for name in EVERYBODY if ROLES[name] not in (None, ADMINISTRATOR)])
def test_everybody_else_reads_the_history_of_their_own_organisation_alone(world, changes, name):
    with acting_as(world.acting(name)):
        acting_for = value("SELECT tu_org()")
        strangers = value(
            "SELECT count(*) FROM core_change WHERE subject_kind <> '' AND NOT %s = ANY (organisations)",
            acting_for,
        )
    assert strangers == 0
