"""The administration: conventions edited with their lines, errors in French, nothing about youths, safe deletion."""

from datetime import date

import pytest
from django.contrib import admin
from django.forms import model_to_dict
from django.urls import reverse

from accounts.models import User
from core import clock
from partners.models import (
    Committee,
    Convention,
    ConventionParty,
    Designation,
    Membership,
    Municipality,
    Organisation,
    Topic,
)
from tests.conftest import as_owner
from tests.partners.admin_pages import errors_of, filled, saved, send, text, url
from youths.models import Accompaniment

CONVENTION = {
    "code": "BZH-SMV-2026",
    "title": "Déclinaison bretonne",
    "nature": "declinaison",
    "level": "regional",
    "region": "53",
    "themes": ["smv", "orientation"],
    "parent_proven": "on",
    "signature_known": "on",
    "end_known": "on",
    "signed_on": "01/03/2026",
    "starts_on": "01/03/2026",
    "ends_on": "28/02/2029",
}


@pytest.fixture
def adam(founding, visit):
    return visit("adam")


def test_only_administrators_come_in(world, visit, client):
    assert visit("adam").get("/admin/").status_code == 200
    for name in ("alice", "mona", "nadia"):
        assert visit(name).get("/admin/").status_code == 302
    assert client.get("/admin/").status_code == 302


def test_no_youth_in_the_administration(adam):
    rooms = {model._meta.app_label for model in admin.site._registry}
    assert rooms == {"accounts", "core", "partners"}
    # Of what the house stands on, the messages put aside alone, without what they say.
    assert {model.__name__ for model in admin.site._registry if model._meta.app_label == "core"} == {
        "SetAside"
    }
    html = text(adam.get("/admin/"))
    assert "Partenaires et conventions" in html
    assert "Jeune" not in html
    assert "Groupes" not in html
    assert adam.get("/admin/youths/youth/").status_code == 404


@pytest.mark.parametrize("model", list(admin.site._registry), ids=lambda model: model.__name__)
def test_every_list_opens_searches_and_stays_cheap(adam, queries, model):
    address = url(model, "changelist")
    count, sql = queries(adam, address)
    assert count <= 12, sql
    for typed in ("a", "St-Étienne", "1' OR"):
        assert adam.get(f"{address}?q={typed}").status_code == 200
    # A NUL in an address is refused before any page.
    assert adam.get(f"{address}?q=%00").status_code == 400


@pytest.mark.parametrize("model", list(admin.site._registry), ids=lambda model: model.__name__)
def test_every_form_opens(adam, model):
    addable = admin.site._registry[model].has_add_permission(adam.get("/admin/").wsgi_request)
    assert adam.get(url(model, "add")).status_code == (200 if addable else 403)
    if first := model.objects.order_by("pk").first():
        assert adam.get(url(model, "change", first.pk)).status_code == 200
        assert adam.get(url(model, "history", first.pk)).status_code == 200


def test_pages_carry_the_policy_and_break_no_rule_of_it(adam, founding):
    """A nonce on what the page runs, nothing inline: read from the page, as the browser would."""
    for address in (
        "/admin/",
        url(Convention, "changelist"),
        url(Convention, "add"),
        url(Designation, "add"),
    ):
        response = adam.get(address)
        policy = response.headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        html = text(response)
        nonce = policy.split("'nonce-")[1].split("'")[0]
        for tag in ("<script", "<style"):
            for chunk in html.split(tag)[1:]:
                opening = chunk.split(">")[0]
                assert nonce in opening or 'type="application/json"' in opening or "src=" in opening, opening
        assert " style=" not in html
        assert " onclick=" not in html


# --- Conventions ----------------------------------------------------------------------------


def test_create_a_convention_with_its_lines(adam, founding, world):
    made = {
        "parties": [
            {"organisation": world.org("UNML").pk, "signed_on": "2026-03-01"},
            {"organisation": world.org("SMV_EM").pk},
        ],
        "commitments": [
            {
                "party": world.org("UNML").pk, "theme": "smv", "wording": "Faire connaître le SMV.",
                "frequency": "continuous", "measure": "committee_held", "order": 1,
            }
        ],
        "committees": [{"name": "Comité régional", "frequency_months": 6, "reckoning": "calendar"}],
    }  # fmt: skip
    saved(send(adam, url(Convention, "add"), made, **CONVENTION, parent=founding["UNML-SMV-2024"].pk))
    made = Convention.objects.get(code="BZH-SMV-2026")
    assert (made.themes, made.ends_on, made.parent) == (
        ["smv", "orientation"],
        date(2029, 2, 28),
        founding["UNML-SMV-2024"],
    )
    assert (made.parties.count(), made.commitments.get().measure, made.committees.get().frequency_months) == (
        2,
        "committee_held",
        6,
    )


