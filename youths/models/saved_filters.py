"""The lists of youths that people come back to."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q

from core import clock
from core.validators import validate_free_text
from partners.models import Organisation


class SavedFilter(models.Model):
    """A list under a name, for its author in one organisation: codes and identifiers, no youth."""

    MOST = 20

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+", db_index=False)
    name = models.CharField("nom", max_length=60, validators=[validate_free_text])
    query = models.CharField("filtres", max_length=500, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = "filtre enregistré"
        verbose_name_plural = "filtres enregistrés"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation", "name"],
                name="youths_filter_once",
                violation_error_message="Vous avez déjà un filtre de ce nom.",
            ),
            models.CheckConstraint(
                condition=~Q(name=""),
                name="youths_filter_named",
                violation_error_message="Donnez un nom à ce filtre.",
            ),
        ]

    def __str__(self) -> str:
        return f"Filtre n° {self.pk}"
