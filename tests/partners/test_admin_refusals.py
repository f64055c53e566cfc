"""What others rely on is not deleted in the administration, and a text without its parties is not registered."""

from datetime import date

import pytest
from django.db.models import Model

from partners.models import (
    Amendment,
    Branch,
    Commitment,
    Committee,
    CommitteeAction,
    CommitteeMeeting,
    Convention,
    ConventionBranch,
    ConventionDecision,
    ConventionParty,
    Organisation,
)
from reporting.models import Edition, PublishedOrganisation
from tests.conftest import as_owner
from tests.partners.admin_pages import errors_of, saved, send, text, url


@pytest.fixture
def adam(founding, visit):
    return visit("adam")


@pytest.fixture
def relied_upon(founding, world, owner_makes) -> dict[str, Model]:
    """One object of each kind, with what relies on it."""
    convention = owner_makes(
        Convention, code="APPUI-1", title="Convention signée", signed_on=date(2026, 1, 5)
    )
    party = owner_makes(ConventionParty, convention=convention, organisation=world.org("UNML"))
    amendment = owner_makes(
        Amendment, convention=convention, number=1, kinds=["parties"], signed_on=date(2026, 2, 1),
        effective_on=date(2026, 2, 1),
    )  # fmt: skip
    owner_makes(ConventionParty, convention=convention, organisation=world.org("RSMV"), joined_by=amendment)
    met = owner_makes(Committee, convention=convention, name="Comité réuni")
    owner_makes(CommitteeMeeting, committee=met, held_on=date(2026, 3, 1))
    acts = owner_makes(Committee, convention=convention, name="Comité chargé d’une action")
    meeting = owner_makes(CommitteeMeeting, committee=acts, held_on=date(2026, 3, 2))
    owner_makes(
        CommitteeAction,
        committee=acts,
        meeting=meeting,
        wording="Relancer",
        due_on=date(2026, 6, 1),
        organisation=world.org("UNML"),
    )
    branch = owner_makes(Branch, code="essai", name="Branche d’essai")
    owner_makes(ConventionBranch, convention=convention, branch=branch)
    return {
        "convention": convention, "amendment": amendment, "committee with a meeting": met,
        "committee with an action": acts, "branch": branch, "organisation": world.org("RSMV"), "party": party,
    }  # fmt: skip


@pytest.mark.parametrize(
    "kind",
    [
        "convention",
        "amendment",
        "committee with a meeting",
        "committee with an action",
        "branch",
        "organisation",
    ],
)
def test_the_objects_of_a_network_are_not_deleted_under_those_who_rely_on_them(adam, relied_upon, kind):
    kept = relied_upon[kind]
    address = url(type(kept), "delete", kept.pk)
    for response in (adam.get(address), adam.post(address, {"post": "yes"})):
        assert response.status_code == 200
        assert "Impossible de supprimer" in text(response)
    many = {"action": "delete_selected", "_selected_action": [kept.pk], "post": "yes"}
    assert "Impossible de supprimer" in text(adam.post(url(type(kept), "changelist"), many))
    with as_owner():
        assert type(kept).objects.filter(pk=kept.pk).exists()
        assert CommitteeMeeting.objects.filter(committee=relied_upon["committee with a meeting"]).exists()


def test_a_party_that_promised_something_is_not_taken_away(adam, relied_upon, owner_makes, world):
    convention = relied_upon["convention"]
    owner_makes(ConventionParty, convention=convention, organisation=world.org("ML_A"))
    owner_makes(
        Commitment, convention=convention, party=world.org("UNML"), theme="smv", wording="Tenir la liste"
    )
    address = url(Convention, "change", convention.pk)
    response = send(adam, address, **{"parties-0-DELETE": "on"})
    assert "Un engagement est à la charge de cette structure" in " ".join(errors_of(response)["parties"])
    assert ConventionParty.objects.filter(pk=relied_upon["party"].pk).exists()


def test_a_draft_that_nobody_relies_on_is_deleted_with_its_empty_committee(adam, owner_makes):
    draft = owner_makes(Convention, code="BROUILLON", title="Brouillon")
    owner_makes(Committee, convention=draft)
    assert adam.post(url(Convention, "delete", draft.pk), {"post": "yes"}).status_code == 302
    assert not Convention.objects.filter(pk=draft.pk).exists()


def test_an_organisation_stays_while_figures_are_published_of_it(adam, owner_makes, world):
    """An administrator may not read what is published: the database refuses, and the page says so."""
    region = world.org("ML_A").department.region
    opened = owner_makes(
        Organisation, name="Mission Locale d’essai", network="ml", level="local", region=region
    )
    published = owner_makes(
        PublishedOrganisation, edition=owner_makes(Edition), organisation=opened, region=region, network="ml",
        steps={},
    )  # fmt: skip
    address = url(Organisation, "delete", opened.pk)
    assert adam.get(address).status_code == 200
    assert "Impossible de supprimer" in text(adam.post(address, {"post": "yes"}))
    with as_owner():
        published.delete()
    assert adam.post(address, {"post": "yes"}).status_code == 302
    assert not Organisation.objects.filter(pk=opened.pk).exists()


# --- What is registered -----------------------------------------------------------------------------------------

