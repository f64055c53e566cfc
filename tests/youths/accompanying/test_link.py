"""The page of a link: what it is for, passing it on, ending it; who may, and what the other side is told."""

from datetime import timedelta

import pytest
from django.urls import reverse

from core import clock
from core.models import Task
from notifications.models import Notification
from tests.conftest import as_owner
from tests.filling import forms_of, send_pairs
from tests.keeping import staged
from tests.referrals.test_loop import act
from tests.youths.test_journal import accepted
from tests.youths.test_obstacles import note
from youths.models import Accompaniment, Obstacle


@staged
def referral(world):
    """Alice follows Yann; Rita, whom she asked, accompanies him too."""
    return accepted(world)


@pytest.fixture
def closed(world, referral):
    """The referral is over and Rita accompanies still: she was asked again, and it was done."""
    today = clock.today()
    act(world, "rita", referral, "start", started_on=today)
    act(world, "rita", referral, "complete", outcome="EMPLOI_DURABLE", ended_on=today)
    with as_owner():
        Accompaniment.objects.filter(organisation=world.org("RSMV")).update(
            ended_on=None, end_reason="", access_until=None
        )
    return world.youth("yann")


def link_of(world, key: str) -> Accompaniment:
    with as_owner():
        return Accompaniment.objects.get(youth=world.youth("yann"), organisation=world.org(key))


def page(world, key: str) -> str:
    return reverse("youths:link", args=[world.youth("yann").uuid]) + f"?lien={link_of(world, key).pk}"


def do(client, address: str, act: str, **typed):
    html = client.get(address).content.decode()
    form = next(form for form in forms_of(html) if ("acte", act) in form.pairs)
    return send_pairs(client, address, form.filled(**typed))


# --- Who does what ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "key"), [("alice", "ML_A"), ("mona", "ML_A"), ("bob", "ML_A"), ("rita", "RSMV"), ("rosa", "RSMV")]
)
def test_each_side_says_what_it_does_and_both_read_it(world, visit, referral, who, key):
    assert do(visit(who), page(world, key), "sujets", aspects=["housing", "mobility"]).status_code == 302
    assert link_of(world, key).aspects == ["mobility", "housing"]
    for reader in ("alice", "rita"):
        html = visit(reader).get(reverse("youths:detail", args=[world.youth("yann").uuid])).content.decode()
        assert "mobilité, logement" in html


def test_the_whole_path_is_not_a_part_of_itself(world, visit, referral):
    response = do(visit("alice"), page(world, "ML_A"), "sujets", aspects=["whole", "housing"])
    assert "cochez-le seul" in response.content.decode()
    assert link_of(world, "ML_A").aspects == ["whole"]


@pytest.mark.parametrize(
    ("who", "key", "acts"),
    [
        ("alice", "ML_A", {"sujets", "relais"}),
        ("bob", "ML_A", {"sujets"}),
        ("alice", "RSMV", {"fin"}),
        ("rita", "RSMV", {"sujets", "relais", "fin"}),
        ("rosa", "RSMV", {"sujets", "relais", "fin"}),
        ("sam", "RSMV", set()),
        ("rita", "ML_A", set()),
    ],
)
def test_what_each_may_do(world, visit, referral, who, key, acts):
    response = visit(who).get(page(world, key))
    if not acts:
        assert response.status_code == 302
        return
    found = {
        value for form in forms_of(response.content.decode()) for name, value in form.pairs if name == "acte"
    }
    assert found == acts


@pytest.mark.parametrize("who", ["bob", "rita", "sam"])
@pytest.mark.parametrize("act", ["relais", "fin"])
def test_a_form_that_was_not_offered_does_nothing(world, visit, referral, who, act):
    address = page(world, "ML_A")
    typed = {"acte": act, "successor": world.user("dora").pk, "reason": "done"}
    assert visit(who).post(address, typed).status_code in (200, 302)
    assert (link_of(world, "ML_A").professional, link_of(world, "ML_A").ended_on) == (
        world.user("alice"),
        None,
    )


@pytest.mark.parametrize(
    ("who", "status"), [("dora", 404), ("charlie", 404), ("remi", 404), ("regis", 403), ("paul", 403)]
)
def test_the_others_find_nothing(world, visit, referral, who, status):
    address = page(world, "RSMV")
    assert visit(who).get(address).status_code == status
    assert visit(who).post(address, {"acte": "fin", "reason": "done"}).status_code == status
    assert link_of(world, "RSMV").ended_on is None


