"""What the demonstration's people added about the commitments of the convention with the SMV: invented, and few."""

from datetime import timedelta

from core import clock
from partners import founding
from partners.models import Commitment, CommitmentNote, Membership
from portal.demo.conventions import SMV

PIECE, COMMENT = CommitmentNote.Kind.EVIDENCE, CommitmentNote.Kind.COMMENT
# code of the commitment, organisation, kind, how many days ago, text
_ADDED = (
    (
        "ML-PROMOTION",
        "UNML",
        PIECE,
        45,
        "Fiche de présentation du SMV mise à la disposition de toutes les Missions Locales.",
    ),
    (
        "ML-PREPARATION",
        "UNML",
        PIECE,
        130,
        "Liste des prérequis relue avec le SMV, puis envoyée aux associations régionales.",
    ),
    ("ML-PREPARATION", "ARML_75", COMMENT, 20, "Les équipes demandent une version à imprimer."),
    # Too old to count: the measure says that nothing shows it any more.
    (
        "SMV-NON-RETENUS",
        "UNML",
        PIECE,
        420,
        "Courrier type aux candidats non retenus, avec les coordonnées de leur Mission Locale.",
    ),
)


def load_notes() -> int:
    """Add the pieces and comments; return how many. Organisations without an account of their own add nothing."""
    wordings = {promise.code: promise.wording for promise in founding.convention("UNML-SMV-2019").commitments}
    promises = {
        commitment.wording: commitment
        for commitment in Commitment.objects.filter(convention__code=SMV).order_by("pk")
    }
    keys = {organisation for _, organisation, *_ in _ADDED}
    members = {
        membership.organisation.key: membership
        for membership in Membership.objects.filter(
            organisation__key__in=keys, role__in=("national", "regional")
        )
        .select_related("organisation", "user")
        .order_by("-pk")
    }
    notes = []
    for code, key, kind, days, text in _ADDED:
        member = members.get(key)
        if member is None:
            continue
        at = clock.now() - timedelta(days=days)
        notes.append(
            CommitmentNote(
                commitment=promises[wordings[code]],
                kind=kind,
                text=text,
                happened_on=clock.day_of(at),
                author=member.user,
                organisation=member.organisation,
                added_at=at,
            )
        )
    return len(CommitmentNote.objects.bulk_create(notes))
