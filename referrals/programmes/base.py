"""What a programme (dispositif) is made of. Each programme is one module of this package.

Everything here is a frozen description: no database, no request. Eligibility never decides, it explains:
it returns every rule that applies with its answer, and the worst answer wins (``overall``).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from core.text_checks import clean_free_text
from core.working_days import long_date
from referrals.clocks import ProgrammeClocks
from referrals.states import State

NETWORKS = frozenset({"ml", "cma", "smv", "akto", "interim", "state", "region", "digital"})
NEUTRAL = "NON_PRECISE"
OTHER = "AUTRE"
UNKNOWN_OUTCOME = "INCONNU"
MAX_REASONS = 12
FIELD_KINDS = frozenset({"yes_no", "choice", "date", "text", "number"})

YES = "yes"
CHECK = "check"
NO = "no"
_RANK = {YES: 0, CHECK: 1, NO: 2}
VERDICT_LABELS = {YES: "Convient", CHECK: "À vérifier", NO: "Ne convient pas"}


@dataclass(frozen=True)
class Candidate:
    """What the rules may know of a youth; None means unknown. No name, no address, no health."""

    birth_date: date | None = None
    level: int | None = None  # 1 to 8, décret 2019-14
    department: str | None = None
    registered_with_ml: bool | None = None


Answers = Mapping[str, Any]


@dataclass(frozen=True)
class Verdict:
    """One rule and its answer for one candidate: ``yes``, ``check`` or ``no``."""

    answer: str
    rule: str
    what_would_change: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        if self.answer not in _RANK:
            raise ValueError(f"unknown verdict {self.answer}")


def overall(verdicts: Iterable[Verdict]) -> str:
    """The worst answer; ``check`` when no rule spoke, because silence proves nothing."""
    return max((verdict.answer for verdict in verdicts), key=_RANK.__getitem__, default=CHECK)


@dataclass(frozen=True)
class Reason:
    """A coded reason. ``needs_text``: a short free text must come with it."""

    code: str
    label: str
    needs_text: bool = False


@dataclass(frozen=True)
class Outcome:
    """What became of the youth. ``returns_to_ml``: a return referral must be prepared."""

    code: str
    label: str
    positive: bool
    returns_to_ml: bool = False

    @property
    def known(self) -> bool:
        """False for "situation unknown", which lowers the known rate and is never counted as a result."""
        return self.code != UNKNOWN_OUTCOME


@dataclass(frozen=True)
class Step:
    """A coded event inside a state (file complete, tests, appointment)."""

    code: str
    label: str


@dataclass(frozen=True)
class ToPrepare:
    """Something to get ready before the entry or before the exit, and the side whose business it is."""

    code: str
    label: str
    moment: str
    side: str


ENTRY, EXIT = "entry", "exit"
_MOMENTS = {
    ENTRY: frozenset(
        {
            State.DRAFT,
            State.SENT,
            State.RECEIVED,
            State.INFO_REQUESTED,
            State.WAITLISTED,
            State.ACCEPTED,
        }
    ),
    EXIT: frozenset({State.STARTED}),
}


@dataclass(frozen=True)
class Answer:
    """A code used by the partner in its files, and the action it stands for, with its reason or its step."""

    code: str
    label: str
    action: str
    reason: str | None = None
    step: str | None = None


@dataclass(frozen=True)
class Field:
    """A question of its own that a programme asks when the referral is written."""

    name: str
    label: str
    kind: str
    choices: tuple[tuple[str, str], ...] = ()
    help: str = ""
    required: bool = False
    max_length: int = 200
    # Choices that say something of health: offered where the delegate allows it, read by the two referents only.
    restricted: tuple[str, ...] = ()
    # The answer that the record gives by itself: proposed, never imposed.
    known: Callable[[Candidate], str] | None = None
    # False: never typed; the portal writes it, and both sides read it among the answers.
    asked: bool = True

    def clean(self, value: Any) -> bool | str | int | None:
        """The answer ready to be stored as JSON (dates in ISO form), None when empty.

        ValueError with a French message when it is missing, unreadable, out of the choices or too long.
        """
        if value is None or value == "":
            if self.required:
                raise ValueError("Répondez à cette question.")
            return None
        if self.kind == "yes_no":
            return _clean_yes_no(value)
        if self.kind == "choice":
            if value not in dict(self.choices):
                raise ValueError("Choisissez une réponse de la liste.")
            return str(value)
        if self.kind == "date":
            return read_date(value).isoformat()
        if self.kind == "number":
            return _clean_number(value)
        return clean_free_text(str(value), self.max_length, required=self.required, single_line=True) or None


@dataclass(frozen=True)
class Opinion:
    """A question that the youth's link asks after the outcome: kept as counts, never with the youth."""

    code: str
    asked: str
    choices: tuple[tuple[str, str], ...]


