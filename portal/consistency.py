"""Does the database still say the truth? Everything that must always hold, asked in a few set-based questions.

Each check yields breaches: what is broken, by identifiers only. Nothing is repaired here. The questions run in
one snapshot, on the login of the owner or of the worker (system scope); memory does not grow with the data, and
each question reads its tables once.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction

from core import clock, history, seals
from core.models import Document
from core.scope import system_scope
from partners.committees import actions as committee_work
from referrals.allowed import moves
from referrals.clocks import MOMENTS
from referrals.effects import AGREEMENT, FOLLOW_UP, PREPARE_EXIT, REBOUND, REBOUND_STATES, SILENT
from referrals.models import TransitionRow
from reporting import checking
from youths import reach_sql
from youths.models import Youth
from youths.sql import ASKING

UNDELIVERED_MINUTES = 10
# Rows fetched at once from a server-side cursor.
CHUNK = 2000
# Tables that name a person by identifier without a foreign key: protected all the same.
ALSO_PROTECTED = (
    "core.Alert",
    "core.AuditEntry",
    "core.Change",
    "core.OpenedFile",
    "core.OutboxMessage",
    "core.Task",
    "notifications.Notification",
)


@dataclass(frozen=True, slots=True)
class Breach:
    """One thing that does not hold. A ``warning`` is to be looked at, and is not an error."""

    check: str
    text: str
    warning: bool = False


Check = Callable[[], Iterator[Breach]]


def run() -> Iterator[tuple[str, list[Breach]]]:
    """Run every check in one snapshot; yields (French title, breaches) as they are done.

    Raises core.scope.WrongLogin on the login of the web, which sees nobody.
    """
    with transaction.atomic():
        if not connection.savepoint_ids:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        with system_scope("check the consistency"):
            for title, check in CHECKS.items():
                yield title, list(check())


def _rows(sql: str, **values: Any) -> Iterator[tuple[Any, ...]]:
    """The rows of a question, a few at a time."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, values)
        while rows := cursor.fetchmany(CHUNK):
            yield from rows


# --- Referrals ------------------------------------------------------------------------------------

_HISTORY = """
WITH event AS (
    SELECT referral_id, number, action, side, from_state, to_state,
           lag(number, 1, 1) OVER w AS previous_number,
           lag(to_state, 1, 'draft') OVER w AS previous_state,
           lead(number) OVER w IS NULL AS is_last
    FROM referrals_referralevent WINDOW w AS (PARTITION BY referral_id ORDER BY number))
SELECT e.referral_id, e.number,
       CASE WHEN e.number <> e.previous_number + 1 THEN 'un événement manque avant celui-ci'
            WHEN e.from_state <> e.previous_state THEN 'ne part pas de l’état précédent'
            WHEN t.id IS NULL THEN 'la table des transitions ne le connaît pas'
            WHEN r.state <> e.to_state THEN 'l’orientation n’est pas dans l’état de son dernier événement'
            WHEN r.version <> e.number THEN 'la version n’est pas le numéro du dernier événement'
            ELSE 'la dernière action n’est pas celle du dernier événement' END
FROM event e
LEFT JOIN referrals_transition t ON t.action = e.action AND t.side = e.side
     AND t.from_state = e.from_state AND t.to_state = e.to_state
LEFT JOIN referrals_referral r ON e.is_last AND r.id = e.referral_id
WHERE e.number <> e.previous_number + 1 OR e.from_state <> e.previous_state OR t.id IS NULL
   OR r.state <> e.to_state OR r.version <> e.number OR r.last_action <> e.action
UNION ALL
SELECT r.id, 1, 'n’est plus un brouillon, et n’a aucun événement'
FROM referrals_referral r
WHERE (r.state <> 'draft' OR r.version <> 1)
  AND NOT EXISTS (SELECT FROM referrals_referralevent e WHERE e.referral_id = r.id)
ORDER BY 1, 2
"""


def histories() -> Iterator[Breach]:
    """Replaying the events of a referral rebuilds its state, and its version is the number of the last one."""
    for referral, number, wrong in _rows(_HISTORY):
        yield Breach("histories", f"orientation {referral}, événement {number} : {wrong}")


