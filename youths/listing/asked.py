"""What a list of youths was asked for: a view, filters and an order, all in its address, in codes and never a name."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from core import clock
from core.acting import Acting
from core.hooks import list_sources
from partners.models import Network
from youths import obstacle_codes

MINE, HOUSE = "miens", "structure"
VIEWS = {MINE: "Mes jeunes", HOUSE: "Ma structure"}
NAME, NEWS, BIRTH = "nom", "nouvelles", "naissance"
SORTS = {
    NAME: "Nom",
    NEWS: "Dernières nouvelles, les plus anciennes d’abord",
    BIRTH: "Les plus jeunes d’abord",
}
# The same, said of a list that leaves its page.
ORDERS = SORTS | {NAME: "Par nom"}
REFERENT, OBSTACLE, SILENCE, MINORS = "referent", "frein", "silence", "mineurs"
EXPIRING = "accord"
NOBODY = "aucun"
SILENCES = ("30", "60", "90", "180")
# Days before an agreement ends.
NEAR = ("15", "30", "60")
# What the lines of those whom one does not accompany already say: nothing else may choose among them.
_PLAIN = (REFERENT, MINORS)
LONGEST = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """A list as it was asked for; everything in it is known to mean something."""

    view: str
    default_view: str
    filters: tuple[tuple[str, str], ...] = ()
    sort: str = NAME

    def without(self, name: str) -> "Asked":
        return replace(self, filters=tuple(pair for pair in self.filters if pair[0] != name))

    def led_by(self, value: str) -> "Asked":
        """The same list for one referent, or for nobody's youths."""
        return replace(self, filters=((REFERENT, value), *self.without(REFERENT).filters))

    @property
    def names(self) -> tuple[str, ...]:
        """The filters by name, in a fixed order; nobody in particular as a referent is a filter of its own."""
        return tuple(f"{name}:{value}" if value == NOBODY else name for name, value in self.filters)

    @property
    def query(self) -> str:
        """The shortest address of this list: what goes without saying is left out."""
        pairs = [("vue", self.view)] if self.view != self.default_view else []
        pairs += [("tri", self.sort)] if self.sort != NAME else []
        return urlencode([*pairs, *self.filters])

    @property
    def values(self) -> dict[str, Any]:
        """What the filters compare with, as the questions take it (``youths.listing.rows``)."""
        found: dict[str, Any] = {}
        for name, value in self.filters:
            if name == REFERENT and value != NOBODY:
                found[name] = UUID(value)
            elif name == SILENCE:
                found[name] = clock.today() - timedelta(days=int(value))
            elif name == EXPIRING:
                found[name] = clock.today() + timedelta(days=int(value))
            elif name == MINORS:
                found[name] = _of_age_since(clock.today())
            elif value != NOBODY:
                found[name] = value
        return found


def _of_age_since(today: date) -> date:
    """The last birth date of those who are of age: the age of those born on 29 February is that of ``core.ages``."""
    day = 28 if (today.month, today.day) == (2, 29) else today.day
    return today.replace(year=today.year - 18, day=day)


def default_view(acting: Acting) -> str:
    """A manager answers for everybody; the others begin with those whom they accompany."""
    return HOUSE if acting.is_manager else MINE


def views(acting: Acting) -> list[str]:
    """The views that a person has: a partner's professionals see those whom they accompany, and no other."""
    return [MINE, HOUSE] if acting.is_manager or acting.network == Network.ML else [MINE]


def is_plain(acting: Acting, view: str) -> bool:
    """Whether the view names youths whom the person does not accompany: by name, birth date and lead referent only."""
    return view == HOUSE and not acting.is_manager


def filter_names(acting: Acting, view: str) -> tuple[str, ...]:
    """The filters of a view, in the order of the page."""
    everything = (REFERENT, *list_sources, OBSTACLE, SILENCE, EXPIRING, MINORS)
    return _PLAIN if is_plain(acting, view) else everything


def sorts(acting: Acting, view: str) -> list[str]:
    return [NAME, BIRTH] if is_plain(acting, view) else [*SORTS]


def read(acting: Acting, given: Mapping[str, str]) -> Asked:
    """The list that an address asks for; what means nothing there filters nothing."""
    default = default_view(acting)
    view = given.get("vue", default)
    view = view if view in views(acting) else default
    sort = given.get("tri", NAME)
    found = [(name, given.get(name, "")) for name in filter_names(acting, view)]
    return Asked(
        view,
        default,
        tuple((name, value) for name, value in found if _means_something(name, value)),
        sort if sort in sorts(acting, view) else NAME,
    )


def read_query(acting: Acting, query: str) -> Asked:
    """As :func:`read`, from the text of an address kept somewhere (another address, a saved filter)."""
    try:
        pairs: Iterable[tuple[str, str]] = parse_qsl(query[:LONGEST], max_num_fields=20)
    except ValueError:
        pairs = []
    return read(acting, dict(pairs))


def _means_something(name: str, value: str) -> bool:
    if name in list_sources:
        return value in dict(list_sources[name].choices())
    if name == REFERENT:
        found = uuid_of(value)
        return value == NOBODY or (found is not None and str(found) == value)
    codes = {OBSTACLE: tuple(obstacle_codes.BY_CODE), SILENCE: SILENCES, EXPIRING: NEAR, MINORS: ("1",)}
    return value in codes[name]


def uuid_of(text: str) -> UUID | None:
    """The identifier that an address or a form names; None when it names none."""
    try:
        return UUID(text)
    except ValueError:
        return None
