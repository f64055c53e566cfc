"""CFA → ML: a contract is broken, the centre asks the Mission Locale to accompany Lina with it."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from core import clock
from core.models import Task
from core.scope import acting_as
from notifications.models import Notification
from referrals import deadlines, workflow
from referrals.breaches import declaring
from referrals.breaches.rules import Mode
from referrals.models import Breach, Referral
from tests.conftest import as_owner, as_worker
from tests.filling import form_of, send_pairs
from tests.referrals.chambers import later, send, six_months, trades, walk_in
from tests.referrals.staging import becoming, move, receive, stored
from youths.merging import adoption
from youths.models import Youth
from youths.records import Overtaken

__all__ = ["trades"]


@pytest.fixture
def autumn(travel):
    travel(clock.now().replace(year=2026, month=10, day=5, hour=9))
    return travel


def declare(world, youth: Youth, who="clara", **facts) -> Breach:
    acting, today = world.acting(who), clock.today()
    known = {"started_on": today - timedelta(days=60), "broke_on": today, "mode": Mode.AGREED.value} | facts
    with acting_as(acting):
        return declaring.declare(acting, youth, known)


def night() -> int:
    with as_worker():
        opened = declaring.ask_for_handovers()
        assert declaring.ask_for_handovers() == 0
    return opened


def tasks(world, who: str) -> list[str]:
    with acting_as(world.acting(who)):
        found = Task.objects.visible_to(world.acting(who)).open().filter(kind=declaring.HANDOVER)
        return list(found.values_list("subject_kind", flat=True))


def closing(breach: Breach) -> str:
    with as_owner():
        return Breach.objects.get(pk=breach.pk).closing


def asked(client, world, youth: Youth, press=None, **typed):
    """Clara fills the request and sends it."""
    address = reverse("referrals:joint_request", args=[youth.uuid])
    form = form_of(client.get(address).content.decode(), "recipient")
    values = {
        "recipient": str(world.org("ML_A").pk), "p_besoin_mobilite": "permis", "p_formation": "CAP boulanger",
        "p_au_centre": "oui", "p_contact": "phone", "p_contact_le": clock.today().isoformat(),
        "agreed": "on", "informed": "read_aloud", "channel": "face_to_face",
    } | typed  # fmt: skip
    return send_pairs(client, address, form.filled(press, **values))


def the_request() -> Referral:
    with as_owner():
        return Referral.objects.get(programme="accompagnement_conjoint")


def situation(world, request: Referral, code: str) -> None:
    move(world, "alice", request, "step", step=code)


# --- The stories -----------------------------------------------------------------------------------------------


def test_from_the_breach_to_a_new_contract_and_six_months_after(trades, visit, autumn):
    lina = walk_in(trades)
    breach = declare(trades, lina)
    later(autumn, 44)
    assert night() == 0
    later(autumn, 1)
    assert night() == 1
    assert tasks(trades, "clara") == ["breach"]
    clara = visit("clara")
    home = clara.get("/").content.decode()
    assert "Solliciter la mission locale, ou dire pourquoi ce n’est pas utile" in home
    assert asked(clara, trades, lina).status_code == 302
    assert tasks(trades, "clara") == []
    assert closing(breach) == "envoyee"

    request = the_request()
    assert (request.state, request.recipient_professional) == ("sent", trades.user("alice"))
    receive(trades, "alice", request)
    html = visit("alice").get(request.get_absolute_url()).content.decode().replace("\xa0", " ")
    for words in (
        "permis à passer",
        "Contrat rompu le",
        "D’un commun accord",
        "Clara Chamber, clara@portail.example",
    ):
        assert words in html
    situation(trades, request, "RDV_PRIS")
    move(trades, "alice", request, "accept")
    alice = trades.acting("alice")
    with acting_as(alice):
        adoption.adopt(alice, Youth.objects.get(pk=lina.pk), lead_id=alice.user_id, file_number="")
    move(trades, "alice", request, "start", started_on=clock.today())
    later(autumn, 60)
    move(trades, "alice", request, "complete", outcome="NOUVEAU_CONTRAT", ended_on=clock.today())
    move(trades, "clara", request, "acknowledge")
    six_months(trades, "alice", request, autumn, "NOUVEAU_CONTRAT")
    assert [moment for moment, _ in becoming(request)] == ["exit", "m3", "m6"]


def test_the_referent_is_the_one_of_the_sending(trades, visit, autumn):
    """Clara passes the file on: what the Mission Locale reads of that day does not move."""
    lina = walk_in(trades)
    declare(trades, lina)
    asked(visit("clara"), trades, lina)
    request = the_request()
    with as_owner():
        Referral.objects.filter(pk=request.pk).update(sender_professional=trades.user("celine"))
    receive(trades, "alice", request)
    assert "Clara Chamber" in visit("alice").get(request.get_absolute_url()).content.decode()


def test_three_failed_contacts_propose_to_close_and_close_nothing(trades, visit, autumn):
    request = send(trades, "clara", walk_in(trades), "accompagnement_conjoint", "ML_A")
    receive(trades, "alice", request)
    alice, proposal = visit("alice"), "Trois contacts de suite sont restés sans réponse."

    def page(client=alice) -> str:
        return client.get(request.get_absolute_url()).content.decode()

    situation(trades, request, "CONTACTE_SANS_RETOUR")
    situation(trades, request, "CONTACTE_SANS_RETOUR")
    assert proposal not in page()
    situation(trades, request, "RDV_PRIS")  # she answered: it starts again
    for code in ("CONTACTE_SANS_RETOUR", "COORDONNEES_INCORRECTES"):
        situation(trades, request, code)
    assert proposal not in page()
    situation(trades, request, "INJOIGNABLE")
    assert proposal in page()
    assert proposal not in page(visit("clara"))
    later(autumn, 100)
    with as_worker():
        deadlines.run()
    assert stored(request).state == "received"
    move(trades, "alice", request, "decline", reason="JEUNE_INJOIGNABLE")
    assert stored(request).state == "declined"


def test_the_mission_locale_that_sent_the_youth_reads_that_the_contract_is_broken(trades, visit, autumn):
    """ML → CFA, then CFA → ML: one youth, two referrals, and no second return for one drop-out."""
    yann = trades.youth("yann")
    contract = send(trades, "alice", yann, "apprentissage", "CMA_17", way_back=True, metier="Boulanger")
    receive(trades, "clara", contract)
    move(trades, "clara", contract, "accept")
    move(trades, "clara", contract, "start", started_on=clock.today())
    later(autumn, 30)
    html = visit("clara").get(contract.get_absolute_url()).content.decode()
    assert "Le contrat est rompu : le déclarer" in html
    declare(trades, yann, started_on=clock.today() - timedelta(days=30), mode=Mode.FREE.value)
    assert "Contrat rompu, suite à venir" in visit("alice").get(contract.get_absolute_url()).content.decode()
    asked(visit("clara"), trades, yann)
    assert the_request().recipient == trades.org("ML_A")


# --- What is asked, and what is refused ----------------------------------------------------------------------------


def test_declared_on_its_page(trades, visit, autumn):
    lina, clara = walk_in(trades), visit("clara")
    address = reverse("referrals:breach", args=[lina.uuid])

    def typed(**values):
        form = form_of(clara.get(address).content.decode(), "broke_on")
        return send_pairs(clara, address, form.filled(**values))

    late = typed(started_on="2026-06-01", broke_on="2026-10-06", mode="accord").content.decode()
    assert "cette date est à venir" in late
    assert 'value="2026-06-01"' in late
    free = typed(started_on="2026-06-01", broke_on="2026-10-02", mode="libre", presence="46").content.decode()
    assert "Ces jours sont passés" in free
    assert typed(started_on="0000-00-00", broke_on="9999-12-31", mode="zzz").status_code == 200
    assert typed(started_on="2026-06-01", broke_on="2026-10-02", mode="libre").status_code == 302
    html = clara.get(address).content.decode().replace("\xa0", " ")
    assert "ceux passés au centre ne comptent pas" in html
    assert "16 novembre" in html
    assert clara.get(
        f"/orientations/nouvelle/?jeune={lina.uuid}&dispositif=accompagnement_conjoint"
    ).url.endswith("/rupture/mission-locale/")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"p_besoin_mobilite": ""}, "Choisissez au moins un besoin"),
        ({"p_contact": "email"}, "Le dossier ne le contient pas"),
        ({"p_contact_le": "2026-09-04"}, "à vérifier de nouveau"),
        ({"p_contact_le": "2026-10-06"}, "pas encore passé"),
        ({"p_maintien": "2026-10-01"}, "finit après la rupture"),
    ],
)
def test_a_request_says_a_need_and_a_contact_that_was_checked(trades, visit, autumn, typed, words):
    lina = walk_in(trades)
    declare(trades, lina)
    response = asked(visit("clara"), trades, lina, **typed)
    assert response.status_code == 200
    assert words in response.content.decode()
    assert "CAP boulanger" in response.content.decode()


def test_a_draft_waits_for_the_agreement_and_the_task_with_it(trades, visit, autumn):
    lina = walk_in(trades)
    breach = declare(trades, lina)
    later(autumn, 45)
    night()
    clara = visit("clara")
    assert asked(clara, trades, lina, press=("draft", "1")).status_code == 302
    assert (tasks(trades, "clara"), closing(breach)) == (["breach"], "")
    page = clara.get(reverse("referrals:breach", args=[lina.uuid])).content.decode()
    assert "Une demande attend l’accord du jeune" in page


def test_closed_with_a_reason(trades, visit, autumn):
    lina = walk_in(trades)
    breach = declare(trades, lina)
    later(autumn, 60)  # two weeks without the worker: nothing is lost
    clara = visit("clara")
    assert night() == 1
    with as_owner():
        assert Notification.objects.filter(kind="referral.handover").count() == 1
    address = reverse("referrals:breach_close", args=[lina.uuid])
    assert "Dites pourquoi" in clara.post(address, {}).content.decode()
    assert "envoyee" not in clara.post(address, {"closing": "zzz"}).content.decode()
    assert clara.post(address, {"closing": "nouveau_contrat"}).status_code == 302
    assert (tasks(trades, "clara"), closing(breach)) == ([], "nouveau_contrat")
    assert night() == 0
    celine = trades.acting("celine")
    with acting_as(celine), pytest.raises(Overtaken):
        declaring.close(celine, lina, "suivi_centre")


def test_declared_twice_at_once(trades, autumn):
    lina = walk_in(trades)
    declare(trades, lina)
    with pytest.raises(Overtaken):
        declare(trades, lina)


# --- Who ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "status"), [("clara", 200), ("celine", 200), ("alice", 404), ("charlie", 404), ("regis", 403)]
)
def test_a_breach_is_its_centre_s_alone(trades, visit, autumn, who, status):
    lina = walk_in(trades)
    declare(trades, lina)
    client = visit(who)
    for name in ("breach", "joint_request"):
        response = client.get(reverse(f"referrals:{name}", args=[lina.uuid]))
        assert response.status_code == status
        assert status == 200 or "Le Goff" not in response.content.decode()
    assert client.get("/jeunes/00000000-0000-4000-8000-000000000000/rupture/").status_code in (404, 403)


def test_the_second_wall_keeps_it_to_its_centre(trades, autumn):
    """With a request under way the Mission Locale opens Lina's record; the breach is still not its to read or write."""
    lina = walk_in(trades)
    breach = declare(trades, lina)
    send(trades, "clara", lina, "accompagnement_conjoint", "ML_A")
    alice, today = trades.acting("alice"), clock.today()
    with acting_as(alice):
        assert Youth.objects.filter(pk=lina.pk).exists()
        assert not Breach.objects.exists()
        assert Breach.objects.filter(pk=breach.pk).update(closing="erreur", closed_at=clock.now()) == 0
        for organisation in (trades.org("CMA_17"), trades.org("ML_A")):
            with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
                Breach.objects.create(
                    youth=lina, organisation=organisation, referent=trades.user("alice"),
                    declared_by=trades.user("alice"), started_on=today, broke_on=today, mode="accord",
                )  # fmt: skip
    with acting_as(trades.acting("charlie")):
        assert not Breach.objects.exists()
    with acting_as(trades.acting("clara")):
        # What was declared stays as it was declared.
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            Breach.objects.filter(pk=breach.pk).update(mode="libre")
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            Breach.objects.filter(pk=breach.pk).delete()


def test_a_page_read_declares_nothing(trades, visit, autumn):
    lina = walk_in(trades)
    visit("clara").get(reverse("referrals:breach", args=[lina.uuid]))
    visit("clara").get(reverse("referrals:joint_request", args=[lina.uuid]))
    with as_owner():
        assert not Breach.objects.exists()
        assert not Referral.objects.exists()


def test_a_page_that_is_behind_sends_nothing(trades, autumn):
    request = send(trades, "clara", walk_in(trades), "accompagnement_conjoint", "ML_A")
    receive(trades, "alice", request)
    with acting_as(trades.acting("alice")), pytest.raises(workflow.Stale):
        workflow.apply(trades.acting("alice"), request.uuid, "accept", version=1)
