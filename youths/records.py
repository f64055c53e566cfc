"""Opening and creating records."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.crypto import salted_hmac

from core import clock
from core.acting import Acting
from core.ages import MAJORITY, is_minor_on
from core.gestures import just_written, one_at_a_time
from core.scope import system_scope
from core.working_days import add_months
from notifications.notices import notify
from partners.models import Network
from partners.people.members import manager_ids
from youths import situations
from youths.models import Accompaniment, LegalRepresentative, Opening, Situation, Youth


class Overtaken(Exception):
    """Somebody changed the record in the meantime: nothing was written."""


class Refused(Exception):
    """What was asked contradicts the record; the message is French."""


@transaction.atomic
def create_record(acting: Acting, youth: Youth) -> Youth:
    """Open a record, held by the acting organisation, with its author as the one who accompanies.

    In a Mission Locale the youth is registered there and the author is the lead referent.
    """
    in_ml = acting.network == Network.ML
    youth.held_by_id = acting.organisation_id
    youth.registered_with_id = acting.organisation_id if in_ml else None
    youth.save()
    Accompaniment.objects.create(
        youth=youth,
        organisation_id=acting.organisation_id,
        professional_id=acting.user_id,
        team_id=acting.team_id,
        role=Accompaniment.Role.LEAD if in_ml else Accompaniment.Role.PARTNER,
        reason=Accompaniment.Reason.CREATION,
    )
    return youth


def key_of(acting: Acting, submission: UUID) -> UUID:
    """The identifier of the record that a form opens: its key, which nobody chooses for themselves."""
    digest = salted_hmac("youths.record", f"{acting.user_id}:{submission}", algorithm="sha256").digest()
    return UUID(bytes=digest[:16], version=4)


def just_created(acting: Acting, youth: Youth, fields: Sequence[str]) -> Youth | None:
    """The record that this very form opened when it was sent before: a second click is not a second person."""
    one_at_a_time("record", acting.user_id)
    typed = {name: getattr(youth, name) for name in fields}
    return Youth.objects.filter(uuid=youth.uuid, held_by=acting.organisation_id, **typed).first()


@transaction.atomic
def correct(acting: Acting, youth: Youth, fields: list[str], *, version: int) -> None:
    """Save the corrected ``fields`` of a record that one's organisation keeps. Raises Overtaken.

    ``version`` is the one that the person was shown; IntegrityError when the file number was taken meanwhile.
    """
    known = Youth.objects.kept_for(acting).filter(pk=youth.pk, version=version)
    if not known.update(version=version + 1):
        raise Overtaken
    youth.save(update_fields=fields)


@transaction.atomic
def set_representative(youth: Youth, values: dict[str, str]) -> None:
    """Keep who represents a minor (``name`` empty: nobody is known), or forget them once of age."""
    if values["name"] and is_minor_on(youth.birth_date, clock.today()):
        LegalRepresentative.objects.update_or_create(youth=youth, defaults=values)
    else:
        LegalRepresentative.objects.filter(youth=youth).delete()


@transaction.atomic
def note_situation(acting: Acting, youth: Youth, code: str, since: date) -> Situation:
    """Write what a youth does from a day on; the current one of the same kind ends there.

    Raises Refused (a day before the current one began) and Overtaken (somebody wrote another one meanwhile).
    """
    kind = situations.BY_CODE[code].kind
    current = Situation.objects.select_for_update().filter(youth=youth, kind=kind, until__isnull=True).first()
    if current is not None:
        if since < current.since:
            raise Refused(
                f"La situation notée avant celle-ci commence le {current.since:%d/%m/%Y} : "
                "indiquez ce jour-là ou un jour plus récent."
            )
        current.until = since
        current.save(update_fields=["until"])
    try:
        with transaction.atomic():
            return Situation.objects.create(
                youth=youth,
                kind=kind,
                code=code,
                since=since,
                organisation_id=acting.organisation_id,
                recorded_by_id=acting.user_id,
            )
    except IntegrityError as error:
        if "youths_one_current_situation" not in str(error):
            raise
        raise Overtaken from error


def forget_representatives() -> int:
    """The worker forgets who represented those who are of age by now; returns how many. Twice changes nothing."""
    with system_scope("legal representatives of those who came of age"):
        of_age = LegalRepresentative.objects.filter(
            youth__birth_date__lte=add_months(clock.today(), -12 * MAJORITY)
        )
        count, _ = of_age.delete()
    return count


@transaction.atomic
def open_with_reason(acting: Acting, youth: Youth, reason: str) -> Opening:
    """Open for 24 hours a record that one does not accompany; the lead and the manager see it, once for a gesture."""
    own = {"organisation_id": acting.organisation_id, "user_id": acting.user_id, "reason": reason}
    one_at_a_time("opening", acting.user_id)
    if found := just_written(Opening.objects.live().filter(youth=youth), "at", **own):
        return found
    opening = Opening.objects.create(youth=youth, until=clock.now() + Opening.DURATION, **own)
    lead = Accompaniment.objects.active().filter(
        youth=youth, organisation=acting.organisation_id, role=Accompaniment.Role.LEAD
    )
    concerned = {*lead.values_list("professional_id", flat=True), *manager_ids(acting.organisation_id)}
    notify(
        concerned - {None, acting.user_id},
        organisation_id=acting.organisation_id,
        kind="youth.opened",
        text="Un dossier de votre structure a été ouvert avec motif. Sa page dit par qui et pourquoi.",
        path=reverse("youths:detail", args=[youth.uuid]),
        effect_key=f"opening:{opening.pk}",
    )
    return opening
