"""Designations passed in bulk: the preview, what it does, what it refuses, two managers at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.urls import reverse

from core import clock
from core.scope import acting_as
from notifications.models import Notification
from partners.designations import transfer as transfers
from partners.models import Absence, Convention, Designation, Membership, Topic
from partners.people.invitations import Refused
from tests.conftest import as_owner
from tests.world import World

TRANSFER = reverse("partners:designation_transfer")
LIST = reverse("partners:designation_list")


def text(response) -> str:
    return response.content.decode()


def day(count: int):
    return clock.today() + timedelta(days=count)


@pytest.fixture
def held(world):
    """Bob answers for three topics of the Mission Locale: one since long, one for a convention, one to come."""
    home = world.org("ML_A")
    with as_owner():
        return [
            Designation.objects.create(
                organisation=home, topic=topic, user=world.user("bob"), starts_on=day(starts), **fields
            )
            for topic, starts, fields in (
                (Topic.SMV, -30, {"substitute": world.user("dora")}),
                (
                    Topic.APPRENTICESHIP,
                    -30,
                    {"convention": Convention.objects.get(code="UNML-SMV-2019"), "ends_on": day(90)},
                ),
                (Topic.TRAINING, 20, {"department_id": "17"}),
            )
        ]


def asked(world, leaver="bob", successor="dora", on=10, **more):
    return {
        "de": world.user(leaver).pk,
        "vers": world.user(successor).pk,
        "le": day(on).isoformat(),
    } | more


def confirmed(page) -> dict[str, object]:
    """What the button of a preview sends."""
    found: dict[str, object] = {}
    for name, value in page.context["hidden"]:
        found.setdefault(name, []).append(value)  # type: ignore[union-attr]
    return found


def rows(world, name: str) -> list[tuple]:
    found = Designation.objects.filter(user=world.user(name), organisation=world.org("ML_A"))
    return [(one.topic, one.starts_on, one.ends_on) for one in found.order_by("topic", "starts_on")]


# --- The preview ----------------------------------------------------------------------------


def test_the_preview_says_what_ends_what_begins_and_what_to_know(world, visit, held):
    mona = visit("mona")
    html = text(mona.get(TRANSFER))
    assert "Bob Colleague" in html
    assert "Ce qui sera fait" not in html
    page = mona.get(TRANSFER, asked(world))
    lines = page.context["plan"].lines
    assert [(line.designation.topic, line.last_day, line.begins_on) for line in lines] == [
        (Topic.APPRENTICESHIP, day(9), day(10)),
        (Topic.TRAINING, None, day(20)),
        (Topic.SMV, day(9), day(10)),
    ]
    html = text(page)
    assert "Dora Elsewhere était suppléant : il n’y aura plus de suppléant" in html
    assert "Convention UNML – SMV" in html
    assert "elle n’a pas commencé" in html
    assert "Transmettre 3 désignations" in html
    assert rows(world, "dora") == []


def test_some_topics_only(world, visit, held):
    page = visit("mona").get(TRANSFER, asked(world, sujets=[Topic.SMV]))
    assert [line.designation.topic for line in page.context["plan"].lines] == [Topic.SMV]
    assert "Transmettre 1 désignation" in text(page)


def test_what_ends_before_the_day_stays(world, visit, held):
    page = visit("mona").get(TRANSFER, asked(world, on=100))
    (stays,) = [line for line in page.context["plan"].lines if line.stays]
    assert stays.designation.topic == Topic.APPRENTICESHIP
    assert "avant cette date" in text(page)


def test_somebody_who_is_not_there_on_the_day_receives_nothing(world, visit, held):
    with as_owner():
        Membership.objects.filter(user=world.user("dora")).update(ends_on=day(5))
    page = visit("mona").get(TRANSFER, asked(world))
    assert page.context["plan"].passing == []
    assert "n’est pas dans la structure" in text(page)
    assert "Il n’y a rien à transmettre" in text(page)


def test_an_absence_and_a_departure_of_the_successor_are_said(world, visit, held):
    with as_owner():
        membership = Membership.objects.get(user=world.user("dora"))
        Membership.objects.filter(pk=membership.pk).update(ends_on=day(60))
        Absence.objects.create(
            membership=membership, substitute=world.user("alice"), starts_on=day(5), until=day(15),
            declared_by=world.user("mona"),
        )  # fmt: skip
    html = text(visit("mona").get(TRANSFER, asked(world)))
    assert "Absence de Dora Elsewhere jusqu’au" in html
    assert "Dora Elsewhere quitte la structure le" in html


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"vers": "bob"}, "vers", "une autre personne"),
        ({"vers": "charlie"}, "vers", "Sélectionnez"),
        ({"vers": "paul"}, "vers", "Sélectionnez"),
        ({"de": "rita"}, "de", "Sélectionnez"),
        ({"le": "2001-01-01"}, "le", "est passée"),
        ({"le": "2026-02-30"}, "le", "n’existe pas"),
        ({"le": ""}, "le", "obligatoire"),
        ({"sujets": ["zz"]}, "sujets", "Sélectionnez"),
    ],
)
def test_bad_input_is_explained(world, visit, held, changes, field, words):
    changes = {
        name: world.user(value).pk if name in ("de", "vers") else value for name, value in changes.items()
    }
    mona = visit("mona")
    for response in (mona.get(TRANSFER, asked(world) | changes), mona.post(TRANSFER, asked(world) | changes)):
        assert response.status_code == 200
        assert words in str(response.context["form"].errors[field])
    assert rows(world, "dora") == []


# --- Doing it -------------------------------------------------------------------------------


def test_it_passes_whole_and_the_history_stays(world, visit, held):
    mona = visit("mona")
    page = mona.get(TRANSFER, asked(world))
    response = mona.post(TRANSFER, confirmed(page), follow=True)
    assert "3 désignations sont transmises à Dora Elsewhere" in text(response)
    assert rows(world, "dora") == [
        (Topic.APPRENTICESHIP, day(10), day(90)),
        (Topic.TRAINING, day(20), None),
        (Topic.SMV, day(10), None),
    ]
    assert rows(world, "bob") == [
        (Topic.APPRENTICESHIP, day(-30), day(9)),
        (Topic.SMV, day(-30), day(9)),
    ]
    received = Designation.objects.get(user=world.user("dora"), topic=Topic.APPRENTICESHIP)
    assert received.convention is not None
    assert Designation.objects.get(user=world.user("dora"), topic=Topic.SMV).substitute is None
    with as_owner():
        (line,) = Notification.objects.filter(kind="people.designated").order_by("pk")
    assert line.user == world.user("dora")
    assert "Vous recevez 3 désignations de référent" in line.text


def test_today_is_a_day_like_another(world, visit, held):
    mona = visit("mona")
    mona.post(TRANSFER, confirmed(mona.get(TRANSFER, asked(world, on=0))))
    assert (Topic.SMV, day(0), None) in rows(world, "dora")
    assert (Topic.SMV, day(-30), day(-1)) in rows(world, "bob")


def test_sent_twice_the_second_is_told(world, visit, held):
    mona = visit("mona")
    sent = confirmed(mona.get(TRANSFER, asked(world)))
    assert mona.post(TRANSFER, sent).status_code == 302
    response = mona.post(TRANSFER, sent)
    assert response.status_code == 409
    assert "viennent d’être changées par une autre personne" in text(response)
    assert len(rows(world, "dora")) == 3


def test_a_change_since_the_preview_is_told_then_confirmed(world, visit, held):
    mona = visit("mona")
    sent = confirmed(mona.get(TRANSFER, asked(world)))
    with as_owner():
        Designation.objects.filter(pk=held[0].pk).update(ends_on=day(40))
    response = mona.post(TRANSFER, sent)
    assert response.status_code == 409
    assert rows(world, "dora") == []
    assert mona.post(TRANSFER, confirmed(response)).status_code == 302
    assert (Topic.SMV, day(10), day(40)) in rows(world, "dora")


@pytest.mark.django_db(transaction=True)
def test_two_managers_at_once_one_wins(transactional_db):
    world = World.load()
    with as_owner():
        one = Designation.objects.create(
            organisation=world.org("ML_A"), topic=Topic.SMV, user=world.user("bob"), starts_on=day(-30)
        )
        Membership.objects.filter(user=world.user("sonia")).update(role="manager")
    world = World.load()
    together = Barrier(2)

    def carry_out(manager: str, successor: str) -> str:
        try:
            with acting_as(world.acting(manager)):
                request = transfers.Request(world.user("bob"), world.user(successor), day(1))
                seen = transfers.prepare(one.organisation_id, request).seen
            together.wait()
            with acting_as(world.acting(manager)):
                transfers.carry_out(world.acting(manager), request, seen)
        except transfers.Overtaken:
            return "told"
        else:
            return "won"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(carry_out, ("mona", "sonia"), ("dora", "alice"))) == ["told", "won"]
    assert Designation.objects.filter(organisation=world.org("ML_A")).count() == 2


def test_somebody_who_is_no_longer_manager_does_nothing(world, held):
    request = transfers.Request(world.user("bob"), world.user("dora"), day(1))
    with as_owner():
        Membership.objects.filter(user=world.user("mona")).update(role="professional")
    with acting_as(world.acting("mona")):
        seen = transfers.prepare(world.org("ML_A").pk, request).seen
        with pytest.raises(Refused):
            transfers.carry_out(world.acting("mona"), request, seen)


# --- Who ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["alice", "bob", "paul", "rita"])
def test_others_may_not(world, visit, held, name):
    someone = visit(name)
    assert someone.get(TRANSFER).status_code == 403
    assert someone.post(TRANSFER, asked(world)).status_code == 403
    assert TRANSFER not in text(someone.get(LIST))


def test_another_manager_passes_nothing_of_this_organisation(world, visit, held):
    response = visit("carla").post(TRANSFER, asked(world))
    assert {"de", "vers"} <= set(response.context["form"].errors)
    assert TRANSFER in text(visit("carla").get(LIST))


def test_anonymous_is_sent_to_sign_in(client, world):
    assert client.get(TRANSFER).status_code == 302


def test_queries(world, visit, queries, held):
    mona = visit("mona")
    address = f"{TRANSFER}?de={world.user('bob').pk}&vers={world.user('dora').pk}&le={day(10)}"
    few, _ = queries(mona, address)
    with as_owner():
        for code in ("86", "29", "17"):
            for topic in (Topic.SMV, Topic.RETURN, Topic.DIGITAL):
                Designation.objects.create(
                    organisation=world.org("ML_A"), topic=topic, user=world.user("bob"), department_id=code
                )
    many, sql = queries(mona, address)
    assert many == few <= 10, sql
