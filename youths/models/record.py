"""The record of a youth: minimal identity, situations, legal representative. ``__str__`` never shows a person."""

from datetime import date
from uuid import uuid4

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q

from core import clock
from core.models import SqlNow
from core.validators import validate_free_text
from partners.models import Level, Municipality, Network, Organisation
from youths import situations

LEVELS = [
    (1, "Niveau 1 – aucun diplôme"),
    (2, "Niveau 2 – savoirs de base"),
    (3, "Niveau 3 – CAP, BEP (ancien niveau V)"),
    (4, "Niveau 4 – bac, BP (ancien niveau IV)"),
    (5, "Niveau 5 – bac + 2 (ancien niveau III)"),
    (6, "Niveau 6 – licence (ancien niveau II)"),
    (7, "Niveau 7 – master (ancien niveau I)"),
    (8, "Niveau 8 – doctorat (ancien niveau I)"),
]


class Normalised(Func):
    """Lower case, without accents, hyphens nor apostrophes (the SQL twin of ``core.names.normalise``)."""

    function = "tu_normalise"
    output_field = models.TextField()


class SearchWords(Func):
    """The words under which a record is found (``youths.search_sql``)."""

    function = "tu_search_words"
    output_field = SearchVectorField()


class YouthQuerySet(models.QuerySet["Youth"]):
    def standing(self) -> "YouthQuerySet":
        """Without the records that were merged into another one: their row waits, hidden, to be deleted."""
        return self.filter(merged_into__isnull=True)

    def visible_to(self, acting) -> "YouthQuerySet":
        """The youths whose full record this person may open: need to know (DESIGN, "Access", wall 1).

        A manager: those of the organisation. A professional: those that they, their team or the absent whom they
        replace accompany, and those opened with a stated reason in the last 24 hours. Regional, national staff
        and delegates: none.
        """
        # The links lead to this model: they are known once it is.
        from youths.models.accompaniment import kept_by, opened_by

        if acting is None or not acting.accompanies:
            return self.none()
        return self.standing().filter(pk__in=kept_by(acting).union(opened_by(acting).values("youth")))

    def openable_by(self, acting) -> "YouthQuerySet":
        """Those of :meth:`visible_to`, asked record by record.

        For one record, or along an index: the set of all those that a busy partner may open is never made (ADR 0033).
        """
        from youths.models.accompaniment import is_kept_by, is_opened_by

        if acting is None or not acting.accompanies:
            return self.none()
        return self.standing().filter(is_kept_by(acting) | is_opened_by(acting))

    def followable_by(self, acting) -> "YouthQuerySet":
        """Those of :meth:`followed_by`, asked record by record."""
        from youths.models.accompaniment import is_followed_by, is_opened_by

        if acting is None or not acting.accompanies:
            return self.none()
        return self.standing().filter(is_followed_by(acting) | is_opened_by(acting))

    def followed_by(self, acting) -> "YouthQuerySet":
        """Those of :meth:`visible_to` whom this person accompanies, a manager too: them, their team, who they replace.

        And those opened with a stated reason in the last 24 hours.
        """
        from youths.models.accompaniment import followed_by, opened_by

        if acting is None or not acting.accompanies:
            return self.none()
        return self.standing().filter(pk__in=followed_by(acting).union(opened_by(acting).values("youth")))

    def reached_by(self, acting, *, kept: bool = False) -> "YouthQuerySet":
        """All those that the acting organisation may read, or keeps: what a manager opens, along the order of names.

        What a colleague alone may open narrows it further. ``reach_name`` sorts them without reading them (ADR 0044).
        """
        from youths.models.reach import live_reach

        if acting is None or not acting.accompanies:
            return self.none()
        reached = live_reach("reaches__") & Q(reaches__organisation=acting.organisation_id)
        if kept:
            reached &= Q(reaches__kept=True)
        return self.filter(reached).alias(reach_name=F("reaches__search_name"))

    def followed_in_house(self, acting) -> "YouthQuerySet":
        """Those of :meth:`followed_by`, read from the index of all the links of the organisation: for long lists."""
        from youths.models.accompaniment import followed_of_house, opened_by

        if acting is None or not acting.accompanies:
            return self.none()
        return self.standing().filter(
            pk__in=followed_of_house(acting).union(opened_by(acting).values("youth"))
        )

    def kept_for(self, acting) -> "YouthQuerySet":
        """Those of :meth:`openable_by` whose record the acting organisation keeps: only it corrects it."""
        mine = Q(held_by=acting.organisation_id) | Q(registered_with=acting.organisation_id)
        return self.openable_by(acting).filter(mine)

    def registrable_for(self, acting) -> "YouthQuerySet":
        """Those of :meth:`openable_by` that a local Mission Locale may register: what it received (and its own).

        Not those that it no longer follows: until the end of its access it reads, and takes nothing over.
        """
        from youths.models.accompaniment import Accompaniment

        if acting is None or acting.network != Network.ML or acting.level != Level.LOCAL:
            return self.none()
        links = Accompaniment.objects.opening().active().filter(organisation=acting.organisation_id)
        mine = Q(held_by=acting.organisation_id) | Q(registered_with=acting.organisation_id)
        return self.openable_by(acting).filter(mine | Q(Exists(links.filter(youth=OuterRef("pk")))))

    def joinable_for(self, acting) -> "YouthQuerySet":
        """Those of :meth:`kept_for` that this person accompanies, or manages: a stated reason is not enough."""
        from youths.models.accompaniment import is_kept_by

        return self.kept_for(acting).filter(is_kept_by(acting))

    def accompanied_for(self, acting) -> "YouthQuerySet":
        """Those of :meth:`openable_by` that the acting organisation keeps, or accompanies today: it may write there.

        Who is merely solicited, and who no longer accompanies, reads what it was sent and writes nothing.
        """
        return self.openable_by(acting).written_for(acting)

    def written_for(self, acting) -> "YouthQuerySet":
        """Of youths that one may open: those that the acting organisation keeps, or accompanies today."""
        from youths.models.accompaniment import Accompaniment

        links = Accompaniment.objects.accompanying().active().filter(organisation=acting.organisation_id)
        mine = Q(held_by=acting.organisation_id) | Q(registered_with=acting.organisation_id)
        return self.filter(mine | Q(Exists(links.filter(youth=OuterRef("pk")))))

    def listed_for(self, acting) -> "YouthQuerySet":
        """The youths whose name this person may read in a search.

        In a Mission Locale, all of its own (name, birth date and lead referent only); elsewhere, those one may
        open. Nobody searches people across organisations.
        """
        if acting is None or not acting.accompanies:
            return self.none()
        if acting.network != Network.ML:
            return self.openable_by(acting)
        return self.standing().filter(
            Q(held_by=acting.organisation_id) | Q(registered_with=acting.organisation_id)
        )