# What is being written when a usual answer helps: a message, or the answer that an action carries.
MESSAGE, ACCEPT, DECLINE, ASK, REPLY = "message", "accept", "decline", "ask_info", "answer_info"
ANYWHERE = ""
MOMENTS = [
    (MESSAGE, "Un message"),
    (ACCEPT, "Accepter"),
    (DECLINE, "Ne pas retenir"),
    (ASK, "Demander un complément"),
    (REPLY, "Répondre à une question"),
]
MAX_USUAL = 12
USUAL_LENGTH = 500


@dataclass(frozen=True)
class Usual:
    """A text to start from: short, names nobody, gives no cause. ``moment`` is one of ``MOMENTS``, or anywhere."""

    code: str
    label: str
    text: str
    moment: str = ANYWHERE


def read_date(value: Any) -> date:
    """A date from a date or an ISO text. ValueError (French) when it is neither, or not of our time."""
    if not isinstance(value, date):
        try:
            value = date.fromisoformat(str(value))
        except ValueError:
            raise ValueError("Cette date n’existe pas. Écrivez-la ainsi : 2026-03-31.") from None
    if not 2000 <= value.year <= 2100:
        raise ValueError("Cette date n’est pas plausible : vérifiez l’année.")
    return value


def entry_day(answers: Answers, name: str, day: date) -> date:
    """The planned date found in the answers under ``name``, else ``day``; an unreadable one is ignored."""
    try:
        return read_date(answers[name]) if answers.get(name) else day
    except ValueError:
        return day


def _clean_yes_no(value: Any) -> bool:
    known = {True: True, False: False, "oui": True, "non": False, "true": True, "false": False}
    key = value.strip().lower() if isinstance(value, str) else value
    if key not in known:
        raise ValueError("Répondez par oui ou par non.")
    return known[key]


def _clean_number(value: Any) -> int:
    text = str(value).strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        raise ValueError("Écrivez un nombre entier, en chiffres.")
    return int(text)


