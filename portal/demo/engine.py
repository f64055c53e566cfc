"""The workflow in memory: moves referrals by the rules of the house, without asking the database.

The rules are those of the rooms below (the table of transitions, the clocks, the programmes, the fields of a
state, the facts); only what they read and write is replaced by lists. A test plays the same story here and
through ``referrals.workflow``, and compares every row.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid5

from django.db import models

from core import clock
from core.ages import is_minor_on
from core.models import Task
from core.working_days import Calendar, add_working_days
from notifications.models import Notification
from partners.models import Organisation
from portal.demo.cast import Cast
from referrals import asking, effects, programmes, workflow
from referrals.allowed import find, silent_side
from referrals.clocks import clock_after, read_rungs
from referrals.courses import filled_in
from referrals.delays import follow_ups_of, moments_of
from referrals.links import GRACE, aspects_asked, ends_with_referrals, take_up
from referrals.models import OPEN_STATES, Message, MoveRequest, Outcome, Referral, ReferralEvent, Reminder
from referrals.moves import Move
from referrals.returns import RETURN
from referrals.states import CLOCK, RECIPIENT, SENDER, State, other_side
from referrals.transitions import CANCEL, CONFIRMED, REFUSED
from reporting import facts
from reporting.models import ReferralFact
from youths.models import Accompaniment, Agreement, Youth
from youths.models.agreements import in_a_year

# Lines of the bell older than this are not made again: nobody would read them.
NOTICES = timedelta(days=30)
READ_AFTER = timedelta(days=5)


@dataclass(eq=False)
class Course:
    """A referral and what it gathered. ``back`` is the return it led to, if any."""

    referral: Referral
    file: "File"
    passed: set[str] = field(default_factory=set)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    back: "Course | None" = None
    # What waits for an answer, by kind.
    requests: dict[str, MoveRequest] = field(default_factory=dict)
    settled: MoveRequest | None = None
    # Since when the running clock asks.
    asked_at: datetime | None = None

    @property
    def state(self) -> str:
        return self.referral.state


@dataclass(eq=False)
class File:
    """A youth, the links with those who accompany them, and their referrals."""

    youth: Youth
    links: dict[tuple[int, int | None], Accompaniment] = field(default_factory=dict)
    courses: list[Course] = field(default_factory=list)


class Engine:
    """Moves referrals and gathers the rows. The moment is the one ``core.clock`` is held at."""

    def __init__(self, cast: Cast, end: datetime, ids: Mapping[type[models.Model], Iterator[int]]) -> None:
        self.cast = cast
        self.end = end
        self.ids = ids
        self.rows: dict[type[models.Model], list[Any]] = defaultdict(list)
        self.courses: list[Course] = []

    def _add(self, row: models.Model) -> None:
        """Keep an instance that later moves may still change."""
        row.pk = next(self.ids[type(row)])
        self.rows[type(row)].append(row)

    def _note(self, model: type[models.Model], **values: Any) -> SimpleNamespace:
        """Keep a row that never changes again: every column by name (an instance costs thirty times more)."""
        row = SimpleNamespace(id=next(self.ids[model]), **values)
        self.rows[model].append(row)
        return row

    # --- Files ------------------------------------------------------------------------------------

    def open_file(self, youth: Youth, professional: int, role: str) -> File:
        """A record opened today by its holder, for a professional who accompanies the youth."""
        self._add(youth)
        file = File(youth)
        self._link(file, youth.held_by_id, professional, None, role=role)
        return file

    def _link(
        self, file: File, organisation: int, professional: int | None, substitute: int | None, **values: Any
    ) -> None:
        link = Accompaniment(
            youth_id=file.youth.pk,
            organisation_id=organisation,
            professional_id=professional,
            substitute_id=substitute,
            team_id=self.cast.team(professional, organisation),
            started_on=clock.today(),
            **values,
        )
        self._add(link)
        file.links[organisation, professional] = link

    # --- Writing a referral -----------------------------------------------------------------------

    def draft(
        self,
        file: File,
        programme: Any,
        sender: Organisation,
        professional: int,
        recipient: Organisation,
        *,
        uuid: UUID,
        details: Mapping[str, Any],
        note: str = "",
        returned_from: Referral | None = None,
        redirected_from: Referral | None = None,
    ) -> Course:
        """A draft, routed to the recipient's referent (as ``creation.create_draft``)."""
        today = clock.today()
        lead, substitute = self.cast.referent(recipient, programme.topic_for(sender.network), today)
        referral = Referral(
            uuid=uuid,
            submission=uuid5(uuid, "submission"),
            youth=file.youth,
            programme=programme.code,
            sender=sender,
            recipient=recipient,
            convention_id=self.cast.convention(programme.topic, today),
            sender_professional_id=professional,
            sender_team_id=self.cast.team(professional, sender.pk),
            recipient_professional_id=lead,
            recipient_substitute_id=substitute,
            recipient_team_id=self.cast.team(lead, recipient.pk),
            returned_from=returned_from,
            redirected_from=redirected_from,
            details=dict(details),
            note=note,
        )
        self._add(referral)
        course = Course(referral, file)
        file.courses.append(course)
        self.courses.append(course)
        return course

    def agree(self, course: Course, *, uuid: UUID, channel: str, covers_return: bool) -> None:
        """Record the youth's agreement (as ``creation.record_agreement``); who represents a minor is told at once."""
        referral = course.referral
        minor = is_minor_on(course.file.youth.birth_date, clock.today())
        agreement = Agreement(
            uuid=uuid,
            youth_id=referral.youth_id,
            recorded_by_id=referral.sender_professional_id,
            recorded_for_id=referral.sender_id,
            recipient_id=referral.recipient_id,
            purpose=referral.programme,
            channel=channel,
            informed=Agreement.Informed.READ_ALOUD,
            covers_return=covers_return,
            text_version=referral.rules.agreement_version,
            given_on=clock.today(),
            expires_on=in_a_year(),
            representative_informed_on=clock.today() if minor else None,
            representative_signed_on=clock.today() if minor and referral.rules.representative_signs else None,
        )
        self._add(agreement)
        referral.agreement = agreement

    def send(self, course: Course) -> None:
        """Send a draft: the exits that waited for it are thereby read (as ``creation.send``)."""
        self.move(course, "send", SENDER)
        for other in course.file.courses:
            earlier = other.referral
            if (
                other is not course
                and earlier.sender_id == course.referral.sender_id
                and earlier.sender_professional_id == course.referral.sender_professional_id
                and earlier.state in effects.REBOUND_STATES
                and earlier.acknowledged_at is None
            ):
                self.move(other, "acknowledge", SENDER)

    # --- Moving it --------------------------------------------------------------------------------

    def move(self, course: Course, action: str, side: str, **inputs: Any) -> None:
        """Move a referral through one row of the table. Raises NotAllowed as the workflow does."""
        referral, before = course.referral, course.referral.state
        running = workflow.running_clock(referral)
        row = find(action, before, side)
        inputs = {**filled_in(referral, row, inputs, clock.today())}
        if row.answer == CONFIRMED:
            asked = course.requests[row.settles]
            inputs |= {"reason": asked.reason, "reason_detail": asked.reason_detail}
        move = Move(row, side, None, clock.today(), inputs)
        referral.state = row.target_from(before)
        referral.last_action = action
        referral.version += 1
        if referral.state != before:
            referral.state_since = clock.now()
        workflow.set_fields(referral, move)
        calendars = {side: Calendar(getattr(referral, side).department_id) for side in (SENDER, RECIPIENT)}
        workflow.set_clock(
            referral,
            clock_after(
                action,
                before,
                referral.rules.clocks,
                move.day,
                calendars,
                current=running,
                review_on=move.get("review_on"),
                planned_on=move.get("planned_on") or referral.planned_on,
                started_on=referral.started_on,
                planned_end_on=referral.planned_end_on,
                next_on=move.get("next_on"),
                suspended_until=move.get("suspended_until"),
            ),
            follow_ups_of(referral, referral.rules.clocks, calendars),
        )
        course.asked_at = clock.now()
        actor = self._actor(referral, side)
        self._event(course, move, before, actor)
        self._requests(course, move, before, actor)
        self._texts(course, move, actor)
        self._links(course, move)
        self._tell(course, move)
        if (code := move.get("outcome")) and referral.rules.must_return(action, code):
            self._prepare_return(course, actor)

    def expire(self, course: Course) -> None:
        """Close a referral that stayed silent, as the clock does."""
        silent = silent_side(course.state)
        reason = "SILENCE_DESTINATAIRE" if silent == RECIPIENT else "SILENCE_EXPEDITEUR"
        self.move(course, "expire", CLOCK, reason=reason)

    def follow_up(self, course: Course, code: str) -> None:
        """Record what became of the youth some months after the end (as ``workflow.follow_up``)."""
        referral = course.referral
        asked = next(rung for rung in moments_of(referral) if rung.level not in course.outcomes)
        self._outcome(course, code, clock.today(), asked.level, asked.side)

    def _actor(self, referral: Referral, side: str) -> int | None:
        """Who acts on a side: its professional, its manager where there is none (or only the manager may)."""
        if side == CLOCK:
            return None
        ordinary = side.removesuffix("_manager")
        professional = getattr(referral, f"{ordinary}_professional_id")
        if professional is None or side != ordinary:
            return self.cast.managers[getattr(referral, f"{ordinary}_id")][0]
        return professional

    def _event(self, course: Course, move: Move, before: str, actor: int | None) -> None:
        referral, details = course.referral, {}
        for name in workflow.EVENT_INPUTS:
            if value := move.get(name):
                details[name] = value.isoformat() if isinstance(value, date) else value
        event = self._note(
            ReferralEvent,
            referral_id=referral.pk,
            number=referral.version,
            action=move.row.action,
            from_state=before,
            to_state=referral.state,
            side=move.side,
            actor_id=actor,
            organisation_id=self._organisation(referral, move.side) if actor else None,
            reason=asking.reason_of_event(move),
            details=details,
            at=clock.now(),
            late=move.row.action == "answer_late",
        )
        course.passed.add(event.to_state)

    def _requests(self, course: Course, move: Move, before: str, actor: int | None) -> None:
        """What is asked of another person, and its answer (as ``asking.after``)."""
        referral, row = course.referral, move.row
        here = self._organisation(referral, move.side) if actor else None
        answers = {row.settles: row.answer} if row.settles else {}
        if referral.state != before:
            answers = dict.fromkeys(course.requests, MoveRequest.Answer.LAPSED) | answers
        for kind, answer in answers.items():
            course.settled = request = course.requests.pop(kind)
            own = answer == REFUSED and request.asked_by_id == actor
            request.answer = MoveRequest.Answer.TAKEN_BACK if own else answer
            request.answered_by_id, request.answered_for_id, request.answered_at = actor, here, clock.now()
        if row.asks and actor is not None and here is not None:
            asking_side = referral.sender if here == referral.sender_id else referral.recipient
            by_clock = referral.expires_on - timedelta(days=1) if referral.expires_on else None
            course.requests[row.asks] = request = MoveRequest(
                referral_id=referral.pk,
                number=referral.version,
                kind=row.asks,
                organisation_id=here,
                asked_by_id=actor,
                by_manager=move.side.endswith("_manager"),
                reason=move.get("reason"),
                asked_at=clock.now(),
                answer_by=by_clock
                if row.asks == CANCEL and by_clock
                else add_working_days(clock.today(), asking.WORKING_DAYS, asking_side.department_id),
            )
            self._add(request)

    @staticmethod
    def _organisation(referral: Referral, side: str) -> int:
        return getattr(referral, f"{side.removesuffix('_manager')}_id")

    def _texts(self, course: Course, move: Move, actor: int | None) -> None:
        referral = course.referral
        for name in ("question", "answer", "note"):
            if (text := move.get(name)) and actor is not None:
                self._note(
                    Message,
                    referral_id=referral.pk,
                    kind=name,
                    author_id=actor,
                    organisation_id=self._organisation(referral, move.side),
                    text=text,
                    at=clock.now(),
                    uuid=uuid5(referral.uuid, f"{name} {referral.version}"),
                    document_id=None,
                    file_gone_at=None,
                    withdrawn_at=None,
                    withdrawn_as="",
                )
        if (code := move.get("outcome")) and referral.ended_on:
            self._outcome(course, code, referral.ended_on, Outcome.Moment.EXIT, move.side)

    def _outcome(self, course: Course, code: str, on: date, moment: str, side: str) -> None:
        outcome = course.outcomes.get(moment)
        if outcome is None:
            outcome = course.outcomes[moment] = Outcome(referral_id=course.referral.pk, moment=moment)
            self._add(outcome)
        outcome.code, outcome.on, outcome.at = code, on, clock.now()
        outcome.recorded_by_id = self._actor(course.referral, side)
        outcome.organisation_id = self._organisation(course.referral, side)

    # --- What follows -----------------------------------------------------------------------------

    def _links(self, course: Course, move: Move) -> None:
        """Access follows the referral (as ``effects`` and ``links``)."""
        action, role = move.row.action, Accompaniment.Role
        if action in ("send", "answer_late"):
            self._open_link(course, RECIPIENT, role.CONTACTED)
            self._open_link(course, SENDER, role.PARTNER)
        elif action in ("accept", "reopen"):
            self._open_link(course, RECIPIENT, effects.role_of_recipient(course.referral))
            self._open_link(course, SENDER, role.PARTNER)
        elif course.state in effects.CLOSED and action != "acknowledge":
            taken_back = effects.is_taken_back(action, move.side)
            self._end_links(course, effects.closing(action), at_once=taken_back)

    def _open_link(self, course: Course, side: str, role: str) -> None:
        referral, file = course.referral, course.file
        organisation = getattr(referral, f"{side}_id")
        professional = getattr(referral, f"{side}_professional_id")
        setattr(referral, f"{side}_access_until", None)
        link = file.links.get((organisation, professional))
        if link is None:
            substitute = referral.recipient_substitute_id if side == RECIPIENT else None
            values = {"role": role, "reason": Accompaniment.Reason.REFERRAL}
            asked = aspects_asked(referral, side)
            self._link(file, organisation, professional, substitute, aspects=asked, **values)
            return
        take_up(link, role)

    def _end_links(self, course: Course, reason: str, *, at_once: bool) -> None:
        referral, file = course.referral, course.file
        until = clock.now() if at_once else clock.now() + GRACE
        for side in (SENDER, RECIPIENT):
            organisation = getattr(referral, f"{side}_id")
            if organisation in file.youth.keepers:
                continue
            setattr(referral, f"{side}_access_until", until)
            if any(
                other is not course
                and other.state in OPEN_STATES
                and organisation in (other.referral.sender_id, other.referral.recipient_id)
                for other in file.courses
            ):
                continue
            for (owner, _), link in file.links.items():
                if owner == organisation and link.ended_on is None and ends_with_referrals(link):
                    link.ended_on, link.end_reason, link.access_until = clock.today(), reason, until

    def _prepare_return(self, course: Course, actor: int | None) -> None:
        """The way back to the Mission Locale (as ``returns.prepare_return``)."""
        referral, youth = course.referral, course.file.youth
        home, here = youth.registered_with_id, referral.recipient_id
        if home is None or home == here or actor is None:
            return
        back = self.draft(
            course.file,
            programmes.get(RETURN),
            self.cast.organisations[here],
            actor,
            self.cast.organisations[home],
            uuid=uuid5(referral.uuid, "return"),
            details={},
            returned_from=referral,
        )
        back.referral.submission = uuid5(referral.uuid, RETURN)
        back.referral.sender_access_until = referral.recipient_access_until
        course.back = back
        if back.referral.recipient_professional_id is None and referral.sender_id == home:
            back.referral.recipient_professional_id = referral.sender_professional_id
            back.referral.recipient_team_id = referral.sender_team_id
        if referral.agreement and referral.agreement.covers_return:
            back.referral.agreement = referral.agreement
            self.send(back)
        else:
            back.asked_at = clock.now()

    def _tell(self, course: Course, move: Move) -> None:
        """The lines of the bell that are still recent (as ``effects``)."""
        if clock.now() < self.end - NOTICES:
            return
        referral, action = course.referral, move.row.action
        here = move.side.removesuffix("_manager")
        sides: tuple[str, ...] = (SENDER, RECIPIENT)
        actor_id = None if here == CLOCK else self._actor(referral, move.side)
        self._tell_second(course, move, actor_id)
        if here == CLOCK:
            text, kind = effects.UNASKED[action]
        elif action in effects.NOTICES:
            text, kind = effects.NOTICES[action], f"referral.{action}"
            there = other_side(here)
            sides = (there, here) if action in effects.TOLD_TO_BOTH else (there,)
        else:
            return
        actor = getattr(referral, here).outward_name if here != CLOCK else ""
        for side in sides:
            words = text.format(actor=actor, programme=referral.rules.short_label)
            people = [person for person in self._people_on(referral, side) if person != actor_id]
            self._notices(referral, people, getattr(referral, f"{side}_id"), kind, words)

    def _tell_second(self, course: Course, move: Move, actor: int | None) -> None:
        """Who may confirm what is asked in an organisation, then who asked (as ``asking.tell``)."""
        referral, row = course.referral, move.row
        kind = row.asks or row.settles
        if actor is None or kind not in asking.TASKS:
            return
        here = self._organisation(referral, move.side)
        if row.asks:
            people = list(self.cast.managers[here])
            if course.requests[kind].by_manager:
                people.append(getattr(referral, f"{referral.side_of(here)}_professional_id"))
            text = asking.ASKED
        else:
            people = [asker for asker in (course.settled.asked_by_id,) if asker] if course.settled else []
            text = asking.DONE if row.answer == CONFIRMED else asking.NOT_DONE
        words = text.format(what=asking.WORDS[asking.Kind(kind)], programme=referral.rules.short_label)
        told = sorted({person for person in people if person and person != actor})
        self._notices(referral, told, here, f"referral.by_two_{kind}", words)

    def _notices(
        self, referral: Referral, people: list[int], organisation: int, kind: str, words: str
    ) -> None:
        read = clock.now() + READ_AFTER
        for person in people:
            self._note(
                Notification,
                user_id=person,
                organisation_id=organisation,
                kind=kind,
                text=words,
                path=referral.get_absolute_url(),
                effect_key=f"referral:{referral.pk}:{referral.version}",
                at=clock.now(),
                read_at=read if read < self.end else None,
            )

    def _people_on(self, referral: Referral, side: str) -> list[int]:
        people = [getattr(referral, f"{side}_professional_id")]
        if side == RECIPIENT:
            people.append(referral.recipient_substitute_id)
        found = sorted({person for person in people if person})
        return found or self.cast.managers[getattr(referral, f"{side}_id")]

    # --- The present ------------------------------------------------------------------------------

    def finish(self) -> None:
        """Make what the present asks for: open tasks, reminders that have left, facts."""
        today = clock.day_of(self.end)
        for course in self.courses:
            referral = course.referral
            self._tasks(course)
            self._reminders(course, today)
            self._owing(course)
            if referral.sent_at and referral.state != State.ENTERED_IN_ERROR:
                outcomes = {moment: outcome.code for moment, outcome in course.outcomes.items()}
                values = facts.values_from(referral, course.passed, outcomes)
                fact = SimpleNamespace(referral_id=referral.pk, **facts.LEFT_TO_THE_DATABASE, **values)
                self.rows[ReferralFact].append(fact)

    def _owing(self, course: Course) -> None:
        """Who owes what became of the youth keeps the name and the question (as ``tu_keep_for_follow_ups``)."""
        referral = course.referral
        over: dict[str, date] = {}
        if referral.sharing_stopped_at or (referral.agreement and referral.agreement.withdrawn_at):
            return
        for rung in read_rungs(referral.rungs):
            moment, _, end = rung.level.partition("_")
            if end == "over" and moment not in course.outcomes:
                over[rung.side] = max(rung.on, over.get(rung.side, rung.on))
        for side, day in over.items():
            access, until = f"{side}_access_until", datetime.combine(day, time(), clock.PARIS)
            ended = getattr(referral, access)
            if ended is None or ended >= until:
                continue
            setattr(referral, access, until)
            closed_on = clock.day_of(ended - GRACE)
            self._add(
                Accompaniment(
                    youth_id=referral.youth_id,
                    organisation_id=getattr(referral, f"{side}_id"),
                    professional_id=getattr(referral, f"{side}_professional_id"),
                    role=Accompaniment.Role.CLOSING,
                    reason=Accompaniment.Reason.REFERRAL,
                    started_on=closed_on,
                    ended_on=closed_on,
                    end_reason=("complete" if referral.state == State.COMPLETED else "drop_out"),
                    access_until=until,
                )
            )

    def _tasks(self, course: Course) -> None:
        referral, since = course.referral, course.asked_at or self.end
        asked = [*effects.clock_asked(referral), *effects.follow_ups_asked(referral, course.outcomes)]
        if referral.state == State.DRAFT and referral.returned_from_id:
            if referral.sender_access_until and referral.sender_access_until <= self.end:
                return  # nobody there can send it any more
            asked = [(effects.AGREEMENT, SENDER, clock.day_of(since))]
        for kind, side, due_on in asked:
            other = other_side(side)
            self._note(
                Task,
                kind=kind,
                subject_kind="referral",
                subject_id=referral.pk,
                organisation_id=getattr(referral, f"{side}_id"),
                counterpart_id=None if kind == effects.AGREEMENT else getattr(referral, f"{other}_id"),
                user_id=getattr(referral, f"{side}_professional_id"),
                due_on=due_on,
                awaited_on=effects.awaited_from(kind, due_on, clock.day_of(since)),
                opened_at=since,
                done_at=None,
            )

    def _reminders(self, course: Course, today: date) -> None:
        """Those that have left, each on its day, and the day of the next one."""
        referral = course.referral
        for rung in read_rungs(referral.rungs):
            if rung.level.partition("_")[0] not in course.outcomes and rung.on <= today:
                at = datetime.combine(rung.on, time(), clock.PARIS)
                self._note(
                    Reminder, referral_id=referral.pk, kind=rung.level, due_on=rung.on, late=False, at=at
                )
        referral.wake_on = next((rung.on for rung in read_rungs(referral.rungs) if rung.on > today), None)
