"""The steps of the founding loop, then the people and the trail, walked in a browser against a running demonstration.

Nothing here touches the database: what the worker does (mails, summaries, packs) is waited for in the pages and
in the folder of mails, as a person would see it.
"""

import re
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from playwright.sync_api import Browser

from scripts.walk_referrals import ReferralPages
from tests.browser.visitor import Visitor

EMPLOYED = "Emploi durable (CDI, CDD de 6 mois ou plus)"
Shoot = Callable[[Visitor, str], None]


class Walk:
    """One walk. ``shoot`` is called at each page worth a picture, ``say`` at the end of each step."""

    def __init__(
        self, browser: Browser, url: str, mails: Path, *, shoot: Shoot, say: Callable[[str], None]
    ) -> None:
        self.browser, self.url, self.mails = browser, url, mails
        self.shoot, self.say = shoot, say
        self.visitors: list[Visitor] = []

    def enter(self, first_name: str) -> Visitor:
        """Sign in with one click, as a person of the demonstration."""
        one = Visitor(self.browser, self.url)
        self.visitors.append(one)
        one.goto("/connexion/")
        one.page.get_by_role("button", name=re.compile(f"comme {first_name} ")).click()
        return one

    def wait_for(self, what: str, found: Callable[[], bool], seconds: float = 90) -> None:
        """Ask again until it is there: the worker has its own pace. Raises AssertionError after ``seconds``."""
        deadline = time.monotonic() + seconds
        while not found():
            assert time.monotonic() < deadline, f"{what}: nothing came in {seconds:.0f} s"
            time.sleep(0.5)

    def mails_to(self, address: str) -> int:
        """How many mails were written to an address."""
        return sum(f"To: {address}" in path.read_text() for path in self.mails.glob("*"))

    def run(self) -> None:
        """The steps, in order."""
        steps = [
            ("1. Les conventions", self.conventions),
            ("2. Les référents", self.referents),
            ("3. Une orientation part", self.referral),
            ("4. Le centre répond", self.answer),
            ("5. Le suivi", self.follow_up),
            ("6. Les chiffres", self.figures),
            ("7. Le comité", self.committee),
            ("8. Les personnes et les traces", self.people),
            ("9. Le réseau", self.network),
            ("10. Le jeune décide", self.decides),
            ("11. Les orientations, page par page", lambda: ReferralPages(self).run()),
        ]
        for label, step in steps:
            begun = time.monotonic()
            step()
            for one in self.visitors:
                one.at_peace()
            self.say(f"{label} : {time.monotonic() - begun:.1f} s")
        for one in self.visitors:
            one.close()

    # --- The steps --------------------------------------------------------------------------

    def conventions(self) -> None:
        """Public pages; the founding conventions; an administrator edits one."""
        anybody = Visitor(self.browser, self.url)
        self.visitors.append(anybody)
        anybody.goto("/")
        self.shoot(anybody, "accueil")
        anybody.goto("/connexion/")
        self.shoot(anybody, "connexion")
        self.nadia = self.enter("Nadia")
        self.nadia.goto("/tableau-de-bord/")
        self.sent_before = self._sent(self.nadia)
        self.nadia.goto("/conventions/")
        self.shoot(self.nadia, "conventions")
        self.nadia.page.locator("main").get_by_role(
            "link", name=re.compile(r"service militaire.*2024")
        ).first.click()
        self.nadia.sees("Engagements", "Comité de suivi")
        self.shoot(self.nadia, "convention")
        self.convention = self.nadia.page.url
        adele = self.enter("Adèle")
        adele.goto("/admin/partners/convention/")
        adele.page.get_by_role(
            "link", name=re.compile(r"UNML et le service militaire volontaire \(2024\)")
        ).click()
        adele.page.get_by_label(re.compile("^Préavis")).first.fill("3")
        self.shoot(adele, "administration")
        adele.page.get_by_role("button", name="Enregistrer", exact=True).click()
        adele.page.locator(".messagelist .success").wait_for()

    def referents(self) -> None:
        """A Mission Locale designates a referent; a convention says who answers."""
        mona = self.enter("Mona")
        mona.goto("/referents/")
        mona.link("Désigner un référent")
        mona.choose(re.compile("Sujet"), "Formation")
        mona.choose(re.compile("^Référent"), "Alice Ferrandier")
        self.shoot(mona, "designer-un-referent")
        mona.page.locator("main form .btn-primary").click()
        mona.sees(re.compile("référent désigné"))
        mona.goto(self.convention)
        mona.sees("Bob Castelnave", "Rita Dalmayrac")
        mona.goto("/referents/")
        self.shoot(mona, "referents")

    def _create_and_send(self, first: str, last: str, *, camera: bool = False) -> None:
        alice = self.alice
        alice.goto("/jeunes/nouveau/")
        alice.fill("Nom", last)
        alice.fill("Prénom", first)
        alice.fill("Date de naissance", "2006-01-20")
        alice.fill("Commune", "17000 La Rochelle")
        if camera:
            self.shoot(alice, "nouveau-dossier")
        alice.click("Créer le dossier")
        alice.sees(f"{first} {last}")
        alice.link("Nouvelle orientation")
        if camera:
            self.shoot(alice, "choisir-un-dispositif")
        alice.link(re.compile("Choisir.*Service militaire volontaire"))
        if camera:
            alice.fill("Métier ou filière souhaités", "Soudure")
            alice.click("Envoyer l’orientation")
            alice.sees(re.compile("à corriger"))
            self.shoot(alice, "orientation-a-corriger")
            alice.goto(alice.page.url)
        recipient = alice.page.get_by_label("À qui l’adresser ?")
        names = recipient.locator("option").all_text_contents()
        recipient.select_option(label=next(name for name in names if "3e" in name))
        alice.tick("Oui", within="Le jeune a-t-il la nationalité française ?")
        alice.choose("Où réside le jeune ?", "En France métropolitaine")
        alice.tick("Oui", within="Le jeune est-il en règle avec la journée défense et citoyenneté (JDC) ?")
        alice.tick(re.compile("Le jeune est d’accord"))
        alice.tick("je lui ai lu ce texte")
        alice.tick("de vive voix, en entretien")
        alice.tick(re.compile("Si le parcours s’arrête"))
        if camera:
            self.shoot(alice, "orientation-a-envoyer")
        alice.click("Envoyer l’orientation")
        alice.sees(re.compile("L’orientation est envoyée"))

    def referral(self) -> None:
        """Alice: À faire, a search, a new youth, a referral to the SMV."""
        self.alice = alice = self.enter("Alice")
        alice.sees("À faire")
        self.shoot(alice, "a-faire")
        alice.page.get_by_role("searchbox", name="Chercher un jeune de votre structure").fill("simon")
        alice.press("Enter")
        alice.sees("Recherche")
        self.shoot(alice, "recherche")
        self._create_and_send("Yann", "Kermarrec", camera=True)
        self.referral_url = alice.page.url
        self.shoot(alice, "orientation-envoyee")

    def _open(self, one: Visitor, who: str) -> None:
        one.goto("/")
        cards = one.page.locator(".todo-list > li", has_text=who)
        assert cards.count(), f"nothing awaits about {who}"
        cards.first.get_by_role("link").click()
        one.sees(who)

    def _does(
        self, one: Visitor, action: str, fields: dict[str, str] | None = None, picture: str = ""
    ) -> None:
        part = one.unfold(action)
        for label, value in (fields or {}).items():
            field = part.get_by_label(label)
            if field.evaluate("(e) => e.tagName") == "SELECT":
                field.select_option(label=value)
            else:
                field.fill(value)
        if picture:
            self.shoot(one, picture)
        part.get_by_role("button", name=action).click()
        one.sees(re.compile("C’est enregistré"))

    def answer(self) -> None:
        """Rita: a complement, then to the end; a candidate found unfit; another who drops out."""
        today = date.today()
        address = "rita.dalmayrac@smv-3rsmv.example"
        self.wait_for("the mail to Rita", lambda: self.mails_to(address) > 0)
        self.rita = rita = self.enter("Rita")
        self.shoot(rita, "a-faire-partenaire")
        self._open(rita, "Yann Kermarrec")
        self.shoot(rita, "orientation-recue")
        asked = {"Votre question": "Le certificat de la JDC est-il disponible ?"}
        self._does(rita, "Demander un complément", asked, picture="demander-un-complement")
        self._open(self.alice, "Yann Kermarrec")
        self.shoot(self.alice, "complement-demande")
        self._does(self.alice, "Répondre à la question", {"Votre réponse": "Oui, il l’a reçu en juin."})
        self._open(rita, "Yann Kermarrec")
        self._does(rita, "Accepter", {"Entrée prévue le": str(today + timedelta(days=20))})
        self._does(rita, "Confirmer le démarrage", {"A commencé le": str(today)})
        ended = {"Que devient le jeune": EMPLOYED, "A pris fin le": str(today)}
        self._does(rita, "Déclarer la fin du parcours", ended, picture="declarer-la-fin")

        self._create_and_send("Maëlle", "Trévidic")
        self._open(rita, "Maëlle Trévidic")
        self._does(rita, "Refuser", {"Motif": "Inapte"})
        self._open(self.alice, "Maëlle Trévidic")
        self.alice.sees("Proposer ailleurs")
        self.shoot(self.alice, "rebondir")

        self._create_and_send("Erwan", "Le Goff")
        self._open(rita, "Erwan Le Goff")
        self._does(rita, "Accepter")
        self._does(rita, "Confirmer le démarrage", {"A commencé le": str(today)})
        left = {"Motif": "Fin anticipée à la demande du volontaire", "Que devient le jeune": "Sans solution"}
        self._does(rita, "Signaler une interruption", left | {"A pris fin le": str(today)})
        bob = self.enter("Bob")
        bob.goto("/orientations/?onglet=received")
        self.alice.goto("/orientations/?onglet=received")
        shown = [one for one in (self.alice, bob) if one.page.get_by_text("Erwan Le Goff").count()]
        assert shown, "the return referral reached neither Alice nor the referent for returns"
        self.shoot(shown[0], "retour-recu")

    def follow_up(self) -> None:
        """Alice: the timeline, the notifications, the end of the loop."""
        alice = self.alice
        alice.goto("/notifications/")
        alice.sees(re.compile("a déclaré la fin d’un parcours"))
        alice.never_sees("Kermarrec")
        self.shoot(alice, "notifications")
        alice.goto(self.referral_url)
        alice.sees(EMPLOYED, "Démarrage confirmé")
        self.shoot(alice, "resultat")
        self._does(alice, "J’ai pris connaissance")
        alice.link("Voir le dossier du jeune")
        alice.sees("Qui l’accompagne")
        self.record = alice.page.url
        alice.link("Noter un frein")
        alice.choose("Frein", "Se loger")
        self.shoot(alice, "noter-un-frein")
        alice.click("Noter ce frein")
        alice.goto(f"{self.record}journal/")
        alice.tick("Toutes les structures qui accompagnent ce jeune")
        alice.fill("Ce qui s’est passé", "Le dossier du foyer est déposé.")
        alice.click("Écrire dans le journal")
        alice.sees("Se loger", "Le dossier du foyer est déposé.")
        self.shoot(alice, "dossier-du-jeune")
        alice.goto("/orientations/")
        self.shoot(alice, "orientations")

    @staticmethod
    def _sent(one: Visitor) -> int:
        """The figure "Orientations envoyées" of a dashboard."""
        figure = one.page.locator(".figure", has_text="Orientations envoyées").locator(".figure-value").first
        return int(re.sub(r"\D", "", figure.inner_text()) or 0)

    def figures(self) -> None:
        """The summaries are refreshed by the worker: the nation counts what was just sent, without a name."""
        nadia = self.nadia
        nadia.goto("/tableau-de-bord/")
        nadia.click("Actualiser")

        def counted() -> bool:
            nadia.goto("/tableau-de-bord/")
            return self._sent(nadia) >= self.sent_before + 3

        self.wait_for("the three referrals in the figures", counted)
        rachid = self.enter("Rachid")
        for one, name in ((nadia, "tableau-de-bord-national"), (rachid, "tableau-de-bord-regional")):
            one.goto("/tableau-de-bord/")
            one.never_sees("Kermarrec", "Trévidic", "Le Goff")
            self.shoot(one, name)

    def committee(self) -> None:
        """Beat has found the meeting that is due and the worker has prepared its pack: Nadia takes it away."""
        nadia = self.nadia

        def ready() -> bool:
            nadia.goto("/comites/")
            return nadia.page.get_by_role("link", name=re.compile("Ouvrir le dossier")).count() > 0

        self.wait_for("the pack of the committee", ready)
        self.shoot(nadia, "comites")
        nadia.link(re.compile("Ouvrir le dossier"))
        nadia.never_sees("Kermarrec", "Trévidic", "Le Goff")
        self.shoot(nadia, "dossier-de-comite")
        for kind, start in (("PDF", b"%PDF"), ("tableur", b"PK")):
            with nadia.page.expect_download() as coming:
                nadia.link(f"Télécharger le {kind}")
            assert coming.value.path().read_bytes().startswith(start)

    def people(self) -> None:
        """Mona: who works here, who arrives, who leaves; who read what; what protects her account."""
        mona = self.enter("Mona")
        mona.goto("/equipe/")
        mona.sees("Alice Ferrandier")
        self.shoot(mona, "equipe")
        for path, name in (
            ("/equipe/inviter/", "inviter"),
            ("/equipe/revue/", "revue-des-acces"),
            ("/traces/", "traces"),
            ("/mon-compte/", "mon-compte"),
        ):
            mona.goto(path)
            self.shoot(mona, name)
        mona.goto("/equipe/")
        mona.page.locator('main a[href$="/depart/"]').first.click()
        self.shoot(mona, "depart")

    def network(self) -> None:
        """Nadia: the text of a past day, a commitment, committees, sessions, resources; where referents are missing."""
        nadia = self.nadia
        nadia.goto(f"{self.convention}?au=2024-06-01")
        self.shoot(nadia, "convention-a-une-date")
        nadia.goto(self.convention)
        nadia.page.locator('main a[href*="/engagements/"]').first.click()
        self.shoot(nadia, "engagement")
        nadia.goto("/comites/")
        nadia.page.locator(
            'main a[href^="/comites/"]:not([href*="dossier"]):not([href*="tous"])'
        ).first.click()
        self.shoot(nadia, "comite")
        for path, name in (
            ("/referents/manques/", "referents-manquants"),
            ("/rencontres/", "rencontres"),
            ("/ressources/", "ressources"),
            ("/structures/", "structures"),
        ):
            nadia.goto(path)
            self.shoot(nadia, name)

    def decides(self) -> None:
        """A list, a question by a link, the telephone of the youth; an invitation; what awaits the delegate."""
        alice = self.alice
        alice.goto("/jeunes/")
        alice.choose("Trier par", "Les plus jeunes d’abord")
        self.shoot(alice, "jeunes")
        alice.click("Appliquer")
        alice.page.locator("main .rows a").first.click()
        alice.sees("Dossier suivant")
        alice.goto(self.referral_url)
        alice.link("Voir le dossier du jeune")
        alice.link("Demander par un lien")
        alice.choose("Pour quoi ?", "Service militaire volontaire")
        recipient = alice.page.get_by_label("Avec quelle structure ?")
        names = recipient.locator("option").all_text_contents()
        recipient.select_option(label=next(name for name in names if name.startswith("3e")))
        alice.click("Faire le lien")
        alice.sees("Le jeune est là : il photographie ce code")
        self.shoot(alice, "lien-du-jeune")
        text = alice.page.get_by_label("Texte du message").input_value()
        found = re.search(r"/accord/\w+/", text)
        assert found, text
        phone = Visitor(self.browser, self.url, width=390)
        self.visitors.append(phone)
        phone.goto(found.group(0))
        self.shoot(phone, "telephone-du-jeune")
        phone.fill("Jour", "20")
        phone.choose("Mois", "janvier")
        phone.click("Voir la question")
        phone.sees("Ce que vous acceptez")
        self.shoot(phone, "question-au-jeune")
        phone.click("J’accepte")
        phone.sees("Pour changer d’avis")
        camille = self.enter("Camille")
        camille.page.locator('main a[href$="/invitation/"]').first.click()
        camille.sees("Qui vous invite")
        self.shoot(camille, "invitation")
        denise = self.enter("Denise")
        denise.goto("/protection-des-donnees/")
        self.shoot(denise, "protection-des-donnees")
