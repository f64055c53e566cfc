"""What the advisor may say to the youth of where their referral stands: plain words, for a text message or the phone.

Such a message is read on a telephone that others hold: it names neither the partner, nor the scheme, nor the cause. A
refusal reads the same whatever explains it, so that nothing can be guessed from the words.
"""

from core.working_days import long_date
from referrals.clocks import Kind
from referrals.models import Referral
from referrals.states import State

_WAITING = (
    "Bonjour, votre demande est bien partie. Nous attendons la réponse : je vous préviens dès que je l’ai."
)
WORDS: dict[State, str] = {
    State.SENT: _WAITING,
    State.RECEIVED: _WAITING,
    State.INFO_REQUESTED: "Bonjour, il manque une information pour votre demande. Appelez-moi pour la compléter.",
    State.WAITLISTED: "Bonjour, votre demande est sur une liste d’attente. Je la suis et je vous préviens.",
    State.ACCEPTED: "Bonjour, bonne nouvelle : votre demande est acceptée. Appelez-moi pour préparer la suite.",
    State.STARTED: "Bonjour, c’est commencé. Une question, une difficulté ? Appelez-moi.",
    State.COMPLETED: "Bonjour, c’est terminé, bravo pour le chemin fait. Appelez-moi pour parler de la suite.",
    State.DECLINED: "Bonjour, la réponse n’est pas favorable cette fois. Appelez-moi, on cherche une autre solution.",
    State.NO_RESPONSE: "Bonjour, nous n’avons pas eu de réponse, et vous n’y êtes pour rien. Appelez-moi, on cherche "
    "une autre solution.",
    State.WITHDRAWN: "Bonjour, votre demande est arrêtée. Pour en parler ou essayer autre chose, appelez-moi.",
    State.DROPPED_OUT: "Bonjour, votre parcours s’est arrêté. Appelez-moi, on regarde ce qui est possible maintenant.",
    State.ENTERED_IN_ERROR: "Bonjour, une demande faite par erreur est annulée. Vous n’avez rien à faire.",
}
PLANNED = "Bonjour, bonne nouvelle : votre demande est acceptée. Début prévu le {day}. Appelez-moi pour le préparer."
CANCELLING = (
    "Bonjour, l’annulation de votre demande est en cours. Ce n’est pas ce que vous voulez ? Appelez-moi."
)
SUSPENDED = "Bonjour, votre parcours est en pause. Appelez-moi quand vous voulez parler de la reprise."
AGREEMENT_TAKEN_BACK = (
    "Bonjour, c’est noté : nous ne donnons plus vos informations. Besoin de quelque chose ? Appelez-moi."
)


def wording_of(referral: Referral) -> str:
    """The ready sentence for the youth; empty for a draft, of which there is nothing to say."""
    if referral.state == State.DRAFT:
        return ""
    if referral.sharing_stopped_at or referral.last_action == "end_sharing":
        return AGREEMENT_TAKEN_BACK
    if referral.clock_kind == Kind.CANCEL:
        return CANCELLING
    if referral.suspended_on:
        return SUSPENDED
    if referral.state == State.ACCEPTED and referral.planned_on:
        return PLANNED.format(day=long_date(referral.planned_on))
    return WORDS[State(referral.state)]
