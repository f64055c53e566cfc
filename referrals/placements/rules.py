"""The limits of a period in a company (PMSMP; DOMAIN §1.1, §1.3, §1.4). Pure: no database, no request.

Each rule says what it is worth. What a verified source forbids is an error; what only secondary sources say, or what
is general knowledge, is a warning ("à vérifier"): the person decides, and the record says so.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from zoneinfo import ZoneInfo

from core.ages import MAJORITY, age_on, birthday, is_minor_on, last_day_before
from core.clock import PARIS
from core.working_days import add_days, add_months, long_date, public_holidays
from referrals.placements.schedule import Week, days_between, hours_words, minutes_on

# The 12-month check counts what one may see, and says so.
SEEN = "selon les périodes que votre structure peut voir"
LONGEST_DAYS = 31  # calendar days, both ends included, in the wider reading of "one month"
SAME_HOST_MONTHS, SAME_HOST_TIMES, SAME_HOST_DAYS = 12, 2, 60
WEEK_HOURS = 48
MINOR_DAY_HOURS, MINOR_WEEK_HOURS = 8, 35
MINOR_REST, YOUNGER_REST = timedelta(hours=12), timedelta(hours=14)
LONGEST_STRETCH, BREAK = timedelta(hours=4, minutes=30), timedelta(minutes=30)
YOUNGER = 16


class Level(StrEnum):
    """What a finding is worth: it forbids, or it asks to look again."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Rule:
    """A limit: its code, what it is worth, the field it is told beside, its name, its source."""

    code: str
    level: Level
    field: str
    label: str
    source: str

    @property
    def recordable(self) -> bool:
        """Whether a period whose convention is signed already is recorded all the same, with a reason.

        Not what makes no sense: dates that contradict one another, no presence at all.
        """
        return self.level == Level.WARNING or self.code in ("MOIS_DEPASSE", "SEMAINE_48_H", "REPRESENTANT")


_LAW = "Code du travail, articles L5135-1 et suivants et D5135-1 et suivants"
_SHEETS = "Fiches professionnelles sur la PMSMP ; l’article du code reste à vérifier"
_TOOL = "Règle appliquée par Immersion Facilitée"
_YOUNG = "Code du travail, articles L3161-1 et suivants, lus dans une fiche professionnelle"
_YOUNGER = "Règle générale du travail des jeunes, à vérifier dans le code du travail"
_PRESCRIBERS = "Code du travail, article L5135-2, lu dans des fiches professionnelles"
_DELEGATION = "Code du travail, article D5135-7, lu dans des fiches professionnelles"
_SENSE = "Cohérence des dates"

