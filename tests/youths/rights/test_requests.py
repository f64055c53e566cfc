"""What a youth asks about their data: received by the delegate, gathered, answered, passed on, and nothing more."""

from uuid import uuid4

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock
from core.models import AuditEntry, OutboxMessage, Task
from core.scope import acting_as
from core.working_days import add_months
from referrals import creation, programmes
from tests.conftest import as_owner
from tests.filling import form_of, send_pairs
from tests.referrals.test_loop import send as refer
from tests.youths.accompanying.test_invitation import ask as invite
from tests.youths.rights.requesting import FIND, HOME, ask, page, received, send
from tests.youths.test_agreement_link import make_link
from tests.youths.test_journal import accepted
from tests.youths.test_transfer import propose
from youths.models import (
    AccompanimentInvitation,
    AgreementRequest,
    DelegateDecision,
    Erasure,
    RightsRequest,
    Transfer,
    Youth,
)
from youths.rights import erasure, requests

# --- Receiving ----------------------------------------------------------------------------------------


def test_the_delegate_writes_down_a_request_due_in_a_month(world, visit):
    found = received(world, visit)
    assert found.due_on == add_months(clock.today(), 1)
    assert found.handled_by == world.user("paul")
    html = visit("paul").get(page(found)).content.decode()
    assert world.youth("yann").last_name in html
    home = visit("paul").get(HOME).content.decode()
    assert page(found) in home
    assert world.youth("yann").last_name not in home
    with as_owner():
        assert Task.objects.get(subject_kind="rights_request").user_id == world.user("paul").pk
        search = AuditEntry.objects.get(kind="search")
        assert world.youth("yann").last_name.lower() not in search.detail.lower()


@pytest.mark.parametrize("typed", ["accents", "number"])
def test_a_name_is_exact_but_for_accents_and_case_or_the_file_number_is_enough(world, visit, typed):
    youth = world.youth("yann")
    with as_owner():
        Youth.objects.filter(pk=youth.pk).update(file_number="A-17")
    values = {
        "accents": {"last_name": youth.last_name.upper(), "first_name": youth.first_name.lower()},
        "number": {"last_name": "", "first_name": "", "birth_date": "", "file_number": "A-17"},
    }[typed]
    assert ask(visit("paul"), youth, **values).status_code == 302


def test_nobody_is_found_outside_of_one_s_own_organisation(world, visit):
    """Kim is known elsewhere: the answer is that of somebody who does not exist."""
    kim = world.youth("kim")
    there = ask(visit("paul"), kim)
    nowhere = ask(visit("paul"), kim, last_name="Inconnu")
    assert there.status_code == nowhere.status_code == 200
    words = "ne garde rien au nom de cette personne"
    assert words in there.content.decode()
    assert words in nowhere.content.decode()
    with as_owner():
        assert not RightsRequest.objects.exists()


def test_the_same_request_is_written_down_once(world, visit):
    received(world, visit)
    again = ask(visit("paul"), world.youth("yann"))
    assert again.status_code == 409
    assert "déjà en cours" in again.content.decode()


@pytest.mark.parametrize(
    "typed",
    [
        {"last_name": "", "birth_date": ""},
        {"birth_date": "0000-00-00"},
        {"received_on": "9999-12-31"},
        {"received_on": "1999-01-01"},
        {"kind": "autre"},
        {"last_name": "a" * 1_000},
        {"last_name": "nul\x00"},
    ],
    ids=lambda typed: "-".join(typed),
)
def test_what_is_wrong_is_said_beside_its_field(world, visit, typed):
    paul, values = (
        visit("paul"),
        {"kind": "acces", "channel": "accueil", "first_name": "Yann", "identity": "on"},
    )
    response = paul.post(FIND, values | {"received_on": clock.today().isoformat()} | typed)
    assert response.status_code == 200
    assert response.context["form"].errors
    with as_owner():
        assert not RightsRequest.objects.exists()


@pytest.mark.parametrize("who", ["alice", "mona", "charlie", "carla", "rita", "regis", "nadia"])
def test_the_delegate_alone_handles_requests(world, visit, who):
    found = received(world, visit)
    for address in (
        HOME,
        FIND,
        page(found),
        page(found, "answer"),
        page(found, "archive"),
        page(found, "erase"),
    ):
        assert visit(who).get(address).status_code == 403


