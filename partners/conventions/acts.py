"""What is done to a convention: each act is one transaction, under the lock of its row, and says why it refuses.

``register_signed`` is the common path: an agreement already signed elsewhere, with its parties and its signed text.
The others record a document, a decision, or the way out of a party, with who recorded it, when and why; the state
follows from them (``partners.conventions.state``), it is never written. The text that follows is prepared by
``partners.conventions.renewal``.

``pk`` is the primary key of a convention, ``by`` that of the user who records (None for an exit nobody recorded by
hand), ``on`` the first day that is changed.
Every act may raise Refused, and Convention.DoesNotExist.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from core import clock, documents
from core.uploads import CheckedFile
from core.working_days import long_date
from partners.conventions.facts import (
    add_days,
    is_to_join,
    spans_of,
)
from partners.conventions.reading import facts_of, with_facts
from partners.conventions.refusals import UNSIGNABLE, Refusal, refusal_of, refusal_over
from partners.conventions.state import problems
from partners.models import (
    Amendment,
    Convention,
    ConventionDecision,
    ConventionDocument,
    ConventionParty,
)

Kind = ConventionDecision.Kind
# What :class:`core.uploads.UploadField` accepts for a document of a convention.
ACCEPTS = ("pdf",)
NOT_PDF = "Un document de convention est un fichier PDF : enregistrez-le en PDF, puis recommencez."
_FILE_LABEL = "convention"


class Refused(Exception):
    """What was asked is not possible. ``field`` is the argument it speaks of; the message is French."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class SignedParty:
    """An organisation that signed; ``signed_on`` None when its own day is not known."""

    organisation_id: int
    signed_on: date | None = None


def locked(pk: int) -> Convention:
    """The convention under the lock of its row, with everything its state is computed from."""
    Convention.objects.select_for_update().only("pk").get(pk=pk)
    return with_facts(Convention.objects.filter(pk=pk)).get()


# --- Texts ----------------------------------------------------------------------------------------------------


@transaction.atomic
def register_signed(
    convention: Convention, parties: Sequence[SignedParty], *, file: CheckedFile | None, by: int
) -> Convention:
    """Record an agreement already signed elsewhere: the convention, its parties and its signed text, together.

    ``convention`` is new and not saved: what a model form gives with ``commit=False``. ``file`` comes from an
    ``UploadField(accepts=ACCEPTS)``; None when nobody has the text. A convention without a day of signature is
    signed once every party has signed, on the last of these days. Raises ValidationError too, by field of the
    convention.
    """
    today = clock.today()
    if convention.nature in UNSIGNABLE:
        raise Refused(
            f"{UNSIGNABLE[convention.nature]} n’est pas signé : choisissez une autre nature.", "nature"
        )
    if len({party.organisation_id for party in parties}) < len(parties):
        raise Refused("La même structure est indiquée deux fois parmi les parties.", "parties")
    if len(parties) < 2:
        raise Refused("Une convention lie au moins deux parties.", "parties")
    days = [party.signed_on for party in parties]
    if convention.signature_known and convention.signed_on is None and None in days:
        raise Refused(
            "Indiquez le jour de la signature, ou celui où chaque partie a signé ; si aucune source ne l’établit, "
            "décochez « signature établie ».",
            "signed_on",
        )
    if any(day is not None and day > today for day in (convention.signed_on, *days)):
        raise Refused("Ce jour n’est pas encore venu : le texte n’est pas encore signé.", "signed_on")
    convention.full_clean()
    convention.save()
    ConventionParty.objects.bulk_create(
        ConventionParty(
            convention=convention, organisation_id=party.organisation_id, signed_on=party.signed_on
        )
        for party in parties
    )
    if found := problems(facts_of(locked(convention.pk))):
        raise Refused(found[0])
    if file is not None:
        add_document(convention.pk, file, kind=ConventionDocument.Kind.SIGNED, title="Texte signé", by=by)
    return convention


