"""PMSMP, both ways: a partner finds the company and follows, or asks the Mission Locale to prescribe; six months later."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from core import clock
from core.models import Task
from core.scope import acting_as
from referrals import programmes
from referrals.forms import ReferralForm
from referrals.models import Referral, WorkPlacement
from referrals.placements import operations
from referrals.placements.codes import Suite
from referrals.programmes.base import CHECK, YES, Candidate, overall
from tests.conftest import as_owner
from tests.filling import form_of, send_pairs
from tests.referrals.placing_periods import bilan, next_monday, signed, values_of
from tests.referrals.staging import becoming, months_later, move, orient, receive, settle, stored, tell_later
from youths import records
from youths.models import Youth

NEEDED = {"objet": "DECOUVRIR", "metier": "Boulanger"}


@pytest.fixture
def celine(world):
    """Céline works for a chamber of trades near Alice, and is designated for the companies."""
    settle(world, "CMA_17", "Chambre de métiers du Port", "cma", "celine", "lien_entreprises")
    return world


def declare_for(world, who: str, youth: Youth, referral: Referral, **typed) -> WorkPlacement:
    acting = world.acting(who)
    with acting_as(acting):
        found = Youth.objects.visible_to(acting).get(pk=youth.pk)
        values = values_of(world, **{"followed_by": acting.organisation_id} | typed)
        return operations.declare(acting, found, values, submission=referral.submission, referral=referral)


def tell(world, who: str, placement: WorkPlacement, **typed) -> None:
    acting = world.acting(who)
    with acting_as(acting):
        task = Task.objects.visible_to(acting).open().get(subject_kind="placement", subject_id=placement.pk)
        assert (task.kind, task.due_on) == ("placement_bilan", placement.ends_on)
        version = WorkPlacement.objects.visible_to(acting).get(pk=placement.pk).version
        operations.tell(acting, placement.uuid, bilan(**typed), version=version)
        assert not Task.objects.visible_to(acting).open().filter(pk=task.pk).exists()


def test_the_chamber_finds_the_company_and_the_mission_locale_learns_what_followed(celine, travel):
    world, yann = celine, celine.youth("yann")
    referral = orient(world, "alice", yann, "pmsmp", "CMA_17", details=NEEDED)
    assert referral.recipient_professional == world.user("celine")
    receive(world, "celine", referral)
    start = next_monday()
    move(world, "celine", referral, "accept", planned_on=start)
    move(world, "celine", referral, "step", step="ENTREPRISE_TROUVEE")
    placement = declare_for(world, "celine", yann, referral)
    with acting_as(world.acting("celine")):
        task = Task.objects.visible_to(world.acting("celine")).open().get(kind="placement_sign")
        assert task.due_on == start
    signed(world, placement, "celine")
    travel(clock.now() + (start - clock.today()))
    move(world, "celine", referral, "start", started_on=start, planned_end_on=placement.ends_on)
    travel(clock.now() + timedelta(days=5))
    tell(world, "celine", placement, suite="ALTERNANCE", suite_on=clock.today())
    move(world, "celine", referral, "complete", outcome="ALTERNANCE", ended_on=placement.ends_on)
    move(world, "alice", referral, "acknowledge")
    for code in ("ALTERNANCE", "EMPLOI_DURABLE"):
        months_later(travel, 3)
        tell_later(world, "alice", referral, code)
    assert becoming(referral) == [("exit", "ALTERNANCE"), ("m3", "ALTERNANCE"), ("m6", "EMPLOI_DURABLE")]
    assert stored(referral).clock_kind == ""
    with acting_as(world.acting("alice")):
        found = WorkPlacement.objects.visible_to(world.acting("alice")).get(pk=placement.pk)
        assert (found.state, found.suite, found.done_minutes) == ("done", "ALTERNANCE", 35 * 60)


def test_the_chamber_asks_the_mission_locale_to_prescribe_and_follows_the_period(celine, travel):
    world = celine
    acting = world.acting("celine")
    with acting_as(acting):
        lou = records.create_record(
            acting, Youth(first_name="Lou", last_name="Direct", birth_date=date(2006, 5, 4))
        )
    referral = orient(world, "celine", lou, "pmsmp", "ML_A", details=NEEDED | {"entreprise_trouvee": True})
    receive(world, "mona", referral)  # nobody is designated there: its manager answers
    move(world, "mona", referral, "accept", planned_on=next_monday())
    placement = declare_for(world, "mona", lou, referral, followed_by=world.org("CMA_17").pk)
    assert (placement.organisation, placement.followed_by) == (world.org("ML_A"), world.org("CMA_17"))
    signed(world, placement, "mona")
    travel(clock.now() + (placement.starts_on - clock.today()))
    move(world, "mona", referral, "start", started_on=placement.starts_on)
    travel(clock.now() + timedelta(days=3))
    wednesday = placement.starts_on + timedelta(days=2)
    tell(
        world, "celine", placement, state="partly_done", last_day_on=wednesday, done_minutes=20 * 60,
        youth_view="disagrees", youth_comment="L’atelier était trop loin.",
    )  # fmt: skip
    move(world, "mona", referral, "complete", outcome="PROJET_ECARTE", ended_on=wednesday)
    move(world, "celine", referral, "acknowledge")
    for code in ("SANS_SUITE", "FORMATION"):
        months_later(travel, 3)
        tell_later(world, "celine", referral, code)
    assert becoming(referral)[-1] == ("m6", "FORMATION")
    # The youth keeps who accompanies them (DOMAIN P-10): no referral goes back.
    with as_owner():
        assert not Referral.objects.filter(returned_from=referral).exists()


def told_on_its_page(world, visit, travel, suite: str, state: str = "done"):
    """Céline notes the period, and writes its outcome on its page: she is led to the referral it hangs on."""
    yann = world.youth("yann")
    referral = orient(world, "alice", yann, "pmsmp", "CMA_17", details=NEEDED)
    receive(world, "celine", referral)
    start = next_monday()
    move(world, "celine", referral, "accept", planned_on=start)
    placement = declare_for(world, "celine", yann, referral)
    signed(world, placement, "celine")
    travel(clock.now() + (start - clock.today()) + timedelta(days=5))
    client = visit("celine")
    page = client.get(referral.get_absolute_url()).content.decode()
    assert "Le bilan de la période est écrit" not in page
    address = reverse("referrals:placement_bilan", args=[placement.uuid])
    form = form_of(client.get(address).content.decode(), "suite")
    on = "" if suite == "AUCUNE" else clock.today().isoformat()
    said = form.filled(state=state, suite=suite, suite_on=on, youth_view="agrees")
    answer = send_pairs(client, address, said)
    assert (answer.status_code, answer.url) == (302, referral.get_absolute_url())
    return client, referral, placement


def pressed(client, referral: Referral, action: str) -> None:
    """What the page proposes is sent as it stands."""
    page = client.get(referral.get_absolute_url()).content.decode()
    assert "Le bilan de la période est écrit" in page
    form = form_of(page, f"{action}-version")
    assert (
        send_pairs(client, f"{referral.get_absolute_url()}action/{action}/", form.filled()).status_code == 302
    )


def test_the_outcome_of_the_period_proposes_the_beginning_then_the_end_of_its_referral(celine, visit, travel):
    client, referral, placement = told_on_its_page(celine, visit, travel, "CDD_6M_PLUS")
    assert stored(referral).state == "accepted"  # nothing is closed by itself
    pressed(client, referral, "start")
    assert stored(referral).started_on == placement.starts_on
    pressed(client, referral, "complete")
    done = stored(referral)
    assert (done.state, done.ended_on, becoming(done)) == (
        "completed", placement.ends_on, [("exit", "EMPLOI_DURABLE")],
    )  # fmt: skip
    assert "Le bilan de la période" not in visit("alice").get(referral.get_absolute_url()).content.decode()


def test_who_did_not_come_to_the_company_did_not_begin(celine, visit, travel):
    client, referral, _ = told_on_its_page(celine, visit, travel, "AUCUNE", "no_show")
    pressed(client, referral, "withdraw")
    assert (stored(referral).state, stored(referral).reason) == ("withdrawn", "JEUNE_ABSENT")


def test_each_suite_of_a_period_is_an_outcome_or_left_to_say():
    rules = programmes.get("pmsmp")
    assert set(rules.outcome_of_suite) == set(Suite.values) - {"AUCUNE"}
    assert all(rules.outcome(code).positive for code in rules.outcome_of_suite.values())


def offered(world, who: str, youth: str = "yann") -> set[str]:
    """The structures that a referral to a period may be addressed to."""
    acting = world.acting(who)
    with acting_as(acting):
        found = Youth.objects.select_related("registered_with", "municipality").get(pk=world.youth(youth).pk)
        form = ReferralForm(acting, found, programmes.get("pmsmp"))
        return set(form.fields["recipient"].queryset.values_list("key", flat=True))


def test_a_mission_locale_addresses_it_to_a_partner_and_a_partner_to_the_one_of_registration(celine):
    world = celine
    settle(world, "AGENCE_17", "Agence du Port", "interim", "ines")
    assert offered(world, "alice") == {"CMA_17", "AGENCE_17"}
    referral = orient(world, "alice", world.youth("yann"), "pmsmp", "CMA_17", details=NEEDED)
    receive(world, "celine", referral)
    move(world, "celine", referral, "accept")
    assert offered(world, "celine") == {"ML_A", "AGENCE_17"}


@pytest.mark.parametrize(("born", "answer", "rules"), [
    (date(2000, 1, 1), YES, 1),
    (date(2008, 3, 2), YES, 1),  # 18 on the first day
    (date(2008, 3, 3), CHECK, 2),
    (date(2010, 3, 2), CHECK, 2),
    (date(2010, 3, 3), CHECK, 3),  # 16 the day after
    (None, CHECK, 2),
])  # fmt: skip
def test_who_may(born, answer, rules):
    verdicts = programmes.get("pmsmp").verdicts(
        Candidate(birth_date=born), {"debut_prevu": "2026-03-02"}, date(2026, 1, 5)
    )
    assert (overall(verdicts), len(verdicts)) == (answer, rules)
