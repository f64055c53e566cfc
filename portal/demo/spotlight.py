"""La Rochelle, where the story takes place: scenes written by hand, so that everybody has something to do.

Each scene is the course of one youth of the Mission Locale, told with days before today; it stops where the
visitor takes over.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from core import clock
from core.working_days import add_months
from partners.models import Organisation
from portal.demo.engine import Course
from portal.demo.history import Steps, Story, Until
from referrals.delays import moments_of
from referrals.states import RECIPIENT, SENDER


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the scenes take place: the regiment, the chamber, the agency of La Rochelle."""

    regiment: Organisation
    chamber: Organisation
    agency: Organisation


Scene = Callable[[Story, Stage], Steps]


def _sent(story: Story, code: str, recipient: Organisation) -> Course:
    course = story.write(code, recipient)
    assert course is not None, "the scenes are given to youths whom every programme may take"
    story.send(course)
    return course


def _received(story: Story, stage: Stage, sent: int, received: int) -> Until[Course]:
    """Sent to the regiment, then opened; the value is the course."""
    yield story.ago(sent)
    course = _sent(story, "smv", stage.regiment)
    yield story.ago(received)
    story.engine.move(course, "receive", RECIPIENT)
    return course


def _accepted(story: Story, stage: Stage, sent: int, accepted: int, planned: int) -> Until[Course]:
    """Accepted by the regiment, to start so many days before (or after) today; the value is the course."""
    course = yield from _received(story, stage, sent, sent - 3)
    yield story.ago(accepted)
    planned_on = story.today - timedelta(days=planned)
    story.engine.move(course, "accept", RECIPIENT, planned_on=planned_on)
    return course


def _under_way(story: Story, stage: Stage, started: int, months: int) -> Until[Course]:
    """Started at the regiment so many days ago; the value is the course."""
    course = yield from _accepted(story, stage, started + 60, started + 25, started)
    yield story.ago(started)
    end = add_months(clock.today(), months)
    story.engine.move(course, "start", RECIPIENT, started_on=clock.today(), planned_end_on=end)
    return course


def new_for_rita(story: Story, stage: Stage) -> Steps:
    yield story.ago(1)
    _sent(story, "smv", stage.regiment)


def unopened_for_rita(story: Story, stage: Stage) -> Steps:
    yield story.ago(7)
    _sent(story, "smv", stage.regiment)


def tests_today(story: Story, stage: Stage) -> Steps:
    course = yield from _received(story, stage, 17, 15)
    yield story.ago(4)
    story.engine.move(course, "step", RECIPIENT, step="DOSSIER_COMPLET", next_on=story.today)


def answer_late_at_the_regiment(story: Story, stage: Stage) -> Steps:
    yield from _received(story, stage, 40, 37)


def complement_for_alice(story: Story, stage: Stage) -> Steps:
    course = yield from _received(story, stage, 12, 10)
    yield story.ago(4)
    question = "Pouvez-vous nous envoyer le certificat de participation à la JDC ?"
    story.engine.move(course, "ask_info", RECIPIENT, question=question)


def complement_overdue(story: Story, stage: Stage) -> Steps:
    course = yield from _received(story, stage, 27, 25)
    yield story.ago(20)
    question = "Son adresse a-t-elle changé ? Notre convocation est revenue."
    story.engine.move(course, "ask_info", RECIPIENT, question=question)


def complement_answered(story: Story, stage: Stage) -> Steps:
    course = yield from _received(story, stage, 14, 12)
    yield story.ago(6)
    story.engine.move(course, "ask_info", RECIPIENT, question="Quel métier vise-t-il en premier ?")
    yield story.ago(1)
    story.engine.move(course, "answer_info", SENDER, answer="La logistique, puis la conduite d’engins.")


def waiting_list(story: Story, stage: Stage) -> Steps:
    course = yield from _received(story, stage, 48, 46)
    yield story.ago(30)
    review_on = story.today + timedelta(days=1)
    story.engine.move(course, "waitlist", RECIPIENT, review_on=review_on)


def start_to_confirm_today(story: Story, stage: Stage) -> Steps:
    yield from _accepted(story, stage, 55, 20, 0)


def start_to_come(story: Story, stage: Stage) -> Steps:
    yield from _accepted(story, stage, 45, 9, -12)


def start_put_off(story: Story, stage: Stage) -> Steps:
    course = yield from _accepted(story, stage, 50, 20, -3)
    yield story.ago(2)
    story.engine.move(course, "plan", RECIPIENT, planned_on=story.today + timedelta(days=17))


