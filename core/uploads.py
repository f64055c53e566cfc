"""The one gate for files that people bring: extension, first bytes, size and content, all four.

A file is taken only through :class:`UploadField` (or :func:`check`), which gives a :class:`CheckedFile`; only that
can be stored (:func:`core.documents.store_checked`). Images are refused: no situation here needs a photograph or an
identity card, and they carry where and when they were taken. What is checked is not proof against a new attack,
hence the rest of the protection: random names, nothing executed, handed over as an attachment in a sandbox.
"""

import hashlib
import re
import unicodedata
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict

from core import archives

LONGEST_NAME = 64
_MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file that people may bring."""

    label: str
    media_type: str
    max_bytes: int


KINDS = {
    "pdf": Kind("PDF", "application/pdf", 10 * _MB),
    "docx": Kind("Word", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", 5 * _MB),
    "xlsx": Kind("Excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", 5 * _MB),
    "csv": Kind("CSV", "text/csv", 5 * _MB),
}
# What usually goes together.
PAPERS = ("pdf", "docx")
TABLES = ("xlsx", "csv")

EMPTY = "Ce fichier est vide. Vérifiez que vous avez choisi le bon, puis recommencez."
BAD_NAME = "Le nom de ce fichier contient des caractères interdits. Renommez-le, puis recommencez."
LONG_NAME = f"Le nom de ce fichier dépasse {LONGEST_NAME} caractères. Raccourcissez-le, puis recommencez."
NO_IMAGE = (
    "Les photographies et les images ne sont pas acceptées : le portail n’en a pas besoin. Si c’est un texte "
    "numérisé, enregistrez-le en PDF."
)
OLD_OFFICE = "Ce format est ancien. Enregistrez le fichier en .xlsx ou en .docx, puis recommencez."
LIAR = (
    "Ce fichier n’est pas ce que son nom annonce. Enregistrez-le de nouveau au bon format, puis recommencez."
)
VIRUS = "Ce fichier est refusé : il porte la signature d’un virus. Prévenez votre service informatique."
ACTIVE_PDF = (
    "Ce PDF contient un programme, une pièce jointe ou un formulaire actif. Imprimez-le en PDF, "
    "puis recommencez."
)
LOCKED_PDF = "Ce PDF est protégé par un mot de passe. Enregistrez-le sans protection, puis recommencez."
NOT_TEXT = (
    "Ce fichier CSV contient autre chose que du texte. Enregistrez-le de nouveau depuis votre tableur "
    "(CSV UTF-8), puis recommencez."
)

_IMAGES = {"jpg", "jpeg", "png", "gif", "bmp", "tif", "tiff", "webp", "heic", "heif", "svg", "avif", "ico"}
_OLD = {"xls", "doc", "xlsm", "docm", "xlsb", "xlt", "dot", "rtf", "ods", "odt"}
# The test file that every antivirus knows, in two halves so that this source is not taken for it.
_EICAR = (rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*").lower()

_STREAM = re.compile(rb"(?<!end)stream\r?\n(.*?)\r?\n?endstream", re.S)
_DICTIONARY = 600
_ACTIVE_NAMES = re.compile(
    rb"/(?:JavaScript|Launch|EmbeddedFiles?|RichMedia|SubmitForm|ImportData|GoToE|GoToR|FileAttachment)\b"
)
_SHORT_NAMES = re.compile(rb"/(?:JS|XFA)\b")
_HEX_NAME = re.compile(rb"#([0-9A-Fa-f]{2})")
_BINARY = (
    b"PK", b"%PDF", b"MZ", b"\x7fELF", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"\xd0\xcf\x11\xe0", b"Rar!",
    b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"\xca\xfe\xba\xbe", b"#!", b"{\\rtf",
)  # fmt: skip
_MARKUP = re.compile(r"\s*<(?:!doctype|html|script|\?xml|\?php|svg|body|iframe|!--)", re.I)


class Refused(ValueError):
    """A file is refused; the message is French and can be shown beside the field as it is."""


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file that passed every check. Its name is gone: it often says whose it is."""

    content: bytes
    extension: str

    @property
    def media_type(self) -> str:
        return KINDS[self.extension].media_type

    @property
    def sha256(self) -> str:
        """The hash under which the file is stored: the same for the same content."""
        return hashlib.sha256(self.content).hexdigest()


def check(file: UploadedFile, accepts: Sequence[str]) -> CheckedFile:
    """The content of a file brought by a person, once checked. Raises Refused."""
    extension = _extension(file.name or "", accepts)
    kind = KINDS[extension]
    if not file.size:
        raise Refused(EMPTY)
    if file.size > kind.max_bytes:
        raise Refused(_too_large(kind))
    content = file.read(kind.max_bytes + 1)
    if len(content) > kind.max_bytes:
        raise Refused(_too_large(kind))
    refuse_virus(content)
    _CHECKS[extension](content)
    return CheckedFile(content, extension)


def describe(accepts: Sequence[str]) -> str:
    """What may be brought, in words: « PDF (10 Mo au plus) ou Word (5 Mo au plus) »."""
    return " ou ".join(
        f"{KINDS[name].label} .{name} ({KINDS[name].max_bytes // _MB} Mo au plus)" for name in accepts
    )


def refuse_virus(content: bytes) -> None:
    """Refused when the signature that antivirus programs are tested with is there."""
    if _EICAR in content.lower():
        raise Refused(VIRUS)


