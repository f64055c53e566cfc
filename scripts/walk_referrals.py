"""The pages of the referrals, one by one, in a running demonstration: forms, states, and what each partner follows."""

import re
from typing import TYPE_CHECKING

from referrals.states import STATES, State
from tests.browser.visitor import Visitor

if TYPE_CHECKING:
    from scripts.walk_story import Walk

# Those that the steps of the loop do not show, with the name of their picture.
_STATES = {
    State.DRAFT: "brouillon",
    State.WAITLISTED: "liste-d-attente",
    State.ACCEPTED: "acceptee",
    State.STARTED: "en-cours",
    State.WITHDRAWN: "retiree",
    State.DROPPED_OUT: "interrompue",
    State.NO_RESPONSE: "sans-reponse",
}
_STAGES = ("open", "waiting", "agreed", "closed", "draft")


class ReferralPages:
    """One visit of the pages; pictures are taken by the walk it belongs to."""

    def __init__(self, walk: "Walk") -> None:
        self.walk, self.alice, self.rita = walk, walk.alice, walk.rita
        self.mona, self.camille, self.antoine = (walk.enter(name) for name in ("Mona", "Camille", "Antoine"))

    def run(self) -> None:
        """Every page, once."""
        self.forms()
        self.states()
        self.offers()
        self.chamber()
        self.preparing()
        self.together()
        self.manager()
        self.steering()

    def shoot(self, one: Visitor, name: str) -> None:
        """The page, as it stands."""
        one.at_peace()
        self.walk.shoot(one, name)

    def visit(self, one: Visitor, path: str, name: str) -> None:
        """A page that has an address of its own."""
        one.goto(path)
        self.shoot(one, name)

    def find(
        self,
        one: Visitor,
        state: str,
        *,
        tab: str,
        about: str = "",
        says: str = "Ce qui s’est passé",
        stages: tuple[str, ...] = _STAGES,
    ) -> None:
        """Open the first referral of a list that is in a state, about a programme, and whose page says something.

        Which one it is depends on the day of the demonstration. Raises when there is none.
        """
        badge = one.page.locator("i", has_text=re.compile(f"^{state}$"))
        for stage in stages:
            one.goto(f"/orientations/?onglet={tab}&etape={stage}")
            lines = one.page.locator("main .rows a", has_text=about).filter(has=badge)
            for path in [line.evaluate("(link) => link.href") for line in lines.all()]:
                one.goto(path)
                if one.page.locator("main").get_by_text(says).count():
                    return
        raise AssertionError(f"no referral {tab} is « {state} » {about} and says « {says} »")

    # --- What is visited ------------------------------------------------------------------------

    def forms(self) -> None:
        """The form of each programme that a Mission Locale may write to, for one youth."""
        self.alice.goto(self.walk.record)
        self.alice.link("Nouvelle orientation")
        links = self.alice.page.locator('main .choice > a[href*="dispositif="]').all()
        addresses = [link.evaluate("(link) => link.href") for link in links]
        for address in addresses:
            code = address.rpartition("dispositif=")[2]
            self.visit(self.alice, address, f"formulaire-{code.replace('_', '-')}")

    def states(self) -> None:
        """A referral in each state, as its sender reads it; then a chain told as one story."""
        for state, name in _STATES.items():
            self.find(self.alice, STATES[state].sender_label, tab="sent")
            self.shoot(self.alice, f"orientation-{name}")
        for held, name in (("Suspendue", "suspendue"), ("Annulation demandée", "annulation-demandee")):
            self.find(self.rita, held, tab="received")
            self.shoot(self.rita, f"orientation-{name}")
        dropped = STATES[State.DROPPED_OUT].sender_label
        bob = self.walk.enter("Bob")
        self.find(
            bob, dropped, tab="sent", about="Apprentissage", says="Toute l’histoire", stages=("closed",)
        )
        self.mona.goto(bob.page.url)  # who reads the whole chain
        self.mona.sees("Toute l’histoire")
        self.shoot(self.mona, "chaine")

    def offers(self) -> None:
        """What partners propose, and how they publish it."""
        self.visit(self.alice, "/offres/", "offres")
        self.alice.page.locator("main .rows a").first.click()
        self.shoot(self.alice, "offre")
        self.visit(self.rita, "/offres/nouvelle/", "publier-une-offre")

    def chamber(self) -> None:
        """The chamber: a breach, the request that follows, a registration, a period in a company."""
        camille = self.camille
        self.visit(camille, "/", "a-faire-chambre")
        camille.page.locator('main a[href$="/rupture/"]').first.click()
        self.shoot(camille, "rupture")
        camille.link("Demander un accompagnement conjoint")
        self.shoot(camille, "accompagnement-conjoint")
        self.find(self.mona, STATES[State.SENT].recipient_label, tab="received", about="Inscription")
        self.mona.link("Répondre : déjà inscrit, ou l’inscrire")
        self.shoot(self.mona, "demande-d-inscription")
        self.find(camille, STATES[State.STARTED].recipient_label, tab="received", stages=("agreed",))
        camille.link("Noter une période en entreprise")
        self.shoot(camille, "periode-en-entreprise")

    def preparing(self) -> None:
        """A candidacy prepared, missions noted, a candidate who came alone."""
        self.find(self.antoine, STATES[State.STARTED].recipient_label, tab="received", stages=("agreed",))
        self.antoine.link("Noter une mission")
        self.shoot(self.antoine, "missions")
        self.find(
            self.alice, STATES[State.RECEIVED].sender_label, tab="sent", about="SMV", stages=("waiting",)
        )
        self.alice.link("Noter ce qui est prêt")
        self.shoot(self.alice, "preparer-l-entree")
        self.visit(self.rita, "/orientations/candidats-directs/", "candidat-direct")

    def together(self) -> None:
        """Attendance, the self-diagnosis, what youths think, what is told by mail."""
        self.alice.goto("/rencontres/?quand=passees")
        self.alice.page.locator("main .rows a", has_text="Une journée au 3e RSMV").first.click()
        self.alice.link("Convoquer des jeunes et noter les présences")
        self.shoot(self.alice, "presences")
        self.visit(self.alice, f"{self.walk.record}numerique/", "autodiagnostic")
        self.visit(self.alice, "/orientations/avis/", "avis-des-jeunes")
        self.visit(self.alice, "/notifications/courriels/", "courriels")

    def manager(self) -> None:
        """Mona: what awaits the team, the closures, what she entrusts to somebody else."""
        self.visit(self.mona, "/", "a-faire-equipe")
        self.visit(self.mona, "/equipe/fermetures/", "fermetures")
        self.visit(self.mona, "/orientations/confier/", "confier")

    def steering(self) -> None:
        """Figures of one's own, of a region by family, what is said beside one; an envelope shared out."""
        self.visit(self.mona, "/tableau-de-bord/", "tableau-de-bord-structure")
        self.visit(self.mona, "/exports/", "exports")
        rachid = self.walk.enter("Rachid")
        self.visit(rachid, "/tableau-de-bord/indicateurs/", "indicateurs")
        self.visit(rachid, "/tableau-de-bord/commenter/?indicateur=sent", "commenter-un-chiffre")
        self.visit(rachid, "/repartition/", "repartition")
        self.visit(rachid, "/indicateurs/", "definitions")
