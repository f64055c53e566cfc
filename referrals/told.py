"""What this room tells people: the kinds of its notifications."""

from notifications.kinds import Kind, declare
from referrals.asking import WORDS
from referrals.effects import NOTICES

REFERRALS = "Orientations"
# At once: what the other side waits for you to do first. The rest gives news, or comes back in "À faire".
URGENT = {"send", "ask_info", "withdraw", "ask_cancel"}
# News alone: nothing is asked of whoever reads them.
NEWS = {"waitlist", "start", "step", "accept", "plan", "suspend", "resume"}


def register() -> None:
    """Declare them (at start): one for each move that the other side is told."""
    declare(
        [
            *(
                Kind(f"referral.{action}", _label(words), REFERRALS, action in URGENT, action in NEWS)
                for action, words in NOTICES.items()
            ),
            Kind(
                "referral.message",
                "Un partenaire vous a écrit au sujet d’une orientation",
                REFERRALS,
                mutable=True,
            ),
            Kind("referral.silence", "Une orientation est restée sans réponse", REFERRALS),
            Kind("referral.cancelled", "Une annulation est confirmée, faute de réponse à temps", REFERRALS),
            *(
                Kind(f"referral.by_two_{kind}", f"À confirmer à deux : {words}", REFERRALS, urgent=True)
                for kind, words in WORDS.items()
            ),
            Kind(
                "referral.becoming",
                "Ce que devient un jeune que vous aviez orienté",
                REFERRALS,
                mutable=True,
            ),
            Kind("referral.agreement", "Un jeune a retiré son accord", REFERRALS, urgent=True),
            Kind("referral.reminder", "Un rappel : une date promise est là", REFERRALS),
            Kind(
                "referral.escalation",
                "Une orientation reste sans nouvelles",
                REFERRALS,
                urgent=True,
            ),
            Kind("youth_link.answered", "Un jeune a répondu aux questions d’un lien", REFERRALS),
            Kind("referral.handover", "Une rupture de contrat attend sa suite", REFERRALS),
            Kind("placement.declared", "Une période en entreprise est prévue", REFERRALS, mutable=True),
            Kind("placement.changed", "Une période en entreprise est modifiée", REFERRALS, mutable=True),
            Kind(
                "placement.signed",
                "La convention d’une période en entreprise est signée",
                REFERRALS,
                mutable=True,
            ),
            Kind("placement.cancelled", "Une période en entreprise est annulée", REFERRALS, mutable=True),
            Kind("placement.told", "Le bilan d’une période en entreprise est écrit", REFERRALS, mutable=True),
            Kind("placement.bilan_late", "Le bilan d’une période en entreprise est attendu", REFERRALS),
            Kind("referral.mission", "Une mission d’intérim est notée", REFERRALS, mutable=True),
            Kind("referral.place_free", "Une place se libère sur une offre", REFERRALS),
            Kind("referral.entrusted", "Des orientations vous sont confiées", REFERRALS),
            Kind("referral.prepare_exit", "La sortie d’un jeune est à préparer", REFERRALS),
            Kind("referral.return_waiting", "Un retour attend l’accord du jeune", REFERRALS),
        ]
    )


def _label(words: str) -> str:
    """ "Un partenaire vous adresse une orientation", from the sentence of the notice."""
    return words.split(" (")[0].format(actor="Un partenaire")
