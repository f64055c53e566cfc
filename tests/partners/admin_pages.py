"""Pages of the administration, read and sent as an administrator's browser does."""

from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.filling import form_of

type Line = dict[str, Any]


def url(model: Any, page: str, *args: Any) -> str:
    """The address of a page of a model."""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def text(response: HttpResponse) -> str:
    return response.content.decode()


def filled(page: HttpResponse, lines: dict[str, list[Line]] | None = None, **values: Any) -> dict[str, Any]:
    """What the form of a page sends once filled: values by name of control, and lines added by their prefix.

    A blank line that the page already offers is filled first.
    """
    form = form_of(text(page), "_save")
    data: dict[str, Any] = {}
    for name, value in form.pairs:
        data.setdefault(name, []).append(value)
    for prefix, added in (lines or {}).items():
        start, total = int(data[f"{prefix}-INITIAL_FORMS"][0]), int(data[f"{prefix}-TOTAL_FORMS"][0])
        for number, line in enumerate(added, start=start):
            data |= {f"{prefix}-{number}-{name}": value for name, value in line.items()}
        data[f"{prefix}-TOTAL_FORMS"] = max(total, start + len(added))
    unknown = {name for name in values if name not in form.order and "-" not in name}
    assert not unknown, f"no control named {unknown} in {sorted(set(form.order))}"
    return {name: value for name, value in (data | values).items() if "__prefix__" not in name} | {
        "_save": "Enregistrer"
    }


def send(
    client: Client, address: str, lines: dict[str, list[Line]] | None = None, **values: Any
) -> HttpResponse:
    """Open a form, fill it and send it."""
    return client.post(address, filled(client.get(address), lines, **values))


def errors_of(response: HttpResponse) -> dict[str, list[str]]:
    """The errors of the form and of its lines, by name of control; those of nobody under ``""``."""
    found: dict[str, list[str]] = {}
    form = response.context["adminform"].form
    for name, errors in form.errors.items():
        found["" if name == "__all__" else name] = list(errors)
    for inline in response.context["inline_admin_formsets"]:
        formset = inline.formset
        if formset.non_form_errors():
            found[formset.prefix] = list(formset.non_form_errors())
        for line in formset.forms:
            for name, errors in line.errors.items():
                found[f"{line.prefix}-{name}"] = list(errors)
    return found


def saved(response: HttpResponse) -> None:
    """The form was accepted; else the failure says why."""
    assert response.status_code == 302, errors_of(response)
