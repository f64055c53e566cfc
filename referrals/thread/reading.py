"""What pages show of what is written about a referral."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery, TextField, Value, When
from django.db.models.functions import Concat, JSONObject
from django.utils.dateparse import parse_datetime

from core import clock
from core.acting import Acting
from core.prepared import Prepared
from core.uploads import KINDS
from notifications.notices import mark_told
from referrals.links import only_owes
from referrals.models import Message, Referral, ReferralNote, ThreadReading
from referrals.thread.writing import way_back

# The last ones, on the page of the referral; the earlier ones, on theirs.
LATEST = 10
EARLIER = 50
NOTES = 20

_COLUMNS = (
    "pk",
    "uuid",
    "kind",
    "author_id",
    "author__first_name",
    "author__last_name",
    "organisation_id",
    "organisation__name",
    "at",
    "withdrawn_at",
    "withdrawn_as",
    "document__size",
    "document__media_type",
    "file_gone_at",
    "words",
)
_FORMATS = {kind.media_type: kind.label for kind in KINDS.values()}


class Thread(NamedTuple):
    """Messages, oldest first, and whether there are earlier ones; of the other side's, how many were not read yet."""

    lines: list[dict[str, Any]]
    has_earlier: bool
    unread: int = 0


def _lines(found: QuerySet[Message]) -> QuerySet[Message, tuple[Any, ...]]:
    """What was taken back is not even fetched."""
    words = Case(
        When(withdrawn_at__isnull=False, then=Value("")), default=F("text"), output_field=TextField()
    )
    return found.annotate(words=words).order_by("-at", "-pk").values_list(*_COLUMNS)


def _latest(*, referral: int) -> QuerySet[Message, tuple[Any, ...]]:
    return _lines(Message.objects.filter(referral=referral))[: LATEST + 1]


_LATEST = Prepared(_latest)


def latest(referral: Referral, acting: Acting) -> Thread:
    """The last messages of a referral fetched through its door (one query); none for who reads them no more."""
    if closed_to(referral, acting):
        return Thread([], False)
    seen_at: datetime | None = referral.thread_seen_at  # type: ignore[attr-defined]
    return _thread(list(_LATEST(None, referral=referral.pk)), LATEST, acting, seen_at)


def seen_on_page(acting: Acting) -> Subquery:
    """Until when this person has read the thread, asked in the question that finds the referral."""
    mine = ThreadReading.objects.filter(
        referral=OuterRef("pk"), user=acting.user_id, organisation=acting.organisation_id
    )
    return Subquery(mine.values("seen_at")[:1])


def mark_read(acting: Acting, referral: Referral, thread: Thread) -> None:
    """This person has read what the page shows; what they were told of it is read too (after a page was made)."""
    ThreadReading.objects.bulk_create(
        [
            ThreadReading(
                referral_id=referral.pk,
                user_id=acting.user_id,
                organisation_id=acting.organisation_id,
                seen_at=thread.lines[-1]["at"],
            )
        ],
        update_conflicts=True,
        unique_fields=["referral", "user", "organisation"],
        update_fields=["seen_at"],
    )
    mark_told(acting.user_id, acting.organisation_id, f"thread:{referral.pk}")


def question(thread: Thread) -> str:
    """The last question that a thread shows: what its answer is about. Empty when it is further up."""
    asked = Message.Kind.QUESTION.label
    return next((line["text"] for line in reversed(thread.lines) if line["kind"] == asked), "")


def before(referral: Referral, acting: Acting, uuid: UUID | None) -> Thread:
    """The messages that precede one of them; the last ones when it is not of this thread."""
    messages = Message.objects.filter(referral=referral)
    if uuid and (known := messages.filter(uuid=uuid).values_list("at", "pk").first()):
        at, pk = known
        messages = messages.filter(Q(at__lt=at) | Q(at=at, pk__lt=pk))
    return _thread(list(_lines(messages)[: EARLIER + 1]), EARLIER, acting, clock.now())


