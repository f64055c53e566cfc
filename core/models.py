"""What every room stands on: the trail, the outbox, the tasks, the private files."""

from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Now

from core import rights
from core.validators import validate_free_text


class SqlNow(Now):
    """The database's clock, which the test database can move."""

    template = "tu_now()"

    def as_postgresql(self, compiler, connection, **context):
        return self.as_sql(compiler, connection, template="tu_now()", **context)


@models.Field.register_lookup
class AnyOf(models.Lookup):
    """``field__any_of=[…]``: one parameter whatever the length, so that the statement stays the same."""

    lookup_name = "any_of"
    prepare_rhs = False

    def as_sql(self, compiler, connection):
        left, parameters = self.process_lhs(compiler, connection)
        return f"{left} = ANY(%s)", (*parameters, self.rhs)


class AuditEntry(models.Model):
    """One line of the trail: who read, listed, exported or was denied what. Ids only, never a name.

    The table is partitioned by month (so that whole months can go) and append-only by privilege.
    """

    # Characters of the detail: the filters of an exported list, in codes, fit whole.
    DETAIL = 300

    class Kind(models.TextChoices):
        READ = "read", "lecture d’un dossier"
        LIST = "list", "liste nominative"
        SEARCH = "search", "recherche"
        EXPORT = "export", "export"
        DENIED = "denied", "accès refusé"
        OPENING = "opening", "ouverture avec motif"
        SIGN_IN = "sign_in", "connexion"
        ERASURE = "erasure", "effacement de l’historique"
        PURGE = "purge", "mois de traces supprimé"
        RETRY = "retry", "message relancé"

    pk = models.CompositePrimaryKey("at", "id")
    # Numbered by the database; the seals say which numbers they hold.
    number = models.BigIntegerField(editable=False)
    id = models.UUIDField(default=uuid4)
    at = models.DateTimeField()
    kind = models.CharField(max_length=12, choices=Kind)
    user_id = models.BigIntegerField(null=True)
    organisation_id = models.BigIntegerField(null=True)
    subject_kind = models.CharField(max_length=20, blank=True)
    subject_uuid = models.UUIDField(null=True)
    count = models.PositiveIntegerField(default=1)
    detail = models.CharField(max_length=DETAIL, blank=True)
    request_id = models.CharField(max_length=36, blank=True)

    class Meta:
        db_table = "core_auditentry"
        managed = False
        verbose_name = "trace"

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d %H:%M}"


class Change(models.Model):
    """One change of a tracked row, written by its trigger in the same transaction (core.history)."""

    class Operation(models.TextChoices):
        INSERT = "insert", "création"
        UPDATE = "update", "modification"
        DELETE = "delete", "suppression"

    pk = models.CompositePrimaryKey("at", "number")
    number = models.BigIntegerField(editable=False)
    at = models.DateTimeField()
    operation = models.CharField(max_length=6, choices=Operation)
    model = models.CharField(max_length=60)
    object_id = models.BigIntegerField()
    subject_kind = models.CharField(max_length=10)
    subject_id = models.BigIntegerField(null=True)
    organisations = ArrayField(models.BigIntegerField())
    user_id = models.BigIntegerField(null=True)
    organisation_id = models.BigIntegerField(null=True)
    request_id = models.CharField(max_length=36)
    reason = models.CharField(max_length=80)
    login = models.CharField(max_length=63)
    columns = ArrayField(models.TextField())
    # {column: [before, after]}; empty once blanked.
    values = models.JSONField(null=True)
    salt = models.UUIDField(null=True)
    digest = models.BinaryField()
    blanked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "core_change"
        managed = False
        verbose_name = "changement"

    def __str__(self) -> str:
        return f"{self.model} n° {self.object_id}: {self.get_operation_display()}"


class OpenedFile(models.Model):
    """A file opened by a user on a day: what the extraction limit counts (SECURITY §3.4)."""

    user_id = models.BigIntegerField()
    day = models.DateField()
    subject_kind = models.CharField(max_length=20)
    subject_uuid = models.UUIDField()
    organisation_id = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user_id", "day", "subject_kind", "subject_uuid"], name="core_openedfile_once"
            )
        ]
        indexes = [models.Index(fields=["day", "organisation_id"], name="core_openedfile_day")]
        verbose_name = "dossier ouvert"
        verbose_name_plural = "dossiers ouverts"

    def __str__(self) -> str:
        return f"{self.subject_kind} {self.day}"


