"""What a Word or Excel file really holds, known before any library opens it.

Such a file is a ZIP archive of XML parts. Its inventory is read from the archive's own directory, then every
member is inflated here, within bounds, and compared with what the directory promised: a reader that trusts
another table than ours finds the same content, or the file is refused. Nothing is written to disk.
"""

import io
import re
import zlib
from collections.abc import Iterator
from html import unescape
from typing import NoReturn
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

MAX_MEMBERS = 200
MAX_INFLATED = 50_000_000
MAX_RATIO = 100
# Under this size a good ratio is only a very regular sheet.
_RATIO_FROM = 1_000_000
# What may follow a member: its sizes and sum, said again.
_DESCRIPTOR = 24
_END = 22

DAMAGED = "Ce fichier est abîmé ou n’est pas de ce format. Enregistrez-le de nouveau, puis recommencez."
TOO_DEEP = "Une fois ouvert, ce fichier serait trop volumineux. Allégez-le, puis recommencez."
ACTIVE = (
    "Ce fichier contient une macro ou un objet incorporé. Enregistrez-le sans macro (.xlsx ou .docx) et "
    "sans objet, puis recommencez."
)
LINKED = (
    "Ce fichier va chercher des données ailleurs (lien externe, connexion, formule). Remplacez-les par leurs "
    "valeurs, puis recommencez."
)

_OPENXML = "application/vnd.openxmlformats-officedocument."
MAIN_PARTS = {
    "xlsx": f"{_OPENXML}spreadsheetml.sheet.main+xml",
    "docx": f"{_OPENXML}wordprocessingml.document.main+xml",
}
_PARTS = {"xml", "rels", "vml", "png", "jpg", "jpeg", "gif", "bmp", "tif", "tiff", "emf", "wmf", "odttf"}
_ACTIVE_NAME = re.compile(
    r"vba|/activex|/embeddings/|oleobject|/macrosheets/|/dialogsheets/|customui|attachedtoolbars|\.bin$", re.I
)
_PRINTER = re.compile(r"/printersettings/printersettings\d*\.bin$", re.I)
_LINKED_NAME = re.compile(r"/externallinks?/|/connections\.xml$|/querytables/", re.I)
_ACTIVE_TYPE = re.compile(r"macroenabled|vba|oleobject|activex|macrosheet|dialogsheet", re.I)
_SAFE_TARGET = re.compile(r"(?:https?|mailto):", re.I)
# Formulas that call a program or a server: DDE ("cmd|'…'!A1") and the functions that fetch.
_FORMULA = re.compile(rb"<(?:\w+:)?f(?:\s[^>]*)?>(.*?)</(?:\w+:)?f>", re.S)
_FETCHES = re.compile(r"\|[^|]*!|\b(?:WEBSERVICE|RTD|CALL|REGISTER(?:\.ID)?|DDE|IMAGE)\s*\(", re.I)
_FIELD_CODE = re.compile(
    rb"<(?:\w+:)?instrText(?:\s[^>]*)?>(.*?)</(?:\w+:)?instrText>|\binstr=\"([^\"]*)\"", re.S
)
_FIELD_FETCHES = re.compile(r"\b(?:DDEAUTO|DDE|INCLUDETEXT|INCLUDEPICTURE|IMPORT|LINK|DATABASE)\b", re.I)


class BadArchive(ValueError):
    """The archive is refused; the message is French and says what to do."""


def members(content: bytes) -> dict[str, bytes]:
    """Every member of an archive, inflated within bounds. Raises BadArchive."""
    entries = _inventory(content)
    found: dict[str, bytes] = {}
    for entry, packed in _packed(content, entries):
        found[entry.filename] = _inflate(entry, packed)
    return found


def check_office(content: bytes, kind: str) -> dict[str, bytes]:
    """The parts of a Word or Excel file without macro, object or link to the outside. Raises BadArchive."""
    parts = members(content)
    for name, data in parts.items():
        _check_name(name)
        if name.lower().endswith((".xml", ".rels", ".vml")):
            parts[name] = _check_xml(data)
    types = [found for found, *_ in _attributes(parts.get("[Content_Types].xml", b""), "ContentType")]
    if any(_ACTIVE_TYPE.search(found) for found in types):
        raise BadArchive(ACTIVE)
    if types.count(MAIN_PARTS[kind]) != 1:
        raise BadArchive(DAMAGED)
    for name, data in parts.items():
        if name.lower().endswith(".rels"):
            _check_relations(data)
        elif name.lower().endswith(".xml"):
            _check_codes(data)
    return parts


# --- The archive ----------------------------------------------------------------------------------------------


def _inventory(content: bytes) -> list[ZipInfo]:
    """The entries of the archive's directory, in the order of the file."""
    # One archive, the whole of it: nothing before its first member, nothing after its directory.
    if not content.startswith(b"PK\x03\x04") or content.rfind(b"PK\x05\x06") != len(content) - _END:
        _damaged()
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            entries = sorted(archive.infolist(), key=lambda entry: entry.header_offset)
    except (BadZipFile, ValueError, NotImplementedError, OverflowError, EOFError) as error:
        raise BadArchive(DAMAGED) from error
    if not entries or entries[0].header_offset != 0:
        _damaged()
    if len(entries) > MAX_MEMBERS:
        _too_deep()
    names = [entry.filename.lower() for entry in entries]
    if len(names) != len(set(names)):
        _damaged()
    for entry in entries:
        if not _is_plain(entry):
            _damaged()
    total = sum(entry.file_size for entry in entries)
    if total > MAX_INFLATED or (total > _RATIO_FROM and total > MAX_RATIO * len(content)):
        _too_deep()
    return entries


