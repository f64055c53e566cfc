"""Users and sign-in, nothing else: what a person may do comes from their memberships."""

from datetime import timedelta
from typing import ClassVar
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from core import clock
from core.models import SqlNow


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A professional, or an administrator of the portal. Never a youth, never an employer."""

    email = models.EmailField("adresse électronique", unique=True)
    first_name = models.CharField("prénom", max_length=80)
    last_name = models.CharField("nom", max_length=80)
    phone = models.CharField("téléphone", max_length=20, blank=True)
    is_active = models.BooleanField("actif", default=True)
    is_staff = models.BooleanField(
        "accès à l’administration",
        default=False,
        help_text="Donne accès à l’administration, qui ne montre aucun jeune.",
    )
    date_joined = models.DateTimeField("inscrit le", db_default=SqlNow(), editable=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["first_name", "last_name"]
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        verbose_name = "compte"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")),
                name="accounts_user_email_lower",
                violation_error_message="L’adresse électronique s’écrit en minuscules.",
            )
        ]

    def __str__(self) -> str:
        return f"Compte n° {self.pk}"

    def get_full_name(self) -> str:
        """The professional's name, for pages that may show it."""
        return f"{self.first_name} {self.last_name}".strip()

    def get_short_name(self) -> str:
        return self.first_name


class SessionQuerySet(models.QuerySet["Session"]):
    def _alive(self) -> Q:
        now = clock.now()
        recent = Q(last_seen__gt=now - timedelta(minutes=settings.SESSION_IDLE_MINUTES))
        return Q(expire_date__gt=now) & (Q(user__isnull=True) | recent)

    def live(self) -> "SessionQuerySet":
        """Those that still open something."""
        return self.filter(self._alive())

    def dead(self) -> "SessionQuerySet":
        """Those whose time has run out."""
        return self.exclude(self._alive())


class Session(AbstractBaseSession):
    """A visit, of a user once they have signed in (see :mod:`accounts.sessions`)."""

    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="+")
    device = models.CharField("appareil", max_length=40, blank=True)
    started_at = models.DateTimeField("ouverte le")
    last_seen = models.DateTimeField("dernière activité")

    objects = SessionQuerySet.as_manager()  # type: ignore[assignment,misc]

    class Meta:
        verbose_name = "connexion"

    def __str__(self) -> str:
        return f"Connexion du compte n° {self.user_id}"


class Attempt(models.Model):
    """Something counted until a moment, under a keyed hash (see :mod:`accounts.limits`)."""

    key = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveIntegerField()
    until = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = "tentative comptée"
        verbose_name_plural = "tentatives comptées"

    def __str__(self) -> str:
        return f"{self.count} jusqu’au {self.until:%Y-%m-%d %H:%M}"


class AuthenticatorApp(models.Model):
    """The application that gives a user six digits every thirty seconds (TOTP, RFC 6238)."""

    user = models.OneToOneField(User, models.CASCADE, related_name="authenticator_app")
    # Encrypted: a copy of the database gives nobody the codes.
    secret = models.CharField(max_length=250)
    # The step of the last code accepted: it and those before it are spent.
    last_step = models.BigIntegerField()
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = "application de codes"
        verbose_name_plural = "applications de codes"

    def __str__(self) -> str:
        return f"Application de codes du compte n° {self.user_id}"


class Passkey(models.Model):
    """A key of the user's device or a security key (WebAuthn)."""

    user = models.ForeignKey(User, models.CASCADE, related_name="passkeys")
    name = models.CharField("nom de la clé", max_length=40)
    credential_id = models.BinaryField(unique=True)
    # The attested credential data of the standard: identifier and public key.
    credential = models.BinaryField()
    sign_count = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "clé d’accès"
        verbose_name_plural = "clés d’accès"

    def __str__(self) -> str:
        return f"Clé d’accès n° {self.pk}"


class RecoveryCode(models.Model):
    """A code for the day one's telephone is lost: kept as a keyed hash, and dropped when it is used."""

    user = models.ForeignKey(User, models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = "code de secours"
        verbose_name_plural = "codes de secours"
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="accounts_recoverycode_once")]

    def __str__(self) -> str:
        return f"Code de secours du compte n° {self.user_id}"


class HeldForm(models.Model):
    """What somebody was sending when their session ended, kept for them alone (see :mod:`accounts.held_forms`)."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    user_id = models.BigIntegerField()
    # Where it was going, and the page on which it was typed.
    action = models.CharField(max_length=200)
    page = models.CharField(max_length=200)
    fields = models.JSONField()
    had_files = models.BooleanField(default=False)
    held_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = "saisie conservée"
        verbose_name_plural = "saisies conservées"
        indexes = [models.Index(fields=["held_at"], name="accounts_heldform_age")]

    def __str__(self) -> str:
        return f"Saisie conservée n° {self.pk}"


class ExternalIdentity(models.Model):
    """Who a user is for ProConnect: its subject identifier, which never changes."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    issuer = models.CharField(max_length=200)
    subject = models.CharField(max_length=255)
    linked_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = "identité ProConnect"
        verbose_name_plural = "identités ProConnect"
        constraints = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="accounts_externalidentity_subject"),
            models.UniqueConstraint(fields=["user", "issuer"], name="accounts_externalidentity_user"),
        ]

    def __str__(self) -> str:
        return f"Identité ProConnect du compte n° {self.user_id}"
