"""Users and sign-in, nothing else: what a person may do comes from their memberships."""

from datetime import timedelta
from typing import ClassVar

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
