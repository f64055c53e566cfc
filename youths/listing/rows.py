"""The youths of a list: which ones, in what order, what their lines say (ADR 0022)."""

from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import (
    Case,
    Count,
    DateField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from core.acting import Acting
from core.hooks import list_sources
from core.prepared import Prepared
from core.templatetags.portal_ui import fr_number
from partners.models import Membership, Network
from youths import obstacle_codes
from youths.accompanying.reading import lead_name
from youths.listing.asked import (
    BIRTH,
    EXPIRING,
    HOUSE,
    MINE,
    MINORS,
    NAME,
    NEWS,
    NOBODY,
    OBSTACLE,
    REFERENT,
    SILENCE,
    Asked,
    is_plain,
)
from youths.models import Accompaniment, Agreement, Obstacle, Reach, Youth, followed_of_house, opened_by

PAGE = 50
# The field of each order, and whether it goes backwards.
_ORDER = {NAME: ("search_name", False), NEWS: ("news", False), BIRTH: ("birth_date", True)}
# More than that are not counted, and their list is read along an index of its order: a full page is soon found. Of a
# shorter one the index would be read for too long (ADR 0033, 0044).
LONG = 5000
# After every day: of whom nothing is told, those one does not accompany.
NEVER = date(9999, 12, 31)


class Line(NamedTuple):
    """What a list shows of a youth. Of those whom one does not accompany: names, birth date and lead, no more."""

    pk: int
    uuid: UUID
    first_name: str
    last_name: str
    birth_date: date
    lead_name: str | None
    may_open: bool
    # What the story says, for those who read it: None for the others.
    news: date | None = None
    obstacles: int | None = None
    # The codes of each source, in the order of their registry.
    sources: tuple[list[str], ...] = ()


_OWN = len(Line._fields) - 1


# The sides of a youth in a list, as addresses name them.
BEFORE, AFTER = "avant", "apres"
# How the youths of a view are found, the same ones: as a set; along the names of all those that the organisation
# reaches; along an index of everybody, record by record.
SET, BY_NAME, ONE_BY_ONE = "set", "by name", "one by one"


def everybody(acting: Acting, view: str, how: str = SET) -> QuerySet[Youth]:
    """The youths of a view, before its filters."""
    youths = Youth.objects
    if view == HOUSE and how != ONE_BY_ONE:
        return youths.reached_by(acting, kept=is_plain(acting, view))
    if view == HOUSE:
        return youths.listed_for(acting) if is_plain(acting, view) else youths.openable_by(acting)
    if how == BY_NAME:
        return youths.reached_by(acting).followable_by(acting)
    if how == ONE_BY_ONE:
        return youths.followable_by(acting)
    return youths.followed_in_house(acting)


def _reads_story(acting: Acting) -> Q:
    """Whether the organisation keeps the record, or accompanies the youth today: being solicited tells nothing."""
    own = Accompaniment.objects.accompanying().active().filter(organisation=acting.organisation_id)
    kept = Q(held_by=acting.organisation_id) | Q(registered_with=acting.organisation_id)
    return kept | Q(Exists(own.filter(youth=OuterRef("pk"))))


def _open_obstacles() -> QuerySet[Obstacle]:
    """Those that lists may tell of: never health nor justice, whoever reads."""
    return Obstacle.objects.filter(closing="", category__in=list(obstacle_codes.BY_CODE))


def narrowed(
    acting: Acting, view: str, names: tuple[str, ...], values: dict[str, Any], how: str = SET
) -> QuerySet[Youth]:
    """The youths of a view that pass its filters."""
    youths = everybody(acting, view, how)
    links = Accompaniment.objects.active().filter(organisation=acting.organisation_id)
    if is_plain(acting, view):
        # A line that says no more than the lead is not found by anybody else.
        links = links.filter(role=Accompaniment.Role.LEAD)
    if f"{REFERENT}:{NOBODY}" in names:
        youths = youths.exclude(pk__in=links.filter(professional__isnull=False).values("youth"))
    if REFERENT in names:
        of = Membership.objects.filter(uuid=values[REFERENT], organisation=acting.organisation_id)
        youths = youths.filter(pk__in=links.filter(professional__in=of.values("user")).values("youth"))
    if MINORS in names:
        youths = youths.filter(birth_date__gt=values[MINORS])
    for name, source in list_sources.items():
        if name in names:
            youths = youths.filter(pk__in=source.holding(acting, values[name]))
    if EXPIRING in names:
        # Those that one's organisation gave or was given: what the youth agreed to for others is not its business.
        own = Q(recorded_for=acting.organisation_id) | Q(recipient=acting.organisation_id)
        ending = Agreement.objects.live().filter(own, expires_on__lte=values[EXPIRING])
        youths = youths.filter(pk__in=ending.values("youth"))
    if OBSTACLE in names:
        found = _open_obstacles().filter(category=values[OBSTACLE])
        youths = youths.filter(_reads_story(acting), pk__in=found.values("youth"))
    if SILENCE in names:
        youths = youths.filter(_reads_story(acting), last_contact_on__lte=values[SILENCE])
    return youths


def _ordered(
    youths: QuerySet[Youth],
    acting: Acting,
    sort: str,
    *,
    backwards: bool = False,
    read: bool = False,
    how: str = "",
) -> QuerySet[Youth]:
    """In an order; ``read``: the story of each of them is read, hence the day of their news is that of the index."""
    field, descending = _order(sort, how)
    never = Value(NEVER, DateField())
    if sort == NEWS and read:
        # A set is sorted: as the expression that no index has, it is not looked for along that of everybody.
        day = F("last_contact_on") if how == ONE_BY_ONE else Coalesce(F("last_contact_on"), never)
        youths = youths.annotate(news=day)
    elif sort == NEWS:
        known = Case(When(_reads_story(acting), then=F("last_contact_on")), default=never)
        youths = youths.annotate(news=known)
    sign = "-" if descending != backwards else ""
    return youths.order_by(f"{sign}{field}", f"{sign}pk")


def _order(sort: str, how: str) -> tuple[str, bool]:
    """The field of an order, and whether it goes backwards; a name stands beside what is reached by name."""
    field, descending = _ORDER[sort]
    return ("reach_name" if (sort, how) == (NAME, BY_NAME) else field), descending


def _beyond(
    youths: QuerySet[Youth],
    anchor: QuerySet[Youth],
    sort: str,
    *,
    backwards: bool,
    how: str,
    stood_at: date | None,
) -> QuerySet[Youth]:
    """Those that come after the anchor in an order, before it when ``backwards`` (both columns go the same way).

    ``stood_at``: the day of the anchor's news when its list was read, if it is not that of now.
    """
    field, descending = _order(sort, how)
    way = "lt" if descending != backwards else "gt"
    key = Value(stood_at, DateField()) if stood_at else Subquery(anchor.values(_ORDER[sort][0])[:1])
    pk = Subquery(anchor.values("pk")[:1])
    beyond = Q(**{f"{field}__{way}": key}) | Q(**{field: key, f"pk__{way}": pk})
    # Said once more as the index understands it: where to begin.
    return youths.filter(beyond, **{f"{field}__{way}e": key})


def _part(
    acting: Acting,
    view: str,
    sort: str,
    way: str,
    names: tuple[str, ...],
    how: str = SET,
    *,
    anchor: UUID,
    stood_at: date | None = None,
    **values: Any,
) -> QuerySet[Youth]:
    """The youths of a list on one side of one of them (``way``: after, before), nearest first; or all ("first").

    Otherwise than as a set, they are read in the order of an index until the page is full, instead of sorted all.
    """
    backwards, read = way == BEFORE, SILENCE in names
    found = narrowed(acting, view, names, values, how)
    found = _ordered(found, acting, sort, backwards=backwards, read=read, how=how)
    if way == "first":
        return found
    # A youth that left the list (its filter no longer holds) still says where one was.
    where = everybody(acting, view, ONE_BY_ONE).filter(uuid=anchor)
    where = _ordered(where, acting, sort, read=read)
    return _beyond(found, where, sort, backwards=backwards, how=how, stood_at=stood_at)


def _lines(
    youths: QuerySet[Youth], acting: Acting, view: str, sort: str, most: int = PAGE + 1
) -> QuerySet[Youth, tuple[Any, ...]]:
    """The lines of a page. What they say is looked up for them alone, not for all those that are sorted."""
    page = _ordered(Youth.objects.filter(pk__in=youths.values("pk")[:most]), acting, sort)
    columns = (
        "pk",
        "uuid",
        "first_name",
        "last_name",
        "birth_date",
        lead_name(acting),
        may_open(acting, view),
    )
    if is_plain(acting, view):
        return page.values_list(*columns)
    counted = _open_obstacles().filter(youth=OuterRef("pk")).order_by().values("youth")
    obstacles = Coalesce(Subquery(counted.annotate(number=Count("pk")).values("number")), 0)
    reads = _reads_story(acting)
    return page.values_list(
        *columns,
        Case(When(reads, then=F("last_contact_on"))),
        Case(When(reads, then=obstacles)),
        *(source.shown(acting) for _, source in list_sources.items()),
    )


def may_open(acting: Acting, view: str) -> Any:
    """Whether the person may open the record: asked youth by youth only where some may not be."""
    if not is_plain(acting, view):
        return Value(True)
    return Exists(Youth.objects.openable_by(acting).filter(pk=OuterRef("pk")))


def _page(
    acting: Acting,
    view: str,
    sort: str,
    way: str,
    names: tuple[str, ...],
    how: str,
    *,
    anchor: UUID,
    **values: Any,
) -> QuerySet[Youth, tuple[Any, ...]]:
    part = _part(acting, view, sort, way, names, how, anchor=anchor, **values)
    return _lines(part, acting, view, sort)


def _ids(acting: Acting, view: str, names: tuple[str, ...], **values: Any) -> QuerySet[Any, Any]:
    if not names and view == MINE:
        # A record that one's organisation has a live link with is one that the database shows: nothing of it needs
        # reading. An opening alone is no such link.
        opened = Youth.objects.filter(pk__in=opened_by(acting).values("youth"))
        return followed_of_house(acting).union(opened.values("pk"))
    if not names:
        return Reach.objects.of(acting, kept=is_plain(acting, view)).values("youth")
    return narrowed(acting, view, names, values).values("pk")


def _some(acting: Acting, *, youths: list[int]) -> QuerySet[Youth, tuple[Any, ...]]:
    view = HOUSE if acting.network == Network.ML else MINE
    found = Youth.objects.filter(pk__any_of=youths).order_by("search_name", "pk")
    return found.values_list(
        "pk", "uuid", "first_name", "last_name", "birth_date", lead_name(acting), may_open(acting, view)
    )


PAGE_OF, IDS, SOME = Prepared(_page), Prepared(_ids), Prepared(_some)
_NOWHERE = UUID(int=0)


def _next(
    acting: Acting, view: str, sort: str, way: str, names: tuple[str, ...], *, anchor: UUID, **values: Any
) -> QuerySet[Youth, tuple[Any, ...]]:
    found = _part(acting, view, sort, way, names, _how(view, sort, names), anchor=anchor, **values)
    if is_plain(acting, view):
        found = found.filter(may_open(acting, view))
    return found.values_list("uuid", *(["news"] if sort == NEWS else []))[:1]


NEXT = Prepared(_next)


def next_to(
    acting: Acting, asked: Asked, way: str, youth: UUID, stood_at: date | None
) -> tuple[UUID, date | None] | None:
    """The record before or after (``way``) one in a list, among those that the person may open; None at its end.

    ``stood_at``: the day of the news of the one, as the list by news told it: acting on a record moves it in that
    list, not the person who goes through it. With the next record comes the day of its own.
    """
    ask = NEXT.plain if len(asked.names) > 1 else NEXT
    values = dict(asked.values)
    if asked.sort == NEWS and stood_at:
        values["stood_at"] = stood_at
    for uuid, *news in ask(acting, asked.view, asked.sort, way, asked.names, anchor=youth, **values):
        return uuid, news[0] if news else None
    return None


def count(acting: Acting, asked: Asked, most: int | None = None) -> int:
    """How many youths a list has; those beyond ``most`` are not counted: one more says that there are some."""
    if len(asked.names) > 1:
        found = IDS.plain(acting, asked.view, asked.names, **asked.values)
        return (found if most is None else found[: most + 1]).count()
    return IDS.count(acting, asked.view, asked.names, most=most, **asked.values)


def count_shown(acting: Acting, asked: Asked) -> int:
    """How many are said on the screen: all those of a view, and with filters as far as it is of use."""
    return count(acting, asked, LONG if asked.names else None)


def count_words(count: int, asked: Asked) -> str:
    """What the screen says of :func:`count_shown`."""
    if asked.names and count > LONG:
        return f"Plus de {fr_number(LONG)} jeunes"
    return f"{fr_number(count)} jeune{'s' if count > 1 else ''}"


def page(acting: Acting, asked: Asked, count: int, way: str = "first", anchor: UUID = _NOWHERE) -> list[Line]:
    """At most a page of lines and one more, from the youth named in the address on, nearest first.

    ``count``: how many youths the list has, which says how it is read.
    """
    kinds = (asked.view, asked.sort, way, asked.names, _how(asked.view, asked.sort, asked.names, count))
    values = {"anchor": anchor, **asked.values}
    # Questions are kept once written: combinations of filters are too many for that, and ask for fewer lines.
    ask = PAGE_OF.plain if len(asked.names) > 1 else PAGE_OF
    return [_line(row) for row in ask(acting, *kinds, **values)]


def _how(view: str, sort: str, names: tuple[str, ...], count: int = 0) -> str:
    """How a list is read: along an index that has its order, when there is one and a page is soon full there."""
    if sort == NAME:
        return BY_NAME if view == HOUSE or count > LONG else SET
    # The story of everybody in it is read, hence the news of the index are those of the list.
    return ONE_BY_ONE if sort == NEWS and SILENCE in names and count > LONG else SET


def found(acting: Acting, youths: list[int]) -> list[Line]:
    """The lines of youths found by name: in a Mission Locale, a professional may not open all those they find."""
    return [Line(*row) for row in SOME(acting, youths=youths)]


def _line(row: tuple[Any, ...]) -> Line:
    """A row of the page, which ends with what each source says; of a plain view it has no story."""
    return Line._make([*(*row, None, None)[:_OWN], row[_OWN:]])


def all_of(acting: Acting, asked: Asked, most: int) -> list[Line]:
    """The lines of a whole list, ``most`` at most: for what is done with all of them at once."""
    found = _whole(acting, asked)
    return [_line(row) for row in _lines(found, acting, asked.view, asked.sort, most)]


def _whole(acting: Acting, asked: Asked) -> QuerySet[Youth]:
    """All the youths of a list, in its order."""
    how = _how(asked.view, asked.sort, asked.names)
    return _part(acting, asked.view, asked.sort, "first", asked.names, how, anchor=_NOWHERE, **asked.values)


def keys_of(acting: Acting, asked: Asked, most: int) -> list[int]:
    """The identifiers of a whole list in its order, ``most`` at most."""
    found = _whole(acting, asked)
    return list(found.values_list("pk", flat=True)[:most])


def some_of(acting: Acting, asked: Asked, keys: list[int]) -> list[Line]:
    """The lines of some of a list in its order, but for those that are in it no more."""
    found = _whole(acting, asked)
    there = found.filter(pk__any_of=keys)
    return [_line(row) for row in _lines(there, acting, asked.view, asked.sort, len(keys))]
