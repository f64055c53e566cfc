"""The journal: one story read from both sides, notes that stay on one's own, and the step that both agree on."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock
from core.scope import acting_as
from core.text_checks import sensitive_words
from tests.conftest import as_owner
from tests.filling import form_of, send_pairs
from tests.keeping import staged
from tests.referrals.test_loop import act, send
from youths import journal, records
from youths.models import JournalEntry, NextStep, PrivateNote

FACT = {"audience": "tous", "kind": "rendez_vous", "text": "Le dossier du logement est déposé."}
NOTE = {"audience": "structure", "kind": "information", "text": "Rappeler jeudi avant midi."}


@staged
def shared(world):
    """Yann, whom Alice follows, and whom Rita took."""
    accepted(world)
    return world.youth("yann")


def accepted(world):
    """Alice's referral to Rita, who accepted it: both accompany Yann."""
    referral = send(world)
    for action in ("receive", "accept"):
        act(world, "rita", referral, action)
    return referral


@pytest.fixture
def record(shared) -> str:
    return reverse("youths:detail", args=[shared.uuid])


def write(client, record: str, **typed):
    address = f"{record}journal/"
    return send_pairs(client, address, form_of(client.get(address).content.decode(), "text").filled(**typed))


def propose(client, record: str, wording: str, due_on=None):
    address = f"{record}etape/"
    day = (due_on or clock.today() + timedelta(days=7)).isoformat()
    form = form_of(client.get(address).content.decode(), "wording")
    return send_pairs(client, address, form.filled(wording=wording, due_on=day))


def text(client, address: str) -> str:
    return client.get(address).content.decode().replace("\xa0", " ")


# --- Facts and notes ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("author", "reader"), [("alice", "rita"), ("rita", "alice"), ("mona", "rosa"), ("bob", "sam")]
)
def test_a_fact_is_read_from_both_sides(visit, record, author, reader):
    assert write(visit(author), record, **FACT).url == record
    html = text(visit(reader), record)
    assert "Le dossier du logement est déposé." in html
    assert "Rendez-vous" in html


@pytest.mark.parametrize(("author", "own", "other"), [("alice", "mona", "rita"), ("rita", "rosa", "alice")])
def test_a_note_stays_on_its_side(world, visit, record, author, own, other):
    write(visit(author), record, **NOTE)
    assert "Rappeler jeudi" in text(visit(own), record)
    assert "Rappeler jeudi" not in text(visit(other), record)
    with acting_as(world.acting(other)):
        assert not PrivateNote.objects.exists()


@pytest.mark.parametrize(
    ("who", "status"), [("dora", 404), ("charlie", 404), ("remi", 404), ("regis", 403), ("paul", 403)]
)
def test_the_others_neither_read_nor_write(visit, record, who, status):
    write(visit("alice"), record, **FACT)
    client = visit(who)
    for address in ("", "journal/", "journal/retirer/", "etape/", "etape/accord/", "etape/clore/"):
        assert client.get(record + address).status_code == status
    for address in ("journal/", "journal/retirer/", "etape/", "etape/accord/", "etape/clore/"):
        assert client.post(record + address, FACT).status_code == status
    with as_owner():
        assert JournalEntry.objects.count() == 1


def test_the_access_of_a_partner_to_the_journal_ends_with_its_link(world, visit, record, shared):
    write(visit("alice"), record, **FACT)
    with as_owner():
        shared.accompaniments.filter(organisation=world.org("RSMV")).update(
            access_until=clock.now() - timedelta(minutes=1)
        )
    assert visit("rita").get(record).status_code == 404
    with acting_as(world.acting("rita")):
        assert not JournalEntry.objects.exists()


@pytest.mark.parametrize(("typed", "words"), [
    ({"text": ""}, "obligatoire"),
    ({"text": "Son numéro : 1 85 05 78 006 084 91"}, "sécurité sociale"),
    ({"happened_on": "2190-01-01"}, "dans le futur"),
    ({"happened_on": "2001-01-01"}, "plus de deux ans"),
])  # fmt: skip
def test_wrong_input_is_told_and_kept(visit, record, typed, words):
    response = write(visit("alice"), record, **FACT | typed)
    html = response.content.decode()
    assert response.status_code == 200
    assert words in html
    assert "Rendez-vous" in html
    with as_owner():
        assert not JournalEntry.objects.exists()


