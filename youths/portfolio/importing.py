"""What the lines of a portfolio would do, then all of it in one go; matched by the Mission Locale's file number."""

from collections.abc import Collection, Iterable
from typing import Any

from django.db import IntegrityError, transaction

from core import clock
from core.acting import Acting
from core.scope import system_scope
from partners.models import Membership, Network, Role
from partners.people.members import team_ids_of
from youths.accompanying.passing import pass_on
from youths.decisions import standing
from youths.merging.likeness import alike
from youths.models import Accompaniment, DelegateDecision, PortfolioImport, PortfolioRow, Youth
from youths.portfolio.reading import Parsed, read
from youths.records import Overtaken, Refused
from youths.search import phone_of

Verdict = PortfolioRow.Verdict
# What a line brings to a record; a blank cell takes nothing away.
FIELDS = ("last_name", "first_name", "birth_date", "phone", "email")
LEAD = "referent"


def allowed(acting: Acting) -> bool:
    """Whether the organisation is a Mission Locale whose delegate decided that its portfolio may be imported."""
    subject = DelegateDecision.Subject.PORTFOLIO
    return acting.network == Network.ML and standing(acting.organisation_id, subject) is not None


def waiting(acting: Acting) -> PortfolioImport | None:
    """The file that waits to be confirmed, less than a day old."""
    since = clock.now() - PortfolioImport.KEPT
    return PortfolioImport.objects.filter(organisation=acting.organisation_id, created_at__gt=since).first()


@transaction.atomic
def bring(acting: Acting, content: bytes) -> PortfolioImport:
    """Read a file, and keep what its lines would do until somebody confirms; it takes the place of the one before.

    Raises Unreadable, and Refused when the delegate did not allow it.
    """
    if not allowed(acting):
        raise Refused("Le délégué à la protection des données n’a pas permis cet import.")
    lines = read(content)
    give_up(acting)
    brought = PortfolioImport.objects.create(
        organisation_id=acting.organisation_id, created_by_id=acting.user_id
    )
    PortfolioRow.objects.bulk_create(_assessed(acting, brought, lines))
    return brought


def give_up(acting: Acting) -> None:
    """Forget the file that waits."""
    PortfolioImport.objects.filter(organisation=acting.organisation_id).delete()


def forget_portfolios() -> int:
    """The worker forgets the files that nobody confirmed in a day; returns how many. Twice changes nothing."""
    with system_scope("portfolios brought a day ago and never confirmed"):
        old = PortfolioImport.objects.filter(created_at__lte=clock.now() - PortfolioImport.KEPT)
        count = old.count()
        old.delete()
    return count


# --- What a line would do ------------------------------------------------------------------------------


def _assessed(acting: Acting, brought: PortfolioImport, lines: list[Parsed]) -> list[PortfolioRow]:
    good = [line for line in lines if not line.refusal]
    own = Youth.objects.standing().filter(registered_with=acting.organisation_id)
    numbers = [line.values["file_number"] for line in good]
    known = {youth.file_number: youth for youth in own.filter(file_number__in=numbers).defer("search_words")}
    leads = _leads(youth.pk for youth in known.values())
    people = _members(acting)
    born: dict[Any, list[Youth]] = {}
    for youth in own.filter(birth_date__in={line.values["birth_date"] for line in good}).order_by("pk"):
        born.setdefault(youth.birth_date, []).append(youth)
    rows = []
    for line in lines:
        row = PortfolioRow(brought=brought, organisation_id=acting.organisation_id, number=line.number)
        if line.refusal:
            row.verdict, row.reason = Verdict.REFUSED, line.refusal[:300]
        else:
            _fill(row, line, people)
            match = known.get(row.file_number)
            if match is None:
                names = (row.first_name, row.last_name)
                same_day = born.get(row.birth_date, [])
                row.similar = [one.pk for one in same_day if alike(names, (one.first_name, one.last_name))]
                row.verdict = Verdict.SIMILAR if row.similar else Verdict.NEW
            else:
                _compare(row, match, leads.get(match.pk))
        rows.append(row)
    return rows


def _fill(row: PortfolioRow, line: Parsed, people: dict[str, int]) -> None:
    for name in ("file_number", *FIELDS):
        setattr(row, name, line.values.get(name, ""))
    mail = line.values.get(LEAD, "")
    row.referent_id = people.get(mail)
    if mail and row.referent_id is None:
        row.reason = "Le référent n’est pas un membre actif de votre structure : il n’est pas repris."


def _compare(row: PortfolioRow, youth: Youth, lead: Accompaniment | None) -> None:
    """What the line changes in the record that bears its number."""
    row.youth, row.version, row.lead_id = youth, youth.version, lead.pk if lead else None
    row.changes = [name for name in FIELDS if getattr(row, name) and _differ(name, row, youth)]
    if row.referent_id and (lead is None or lead.professional_id != row.referent_id):
        row.changes.append(LEAD)
    row.verdict = Verdict.CHANGED if row.changes else Verdict.SAME


def _differ(name: str, row: PortfolioRow, youth: Youth) -> bool:
    """Whether a line says something else than the record; a number written otherwise is the same number."""
    told, known = getattr(row, name), getattr(youth, name)
    return phone_of(told) != phone_of(known) if name == "phone" else told != known


def _members(acting: Acting) -> dict[str, int]:
    """Who may be a referent, by their address."""
    found = Membership.objects.live().filter(
        organisation=acting.organisation_id, role__in=[Role.PROFESSIONAL, Role.MANAGER]
    )
    return dict(found.values_list("user__email", "user_id"))


