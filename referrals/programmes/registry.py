"""The closed registry: every module of this package is one programme, and an incomplete one is refused.

Adding a programme is adding one module that defines ``PROGRAMME``; nothing else changes.
"""

import pkgutil
import re
from collections.abc import Iterable
from importlib import import_module
from types import MappingProxyType

from core.text_checks import sensitive_words
from referrals.programmes.base import (
    ENTRY,
    EXIT,
    FIELD_KINDS,
    MAX_REASONS,
    MAX_USUAL,
    MOMENTS,
    NETWORKS,
    NEUTRAL,
    OTHER,
    USUAL_LENGTH,
    Programme,
    Usual,
)
from referrals.states import RECIPIENT, SENDER
from referrals.transitions import ACTIONS

# What the youth's link asks after the outcome.
MAX_QUESTIONS = 3
NOT_PROGRAMMES = frozenset({"base", "registry", "shared"})
_CODE = re.compile(r"[a-z][a-z0-9_]{1,39}")
_CODED = re.compile(r"[A-Z][A-Z0-9_]{1,39}")


class IncompleteProgramme(ImportError):
    """A module of the package does not describe a whole programme."""


def problems(programme: Programme) -> list[str]:
    """Everything that is missing or contradictory in a description, in English, for its author."""
    found = [f"{name} is empty" for name in _REQUIRED if not getattr(programme, name)]
    if not _CODE.fullmatch(programme.code):
        found.append("code must be lower case letters, digits and underscores")
    for name in ("sends", "receives"):
        unknown = set(getattr(programme, name)) - NETWORKS
        if unknown:
            found.append(f"{name} names unknown networks: {', '.join(sorted(unknown))}")
    if not set(programme.recipient_levels) <= {"local", "regional", "national"}:
        found.append("recipient_levels names an unknown level")
    if set(programme.topics_by_sender) - set(programme.sends):
        found.append("topics_by_sender names a network that does not send")
    if programme.opens_on and programme.closes_on and programme.opens_on > programme.closes_on:
        found.append("it closes before it opens")
    if programme.closes_on and not programme.closing_note:
        found.append("a closed programme needs a closing_note")
    for action in ("decline", "withdraw", "drop_out"):
        found += _reason_problems(programme, action)
    for name in ("outcomes", "steps", "answers", "to_prepare", "start_proofs"):
        found += _code_problems(name, [item.code for item in getattr(programme, name)])
    if programme.outcomes and not any(outcome.positive for outcome in programme.outcomes):
        found.append("no outcome is positive")
    if any(outcome.positive and outcome.returns_to_ml for outcome in programme.outcomes):
        found.append("a positive outcome cannot open a return")
    if not programme.returns_to_ml and any(outcome.returns_to_ml for outcome in programme.outcomes):
        found.append("an outcome opens a return that the programme excludes")
    found += _page_problems(programme)
    found += _field_problems(programme) + _restriction_problems(programme) + _answer_problems(programme)
    found += _opinion_problems(programme)
    if bool(programme.followed_by) == bool(programme.clocks.follow_up_months):
        # No loop ends before somebody is asked what became of the youth.
        found.append("followed_by goes with no follow-up, and no follow-up with followed_by")
    if set(programme.outcome_of_suite.values()) - {outcome.code for outcome in programme.outcomes}:
        found.append("outcome_of_suite names an outcome that does not exist")
    if set(programme.becoming_told) - {programme.agreement_version, *programme.earlier_agreements}:
        found.append("becoming_told names a version of the agreement that does not exist")
    found += usual_problems(programme.usual_answers)
    found += _preparation_problems(programme)
    for placeholder in ("{sender}", "{recipient}"):
        if placeholder not in programme.agreement_text:
            found.append(f"agreement_text does not name {placeholder}")
    if programme.agreement_version in programme.earlier_agreements:
        found.append("agreement_version: an earlier text has the same version")
    return found


_REQUIRED = (
    "code",
    "label",
    "short_label",
    "topic",
    "description",
    "sends",
    "receives",
    "recipient_levels",
    "outcomes",
    "steps",
    "agreement_text",
    "agreement_version",
)


