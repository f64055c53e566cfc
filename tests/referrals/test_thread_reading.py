"""What of a thread somebody has not read yet: marked once, for oneself alone."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from core import clock
from core.scope import acting_as
from notifications.models import Notification
from referrals.models import ThreadReading
from referrals.thread import writing
from tests.conftest import as_owner
from tests.referrals.placing import put
from tests.referrals.staging import move
from tests.referrals.test_chains import questions


def write(world, who: str, referral, text: str):
    with acting_as(world.acting(who)):
        return writing.post_message(world.acting(who), referral, text)


def page(visit, who: str, referral) -> str:
    html = visit(who).get(referral.get_absolute_url()).content.decode()
    return html.replace("</svg>", "").replace("\n", "")


def marks(html: str) -> int:
    return html.count("Nouveau</span>")


def test_what_the_other_side_wrote_is_new_once(world, visit, travel):
    referral = put(world, "accepted")
    for text in ("Un premier mot.", "Un second."):
        write(world, "rita", referral, text)
    html = page(visit, "alice", referral)
    assert marks(html) == 2
    assert "2 nouveaux messages" in html
    html = page(visit, "alice", referral)
    assert marks(html) == 0
    assert "nouveau message" not in html
    assert "nouveaux messages" not in html
    assert marks(page(visit, "bob", referral)) == 2  # for oneself alone
    assert marks(page(visit, "rita", referral)) == 0  # one's own words are no news
    travel(clock.now() + timedelta(minutes=5))
    write(world, "rita", referral, "Un troisième.")
    html = page(visit, "alice", referral)
    assert marks(html) == 1
    assert "Un nouveau message" in html


def test_the_line_of_the_notifications_is_read_with_the_thread(world, visit):
    referral = put(world, "accepted")
    write(world, "rita", referral, "Un mot.")
    told = Notification.objects.filter(kind="referral.message", user=world.user("alice"))
    with as_owner():
        assert told.unread().count() == 1
    page(visit, "alice", referral)
    with as_owner():
        assert told.unread().count() == 0


def test_what_was_taken_back_is_no_news(world, visit):
    referral = put(world, "accepted")
    message = write(world, "rita", referral, "Pas ici.")
    with acting_as(world.acting("rita")):
        writing.withdraw(world.acting("rita"), referral, message.uuid)
    assert marks(page(visit, "alice", referral)) == 0


def test_a_thread_that_was_read_costs_nothing(world, visit):
    quiet, talking = put(world, "accepted"), put(world, "accepted", youth=world.youth("zoe"))
    write(world, "rita", talking, "Un mot.")
    alice = visit("alice")
    assert questions(alice, quiet) == questions(alice, talking) <= 10


@pytest.mark.parametrize("who", ["bob", "mona", "rita", "charlie"])
def test_nobody_else_reads_what_one_has_read(world, visit, who):
    referral = put(world, "accepted")
    write(world, "rita", referral, "Un mot.")
    page(visit, "alice", referral)
    with as_owner():
        assert ThreadReading.objects.filter(user=world.user("alice")).count() == 1
    with acting_as(world.acting(who)):
        assert not ThreadReading.objects.exists()
        with pytest.raises(DatabaseError), transaction.atomic():
            ThreadReading.objects.create(
                referral=referral,
                user=world.user("alice"),
                organisation=world.org("ML_A"),
                seen_at=clock.now(),
            )


def test_the_question_stands_above_its_answer(world, visit):
    referral = put(world, "received")
    move(world, "rita", referral, "ask_info", question="A-t-il son attestation JDC ?")
    html = visit("alice").get(referral.get_absolute_url()).content.decode()
    form = html[html.index("action/answer_info/") : html.index('name="answer_info-answer"')]
    assert "A-t-il son attestation JDC ?" in form
    assert "A-t-il son attestation JDC ?" in visit("rita").get(referral.get_absolute_url()).content.decode()