def _too_large(kind: Kind) -> str:
    return (
        f"Ce fichier est trop volumineux : {kind.max_bytes // _MB} Mo au plus pour un fichier {kind.label}. "
        "Allégez-le, puis recommencez."
    )


def _extension(name: str, accepts: Sequence[str]) -> str:
    """The extension of a name, among those accepted."""
    if len(name) > LONGEST_NAME:
        raise Refused(LONG_NAME)
    if not name.isprintable() or any(char in name for char in '/\\:*?"<>|') or name.startswith("."):
        raise Refused(BAD_NAME)
    stem, _, extension = unicodedata.normalize("NFKC", name).rpartition(".")
    extension = extension.lower()
    if stem and extension in accepts:
        return extension
    if extension in _IMAGES:
        raise Refused(NO_IMAGE)
    if extension in _OLD:
        raise Refused(OLD_OFFICE)
    raise Refused(f"Ce format n’est pas accepté. Choisissez un fichier {describe(accepts)}.")


# --- By kind --------------------------------------------------------------------------------------------------


def _check_pdf(content: bytes) -> None:
    if not re.match(rb"%PDF-[12]\.\d", content):
        raise Refused(LIAR)
    if b"%%EOF" not in content[-1_024:] or b"PK\x05\x06" in content[-66_000:]:
        raise Refused(archives.DAMAGED)
    plain = _unescaped(content)
    if b"/Encrypt" in plain:
        raise Refused(LOCKED_PDF)
    hidden = _unescaped(b"\n".join(_object_streams(content)))
    outside = _unescaped(_STREAM.sub(b"stream endstream", content))
    if (
        _ACTIVE_NAMES.search(plain)
        or _ACTIVE_NAMES.search(hidden)
        or _SHORT_NAMES.search(outside + b"\n" + hidden)
    ):
        raise Refused(ACTIVE_PDF)


def _unescaped(content: bytes) -> bytes:
    """Names may be written with ``#4A`` for a letter."""
    return _HEX_NAME.sub(lambda match: bytes([int(match[1], 16)]), content)


def _object_streams(content: bytes) -> list[bytes]:
    """The objects that a PDF packs in its object streams, inflated within bounds."""
    found: list[bytes] = []
    room = archives.MAX_INFLATED
    for stream in _STREAM.finditer(content):
        dictionary = _unescaped(content[max(0, stream.start() - _DICTIONARY) : stream.start()])
        dictionary = dictionary[dictionary.rfind(b" obj") :]
        if b"/ObjStm" not in dictionary:
            continue
        filters = re.findall(rb"/(\w+Decode)\b", dictionary)
        if filters not in ([], [b"FlateDecode"]) or b"/DecodeParms" in dictionary:
            raise Refused(archives.DAMAGED)
        data = stream[1]
        if filters:
            inflater = zlib.decompressobj()
            try:
                data = inflater.decompress(data, room + 1)
            except zlib.error as error:
                raise Refused(archives.DAMAGED) from error
        room -= len(data)
        if room < 0:
            raise Refused(archives.TOO_DEEP)
        refuse_virus(data)
        found.append(data)
    return found


def _check_office(kind: str) -> Any:
    def checked(content: bytes) -> None:
        if not content.startswith(b"PK\x03\x04"):
            raise Refused(LIAR)
        try:
            parts = archives.check_office(content, kind)
        except archives.BadArchive as error:
            raise Refused(str(error)) from error
        for data in parts.values():
            refuse_virus(data)

    return checked


def _check_csv(content: bytes) -> None:
    if content.startswith(_BINARY):
        raise Refused(LIAR)
    text = _decoded(content)
    if _MARKUP.match(text) or any(char < " " and char not in "\t\r\n" for char in set(text)):
        raise Refused(NOT_TEXT)


def _decoded(content: bytes) -> str:
    """The text of a CSV file: UTF-8, UTF-16 with its mark, else the code page of Windows."""
    encodings = ["utf-16"] if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused(NOT_TEXT)


_CHECKS: dict[str, Any] = {
    "pdf": _check_pdf,
    "docx": _check_office("docx"),
    "xlsx": _check_office("xlsx"),
    "csv": _check_csv,
}


def brought(request: HttpRequest) -> MultiValueDict[str, UploadedFile]:
    """The files of a form that was sent: for a form of which the only field of a file is an :class:`UploadField`."""
    return request.FILES


class UploadField(forms.FileField):
    """A field of a form by which a person brings a file; its value is a :class:`CheckedFile`."""

    widget = forms.FileInput
    default_error_messages = {
        "required": "Choisissez un fichier.",
        "invalid": "Aucun fichier n’a été reçu. Choisissez-le de nouveau, puis recommencez.",
        "missing": "Aucun fichier n’a été reçu. Choisissez-le de nouveau, puis recommencez.",
        "empty": EMPTY,
    }

    def __init__(self, *, accepts: Sequence[str], **kwargs: Any) -> None:
        self.accepts = tuple(accepts)
        kwargs.setdefault("help_text", f"{describe(accepts)}.")
        super().__init__(**kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return super().widget_attrs(widget) | {"accept": ",".join(f".{name}" for name in self.accepts)}

    def to_python(self, data: Any) -> Any:
        file = super().to_python(data)
        if not isinstance(file, UploadedFile):
            return None
        try:
            return check(file, self.accepts)
        except Refused as error:
            raise ValidationError(str(error)) from error