def test_the_delegate_of_another_organisation_finds_nothing(world, visit):
    found = received(world, visit)
    with as_owner():
        from partners.models import Membership

        Membership.objects.filter(user=world.user("carla")).update(role="dpo")
    for name in ("request", "answer", "extend", "gather", "archive", "erase"):
        assert visit("carla").get(page(found, name)).status_code == 404
    assert visit("carla").get(HOME).status_code == 200
    assert visit("carla").get(f"{HOME}demandes/pas-un-uuid/").status_code == 404


def test_the_delegate_opens_no_record(world, visit):
    received(world, visit)
    assert visit("paul").get(reverse("youths:detail", args=[world.youth("yann").uuid])).status_code == 403


# --- The others ---------------------------------------------------------------------------------------


def test_who_else_holds_something_is_told_and_learns_nothing_more(world, visit, run_outbox):
    accepted(world)
    received(world, visit)
    run_outbox()
    with as_owner():
        other = RightsRequest.objects.get(organisation=world.org("RSMV"))
        task = Task.objects.get(subject_kind="rights_request", organisation_id=world.org("RSMV").pk)
    assert (other.channel, other.due_on) == ("relais", add_months(clock.today(), 1))
    assert (task.user_id, task.due_on) == (None, other.due_on)
    html = visit("rosa").get("/").content.decode()
    assert "Désigner un délégué" in html
    assert world.org("ML_A").name not in html.partition("<main")[2].partition("Orientation")[0]
    run_outbox()
    with as_owner():
        assert RightsRequest.objects.count() == 2
    with as_owner():
        assert not RightsRequest.objects.filter(organisation=world.org("ML_C")).exists()


def test_a_rectification_is_a_task_of_the_lead(world, visit):
    found = received(world, visit, kind="rectification")
    with as_owner():
        task = Task.objects.get(kind="rights_correct", subject_id=found.pk)
    assert task.user_id == world.user("alice").pk
    html = visit("alice").get("/").content.decode()
    assert reverse("youths:correct", args=[world.youth("yann").uuid]) in html


@pytest.mark.parametrize("kind", ["limitation", "opposition"])
def test_what_was_granted_and_lasts_is_lifted_once(world, visit, kind):
    found, paul = received(world, visit, kind=kind), visit("paul")
    assert "Noter la levée" not in paul.get(page(found)).content.decode()
    send(paul, page(found, "answer"), "words", state="satisfaite", words="D’accord.")
    assert "Noter la levée" in paul.get(page(found)).content.decode()
    typed = {
        "state": "levee",
        "words": "Recours jugé, courrier du jour.",
        "answered_on": clock.today().isoformat(),
    }
    assert paul.post(page(found, "answer"), typed | {"state": "refusee"}).status_code == 200
    sent = send(paul, page(found, "answer"), "words", state="levee", words=typed["words"])
    assert sent.status_code == 302
    with as_owner():
        found.refresh_from_db()
        assert (found.state, found.answer) == ("levee", typed["words"])
    assert "Noter la levée" not in paul.get(page(found)).content.decode()
    with acting_as(world.acting("paul")), pytest.raises(requests.Settled):
        requests.lift(world.acting("paul"), found, words="Encore.", answered_on=clock.today())


def test_what_does_not_last_is_not_lifted(world, visit):
    found, paul = received(world, visit), visit("paul")
    for state in ("levee", "satisfaite", "levee"):
        paul.post(
            page(found, "answer"),
            {"state": state, "words": "Fait.", "answered_on": clock.today().isoformat()},
        )
    with as_owner():
        found.refresh_from_db()
    assert found.state == "satisfaite"


# --- Opposition ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("state", "leaves"), [("ouverte", False), ("satisfaite", False), ("refusee", True)])
def test_nothing_new_is_shared_while_an_objection_stands(world, visit, state, leaves):
    found = received(world, visit, kind="opposition")
    if state != "ouverte":
        send(visit("paul"), page(found, "answer"), "words", state=state, words="Réponse motivée.")
    if leaves:
        assert refer(world).state == "sent"
        return
    with pytest.raises(creation.Opposed):
        refer(world)


