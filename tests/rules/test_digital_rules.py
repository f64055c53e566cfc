"""What the self-diagnosis suggests: one level, perhaps equipment, and never worse for being able to do more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals import programmes
from referrals.digital.rules import (
    ALONE,
    BASICS,
    CONNECTION,
    DEVICE,
    HELPED,
    NOT_YET,
    PROPOSAL_LABELS,
    QUESTIONS,
    SKILLS,
    Proposal,
    for_referral,
    in_words,
    level,
    proposals,
    to_see,
)

EASY = {item.code: ALONE for item in SKILLS} | {DEVICE: "ordinateur", CONNECTION: "bien"}
whole = st.fixed_dictionaries(
    {item.code: st.sampled_from([code for code, _ in item.choices]) for item in QUESTIONS}
)
ORDER = [Proposal.FIRST_STEPS, Proposal.TRAINING, Proposal.AUTONOMOUS]


def test_ten_short_plain_questions():
    assert len(QUESTIONS) == 10
    assert len({item.code for item in QUESTIONS}) == 10
    for item in QUESTIONS:
        assert len(item.asked) <= 60
        assert len({code for code, _ in item.choices}) == len(item.choices) >= 3
    assert set(PROPOSAL_LABELS) == set(Proposal)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ["autonome"]),
        ({"visio": NOT_YET, "arnaque": NOT_YET}, ["autonome"]),
        ({"visio": HELPED, "arnaque": HELPED, "document": HELPED}, ["formation"]),
        ({"visio": NOT_YET, "arnaque": NOT_YET, "document": NOT_YET}, ["formation"]),
        ({"visio": NOT_YET, "arnaque": NOT_YET, "document": NOT_YET, "chercher": NOT_YET}, ["premiers_pas"]),
        ({"clavier": HELPED, "compte": HELPED}, ["autonome"]),
        ({"compte": NOT_YET}, ["premiers_pas"]),
        ({DEVICE: "telephone"}, ["autonome"]),
        ({DEVICE: "emprunt"}, ["equipement", "autonome"]),
        ({CONNECTION: "limite", "clavier": NOT_YET}, ["equipement", "premiers_pas"]),
    ],
)
def test_what_is_suggested(changes, expected):
    assert list(proposals(EASY | changes)) == expected


@given(whole)
def test_exactly_one_level_and_equipment_first_when_it_lacks(answers):
    found = proposals(answers)
    assert [item for item in found if item in ORDER] == [level(answers)]
    lacks = answers[DEVICE] in ("emprunt", "rien") or answers[CONNECTION] != "bien"
    assert (found[0] is Proposal.EQUIPMENT) is lacks
    assert bool(to_see(answers)) is any(answers[item.code] != ALONE for item in SKILLS)
    assert len(in_words(answers)) == 10


@given(whole, st.sampled_from(SKILLS), st.sampled_from([HELPED, ALONE]))
def test_being_able_to_do_more_never_lowers_the_level(answers, item, better):
    if [NOT_YET, HELPED, ALONE].index(better) >= [NOT_YET, HELPED, ALONE].index(answers[item.code]):
        assert ORDER.index(level(answers | {item.code: better})) >= ORDER.index(level(answers))


@given(whole, st.sampled_from(BASICS))
def test_a_basic_gesture_that_lacks_comes_first(answers, basic):
    assert level(answers | {basic: NOT_YET}) is Proposal.FIRST_STEPS


@given(st.dictionaries(st.text(max_size=12), st.text(max_size=12)))
def test_answers_of_another_time_are_read_without_a_fault(answers):
    assert proposals(answers)
    assert for_referral(answers) is not None
    assert all(isinstance(text, str) for _, text in in_words(answers))


@given(whole)
def test_what_is_known_is_a_valid_answer_of_the_referral(answers):
    """Nothing is asked twice: the programme takes what the answers say as they are."""
    found = for_referral(answers)
    asked = programmes.get("inclusion_numerique")
    clean, errors = asked.clean_answers({"besoin": "demarches"} | found)
    assert errors == {}
    assert clean["appareil"]
    assert clean["connexion"] is (answers[CONNECTION] == "bien")
    assert ("besoin" in found) is (proposals(answers) != (Proposal.AUTONOMOUS,))
