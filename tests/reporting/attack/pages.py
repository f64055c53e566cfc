"""What a page of figures says, read from its HTML alone: figures, tables, gaps, the words around them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import html

HIDDEN, NOTHING = "masqué", "non calculable"
_SPACES = re.compile(r"\s+")
_NUMBER = re.compile(r"[−-]?\d[\d ]*(?:,\d+)?")


@dataclass
class Shown:
    """A figure: its value, that of a year earlier when the page says it, and the two terms of a rate."""

    value: str
    before: str = ""
    terms: tuple[int, int] | None = None


@dataclass
class Page:
    """What somebody reads of a page."""

    title: str
    lead: str
    period: str
    notes: list[str]
    figures: dict[str, Shown] = field(default_factory=dict)
    tables: dict[str, list[list[str]]] = field(default_factory=dict)
    few: dict[str, list[str]] = field(default_factory=dict)
    gaps: dict[str, str] = field(default_factory=dict)
    is_empty: bool = False


def text_of(node) -> str:
    return _SPACES.sub(" ", node.text_content()).strip()


def number_of(said: str) -> float | None:
    """The number that a text begins with: "1 204", "82 %", "2,5 jours ouvrés"."""
    found = _NUMBER.match(said.strip())
    return float(found.group().replace(" ", "").replace("−", "-").replace(",", ".")) if found else None


def said_by(node, selector) -> str:
    found = node.xpath(selector)
    return text_of(found[0]) if found else ""


def of_class(name: str) -> str:
    return f"contains(concat(' ', @class, ' '), ' {name} ')"


def read_page(content: bytes) -> Page:
    """Everything that a dashboard or the page of its indicators says."""
    tree = html.fromstring(content.decode())
    page = Page(
        said_by(tree, "//h1"),
        said_by(tree, f"//p[{of_class('lead')}]"),
        next(text_of(p).split(",")[0] for p in tree.xpath("//p") if "mois en cours compris. " in text_of(p)),
        [text_of(p) for p in tree.xpath("//p[@role='note']")],
    )
    page.is_empty = "Aucune orientation sur cette période" in tree.text_content()
    for item in tree.xpath(f"//li[{of_class('figure')}]"):
        label = said_by(item, f"./*[{of_class('figure-label')}]")
        value = said_by(item, f"./*[{of_class('figure-value')}]")
        beside = [text_of(one) for one in item.xpath(f"./*[{of_class('figure-compare')}]")]
        if item.xpath("ancestor::section[@aria-labelledby='manques']"):
            page.gaps[label] = value
            continue
        shown = page.figures[label] = Shown(value)
        for words in beside:
            if words.startswith("Un an plus tôt"):
                shown.before = words.partition(" : ")[2]
            elif found := re.fullmatch(r"(\d[\d ]*) sur (\d[\d ]*)", words):
                over, among = (int(one.replace(" ", "")) for one in found.groups())
                shown.terms = over, among
    for table in tree.xpath("//table"):
        rows = [[text_of(cell) for cell in row.xpath("./th|./td")] for row in table.xpath(".//tr")]
        page.tables[said_by(table, "./caption").removeprefix("Orientations de la période : ")] = rows
    for section in tree.xpath("//section[starts-with(@aria-labelledby, 'tableau-')]"):
        title = said_by(section, "./h2")
        page.tables.setdefault(title, [])
        for words in section.xpath(".//details/p"):
            names = text_of(words).removeprefix("Leurs nombres sont masqués : ").removesuffix(".")
            page.few[title] = names.split(", ")
    return page