@pytest.mark.parametrize(("typed", "model"), [(FACT, JournalEntry), (NOTE, PrivateNote)])
def test_the_same_text_sent_again_is_kept_once(visit, travel, record, typed, model):
    client = visit("alice")
    for _ in range(2):
        assert write(client, record, **typed).url == record
    assert "une seule fois" in client.get(record).content.decode()
    with as_owner():
        assert model.objects.count() == 1
    travel(clock.now() + timedelta(minutes=11))
    write(visit("alice"), record, **typed)
    with as_owner():
        assert model.objects.count() == 2


def test_a_text_on_health_is_read_again_before_it_is_kept(visit, record):
    client = visit("alice")
    typed = FACT | {"text": "Il a rendez-vous à l’hôpital, et devant le tribunal."}
    html = write(client, record, **typed).content.decode()
    assert "Relisez ce texte" in html
    assert "hôpital, tribunal" in html
    with as_owner():
        assert not JournalEntry.objects.exists()
    # After the text that is read again, and after the button that sends the corrected one.
    assert (
        html.index("</textarea>") < html.index(">Écrire dans le journal</button>") < html.index('name="relu"')
    )
    form = form_of(html, "text")
    assert send_pairs(client, f"{record}journal/", form.filled(press=("relu", "on"))).url == record
    with as_owner():
        assert JournalEntry.objects.get().text == typed["text"]


@pytest.mark.parametrize(("written", "found"), [
    ("Il a trouvé un logement à Brest", []),
    ("Entretien avec l’employeur : tout va bien", []),
    ("Une maladie longue", ["maladie"]),
    ("Sous BRACELET électronique", ["bracelet électronique"]),
    ("Dossier d’invalidité, dépression", ["dépression"]),
    ("Suivi au CMP par un psychologue, puis un psychiatre", ["CMP", "psychiatre", "psychologue"]),
    ("Son médecin change le traitement ; la psy a parlé de TDAH", ["TDAH", "médecin", "psy", "traitement"]),
    ("Bipolaire, une overdose en mars", ["Bipolaire", "overdose"]),
    ("Une comparaison des offres, un rallye, une cmpagnie, la procuration", []),
])  # fmt: skip
def test_words_that_ask_for_a_second_look(written, found):
    assert sensitive_words(written) == found


def test_an_organisation_withdraws_what_it_wrote_and_nothing_else(world, visit, record, shared):
    alice, rita = visit("alice"), visit("rita")
    write(alice, record, **FACT)
    with as_owner():
        entry = JournalEntry.objects.get()
    address = f"{record}journal/retirer/?ligne={entry.uuid}"
    assert address in alice.get(record).content.decode()
    assert "journal/retirer/" not in rita.get(record).content.decode()
    assert rita.post(address).url == record
    assert "déposé" in text(rita, record)
    with acting_as(world.acting("rita")):
        assert not journal.withdraw(world.acting("rita"), shared, entry.uuid)
    assert "Retirer ce texte" in alice.get(address).content.decode()
    assert alice.post(address).url == record
    for client in (alice, rita):
        html = text(client, record)
        assert "déposé" not in html
        assert "Retiré par la structure" in html
    assert "n’est plus là" in alice.post(address, follow=True).content.decode()


def test_wall_two_alone_keeps_the_journal_apart(world, visit, record, shared):
    """Charlie's organisation forges nothing, and Rita's changes nothing that Alice's wrote."""
    write(visit("alice"), record, **FACT)
    forged = (
        "INSERT INTO youths_journalentry (uuid, youth_id, organisation_id, author_id, at, kind, happened_on, text)"
        f" VALUES (gen_random_uuid(), {shared.pk}, {world.org('ML_C').pk}, {world.user('charlie').pk}, now(), 'contact',"
        " now(), 'x')"
    )
    refusal = pytest.raises(DatabaseError, match="row-level security")
    with refusal, transaction.atomic(), acting_as(world.acting("charlie")), connection.cursor() as cursor:
        cursor.execute(forged)
    with acting_as(world.acting("rita")):
        assert JournalEntry.objects.update(withdrawn_at=clock.now()) == 0
        assert JournalEntry.objects.count() == 1


