"""The one way to a youth."""

from collections.abc import Callable
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BigIntegerField, F, Func, OuterRef, Q, QuerySet, Subquery, UUIDField, Value
from django.db.models.functions import Concat, JSONObject
from django.db.models.lookups import IsNull

from core.acting import Acting
from core.doors import pass_through
from core.hooks import record_rows
from core.prepared import Prepared
from core.requests import PortalRequest
from partners.models import outward_name
from youths.accompanying import restricted
from youths.agreements.purposes import CO_ACCOMPANIMENT
from youths.models import (
    Accompaniment,
    Agreement,
    AgreementRequest,
    JournalEntry,
    LegalRepresentative,
    NextStep,
    Obstacle,
    ObstacleStep,
    Opening,
    PrivateNote,
    RightsRequest,
    Situation,
    Transfer,
    Youth,
)
from youths.sharing import share_of

# The record, without the columns that searches are made on; and what pages and rules of eligibility read of its places.
_OWN = [field.name for field in Youth._meta.concrete_fields if not field.generated]
_PLACES = [
    f"{place}__{name}" for place in ("municipality", "registered_with") for name in ("name", "department")
] + ["held_by__name", "held_by__is_sensitive"]


def _record(found: QuerySet[Youth], acting: Acting) -> QuerySet[Youth]:
    """The record with what stands on it: its places, the current situations, the representative of a minor."""
    current = Situation.objects.filter(youth=OuterRef("pk"), until__isnull=True).order_by("kind")
    mine = Q(youth__held_by=acting.organisation_id) | Q(youth__registered_with=acting.organisation_id)
    behind = LegalRepresentative.objects.filter(mine, youth=OuterRef("pk"))
    return (
        found.select_related("municipality", "registered_with", "held_by")
        .only(*_OWN, *_PLACES)
        .annotate(
            situation_rows=ArraySubquery(current.values(row=JSONObject(code="code", since="since"))),
            representative_row=Subquery(
                behind.values(row=JSONObject(link="link", name="name", phone="phone", email="email"))
            ),
        )
    )


def _find(acting: Acting, *, uuid: UUID) -> QuerySet[Youth]:
    return _record(Youth.objects.openable_by(acting).filter(uuid=uuid), acting)


# What is shown of the journal: the latest of each kind.
SHOWN = 100