@transaction.atomic
def add_document(
    pk: int,
    file: CheckedFile,
    *,
    kind: str,
    title: str,
    by: int,
    amendment: Amendment | None = None,
) -> ConventionDocument:
    """Add a document, or a new version of the one of the same kind, title and amendment; the older ones stay."""
    convention = Convention.objects.select_for_update().get(pk=pk)
    if file.extension not in ACCEPTS:
        raise Refused(NOT_PDF, "file")
    if amendment is not None and amendment.convention_id != pk:
        raise Refused("Cet avenant est celui d’une autre convention.", "amendment")
    if kind == ConventionDocument.Kind.AMENDMENT and amendment is None:
        raise Refused("Dites de quel avenant c’est le document.", "amendment")
    same = ConventionDocument.objects.filter(
        convention=convention, amendment=amendment, kind=kind, title=title
    )
    latest = same.aggregate(latest=Max("version"))["latest"] or 0
    added = ConventionDocument(
        convention=convention, amendment=amendment, kind=kind, title=title, version=latest + 1, added_by_id=by
    )
    added.full_clean(exclude=["document"])
    added.document = documents.store_checked(file, label=_FILE_LABEL)
    added.save()
    return added


# --- Decisions ------------------------------------------------------------------------------------------------


@transaction.atomic
def put_to_signature(pk: int, *, on: date, by: int) -> ConventionDecision:
    """The text is ready: signatures are expected from ``on``."""
    return _decide(pk, Kind.TO_SIGN, "", by, decided_on=on)


@transaction.atomic
def suspend(pk: int, *, on: date, reason: str, by: int) -> ConventionDecision:
    """Suspend a convention in force, from ``on`` until it resumes. Its term goes on running."""
    return _decide(pk, Kind.SUSPENDED, reason, by, decided_on=on)


@transaction.atomic
def resume(pk: int, *, on: date, reason: str, by: int) -> ConventionDecision:
    """End a suspension: the convention holds again from ``on``."""
    return _decide(pk, Kind.RESUMED, reason, by, decided_on=on)


@transaction.atomic
def denounce(
    pk: int,
    *,
    received_on: date,
    party: int | None,
    reason: str,
    by: int,
    effective_on: date | None = None,
) -> ConventionDecision:
    """Record the denunciation of the whole convention, received on a day; it takes effect after the notice.

    ``party`` is the organisation that denounces. When two others at least remain, they go on: it is refused, and
    :func:`party_exit` is what to call.
    """
    return _decide(
        pk, Kind.DENOUNCED, reason, by, decided_on=received_on, effective_on=effective_on, party=party
    )


@transaction.atomic
def terminate(
    pk: int, *, on: date, reason: str, by: int, decided_on: date | None = None, party: int | None = None
) -> ConventionDecision:
    """Record a termination, for breach or by agreement: the convention no longer holds from ``on``."""
    return _decide(pk, Kind.TERMINATED, reason, by, decided_on=decided_on or on, effective_on=on, party=party)


@transaction.atomic
def declare_lapsed(pk: int, *, on: date, reason: str, by: int, at_latest: bool = False) -> ConventionDecision:
    """Declare a convention void from ``on``: a party or its object disappeared.

    ``at_latest``: the exact day is not established, ``on`` is the first on which a source says so.
    """
    return _decide(pk, Kind.LAPSED, reason, by, decided_on=on, at_latest=at_latest)


def _decide(
    pk: int,
    kind: Kind,
    reason: str,
    by: int,
    *,
    decided_on: date,
    effective_on: date | None = None,
    party: int | None = None,
    at_latest: bool = False,
) -> ConventionDecision:
    """Record a decision that nothing forbids. Raises Refused."""
    convention = locked(pk)
    days = {"decided_on": decided_on, "effective_on": effective_on}
    given = {"decided_on": "received_on"} if kind == Kind.DENOUNCED else dict.fromkeys(days, "on")
    _raise(
        refusal_of(facts_of(convention), kind, decided_on=decided_on, effective_on=effective_on, party=party),
        given,
    )
    reason = reason.strip()
    if not reason and kind != Kind.TO_SIGN:
        raise Refused("Indiquez le motif de cette décision.", "reason")
    decision = ConventionDecision(
        convention=convention, kind=kind, reason=reason, recorded_by_id=by, party_id=party,
        at_latest=at_latest, **days,
    )  # fmt: skip
    decision.full_clean()
    decision.save()
    return decision


