"""What the youths' room holds of people, and why (core.personal)."""

from typing import Any

from django.db.models import Q

from core.personal import Chapter, Circle, Use, declare
from youths.agreements.purposes import label_of, purposes
from youths.models import (
    Accompaniment,
    AccompanimentInvitation,
    Agreement,
    AgreementRequest,
    DelegateDecision,
    Disposal,
    DistinctPair,
    EntitledPerson,
    Erasure,
    JournalEntry,
    LegalRepresentative,
    Merge,
    NextStep,
    Obstacle,
    ObstacleStep,
    Opening,
    PortfolioImport,
    PortfolioRow,
    PrivateNote,
    Reach,
    RestrictedObstacle,
    RetentionNotice,
    RightsRequest,
    SavedFilter,
    Situation,
    Transfer,
    Youth,
)

IDENTITY = Use("Savoir de qui l’on parle, ne pas confondre deux jeunes, retrouver son dossier")
CONTACT = Use("Joindre le jeune : rendez-vous, réponse d’un partenaire")
PLACE = Use("Trouver une offre près de chez lui, appliquer les règles de territoire d’un dispositif")
PATH = Use("Vérifier les conditions d’un dispositif, choisir la suite du parcours")
PERIOD = Use("Savoir de quand date le dernier contact, donc quand le dossier doit être effacé")
REPRESENTATIVE = Use(
    "Informer le représentant légal d’un mineur",
    retention="Effacé le jour des 18 ans du jeune",
    readers="La structure qui tient le dossier, elle seule",
)
FOLLOWING = Use("Savoir qui accompagne le jeune, pour quoi, et jusqu’à quand il a accès au dossier")
AGREED = Use("Prouver que le jeune a été informé, et ce qu’il a accepté ou retiré")
REPRESENTED = Use(
    "Prouver que le représentant légal d’un mineur a été informé, et a signé quand un texte le demande"
)
ASKED_BY_LINK = Use("Demander au jeune son accord, ou ce qu’il veut arrêter, par un lien à lui")
GUARDED = Use("Vérifier que c’est bien le jeune qui répond", readers="Personne : sert au portail")
DELETED = Use("Prouver ce que le partenaire a supprimé ou gardé quand le jeune retire son accord")
SHARED_STORY = Use("Se coordonner autour du jeune : ce qui a été fait, ce qui vient ensuite")
OWN_NOTE = Use(
    "Mémoire de travail de la structure ; communicable au jeune s’il la demande",
    readers="La structure qui l’écrit, et le jeune s’il le demande",
)
OBSTACLE = Use("Lever ce qui gêne le parcours, par des codes et sans jamais en dire la cause")
RESTRICTED = Use(
    "Savoir qu’une question de santé, ou de justice, demande une aide adaptée : un code, jamais une cause",
    basis="Le texte cité par le délégué de la structure (RGPD art. 9-2 ou 10)",
    readers="Les personnes que le délégué de la structure a nommées",
)
JOINED = Use(
    "Ne garder qu’un dossier d’une même personne ; pouvoir revenir en arrière pendant 30 jours",
    readers="La structure qui tient le dossier",
)
MOVED = Use(
    "Confier le dossier d’un jeune qui déménage à la Mission Locale de son nouveau domicile",
    readers="Les responsables des deux Missions Locales, et qui a proposé le transfert",
)
OPENED = Use(
    "Contrôler les accès : qui a ouvert un dossier sans accompagner le jeune, et pourquoi",
    basis="Obligation de sécurité (RGPD art. 5-1-f et 32)",
)
_ACCOUNTABLE = "Obligation légale de rendre compte (RGPD art. 5-2, 12 et 24)"
ASKED = Use(
    "Répondre au jeune dans le délai, et prouver qu’on l’a fait",
    basis=_ACCOUNTABLE,
    retention="Avec le dossier",
    readers="Le délégué de la structure à qui la demande est faite",
)
ERASED = Use(
    "Prouver qu’un effacement a été fait : des nombres et une empreinte, aucun nom",
    basis=_ACCOUNTABLE,
    retention="Tant que la structure utilise le portail",
    readers="Le délégué de la structure",
)
DECIDED = Use(
    "Garder la preuve de ce que le délégué a permis, et du texte cité",
    basis="Obligation légale de rendre compte (RGPD art. 5-2 et 24)",
    retention="Tant que la structure utilise le portail",
    readers="Le délégué et les responsables de la structure",
)

