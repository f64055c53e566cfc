"""The founding loop, as the operations see it: Alice sends Yann to Rita, and learns what becomes of him."""

import uuid
from datetime import date, timedelta

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from core import clock
from core.models import Task
from core.scope import acting_as
from notifications.models import Notification
from referrals import creation, deadlines, programmes, workflow
from referrals.models import Referral
from referrals.thread import writing
from tests.conftest import as_owner, as_worker
from youths.models import Accompaniment, Agreement, Youth


def send(world, who="alice", youth="yann", to="RSMV", covers_return=True, **of_minor) -> Referral:
    acting = world.acting(who)
    with acting_as(acting):
        referral = creation.create_draft(
            acting,
            Youth.objects.visible_to(acting).get(uuid=world.youth(youth).uuid),
            programmes.get("smv"),
            world.org(to),
            details={},
            submission=uuid.uuid4(),
        )
        creation.record_agreement(
            acting,
            referral,
            channel="face_to_face",
            informed="read_aloud",
            covers_return=covers_return,
            **of_minor,
        )
        return creation.send(acting, referral)


def act(world, who, referral, action, **inputs) -> Referral:
    acting = world.acting(who)
    with acting_as(acting):
        return workflow.apply(acting, referral.uuid, action, version=None, inputs=inputs)


def reopen(world, referral, who="rita", with_whom="rosa", reason="ELEMENT_NOUVEAU") -> Referral:
    """One asks, another person of the same organisation confirms."""
    act(world, who, referral, "ask_reopen", reason=reason)
    return act(world, with_whom, referral, "reopen")


def test_a_move_that_breaks_a_constraint_names_it_and_changes_nothing(world):
    referral, today = send(world), clock.today()
    with acting_as(world.acting("rita")):
        workflow.open_first(world.acting("rita"), referral.uuid)
    act(world, "rita", referral, "accept", planned_on=today)
    act(world, "rita", referral, "start", started_on=today)
    with pytest.raises(ValidationError, match="La fin ne peut pas précéder le démarrage"):
        act(world, "rita", referral, "complete", outcome="EMPLOI_DURABLE", ended_on=today - timedelta(days=3))
    with acting_as(world.acting("alice")):
        assert Referral.objects.get(pk=referral.pk).state == "started"


def test_the_loop_closes(world, run_outbox):
    referral = send(world)
    assert referral.recipient_professional == world.user("rita")
    today = clock.today()
    with acting_as(world.acting("rita")):
        assert Task.objects.visible_to(world.acting("rita")).open().get().kind == "answer"
        workflow.open_first(world.acting("rita"), referral.uuid)
    act(world, "rita", referral, "ask_info", question="A-t-il fait sa JDC ?")
    act(world, "alice", referral, "answer_info", answer="Oui, en 2023.")
    act(world, "rita", referral, "accept", planned_on=today + timedelta(days=20))
    act(world, "rita", referral, "start", started_on=today)
    act(world, "rita", referral, "complete", outcome="EMPLOI_DURABLE", ended_on=today)
    act(world, "alice", referral, "acknowledge")
    with acting_as(world.acting("alice")):
        done = Referral.objects.get(pk=referral.pk)
        assert done.state == "completed"
        assert done.acknowledged_at is not None
        assert done.clock_kind == ""
        asked = Task.objects.visible_to(world.acting("alice")).open().filter(kind="follow_up")
        assert asked.filter(awaited_on__gt=today).count() == 2
        assert list(done.events.values_list("number", flat=True)) == list(range(2, done.version + 1))
        assert Notification.objects.visible_to(world.acting("alice")).count() == 4
    run_outbox()
    assert {message.to[0] for message in mail.outbox} == {
        "alice@portail.example",
        "rita@portail.example",
        "sam@portail.example",
    }
    assert not any("Yann" in message.body + message.subject for message in mail.outbox)


def test_a_drop_out_returns_under_the_agreement_that_foresaw_it(world):
    referral = send(world)
    today = clock.today()
    with acting_as(world.acting("rita")):
        workflow.open_first(world.acting("rita"), referral.uuid)
    act(world, "rita", referral, "accept")
    act(world, "rita", referral, "start", started_on=today)
    act(world, "rita", referral, "drop_out", reason="ABANDON", outcome="SANS_SOLUTION", ended_on=today)
    with acting_as(world.acting("alice")):
        back = Referral.objects.visible_to(world.acting("alice")).get(returned_from=referral)
    assert back.state == "sent"
    assert back.recipient == world.org("ML_A")


