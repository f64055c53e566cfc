"""The missions of a referral: who notes them, who reads them, what is refused, and two people at once."""

import uuid
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from core import clock
from core.scope import acting_as
from notifications.models import Notification
from partners.models import Branch
from referrals.missions import noting
from referrals.models import Mission, Referral
from referrals.transitions import NotAllowed
from tests.conftest import as_owner
from tests.days import noon
from tests.referrals.placing import put


def under_way(world, state="started", **fields) -> Referral:
    values = {"programme": "mission_jeunes", "sent_at": noon(clock.today() - timedelta(days=60))}
    return put(world, state, **values | fields)


def address(referral) -> str:
    return f"{referral.get_absolute_url()}missions/"


def typed(days_ago=20, **fields) -> dict[str, str]:
    day = (clock.today() - timedelta(days=days_ago)).isoformat()
    values = {"submission": str(uuid.uuid4()), "mission": "", "version": "", "started_on": day}
    return values | {"ended_on": "", "days": "", "branch": "", "after": ""} | fields


def noted(referral) -> list[Mission]:
    with as_owner():
        return list(Mission.objects.filter(referral=referral).order_by("pk"))


def add(world, who, referral, **values) -> Mission:
    given = {"started_on": clock.today() - timedelta(days=20), "days": 5} | values
    acting = world.acting(who)
    with acting_as(acting):
        return noting.add(acting, referral.uuid, given, submission=uuid.uuid4())


def test_the_agency_notes_missions_and_the_mission_locale_reads_what_they_amount_to(world, visit):
    referral = under_way(world)
    with as_owner():
        branch = Branch.objects.create(code="hcr", name="Hôtels, cafés, restaurants", idcc=["1979"])
    rita = visit("rita")
    for fields in ({"days": "5"}, {"days": "20", "branch": str(branch.pk), "after": "CDI"}, {}):
        answer = rita.post(address(referral), typed(40, **fields), follow=True)
        assert "La mission est notée" in answer.content.decode()
    page = visit("alice").get(referral.get_absolute_url()).content.decode()
    assert "3 missions" in page
    assert "1 d’une semaine ou moins (50 %), 2 de moins d’un mois (100 %)" in page
    listed = visit("alice").get(address(referral)).content.decode()
    assert "(IDCC 1979) · ensuite : CDI" in listed
    assert "en cours" in listed
    assert "<form" not in listed.split("<main", 1)[1].split("</main>")[0]
    with as_owner():
        told = Notification.objects.filter(kind="referral.mission").order_by("pk")
        assert set(told.values_list("user_id", flat=True)) == {world.user("alice").pk}
        assert not any("Yann" in line.text for line in told)


def test_the_colleagues_who_need_to_know_and_nobody_else(world, visit):
    referral = under_way(world)
    assert [visit(who).get(address(referral)).status_code for who in ("bob", "mona", "sam", "rosa")] == [
        200
    ] * 4
    assert [visit(who).get(address(referral)).status_code for who in ("charlie", "dora", "remi")] == [404] * 3
    assert visit("regis").get(address(referral)).status_code == 403
    visit("sam").post(address(referral), typed())
    assert len(noted(referral)) == 1
    refused = visit("alice").post(address(referral), typed())
    assert refused.status_code == 409
    assert noting.THEIRS in refused.content.decode()
    assert len(noted(referral)) == 1


def test_the_same_form_twice_is_one_mission(world, visit):
    referral, form = under_way(world), typed()
    for _ in range(2):
        visit("rita").post(address(referral), form)
    assert len(noted(referral)) == 1


