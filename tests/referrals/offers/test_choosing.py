"""Offers shown before a referral is written, and chosen: the recipient and the offer are fixed."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from core import clock
from core.scope import acting_as
from partners.models import Designation, Organisation
from referrals.models import Referral
from tests.conftest import as_owner
from tests.referrals.offers.making import propose
from tests.referrals.placing import put
from youths.models import Agreement

CREATE = reverse("referrals:create")


def text(response) -> str:
    return response.content.decode()


def answers(page: str, **changes) -> dict:
    """What Alice answers beside what the page proposes."""
    return {
        "submission": re.search(r'name="submission" value="([^"]+)"', page)[1],
        "p_nationalite_francaise": "oui", "p_residence": "metropole", "p_jdc": "oui",
        "agreed": "on", "informed": "read_aloud", "channel": "face_to_face",
    } | changes  # fmt: skip


def towards(world, **query) -> str:
    query = {"jeune": world.youth("yann").uuid} | query
    return CREATE + "?" + "&".join(f"{name}={value}" for name, value in query.items())


def selected(page: str) -> str:
    """The structure that the page proposes."""
    found = re.search(r'<option value="\d+" selected>([^<]+)</option>', page)
    return found[1] if found else ""


def test_alice_chooses_an_offer(world, visit):
    offer = propose(world, prerequisites="Aimer le plein air")
    propose(world, "SMV_C", title="Trop loin", departments=["29"])
    propose(world, title="Pas encore", opens_on=clock.today() + timedelta(days=1))
    propose(world, title="En Nouvelle-Aquitaine", departments=[], regions=["75"])
    alice = visit("alice")
    cards = text(alice.get(towards(world)))
    for title, shown in {"Incorporation de mars": True, "En Nouvelle-Aquitaine": True, "Trop loin": False,
                         "Pas encore": False, "3 places sur 3": True, "À vérifier": True}.items():  # fmt: skip
        assert (title in cards) is shown, title
    address = towards(world, offre=offer.uuid)
    page = text(alice.get(address))
    for words in (
        "Aimer le plein air",
        "18-25 ans",
        "À vérifier",
        "« 3e RSMV de La Rochelle »".replace(" ", "\u00a0", 1),
    ):
        assert words in page or words.startswith("«")
    assert "À qui l’adresser" not in page
    done = text(alice.post(address, answers(page), follow=True))
    assert "est envoyée" in done
    assert offer.title in done
    with acting_as(world.acting("alice")):
        referral = Referral.objects.select_related("offer").get()
    assert (referral.offer, referral.recipient) == (offer, world.org("RSMV"))
    assert referral.recipient_professional == world.user("rita")
    assert not any("public" in name for name in referral.details)


def test_what_is_to_be_known_before_sending(world, visit):
    full = propose(world, places=1)
    put(world, "accepted", offer=full, youth=world.youth("zoe"), sender="dora")
    far = propose(
        world, "SMV_C", title="Brest", departments=["29"], checked_on=clock.today() - timedelta(days=400)
    )
    alice = visit("alice")
    assert "mise en liste d’attente" in text(alice.get(towards(world, offre=full.uuid)))
    page = text(alice.get(towards(world, offre=far.uuid)))
    assert "ne dit pas qu’elle couvre le département" in page
    assert "vérifiée depuis plus de six mois" in page


def test_an_offer_that_closes_meanwhile_is_told_and_nothing_is_lost(world, visit):
    offer = propose(world)
    alice, address = visit("alice"), towards(world, offre=offer.uuid)
    page = text(alice.get(address))
    with as_owner():
        type(offer).objects.filter(pk=offer.pk).update(closed_on=clock.today(), closing="pourvue")
    late = text(alice.post(address, answers(page, note="À ne pas perdre")))
    assert "n’est plus ouverte" in late
    assert "À ne pas perdre" in late
    with as_owner():
        assert not Referral.objects.exists()


@pytest.mark.parametrize("code", ["x", "00000000-0000-4000-8000-000000000000"])
def test_an_unknown_offer(world, visit, code):
    assert (
        visit("alice").get(CREATE, {"jeune": str(world.youth("yann").uuid), "offre": code}).status_code == 404
    )


def test_an_offer_of_a_programme_that_one_does_not_send_to(world, visit):
    back = propose(world, "ML_C", programme="retour", departments=["29"])
    assert visit("alice").get(towards(world, offre=back.uuid)).status_code == 404


def test_one_begins_with_the_offer(world, visit):
    offer = propose(world)
    page = text(visit("alice").get(CREATE, {"offre": str(offer.uuid)}))
    assert offer.title in page
    assert f"jeune={world.youth('yann').uuid}&amp;offre={offer.uuid}" in page


# --- The structure that is proposed -------------------------------------------------------------------


def test_the_referent_of_the_territory_is_proposed(world, visit):
    assert "RSMV" in selected(text(visit("alice").get(towards(world, dispositif="smv"))))


def test_without_a_referent_near_nobody_is_proposed(world, visit):
    with as_owner():
        Designation.objects.filter(organisation=world.org("RSMV")).delete()
    assert not selected(text(visit("alice").get(towards(world, dispositif="smv"))))


def test_of_several_the_one_we_sent_to_last(world, visit):
    with as_owner():
        twin = Organisation.objects.create(
            key="RSMV_B",
            name="Autre centre",
            network="smv",
            level="local",
            region_id="75",
            department_id="17",
        )
        Designation.objects.create(
            organisation=twin, topic="smv", user=world.user("remi"), starts_on=clock.today()
        )
    alice, address = visit("alice"), towards(world, dispositif="smv")
    assert not selected(text(alice.get(address)))
    put(world, "declined", youth=world.youth("zoe"))
    assert "RSMV" in selected(text(alice.get(address)))


def test_the_agreement_already_given_is_used_again(world, visit):
    with as_owner():
        Agreement.objects.create(
            youth=world.youth("yann"), recorded_by=world.user("alice"), recorded_for=world.org("ML_A"),
            recipient=world.org("SMV_C"), purpose="smv", channel="phone", informed="handed", text_version="smv-1",
        )  # fmt: skip
    alice, address = visit("alice"), towards(world, dispositif="smv")
    page = text(alice.get(address))
    assert "Brest" in selected(page)
    assert re.search(r'name="use_live"[^>]*checked', page)
    assert not re.search(r'name="agreed"[^>]*checked', page)
    sent = answers(page, recipient=world.org("SMV_C").pk, use_live="on")
    del sent["agreed"]
    assert "est envoyée" in text(alice.post(address, sent, follow=True))
    with acting_as(world.acting("alice")):
        assert Referral.objects.get().agreement == Agreement.objects.get()


def test_the_page_costs_the_same_whatever_is_offered(world, visit, queries):
    propose(world)
    alice = visit("alice")
    alice.get(towards(world))
    few = [queries(alice, towards(world, **query))[0] for query in ({}, {"dispositif": "smv"})]
    for number in range(20):
        propose(world, title=f"Offre {number}")
    for query, cost in zip(({}, {"dispositif": "smv"}), few, strict=True):
        assert queries(alice, towards(world, **query))[0] == cost <= 11  # the reset of the scope included
    assert text(alice.get(towards(world))).count("?jeune=") <= 3 + 3 * 8 + 8
