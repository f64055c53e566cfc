"""What the tasks of "À faire" say about referrals."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from core import todo
from core.acting import Acting
from core.addresses import address
from core.models import Task
from core.prepared import Prepared
from core.todo import Card
from referrals import programmes
from referrals.breaches.declaring import HANDOVER
from referrals.effects import AGREEMENT, PREPARE_EXIT, REBOUND, SILENT
from referrals.models import Referral
from referrals.presenting import LINE, Line
from youths.agreements.codes import EXPIRING

# What is expected, and the words of the button that leads there.
_EXPECTED = {
    "answer": ("Une réponse est attendue", "Répondre", "todo"),
    "complement": ("Un complément vous est demandé", "Compléter", "complete"),
    "review": ("Liste d’attente à réexaminer", "Réexaminer", "todo"),
    "start": ("Démarrage à confirmer", "Confirmer", "close"),
    "cancel": ("Annulation à confirmer", "Répondre", "todo"),
    "confirm_reopen": ("Une réouverture attend votre confirmation", "Confirmer ou non", "todo"),
    "confirm_error": ("Une erreur de saisie attend votre confirmation", "Confirmer ou non", "todo"),
    "resume": ("Reprise à confirmer", "Confirmer la reprise", "close"),
    "outcome": ("Résultat attendu", "Donner le résultat", "close"),
    "acknowledge": ("Le résultat est arrivé", "Lire le résultat", "close"),
    REBOUND: ("À rebondir : une autre solution est à chercher avec le jeune", "Rebondir", "todo"),
    "follow_up": ("Que devient le jeune ?", "Indiquer le devenir", "close"),
    PREPARE_EXIT: ("La sortie est à préparer", "Préparer la sortie", "todo"),
    SILENT: ("Rien n’est venu à la date promise", "Voir et relancer", "silent"),
    AGREEMENT: ("Un retour attend l’accord du jeune", "Obtenir l’accord", "complete"),
}
# The groups that count and filter the page.
GROUPS = {
    "todo": "À traiter",
    "complete": "À compléter",
    "late": "dont en retard",
    "close": "À boucler",
    "silent": "Sans nouvelles",
    "expiring": "Accords qui expirent",
    "coming": "À venir",
}
GROUP_KINDS = {
    group: [kind for kind, (_, _, of) in _EXPECTED.items() if of == group]
    for group in ("todo", "complete", "close", "silent")
} | {"expiring": [EXPIRING]}
GROUP_KINDS["todo"].append(HANDOVER)


def _found(acting: Acting, *, referrals: list[int]) -> QuerySet[Referral, tuple[Any, ...]]:
    return Referral.objects.visible_to(acting).filter(pk__any_of=referrals).order_by("pk").values_list(*LINE)


_FOUND = Prepared(_found)


def cards(acting: Acting, tasks: Iterable[Task]) -> dict[int, Card]:
    """The card of each task about a referral that this person may open, by task id (one query)."""
    return todo.cards_of(
        tasks,
        lambda ids: {line.pk: line for line in (Line(*row) for row in _FOUND(acting, referrals=ids))},
        lambda task, line: _card(acting, task, line),
    )


def _card(acting: Acting, task: Task, line: Line) -> Card:
    expected, button, _ = _EXPECTED[task.kind]
    return todo.card(
        task,
        who=line.who,
        expected=expected,
        context=f"{programmes.get(line.programme).short_label} · {line.counterpart(acting.organisation_id)}",
        button=button,
        url=address("referrals:detail", line.uuid),
    )
