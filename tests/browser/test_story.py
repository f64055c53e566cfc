"""The founding loop as one story, through the pages alone: what each person sees, does, and never sees.

Each page on the way is read by axe and by ``Visitor.look``. The worker's part (outbox, deadlines, summaries,
packs) is run between two scenes, as the worker's login does it.
"""

import re
from datetime import timedelta

import pytest
from django.core import mail

from core import clock, outbox
from notifications import digests
from partners.models import Committee, CommitteeMeeting, Convention, ConventionParty
from referrals import deadlines
from reporting import summaries
from reporting.packs import producing
from tests.browser.visitor import Visitor
from tests.conftest import as_owner, as_worker

pytestmark = pytest.mark.browser
SMV = "3e RSMV de La Rochelle"
EMPLOYED = "Emploi durable (CDI, CDD de 6 mois ou plus)"


def worker() -> None:
    """What the worker does every few seconds."""
    with as_worker():
        while outbox.deliver():
            pass
        summaries.refresh()


def create_youth(alice: Visitor, first: str, last: str, birth: str) -> None:
    alice.goto("/jeunes/nouveau/")
    alice.fill("Nom", last)
    alice.fill("Prénom", first)
    alice.fill("Date de naissance", birth)
    alice.click("Créer le dossier")


def answer_smv_form(alice: Visitor) -> None:
    alice.choose("À qui l’adresser ?", SMV)
    alice.tick("Oui", within="Le jeune a-t-il la nationalité française ?")
    alice.choose("Où réside le jeune ?", "En France métropolitaine")
    alice.tick("Oui", within="Le jeune est-il en règle avec la journée défense et citoyenneté (JDC) ?")


def send_from_record(alice: Visitor) -> None:
    """From the record of a youth to the referral sent, without a word too many."""
    alice.link("Nouvelle orientation")
    alice.link(re.compile("Choisir.*Service militaire volontaire"))
    answer_smv_form(alice)
    alice.tick(re.compile("Le jeune est d’accord"))
    alice.tick("je lui ai lu ce texte")
    alice.tick("de vive voix, en entretien")
    alice.tick(re.compile("Si le parcours s’arrête"))
    alice.click("Envoyer l’orientation")
    alice.sees("L’orientation est envoyée.")


def opens(somebody: Visitor, who: str, button: str) -> None:
    """From "À faire" to the referral of a youth."""
    somebody.goto("/")
    card = somebody.page.locator(".todo-list > li", has_text=who).filter(has_text=button).first
    card.get_by_role("link").click()


def does(somebody: Visitor, action: str, fields: dict[str, str] | None = None) -> None:
    """Unfold an action of a referral, fill what it asks by label, and carry it out."""
    part = somebody.unfold(action)
    for label, value in (fields or {}).items():
        field = part.get_by_label(label)
        if field.evaluate("(e) => e.tagName") == "SELECT":
            field.select_option(label=value)
        else:
            field.fill(value)
    part.get_by_role("button", name=action).click()
    somebody.sees(re.compile("C’est enregistré"))


@pytest.fixture
def committee(world):
    """A committee of the convention, which meets in ten days."""
    with as_owner():
        convention = Convention.objects.get(code="UNML-SMV-2019")
        for key in ("UNML", "SMV_EM"):
            ConventionParty.objects.create(convention=convention, organisation=world.org(key))
        committee = Committee.objects.create(convention=convention, name="Comité de suivi UNML – SMV")
        return CommitteeMeeting.objects.create(
            committee=committee, held_on=clock.today() + timedelta(days=10), agenda="Bilan de l’année"
        )


