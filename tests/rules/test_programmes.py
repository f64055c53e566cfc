"""Programmes: the closed registry, eligibility at its bounds, coded reasons, the way back."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ages import birthday
from partners.founding import BRANCHES
from referrals import programmes
from referrals.models import Referral
from referrals.programmes import registry
from referrals.programmes.base import (
    CHECK,
    NEUTRAL,
    NO,
    YES,
    Candidate,
    Field,
    Opinion,
    Outcome,
    Reason,
    Verdict,
    overall,
    read_date,
)
from referrals.starting import NO_PROOF, why_not_proved
from referrals.transitions import TRANSITIONS, WITH_PROOF

DAY = date(2026, 3, 2)
BIRTH = date(2004, 6, 15)
SMV_OK = {"nationalite_francaise": True, "residence": "metropole", "jdc": True}

every_programme = st.sampled_from(programmes.all())
candidates = st.builds(
    Candidate,
    birth_date=st.none() | st.dates(date(1950, 1, 1), date(2030, 1, 1)),
    level=st.none() | st.integers(1, 8),
    department=st.sampled_from([None, "17", "2A", "971", "988"]),
    registered_with_ml=st.none() | st.booleans(),
)


@st.composite
def answered(draw):
    """A programme with any answers, wild values included."""
    programme = draw(every_programme)
    wild = st.none() | st.booleans() | st.text(max_size=12) | st.integers() | st.dates().map(str)
    answers = {item.name: draw(wild) for item in programme.all_fields}
    return programme, answers


def worst(code, candidate, answers=None, day=DAY):
    return overall(programmes.get(code).verdicts(candidate, answers or {}, day))


def smv(candidate, day=DAY, **answers):
    return worst("smv", candidate, {**SMV_OK, **answers}, day)


# --- The registry ---------------------------------------------------------------------------------


def test_the_programmes_of_today():
    codes = {programme.code for programme in programmes.all()}
    assert codes == {
        "smv", "apprentissage", "prepa_apprentissage", "preparation_apprentissage", "mission_jeunes", "retour",
        "inclusion_numerique", "offre_regionale", "branches", "levee_freins", "inscription", "pmsmp",
        "accompagnement_conjoint",
    }  # fmt: skip
    asked_of_ml = {"retour", "levee_freins", "inscription", "accompagnement_conjoint"}
    assert {programme.code for programme in programmes.for_sender("ml")} == codes - asked_of_ml
    assert [programme.code for programme in programmes.for_sender("cma")] == [
        "accompagnement_conjoint",
        "inscription",
        "pmsmp",
        "retour",
    ]
    for network in ("interim", "akto"):
        assert [one.code for one in programmes.for_sender(network)] == ["levee_freins", "pmsmp", "retour"]
    for network in ("smv", "digital", "region"):
        assert [one.code for one in programmes.for_sender(network)] == ["pmsmp", "retour"]
    assert programmes.for_sender("state") == ()
    assert [programme.code for programme in programmes.for_recipient("smv")] == ["smv"]
    assert ("smv", "Service militaire volontaire") in programmes.choices()
    with pytest.raises(KeyError):
        programmes.get("sma")


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"followed_by": ("retour",)}, "followed_by goes with no follow-up"),
        ({"outcome_of_suite": {"CDI": "NULLE_PART"}}, "outcome_of_suite names an outcome"),
        ({"topics_by_answer": {"nulle_part": "smv"}}, "topics_by_answer names a choice"),
        ({"label": ""}, "label is empty"),
        ({"sends": ("ml", "army")}, "unknown networks: army"),
        ({"code": "SMV"}, "lower case"),
        ({"code": "sma"}, "must be the name of its module"),
        ({"refusal_reasons": (Reason("PLACES", "Places"),)}, "NON_PRECISE is missing"),
        ({"refusal_reasons": (Reason(NEUTRAL, "x"), Reason(NEUTRAL, "y"))}, "appears twice"),
        ({"withdrawal_reasons": (Reason(NEUTRAL, "x"), Reason("AUTRE", "y"))}, "takes a text"),
        (
            {"drop_out_reasons": (Reason(NEUTRAL, "x"), *(Reason(f"R{i}", "r") for i in range(12)))},
            "more than 12",
        ),
        ({"outcomes": ()}, "outcomes is empty"),
        ({"outcomes": (Outcome("RIEN", "Rien", positive=False),)}, "no outcome is positive"),
        ({"outcomes": (Outcome("BIEN", "Bien", positive=True, returns_to_ml=True),)}, "cannot open a return"),
        ({"returns_to_ml": False}, "a return that the programme excludes"),
        ({"closes_on": DAY}, "closing_note"),
        ({"opens_on": DAY, "closes_on": DAY - timedelta(1), "closing_note": "x"}, "closes before it opens"),
        ({"public_reasons": {}}, "exactly the restricted reasons"),
        ({"public_reasons": {"INAPTE_MEDICAL": "NIVEAU_SCOLAIRE", "FIN_MEDICALE": NEUTRAL}}, "must map to"),
        ({"restricted_reasons": ("UNKNOWN",)}, "does not exist"),
        ({"fields": (Field("a", "A", "choice"),)}, "choices go with"),
        ({"fields": (Field("a", "A", "colour"),)}, "unknown kind"),
        ({"fields": (Field("a", "A", "choice", (("x", "X"),), restricted=("y",)),)}, "restricted names"),
        ({"fields": (Field("a", "A", "text"), Field("a", "B", "text"))}, "same name"),
        ({"opinion": (Opinion("a", "A ?", (("x", "X"),)),)}, "two answers at least"),
        ({"opinion": (Opinion("a", "A ?", (("x", "X"), ("y", "Y"))),) * 2}, "each of its own code"),
        ({"agreement_text": "J’accepte."}, "does not name {sender}"),
        ({"failed_contacts": ("PERDU",)}, "an unknown step"),
        ({"fields": (Field("a", "A", "text", required=True, asked=False),)}, "cannot be required"),
        ({"told": {"explode": ""}}, "told names an unknown action"),
        ({"answer_page": "referrals:detail"}, "go together"),
        ({"topics_by_sender": {"cma": "smv"}}, "does not send"),
        ({"public_steps": {"APTE": "APTE"}}, "everybody may read"),
        ({"public_steps": {"SAUT": "VISITE"}}, "step that does not exist"),
        ({"to_prepare": ()}, "each side prepares"),
        ({"entry_answer": "jdc"}, "must be a date"),
        ({"recipient_levels": ("world",)}, "unknown level"),
        ({"answers": (replace(programmes.get("smv").answers[2], reason="X"),)}, "unknown reason"),
        ({"answers": (replace(programmes.get("smv").answers[0], action="explode"),)}, "unknown action"),
    ],
)
def test_an_incomplete_programme_is_refused_at_import(changes, complaint):
    broken = replace(programmes.get("smv"), **changes)
    with pytest.raises(registry.IncompleteProgramme, match=complaint.replace("{", r"\{")) as refusal:
        registry.build([("smv", broken)])
    assert "referrals/programmes/smv.py" in str(refusal.value)


def test_a_module_without_programme_is_refused():
    with pytest.raises(registry.IncompleteProgramme, match="must define PROGRAMME"):
        registry.build([("empty", None)])


@pytest.mark.parametrize("programme", programmes.all(), ids=lambda programme: programme.code)
def test_every_programme_answers_for_every_action_that_asks(programme):
    for row in TRANSITIONS:
        if row.guard == WITH_PROOF and not programme.start_proofs:
            # Where the sender can see nothing of the beginning, it is refused rather than asked for a proof.
            assert why_not_proved(Referral(programme=programme.code)) == NO_PROOF
            continue
        if "reason" in row.needs or row.action == "expire":
            assert programme.reasons_for(row.action), row.action
    assert programme.reasons_for("accept") == ()
    assert any(not outcome.known for outcome in programme.outcomes)
    text = programme.agreement_text.format(sender="A", recipient="B")
    assert "retirer cet accord" in text
    # The way back is a choice of its own: it is not in what every youth agrees to.
    assert "de nouveau" not in text


# --- Eligibility ----------------------------------------------------------------------------------


@given(answered(), candidates, st.dates(date(2015, 1, 1), date(2035, 12, 31)))
def test_every_verdict_explains_itself_whatever_the_answers(pair, candidate, day):
    programme, answers = pair
    verdicts = programme.verdicts(candidate, answers, day)
    assert verdicts
    assert all(verdict.rule.endswith(".") for verdict in verdicts)
    assert all(verdict.what_would_change for verdict in verdicts if verdict.answer == CHECK)
    answers_given = {verdict.answer for verdict in verdicts}
    assert overall(verdicts) == next(answer for answer in (NO, CHECK, YES) if answer in answers_given)
    if candidate.birth_date is None:
        assert overall(verdicts) != YES


def test_the_worst_verdict_wins_and_silence_proves_nothing():
    assert overall([Verdict(YES, "a"), Verdict(NO, "b"), Verdict(CHECK, "c")]) == NO
    assert overall([Verdict(YES, "a"), Verdict(CHECK, "c")]) == CHECK
    assert overall([]) == CHECK
    with pytest.raises(ValueError):
        Verdict("maybe", "x")


@given(st.dates(date(1985, 1, 1), date(2012, 12, 31)))
def test_the_smv_takes_from_18_to_the_eve_of_the_26th_birthday(birth):
    first, last = birthday(birth, 18), birthday(birth, 26) - timedelta(days=1)
    candidate = Candidate(birth_date=birth, department="17")
    assert smv(candidate, first) == smv(candidate, last) == YES
    assert smv(candidate, first - timedelta(days=1)) == NO
    assert smv(candidate, last + timedelta(days=1)) == NO


@pytest.mark.parametrize(
    ("birth", "first", "last"),
    [
        (date(2000, 5, 17), date(2018, 5, 17), date(2026, 5, 16)),
        # Born on 29 February: a year older on 1 March of the years that have none.
        (date(2000, 2, 29), date(2018, 3, 1), date(2026, 2, 28)),
        (date(2008, 2, 29), date(2026, 3, 1), date(2034, 2, 28)),
        (date(2002, 12, 31), date(2020, 12, 31), date(2028, 12, 30)),
    ],
)
def test_the_smv_day_by_day(birth, first, last):
    candidate, day = Candidate(birth_date=birth, department="17"), timedelta(days=1)
    assert [smv(candidate, first + shift * day) for shift in (-1, 0, 1)] == [NO, YES, YES]
    assert [smv(candidate, last + shift * day) for shift in (-1, 0, 1)] == [YES, YES, NO]


def test_the_day_that_the_centre_plans_is_asked_again():
    programme, candidate = programmes.get("smv"), Candidate(birth_date=date(2000, 5, 17), department="17")
    answers = {**SMV_OK, "signature_prevue": "2026-04-01"}
    for planned, expected in ((date(2026, 5, 16), YES), (date(2026, 5, 17), NO)):
        assert overall(programme.entry_verdicts(candidate, answers, planned)) == expected
    assert programmes.get("mission_jeunes").entry_verdicts(candidate, {}, DAY) == ()


def test_the_three_branches_of_2024():
    programme = programmes.get("branches")
    (asked,) = [item for item in programme.fields if item.name == "branche"]
    known = {branch.code: branch for branch in BRANCHES}
    assert {code for code, _ in asked.choices} == set(known) - {"travail-temporaire"}
    for code, label in asked.choices:
        assert all(idcc in label for idcc in known[code].idcc)
    candidate = Candidate(birth_date=date(2006, 1, 1), registered_with_ml=True)
    assert worst("branches", candidate) == YES
    assert worst("branches", candidate, day=date(2024, 9, 19)) == NO
    assert worst("branches", Candidate(birth_date=date(2006, 1, 1))) == CHECK


def test_an_obstacle_that_the_fastt_may_help_with_says_so():
    candidate = Candidate(birth_date=date(2006, 1, 1))
    assert worst("levee_freins", candidate, {"frein": "LOGEMENT", "fastt": False}) == CHECK
    for answers in ({"frein": "LOGEMENT", "fastt": True}, {"frein": "NUMERIQUE", "fastt": False}):
        assert worst("levee_freins", candidate, answers) == YES


def test_the_smv_looks_at_the_age_on_the_day_of_signature():
    candidate = Candidate(birth_date=date(2000, 5, 17), department="17")
    assert smv(candidate, signature_prevue="2026-05-16") == YES
    assert smv(candidate, signature_prevue="2026-05-17") == NO
    assert smv(candidate, signature_prevue=date(2026, 5, 17)) == NO
    late = programmes.get("smv").verdicts(candidate, {**SMV_OK, "signature_prevue": "2026-05-17"}, DAY)[0]
    assert late.what_would_change == "Possible si la signature a lieu au plus tard le 16 mai 2026."
    young = programmes.get("smv").verdicts(Candidate(birth_date=date(2008, 4, 1)), SMV_OK, DAY)[0]
    assert young.what_would_change == "Possible à partir du 1er avril 2026."


def test_the_smv_other_rules():
    candidate = Candidate(birth_date=BIRTH, department="17", level=1)
    assert smv(candidate) == YES
    assert smv(candidate, nationalite_francaise=False) == NO
    assert smv(candidate, nationalite_francaise=None) == CHECK
    assert smv(candidate, jdc=False) == CHECK
    assert smv(candidate, residence="etranger") == YES
    assert smv(Candidate(birth_date=BIRTH, department="974"), residence=None) == NO
    assert smv(Candidate(birth_date=BIRTH), residence=None) == CHECK
    assert smv(Candidate(department="17")) == CHECK
    overseas = programmes.get("smv").verdicts(candidate, {**SMV_OK, "residence": "outre_mer"}, DAY)
    assert any("SMA" in verdict.what_would_change for verdict in overseas)
    expert = programmes.get("smv").verdicts(replace(candidate, level=3), SMV_OK, DAY)
    assert any("expert" in verdict.rule for verdict in expert)


def test_the_smv_never_asks_nor_takes_what_is_forbidden():
    programme = programmes.get("smv")
    said = " ".join(
        [item.name + item.label + item.help for item in programme.all_fields]
        + [
            reason.label
            for action in ("decline", "withdraw", "drop_out")
            for reason in programme.reasons_for(action)
        ]
    ).lower()
    for word in ("casier", "judiciaire", "condamn", "diagnostic", "maladie", "sigycop"):
        assert word not in said
    assert not any(
        reason.needs_text
        for action in ("decline", "withdraw", "drop_out")
        for reason in programme.reasons_for(action)
    )


def test_a_medical_answer_is_seen_by_the_two_referents_only():
    programme = programmes.get("smv")
    assert programme.public_reason("INAPTE_MEDICAL") == NEUTRAL
    assert programme.reason_label("decline", "INAPTE_MEDICAL") == "Motif non précisé"
    assert programme.reason_label("decline", "INAPTE_MEDICAL", restricted=True) == "Inapte"
    assert programme.public_reason("NIVEAU_SCOLAIRE") == "NIVEAU_SCOLAIRE"
    assert programme.reason_label("drop_out", "FIN_MEDICALE") == "Motif non précisé"


@pytest.mark.parametrize(
    ("birth", "answers", "expected"),
    [
        (date(2010, 3, 2), {}, YES),
        (date(1996, 3, 3), {}, YES),
        (date(1996, 3, 2), {}, CHECK),
        (date(1996, 3, 2), {"age_exception": False}, NO),
        (date(1996, 3, 2), {"age_exception": True}, CHECK),
        (date(1991, 3, 2), {"age_exception": True}, CHECK),
        (date(1980, 3, 2), {"age_exception": True}, CHECK),
        (date(2010, 9, 1), {"troisieme_terminee": True}, YES),
        (date(2010, 9, 1), {"troisieme_terminee": False}, NO),
        (date(2010, 9, 1), {}, CHECK),
        (date(2011, 12, 31), {"troisieme_terminee": True}, CHECK),
        (date(2012, 1, 1), {"troisieme_terminee": True}, NO),
        (date(2012, 1, 1), {"troisieme_terminee": True, "debut_prevu": "2028-01-01"}, YES),
    ],
)
def test_apprenticeship_ages(birth, answers, expected):
    assert worst("apprentissage", Candidate(birth_date=birth), answers) == expected


def test_the_disputed_bound_is_said_and_minors_are_told_of_their_representative():
    programme = programmes.get("apprentissage")
    at_35 = programme.verdicts(Candidate(birth_date=date(1991, 3, 2)), {"age_exception": True}, DAY)
    assert "34 ou 35" in at_35[0].what_would_change
    minor = programme.verdicts(Candidate(birth_date=date(2009, 1, 1)), {}, DAY)
    assert any("représentant légal" in verdict.rule for verdict in minor)


def test_prepa_is_closed_and_says_what_to_do_instead():
    candidate = Candidate(birth_date=BIRTH, level=3, registered_with_ml=True)
    assert worst("prepa_apprentissage", candidate, day=date(2024, 12, 31)) == YES
    closed = programmes.get("prepa_apprentissage").verdicts(candidate, {}, date(2025, 1, 1))
    assert closed[0].answer == NO
    assert "31 décembre 2024" in closed[0].rule
    assert "apprentissage" in closed[0].what_would_change
    early = programmes.get("prepa_apprentissage").verdicts(candidate, {}, date(2018, 6, 1))
    assert early[0].rule == "Ce dispositif n’ouvre que le 1er janvier 2019."
    day = date(2023, 1, 9)
    assert worst("prepa_apprentissage", replace(candidate, level=4), day=day) == NO
    assert worst("prepa_apprentissage", replace(candidate, level=None), day=day) == CHECK
    assert worst("prepa_apprentissage", replace(candidate, registered_with_ml=False), day=day) == CHECK


@pytest.mark.parametrize(
    ("birth", "answers", "expected"),
    [
        (date(2010, 3, 3), {}, NO),
        (date(2010, 3, 2), {}, CHECK),
        (date(2008, 3, 2), {}, YES),
        (date(2000, 3, 3), {}, YES),
        (date(2000, 3, 2), {}, CHECK),
        (date(2000, 3, 2), {"age_exception": True}, CHECK),
        (date(2000, 3, 2), {"age_exception": False}, NO),
        (date(1996, 3, 2), {"age_exception": True}, NO),
    ],
)
def test_mission_jeunes_ages(birth, answers, expected):
    candidate = Candidate(birth_date=birth, registered_with_ml=True)
    assert worst("mission_jeunes", candidate, answers) == expected


@given(candidates, st.dates(date(2015, 1, 1), date(2035, 12, 31)))
def test_the_way_back_never_says_no(candidate, day):
    assert worst("retour", candidate, {}, day) in (YES, CHECK)


# --- Codes and answers ----------------------------------------------------------------------------


def test_who_returns_to_the_mission_locale():
    programme = programmes.get("smv")
    assert programme.must_return("complete", "SANS_SOLUTION")
    assert programme.must_return("drop_out", "SANS_SOLUTION")
    assert programme.must_return("drop_out", "INCONNU")
    assert not programme.must_return("complete", "INCONNU")
    assert not programme.must_return("drop_out", "EMPLOI_DURABLE")
    assert not programme.must_return("decline", "SANS_SOLUTION")
    back = programmes.get("retour")
    assert not any(back.must_return("drop_out", outcome.code) for outcome in back.outcomes)


def test_a_return_reaches_the_referent_of_the_scheme():
    back = programmes.get("retour")
    assert [back.topic_for(network) for network in ("smv", "cma", "digital")] == [
        "smv",
        "apprentissage",
        "retour",
    ]
    assert programmes.get("smv").topic_for("ml") == "smv"


def test_unknown_codes_are_refused_in_french():
    programme = programmes.get("smv")
    for call in (
        lambda: programme.reason("decline", "RAISON"),
        lambda: programme.reason("accept", "PLACES"),
        lambda: programme.outcome("CHOMAGE"),
        lambda: programme.step("SAUT"),
    ):
        with pytest.raises(ValueError, match="de la liste"):
            call()
    assert programme.step("TESTS").label == "Tests passés"


@given(answered())
def test_answers_are_cleaned_or_explained_never_crash(pair):
    programme, raw = pair
    clean, errors = programme.clean_answers(raw)
    assert set(clean) | set(errors) == {item.name for item in programme.all_fields}
    assert not set(clean) & set(errors)
    assert all(errors.values())
    again, _ = programme.clean_answers(clean)
    assert {name: again[name] for name in clean} == clean


def test_cleaning_each_kind():
    assert Field("a", "A", "yes_no").clean("oui") is True
    assert Field("a", "A", "yes_no").clean(False) is False
    assert Field("a", "A", "yes_no").clean("") is None
    assert Field("a", "A", "number").clean(" 12 ") == 12
    assert Field("a", "A", "date").clean(date(2026, 3, 2)) == "2026-03-02"
    assert Field("a", "A", "choice", choices=(("x", "X"),)).clean("x") == "x"
    assert Field("a", "A", "text").clean("  menuisier \n") == "menuisier"
    for item, value in (
        (Field("a", "A", "yes_no", required=True), None),
        (Field("a", "A", "yes_no"), "peut-être"),
        (Field("a", "A", "number"), "-1"),
        (Field("a", "A", "number"), "²"),
        (Field("a", "A", "choice", choices=(("x", "X"),)), "y"),
        (Field("a", "A", "text", max_length=3), "abcd"),
        (Field("a", "A", "text"), "a\0"),
        (Field("a", "A", "text", required=True), "  "),
    ):
        with pytest.raises(ValueError):
            item.clean(value)
    for value in ("0000-01-01", "9999-12-31", "2026-02-30", "demain", date(1999, 12, 31)):
        with pytest.raises(ValueError, match="date"):
            read_date(value)