def suspended(story: Story, stage: Stage) -> Steps:
    course = yield from _under_way(story, stage, 90, 10)
    yield story.ago(6)
    until = story.today + timedelta(days=5)
    story.engine.move(course, "suspend", RECIPIENT, reason="DEMARCHE", suspended_until=until)


def resumed(story: Story, stage: Stage) -> Steps:
    course = yield from _under_way(story, stage, 160, 10)
    yield story.ago(75)
    until = story.today - timedelta(days=45)
    story.engine.move(course, "suspend", SENDER, reason="DEMARCHE", suspended_until=until)
    yield story.ago(44)
    story.engine.move(course, "resume", RECIPIENT)


def cancelled(story: Story, stage: Stage) -> Steps:
    course = yield from _accepted(story, stage, 47, 20, -25)
    yield story.ago(8)
    story.engine.move(course, "ask_cancel", SENDER, reason="JEUNE_RENONCE")
    yield story.ago(6)
    story.engine.move(course, "confirm_cancel", RECIPIENT)


def fit_for_the_regiment(story: Story, stage: Stage) -> Steps:
    """A candidacy that went through every step, and waits for its answer."""
    course = yield from _received(story, stage, 36, 34)
    for days, step in ((27, "DOSSIER_COMPLET"), (19, "TESTS"), (12, "VISITE"), (11, "APTE")):
        yield story.ago(days)
        story.engine.move(course, "step", RECIPIENT, step=step)
    yield story.ago(3)
    story.engine.move(course, "step", RECIPIENT, step="ENTRETIEN", next_on=story.today + timedelta(days=4))


def proposed_elsewhere_then_home_again(story: Story, stage: Stage) -> Steps:
    """Declined, proposed to the chamber, broken off, back at the Mission Locale; then three and six months later."""
    first = yield from _received(story, stage, 415, 411)
    yield story.ago(390)
    story.engine.move(first, "decline", RECIPIENT, reason="NON_RETENU_CAPACITE")
    yield story.ago(383)
    course = story.write("apprentissage", stage.chamber, instead_of=first)
    assert course is not None, "an apprentice may be of that age"
    story.send(course)
    yield story.ago(381)
    story.engine.move(course, "receive", RECIPIENT)
    yield story.ago(372)
    story.engine.move(course, "accept", RECIPIENT, planned_on=story.today - timedelta(days=355))
    yield story.ago(355)
    story.engine.move(course, "start", RECIPIENT, started_on=clock.today())
    yield story.ago(292)
    story.engine.move(
        course, "drop_out", RECIPIENT, reason="DESACCORD", outcome="SANS_SOLUTION", ended_on=clock.today()
    )
    back = course.back
    assert back is not None, "the youth agreed to the way back"
    yield story.ago(290)
    story.engine.move(course, "acknowledge", SENDER)
    story.engine.move(back, "receive", RECIPIENT)
    yield story.ago(288)
    story.engine.move(back, "accept", RECIPIENT)
    yield story.ago(284)
    story.engine.move(back, "start", RECIPIENT, started_on=clock.today())
    yield story.ago(222)
    story.engine.move(back, "complete", RECIPIENT, outcome="ACCOMPAGNEMENT_REPRIS", ended_on=clock.today())
    yield story.ago(220)
    story.engine.move(back, "acknowledge", SENDER)
    asked = [
        (rung.on, followed, code)
        for followed, codes in (
            (course, ("FORMATION", "EMPLOI")),
            (back, ("NOUVELLE_ORIENTATION", "AUTRE_SOLUTION")),
        )
        for rung, code in zip(moments_of(followed.referral), codes, strict=True)
    ]
    for on, followed, code in sorted(asked, key=lambda one: one[0]):
        yield story.at(on + timedelta(days=2))
        story.engine.follow_up(followed, code)


def cancellation_to_confirm(story: Story, stage: Stage) -> Steps:
    course = yield from _accepted(story, stage, 40, 15, -20)
    yield story.ago(1)
    story.engine.move(course, "ask_cancel", SENDER, reason="AUTRE_SOLUTION")


def under_way(story: Story, stage: Stage) -> Steps:
    yield from _under_way(story, stage, 120, 10)


def outcome_awaited(story: Story, stage: Stage) -> Steps:
    yield from _under_way(story, stage, 250, 8)


def unfit_to_rebound(story: Story, stage: Stage) -> Steps:
    course = yield from _received(story, stage, 33, 31)
    yield story.ago(2)
    story.engine.move(course, "decline", RECIPIENT, reason="INAPTE_MEDICAL")