def test_nothing_new_is_asked_while_an_objection_stands(world, visit):
    received(world, visit, kind="opposition")
    alice, yann = visit("alice"), world.youth("yann")
    address = reverse("youths:agreement_ask", args=[yann.uuid])
    form = form_of(alice.get(address).content.decode(), "recipient")
    for response in (
        invite(world, alice, reverse("youths:detail", args=[yann.uuid])),
        propose(alice, world),
        send_pairs(
            alice, address, form.filled(kind="give", recipient=str(world.org("RSMV").pk), purpose="smv")
        ),
    ):
        assert response.status_code == 200
        assert "s’est opposé" in response.content.decode()
    make_link(world, kind="withdraw")
    with as_owner():
        assert not AccompanimentInvitation.objects.exists()
        assert not Transfer.objects.exists()
        assert AgreementRequest.objects.get().kind == "withdraw"


def test_an_objection_made_elsewhere_stops_nothing_here(world):
    with as_owner():
        RightsRequest.objects.create(
            youth=world.youth("yann"), organisation=world.org("RSMV"), kind="opposition", channel="accueil",
            due_on=clock.today(),
        )  # fmt: skip
    assert refer(world).state == "sent"


def test_the_draft_is_kept_and_the_reason_is_said(world, visit):
    with acting_as(world.acting("alice")):
        draft = creation.create_draft(
            world.acting("alice"), world.youth("yann"), programmes.get("smv"), world.org("RSMV"), details={},
            submission=uuid4(),
        )  # fmt: skip
    received(world, visit, kind="opposition")
    alice, address = visit("alice"), reverse("referrals:detail", args=[draft.uuid])
    given = {
        "agreement-agreed": "on",
        "agreement-informed": "read_aloud",
        "agreement-channel": "face_to_face",
    }
    response = alice.post(reverse("referrals:send", args=[draft.uuid]), given)
    assert response["Location"] == address
    assert "opposé" in alice.get(address).content.decode()
    with as_owner():
        draft.refresh_from_db()
    assert draft.state == "draft"


# --- Answering ----------------------------------------------------------------------------------------


def test_an_answer_closes_the_request_and_its_tasks(world, visit):
    found = received(world, visit, kind="rectification")
    response = send(
        visit("paul"), page(found, "answer"), "words", state="satisfaite", words="Corrigé, copie remise."
    )
    assert response.status_code == 302
    with as_owner():
        found.refresh_from_db()
        assert (found.state, found.answered_on) == ("satisfaite", clock.today())
        assert not Task.objects.open().filter(subject_kind="rights_request").exists()
    again = visit("paul").post(
        page(found, "answer"), {"state": "refusee", "words": "Non.", "answered_on": clock.today().isoformat()}
    )
    assert again.status_code == 302
    with as_owner():
        found.refresh_from_db()
        assert found.state == "satisfaite"


def test_an_erasure_is_granted_by_erasing_alone(world, visit):
    found = received(world, visit, kind="effacement")
    typed = {"state": "satisfaite", "words": "Fait.", "answered_on": clock.today().isoformat()}
    response = visit("paul").post(page(found, "answer"), typed)
    assert response.context["form"].errors["state"]
    with as_owner():
        found.refresh_from_db()
    assert found.state == "ouverte"


def test_the_delay_is_extended_once_by_two_months(world, visit):
    found = received(world, visit)
    due_on = found.due_on
    assert (
        send(
            visit("paul"), page(found, "extend"), "reason", reason="Deux structures à interroger."
        ).status_code
        == 302
    )
    visit("paul").post(page(found, "extend"), {"reason": "Encore."})
    with as_owner():
        found.refresh_from_db()
    assert found.due_on == add_months(due_on, 2)
    assert found.extension_reason == "Deux structures à interroger."


