"""What the youth may be told: plain, and from which neither the partner nor the cause can be guessed."""

from datetime import timedelta

import pytest

from core import clock
from core.text_checks import sensitive_words
from referrals import programmes
from referrals.models import Referral
from referrals.states import State
from referrals.thread import wording
from tests.conftest import as_owner
from tests.referrals.placing import put

EVERY = [
    *wording.WORDS.values(),
    wording.PLANNED,
    wording.CANCELLING,
    wording.SUSPENDED,
    wording.AGREEMENT_TAKEN_BACK,
]


def test_every_state_but_the_draft_has_its_words():
    assert set(wording.WORDS) == set(State) - {State.DRAFT}
    assert all(
        80 <= len(words) <= 130 or "erreur" in words or "commencé" in words
        for words in wording.WORDS.values()
    )


@pytest.mark.parametrize("words", EVERY)
def test_no_words_name_a_programme_a_reason_or_anything_of_health(words):
    assert not sensitive_words(words)
    assert not {"tu", "ton", "ta", "votre dossier"} & set(words.lower().split())
    for programme in programmes.all():
        for name in (programme.label, programme.short_label):
            assert name.lower() not in words.lower()
        for action in ("decline", "withdraw", "drop_out"):
            for reason in programme.reasons_for(action):
                assert reason.label.lower() not in words.lower()


def test_a_refusal_reads_the_same_whatever_its_cause():
    said = {
        wording.wording_of(Referral(state=State.DECLINED, programme=programme.code, reason=reason.code))
        for programme in programmes.all()
        for reason in programme.reasons_for("decline")
    }
    assert said == {wording.WORDS[State.DECLINED]}


@pytest.mark.parametrize("state", [state for state in State if state not in (State.DRAFT, State.STARTED)])
def test_the_sender_finds_the_words_on_the_page_and_the_partner_does_not(world, visit, state):
    with as_owner():
        world.org("RSMV").__class__.objects.filter(pk=world.org("RSMV").pk).update(is_sensitive=True)
    referral = put(world, state)
    html = visit("alice").get(referral.get_absolute_url()).content.decode()
    words = html.split('id="id_wording"', 1)[1].split("</textarea>")[0].split(">", 1)[1]
    assert words == wording.WORDS[state].replace("'", "&#x27;")
    assert world.org("RSMV").name not in words
    assert "Copier le texte" in html
    assert 'id="id_wording"' not in visit("rita").get(referral.get_absolute_url()).content.decode()


@pytest.mark.parametrize(("state", "fields", "said"), [
    ("draft", {}, ""),
    ("accepted", {"planned_on": clock.today() + timedelta(days=9)}, "Début prévu le"),
    ("accepted", {"asked": ("cancel",)}, wording.CANCELLING),
    ("started", {"suspended": True}, wording.SUSPENDED),
    ("started", {}, wording.WORDS[State.STARTED]),
    ("started", {"sharing_stopped_at": clock.now()}, wording.AGREEMENT_TAKEN_BACK),
    ("withdrawn", {"last_action": "end_sharing"}, wording.AGREEMENT_TAKEN_BACK),
])  # fmt: skip
def test_what_stands_beside_the_state_is_told(world, state, fields, said):
    found = wording.wording_of(put(world, state, **fields))
    assert said in found
    assert bool(found) == (state != "draft")
