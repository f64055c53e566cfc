"""What every answer must carry, and what no page may hold."""

import re
from typing import Any

DIRECTIVES = {
    "default-src": "'self'", "object-src": "'none'", "base-uri": "'none'", "form-action": "'self'",
    "frame-ancestors": "'none'",
}  # fmt: skip
ATTACHMENT_POLICY = "default-src 'none'; sandbox"


def check_headers(response: Any, where: object, *, kept: bool = False, referrer: str = "same-origin") -> None:
    """Assert the headers of an answer; ``kept`` for what a browser may keep (a static file)."""
    policy_text = response["Content-Security-Policy"]
    if policy_text != ATTACHMENT_POLICY:
        policy = dict(part.strip().split(" ", 1) for part in policy_text.split(";") if part.strip())
        for name, wanted in DIRECTIVES.items():
            assert policy[name] == wanted, (where, name)
        assert "unsafe" not in policy_text, where
        assert "http" not in policy_text, where
        assert "*" not in policy_text, where
        for name in ("script-src", "style-src"):
            assert set(re.sub(r"'nonce-[^']+'", "", policy[name]).split()) == {"'self'"}, where
    assert response["X-Content-Type-Options"] == "nosniff", where
    assert response["X-Frame-Options"] == "DENY", where
    assert response["Referrer-Policy"] == referrer, where
    assert response["Cross-Origin-Opener-Policy"] == "same-origin", where
    assert response["Cross-Origin-Resource-Policy"] == "same-origin", where
    for feature in ("camera", "geolocation", "microphone"):
        assert f"{feature}=()" in response["Permissions-Policy"], where
    assert ("no-store" in response["Cache-Control"]) is not kept, where
    assert "Server" not in response, where
    assert "X-Powered-By" not in response, where
    if not kept:
        assert "charset=utf-8" in response["Content-Type"].replace(chr(34), "") or is_binary(response), where


def is_binary(response: Any) -> bool:
    return response["Content-Type"].startswith(("application/", "image/", "font/"))


def check_inline(response: Any, where: object) -> None:
    """Assert that a page has no script, style or handler of its own."""
    if not response.headers.get("Content-Type", "").startswith("text/html"):
        return
    html = re.sub(r"<textarea\b.*?</textarea>", "", response.content.decode(), flags=re.S)
    assert not re.search(r"<[a-z][^>]*\sstyle\s*=", html, re.I), where
    assert not re.search(r"<[a-z][^>]*\son[a-z]+\s*=", html, re.I), where
    assert not re.search(r"""(?:href|src|action)\s*=\s*["']?\s*javascript:""", html, re.I), where
    assert "<style" not in html.lower(), where
    for tag in re.findall(r"<script\b[^>]*>", html, re.I):
        assert "src=" in tag or "application/json" in tag, (where, tag)


def check_answer(response: Any, route: str, where: object) -> None:
    """Assert what the answer of a route of the portal carries, and that a file it gives is an attachment."""
    kept = route in ("robots", "security_txt") and response.status_code == 200
    # The address of a youth's link is its key: no other page hears of it (a refused method shows no page).
    own = route in ("youths:agreement_answer", "referrals:youth_link") and response.status_code != 405
    check_headers(response, where, kept=kept, referrer="no-referrer" if own else "same-origin")
    check_inline(response, where)
    if response.get("Content-Disposition"):
        assert response["Content-Security-Policy"] == ATTACHMENT_POLICY, where
        assert response["Content-Disposition"].startswith("attachment"), where
