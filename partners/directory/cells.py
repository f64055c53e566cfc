"""From the text of a cell to a value of ours, or a French reason why not. No Django here."""

from collections.abc import Mapping
from datetime import date, datetime

from partners.territory.dataset import normalise_name

_DAYS = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y")
_YES = {"oui": True, "o": True, "vrai": True, "1": True, "non": False, "n": False, "faux": False, "0": False}


class BadCell(ValueError):
    """A cell that says nothing we can keep; the message is French."""


def own_word(text: str, words: Mapping[str, str]) -> str:
    """Our code for the word of a file, whatever its case and its accents; our own codes are words too."""
    known = {normalise_name(word): code for word, code in words.items()}
    known.update({normalise_name(code): code for code in words.values()})
    try:
        return known[normalise_name(text)]
    except KeyError:
        raise BadCell(f"« {text} » n’est pas connu. Valeurs acceptées : {', '.join(words)}.") from None


def codes(text: str, known: Mapping[str, object], what: str) -> list[str]:
    """The codes of places in a cell: "53", "53 Bretagne", "01 02 03 978"; a zero that a spreadsheet ate is put back."""
    found: list[str] = []
    for word in text.upper().replace(",", " ").split():
        code = word.zfill(2) if word.isdecimal() else word
        if code in known:
            found.append(code)
        elif found and not word[0].isdecimal():
            break  # the name that follows its code
        else:
            hint = " La Corse s’écrit 2A ou 2B." if what == "Département" and code == "20" else ""
            raise BadCell(f"{what} « {word} » inconnu{'e' if what == 'Région' else ''}.{hint}")
    if not found:
        raise BadCell(f"« {text} » n’est pas un code de {what.lower()}.")
    return found


def municipality_code(text: str) -> str:
    """The INSEE code of a municipality: "17300", "1004", "2A004 Ajaccio"."""
    word = text.split()[0].upper()
    return word.zfill(5) if word.isdecimal() and len(word) == 4 else word


def postcode(text: str) -> str:
    """A postcode of five digits; a zero that a spreadsheet ate is put back."""
    digits = "".join(text.split())
    if not (digits.isascii() and digits.isdecimal() and len(digits) in (4, 5)):
        raise BadCell(f"« {text} » n’est pas un code postal : cinq chiffres sont attendus.")
    return digits.zfill(5)


def siret(text: str) -> str:
    """The digits of a SIRET, without the blanks that make it readable. Whether they check is the model's affair."""
    if "E+" in text.upper():
        raise BadCell(
            f"« {text} » est un SIRET abîmé par un tableur : mettez la colonne au format texte et ressaisissez-le."
        )
    return "".join(text.replace(".", " ").replace("-", " ").split())


def website(text: str) -> str:
    """The address of a site; the scheme that people leave out is put back."""
    return text if "://" in text else f"https://{text}"


def day(text: str) -> date:
    """A day, as a database or as a French spreadsheet writes it."""
    for pattern in _DAYS:
        try:
            return datetime.strptime(text, pattern).date()
        except ValueError:
            continue
    raise BadCell(f"« {text} » n’est pas une date : écrivez-la ainsi, 31/12/2025.")


def yes_or_no(text: str) -> bool:
    """Oui ou non."""
    try:
        return _YES[normalise_name(text)]
    except KeyError:
        raise BadCell(f"« {text} » : répondez par oui ou non.") from None


def idcc_list(text: str) -> list[str]:
    """The identifiers of collective agreements in a cell, in order, each once."""
    found = []
    for word in text.replace(",", " ").replace(";", " ").split():
        if not (word.isascii() and word.isdecimal() and len(word) <= 4):
            raise BadCell(f"« {word} » n’est pas un IDCC : quatre chiffres sont attendus.")
        found.append(word.zfill(4))
    return list(dict.fromkeys(found))
