"""What partners do together in the demonstration: committees, sessions, shared resources. Invented, dates apart."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from random import Random
from uuid import UUID

from django.conf import settings

from accounts.models import User
from core import clock
from core.working_days import is_working_day
from partners.committees.actions import open_task
from partners.local_time import PARIS, moment
from partners.models import (
    Commitment,
    Committee,
    CommitteeAction,
    CommitteeMeeting,
    CommitteeMember,
    Convention,
    Level,
    MeetingAttendance,
    MeetingContribution,
    Membership,
    Network,
    Organisation,
    Resource,
    Session,
)
from portal.demo import tempo
from portal.demo.conventions import SMV
from portal.demo.persons import HOME, REGIMENT

# A declination whose committee never met: the demonstration shows that it is awaited.
AWAITED = "IDF-CMA-ARML-2025"
LIBRARY = "UNML-WETECHCARE-2019"
_PLACES = ("Paris, siège de l’UNML", "Arcueil, fort de Montrouge")
# organisation, persona, function
_MEMBERS = (
    ("UNML", "national_unml", "presidence"),
    ("SMV_EM", "national_smv", "membre"),
    (REGIMENT, "smv_manager", "membre"),
    ("ARML_75", "regional", "membre"),
    (HOME, "manager", "invite"),
)
_PRESENCES = ("present", "present", "present", "excuse", "absent")
# wording, organisation, persona, days from today to its date, what was done of it
_ACTIONS = (
    ("Envoyer aux centres la liste des référents SMV des Missions Locales", "UNML", "national_unml", -21, ""),
    ("Proposer un modèle commun de retour après une information collective", "SMV_EM", "national_smv", 12, ""),
    ("Recueillir les dates des visites de centre pour le prochain trimestre", "ARML_75", None, 75, ""),
    (
        "Relire la plaquette de présentation du SMV", REGIMENT, "smv_manager", -200,
        "Relue avec deux Missions Locales, puis imprimée.",
    ),
)  # fmt: skip
# organisation, persona, days ago, text
_CONTRIBUTIONS = (
    ("SMV_EM", "national_smv", 9,
     "Les centres répondent plus vite depuis que chaque candidature a un référent.\nEn août, le délai remonte : nous "
     "proposons une permanence commune à deux centres."),
    ("ARML_75", "regional", 4,
     "Plusieurs Missions Locales demandent une visite de centre par semestre, hors vacances scolaires."),
)  # fmt: skip
# kind, title, place, days from today, first hour, minutes, places
_NEAR = (
    ("information", "Découvrir le service militaire volontaire", "Mission locale, salle du port", -96, 14, 120, 20),
    ("visite", "Une journée au 3e RSMV", "Quartier du régiment", -41, 9, 420, 12),
    ("information", "Découvrir le service militaire volontaire", "Mission locale, salle du port", 9, 14, 120, 20),
    ("visite", "Visite du centre pour les conseillers", "Quartier du régiment", 23, 9, 180, 15),
)  # fmt: skip
_RESOURCES = (
    ("pedagogie", "Autodiagnostic numérique en dix questions (démonstration)", "numerique", "autodiagnostic",
     "À faire avec le jeune, en un quart d’heure."),
    ("pedagogie", "Atelier : ma première démarche en ligne (démonstration)", "numerique", "atelier-demarche",
     "Déroulé et supports pour animer un atelier de deux heures."),
    ("lien", "Où trouver un lieu d’accompagnement numérique (démonstration)", "numerique", "lieux",
     "Une carte à consulter avant d’orienter."),
)  # fmt: skip


def load(seed: int, people: Mapping[str, User]) -> None:
    """Write committees, sessions and resources, on the owner's login, once organisations and accounts are there."""
    organisations = {one.key: one for one in Organisation.objects.exclude(key="").order_by("pk")}
    rng = Random(f"{seed}-meetings")  # noqa: S311
    _load_committee(rng, organisations, people)
    _load_awaited()
    _load_sessions(rng, organisations)
    _load_resources(organisations)


