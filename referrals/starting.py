"""Who may say that a course has begun, and on what: a registration, a signed period, a proof that one brings."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.apps import apps as installed
from django.db import connection
from psycopg import sql

from core import clock
from referrals import programmes
from referrals.models import Referral, WorkPlacement
from referrals.placements.codes import HELD, State
from referrals.programmes.base import PERIOD_SIGNED

_FUNCTION = """
CREATE OR REPLACE FUNCTION tu_start_proof(programme text, proof text) RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp
RETURN (programme || ' ' || proof) = ANY ({proofs}::text[]);
"""
UNREGISTERED = (
    "L’entrée ne peut pas être confirmée : ce jeune n’est inscrit dans aucune mission locale. Il doit l’être avant "
    "d’entrer, pour être accompagné quelle que soit la suite."
)
UNSIGNED = (
    "Le démarrage ne peut pas être confirmé : la convention de la période n’est pas notée comme signée. Notez d’abord "
    "sa signature."
)
NO_PROOF = "Le démarrage est confirmé par la structure qui accueille le jeune."
NO_PERIOD = (
    "Vous confirmerez le démarrage quand une période signée, notée sur cette orientation, aura commencé ; l’autre "
    "structure peut aussi le faire."
)


def sync(apps: Any = installed, **kwargs: Any) -> None:
    """Write what proves each course into the database, which asks for it too (after each migration, as the owner).

    ``apps``: what the migration leaves; a room that was undone has no function.
    """
    if "referral" not in apps.all_models["referrals"]:
        return
    codes = [f"{one.code} {proof.code}" for one in programmes.all() for proof in one.start_proofs]
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(_FUNCTION).format(proofs=sql.Literal(codes)))


def needs_registration(referral: Referral) -> bool:
    """Whether nobody starts before a Mission Locale registered the youth, and none did yet."""
    return referral.rules.needs_registration and referral.youth.registered_with_id is None


def why_not_started(referral: Referral) -> str:
    """Why an entry may not be confirmed, in a French sentence; empty when nothing stands in the way."""
    if needs_registration(referral):
        return UNREGISTERED
    if _rests_on_period(referral):
        states = {state for state, _ in _periods(referral)}
        if State.PLANNED in states and not states & set(HELD):
            return UNSIGNED
    return ""


def why_not_proved(referral: Referral) -> str:
    """Why the sender may not say that the course has begun (SECURITY §2.3, row 11); empty when it can prove it."""
    if not referral.rules.start_proofs:
        return NO_PROOF
    if _rests_on_period(referral) and first_day(referral) is None:
        return NO_PERIOD
    return why_not_started(referral)


def first_day(referral: Referral) -> date | None:
    """The first day of the earliest signed period that hangs on a referral, once it has come."""
    begun = (day for state, day in _periods(referral) if state in HELD and day <= clock.today())
    return min(begun, default=None)


def proved(referral: Referral) -> Mapping[str, Any]:
    """What the form of the one who brings the proof is filled with."""
    if not _rests_on_period(referral) or (day := first_day(referral)) is None:
        return {}
    return {"reason": PERIOD_SIGNED, "started_on": day}


def _rests_on_period(referral: Referral) -> bool:
    return any(proof.code == PERIOD_SIGNED for proof in referral.rules.start_proofs)


def _periods(referral: Referral) -> Iterable[tuple[str, date]]:
    """State and first day of the periods that hang on a referral: as its page was read, else as they are now."""
    rows = getattr(referral, "placement_rows", None)
    if rows is None:
        return list(
            WorkPlacement.objects.filter(referral=referral).order_by("pk").values_list("state", "starts_on")
        )
    return [(row["state"], date.fromisoformat(row["starts_on"])) for row in rows]