def _code_problems(name: str, codes: list[str]) -> list[str]:
    found = [f"{name}: {code!r} must be upper case ASCII" for code in codes if not _CODED.fullmatch(code)]
    if len(codes) != len(set(codes)):
        found.append(f"{name}: the same code appears twice")
    return found


def _reason_problems(programme: Programme, action: str) -> list[str]:
    reasons = programme.reasons_for(action)
    codes = [reason.code for reason in reasons]
    found = _code_problems(f"reasons of {action}", codes)
    if len(codes) > MAX_REASONS:
        found.append(f"reasons of {action}: more than {MAX_REASONS}")
    if NEUTRAL not in codes:
        found.append(f"reasons of {action}: {NEUTRAL} is missing")
    for reason in reasons:
        if reason.needs_text != (reason.code == OTHER):
            found.append(f"reasons of {action}: {OTHER}, and it alone, takes a text")
    return found


def _field_problems(programme: Programme) -> list[str]:
    found = []
    names = [item.name for item in programme.all_fields]
    if len(names) != len(set(names)):
        found.append("fields: the same name appears twice")
    for item in programme.all_fields:
        if item.kind not in FIELD_KINDS or not item.name.isidentifier() or not item.label:
            found.append(f"field {item.name!r}: unknown kind, bad name or no label")
        if (item.kind == "choice") != bool(item.choices):
            found.append(f"field {item.name!r}: choices go with the kind choice")
        if set(item.restricted) - {code for code, _ in item.choices}:
            found.append(f"field {item.name!r}: restricted names a choice that does not exist")
    open_choices = {
        code
        for item in programme.fields
        if item.name == programme.topic_answer
        for code, _ in item.choices
        if code not in item.restricted
    }
    if set(programme.topics_by_answer) - open_choices:
        # Who answers would tell a restricted answer.
        found.append("topics_by_answer names a choice that topic_answer does not have, or a restricted one")
    return found


def _page_problems(programme: Programme) -> list[str]:
    found = []
    for name in ("answered_there", "told", "story"):
        if set(getattr(programme, name)) - set(ACTIONS):
            found.append(f"{name} names an unknown action")
    if set(programme.failed_contacts) - {step.code for step in programme.steps}:
        found.append("failed_contacts names an unknown step")
    if any(item.required and not item.asked for item in programme.fields):
        found.append("a field that is not asked cannot be required")
    if len({bool(programme.answer_page), bool(programme.answer_label), bool(programme.answered_there)}) > 1:
        found.append("answer_page, answer_label and answered_there go together")
    return found


def _restriction_problems(programme: Programme) -> list[str]:
    found = []
    codes = {
        reason.code
        for action in ("decline", "withdraw", "drop_out")
        for reason in programme.reasons_for(action)
    }
    restricted = set(programme.restricted_reasons)
    if restricted - codes:
        found.append("restricted_reasons names a reason that does not exist")
    if set(programme.public_reasons) != restricted:
        found.append("public_reasons must map exactly the restricted reasons")
    if set(programme.public_reasons.values()) - {NEUTRAL}:
        # Any other public code would be a translation of the restricted one.
        found.append(f"public_reasons must map to {NEUTRAL}")
    steps = {step.code for step in programme.steps} - set(programme.public_steps)
    if {step.code for step in programme.steps} - steps != set(programme.public_steps):
        found.append("public_steps names a step that does not exist")
    if set(programme.public_steps.values()) - steps:
        found.append("public_steps must map to steps that everybody may read")
    return found


def _preparation_problems(programme: Programme) -> list[str]:
    found = []
    for item in programme.to_prepare:
        if item.moment not in (ENTRY, EXIT) or item.side not in (SENDER, RECIPIENT):
            found.append(f"to_prepare {item.code}: unknown moment or side")
    months = programme.prepare_exit_months
    sides = {item.side for item in programme.to_prepare if item.moment == EXIT}
    if months is not None and (months <= 0 or sides != {SENDER, RECIPIENT}):
        found.append("prepare_exit_months needs a duration, and something that each side prepares")
    dates = {item.name for item in programme.fields if item.kind == "date"}
    if programme.entry_answer and programme.entry_answer not in dates:
        found.append("entry_answer must be a date that the programme asks")
    return found