@pytest.mark.parametrize("asked", ["", "?lien=", "?lien=x", "?lien=0", f"?lien={10**30}"])
def test_an_unknown_link_leads_back(world, visit, referral, asked):
    address = reverse("youths:link", args=[world.youth("yann").uuid])
    for method in ("get", "post"):
        assert getattr(visit("alice"), method)(address + asked).status_code == 302


def test_a_link_of_another_youth_is_not_opened_from_this_one(world, visit, referral):
    with as_owner():
        theirs = Accompaniment.objects.get(youth=world.youth("kim"))
    address = reverse("youths:link", args=[world.youth("yann").uuid]) + f"?lien={theirs.pk}"
    assert visit("alice").get(address).status_code == 302


def test_reading_the_page_writes_nothing(world, visit, referral):
    visit("alice").get(page(world, "ML_A"))
    assert link_of(world, "ML_A").aspects == ["whole"]


# --- Passing on ---------------------------------------------------------------------------------------


def test_the_relay_passes_and_the_record_says_so(world, visit, referral):
    do(visit("alice"), page(world, "ML_A"), "relais", successor=str(world.user("dora").pk))
    html = visit("dora").get(reverse("youths:detail", args=[world.youth("yann").uuid])).content.decode()
    assert "Dora Elsewhere" in html
    assert "un collègue a pris le relais" in html


@pytest.mark.parametrize(("to", "reads"), [("bob", True), ("dora", False)])
def test_who_passed_the_relay_is_told_so_whether_or_not_they_still_read(world, visit, referral, to, reads):
    client = visit("alice")
    response = do(client, page(world, "ML_A"), "relais", successor=str(world.user(to).pk))
    record = reverse("youths:detail", args=[world.youth("yann").uuid])
    assert response["Location"] == (record if reads else reverse("youths:list"))
    html = client.get(response["Location"]).content.decode()
    assert f"Le dossier de Yann Kermarrec est confié à {world.user(to).get_full_name()}" in html


def test_two_pass_it_at_once_one_is_told(world, visit, referral):
    address = page(world, "ML_A")
    do(visit("alice"), address, "relais", successor=str(world.user("dora").pk))
    response = visit("mona").post(address, {"acte": "relais", "successor": world.user("bob").pk}, follow=True)
    assert "n’est plus en cours" in response.content.decode()
    with as_owner():
        lead = Accompaniment.objects.get(youth=world.youth("yann"), role="lead", ended_on=None)
    assert lead.professional == world.user("dora")


def test_a_stranger_is_not_a_colleague(world, visit, referral):
    response = visit("alice").post(
        page(world, "ML_A"), {"acte": "relais", "successor": world.user("rita").pk}
    )
    assert response.status_code == 200
    assert link_of(world, "ML_A").professional == world.user("alice")


# --- Ending -------------------------------------------------------------------------------------------


def test_a_partner_leaves_at_once_and_its_obstacles_come_back(world, visit, closed):
    record = reverse("youths:detail", args=[closed.uuid])
    note(world, visit("rita"), record, by="RSMV")
    response = do(visit("rita"), page(world, "RSMV"), "fin", reason="done")
    assert response["Location"] == reverse("youths:list")
    link = link_of(world, "RSMV")
    assert (link.ended_on, link.end_reason) == (clock.today(), "done")
    assert visit("rita").get(record).status_code == 404
    with as_owner():
        assert Obstacle.objects.get().taken_by == world.org("ML_A")
        told = Notification.objects.filter(kind="youth.partner_left").get()
    assert told.user_id == world.user("alice").pk
    assert "vous reviennent" in told.text
    assert "ce qui était prévu est fait" in visit("alice").get(record).content.decode().replace("\xa0", " ")


