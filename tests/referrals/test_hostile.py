"""Bad input on every form of the loop: a clear message beside the field, nothing lost, never a failure."""

import re
from collections.abc import Callable
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from core import clock
from core.scope import acting_as
from core.text_checks import NIR_REFUSED
from referrals.models import Message, Referral
from tests.client import StrictClient
from tests.conftest import as_owner
from tests.filling import Form, form_of, send_pairs
from tests.referrals.placing import put
from tests.referrals.test_loop import send
from youths.models import Opening, Youth

NIR = "1 85 05 78 006 084 36"
HUGE = "é" * 30_000
# What any control may receive; a longer list of the same kinds runs in the long proofs.
CORPUS = [
    "",
    "a\0b",
    "😀🏳️‍🌈 \u202egnp.exe\u200b",
    '<script>alert(1)</script>"><img src=x onerror=alert(1)>',
    "\ud800",
    "1e309",
    "99999999999999999999999",
    "9999-12-31",
    NIR,
    HUGE,
]
MORE = [
    "' OR 1=1; --", "-1", "0000-00-00", "31/02/2026", str(uuid4()),
    " ", "\0", "\t\r\n", "𝒳𝒴𝒵 𠜎", "a\u2060\ufeffb", "עברית العربية", "O'Brien", "Null", "None", "undefined",
    "../../etc/passwd", "a\r\nSet-Cookie: x=1", "%00%0d%0a", "\ufffe\uffff", "0", "NaN", "0x10", "١٢٣", "0000-01-01",
    "10000-01-01", "2026-02-31", "1900-01-01", "true", "on", "[]", "{}", "$(id)",
]  # fmt: skip
EXPECTED = {200, 302, 400, 404, 409}