SIGNED = {"code": "ESSAI-2026", "title": "Convention d’essai", "nature": "convention", "level": "national"}
SIGNED |= {"signed_on": "2026-03-01", "starts_on": "2026-03-01", "ends_on": "2029-02-28"}


def test_a_signed_text_has_two_parties(adam, world):
    lines = {"parties": [{"organisation": world.org("UNML").pk}]}
    response = send(adam, url(Convention, "add"), lines, **SIGNED)
    assert "Une convention signée lie au moins deux parties" in " ".join(errors_of(response)["parties"])
    assert not Convention.objects.filter(code="ESSAI-2026").exists()
    saved(send(adam, url(Convention, "add"), lines, **(SIGNED | {"signed_on": ""})))
    # The founding text whose source names no party is still mended.
    silent = Convention.objects.filter(parties=None, signed_on__isnull=False).order_by("pk").first()
    if silent is not None:
        saved(send(adam, url(Convention, "change", silent.pk), place="Paris"))


def test_only_a_party_promises(adam, world):
    lines = {
        "parties": [{"organisation": world.org(key).pk} for key in ("UNML", "RSMV")],
        "commitments": [
            {
                "party": world.org("ML_A").pk,
                "theme": "smv",
                "wording": "Tenir la liste",
                "frequency": "continuous",
                "order": 1,
            }
        ],
    }
    response = send(adam, url(Convention, "add"), lines, **SIGNED)
    assert "n’est pas parmi les parties" in " ".join(errors_of(response)["commitments-0-party"])
    lines["commitments"][0]["party"] = world.org("RSMV").pk
    saved(send(adam, url(Convention, "add"), lines, **SIGNED))
    made = Convention.objects.get(code="ESSAI-2026")
    # Later, the list holds the parties alone, and a forged choice is refused.
    forged = {"commitments-0-party": str(world.org("ML_A").pk)}
    response = send(adam, url(Convention, "change", made.pk), **forged)
    assert errors_of(response)["commitments-0-party"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ({"kind": "suspension", "decided_on": "2026-01-01"}, "ne peut pas être suspendue avant d’avoir été signée"),
        ({"kind": "resiliation", "decided_on": "2029-06-01"}, "déjà finie ce jour-là : « échue » depuis le 1er mars"),
        ({"kind": "denonciation", "decided_on": "2026-06-01", "effective_on": "2026-06-15"}, "la fin du préavis"),
        ({"kind": "denonciation", "decided_on": "2026-06-01", "effective_on": "2030-06-15"}, "déjà finie ce jour-là"),
        ({"kind": "denonciation", "decided_on": "2026-06-01", "party": "ML_A"}, "n’est pas partie à la convention"),
        ({"kind": "reprise", "decided_on": "2026-06-01"}, "n’est pas suspendue ce jour-là"),
        ({"kind": "a_signer", "decided_on": "2026-06-01"}, "n’est plus à signer : elle est « en vigueur »"),
    ],
)  # fmt: skip
def test_a_decision_that_the_pages_refuse_is_refused_here(adam, world, owner_makes, line, words):
    lines = {"parties": [{"organisation": world.org(key).pk} for key in ("UNML", "RSMV")]}
    saved(send(adam, url(Convention, "add"), lines, **SIGNED, notice_months="3"))
    made = Convention.objects.get(code="ESSAI-2026")
    line = line | {"reason": "Essai"}
    if "party" in line:
        # One that was a party, and left.
        owner_makes(
            ConventionParty, convention=made, organisation=world.org("ML_A"), left_on=date(2026, 5, 1),
            exit_reason="Retrait",
        )  # fmt: skip
        line["party"] = world.org("ML_A").pk
    response = send(adam, url(Convention, "change", made.pk), {"decisions": [line]})
    assert words in " ".join(" ".join(found) for found in errors_of(response).values())
    assert not ConventionDecision.objects.filter(convention=made).exists()


def test_decisions_of_one_page_are_judged_together(adam, world):
    lines = {"parties": [{"organisation": world.org(key).pk} for key in ("UNML", "RSMV")]}
    saved(send(adam, url(Convention, "add"), lines, **SIGNED))
    address = url(Convention, "change", Convention.objects.get(code="ESSAI-2026").pk)

    def line(kind: str, day: str) -> dict[str, str]:
        return {"kind": kind, "decided_on": day, "reason": "Essai"}

    both = [line("suspension", "2026-06-01"), line("reprise", "2026-09-01")]
    saved(send(adam, address, {"decisions": both}))
    again = [line("suspension", "2026-10-01"), line("suspension", "2026-11-01")]
    assert "déjà suspendue" in " ".join(
        errors_of(send(adam, address, {"decisions": again}))["decisions-3-decided_on"]
    )
    over = [line("resiliation", "2026-10-01"), line("suspension", "2026-11-01")]
    response = send(adam, address, {"decisions": over})
    assert "déjà finie ce jour-là" in " ".join(errors_of(response)["decisions-3-decided_on"])
    # One that is there already: its words are free, its day is judged.
    saved(send(adam, address, **{"decisions-1-reason": "Accord trouvé"}))
    moved = errors_of(send(adam, address, **{"decisions-1-decided_on": "2026-05-01"}))
    assert "n’est pas suspendue" in " ".join(moved["decisions-1-decided_on"])
