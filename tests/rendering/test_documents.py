"""The documents of a pack: tagged PDF, workbook, page; same data, same bytes; data is never markup."""

import re
from io import BytesIO

import openpyxl
import pikepdf
import pytest
import typst
from django.template.loader import render_to_string

from core.suppression import HIDDEN_NOTE
from reporting.rendering import text
from reporting.rendering.data import InvalidPack
from reporting.rendering.pdf import _DRAWABLE, FONTS, REPLACEMENT, printable, render_pdf
from reporting.rendering.view import pack_view
from reporting.rendering.xlsx import render_xlsx
from tests.core.test_exports import FORMULAS

HOSTILE = '#eval(1) $x$ *y* @cite #read("/etc/passwd") =HYPERLINK(1) <script>1</script> [z] \\ // `q`'


@pytest.fixture
def hostile_pack(sample_pack):
    pack = sample_pack(title=HOSTILE, place=HOSTILE)
    pack["agenda"][0] = HOSTILE
    pack["decisions"][0]["text"] = HOSTILE
    pack["commitments"][0]["wording"] = HOSTILE
    pack["journey"][0]["label"] = HOSTILE
    pack["stages"]["rows"][0]["label"] = HOSTILE
    pack["definitions"][0]["text"] = "=1+1"
    pack["gaps"][0]["label"] = "@SUM(1)"
    return pack


def figures(node, found=None):
    """Return every Figure of a structure tree."""
    found = [] if found is None else found
    if isinstance(node, pikepdf.Array):
        for child in node:
            figures(child, found)
    elif isinstance(node, pikepdf.Dictionary):
        if node.get("/S") == "/Figure":
            found.append(node)
        if "/K" in node:
            figures(node["/K"], found)
    return found


def tags(node, found):
    if isinstance(node, pikepdf.Array):
        for child in node:
            tags(child, found)
    elif isinstance(node, pikepdf.Dictionary):
        if "/S" in node:
            found.append(str(node["/S"]))
        if "/K" in node:
            tags(node["/K"], found)
    return found


def alphabet(font):
    """Return what each glyph of a font means, from its ToUnicode table."""
    table = font.ToUnicode.read_bytes().decode("ascii", "replace")
    meaning = {}
    for block in re.findall(r"beginbfchar(.*?)endbfchar", table, re.DOTALL):
        for code, word in re.findall(r"<(\w+)>\s*<(\w+)>", block):
            meaning[int(code, 16)] = bytes.fromhex(word).decode("utf-16-be")
    for block in re.findall(r"beginbfrange(.*?)endbfrange", table, re.DOTALL):
        for low, high, word in re.findall(r"<(\w+)>\s*<(\w+)>\s*<(\w+)>", block):
            for number in range(int(high, 16) - int(low, 16) + 1):
                meaning[int(low, 16) + number] = chr(int(word, 16) + number)
    return meaning


def spell(stream, resources):
    """Yield the texts of a content stream, drawings inside it included."""
    meaning = {}
    for operands, operator in pikepdf.parse_content_stream(stream):
        if str(operator) == "Tf":
            meaning = alphabet(resources.Font[str(operands[0])])
        elif str(operator) in ("Tj", "TJ"):
            pieces = operands[0] if str(operator) == "TJ" else operands
            codes = b"".join(bytes(piece) for piece in pieces if isinstance(piece, pikepdf.String))
            yield "".join(meaning[int.from_bytes(codes[i : i + 2])] for i in range(0, len(codes), 2))
        elif str(operator) == "Do":
            drawing = resources.XObject[str(operands[0])]
            if drawing.Subtype == "/Form":
                yield from spell(drawing, drawing.get("/Resources", resources))


def squeeze(words):
    """Take out what depends on the layout: spaces, line ends, places where a long word may be cut."""
    return re.sub(r"[\s\u200b\u00ad]", "", words)


def read(pdf):
    """Return the text of a PDF, in the order of the file and without its spaces; no tool of the system."""
    with pikepdf.open(BytesIO(pdf)) as book:
        return squeeze("".join("".join(spell(page, page.Resources)) for page in book.pages))