def _is_plain(entry: ZipInfo) -> bool:
    """A file, not encrypted, with a method that everyone reads, under a name that stays inside its folder."""
    name = entry.orig_filename
    link = entry.external_attr >> 28 == 0xA
    return (
        name == entry.filename
        and name.isprintable()
        and len(name) <= 200
        and not name.startswith("/")
        and not any(char in name for char in "\\:")
        and ".." not in name.split("/")
        and entry.compress_type in (ZIP_STORED, ZIP_DEFLATED)
        and not entry.flag_bits & 0x1
        and not link
        and not name.endswith("/")
    )


def _packed(content: bytes, entries: list[ZipInfo]) -> Iterator[tuple[ZipInfo, bytes]]:
    """Each entry with its packed bytes; members that overlap, or hide something between them, are refused."""
    reached = 0
    for entry in entries:
        head = content[entry.header_offset : entry.header_offset + 30]
        if not head.startswith(b"PK\x03\x04") or not 0 <= entry.header_offset - reached <= _DESCRIPTOR:
            _damaged()
        named, extra = int.from_bytes(head[26:28], "little"), int.from_bytes(head[28:30], "little")
        start = entry.header_offset + 30 + named + extra
        reached = start + entry.compress_size
        if reached > len(content):
            _damaged()
        yield entry, content[start:reached]


def _inflate(entry: ZipInfo, packed: bytes) -> bytes:
    """The content of a member, exactly as long and as summed as the directory says."""
    data = packed
    if entry.compress_type == ZIP_DEFLATED:
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            data = inflater.decompress(packed, entry.file_size + 1)
        except zlib.error as error:
            raise BadArchive(DAMAGED) from error
        if not inflater.eof or inflater.unused_data:
            _damaged()
    if len(data) != entry.file_size or zlib.crc32(data) != entry.CRC:
        _damaged()
    return data


# --- What is in it --------------------------------------------------------------------------------------------


def _check_name(name: str) -> None:
    if _PRINTER.search(f"/{name}"):
        return
    if _ACTIVE_NAME.search(f"/{name}"):
        raise BadArchive(ACTIVE)
    if _LINKED_NAME.search(f"/{name}"):
        raise BadArchive(LINKED)
    if name.rpartition(".")[2].lower() not in _PARTS:
        raise BadArchive(ACTIVE)


def _check_xml(data: bytes) -> bytes:
    """The part as UTF-8: well-formed, without document type (entities that swell or read files come with one)."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            text = data.decode("utf-16")
        except UnicodeDecodeError as error:
            raise BadArchive(DAMAGED) from error
        data = re.sub(r"^\s*<\?xml[^>]*\?>", "", text).encode()
    if b"\0" in data:
        _damaged()
    # UTF-8 whatever the part says of itself: a reader that believed it would read something else than we check.
    parser = expat.ParserCreate("utf-8")
    parser.StartDoctypeDeclHandler = lambda *_: _damaged()
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise BadArchive(DAMAGED) from error
    declared = re.match(rb"\s*<\?xml[^>]*encoding=[\"']([^\"']+)", data.removeprefix(b"\xef\xbb\xbf"))
    if declared and declared[1].lower() not in (b"utf-8", b"us-ascii", b"ascii"):
        _damaged()
    return data


def _attributes(data: bytes, *names: str) -> list[tuple[str, ...]]:
    """The values of some attributes, for each element that has the first of them."""
    found: list[tuple[str, ...]] = []
    parser = expat.ParserCreate("utf-8")

    def start(_: str, attributes: dict[str, str]) -> None:
        if names[0] in attributes:
            found.append(tuple(attributes.get(name, "") for name in names))

    parser.StartElementHandler = start
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise BadArchive(DAMAGED) from error
    return found


def _check_relations(data: bytes) -> None:
    """Nothing outside the file is named, but the addresses that a reader may click on."""
    for target, mode, kind in _attributes(data, "Target", "TargetMode", "Type"):
        if mode.lower() == "external" and not (
            kind.endswith("/hyperlink") and _SAFE_TARGET.match(target.strip())
        ):
            raise BadArchive(LINKED)


def _check_codes(data: bytes) -> None:
    """No formula and no field that runs a program or asks a server."""
    formulas = (unescape(found.decode()) for found in _FORMULA.findall(data))
    if any(_FETCHES.search(formula) for formula in formulas):
        raise BadArchive(LINKED)
    # A code may be cut into several pieces, and several codes may follow one another.
    codes = [unescape((one or other).decode()) for one, other in _FIELD_CODE.findall(data)]
    if _FIELD_FETCHES.search("".join(codes)) or _FIELD_FETCHES.search(" ".join(codes)):
        raise BadArchive(LINKED)


def _damaged() -> NoReturn:
    raise BadArchive(DAMAGED)


def _too_deep() -> NoReturn:
    raise BadArchive(TOO_DEEP)
