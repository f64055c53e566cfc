import pytest
from django.db import connection
from django.urls import reverse
from tests.client import StrictClient
from tests.conftest import as_owner
from tests.world import World
from partners.loading import load_founding
from partners.models import *
from tests.partners.conftest import add_territory
from playwright.sync_api import sync_playwright
import os

@pytest.mark.django_db(transaction=True)
def test_browser(live_server, monkeypatch):
    world = World.load()
    with as_owner():
        Convention.objects.all().delete(); add_territory(); load_founding()
        for i, (code, name) in enumerate([("11","Île-de-France"),("44","Grand Est"),("84","ARA")]):
            for k in range(20):
                Organisation.objects.create(name=f"Mission locale {name} {k}", network="ml", level="local", region_id=code)
        Convention.objects.get(code="UNML-SMV-2024").committees.get().meetings.create(held_on="2027-01-15", place="Paris", agenda="Situation des jeunes\nBilan")
        Convention.objects.get(code="UNML-SMV-2024").committees.get().meetings.create(held_on="2025-01-15", place="Paris", decisions="Former les recruteurs\nRelancer")
    founding = {c.code: c for c in Convention.objects.all()}
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    cookies = {}
    for who in ("adam","mona","nadia"):
        c = StrictClient(); c.force_login(world.user(who)); cookies[who] = c.cookies["sessionid"].value
    with sync_playwright() as p:
        b = p.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        def page_for(who, **kw):
            ctx = b.new_context(locale="fr-FR", **kw)
            ctx.add_cookies([{"name":"sessionid","value":cookies[who],"url":live_server.url}])
            pg = ctx.new_page()
            pg.on("console", lambda m: print("CONSOLE", m.type, m.text[:300], pg.url))
            pg.on("pageerror", lambda e: print("ERR", str(e)[:300], pg.url))
            return pg
        pg = page_for("adam", viewport={"width":1280,"height":900})
        conv = founding["UNML-SMV-2019"]
        for u in ["/admin/", reverse("admin:partners_convention_changelist"), reverse("admin:partners_convention_change", args=[conv.pk]), reverse("admin:partners_convention_add"), reverse("admin:partners_convention_delete", args=[conv.pk]), reverse("admin:partners_convention_history", args=[conv.pk]), reverse("admin:partners_designation_add"), reverse("admin:accounts_user_changelist"), reverse("admin:accounts_user_add"), reverse("admin:partners_organisation_changelist")]:
            pg.goto(live_server.url+u); print(u, pg.title())
            pg.screenshot(path=f"/tmp/h6/admin_{u.strip('/').replace('/','_')}.png", full_page=True)
        pg.goto(live_server.url+reverse("admin:partners_designation_add"))
        pg.click("#id_user + .select2 , .field-user .select2-selection"); pg.keyboard.type("rit"); pg.wait_for_timeout(800)
        pg.screenshot(path="/tmp/h6/admin_auto.png")
        pg.keyboard.press("Enter"); pg.wait_for_timeout(200)
        print("picked", pg.inner_text(".field-user .select2-selection"))
        pg.goto(live_server.url+reverse("admin:partners_convention_change", args=[conv.pk]))
        pg.click("#parties-group .add-row a"); pg.wait_for_timeout(300)
        pg.screenshot(path="/tmp/h6/admin_inline.png", full_page=True)
        for width in (1280, 390):
            pg = page_for("mona", viewport={"width":width,"height":900})
            for name, u in [("list", reverse("partners:convention_list")), ("smv24", reverse("partners:convention_detail", args=[founding["UNML-SMV-2024"].uuid])), ("cma", reverse("partners:convention_detail", args=[founding["UNML-CMA-2019"].uuid])), ("orgs", reverse("partners:organisation_list")+"?reseau=ml"), ("org", reverse("partners:organisation_detail", args=[world.org("ML_A").uuid])), ("refs", reverse("partners:designation_list")), ("refs_topic", reverse("partners:designation_list")+"?sujet=smv"), ("new", reverse("partners:designation_create"))]:
                pg.goto(live_server.url+u)
                print(width, name, "overflow", pg.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))
                pg.screenshot(path=f"/tmp/h6/{name}_{width}.png", full_page=True)
        b.close()