def test_the_pdf_is_tagged_named_and_in_french(sample_pack):
    with pikepdf.open(BytesIO(render_pdf(sample_pack()))) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == "fr-FR"
        assert "/StructTreeRoot" in pdf.Root
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        with pdf.open_metadata() as metadata:
            assert metadata["dc:title"].startswith("Comité de suivi")
            assert metadata["pdfuaid:part"] == "1"
        found = figures(pdf.Root.StructTreeRoot)
        assert len(found) == 2
        for figure in found:
            assert "Orientations envoyées : 1 284" in str(figure.Alt).replace(
                "\u00a0", " "
            ) or "Alternance" in str(figure.Alt)
        names = tags(pdf.Root.StructTreeRoot, [])
        assert names.count("/Table") == 8
        assert names.count("/TH") > 20
        assert "/H1" in names
        assert "/H2" in names


def test_the_pdf_says_the_figures(sample_pack):
    said = read(render_pdf(sample_pack()))
    for words in (
        "mardi 24 novembre 2026",
        "1 284",
        "+ 14,4 points depuis le comité précédent",
        "794 / 1 272",
        "non calculable",
        "Données fictives",
        "5 engagements : 2 tenus, 1 en cours, 1 non tenu, 1 non mesurable.",
        "30 septembre 2026 (échue)",
        "Auvergne-Rhône-Alpes",
        "1 / 5",
        HIDDEN_NOTE,
    ):
        assert squeeze(words) in said
    assert said.index("Décisionsdecetteréunion") < said.index("DéfinitionsOrientationsenvoyées")


def test_real_data_is_not_called_fictitious(sample_pack):
    assert "ictives" not in read(render_pdf(sample_pack(fictitious=False)))


def test_an_empty_pack_is_a_document(empty_pack):
    said = read(render_pdf(empty_pack))
    assert squeeze("Aucune orientation sur la période.") in said
    assert squeeze("aucune comparaison n’est possible") in said
    assert squeeze(HIDDEN_NOTE) not in said
    openpyxl.load_workbook(BytesIO(render_xlsx(empty_pack)))


def test_texts_are_never_markup(hostile_pack):
    assert read(render_pdf(hostile_pack)).count(squeeze(HOSTILE)) >= 6


@pytest.mark.parametrize("words", ["emoji 🙂", "汉字", "\x00\x07", "\u202eenvers", "a" * 400, "ligne\nligne"])
def test_no_text_stops_the_pdf(sample_pack, words):
    pack = sample_pack(title=f"Comité {words}")
    pack["journey"][0]["label"] = words
    pack["stages"]["rows"][0]["label"] = words
    pack["agenda"][0] = words
    render_pdf(pack)
    openpyxl.load_workbook(BytesIO(render_xlsx(pack)))


def test_every_character_called_drawable_is_drawn():
    characters = [chr(code) for low, high in _DRAWABLE for code in range(low, high + 1)]
    kept = [character for character in characters if printable(character) != REPLACEMENT]
    source = (
        '#set document(title: "x")\n#set text(lang: "fr", font: "Atkinson Hyperlegible")\n= x\n'
        "#sys.inputs.plain #strong(sys.inputs.plain)"
    )
    typst.compile(
        source.encode(),
        sys_inputs={"plain": " ".join([*kept, REPLACEMENT])},
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
        pdf_standards="ua-1",
    )


def test_the_same_data_gives_the_same_bytes(sample_pack):
    assert render_pdf(sample_pack()) == render_pdf(sample_pack())
    assert render_xlsx(sample_pack()) == render_xlsx(sample_pack())


@pytest.mark.parametrize("render", [render_pdf, render_xlsx, pack_view])
def test_what_is_not_a_pack_is_not_rendered(sample_pack, render):
    with pytest.raises(InvalidPack):
        render({**sample_pack(), "youths": ["Camille"]})


