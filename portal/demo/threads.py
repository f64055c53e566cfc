"""Three referrals of La Rochelle whose two sides write to each other; and what two organisations usually answer.

Made of the operations of the house, at the moments when they happened.
"""

from datetime import timedelta

from core import clock
from core.acting import Acting
from core.uploads import CheckedFile
from portal.demo.persons import HOME
from portal.demo.staging import ago, persona, recipient_of, sender_of
from referrals.models import Referral
from referrals.states import State
from referrals.thread import keeping, notes, reading, writing

# An empty page: what the piece of a demonstration needs to be.
_PAGE = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n"
    b"trailer<</Root 1 0 R/Size 4>>\n%%EOF\n"
)
_USUAL = (
    {
        "label": "Pièces à apporter",
        "text": "Pour le premier rendez-vous, le jeune vient avec son CV et son dernier diplôme, s’il en a un.",
        "moment": "accept",
        "programme": "",
    },
    {
        "label": "Rappel dans la semaine",
        "text": "Nous vous rappelons dans la semaine pour convenir de la suite.",
        "moment": "message",
        "programme": "",
    },
)


def load() -> int:
    """Write the threads; how many there are (a small country may have fewer)."""
    found = (
        Referral.objects.filter(
            sender__key=HOME,
            state__in=[State.RECEIVED, State.ACCEPTED, State.STARTED],
            recipient_professional__isnull=False,
            sharing_stopped_at__isnull=True,
            sent_at__lt=clock.now() - timedelta(days=6),
        )
        .select_related("sender", "recipient")
        .order_by("state", "pk")
    )
    told = 0
    for tell, state in ((_a_piece, State.RECEIVED), (_a_date, State.ACCEPTED), (_news, State.STARTED)):
        referral = found.filter(state=state).first()
        if referral is not None:
            tell(referral)
            told += 1
    for name in ("manager", "smv_manager"):
        manager = persona(name)
        if manager is not None:
            with ago(30, manager):
                for values in _USUAL:
                    keeping.add(manager, values)
    return told


def _answer(acting: Acting, referral: Referral, text: str, file: CheckedFile | None = None) -> None:
    """Who answers has read what came before."""
    reading.mark_read(acting, referral, reading.before(referral, acting, None))
    writing.post_message(acting, referral, text, file)


def _a_piece(referral: Referral) -> None:
    """The partner asks for a piece, the advisor sends it; each keeps a note."""
    here, there = sender_of(referral), recipient_of(referral)
    with ago(5, there):
        writing.post_message(
            there, referral, "Pouvez-vous nous envoyer son CV à jour ? Nous l’étudions jeudi."
        )
        notes.write(there, referral, "À voir en réunion jeudi.")
    with ago(4, here):
        text = "Le voici. Il a ajouté son stage de juin."
        _answer(here, referral, text, CheckedFile(_PAGE, "pdf"))
        notes.write(here, referral, "CV refait ensemble mardi.")
    with ago(3, there):
        _answer(there, referral, "Bien reçu, merci. Réponse en fin de semaine.")


def _a_date(referral: Referral) -> None:
    """A message sent to the wrong thread is taken back."""
    here, there = sender_of(referral), recipient_of(referral)
    with ago(4, there):
        wrong = writing.post_message(there, referral, "Le groupe de mardi est complet.")
        writing.withdraw(there, referral, wrong.uuid)
        writing.post_message(there, referral, "Nous l’attendons à 9 h, à l’accueil. Il demande le référent.")
    with ago(3, here):
        _answer(here, referral, "C’est noté, il prend le bus de 8 h 10. Merci !")


def _news(referral: Referral) -> None:
    """News of a course that goes on."""
    here, there = sender_of(referral), recipient_of(referral)
    with ago(5, here):
        writing.post_message(here, referral, "Comment se passent les premières semaines ?")
    with ago(4, there):
        _answer(there, referral, "Bien : il est à l’heure et le groupe l’a adopté.")
    with ago(2, here):
        _answer(here, referral, "Bonne nouvelle. Nous le voyons le 15, nous vous en redirons un mot.")
