"""Who no longer accompanies reads, for its thirty days, how the youth was reached; not how they are reached from then on."""

from datetime import timedelta

import pytest
from django.urls import reverse

from core import clock
from core.scope import acting_as
from tests.conftest import as_owner
from tests.referrals.placing import put
from youths import records
from youths.accompanying import leaving
from youths.models import Accompaniment, Situation, Youth
from youths.rights import gathering

OLD, NEW = "06 39 98 00 00", "06 39 98 99 99"


def accompanies(world, **fields) -> Accompaniment:
    with as_owner():
        return Accompaniment.objects.create(
            youth=world.youth("yann"), organisation=world.org("RSMV"), professional=world.user("rita"),
            role="partner", **fields,
        )  # fmt: skip


def leaves(world) -> None:
    link, rita = accompanies(world), world.acting("rita")
    with acting_as(rita):
        leaving.end_link(
            rita, Youth.objects.get(pk=world.youth("yann").pk), link.pk, reason="done",
            until=clock.today() + timedelta(days=20),
        )  # fmt: skip


def corrects(world, **changes) -> None:
    alice = world.acting("alice")
    with acting_as(alice):
        youth = Youth.objects.get(pk=world.youth("yann").pk)
        for name, value in changes.items():
            setattr(youth, name, value)
        records.correct(alice, youth, list(changes), version=youth.version)


def page(world, visit, who="rita") -> str:
    return visit(who).get(reverse("youths:detail", args=[world.youth("yann").uuid])).content.decode()


def test_the_story(world, visit, travel):
    """Rita leaves on Monday and still reads the number; on Thursday it changes, and she reads none."""
    start = clock.now()
    leaves(world)
    assert OLD in page(world, visit)
    travel(start + timedelta(days=3))
    assert OLD in page(world, visit)
    corrects(world, phone=NEW, email="yann@canari.example")
    html = page(world, visit)
    assert NEW not in html
    assert OLD not in html
    assert "canari.example" not in html
    assert "Elles ont changé depuis que votre structure n’accompagne plus ce jeune" in html
    # Those who accompany today, and who keep the record, read it.
    assert NEW in page(world, visit, "alice")
    travel(start + timedelta(days=21))
    assert visit("rita").get(reverse("youths:detail", args=[world.youth("yann").uuid])).status_code == 404


def found(visit, typed: str, who: str = "rita") -> bool:
    answer = visit(who).post(reverse("youths:search"), {"q": typed}, follow=True)
    return "Kermarrec" in answer.content.decode()


def test_a_number_that_changed_since_finds_nobody(world, visit, travel):
    """Otherwise one would learn it by asking for it, whole or by its beginning."""
    leaves(world)
    assert found(visit, OLD)
    travel(clock.now() + timedelta(days=3))
    corrects(world, phone=NEW)
    for typed in (NEW, NEW[:9], OLD):
        assert not found(visit, typed), typed
    assert found(visit, "Kermarrec")
    assert found(visit, NEW, "alice")


def test_a_number_that_changed_before_leaving_finds(world, visit):
    corrects(world, phone=NEW)
    leaves(world)
    assert found(visit, NEW)


def test_what_changed_before_leaving_is_read(world, visit, travel):
    corrects(world, phone=NEW)
    leaves(world)
    assert NEW in page(world, visit)
    assert "Elles ont changé" not in page(world, visit)


def test_another_correction_hides_nothing(world, visit, travel):
    start = clock.now()
    leaves(world)
    travel(start + timedelta(days=3))
    corrects(world, first_name="Yannick")
    assert OLD in page(world, visit)


def test_who_came_back_reads_again(world, visit, travel):
    start = clock.now()
    leaves(world)
    travel(start + timedelta(days=3))
    corrects(world, phone=NEW)
    accompanies(world)
    assert NEW in page(world, visit)


def test_a_situation_of_afterwards_is_not_told(world, visit, travel):
    start = clock.now()
    leaves(world)
    travel(start + timedelta(days=3))
    with as_owner():
        Situation.objects.create(
            youth=world.youth("yann"), kind="activity", code="EMPLOI", since=clock.today(),
            organisation=world.org("ML_A"), recorded_by=world.user("alice"),
        )  # fmt: skip
    assert "En emploi" not in page(world, visit)
    assert "En emploi" in page(world, visit, "alice")


def test_its_archive_says_no_more_than_its_page(world, travel):
    start = clock.now()
    leaves(world)
    travel(start + timedelta(days=3))
    corrects(world, phone=NEW)
    assert NEW not in str(gathered(world, "RSMV"))
    assert NEW in str(gathered(world, "ML_A"))


def gathered(world, key: str):
    with as_owner():
        return gathering.held_by(world.org(key).pk, Youth.objects.get(pk=world.youth("yann").pk))


@pytest.mark.parametrize(("state", "told"), [("started", True), ("completed", False), ("declined", False)])
def test_the_page_of_a_referral_that_is_over_is_silent_too(world, visit, travel, state, told):
    start = clock.now()
    referral = put(world, state)
    travel(start + timedelta(days=2))
    corrects(world, phone=NEW)
    html = visit("rita").get(referral.get_absolute_url()).content.decode()
    assert (NEW in html) == told
    assert ("Elles ont changé depuis la fin de cette orientation" in html) != told
    assert NEW in visit("alice").get(referral.get_absolute_url()).content.decode()
