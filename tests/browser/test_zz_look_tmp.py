import pytest
from datetime import timedelta
from core import clock
from tests.browser.conftest import *
from tests.referrals.test_loop import send, act
from core.scope import acting_as
from tests.conftest import as_worker
from core import outbox
from referrals import workflow
pytestmark = pytest.mark.browser
OUT="/tmp/h12shots"
def shot(v, name):
    v.page.screenshot(path=f"{OUT}/{name}.png", full_page=True)
def test_look(world, person, visitor, travel):
    for w in (1280, 390):
        v=visitor(width=w)
        v.goto("/"); shot(v,f"accueil-{w}")
        v.goto("/connexion/"); shot(v,f"connexion-{w}")
    start=clock.now()
    one=send(world)
    act_open=lambda r: [workflow.open_first(world.acting("rita"), r.uuid)]
    with acting_as(world.acting("rita")): workflow.open_first(world.acting("rita"), one.uuid)
    for w in (1280,390):
        rita=person("rita",width=w)
        rita.goto("/"); shot(rita,f"rita-home-{w}")
        rita.goto(one.get_absolute_url()); shot(rita,f"rita-received-{w}")
        for s in rita.page.locator("details.disclosure > summary").all():
            if s.locator("..").get_attribute("open") is None: s.click()
        shot(rita,f"rita-received-open-{w}")
        rita.goto("/orientations/"); shot(rita,f"rita-list-{w}")
    act(world,"rita",one,"ask_info",question="A-t-il fait sa JDC ?")
    for w in (1280,390):
        a=person("alice",width=w)
        a.goto("/"); shot(a,f"alice-home-{w}")
        a.goto("/orientations/"); shot(a,f"alice-list-{w}")
        a.goto(one.get_absolute_url()); shot(a,f"alice-info-{w}")
        a.goto("/jeunes/"); shot(a,f"youths-{w}")
        a.goto(f"/jeunes/{world.youth('yann').uuid}/"); shot(a,f"youth-{w}")
        a.goto("/jeunes/nouveau/"); shot(a,f"youth-create-{w}")
        a.click("Créer le dossier"); shot(a,f"youth-create-err-{w}")
        a.fill("Nom","Kermarec"); a.fill("Prénom","Yan"); a.fill("Date de naissance","2005-03-14"); a.click("Créer le dossier"); shot(a,f"youth-create-dup-{w}")
        a.goto("/orientations/nouvelle/"); shot(a,f"create1-{w}")
        a.goto(f"/orientations/nouvelle/?jeune={world.youth('yann').uuid}"); shot(a,f"create2-{w}")
        a.goto(f"/orientations/nouvelle/?jeune={world.youth('yann').uuid}&dispositif=smv"); shot(a,f"create3-{w}")
        a.click("Envoyer"); shot(a,f"create3-err-{w}")
        a.goto("/notifications/"); shot(a,f"notif-{w}")
    act(world,"alice",one,"answer_info",answer="Oui, en 2023.")
    act(world,"rita",one,"accept",planned_on=clock.today()+timedelta(days=20))
    for w in (1280,390):
        rita=person("rita",width=w); rita.goto(one.get_absolute_url()); shot(rita,f"rita-accepted-{w}")
    act(world,"rita",one,"start",started_on=clock.today())
    act(world,"rita",one,"complete",outcome="EMPLOI_DURABLE",ended_on=clock.today())
    for w in (1280,390):
        a=person("alice",width=w); a.goto("/"); shot(a,f"alice-home-outcome-{w}"); a.goto(one.get_absolute_url()); shot(a,f"alice-outcome-{w}")
    two=send(world)
    with acting_as(world.acting("rita")): workflow.open_first(world.acting("rita"), two.uuid)
    act(world,"rita",two,"decline",reason="INAPTE_MEDICAL")
    for w in (1280,390):
        a=person("alice",width=w); a.goto("/"); shot(a,f"alice-home-rebound-{w}"); a.goto(two.get_absolute_url()); shot(a,f"alice-rebound-{w}")
        a.goto("/notifications/"); shot(a,f"alice-notif2-{w}")
        a.goto(f"/jeunes/{world.youth('yann').uuid}/"); shot(a,f"youth-rich-{w}")
