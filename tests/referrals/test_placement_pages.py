"""The pages of the periods in a company: noted, changed, signed, renewed, cancelled, told."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.urls import reverse

from core import clock
from core.models import AuditEntry
from portal.bench.counting import Statements
from referrals.models import WorkPlacement
from referrals.placements.schedule import read_day
from tests.conftest import as_owner
from tests.filling import form_of, send_pairs
from tests.referrals.placing_periods import HOST, declare, next_monday, read, signed
from tests.referrals.test_loop import send
from tests.youths.test_journal import accepted
from youths.models import Youth


@pytest.fixture
def noting(world) -> str:
    """The address where a period of Yann is noted."""
    return reverse("referrals:placement_declare", args=[world.youth("yann").uuid])


def text(response) -> str:
    return response.content.decode().replace("\xa0", " ").replace("&#x27;", "’")


def usual() -> dict[str, str]:
    """A week in a company, as most are typed."""
    start = next_monday()
    return {
        "host_siret": "732 829 320 00074", "host_name": "Boulangerie du Port", "tutor_name": "Camille Four",
        "purpose": "DECOUVRIR", "starts_on": start.isoformat(),
        "ends_on": (start + timedelta(days=4)).isoformat(),
    }  # fmt: skip


def fill(client, address: str, **typed):
    form = form_of(client.get(address).content.decode(), "starts_on")
    wanted = {name: value for name, value in (usual() | typed).items() if name in form.order}
    return send_pairs(client, address, form.filled(**wanted))


def only() -> WorkPlacement:
    with as_owner():
        return WorkPlacement.objects.get()


def count() -> int:
    with as_owner():
        return WorkPlacement.objects.count()


def page_of(placement, name: str = "placement") -> str:
    return reverse(f"referrals:{name}", args=[placement.uuid])


def test_it_is_noted_with_a_usual_week_and_shown_on_the_record(world, visit, noting):
    alice = visit("alice")
    response = fill(alice, noting)
    placement = only()
    assert response.url == placement.get_absolute_url()
    assert (placement.host_siret, placement.planned_minutes, placement.state) == (HOST, 35 * 60, "planned")
    html = text(alice.get(response.url))
    assert "Boulangerie du Port" in html
    assert "Lundi au vendredi : 09:00-12:00, 13:00-17:00" in html
    record = text(alice.get(reverse("youths:detail", args=[world.youth("yann").uuid])))
    assert response.url in record
    assert "Période en entreprise prévue : Boulangerie du Port" in record


@pytest.mark.parametrize(("typed", "words"), [
    ({"host_siret": "73282932000075"}, "SIRET n’est pas valide"),
    ({"host_siret": "\x00"}, ""),
    ({"host_name": ""}, "obligatoire"),
    ({"host_name": "1 84 12 76 451 089 46"}, "sécurité sociale"),
    ({"purpose": "VACANCES"}, "choix valide"),
    ({"starts_on": "0000-01-01"}, "n’existe pas"),
    ({"starts_on": "9999-12-31", "ends_on": "9999-12-31"}, "n’est pas plausible"),
    ({"ends_on": "9999-12-31"}, "vérifiez l’année"),
    ({"day_1": "9h"}, "Écrivez les heures ainsi"),
    ({"day_1": "9-12" * 100_000}, ""),
    ({"day_1": "9-12, 11-13"}, "se chevauchent"),
    ({"days": []}, "au moins un jour"),
    ({"hours": ""}, "au moins un jour"),
    ({"hours": "9h"}, "Écrivez les heures ainsi"),
    ({"days": ["8"]}, "choix valide"),
    ({"day_1": "6-14, 15-23", "day_2": "6-14, 15-23"}, "48 h au plus"),
    ({"followed_by": "999999"}, "choix valide"),
    ({"signed": "on"}, "le jour où la convention a été signée"),
    ({"signed": "on", "signed_on": "2199-01-01"}, "pas encore passé"),
    ({"signed": "on", "signed_on": "2026-01-05", "external_id": "<script>"}, "des lettres, des chiffres"),
])  # fmt: skip
def test_wrong_input_is_told_and_nothing_is_lost(world, visit, noting, typed, words):
    response = fill(visit("alice"), noting, tutor_role="Gérante", **typed)
    assert response.status_code == 200
    html = text(response)
    assert words in html
    assert 'class="field has-error"' in html
    assert 'value="Gérante"' in html
    assert count() == 0


def test_every_mistake_is_told_at_once(visit, noting):
    """A wrong company does not hide a wrong date: one goes back to the form once."""
    before = (next_monday() - timedelta(days=3)).isoformat()
    html = text(fill(visit("alice"), noting, host_siret="123", purpose="", ends_on=before))
    assert "La fin ne peut pas précéder le début." in html
    assert "SIRET" in html
    html = text(fill(visit("alice"), noting, hours="de bonne heure", ends_on=before))
    assert "La fin ne peut pas précéder le début." in html
    assert "Écrivez les heures ainsi" in html


def test_a_page_gone_back_to_is_the_same_period_unless_it_was_changed(visit, noting):
    alice = visit("alice")
    form = form_of(alice.get(noting).content.decode(), "starts_on")
    typed = usual()
    first = send_pairs(alice, noting, form.filled(**typed))
    assert send_pairs(alice, noting, form.filled(**typed)).url == first.url
    changed = send_pairs(alice, noting, form.filled(**typed | {"host_name": "Boulangerie du Marché"}))
    html = text(changed)
    assert changed.status_code == 409
    assert "Cette période est déjà notée. Ce que vous venez de changer n’est pas enregistré" in html
    assert 'value="Boulangerie du Marché"' in html
    assert only().host_name == "Boulangerie du Port"
    # The page has a new key: the second period is looked at beside the first one.
    again = send_pairs(alice, noting, form_of(html, "starts_on").filled())
    assert "est-ce la même" in text(again)
    assert count() == 1


def test_more_than_a_month_is_refused_with_its_source(visit, noting):
    end = next_monday() + timedelta(days=31)
    html = text(fill(visit("alice"), noting, ends_on=end.isoformat()))
    assert "Une période dure un mois au plus, de date à date" in html
    assert "articles L5135-1" in html
    assert count() == 0


def test_already_signed_elsewhere_it_is_kept_to_be_checked_with_a_reason(visit, noting):
    alice = visit("alice")
    start = clock.today() - timedelta(days=40)
    typed = {
        "starts_on": start.isoformat(), "ends_on": (start + timedelta(days=31)).isoformat(), "signed": "on",
        "signed_on": start.isoformat(), "external_id": "IF-2026-77",
    }  # fmt: skip
    assert "La convention est signée : dites pourquoi" in text(fill(alice, noting, **typed))
    assert count() == 0
    response = fill(alice, noting, exception_reason="PROLONGEE", **typed)
    assert (only().state, only().to_check) == ("signed", ["MOIS_DEPASSE"])
    html = text(alice.get(response.url))
    assert "La période a été prolongée en cours de route" in html
    assert "IF-2026-77" in html


def test_what_has_begun_is_signed(visit, noting):
    start = (clock.today() - timedelta(days=3)).isoformat()
    assert "a déjà commencé" in text(fill(visit("alice"), noting, starts_on=start))


def test_a_warning_is_shown_once_and_the_person_decides(world, visit, noting):
    declare(world)
    alice = visit("alice")
    start = next_monday() + timedelta(days=7)
    days = {"starts_on": start.isoformat(), "ends_on": start.isoformat()}
    response = fill(alice, noting, **days)
    html = text(response)
    assert "Une période de même objet a déjà eu lieu" in html
    assert "l’article du code reste à vérifier" in html
    assert count() == 1
    form = form_of(response.content.decode(), "starts_on")
    response = send_pairs(alice, noting, form.filled(press=("verifie", "MEME_OBJET")))
    assert response.status_code == 302
    with as_owner():
        assert WorkPlacement.objects.latest("pk").to_check == ["MEME_OBJET"]
    assert "À vérifier" in text(alice.get(response.url))


def test_a_minor_needs_a_representative_who_is_told(world, visit, noting):
    with as_owner():
        born = clock.today().replace(year=clock.today().year - 17)
        Youth.objects.filter(pk=world.youth("yann").pk).update(birth_date=born)
    alice = visit("alice")
    assert "son représentant légal a été informé" in text(fill(alice, noting))
    told = clock.today().isoformat()
    long_day = fill(alice, noting, representative_informed_on=told, day_1="8-12, 13-18")
    assert "8 h par jour au plus" in text(long_day)
    assert count() == 0
    assert fill(alice, noting, representative_informed_on=told).status_code == 302


def test_it_hangs_on_a_referral_that_was_taken(world, visit, noting):
    referral = accepted(world)
    alice = visit("alice")
    html = text(alice.get(referral.get_absolute_url()))
    assert f"{noting}?orientation={referral.uuid}" in html
    response = fill(alice, f"{noting}?orientation={referral.uuid}")
    assert only().referral_id == referral.pk
    for who in ("alice", "rita"):
        assert response.url in text(visit(who).get(referral.get_absolute_url()))
    assert referral.get_absolute_url() in text(alice.get(response.url))
    # An address made by hand: the period is noted, on nothing.
    day = (next_monday() + timedelta(days=14)).isoformat()
    fill(alice, f"{noting}?orientation={uuid4()}", purpose="CONFIRMER", starts_on=day, ends_on=day)
    with as_owner():
        assert WorkPlacement.objects.latest("pk").referral_id is None


@pytest.mark.parametrize(("who", "status"), [
    ("bob", 200), ("mona", 200), ("rita", 200), ("sam", 200),
    ("dora", 404), ("charlie", 404), ("remi", 404), ("regis", 403), ("nadia", 403), ("paul", 403),
])  # fmt: skip
def test_who_opens_it(world, visit, who, status):
    accepted(world)
    placement = declare(world)
    assert visit(who).get(page_of(placement)).status_code == status
    assert visit(who).post(page_of(placement)).status_code in (status, 405) if status == 200 else True


def test_who_is_solicited_sees_none_of_it(world, visit, noting):
    placement = declare(world)
    send(world)
    assert visit("rita").get(page_of(placement)).status_code == 404
    assert visit("rita").get(noting).status_code == 404
    assert "Boulangerie" not in text(
        visit("rita").get(reverse("youths:detail", args=[world.youth("yann").uuid]))
    )


def test_the_reading_is_marked_and_writes_nothing(world, visit):
    placement = declare(world)
    visit("alice").get(page_of(placement))
    with as_owner():
        assert AuditEntry.objects.filter(
            subject_kind="placement", subject_uuid=placement.uuid, kind="read"
        ).exists()
    assert read(placement).version == 1
    assert (
        visit("alice").get(page_of(placement).replace(str(placement.uuid), "pas-un-uuid")).status_code == 404
    )


def test_it_is_signed_renewed_told_and_the_youth_is_asked(world, visit, travel):
    alice = visit("alice")
    placement = declare(world)
    address = page_of(placement, "placement_sign")
    form = form_of(alice.get(address).content.decode(), "signed_on")
    assert "pas encore passé" in text(send_pairs(alice, address, form.filled(signed_on="2199-01-01")))
    assert send_pairs(alice, address, form.filled(signed_on=clock.today().isoformat())).status_code == 302

    address = page_of(placement, "placement_bilan")
    form = form_of(alice.get(address).content.decode(), "suite")
    early = {"state": "done", "suite": "AUCUNE", "youth_view": "not_asked"}
    assert "n’est pas encore réalisée" in text(send_pairs(alice, address, form.filled(**early)))
    travel(clock.now() + timedelta(days=30))
    alice = visit("alice")
    assert "Bilan attendu" in text(alice.get(page_of(placement)))
    assert "Écrire le bilan" in text(alice.get("/"))
    assert "Indiquez le jour où la suite commence" in text(
        send_pairs(alice, address, form.filled(**early | {"suite": "CDI"}))
    )
    assert send_pairs(alice, address, form.filled(**early)).status_code == 302
    assert (read(placement).state, read(placement).done_minutes) == ("done", 35 * 60)
    html = text(alice.get(page_of(placement)))
    assert "35 h sur 35 h" in html
    assert "ne lui a pas encore été lu" in html

    form = form_of(alice.get(address).content.decode(), "youth_view")
    silent = form.filled(youth_view="disagrees")
    assert "écrivez ce qu’il en dit" in text(send_pairs(alice, address, silent))
    spoken = send_pairs(
        alice, address, form.filled(youth_view="disagrees", youth_comment="Vu le médecin du travail")
    )
    assert "Relisez ce texte" in text(spoken)
    spoken = send_pairs(alice, address, form.filled(youth_view="disagrees", youth_comment="Trop court"))
    assert spoken.status_code == 302
    assert read(placement).youth_comment == "Trop court"

    address = page_of(placement, "placement_renew")
    html = text(alice.get(address))
    assert "host_siret" not in html  # nothing is asked twice
    start = clock.today() + timedelta(days=3)
    response = fill(alice, address, starts_on=start.isoformat(), ends_on=start.isoformat(), **{
        f"day_{number}": "9-12" for number in range(1, 8)
    })  # fmt: skip
    assert response.status_code == 302
    with as_owner():
        again = WorkPlacement.objects.latest("pk")
    assert (again.renewal_of_id, again.host_siret, again.purpose) == (placement.pk, HOST, "DECOUVRIR")
    assert "Renouvelle une première période" in text(alice.get(response.url))


@pytest.mark.parametrize(("typed", "words", "minutes"), [
    ({"last_day_on": ""}, "dernier jour de présence", None),
    ({"last_day_on": "2020-01-01"}, "hors de la période", None),
    ({"done_hours": "15h"}, "14 h étaient prévues", None),
    ({"done_hours": "0"}, "ne s’est pas présenté", None),
    ({"done_hours": "beaucoup"}, "nombre d’heures", None),
    ({"done_hours": "12h30"}, "", 750),
    ({"done_hours": "12,5"}, "", 750),
    ({}, "", 14 * 60),
])  # fmt: skip
def test_a_period_cut_short_says_until_when_and_how_long(world, visit, travel, typed, words, minutes):
    placement = declare(world)
    signed(world, placement)
    travel(clock.now() + timedelta(days=30))
    alice, address = visit("alice"), page_of(placement, "placement_bilan")
    form = form_of(alice.get(address).content.decode(), "suite")
    tuesday = (placement.starts_on + timedelta(days=1)).isoformat()
    told = {"state": "partly_done", "last_day_on": tuesday, "suite": "AUCUNE", "youth_view": "agrees"}
    response = send_pairs(alice, address, form.filled(**told | typed))
    if minutes is None:
        assert words in text(response)
        assert read(placement).state == "signed"
    else:
        assert (read(placement).state, read(placement).done_minutes) == ("partly_done", minutes)


def test_who_did_not_come(world, visit, travel):
    placement = declare(world)
    signed(world, placement)
    travel(clock.now() + timedelta(days=30))
    alice, address = visit("alice"), page_of(placement, "placement_bilan")
    form = form_of(alice.get(address).content.decode(), "suite")
    assert send_pairs(alice, address, form.filled(state="no_show", youth_view="not_asked")).status_code == 302
    assert (read(placement).done_minutes, read(placement).suite) == (0, "AUCUNE")


def test_two_change_it_at_once_the_second_is_told_and_loses_nothing(world, visit):
    placement = declare(world)
    alice, bob = visit("alice"), visit("bob")
    address = page_of(placement, "placement_amend")
    forms = [form_of(one.get(address).content.decode(), "starts_on") for one in (alice, bob)]
    assert send_pairs(alice, address, forms[0].filled(tutor_name="Dominique Levain")).status_code == 302
    late = send_pairs(bob, address, forms[1].filled(tutor_name="Claude Pétrin"))
    assert late.status_code == 409
    assert "Claude Pétrin" in text(late)
    assert read(placement).tutor_name == "Dominique Levain"
    address = page_of(placement, "placement_cancel")
    form = form_of(alice.get(address).content.decode(), "reason")
    assert "obligatoire" in text(send_pairs(alice, address, form.filled()))
    assert send_pairs(alice, address, form.filled(reason="ENTREPRISE_RENONCE")).status_code == 302
    # Closed: neither changed, signed, told nor renewed; each address leads back to it.
    for name in ("amend", "sign", "cancel", "bilan", "renew"):
        response = bob.get(page_of(placement, f"placement_{name}"))
        assert (name, response.status_code) == (name, 302)
    assert "L’entreprise a renoncé" in text(alice.get(page_of(placement)))


def test_what_a_partner_neither_declared_nor_follows_it_only_reads(world, visit):
    accepted(world)
    placement = declare(world)
    rita = visit("rita")
    assert "Ce que vous pouvez faire" not in text(rita.get(page_of(placement)))
    for name in ("amend", "cancel"):
        assert (
            rita.post(page_of(placement, f"placement_{name}"), {"reason": "JEUNE_RENONCE"}).status_code == 302
        )
    assert read(placement).state == "planned"


def test_the_number_of_queries_does_not_grow(world, visit):
    alice = visit("alice")
    record = reverse("youths:detail", args=[world.youth("yann").uuid])
    placement = declare(world)

    def statements(address: str) -> int:
        alice.get(address)
        found = Statements()
        with connection.execute_wrapper(found):
            alice.get(address)
        return len(found.kept)

    before = {address: statements(address) for address in (record, page_of(placement))}
    for number in range(3):
        declare(world, host_name=f"Atelier {number}", starts_on=next_monday() + timedelta(days=7 * number))
    assert {address: statements(address) for address in before} == before
    assert max(before.values()) <= 10


def test_the_hours_of_a_week_are_given_once_and_added_up(visit, noting):
    alice = visit("alice")
    assert "<strong>35 h par semaine</strong>" in text(alice.get(noting))
    form = form_of(alice.get(noting).content.decode(), "starts_on")
    typed = {
        "hours": "9h-12h30",
        "days": ["1", "2", "4"],
        "day_4": "14-17",
        "tutor_name": "Camille",
        "signed": "on",
    }
    response = send_pairs(alice, noting, form.filled(press=("compter", "1"), **typed))
    html = text(response)
    assert "<strong>10 h par semaine</strong>" in html
    assert "Lundi au mardi : 09:00-12:30" in html
    assert "Jeudi : 14:00-17:00" in html
    # Nothing is judged yet, nothing is lost, nothing is written.
    assert "has-error" not in html
    assert 'value="Camille"' in html
    again = form_of(response.content.decode(), "starts_on")
    assert [value for name, value in again.pairs if name == "days"] == ["1", "2", "4"]
    assert ("signed", "on") in again.pairs
    assert count() == 0
    unreadable = form.filled(press=("compter", "1"), hours="neuf heures")
    assert "Ces heures ne se lisent pas encore" in text(send_pairs(alice, noting, unreadable))


def test_a_week_that_was_noted_is_shown_as_it_was_given(world, visit):
    week = (*(read_day("8-12, 13-16"),) * 3, read_day("8-12"), (), read_day("9-11"), ())
    placement = declare(world, week=week)
    form = form_of(visit("alice").get(page_of(placement, "placement_amend")).content.decode(), "starts_on")
    shown = dict(form.pairs)
    assert shown["hours"] == "08:00-12:00, 13:00-16:00"
    assert [value for name, value in form.pairs if name == "days"] == ["1", "2", "3"]
    assert (shown["day_4"], shown["day_6"], shown["day_5"]) == ("08:00-12:00", "09:00-11:00", "")
    assert send_pairs(visit("alice"), page_of(placement, "placement_amend"), form.filled()).status_code == 302
    assert read(placement).schedule == placement.schedule
