"""The lines of a portfolio between their preview and their confirmation: a day at most."""

from datetime import timedelta
from uuid import uuid4

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from core import clock
from partners.models import Organisation
from youths.models.record import Youth


class PortfolioImport(models.Model):
    """A file that a manager brought, waiting to be confirmed; one at a time in an organisation."""

    KEPT = timedelta(hours=24)

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    organisation = models.OneToOneField(Organisation, models.CASCADE, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = "import de portefeuille"
        verbose_name_plural = "imports de portefeuille"

    def __str__(self) -> str:
        return f"Import n° {self.pk}"


class PortfolioRow(models.Model):
    """A line of the file, and what it would do. Of a refused one, its number and the reason alone are kept."""

    class Verdict(models.TextChoices):
        NEW = "new", "à créer"
        SIMILAR = "similar", "à décider : ressemble à un dossier de votre structure"
        CHANGED = "changed", "à mettre à jour"
        SAME = "same", "inchangée"
        REFUSED = "refused", "refusée"

    brought = models.ForeignKey(PortfolioImport, models.CASCADE, related_name="rows")
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+", db_index=False)
    number = models.PositiveIntegerField("ligne")
    verdict = models.CharField("suite", max_length=8, choices=Verdict)
    reason = models.CharField("motif", max_length=300, blank=True)
    file_number = models.CharField("numéro de dossier", max_length=20, blank=True)
    last_name = models.CharField("nom", max_length=80, blank=True)
    first_name = models.CharField("prénom", max_length=80, blank=True)
    birth_date = models.DateField("date de naissance", null=True)
    phone = models.CharField("téléphone", max_length=20, blank=True)
    email = models.EmailField("adresse électronique", blank=True)
    referent = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    # The record that it changes, as it was at the preview; those that it looks like.
    youth = models.ForeignKey(Youth, models.CASCADE, null=True, related_name="+")
    version = models.PositiveIntegerField(null=True)
    lead_id = models.BigIntegerField(null=True)
    changes = ArrayField(models.CharField(max_length=20), default=list)
    similar = ArrayField(models.BigIntegerField(), default=list)

    class Meta:
        verbose_name = "ligne de portefeuille"
        verbose_name_plural = "lignes de portefeuille"
        constraints = [
            models.UniqueConstraint(fields=["brought", "number"], name="youths_portfolio_line"),
            models.UniqueConstraint(
                fields=["brought", "file_number"],
                condition=~models.Q(file_number=""),
                name="youths_portfolio_number",
            ),
        ]

    def __str__(self) -> str:
        return f"Ligne n° {self.number}"