class DailyFiles(models.Model):
    """How many files an organisation opened on a day gone by: what a day like the others is."""

    organisation_id = models.BigIntegerField()
    day = models.DateField()
    files = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "day"], name="core_dailyfiles_once")
        ]
        verbose_name = "dossiers ouverts par jour"
        verbose_name_plural = "dossiers ouverts par jour"

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.day}: {self.files}"


class AlertQuerySet(models.QuerySet["Alert"]):
    def visible_to(self, acting) -> "AlertQuerySet":
        """Those of one's organisation, for its managers and its delegates."""
        if not rights.may(acting, "read_trail"):
            return self.none()
        return self.filter(organisation_id=acting.organisation_id)

    def open(self) -> "AlertQuerySet":
        return self.filter(handled_at__isnull=True)


class Alert(models.Model):
    """Abnormal use, noticed by the worker: who, for which organisation, how much, and what was made of it."""

    class Kind(models.TextChoices):
        FILES_HOUR = "files_hour", "beaucoup de dossiers ouverts en une heure"
        FILES_DAY = "files_day", "limite de dossiers du jour atteinte : accès arrêté"
        NAMES_HOUR = "names_hour", "beaucoup de noms listés en une heure"
        NAMES_DAY = "names_day", "limite de noms du jour atteinte : listes arrêtées"
        EXPORTED_HOUR = "exported_hour", "beaucoup de lignes exportées en une heure"
        EXPORTED_DAY = "exported_day", "limite d’export du jour atteinte : exports arrêtés"
        DENIED = "denied", "accès refusés en série"
        SEARCHES = "searches", "recherches en série"
        ORGANISATION = "organisation", "activité inhabituelle de la structure"

    kind = models.CharField(max_length=14, choices=Kind)
    # Nobody in particular when the whole organisation is abnormal.
    user_id = models.BigIntegerField(null=True)
    organisation_id = models.BigIntegerField()
    window_start = models.DateTimeField()
    count = models.PositiveIntegerField()
    threshold = models.PositiveIntegerField()
    opened_at = models.DateTimeField()
    # The last time it was still so.
    seen_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True, blank=True)
    handled_by_id = models.BigIntegerField(null=True, blank=True)
    comment = models.CharField(
        "ce qui a été vérifié", max_length=500, blank=True, validators=[validate_free_text]
    )

    objects = AlertQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "user_id", "organisation_id", "window_start"],
                nulls_distinct=False,
                name="core_alert_once",
            ),
            models.CheckConstraint(
                condition=Q(handled_at__isnull=True, handled_by_id__isnull=True)
                | (Q(handled_at__isnull=False, handled_by_id__isnull=False) & ~Q(comment="")),
                name="core_alert_handled",
                violation_error_message="Dites ce qui a été vérifié.",
            ),
        ]
        indexes = [models.Index(fields=["organisation_id", "-opened_at", "-id"], name="core_alert_recent")]
        verbose_name = "alerte"

    def __str__(self) -> str:
        return f"{self.kind} n° {self.pk}"


class OutboxMessage(models.Model):
    """Something to do later, written in the transaction that decided it and claimed by the worker."""

    kind = models.CharField(max_length=40)
    payload = models.JSONField(default=dict)
    # The user whom it is for, when its payload names one: no index of the payload itself would be used under the
    # policies, for ``->`` is not leakproof.
    addressee = models.GeneratedField(
        expression=Cast(KT("payload__user"), models.BigIntegerField()),
        output_field=models.BigIntegerField(null=True),
        db_persist=True,
    )
    # Two messages with one effect are one message: that is what makes a retry harmless.
    effect_key = models.CharField(max_length=120, unique=True)
    organisation_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(db_default=SqlNow())
    due_at = models.DateTimeField(db_default=SqlNow())
    attempts = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True, blank=True)
    quarantined_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                name="core_outbox_waiting",
                condition=Q(done_at__isnull=True, quarantined_at__isnull=True),
            ),
            models.Index(
                fields=["addressee", "kind", "done_at"],
                name="core_outbox_addressee",
                condition=Q(addressee__isnull=False),
            ),
        ]
        verbose_name = "message à délivrer"
        verbose_name_plural = "messages à délivrer"

    def __str__(self) -> str:
        return f"{self.kind} n° {self.pk}"