def test_correcting_and_removing(world, visit):
    referral = under_way(world)
    mission = add(world, "rita", referral)
    rita = visit("rita")
    page = rita.get(f"{address(referral)}?mission={mission.uuid}").content.decode()
    assert "Corriger cette mission" in page
    named = {"mission": str(mission.uuid), "version": "1"}
    assert rita.post(address(referral), typed(days="9", **named)).status_code == 302
    assert [(one.days, one.version) for one in noted(referral)] == [(9, 2)]
    late = visit("sam").post(address(referral), typed(days="3", **named))
    assert late.status_code == 409
    assert "entre-temps" in late.content.decode()
    assert noted(referral)[0].days == 9
    rita.post(address(referral), typed(days="9", remove="1", **named | {"version": "2"}))
    assert noted(referral) == []
    gone = rita.post(address(referral), typed(**named))
    assert gone.status_code == 409


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"days": "5", "ended_on": "2026-11-20"}, "pas les deux"),
        ({"days": "0"}, "supérieure ou égale"),
        ({"days": "99999999999999999999"}, "inférieure ou égale"),
        ({"days": "cinq"}, "nombre entier"),
        ({"started_on": "0000-00-00"}, "date"),
        ({"started_on": "9999-12-31"}, "date"),
        ({"started_on": ""}, "started_on"),
        ({"ended_on": "1999-01-01"}, "ended_on"),
        ({"branch": "\x00"}, "branch"),
        ({"branch": "999999"}, "branch"),
        ({"after": "GUERRE"}, "after"),
        ({"submission": "x"}, "submission"),
        ({"version": "3"}, "plus à jour"),
        ({"mission": "x"}, "mission"),
    ],
)
def test_what_is_typed_wrong_is_said_beside_it(world, visit, fields, why):
    referral = under_way(world)
    answer = visit("rita").post(address(referral), typed(**fields))
    assert answer.status_code == 200
    assert why in answer.content.decode()
    assert noted(referral) == []


def test_a_mission_of_before_or_of_tomorrow_is_refused(world, visit):
    referral = under_way(world)
    for days_ago, accepted in ((61, False), (60, True), (0, True), (-1, False)):
        before = len(noted(referral))
        visit("rita").post(address(referral), typed(days_ago))
        assert len(noted(referral)) == before + accepted, days_ago


def test_when_a_mission_may_be_noted(world):
    for state in ("received", "accepted"):
        with pytest.raises(NotAllowed, match="démarrage"):
            add(world, "rita", under_way(world, state=state))
    add(world, "rita", put(world, "completed", programme="mission_jeunes"))
    with pytest.raises(NotAllowed, match="retiré son accord"):
        add(world, "rita", under_way(world, sharing_stopped_at=clock.now()))
    with pytest.raises(NotAllowed, match="ne suit pas"):
        add(world, "rita", put(world, "started"))
    with pytest.raises(Referral.DoesNotExist):
        add(world, "charlie", under_way(world))


def test_another_programme_has_no_such_page(world, visit):
    referral = put(world, "started")
    assert visit("rita").get(address(referral)).status_code == 302
    assert visit("rita").get(f"{address(under_way(world))}?mission={uuid.uuid4()}").status_code == 404
    assert visit("rita").get(f"{address(under_way(world))}?mission=x").status_code == 404


def test_wall_2_lets_the_recipient_alone_write(world):
    referral = under_way(world)
    mission = add(world, "rita", referral)
    with acting_as(world.acting("charlie")):
        assert not Mission.objects.exists()
    with acting_as(world.acting("alice")):
        assert Mission.objects.get().pk == mission.pk
        assert Mission.objects.update(days=1) == 0
        assert Mission.objects.all().delete()[0] == 0
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            Mission.objects.create(referral=referral, started_on=clock.today())
    with as_owner():
        Referral.objects.filter(pk=referral.pk).update(sharing_stopped_at=clock.now())
    with acting_as(world.acting("rita")):
        assert Mission.objects.update(days=1) == 0


def test_the_page_asks_the_same_questions_however_many_missions(world, visit):
    referral = under_way(world)
    counts = []
    for _ in range(2):
        add(world, "rita", referral)
        client = visit("rita")
        client.get(address(referral))
        with CaptureQueriesContext(connection) as asked:
            client.get(address(referral))
        counts.append(len(asked))
        for _ in range(5):
            add(world, "rita", referral)
    assert counts[0] == counts[1]


def test_a_page_gone_back_to_and_changed_is_not_taken_for_its_first_sending(world, visit):
    referral, other = under_way(world), under_way(world, youth=world.youth("kim"))
    rita, form = visit("rita"), typed(days="5")
    for _ in range(2):
        assert rita.post(address(referral), form).status_code == 302
    changed = rita.post(address(referral), form | {"days": "9"})
    assert changed.status_code == 409
    assert "Cette mission est déjà notée." in changed.content.decode()
    assert [one.days for one in noted(referral)] == [5]
    # The key of a mission of another referral writes nothing here, and is no error of the server.
    assert rita.post(address(other), form).status_code == 409
    assert noted(other) == []