def test_an_extension_moves_every_task_of_the_request(world, visit):
    found = received(world, visit, kind="rectification")
    send(visit("paul"), page(found, "extend"), "reason", reason="Deux structures à interroger.")
    with as_owner():
        found.refresh_from_db()
        tasks = Task.objects.open().filter(subject_kind="rights_request", subject_id=found.pk)
        assert sorted(tasks.values_list("kind", "due_on", "user_id")) == [
            ("rights_correct", found.due_on, world.user("alice").pk),
            ("rights_request", found.due_on, world.user("paul").pk),
        ]


# --- Erasure ------------------------------------------------------------------------------------------


def test_the_delegate_erases_and_reads_the_proof(world, visit, run_outbox):
    found = received(world, visit, kind="effacement", name="zoe")
    assert "Effacer pour toujours" in visit("paul").get(page(found, "erase")).content.decode()
    with as_owner():
        assert Youth.objects.filter(pk=found.youth_id).exists()
    assert visit("paul").post(page(found, "erase")).status_code == 302
    run_outbox()
    with as_owner():
        assert not Youth.objects.filter(pk=found.youth_id).exists()
        proof = Erasure.objects.get()
    assert proof.by == world.user("paul")
    assert proof.record_hash[:12] in visit("paul").get(HOME).content.decode()
    assert visit("paul").get(page(found)).status_code == 404


def test_what_stands_in_the_way_is_said(world, visit, run_outbox):
    accepted(world)
    found = received(world, visit, kind="effacement")
    response = visit("paul").post(page(found, "erase"))
    assert response.status_code == 409
    assert "orientation est en cours" in response.content.decode()


def test_an_erasure_that_the_worker_put_aside_is_asked_again(world, visit, run_outbox):
    found = received(world, visit, kind="effacement", name="zoe")
    visit("paul").post(page(found, "erase"))
    with as_owner():
        OutboxMessage.objects.update(quarantined_at=clock.now())
    visit("paul").post(page(found, "erase"))
    run_outbox()
    with as_owner():
        assert not Youth.objects.filter(pk=found.youth_id).exists()


@pytest.mark.parametrize(
    ("meanwhile", "status", "said"),
    [
        (requests.Settled(), 302, ""),
        (erasure.Hindered("Un obstacle est apparu."), 409, "Un obstacle est apparu."),
    ],
)
def test_what_happens_while_one_confirms_is_said(world, visit, monkeypatch, meanwhile, status, said):
    found = received(world, visit, kind="effacement", name="zoe")

    def refuse(*args):
        raise meanwhile

    monkeypatch.setattr(requests, "ask_erasure", refuse)
    response = visit("paul").post(page(found, "erase"))
    assert response.status_code == status
    assert said in response.content.decode()


# --- Decisions ----------------------------------------------------------------------------------------


def test_the_delegate_decides_with_a_text_and_ends_it(world, visit):
    paul, address = visit("paul"), f"{HOME}decisions/nouvelle/"
    assert (
        send(
            paul, address, "subject", subject="conservation", legal_text="Délibération 2023-095", months="12"
        ).status_code
        == 302
    )
    again = send(paul, address, "subject", subject="conservation", legal_text="Décret 2024-12", months="6")
    assert again.status_code == 409
    with as_owner():
        found = DelegateDecision.objects.get()
    assert "Délibération 2023-095" in paul.get(HOME).content.decode()
    assert paul.post(f"{HOME}decisions/{found.pk}/fin/").status_code == 302
    assert paul.get(f"{HOME}decisions/{found.pk}/fin/").status_code == 404
    with as_owner():
        found.refresh_from_db()
    assert found.ended_by == world.user("paul")


@pytest.mark.parametrize(
    "said", ["ok", "Parce que c’est utile", "Vu en réunion le 3 mars 2026", "loi", "art 9"]
)
def test_a_text_that_nobody_can_find_again_is_none(world, visit, said):
    posted = {"subject": "conservation", "legal_text": said, "months": "12"}
    response = visit("paul").post(f"{HOME}decisions/nouvelle/", posted)
    assert response.status_code == 200
    assert "Citez le texte avec sa référence" in response.content.decode()
    with as_owner():
        assert not DelegateDecision.objects.exists()


