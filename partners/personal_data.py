"""What the partners' room holds of professionals, and why (core.personal)."""

from core.personal import ACTOR, Use, declare
from partners import models

PLACE = Use(
    "Savoir pour quelle structure, dans quel rôle et jusqu’à quand un professionnel agit",
    retention="Trois ans après la fin du rattachement",
    readers="Les membres de sa structure",
)
INVITED = Use(
    "Inviter un professionnel, sur décision de sa structure",
    retention="Jusqu’à la réponse ; une invitation sans réponse expire",
    readers="Les responsables de la structure qui invite",
)
REFERENT = Use(
    "Savoir à qui adresser une orientation",
    retention="Tant que la désignation sert, puis comme trace des orientations",
    readers="Les professionnels des réseaux partenaires",
)
DESK = Use(
    "Joindre la structure (adresse et téléphone du service)",
    retention="Tant que la structure existe",
    readers="Les professionnels du portail",
)
EXPORTED = Use(
    "Faire répondre une deuxième personne d’un grand export nominatif, et supprimer son fichier",
    retention="Le fichier : un jour. La demande : trente jours",
    readers="La personne qui demande ; les responsables et le délégué de sa structure",
)
_SIGNED = {
    models.Amendment: "recorded_by",
    models.ConventionParty: "exit_recorded_by",
    models.ConventionDecision: "recorded_by",
    models.ConventionDocument: "added_by",
    models.AlertAnswer: "answered_by",
    models.CommitmentNote: "author",
    models.CommitteeMember: "user",
    models.CommitteeAction: "owner",
    models.MeetingContribution: "author",
    models.Session: "created_by",
    models.Resource: "added_by",
    models.Convention: "steward",
    models.Handover: "done_by",
    models.MembershipReview: "by",
}


def register() -> None:
    """Declare the tables of the room (at start)."""
    declare(
        models.Membership,
        {PLACE: ("user", "role", "team", "starts_on", "ends_on", "arrived_at", "revoked_at", "suspended_at")},
    )
    declare(
        models.Invitation,
        {INVITED: ("email", "first_name", "last_name", "role", "team", "invited_by", "decided_by")},
    )
    declare(
        models.Export,
        {
            EXPORTED: (
                "user", "membership", "kind", "query", "reason", "lines", "decided_by", "subjects", "document",
            )
        },
    )  # fmt: skip
    declare(
        models.Absence, {PLACE: ("membership", "substitute", "starts_on", "until", "declared_by", "ended_at")}
    )
    declare(
        models.Designation,
        {
            REFERENT: (
                "user",
                "substitute",
                "topic",
                "starts_on",
                "ends_on",
                "absent_from",
                "absent_until",
            )
        },
    )
    declare(models.Organisation, {DESK: ("email", "phone")})
    for model, signature in _SIGNED.items():
        declare(model, {ACTOR: (signature,)})