def test_edit_keeps_what_is_not_touched(adam, founding):
    convention = founding["UNML-SMV-2016"]
    before = model_to_dict(convention)
    saved(send(adam, url(Convention, "change", convention.pk), title="Convention de 2016, relue"))
    convention.refresh_from_db()
    assert model_to_dict(convention) == before | {"title": "Convention de 2016, relue"}
    assert convention.parties.count() == 2


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"ends_on": "01/01/2020"}, "ends_on", "La convention ne peut pas finir avant d’avoir pris effet."),
        ({"signature_known": ""}, "signature_known", "cochez « signature établie »"),
        ({"end_known": ""}, "end_known", "cochez « échéance connue »"),
        ({"region": ""}, "region", "Indiquez la région d’une convention régionale ou locale."),
        ({"code": "UNML-SMV-2019"}, "code", "existe déjà"),
        ({"tacit_renewal": "on"}, "", "demande une échéance et une durée de reconduction"),
        ({"themes": ["astrologie"]}, "themes", "n’en fait pas partie"),
    ],
)
def test_rules_speak_french_beside_their_field(adam, changes, field, words):
    response = send(adam, url(Convention, "add"), **CONVENTION | changes)
    assert response.status_code == 200
    assert words in " ".join(errors_of(response)[field])
    assert not Convention.objects.filter(code="BZH-SMV-2026").exists()


def test_rules_of_the_lines_speak_french_too(adam, world):
    party = world.org("UNML").pk
    wrong = {
        "parties": [{"organisation": party, "joined_on": "02/02/2026", "left_on": "01/01/2026"}],
        "decisions": [{"kind": "caducite", "decided_on": "01/05/2026"}],
        "committees": [{"name": "Comité", "frequency_months": 99, "reckoning": "sliding"}],
    }
    response = send(adam, url(Convention, "add"), wrong, **CONVENTION)
    html = text(response)
    assert "Une partie ne peut pas sortir avant d’être entrée." in html
    assert "Un comité se réunit tous les 1 à 60 mois." in html
    assert "Indiquez le motif de cette décision." in html
    assert "Indiquez pourquoi cette partie sort de la convention." in html


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("etat=caduque", {"CNML-CMA-2011"}),
        ("etat=echue", {"UNML-SMV-2019", "MISSION-JEUNES-2021"}),
        ("reseau=smv", {"UNML-SMV-2016", "UNML-SMV-2019", "UNML-SMV-2024"}),
        ("echeance=6", set()),
        ("echeance=toujours", None),
        ("q=cheops", {"CMA-FT-UNML-CHEOPS-2025"}),
    ],
)
def test_list_filters(adam, query, codes):
    found = adam.get(f"{url(Convention, 'changelist')}?{query}").context["cl"].queryset
    expected = set(Convention.objects.values_list("code", flat=True)) if codes is None else codes
    assert {convention.code for convention in found} == expected


def test_list_shows_the_computed_state(adam, founding):
    html = text(adam.get(url(Convention, "changelist")))
    assert "Signée, terme inconnu" in html
    change = text(adam.get(url(Convention, "change", founding["UNML-SMV-2019"].pk)))
    assert "Arrivée à échéance le 9 mai 2022." in change


# --- Deletion -------------------------------------------------------------------------------


def test_what_others_rely_on_is_not_deleted(adam, founding, world):
    address = url(Organisation, "delete", world.org("UNML").pk)
    for response in (adam.get(address), adam.post(address, {"post": "yes"})):
        assert response.status_code == 200
        assert "Impossible de supprimer" in text(response)
    assert Organisation.objects.filter(key="UNML").exists()


