"""Files as they come: encodings, separators, and everything that is not a CSV file."""

import tracemalloc

import pytest

from partners.directory.reading import Line, Unreadable, clean_cell, open_table

ROWS = "nom,commune\nMission locale de l’Été,Sète\n"


@pytest.fixture
def written(tmp_path):
    """``written(content)``: the path of a file that holds these bytes."""

    def write(content: bytes):
        path = tmp_path / "fichier.csv"
        path.write_bytes(content)
        return path

    return write


@pytest.mark.parametrize(
    ("content", "described"),
    [
        (ROWS.encode(), "UTF-8, séparateur virgule"),
        (ROWS.encode("utf-8-sig"), "UTF-8, séparateur virgule"),
        (ROWS.replace(",", ";").encode("utf-8-sig"), "UTF-8, séparateur point-virgule"),
        (
            ROWS.replace(",", ";").replace("\n", "\r\n").encode("cp1252"),
            "Windows-1252, séparateur point-virgule",
        ),
        (ROWS.replace(",", "\t").encode("utf-16"), "UTF-16, séparateur tabulation"),
        (ROWS.replace(",", "|").encode(), "UTF-8, séparateur barre verticale"),
        (
            '"nom";"commune"\n"Mission locale de l’Été";"Sète"\n'.encode(),
            "UTF-8, séparateur point-virgule",
        ),
    ],
)
def test_encodings_and_separators_are_found(written, content, described):
    table = open_table(written(content))
    assert table.described == described
    assert list(table.lines()) == [Line(2, {"nom": "Mission locale de l’Été", "commune": "Sète"})]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "vide"),
        (b"\xef\xbb\xbf \r\n", "vide"),
        (b"\n\n ;; \n", "vide"),
        (b"PK\x03\x04rest", "un classeur ou une archive"),
        (b"%PDF-1.7", "fichier binaire"),
        (b"nom,ville\nA\0,B\n", "binaire"),
        (b"nom\nbon\nA\x81\n", "Ligne 3 : des octets ne se lisent ni en UTF-8 ni en Windows-1252"),
        ("nom\né\n".encode() + b"\xe9\n", "Ligne 3 : ce fichier annonce ou contient de l’UTF-8"),
        (b"\xef\xbb\xbfnom\n\xe9\n", "Ligne 2 : ce fichier annonce"),
        (b"nom,,ville\n", "Colonne 2 : son en-tête est vide"),
        (b"nom,ville,nom\n", "« nom » est présente deux fois"),
    ],
)
def test_what_is_not_a_table_is_refused(written, content, message):
    with pytest.raises(Unreadable, match=message):
        open_table(written(content))


def test_a_folder_and_an_absent_file_are_refused(tmp_path):
    with pytest.raises(Unreadable, match="est un dossier"):
        open_table(tmp_path)
    with pytest.raises(Unreadable, match="n’existe pas"):
        open_table(tmp_path / "absent.csv")


def test_lines_are_numbered_as_in_an_editor(written):
    content = 'nom;note\n\n"A";"deux\nlignes"\n;\nB;"un ; dedans"\nC\nD;x;y\n'
    lines = list(open_table(written(content.encode())).lines())
    assert [(line.number, line.cells.get("nom")) for line in lines] == [
        (3, "A"),
        (6, "B"),
        (7, None),
        (8, None),
    ]
    assert lines[0].cells["note"] == "deux\nlignes"
    assert lines[1].cells["note"] == "un ; dedans"
    assert lines[2].problem.startswith("1 cellule au lieu de 2")
    assert lines[3].problem.startswith("3 cellules au lieu de 2")


@pytest.mark.parametrize("line", ['"jamais refermé;B', '"A"x;B'])
def test_broken_quotes_stop_the_file_and_say_where(written, line):
    table = open_table(written(f"nom;ville\nA;B\n{line}\nC;D\n".encode()))
    with pytest.raises(Unreadable, match="Ligne 3 : des guillemets"):
        list(table.lines())


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("  é ", "é"),
        ("e\u0301", "é"),
        ("'+33 1", "+33 1"),
        ("'=1+1", "=1+1"),
        ("'Quai", "'Quai"),
        ("O'Brien", "O'Brien"),
    ],
)
def test_cells_are_cleaned(cell, text):
    assert clean_cell(cell) == text


def test_memory_does_not_grow_with_the_file(written):
    """Twenty times more rows, the same peak."""

    def peak(rows: int) -> int:
        path = written(b"nom;ville\n" + "Mission locale de l’Été;Sète\n".encode() * rows)
        tracemalloc.start()
        try:
            assert sum(1 for _ in open_table(path).lines()) == rows
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak(100_000) < peak(5_000) * 2 + 4 * (1 << 20)