E, W = Level.ERROR, Level.WARNING
RULES: Mapping[str, Rule] = MappingProxyType(
    {
        rule.code: rule
        for rule in (
            Rule("DATES", E, "ends_on", "La fin précède le début", _SENSE),
            Rule("MOIS_DEPASSE", E, "ends_on", "Plus d’un mois de date à date", _LAW),
            Rule("MOIS_LECTURES", W, "ends_on", "Un mois selon une lecture, davantage selon l’autre", _LAW),
            Rule("RENOUVELLEMENT_DATES", E, "starts_on", "Commence avant la fin de la première", _SENSE),
            Rule("RENOUVELLEMENT_SECOND", W, "starts_on", "Déjà renouvelée une fois", _SHEETS),
            Rule("TROISIEME_PERIODE", W, "host_siret", "Plus de deux périodes en 12 mois", _SHEETS),
            Rule("MEME_OBJET", W, "purpose", "Même objet, même entreprise, en 12 mois", _SHEETS),
            Rule("SOIXANTE_JOURS", W, "ends_on", "Plus de 60 jours en tout en 12 mois", _SHEETS),
            Rule("PRESCRIPTEUR", W, "prescriber", "Prescripteur sans droit connu", _PRESCRIBERS),
            Rule("DELEGATION", W, "delegated", "Délégation inconnue ou suspendue", _DELEGATION),
            Rule("MEMES_DATES", W, "starts_on", "Une autre période aux mêmes dates", _SENSE),
            Rule("SANS_PRESENCE", E, "schedule", "Aucune heure de présence", _TOOL),
            Rule("HORAIRES_CHEVAUCHES", E, "schedule", "Deux présences en même temps", _TOOL),
            Rule("SEMAINE_48_H", E, "schedule", "Plus de 48 h dans une semaine", _TOOL),
            Rule("NAISSANCE", E, "starts_on", "Commence avant la naissance", _SENSE),
            Rule("REPRESENTANT", E, "representative_informed_on", "Représentant légal non informé", _TOOL),
            Rule(
                "MOINS_DE_16_ANS",
                W,
                "starts_on",
                "Moins de 16 ans au début",
                f"{_TOOL} ; la loi n’en dit rien",
            ),
            Rule("MINEUR_8_H", W, "schedule", "Mineur : plus de 8 h dans une journée", _YOUNG),
            Rule("MINEUR_35_H", W, "schedule", "Mineur : plus de 35 h dans une semaine", _YOUNG),
            Rule("MINEUR_REPOS", W, "schedule", "Mineur : repos trop court entre deux jours", _YOUNG),
            Rule("MINEUR_DEUX_JOURS", W, "schedule", "Mineur : pas deux jours de repos de suite", _YOUNG),
            Rule("MINEUR_NUIT", W, "schedule", "Mineur : présence de nuit", _YOUNG),
            Rule("MINEUR_PAUSE", W, "schedule", "Mineur : plus de 4 h 30 sans pause", _YOUNGER),
            Rule("MINEUR_FERIE", W, "schedule", "Mineur : présence un jour férié", _YOUNGER),
        )
    }
)


@dataclass(frozen=True, slots=True)
class Finding:
    """A limit that is passed, in the words of this period."""

    rule: Rule
    words: str

    @property
    def code(self) -> str:
        return self.rule.code

    @property
    def blocks(self) -> bool:
        return self.rule.level == Level.ERROR


@dataclass(frozen=True, slots=True)
class Period:
    """A period of one youth. ``key`` is None while it is being written; ``renewal_of`` is the key of the first."""

    starts_on: date
    ends_on: date
    host: str
    purpose: str
    key: int | None = None
    renewal_of: int | None = None

    @property
    def days(self) -> int:
        """Calendar days, both ends included."""
        return (self.ends_on - self.starts_on).days + 1

    def meets(self, first: date, last: date) -> bool:
        return self.starts_on <= last and self.ends_on >= first