def test_a_partner_reads_until_the_day_that_it_says_to_the_minute(world, visit, travel, closed):
    record = reverse("youths:detail", args=[closed.uuid])
    until = clock.today() + timedelta(days=10)
    do(visit("rita"), page(world, "RSMV"), "fin", reason="moved", until=until.isoformat())
    end = clock.start_of(until + timedelta(days=1))
    travel(end - timedelta(minutes=1))
    assert "n’accompagne plus ce jeune" in visit("rita").get(record).content.decode()
    assert visit("rita").post(f"{record}journal/", {}).status_code == 404
    travel(end + timedelta(minutes=1))
    assert visit("rita").get(record).status_code == 404


@pytest.mark.parametrize(
    ("days", "words"), [(-1, "est passée"), (31, "dans 30 jours"), (40000, "dans 30 jours")]
)
def test_nobody_reads_for_longer(world, visit, closed, days, words):
    until = (clock.today() + timedelta(days=days)).isoformat()
    response = do(visit("rita"), page(world, "RSMV"), "fin", reason="done", until=until)
    assert words in response.content.decode()
    assert link_of(world, "RSMV").ended_on is None


def test_who_keeps_the_record_ends_the_link_of_a_partner_who_is_told(world, visit, closed):
    do(visit("alice"), page(world, "RSMV"), "fin", reason="youth_stops")
    assert link_of(world, "RSMV").end_reason == "youth_stops"
    with as_owner():
        told = dict(Notification.objects.filter(kind="youth.link_ended").values_list("user_id", "text"))
    assert told.keys() == {world.user("rita").pk, world.user("sam").pk}
    assert not any("Yann" in words for words in told.values())


def test_a_referral_under_way_holds_the_link(world, visit, referral):
    response = do(visit("rita"), page(world, "RSMV"), "fin", reason="done")
    assert "orientation est en cours" in response.content.decode()
    assert link_of(world, "RSMV").ended_on is None


def test_a_referral_from_elsewhere_holds_it_too(world, visit, closed):
    """Who keeps the record does not read the referrals of others, and takes nothing from under them."""
    with as_owner():
        from referrals.models import Referral

        Referral.objects.update(sender=world.org("SMV_C"), state="started", ended_on=None)
    response = do(visit("alice"), page(world, "RSMV"), "fin", reason="done")
    assert "orientation est en cours" in response.content.decode()
    assert link_of(world, "RSMV").ended_on is None


def test_the_tasks_of_who_leaves_go_with_it(world, visit, closed):
    with as_owner():
        for key in ("RSMV", "ML_A"):
            Task.objects.create(
                kind="next_step", subject_kind="accompaniment", subject_id=closed.pk,
                organisation_id=world.org(key).pk, due_on=clock.today(), awaited_on=clock.today(),
            )  # fmt: skip
    do(visit("alice"), page(world, "RSMV"), "fin", reason="done")
    with as_owner():
        assert Task.objects.open().get(subject_kind="accompaniment").organisation_id == world.org("ML_A").pk


def waiting_for(world, youth, key: str) -> None:
    with as_owner():
        Task.objects.create(
            kind="next_step", subject_kind="accompaniment", subject_id=youth.pk,
            organisation_id=world.org(key).pk, due_on=clock.today(), awaited_on=clock.today(),
        )  # fmt: skip


def test_while_a_colleague_goes_on_the_tasks_stay(world, visit, closed):
    waiting_for(world, closed, "RSMV")
    asked = page(world, "RSMV")
    with as_owner():
        Accompaniment.objects.bulk_create([
            Accompaniment(
                youth=closed, organisation=world.org("RSMV"), professional=world.user("remi"), role="partner"
            )
        ])  # fmt: skip
    assert do(visit("rita"), asked, "fin", reason="done").status_code == 302
    with as_owner():
        assert Task.objects.open().filter(subject_kind="accompaniment").exists()


def test_the_end_of_a_referral_gives_the_obstacles_back_too(world, visit, referral):
    """Whoever ends the last link: one rule, of the database."""
    yann = world.youth("yann")
    note(world, visit("rita"), reverse("youths:detail", args=[yann.uuid]), by="RSMV")
    waiting_for(world, yann, "RSMV")
    act(world, "rita", referral, "start", started_on=clock.today())
    act(world, "rita", referral, "complete", outcome="EMPLOI_DURABLE", ended_on=clock.today())
    with as_owner():
        assert Obstacle.objects.get().taken_by == world.org("ML_A")
        assert not Task.objects.open().filter(subject_kind="accompaniment").exists()
