"""What the ground floor holds of people, and why: identifiers, hours and counts, never a name (core.personal)."""

from core.models import Alert, AuditEntry, Change, OpenedFile, OutboxMessage, Task
from core.personal import Use, declare

_SECURITY = (
    "Obligation de sécurité et de rendre compte (RGPD art. 5-1-f, 5-2 et 32 ; CNIL, délibération 2021-122)"
)
TRAIL = Use(
    "Savoir qui a lu, listé, exporté ou s’est vu refuser quoi ; remarquer un usage anormal",
    basis=_SECURITY,
    retention="Douze mois, par mois entiers",
    readers="Les responsables et le délégué de la structure, pour ses propres lignes",
)
HISTORY = Use(
    "Savoir qui a changé quoi, et prouver que rien n’a été réécrit",
    basis=_SECURITY,
    retention="Les valeurs sont effacées avec le jeune ; le fait et son empreinte restent, scellés",
    readers="Les responsables des structures de la ligne",
)
WORK = Use(
    "Ne rien oublier : ce qui est à faire, pour qui, avant quand",
    retention="Avec le dossier dont elle parle",
    readers="La personne, son remplaçant, le responsable",
)
COUNTED = Use(
    "Arrêter une extraction massive de dossiers",
    basis=_SECURITY,
    retention="Deux jours",
    readers="Personne : compté par le portail",
)
WAITING = Use(
    "Faire plus tard ce qui a été décidé : un courriel, un document",
    retention="Trente jours après l’envoi",
    readers="Personne : lu par le portail",
)


def register() -> None:
    """Declare the tables of the room (at start)."""
    declare(
        AuditEntry,
        {
            TRAIL: (
                "user_id",
                "organisation_id",
                "at",
                "kind",
                "subject_kind",
                "subject_uuid",
                "detail",
                "request_id",
            )
        },
    )
    declare(
        Change,
        {
            HISTORY: (
                "user_id",
                "organisation_id",
                "at",
                "model",
                "object_id",
                "subject_kind",
                "subject_id",
                "columns",
                "values",
            )
        },
    )
    declare(Alert, {TRAIL: ("user_id", "kind", "count", "handled_by_id", "comment")})
    declare(OpenedFile, {COUNTED: ("user_id", "day", "subject_kind", "subject_uuid")})
    declare(Task, {WORK: ("user_id", "kind", "subject_kind", "subject_id", "due_on", "done_at")})
    declare(OutboxMessage, {WAITING: ("kind", "payload", "addressee", "organisation_id")})