@dataclass(frozen=True, slots=True)
class Prescribing:
    """Who prescribes. ``by_right``: the structure that notes it may; ``named``: it says that another one does.

    ``delegated``: it signs in the place of that one; ``may_delegate``: that one may let it; ``known``: under a
    convention that the portal knows to be in force on the first day.
    """

    by_right: bool = True
    named: bool = False
    delegated: bool = False
    may_delegate: bool = False
    known: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What is checked of a period, besides the other ones of the same youth."""

    period: Period
    week: Week
    birth_date: date
    representative_told: bool = False
    department: str | None = None
    zone: ZoneInfo = PARIS
    prescribing: Prescribing = Prescribing()


def month_ends(start: date) -> tuple[date, date]:
    """The last day of "one month date to date", in its two readings.

    The strict one ends on the eve of the same day of the next month; the wider one, that of Immersion Facilitée,
    counts 30 days after the first (DOMAIN §1.4). The first never comes after the second.
    """
    return add_months(start, 1) - timedelta(days=1), add_days(start, LONGEST_DAYS - 1)


def findings(plan: Plan, others: Sequence[Period] = (), *, strict_month: bool = False) -> tuple[Finding, ...]:
    """Everything that a period passes, errors first. ``others``: the periods of the same youth, the cancelled left out.

    ``strict_month``: what lies between the two readings of "one month" is an error too.
    """
    period = plan.period
    if period.ends_on < period.starts_on:
        return (_found("DATES", "La fin ne peut pas précéder le début."),)
    found = [
        *_length(period, strict_month=strict_month),
        *_renewal(period, others),
        *_same_host(period, others),
        *_same_dates(period, others),
        *_prescribed(plan),
        *_age(plan),
        *_presence(plan),
        *_young(plan),
    ]
    first: dict[str, Finding] = {}
    for one in found:
        first.setdefault(one.code, one)
    return tuple(sorted(first.values(), key=lambda one: not one.blocks))


def _found(code: str, words: str) -> Finding:
    return Finding(RULES[code], words)


# --- One month, one renewal -----------------------------------------------------------------------


def _length(period: Period, *, strict_month: bool) -> Iterator[Finding]:
    """P-06: one month from date to date, whether the presence is continuous or not."""
    strict, wide = month_ends(period.starts_on)
    last = strict if strict_month else wide
    if period.ends_on > last:
        yield _found(
            "MOIS_DEPASSE",
            f"Une période dure un mois au plus, de date à date : elle finit au plus tard le {long_date(last)}.",
        )
    elif period.ends_on > strict:
        yield _found(
            "MOIS_LECTURES",
            f"De date à date, un mois finit le {long_date(strict)} ; certains comptent jusqu’au {long_date(wide)}. "
            "Vérifiez avec qui signe la convention.",
        )


def _renewal(period: Period, others: Iterable[Period]) -> Iterator[Finding]:
    """P-06: renewable once; the renewal is itself a month at most, as any period."""
    if period.renewal_of is None:
        return
    others = [one for one in others if one.key != period.key]
    first = next((one for one in others if one.key == period.renewal_of), None)
    if first is not None and period.starts_on <= first.ends_on:
        yield _found(
            "RENOUVELLEMENT_DATES",
            f"Un renouvellement commence après la fin de la période, le {long_date(first.ends_on)}.",
        )
    again = first is not None and first.renewal_of is not None
    if again or any(one.renewal_of == period.renewal_of for one in others):
        yield _found("RENOUVELLEMENT_SECOND", "Une période ne se renouvelle qu’une fois.")


# --- The same company -----------------------------------------------------------------------------


def _same_host(period: Period, others: Iterable[Period]) -> Iterator[Finding]:
    """P-07: at most two conventions in 12 months with the same company, on different objects, 60 days in all.

    Looked at over the 12 months that end with this period, and over those that end with a later one it is part of: a
    period noted after the fact counts against what was noted before it.
    """
    same = [one for one in others if one.host == period.host and one.key != period.key]
    later = {one.ends_on for one in same if one.ends_on > period.ends_on}
    for end in [period.ends_on, *sorted(later)]:
        first = add_months(end, -SAME_HOST_MONTHS)
        if period.meets(first, end):
            yield from _within(period, [one for one in same if one.meets(first, end)])


def _within(period: Period, same: Sequence[Period]) -> Iterator[Finding]:
    parents = {one.key: one.renewal_of for one in (*same, period) if one.key is not None}

    def root(one: Period) -> int | None:
        key, parent = one.key, one.renewal_of
        while parent is not None:
            key, parent = parent, parents.get(parent)
        return key

    own = root(period)
    times = {root(one) for one in same} | {own}
    if len(times) > SAME_HOST_TIMES:
        yield _found(
            "TROISIEME_PERIODE",
            f"C’est la {len(times)}e période en 12 mois dans cette entreprise, {SEEN} ; deux au plus.",
        )
    if any(one.purpose == period.purpose and root(one) != own for one in same):
        yield _found(
            "MEME_OBJET",
            "Une période de même objet a déjà eu lieu en 12 mois dans cette entreprise : "
            "la deuxième a un autre objet.",
        )
    days = period.days + sum(one.days for one in same)
    if days > SAME_HOST_DAYS:
        yield _found(
            "SOIXANTE_JOURS",
            f"Cela ferait {days} jours en 12 mois dans cette entreprise, {SEEN} ; 60 au plus, renouvellements compris.",
        )


def _same_dates(period: Period, others: Iterable[Period]) -> Iterator[Finding]:
    """The same person is not in two companies at once: a record that was written twice, perhaps (I-10)."""
    for one in others:
        if one.key != period.key and one.meets(period.starts_on, period.ends_on):
            yield _found(
                "MEMES_DATES",
                f"Une autre période est notée du {long_date(one.starts_on)} au {long_date(one.ends_on)} : "
                "est-ce la même ?",
            )


# --- Who prescribes -------------------------------------------------------------------------------


def _prescribed(plan: Plan) -> Iterator[Finding]:
    """P-04 and P-05: prescribers by right; of them, some let another structure prescribe, by a convention."""
    one = plan.prescribing
    if one.delegated and not one.named:
        yield _found("DELEGATION", "Dites au nom de qui votre structure prescrit.")
    elif one.delegated and not one.may_delegate:
        yield _found(
            "DELEGATION",
            "Seuls France Travail, les missions locales, les Cap emploi et les départements laissent une autre "
            "structure prescrire à leur place.",
        )
    elif one.delegated and not one.known:
        yield _found(
            "DELEGATION",
            f"Le portail ne connaît pas de convention de délégation en vigueur le "
            f"{long_date(plan.period.starts_on)} : elle peut être suspendue ou retirée sans préavis.",
        )
    elif not one.named and not one.by_right:
        yield _found(
            "PRESCRIPTEUR",
            "Votre structure ne prescrit pas de droit : dites qui prescrit, ou au nom de qui elle le fait.",
        )


# --- Age ------------------------------------------------------------------------------------------


def _age(plan: Plan) -> Iterator[Finding]:
    """I-02, I-03 and P-16, by the one function of the house that counts ages (DOMAIN §1.4)."""
    start = plan.period.starts_on
    if plan.birth_date > start:
        yield _found("NAISSANCE", "Cette date précède la naissance : vérifiez l’année.")
        return
    if not is_minor_on(plan.birth_date, start):
        return
    if age_on(plan.birth_date, start) < YOUNGER:
        yield _found(
            "MOINS_DE_16_ANS",
            f"16 ans le {long_date(birthday(plan.birth_date, YOUNGER))} seulement : "
            "vérifiez avec qui signe la convention.",
        )
    if not plan.representative_told:
        yield _found(
            "REPRESENTANT",
            "Le jeune est mineur au début : indiquez le jour où son représentant légal a été informé.",
        )


# --- Hours ----------------------------------------------------------------------------------------


def _presence(plan: Plan) -> Iterator[Finding]:
    """I-04: some presence, none at the same time as another, 48 h a week at most (ISO weeks)."""
    worked = _by_day(plan)
    if not any(worked.values()):
        yield _found("SANS_PRESENCE", "Indiquez les heures de présence d’au moins un jour de la période.")
    for _, before, after in _rests(plan):
        if after < before:
            yield _found(
                "HORAIRES_CHEVAUCHES", "La présence d’une nuit se poursuit après le début de la suivante."
            )
    for monday, minutes in _by_week(worked).items():
        if minutes > WEEK_HOURS * 60:
            yield _found(
                "SEMAINE_48_H",
                f"La semaine du {long_date(monday)} compte {hours_words(minutes)} ; 48 h au plus.",
            )


def _by_day(plan: Plan) -> dict[date, int]:
    period = plan.period
    return {
        day: minutes_on(plan.week, day, plan.zone) for day in days_between(period.starts_on, period.ends_on)
    }


def _by_week(worked: Mapping[date, int]) -> dict[date, int]:
    """Minutes of each ISO week, by its Monday."""
    weeks: dict[date, int] = {}
    for day, minutes in worked.items():
        monday = day - timedelta(days=day.weekday())
        weeks[monday] = weeks.get(monday, 0) + minutes
    return weeks


def _moments(plan: Plan, day: date) -> list[tuple[datetime, datetime]]:
    return [slot.on(day, plan.zone) for slot in plan.week[day.weekday()]]


def _rests(plan: Plan) -> Iterator[tuple[date, datetime, datetime]]:
    """Between two days of presence: the later day, when the first one ended, when the later one begins."""
    before: datetime | None = None
    for day in days_between(plan.period.starts_on, plan.period.ends_on):
        moments = _moments(plan, day)
        if not moments:
            continue
        if before is not None:
            yield day, before, moments[0][0]
        before = moments[-1][1]


def _young(plan: Plan) -> Iterator[Finding]:
    """P-17 and P-18, until the eve of the 18th birthday."""
    period, born = plan.period, plan.birth_date
    last = min(period.ends_on, last_day_before(born, MAJORITY))
    if born > period.starts_on or last < period.starts_on:
        return
    worked = {day: minutes for day, minutes in _by_day(plan).items() if day <= last}
    for day, minutes in worked.items():
        if minutes > MINOR_DAY_HOURS * 60:
            yield _found(
                "MINEUR_8_H",
                f"Avant 18 ans, 8 h par jour au plus : {hours_words(minutes)} le {long_date(day)}.",
            )
    for monday, minutes in _by_week(worked).items():
        if minutes > MINOR_WEEK_HOURS * 60:
            yield _found(
                "MINEUR_35_H",
                f"Avant 18 ans, 35 h par semaine au plus : {hours_words(minutes)} la semaine du {long_date(monday)}.",
            )
    yield from _young_rests(plan, last)
    for day in days_between(period.starts_on, last):
        yield from _young_day(plan, day)


def _young_rests(plan: Plan, last: date) -> Iterator[Finding]:
    for day, before, after in _rests(plan):
        if day > last:
            return
        younger = age_on(plan.birth_date, day) < YOUNGER
        rest = YOUNGER_REST if younger else MINOR_REST
        if timedelta() <= after - before < rest:
            hours = int(rest.total_seconds() // 3600)
            yield _found(
                "MINEUR_REPOS",
                f"Avant {YOUNGER if younger else MAJORITY} ans, {hours} h de repos entre deux jours : "
                f"vérifiez le {long_date(day)}.",
            )
    whole_week = (last - plan.period.starts_on).days >= 6
    present = [bool(slots) for slots in plan.week]
    if whole_week and all(one or then for one, then in zip(present, present[1:] + present[:1], strict=True)):
        yield _found("MINEUR_DEUX_JOURS", "Avant 18 ans, deux jours de repos de suite chaque semaine.")


def _young_day(plan: Plan, day: date) -> Iterator[Finding]:
    slots = plan.week[day.weekday()]
    if not slots:
        return
    younger = age_on(plan.birth_date, day) < YOUNGER
    evening = 20 if younger else 22
    for slot in slots:
        late = slot.ends_next_day and (slot.end.hour, slot.end.minute) != (0, 0)
        until = 24 * 60 if slot.ends_next_day else slot.end.hour * 60 + slot.end.minute
        if late or until > evening * 60 or slot.start.hour < 6:
            yield _found(
                "MINEUR_NUIT",
                f"Avant {YOUNGER if younger else MAJORITY} ans, pas de présence entre {evening} h et 6 h "
                f"sans dérogation : vérifiez le {long_date(day)}.",
            )
    if _longest_stretch(_moments(plan, day)) > LONGEST_STRETCH:
        yield _found("MINEUR_PAUSE", "Avant 18 ans, 30 minutes de pause au moins toutes les 4 h 30.")
    if day in public_holidays(day.year, plan.department):
        yield _found(
            "MINEUR_FERIE",
            f"Le {long_date(day)} est férié : vérifiez si la présence d’un mineur est permise.",
        )


def _longest_stretch(moments: Sequence[tuple[datetime, datetime]]) -> timedelta:
    """The longest presence without a break of 30 minutes."""
    longest = timedelta()
    start: datetime | None = None
    end: datetime | None = None
    for begin, stop in moments:
        if start is None or end is None or begin - end >= BREAK:
            start = begin
        end = stop
        longest = max(longest, end - start)
    return longest