# --- Solicited, then accompanying, then no more -------------------------------------------------------


def test_who_is_solicited_reads_what_was_sent_and_not_the_story(world, visit):
    """Rita was asked to take Yann, and has not answered: the journal, the steps and the obstacles are not hers."""
    send(world)
    youth = world.youth("yann")
    record = reverse("youths:detail", args=[youth.uuid])
    write(visit("alice"), record, **FACT)
    propose(visit("alice"), record, "Voir le foyer")
    client = visit("rita")
    html = text(client, record)
    assert "Kermarrec" in html
    assert "quand elle accepte l’orientation" in html
    for word in ("déposé", "Voir le foyer", "/journal/", "/etape/", "/freins/", "/situation/"):
        assert word not in html
    for address in (
        "journal/",
        "journal/retirer/",
        "etape/",
        "etape/accord/",
        "etape/clore/",
        "freins/",
        "situation/",
    ):
        assert client.get(record + address).status_code == 404
        assert client.post(record + address, FACT).status_code == 404
    with acting_as(world.acting("rita")):
        assert not JournalEntry.objects.exists()
        assert not NextStep.objects.exists()


def test_who_is_solicited_does_not_learn_who_else_is(world, visit):
    """Rita accompanies; Rose, asked too, reads neither her name nor her organisation's."""
    accepted(world)
    elsewhere = send(world, to="SMV_C")
    act(world, "rose", elsewhere, "receive")
    html = text(visit("rose"), reverse("youths:detail", args=[world.youth("yann").uuid]))
    assert world.org("ML_A").name in html
    assert world.org("RSMV").name not in html


def test_who_no_longer_accompanies_reads_until_that_day_and_writes_nothing(
    world, visit, travel, shared, record
):
    write(visit("rita"), record, **FACT)
    with as_owner():
        shared.accompaniments.filter(organisation=world.org("RSMV")).update(
            ended_on=clock.today(), end_reason="done", access_until=clock.now() + timedelta(days=30)
        )
    travel(clock.now() + timedelta(days=2))
    write(visit("alice"), record, **FACT | {"text": "Ce qui a suivi"})
    propose(visit("alice"), record, "L’étape d’après")
    client = visit("rita")
    html = text(client, record)
    assert "déposé" in html
    assert "n’accompagne plus ce jeune" in html
    for word in ("Ce qui a suivi", "L’étape d’après", "Écrire dans le journal"):
        assert word not in html
    for address in ("journal/", "etape/", "freins/", "situation/"):
        assert client.post(record + address, FACT).status_code == 404
    refusal = pytest.raises(DatabaseError, match="row-level security")
    with refusal, transaction.atomic(), acting_as(world.acting("rita")):
        journal.share(world.acting("rita"), shared, kind="contact", happened_on=clock.today(), text="x")


def test_nobody_agrees_in_the_name_of_another_organisation(world, visit, shared, record):
    propose(visit("rita"), record, "Visite du centre")
    forged = {"agreed_for": world.org("ML_A"), "agreed_by": world.user("alice"), "agreed_at": clock.now()}
    for who, refused in (("rita", True), ("alice", False)):
        with transaction.atomic(), acting_as(world.acting(who)):
            if refused:
                with pytest.raises(DatabaseError, match="name of another"), transaction.atomic():
                    NextStep.objects.update(**forged)
            else:
                assert NextStep.objects.update(**forged) == 1


# --- The story ----------------------------------------------------------------------------------------


def test_the_story_is_filtered_by_period_and_organisation(world, visit, travel, record):
    write(visit("rita"), record, **FACT | {"text": "Ancien fait du partenaire"})
    travel(clock.now() + timedelta(days=150))
    write(visit("alice"), record, **FACT | {"text": "Fait récent de la mission locale"})
    client = visit("alice")
    html = text(client, record)
    assert "Ancien fait" in html
    recent = text(client, f"{record}?periode=3")
    assert "Ancien fait" not in recent
    assert "Fait récent" in recent
    names = sorted({world.org("ML_A").name, world.org("RSMV").name})
    one = names.index(world.org("RSMV").name) + 1
    theirs = text(client, f"{record}?structure={one}")
    assert "Ancien fait" in theirs
    assert "Fait récent" not in theirs
    assert "Fait récent" in text(client, f"{record}?periode=tout&structure=99")