UNREACHABLE = Reason("JEUNE_INJOIGNABLE", "Le jeune est injoignable")
LAST_REASONS = (
    Reason(OTHER, "Autre motif", needs_text=True),
    Reason(NEUTRAL, "Motif non précisé"),
)
REOPEN_REASONS = (
    Reason("DECISION_PAR_ERREUR", "La décision a été enregistrée par erreur"),
    Reason("ELEMENT_NOUVEAU", "Un élément nouveau change la situation"),
    Reason("JEUNE_REVENU", "Le jeune souhaite reprendre"),
    Reason("PLACE_LIBEREE", "Une place s’est libérée"),
    *LAST_REASONS,
)
# Why a course stands still, never what keeps the youth away (DOMAIN §7.3).
SUSPENSION_REASONS = (
    Reason("INDISPONIBLE", "Le jeune est momentanément indisponible"),
    Reason("DEMARCHE", "Une démarche doit d’abord aboutir"),
    Reason("STRUCTURE", "L’accueil est interrompu (fermeture, période sans activité)"),
    Reason(NEUTRAL, "Motif non précisé"),
)
ERROR_REASONS = (
    Reason("MAUVAIS_JEUNE", "Ce n’est pas le bon jeune"),
    Reason("MAUVAIS_DESTINATAIRE", "Ce n’est pas le bon destinataire"),
    Reason("MAUVAIS_DISPOSITIF", "Ce n’est pas le bon dispositif"),
    Reason("DOUBLON", "La même orientation existe déjà"),
    Reason("ESSAI", "C’était un essai"),
    Reason(NEUTRAL, "Motif non précisé"),
)
SILENCE_REASONS = (
    Reason("SILENCE_DESTINATAIRE", "Demande restée sans réponse dans le délai"),
    Reason("SILENCE_EXPEDITEUR", "Question restée sans réponse dans le délai"),
)
# What the sender saw that says that a course has begun (``Programme.start_proofs``): a period noted on the referral,
# whose convention is signed, is looked for (``referrals.starting``); the others are what the sender has read.
PERIOD_SIGNED = "PERIODE_SIGNEE"
AGREEMENT_WITHDRAWN = "ACCORD_RETIRE"
AGREEMENT_REASONS = (Reason(AGREEMENT_WITHDRAWN, "Le jeune a retiré son accord"),)
COMMON_WITHDRAWALS = (
    Reason("JEUNE_RENONCE", "Le jeune a renoncé"),
    UNREACHABLE,
    Reason("JEUNE_ABSENT", "Le jeune ne s’est pas présenté"),
    Reason("AUTRE_SOLUTION", "Le jeune a trouvé une autre solution"),
    *AGREEMENT_REASONS,
    Reason("DEMENAGEMENT", "Le jeune a déménagé"),
    Reason("AUTRE_PARTENAIRE", "Un autre partenaire convient mieux"),
    *LAST_REASONS,
)
AGE_EXCEPTION = Field(
    "age_exception",
    "Une exception à la limite d’âge est-elle justifiée ?",
    "yes_no",
    help="Répondez seulement oui ou non. N’écrivez jamais la cause : le partenaire demandera la pièce utile.",
)

Eligibility = Callable[[Candidate, Answers, date], tuple[Verdict, ...]]


