"""Model stories: some thousands of youths whose referrals are told by the rules of the house, in memory.

Each story has the same cast: a Mission Locale, a site of the SMV, a chamber, an agency, each with a professional,
a substitute and a manager. Organisations and people are numbers (``ORGANISATIONS``, ``person``) which the
generator replaces by real ones, thousands of times over.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from random import Random
from typing import Any

from django.db import models

from core import clock
from core.models import Task
from notifications.models import Notification
from partners.models import Convention, Designation, Organisation, Topic
from portal.demo.cast import Cast, Signed
from portal.demo.engine import Engine
from portal.demo.history import Places, Story, direct
from referrals.models import Message, MoveRequest, Outcome, Referral, ReferralEvent, Reminder
from reporting.models import ReferralFact
from youths.models import Accompaniment, Agreement, Youth

ML, SITE, CHAMBER, AGENCY = ORGANISATIONS = (1, 2, 3, 4)
PROFESSIONAL, SUBSTITUTE, MANAGER = 1, 2, 3
PLACES_PER_ORGANISATION = 3
# Stands for the name of the organisation that acts, in the texts of notifications.
NAME = "@@"
MONTHS = 42
DAYS = MONTHS * 30
DIRECT_SHARE = 0.006
# How many referrals a youth's file plans, besides those that follow from a refusal or an interruption: most
# have one or two, some have many.
_PLANNED = (0, 1, 2, 3, 5, 9)
_WEIGHTS = (7, 31, 26, 17, 12, 7)
_AGES = (16.1, 23.5)

ROWS: tuple[type[models.Model], ...] = (
    Youth,
    Accompaniment,
    Agreement,
    Referral,
    ReferralEvent,
    MoveRequest,
    Outcome,
    Message,
    Reminder,
    Task,
    Notification,
)


def person(organisation: int, place: int) -> int:
    """The number of somebody: ``PROFESSIONAL``, ``SUBSTITUTE`` or ``MANAGER`` of an organisation of the cast."""
    return (organisation - 1) * PLACES_PER_ORGANISATION + place


def tell(number: int, today: date) -> dict[type[models.Model], list[Any]]:
    """The rows of so many stories, up to the first minute of ``today``; youths are numbered from 1.

    Needs the national conventions in the database: referrals name the one that applies.
    """
    cast = _cast(today)
    end = datetime.combine(today, time(), clock.PARIS).astimezone(UTC)
    ids: dict[type[models.Model], Iterator[int]] = {model: count(1) for model in ROWS}
    engine = Engine(cast, end, ids)
    houses = cast.organisations
    chambers = [houses[CHAMBER]]
    places = Places(
        {
            "smv": [houses[SITE]],
            "apprentissage": chambers,
            "prepa_apprentissage": chambers,
            "mission_jeunes": [houses[AGENCY]],
        },
        smv_near=False,
    )
    for index in range(number):
        rng = Random(f"bench-{index}")  # noqa: S311 - made the same each time, not secret
        story = Story(engine, rng, places, {ML: 0.8, SITE: 1.2, CHAMBER: 1.0, AGENCY: 0.9})
        opened_on = today - timedelta(days=2 + int((DAYS + 150) * rng.random() ** 1.15))
        level = rng.choices((1, 2, 3, 4, 5), weights=(14, 30, 33, 20, 3))[0]
        youth = Youth(
            held_by=houses[ML],
            registered_with=houses[ML],
            birth_date=opened_on - timedelta(days=round(365.25 * rng.uniform(*_AGES))),
            level=level,
            level_obtained=level >= 3 and rng.random() < 0.8,
        )
        if rng.random() < DIRECT_SHARE:
            youth.held_by, youth.registered_with = houses[SITE], None
            day = today - timedelta(days=rng.randint(10, 500))
            direct(story, youth, person(SITE, PROFESSIONAL), houses[ML], day)
        else:
            opened = story.at(opened_on)
            story.open(youth, person(ML, PROFESSIONAL), opened, role=Accompaniment.Role.LEAD)
            _plan(story, opened)
        story.run()
    engine.finish()
    wanted: tuple[type[models.Model], ...] = (*ROWS, ReferralFact)
    return {model: engine.rows[model] for model in wanted}


def _plan(story: Story, opened: datetime) -> None:
    """Referrals spread over the time since the record was opened, within the history."""
    rng, today = story.rng, story.today
    first = max(clock.day_of(opened), today - timedelta(days=DAYS))
    span = (today - first).days
    for _ in range(rng.choices(_PLANNED, weights=_WEIGHTS)[0]):
        start = story.at(first + timedelta(days=int(span * rng.random() ** 0.85)))
        story.spawn(story.referral(max(start, opened + timedelta(hours=1)), story.codes()))


def _cast(today: date) -> Cast:
    networks = {ML: "ml", SITE: "smv", CHAMBER: "cma", AGENCY: "interim"}
    organisations = {
        number: Organisation(
            pk=number, name=NAME, network=network, level="local", department_id="17", region_id="75"
        )
        for number, network in networks.items()
    }
    cast = Cast(organisations, {}, defaultdict(list), defaultdict(list), [])
    topics = {
        SITE: [Topic.SMV],
        CHAMBER: [Topic.APPRENTICESHIP, Topic.PREPARATION],
        AGENCY: [Topic.INTERIM],
    }
    for number in ORGANISATIONS:
        cast.managers[number].append(person(number, MANAGER))
        # The number of a team is that of its organisation.
        cast.teams[person(number, PROFESSIONAL), number] = number
        for topic in topics.get(number, []):
            cast.designations[number, topic].append(
                Designation(
                    pk=number,
                    user_id=person(number, PROFESSIONAL),
                    substitute_id=person(number, SUBSTITUTE),
                    starts_on=today - timedelta(days=2000),
                )
            )
    for convention in Convention.objects.filter(level="national", signed_on__isnull=False).order_by("pk"):
        assert convention.signed_on is not None
        cast.conventions.append(Signed(convention.pk, tuple(convention.themes), convention.signed_on))
    return cast
