"""The usual answers: those of everybody, of a programme, of an organisation; and where they are put."""

import re

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from core.scope import acting_as
from core.text_checks import sensitive_words
from referrals import programmes
from referrals.models import MOST_USUAL, Message, Referral, UsualAnswer
from referrals.programmes import registry
from referrals.programmes.base import MAX_USUAL, Usual
from referrals.thread import keeping, usual
from tests.conftest import as_owner
from tests.filling import form_of, send_pairs
from tests.referrals.placing import put
from youths.records import Overtaken

PAGE = "/orientations/reponses-usuelles/"
TEXT = "Notre accueil est ouvert du lundi au jeudi, de 9 h à 17 h."


def values(**fields) -> dict[str, str]:
    return {"label": "Nos horaires", "text": TEXT, "moment": "", "programme": ""} | fields


def keep(world, who="rosa", **fields) -> UsualAnswer:
    acting = world.acting(who)
    with acting_as(acting):
        return keeping.add(acting, values(**fields))


def kept() -> list[tuple[str, str]]:
    with as_owner():
        return list(UsualAnswer.objects.order_by("pk").values_list("label", "text"))


def html_of(visit, who, referral) -> str:
    return visit(who).get(referral.get_absolute_url()).content.decode()


# --- Where they are put -------------------------------------------------------------------------------


def test_an_answer_starts_from_a_usual_text_and_keeps_what_was_typed(world, visit):
    """Without JavaScript: the button gives the page back with the text in its box; then the referral is accepted."""
    referral = put(world, "received")
    rita = visit("rita")
    form = form_of(html_of(visit, "rita", referral), "accept-planned_on")
    pairs = form.filled(
        press=(usual.INSERT, "on"),
        **{"accept-note": "Bonjour,", "accept-usuelle": "CONTACT", "accept-planned_on": "2027-01-04"},
    )
    html = send_pairs(rita, form.action, pairs).content.decode()
    assert 'class="error-summary"' not in html
    again = form_of(html, "accept-planned_on")
    assert ("accept-planned_on", "2027-01-04") in again.pairs
    contact = next(one.text for one in usual.COMMON if one.code == "CONTACT")
    assert ("accept-note", f"Bonjour,\n{contact}") in again.pairs
    assert "autofocus" in html
    with as_owner():
        assert Referral.objects.get(pk=referral.pk).state == "received"
    assert send_pairs(rita, again.action, again.filled()).status_code == 302
    with as_owner():
        assert Referral.objects.get(pk=referral.pk).state == "accepted"
        assert Message.objects.get().text == f"Bonjour,\n{contact}"


BOXES = [
    ("decline", "note", "REMERCIER"), ("ask_info", "question", "PIECES"), ("ask_info", "question", "JDC"),
    ("message", "text", "RECU"), ("answer_info", "answer", "PIECE_ENVOYEE"),
]  # fmt: skip


@pytest.mark.parametrize(("action", "box", "code"), BOXES)
def test_each_box_has_its_own_texts(world, visit, action, box, code):
    replying = action == "answer_info"
    referral, who = put(world, "info_requested" if replying else "received"), "alice" if replying else "rita"
    prefix = "" if action == "message" else f"{action}-"
    form = form_of(html_of(visit, who, referral), f"{prefix}{box}")
    pairs = form.filled(press=(usual.INSERT, "on"), **{f"{prefix}usuelle": code})
    again = form_of(send_pairs(visit(who), form.action, pairs).content.decode(), f"{prefix}{box}")
    (text,) = [value for name, value in again.pairs if name == f"{prefix}{box}"]
    assert text in {one.text for one in (*usual.COMMON, *programmes.get("smv").usual_answers)}
    with as_owner():
        assert not Message.objects.exists()


@pytest.mark.parametrize("code", ["", "INCONNU", "RECU", "\0", "x" * 9_000])
def test_a_text_that_is_not_offered_there_changes_nothing(world, visit, code):
    referral = put(world, "received")
    address = reverse("referrals:act", args=[referral.uuid, "accept"])
    typed = {"accept-note": "Mon mot.", "accept-version": "2", "accept-usuelle": code, usual.INSERT: "on"}
    html = visit("rita").post(address, typed).content.decode()
    assert ("accept-note", "Mon mot.") in form_of(html, "accept-note").pairs