_DATES = """
WITH told AS (
    SELECT referral_id,
           (array_agg(details ->> 'planned_on' ORDER BY number DESC)
               FILTER (WHERE details ? 'planned_on'))[1]::date AS planned_on,
           (array_agg(CASE WHEN action = 'suspend' THEN details ->> 'suspended_until' END ORDER BY number DESC)
               FILTER (WHERE action IN ('suspend', 'resume') OR from_state <> to_state))[1]::date AS until
    FROM referrals_referralevent
    WHERE details ? 'planned_on' OR action IN ('suspend', 'resume') OR from_state <> to_state GROUP BY referral_id)
SELECT r.id, CASE WHEN r.planned_on IS DISTINCT FROM told.planned_on
                  THEN 'l’entrée prévue n’est pas celle de ses événements'
                  ELSE 'la suspension n’est pas celle de ses événements' END
FROM referrals_referral r LEFT JOIN told ON told.referral_id = r.id
WHERE r.planned_on IS DISTINCT FROM told.planned_on OR r.suspended_until IS DISTINCT FROM told.until
ORDER BY 1
"""


def dates() -> Iterator[Breach]:
    """The events also rebuild the entry that is planned, and the suspension under way."""
    for referral, wrong in _rows(_DATES):
        yield Breach("dates", f"orientation {referral} : {wrong}")


_REQUESTS = """
WITH asked AS (
    SELECT e.referral_id, e.number, substr(e.action, 5) AS kind, e.organisation_id
    FROM referrals_referralevent e WHERE e.action IN ('ask_cancel', 'ask_reopen', 'ask_error'))
SELECT coalesce(q.referral_id, a.referral_id), coalesce(q.number, a.number),
       CASE WHEN q.id IS NULL THEN 'demandée par un événement, sans sa ligne'
            WHEN a.number IS NULL THEN 'sans l’événement qui la demande'
            ELSE 'attend une réponse, et l’orientation n’attend rien' END
FROM asked a FULL JOIN referrals_moverequest q USING (referral_id, number, kind, organisation_id)
LEFT JOIN referrals_referral r ON r.id = q.referral_id
WHERE q.id IS NULL OR a.number IS NULL
   OR q.kind = 'cancel' AND q.answered_at IS NULL AND r.clock_kind <> 'cancel'
UNION ALL
SELECT r.id, r.version, 'une réponse est attendue à une annulation que personne ne demande'
FROM referrals_referral r WHERE r.clock_kind = 'cancel' AND NOT EXISTS (
    SELECT FROM referrals_moverequest q
    WHERE q.referral_id = r.id AND q.kind = 'cancel' AND q.answered_at IS NULL)
ORDER BY 1, 2
"""


def requests() -> Iterator[Breach]:
    """What is asked of a second person has its event, and a cancellation that waits is what its referral waits for."""
    for referral, number, wrong in _rows(_REQUESTS):
        yield Breach("requests", f"orientation {referral}, demande {number} : {wrong}")