class Youth(models.Model):
    """Minimal identity of a young person. No NIR, no diagnosis, no criminal record."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    held_by = models.ForeignKey(
        Organisation, models.PROTECT, related_name="held_youths", verbose_name="dossier ouvert par"
    )
    registered_with = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="registered_youths",
        verbose_name="Mission Locale d’inscription",
    )
    file_number = models.CharField(
        "numéro de dossier", max_length=20, blank=True, help_text="Celui de la Mission Locale, s’il existe."
    )
    first_name = models.CharField("prénom", max_length=80, validators=[validate_free_text])
    last_name = models.CharField("nom", max_length=80, validators=[validate_free_text])
    birth_date = models.DateField("date de naissance")
    phone = models.CharField("téléphone", max_length=20, blank=True)
    email = models.EmailField("adresse électronique", blank=True)
    municipality = models.ForeignKey(
        Municipality, models.PROTECT, null=True, blank=True, verbose_name="commune"
    )
    level = models.PositiveSmallIntegerField("niveau de formation", choices=LEVELS, null=True, blank=True)
    level_obtained = models.BooleanField("diplôme obtenu", default=False)
    # Written by the database (``youths.contact_sql``): who no longer accompanies is not told of what changed since.
    contact_changed_at = models.DateTimeField("coordonnées changées le", null=True, editable=False)
    created_at = models.DateTimeField(db_default=SqlNow(), editable=False)
    last_contact_on = models.DateField("dernier contact", default=clock.today)
    # The record that this one was merged into (youths.merging); hidden from everybody until its row goes.
    merged_into = models.ForeignKey(
        "self",
        models.CASCADE,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        db_index=False,
        verbose_name="fusionné dans",
    )
    # Who corrects it saw this version: two at once, one wins and the other is told.
    version = models.PositiveIntegerField(db_default=1, default=1, editable=False)
    search_name = models.GeneratedField(
        expression=Normalised(F("last_name"), F("first_name")),
        output_field=models.TextField(db_collation="C"),
        db_persist=True,
    )
    # What the search reads: names, file number and telephone number, under each organisation that keeps the record.
    search_words = models.GeneratedField(
        expression=SearchWords(
            F("held_by"), F("registered_with"), F("last_name"), F("first_name"), F("file_number"), F("phone")
        ),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = YouthQuerySet.as_manager()

    class Meta:
        verbose_name = "jeune"
        constraints = [
            models.CheckConstraint(
                condition=~Q(first_name="") & ~Q(last_name=""),
                name="youths_youth_named",
                violation_error_message="Indiquez le prénom et le nom.",
            ),
            models.CheckConstraint(
                condition=Q(birth_date__gte="1950-01-01"),
                name="youths_youth_birth_date",
                violation_error_message="Vérifiez la date de naissance.",
            ),
            models.UniqueConstraint(
                fields=["registered_with", "file_number"],
                condition=~Q(file_number="") & Q(merged_into__isnull=True),
                name="youths_youth_file_number",
                violation_error_message="Ce numéro de dossier existe déjà dans votre Mission Locale.",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")),
                name="youths_youth_merged",
                violation_error_message="Un dossier ne se fusionne pas avec lui-même.",
            ),
            models.CheckConstraint(
                condition=Q(level__isnull=True) | Q(level__range=(1, 8)),
                name="youths_youth_level",
                violation_error_message="Le niveau de formation va de 1 à 8.",
            ),
        ]
        indexes = [
            models.Index(fields=["registered_with", "search_name", "id"], name="youths_by_name"),
            models.Index(fields=["held_by", "search_name", "id"], name="youths_held_by_name"),
            models.Index(fields=["held_by", "birth_date"], name="youths_held_birth"),
            models.Index(fields=["registered_with", "birth_date"], name="youths_registered_birth"),
            # For the long lists of a whole organisation, walked in their order (youths.listing.rows).
            models.Index(fields=["search_name", "id"], name="youths_in_order"),
            models.Index(fields=["last_contact_on", "id"], name="youths_last_contact"),
            # What the filters of a list ask of thousands of records, which are not read for it.
            models.Index(
                fields=["id"],
                include=["last_contact_on", "birth_date", "held_by", "registered_with", "merged_into"],
                name="youths_by_key",
            ),
            # Without a list of entries to come: a search would read all of it.
            GinIndex(fields=["search_words"], name="youths_by_words", fastupdate=False),
            models.Index(
                fields=["merged_into"], name="youths_merged_into", condition=Q(merged_into__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"Jeune n° {self.pk}"

    @property
    def full_name(self) -> str:
        """First name and last name, for the pages that may show them."""
        return f"{self.first_name} {self.last_name}"

    def forget_contact_since(self, last_day: date | None) -> None:
        """Leave out how to reach them, when it changed after the last day of who reads (None: reads today).

        ``contact_left_out`` says so. Nothing is written: this is an object to show.
        """
        changed = self.contact_changed_at
        self.contact_left_out = bool(last_day and changed and clock.day_of(changed) > last_day)
        if self.contact_left_out:
            self.phone = self.email = ""
            self.municipality = None

    @property
    def keepers(self) -> set[int]:
        """The organisations that keep the record: who opened it, and the Mission Locale of registration."""
        return {one for one in (self.held_by_id, self.registered_with_id) if one is not None}

    @property
    def keeper_id(self) -> int:
        """Who answers for the record: the Mission Locale of registration, else who opened it."""
        return self.registered_with_id or self.held_by_id


class LegalRepresentative(models.Model):
    """Who represents a minor. Nothing else is kept of them, and nothing once the youth comes of age."""

    class Link(models.TextChoices):
        PARENT = "parent", "parent"
        GUARDIAN = "tuteur", "tuteur"
        SERVICE = "service", "service qui en a la charge"
        OTHER = "autre", "autre représentant légal"

    youth = models.OneToOneField(Youth, models.CASCADE, related_name="representative")
    link = models.CharField("qualité", max_length=10, choices=Link, default=Link.PARENT)
    name = models.CharField("nom du représentant légal", max_length=120, validators=[validate_free_text])
    phone = models.CharField("téléphone du représentant légal", max_length=20, blank=True)
    email = models.EmailField("adresse électronique du représentant légal", blank=True)

    class Meta:
        verbose_name = "représentant légal"
        verbose_name_plural = "représentants légaux"
        constraints = [
            models.CheckConstraint(
                condition=~Q(name=""),
                name="youths_representative_named",
                violation_error_message="Indiquez le nom du représentant légal.",
            )
        ]

    def __str__(self) -> str:
        return f"Représentant légal n° {self.pk}"


class Situation(models.Model):
    """What a youth does, or the framework that accompanies them, from a day on; the next one ends it."""

    youth = models.ForeignKey(Youth, models.CASCADE, related_name="situations", db_index=False)
    kind = models.CharField("nature", max_length=10, choices=situations.KINDS)
    code = models.CharField("situation", max_length=24, choices=situations.CHOICES)
    since = models.DateField("depuis le")
    until = models.DateField("jusqu’au", null=True, blank=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = "situation d’un jeune"
        verbose_name_plural = "situations des jeunes"
        constraints = [
            models.UniqueConstraint(
                fields=["youth", "kind"],
                condition=Q(until__isnull=True),
                name="youths_one_current_situation",
                violation_error_message="Ce jeune a déjà une situation en cours.",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="youths_situation_dates",
                violation_error_message="Une situation ne peut pas finir avant d’avoir commencé.",
            ),
        ]
        indexes = [models.Index(fields=["youth", "kind", "-since"], name="youths_situation_latest")]

    def __str__(self) -> str:
        return f"Situation n° {self.pk}"