def test_a_file_is_to_be_chosen_again_after_a_text_was_put_in(world, visit, settings, tmp_path):
    from django.core.files.uploadedfile import SimpleUploadedFile

    referral = put(world, "received")
    typed = {"text": "Mot.", "usuelle": "RECU", usual.INSERT: "on", "file": SimpleUploadedFile("a.pdf", b"x")}
    html = visit("rita").post(reverse("referrals:message", args=[referral.uuid]), typed).content.decode()
    assert "Choisissez de nouveau le fichier" in html
    assert "Nous avons bien reçu votre demande." in html


def test_the_words_of_an_answer_are_read_again_when_they_tell_of_health(world, visit):
    referral = put(world, "received")
    address = reverse("referrals:act", args=[referral.uuid, "accept"])
    typed = {"accept-note": "Après son hospitalisation.", "accept-version": "2"}
    html = visit("rita").post(address, typed).content.decode()
    assert "Relisez ce texte" in html
    assert "Après son hospitalisation." in html
    assert visit("rita").post(address, typed | {"relu": "on"}).status_code == 302


# --- Of one's own organisation ------------------------------------------------------------------------


def test_a_manager_keeps_an_answer_and_the_colleagues_find_it(world, visit):
    referral = put(world, "received")
    rosa = visit("rosa")
    assert "La réponse est gardée" in rosa.post(PAGE, values(), follow=True).content.decode()
    for who in ("rita", "sam"):
        html = html_of(visit, who, referral)
        assert html.count("Nos horaires</option>") == 4
        assert "De votre structure" in html
    assert "Nos horaires" not in html_of(visit, "alice", referral)
    with as_owner():
        (one,) = UsualAnswer.objects.all()
    changed = values(answer=str(one.uuid), version="1", label="Horaires", moment="accept", programme="smv")
    assert "Changer cette réponse" in rosa.get(f"{PAGE}?reponse={one.uuid}").content.decode()
    rosa.post(PAGE, changed)
    assert html_of(visit, "rita", referral).count("Horaires</option>") == 1
    late = rosa.post(PAGE, changed)
    assert late.status_code == 409
    assert "entre-temps" in late.content.decode()
    rosa.post(PAGE, {"answer": one.uuid, "version": "2", "retirer": "on"})
    assert kept() == []
    assert rosa.post(PAGE, {"answer": one.uuid, "version": "2", "retirer": "on"}).status_code == 409


def test_of_another_programme_it_is_not_offered(world, visit):
    keep(world, programme="pmsmp")
    assert "Nos horaires" not in html_of(visit, "rita", put(world, "received"))


@pytest.mark.parametrize("who", ["rita", "alice", "regis", "paul", "nadia"])
def test_who_is_no_manager_keeps_none(world, visit, who):
    assert visit(who).get(PAGE).status_code == 403
    assert visit(who).post(PAGE, values()).status_code == 403
    assert kept() == []


def test_those_of_another_organisation_are_out_of_reach(world, visit):
    one = keep(world)
    mona = visit("mona")
    assert "Nos horaires" not in mona.get(PAGE).content.decode()
    assert mona.get(f"{PAGE}?reponse={one.uuid}").status_code == 404
    assert mona.get(f"{PAGE}?reponse=x").status_code == 404
    assert mona.post(PAGE, values(answer=str(one.uuid), version="1", text="À moi.")).status_code == 409
    assert mona.post(PAGE, {"answer": one.uuid, "version": "1", "retirer": "on"}).status_code == 409
    assert kept() == [("Nos horaires", TEXT)]
    with acting_as(world.acting("mona")):
        assert not UsualAnswer.objects.exists()
        assert UsualAnswer.objects.update(text="x") == 0
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            UsualAnswer.objects.create(
                organisation=world.org("RSMV"), place=9, label="x", text="x", written_by=world.user("mona")
            )


def test_without_wall_2_they_stay_at_home(world):
    keep(world)
    with as_owner():
        assert keeping.of(world.acting("mona")) == []
        with pytest.raises(Overtaken):
            keeping.remove(world.acting("mona"), UsualAnswer.objects.get().uuid, version=1)


def test_a_get_keeps_nothing(world, visit):
    visit("rosa").get(PAGE, values())
    assert kept() == []


