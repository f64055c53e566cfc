"""Small files, built by code: those that people bring every day, and those that somebody would make to do harm."""

import io
import struct
import zlib
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import openpyxl

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
_TYPES = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{}</Types>'
)
_OPENXML = "application/vnd.openxmlformats-officedocument."
DOCX_MAIN = f"{_OPENXML}wordprocessingml.document.main+xml"
XLSX_MAIN = f"{_OPENXML}spreadsheetml.sheet.main+xml"
_RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
)
_RELATION = (
    '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{}" {}/>'
)
_WORD = '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{}</w:body></w:document>'
_SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'


def zipped(parts: dict[str, bytes | str], method: int = ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with ZipFile(stream, "w", method) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return stream.getvalue()


def override(main: str, more: str = "") -> str:
    return _TYPES.format(f'<Override PartName="/main.xml" ContentType="{main}"/>{more}')


def docx(body: str = "<w:p/>", types: str = "", main: str = DOCX_MAIN, **parts: bytes | str) -> bytes:
    """A Word file with a body, and more parts (slashes of their names written ``__``)."""
    named = {name.replace("__", "/").replace("_DOT_", "."): data for name, data in parts.items()}
    return zipped(
        {"[Content_Types].xml": override(main, types), "_rels/.rels": relation("officeDocument", "word/document.xml"),
         "word/document.xml": _WORD.format(body)} | named
    )  # fmt: skip


def relation(kind: str, target: str, mode: str = "") -> str:
    external = f'TargetMode="{mode}"' if mode else ""
    return _RELATIONS.format(_RELATION.format(kind, f'Target="{target}" {external}'))


def xlsx(cells: str = "<row><c><v>1</v></c></row>", **parts: bytes | str) -> bytes:
    named = {name.replace("__", "/").replace("_DOT_", "."): data for name, data in parts.items()}
    return zipped(
        {"[Content_Types].xml": override(XLSX_MAIN), "_rels/.rels": relation("officeDocument", "xl/workbook.xml"),
         "xl/workbook.xml": "<workbook/>", "xl/worksheets/sheet1.xml": _SHEET.format(cells)} | named
    )  # fmt: skip


def formula(text: str) -> bytes:
    return xlsx(f"<row><c><f>{text}</f></c></row>")


def real_xlsx() -> bytes:
    """A workbook as a real library writes it, with a link that a reader may click on."""
    book = openpyxl.Workbook()
    book.active.append(["Nom", "Étape"])
    book.active.append(["Élan", "=1+1"])
    book.active["A3"].hyperlink = "https://www.unml.example/"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def pdf(objects: bytes = b"1 0 obj\n<</Type/Catalog>>\nendobj\n", head: bytes = b"%PDF-1.7\n") -> bytes:
    return head + objects + b"trailer\n<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"


def packed_pdf(hidden: bytes, dictionary: bytes = b"/Filter/FlateDecode") -> bytes:
    """A PDF whose objects are in a compressed object stream."""
    data = zlib.compress(hidden) if b"FlateDecode" in dictionary else hidden
    return pdf(
        b"5 0 obj\n<</Type/ObjStm/N 1/First 4"
        + dictionary
        + b">>\nstream\n"
        + data
        + b"\nendstream\nendobj\n"
    )


def with_entry(change, data: bytes = b"<a/>") -> bytes:
    """A Word file with one more member, whose entry was changed before it was written."""
    stream = io.BytesIO(docx())
    with ZipFile(stream, "a", ZIP_DEFLATED) as archive:
        entry = ZipInfo("word/x.xml")
        change(entry)
        archive.writestr(entry, data)
    return stream.getvalue()


def patched(content: bytes, before: bytes, after: bytes) -> bytes:
    """The same length, other bytes, wherever they are."""
    assert len(before) == len(after)
    assert before in content
    return content.replace(before, after)


def lying_size() -> bytes:
    """A member that is longer than the directory says."""
    content = zipped(
        {"[Content_Types].xml": override(DOCX_MAIN), "word/document.xml": "<a>" + " " * 5_000 + "</a>"}
    )
    return patched(content, struct.pack("<L", 5_007), struct.pack("<L", 7))


def overlapping() -> bytes:
    """Two entries of the directory that point to the same bytes (how a small file swells without end)."""
    content = zipped(
        {"[Content_Types].xml": override(DOCX_MAIN), "word/a.xml": "<a/>", "word/b.xml": "<a/>"}, ZIP_STORED
    )
    second, third = content.index(b"word/a.xml") - 30, content.index(b"word/b.xml") - 30
    directory = content.rindex(b"PK\x01\x02")
    return content[:directory] + content[directory:].replace(
        struct.pack("<L", third), struct.pack("<L", second), 1
    )


def bomb() -> bytes:
    """Ten kilobytes that open into ten megabytes."""
    return zipped(
        {
            "[Content_Types].xml": override(DOCX_MAIN),
            "word/document.xml": b"<a>" + b" " * 10_000_000 + b"</a>",
        }
    )


def deep_bomb() -> bytes:
    """Sixty megabytes, a ratio that no single member betrays."""
    noise = bytes(range(256)) * 40
    parts = {f"word/p{number}.xml": noise * 80 for number in range(80)}
    return zipped({"[Content_Types].xml": override(DOCX_MAIN)} | parts)


LAUGHS = '<!DOCTYPE a [<!ENTITY b "lol"><!ENTITY c "&b;&b;&b;&b;">]><a>&c;</a>'
READS = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'
