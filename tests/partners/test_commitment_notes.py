"""The record of a commitment: its measure, and what people add beside it without ever changing the figure."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core import documents
from core.models import Document
from partners import notes
from partners.models import Amendment, Commitment, CommitmentNote, Convention, Network, Organisation
from tests.conftest import as_owner
from tests.core.hostile_files import EICAR, docx, pdf

READERS = ["alice", "rita", "charlie", "regis", "nadia", "paul", "mona"]


def text(response) -> str:
    return response.content.decode()


def page_of(commitment) -> str:
    return reverse("partners:commitment_detail", args=[commitment.uuid])


def add_url(commitment) -> str:
    return reverse("partners:commitment_add", args=[commitment.uuid])


def withdraw_url(note) -> str:
    return reverse("partners:note_withdraw", args=[note.uuid])


def file_url(note) -> str:
    return reverse("partners:note_file", args=[note.uuid])


@pytest.fixture(autouse=True)
def _june_2026(travel, settings, tmp_path):
    settings.PRIVATE_FILES = tmp_path
    travel(datetime(2026, 6, 1, 10, tzinfo=UTC))


@pytest.fixture
def promised(founding):
    """A commitment of the UNML, shown by pieces."""
    return Commitment.objects.get(
        convention=founding["UNML-SMV-2024"], wording="Faire connaître le SMV aux jeunes accompagnés."
    )


@pytest.fixture
def note(promised, world):
    def make(key="UNML", **fields):
        values = {"kind": "piece", "text": "Affiche diffusée", "happened_on": date(2026, 5, 1)}
        with as_owner():
            return CommitmentNote.objects.create(
                commitment=promised,
                author=world.user("nadia"),
                organisation=world.org(key),
                **values | fields,
            )

    return make


def filled(**changes):
    values = {
        "kind": "piece",
        "text": "Affiche envoyée à toutes les structures.",
        "happened_on": "2026-05-12",
    }
    return values | changes


# --- Reading --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", READERS)
def test_any_member_reads_a_commitment(promised, note, visit, name):
    note()
    html = text(visit(name).get(page_of(promised)))
    assert "Faire connaître le SMV" in html
    assert 'class="badge ok">Tenu' in html
    assert "1 pièce, du 01/05/2026." in html
    assert "Sur pièces" in html
    assert "Union nationale des Missions Locales" in html
    assert "Hypothèse de démonstration" in html
    assert name == "nadia" or "Nadia" not in html


def test_the_page_of_the_convention_leads_to_it(promised, note, visit):
    note()
    note(kind="commentaire", text="À suivre")
    url = reverse("partners:convention_detail", args=[promised.convention.uuid])
    html = text(visit("alice").get(url))
    assert page_of(promised) in html
    assert "1 pièce et 1 commentaire" in html


def test_an_unknown_commitment_is_not_found(founding, visit):
    for name in ("commitment_detail", "commitment_add", "note_file", "note_withdraw"):
        url = reverse(f"partners:{name}", args=["00000000-0000-4000-8000-000000000000"])
        assert visit("nadia").get(url).status_code == 404
    assert visit("nadia").get("/conventions/engagements/rien/").status_code == 404


def test_queries_do_not_grow_with_notes(promised, note, visit, queries):
    alice = visit("nadia")
    note()
    few, sql = queries(alice, page_of(promised))
    for count in range(60):
        note(text=f"Pièce {count}", kind="piece" if count % 2 else "commentaire")
    many, sql = queries(alice, page_of(promised))
    assert many == few, sql
    assert many - 1 <= 10, sql
    assert "Les plus anciens" in text(alice.get(page_of(promised)))


def test_a_sensitive_structure_is_named_to_its_own_alone(promised, note, visit, world):
    note("ML_A")
    with as_owner():
        Organisation.objects.filter(pk=world.org("ML_A").pk).update(is_sensitive=True)
    assert "Mission locale du Port" in text(visit("bob").get(page_of(promised)))
    html = text(visit("charlie").get(page_of(promised)))
    assert "Mission locale du Port" not in html
    assert "Structure partenaire" in html


# --- Adding ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["nadia", "regis", "mona", "rosa"])
def test_a_party_or_its_network_adds(promised, visit, world, name):
    response = visit(name).post(add_url(promised), filled(), follow=True)
    assert "Pièce ajoutée, au nom de votre structure." in text(response)
    added = CommitmentNote.objects.get()
    assert (added.author, added.organisation_id) == (world.user(name), world.acting(name).organisation_id)
    assert added.happened_on == date(2026, 5, 12)
    # The piece of a party counts; that of its network is read.
    status = "Tenu" if name == "nadia" else "Non mesurable"
    assert response.context["promise"].status == status
    assert response.context["promise"].pieces == 1


@pytest.mark.parametrize("name", ["alice", "paul", "rita"])
def test_others_read_and_add_nothing(promised, visit, name):
    client = visit(name)
    assert client.get(page_of(promised)).context["form"] is None
    assert client.post(add_url(promised), filled()).status_code == 403
    assert not CommitmentNote.objects.exists()


def test_who_is_of_no_network_of_the_convention_adds_nothing(promised, visit, world):
    with as_owner():
        Organisation.objects.filter(pk=world.org("UNML").pk).update(network=Network.STATE)
        promised.convention.parties.filter(organisation=world.org("UNML")).delete()
    client = visit("nadia")
    assert client.get(page_of(promised)).context["form"] is None
    assert client.get(add_url(promised)).status_code == 403
    assert client.post(add_url(promised), filled()).status_code == 403


def test_a_party_that_left_adds_nothing_more_and_its_pieces_stay(promised, note, visit, world):
    note("SMV_EM")
    with as_owner():
        promised.convention.parties.filter(organisation=world.org("SMV_EM")).update(
            left_on=date(2026, 5, 20), exit_reason="Sortie"
        )
    assert visit("rosa").post(add_url(promised), filled()).status_code == 403
    assert visit("nadia").get(page_of(promised)).context["promise"].pieces == 1


def test_a_regional_convention_hears_its_own_region(founding, visit, world):
    with as_owner():
        convention = Convention.objects.create(
            code="R-75", title="Déclinaison", level="regional", region_id="75", signed_on=date(2025, 1, 1)
        )
        for key in ("ARML", "RSMV"):
            convention.parties.create(organisation=world.org(key))
        commitment = Commitment.objects.create(convention=convention, theme="smv", wording="Se voir")
    assert visit("mona").post(add_url(commitment), filled()).status_code == 302
    assert visit("carla").post(add_url(commitment), filled()).status_code == 403


def test_the_same_gesture_twice_is_kept_once(promised, visit):
    nadia = visit("nadia")
    for _ in range(2):
        assert nadia.post(add_url(promised), filled()).status_code == 302
    assert CommitmentNote.objects.count() == 1
    assert nadia.post(add_url(promised), filled(text="Autre chose.")).status_code == 302
    assert CommitmentNote.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"text": ""}, "text", "Dites en quelques mots"),
        ({"text": "x" * 1001}, "text", "1001 caractères"),
        ({"text": "Voir 1 05 03 29 019 123 81"}, "text", "sécurité sociale"),
        ({"kind": ""}, "kind", "pièce ou d’un commentaire"),
        ({"kind": "chiffre"}, "kind", ""),
        ({"happened_on": ""}, "happened_on", ""),
        ({"happened_on": "2026-06-02"}, "happened_on", "pas encore arrivé"),
        ({"happened_on": "2024-04-18"}, "happened_on", "19 avril 2024"),
        ({"happened_on": "31/02/2026"}, "happened_on", "n’existe pas"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(promised, visit, changes, field, words):
    response = visit("nadia").post(add_url(promised), filled(**changes))
    assert response.status_code == 200
    assert words in response.context["form"].errors[field][0]
    kept = {name: value for name, value in filled(**changes).items() if name != field and value}
    for value in kept.values():
        assert value in text(response)
    assert not CommitmentNote.objects.exists()


def brought(content, name="compte-rendu.pdf"):
    return SimpleUploadedFile(name, content)


@pytest.mark.parametrize(("name", "content"), [("cr.pdf", pdf()), ("cr.docx", docx())])
def test_a_piece_with_its_file(promised, visit, name, content):
    nadia = visit("nadia")
    nadia.post(add_url(promised), filled(file=brought(content, name)))
    piece = CommitmentNote.objects.get()
    assert piece.document.filename == f"piece-2026-06-01.{name[-4:].strip('.')}"
    assert documents.read(piece.document) == content
    assert "Ouvrir le fichier" in text(nadia.get(page_of(promised)))
    for reader in READERS:
        answer = visit(reader).get(file_url(piece))
        assert answer.content == content
        assert answer["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("photo.png", b"\x89PNG"),
        ("cr.pdf", b"MZ not a PDF"),
        ("cr.pdf", pdf() + EICAR),
        ("cr.pdf", b""),
        ("cr.exe", b"MZ"),
        ("../cr.pdf", b"MZ"),
    ],
)
def test_a_hostile_file_is_refused_beside_its_field(promised, visit, name, content):
    response = visit("nadia").post(add_url(promised), filled(file=brought(content, name)))
    assert response.status_code == 200
    assert response.context["form"].errors["file"]
    assert filled()["text"] in text(response)
    assert not CommitmentNote.objects.exists()
    assert not Document.objects.exists()


def test_a_comment_has_no_file(promised, visit):
    response = visit("nadia").post(add_url(promised), filled(kind="commentaire", file=brought(pdf())))
    assert "accompagne une pièce" in response.context["form"].errors["file"][0]
    assert visit("nadia").post(add_url(promised), filled(kind="commentaire")).status_code == 302
    assert visit("nadia").get(page_of(promised)).context["promise"].status == "Non mesurable"


def test_a_text_is_never_a_page(promised, visit):
    visit("nadia").post(add_url(promised), filled(text="<script>alert(1)</script>"))
    assert "<script>alert" not in text(visit("alice").get(page_of(promised)))


# --- Withdrawing ----------------------------------------------------------------------------


def test_ones_own_organisation_withdraws(promised, note, visit):
    piece = note()
    nadia = visit("nadia")
    assert text(nadia.get(withdraw_url(piece))).count("Retirer") >= 2
    assert CommitmentNote.objects.get().withdrawn_at is None
    response = nadia.post(withdraw_url(piece), follow=True)
    assert "Pièce retirée." in text(response)
    assert "Affiche diffusée" not in text(response)
    assert "Pièce retirée le 1" in text(response)
    assert response.context["promise"].status == "Non mesurable"
    # The row stays, as it was.
    kept = CommitmentNote.objects.get()
    assert (kept.text, kept.withdrawn_at) == ("Affiche diffusée", datetime(2026, 6, 1, 10, tzinfo=UTC))


@pytest.mark.parametrize("name", ["regis", "mona", "carla", "alice", "rosa"])
def test_the_note_of_another_is_not_withdrawn(note, visit, name):
    piece = note()
    for method in ("get", "post"):
        assert getattr(visit(name), method)(withdraw_url(piece)).status_code == 403
    assert CommitmentNote.objects.get().withdrawn_at is None


def test_two_people_withdraw_at_once(note, visit):
    piece = note()
    visit("nadia").post(withdraw_url(piece))
    second = visit("nadia").post(withdraw_url(piece))
    assert second.status_code == 409
    assert "déjà retiré" in text(second)
    with pytest.raises(notes.AlreadyWithdrawn):
        notes.withdraw_note(piece)


def test_the_file_of_a_withdrawn_piece_is_not_handed_over(note, visit):
    with as_owner():
        stored = documents.store(pdf(), filename="piece.pdf", media_type="application/pdf")
    piece = note(document=stored)
    assert visit("alice").get(file_url(piece)).status_code == 200
    with as_owner():
        CommitmentNote.objects.update(withdrawn_at=datetime(2026, 6, 1, 9, tzinfo=UTC))
    assert visit("alice").get(file_url(piece)).status_code == 404
    assert visit("alice").get(file_url(note())).status_code == 404


def test_opening_the_form_by_its_address_writes_nothing(promised, visit):
    assert visit("nadia").get(add_url(promised)).status_code == 200
    assert not CommitmentNote.objects.exists()


def test_the_measure_is_that_of_the_period_not_of_yesterday(promised, note, visit):
    note(happened_on=date(2025, 5, 31))
    assert visit("nadia").get(page_of(promised)).context["promise"].status == "Non mesurable"
    note(happened_on=date(2025, 6, 1) + timedelta(days=1))
    assert visit("nadia").get(page_of(promised)).context["promise"].status == "Tenu"


def test_only_the_text_as_amended_is_measured(promised, visit):
    url = reverse("partners:convention_detail", args=[promised.convention.uuid])
    with as_owner():
        amendment = promised.convention.amendments.create(
            number=1, kinds=["engagements"], signed_on=date(2026, 5, 1), effective_on=date(2026, 6, 2)
        )
        Commitment.objects.filter(pk=promised.pk).update(removed_by=amendment)
    assert page_of(promised) in text(visit("alice").get(url))
    with as_owner():
        Amendment.objects.update(effective_on=date(2026, 6, 1))
    assert page_of(promised) not in text(visit("alice").get(url))
