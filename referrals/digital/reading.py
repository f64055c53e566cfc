"""What the advisor reads of a self-diagnosis, on its page and before writing a referral."""

from typing import Any

from core.acting import Acting
from referrals.digital.rules import PROPOSAL_LABELS, for_referral, in_words, proposals, to_see
from referrals.forewords import Foreword
from referrals.models import DigitalCheck
from youths.models import Youth

SHOWN = 5


def latest(acting: Acting, youth: Youth, most: int = SHOWN) -> list[DigitalCheck]:
    """The self-diagnoses of a youth that this person may read, latest first (one query)."""
    found = DigitalCheck.objects.visible_to(acting).filter(youth=youth.pk)
    return list(found.order_by("-answered_at", "-pk")[:most])


def presented(check: DigitalCheck) -> dict[str, Any]:
    """One self-diagnosis in words."""
    return {
        "on": check.answered_at,
        "proposals": [PROPOSAL_LABELS[item] for item in proposals(check.answers)],
        "to_see": [f"{words[0].lower()}{words[1:]}" for words in to_see(check.answers)],
        "answers": in_words(check.answers),
    }


def foreword(acting: Acting, youth: Youth) -> Foreword:
    """What stands before the referral: the latest answers, and what they already say."""
    found = latest(acting, youth, 1)
    check = found[0] if found else None
    return Foreword(
        template="referrals/digital/_before.html",
        context={"check": presented(check) if check else None},
        proposed=for_referral(check.answers) if check else {},
    )