def test_the_queue_tells_one_youth_from_another_without_a_name(world, visit):
    received(world, visit)
    youth = world.youth("yann")
    html = visit("paul").get(HOME).content.decode()
    assert f"{youth.first_name[0]}. {youth.last_name[0]}., {youth.birth_date:%d/%m/%Y}" in html
    assert youth.last_name not in html


@pytest.mark.parametrize("months", ["", "0", "37", "x", "9" * 400])
def test_a_duration_goes_from_one_to_thirty_six_months(world, visit, months):
    response = visit("paul").post(
        f"{HOME}decisions/nouvelle/", {"subject": "conservation", "legal_text": "Texte", "months": months}
    )
    assert response.status_code == 200
    assert "36" in str(response.context["form"].errors["months"]) or "nombre" in str(
        response.context["form"].errors
    )


# --- Budgets and wall 2 -------------------------------------------------------------------------------


def test_the_queries_do_not_grow_with_the_requests(world, visit):
    paul = visit("paul")
    paul.get(HOME)
    found = received(world, visit)
    counts = []
    for kinds in ((), ("limitation", "opposition")):
        with as_owner():
            for kind in kinds:
                RightsRequest.objects.create(
                    youth=world.youth("yann"), organisation=world.org("ML_A"), kind=kind, channel="accueil",
                    due_on=clock.today(),
                )  # fmt: skip
        with CaptureQueriesContext(
            connection,
        ) as queries:
            paul.get(HOME)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    with CaptureQueriesContext(connection) as queries:
        paul.get(page(found))
    told = [
        one for one in queries if not one["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "SET TRANS"))
    ]
    assert len(told) <= 10


FORGED = {
    "a request about a youth of elsewhere": (
        "INSERT INTO youths_rightsrequest (uuid, youth_id, organisation_id, kind, channel, received_on, due_on,"
        " extension_reason, state, answer, gathering)"
        " VALUES (gen_random_uuid(), {kim}, {ML_A}, 'acces', 'accueil', now(), now(), '', 'ouverte', '', false)"
    ),
    "a request for another organisation": (
        "INSERT INTO youths_rightsrequest (uuid, youth_id, organisation_id, kind, channel, received_on, due_on,"
        " extension_reason, state, answer, gathering)"
        " VALUES (gen_random_uuid(), {yann}, {ML_C}, 'acces', 'accueil', now(), now(), '', 'ouverte', '', false)"
    ),
    "an announced erasure": (
        "INSERT INTO youths_retentionnotice (uuid, youth_id, organisation_id, last_contact_on, announced_on, erase_from,"
        " kept_reason) VALUES (gen_random_uuid(), {yann}, {ML_A}, now(), now(), now(), '')"
    ),
}


@pytest.mark.parametrize("forged", FORGED)
def test_nobody_forges_a_request_nor_a_notice(world, forged):
    values = {"kim": world.youth("kim").pk, "yann": world.youth("yann").pk}
    values |= {key: world.org(key).pk for key in ("ML_A", "ML_C")}
    with pytest.raises(DatabaseError), acting_as(world.acting("paul")), connection.cursor() as cursor:
        cursor.execute(FORGED[forged].format(**values))


def test_whether_something_is_held_is_said_of_one_s_own_organisation_alone(world):
    """The function takes no organisation: nobody asks it about another one."""
    for who, held in (("paul", True), ("charlie", False)):
        with acting_as(world.acting(who)), connection.cursor() as cursor:
            cursor.execute("SELECT tu_holds_something(%s)", [world.youth("yann").pk])
            assert cursor.fetchone() == (held,)


def test_another_organisation_reads_nothing_of_requests_nor_proofs(world, visit, run_outbox):
    found = received(world, visit)
    with acting_as(world.acting("charlie")), connection.cursor() as cursor:
        for table in ("youths_rightsrequest", "youths_erasure", "youths_retentionnotice"):
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone()[0] == 0
        cursor.execute("SELECT count(*) FROM tu_person_of_request(%s)", [found.pk])
        assert cursor.fetchone()[0] == 0
        cursor.execute(
            "SELECT count(*) FROM tu_find_person(%s, %s, '')", ["x", world.youth("yann").birth_date]
        )
        assert cursor.fetchone()[0] == 0