BROUGHT = Use(
    "Reprendre les jeunes que la Mission Locale suit déjà : ce que le fichier ferait, avant confirmation",
    retention="24 heures au plus",
    readers="Les responsables de la structure",
)
KEPT_LIST = Use(
    "Retrouver une liste de travail : des codes, aucun jeune",
    retention="Tant que son auteur la garde",
    readers="Son auteur, lui seul",
)


def _purpose(row: Any) -> str:
    return label_of(row.purpose)


def _text(row: Any) -> str:
    """The text that the youth was told; its version when it is no longer known."""
    sender = row.requested_for if isinstance(row, AgreementRequest) else row.recorded_for
    names = {"sender": sender.outward_name, "recipient": row.recipient.outward_name}
    found = purposes.get(row.purpose)
    return (found and found.wording(row.text_version, **names)) or row.text_version


def register() -> None:
    """Declare the tables of the room (at start)."""
    _declare_record()
    _declare_story()
    _declare_rights()
    declare(PortfolioImport, {BROUGHT: ("created_by", "created_at")}, youth="")
    declare(
        PortfolioRow,
        {
            BROUGHT: (
                "brought", "number", "verdict", "reason", "file_number", "last_name", "first_name", "birth_date",
                "phone", "email", "version", "lead_id", "changes", "similar",
            )
        },
        youth="youth",
        holders=("organisation",),
        hidden=frozenset({"brought", "version", "lead_id", "changes", "similar"}),
    )  # fmt: skip
    declare(SavedFilter, {KEPT_LIST: ("user", "name", "query", "created_at")}, youth="")
    _declare_merging()
    declare(
        DelegateDecision,
        {DECIDED: ("subject", "legal_text", "months", "decided_by", "decided_at", "ended_by", "ended_at")},
        youth="",
    )
    declare(
        EntitledPerson,
        {DECIDED: ("user", "subject", "given_by", "starts_at", "ended_by", "ended_at")},
        youth="",
    )


def _declare_record() -> None:
    declare(
        Youth,
        {
            IDENTITY: ("file_number", "first_name", "last_name", "birth_date", "search_name", "search_words"),
            CONTACT: ("phone", "email", "contact_changed_at"),
            PLACE: ("municipality",),
            PATH: ("level", "level_obtained"),
            PERIOD: ("created_at", "last_contact_on"),
            JOINED: ("merged_into",),
        },
        chapter=Chapter.IDENTITY,
        youth="pk",
        subjects=("youth", "accompaniment"),
        circle=Circle.ACCESS,
        hidden=frozenset({"search_name", "search_words", "contact_changed_at"}),
    )
    declare(
        Reach,
        {IDENTITY: ("kept", "search_name", "search_words"), FOLLOWING: ("access_until",)},
        chapter=Chapter.IDENTITY,
        youth="youth",
        circle=Circle.NAMED,
        hidden=frozenset({"kept", "access_until", "search_name", "search_words"}),
    )
    declare(
        LegalRepresentative,
        {REPRESENTATIVE: ("link", "name", "phone", "email")},
        chapter=Chapter.IDENTITY,
        youth="youth",
        circle=Circle.KEEPERS,
    )
    declare(
        Situation,
        {PATH: ("kind", "code", "since", "until", "recorded_at")},
        chapter=Chapter.IDENTITY,
        youth="youth",
        circle=Circle.ACCESS,
    )
    declare(
        Accompaniment,
        {
            FOLLOWING: (
                "role",
                "aspects",
                "reason",
                "started_on",
                "ended_on",
                "end_reason",
                "access_until",
                "reads_from",
            ),
        },
        chapter=Chapter.PEOPLE,
        youth="youth",
        circle=Circle.ACCESS,
        holders=("organisation",),
        own=True,
    )
    declare(
        AccompanimentInvitation,
        {
            FOLLOWING: (
                "link",
                "agreement",
                "sent_at",
                "aspects",
                "reason",
                "state",
                "declining",
                "answered_at",
            )
        },
        chapter=Chapter.PEOPLE,
        hidden=frozenset({"link", "agreement"}),
        youth="youth",
        holders=("from_organisation", "to_organisation"),
    )
    declare(
        Opening,
        {OPENED: ("reason", "at", "until")},
        youth="youth",
        holders=("organisation",),
        own=True,
    )
    declare(
        Agreement,
        {
            AGREED: (
                "purpose",
                "given_on",
                "expires_on",
                "channel",
                "informed",
                "covers_return",
                "text_version",
                "withdrawn_at",
                "withdrawn_how",
            ),
            REPRESENTED: ("representative_informed_on", "representative_signed_on", "emancipated"),
        },
        chapter=Chapter.AGREEMENTS,
        said={"purpose": _purpose, "text_version": _text},
        youth="youth",
        holders=("recorded_for", "recipient"),
        subjects=("agreement",),
    )

    declare(
        AgreementRequest,
        {
            ASKED_BY_LINK: (
                "purpose",
                "kind",
                "text_version",
                "asked_at",
                "expires_at",
                "mailed_at",
                "cancelled_at",
            ),
            AGREED: ("answer", "answered_at"),
            GUARDED: ("token_hash", "tries", "locked_at"),
        },
        chapter=Chapter.AGREEMENTS,
        said={"purpose": _purpose, "text_version": _text},
        youth="youth",
        holders=("requested_for",),
        hidden=frozenset({"token_hash"}),
        subjects=("agreement_request",),
    )
    declare(
        Disposal,
        {DELETED: ("asked_at", "due_on", "answer", "duty", "answered_at")},
        chapter=Chapter.AGREEMENTS,
        youth="agreement__youth",
        holders=("organisation",),
        subjects=("disposal",),
    )


