"""What the tasks of "À faire" say about referrals."""

from collections.abc import Iterable

from core.acting import Acting
from core.models import Task
from core.todo import Card
from referrals.effects import AGREEMENT, REBOUND
from referrals.models import Referral

# What is expected, and the words of the button that leads there.
_EXPECTED = {
    "answer": ("Une réponse est attendue", "Répondre", "todo"),
    "complement": ("Un complément vous est demandé", "Compléter", "complete"),
    "review": ("Liste d’attente à réexaminer", "Réexaminer", "todo"),
    "start": ("Démarrage à confirmer", "Confirmer", "close"),
    "outcome": ("Résultat attendu", "Donner le résultat", "close"),
    "acknowledge": ("Le résultat est arrivé", "Lire le résultat", "close"),
    REBOUND: ("À rebondir : une autre solution est à chercher avec le jeune", "Rebondir", "todo"),
    "follow_up": ("Que devient le jeune ?", "Indiquer le devenir", "close"),
    AGREEMENT: ("Un retour attend l’accord du jeune", "Obtenir l’accord", "complete"),
}
# The groups that count and filter the page.
GROUPS = {
    "todo": "À traiter",
    "complete": "À compléter",
    "late": "dont en retard",
    "close": "À boucler",
    "coming": "À venir",
}
GROUP_KINDS = {
    group: [kind for kind, (_, _, of) in _EXPECTED.items() if of == group]
    for group in ("todo", "complete", "close")
}


def cards(acting: Acting, tasks: Iterable[Task]) -> dict[int, Card]:
    """The card of each task about a referral that this person may open, by task id (one query)."""
    tasks = list(tasks)
    referrals = (
        Referral.objects.visible_to(acting)
        .select_related("youth", "sender", "recipient")
        .in_bulk({task.subject_id for task in tasks})
    )
    return {
        task.pk: _card(acting, task, referral)
        for task in tasks
        if (referral := referrals.get(task.subject_id))
    }


def _card(acting: Acting, task: Task, referral: Referral) -> Card:
    expected, button, _ = _EXPECTED[task.kind]
    other = referral.recipient if referral.sender_id == acting.organisation_id else referral.sender
    return Card(
        who=referral.youth.full_name,
        expected=expected,
        context=f"{referral.rules.short_label} · {other.outward_name}",
        button=button,
        url=referral.get_absolute_url(),
        due_on=task.due_on,
        since=task.opened_at.date(),
    )
