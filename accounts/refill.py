"""Put values back into a form of a page: the page is copied tag by tag, one form of it excepted."""

from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from urllib.parse import urljoin

Values = dict[str, list[str]]
Attributes = list[tuple[str, str | None]]
_CONTROLS = ("input", "select", "textarea")


@dataclass
class _Form:
    """A form as the first reading finds it."""

    action: str
    post: bool
    names: set[str] = field(default_factory=set)
    # The folded parts around it, by their order in the page.
    inside: tuple[int, ...] = ()


class _Reader(HTMLParser):
    """The forms of a page, in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.page = page
        self.forms: list[_Form] = []
        self._open: _Form | None = None
        self._folded: list[int] = []
        self._details = 0

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        known = dict(attrs)
        if tag == "details":
            self._folded.append(self._details)
            self._details += 1
        elif tag == "form":
            action = urljoin(self.page, known.get("action") or self.page)
            post = (known.get("method") or "").lower() == "post"
            self._open = _Form(action, post, inside=tuple(self._folded))
            self.forms.append(self._open)
        elif tag in _CONTROLS and self._open is not None and (name := known.get("name")):
            self._open.names.add(name)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "details" and self._folded:
            self._folded.pop()


class _Writer(HTMLParser):
    """Copies a page, with the values in the form of a given rank and the folded parts around it open."""

    def __init__(self, rank: int, unfold: tuple[int, ...], values: Values) -> None:
        super().__init__(convert_charrefs=False)
        self.rank, self.unfold, self.values = rank, unfold, values
        self.out: list[str] = []
        self._form = -1
        self._inside = False
        self._details = -1
        self._select: list[str] | None = None
        self._skipping = False

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        raw = self.get_starttag_text() or ""
        if tag == "form":
            self._form += 1
            self._inside = self._form == self.rank
        elif tag == "details":
            self._details += 1
            if self._details in self.unfold:
                raw = _tag(tag, [*(pair for pair in attrs if pair[0] != "open"), ("open", None)])
        elif self._inside:
            raw = self._control(tag, attrs, raw)
        self.out.append(raw)

    def handle_startendtag(self, tag: str, attrs: Attributes) -> None:
        self.handle_starttag(tag, attrs)

    def _control(self, tag: str, attrs: Attributes, raw: str) -> str:
        known = dict(attrs)
        name = known.get("name") or ""
        if tag == "option" and self._select is not None:
            return _flag(tag, attrs, "selected", (known.get("value") or "") in self._select)
        if tag == "select":
            self._select = self.values.get(name)
        if name == "csrfmiddlewaretoken" or tag not in ("input", "textarea"):
            return raw
        kind = (known.get("type") or "text").lower()
        if tag == "textarea":
            if name not in self.values:
                return raw
            self._skipping = True
            # A first line break would be dropped by browsers: one is given for it.
            return raw + "\n" + escape(self.values[name][0])
        if kind in ("checkbox", "radio"):
            return _flag(tag, attrs, "checked", (known.get("value") or "on") in self.values.get(name, []))
        if kind in ("submit", "button", "image", "reset", "file", "password") or name not in self.values:
            return raw
        return _tag(tag, [*(pair for pair in attrs if pair[0] != "value"), ("value", self.values[name][0])])

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._skipping = False
        elif tag == "select":
            self._select = None
        elif tag == "form":
            self._inside = False
        self.out.append(f"</{tag}>")

    def _copy(self, text: str) -> None:
        if not self._skipping:
            self.out.append(text)

    def handle_data(self, data: str) -> None:
        self._copy(data)

    def handle_entityref(self, name: str) -> None:
        self._copy(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self._copy(f"&#{name};")

    def handle_comment(self, data: str) -> None:
        self._copy(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self._copy(f"<!{decl}>")


def _tag(tag: str, attrs: Attributes) -> str:
    written = "".join(f" {name}" if value is None else f' {name}="{escape(value)}"' for name, value in attrs)
    return f"<{tag}{written}>"


def _flag(tag: str, attrs: Attributes, flag: str, on: bool) -> str:
    rest: Attributes = [pair for pair in attrs if pair[0] != flag]
    return _tag(tag, [*rest, (flag, None)] if on else rest)


def fill(html: str, page: str, action: str, values: Values) -> tuple[str, bool]:
    """A page with the values in its form that goes to ``action``; False when it has no such form (any more)."""
    reader = _Reader(page)
    reader.feed(html)
    # The one that has most of what was sent: several buttons of a page may go to one address.
    candidates = [
        (len(form.names & values.keys()), -rank)
        for rank, form in enumerate(reader.forms)
        if form.post and form.action == action
    ]
    if not candidates:
        return html, False
    rank = -max(candidates)[1]
    writer = _Writer(rank, reader.forms[rank].inside, values)
    writer.feed(html)
    writer.close()
    return "".join(writer.out), True


def add_notice(html: str, notice: str) -> str:
    """A page with a notice at the top of its content."""
    start = html.find("<main")
    end = html.find(">", start)
    return html if start < 0 else html[: end + 1] + notice + html[end + 1 :]