def test_the_workbook_has_its_sheets_and_its_figures(sample_pack):
    book = openpyxl.load_workbook(BytesIO(render_xlsx(sample_pack())))
    assert book.sheetnames == [
        "Synthèse", "Situations", "Territoires", "Rencontres", "Engagements", "Contributions", "Définitions",
    ]  # fmt: skip
    summary = {row[0].value: row for row in book["Synthèse"].iter_rows() if row[0].value}
    assert summary["Orientations envoyées"][1].value == 1284
    assert summary["Réponse en 5 jours ouvrés"][3].value == 794
    assert summary["Absences aux rendez-vous"][1].value == "s"
    assert summary["Réunion"][1].value.isoformat() == "2026-11-24T00:00:00"
    territories = list(book["Territoires"].values)
    assert territories[0][-1] == "Total"
    assert territories[13][0] == "Ensemble"
    shown = [cell for row in territories[1:14] for cell in row[1:]]
    assert {type(cell) for cell in shown} == {int, str}
    assert {cell for cell in shown if isinstance(cell, str)} == {"s"}
    assert not any(1 <= cell <= 4 for cell in shown if isinstance(cell, int))


def test_the_workbook_names_nobody(sample_pack):
    properties = openpyxl.load_workbook(BytesIO(render_xlsx(sample_pack()))).properties
    assert properties.creator == "Trait d’union"
    assert properties.created.isoformat() == "2026-11-09T12:00:00"


def test_no_text_of_the_workbook_is_a_formula(hostile_pack):
    book = openpyxl.load_workbook(BytesIO(render_xlsx(hostile_pack)))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not [
        cell for cell in cells if cell.data_type == "f" and not cell.quotePrefix and cell.value != "=1+1"
    ]
    assert {"=1+1", "@SUM(1)", HOSTILE} <= {cell.value for cell in cells}
    assert not [cell for cell in cells if cell.hyperlink]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_survives_the_spreadsheet_that_opens_and_saves_it(sample_pack, text):
    """Typed as text, marked as quoted: neither opening, nor saving, nor editing the cell computes it."""
    pack = sample_pack()
    pack["commitments"][0]["wording"] = text
    first = openpyxl.load_workbook(BytesIO(render_xlsx(pack)))
    saved = BytesIO()
    first.save(saved)
    for book in (first, openpyxl.load_workbook(saved)):
        cell = book["Engagements"]["B2"]
        # Workbooks write a carriage return in their own way, which the reader gives back as it is.
        assert cell.value.replace("_x000D_", "\r").strip() == text.strip()
        assert cell.data_type == "s"
        assert cell.quotePrefix


def test_the_page_shows_the_pack(hostile_pack):
    page = render_to_string("reporting/pack_content.html", {"pack": pack_view(hostile_pack)})
    assert "<script>" not in page
    assert "&lt;script&gt;1&lt;/script&gt;" in page
    assert page.count('role="img"') == 2
    assert "style=" not in page
    assert "<h1" not in page
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'aria-labelledby="(pack-[^"]+)"', page)) <= set(ids)


def test_the_empty_page_has_its_sentences(empty_pack):
    page = render_to_string("reporting/pack_content.html", {"pack": pack_view(empty_pack)})
    assert "Aucune décision en attente." in page
    assert "<table" not in page


@pytest.mark.parametrize(
    ("value", "previous", "unit", "said"),
    [
        (62, 48, "%", "+\u00a014\u00a0points"),
        (49, 48, "%", "+\u00a01\u00a0point"),
        (4, 6.5, "jours", "−\u00a02,5\u00a0jours"),
        (10, 10, "", "stable"),
        (10, None, "", "–"),
    ],
)
def test_changes_are_said_in_points_or_units(value, previous, unit, said):
    assert text.change({"value": value, "previous": previous, "unit": unit}) == said


def test_the_first_of_the_month_is_written_as_french_does():
    assert text.day("2026-03-01", weekday=True) == "dimanche 1er\u00a0mars 2026"