def _answer_problems(programme: Programme) -> list[str]:
    found = []
    for answer in programme.answers:
        reasons = {reason.code for reason in programme.reasons_for(answer.action)}
        if answer.reason is not None and answer.reason not in reasons:
            found.append(f"answer {answer.code}: unknown reason {answer.reason}")
        if answer.step not in {None, *(step.code for step in programme.steps)}:
            found.append(f"answer {answer.code}: unknown step {answer.step}")
        if answer.action not in ACTIONS:
            found.append(f"answer {answer.code}: unknown action {answer.action}")
    return found


def _opinion_problems(programme: Programme) -> list[str]:
    codes = [item.code for item in programme.opinion]
    found = []
    if len(codes) != len(set(codes)) or len(codes) > MAX_QUESTIONS:
        found.append(f"opinion: {MAX_QUESTIONS} questions at most, each of its own code")
    if any(len(dict(item.choices)) < 2 for item in programme.opinion):
        found.append("opinion: a question needs two answers at least")
    return found


def usual_problems(usual: tuple[Usual, ...]) -> list[str]:
    """What is wrong in a list of usual answers."""
    found = _code_problems("usual_answers", [one.code for one in usual])
    if len(usual) > MAX_USUAL:
        found.append(f"usual_answers: more than {MAX_USUAL}")
    for one in usual:
        if not one.label or not one.text or len(one.text) > USUAL_LENGTH or sensitive_words(one.text):
            found.append(f"usual answer {one.code}: no label, no text, too long, or about health or justice")
        if one.moment not in {"", *dict(MOMENTS)}:
            found.append(f"usual answer {one.code}: unknown moment {one.moment}")
    return found


def build(candidates: Iterable[tuple[str, object]]) -> MappingProxyType[str, Programme]:
    """The registry made of (module name, its PROGRAMME). IncompleteProgramme says what is wrong."""
    registry: dict[str, Programme] = {}
    for name, programme in candidates:
        if not isinstance(programme, Programme):
            raise IncompleteProgramme(f"referrals/programmes/{name}.py must define PROGRAMME, a Programme")
        found = problems(programme)
        if programme.code != name:
            found.append(f"its code {programme.code!r} must be the name of its module")
        if found:
            raise IncompleteProgramme(f"referrals/programmes/{name}.py: {'; '.join(found)}")
        registry[programme.code] = programme
    for programme in registry.values():
        if unknown := set(programme.followed_by) - set(registry):
            raise IncompleteProgramme(f"{programme.code} is followed by unknown programmes: {unknown}")
    return MappingProxyType(registry)


def _discover() -> Iterable[tuple[str, object]]:
    package = import_module("referrals.programmes")
    for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda item: item.name):
        if module.name not in NOT_PROGRAMMES:
            yield (
                module.name,
                getattr(import_module(f"referrals.programmes.{module.name}"), "PROGRAMME", None),
            )


_REGISTRY = build(_discover())


def get(code: str) -> Programme:
    """The programme of that code. KeyError when there is none."""
    return _REGISTRY[code]


def all() -> tuple[Programme, ...]:  # noqa: A001 - read as programmes.all()
    """Every programme, in the order of their labels."""
    return tuple(sorted(_REGISTRY.values(), key=lambda programme: programme.label))


def for_sender(network: str) -> tuple[Programme, ...]:
    """The programmes that a network may send to, closed ones included: their verdict says why not."""
    return tuple(programme for programme in all() if network in programme.sends)


def for_recipient(network: str) -> tuple[Programme, ...]:
    """The programmes that a network may receive."""
    return tuple(programme for programme in all() if network in programme.receives)


def choices() -> list[tuple[str, str]]:
    """(code, label) pairs for models and filters."""
    return [(programme.code, programme.label) for programme in all()]
