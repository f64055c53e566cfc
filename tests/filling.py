"""Forms filled and sent as a browser does: every control of the page, in order, with the button that was pressed."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode

from django.http import HttpResponse
from django.test import Client


@dataclass
class Form:
    """A form of a page: where it goes, and the pairs that it would send as it stands."""

    action: str
    method: str
    pairs: list[tuple[str, str]] = field(default_factory=list)
    # Names of the controls that send nothing until they are ticked, or pressed: their values.
    ticks: list[tuple[str, str]] = field(default_factory=list)
    order: list[str] = field(default_factory=list)
    areas: list[str] = field(default_factory=list)

    def filled(
        self, press: tuple[str, str] | None = None, **values: str | list[str]
    ) -> list[tuple[str, str]]:
        """The pairs to send once some controls are filled; a control that does not exist is an error."""
        unknown = set(values) - set(self.order)
        assert not unknown, f"no control named {unknown} in {sorted(set(self.order))}"
        sent: list[tuple[str, str]] = []
        done = set()
        for name in self.order:
            if press and name == press[0] and press in self.ticks and press not in sent:
                sent.append(press)
                continue
            if name in done:
                continue
            if name in values:
                done.add(name)
                found = values[name]
                sent += [(name, one) for one in ([found] if isinstance(found, str) else found)]
            else:
                done.add(name)
                sent += [pair for pair in self.pairs if pair[0] == name]
        return sent


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.named: dict[str, Form] = {}
        self.current: Form | None = None
        self.select: str | None = None
        self.chosen: str | None = None
        self.first: str | None = None
        self.area: str | None = None
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value if value is not None else "" for name, value in attrs}
        if tag == "form":
            self.current = Form(known.get("action", ""), known.get("method", "get").lower())
            self.forms.append(self.current)
            self.named[known.get("id", "")] = self.current
        if tag == "button" and known.get("form"):
            # It presses a form that stands elsewhere.
            form, name = self.named[known["form"]], known.get("name", "")
            if name:
                form.order.append(name)
                form.ticks.append((name, known.get("value", "")))
            return
        if self.current is None:
            return
        name = known.get("name", "")
        if tag == "input" and name and "disabled" not in known:
            kind = known.get("type", "text")
            self.current.order.append(name)
            pair = (name, known.get("value", "on" if kind in ("checkbox", "radio") else ""))
            if kind in ("checkbox", "radio") and "checked" not in known:
                self.current.ticks.append(pair)
            elif kind not in ("submit", "button"):
                self.current.pairs.append(pair)
        elif tag == "button" and name:
            self.current.order.append(name)
            self.current.ticks.append((name, known.get("value", "")))
        elif tag == "select" and name:
            self.select, self.chosen, self.first = name, None, None
            self.current.order.append(name)
        elif tag == "option" and self.select:
            self.first = known.get("value", "") if self.first is None else self.first
            if "selected" in known:
                self.chosen = known.get("value", "")
        elif tag == "textarea" and name:
            self.area, self.text = name, ""
            self.current.areas.append(name)
            self.current.order.append(name)

    def handle_data(self, data: str) -> None:
        if self.area:
            self.text += data

    def handle_endtag(self, tag: str) -> None:
        if self.current is None:
            return
        if tag == "form":
            self.current = None
        elif tag == "select" and self.select:
            chosen = self.chosen if self.chosen is not None else self.first or ""
            self.current.pairs.append((self.select, chosen))
            self.select = None
        elif tag == "textarea" and self.area:
            # The line feed that HTML drops at the beginning of a text area.
            self.current.pairs.append((self.area, self.text.removeprefix("\n")))
            self.area = None


def forms_of(html: str) -> list[Form]:
    """Every form of a page, in order."""
    reader = _Forms()
    reader.feed(html)
    return reader.forms


def form_of(html: str, *controls: str) -> Form:
    """The form of a page that has all these controls."""
    for form in forms_of(html):
        if set(controls) <= set(form.order):
            return form
    raise AssertionError(
        f"no form with {controls} among {[sorted(set(form.order)) for form in forms_of(html)]}"
    )


def send_pairs(client: Client, address: str, pairs: list[tuple[str, str]], **options) -> HttpResponse:
    """POST pairs as a browser encodes them."""
    return client.post(
        address,
        urlencode(pairs, errors="surrogatepass"),
        content_type="application/x-www-form-urlencoded",
        **options,
    )