def _raise(refusal: Refusal | None, given: dict[str, str]) -> None:
    """Refuse what the rules refuse; ``given``: the arguments in which columns were given under another name."""
    if refusal is not None:
        raise Refused(refusal.message, given.get(refusal.about or "", refusal.about))


# --- Parties --------------------------------------------------------------------------------------------------


@transaction.atomic
def party_exit(
    pk: int,
    *,
    party: int,
    last_day: date,
    reason: str,
    by: int | None,
    amendment: Amendment | None = None,
) -> ConventionParty:
    """Take an organisation out of a convention: ``last_day`` is its last day as a party; the others go on.

    ``amendment`` is the one that takes it out, when one was signed. A convention left with a single party lapses the
    day after.
    """
    convention = locked(pk)
    _raise(refusal_over(facts_of(convention), last_day, "last_day"), {})
    if amendment is not None and amendment.convention_id != pk:
        raise Refused("Cet avenant est celui d’une autre convention.", "amendment")
    row = _present(convention, party, last_day, "last_day")
    _leave(row, last_day, amendment, reason, by)
    return row


@transaction.atomic
def substitute_party(
    pk: int,
    *,
    party: int,
    heir: int,
    on: date,
    reason: str,
    by: int | None,
    amendment: Amendment | None = None,
) -> ConventionParty:
    """Put an organisation in the place of another from ``on``: a chamber absorbed by its region, for instance.

    The number of parties stays the same. ``amendment`` is the one that says so, when one was signed.
    """
    convention = locked(pk)
    _raise(refusal_over(facts_of(convention), on, "on"), {})
    if amendment is not None and amendment.convention_id != pk:
        raise Refused("Cet avenant est celui d’une autre convention.", "amendment")
    eve = add_days(on, -1)
    row = _present(convention, party, eve, "on")
    facts = facts_of(convention)
    if any(span.organisation == heir and span.covers(on) for span in spans_of(facts)):
        raise Refused("Cette structure est déjà partie à la convention.", "heir")
    if is_to_join(facts, heir):
        raise Refused(
            "L’entrée de cette structure dans la convention est déjà enregistrée, pour plus tard.", "heir"
        )
    _leave(row, eve, amendment, reason, by)
    new = ConventionParty(
        convention=convention, organisation_id=heir, joined_on=on, joined_by=amendment, replaces=row
    )
    new.full_clean()
    new.save()
    return new


def _present(convention: Convention, party: int, day: date, field: str) -> ConventionParty:
    """The row of an organisation that is a party on a day and has not left. Raises Refused."""
    spans = spans_of(facts_of(convention))
    found = [span for span in spans if span.organisation == party and span.covers(day)]
    if not found:
        raise Refused("Cette structure n’est pas partie à la convention ce jour-là.", "party")
    row = ConventionParty.objects.get(pk=found[0].key)
    if row.left_on is not None:
        raise Refused(f"La sortie de cette partie est déjà enregistrée, au {long_date(row.left_on)}.", field)
    return row


def _leave(
    row: ConventionParty, last_day: date, amendment: Amendment | None, reason: str, by: int | None
) -> None:
    row.left_on, row.left_by, row.exit_reason = last_day, amendment, _said(reason)
    record_exit(row, by)
    try:
        row.full_clean()
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error
    row.save(update_fields=["left_on", "left_by", "exit_reason", "exit_recorded_by", "exit_recorded_at"])


def record_exit(row: ConventionParty, by: int | None) -> None:
    """Note on the row of a party who records its way out, and when; nobody when it stays. Saves nothing."""
    gone = row.left_on is not None
    row.exit_recorded_by_id = by if gone else None
    row.exit_recorded_at = clock.now() if gone else None


def _said(reason: str) -> str:
    if not reason.strip():
        raise Refused("Indiquez pourquoi cette partie sort de la convention.", "reason")
    return reason.strip()
