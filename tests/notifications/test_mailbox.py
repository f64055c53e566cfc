"""The mails of the demonstration, which sends nothing: readable there, and nowhere else."""

import pytest
from django.urls import reverse

from notifications import mailbox
from tests.referrals.test_loop import send

URL = reverse("notifications:mailbox")


@pytest.fixture
def kept(settings, tmp_path):
    settings.DEMO = True
    settings.MAILERS = {"default": {"BACKEND": mailbox.ON_DISK, "OPTIONS": {"file_path": str(tmp_path)}}}
    return tmp_path


def test_the_mail_of_a_referral_is_read_there(world, visit, kept, run_outbox):
    referral = send(world)
    assert "Aucun courriel" in visit("alice").get(URL).content.decode()
    run_outbox()
    html = visit("alice").get(URL).content.decode()
    assert "rita@portail.example" in html
    assert "vous adresse une orientation" in html
    assert f'href="http://127.0.0.1:8000{referral.get_absolute_url()}"' in html


def test_what_is_not_a_mail_is_shown_as_it_is(kept):
    (kept / "1.log").write_bytes(b"Date: nowhere\nTo: a@b.example\n\n<script>\n" + mailbox.END + b"\n")
    (letter,) = mailbox.latest(kept)
    assert (letter.to, letter.at, letter.body) == ("a@b.example", None, "<script>")


def test_it_exists_in_the_demonstration_only(world, visit, kept, settings):
    settings.DEMO = False
    assert visit("alice").get(URL).status_code == 404
    settings.DEMO = True
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
    assert visit("alice").get(URL).status_code == 404