class SetAside(models.Model):
    """A message that was put aside, as an administrator sees it (a view): what kind, since when, never what it says."""

    kind = models.CharField("message", max_length=40)
    attempts = models.PositiveSmallIntegerField("essais")
    last_error = models.CharField("erreur", max_length=200)
    created_at = models.DateTimeField("demandé le")
    quarantined_at = models.DateTimeField("mis de côté le")

    class Meta:
        db_table = "core_setaside"
        managed = False
        verbose_name = "message mis de côté"
        verbose_name_plural = "messages mis de côté"

    def __str__(self) -> str:
        return f"Message n° {self.pk}"


class TaskQuerySet(models.QuerySet["Task"]):
    def open(self) -> "TaskQuerySet":
        return self.filter(done_at__isnull=True)

    def mine(self, acting) -> "TaskQuerySet":
        """The tasks of the acting person and of those they replace.

        Those that nobody owns are its managers', and its staff's where it steers a region or the nation.
        """
        owner = Q(user_id__in=acting.stands_for)
        if acting.answers_for_organisation:
            owner |= Q(user_id__isnull=True)
        return self.filter(owner, organisation_id=acting.organisation_id)

    def visible_to(self, acting) -> "TaskQuerySet":
        """Those of the whole organisation for a manager, one's own for the others."""
        if acting.is_manager:
            return self.filter(organisation_id=acting.organisation_id)
        return self.mine(acting)


class Task(models.Model):
    """One thing to do ("à faire"): closed by facts, never by a tick."""

    kind = models.CharField(max_length=40)
    subject_kind = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    # The organisation on the other side, whose acts open and close this task.
    counterpart_id = models.BigIntegerField(null=True, blank=True)
    user_id = models.BigIntegerField(null=True, blank=True)
    due_on = models.DateField()
    # A fact of next year is nobody's work today: the task is known, and waits for its time.
    awaited_on = models.DateField()
    opened_at = models.DateTimeField(db_default=SqlNow())
    done_at = models.DateTimeField(null=True, blank=True)

    objects = TaskQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_kind", "subject_id", "organisation_id", "due_on"],
                name="core_task_once",
            )
        ]
        indexes = [
            # Counted by group without reading the rows: the columns that the policy asks for are in both.
            models.Index(
                fields=["organisation_id", "due_on", "id"],
                include=["user_id", "counterpart_id", "awaited_on", "kind"],
                name="core_task_open",
                condition=Q(done_at__isnull=True),
            ),
            models.Index(
                fields=["user_id", "due_on", "id"],
                include=["organisation_id", "counterpart_id", "awaited_on", "kind"],
                name="core_task_mine",
                condition=Q(done_at__isnull=True),
            ),
            models.Index(
                fields=["subject_kind", "subject_id"],
                name="core_task_subject",
                condition=Q(done_at__isnull=True),
            ),
        ]
        verbose_name = "tâche"

    def __str__(self) -> str:
        return f"{self.kind} {self.due_on}"


class Heartbeat(models.Model):
    """The last sign of life of a periodic job."""

    name = models.CharField(primary_key=True, max_length=40)
    at = models.DateTimeField()

    class Meta:
        verbose_name = "signe de vie"
        verbose_name_plural = "signes de vie"

    def __str__(self) -> str:
        return self.name


class Document(models.Model):
    """A private file under ``PORTAL_VAR``: random name, known hash, served only through a door."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    media_type = models.CharField(max_length=100)
    # The name offered to the browser: says what it is, never who.
    filename = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    path = models.CharField(max_length=120, unique=True)
    created_at = models.DateTimeField(db_default=SqlNow())

    class Meta:
        verbose_name = "document"

    def __str__(self) -> str:
        return self.filename
