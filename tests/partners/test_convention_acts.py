"""What is done to a convention: registering a signed text, documents, decisions, exits, the text that follows."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from core import documents
from core.uploads import CheckedFile, check
from partners.conventions import acts
from partners.conventions.acts import Refused, SignedParty
from partners.conventions.reading import facts_of, in_state, state_of, with_facts
from partners.conventions.renewal import renew
from partners.conventions.state import ConventionState as S
from partners.models import (
    Amendment,
    Branch,
    Commitment,
    Committee,
    CommitteeMember,
    Convention,
    ConventionBranch,
    ConventionDecision,
    ConventionDocument,
    ConventionParty,
    Organisation,
)
from tests.conftest import as_owner
from tests.core.hostile_files import pdf

TODAY = date(2026, 6, 1)


@pytest.fixture(autouse=True)
def _june_2026(travel):
    travel(datetime(2026, 6, 1, 10, tzinfo=UTC))


@pytest.fixture(autouse=True)
def _owner(world):
    with as_owner():
        yield


@pytest.fixture
def bodies(world):
    """Four organisations that sign."""
    return [
        Organisation.objects.create(name=f"Réseau {n}", acronym=f"R{n}", network="cma", level="national")
        for n in range(4)
    ]


@pytest.fixture
def by(world):
    return world.user("nadia").pk


@pytest.fixture
def text(bodies):
    """A convention of three parties, signed on 10 January 2025 for three years, three months of notice."""
    convention = Convention.objects.create(
        code="X-2025",
        title="Texte",
        signed_on=date(2025, 1, 10),
        starts_on=date(2025, 1, 10),
        ends_on=date(2028, 1, 9),
        notice_months=3,
        purpose="L’objet",
    )
    for body in bodies[:3]:
        ConventionParty.objects.create(convention=convention, organisation=body, signed_on=date(2025, 1, 10))
    return convention


def a_pdf() -> CheckedFile:
    return check(SimpleUploadedFile("texte.pdf", pdf()), acts.ACCEPTS)


def state(convention, day=TODAY):
    return state_of(with_facts(Convention.objects.filter(pk=convention.pk)).get(), day)


# --- A text already signed elsewhere --------------------------------------------------------


def test_an_agreement_signed_elsewhere_is_one_act(bodies, by):
    new = Convention(code="N-2026", title="Nouveau", ends_on=date(2029, 1, 1))
    signed = [SignedParty(bodies[0].pk, date(2026, 3, 1)), SignedParty(bodies[1].pk, date(2026, 3, 12))]
    acts.register_signed(new, signed, file=a_pdf(), by=by)
    assert state(new, date(2026, 3, 11)) == S.A_SIGNER
    assert state(new, date(2026, 3, 12)) == S.EN_VIGUEUR
    (document,) = new.documents.all()
    assert (document.kind, document.version, document.added_by_id) == ("signe", 1, by)
    assert documents.read(document.document) == pdf()


@pytest.mark.parametrize(
    ("fields", "days", "field", "words"),
    [
        ({"nature": "pratique"}, [None, None], "nature", "n’est pas signé"),
        ({}, [TODAY, None], "signed_on", "Indiquez le jour de la signature"),
        ({"signed_on": date(2026, 6, 2)}, [None, None], "signed_on", "pas encore venu"),
        ({"signed_on": TODAY}, [None], "parties", "au moins deux parties"),
        ({"signed_on": TODAY, "tacit_renewal": True}, [None, None], None, "tacite reconduction"),
    ],
)
def test_what_is_not_a_signed_agreement_is_refused_whole(bodies, by, fields, days, field, words):
    before = Convention.objects.count(), ConventionParty.objects.count()
    signed = [SignedParty(body.pk, day) for body, day in zip(bodies, days, strict=False)]
    with pytest.raises(Refused, match=words) as refused:
        acts.register_signed(Convention(code="N", title="N", **fields), signed, file=None, by=by)
    assert refused.value.field == field
    assert (Convention.objects.count(), ConventionParty.objects.count()) == before


def test_a_code_already_taken_or_a_party_named_twice_is_refused(text, bodies, by):
    signed = [SignedParty(body.pk) for body in bodies[:2]]
    with pytest.raises(ValidationError):
        acts.register_signed(Convention(code="X-2025", title="N", signed_on=TODAY), signed, file=None, by=by)
    with pytest.raises(Refused, match="deux fois"):
        acts.register_signed(
            Convention(code="N", title="N", signed_on=TODAY), [signed[0]] * 2, file=None, by=by
        )


# --- Documents ------------------------------------------------------------------------------


def test_documents_have_versions_by_kind_title_and_amendment(text, by):
    def add(**fields):
        return acts.add_document(text.pk, a_pdf(), **{"kind": "annexe", "title": "Carte", "by": by, **fields})

    amendment = Amendment.objects.create(
        convention=text, number=1, kinds=["parties"], effective_on=TODAY, signed_on=TODAY
    )
    assert [add().version, add().version, add(title="Liste").version] == [1, 2, 1]
    assert [add(amendment=amendment).version, add(kind="avenant", amendment=amendment).version] == [1, 1]
    assert ConventionDocument.objects.filter(title="Carte", amendment=None).count() == 2


def test_documents_that_do_not_belong_are_refused(text, by):
    other = Convention.objects.create(code="O", title="Autre")
    amendment = Amendment.objects.create(convention=other, number=1, kinds=["parties"], effective_on=TODAY)
    with pytest.raises(Refused, match="autre convention"):
        acts.add_document(text.pk, a_pdf(), kind="avenant", title="A", amendment=amendment, by=by)
    with pytest.raises(Refused, match="quel avenant"):
        acts.add_document(text.pk, a_pdf(), kind="avenant", title="A", by=by)
    with pytest.raises(Refused, match="PDF"):
        acts.add_document(text.pk, CheckedFile(b"a;b", "csv"), kind="annexe", title="A", by=by)
    with pytest.raises(ValidationError):
        acts.add_document(text.pk, a_pdf(), kind="annexe", title="", by=by)
    assert not ConventionDocument.objects.exists()


# --- Decisions ------------------------------------------------------------------------------


def test_suspension_and_resumption(text, by):
    acts.suspend(text.pk, on=date(2026, 5, 1), reason="Réorganisation", by=by)
    assert state(text, date(2026, 4, 30)) == S.EN_VIGUEUR
    assert state(text) == S.SUSPENDUE
    with pytest.raises(Refused, match="déjà suspendue"):
        acts.suspend(text.pk, on=TODAY, reason="Encore", by=by)
    decision = acts.resume(text.pk, on=TODAY, reason="Accord trouvé", by=by)
    assert (decision.recorded_by_id, decision.reason) == (by, "Accord trouvé")
    assert state(text) == S.EN_VIGUEUR
    assert state(text, date(2026, 5, 31)) == S.SUSPENDUE
    with pytest.raises(Refused, match="n’est pas suspendue"):
        acts.resume(text.pk, on=TODAY, reason="Encore", by=by)


def test_every_decision_gives_its_reason_and_an_ended_text_takes_none(text, by):
    with pytest.raises(Refused, match="motif") as refused:
        acts.terminate(text.pk, on=TODAY, reason="  ", by=by)
    assert refused.value.field == "reason"
    acts.terminate(text.pk, on=TODAY, reason="Manquement", by=by)
    assert state(text) == S.RESILIEE
    for act in (acts.suspend, acts.resume, acts.declare_lapsed, acts.terminate):
        with pytest.raises(Refused, match="« résiliée » depuis le 1er juin 2026"):
            act(text.pk, on=TODAY, reason="Motif", by=by)
    # What is found later about an earlier day is still told.
    acts.declare_lapsed(text.pk, on=date(2026, 1, 1), reason="Objet disparu", at_latest=True, by=by)
    assert state(text) == S.CADUQUE


def test_a_denunciation_of_three_is_an_exit_and_of_two_a_denunciation(text, bodies, by):
    one, two = bodies[0].pk, bodies[1].pk
    with pytest.raises(Refused, match="la sortie de cette partie") as refused:
        acts.denounce(text.pk, received_on=TODAY, party=one, reason="Désaccord", by=by)
    assert refused.value.field == "party"
    with pytest.raises(Refused, match="n’est pas partie"):
        acts.denounce(text.pk, received_on=TODAY, party=bodies[3].pk, reason="Désaccord", by=by)
    acts.party_exit(text.pk, party=one, last_day=date(2026, 5, 31), reason="Réseau dissous", by=by)
    assert state(text) == S.EN_VIGUEUR
    with pytest.raises(Refused, match="avant la fin du préavis"):
        acts.denounce(
            text.pk, received_on=TODAY, party=two, reason="D", effective_on=date(2026, 8, 31), by=by
        )
    acts.denounce(text.pk, received_on=TODAY, party=two, reason="Désaccord", by=by)
    assert state(text, date(2026, 8, 31)) == S.EN_VIGUEUR
    assert state(text, date(2026, 9, 1)) == S.DENONCEE


def test_a_proposal_or_an_unproven_text_is_not_decided_upon(bodies, by):
    proposed = Convention.objects.create(code="P", title="P", nature="proposition")
    for act in (acts.suspend, acts.declare_lapsed, acts.terminate):
        with pytest.raises(Refused, match="n’est pas un texte signé"):
            act(proposed.pk, on=TODAY, reason="M", by=by)
    unproven = Convention.objects.create(code="U", title="U", signature_known=False)
    with pytest.raises(Refused, match="signature n’est pas établie"):
        acts.suspend(unproven.pk, on=TODAY, reason="M", by=by)
    acts.declare_lapsed(unproven.pk, on=TODAY, reason="Partie disparue", by=by)
    assert state(unproven) == S.CADUQUE


def test_putting_to_signature(text, by):
    draft = Convention.objects.create(code="D", title="D")
    acts.put_to_signature(draft.pk, on=TODAY, by=by)
    assert state(draft) == S.A_SIGNER
    with pytest.raises(Refused, match="n’est plus à signer"):
        acts.put_to_signature(text.pk, on=TODAY, by=by)


# --- Parties --------------------------------------------------------------------------------


def test_parties_leave_down_to_one(text, bodies, by):
    acts.party_exit(text.pk, party=bodies[0].pk, last_day=date(2026, 3, 31), reason="Dissolution", by=by)
    with pytest.raises(Refused, match="n’est pas partie"):
        acts.party_exit(text.pk, party=bodies[0].pk, last_day=date(2026, 4, 30), reason="Encore", by=by)
    with pytest.raises(Refused, match="déjà enregistrée, au 31 mars 2026"):
        acts.party_exit(text.pk, party=bodies[0].pk, last_day=date(2026, 2, 1), reason="Encore", by=by)
    with pytest.raises(Refused, match="Indiquez pourquoi"):
        acts.party_exit(text.pk, party=bodies[1].pk, last_day=date(2026, 3, 31), reason=" ", by=by)
    acts.party_exit(text.pk, party=bodies[1].pk, last_day=date(2026, 5, 31), reason="Retrait", by=by)
    assert state(text, date(2026, 5, 31)) == S.EN_VIGUEUR
    assert state(text) == S.CADUQUE


def test_an_absorbed_party_gives_its_place(text, bodies, by):
    gone, heir = bodies[0].pk, bodies[3].pk
    with pytest.raises(Refused, match="déjà partie"):
        acts.substitute_party(
            text.pk, party=gone, heir=bodies[1].pk, on=date(2026, 1, 1), reason="Absorption", by=by
        )
    new = acts.substitute_party(
        text.pk, party=gone, heir=heir, on=date(2026, 1, 1), reason="Absorption", by=by
    )
    assert (new.replaces.organisation_id, new.replaces.left_on) == (gone, date(2025, 12, 31))
    acts.party_exit(text.pk, party=bodies[1].pk, last_day=date(2026, 3, 31), reason="Retrait", by=by)
    assert state(text) == S.EN_VIGUEUR


def test_an_heir_that_is_to_come_in_later_takes_no_place_twice(text, bodies, by):
    amendment = Amendment.objects.create(convention=text, number=1, kinds=["parties"], effective_on=TODAY)
    ConventionParty.objects.create(
        convention=text, organisation=bodies[3], joined_by=amendment, joined_on=TODAY
    )
    asked = {"party": bodies[0].pk, "heir": bodies[3].pk, "on": date(2026, 1, 1), "reason": "Absorption"}
    with pytest.raises(Refused, match="déjà enregistrée, pour plus tard") as refused:
        acts.substitute_party(text.pk, **asked, by=by)
    assert refused.value.field == "heir"


def test_a_way_out_that_the_rows_contradict_is_refused(text, bodies, by):
    """A row says that the heir came later than the place was free: its way out between the two is refused."""
    ConventionParty.objects.filter(organisation=bodies[0]).update(
        left_on=date(2025, 12, 31), exit_reason="Absorption"
    )
    ConventionParty.objects.create(
        convention=text,
        organisation=bodies[3],
        joined_on=date(2026, 3, 1),
        replaces=text.parties.get(organisation=bodies[0]),
    )
    with pytest.raises(Refused, match="ne peut pas sortir avant d’être entrée"):
        acts.party_exit(text.pk, party=bodies[3].pk, last_day=date(2026, 2, 1), reason="Retrait", by=by)


def test_an_amendment_of_another_convention_takes_nobody_out(text, bodies, by):
    other = Convention.objects.create(code="O", title="Autre")
    amendment = Amendment.objects.create(convention=other, number=1, kinds=["parties"], effective_on=TODAY)
    with pytest.raises(Refused, match="autre convention"):
        acts.party_exit(
            text.pk, party=bodies[0].pk, last_day=TODAY, reason="Retrait", amendment=amendment, by=by
        )


def test_a_list_filtered_by_state_agrees_with_each_page(text, bodies, by):
    def another(code, *days, **fields):
        made = Convention.objects.create(code=code, title=code, **fields)
        for body, day in zip(bodies, days, strict=False):
            ConventionParty.objects.create(convention=made, organisation=body, signed_on=day)
        return made

    day = date(2025, 1, 1)
    another("SIGNED-BY-ALL", day, day)
    another("SIGNED-BY-ONE", day, None)
    denounced = another("DENOUNCED", day, day, signed_on=day)
    acts.denounce(denounced.pk, received_on=day, party=bodies[0].pk, reason="Désaccord", by=by)
    left = another("LEFT", day, day, signed_on=day)
    acts.party_exit(left.pk, party=bodies[0].pk, last_day=date(2025, 2, 1), reason="Retrait", by=by)
    paused = another("PAUSED", day, day, signed_on=day)
    acts.suspend(paused.pk, on=day, reason="Pause", by=by)
    leaver = another("EXIT-OF-ONE", day, day, day, signed_on=day)
    ConventionDecision.objects.create(
        convention=leaver, kind="denonciation", decided_on=day, party=bodies[0], reason="Désaccord"
    )
    another("FOLLOWS", signed_on=date(2026, 1, 1), predecessor=another("FOLLOWED", signed_on=day))
    everything = with_facts(Convention.objects.order_by("pk"))
    by_state: dict[str, list[int]] = {}
    for one in everything:
        by_state.setdefault(state_of(one), []).append(one.pk)
    assert {S.EN_VIGUEUR, S.A_SIGNER, S.DENONCEE, S.CADUQUE, S.SUSPENDUE, S.REMPLACEE} <= set(by_state)
    for expected in S:
        assert in_state(everything, expected) == by_state.get(expected, [])


# --- The text that follows ------------------------------------------------------------------


def test_a_prepared_renewal_takes_up_what_holds_today_and_replaces_nothing(text, bodies, world, by):
    amendment = Amendment.objects.create(
        convention=text, number=1, signed_on=date(2026, 1, 1), effective_on=date(2026, 1, 1),
        kinds=["objet", "engagements", "branches"], new_purpose="L’objet élargi",
    )  # fmt: skip
    heir = bodies[3]
    Organisation.objects.filter(pk=bodies[0].pk).update(ends_on=date(2025, 12, 31), successor=heir)
    acts.party_exit(text.pk, party=bodies[2].pk, last_day=date(2026, 3, 31), reason="Retrait", by=by)

    def promise(wording, **fields):
        return Commitment.objects.create(convention=text, theme="orientation", wording=wording, **fields)

    promise("Informer", party=bodies[0])
    promise("Retiré", removed_by=amendment)
    promise("Ajouté", added_by=amendment, frequency="once", due_on=date(2025, 7, 10))
    branch = Branch.objects.create(code="gros", name="Commerces de gros")
    ConventionBranch.objects.create(convention=text, branch=branch, added_by=amendment)
    committee = Committee.objects.create(convention=text, frequency_months=6)
    CommitteeMember.objects.create(
        committee=committee, organisation=bodies[1], user_id=by, function="presidence"
    )

    new = renew(text.pk, code=" X-2028 ")
    assert (new.code, new.title, new.predecessor_id) == ("X-2028", "Texte", text.pk)
    assert (new.starts_on, new.ends_on, new.signed_on) == (date(2028, 1, 10), date(2031, 1, 9), None)
    assert new.purpose == "L’objet élargi"
    assert set(new.parties.values_list("organisation", "signed_on")) == {
        (heir.pk, None),
        (bodies[1].pk, None),
    }
    assert {(one.wording, one.party_id, one.due_on) for one in new.commitments.all()} == {
        ("Informer", heir.pk, None),
        ("Ajouté", None, date(2028, 7, 10)),
    }
    assert [line.branch for line in new.branch_lines.all()] == [branch]
    (copy,) = new.committees.all()
    assert [(m.organisation_id, m.user_id, m.function) for m in copy.members.all()] == [
        (bodies[1].pk, by, "presidence")
    ]
    assert state(new) == S.PROJET
    assert state(text, date(2028, 1, 9)) == S.EN_VIGUEUR
    with pytest.raises(Refused, match="déjà en préparation : X-2028"):
        renew(text.pk, code="X-2029")


def test_a_successor_replaces_from_its_signature_and_its_effect(text, bodies):
    new = renew(text.pk, code="X-2027")
    Convention.objects.filter(pk=new.pk).update(starts_on=date(2027, 1, 1))

    def replaced():
        return facts_of(with_facts(Convention.objects.filter(pk=text.pk)).get()).replaced_on

    assert replaced() is None
    first, *others = new.parties.order_by("pk")
    ConventionParty.objects.filter(pk=first.pk).update(signed_on=date(2026, 9, 1))
    assert replaced() is None
    ConventionParty.objects.filter(pk__in=[one.pk for one in others]).update(signed_on=date(2026, 9, 2))
    assert replaced() == date(2027, 1, 1)
    Convention.objects.filter(pk=new.pk).update(signed_on=date(2027, 2, 1))
    assert replaced() == date(2027, 2, 1)
    assert state(text, date(2027, 1, 31)) == S.EN_VIGUEUR
    assert state(text, date(2027, 2, 1)) == S.REMPLACEE
    Convention.objects.filter(pk=new.pk).update(nature="proposition")
    assert replaced() is None


@pytest.mark.parametrize(
    ("given", "expected", "due"),
    [
        ({"starts_on": date(2027, 1, 1)}, (date(2027, 1, 1), date(2029, 12, 31)), date(2027, 7, 10)),
        ({"ends_on": date(2029, 1, 9)}, (date(2028, 1, 10), date(2029, 1, 9)), date(2028, 7, 10)),
    ],
)
def test_the_days_that_are_given_move_the_promises_too(text, given, expected, due):
    Commitment.objects.create(
        convention=text, theme="orientation", wording="Une fois", frequency="once", due_on=date(2025, 7, 10)
    )
    new = renew(text.pk, code="X-2027", **given)
    assert (new.starts_on, new.ends_on) == expected
    assert new.commitments.get().due_on == due
    with pytest.raises(ValidationError):
        renew(new.pk, code="X-2030", starts_on=date(2030, 1, 1), ends_on=date(2029, 1, 1))


@pytest.mark.parametrize(("code", "words"), [("X-2025", "jamais réutilisé"), (" ", "Donnez un code")])
def test_a_renewal_without_a_code_of_its_own_is_refused(text, code, words):
    with pytest.raises(Refused, match=words):
        renew(text.pk, code=code)


def test_a_renewal_of_a_practice_is_refused(by):
    practice = Convention.objects.create(code="P", title="P", nature="pratique")
    with pytest.raises(Refused, match="ne se renouvelle pas"):
        renew(practice.pk, code="P2")


def test_a_text_without_a_term_is_renewed_without_dates(bodies):
    old = Convention.objects.create(code="S", title="S", signed_on=date(2020, 1, 1), end_known=False)
    new = renew(old.pk, code="S2")
    assert (new.starts_on, new.ends_on, new.end_known) == (None, None, False)
    assert not ConventionDecision.objects.filter(convention=new).exists()
