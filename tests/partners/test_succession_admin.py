"""The succession of a structure in the administration: what would change, then the confirmation of what was shown."""

import re
from datetime import date

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from partners.models import Convention, ConventionParty, Organisation
from tests.conftest import as_owner

LIST = reverse("admin:partners_organisation_changelist")


@pytest.fixture
def chambers(world):
    with as_owner():
        region = Organisation.objects.create(
            name="CMA de région", network="cma", level="regional", region_id="75"
        )
        local = Organisation.objects.create(
            name="CMA de Charente-Maritime", network="cma", level="local", department_id="17"
        )
        text = Convention.objects.create(
            code="EN-COURS", title="Texte en cours", signed_on=date(2019, 3, 1), starts_on=date(2019, 3, 1)
        )
        for party in (local, world.org("ML_A")):
            ConventionParty.objects.create(convention=text, organisation=party)
    return local, region


def page_of(organisation) -> str:
    return reverse("admin:partners_organisation_succession", args=[organisation.pk])


def asked(heir, **fields) -> dict:
    return {"heir": heir.pk, "on": "01/01/2021", "reason": "Loi PACTE"} | fields


def text(response) -> str:
    return response.content.decode()


def seal_of(response) -> str:
    return re.search(r'name="seal" value="([0-9a-f]+)"', text(response))[1]


def test_the_action_leads_to_the_page_of_one_organisation(chambers, visit, world):
    adam, (local, region) = visit("adam"), chambers
    chosen = {"action": "declare_succession", "_selected_action": [local.pk]}
    assert adam.post(LIST, chosen).url == page_of(local)
    several = adam.post(LIST, chosen | {"_selected_action": [local.pk, region.pk]}, follow=True)
    assert "Choisissez une seule structure" in text(several)


def test_shown_then_confirmed(chambers, visit, world):
    adam, (local, region) = visit("adam"), chambers
    assert adam.get(page_of(local)).status_code == 200
    shown = adam.post(page_of(local), asked(region))
    assert "Texte en cours : substitution de partie" in text(shown)
    assert Organisation.objects.get(pk=local.pk).ends_on is None
    done = adam.post(page_of(local), asked(region, seal=seal_of(shown)), follow=True)
    assert "Succession enregistrée. Conventions touchées : 1." in text(done)
    local.refresh_from_db()
    assert (local.ends_on, local.successor) == (date(2021, 1, 1), region)
    assert ConventionParty.objects.get(organisation=region).replaces.organisation == local
    assert (
        LogEntry.objects.filter(object_id=str(local.pk), change_message__contains="Succession").count() == 1
    )


def test_what_moved_since_the_preview_is_shown_again(chambers, visit, world):
    adam, (local, region) = visit("adam"), chambers
    seal = seal_of(adam.post(page_of(local), asked(region)))
    with as_owner():
        other = Convention.objects.create(
            code="AUTRE", title="Texte survenu", signed_on=date(2019, 3, 1), starts_on=date(2019, 3, 1)
        )
        for party in (local, world.org("ML_A")):
            ConventionParty.objects.create(convention=other, organisation=party)
    answer = adam.post(page_of(local), asked(region, seal=seal))
    assert answer.status_code == 409
    assert "La situation a changé depuis l’aperçu" in text(answer)
    assert "Texte survenu" in text(answer)
    assert Organisation.objects.get(pk=local.pk).ends_on is None
    assert adam.post(page_of(local), asked(region, seal=seal_of(answer))).status_code == 302


def test_two_people_at_once_one_wins_the_other_is_told(chambers, visit, world):
    adam, (local, region) = visit("adam"), chambers
    seal = seal_of(adam.post(page_of(local), asked(region)))
    assert adam.post(page_of(local), asked(region, seal=seal)).status_code == 302
    again = adam.post(page_of(local), asked(region, seal=seal))
    assert "a déjà une structure qui lui succède" in text(again)
    assert ConventionParty.objects.filter(organisation=region).count() == 1


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"on": "31/02/2021"}, "Cette date n’existe pas"),
        ({"heir": ""}, "Ce champ est obligatoire"),
        ({"heir": "99999999"}, "Sélectionnez un choix valide"),
        ({"reason": " "}, "Ce champ est obligatoire"),
    ],
)
def test_wrong_input_is_said_and_nothing_typed_is_lost(chambers, visit, fields, message):
    local, region = chambers
    answer = visit("adam").post(page_of(local), asked(region) | fields)
    assert answer.status_code == 200
    assert message in text(answer)
    assert "Rien n’a été enregistré." in text(answer)
    kept = "Loi PACTE" if "reason" not in fields else "01/01/2021"
    assert kept in text(answer)


def test_only_administrators(chambers, visit):
    local, _ = chambers
    for name in ("alice", "mona", "nadia"):
        assert visit(name).get(page_of(local)).status_code == 302
    assert (
        visit("adam").get(reverse("admin:partners_organisation_succession", args=[99999999])).status_code
        == 404
    )