def test_what_only_hidden_files_rely_on_is_not_deleted(adam, world, owner_makes):
    """An administrator sees no accompaniment: the database does, and the page says so."""
    lone = owner_makes(Organisation, name="Structure seule", network="smv", level="local", region_id="53")
    owner_makes(
        Accompaniment, youth=world.youth("kim"), organisation=lone, role=Accompaniment.Role.PARTNER,
        started_on=clock.today(),
    )  # fmt: skip
    response = adam.post(url(Organisation, "delete", lone.pk), {"post": "yes"})
    assert response.status_code == 200
    assert "que l’administration ne montre pas" in text(response)
    many = {"action": "delete_selected", "_selected_action": [lone.pk], "post": "yes"}
    assert "que l’administration ne montre pas" in text(adam.post(url(Organisation, "changelist"), many))
    assert Organisation.objects.filter(pk=lone.pk).exists()


def test_what_nobody_relies_on_is_deleted(adam, owner_makes):
    lone = owner_makes(Organisation, name="Doublon", network="smv", level="local", region_id="53")
    assert adam.post(url(Organisation, "delete", lone.pk), {"post": "yes"}).status_code == 302
    draft = owner_makes(Convention, code="BROUILLON", title="Brouillon")
    assert adam.post(url(Convention, "delete", draft.pk), {"post": "yes"}).status_code == 302
    assert not Convention.objects.filter(code="BROUILLON").exists()


# --- Organisations, people, referents -------------------------------------------------------


def test_organisation_errors_in_french(adam):
    data = {
        "name": "Mission locale", "network": "ml", "level": "local", "siret": "12345678901234",
        "teams-TOTAL_FORMS": 0, "teams-INITIAL_FORMS": 0,
    }  # fmt: skip
    errors = adam.post(url(Organisation, "add"), data).context["adminform"].form.errors
    assert "Ce numéro SIRET n’est pas valide" in str(errors["siret"])
    errors = adam.post(url(Organisation, "add"), data | {"siret": ""}).context["adminform"].form.errors
    assert errors == {"region": ["Indiquez la région ou le département de cette structure."]}


def test_nobody_is_made_a_member_by_one_administrator(adam, world):
    data = {
        "user": world.user("charlie").pk, "organisation": world.org("ML_A").pk, "role": "manager",
        "starts_on": "01/01/2026",
    }  # fmt: skip
    assert adam.post(url(Membership, "add"), data).status_code == 403
    member = Membership.objects.get(user=world.user("charlie"))
    address = url(Membership, "change", member.pk)
    saved(send(adam, address, role="manager", starts_on="2026-01-01"))
    # What the page does not offer is not taken from a form written by hand.
    adam.post(address, filled(adam.get(address)) | data)
    member.refresh_from_db()
    # The role may be mended there; the person and the organisation never change.
    assert (member.organisation, member.role) == (world.org("ML_C"), "manager")
    errors = send(adam, address, ends_on="01/01/2020")
    assert errors.context["adminform"].form.errors == {
        "ends_on": ["Le rattachement ne peut pas finir avant de commencer."]
    }


def test_an_administrator_strands_nobody_either(adam, world):
    member = Membership.objects.get(user=world.user("charlie"))
    response = send(adam, url(Membership, "change", member.pk), role="dpo")
    (error,) = response.context["adminform"].form.errors["role"]
    assert "jeunes accompagnés (" in error
    member.refresh_from_db()
    assert member.role == "professional"
    idle = Membership.objects.get(user=world.user("paul"))
    saved(send(adam, url(Membership, "change", idle.pk), role="manager"))
    saved(send(adam, url(Membership, "change", idle.pk), role="dpo"))
    idle.refresh_from_db()
    assert idle.role == "dpo"


def test_a_designation_and_its_rules(adam, world):
    data = {
        "organisation": world.org("RSMV").pk, "topic": Topic.SMV, "user": world.user("remi").pk,
        "starts_on": "01/01/2026",
    }  # fmt: skip
    errors = adam.post(url(Designation, "add"), data).context["adminform"].form.errors
    assert "a déjà un référent" in str(errors["topic"])
    errors = (
        adam.post(url(Designation, "add"), data | {"ends_on": "01/01/2020"}).context["adminform"].form.errors
    )
    assert errors == {"ends_on": ["La désignation ne peut pas finir avant de commencer."]}
    other = data | {"topic": Topic.RETURN, "absent_from": "02/02/2026"}
    errors = adam.post(url(Designation, "add"), other).context["adminform"].form.errors
    assert "début et la fin de l’absence" in str(errors["absent_until"])
    assert adam.post(url(Designation, "add"), data | {"topic": Topic.RETURN}).status_code == 302