_TASKS = """
WITH asked AS (  -- what became of the youth, while nobody said
    SELECT r.id, %(follow_up)s AS kind,
           CASE g ->> 2 WHEN 'sender' THEN r.sender_id ELSE r.recipient_id END AS organisation_id,
           (g ->> 0)::date AS due_on,
           (SELECT (o ->> 0)::date FROM jsonb_array_elements(r.rungs) o WHERE o ->> 1 = (g ->> 1) || '_over') AS over_on
    FROM referrals_referral r CROSS JOIN LATERAL jsonb_array_elements(r.rungs) g
    WHERE g ->> 1 = ANY (%(moments)s)
      AND NOT EXISTS (SELECT FROM referrals_outcome o WHERE o.referral_id = r.id AND o.moment = g ->> 1)),
wanted AS (
    SELECT id, kind, organisation_id, due_on FROM asked
    WHERE over_on > (tu_now() AT TIME ZONE 'Europe/Paris')::date
    UNION ALL
    SELECT r.id, CASE WHEN r.clock_kind = 'acknowledge' AND r.state = ANY (%(rebound_states)s)
                      THEN %(rebound)s ELSE r.clock_kind END AS kind,
           CASE r.clock_side WHEN 'sender' THEN r.sender_id ELSE r.recipient_id END AS organisation_id,
           r.due_on
    FROM referrals_referral r WHERE r.clock_kind <> '' AND r.due_on IS NOT NULL
    UNION ALL
    SELECT q.referral_id, 'confirm_' || q.kind, q.organisation_id, q.answer_by
    FROM referrals_moverequest q WHERE q.answered_at IS NULL AND q.kind <> 'cancel'),
found AS (
    SELECT t.subject_id AS id, t.kind, t.organisation_id, t.due_on
    FROM core_task t WHERE t.subject_kind = 'referral' AND t.done_at IS NULL)
SELECT w.id, 'aucune tâche ouverte pour son échéance ' || w.kind || ' du ' || w.due_on
FROM wanted w LEFT JOIN found f USING (id, kind, organisation_id, due_on)
WHERE f.id IS NULL
UNION ALL
SELECT f.id, 'une tâche ' || f.kind || ' du ' || f.due_on || ' est ouverte et rien ne la demande'
FROM found f LEFT JOIN wanted w USING (id, kind, organisation_id, due_on)
LEFT JOIN referrals_referral r ON r.id = f.id
WHERE w.id IS NULL AND NOT (f.kind = %(agreement)s AND r.state IS NOT DISTINCT FROM 'draft')
  AND NOT (f.kind = %(prepare_exit)s AND r.state IS NOT DISTINCT FROM 'started')
  -- Nothing came at the promised day: told to the side that waits, by the worker.
  AND NOT (f.kind = %(silent)s AND coalesce(r.clock_kind, '') <> '' AND f.due_on = r.due_on)
  -- The time to say is over: the worker closes it at its next run.
  AND NOT EXISTS (SELECT FROM asked a WHERE (a.id, a.kind, a.due_on) = (f.id, f.kind, f.due_on))
ORDER BY 1
"""


def tasks() -> Iterator[Breach]:
    """A clock that runs has exactly its open task, what waits for a second person has its own, and no other is open."""
    values = {
        "rebound": REBOUND,
        "rebound_states": list(REBOUND_STATES),
        "agreement": AGREEMENT,
        "prepare_exit": PREPARE_EXIT,
        "follow_up": FOLLOW_UP,
        "silent": SILENT,
        "moments": list(MOMENTS.values()),
    }
    for referral, wrong in _rows(_TASKS, **values):
        yield Breach("tasks", f"orientation {referral} : {wrong}")


_ACTION_TASKS = """
SELECT a.id, 'aucune tâche ouverte pour la structure et la personne qui la portent'
FROM partners_committeeaction a
WHERE a.state = 'a_faire' AND NOT EXISTS (
    SELECT FROM core_task t
    WHERE t.subject_kind = %(kind)s AND t.subject_id = a.id AND t.done_at IS NULL AND t.due_on = a.due_on
      AND t.organisation_id = a.organisation_id AND t.user_id IS NOT DISTINCT FROM a.owner_id)
UNION ALL
SELECT t.subject_id, 'une tâche est ouverte et l’action est close'
FROM core_task t LEFT JOIN partners_committeeaction a ON a.id = t.subject_id
WHERE t.subject_kind = %(kind)s AND t.done_at IS NULL AND a.state IS DISTINCT FROM 'a_faire'
ORDER BY 1
"""


def committee_actions() -> Iterator[Breach]:
    """An open action of a committee has its task, and a closed one has none."""
    for action, wrong in _rows(_ACTION_TASKS, kind=committee_work.SUBJECT):
        yield Breach("committee_actions", f"action {action} : {wrong}")