def _declare_rights() -> None:
    declare(
        RightsRequest,
        {
            ASKED: (
                "kind", "channel", "received_on", "due_on", "extension_reason", "state", "answer", "answered_on",
                "gathering", "archive", "archive_until",
            )
        },
        youth="youth",
        holders=("organisation",),
        own=True,
        hidden=frozenset({"gathering", "archive", "archive_until"}),
        subjects=("rights_request",),
    )  # fmt: skip
    declare(
        RetentionNotice,
        {PERIOD: ("last_contact_on", "announced_on", "erase_from", "kept_until", "kept_reason")},
        youth="youth",
        holders=("organisation",),
        own=True,
    )
    declare(Erasure, {ERASED: ("by", "at", "reason", "whole", "counts", "record_hash")})


def _declare_story() -> None:
    declare(
        JournalEntry,
        {SHARED_STORY: ("at", "withdrawn_at", "kind", "happened_on", "text")},
        chapter=Chapter.STORY,
        youth="youth",
        circle=Circle.STORY,
        holders=("organisation",),
        moment="at",
        # A text that was taken back is no longer told to the others: who wrote it still holds it.
        withheld=lambda organisation_id: Q(withdrawn_at__isnull=False) & ~Q(organisation=organisation_id),
    )
    declare(
        PrivateNote,
        {OWN_NOTE: ("at", "withdrawn_at", "kind", "happened_on", "text")},
        chapter=Chapter.STORY,
        youth="youth",
        holders=("organisation",),
        own=True,
    )
    declare(
        NextStep,
        {SHARED_STORY: ("wording", "due_on", "proposed_at", "agreed_at", "closing", "closed_at")},
        chapter=Chapter.STORY,
        youth="youth",
        circle=Circle.STORY,
        holders=("proposed_for",),
        moment="proposed_at",
    )
    declare(
        Obstacle,
        {OBSTACLE: ("category", "since", "closing", "closed_on")},
        chapter=Chapter.STORY,
        youth="youth",
        circle=Circle.STORY,
        holders=("organisation",),
        moment="since",
    )
    declare(
        ObstacleStep,
        {OBSTACLE: ("obstacle", "code", "on", "at")},
        chapter=Chapter.STORY,
        said={"obstacle": lambda row: row.obstacle.get_category_display()},
        youth="youth",
        circle=Circle.STORY,
        holders=("organisation",),
        moment="at",
    )
    declare(
        RestrictedObstacle,
        {RESTRICTED: ("code", "since", "recorded_at", "closed_on")},
        chapter=Chapter.STORY,
        youth="youth",
        holders=("organisation",),
        own=True,
    )


def _declare_merging() -> None:
    declare(
        Merge,
        {
            JOINED: (
                "merged_key",
                "merged_uuid",
                "kind",
                "at",
                "moved",
                "changed",
                "undone_at",
                "settled_at",
            ),
        },
        youth="youth",
        holders=("organisation",),
        # Numbers of rows, and what the two records said before: they are in the records themselves.
        hidden=frozenset({"merged_key", "merged_uuid", "moved", "changed"}),
    )
    declare(
        DistinctPair,
        {JOINED: ("first", "second", "at")},
        youth="first",
        holders=("organisation",),
        # Somebody else.
        hidden=frozenset({"second"}),
    )
    declare(
        Transfer,
        {MOVED: ("municipality", "proposed_at", "state", "reason", "answered_at")},
        youth="youth",
        circle=Circle.KEEPERS,
        holders=("sender", "recipient"),
        subjects=("transfer",),
    )
