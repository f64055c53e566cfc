"""What a correction moved between two versions of a pack: figures, from what to what, as both versions show them. Pure.

Nothing here is new to whoever holds both versions: a count that one of them hides is said to be hidden. What keeps the
two of them together from telling it is decided with the counts (``reporting.packs.counts``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reporting.packs.counts import ALL, NOWHERE, Place
from reporting.rendering import text
from reporting.rendering.data import Change, Changes, PackData

# What is compared figure by figure, then the rest by name.
_FIGURES = {
    "indicators": "Indicateurs",
    "stages": "Situations",
    "outcomes": "Devenirs",
    "regions": "Territoires",
    "commitments": "Engagements",
    "coverage": "Couverture",
    "gaps": "Manques",
}
_OTHERS = {
    "agenda": "l’ordre du jour",
    "decisions": "les décisions en attente",
    "sessions": "les rencontres",
    "contributions": "les contributions",
    "meeting": "la réunion",
    "previous_pack": "le dossier de comparaison",
    "period": "la période",
    "territory": "les territoires",
    "definitions": "les définitions",
}
_NONE = "–"
_COUNTED = frozenset(_FIGURES[name] for name in ("stages", "outcomes", "regions"))


def same_figures(old: PackData, new: PackData) -> bool:
    """Whether two versions say the same, their number and what they say of each other apart."""
    return all(_plain(old).get(key) == value for key, value in _plain(new).items())


def _plain(data: PackData) -> dict[str, Any]:
    kept: dict[str, Any] = {key: value for key, value in data.items() if key not in ("changes", "journey")}
    return {**kept, "meeting": {**data["meeting"], "version": 0, "correction": ""}}


def changes_between(old: PackData, new: PackData) -> Changes:
    """What differs between two versions."""
    before, after = dict(_figures(old)), dict(_figures(new))
    figures: list[Change] = []
    for section, label in {**before, **after}:
        # What a table does not list is nobody.
        missing = "0" if section in _COUNTED else _NONE
        was, now = (found.get((section, label), missing) for found in (before, after))
        if was != now:
            figures.append({"section": section, "label": label, "before": was, "after": now})
    first, second = _plain(old), _plain(new)
    others = [words for key, words in _OTHERS.items() if first.get(key) != second.get(key)]
    return {"since": old["meeting"]["version"], "figures": figures, "others": others}


def correction_note(changes: Changes) -> str:
    """The sentence of the cover: how many figures moved, and what else changed."""
    moved = len(changes["figures"])
    parts = [f"{moved} chiffre{'s' if moved > 1 else ''}"] if moved else []
    parts += changes["others"]
    return f"Ont changé depuis la version {changes['since']} : {', '.join(parts) or 'des détails'}."


def _figures(data: PackData) -> Iterator[tuple[tuple[str, str], str]]:
    """Every figure of a pack, by section and label, as the pack shows it."""
    for indicator in data["indicators"]:
        shown = text.measure(indicator)
        if terms := text.terms(indicator):
            shown += f" ({terms})"
        yield (_FIGURES["indicators"], indicator["label"]), shown
    for row in data["stages"]["rows"]:
        yield (_FIGURES["stages"], row["label"]), text.count(row["count"])
    for row in data["outcomes"]["rows"]:
        label = f"{row['label']} ({row['group'].lower()})" if row["group"] else row["label"]
        yield (_FIGURES["outcomes"], label), text.count(row["count"])
    table = data["regions"]
    for region in table["rows"]:
        for column, cell in zip(table["columns"], region["cells"], strict=True):
            yield (_FIGURES["regions"], f"{region['label']}, {column['label'].lower()}"), text.count(cell)
        yield (_FIGURES["regions"], f"{region['label']}, total"), text.count(region["total"])
    for promise in data["commitments"]:
        said = f"{promise['status']} – {promise['figures']}" if promise["figures"] else promise["status"]
        yield (_FIGURES["commitments"], promise["wording"]), said
    for covered in data["coverage"]:
        yield (_FIGURES["coverage"], covered["label"]), f"{covered['covered']} / {covered['total']}"
    for gap in data["gaps"]:
        yield (_FIGURES["gaps"], gap["label"]), text.count(gap["count"])


def cells_before(data: PackData | None) -> Mapping[Place, int | None] | None:
    """The counts of a version as ``packs.counts`` names them; None without a version, or when it has no such table."""
    if not data:
        return None
    regions = data["regions"]
    found: dict[Place, int | None] = {(ALL, ALL, ALL): regions["total"]}
    for column, total in zip(regions["columns"], regions["totals"], strict=True):
        found[ALL, column["code"], ALL] = total
    for region in regions["rows"]:
        place = region["code"] or NOWHERE
        found[place, ALL, ALL] = region["total"]
        for column, cell in zip(regions["columns"], region["cells"], strict=True):
            found[place, column["code"], ALL] = cell
    for row in data["outcomes"]["rows"]:
        part, _, code = row["code"].partition("/")
        found[ALL, part, code] = row["count"]
    return found


def hidden_indicators(data: PackData | None) -> set[str]:
    """The indicators that a version hid: the next ones hide them too."""
    return {one["code"] for one in data["indicators"] if one["state"] == "hidden"} if data else set()
