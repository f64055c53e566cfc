"""The tree of a convention that thousands decline: what is counted is what would have been read one by one."""

from datetime import date, timedelta
from random import Random

import pytest
from django.urls import reverse

from partners.conventions.family import family_of, listed
from partners.conventions.family_sql import NAMED, OF_REGION
from partners.conventions.reading import parties_of, state_of, with_facts
from partners.conventions.state import ConventionState
from partners.models import Amendment, Convention, ConventionDecision, ConventionParty, Organisation
from tests.conftest import as_owner

pytestmark = pytest.mark.django_db
FIRST = date(2024, 1, 1)
REGIONS = ["53", "75", "93"]


def some_day(draw: Random, *, none: float = 0.0) -> date | None:
    """A day of a short life, so that things fall on one another; None as often as told."""
    return None if draw.random() < none else FIRST + timedelta(days=draw.randrange(24) * 30)


def texts_of_every_kind(parent: Convention, homes: list[Organisation], draw: Random, count: int) -> None:
    """Local texts that anything may have happened to."""
    made: list[Convention] = []
    for number in range(count):
        starts_on, ends_on = some_day(draw, none=0.3), some_day(draw, none=0.2)
        if starts_on and ends_on and ends_on < starts_on:
            starts_on, ends_on = ends_on, starts_on
        known = draw.random() < 0.9
        renewed = ends_on is not None and draw.random() < 0.3
        made.append(
            Convention(
                code=f"T-{number}",
                title=f"Texte {number:03}",
                level="local",
                nature=draw.choice(["declinaison"] * 8 + ["pratique", "proposition"]),
                region_id=draw.choice(REGIONS),
                parent=parent,
                signed_on=some_day(draw, none=0.2) if known else None,
                signature_known=known,
                starts_on=starts_on,
                ends_on=ends_on,
                end_known=ends_on is not None or draw.random() < 0.7,
                tacit_renewal=renewed,
                renewal_months=draw.choice([3, 12]) if renewed else None,
                max_renewals=draw.choice([None, 1, 2]) if renewed else None,
                predecessor=draw.choice(made) if made and draw.random() < 0.1 else None,
            )
        )
        made[-1].save()
    for text in made:
        signers = draw.sample(homes, 3)
        left = draw.random() < 0.1
        ConventionParty.objects.bulk_create(
            ConventionParty(
                convention=text,
                organisation=home,
                signed_on=some_day(draw, none=0.3),
                left_on=some_day(draw) if left else None,
                exit_reason="Retrait" if left else "",
            )
            for home in signers
        )
        Amendment.objects.bulk_create(
            Amendment(
                convention=text,
                number=number + 1,
                kinds=["duree"],
                signed_on=some_day(draw, none=0.2),
                effective_on=some_day(draw),
                new_ends_on=some_day(draw),
            )
            for number in range(draw.choice([0, 0, 0, 1, 1, 2, 3]))
        )
        if draw.random() < 0.2:
            kind = draw.choice(ConventionDecision.Kind.values)
            decided_on = some_day(draw)
            ConventionDecision.objects.create(
                convention=text,
                kind=kind,
                decided_on=decided_on,
                effective_on=draw.choice([None, decided_on + timedelta(days=60)]),
                reason="Motif",
                party=draw.choice([None, signers[0]]),
            )


def read_one_by_one(parent: Convention, day: date) -> dict[str, tuple[int, int, set[int]]]:
    """Region → local texts, those in force, the Missions Locales that are parties of these."""
    found: dict[str, tuple[int, int, set[int]]] = {}
    for text in with_facts(Convention.objects.filter(parent=parent).order_by("pk")):
        total, holding, signers = found.get(text.region_id or "", (0, 0, set()))
        holds = state_of(text, day) == ConventionState.EN_VIGUEUR
        if holds:
            signers = signers | {party.organisation for party in parties_of(text) if party.network == "ml"}
        found[text.region_id or ""] = (total + 1, holding + holds, signers)
    return found


@pytest.fixture
def homes() -> list[Organisation]:
    with as_owner():
        return Organisation.objects.bulk_create(
            Organisation(
                name=f"Structure {number}",
                network="ml" if number % 3 else "cma",
                level="local",
                region_id=REGIONS[number % 3],
            )
            for number in range(30)
        )


def test_what_is_counted_is_what_would_be_read(founding, homes, world):
    parent = founding["UNML-SMV-2024"]
    with as_owner():
        texts_of_every_kind(parent, homes, Random(20241104), 400)
        for back in range(-2, 27):
            day = FIRST + timedelta(days=30 * back - back % 2)
            family = family_of(parent.uuid, day, world.acting("mona"))
            assert family is not None
            counted = {
                region: (group.total, group.holding, group.signers)
                for region, group in family.groups[parent.pk].items()
            }
            read = read_one_by_one(parent, day)
            assert counted == read, day
            # A list says the same of them.
            ((_, reach),) = listed([parent.pk], day)
            assert reach.local == sum(holding for _, holding, _ in read.values()), day
        # Most of them were told by their dates, and not read.
        assert len(family.members) < 200


def test_a_tree_of_thousands_counts_by_region_and_opens_ones_own(founding, homes, visit, world):
    parent = founding["UNML-SMV-2024"]
    own = world.acting("alice").organisation_id
    with as_owner():
        made = Convention.objects.bulk_create(
            Convention(
                code=f"N-{number:03}", title=f"Local {number:03}", level="local", parent=parent,
                region_id="75" if number < 70 else "53", signed_on=date(2025, 1, 1),
            )
            for number in range(NAMED + 20)
        )  # fmt: skip
        ConventionParty.objects.bulk_create(
            ConventionParty(convention=text, organisation_id=own if text.code == "N-055" else home.pk)
            for text in made
            for home in (homes[0], homes[1])[: 1 if text.code == "N-055" else 2]
        )
    page = reverse("partners:convention_detail", args=[parent.uuid])
    html = visit("alice").get(page).content.decode()
    listed = f"/conventions/?convention={parent.uuid}&amp;niveau=local&amp;region=53"
    assert f'href="{listed}">Bretagne</a>' in html
    assert "50 textes locaux, dont 50 en vigueur" in html
    # Of one's own region, twenty: those of one's own organisation first.
    assert f"<summary>{OF_REGION} sur 70 textes locaux</summary>" in html
    assert html.index("Local 055") < html.index("Local 000")
    assert "Local 018" in html
    assert "Local 019" not in html
    assert "Local 080" not in html
    # Who has no region reads the counts alone.
    assert "Local 0" not in visit("nadia").get(page).content.decode()
    # The link leads to these texts, under the title of the one that they decline.
    response = visit("alice").get(listed.replace("&amp;", "&"))
    assert response.context["total"] == 50
    assert f"Déclinaisons de : {parent.title}" in response.content.decode()
    # The page of one of them, elsewhere in the country, names it where it stands.
    there = visit("alice").get(reverse("partners:convention_detail", args=[made[115].uuid])).content.decode()
    assert '<strong class="tree-title" aria-current="page">Local 115</strong>' in there
