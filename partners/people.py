"""Memberships as the rest of the house needs them: who acts, and who can be told."""

from typing import Any

from django.db import connection

from core import clock, request_id
from core.acting import MANAGER, Acting
from partners.models import Membership

# One round trip finds the membership and sets the scope of the transaction: a membership that is not live sets
# nothing, and the connection stays blind.
_RESOLVE = """
SELECT m.id, m.organisation_id, m.role, m.team_id, o.network, o.level,
       coalesce(o.region_id, d.region_id), coalesce(nullif(o.acronym, ''), o.name),
       set_config('app.user', m.user_id::text, true), set_config('app.org', m.organisation_id::text, true),
       set_config('app.role', m.role, true), set_config('app.system', '', true),
       set_config('app.request', %(request)s, true)
FROM partners_membership m
JOIN partners_organisation o ON o.id = m.organisation_id
LEFT JOIN partners_department d ON d.code = o.department_id
WHERE m.user_id = %(user)s AND m.starts_on <= %(today)s AND (m.ends_on IS NULL OR m.ends_on >= %(today)s)
ORDER BY (m.id = %(membership)s) DESC, m.id
LIMIT 1
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
    )


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
    if user_id is None:
        return None
    return (
        Membership.objects.live()
        .filter(user_id=user_id, organisation_id=organisation_id)
        .values_list("team_id", flat=True)
        .first()
    )
