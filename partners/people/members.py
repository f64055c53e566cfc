"""Memberships as the rest of the house needs them: who acts, and who can be told."""

from collections.abc import Iterable
from typing import Any

from django.db import connection

from core import clock, request_id
from core.acting import DPO, MANAGER, Acting
from partners.models import Absence, Membership

# One round trip finds the membership and sets the scope of the transaction: a membership that is not live sets
# nothing, and the connection stays blind. Materialised, so that the scope is set for the chosen row alone.
_RESOLVE = """
WITH chosen AS MATERIALIZED (
    SELECT m.id, m.user_id, m.organisation_id, m.role, m.team_id, m.arrived_at, count(*) OVER () > 1 AS several
    FROM partners_membership m
    WHERE m.user_id = %(user)s AND m.starts_on <= %(today)s AND (m.ends_on IS NULL OR m.ends_on >= %(today)s)
      AND m.revoked_at IS NULL AND m.suspended_at IS NULL
    ORDER BY (m.id = %(membership)s) DESC, m.id
    LIMIT 1
)
SELECT m.id, m.organisation_id, m.role, m.team_id, o.network, o.level,
       coalesce(o.region_id, d.region_id), coalesce(nullif(o.acronym, ''), o.name), m.arrived_at, m.several,
       ARRAY(SELECT gone.user_id FROM partners_absence a JOIN partners_membership gone ON gone.id = a.membership_id
             WHERE a.substitute_id = m.user_id AND a.ended_at IS NULL
               AND a.starts_on <= %(today)s AND a.until >= %(today)s
               AND gone.organisation_id = m.organisation_id AND gone.revoked_at IS NULL
             ORDER BY gone.user_id),
       set_config('app.user', m.user_id::text, true), set_config('app.org', m.organisation_id::text, true),
       set_config('app.role', m.role, true), set_config('app.system', '', true),
       set_config('app.request', %(request)s, true), tu_extracted(m.user_id, 'list', %(since)s)
FROM chosen m
JOIN partners_organisation o ON o.id = m.organisation_id
LEFT JOIN partners_department d ON d.code = o.department_id
"""


def resolve_acting(user: Any, membership: int | None) -> Acting | None:
    """The acting person of a request: the chosen live membership of a user, else the first one.

    Sets the scope of the current transaction in the same statement.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _RESOLVE,
            {
                "user": user.pk,
                "membership": membership or 0,
                "today": clock.today(),
                "since": clock.start_of(clock.today()),
                "request": request_id.current(),
            },
        )
        row = cursor.fetchone()
    if row is None:
        return None
    return Acting(
        user_id=user.pk,
        membership_id=row[0],
        organisation_id=row[1],
        role=row[2],
        team_id=row[3],
        network=row[4],
        level=row[5],
        region=row[6],
        label=row[7],
        arrived_at=row[8],
        several=row[9],
        replaces=tuple(row[10]),
        names_listed=row[-1],
    )


def acting_from(membership: Membership) -> Acting:
    """The acting person of a membership, outside HTTP (tasks, commands, tests)."""
    organisation = membership.organisation
    department = organisation.department
    return Acting(
        user_id=membership.user_id,
        membership_id=membership.pk,
        organisation_id=membership.organisation_id,
        role=membership.role,
        team_id=membership.team_id,
        network=organisation.network,
        level=organisation.level,
        region=organisation.region_id or (department.region_id if department else None),
        label=organisation.acronym or organisation.name,
        arrived_at=membership.arrived_at,
        replaces=tuple(
            Absence.objects.on(clock.today())
            .filter(
                substitute=membership.user_id,
                membership__organisation=membership.organisation_id,
                membership__revoked_at__isnull=True,
            )
            .order_by("membership__user_id")
            .values_list("membership__user_id", flat=True)
        ),
    )


def is_new(acting: Acting) -> bool:
    """Whether this person joined the organisation less than 72 hours ago: no nominative export, no bulk view."""
    return acting.is_new


def others_of(acting: Acting) -> list[Membership]:
    """The other organisations for which the user of an acting person may act, by name."""
    return list(
        Membership.objects.live()
        .filter(user_id=acting.user_id)
        .exclude(pk=acting.membership_id)
        .select_related("organisation")
        .order_by("organisation__name", "pk")
    )


def with_substitutes(organisation_id: int, users: Iterable[int]) -> list[int]:
    """Users of an organisation, and those who replace the absent among them today."""
    users = list(users)
    replacing = (
        Absence.objects.on(clock.today())
        .filter(membership__organisation=organisation_id, membership__user__in=users)
        .order_by("pk")
        .values_list("substitute_id", flat=True)
    )
    return sorted({*users, *replacing})


def trail_reader_ids(organisation_id: int) -> list[int]:
    """The users who answer for what an organisation reads: its managers and its data-protection delegates."""
    return list(
        Membership.objects.live()
        .filter(organisation_id=organisation_id, role__in=[MANAGER, DPO])
        .order_by("user_id")
        .values_list("user_id", flat=True)
        .distinct()
    )


def roles_of(users: list[int]) -> dict[int, dict[int, str]]:
    """The organisations where each of some users is today, with their role there."""
    found: dict[int, dict[int, str]] = {}
    live = Membership.objects.live().filter(user__in=users).order_by("pk")
    for user, organisation, role in live.values_list("user_id", "organisation_id", "role"):
        found.setdefault(user, {})[organisation] = role
    return found


def manager_ids(organisation_id: int) -> list[int]:
    """The users who manage an organisation today."""
    return list(
        Membership.objects.live()
        .filter(organisation_id=organisation_id, role=MANAGER)
        .order_by("user_id")
        .values_list("user_id", flat=True)
    )


def team_id_of(user_id: int | None, organisation_id: int) -> int | None:
    """The team of a user in an organisation today."""
    return team_ids_of([user_id], organisation_id).get(user_id) if user_id else None


def team_ids_of(users: Iterable[int], organisation_id: int) -> dict[int, int | None]:
    """The team of each of some users in an organisation today, by user."""
    found = Membership.objects.live().filter(user_id__in=list(users), organisation_id=organisation_id)
    # Of somebody who belongs to it twice, the first.
    return dict(found.order_by("-pk").values_list("user_id", "team_id"))


def live_sirets(user_id: int) -> set[str]:
    """The SIRET of the organisations that a user belongs to today."""
    found = Membership.objects.live().filter(user_id=user_id).exclude(organisation__siret="")
    return set(found.order_by("pk").values_list("organisation__siret", flat=True))
