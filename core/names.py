"""The normal form of names: ASCII lower case, so that a search forgets accents, hyphens and apostrophes.

One table for Python and for SQL (``tu_normalise``). Nothing is left to ``lower()`` beyond ASCII: it depends on the
locale of the database, and Python makes two characters of « İ ».
"""

import re

ACCENTED = (
    "àâäáãåāąçćčďđðèéêëēėęěğìíîïīıłñńňòôöóõøōőřšśşșťţțùúûüūůűÿýžźż"
    "ÀÂÄÁÃÅĀĄÇĆČĎĐÐÈÉÊËĒĖĘĚĞÌÍÎÏĪŁÑŃŇÒÔÖÓÕØŌŐŘŠŚŞȘŤŢȚÙÚÛÜŪŮŰŸÝŽŹŻİ"
)
PLAIN = (
    "aaaaaaaacccdddeeeeeeeegiiiiiilnnnoooooooorsssstttuuuuuuuyyzzz"
    "aaaaaaaacccdddeeeeeeeegiiiiilnnnoooooooorsssstttuuuuuuuyyzzzi"
)
LIGATURES = {"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "ß": "ss", "ẞ": "ss", "þ": "th", "Þ": "th"}

_TABLE = str.maketrans(dict(zip(ACCENTED, PLAIN, strict=True)) | LIGATURES)
_CAPITALS = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


def normalise(*parts: str) -> str:
    """The parts of a name in one normal form: letters a to z, digits, single spaces."""
    text = " ".join(parts).translate(_TABLE).translate(_CAPITALS)
    return re.sub(r"[^a-z0-9]+", " ", text).strip(" ")


def normalise_sql(expression: str) -> str:
    """The SQL of the same, for an expression of type text. Immutable: it fills generated columns."""
    for ligature, letters in LIGATURES.items():
        expression = f"replace({expression}, '{ligature}', '{letters}')"
    expression = f"lower(translate({expression}, '{ACCENTED}', '{PLAIN}') COLLATE \"C\")"
    return f"btrim(regexp_replace({expression}, '[^a-z0-9]+', ' ', 'g'))"