def _thread(rows: list[tuple[Any, ...]], size: int, acting: Acting, seen_at: datetime | None) -> Thread:
    now = clock.now()
    lines = [_line(dict(zip(_COLUMNS, row, strict=True)), acting, now) for row in reversed(rows[:size])]
    for line in lines:
        # What was taken back is no news.
        unread = not line["ours"] and not line["withdrawn"] and (seen_at is None or line["at"] > seen_at)
        line["unread"] = unread
    return Thread(lines, len(rows) > size, sum(line["unread"] for line in lines))


def _line(row: dict[str, Any], acting: Acting, now: datetime) -> dict[str, Any]:
    taken_back = row["withdrawn_at"] is not None
    back = "" if taken_back else way_back(
        acting, author_id=row["author_id"], organisation_id=row["organisation_id"], age=now - row["at"]
    )  # fmt: skip
    return {
        "uuid": row["uuid"],
        "kind": Message.Kind(row["kind"]).label,
        "author": f"{row['author__first_name']} {row['author__last_name']}".strip(),
        "ours": row["organisation_id"] == acting.organisation_id,
        "organisation": row["organisation__name"],
        "at": row["at"],
        "text": row["words"],
        "withdrawn": Message.Withdrawal(row["withdrawn_as"]).label if taken_back else "",
        "withdrawn_at": row["withdrawn_at"],
        "way_back": {"": "", "taken_back": "Retirer", "error": "Signaler comme erreur"}[back],
        "file": row["document__size"] and _file_words(row["document__media_type"], row["document__size"]),
        "file_gone_at": row["file_gone_at"],
    }


def _file_words(media_type: str, size: int) -> str:
    """ "PDF, 240 ko": what a person downloads, never what they called it."""
    weight = (
        f"{max(1, size // 1000)} ko" if size < 1_000_000 else f"{size / 1_000_000:.1f} Mo".replace(".", ",")
    )
    return f"{_FORMATS[media_type]}, {weight}"


def piece_of(referral: Referral, uuid: UUID) -> Message | None:
    """The message of a referral that carries a piece; None when there is none by that identifier (any more)."""
    found = Message.objects.filter(referral=referral, uuid=uuid, document__isnull=False)
    return found.select_related("document").first()


def withdrawable(referral: Referral, acting: Acting, uuid: UUID) -> dict[str, Any] | None:
    """The message, as its page shows it, that this person may take back; None otherwise."""
    rows = _lines(Message.objects.filter(referral=referral, uuid=uuid))
    lines = [_line(dict(zip(_COLUMNS, row, strict=True)), acting, clock.now()) for row in rows]
    return next((line for line in lines if line["way_back"]), None)


def closed_to(referral: Referral, acting: Acting) -> bool:
    """Whether a side reads nothing of it any more.

    What is left is the name and the outcome (ADR 0020), or the name and what became of the youth (ADR 0035).
    """
    side = referral.side_of(acting.organisation_id)
    return (referral.sharing_stopped_at is not None and side == "recipient") or only_owes(referral, side)


def notes_of_page(acting: Acting) -> ArraySubquery:
    """The last notes of one's own organisation, asked in the question that finds the referral."""
    found = ReferralNote.objects.filter(referral=OuterRef("pk"), organisation=acting.organisation_id)
    return ArraySubquery(_note_rows(found)[: NOTES + 1])


def _note_rows(found: QuerySet[ReferralNote]) -> QuerySet[ReferralNote, Any]:
    text = Case(When(withdrawn_at__isnull=False, then=Value("")), default=F("text"), output_field=TextField())
    author = Concat("author__first_name", Value(" "), "author__last_name")
    return found.order_by("-at", "-pk").values(
        row=JSONObject(uuid="uuid", at="at", text=text, author=author, withdrawn_at="withdrawn_at")
    )


def notes_of(referral: Referral) -> list[dict[str, Any]]:
    """The notes of one's own organisation on a referral fetched through its door, latest first."""
    return [_note(row) for row in referral.note_rows[:NOTES]]  # type: ignore[attr-defined]


def all_notes(referral: Referral, acting: Acting) -> list[dict[str, Any]]:
    """All of them (one query)."""
    found = ReferralNote.objects.filter(referral=referral, organisation=acting.organisation_id)
    return [_note(row["row"]) for row in _note_rows(found)]


def _note(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"at": parse_datetime(row["at"])}
