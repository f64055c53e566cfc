"""The lists of the administration: at most 12 queries each, with 500 conventions and 2 000 designations as with ten times more."""

from datetime import date, timedelta

import pytest
from django.contrib import admin
from django.db import connection

from core.history import TRIGGER
from partners.models import (
    Amendment,
    Commitment,
    Committee,
    Convention,
    ConventionDecision,
    ConventionParty,
    Designation,
    Topic,
)
from tests.conftest import as_owner
from tests.partners.admin_pages import url

TOPICS = 4
MOST = 12
# As many as the whole country may have, in the long proofs.
SIZES = [500, pytest.param(5_000, marks=pytest.mark.prove)]


@pytest.fixture
def country(founding, world, size) -> Convention:
    """That many conventions, and four designations for each; gives the first convention."""
    first = date(2018, 1, 1)
    with as_owner():
        with connection.cursor() as cursor:
            # The keys of what was made before are checked first: a table with checks to come is not altered.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            # As the bench does: what is measured is the lists, not the history of their making.
            for model in (
                Convention,
                ConventionParty,
                ConventionDecision,
                Amendment,
                Committee,
                Commitment,
                Designation,
            ):
                cursor.execute(f"ALTER TABLE {model._meta.db_table} DISABLE TRIGGER {TRIGGER}")
        made = Convention.objects.bulk_create(
            Convention(
                code=f"PASSAGE-{number}", title=f"Convention locale {number}", nature="declinaison", level="local",
                region_id="53", signed_on=first + timedelta(days=number % 2500),
                starts_on=first + timedelta(days=number % 2500), ends_on=first + timedelta(days=number % 2500 + 1094),
                parent=founding["UNML-SMV-2024"],
            )
            for number in range(size)
        )  # fmt: skip
        ConventionParty.objects.bulk_create(
            ConventionParty(convention=one, organisation=world.org(key))
            for one in made
            for key in ("ML_A", "RSMV")
        )
        ConventionDecision.objects.bulk_create(
            ConventionDecision(convention=one, kind="caducite", decided_on=date(2025, 1, 1), reason="Essai")
            for one in made[: size // 10]
        )
        Amendment.objects.bulk_create(
            Amendment(
                convention=one, number=1, kinds=["objet"], new_purpose="Essai", effective_on=date(2024, 1, 1)
            )
            for one in made
        )
        Committee.objects.bulk_create(Committee(convention=one) for one in made)
        Commitment.objects.bulk_create(
            Commitment(convention=made[0], theme="smv", wording=f"N° {n}") for n in range(60)
        )
        Designation.objects.bulk_create(
            Designation(
                organisation=world.org("ML_A"), topic=topic, user=world.user("alice"), convention=one,
                starts_on=one.starts_on,
            )
            for one in made
            for topic in Topic.values[:TOPICS]
        )  # fmt: skip
        with connection.cursor() as cursor:
            # A server knows how many rows it holds; without it a semi-join takes minutes.
            cursor.execute("ANALYZE")
    return made[0]


@pytest.mark.parametrize("size", SIZES)
def test_every_list_stays_within_its_budget(country, visit, queries, size):
    assert Designation.objects.count() >= size * TOPICS
    adam = visit("adam")
    addresses = [url(model, "changelist") for model in admin.site._registry]
    conventions = url(Convention, "changelist")
    addresses += [
        f"{conventions}?{query}"
        for query in (
            "q=locale", "etat=caduque", "etat=echue", "reseau=smv", "echeance=6", "level__exact=local",
            "region__code__exact=53", f"p={size // 125}", "signed_on__year=2020", "etat=echue&reseau=ml&q=locale",
        )
    ]  # fmt: skip
    addresses += [
        f"{url(Designation, 'changelist')}?q=mission",
        f"{url(Amendment, 'changelist')}?q=PASSAGE-77",
    ]
    costs = {}
    for address in addresses:
        count, sql = queries(adam, address)
        assert count <= MOST, f"{address}\n{sql}"
        costs[address] = count
    assert max(costs.values()) > 3
    # Sixty commitments: a short list of its parties, not one query for each line.
    count, sql = queries(adam, url(Convention, "change", country.pk))
    assert count <= 45, sql
    # A choice is answered with codes, and few of them.
    asked = {
        "app_label": "partners",
        "model_name": "convention",
        "field_name": "parent",
        "term": "PASSAGE-77",
    }
    found = adam.get("/admin/partners/convention/choix/", asked).json()["results"]
    assert found[0]["text"].startswith("PASSAGE-77")
    assert len(found) <= 20