def _whole(found: QuerySet[Youth], acting: Acting) -> QuerySet[Youth]:
    """The record with its journal, its steps, its obstacles, and who opened it with a reason."""
    own_links = Accompaniment.objects.live().filter(youth=OuterRef("pk"), organisation=acting.organisation_id)
    of_youth = {"youth": OuterRef("pk")}
    written = {"uuid": F("uuid"), "at": F("at"), "withdrawn": IsNull(F("withdrawn_at"), False)}
    entries = JournalEntry.objects.filter(**of_youth).order_by("-at", "-pk")
    notes = PrivateNote.objects.filter(**of_youth, organisation=acting.organisation_id).order_by("-at", "-pk")
    steps = NextStep.objects.filter(**of_youth).order_by("-proposed_at", "-pk")
    obstacles = Obstacle.objects.filter(**of_youth).order_by("since", "pk")
    last_step = ObstacleStep.objects.filter(obstacle=OuterRef("pk")).order_by("-at", "-pk")
    obstacle_steps = ObstacleStep.objects.filter(**of_youth).order_by("-at", "-pk")
    sides = Q(recorded_for=acting.organisation_id) | Q(recipient=acting.organisation_id)
    for keeper in ("youth__held_by", "youth__registered_with"):
        sides |= Q(purpose=CO_ACCOMPANIMENT, **{keeper: acting.organisation_id})
    agreements = Agreement.objects.filter(sides, **of_youth).order_by("-given_on", "-pk")
    requests = AgreementRequest.objects.filter(
        **of_youth, requested_for=acting.organisation_id, cancelled_at__isnull=True
    ).order_by("-asked_at", "-pk")
    openings = Opening.objects.filter(**of_youth).order_by("-at", "-pk")
    rows = {
        "own_links": own_links.order_by("pk").values(
            row=JSONObject(role="role", ended_on="ended_on", reads_from="reads_from")
        ),
        "journal_rows": entries.values(
            row=JSONObject(
                **written,
                kind="kind",
                happened_on="happened_on",
                text="text",
                organisation_id="organisation_id",
                organisation_name=_who("organisation"),
            )
        )[:SHOWN],
        "note_rows": notes.values(row=JSONObject(**written, text="text", author=_full_name("author")))[
            :SHOWN
        ],
        "step_rows": steps.values(
            row=JSONObject(
                uuid="uuid",
                wording="wording",
                due_on="due_on",
                proposed_at="proposed_at",
                closing="closing",
                closed_at="closed_at",
                proposed_for_id="proposed_for_id",
                proposed_name=_who("proposed_for"),
                agreed_name=_who("agreed_for"),
                closed_name=_who("closed_for"),
            )
        )[:SHOWN],
        "obstacle_rows": obstacles.values(
            row=JSONObject(
                uuid="uuid",
                category="category",
                since="since",
                closing="closing",
                closed_on="closed_on",
                organisation_id="organisation_id",
                taken_by_id="taken_by_id",
                taken_by_name=_who("taken_by"),
                last=Subquery(last_step.values("code")[:1]),
            )
        )[:SHOWN],
        "obstacle_step_rows": obstacle_steps.values(
            row=JSONObject(
                at="at",
                on="on",
                code="code",
                category="obstacle__category",
                organisation_id="organisation_id",
                organisation_name=_who("organisation"),
            )
        )[:SHOWN],
        "restricted_rows": restricted.rows_for(acting).values(
            row=JSONObject(uuid="uuid", code="code", since="since")
        ),
        # What the youth objects to is known to who would share anew.
        "objection_rows": RightsRequest.objects.standing()
        .filter(**of_youth, organisation=acting.organisation_id, kind=RightsRequest.Kind.OPPOSITION)
        .values(row=JSONObject(since="received_on"))[:1],
        "entitled_codes": restricted.entitlements(acting).values("subject"),
        "transfer_rows": Transfer.objects.pending()
        .filter(**of_youth, sender=acting.organisation_id)
        .values(row=JSONObject(uuid="uuid", recipient="recipient__name"))[:1],
        "agreement_rows": agreements.values(
            row=JSONObject(
                purpose="purpose",
                given_on="given_on",
                expires_on="expires_on",
                withdrawn_at="withdrawn_at",
                sender=_who("recorded_for"),
                recipient=_who("recipient"),
            )
        )[:SHOWN],
        "request_rows": requests.values(
            row=JSONObject(
                uuid="uuid",
                purpose="purpose",
                kind="kind",
                answer="answer",
                locked_at="locked_at",
                expires_at="expires_at",
                recipient=_who("recipient"),
            )
        )[:5],
        "opening_rows": openings.values(row=JSONObject(who=_full_name("user"), reason="reason", at="at"))[:5],
    }
    rows |= {name: asked(acting) for name, asked in record_rows.items()}
    return found.annotate(**{name: ArraySubquery(lines) for name, lines in rows.items()})


def _find_whole(acting: Acting, *, uuid: UUID) -> QuerySet[Youth]:
    return _whole(_find(acting, uuid=uuid), acting)


def _find_accompanied(acting: Acting, *, uuid: UUID) -> QuerySet[Youth]:
    return _whole(_record(Youth.objects.accompanied_for(acting).filter(uuid=uuid), acting), acting)


def _who(organisation: str) -> JSONObject:
    """An organisation, as ``_shared`` names it once it is known who reads."""
    return JSONObject(
        id=f"{organisation}_id", name=f"{organisation}__name", hidden=f"{organisation}__is_sensitive"
    )


def _full_name(person: str) -> Concat:
    return Concat(f"{person}__first_name", Value(" "), f"{person}__last_name")


def _find_kept(acting: Acting, *, uuid: UUID) -> QuerySet[Youth]:
    return _record(Youth.objects.kept_for(acting).filter(uuid=uuid), acting)


def _find_line(acting: Acting, *, uuid: UUID) -> QuerySet[Youth]:
    found = Youth.objects.listed_for(acting).filter(uuid=uuid)
    return found.only("pk", "uuid", "first_name", "last_name", "birth_date")


def _find_followed(acting: Acting, *, uuid: UUID) -> QuerySet[Youth, UUID]:
    kept = Func(Value(uuid, output_field=UUIDField()), function="tu_kept_of", output_field=BigIntegerField())
    return Youth.objects.openable_by(acting).filter(pk=kept).values_list("uuid", flat=True)


