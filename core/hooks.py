"""Closed registries and in-transaction hooks.

A lower room declares here what it needs; an upper room fills it in ``AppConfig.ready()``. So a lower room
never names an upper one (DESIGN, "The house").
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from core.acting import Acting
from core.handovers import Holding
from core.list_sources import ListSource

if TYPE_CHECKING:
    from core.personal import Personal


class Registry[T]:
    """Named entries, each registered once, at start only."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._entries: dict[str, T] = {}

    def register(self, key: str, entry: T) -> None:
        """Add an entry. Raises ValueError when the key is taken."""
        if key in self._entries and self._entries[key] is not entry:
            raise ValueError(f"{self.name}: {key!r} is registered twice")
        self._entries[key] = entry

    def __getitem__(self, key: str) -> T:
        return self._entries[key]

    def get(self, key: str) -> T | None:
        return self._entries.get(key)

    def __contains__(self, key: object) -> bool:
        return key in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def items(self) -> Iterator[tuple[str, T]]:
        return iter(self._entries.items())


class Hook:
    """Functions called in order, in the caller's transaction."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._functions: list[Callable[..., object]] = []

    def connect(self, function: Callable[..., object]) -> None:
        if function not in self._functions:
            self._functions.append(function)

    def __call__(self, *args: Any, **kwargs: Any) -> None:
        for function in self._functions:
            function(*args, **kwargs)


# How a commitment is measured: code -> its name and its definition as people read them ("" for evidence).
measures: Registry[Any] = Registry("measures")
# A referral changed state: function(referral, event).
transition_applied = Hook("transition_applied")
# A youth gave an agreement: function(agreement).
agreement_given = Hook("agreement_given")
# A youth withdrew an agreement: function(agreement).
agreement_withdrawn = Hook("agreement_withdrawn")
# What rests on agreements: code -> function(their ids) -> the ids of those that something needs.
agreement_needs: Registry[Callable[[list[int]], set[int]]] = Registry("agreement_needs")
# Abnormal use was noticed: function(alert).
alert_opened = Hook("alert_opened")
# What stands on a youth's record: code -> function(acting, youth) -> {"items": …, "current": …}, and the
# "blocks" of the record that it fills, if any.
timeline_sources: Registry[Callable[..., dict[str, list[dict[str, Any]]]]] = Registry("timeline_sources")
# What a record is opened for, when the address says it (``pour``): code -> function(identifier of the record) -> the
# address to go on to.
records_opened_for: Registry[Callable[[Any], str]] = Registry("records_opened_for")
# What a room above asks in the question about a youth's record, beside its own rows: name of the attribute on the
# record -> function(acting) -> rows of the youth (``OuterRef("pk")``), as ``values(row=JSONObject(…))``.
record_rows: Registry[Callable[..., Any]] = Registry("record_rows")
# What else is read of a youth: code -> function(acting, youth) -> the identifiers under which the trail knows it.
trail_subjects: Registry[Callable[..., list[Any]]] = Registry("trail_subjects")
# What a room above says of each youth of a list: parameter of the address -> its filter and its words.
list_sources: Registry[ListSource] = Registry("list_sources")
# What a task of "À faire" says: subject kind -> function(acting, tasks) -> cards, by task id.
todo_sources: Registry[Callable[..., dict[int, Any]]] = Registry("todo_sources")
# Where else a meeting of a committee leads: code -> function(acting, meeting id) -> (words, address) pairs.
meeting_links: Registry[Callable[..., list[tuple[str, str]]]] = Registry("meeting_links")
# Where else a session leads those who take part in it: code -> function(acting, its uuid) -> (words, address) pairs.
session_links: Registry[Callable[..., list[tuple[str, str]]]] = Registry("session_links")
# Whose data a model holds: label -> core.personal.Personal. A test fails when a model leads to a youth without it.
person_data: Registry["Personal"] = Registry("person_data")
# A youth is about to be erased: function(youth id), before anything goes (facts are folded into counts).
youth_erased = Hook("youth_erased")
# An organisation's own part of a record is about to be erased: function(youth id, organisation id).
part_erased = Hook("part_erased")
# Why nothing may be erased yet: code -> function(youth id, organisation id) -> French words, "" for no reason.
hindrances: Registry[Callable[[int, int], str]] = Registry("hindrances")
# What a person holds for an organisation and passes on when they leave, in the order of the page: kind -> holding.
handovers: Registry[Holding] = Registry("handovers")
# What else needs an organisation beside a youth: code -> function(acting or None for the worker, youth ids) -> the
# (youth id, organisation id) pairs whose link cannot end yet.
links_needed: Registry[Callable[..., set[tuple[int, int]]]] = Registry("links_needed")
# An organisation declared days on which it is closed: function(organisation id, last day).
closure_declared = Hook("closure_declared")
# The durations that a convention may agree: name -> its French words, its unit included.
agreed_delays: Registry[str] = Registry("agreed_delays")
# What the worker does with an outbox row: kind -> function(payload).
outbox_handlers: Registry[Callable[[dict[str, Any]], None]] = Registry("outbox_handlers")
# What an outbox row is, for administrators: kind -> French words.
outbox_words: Registry[str] = Registry("outbox_words")
# Mails to an address come back: function(address), in a system scope.
mail_bounced = Hook("mail_bounced")


class Provider[**P, T]:
    """One function, given by the room that knows the answer; ``default`` answers until then."""

    def __init__(self, default: Callable[P, T]) -> None:
        self._function = default

    def provide(self, function: Callable[P, T]) -> None:
        self._function = function

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T:
        return self._function(*args, **kwargs)


def _nobody(user: Any, membership: int | None) -> Acting | None:
    return None


def _no_paper(held: dict[str, Any]) -> bytes:
    raise LookupError("no room renders what is held about a person")


# What an organisation holds about a person (youths.rights.gathering) -> a document that people read.
render_person_file = Provider(_no_paper)
# (user, membership id) -> the acting person, having set the scope of the current transaction in the same round trip;
# None when no membership is live.
acting_resolver = Provider(_nobody)
# user id -> the SIRET of the organisations that they belong to today.
sirets_of: Provider[[int], set[str]] = Provider(lambda user_id: set())
# user ids -> for each, the organisations where they are today and their role there: who is told, and how often.
roles_of: Provider[[list[int]], dict[int, dict[int, str]]] = Provider(lambda users: {})
# (user id, their role in each of their organisations) -> what awaits them, as words and counts; in a system scope.
todo_counts: Provider[[int, dict[int, str]], list[tuple[str, int]]] = Provider(lambda user, roles: [])
# (durations by name, themes of the convention) -> why they cannot hold, in French; "" when they can.
check_delays: Provider[..., str] = Provider(lambda *args: "")
# (convention, its commitments, first day, last day) -> how each stands, by primary key: two queries at most.
measure_commitments: Provider[..., dict[int, Any]] = Provider(lambda *args: {})
# The persons that the demo's sign-in page offers; nobody everywhere else.
demo_people: Provider[[], list[Any]] = Provider(list)