_AGREEMENTS = """
SELECT r.id,
       CASE WHEN a.id IS NULL THEN 'envoyée sans accord'
            WHEN a.youth_id <> r.youth_id THEN 'l’accord est celui d’un autre jeune'
            WHEN a.given_on > (r.sent_at AT TIME ZONE 'Europe/Paris')::date THEN 'l’accord suit l’envoi'
            ELSE 'l’accord ne couvre ni ce destinataire, ni ce retour' END
FROM referrals_referral r
LEFT JOIN youths_agreement a ON a.id = r.agreement_id
LEFT JOIN referrals_referral origin ON origin.id = r.returned_from_id
WHERE r.sent_at IS NOT NULL AND (
    a.id IS NULL OR a.youth_id <> r.youth_id
    OR a.given_on > (r.sent_at AT TIME ZONE 'Europe/Paris')::date
    OR NOT ((a.recorded_for_id = r.sender_id AND a.recipient_id = r.recipient_id)
            OR (a.covers_return AND origin.agreement_id IS NOT DISTINCT FROM a.id)))
ORDER BY 1
"""


def agreements() -> Iterator[Breach]:
    """A referral that was sent has the youth's agreement, for it or for the way back it foresaw."""
    for referral, wrong in _rows(_AGREEMENTS):
        yield Breach("agreements", f"orientation {referral} : {wrong}")


def transitions() -> Iterator[Breach]:
    """The database guards the same transitions as the code."""
    known = set(TransitionRow.objects.values_list("from_state", "action", "side", "to_state").order_by("pk"))
    wanted = set(moves())
    for wrong, rows in (
        ("manque dans la base", wanted - known),
        ("est en trop dans la base", known - wanted),
    ):
        for source, action, side, target in sorted(rows):
            yield Breach("transitions", f"{action} : {source} → {target} ({side}) {wrong}")


def history_triggers() -> Iterator[Breach]:
    """Each tracked table has its trigger, switched on, as the code wants it."""
    for table in history.differences():
        yield Breach("history", f"table {table} : le déclencheur de l’historique n’est pas celui du code")


def trail() -> Iterator[Breach]:
    """The chain of seals holds, and no line of the trail nor of the history was touched since it was sealed."""
    for flaw in seals.verify():
        yield Breach("trail", flaw.text, warning=flaw.late)


# --- Figures --------------------------------------------------------------------------------------


def facts() -> Iterator[Breach]:
    """The fact of each referral is what its row, its events and its outcomes say; no restricted reason in it."""
    for referral, wrong in checking.wrong_facts():
        yield Breach("facts", f"orientation {referral} : {wrong}")


def cells() -> Iterator[Breach]:
    """The summaries are the counts of the facts, but for the cells that the worker is about to make again."""
    for wrong in checking.wrong_cells():
        yield Breach("cells", wrong)


def reach() -> Iterator[Breach]:
    """What each organisation may list is what the records and the links say."""
    for youth, organisation in _rows(reach_sql.WRONG):
        yield Breach("reach", f"jeune {youth}, structure {organisation} : la liste ne dit pas le dossier")


# --- Protection -----------------------------------------------------------------------------------


def personal_models() -> list[type[models.Model]]:
    """The models that lead to a youth by foreign keys, and those that name one by identifier."""
    found: set[type[models.Model]] = {Youth}
    known = [model for model in apps.get_models() if not model._meta.proxy]
    grew = True
    while grew:
        grew = False
        for model in known:
            targets = {field.related_model for field in model._meta.concrete_fields if field.is_relation}
            if model not in found and targets & found:
                found.add(model)
                grew = True
    found |= {apps.get_model(label) for label in ALSO_PROTECTED}
    return sorted(found, key=lambda model: model._meta.label)


_SECURITY = """
SELECT c.relrowsecurity, c.relforcerowsecurity,
       has_table_privilege('tu_stats', c.oid, 'SELECT, INSERT, UPDATE, DELETE')
FROM pg_class c WHERE c.oid = %(table)s::regclass
"""
_POLICIES = "SELECT roles::text[], cmd, qual, with_check FROM pg_policies WHERE tablename = %(table)s"


