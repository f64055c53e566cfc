"""Must-show 2: a regional declination in the administration, an amendment, a party that leaves; and what is refused."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from partners.conventions.reading import facts_of, state_of, with_facts
from partners.conventions.state import term_on
from partners.models import (
    Amendment,
    Commitment,
    Convention,
    ConventionDecision,
    ConventionDocument,
    ConventionParty,
    Organisation,
)
from tests.conftest import as_owner
from tests.core.hostile_files import pdf
from tests.partners.admin_pages import errors_of, filled, saved, send, text, url

PDF = pdf()
TITLE = "Déclinaison bretonne de la convention UNML–SMV"


@pytest.fixture
def adam(founding, visit):
    return visit("adam")


@pytest.fixture
def parties(world, owner_makes) -> dict[str, Organisation]:
    """Three regional organisations of Bretagne, and the one that comes later."""
    names = {"arml": "ml", "smv": "smv", "region": "region", "cmar": "cma"}
    return {
        key: owner_makes(
            Organisation,
            name=f"Structure {key} de Bretagne",
            network=network,
            level="regional",
            region_id="53",
        )
        for key, network in names.items()
    }


@pytest.fixture
def made(adam, founding, parties) -> Convention:
    """The declination, as its form was filled."""
    lines = {
        "parties": [
            {"organisation": parties[key].pk, "signed_on": "2026-03-01"} for key in ("arml", "smv", "region")
        ],
        "documents": [
            {
                "kind": "signe",
                "title": "Texte signé",
                "file": SimpleUploadedFile("accord.pdf", PDF, "application/pdf"),
            }
        ],
    }
    saved(
        send(
            adam,
            url(Convention, "add"),
            lines,
            code="BZH-SMV-2026",
            title=TITLE,
            nature="declinaison",
            level="regional",
            region="53",
            themes=["smv"],
            parent=founding["UNML-SMV-2024"].pk,
            signed_on="2026-03-01",
            starts_on="2026-03-01",
            ends_on="2029-02-28",
        )
    )
    return Convention.objects.get(code="BZH-SMV-2026")


def amend(client, convention, lines=None, **values):
    """Fill the form of an amendment of a convention."""
    return send(client, f"{url(Amendment, 'add')}?convention={convention.pk}", lines, **values)


@pytest.fixture
def amended(adam, made, parties) -> Amendment:
    """It adds a party, extends the term, and lets one party go."""
    saved(
        amend(
            adam,
            made,
            {"joining": [{"organisation": parties["cmar"].pk, "signed_on": "2027-01-10"}]},
            kinds=["parties", "duree"],
            signed_on="2027-01-10",
            effective_on="2027-02-01",
            new_ends_on="2030-02-28",
            leaving=[str(made.parties.get(organisation=parties["region"]).pk)],
            exit_reason="La Région finance désormais par appel à projets.",
        )
    )
    return Amendment.objects.get(convention=made)


def test_a_declination_with_three_parties_and_its_signed_text(made, adam, world):
    assert made.parties.count() == 3
    document = made.documents.get()
    assert (document.title, document.version, document.added_by) == ("Texte signé", 1, world.user("adam"))
    page = text(adam.get(url(Convention, "change", made.pk)))
    assert "Télécharger la version 1" in page
    found = adam.get(f"/admin/partners/convention/document/{document.uuid}/")
    assert found.content == PDF
    assert found["Content-Disposition"].startswith("attachment")


def test_an_amendment_adds_a_party_extends_the_term_and_one_party_leaves(made, amended, parties):
    joined = made.parties.get(organisation=parties["cmar"])
    left = made.parties.get(organisation=parties["region"])
    assert (joined.joined_on, joined.joined_by) == (date(2027, 2, 1), amended)
    assert (left.left_on, left.left_by, left.exit_reason[:9]) == (date(2027, 1, 31), amended, "La Région")
    assert amended.number == 1
    made.refresh_from_db()
    # The original is never edited.
    assert made.ends_on == date(2029, 2, 28)
    facts = facts_of(with_facts(Convention.objects.filter(pk=made.pk)).get())
    assert term_on(facts, date(2026, 6, 1)) == date(2029, 2, 28)
    assert term_on(facts, date(2027, 6, 1)) == date(2030, 2, 28)


def test_the_public_page_tells_the_truth_of_each_of_three_days(adam, made, amended, parties, visit):
    """Must-show 2 to the letter: what the administration wrote, read by the national staff on three days."""
    staying = made.parties.get(organisation=parties["smv"])
    order = list(made.parties.order_by("pk").values_list("pk", flat=True))
    place = f"parties-{order.index(staying.pk)}"
    reason = "Le régiment est rattaché à une autre région."
    saved(
        send(
            adam,
            url(Convention, "change", made.pk),
            **{f"{place}-left_on": "2028-06-30", f"{place}-exit_reason": reason},
        )
    )
    staying.refresh_from_db()
    assert (staying.left_on, staying.exit_reason) == (date(2028, 6, 30), reason)
    nadia = visit("nadia")

    def read(day: str) -> tuple[set[str], str]:
        page = nadia.get(f"/conventions/{made.uuid}/?au={day}")
        assert page.status_code == 200
        return {line.name for line in page.context["reading"].parties}, " ".join(text(page).split())

    def named(*keys: str) -> set[str]:
        return {parties[key].name for key in keys}

    before, words = read("2026-06-01")
    assert before == named("arml", "smv", "region")
    assert "28 février 2029 (dernier jour couvert)" in words
    # The amendment to come is announced; the term of that day is the original one.
    assert "par avenant ; au départ" not in words
    after, words = read("2027-06-01")
    assert after == named("arml", "smv", "cmar")
    assert "28 février 2030 (dernier jour couvert), par avenant ; au départ le 28 février 2029" in words
    left = "sortie : dernier jour le 31 janvier 2027, par l’avenant n° 1."
    assert f"{left} La Région finance désormais par appel à projets." in words
    gone, words = read("2028-09-01")
    assert gone == named("arml", "cmar")
    assert "28 février 2030 (dernier jour couvert)" in words
    assert f"sortie : dernier jour le 30 juin 2028. {reason}" in words
    # The last day of a party is one on which it still is a party, and the day of an amendment is its first.
    assert read("2028-06-30")[0] == named("arml", "smv", "cmar")
    assert read("2028-07-01")[0] == named("arml", "cmar")
    assert read("2027-01-31")[0] == named("arml", "smv", "region")
    assert read("2027-02-01")[0] == named("arml", "smv", "cmar")


@pytest.mark.parametrize(
    ("values", "where", "words"),
    [
        ({"kinds": ["duree"]}, "new_ends_on", "Un avenant de durée, et lui seul"),
        ({"kinds": ["objet"], "new_purpose": "Autre", "new_ends_on": "2030-01-01"}, "new_ends_on", "lui seul"),
        ({"kinds": ["parties"]}, "joining", "dites laquelle entre, ou laquelle sort"),
        ({"kinds": ["engagements"]}, "commitments_added", "ajoutez-en un"),
        ({"kinds": ["branches"]}, "branches_added", "ajoutez-en une"),
        ({"kinds": []}, "kinds", "Dites sur quoi porte l’avenant."),
        (
            {"kinds": ["duree"], "new_ends_on": "2031-01-01", "effective_on": "2029-03-02"},
            "effective_on", "déjà arrivée à son terme, le 28 février 2029",
        ),
        (
            {"kinds": ["objet"], "new_purpose": "Autre", "effective_on": "2029-03-02"},
            "effective_on", "à cette date la convention ne s’applique plus",
        ),
        # The day after the term is the last one to extend it, and too late for anything else.
        (
            {"kinds": ["objet"], "new_purpose": "Autre", "effective_on": "2029-03-01"},
            "effective_on", "à cette date la convention ne s’applique plus",
        ),
        (
            {"kinds": ["objet"], "new_purpose": "Autre", "effective_on": "0001-01-01"},
            "effective_on", "avant la convention",
        ),
        ({"kinds": ["duree"], "new_ends_on": "2026-12-31"}, "new_ends_on", "précède la prise d’effet"),
        ({"kinds": ["objet"], "new_purpose": "Autre", "number": "0"}, "number", "à partir de 1"),
        (
            {"kinds": ["objet"], "new_purpose": "Autre", "signed_on": "2025-01-01"},
            "signed_on", "avant la convention",
        ),
    ],
)  # fmt: skip
def test_what_an_amendment_says_is_checked_both_ways(adam, made, values, where, words):
    sent = {"signed_on": "2027-01-10", "effective_on": "2027-02-01"} | values
    response = amend(adam, made, **sent)
    assert response.status_code == 200
    assert words.lower() in " ".join(errors_of(response)[where]).lower()
    assert not Amendment.objects.exists()


def test_lines_without_their_kind_are_refused(adam, made, parties):
    sent = {
        "kinds": ["objet"],
        "new_purpose": "Autre",
        "signed_on": "2027-01-10",
        "effective_on": "2027-02-01",
    }
    response = amend(adam, made, {"joining": [{"organisation": parties["cmar"].pk}]}, **sent)
    assert "Cochez « Parties »" in errors_of(response)["joining"][0]
    leaving = [str(made.parties.order_by("pk").first().pk)]
    response = amend(adam, made, leaving=leaving, exit_reason="", **sent)
    errors = errors_of(response)
    assert "Cochez « Parties »" in errors["leaving"][0]
    assert errors["exit_reason"] == ["Indiquez pourquoi cette partie sort de la convention."]
    # Who is a party already does not come in again.
    sent |= {"kinds": ["parties"], "new_purpose": ""}
    response = amend(adam, made, {"joining": [{"organisation": parties["arml"].pk}]}, **sent)
    assert errors_of(response)["joining-0-organisation"] == [
        "Cette structure est déjà partie à la convention."
    ]
    twice = [{"organisation": parties["cmar"].pk}] * 2
    response = amend(adam, made, {"joining": twice}, **sent)
    assert errors_of(response)["joining-1-organisation"] == [
        "Cette structure est déjà parmi celles qui entrent."
    ]


def test_an_unsigned_convention_takes_no_amendment(adam, owner_makes):
    draft = owner_makes(Convention, code="PROJET-1", title="Projet")
    response = adam.get(f"{url(Amendment, 'add')}?convention={draft.pk}", follow=True)
    assert "Cette convention n’est pas signée" in text(response)
    # Without a convention, it is chosen first.
    assert "choisissez laquelle" in text(adam.get(url(Amendment, "add")))


def test_an_amendment_is_mended_the_same_day_and_settled_the_next(adam, amended, travel, visit):
    address = url(Amendment, "change", amended.pk)
    saved(send(adam, address, new_ends_on="2030-03-31", leaving=[], exit_reason=""))
    amended.refresh_from_db()
    assert (amended.new_ends_on, amended.leaving.count()) == (date(2030, 3, 31), 0)
    travel(datetime.now(UTC) + timedelta(hours=25))
    adam = visit("adam")
    page = adam.get(address)
    assert "il ne se modifie plus" in text(page)
    saved(send(adam, address, note="Relu avec la DREETS."))
    forged = filled(page) | {"new_ends_on": "2035-01-01", "kinds": ["duree"], "note": "Essai"}
    adam.post(address, forged | {"_vu": filled(adam.get(address))["_vu"]})
    amended.refresh_from_db()
    assert (amended.new_ends_on, amended.note) == (date(2030, 3, 31), "Essai")
    assert adam.post(url(Amendment, "delete", amended.pk), {"post": "yes"}).status_code == 403


def test_a_settled_text_is_corrected_with_a_reason_that_stays(adam, made, travel, visit):
    address = url(Convention, "change", made.pk)
    saved(send(adam, address, ends_on="2029-03-01"))
    travel(datetime.now(UTC) + timedelta(hours=25))
    adam = visit("adam")
    response = send(adam, address, ends_on="2029-03-31")
    errors = errors_of(response)
    assert "enregistrez un avenant" in " ".join(errors["correction"])
    assert "ends_on" in errors
    made.refresh_from_db()
    assert made.ends_on == date(2029, 3, 1)
    # What the parties did not agree on, and what was blank, is free.
    saved(send(adam, address, notice_months="3", title="Déclinaison bretonne"))
    saved(send(adam, address, ends_on="2029-03-31", correction="Le texte signé dit le 31 mars."))
    made.refresh_from_db()
    assert made.ends_on == date(2029, 3, 31)
    assert made.note.endswith(": Le texte signé dit le 31 mars.")
    party = made.parties.order_by("pk").first()
    response = send(adam, address, **{"parties-0-signed_on": "2026-02-01"})
    assert "erreur de saisie" in " ".join(errors_of(response)["parties"])
    party.refresh_from_db()
    assert party.signed_on == date(2026, 3, 1)


def test_two_administrators_at_once(adam, made, visit):
    address = url(Convention, "change", made.pk)
    first, second = adam.get(address), visit("adam").get(address)
    saved(adam.post(address, filled(first, title="Le premier")))
    response = adam.post(address, filled(second, title="Le second", note="Ma note"))
    assert "Quelqu’un a enregistré cette fiche" in " ".join(errors_of(response)[""])
    assert "Ma note" in text(response)
    made.refresh_from_db()
    assert (made.title, made.note) == ("Le premier", "")
    # Told, he may insist: his words are still in the page.
    saved(adam.post(address, filled(response)))
    made.refresh_from_db()
    assert (made.title, made.note) == ("Le second", "Ma note")
    # A change of a line is one too.
    stale = adam.get(address)
    saved(send(adam, address, **{"parties-0-signed_on": "2026-02-27"}))
    response = adam.post(address, filled(stale, title="Encore"))
    assert "Quelqu’un a enregistré cette fiche" in " ".join(errors_of(response)[""])


def test_the_history_says_who_what_before_and_after(adam, made, amended):
    address = url(Convention, "change", made.pk)
    saved(send(adam, address, title="Déclinaison relue", **{"parties-0-signed_on": "2026-02-27"}))
    page = text(adam.get(url(Convention, "history", made.pk)))
    words = " ".join(page.split())
    assert "Adam Admin" in words
    assert TITLE in words
    assert "Déclinaison relue" in words
    assert "01/03/2026" in words
    assert "27/02/2026" in words
    # The lines that came by the amendment, and what left.
    assert "Structure cmar de Bretagne" in words
    assert "La Région finance désormais par appel à projets." in words
    assert "Avenant « Avenant n° 1 »" in words
    # A deleted line keeps its words.
    saved(
        send(
            adam,
            address,
            {"commitments": [{"theme": "smv", "order": 1, "wording": "Un essai", "frequency": "continuous"}]},
        )
    )
    saved(send(adam, address, **{"commitments-0-DELETE": "on"}))
    assert not Commitment.objects.filter(convention=made).exists()
    assert "suppression" in text(adam.get(url(Convention, "history", made.pk)))


def test_the_history_is_paged_and_costs_the_same(adam, made, queries):
    for number in range(30):
        with as_owner():
            Convention.objects.filter(pk=made.pk).update(note=f"Note {number}")
            ConventionParty.objects.filter(convention=made).update(exit_reason=f"Motif {number}")
    address = url(Convention, "history", made.pk)
    count, sql = queries(adam, address)
    assert count <= 25, sql
    first, second = text(adam.get(address)), text(adam.get(f"{address}?page=2"))
    assert "Note 29" in first
    assert "Note 1</td>" not in first
    assert "Plus ancien" in first
    assert "Plus récent" in second


def test_a_decision_keeps_who_recorded_it_and_warns_of_children(adam, founding, made, world):
    parent = founding["UNML-SMV-2024"]
    line = {"kind": "caducite", "decided_on": "2026-10-01", "reason": "Le dispositif est supprimé."}
    response = adam.post(
        url(Convention, "change", parent.pk),
        filled(adam.get(url(Convention, "change", parent.pk)), {"decisions": [line]}),
        follow=True,
    )
    assert "Cette déclinaison dépend de ce texte : BZH-SMV-2026" in text(response)
    decision = ConventionDecision.objects.get(convention=parent, kind="caducite")
    assert decision.recorded_by == world.user("adam")
    assert state_of(with_facts(Convention.objects.filter(pk=made.pk)).get()).value == "en_vigueur"


def test_renewal_lands_on_the_draft(adam, made):
    address = f"/admin/partners/convention/{made.pk}/renouveler/"
    assert TITLE in text(adam.get(address))
    chosen = {"action": "prepare_renewal", "_selected_action": [made.pk]}
    assert adam.post(url(Convention, "changelist"), chosen).url == address
    taken = adam.post(address, {"code": "UNML-SMV-2019", "title": TITLE})
    assert "n’est jamais réutilisé" in text(taken).replace("&#x27;", "’")
    response = adam.post(address, {"code": "BZH-SMV-2029", "title": "La suite", "ends_on": "2032-02-29"})
    new = Convention.objects.get(code="BZH-SMV-2029")
    assert response.url == url(Convention, "change", new.pk)
    assert (new.predecessor, new.signed_on, new.parties.count()) == (made, None, 3)
    assert (new.starts_on, new.ends_on) == (date(2029, 3, 1), date(2032, 2, 29))


def test_several_are_declared_caduques_and_each_is_told(adam, founding, made):
    one, other = founding["UNML-SMV-2024"], founding["CNML-CMA-2011"]
    address = f"/admin/partners/convention/caducite/?c={one.pk}&c={other.pk}"
    assert "BZH-SMV-2026" in text(adam.get(address))
    empty = adam.post(address, {"on": "", "reason": ""})
    assert "Ce champ est obligatoire" in text(empty)
    response = adam.post(address, {"on": "2026-10-01", "reason": "Le dispositif est supprimé."}, follow=True)
    assert "UNML-SMV-2024 est caduque." in text(response)
    assert "CNML-CMA-2011 :" in text(response)
    assert state_of(with_facts(Convention.objects.filter(pk=one.pk)).get()).value == "caduque"
    assert adam.get("/admin/partners/convention/caducite/").status_code == 404


def test_stored_documents_are_versions(adam, made):
    address = url(Convention, "change", made.pk)
    again = SimpleUploadedFile("relu.pdf", PDF + b"\n", "application/pdf")
    saved(send(adam, address, {"documents": [{"kind": "signe", "title": "Texte signé", "file": again}]}))
    assert list(ConventionDocument.objects.order_by("version").values_list("version", flat=True)) == [1, 2]
    lie = SimpleUploadedFile("relu.pdf", b"MZ not a pdf", "application/pdf")
    response = send(adam, address, {"documents": [{"kind": "signe", "title": "Autre", "file": lie}]})
    assert any("file" in name for name in errors_of(response))
    assert ConventionDocument.objects.count() == 2