def _uuid(rng: Random) -> UUID:
    return UUID(int=rng.getrandbits(128), version=4)


def _working(day: date) -> date:
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


# --- Committees ---------------------------------------------------------------------------------------


def _load_committee(
    rng: Random, organisations: Mapping[str, Organisation], people: Mapping[str, User]
) -> None:
    """The committee of the SMV in force: two meetings held, the next one soon enough to be prepared today."""
    convention = Convention.objects.get(code=SMV)
    committee = convention.committees.order_by("pk").first() or Committee.objects.create(
        convention=convention, name="Comité de suivi UNML – SMV"
    )
    members = [
        CommitteeMember.objects.create(
            committee=committee,
            organisation=organisations[key],
            user=people.get(persona),
            function=function,
        )
        for key, persona, function in _MEMBERS
        if key in organisations
    ]
    for meeting in _meetings(rng, committee, convention.signed_on):
        meeting.save()
        if not meeting.is_past:
            continue
        for turn, member in enumerate(members):
            presence = _PRESENCES[(turn + meeting.pk) % len(_PRESENCES)]
            MeetingAttendance.objects.create(meeting=meeting, member=member, presence=presence)
    if (coming := committee.meetings.filter(held_on__gte=clock.today()).first()) is not None:
        _load_contributions(coming, organisations, people)
    last = committee.meetings.filter(held_on__lt=clock.today()).order_by("-held_on").first()
    if last is not None:
        _load_actions(rng, last, organisations, people)


def _meetings(rng: Random, committee: Committee, signed_on: date | None) -> list[CommitteeMeeting]:
    today = clock.today()
    held = [
        day
        for day in (_working(today - timedelta(days=710)), _working(today - timedelta(days=352)))
        if signed_on is None or day > signed_on
    ]
    meetings = [
        CommitteeMeeting(held_on=day, place=_PLACES[turn % 2], decisions=tempo.DECISIONS[turn % 2])
        for turn, day in enumerate(held)
    ]
    # The last working day for which the pack is due by now: the worker prepares it as soon as it starts.
    soon = today + timedelta(days=settings.PACK_LEAD_DAYS)
    while not is_working_day(soon):
        soon -= timedelta(days=1)
    meetings.append(CommitteeMeeting(held_on=soon, place=_PLACES[len(held) % 2]))
    for meeting in meetings:
        meeting.committee = committee
        meeting.starts_at, meeting.ends_at = time(14), time(16, 30)
        meeting.agenda = tempo.AGENDA
        meeting.uuid = _uuid(rng)
    return meetings


def _load_actions(
    rng: Random,
    meeting: CommitteeMeeting,
    organisations: Mapping[str, Organisation],
    people: Mapping[str, User],
) -> None:
    """What the last meeting decided to do: late, to come, without a person, done. Each open one has its task."""
    today = clock.today()
    for wording, key, persona, days, done in _ACTIONS:
        if key not in organisations:
            continue
        due_on = _working(today + timedelta(days=days))
        action = CommitteeAction.objects.create(
            uuid=_uuid(rng),
            committee=meeting.committee,
            meeting=meeting,
            wording=wording,
            organisation=organisations[key],
            owner=people.get(persona) if persona else None,
            due_on=due_on,
            state=CommitteeAction.State.DONE if done else CommitteeAction.State.OPEN,
            closed_on=due_on - timedelta(days=9) if done else None,
            closing_note=done,
        )
        if not done:
            open_task(action, counterpart_id=organisations["UNML"].pk)


def _load_contributions(
    meeting: CommitteeMeeting, organisations: Mapping[str, Organisation], people: Mapping[str, User]
) -> None:
    """What the members of the committee wrote before its next meeting."""
    for key, persona, days, text in _CONTRIBUTIONS:
        if key in organisations and persona in people:
            MeetingContribution.objects.create(
                meeting=meeting,
                organisation=organisations[key],
                author=people[persona],
                text=text,
                written_at=clock.now() - timedelta(days=days),
            )