def protection() -> Iterator[Breach]:
    """Every table that leads to a youth has its rows protected, for each of the five roles."""
    tables = [model._meta.db_table for model in personal_models()]
    for table in tables:
        for enabled, forced, stats in _rows(_SECURITY, table=table):
            if not enabled:
                yield Breach("protection", f"table {table} : protection par ligne inactive")
            if not forced:
                yield Breach(
                    "protection", f"table {table} : le propriétaire échappe à la protection par ligne"
                )
            if stats:
                yield Breach("protection", f"table {table} : tu_stats, fait pour des comptes, y a accès")
        yield from _policies(table, tables)


def _policies(table: str, protected: list[str]) -> Iterator[Breach]:
    """What each role may: people by organisation, the worker in its scope, the owner all, the backup reads."""
    policies = list(_rows(_POLICIES, table=table))

    def has(role: str, command: str, condition: Callable[[str, str], bool]) -> bool:
        return any(
            role in roles and kind in (command, "ALL") and condition(using or "true", check or "true")
            for roles, kind, using, check in policies
        )

    def asks(using: str) -> bool:
        """Whether a condition depends on the acting organisation, itself or through a protected table."""
        by_itself = "tu_org()" in using or any(function in using for function in ASKING)
        return by_itself or any(f"FROM {other} " in using for other in protected if other != table)

    needed = {
        "tu_app": has("tu_app", "SELECT", lambda using, _: asks(using)),
        "tu_worker": has("tu_worker", "ALL", lambda using, check: "tu_system()" in using and using == check),
        "tu_owner": has("tu_owner", "ALL", lambda using, check: using == check == "true"),
        "tu_backup": has("tu_backup", "SELECT", lambda using, _: using == "true"),
    }
    for role, there in needed.items():
        if not there:
            yield Breach("protection", f"table {table} : pas de politique pour {role}")
    for roles, kind, using, _ in policies:
        open_to_all = kind in ("SELECT", "UPDATE", "DELETE", "ALL") and using == "true"
        if "public" in roles or "tu_stats" in roles or (open_to_all and {"tu_app", "tu_worker"} & set(roles)):
            yield Breach("protection", f"table {table} : une politique laisse tout voir à {', '.join(roles)}")


# --- What waits, what is stored -------------------------------------------------------------------

_OUTBOX = """
SELECT id, kind, quarantined_at IS NOT NULL FROM core_outboxmessage
WHERE done_at IS NULL AND (quarantined_at IS NOT NULL OR (due_at < %(before)s AND created_at < %(before)s))
ORDER BY id
"""


def outbox() -> Iterator[Breach]:
    """Nothing was put aside; what is late to leave is a warning."""
    before = clock.now() - timedelta(minutes=UNDELIVERED_MINUTES)
    for message, kind, quarantined in _rows(_OUTBOX, before=before):
        if quarantined:
            yield Breach("outbox", f"message {message} ({kind}) : mis de côté après plusieurs échecs")
        else:
            text = f"message {message} ({kind}) : attend depuis plus de {UNDELIVERED_MINUTES} minutes"
            yield Breach("outbox", text, warning=True)


def documents() -> Iterator[Breach]:
    """Each document is on the disk, and is the one that was stored."""
    for document in Document.objects.order_by("pk").iterator(chunk_size=CHUNK):
        path = Path(settings.PRIVATE_FILES) / document.path
        try:
            with open(path, "rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            yield Breach("documents", f"document {document.pk} : fichier introuvable")
            continue
        if digest != document.sha256:
            yield Breach("documents", f"document {document.pk} : le fichier n’est plus celui d’origine")


CHECKS: dict[str, Check] = {
    "Historique des orientations": histories,
    "Entrées prévues et suspensions": dates,
    "Demandes à confirmer": requests,
    "Tâches ouvertes": tasks,
    "Actions de comité": committee_actions,
    "Accords des jeunes": agreements,
    "Table des transitions": transitions,
    "Déclencheurs de l’historique": history_triggers,
    "Sceaux des traces": trail,
    "Faits": facts,
    "Cumuls": cells,
    "Dossiers à portée des structures": reach,
    "Protection par ligne": protection,
    "Messages à délivrer": outbox,
    "Documents": documents,
}