@dataclass(frozen=True, kw_only=True, repr=False)
class Programme:
    """One scheme. Codes are stored, labels are shown; the registry refuses an incomplete description.

    ``restricted_reasons`` are seen by the two referents only; everywhere else (lists, mails, figures,
    exports) ``public_reason`` puts a neutral code in their place; ``public_steps`` does so for steps.
    ``topics_by_sender`` routes a programme to another topic according to the network that sends, ``topics_by_answer``
    according to the answer to ``topic_answer``, for the recipients that designated somebody for it.
    ``prepare_exit_months`` before the planned end, each side is asked to prepare what ``to_prepare`` says.

    ``entry_answer`` names the date question of the entry, on which the opening of the scheme is judged: one that has
    ended may still be chosen for a course that began before. ``needs_registration``: nobody starts before a Mission
    Locale registered them. ``answer_page``: the route where the recipient carries out ``answered_there`` instead of
    pressing the buttons of the referral; ``write_page``: the route, of a youth, that writes it instead of the ordinary
    form. ``told`` and ``story`` replace the words of some actions (told to the other side, "" for nothing; shown in
    the story), ``exit_words`` what the outcome at the end is called. ``failed_contacts``: the steps that say that the
    youth was not reached; three in a row propose to close, and close nothing.
    """

    code: str
    label: str
    short_label: str
    topic: str
    description: str
    sends: tuple[str, ...]
    receives: tuple[str, ...]
    eligibility: Eligibility
    refusal_reasons: tuple[Reason, ...]
    drop_out_reasons: tuple[Reason, ...]
    outcomes: tuple[Outcome, ...]
    steps: tuple[Step, ...]
    clocks: ProgrammeClocks
    agreement_text: str
    agreement_version: str
    # The texts that youths agreed to before, by version; and what makes a minor's legal representative sign.
    earlier_agreements: Mapping[str, str] = field(default_factory=dict)
    representative_signs: str = ""
    withdrawal_reasons: tuple[Reason, ...] = COMMON_WITHDRAWALS
    fields: tuple[Field, ...] = ()
    opens_on: date | None = None
    closes_on: date | None = None
    closing_note: str = ""
    needs_age_exception: bool = False
    restricted_reasons: tuple[str, ...] = ()
    public_reasons: Mapping[str, str] = field(default_factory=dict)
    public_steps: Mapping[str, str] = field(default_factory=dict)
    answers: tuple[Answer, ...] = ()
    opinion: tuple[Opinion, ...] = ()
    # The levels of the organisations that receive.
    recipient_levels: tuple[str, ...] = ("local",)
    # What the outcome of a period in a company (``Suite``) proposes as the outcome of the referral that it hangs on.
    outcome_of_suite: Mapping[str, str] = field(default_factory=dict)
    # The recipient notes the missions that the youth does meanwhile (referrals.missions).
    has_missions: bool = False
    to_prepare: tuple[ToPrepare, ...] = ()
    prepare_exit_months: int | None = None
    # The answer that holds the day on which the entry is planned: the rules that ask a date are asked again there.
    entry_answer: str = ""
    returns_to_ml: bool = True
    topics_by_sender: Mapping[str, str] = field(default_factory=dict)
    # Where nothing is asked months later: the programmes whose courses tell what became of the youth.
    followed_by: tuple[str, ...] = ()
    topic_answer: str = ""
    topics_by_answer: Mapping[str, str] = field(default_factory=dict)
    needs_registration: bool = False
    answer_page: str = ""
    answer_label: str = ""
    answered_there: tuple[str, ...] = ()
    told: Mapping[str, str] = field(default_factory=dict)
    story: Mapping[str, str] = field(default_factory=dict)
    exit_words: str = ""
    write_page: str = ""
    failed_contacts: tuple[str, ...] = ()
    # The versions of the agreement under which the recipient tells the sender what became of the youth months later.
    becoming_told: tuple[str, ...] = ()
    # What lets the sender say that the course has begun, when the recipient has not (SECURITY §2.3, row 11).
    start_proofs: tuple[Reason, ...] = ()
    # What is often written about it, beside what is written everywhere (referrals.thread.usual).
    usual_answers: tuple[Usual, ...] = ()

    def __repr__(self) -> str:
        return f"<Programme {self.code}>"

    def is_open_on(self, day: date) -> bool:
        """True between the opening and the closing day, both included."""
        return (self.opens_on is None or day >= self.opens_on) and (
            self.closes_on is None or day <= self.closes_on
        )

    @property
    def keeps_its_past(self) -> bool:
        """True when a course that began before the end of the scheme may still be written down."""
        return self.closes_on is not None and bool(self.entry_answer)

    @property
    def all_fields(self) -> tuple[Field, ...]:
        """The questions to ask, the age exception last when the programme knows one."""
        return (*self.fields, AGE_EXCEPTION) if self.needs_age_exception else self.fields

    def topic_for(self, sender_network: str) -> str:
        """Topic under which the recipient's referent is looked up."""
        return self.topics_by_sender.get(sender_network, self.topic)

    def topics_for(self, sender_network: str, answers: Answers | None = None) -> tuple[str, ...]:
        """The topics under which a referent is looked up, the narrowest first; without answers, all of them."""
        usual = self.topic_for(sender_network)
        if answers is None:
            return (usual, *self.topics_by_answer.values())
        narrow = self.topics_by_answer.get(answers.get(self.topic_answer) or "")
        return (narrow, usual) if narrow else (usual,)

    def verdicts(self, candidate: Candidate, answers: Answers, day: date) -> tuple[Verdict, ...]:
        """Every rule that applies for an entry on ``day`` (or on the date given in the answers)."""
        entry = entry_day(answers, self.entry_answer, day) if self.entry_answer else day
        if not self.is_open_on(entry):
            return (self._closed(entry), *self.eligibility(candidate, answers, day))
        return self.eligibility(candidate, answers, day)

    def _closed(self, day: date) -> Verdict:
        if self.opens_on and day < self.opens_on:
            return Verdict(NO, f"Ce dispositif n’ouvre que le {long_date(self.opens_on)}.")
        assert self.closes_on is not None
        return Verdict(NO, f"Ce dispositif a pris fin le {long_date(self.closes_on)}.", self.closing_note)

    def clean_answers(self, raw: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
        """The answers ready to be stored, and the French error of each field that is wrong."""
        clean: dict[str, Any] = {}
        errors: dict[str, str] = {}
        for item in self.all_fields:
            try:
                clean[item.name] = item.clean(raw.get(item.name))
            except ValueError as error:
                errors[item.name] = str(error)
        return clean, errors

    def reasons_for(self, action: str) -> tuple[Reason, ...]:
        """The coded reasons of an action; empty when the action takes none."""
        return {
            "decline": self.refusal_reasons,
            "withdraw": self.withdrawal_reasons,
            "start": self.start_proofs,
            "ask_cancel": self.withdrawal_reasons,
            "confirm_cancel": self.withdrawal_reasons,
            "drop_out": self.drop_out_reasons,
            "ask_reopen": REOPEN_REASONS,
            "reopen": REOPEN_REASONS,
            "mark_error": ERROR_REASONS,
            "ask_error": ERROR_REASONS,
            "confirm_error": ERROR_REASONS,
            "suspend": SUSPENSION_REASONS,
            "expire": SILENCE_REASONS,
            "end_sharing": AGREEMENT_REASONS,
        }.get(action, ())

    def reason(self, action: str, code: str) -> Reason:
        """The reason of that code. ValueError (French) when the action does not know it."""
        for reason in self.reasons_for(action):
            if reason.code == code:
                return reason
        raise ValueError("Choisissez un motif de la liste.")

    def reason_label(self, action: str, code: str, *, restricted: bool = False) -> str:
        """Label to show. ``restricted`` True only for the two referents of the referral."""
        return self.reason(action, code if restricted else self.public_reason(code)).label

    def public_reason(self, code: str) -> str:
        """Code fit for lists, mails, figures and exports: restricted ones are replaced by a neutral one."""
        return self.public_reasons.get(code, code)

    def outcome(self, code: str) -> Outcome:
        """The outcome of that code. ValueError (French) when the programme does not know it."""
        for outcome in self.outcomes:
            if outcome.code == code:
                return outcome
        raise ValueError("Choisissez un résultat de la liste.")

    def step(self, code: str) -> Step:
        """The step of that code. ValueError (French) when the programme does not know it."""
        for step in self.steps:
            if step.code == code:
                return step
        raise ValueError("Choisissez une étape de la liste.")

    def public_step(self, code: str) -> Step:
        """The step as everybody may read it: a restricted one is replaced. ValueError as ``step``."""
        return self.step(self.public_steps.get(code, code))

    def preparing(self, state: str) -> tuple[ToPrepare, ...]:
        """What is to be got ready in a state: before the entry, or during the course for the exit."""
        return tuple(item for item in self.to_prepare if state in _MOMENTS[item.moment])

    def entry_verdicts(self, candidate: Candidate, answers: Answers, planned_on: date) -> tuple[Verdict, ...]:
        """The rules as they stand on the day the partner plans; empty where the programme asks for no such day."""
        if not self.entry_answer:
            return ()
        return self.eligibility(candidate, {**answers, self.entry_answer: planned_on.isoformat()}, planned_on)

    def must_return(self, action: str, outcome_code: str) -> bool:
        """True when the end opens a return referral to the Mission Locale (DOMAIN §3.3, §3.4).

        After a drop-out, whatever is not a known solution returns; after a normal end, only the outcomes
        that say so.
        """
        if not self.returns_to_ml or action not in ("complete", "drop_out"):
            return False
        outcome = self.outcome(outcome_code)
        return outcome.returns_to_ml or (action == "drop_out" and not outcome.positive)
