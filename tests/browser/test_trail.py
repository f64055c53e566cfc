"""Mona reads who opened what, examines an alert, and says what she checked; on a narrow screen as well."""

import re

import pytest

from tests.conftest import as_worker
from tests.core.test_detectors import LIMITS, mark

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [320, 1280])
def test_a_manager_examines_an_alert(world, person, settings, width):
    from core import detectors

    settings.TRAIL_LIMITS = dict.fromkeys(LIMITS, 10_000) | {"files_hour": 5}
    mark(world, "alice", "read", lines=60)
    with as_worker():
        assert detectors.run() == 1
    mona = person("mona", width=width)
    mona.goto("/traces/")
    mona.look("Traces")
    mona.link("1 alerte à examiner")
    mona.look("Alertes")
    mona.link(re.compile("^Traiter"))
    mona.look("Traiter une alerte")
    mona.click("Marquer comme traitée")
    mona.look("Traiter une alerte")
    mona.fill("Ce qui a été vérifié", "Une journée d’accueil, vérifié avec elle.")
    mona.click("Marquer comme traitée")
    mona.look("Alertes")
    mona.sees("Une journée d’accueil, vérifié avec elle.")
    mona.goto(f"/jeunes/{world.youth('yann').uuid}/")
    mona.link("Qui a ouvert ce dossier")
    mona.look(re.compile("."))
