"""What happens to a period in a company: declared, changed, signed elsewhere, renewed, cancelled, told (bilan).

Nothing here is a convention: what binds the parties is signed elsewhere, and its number may be noted. The tasks that
follow are written by the database with the period (referrals.placements.sql).
"""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from core import clock
from core.acting import Acting
from notifications.notices import notify
from partners.models import Organisation
from referrals.again import Reused
from referrals.models import Referral, WorkPlacement
from referrals.placements import codes, prescribing, rules, schedule
from referrals.states import TAKEN
from youths.accompanying.leaving import people_of
from youths.models import Accompaniment, Youth
from youths.records import Overtaken, Refused

NOTICES = {
    "declared": "{actor} a prévu une période en entreprise pour un jeune que vous accompagnez.",
    "changed": "{actor} a modifié une période en entreprise d’un jeune que vous accompagnez.",
    "signed": "{actor} a noté que la convention d’une période en entreprise est signée.",
    "cancelled": "{actor} a annulé une période en entreprise d’un jeune que vous accompagnez.",
    "told": "{actor} a écrit le bilan d’une période en entreprise.",
}


# What is worked out of the rest, and may change when nothing else did.
_NOTED = ("to_check", "exception_reason")


def may_write(acting: Acting, placement: WorkPlacement) -> bool:
    """Whether the acting organisation changes a period: it declared it, follows it, or keeps the record."""
    sides = {placement.organisation_id, placement.followed_by_id}
    return acting.organisation_id in sides | placement.youth.keepers


def referrals_of(acting: Acting, youth: Youth) -> list[Referral]:
    """The referrals on which a period of a youth may hang, latest first."""
    found = Referral.objects.visible_to(acting).filter(
        youth=youth, state__in=TAKEN, sharing_stopped_at__isnull=True
    )
    return list(found.order_by("-created_at", "-pk"))


def known_periods(acting: Acting, youth: Youth, submission: UUID | None = None) -> list[rules.Period]:
    """The other periods of a youth that the acting organisation may see: what the limits are counted on.

    ``submission``: what this very form wrote when it was sent before is no other period.
    """
    found = WorkPlacement.objects.counted().filter(youth=youth).shared_with(acting)
    if submission is not None:
        found = found.exclude(submission=submission)
    rows = found.order_by("starts_on", "pk").values_list(
        "starts_on", "ends_on", "host_siret", "purpose", "pk", "renewal_of"
    )
    return [rules.Period(*row) for row in rows]


def findings(
    acting: Acting,
    youth: Youth,
    values: Mapping[str, Any],
    *,
    changed: WorkPlacement | None = None,
    renewal_of: int | None = None,
    submission: UUID | None = None,
) -> tuple[rules.Finding, ...]:
    """The limits that a period would pass. ``changed``: the one that is being changed."""
    place = youth.registered_with
    noted_by, network = acting.organisation_id, acting.network
    if changed is not None:
        noted_by, network = changed.organisation_id, changed.organisation.network
    plan = rules.Plan(
        rules.Period(
            values["starts_on"],
            values["ends_on"],
            values["host_siret"],
            values["purpose"],
            changed.pk if changed else None,
            renewal_of,
        ),
        values["week"],
        youth.birth_date,
        representative_told=bool(values.get("representative_informed_on") or values.get("emancipated")),
        department=place.department_id if place else None,
        prescribing=prescribing.asked(noted_by, network, values),
    )
    others = known_periods(acting, youth, submission)
    return rules.findings(plan, others, strict_month=settings.PLACEMENT_STRICT_MONTH)


def _written(noted_by: int, values: Mapping[str, Any], found: tuple[rules.Finding, ...]) -> dict[str, Any]:
    """The columns of what was typed. The state follows the signature."""
    signed_on: date | None = values.get("signed_on")
    beyond = any(one.blocks for one in found)
    names = (
        "host_siret", "host_name", "trade", "tutor_name", "tutor_role", "purpose", "starts_on", "ends_on",
        "representative_informed_on",
    )  # fmt: skip
    columns = {name: values.get(name) for name in names} | prescribing.columns(noted_by, values)
    return columns | {
        "followed_by_id": values["followed_by"],
        "schedule": schedule.to_json(values["week"]),
        "planned_minutes": schedule.minutes_between(values["week"], values["starts_on"], values["ends_on"]),
        "emancipated": bool(values.get("emancipated")),
        "state": codes.State.SIGNED if signed_on else codes.State.PLANNED,
        "signed_on": signed_on,
        "external_id": values.get("external_id", "") if signed_on else "",
        "to_check": [one.code for one in found],
        "exception_reason": values.get("exception_reason", "") if beyond else "",
    }


@transaction.atomic
def declare(
    acting: Acting,
    youth: Youth,
    values: Mapping[str, Any],
    *,
    submission: UUID,
    referral: Referral | None = None,
    renewal_of: WorkPlacement | None = None,
) -> WorkPlacement:
    """Declare a period that is planned, or already signed elsewhere. The same ``submission`` twice is one period.

    Raises Refused for a renewal of what is not signed, and when the key of this form was used elsewhere; Reused when
    the form comes back with something else.
    """
    if renewal_of is not None and renewal_of.state in (codes.State.PLANNED, codes.State.CANCELLED):
        raise Refused("Seule une période dont la convention est signée se renouvelle.")
    renews = renewal_of.pk if renewal_of else None
    found = findings(acting, youth, values, renewal_of=renews, submission=submission)
    columns = _written(acting.organisation_id, values, found)
    placement = WorkPlacement(
        submission=submission,
        youth=youth,
        referral=referral,
        organisation_id=acting.organisation_id,
        author_id=acting.user_id,
        renewal_of=renewal_of,
        declared_at=clock.now(),
        **columns,
    )
    try:
        with transaction.atomic():
            placement.save(force_insert=True)
    except IntegrityError as error:
        if "submission" not in str(error):
            raise
        first = WorkPlacement.objects.filter(
            submission=submission, organisation=acting.organisation_id, youth=youth
        ).first()
        if first is None:
            raise Refused("Ce formulaire a déjà servi : ouvrez-en un autre.") from None
        if any(getattr(first, name) != value for name, value in columns.items() if name not in _NOTED):
            raise Reused from None
        return first
    _tell(acting, placement, "declared")
    return placement


