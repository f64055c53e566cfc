"""A convention and a territory in the form, both sides and every level; changing; two leads for one thing."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from core import clock
from core.scope import acting_as
from partners.models import Absence, Convention, ConventionParty, Designation, Membership, Topic
from tests.conftest import as_owner
from tests.world import World

CREATE = reverse("partners:designation_create")
LIST = reverse("partners:designation_list")


def text(response) -> str:
    return response.content.decode()


def change_url(designation) -> str:
    return reverse("partners:designation_change", args=[designation.pk])


@pytest.fixture
def convention(world):
    """A national convention of both networks, in force."""
    with as_owner():
        made = Convention.objects.create(
            code="UNML-SMV-2024",
            title="Convention UNML – SMV de 2024",
            themes=["smv"],
            signed_on=date(2024, 4, 19),
            starts_on=date(2024, 4, 19),
            ends_on=clock.today() + timedelta(days=300),
        )
        for key in ("UNML", "SMV_EM"):
            ConventionParty.objects.create(convention=made, organisation=world.org(key))
    return made


@pytest.fixture
def designated(world):
    with as_owner():
        return Designation.objects.create(
            organisation=world.org("ML_A"),
            topic=Topic.SMV,
            user=world.user("bob"),
            substitute=world.user("alice"),
            starts_on=clock.today() - timedelta(days=30),
        )


def filled(world, name="bob", **changes):
    return {
        "topic": Topic.SMV,
        "user": world.user(name).pk,
        "substitute": "",
        "convention": "",
        "department": "",
        "starts_on": clock.today().isoformat(),
        "ends_on": "",
    } | changes


# --- A convention and a territory -----------------------------------------------------------


def offered(response) -> list[str]:
    return [code for code, _ in response.context["form"].fields["convention"].choices if code]


@pytest.mark.parametrize(("manager", "key", "lead"), [("mona", "ML_A", "bob"), ("rosa", "RSMV", "remi")])
def test_each_side_designates_for_a_convention_and_a_territory(world, visit, convention, manager, key, lead):
    with as_owner():
        Designation.objects.filter(organisation=world.org(key)).delete()
    asked = filled(world, lead, convention="UNML-SMV-2024", department="17")
    assert visit(manager).post(CREATE, asked).status_code == 302
    made = Designation.objects.get(organisation=world.org(key))
    assert (made.convention, made.department_id) == (convention, "17")
    html = text(visit("nadia").get(LIST))
    assert "Convention UNML – SMV de 2024" in html
    assert "Charente-Maritime" in html


def test_only_the_conventions_in_force_of_ones_own_side(world, visit, convention):
    ended = timedelta(days=400)
    with as_owner():
        for code, keys, fields in (
            ("AUTRE-RESEAU", ("SMV_EM",), {}),
            ("PROJET", ("UNML", "SMV_EM"), {"signed_on": None}),
            ("FINIE", ("UNML", "SMV_EM"), {"ends_on": clock.today() - ended}),
            ("ANCIENNE-PARTIE", (), {}),
            ("REGIONALE", ("ARML",), {"level": "regional", "region_id": "75"}),
            ("LOCALE", ("ML_A", "RSMV"), {"level": "local", "region_id": "75"}),
            ("LOCALE-AILLEURS", ("ML_C", "SMV_C"), {"level": "local", "region_id": "53"}),
        ):
            made = Convention.objects.create(
                **{
                    "code": code,
                    "title": code,
                    "signed_on": date(2020, 1, 1),
                    "starts_on": date(2020, 1, 1),
                    "ends_on": clock.today() + ended,
                }
                | fields
            )
            for key in keys:
                ConventionParty.objects.create(convention=made, organisation=world.org(key))
        left = Convention.objects.get(code="ANCIENNE-PARTIE")
        for key in ("UNML", "SMV_EM", "RSMV"):
            ConventionParty.objects.create(
                convention=left,
                organisation=world.org(key),
                left_on=clock.today() - timedelta(days=1) if key == "UNML" else None,
                exit_reason="Sortie" if key == "UNML" else "",
            )
    assert offered(visit("mona").get(CREATE)) == ["UNML-SMV-2024", "LOCALE", "REGIONALE"]
    assert offered(visit("carla").get(CREATE)) == ["UNML-SMV-2024", "LOCALE-AILLEURS"]
    assert offered(visit("nadia").get(CREATE)) == ["UNML-SMV-2024"]
    response = visit("mona").post(CREATE, filled(world, convention="LOCALE-AILLEURS"))
    assert "Sélectionnez" in str(response.context["form"].errors["convention"])


def test_the_form_is_filled_in_from_a_gap(world, visit, convention):
    html = text(visit("mona").get(f"{CREATE}?sujet=smv&convention=UNML-SMV-2024&departement=17"))
    for chosen in ("smv", "UNML-SMV-2024", "17"):
        assert f'<option value="{chosen}" selected>' in html


@pytest.mark.parametrize(("name", "key"), [("nadia", "UNML"), ("regis", "ARML")])
def test_national_and_regional_staff_designate_for_their_own_organisation(world, visit, name, key):
    staff = visit(name)
    assert CREATE in text(staff.get(LIST))
    html = text(staff.get(CREATE))
    assert "Bob Colleague" not in html
    assert staff.post(CREATE, filled(world, name)).status_code == 302
    made = Designation.objects.get(organisation=world.org(key))
    assert made.user == world.user(name)
    assert change_url(made) in text(staff.get(LIST))
    end = reverse("partners:designation_end", args=[made.pk])
    assert staff.post(end, {"ends_on": clock.today().isoformat()}).status_code == 302
    other = Designation.objects.get(organisation=world.org("RSMV"))
    assert staff.get(change_url(other)).status_code == 403


def test_a_designation_to_come_says_from_when(world, visit):
    later = clock.today() + timedelta(days=10)
    response = visit("mona").post(CREATE, filled(world, starts_on=later.isoformat()), follow=True)
    assert "Bob Colleague le sera" not in text(visit("mona").get(LIST))
    assert "Bob Colleague sera référent désigné à partir du" in text(response)


def test_the_form_costs_few_queries(world, visit, queries, convention):
    mona = visit("mona")
    few, _ = queries(mona, CREATE)
    with as_owner():
        for number in range(20):
            made = Convention.objects.create(
                code=f"N-{number}",
                title=f"N {number}",
                signed_on=date(2025, 1, 1),
                starts_on=date(2025, 1, 1),
            )
            ConventionParty.objects.create(convention=made, organisation=world.org("UNML"))
    many, sql = queries(mona, CREATE)
    assert many == few <= 10, sql


# --- Changing -------------------------------------------------------------------------------


def seen(client, designation) -> dict[str, str]:
    form = client.get(change_url(designation)).context["form"]
    return {"seen": form.initial["seen"]}


def test_another_substitute_and_another_end(world, visit, designated):
    mona = visit("mona")
    end = clock.today() + timedelta(days=60)
    asked = seen(mona, designated) | {"substitute": world.user("dora").pk, "ends_on": end.isoformat()}
    response = mona.post(change_url(designated), asked, follow=True)
    assert "La désignation est changée" in text(response)
    designated.refresh_from_db()
    assert (designated.substitute, designated.ends_on) == (world.user("dora"), end)
    assert designated.user == world.user("bob")


def test_reading_the_change_form_writes_nothing(world, visit, designated):
    visit("mona").get(change_url(designated))
    assert Designation.objects.get(pk=designated.pk).substitute == world.user("alice")


def test_the_first_day_changes_only_before_it(world, visit, designated):
    mona = visit("mona")
    assert 'name="starts_on"' not in text(mona.get(change_url(designated)))
    with as_owner():
        Designation.objects.filter(pk=designated.pk).update(starts_on=clock.today() + timedelta(days=5))
    assert 'name="starts_on"' in text(mona.get(change_url(designated)))
    sooner = clock.today() + timedelta(days=2)
    asked = seen(mona, designated) | {"substitute": "", "starts_on": sooner.isoformat(), "ends_on": ""}
    assert mona.post(change_url(designated), asked).status_code == 302
    designated.refresh_from_db()
    assert designated.starts_on == sooner


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"ends_on": "2001-01-01"}, "ends_on", "ne peut pas finir avant"),
        ({"ends_on": "2026-02-30"}, "ends_on", "n’existe pas"),
        ({"substitute": "bob"}, "substitute", "Sélectionnez"),
        ({"substitute": "charlie"}, "substitute", "Sélectionnez"),
    ],
)
def test_a_bad_change_is_explained_and_kept(world, visit, designated, changes, field, words):
    mona = visit("mona")
    if "substitute" in changes:
        changes = {"substitute": world.user(changes["substitute"]).pk}
    response = mona.post(change_url(designated), seen(mona, designated) | changes)
    assert response.status_code == 200
    assert words in str(response.context["form"].errors[field])


def test_two_managers_change_at_once_the_second_is_told(world, visit, designated):
    mona = visit("mona")
    read = seen(mona, designated)
    mona.post(change_url(designated), read | {"substitute": world.user("dora").pk, "ends_on": ""})
    late = read | {"substitute": world.user("sonia").pk, "ends_on": ""}
    response = mona.post(change_url(designated), late)
    assert response.status_code == 409
    assert "vient d’être changée par une autre personne" in text(response)
    assert "Dora Elsewhere" in text(response)
    assert Designation.objects.get(pk=designated.pk).substitute == world.user("dora")
    again = late | {"seen": response.context["form"]["seen"].value()}
    assert mona.post(change_url(designated), again).status_code == 302
    assert Designation.objects.get(pk=designated.pk).substitute == world.user("sonia")


def test_a_planned_absence_shows(world, visit, designated):
    today = clock.today()
    with as_owner():
        Absence.objects.create(
            membership=Membership.objects.get(user=world.user("bob")),
            substitute=world.user("dora"),
            starts_on=today + timedelta(days=3),
            until=today + timedelta(days=9),
            declared_by=world.user("mona"),
        )
        Designation.objects.filter(pk=designated.pk).update(
            absent_from=today + timedelta(days=3), absent_until=today + timedelta(days=9)
        )
    html = text(visit("mona").get(change_url(designated)))
    assert "remplacement : Dora Elsewhere" in html
    assert "absence prévue du" in text(visit("alice").get(LIST))


def test_who_answers_today_is_said_in_words(world, visit, designated):
    today = clock.today()
    alice = visit("alice")

    def answers() -> str:
        rows = alice.get(f"{LIST}?reseau=ml").context["rows"]
        return rows[0]["answers"]

    assert answers() == "Bob Colleague"
    with as_owner():
        Designation.objects.filter(pk=designated.pk).update(absent_from=today, absent_until=today)
    assert answers() == "Alice Advisor"
    with as_owner():
        Designation.objects.filter(pk=designated.pk).update(substitute=None)
    assert answers() == ""
    assert "Les responsables" in text(alice.get(f"{LIST}?reseau=ml"))


@pytest.mark.parametrize("name", ["alice", "bob", "paul", "carla", "rosa", "nadia", "regis"])
def test_others_may_not_change_it(world, visit, designated, name):
    someone = visit(name)
    assert someone.get(change_url(designated)).status_code == 403
    assert someone.post(change_url(designated), {"substitute": ""}).status_code == 403
    assert Designation.objects.get(pk=designated.pk).substitute == world.user("alice")


def test_an_unknown_designation_is_not_found(world, visit):
    assert visit("mona").get(reverse("partners:designation_change", args=[999_999])).status_code == 404


# --- A referent who is not there any more ---------------------------------------------------


@pytest.fixture(params=["asleep", "departed"])
def left(request, world, designated):
    """Bob, referent, and Alice, his substitute: their accounts sleep, or their access was withdrawn."""
    gone = (
        {"suspended_at": clock.now()}
        if request.param == "asleep"
        else {"revoked_at": clock.now(), "ends_on": clock.today() - timedelta(days=1)}
    )
    with as_owner():
        Membership.objects.filter(user__in=[world.user("bob"), world.user("alice")]).update(**gone)
    return designated


def test_the_designation_of_somebody_who_is_not_there_any_more_ends(world, visit, left):
    end = reverse("partners:designation_end", args=[left.pk])
    response = visit("mona").post(end, {"ends_on": clock.today().isoformat()}, follow=True)
    assert "La désignation finit le" in text(response)
    left.refresh_from_db()
    assert left.ends_on == clock.today()


def test_the_substitute_of_somebody_who_is_not_there_any_more_changes(world, visit, left):
    mona = visit("mona")
    asked = seen(mona, left) | {"substitute": world.user("dora").pk, "ends_on": ""}
    assert mona.post(change_url(left), asked).status_code == 302
    left.refresh_from_db()
    assert left.substitute == world.user("dora")


def test_a_first_day_without_its_referent_is_refused_beside_the_day(world, visit, left):
    with as_owner():
        Designation.objects.filter(pk=left.pk).update(starts_on=clock.today() + timedelta(days=9))
    mona = visit("mona")
    sooner = (clock.today() + timedelta(days=5)).isoformat()
    response = mona.post(
        change_url(left), seen(mona, left) | {"substitute": "", "starts_on": sooner, "ends_on": ""}
    )
    assert response.status_code == 200
    assert "n’est pas rattachée" in str(response.context["form"].errors["starts_on"])


# --- Two leads for one thing ----------------------------------------------------------------


@pytest.mark.parametrize("for_convention", [False, True])
@pytest.mark.parametrize("for_department", [False, True])
def test_one_lead_whether_convention_and_territory_are_given_or_not(
    world, visit, convention, for_convention, for_department
):
    """The four combinations of empty and given: each one is refused twice, and is free for the three others."""

    def row(with_convention, with_department, name="bob"):
        return Designation(
            organisation=world.org("ML_A"),
            topic=Topic.SMV,
            user=world.user(name),
            convention=convention if with_convention else None,
            department_id="17" if with_department else None,
            starts_on=clock.today(),
        )

    with as_owner():
        row(for_convention, for_department).save()
        for others in [(a, b) for a in (False, True) for b in (False, True)]:
            again = row(*others, name="dora")
            if others == (for_convention, for_department):
                with pytest.raises(IntegrityError, match="one_lead"), transaction.atomic():
                    again.save()
            else:
                again.save()
    asked = filled(
        world,
        "sonia",
        convention="UNML-SMV-2024" if for_convention else "",
        department="17" if for_department else "",
        starts_on=(clock.today() + timedelta(days=400)).isoformat(),
    )
    response = visit("mona").post(CREATE, asked)
    assert response.status_code == 200
    assert "a déjà un référent pour ce sujet, cette convention et ce territoire" in text(response)


@pytest.mark.django_db(transaction=True)
def test_two_transactions_at_once_have_one_winner(transactional_db):
    """Both have checked that nobody is designated when they write: the database lets one of them through."""
    world = World.load()
    together = Barrier(2)

    def designate(name: str) -> str:
        try:
            with acting_as(world.acting("mona")):
                assert not Designation.objects.filter(organisation=world.org("ML_A")).exists()
                together.wait()
                with transaction.atomic():
                    Designation.objects.create(
                        organisation=world.org("ML_A"), topic=Topic.SMV, user=world.user(name)
                    )
        except IntegrityError as error:
            return "told" if "one_lead" in str(error) else str(error)
        else:
            return "won"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(designate, ("bob", "dora"))) == ["told", "won"]
