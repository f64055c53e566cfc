"""Checks on text that people type: what may never be stored, and the normal form of what may.

Every refusal is a ValueError whose message is French and can be shown beside the field as it is.
"""

import re
import unicodedata

NIR_REFUSED = (
    "Ce texte semble contenir un numéro de sécurité sociale. Ce numéro n’est jamais enregistré ici : "
    "retirez-le, puis recommencez."
)
NUL_REFUSED = (
    "Ce texte contient un caractère invisible interdit. Ressaisissez-le au clavier, sans copier-coller."
)
REQUIRED = "Ce champ est obligatoire."

# Any bare run of 13 or 15 digits is refused, whatever its digits (DOMAIN §7.5). SIRET has 14, phones 10.
_BARE = re.compile(r"(?<![0-9])(?:[0-9]{13}|[0-9]{15})(?![0-9])")
_BARE_CORSICA = re.compile(r"(?<![0-9A-Za-z])[1-478][0-9]{4}2[ABab][0-9]{6}(?:[0-9]{2})?(?![0-9A-Za-z])")

# Written with separators, only the shape of a NIR is refused: sex, year, month (01-12, or 20-42 and 50-99
# for uncertain births), department, municipality, order, key. Slashes and colons are left out: they make
# dates and hours.
_SEP = r"[\s.\-_‐‑‒–—−·]{0,3}"
_SPACED = re.compile(
    r"(?<![0-9A-Za-z])"
    + _SEP.join(
        [
            "[1-478]",
            "[0-9]",
            "[0-9]",
            f"(?:0{_SEP}[1-9]|1{_SEP}[0-2]|2{_SEP}[0-9]|3{_SEP}[0-9]|4{_SEP}[0-2]|[5-9]{_SEP}[0-9])",
            f"(?:[0-9]{_SEP}[0-9]|2{_SEP}[ABab])",
            *["[0-9]"] * 6,
        ]
    )
    + f"(?:{_SEP}[0-9]{_SEP}[0-9])?"
    + r"(?![0-9])"
)

# Beginnings of words that tell of health or justice: a code says it where the law lets it be said, no text does.
_SENSITIVE = re.compile(
    r"(?:malad|depress|hopital|hospitalis|medecin|medica[lmu]|patholog|cancer|diabet|epilep|addict|overdose|"
    r"psychiatr|psycholog|psychotrop|psychother|psychanal|therap|bipolair|schizophren|autis[mt]|anorexi|boulimi|"
    r"drogue|toxicoman|stupefiant|cannabis|alcool|enceinte|grossesse|handicap|rqth|seropositi|suicid|"
    r"prison|detenu|detention|incarcer|condamn|casier|sursis|delit|delinquan|"
    r"tribunal|pjj|spip|justice)\w*"
    # Whole words: others that begin like them tell nothing.
    r"|psys?|cmpp?|csapa|tdah?|traitements?"
)
_SENSITIVE_PHRASES = ("garde à vue", "bracelet électronique")

# Zero-width joiners stay: emoji and some names need them. The rest only hides or reverses text.
_JOINERS = {"\u200c", "\u200d"}


def refuse_nir(value: str) -> None:
    """ValueError when ``value`` contains something shaped like a French social security number.

    Full-width and other decimal digits, invisible characters and separators do not hide it.
    """
    text = "".join(_plain(char) for char in unicodedata.normalize("NFKC", value))
    if _BARE.search(text) or _BARE_CORSICA.search(text) or _SPACED.search(text):
        raise ValueError(NIR_REFUSED)


def refuse_nul(value: str) -> None:
    """ValueError on NUL and on lone surrogates: PostgreSQL can store neither."""
    if any(char == "\0" or "\ud800" <= char <= "\udfff" for char in value):
        raise ValueError(NUL_REFUSED)


def sensitive_words(value: str) -> list[str]:
    """The words of a text that seem to tell of somebody's health or of justice, as they were written.

    A hint, never a refusal: the person who writes reads their text again.
    """
    words = re.findall(r"\w+", unicodedata.normalize("NFC", value))
    plain = [_unaccented(word) for word in words]
    found = {word for word, bare in zip(words, plain, strict=True) if _SENSITIVE.fullmatch(bare)}
    return sorted(found | {phrase for phrase in _SENSITIVE_PHRASES if _unaccented(phrase) in " ".join(plain)})


def _unaccented(text: str) -> str:
    return "".join(
        char for char in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(char)
    )


def normalise(value: str, *, single_line: bool = False) -> str:
    """Normal form: NFC, LF line ends, no control or direction characters, no outer or trailing blanks.

    At most one empty line in a row; with ``single_line`` every run of blanks becomes one space.
    """
    text = unicodedata.normalize("NFC", value)
    text = re.sub(r"\r\n?|[\u2028\u2029\x0b\x0c\x85]", "\n", text).replace("\t", " ")
    text = "".join(char for char in text if char == "\n" or char in _JOINERS or not _is_hidden(char))
    if single_line:
        return unicodedata.normalize("NFC", " ".join(text.split()))
    lines = "\n".join(line.rstrip() for line in text.split("\n"))
    return unicodedata.normalize("NFC", re.sub(r"\n{3,}", "\n\n", lines).strip())


def clean_free_text(value: str, max_length: int, *, required: bool = False, single_line: bool = False) -> str:
    """The text ready to be stored, at most ``max_length`` characters once normalised.

    ValueError (French message) on NUL, on a NIR-like number, when too long, or empty while ``required``.
    """
    refuse_nul(value)
    text = normalise(value, single_line=single_line)
    if required and not text:
        raise ValueError(REQUIRED)
    if len(text) > max_length:
        raise ValueError(f"Ce texte compte {len(text)} caractères ; la limite est de {max_length}.")
    refuse_nir(text)
    return text


def _plain(char: str) -> str:
    """One ASCII digit for any decimal digit, nothing for an invisible character, else the character."""
    if unicodedata.category(char) == "Nd":
        return str(unicodedata.decimal(char))
    return "" if unicodedata.category(char) == "Cf" else char


def _is_hidden(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Cf")