def _locked(acting: Acting, uuid: UUID, version: int) -> WorkPlacement:
    """A period that is still to be signed or told, locked, as the person was shown it. Raises Overtaken."""
    placement = (
        WorkPlacement.objects.visible_to(acting)
        .select_for_update(of=("self",))
        .select_related("youth", "organisation")
        .filter(uuid=uuid)
        .first()
    )
    if placement is None or placement.version != version or not placement.is_under_way:
        raise Overtaken
    return placement


def _save(acting: Acting, placement: WorkPlacement, changed: Mapping[str, Any], notice: str) -> WorkPlacement:
    for name, value in changed.items():
        setattr(placement, name, value)
    placement.version += 1
    placement.save(update_fields=[*changed, "version"])
    _tell(acting, placement, notice)
    return placement


@transaction.atomic
def amend(acting: Acting, uuid: UUID, values: Mapping[str, Any], *, version: int) -> WorkPlacement:
    """Change what was planned; what had been signed is signed again. Raises Overtaken."""
    placement = _locked(acting, uuid, version)
    found = findings(acting, placement.youth, values, changed=placement, renewal_of=placement.renewal_of_id)
    return _save(acting, placement, _written(placement.organisation_id, values, found), "changed")


@transaction.atomic
def sign(
    acting: Acting, uuid: UUID, *, version: int, signed_on: date, external_id: str = ""
) -> WorkPlacement:
    """Note that the official convention was signed. Raises Overtaken, and Refused when it was already."""
    placement = _locked(acting, uuid, version)
    if placement.state != codes.State.PLANNED:
        raise Refused("La convention de cette période est déjà notée comme signée.")
    changed = {"state": codes.State.SIGNED, "signed_on": signed_on, "external_id": external_id}
    return _save(acting, placement, changed, "signed")


@transaction.atomic
def cancel(acting: Acting, uuid: UUID, *, version: int, reason: str) -> WorkPlacement:
    """Say that a period does not take place. Raises Overtaken, once its outcome is written too."""
    placement = _locked(acting, uuid, version)
    changed = {"state": codes.State.CANCELLED, "cancel_reason": reason, "closed_at": clock.now()}
    return _save(acting, placement, changed, "cancelled")


@transaction.atomic
def tell(acting: Acting, uuid: UUID, values: Mapping[str, Any], *, version: int) -> WorkPlacement:
    """Write the outcome (bilan): what was done, what follows, what the youth says of it; once.

    Raises Overtaken, and Refused for a period whose convention was not signed.
    """
    placement = _locked(acting, uuid, version)
    if placement.state != codes.State.SIGNED:
        raise Refused("Le bilan s’écrit une fois la convention signée.")
    names = ("state", "last_day_on", "done_minutes", "suite", "suite_on", "youth_view", "youth_comment")
    changed = {name: values[name] for name in names} | {"closed_at": clock.now()}
    return _save(acting, placement, changed, "told")


@transaction.atomic
def note_view(acting: Acting, uuid: UUID, *, version: int, view: str, comment: str) -> WorkPlacement:
    """Write what the youth says of the outcome, once it was read to them. Raises Overtaken."""
    placement = WorkPlacement.objects.visible_to(acting).select_for_update(of=("self",)).filter(uuid=uuid)
    found = placement.filter(version=version, youth_view=codes.YouthView.NOT_ASKED).first()
    if found is None:
        raise Overtaken
    found.youth_view, found.youth_comment, found.version = view, comment, version + 1
    found.save(update_fields=["youth_view", "youth_comment", "version"])
    return found


def _tell(acting: Acting, placement: WorkPlacement, notice: str) -> None:
    """The other side is told, without the name of the youth nor that of the company."""
    sides = {placement.organisation_id, placement.followed_by_id}
    if placement.referral_id is not None:
        # Who follows a period may take no part in the referral that it hangs on: it does not read its sides.
        seen = Referral.objects.filter(pk=placement.referral_id).order_by("pk")
        sides |= {side for pair in seen.values_list("sender", "recipient") for side in pair}
    actor = Organisation.objects.get(pk=acting.organisation_id).outward_name
    for organisation_id in sorted(sides - {acting.organisation_id}):
        tell_people(
            placement,
            organisation_id,
            kind=f"placement.{notice}",
            text=NOTICES[notice].format(actor=actor),
            effect_key=f"placement:{placement.pk}:{placement.version}",
        )


def tell_people(
    placement: WorkPlacement, organisation_id: int, *, kind: str, text: str, effect_key: str
) -> None:
    """Tell those who accompany the youth for an organisation, else its managers."""
    links = (
        Accompaniment.objects.accompanying()
        .active()
        .filter(youth=placement.youth_id, organisation=organisation_id)
    )
    notify(
        people_of(links.order_by("pk"), organisation_id),
        organisation_id=organisation_id,
        kind=kind,
        text=text,
        path=placement.get_absolute_url(),
        effect_key=effect_key,
    )
