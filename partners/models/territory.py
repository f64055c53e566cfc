"""Regions, departments and municipalities, by their INSEE codes."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Region(models.Model):
    code = models.CharField("code INSEE", max_length=3, primary_key=True)
    name = models.CharField("nom", max_length=80)

    class Meta:
        verbose_name = "région"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Department(models.Model):
    """A department, or an overseas collectivity (which belongs to no region)."""

    class Kind(models.TextChoices):
        DEPARTMENT = "department", "département"
        COLLECTIVITY = "collectivity", "collectivité d’outre-mer"

    code = models.CharField("code INSEE", max_length=3, primary_key=True)
    name = models.CharField("nom", max_length=80)
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, verbose_name="région")
    kind = models.CharField("nature", max_length=12, choices=Kind, default=Kind.DEPARTMENT)
    timezone = models.CharField("fuseau horaire", max_length=40, default="Europe/Paris")

    class Meta:
        verbose_name = "département"
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"


class Municipality(models.Model):
    code = models.CharField("code INSEE", max_length=5, primary_key=True)
    name = models.CharField("nom", max_length=80)
    department = models.ForeignKey(Department, models.PROTECT, verbose_name="département")
    postcodes = ArrayField(models.CharField(max_length=5), default=list, verbose_name="codes postaux")
    population = models.PositiveIntegerField("population", default=0)
    longitude = models.FloatField(null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    # Without accents, in lower case: sorting and prefix search go through it (collation C, STACK §2).
    search_name = models.CharField(max_length=80, db_collation="C", db_index=True)

    class Meta:
        verbose_name = "commune"
        ordering = ["search_name"]

    def __str__(self) -> str:
        return f"{self.name} ({', '.join(self.postcodes[:1]) or self.code})"