def page(client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


def sign_in(world, visit) -> tuple:
    client, address = StrictClient(), reverse("accounts:sign_in")
    return client, address, form_of(page(client, address), "username", "password")


def create_youth(world, visit) -> tuple:
    client, address = visit("alice"), reverse("youths:create")
    return client, address, form_of(page(client, address), "last_name")


def search(world, visit) -> tuple:
    client = visit("alice")
    return client, reverse("youths:search"), form_of(page(client, reverse("youths:list")), "q")


def open_youth(world, visit) -> tuple:
    client, address = visit("dora"), reverse("youths:open", args=[world.youth("yann").uuid])
    return client, address, form_of(page(client, address), "reason")


def create_referral(world, visit) -> tuple:
    client = visit("alice")
    address = reverse("referrals:create") + f"?jeune={world.youth('yann').uuid}&dispositif=smv"
    return client, address, form_of(page(client, address), "submission")


def on_referral(state: str, who: str, control: str, asked: tuple[str, ...] = ()) -> Callable[..., tuple]:
    def prepared(world, visit) -> tuple:
        today = clock.today().isoformat()
        rungs = [[today, "m3", "sender"], ["2100-01-01", "m3_over", "sender"]]
        referral = put(world, state, asked=asked, rungs=rungs if control.startswith("follow_up") else [])
        client = visit(who)
        form = form_of(page(client, referral.get_absolute_url()), control)
        return client, form.action, form

    return prepared


def designate(world, visit) -> tuple:
    client, address = visit("mona"), reverse("partners:designation_create")
    return client, address, form_of(page(client, address), "topic")


def usual_answer(world, visit) -> tuple:
    client, address = visit("mona"), reverse("referrals:usual_answers")
    return client, address, form_of(page(client, address), "label")


FORMS: dict[str, Callable[..., tuple]] = {
    "sign_in": sign_in,
    "create_youth": create_youth,
    "search": search,
    "open_youth": open_youth,
    "create_referral": create_referral,
    "designate": designate,
    "send_draft": on_referral("draft", "alice", "agreement-agreed"),
    "message": on_referral("received", "rita", "text"),
    "note": on_referral("received", "rita", "note"),
    "usual_answer": usual_answer,
    "follow_up": on_referral("completed", "alice", "follow_up-outcome"),
    "ask_info": on_referral("received", "rita", "ask_info-question"),
    "answer_info": on_referral("info_requested", "alice", "answer_info-answer"),
    "waitlist": on_referral("received", "rita", "waitlist-review_on"),
    "accept": on_referral("received", "rita", "accept-planned_on"),
    "decline": on_referral("received", "rita", "decline-reason"),
    "start": on_referral("accepted", "rita", "start-started_on"),
    "complete": on_referral("started", "rita", "complete-outcome"),
    "drop_out": on_referral("started", "rita", "drop_out-reason"),
    "withdraw": on_referral("received", "alice", "withdraw-reason"),
    "answer_late": on_referral("no_response", "rita", "answer_late-note"),
    "ask_reopen": on_referral("declined", "rosa", "ask_reopen-reason"),
    "reopen": on_referral("declined", "rosa", "reopen-note", asked=("reopen",)),
    "plan": on_referral("accepted", "rita", "plan-planned_on"),
    "suspend": on_referral("started", "rita", "suspend-suspended_until"),
    "ask_cancel": on_referral("accepted", "alice", "ask_cancel-reason"),
    "refuse_cancel": on_referral("accepted", "rita", "refuse_cancel-note", asked=("cancel",)),
    "mark_error": on_referral("received", "alice", "mark_error-reason"),
    "step": on_referral("received", "rita", "step-step"),
    "acknowledge": on_referral("declined", "alice", "acknowledge-version"),
}
_KEPT = ("csrfmiddlewaretoken", "submission", "version", "next")


def typed_in(form: Form) -> list[str]:
    """The names of the controls that a person fills."""
    return [name for name in dict.fromkeys(form.order) if not name.endswith(_KEPT)]


@pytest.mark.parametrize("name", FORMS)
def test_nothing_typed_makes_a_form_fail(world, visit, name):
    """Each nasty value in every control at once, one time in three in the hidden ones too: never a failure."""
    client, address, form = FORMS[name](world, visit)
    for number, nasty in enumerate(CORPUS):
        names = typed_in(form) if number % 3 else list(dict.fromkeys(form.order))
        pairs = form.filled(**dict.fromkeys(names, nasty))
        response = send_pairs(client, address, pairs)
        size = len(urlencode(pairs, errors="surrogatepass"))
        expected = {413} if size > settings.DATA_UPLOAD_MAX_MEMORY_SIZE else EXPECTED
        assert response.status_code in expected, (nasty[:30], response.status_code, size)


@pytest.mark.prove
@pytest.mark.parametrize("name", FORMS)
def test_no_single_control_makes_a_form_fail(world, visit, name):
    """The others as they stand: what is wrong in one control is not hidden by what is wrong in another."""
    client, address, form = FORMS[name](world, visit)
    for control in dict.fromkeys(form.order):
        for number, nasty in enumerate(CORPUS + MORE):
            values = nasty if number % 2 else ["", nasty]
            response = send_pairs(client, address, form.filled(**{control: values}))
            assert response.status_code in EXPECTED, (control, nasty[:30])


def test_more_than_a_form_can_hold_is_refused(world, visit):
    """Six megabytes for one message: 413, before anything reads them."""
    client, address, form = FORMS["message"](world, visit)
    assert send_pairs(client, address, form.filled(text="é" * 1_000_000)).status_code == 413
    with as_owner():
        assert not Message.objects.exists()


# --- What is said ------------------------------------------------------------------------------------


def explained(html: str, sentence: str, *, fields: int = 1) -> None:
    """Assert an error summary on top that leads to each field, and the sentence beside it."""
    assert 'class="error-summary" role="alert"' in html
    assert len(re.findall(r'class="field-error" id="id_[\w-]+_error"', html)) >= fields
    # In the summary the sentence follows the label: its first letter is small.
    assert html.count(escape(sentence[1:])) >= 2, sentence
    for target in re.findall(r'<li><a href="#([\w-]+)">', html):
        assert f'id="{target}"' in html


_REQUIRED = "Ce champ est obligatoire."


@pytest.mark.parametrize(("name", "fields"), [
    ("sign_in", 2), ("create_youth", 3), ("open_youth", 1), ("create_referral", 4), ("designate", 2), ("message", 1), ("note", 1),
    ("usual_answer", 2),
    ("ask_info", 1), ("answer_info", 1), ("waitlist", 1), ("decline", 1), ("start", 1), ("complete", 2), ("drop_out", 3),
    ("withdraw", 1), ("ask_reopen", 1), ("plan", 1), ("suspend", 2),
    ("ask_cancel", 1), ("refuse_cancel", 1), ("mark_error", 1), ("step", 1), ("follow_up", 1), ("send_draft", 3),
])  # fmt: skip
def test_an_empty_form_says_what_is_missing(world, visit, name, fields):
    client, address, form = FORMS[name](world, visit)
    html = send_pairs(client, address, form.filled(**{key: [] for key in typed_in(form)})).content.decode()
    explained(
        html, "Recueillez d’abord l’accord du jeune." if name == "send_draft" else _REQUIRED, fields=fields
    )


_NO_DATE = "Cette date n’existe pas. Écrivez-la ainsi : 31/03/2006."
_FUTURE = "Indiquez une date à venir, dans les trois ans."


@pytest.mark.parametrize(("name", "control", "value", "sentence"), [
    ("create_youth", "birth_date", "2005-02-31", _NO_DATE),
    ("create_youth", "birth_date", "0000-01-01", _NO_DATE),
    ("create_youth", "birth_date", "31/02/2005", _NO_DATE),
    ("create_youth", "birth_date", "9999-12-31", "La date de naissance est dans le futur : vérifiez l’année."),
    ("create_youth", "birth_date", "1912-01-01",
     "Le portail concerne les jeunes de 14 à 35 ans : vérifiez la date de naissance."),
    ("create_youth", "phone", "zéro six", "Écrivez le numéro avec ses 10 chiffres, par exemple 06 12 34 56 78."),
    ("create_youth", "municipality", "Atlantide", "Cette commune n’est pas connue. Vérifiez le code postal et l’orthographe."),
    ("create_youth", "last_name", "x" * 81, "Ce texte compte 81 caractères ; la limite est de 80."),
    ("accept", "accept-planned_on", "9999-12-31", _FUTURE),
    ("accept", "accept-planned_on", "2001-01-01", _FUTURE),
    ("waitlist", "waitlist-review_on", "0000-00-00", _NO_DATE),
    ("start", "start-started_on", "9999-12-31", "Le démarrage se confirme quand il a eu lieu : cette date est à venir."),
    ("start", "start-started_on", "1900-01-01",
     "Cette date précède de loin l’envoi de l’orientation : vérifiez l’année."),
    ("complete", "complete-ended_on", "1999-01-01", "La fin ne peut pas précéder le démarrage, le"),
    ("step", "step-next_on", "1e309", _NO_DATE),
    ("message", "text", "x" * 2001, "Ce texte compte 2001 caractères ; la limite est de 2000."),
    ("follow_up", "follow_up-on", "1900-01-01", "Indiquez un jour entre la fin du parcours et aujourd’hui."),
])  # fmt: skip
def test_a_wrong_value_is_explained_and_kept(world, visit, name, control, value, sentence):
    client, address, form = FORMS[name](world, visit)
    html = send_pairs(client, address, form.filled(**{control: value})).content.decode()
    explained(html, sentence)
    again = form_of(html, control)
    assert (control, value) in again.pairs


def test_what_was_typed_is_still_there(world, visit):
    client, address, form = create_youth(world, visit)
    typed = {
        "last_name": "D’Été <b>", "first_name": "Zoé “&” 😀", "birth_date": "31/02/2006", "phone": "06 39 98 00 01",
        "email": "zoe@canari.example", "municipality": "17000 La Rochelle", "level": "4", "file_number": "A-1",
    }  # fmt: skip
    html = send_pairs(client, address, form.filled(**typed)).content.decode()
    again = form_of(html, "last_name")
    assert set(typed.items()) <= set(again.pairs)
    assert "<b>" not in html


# --- What is stored ----------------------------------------------------------------------------------

ODD = "Ça & là <b>gras</b> \"guillemets\" 'simples' 😀 עברית 𠜎 O'Brien\n\nDeuxième paragraphe."


def test_a_stored_text_comes_back_intact_and_escaped(world, visit):
    client, address, form = FORMS["message"](world, visit)
    send_pairs(client, address, form.filled(text=ODD.replace("\n", "\r\n")))
    with as_owner():
        message = Message.objects.get()
        assert message.text == ODD
        referral = message.referral
    html = page(visit("alice"), referral.get_absolute_url())
    assert escape(ODD.split("\n")[0]) in html
    assert "<b>gras" not in html


def test_a_text_is_never_a_template(world, visit):
    """Django's own client: the strict one takes braces for a mistake of ours."""
    client, address, form = FORMS["message"](world, visit)
    send_pairs(client, address, form.filled(text="{{ 7|add:7 }}{% now 'Y' %}"))
    reader = Client()
    reader.force_login(world.user("alice"))
    with as_owner():
        referral = Message.objects.get().referral
    assert escape("{{ 7|add:7 }}{% now 'Y' %}") in page(reader, referral.get_absolute_url())


def test_hidden_characters_do_not_stay(world, visit):
    client, address, form = create_youth(world, visit)
    form_values = {
        "last_name": "Ker\u202emar\u200brec  Le\u00a0Gall",
        "first_name": "\ufeffYann",
        "birth_date": "2004-01-02",
    }
    assert send_pairs(client, address, form.filled(**form_values)).status_code == 302
    with acting_as(world.acting("alice")):
        assert Youth.objects.get(birth_date="2004-01-02").last_name == "Kermarrec Le Gall"


_FREE_TEXTS = [
    ("create_youth", "last_name"), ("create_youth", "first_name"), ("create_youth", "file_number"),
    ("create_referral", "note"), ("message", "text"), ("note", "note"), ("usual_answer", "label"), ("usual_answer", "text"),
    ("ask_info", "ask_info-question"),
    ("answer_info", "answer_info-answer"), ("accept", "accept-note"), ("decline", "decline-note"),
    ("complete", "complete-note"), ("drop_out", "drop_out-note"),
    ("waitlist", "waitlist-note"), ("reopen", "reopen-note"), ("plan", "plan-note"),
    ("withdraw", "withdraw-note"), ("answer_late", "answer_late-note"), ("suspend", "suspend-note"),
    ("ask_cancel", "ask_cancel-note"), ("refuse_cancel", "refuse_cancel-note"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "control"), _FREE_TEXTS)
def test_a_social_security_number_is_refused_in_every_free_text(world, visit, name, control):
    client, address, form = FORMS[name](world, visit)
    for nir in ("185057800608436", "1.85.05.78.006.084"):
        html = send_pairs(client, address, form.filled(**{control: nir})).content.decode()
        explained(html, NIR_REFUSED)
    with as_owner():
        assert not Message.objects.exists()
        assert Youth.objects.count() == 3


def test_no_free_text_of_the_loop_is_forgotten(world, visit):
    """A new text control must join the list above."""
    areas = {(name, control) for name in FORMS for control in FORMS[name](world, visit)[2].areas}
    assert areas
    assert areas <= set(_FREE_TEXTS)


# --- Somebody else's, twice, at once -----------------------------------------------------------------


def referral_values(world) -> dict[str, str]:
    return {
        "recipient": str(world.org("RSMV").pk), "p_nationalite_francaise": "oui", "p_residence": "metropole",
        "p_jdc": "oui", "agreed": "on", "channel": "face_to_face", "informed": "handed",
    }  # fmt: skip


def test_the_same_referral_sent_twice_is_one(world, visit):
    client, address, form = create_referral(world, visit)
    for _ in range(2):
        response = send_pairs(client, address, form.filled(**referral_values(world)))
        assert response.status_code == 302
    with as_owner():
        assert Referral.objects.count() == 1
        assert Referral.objects.get().state == "sent"


def test_the_key_of_somebody_elses_form_is_refused(world, visit):
    foreign = send(world, who="charlie", youth="kim", to="SMV_C")
    client, address, form = create_referral(world, visit)
    pairs = form.filled(**referral_values(world) | {"submission": str(foreign.submission)})
    assert send_pairs(client, address, pairs).status_code == 404
    with as_owner():
        assert Referral.objects.count() == 1


def test_the_key_of_a_form_used_for_another_youth_is_refused(world, visit):
    own = send(world)
    with as_owner():
        Youth.objects.filter(pk=world.youth("zoe").pk).update(file_number="Z")
    client = visit("mona")
    address = reverse("referrals:create") + f"?jeune={world.youth('zoe').uuid}&dispositif=smv"
    form = form_of(page(client, address), "submission")
    pairs = form.filled(**referral_values(world) | {"submission": str(own.submission)})
    assert send_pairs(client, address, pairs).status_code == 404


@pytest.mark.parametrize("key", ["recipient", "p_residence", "channel"])
def test_a_choice_that_was_not_offered_is_explained(world, visit, key):
    client, address, form = create_referral(world, visit)
    stranger = str(world.org("ML_C").pk) if key == "recipient" else "ailleurs"
    html = send_pairs(
        client, address, form.filled(**referral_values(world) | {key: stranger})
    ).content.decode()
    assert 'class="error-summary"' in html
    with as_owner():
        assert not Referral.objects.exists()


def test_an_action_pressed_twice_is_told(world, visit):
    referral = put(world, "received")
    client = visit("rita")
    form = form_of(page(client, referral.get_absolute_url()), "accept-planned_on")
    assert send_pairs(client, form.action, form.filled()).status_code == 302
    assert send_pairs(client, form.action, form.filled()).status_code == 409
    with as_owner():
        assert Referral.objects.get(pk=referral.pk).version == referral.version + 1


def test_two_answers_at_once_give_back_what_was_typed(world, visit):
    referral = put(world, "received")
    rita, sam = visit("rita"), visit("sam")
    asking = form_of(page(sam, referral.get_absolute_url()), "ask_info-question")
    waiting = form_of(page(rita, referral.get_absolute_url()), "waitlist-review_on")
    day = clock.today().isoformat()
    assert send_pairs(rita, waiting.action, waiting.filled(**{"waitlist-review_on": day})).status_code == 302
    late = send_pairs(
        sam, asking.action, asking.filled(**{"ask_info-question": "A-t-il <son> attestation ?"})
    )
    assert late.status_code == 409
    html = late.content.decode()
    assert "Quelqu’un a agi juste avant vous." in html
    assert "A-t-il &lt;son&gt; attestation ?" in html
    with as_owner():
        assert not Message.objects.exists()


@pytest.mark.parametrize(
    "action", ["envoyer", "supprimer", "message", "devenir", "action/accept", "action/inconnue"]
)
def test_forms_of_a_foreign_referral_do_not_exist(world, visit, action):
    referral = send(world)
    response = visit("charlie").post(f"{referral.get_absolute_url()}{action}/", {"text": "bonjour"})
    assert response.status_code == 404
    with as_owner():
        assert not Message.objects.exists()
        assert Referral.objects.get(pk=referral.pk).version == referral.version


def test_a_draft_is_deleted_once(world, visit):
    draft = put(world, "draft")
    client = visit("alice")
    address = reverse("referrals:discard", args=[draft.uuid])
    assert client.get(address).status_code == 302
    assert "supprimé" in client.post(address, follow=True).content.decode()
    assert client.post(address).status_code == 404
    with as_owner():
        assert not Referral.objects.exists()


def test_a_draft_has_no_thread(world, visit):
    """Nobody else sees it; and what was written could never be deleted with it."""
    draft = put(world, "draft")
    client = visit("alice")
    assert "Écrire un message" not in page(client, draft.get_absolute_url())
    assert client.post(reverse("referrals:message", args=[draft.uuid]), {"text": "x"}).status_code == 404


def test_a_reason_of_opening_that_does_not_exist_opens_nothing(world, visit):
    client, address, form = open_youth(world, visit)
    send_pairs(client, address, [*form.filled(), ("reason", "curiosité")])
    with as_owner():
        assert not Opening.objects.exists()


# --- Addresses ---------------------------------------------------------------------------------------

_LISTS = {
    "/": ("groupe", "vue"),
    "/jeunes/": ("apres", "recherche"),
    "/orientations/": ("apres", "etape", "dispositif", "onglet"),
    "/orientations/nouvelle/": ("jeune", "dispositif"),
    "/notifications/": ("page",),
    "/connexion/": ("next",),
}


@pytest.mark.parametrize("address", _LISTS)
def test_no_address_makes_a_list_fail(world, visit, address):
    send(world)
    client = visit("mona")
    session = client.session
    session["youth_search"] = "Kermarrec"
    session.save()
    for nasty in [text for text in CORPUS + MORE[:6] if text != HUGE and "\ud800" not in text]:
        for query in ({_LISTS[address][0]: [nasty, nasty]}, dict.fromkeys(_LISTS[address], nasty)):
            response = client.get(address, query)
            assert response.status_code in ((400,) if "\0" in nasty else (200, 302, 404)), nasty


def test_bytes_that_are_no_text(world, visit):
    client, address, _ = create_youth(world, visit)
    for body in (
        b"last_name=%ff%fe&first_name=%ED%A0%80",
        b"\xff\xfe\x00",
        b"%",
        b"&&==&=",
        b"last_name[]=x",
    ):
        response = client.post(address, body, content_type="application/x-www-form-urlencoded")
        assert response.status_code == 200
