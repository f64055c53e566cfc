"""Headers of every answer, errors included; error pages in French."""

import pytest
from django.urls import reverse

PAGES = ["/", "/connexion/", "/aide/", "/orientations/", "/nulle-part/", "/admin/", "/sante/vivante"]


@pytest.mark.parametrize("page", PAGES)
def test_security_headers(world, visit, page):
    answer = visit("alice").get(page)
    policy = answer.get("Content-Security-Policy", "")
    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy
    for rule in ("default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert rule in policy
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["X-Frame-Options"] == "DENY"
    assert "camera=()" in answer["Permissions-Policy"]
    assert "no-store" in answer["Cache-Control"]


def test_not_found_is_in_french(visit):
    answer = visit("alice").get("/nulle-part/")
    assert answer.status_code == 404
    assert 'lang="fr"' in answer.content.decode()


def test_forbidden_is_in_french(visit):
    answer = visit("regis").get("/jeunes/")
    assert answer.status_code == 403
    assert "Cette action ne vous est pas ouverte" in answer.content.decode()


def test_a_broken_page_is_in_french_and_says_nothing(world, visit, monkeypatch):
    from referrals.views import lists

    def broken(*args):
        raise RuntimeError("secret detail")

    monkeypatch.setattr(lists, "_of_tab", broken)
    alice = visit("alice")
    alice.raise_request_exception = False
    answer = alice.get(reverse("referrals:list"))
    assert answer.status_code == 500
    assert "secret detail" not in answer.content.decode()
    assert 'lang="fr"' in answer.content.decode()


@pytest.mark.parametrize("method", ["put", "delete", "patch", "trace"])
def test_other_methods_are_refused(visit, method):
    assert getattr(visit("alice"), method)("/orientations/").status_code == 405