def _leads(youths: Iterable[int]) -> dict[int, Accompaniment]:
    found = Accompaniment.objects.active().filter(youth__in=list(youths), role=Accompaniment.Role.LEAD)
    return {link.youth_id: link for link in found.order_by("pk")}


# --- All of it, or nothing ----------------------------------------------------------------------------


def apply(acting: Acting, brought: PortfolioImport, distinct: Collection[int]) -> dict[str, int]:
    """Do what was shown, in one go; how many were created and changed.

    ``distinct``: the lines that look like a record and that somebody said to be another person; the others are left
    out. Raises Overtaken when a record moved since the preview (nothing is done, and the lines are assessed anew),
    and Refused when the delegate no longer allows it.
    """
    if not allowed(acting):
        raise Refused("Le délégué à la protection des données n’a pas permis cet import.")
    try:
        with transaction.atomic():
            return _apply(acting, brought, distinct)
    except IntegrityError as error:
        if "youths_youth_file_number" not in str(error):
            raise
        raise Overtaken from error


def _apply(acting: Acting, brought: PortfolioImport, distinct: Collection[int]) -> dict[str, int]:
    if not PortfolioImport.objects.select_for_update().filter(pk=brought.pk).exists():
        raise Overtaken  # somebody else confirmed it, or gave it up
    rows = list(brought.rows.order_by("number"))
    new = [
        row
        for row in rows
        if row.verdict == Verdict.NEW or (row.verdict == Verdict.SIMILAR and row.number in distinct)
    ]
    changed = [row for row in rows if row.verdict == Verdict.CHANGED]
    _create(acting, new)
    _change(acting, changed)
    brought.delete()
    return {"created": len(new), "changed": len(changed)}


def _create(acting: Acting, rows: list[PortfolioRow]) -> None:
    youths = Youth.objects.bulk_create(
        Youth(
            held_by_id=acting.organisation_id,
            registered_with_id=acting.organisation_id,
            file_number=row.file_number,
            **{name: getattr(row, name) for name in FIELDS},
        )
        for row in rows
    )
    pairs = [(youth.pk, row.referent_id) for youth, row in zip(youths, rows, strict=True) if row.referent_id]
    _begin(acting, pairs)


def _change(acting: Acting, rows: list[PortfolioRow]) -> None:
    """Write what changes, in the records as they were shown and no other. Raises Overtaken.

    A line whose record was merged meanwhile leads to the other one, of another number: it was not shown.
    """
    found = Youth.objects.standing().select_for_update()
    locked = {
        youth.pk: youth
        for youth in found.filter(
            pk__in=[row.youth_id for row in rows], registered_with=acting.organisation_id
        )
    }
    leads = _leads(locked)
    passing: dict[int, list[Accompaniment]] = {}
    beginning = []
    for row in rows:
        youth = locked.get(row.youth_id or 0)
        lead = leads.get(row.youth_id or 0)
        if youth is None or (youth.file_number, youth.version) != (row.file_number, row.version):
            raise Overtaken
        if (lead.pk if lead else None) != row.lead_id:
            raise Overtaken
        fields = [name for name in row.changes if name != LEAD]
        for name in fields:
            setattr(youth, name, getattr(row, name))
        youth.version += 1
        youth.save(update_fields=[*fields, "version"])
        if LEAD in row.changes and row.referent_id:
            if lead is None:
                beginning.append((youth.pk, row.referent_id))
            else:
                passing.setdefault(row.referent_id, []).append(lead)
    for successor, links in passing.items():
        pass_on(links, acting.organisation_id, successor)
    _begin(acting, beginning)


def _begin(acting: Acting, pairs: list[tuple[int, int]]) -> None:
    """Make somebody the lead of youths that had none; who already accompanies one becomes the lead."""
    teams = team_ids_of({user for _, user in pairs}, acting.organisation_id)
    lead = Accompaniment.Role.LEAD
    theirs = {
        (link.youth_id, link.professional_id): link
        for link in Accompaniment.objects.active().filter(
            organisation=acting.organisation_id, youth__in=[youth for youth, _ in pairs]
        )
    }
    for link in (theirs[pair] for pair in pairs if pair in theirs):
        link.role, link.access_until = lead, None
        link.save(update_fields=["role", "access_until"])
    Accompaniment.objects.bulk_create(
        Accompaniment(
            youth_id=youth,
            organisation_id=acting.organisation_id,
            professional_id=user,
            team_id=teams.get(user),
            role=lead,
            reason=Accompaniment.Reason.IMPORT,
        )
        for youth, user in pairs
        if (youth, user) not in theirs
    )


def assess_again(acting: Acting, brought: PortfolioImport) -> None:
    """Look again at what the lines would do, after somebody changed a record that they concern."""
    mails = {user: mail for mail, user in _members(acting).items()}
    lines = [
        Parsed(row.number, refusal=row.reason)
        if row.verdict == Verdict.REFUSED
        else Parsed(
            row.number,
            {
                "file_number": row.file_number,
                **{name: getattr(row, name) for name in FIELDS},
                LEAD: mails.get(row.referent_id or 0, ""),
            },
        )
        for row in brought.rows.order_by("number")
    ]
    brought.rows.all().delete()
    PortfolioRow.objects.bulk_create(_assessed(acting, brought, lines))