def returned_after_a_drop_out(story: Story, stage: Stage) -> Steps:
    course = yield from _under_way(story, stage, 70, 12)
    yield story.ago(2)
    story.engine.move(
        course,
        "drop_out",
        RECIPIENT,
        reason="DENONCIATION_VOLONTAIRE",
        outcome="SANS_SOLUTION",
        ended_on=clock.today(),
    )


def return_without_agreement(story: Story, stage: Stage) -> Steps:
    yield story.ago(150)
    course = story.write("smv", stage.regiment)
    assert course is not None
    story.send(course, covers_return=False)
    yield story.ago(146)
    story.engine.move(course, "receive", RECIPIENT)
    yield story.ago(110)
    story.engine.move(course, "accept", RECIPIENT, planned_on=story.today - timedelta(days=80))
    yield story.ago(80)
    story.engine.move(course, "start", RECIPIENT, started_on=clock.today())
    yield story.ago(1)
    story.engine.move(
        course, "drop_out", RECIPIENT, reason="ABSENCE", outcome="SANS_SOLUTION", ended_on=clock.today()
    )


def good_news_to_read(story: Story, stage: Stage) -> Steps:
    course = yield from _under_way(story, stage, 275, 9)
    yield story.ago(2)
    story.engine.move(course, "complete", RECIPIENT, outcome="EMPLOI_DURABLE", ended_on=clock.today())


def three_months_later(story: Story, stage: Stage) -> Steps:
    course = yield from _under_way(story, stage, 340, 8)
    ended_on = add_months(story.today, -3)
    yield story.at(ended_on)
    story.engine.move(course, "complete", RECIPIENT, outcome="FORMATION", ended_on=ended_on)
    yield story.at(ended_on + timedelta(days=3))
    story.engine.move(course, "acknowledge", SENDER)


def apprenticeship_to_answer(story: Story, stage: Stage) -> Steps:
    yield story.ago(3)
    _sent(story, "apprentissage", stage.chamber)


def apprenticeship_to_start(story: Story, stage: Stage) -> Steps:
    yield story.ago(25)
    course = _sent(story, "apprentissage", stage.chamber)
    yield story.ago(22)
    story.engine.move(course, "receive", RECIPIENT)
    yield story.ago(15)
    story.engine.move(course, "accept", RECIPIENT, planned_on=story.today)


def mission_to_answer(story: Story, stage: Stage) -> Steps:
    yield story.ago(8)
    course = _sent(story, "mission_jeunes", stage.agency)
    yield story.ago(7)
    story.engine.move(course, "receive", RECIPIENT)


def mission_to_start(story: Story, stage: Stage) -> Steps:
    yield story.ago(12)
    course = _sent(story, "mission_jeunes", stage.agency)
    yield story.ago(10)
    story.engine.move(course, "receive", RECIPIENT)
    yield story.ago(9)
    story.engine.move(course, "accept", RECIPIENT, planned_on=story.today - timedelta(days=2))


def silence_to_rebound(story: Story, stage: Stage) -> Steps:
    yield story.ago(34)
    course = _sent(story, "mission_jeunes", stage.agency)
    yield story.expiry(course)
    story.engine.expire(course)


def draft_of_alice(story: Story, stage: Stage) -> Steps:
    yield story.ago(1)
    story.write("apprentissage", stage.chamber)


# Whose youth, and what happens to them.
SCENES: tuple[tuple[str, Scene], ...] = (
    ("alice", complement_for_alice),
    ("alice", complement_overdue),
    ("alice", new_for_rita),
    ("alice", returned_after_a_drop_out),
    ("alice", unfit_to_rebound),
    ("alice", good_news_to_read),
    ("bob", unopened_for_rita),
    ("alice", answer_late_at_the_regiment),
    ("alice", tests_today),
    ("bob", complement_answered),
    ("alice", start_to_confirm_today),
    ("bob", waiting_list),
    ("alice", three_months_later),
    ("alice", apprenticeship_to_answer),
    ("bob", apprenticeship_to_start),
    ("alice", mission_to_answer),
    ("bob", mission_to_start),
    ("alice", silence_to_rebound),
    ("alice", under_way),
    ("bob", outcome_awaited),
    ("bob", start_to_come),
    ("alice", return_without_agreement),
    ("alice", draft_of_alice),
    ("alice", start_put_off),
    ("alice", suspended),
    ("bob", cancellation_to_confirm),
    ("bob", proposed_elsewhere_then_home_again),
    ("alice", fit_for_the_regiment),
    ("bob", resumed),
    ("bob", cancelled),
)