def test_twenty_are_kept_and_no_more(world, visit):
    for number in range(MOST_USUAL):
        keep(world, label=f"Réponse {number}")
    assert visit("rosa").get(PAGE).content.decode().count('class="card-title"') == MOST_USUAL
    full = visit("rosa").post(PAGE, values(label="La vingt et unième"))
    assert full.status_code == 409
    assert "retirez-en une" in full.content.decode()
    assert len(kept()) == MOST_USUAL
    with as_owner(), pytest.raises(DatabaseError, match="referrals_usual_bound"), transaction.atomic():
        UsualAnswer.objects.create(
            organisation=world.org("RSMV"), place=21, label="x", text="x", written_by=world.user("rosa")
        )


@pytest.mark.parametrize(("fields", "why"), [
    ({"text": "Demandez Rita à l’accueil."}, "Rita"),
    ({"text": "M. Dupont vous rappellera."}, "M. D"),
    ({"text": "Écrivez à accueil@exemple.test."}, "désigne une personne"),
    ({"text": "Appelez le 06 39 98 00 01."}, "désigne une personne"),
    ({"label": "Pour Rosa"}, "Rosa"),
    ({"text": "185057800608436"}, "sécurité sociale"),
    ({"text": "a\0b"}, "caractère invisible"),
    ({"text": "é" * 501}, "la limite est de 500"),
    ({"label": ""}, "obligatoire"),
    ({"moment": "GUERRE"}, "moment"),
    ({"programme": "\0"}, "programme"),
    ({"answer": "x"}, "answer"),
    ({"version": "3"}, "plus à jour"),
    ({"text": "Après un traitement médical."}, "Relisez ce texte"),
])  # fmt: skip
def test_what_does_not_serve_for_everybody_is_refused_beside_its_field(world, visit, fields, why):
    answer = visit("rosa").post(PAGE, values(**fields))
    assert answer.status_code == 200
    assert why in answer.content.decode()
    assert kept() == []


def test_the_name_of_a_youth_is_refused_to_who_may_open_the_record(world, visit):
    for text in ("Yann est attendu lundi.", "Le jeune KERMAREC est attendu.", "Merci pour kermarrec."):
        answer = visit("mona").post(PAGE, values(text=text, label=text[:9]))
        assert (answer.status_code == 200) == ("Yann" in text), text
    with acting_as(world.acting("mona")):
        assert "Kermarrec" in keeping.somebody_in(world.acting("mona"), "Le dossier Kermarrec.")
        assert keeping.somebody_in(world.acting("mona"), "Le dossier est complet. Merci.") == ""


def test_two_managers_at_once_one_name(world):
    keep(world)
    with pytest.raises(Overtaken):
        keep(world)


def test_the_page_asks_the_same_however_many(world, visit, django_assert_max_num_queries):
    for number in range(15):
        keep(world, label=f"Réponse {number}")
    rosa = visit("rosa")
    rosa.get(PAGE)
    with django_assert_max_num_queries(14):  # savepoints of the test among them
        rosa.get(PAGE)


# --- The texts themselves -----------------------------------------------------------------------------


def test_the_texts_of_the_house_are_few_short_and_say_nothing_of_anybody(world):
    lists = {"": usual.COMMON} | {one.code: one.usual_answers for one in programmes.all()}
    for code, found in lists.items():
        assert registry.usual_problems(found) == [], code
        assert len(found) <= MAX_USUAL
        for one in found:
            assert not sensitive_words(one.text)
            assert not re.search(r"\d", one.text)
            with acting_as(world.acting("rosa")):
                assert keeping.somebody_in(world.acting("rosa"), one.text) == ""


@pytest.mark.parametrize(("wrong", "said"), [
    ((Usual("X", "x", "x"),) * 2, "twice"),
    (tuple(Usual(f"X{number}", "x", "x") for number in range(13)), "more than 12"),
    ((Usual("X", "x", "Son hospitalisation."),), "health"),
    ((Usual("X", "x", "x" * 501),), "too long"),
    ((Usual("X", "x", "x", "danser"),), "unknown moment"),
])  # fmt: skip
def test_a_programme_with_wrong_texts_is_refused(wrong, said):
    assert any(said in problem for problem in registry.usual_problems(wrong))
