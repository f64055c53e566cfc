"""What accounts hold of professionals, and why (core.personal)."""

from accounts.models import (
    AuthenticatorApp,
    ExternalIdentity,
    HeldForm,
    Passkey,
    RecoveryCode,
    Session,
    User,
)
from core.personal import Use, declare

ACCOUNT = Use(
    "Reconnaître le professionnel et le joindre",
    retention="Tant que le compte sert ; un compte endormi deux ans est fermé",
    readers="Ses collègues et ses partenaires dans le portail ; jamais le public",
)
SIGN_IN = Use(
    "Vérifier que c’est bien lui (deux étapes), et lui montrer ses connexions",
    basis="Obligation de sécurité (RGPD art. 32)",
    retention="Jusqu’à ce qu’il les retire, ou la fin de la session",
    readers="Lui seul ; les secrets ne se lisent pas",
)
HELD = Use(
    "Ne pas perdre ce qui a été tapé quand la session s’est terminée",
    retention="24 heures",
    readers="Lui seul",
)


def register() -> None:
    """Declare the tables of the room (at start)."""
    declare(
        User,
        {
            ACCOUNT: (
                "email",
                "first_name",
                "last_name",
                "phone",
                "is_active",
                "is_staff",
                "is_superuser",
                "date_joined",
            ),
            SIGN_IN: ("password", "last_login"),
        },
    )
    declare(Session, {SIGN_IN: ("session_data", "device", "started_at", "last_seen", "expire_date", "user")})
    declare(AuthenticatorApp, {SIGN_IN: ("user", "secret", "last_step", "created_at")})
    declare(
        Passkey,
        {
            SIGN_IN: (
                "user",
                "name",
                "credential_id",
                "credential",
                "sign_count",
                "created_at",
                "last_used_at",
            )
        },
    )
    declare(RecoveryCode, {SIGN_IN: ("user", "digest")})
    declare(ExternalIdentity, {SIGN_IN: ("user", "issuer", "subject", "linked_at")})
    declare(HeldForm, {HELD: ("user_id", "action", "page", "fields", "had_files", "held_at")})