def test_a_return_not_foreseen_waits_for_the_agreement(world):
    referral = send(world, covers_return=False)
    with acting_as(world.acting("rita")):
        workflow.open_first(world.acting("rita"), referral.uuid)
    act(world, "rita", referral, "accept")
    act(world, "rita", referral, "start", started_on=clock.today())
    act(
        world, "rita", referral, "drop_out", reason="ABANDON", outcome="SANS_SOLUTION", ended_on=clock.today()
    )
    with acting_as(world.acting("rita")):
        back = Referral.objects.get(returned_from=referral)
        assert back.state == "draft"
        assert Task.objects.visible_to(world.acting("rita")).open().filter(kind="agreement").count() == 1
    with acting_as(world.acting("alice")):
        assert not Referral.objects.filter(returned_from=referral).exists()


def test_two_decide_at_once_one_is_told(world):
    referral = send(world)
    with acting_as(world.acting("rita")):
        workflow.open_first(world.acting("rita"), referral.uuid)
    with acting_as(world.acting("rita")):
        seen = Referral.objects.get(pk=referral.pk).version
        workflow.apply(world.acting("rita"), referral.uuid, "accept", version=seen)
    with acting_as(world.acting("sam")), pytest.raises(workflow.Stale):
        workflow.apply(
            world.acting("sam"), referral.uuid, "decline", version=seen, inputs={"reason": "PLACES"}
        )


def test_the_clock_reminds_once_and_closes_silence(world, travel):
    referral = send(world)
    start = clock.now()

    def run():
        with as_worker():
            return deadlines.run()

    assert run().reminded == 0
    with as_owner():
        sent = Referral.objects.get(pk=referral.pk)
        due_on, rungs = sent.due_on, sent.rungs
    unopened = [date.fromisoformat(on) for on, level, _ in rungs if level.startswith("unopened")]
    for day, expected in ((unopened[0], (1, 0)), (unopened[1], (0, 1)), (due_on, (1, 0))):
        travel(start + timedelta(days=(day - start.date()).days))
        done = run()
        assert (done.reminded, done.escalated) == expected
        assert run() == deadlines.Run()
    travel(start + timedelta(days=200))
    assert run().expired == 1
    with acting_as(world.acting("alice")):
        assert Referral.objects.get(pk=referral.pk).state == "no_response"
        assert Referral.objects.get(pk=referral.pk).reason == "SILENCE_DESTINATAIRE"


def test_charlie_sees_nothing(world):
    referral = send(world)
    with acting_as(world.acting("charlie")):
        assert not Referral.objects.exists()
        assert not Referral.objects.visible_to(world.acting("charlie")).exists()
        assert not Youth.objects.filter(pk=referral.youth_id).exists()
        assert Youth.objects.count() == 1


def test_who_is_solicited_again_sends_nothing_before_it_answers(world, visit):
    """An agreement of the time when it accompanied is not an answer to what it is asked today."""
    send(world)
    rita, yann = world.acting("rita"), world.youth("yann")
    with as_owner():
        old = Agreement.objects.create(
            youth=yann, recorded_by=world.user("rita"), recorded_for=world.org("RSMV"),
            recipient=world.org("ML_A"), purpose="retour", channel="phone", informed="handed",
            text_version="retour-1",
        )  # fmt: skip
    with acting_as(rita):
        draft = creation.create_draft(
            rita, yann, programmes.get("retour"), world.org("ML_A"), details={}, submission=uuid.uuid4()
        )
        with pytest.raises(creation.Unanswered):
            creation.record_agreement(rita, draft, channel="phone", informed="handed", covers_return=False)
        creation.rest_on(draft, old)
        with pytest.raises(creation.Unanswered):
            creation.send(rita, draft)
        with pytest.raises(DatabaseError, match="who is solicited"), transaction.atomic():
            workflow.apply(rita, draft.uuid, "send", version=None)
    page = visit("rita").post(f"{draft.get_absolute_url()}envoyer/", {"given": "on"}, follow=True)
    assert "Répondez d’abord" in page.content.decode()
    with as_owner():
        draft.refresh_from_db()
        assert draft.state == "draft"
        assert Accompaniment.objects.get(youth=yann, organisation=world.org("RSMV")).role == "contacted"


def test_a_message_and_its_notice_are_one_transaction(world, monkeypatch):
    """Who catches the error of a notice does not keep a message that nobody was told of."""
    referral = send(world)

    def fail(*args):
        raise RuntimeError

    monkeypatch.setattr(writing, "tell", fail)
    with acting_as(world.acting("alice")):
        with pytest.raises(RuntimeError):
            writing.post_message(world.acting("alice"), referral, "Il préfère être appelé le matin.")
        assert not referral.messages.exists()
