"""Sessions: listed, organised, changed, held, cancelled; local hours; partners; who may."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from icalendar import Calendar

from core import clock
from partners.models import (
    Amendment,
    Commitment,
    Convention,
    ConventionParty,
    Department,
    Organisation,
    Session,
)
from tests.conftest import as_owner
from tests.filling import form_of, send_pairs

LIST = reverse("partners:session_list")
CREATE = reverse("partners:session_create")
# A Monday of winter.
NOW = datetime(2027, 1, 11, 9, tzinfo=UTC)


def text(response) -> str:
    return response.content.decode()


@pytest.fixture(autouse=True)
def january(travel):
    travel(NOW)


@pytest.fixture
def hold(world):
    """``hold("ML_A", days=3)``: a session of an organisation, two hours long."""

    def make(key: str, *, days: int = 3, partners: tuple[str, ...] = (), **fields) -> Session:
        starts = clock.now() + timedelta(days=days)
        with as_owner():
            session = Session.objects.create(
                organiser=world.org(key), created_by=world.user("alice"), starts_at=starts,
                ends_at=starts + timedelta(hours=2), **{"kind": "visite", "title": f"Visite {key} {days}"} | fields,
            )  # fmt: skip
            session.partners.add(*[world.org(partner) for partner in partners])
        return session

    return make


def of(name: str, session: Session) -> str:
    return reverse(f"partners:session_{name}", args=[session.uuid])


def typed(**changes) -> dict[str, str]:
    return {
        "kind": "information", "title": "Découvrir le SMV", "day": "2027-02-01", "starts": "14:00", "ends": "16:30",
        "last_day": "", "department": "17", "place": "Salle du port", "capacity": "", "purpose": "", "description": "",
    } | changes  # fmt: skip


# --- The list -----------------------------------------------------------------------------------------


def test_those_to_come_first_then_the_past_ones_on_request(world, visit, hold):
    hold("ML_A", days=9)
    hold("RSMV", days=2)
    hold("ML_C", days=-5)
    page = text(visit("paul").get(LIST))
    assert page.index("Visite RSMV 2") < page.index("Visite ML_A 9")
    assert "Visite ML_C -5" not in page
    past = text(visit("paul").get(f"{LIST}?quand=passees"))
    assert "Visite ML_C -5" in past
    assert "À confirmer" in past
    assert "3 rencontres" in text(visit("paul").get(f"{LIST}?quand=toutes"))


def test_every_filter_narrows(world, visit, hold):
    with as_owner():
        convention = Convention.objects.get()
    hold("ML_A", title="Au port", department_id="17", partners=("RSMV",), convention=convention)
    hold("ML_C", title="Au large", department_id="29", kind="seminaire")
    alice = visit("alice")
    for query, shown in {
        "nature=seminaire": "Au large",
        "pour=nous": "Au port",
        "reseau=smv": "Au port",
        "region=53": "Au large",
        "departement=17": "Au port",
        f"convention={convention.uuid}": "Au port",
        "q=large": "Au large",
    }.items():
        page = text(alice.get(f"{LIST}?{query}"))
        assert shown in page, query
        assert "1 rencontre<" in page, query
    assert "Convention UNML – SMV" in text(alice.get(f"{LIST}?convention={convention.uuid}"))
    assert "Aucune rencontre ne correspond" in text(alice.get(f"{LIST}?reseau=akto"))
    assert alice.get(f"{LIST}?convention=pas-un-uuid").status_code == 200


def test_the_departments_offered_are_those_of_one_region(world, visit, hold):
    hold("ML_C", title="Au large", department_id="29")
    alice = visit("alice")
    own, other = '<option value="17">', '<option value="29">'
    # One's own region until another is chosen; the department chosen stays whatever the region.
    assert own in text(alice.get(LIST))
    assert other not in text(alice.get(LIST))
    assert other in text(alice.get(f"{LIST}?region=53"))
    assert own not in text(alice.get(f"{LIST}?region=53"))
    assert "Aucune rencontre ne correspond" in text(alice.get(f"{LIST}?region=75&departement=29"))
    assert "1 rencontre<" in text(alice.get(f"{LIST}?departement=29"))
    # Who has no region chooses one first.
    assert own not in text(visit("nadia").get(LIST))


def test_a_sensitive_organiser_is_not_named_nor_found(world, visit, hold):
    session = hold("RSMV", title="Rencontre discrète")
    with as_owner():
        Organisation.objects.filter(key="RSMV").update(is_sensitive=True)
    for address in (LIST, of("detail", session)):
        page = text(visit("alice").get(address))
        assert "Structure partenaire" in page
        assert "RSMV de La Rochelle" not in page
    assert "Rencontre discrète" not in text(visit("alice").get(f"{LIST}?reseau=smv"))
    assert "RSMV de La Rochelle" in text(visit("rita").get(of("detail", session)))


def test_the_pages_cost_the_same_whatever_the_number(world, visit, hold, queries):
    session = hold("ML_A", partners=("RSMV",))
    alice = visit("alice")
    pages = (LIST, of("detail", session), of("partners", session), CREATE, f"{LIST}?pour=nous&reseau=ml")
    before = [queries(alice, page)[0] for page in pages]
    for days in range(4, 60):
        hold("ML_A", days=days, partners=("RSMV", "ML_C"), department_id="17")
    with as_owner():
        session.partners.add(world.org("ML_C"), world.org("SMV_C"))
    assert [queries(alice, page)[0] for page in pages] == before
    assert max(before[0], before[4]) <= 8
    assert max(before) <= 10


# --- Organising ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "status"), [
    ("alice", 200), ("mona", 200), ("regis", 200), ("nadia", 200), ("rita", 200), ("paul", 403),
])  # fmt: skip
def test_who_organises(world, visit, name, status):
    assert visit(name).get(CREATE).status_code == status
    assert not Session.objects.exists()


def test_alice_organises_a_session_and_chooses_with_whom(world, visit, hold):
    with as_owner():
        convention = Convention.objects.get()
        Convention.objects.update(ends_on=clock.today() + timedelta(days=100))
        for key in ("UNML", "RSMV"):
            ConventionParty.objects.create(convention=convention, organisation=world.org(key))
        commitment = Commitment.objects.create(
            convention=convention,
            theme="smv",
            wording="Une information par trimestre",
            measure="sessions_held",
        )
    alice = visit("alice")
    assert "Une information par trimestre" in text(alice.get(CREATE))
    response = alice.post(CREATE, typed(purpose=f"c{convention.pk}-{commitment.pk}", capacity="12"))
    session = Session.objects.get()
    assert response.url == of("partners", session)
    assert (session.organiser, session.convention, session.commitment, session.capacity) == (
        world.org("ML_A"), convention, commitment, 12,
    )  # fmt: skip
    assert session.starts_at == datetime(2027, 2, 1, 13, tzinfo=UTC)
    # The parties of the convention are offered; the rest is searched.
    page = text(alice.get(response.url))
    assert "Les parties de la convention" in page
    assert "3e RSMV de La Rochelle" in page
    assert "Centre SMV de Brest" not in page
    found = text(alice.get(f"{response.url}?q=brest"))
    assert "Centre SMV de Brest" in found
    added = alice.post(
        f"{response.url}?q=brest",
        {"ajouter": [str(world.org("SMV_C").uuid), str(world.org("RSMV").uuid), "x"]},
    )
    assert added.url == f"{response.url}?q=brest"
    assert session.partners.count() == 2
    alice.post(response.url, {"retirer": str(world.org("SMV_C").uuid)})
    assert "Cochez au moins" in text(alice.post(response.url, {}, follow=True))
    shown = text(visit("charlie").get(session.get_absolute_url()))
    for present in ("3e RSMV de La Rochelle", "Une information par trimestre", "de 14\xa0h à 16\xa0h\xa030"):
        assert present in shown
    assert "Brest" not in shown
    assert "Modifier" not in shown
    assert "Découvrir le SMV" in text(visit("rita").get(f"{LIST}?pour=nous"))


def test_a_sensitive_structure_cannot_be_added(world, visit, hold):
    session = hold("ML_A")
    with as_owner():
        Organisation.objects.filter(key="SMV_C").update(is_sensitive=True)
    alice = visit("alice")
    alice.post(of("partners", session), {"ajouter": str(world.org("SMV_C").uuid)})
    assert session.partners.count() == 0
    assert "Brest" not in text(alice.get(f"{of('partners', session)}?q=centre"))


def test_only_conventions_of_ones_own_or_of_ones_network_are_offered(world, visit):
    day = clock.today()
    with as_owner():
        for code, key, level, region in (
            ("NATIONALE", "UNML", "national", None), ("ICI", "ARML", "regional", "75"),
            ("AILLEURS", "ML_C", "regional", "53"), ("LOCALE", "ML_C", "local", "53"),
            ("LA-NÔTRE", "ML_A", "local", "75"), ("DES-AUTRES", "RSMV", "national", None),
        ):  # fmt: skip
            convention = Convention.objects.create(
                code=code, title=f"Texte {code}", level=level, region_id=region, signed_on=day, starts_on=day,
                ends_on=day + timedelta(days=300),
            )  # fmt: skip
            ConventionParty.objects.create(convention=convention, organisation=world.org(key))
        Convention.objects.create(code="FINIE", title="Texte FINI", signed_on=day - timedelta(days=900),
            starts_on=day - timedelta(days=900), ends_on=day - timedelta(days=9))  # fmt: skip
    page = text(visit("alice").get(CREATE))
    for code, offered in {
        "NATIONALE": True, "ICI": True, "LA-NÔTRE": True,
        "AILLEURS": False, "LOCALE": False, "DES-AUTRES": False, "FINI": False,
    }.items():  # fmt: skip
        assert (f"Texte {code}" in page) is offered, code


@pytest.fixture
def binding(world):
    """``binding("TEXTE", "UNML", region_id="75")``: a text that runs, with its parties; the rest as said."""

    def make(code: str, *keys: str, **fields) -> Convention:
        day = clock.today()
        with as_owner():
            made = Convention.objects.create(
                **{
                    "code": code, "title": f"Texte {code}", "signed_on": day, "starts_on": day,
                    "ends_on": day + timedelta(days=300),
                } | fields,
            )  # fmt: skip
            for key in keys:
                ConventionParty.objects.create(convention=made, organisation=world.org(key))
        return made

    return make


@pytest.mark.parametrize(
    "address", [CREATE, reverse("partners:resource_add"), reverse("partners:designation_create")]
)
def test_the_same_conventions_are_offered_everywhere(world, visit, binding, address):
    """For a session, a resource, a designation: those that bind, of one's own or of one's network on its territory."""
    binding("SANS-TERME", "UNML", ends_on=None, end_known=False)
    binding("AILLEURS", "UNML", level="regional", region_id="53")
    binding("VOISINE", "ML_A", level="regional", region_id="75")
    binding("A-VENIR", "UNML", starts_on=clock.today() + timedelta(days=1))
    later = binding("ENTREE-A-VENIR", "UNML")
    with as_owner():
        later.parties.update(joined_on=clock.today() + timedelta(days=1))
    page = text(visit("mona").get(address))
    for code, offered in {
        "SANS-TERME": True, "VOISINE": True, "AILLEURS": False, "A-VENIR": False, "ENTREE-A-VENIR": False,
    }.items():  # fmt: skip
        assert (f"Texte {code}" in page) is offered, code
    assert "Texte AILLEURS" in text(visit("carla").get(address))


def test_the_commitments_offered_are_those_of_the_text_today(world, visit, binding):
    convention = binding("AMENDEE", "UNML", "RSMV")
    day = clock.today()
    with as_owner():
        amendments = [
            Amendment.objects.create(
                convention=convention, number=number, kinds=["engagements"], signed_on=day,
                effective_on=day + timedelta(days=days),
            )
            for number, days in ((1, 0), (2, 30))
        ]  # fmt: skip
        in_force, to_come = amendments
        for wording, changed in {
            "Retiré depuis": {"removed_by": in_force},
            "Retiré bientôt": {"removed_by": to_come},
            "Ajouté depuis": {"added_by": in_force},
            "Ajouté bientôt": {"added_by": to_come},
        }.items():
            Commitment.objects.create(convention=convention, theme="smv", wording=wording, **changed)
    page = text(visit("alice").get(CREATE))
    assert "Retiré bientôt" in page
    assert "Ajouté depuis" in page
    assert "Retiré depuis" not in page
    assert "Ajouté bientôt" not in page


def test_a_correction_keeps_what_the_session_counts_for(world, visit, hold, binding):
    convention = binding("AMENDEE", "UNML", "RSMV")
    with as_owner():
        amendment = Amendment.objects.create(
            convention=convention, number=1, kinds=["engagements"], signed_on=clock.today(),
            effective_on=clock.today(),
        )  # fmt: skip
        removed, _ = (
            Commitment.objects.create(
                convention=convention, theme="smv", wording=wording, removed_by=amendment
            )
            for wording in ("Retiré, le sien", "Retiré, un autre")
        )
    session = hold("ML_A", convention=convention, commitment=removed)
    alice, url = visit("alice"), of("edit", session)
    page = text(alice.get(url))
    assert "Retiré, un autre" not in page
    sent = form_of(page, "title").filled(title="Titre corrigé")
    assert send_pairs(alice, url, sent).status_code == 302
    session.refresh_from_db()
    assert session.title == "Titre corrigé"
    assert (session.convention, session.commitment) == (convention, removed)


def test_a_party_that_left_is_not_offered(world, visit, hold, binding):
    convention = binding("A-TROIS", "UNML", "RSMV", "SMV_C")
    with as_owner():
        convention.parties.filter(organisation=world.org("SMV_C")).update(
            left_on=clock.today() - timedelta(days=1), exit_reason="Sortie"
        )
    page = text(visit("alice").get(of("partners", hold("ML_A", convention=convention))))
    assert "3e RSMV de La Rochelle" in page
    assert "Centre SMV de Brest" not in page


@pytest.mark.parametrize(("changes", "message"), [
    ({"day": "2027-03-28", "starts": "02:30", "ends": "04:00"}, "n’existe pas le 28 mars 2027"),
    ({"ends": "13:00"}, "finit après avoir commencé"),
    ({"last_day": "2027-01-01"}, "La rencontre finit le jour où elle commence"),
    ({"day": "1999-01-01"}, "Choisissez une date entre"),
    ({"day": "9999-12-31"}, "Choisissez une date entre"),
    ({"capacity": "0"}, "Assurez-vous que cette valeur est supérieure ou égale à 1"),
    ({"purpose": "c999999"}, "Sélectionnez un choix valide"),
    ({"department": "99"}, "Sélectionnez un choix valide"),
    ({"title": ""}, "Ce champ est obligatoire"),
    ({"starts": "minuit"}, "Cette heure n’existe pas"),
])  # fmt: skip
def test_wrong_input_is_said_beside_its_field_and_nothing_is_lost(visit, changes, message):
    page = text(visit("alice").post(CREATE, typed(description="À ne pas perdre") | changes))
    assert message in page
    assert "À ne pas perdre" in page
    assert not Session.objects.exists()


def test_hours_are_those_of_the_place(world, visit):
    with as_owner():
        Department.objects.create(code="974", name="La Réunion", timezone="Indian/Reunion")
    alice = visit("alice")
    assert alice.post(CREATE, typed(department="974")).status_code == 302
    session = Session.objects.get()
    assert session.starts_at == datetime(2027, 2, 1, 10, tzinfo=UTC)
    page = text(alice.get(session.get_absolute_url()))
    assert "14\xa0h à 16\xa0h\xa030 (heure de La Réunion)" in page
    assert 'value="14:00"' in text(alice.get(of("edit", session)))
    (event,) = Calendar.from_ical(alice.get(of("calendar", session)).content).events
    assert event["dtstart"].dt == session.starts_at


def test_the_seminar_of_two_days(visit):
    alice = visit("alice")
    assert alice.post(CREATE, typed(last_day="2027-02-02", ends="12:00")).status_code == 302
    page = text(alice.get(Session.objects.get().get_absolute_url()))
    assert "Du lundi 1er\xa0février, 14\xa0h, au mardi 2\xa0février, 12\xa0h" in page


# --- Changing, holding, cancelling --------------------------------------------------------------------


@pytest.mark.parametrize("name", ["rita", "charlie", "carla", "regis", "nadia", "paul"])
def test_the_sessions_of_others_are_read_not_written(world, visit, hold, name):
    session = hold("ML_A", partners=("RSMV",))
    who = visit(name)
    assert who.get(of("detail", session)).status_code == 200
    for page in ("edit", "partners", "cancel", "held"):
        assert who.get(of(page, session)).status_code == 403
        assert who.post(of(page, session), typed(reason="Non")).status_code == 403
    session.refresh_from_db()
    assert (session.state, session.version) == ("prevue", 1)


def test_a_colleague_changes_it_and_two_people_at_once_are_told_apart(world, visit, hold):
    session = hold("ML_A")
    bob, alice = visit("bob"), visit("alice")
    assert bob.post(of("edit", session), typed(title="Celle de Bob", version="1")).status_code == 302
    response = alice.post(of("edit", session), typed(title="Celle d’Alice", version="1"))
    assert response.status_code == 409
    assert "Celle de Bob" in text(response)
    assert "Celle d’Alice" in text(response)
    again = typed(title="Celle d’Alice", version=response.context["form"].data["version"])
    assert alice.post(of("edit", session), again).status_code == 302
    assert alice.post(of("cancel", session), {"reason": "Grève", "version": "1"}).status_code == 409
    session.refresh_from_db()
    assert (session.title, session.state) == ("Celle d’Alice", "prevue")


def test_a_session_is_held_once_it_has_begun(world, visit, hold, travel):
    session = hold("ML_A", days=1)
    alice = visit("alice")
    assert "La rencontre a eu lieu" not in text(alice.get(of("detail", session)))
    assert "n’a pas encore commencé" in text(alice.post(of("held", session), follow=True))
    travel(session.starts_at + timedelta(minutes=1))
    alice = visit("alice")
    assert "La rencontre a eu lieu" in text(alice.get(of("detail", session)))
    for _ in range(2):
        assert "La rencontre est tenue" in text(alice.post(of("held", session), follow=True))
    assert "elle ne s’annule plus" in text(alice.get(of("cancel", session), follow=True))
    late = typed(day="2027-06-01", version="2")
    assert "elle ne peut pas être à venir" in text(alice.post(of("edit", session), late))


def test_a_cancelled_session_says_why_and_changes_no_more(world, visit, hold):
    session = hold("ML_A")
    alice = visit("alice")
    assert "Ce champ est obligatoire" in text(
        alice.post(of("cancel", session), {"reason": "", "version": "1"})
    )
    assert alice.post(of("cancel", session), {"reason": "Salle fermée", "version": "1"}).status_code == 302
    page = text(visit("charlie").get(of("detail", session)))
    assert "Salle fermée" in page
    assert "Annulée" in text(visit("charlie").get(LIST))
    for name in ("edit", "partners", "cancel"):
        assert "est annulée" in text(alice.get(of(name, session), follow=True))
    assert "est annulée" in text(alice.post(of("held", session), follow=True))
    (event,) = Calendar.from_ical(alice.get(of("calendar", session)).content).events
    assert (event["status"], event["sequence"]) == ("CANCELLED", 1)


def test_a_bad_address_is_unknown_and_anonymous_signs_in(client, visit, hold):
    session = hold("ML_A")
    for address in (LIST, CREATE, of("detail", session)):
        assert client.get(address).status_code == 302
    assert visit("alice").get("/rencontres/pas-un-uuid/").status_code == 404
    assert visit("alice").get("/rencontres/00000000-0000-4000-8000-000000000000/").status_code == 404


def test_the_form_sent_twice_plans_one_session(visit):
    alice = visit("alice")
    first = alice.post(CREATE, typed())
    assert alice.post(CREATE, typed()).url == first.url
    assert alice.post(CREATE, typed(starts="10:00")).url != first.url
    assert visit("bob").post(CREATE, typed()).url != first.url
    assert Session.objects.count() == 3
