"""Deadlines of conventions: what is due, whose it is, and the tasks that say so (DOMAIN §6.2).

The worker's clock reads every convention in bounded batches and makes the tasks agree with the facts: each alert
(a code and a term) opens one task, in one organisation; a fact closes it (a signed successor, another term, a
denunciation…), or an answer does. All is computed from dates: a missed night loses nothing, and a second run finds
nothing to do. Who owns an alert: ADR 0017.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db import connection
from django.db.models import QuerySet
from django.urls import reverse

from core import clock, todo
from core.acting import MANAGER, NATIONAL, REGIONAL, Acting
from core.models import Task
from core.scope import system_scope
from core.working_days import long_date
from notifications.notices import notify
from partners.conventions.alerts import alerts_due
from partners.conventions.facts import ConventionFacts, add_days, add_months, denounced_on, spans_of
from partners.conventions.reading import facts_of, parties_of, with_facts
from partners.conventions.state import (
    RUNNING,
    ending_on,
    expected_last_day,
    last_day_to_denounce,
    state_on,
)
from partners.models import (
    AlertAnswer,
    Convention,
    Level,
    Membership,
    Network,
    Organisation,
)

SUBJECT = "convention_alert"
_PREFIX = "convention_"
BATCH = 500
# After an end or a renewal, its owner has this long to say what is done.
PATIENCE = timedelta(days=30)
# An end or a renewal is news for a year: what happened long before a text was registered asks nobody anything.
NEWS = timedelta(days=365)
PARENT_MONTHS = 6
PARENT_ENDING, PARENT_ENDED = "parent_ending", "parent_ended"
_ANSWERING = (MANAGER, REGIONAL, NATIONAL)
_LOCK = 0x0A1E  # one run at a time


@dataclass(frozen=True, slots=True)
class Due:
    """An alert to answer: ``on`` is the day from which it is awaited, ``due_on`` the day by which."""

    code: str
    term: date
    on: date
    due_on: date
    message: str

    @property
    def kind(self) -> str:
        """The kind of its task."""
        return f"{_PREFIX}{self.code}"

    @property
    def family(self) -> str:
        """A later alert of the same family takes the place of an earlier one: one month before, six months before."""
        return self.code.partition("_")[0]


def dues_of(convention: Convention, parent: Convention | None, day: date) -> list[Due]:
    """What is due about a convention on a day, the oldest first; its parent and itself were read ``with_facts``."""
    facts = facts_of(convention)
    found = []
    if not _settled(facts):
        for alert in alerts_due(facts, day):
            due_on = _due_on(alert.code, alert.on, alert.term, facts, day)
            if alert.on > day - NEWS or not alert.code.startswith(("ended", "renewed")):
                found.append(Due(alert.code, alert.term, alert.on, due_on, alert.message))
    if parent is not None and state_on(facts, day) in RUNNING:
        found += _of_parent(convention, parent, day)
    return sorted(found, key=lambda due: (due.on, due.code))


def _settled(facts: ConventionFacts) -> bool:
    """A signed successor, or a decision that ends it: somebody has already chosen what follows."""
    chosen = (facts.replaced_on, facts.terminated_on, facts.lapsed_on, denounced_on(facts))
    return any(day is not None for day in chosen)


def _due_on(code: str, on: date, term: date, facts: ConventionFacts, day: date) -> date:
    if code.startswith("denounce"):
        return last_day_to_denounce(facts, day) or term
    return term if on < term and not code.startswith("renewed") else on + PATIENCE


def _of_parent(convention: Convention, parent: Convention, day: date) -> list[Due]:
    """A parent that ends, or will, warns its declination, which has its own parties and goes on (DOMAIN §9.18)."""
    facts = facts_of(parent)
    ending = ending_on(facts, day)
    if ending is not None and state_on(facts, day).ended:
        last = add_days(ending[1], -1)
    elif state_on(facts, day) in RUNNING and not facts.tacit_renewal:
        last = expected_last_day(facts, day) or date.max
    else:
        return []
    began = convention.starts_on or convention.signed_on
    if last == date.max or (began is not None and last < began):
        return []
    title = f"« {parent.title} »"
    found = []
    warned = add_months(last, -PARENT_MONTHS)
    if warned <= day < last + NEWS:
        message = f"La convention qu’elle décline, {title}, prend fin le {long_date(last)}."
        found.append(Due(PARENT_ENDING, last, warned, last, message))
    if day - NEWS < last < day:
        after = add_days(last, 1)
        message = f"La convention qu’elle décline, {title}, a pris fin le {long_date(last)}."
        found.append(Due(PARENT_ENDED, last, after, after + PATIENCE, message))
    return found


# --- Whose it is ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Owner:
    """The organisation that answers an alert; the person of it, or anybody who answers for it (None)."""

    organisation_id: int
    user_id: int | None = None


@dataclass(slots=True)
class Owners:
    """Who may own alerts today: the organisations somebody answers for, national heads first."""

    answering: dict[int, list[int]]
    heads: dict[str, int]

    @classmethod
    def today(cls) -> "Owners":
        """Read them. Two queries."""
        answering: dict[int, list[int]] = {}
        members = Membership.objects.live().filter(role__in=_ANSWERING, user__is_active=True)
        for organisation, user in members.order_by("pk").values_list("organisation_id", "user_id"):
            answering.setdefault(organisation, []).append(user)
        heads: dict[str, int] = {}
        national = Organisation.objects.existing_on(clock.today()).filter(level=Level.NATIONAL)
        for pk, network in national.order_by("pk").values_list("pk", "network"):
            if pk in answering:
                heads.setdefault(network, pk)
        return cls(answering, heads)

    def of(self, convention: Convention, stewards: set[tuple[int, int]], day: date) -> Owner | None:
        """The owner of a convention's alerts; None while nobody answers for any national head: it waits.

        Its steward while a member of the lead organisation; those who answer for the lead; the first party that
        somebody answers for; the national head of a network of the parties; any national head.
        """
        lead, steward = convention.lead_id, convention.steward_id
        if lead and steward and (steward, lead) in stewards:
            return Owner(lead, steward)
        spans = {span.key for span in spans_of(facts_of(convention)) if span.covers(day)}
        parties = [party for party in parties_of(convention) if party.key in spans]
        candidates = [lead, *(party.organisation for party in parties)]
        candidates += [self.heads.get(party.network) for party in parties]
        candidates += [self.heads.get(Network.ML), *self.heads.values()]
        return next((Owner(found) for found in candidates if found in self.answering), None)  # type: ignore[arg-type]


def _live_stewards(conventions: Iterable[Convention]) -> set[tuple[int, int]]:
    """(user, organisation) of the stewards who belong to an organisation today."""
    users = {convention.steward_id for convention in conventions} - {None}
    if not users:
        return set()
    members = Membership.objects.live().filter(user__in=users, user__is_active=True)
    return set(members.order_by().values_list("user_id", "organisation_id"))


# --- The clock ------------------------------------------------------------------------------


@dataclass(slots=True)
class Run:
    """How many tasks were opened and closed."""

    opened: int = 0
    closed: int = 0


@dataclass(slots=True)
class _Changes:
    """What a batch writes."""

    new: list[Task] = field(default_factory=list)
    again: list[int] = field(default_factory=list)
    moved: list[Task] = field(default_factory=list)
    over: list[int] = field(default_factory=list)


def run() -> Run:
    """Make the tasks of every convention agree with the facts of today."""
    done, last = Run(), 0
    while True:
        with system_scope("deadlines of conventions"):
            if not _alone():
                return done
            batch = list(with_facts(Convention.objects.filter(pk__gt=last)).order_by("pk")[:BATCH])
            if not batch:
                return done
            _settle(batch, done)
        last = batch[-1].pk


def _alone() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        return bool(cursor.fetchone()[0])


def _settle(batch: list[Convention], done: Run) -> None:
    """One batch: a fixed number of queries, whatever it holds."""
    day = clock.today()
    pks = [convention.pk for convention in batch]
    parents = with_facts(Convention.objects.all()).in_bulk(
        {convention.parent_id for convention in batch} - {None}
    )
    owners, stewards = Owners.today(), _live_stewards(batch)
    answered = set(
        AlertAnswer.objects.filter(convention__in=pks).order_by().values_list("convention_id", "code", "term")
    )
    standing: dict[tuple[int, str, date], list[Task]] = {}
    for task in Task.objects.filter(subject_kind=SUBJECT, subject_id__in=pks).order_by("pk"):
        standing.setdefault((task.subject_id, task.kind, task.due_on), []).append(task)
    changes = _Changes()
    for convention in batch:
        dues = dues_of(convention, parents.get(convention.parent_id or 0), day)
        owner = owners.of(convention, stewards, day) if dues else None
        latest = {due.family: due for due in dues}
        for due in dues:
            known = standing.pop((convention.pk, due.kind, due.due_on), [])
            waits = due is latest[due.family] and (convention.pk, due.code, due.term) not in answered
            if owner is not None:
                _agree(changes, convention, due, owner, known, waits=waits)
    changes.over += [task.pk for known in standing.values() for task in known if task.done_at is None]
    _write(changes, owners, done)


def _agree(
    changes: _Changes, convention: Convention, due: Due, owner: Owner, known: list[Task], *, waits: bool
) -> None:
    """One alert: its task stands, open, with its owner; closed when a later one or an answer took its place."""
    mine = next((task for task in known if task.organisation_id == owner.organisation_id), None)
    changes.over += [task.pk for task in known if task.done_at is None and not (waits and task is mine)]
    if mine is None:
        # An alert overtaken before it could be told leaves its trace, closed.
        if waits or not known:
            closed = None if waits else clock.now()
            changes.new.append(
                Task(
                    kind=due.kind,
                    subject_kind=SUBJECT,
                    subject_id=convention.pk,
                    organisation_id=owner.organisation_id,
                    user_id=owner.user_id,
                    due_on=due.due_on,
                    awaited_on=due.on,
                    opened_at=clock.now(),
                    done_at=closed,
                )
            )
        return
    if waits and mine.done_at is not None:
        changes.again.append(mine.pk)
    if waits and mine.user_id != owner.user_id:
        mine.user_id = owner.user_id
        changes.moved.append(mine)


def _write(changes: _Changes, owners: Owners, done: Run) -> None:
    if changes.over:
        done.closed += Task.objects.filter(pk__in=changes.over).update(done_at=clock.now())
    if changes.again:
        Task.objects.filter(pk__in=changes.again).update(done_at=None)
    if changes.moved:
        Task.objects.bulk_update(changes.moved, ["user_id"])
    opened = [task for task in Task.objects.bulk_create(changes.new) if task.done_at is None]
    done.opened += len(opened) + len(changes.again)
    _tell(opened, owners)


def _tell(opened: list[Task], owners: Owners) -> None:
    """One line for each person, however many deadlines a batch brings them."""
    told: dict[tuple[int, int], list[Task]] = {}
    for task in opened:
        people = [task.user_id] if task.user_id else owners.answering.get(task.organisation_id, [])
        for user in people:
            told.setdefault((task.organisation_id, user), []).append(task)
    for (organisation, user), tasks in told.items():
        count = len(tasks)
        text = (
            "Une échéance de convention vous attend."
            if count == 1
            else f"{count} échéances de conventions vous attendent."
        )
        notify(
            [user],
            organisation_id=organisation,
            kind="conventions.deadline",
            text=text,
            path=reverse("home"),
            effect_key=f"deadlines:{tasks[0].pk}",
        )


# --- Answering ------------------------------------------------------------------------------


def tasks_for(acting: Acting) -> QuerySet[Task]:
    """The deadlines that an acting person sees, those that are over too."""
    return Task.objects.visible_to(acting).filter(subject_kind=SUBJECT)


def due_of(task: Task, convention: Convention, parent: Convention | None) -> Due | None:
    """The alert of a task; None when it is no longer due (the next run closes the task)."""
    dues = dues_of(convention, parent, clock.today())
    return next((due for due in dues if (due.kind, due.due_on) == (task.kind, task.due_on)), None)


def answer(acting: Acting, task: Task, due: Due | None, comment: str) -> None:
    """Keep what was decided and close the task, locked by the caller.

    When the facts changed meanwhile (no ``due``), what was written is kept all the same, under the day of the task.
    """
    AlertAnswer.objects.get_or_create(
        convention_id=task.subject_id,
        code=due.code if due else task.kind.removeprefix(_PREFIX),
        term=due.term if due else task.due_on,
        defaults={"comment": comment, "answered_by_id": acting.user_id},
    )
    task.done_at = clock.now()
    task.save(update_fields=["done_at"])


_EXPECTED: dict[str, str] = {
    "before": "Décidez de la suite : renouveler, prolonger, ou laisser finir",
    "denounce": "Décidez s’il faut la dénoncer : ensuite, elle est reconduite",
    "ended": "Dites ce qui est fait après son échéance",
    "renewed": "Prenez acte de sa reconduction tacite",
    "parent": "Voyez ce que change la fin de la convention qu’elle décline",
}


def expected(kind: str) -> str:
    """What is expected about a kind of task, in French."""
    family = kind.removeprefix(_PREFIX).partition("_")[0]
    return _EXPECTED.get(family, "Voyez ce qui est dû")


def cards(acting: Acting, tasks: Iterable[Task]) -> dict[int, todo.Card]:
    """The cards of "À faire" (registry ``todo_sources``). No query without a task."""

    def titles(ids: list[int]) -> dict[int, str]:
        return dict(Convention.objects.filter(pk__in=ids).order_by().values_list("pk", "title"))

    return todo.cards_of(tasks, titles, _card)


def _card(task: Task, title: str) -> todo.Card:
    return todo.card(
        task,
        who=title,
        expected=expected(task.kind),
        context="Échéance de convention",
        button="Voir l’échéance",
        url=reverse("partners:deadline", args=[task.pk]),
    )