def _load_awaited() -> None:
    convention = Convention.objects.get(code=AWAITED)
    if not convention.committees.exists():
        Committee.objects.create(convention=convention, name="Comité de suivi régional (exemple)")


# --- Sessions -----------------------------------------------------------------------------------------


def _load_sessions(rng: Random, organisations: Mapping[str, Organisation]) -> None:
    """Near the regiment, what the story tells; near every centre, an information session each quarter."""
    convention = Convention.objects.get(code=SMV)
    commitment = (
        Commitment.objects.filter(convention=convention, measure="sessions_held").order_by("pk").first()
    )
    authors = dict(
        Membership.objects.filter(organisation__network__in=(Network.SMV, Network.ML))
        .order_by("organisation_id", "-pk")
        .values_list("organisation_id", "user_id")
    )
    homes: dict[str | None, list[Organisation]] = {}
    for one in Organisation.objects.filter(network=Network.ML, level=Level.LOCAL).order_by("pk"):
        homes.setdefault(one.department_id, []).append(one)
    for key, centre in sorted(organisations.items()):
        if centre.network != Network.SMV or centre.level != Level.LOCAL or centre.pk not in authors:
            continue
        near = homes.get(centre.department_id, [])
        planned = _NEAR if key == REGIMENT else tuple(
            ("information", "Information collective sur le SMV", "Mission locale", days, 10, 90, 25)
            for days in (-260, -170, -80, rng.randint(6, 40))
        )  # fmt: skip
        for kind, title, place, days, first, minutes, places in planned:
            _add_session(
                rng, centre, near[:2], authors[centre.pk], convention, commitment,
                kind=kind, title=title, place=place, capacity=places, days=days, first=first, minutes=minutes,
            )  # fmt: skip
    if (home := organisations.get(HOME)) and home.pk in authors:
        _add_session(
            rng, home, [], authors[home.pk], None, None, kind="job_dating", title="Job dating de rentrée",
            place="Mission locale", capacity=60, days=16, first=9, minutes=180,
            state=Session.State.CANCELLED, cancel_reason="La salle n’est plus disponible ; une autre date suivra.",
        )  # fmt: skip


def _add_session(
    rng: Random,
    organiser: Organisation,
    partners: list[Organisation],
    author: int,
    convention: Convention | None,
    commitment: Commitment | None,
    *,
    days: int,
    first: int,
    minutes: int,
    **fields: object,
) -> None:
    zone = organiser.department.timezone if organiser.department else PARIS
    starts = moment(_working(clock.today() + timedelta(days=days)), time(first), zone)
    over = starts + timedelta(minutes=minutes) < clock.now()
    session = Session.objects.create(
        uuid=_uuid(rng),
        organiser=organiser,
        created_by_id=author,
        created_at=_before(starts),
        convention=convention,
        commitment=commitment,
        department=organiser.department,
        municipality=organiser.municipality,
        starts_at=starts,
        ends_at=starts + timedelta(minutes=minutes),
        **{"state": Session.State.HELD if over else Session.State.PLANNED} | fields,
    )
    session.partners.add(*partners)


def _before(starts: datetime) -> datetime:
    return min(starts - timedelta(days=30), clock.now())


# --- Resources ----------------------------------------------------------------------------------------


def _load_resources(organisations: Mapping[str, Organisation]) -> None:
    """Three examples for the text on digital inclusion; their addresses lead nowhere, and say so."""
    convention = Convention.objects.get(code=LIBRARY)
    sharing = organisations["WETECHCARE"]
    author = Membership.objects.filter(organisation=sharing).order_by("pk").values_list("user_id", flat=True)
    if not author:
        return
    Resource.objects.bulk_create(
        Resource(
            convention=convention,
            kind=kind,
            title=title,
            theme=theme,
            url=f"https://ressources.example.org/{address}",
            description=description,
            organisation=sharing,
            added_by_id=author[0],
        )
        for kind, title, theme, address, description in _RESOURCES
    )
