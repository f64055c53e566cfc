"""Attendance taken at the door, on a telephone: one form, big targets, axe is content."""

import re
from datetime import timedelta

import pytest

from core import clock
from referrals.models import Attendance, Referral
from tests.conftest import as_owner
from tests.referrals.test_attendance import asked, crowd, hold

pytestmark = pytest.mark.browser


def test_alice_takes_attendance_on_her_telephone(world, visit, person):
    session = hold(world)
    with as_owner():
        type(session).objects.update(
            starts_at=clock.now() - timedelta(minutes=5), ends_at=clock.now() + timedelta(hours=2)
        )
    crowd(world, 2)
    asked(world, session, "yann")
    alice = person("alice")
    alice.page.set_viewport_size({"width": 390, "height": 844})
    alice.goto(f"/rencontres/{session.uuid}/")
    alice.link("Convoquer des jeunes et noter les présences")
    alice.look_at_both("Présences")
    alice.link("Convoquer des jeunes")
    alice.look_at_both("Convoquer des jeunes")
    alice.tick("Numéro 0 Foule")
    alice.click("Convoquer")
    alice.look("Présences")
    targets = alice.page.locator(".attendance .check").all()
    assert targets
    assert all((target.bounding_box() or {"height": 0})["height"] >= 40 for target in targets)
    alice.tick("Présent", within="Kermarrec Yann")
    alice.tick("Absent", within="Numéro 0 Foule")
    alice.click("Enregistrer les présences")
    alice.sees("Les présences sont enregistrées.")
    alice.look("Présences")
    alice.tick("Kermarrec Yann", within="Jeunes présents")
    alice.choose("Vers", next(one for one in alice.page.locator("#vers option").all_text_contents()))
    alice.click("Préparer les orientations")
    alice.sees(re.compile("1 brouillon est prêt"))
    alice.look_at_both("Présences")
    with as_owner():
        states = Attendance.objects.order_by("youth__last_name").values_list("state", flat=True)
        assert list(states) == ["present", "absent"]
        assert Referral.objects.get().state == "draft"