def test_people_are_picked_by_name(adam, visit, world):
    address = reverse("admin:accounts_user_people")
    query = {"term": "rit", "app_label": "partners", "model_name": "designation", "field_name": "user"}
    results = adam.get(address, query).json()["results"]
    assert results == [{"id": str(world.user("rita").pk), "text": "Rita Referent (rita@portail.example)"}]
    assert visit("mona").get(address, query).status_code == 302


def test_a_convention_is_offered_once_however_many_of_its_parties_match(adam, world, owner_makes):
    made = owner_makes(Convention, code="DEUX-PARTIES", title="Texte")
    for number in (1, 2):
        body = owner_makes(
            Organisation, name=f"Zélande {number}", network="smv", level="local", region_id="53"
        )
        owner_makes(ConventionParty, convention=made, organisation=body)
    query = {"term": "zélande", "app_label": "partners", "model_name": "convention", "field_name": "parent"}
    results = adam.get(reverse("admin:partners_convention_choices"), query).json()["results"]
    assert results == [{"id": str(made.pk), "text": "DEUX-PARTIES – Texte"}]


@pytest.mark.parametrize("model", [Designation, Committee], ids=lambda model: model.__name__)
def test_whatever_names_a_convention_offers_it_by_its_code(adam, world, owner_makes, model):
    made = owner_makes(Convention, code="SOUS-SON-CODE", title="Texte")
    if model is Committee:
        row = owner_makes(Committee, convention=made)
    else:
        row = Designation.objects.order_by("pk").first()
        with as_owner():
            Designation.objects.filter(pk=row.pk).update(convention=made)
    page = text(adam.get(url(model, "change", row.pk)))
    assert "SOUS-SON-CODE – Texte" in page
    assert page.count(f'data-ajax--url="{reverse("admin:partners_convention_choices")}"') == 1
    query = {
        "term": "sous-son", "app_label": "partners", "model_name": model._meta.model_name, "field_name": "convention",
    }  # fmt: skip
    results = adam.get(reverse("admin:partners_convention_choices"), query).json()["results"]
    assert [one["text"] for one in results] == ["SOUS-SON-CODE – Texte"]


def test_a_new_account_cannot_sign_in_before_its_invitation(adam):
    data = {
        "email": "Nouvelle@Portail.Example",
        "first_name": "Nour",
        "last_name": "Velle",
        "is_active": "on",
    }
    assert adam.post(url(User, "add"), data).status_code == 302
    made = User.objects.get(email="nouvelle@portail.example")
    assert not made.has_usable_password()
    assert (made.is_staff, made.is_superuser) == (False, False)
    errors = adam.post(url(User, "add"), data).context["adminform"].form.errors
    assert "existe déjà" in str(errors["email"])


def test_an_administrator_has_all_rights_or_none(adam, world):
    mona = world.user("mona")
    data = {"email": mona.email, "first_name": "Mona", "last_name": "Manager", "is_active": "on"}
    adam.post(url(User, "change", mona.pk), data | {"is_staff": "on"})
    mona.refresh_from_db()
    assert (mona.is_staff, mona.is_superuser) == (True, True)
    adam.post(url(User, "change", mona.pk), data)
    mona.refresh_from_db()
    assert (mona.is_staff, mona.is_superuser) == (False, False)
    assert mona.check_password("mot de passe de test")


def test_nobody_takes_the_keys_from_themselves_nor_deletes_an_account(adam, world):
    me = world.user("adam")
    adam.post(url(User, "change", me.pk), {"email": me.email, "first_name": "Adam", "last_name": "Admin"})
    me.refresh_from_db()
    assert (me.is_active, me.is_staff, me.is_superuser) == (True, True, True)
    assert adam.post(url(User, "delete", world.user("bob").pk), {"post": "yes"}).status_code == 403


def test_municipalities_are_found_without_accents(adam, owner_makes):
    owner_makes(
        Municipality,
        code="17999",
        name="Saint-Étienne-d’Essai",
        department_id="17",
        search_name="saint etienne d essai",
    )
    found = adam.get(f"{url(Municipality, 'changelist')}?q=St+Etienne").context["cl"].queryset
    assert [town.name for town in found] == ["Saint-Étienne-d’Essai"]
    assert adam.post(url(Municipality, "add"), {"code": "1"}).status_code == 403
