"""What the figures hold of people, and why (core.personal)."""

from collections.abc import Callable

from core.personal import ACTOR, Chapter, Use, declare
from partners.models import Organisation
from referrals import presenting, programmes
from reporting.models import FigureComment, FundingFile, FundingRun, ReferralFact

FIGURES = Use(
    "Compter les orientations et mesurer le partenariat, par des codes et des dates",
    retention="Avec l’orientation ; ensuite des nombres par trimestre, sans lien avec personne",
    readers="Personne un par un : seuls des nombres sont lus, les petits sont masqués",
)


def _name(organisation_id: int) -> str:
    return Organisation.objects.get(pk=organisation_id).outward_name


def _level(row: ReferralFact) -> str:
    return "" if row.level is None else f"niveau {row.level}"


def _days(name: str) -> Callable[[ReferralFact], str]:
    def said(row: ReferralFact) -> str:
        days = getattr(row, name)
        return "" if days is None else f"{days} jour{'s' if days > 1 else ''}"

    return said


def _times(name: str) -> Callable[[ReferralFact], str]:
    return lambda row: f"{getattr(row, name)} fois"


def register() -> None:
    """Declare the tables of the room (at start)."""
    declare(
        ReferralFact,
        {
            FIGURES: (
                "sender_id", "recipient_id", "convention_id", "programme", "topic", "direction", "sent_on", "month",
                "region", "department", "recipient_region", "recipient_department", "age_band", "level", "area",
                "state", "reason", "outcome", "at_exit", "at_m3", "at_m6", "ended_on", "answered", "accepted",
                "started", "completed", "info_requested", "rebounded", "acknowledged", "is_return", "opening_days",
                "answer_days", "silent_days", "start_days", "missions", "missions_week", "missions_month",
                "placements", "placements_hired",
            )
        },
        chapter=Chapter.FIGURES,
        title="chiffres tirés d’une orientation",
        hidden=frozenset({"convention_id", "topic"}),
        said={
            "sender_id": lambda row: _name(row.sender_id),
            "recipient_id": lambda row: _name(row.recipient_id),
            "programme": lambda row: presenting.programme_label(row.programme),
            "reason": lambda row: presenting.any_reason(programmes.get(row.programme), row.reason),
            "outcome": lambda row: (
                programmes.get(row.programme).outcome(row.outcome).label if row.outcome else ""
            ),
            "level": _level,
            **{name: _days(name) for name in ("opening_days", "answer_days", "silent_days", "start_days")},
            **{
                name: _times(name)
                for name in ("missions", "missions_week", "missions_month", "placements", "placements_hired")
            },
        },
        youth="referral__youth",
        holders=("sender_id", "recipient_id"),
    )  # fmt: skip
    for signed in (FundingFile, FundingRun, FigureComment):
        declare(signed, {ACTOR: ("created_by",)})
