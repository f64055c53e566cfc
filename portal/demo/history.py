"""Eighteen months of referrals: each youth's story is told in order, day after day, until the end.

A course (the life of one referral) is a generator: it does something, then yields the moment at which it
goes on. Courses of one youth take turns by date, since one may change what another may see or do. Chance
comes from one seed per youth, so that the same seed and the same day make the same history.
"""

from collections.abc import Generator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from heapq import heappop, heappush
from random import Random
from typing import Any
from uuid import UUID

from core import clock
from core.ages import birthday
from core.working_days import add_months, is_overseas, is_working_day
from partners.models import Organisation
from portal.demo import tempo
from portal.demo.engine import Course, Engine, File
from portal.demo.tempo import TEMPOS, Tempo
from referrals import programmes
from referrals.delays import moments_of
from referrals.programmes.base import NO, UNKNOWN_OUTCOME, Candidate, overall
from referrals.states import RECIPIENT, SENDER, State
from youths.models import Accompaniment, Youth

MONTHS = 18
# How long ago the oldest records were opened, and the share of those that are older than the history.
OLDEST_DAYS = 1000
OLD_SHARE = 0.7

type Until[T] = Generator[datetime, None, T]
type Steps = Until[None]


@dataclass
class Places:
    """Where a Mission Locale may send, by programme; ``smv_near`` says whether a site is in its region."""

    by_programme: dict[str, list[Organisation]]
    smv_near: bool