def test_the_page_asks_the_same_whatever_was_written(visit, record):
    client = visit("alice")

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(record).status_code == 200
        return len([query for query in captured if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))])

    client.get(record)
    few = queries()
    for number in range(6):
        write(client, record, **FACT | {"text": f"Fait n° {number}"})
        propose(client, record, f"Étape n° {number}")
    assert queries() <= few


# --- The next step ------------------------------------------------------------------------------------


def test_one_side_proposes_and_the_other_agrees(visit, record):
    alice, rita = visit("alice"), visit("rita")
    propose(rita, record, "Visite du centre avec Yann")
    html = text(alice, record)
    assert "Visite du centre avec Yann" in html
    assert "Donner l’accord de votre structure" in html
    assert "Donner l’accord" not in text(rita, record)
    with as_owner():
        step = NextStep.objects.get()
    # Who proposes does not agree with themselves.
    assert (
        "a changé entre-temps"
        in rita.post(f"{record}etape/accord/", {"etape": step.uuid}, follow=True).content.decode()
    )
    assert alice.post(f"{record}etape/accord/", {"etape": step.uuid}).url == record
    assert "en accord avec" in text(rita, record)


def test_a_step_is_done_once(visit, record):
    alice, rita = visit("alice"), visit("rita")
    propose(rita, record, "Visite du centre")
    with as_owner():
        step = NextStep.objects.get()
    sent = {"etape": step.uuid, "suite": "fait"}
    assert "L’étape est faite" in alice.post(f"{record}etape/clore/", sent, follow=True).content.decode()
    assert "a changé entre-temps" in rita.post(f"{record}etape/clore/", sent, follow=True).content.decode()
    html = text(alice, record)
    assert "Étape : Visite du centre" in html
    assert "Aucune n’est convenue." in html


def test_a_new_step_replaces_the_one_before(visit, record):
    alice = visit("alice")
    propose(alice, record, "Première")
    propose(alice, record, "Deuxième")
    with as_owner():
        assert list(NextStep.objects.order_by("pk").values_list("wording", "closing")) == [
            ("Première", "remplace"), ("Deuxième", ""),
        ]  # fmt: skip


@pytest.mark.parametrize(("typed", "words"), [
    ({"wording": "", "due_on": "2026-12-01"}, "obligatoire"),
    ({"wording": "x", "due_on": "2001-01-01"}, "passée"),
    ({"wording": "x", "due_on": "2190-01-01"}, "deux ans"),
    ({"wording": "Sortie de l’hôpital"}, "Relisez ce texte"),
])  # fmt: skip
def test_a_wrong_step_is_told(visit, record, typed, words):
    client = visit("alice")
    sent = {"due_on": (clock.today() + timedelta(days=3)).isoformat()} | typed
    assert words in client.post(f"{record}etape/", sent).content.decode()
    with as_owner():
        assert not NextStep.objects.exists()


def test_two_proposals_at_once_leave_one(world, shared):
    acting = world.acting("alice")
    with as_owner():
        NextStep.objects.create(
            youth=shared, wording="Celle qui vient d’arriver", due_on=clock.today(),
            proposed_for=world.org("RSMV"), proposed_by=world.user("rita"),
        )  # fmt: skip
    # What the loser sees: nothing open when it closed, one open when it writes.
    with acting_as(acting), pytest.MonkeyPatch.context() as patched:
        patched.setattr(journal, "_close", lambda *args: 0)
        with pytest.raises(records.Overtaken):
            journal.propose(acting, shared, wording="La mienne", due_on=clock.today())
    with as_owner():
        assert NextStep.objects.get().wording == "Celle qui vient d’arriver"


@pytest.mark.parametrize(
    "sent", [{}, {"etape": "pas-un-uuid"}, {"etape": "00000000-0000-4000-8000-000000000000"}]
)
def test_a_step_that_is_not_there_is_told(visit, record, sent):
    client = visit("alice")
    for address in ("etape/accord/", "etape/clore/"):
        assert "a changé entre-temps" in client.post(record + address, sent, follow=True).content.decode()
    assert client.get(f"{record}journal/retirer/?ligne=x").status_code == 302