def test_the_loop_in_the_browser(world, visitor, person, travel, committee):
    today = clock.today()
    anybody = visitor()
    for path, title in [
        ("/", "Passer le relais"), ("/connexion/", "Connexion"), ("/aide/", "Aide"),
        ("/accessibilite/", re.compile("ccessibilité")), ("/mentions-legales/", "Mentions légales"),
        ("/donnees-personnelles/", re.compile("onnées")), ("/nouveautes/", "Nouveautés"),
    ]:  # fmt: skip
        anybody.goto(path)
        anybody.look(title)

    # Alice signs in (once with a typing error), and nothing awaits her.
    alice = visitor()
    alice.sign_in("alice@portail.example", "mauvais mot de passe")
    alice.look("Connexion")
    assert alice.page.get_by_label("Adresse électronique").input_value() == "alice@portail.example"
    alice.page.get_by_label("Mot de passe").fill("mot de passe de test")
    alice.click("Se connecter")
    alice.look("À faire")
    alice.sees("Rien ne vous attend.")

    # She finds Yann by the header's search; she creates another youth, and is warned of a likely duplicate.
    alice.page.get_by_role("searchbox", name="Chercher un jeune de votre structure").fill("kermar")
    alice.press("Enter")
    alice.look("Recherche")
    alice.sees("Kermarrec Yann")
    assert "kermar" not in alice.page.url
    create_youth(alice, "Yan", "Kermarec", "2005-03-14")
    alice.look("Nouveau dossier")
    alice.sees("Ce jeune est peut-être déjà connu de votre structure.")
    create_youth(alice, "Maëlle", "Trévidic", "2006-01-20")
    alice.look("Maëlle Trévidic")
    alice.link("Jeunes")
    alice.look("Jeunes")

    # A new referral for Yann, in three steps; a first try with errors loses nothing of what was typed.
    alice.page.get_by_role("link", name="Nouvelle orientation").first.click()
    alice.look("Nouvelle orientation")
    alice.link(re.compile("Kermarrec Yann"))
    alice.look("Vers quel dispositif ?")
    alice.unfold("pas aujourd’hui (")
    alice.look("Vers quel dispositif ?")
    alice.link(re.compile("Choisir.*Service militaire volontaire"))
    alice.look("Service militaire volontaire")
    alice.fill("Un mot au destinataire", "Très motivé par le métier de soudeur.")
    alice.click("Envoyer l’orientation")
    alice.look("Service militaire volontaire")
    alice.sees("Un point est à corriger")
    assert "soudeur" in alice.page.get_by_label("Un mot au destinataire").input_value()
    answer_smv_form(alice)
    alice.tick(re.compile("Le jeune est d’accord"))
    alice.tick("je lui ai lu ce texte")
    alice.tick("de vive voix, en entretien")
    alice.tick(re.compile("Si le parcours s’arrête"))
    alice.click("Envoyer l’orientation")
    alice.look("Yann Kermarrec")
    alice.sees("L’orientation est envoyée.")
    worker()
    assert "rita@portail.example" in {message.to[0] for message in mail.outbox}

    # Rita sees it in "À faire", opens it (received), asks for a missing piece.
    rita = visitor()
    rita.sign_in("rita@portail.example")
    rita.look("À faire")
    rita.sees("Yann Kermarrec", "Une réponse est attendue")
    opens(rita, "Yann Kermarrec", "Répondre")
    rita.look("Yann Kermarrec")
    rita.sees("Très motivé par le métier de soudeur.")
    does(rita, "Demander un complément", {"Votre question": "Le certificat de la JDC est-il disponible ?"})
    rita.look("Yann Kermarrec")

    # Alice answers; Rita notes a step, accepts, starts, and tells the outcome in a code.
    opens(alice, "Yann Kermarrec", "Compléter")
    alice.look("Yann Kermarrec")
    alice.sees("Le certificat de la JDC est-il disponible ?")
    does(alice, "Répondre à la question", {"Votre réponse": "Oui, il l’a reçu en juin."})
    alice.look("Yann Kermarrec")
    opens(rita, "Yann Kermarrec", "Répondre")
    does(rita, "Noter une étape", {"Étape": "Dossier complet"})
    does(rita, "Accepter", {"Entrée prévue le": str(today + timedelta(days=20))})
    rita.look("Yann Kermarrec")
    does(rita, "Confirmer le démarrage", {"A commencé le": str(today)})
    rita.look("Yann Kermarrec")
    does(rita, "Déclarer la fin du parcours", {"Que devient le jeune": EMPLOYED, "A pris fin le": str(today)})
    rita.look("Yann Kermarrec")

    # Alice follows each step, and closes the loop.
    alice.goto("/notifications/")
    alice.look("Notifications")
    alice.sees(f"{SMV} confirme un démarrage (SMV).", f"{SMV} a déclaré la fin d’un parcours (SMV).")
    alice.never_sees("Kermarrec")
    opens(alice, "Yann Kermarrec", "Lire le résultat")
    alice.sees(EMPLOYED, "Dossier complet", "Démarrage confirmé")
    does(alice, "J’ai pris connaissance")
    alice.look("Yann Kermarrec")

    # A second candidate is found unfit: Alice, the referent, gets a task; her manager reads no cause.
    alice.goto("/jeunes/")
    alice.link(re.compile("Trévidic"))
    send_from_record(alice)
    opens(rita, "Maëlle Trévidic", "Répondre")
    does(rita, "Refuser", {"Motif": "Inapte"})
    rita.look("Maëlle Trévidic")
    opens(alice, "Maëlle Trévidic", "Rebondir")
    alice.look("Maëlle Trévidic")
    alice.sees("Motif : Inapte.", "Proposer ailleurs")
    mona = person("mona")
    mona.goto(alice.page.url)
    mona.look("Maëlle Trévidic")
    mona.sees(re.compile("Motif non précisé"))
    mona.never_sees("napte")
    mona.goto("/?vue=structure")
    mona.look("À faire")
    mona.never_sees("napte")

    # A third starts and drops out: the return referral is at Alice’s, under the agreement that foresaw it.
    create_youth(alice, "Erwan", "Le Goff", "2004-11-02")
    send_from_record(alice)
    opens(rita, "Erwan Le Goff", "Répondre")
    does(rita, "Accepter")
    does(rita, "Confirmer le démarrage", {"A commencé le": str(today)})
    does(
        rita,
        "Signaler une interruption",
        {
            "Motif": "Fin anticipée à la demande du volontaire",
            "Que devient le jeune": "Sans solution",
            "A pris fin le": str(today),
        },
    )
    rita.look("Erwan Le Goff")
    opens(alice, "Erwan Le Goff", "Répondre")
    alice.look("Erwan Le Goff")
    alice.sees("suite d’une première orientation")
    alice.goto("/orientations/?onglet=received")
    alice.look("Orientations")
    alice.sees("Erwan Le Goff")
    alice.goto("/orientations/?onglet=sent&etape=")
    alice.look("Orientations")

    # The region and the nation read counts, never a name.
    worker()
    for name in ("regis", "nadia"):
        staff = person(name)
        staff.goto("/")
        staff.look(re.compile("."))
        staff.sees("L’essentiel")
        for path in ("/", "/comites/", "/conventions/", "/structures/", "/referents/", "/notifications/"):
            staff.goto(path)
            staff.look(re.compile("."), axe=name == "nadia" and path != "/")
            staff.never_sees("Kermarrec", "Trévidic", "Le Goff", "napte")

    # The worker finds that the committee is near and prepares its pack; Nadia downloads it.
    with as_worker():
        assert producing.prepare_due() == 1
    worker()
    nadia = person("nadia")
    nadia.goto("/notifications/")
    nadia.link(re.compile("Le dossier du comité"))
    nadia.look("Comité de suivi UNML – SMV")
    nadia.never_sees("Kermarrec", "Trévidic", "Le Goff", "napte")
    for kind, start in [("PDF", b"%PDF"), ("tableur", b"PK")]:
        with nadia.page.expect_download() as coming:
            nadia.link(f"Télécharger le {kind}")
        assert coming.value.path().read_bytes().startswith(start)

    # Time passes on an answer that nobody gives: a reminder leaves, once.
    create_youth(alice, "Nolwenn", "Quéré", "2005-05-05")
    send_from_record(alice)
    worker()
    mail.outbox.clear()
    travel(clock.now() + timedelta(days=30))
    for _ in range(2):
        with as_worker():
            deadlines.run()
    # It waits for the next morning's mail, like all that is not urgent.
    travel(clock.now() + timedelta(days=1))
    for _ in range(2):
        with as_worker():
            digests.run()
        worker()
    reminders = [
        message for message in mail.outbox if "Rappel" in message.body and message.to[0].startswith("rita")
    ]
    assert len(reminders) == 1
    assert "Quéré" not in f"{reminders[0].subject} {reminders[0].body}"
    rita.sign_in("rita@portail.example")  # a month later, every session has ended
    rita.look("À faire")
    rita.sees("En retard")
    rita.goto("/notifications/")
    rita.look("Notifications")
    rita.sees(re.compile("Rappel"))

    # An unknown address, and a page of somebody else.
    alice = person("alice")
    alice.goto(f"/jeunes/{world.youth('kim').uuid}/")
    alice.problems.clear()  # the browser notes every 404
    alice.look(re.compile("."))
    alice.never_sees("Lointain")
    rita.sign_out()
    rita.look("Passer le relais")