class Story:
    """One youth: a record, its referrals, its returns."""

    def __init__(self, engine: Engine, rng: Random, places: Places, slowness: dict[int, float]) -> None:
        self.engine = engine
        self.rng = rng
        self.places = places
        self.slowness = slowness
        self.end = engine.end
        self.today = clock.day_of(engine.end)
        self.waiting: list[tuple[datetime, int, Steps]] = []
        self.spawned = 0
        self.file: File

    # --- Time and chance --------------------------------------------------------------------------

    def at(self, day: date, hour: int | None = None) -> datetime:
        """A moment of working hours on a day, or on the first working day that follows."""
        while not is_working_day(day):
            day += timedelta(days=1)
        minutes = self.rng.randrange(8 * 60 + 30, 17 * 60 + 30) if hour is None else hour * 60
        return datetime.combine(day, time(minutes // 60, minutes % 60, self.rng.randrange(60)), clock.PARIS)

    def ago(self, days: int) -> datetime:
        """A moment so many days before the end, moved back to a working day."""
        day = self.today - timedelta(days=days)
        while not is_working_day(day):
            day -= timedelta(days=1)
        return self.at(day)

    def later(
        self, low: int, high: int, organisation: int | None = None, days_of: date | None = None
    ) -> datetime:
        """A moment from so many to so many days later (or after a day); a slow organisation takes longer."""
        days = self.rng.uniform(low, high)
        if organisation is not None:
            slow = self.slowness.get(organisation, 1.0)
            days *= slow
            if self.chance(0.05 * slow):
                days = days * 3 + self.rng.uniform(5, 25)
        return self.at((days_of or clock.today()) + timedelta(days=round(days)))

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def pick(self, weights: tempo.Weights) -> str:
        return self.rng.choices(list(weights), weights=list(weights.values()))[0]

    def uuid(self) -> UUID:
        return UUID(int=self.rng.getrandbits(128), version=4)

    # --- The order of things ----------------------------------------------------------------------

    def open(self, youth: Youth, professional: int, opened: datetime, *, role: str) -> None:
        """The record, opened at a moment by its holder."""
        youth.uuid, youth.created_at, youth.last_contact_on = self.uuid(), opened, clock.day_of(opened)
        with clock.travel(opened):
            self.file = self.engine.open_file(youth, professional, role)

    def spawn(self, steps: Steps) -> None:
        """Start a course; its first moment takes its turn."""
        first = next(steps, None)
        if first is not None:
            self.spawned += 1
            heappush(self.waiting, (first, self.spawned, steps))

    def run(self) -> None:
        """Tell everything that happens until the end."""
        while self.waiting:
            moment, number, steps = heappop(self.waiting)
            if moment > self.end:
                continue
            with clock.travel(moment):
                following = next(steps, None)
            self.file.youth.last_contact_on = max(self.file.youth.last_contact_on, clock.day_of(moment))
            if following is not None:
                heappush(self.waiting, (max(following, moment + timedelta(minutes=7)), number, steps))

    # --- Writing a referral -----------------------------------------------------------------------

    def write(self, code: str, recipient: Organisation, instead_of: Course | None = None) -> Course | None:
        """A draft of the youth's Mission Locale, if the programme does not say no; None otherwise.

        ``instead_of``: the course that came to nothing, when the youth is proposed elsewhere.
        """
        programme, youth = programmes.get(code), self.file.youth
        details = self._details(code)
        candidate = Candidate(
            birth_date=youth.birth_date,
            level=youth.level,
            department=self.home.department_id,
            registered_with_ml=True,
        )
        if overall(programme.verdicts(candidate, details, clock.today())) == NO:
            return None
        return self.engine.draft(
            self.file,
            programme,
            self.home,
            self._lead(),
            recipient,
            uuid=self.uuid(),
            details=details,
            note=self.rng.choice(tempo.NOTES) if self.chance(0.35) else "",
            redirected_from=instead_of.referral if instead_of else None,
        )

    @property
    def home(self) -> Organisation:
        """The Mission Locale of registration. ValueError for a candidate who has none yet."""
        if self.file.youth.registered_with is None:
            raise ValueError("this youth is registered nowhere")
        return self.file.youth.registered_with

    def _lead(self) -> int:
        """Who opened the record."""
        return next(professional for _, professional in self.file.links if professional is not None)

    def _details(self, code: str) -> dict[str, Any]:
        trade = self.rng.choice(tempo.TRADES)
        raw: dict[str, dict[str, Any]] = {
            "smv": {
                "nationalite_francaise": True,
                "residence": "metropole",
                "jdc": self.rng.random() < 0.9,
                "metier_souhaite": trade,
            },
            "apprentissage": {
                "metier": trade,
                "employeur": self.rng.choice(("trouve", "en_cours", "aucun")),
            },
            "mission_jeunes": {"metier": trade, "permis_b": self.rng.random() < 0.4},
            "prepa_apprentissage": {"metier": trade},
        }
        return programmes.get(code).clean_answers(raw[code])[0]

    def send(self, course: Course, *, covers_return: bool = True) -> None:
        """Record the agreement and send."""
        channel = self.pick(tempo.CHANNELS)
        self.engine.agree(course, uuid=self.uuid(), channel=channel, covers_return=covers_return)
        self.engine.send(course)

    def referral(self, start: datetime, codes: list[str]) -> Steps:
        """A referral to the first of some programmes that suits the youth on the day, and its course."""
        yield start
        for code in codes:
            recipients = self.places.by_programme.get(code)
            if not recipients or self._has_open(code):
                continue
            course = self.write(code, self.rng.choice(recipients))
            if course is None:
                continue
            if start > self.end - timedelta(days=15) and self.chance(0.1):
                return  # still a draft
            self.send(course, covers_return=self.chance(0.88))
            yield from self.course(course)
            return

    def _has_open(self, code: str) -> bool:
        closed = (State.COMPLETED, State.DECLINED, State.WITHDRAWN, State.DROPPED_OUT, State.ENTERED_IN_ERROR)
        return any(
            course.referral.programme == code and course.state not in closed for course in self.file.courses
        )

    # --- The life of a referral -------------------------------------------------------------------

    def course(self, course: Course) -> Steps:
        """From the sending to the loop closed, as far as time allows."""
        referral, engine, pace = course.referral, self.engine, TEMPOS[course.referral.programme]
        recipient = referral.recipient_id
        if self.chance(0.008):
            yield clock.now() + timedelta(hours=2)
            engine.move(course, "mark_error", SENDER, reason=self.pick(tempo.ERRORS))
            return
        if self.chance(0.02):
            yield self.later(1, 5)
            engine.move(course, "withdraw", SENDER, reason=self.pick(tempo.WITHDRAWALS))
            return
        if self.chance(0.05 * self.slowness.get(recipient, 1.0)):
            yield self.expiry(course)
            engine.expire(course)
            if not self.chance(0.35):
                yield from self.closing(course)
                return
            yield self.later(1, 12)
            engine.move(course, "answer_late", RECIPIENT)
        else:
            opening = self.later(*pace.opening, recipient)
            if opening >= self.expiry(course):
                yield self.expiry(course)
                engine.expire(course)
                yield from self.closing(course)
                return
            yield opening
            engine.move(course, "receive", RECIPIENT)
        yield from self.study(course, pace)

    def expiry(self, course: Course) -> datetime:
        """The moment at which the clock closes a referral: the first minute of the day."""
        day = course.referral.expires_on
        assert day is not None, "only a clock that may close a referral is asked"
        return datetime.combine(day, time(), clock.PARIS)

    def study(self, course: Course, pace: Tempo) -> Steps:
        """From the opening to the decision."""
        referral, engine, recipient = course.referral, self.engine, course.referral.recipient_id
        if self.chance(0.16):
            yield self.later(1, 6, recipient)
            if not (yield from self.complement(course)):
                return
        for step in pace.steps:
            if self.chance(0.35):
                yield self.later(2, 9)
                engine.move(course, "step", RECIPIENT, step=step)
        if self.chance(pace.waitlist):
            yield self.later(2, 12, recipient)
            review_on = clock.today() + timedelta(days=self.rng.randint(25, 50))
            engine.move(course, "waitlist", RECIPIENT, review_on=review_on)
            yield self.later(-12, 4, days_of=review_on)
            if self.chance(0.35):
                places = {"smv": "NON_RETENU_CAPACITE"}.get(referral.programme, "PLACES")
                yield from self.decline(course, places)
                return
        else:
            yield self.later(*pace.decision, recipient)
        if self.chance(pace.refusal):
            yield from self.decline(course, self.pick(pace.refusals))
            return
        yield from self.accepted(course, pace)

    def complement(self, course: Course) -> Until[bool]:
        """A question and its answer; the value is False when the sender never answers."""
        question, answer = self.rng.choice(tempo.QUESTIONS)
        self.engine.move(course, "ask_info", RECIPIENT, question=question)
        reply = self.later(1, 8, course.referral.sender_id)
        if self.chance(0.05) or reply >= self.expiry(course):
            yield self.expiry(course)
            self.engine.expire(course)
            if not self.chance(0.3):
                yield from self.closing(course)
                return False
            yield self.later(1, 10)
            self.engine.move(course, "answer_late", SENDER, answer=answer)
            return True
        yield reply
        self.engine.move(course, "answer_info", SENDER, answer=answer)
        return True

    def decline(self, course: Course, reason: str) -> Steps:
        self.engine.move(course, "decline", RECIPIENT, reason=reason)
        if self.chance(0.015):
            yield self.later(2, 15)
            self.engine.move(course, "ask_reopen", SENDER, reason=self.pick(tempo.REOPENINGS))
            yield clock.now() + timedelta(hours=3)
            self.engine.move(course, "reopen", "sender_manager")
            yield self.later(3, 10)
            yield from self.accepted(course, TEMPOS[course.referral.programme])
            return
        yield from self.closing(course)

    def accepted(self, course: Course, pace: Tempo) -> Steps:
        """From the acceptance to the start, or to nobody coming."""
        engine, recipient = self.engine, course.referral.recipient_id
        planned_on = clock.today() + timedelta(days=self.rng.randint(*pace.start))
        note = {"note": self.rng.choice(tempo.ACCEPTED_NOTES)} if self.chance(0.2) else {}
        engine.move(course, "accept", RECIPIENT, planned_on=planned_on, **note)
        if self.chance(0.03):
            yield self.later(1, 10)
            engine.move(course, "ask_cancel", SENDER, reason=self.pick(tempo.WITHDRAWALS))
            yield clock.now() + timedelta(hours=20)
            engine.move(course, "confirm_cancel", RECIPIENT)
            return
        yield self.later(0, 3, recipient, days_of=planned_on)
        if self.chance(pace.no_show):
            engine.move(course, "withdraw", RECIPIENT, reason=self.pick(tempo.NO_SHOWS))
            return
        yield from self.started(course, pace)

    def started(self, course: Course, pace: Tempo) -> Steps:
        """From the start to the end or the interruption."""
        engine, recipient = self.engine, course.referral.recipient_id
        started_on = clock.today()
        planned_end_on = add_months(started_on, self.rng.randint(*pace.months))
        engine.move(course, "start", RECIPIENT, started_on=started_on, planned_end_on=planned_end_on)
        length = (planned_end_on - started_on).days
        if self.chance(pace.drop_out):
            yield self.at(started_on + timedelta(days=round(length * self.rng.triangular(0.05, 0.9, 0.25))))
            engine.move(
                course,
                "drop_out",
                RECIPIENT,
                reason=self.pick(pace.drop_outs),
                outcome=self.pick(pace.exits_of_drop_outs),
                ended_on=clock.today(),
            )
        else:
            yield self.later(0, 8, recipient, days_of=planned_end_on)
            engine.move(course, "complete", RECIPIENT, outcome=self.pick(pace.exits), ended_on=planned_end_on)
        if course.back is not None:
            self.spawn(self.way_back(course.back))
        yield from self.closing(course)

    def way_back(self, back: Course) -> Steps:
        """A return: sent already, or waiting for the youth's agreement."""
        if back.state == State.DRAFT:
            yield self.later(1, 12)
            if self.chance(0.25):
                return
            channel = self.pick(tempo.CHANNELS)
            self.engine.agree(back, uuid=self.uuid(), channel=channel, covers_return=False)
            self.engine.send(back)
        yield from self.course(back)

    def closing(self, course: Course) -> Steps:
        """The sender reads the exit, looks for something else, and says later what became of the youth."""
        referral, engine = course.referral, self.engine
        yield self.later(0, 6, referral.sender_id)
        engine.move(course, "acknowledge", SENDER)
        before_start = referral.state in (State.DECLINED, State.NO_RESPONSE)
        if before_start and referral.sender_id == self.file.youth.registered_with_id and self.chance(0.45):
            again = [code for code in self.codes() if code != referral.programme]
            self.spawn(self.referral(self.later(0, 15), again))
        for asked in moments_of(referral):
            # Those whom nobody finds again are looked for some time first.
            lost = self.chance(0.12)
            yield self.later(*((10, 40) if lost else (-5, 6)), days_of=asked.on)
            engine.follow_up(course, UNKNOWN_OUTCOME if lost else self.pick(TEMPOS[referral.programme].later))

    # --- The youth's own plan ---------------------------------------------------------------------

    def codes(self) -> list[str]:
        """The programmes to try, the preferred one first."""
        smv = 0.0
        if not is_overseas(self.home.department_id or ""):
            smv = 9.0 if self.places.smv_near else 1.6
        weights = {"smv": smv, "apprentissage": 6.0, "mission_jeunes": 5.0}
        order: list[str] = []
        while rest := {code: weight for code, weight in weights.items() if code not in order and weight}:
            order.append(self.pick(rest))
        return order

    def plan(self, opened: datetime) -> None:
        """None to three referrals since the record was opened, within the history."""
        first = max(clock.day_of(opened), add_months(self.today, -MONTHS))
        span = (self.today - first).days
        for _ in range(self.rng.choices((0, 1, 2, 3), weights=(13, 50, 26, 11))[0]):
            day = first + timedelta(days=int(span * self.rng.random()))
            self.spawn(self.referral(max(self.at(day), opened + timedelta(hours=1)), self.codes()))

    def plan_preparation(self, opened: datetime) -> None:
        """A Prépa Apprentissage of the last year of that scheme, for those who were there in time."""
        closes_on = programmes.get("prepa_apprentissage").closes_on
        assert closes_on is not None
        start = self.at(closes_on - timedelta(days=self.rng.randint(35, 110)))
        if opened < start < self.end - timedelta(days=400):
            self.spawn(self.referral(start, ["prepa_apprentissage"]))


def opening_of(rng: Random, youth: Youth, today: date) -> date:
    """When a record was opened: before the history for most of them, never before 16, never this week."""
    sixteen, first = birthday(youth.birth_date, 16), add_months(today, -MONTHS)
    if rng.random() < OLD_SHARE and sixteen < first:
        earliest, latest = max(sixteen, today - timedelta(days=OLDEST_DAYS)), first
    else:
        earliest, latest = max(sixteen, first), today - timedelta(days=8)
    return earliest + timedelta(days=int(max((latest - earliest).days, 0) * rng.random()))


def direct(story: Story, youth: Youth, recruiter: int, home: Organisation, day: date) -> None:
    """A candidate whom no Mission Locale sent: the partner opens a record, then sends them to their own."""
    opened = story.at(day)
    story.open(youth, recruiter, opened, role=Accompaniment.Role.PARTNER)

    def steps() -> Steps:
        yield opened + timedelta(days=2)
        details = programmes.get("retour").clean_answers({"situation": "direct"})[0]
        course = story.engine.draft(
            story.file,
            programmes.get("retour"),
            youth.held_by,
            recruiter,
            home,
            uuid=story.uuid(),
            details=details,
        )
        story.send(course, covers_return=False)
        yield from story.course(course)

    story.spawn(steps())
