"""Pages of the administration, read by the strict client: no script, style or handler of their own on any of them."""

from collections import Counter

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from partners.models import Organisation
from tests.access.probing import things
from tests.client import BadPage, check_page
from tests.conftest import as_owner
from tests.portal.reading import check_headers, check_inline

assert things  # the fixture of the matrix: a convention, its parties, a committee, a meeting


def pages_of(model) -> list[tuple[str, str]]:
    """The pages of a model: what they are, and where."""
    with as_owner():
        found = model._default_manager.order_by("pk").first()
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    changelist = reverse(f"{name}_changelist")
    pages = [
        ("changelist", changelist),
        ("changelist", f"{changelist}?q=a&o=1"),
        ("add", reverse(f"{name}_add")),
    ]
    if found is not None:
        pages += [
            (kind, reverse(f"{name}_{kind}", args=[found.pk])) for kind in ("change", "history", "delete")
        ]
    return pages


def test_no_page_of_the_administration_holds_a_script_or_a_style(world, things, visit):
    client = visit("adam")
    shown: Counter[str] = Counter()
    for model in admin.site._registry:
        for kind, address in pages_of(model):
            response = client.get(address)
            assert response.status_code in (200, 403), address
            check_headers(response, address)
            check_inline(response, address)
            shown[kind] += response.status_code == 200
    assert set(shown) == {"changelist", "add", "change", "history", "delete"}
    assert min(shown.values()) > 3


def test_a_form_in_error_and_a_refused_deletion_neither(world, things, visit):
    client = visit("adam")
    organisation = Organisation.objects.get(key="ML_A")
    wrong = client.post(reverse("admin:partners_organisation_add"), {"name": ""})
    refused = client.post(
        reverse("admin:partners_organisation_delete", args=[organisation.pk]), {"post": "yes"}
    )
    chosen = client.post(
        reverse("admin:partners_organisation_changelist"),
        {"action": "delete_selected", "_selected_action": organisation.pk},
    )
    for response in (wrong, refused, chosen):
        assert response.status_code == 200
        check_headers(response, response.request["PATH_INFO"])
        check_inline(response, response.request["PATH_INFO"])
    assert Organisation.objects.filter(pk=organisation.pk).exists()


def test_a_choice_made_in_a_small_window_neither(world):
    """The window that an administrator opens beside a form closes itself by a file, not by a script of its own.

    Django's own client: this page closes before anybody reads it, and has no title.
    """
    client = Client()
    client.force_login(world.user("adam"))
    response = client.post(
        reverse("admin:partners_team_add"),
        {"name": "Équipe du phare", "organisation": world.org("ML_A").pk, "_popup": "1"},
    )
    assert response.status_code == 200
    assert b"popup_response.js" in response.content
    check_headers(response, "popup")
    check_inline(response, "popup")


def test_what_a_field_suggests_is_data(world, visit):
    response = visit("adam").get(
        reverse("admin:autocomplete"),
        {"app_label": "partners", "model_name": "team", "field_name": "organisation", "term": "locale"},
    )
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    check_headers(response, "autocomplete")


@pytest.mark.parametrize("harm", [
    '<p style="color:red">', "<p onclick=x()>", "<script>x()</script>", "<style>p{}</style>", "<SCRIPT>x()</SCRIPT>",
])  # fmt: skip
def test_the_reader_of_these_pages_can_fail(harm):
    whole = f'<html lang="fr"><body><h1>x</h1>{harm}</body></html>'
    with pytest.raises(BadPage):
        check_page(whole, foreign=True)
