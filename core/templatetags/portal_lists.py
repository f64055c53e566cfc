"""The lines of the long lists, built directly: fifty a page, and a template costs more than the query behind it.

Texts are always escaped. The style sheet knows the parts of a line by their element (``.rows``, ``.todo-list``): fifty
lines repeat whatever one of them says.
"""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any, NamedTuple

from django import template
from django.utils.safestring import SafeString, mark_safe

from core.templatetags.portal_ui import BADGE_KINDS, badge, fr_date, iso, relative_day

register = template.Library()


class Row(NamedTuple):
    """A line of a list: where it leads, its title, what stands under it, and its badge (kind and words)."""

    url: str
    title: str
    meta: str = ""
    more: str = ""
    badge: tuple[str, str] | None = None


@register.simple_tag
def rows(lines: Iterable[Row], here: str = "") -> SafeString:
    """A list of links. Raises ValueError on an unknown kind of badge, as ``badge`` does.

    ``here``: the address of the page, which the lines under it need not repeat.
    """
    html = "".join(_row(line, here) for line in lines)
    return mark_safe(f'<ul class="rows">{html}</ul>')  # noqa: S308 - escaped below


def _row(line: Row, here: str) -> str:
    # What is left of an address that is not under the page, or is the page itself, would lead elsewhere.
    url = (here and line.url.removeprefix(here)) or line.url
    html = f'<li><a href="{escape(url)}"><b>{escape(line.title)}</b>\n'
    if line.badge:
        kind, words = line.badge
        if kind not in BADGE_KINDS:
            raise ValueError(f"unknown badge kind: {kind}")
        # A badge is neutral until its kind says otherwise.
        look = "" if kind == "neutre" else f' class="{kind}"'
        html += f"<i{look}>{escape(words)}</i>\n"
    if line.meta:
        # A paragraph has its own line, and what surrounds it too.
        html = f"{html.rstrip()}<p>{escape(line.meta)}</p>"
    if line.more:
        html += escape(line.more)
    # An item ends where the next one begins.
    return html + "</a>"


@register.simple_tag
def table_rows(lines: Iterable[Sequence[str]]) -> SafeString:
    """The lines of a table: the first cell of each names it, the others are counts."""
    return mark_safe("\n".join(_table_row(*line) for line in lines))  # noqa: S308 - escaped below


def _table_row(name: str, *cells: str) -> str:
    counts = "".join(f'<td class="num">{escape(cell)}</td>' for cell in cells)
    return f'<tr><th scope="row">{escape(name)}</th>{counts}</tr>'


@register.simple_tag
def todo_cards(cards: Iterable[Any], late: bool, first: bool) -> SafeString:
    """The cards of one group of "À faire"; the first of the page has the button that stands out."""
    html = []
    for number, card in enumerate(cards):
        promise = "promis pour le" if late else "au plus tard"
        who, url = escape(card.who), escape(card.url)
        owner = f" · {escape(card.owner)}" if card.owner else ""
        look = ' class="btn-accent"' if first and number == 0 else ""
        html.append(
            f"<li><b>{who}</b>\n<p>{escape(card.expected)}</p>\n<small>{escape(card.context)}{owner}"
            f" · {promise} {fr_date(card.due_on)} ({relative_day(card.due_on)})</small>\n"
            # Whom it is about is for who listens to the links alone (``.todo-list span``).
            f'<a{look} href="{url}">{escape(card.button)}<span> : {who}</span></a>'
        )
    # An item ends where the next one begins.
    return mark_safe("\n".join(html))  # noqa: S308 - every text is escaped above


@register.simple_tag
def timeline(items: Iterable[Mapping[str, Any]]) -> SafeString:
    """What happened, in the order given: ``at``, ``title``; ``text``, ``actor_org`` and ``kind`` may be empty.

    ``link``, when there is one, is an address and its words.
    """
    return mark_safe('<ol class="timeline">\n' + "".join(map(_event, items)) + "</ol>")  # noqa: S308 - escaped below


def _event(item: Mapping[str, Any]) -> str:
    kind = f' class="{escape(item["kind"])}"' if item["kind"] else ""
    by = f" · {escape(item['actor_org'])}" if item["actor_org"] else ""
    text = f'<p class="timeline-text">{escape(item["text"])}</p>\n' if item["text"] else ""
    if link := item.get("link"):
        about = f'<span class="visually-hidden"> : {escape(item["title"])}</span>'
        text += f'<p class="timeline-at"><a href="{escape(link[0])}">{escape(link[1])}{about}</a></p>\n'
    return (
        f'<li{kind}>\n<p class="timeline-at"><time datetime="{iso(item["at"])}">{fr_date(item["at"])}</time>{by}</p>\n'
        f'<p class="timeline-title">{escape(item["title"])}</p>\n{text}</li>\n'
    )


@register.simple_tag
def tree(nodes: Iterable[Mapping[str, Any]]) -> SafeString:
    """Things that hang on one another: ``title``; the rest may be absent.

    ``url``, ``current``, ``badge_kind`` and ``badge_label``, ``detail``; under it ``children``, then ``folded`` (its
    summary is ``fold``, ``open`` unfolds it), then how many stand ``elsewhere``, on its own page.
    """
    return mark_safe("".join(('<ul class="tree">\n', *map(_node, nodes), "</ul>")))  # noqa: S308 - escaped below


def _node(node: Mapping[str, Any]) -> str:
    title, url, current = escape(node["title"]), escape(node.get("url", "")), node.get("current")
    if current:
        html = f'<div class="tree-node is-current">\n<strong class="tree-title" aria-current="page">{title}</strong>\n'
    else:
        name, link = ("a", f' href="{url}"') if url else ("span", "")
        html = f'<div class="tree-node">\n<{name} class="tree-title"{link}>{title}</{name}>\n'
    if node.get("badge_kind"):
        html += f"{badge(node['badge_kind'], node['badge_label'])}\n"
    if node.get("detail"):
        html += f'<span class="tree-detail">{escape(node["detail"])}</span>\n'
    html += "</div>\n"
    if node.get("children"):
        html += f"{tree(node['children'])}\n"
    if node.get("folded"):
        opened = " open" if node.get("open") else ""
        html += f'<details class="tree-fold"{opened}><summary>{escape(node["fold"])}</summary>\n{tree(node["folded"])}'
        html += "</details>\n"
    if node.get("elsewhere"):
        html += f'<p class="tree-fold"><a href="{url}#declinaisons">{node["elsewhere"]} textes locaux'
        html += f'<span class="visually-hidden"> sous {title}</span></a></p>\n'
    return f"<li>\n{html}</li>\n"