_FOLLOWED = Prepared(_find_followed)


class _Following:
    """A question about one youth; the address of a record that was merged into another one leads to that one.

    What is not found is looked for once more, whether it exists elsewhere or not at all.
    """

    def __init__(self, build: Callable[..., QuerySet[Youth]]) -> None:
        self._find = Prepared(build)

    def __call__(self, acting: Acting, *, uuid: UUID) -> list[Youth]:
        if found := self._find(acting, uuid=uuid):
            return found
        kept = _FOLLOWED(acting, uuid=uuid)
        return self._find(acting, uuid=kept[0]) if kept else []


_FIND, _FIND_WHOLE = _Following(_find), _Following(_find_whole)
_FIND_ACCOMPANIED, _FIND_KEPT = _Following(_find_accompanied), _Following(_find_kept)
_FIND_LINE = Prepared(_find_line)


def youth_or_404(request: PortalRequest, uuid: UUID) -> Youth:
    """The record of a youth that the acting person may open; the reading is marked.

    Raises Http404 (the same for a foreign youth and an unknown one) and TooManyFiles.
    """
    return pass_through(request, _FIND, "youth", uuid)


def whole_youth_or_404(request: PortalRequest, uuid: UUID) -> Youth:
    """As :func:`youth_or_404`, with everything that the page of the record shows, in the same question."""
    return _shared(request.acting, pass_through(request, _FIND_WHOLE, "youth", uuid))


def accompanied_youth_or_404(request: PortalRequest, uuid: UUID) -> Youth:
    """As :func:`whole_youth_or_404`, for who writes in the story: those who keep the record or accompany today."""
    return _shared(request.acting, pass_through(request, _FIND_ACCOMPANIED, "youth", uuid))


# What the story is made of: its rows, their moments, and whose they are.
_STORY = [
    ("journal_rows", ("at",), ("organisation_id",)),
    ("step_rows", ("proposed_at", "closed_at"), ("proposed_for_id",)),
    ("obstacle_rows", ("since", "closed_on"), ("organisation_id", "taken_by_id")),
    ("obstacle_step_rows", ("at",), ("organisation_id",)),
]
# Where organisations are named, besides.
_NAMING = {
    "journal_rows": ("organisation_name",),
    "step_rows": ("proposed_name", "agreed_name", "closed_name"),
    "obstacle_rows": ("taken_by_name",),
    "obstacle_step_rows": ("organisation_name",),
    "agreement_rows": ("sender", "recipient"),
    "request_rows": ("recipient",),
}


def _shared(acting: Acting, youth: Youth) -> Youth:
    """Leave out of the story what the organisation does not read; ``share`` says what it may.

    A sensitive structure is named to its own people and to those who keep the record, and to nobody else.
    """
    keeps = acting.organisation_id in youth.keepers
    share = share_of(youth.own_links, keeps=keeps)  # type: ignore[attr-defined]
    youth.share = share  # type: ignore[attr-defined]
    youth.forget_contact_since(share.last_day)
    if share.last_day:
        youth.situation_rows = [row for row in youth.situation_rows if share.holds(row["since"])]  # type: ignore[attr-defined]
    me = acting.organisation_id
    for name, moments, mine in _STORY:
        rows = share.of(getattr(youth, name), *moments, mine=dict.fromkeys(mine, me))
        setattr(youth, name, rows)
    for name, columns in _NAMING.items():
        for row in getattr(youth, name):
            for column in columns:
                who = row[column]
                hidden = who["hidden"] and not keeps and who["id"] != me
                row[column] = who["name"] and outward_name(who["name"], is_sensitive=hidden)
    return youth


def kept_youth_or_404(request: PortalRequest, uuid: UUID) -> Youth:
    """As :func:`youth_or_404`, among the records that the acting organisation keeps: only it corrects them."""
    return pass_through(request, _FIND_KEPT, "youth", uuid)


def listed_youth_or_404(request: PortalRequest, uuid: UUID) -> Youth:
    """The line of a youth of one's own organisation (name, birth date): what "ouvrir avec motif" starts from."""
    return pass_through(request, _FIND_LINE, "youth_line", uuid)
