"""Sessions: youths are asked, come or not, and are referred; a session is never overbooked, nobody else knows."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock
from core.models import AuditEntry
from core.scope import acting_as
from partners.models import Session
from referrals.attendance import keeping
from referrals.models import Attendance, Referral
from tests.conftest import as_owner
from tests.world import World
from youths.merging import joining
from youths.models import Accompaniment, Youth

STARTS = datetime(2027, 3, 3, 9, tzinfo=UTC)
State = Attendance.State


def hold(world: World, *, capacity: int | None = 10, with_ml: bool = True, **fields) -> Session:
    """A session of Rita's centre, to which Alice's Mission Locale is asked."""
    with as_owner():
        session = Session.objects.create(
            kind="information",
            title="Découvrir le SMV",
            organiser=world.org("RSMV"),
            created_by=world.user("rita"),
            starts_at=STARTS,
            ends_at=STARTS + timedelta(hours=2),
            capacity=capacity,
            **fields,
        )
        if with_ml:
            session.partners.add(world.org("ML_A"), world.org("ML_C"))
    return session


@pytest.fixture
def session(world, travel) -> Session:
    travel(STARTS - timedelta(days=7))
    return hold(world)


def crowd(world: World, count: int) -> list[Youth]:
    """Youths whom Alice accompanies."""
    found = []
    with as_owner():
        for number in range(count):
            youth = Youth.objects.create(
                held_by=world.org("ML_A"),
                registered_with=world.org("ML_A"),
                first_name="Foule",
                last_name=f"Numéro {number}",
                birth_date=date(2005, 1, 1 + number),
            )
            Accompaniment.objects.create(
                youth=youth,
                organisation=world.org("ML_A"),
                professional=world.user("alice"),
                role=Accompaniment.Role.LEAD,
                started_on=date(2026, 1, 1),
            )
            found.append(youth)
    return found


def url(session: Session, name: str = "attendance") -> str:
    return reverse(f"referrals:{name}", args=[session.uuid])


def asked(world: World, session: Session, *names: str, who: str = "alice") -> list[Attendance]:
    with acting_as(world.acting(who)):
        keeping.invite(world.acting(who), session.pk, [world.youth(name) for name in names])
        return list(Attendance.objects.filter(session=session).order_by("pk"))


def sheet(row: Attendance, state: str, seen: str = "invited") -> dict[str, str]:
    return {f"vu-{row.pk}": seen, f"etat-{row.pk}": state}


def test_from_the_convocation_to_the_referral(world, visit, session, travel):
    """Alice asks Yann, he comes, and the referral to the centre is one action away."""
    alice, yann = visit("alice"), world.youth("yann")
    page = alice.get(reverse("partners:session_detail", args=[session.uuid])).content.decode()
    assert url(session) in page
    assert "Kermarrec" in alice.get(url(session, "attendance_invite")).content.decode()
    answer = alice.post(url(session, "attendance_invite"), {"jeune": yann.uuid}, follow=True)
    assert "1 jeune est convoqué." in answer.content.decode()
    with as_owner():
        row = Attendance.objects.get()
    alice.post(url(session), sheet(row, "confirmed"))
    # Nobody came to what has not begun.
    early = alice.post(url(session), sheet(row, "present", "confirmed")).content.decode()
    assert "n’a pas commencé" in early

    travel(STARTS + timedelta(minutes=10))
    alice = visit("alice")
    html = alice.post(url(session), sheet(row, "present", "confirmed"), follow=True).content.decode()
    assert "Les présences sont enregistrées." in html
    assert "Orienter ceux qui sont venus" in html
    with as_owner():
        row.refresh_from_db()
        yann.refresh_from_db()
        assert (row.state, row.noted_by, row.noted_at) == ("present", world.user("alice"), clock.now())
        assert yann.last_contact_on == STARTS.date()
    story = alice.get(reverse("youths:detail", args=[yann.uuid])).content.decode()
    assert "A participé à une rencontre" in story
    assert "Découvrir le SMV" in story

    way = f"smv:{world.org('RSMV').uuid}"
    assert way in html
    sent = {"jeune": yann.uuid, "vers": way}
    html = alice.post(url(session, "attendance_refer"), sent, follow=True).content.decode()
    assert "1 brouillon est prêt" in html
    alice.post(url(session, "attendance_refer"), sent)
    with as_owner():
        draft = Referral.objects.get()
    assert (draft.state, draft.programme, draft.recipient, draft.agreement) == (
        "draft",
        "smv",
        world.org("RSMV"),
        None,
    )
    assert draft.get_absolute_url() in html
    assert alice.get(draft.get_absolute_url()).status_code == 200


def test_nobody_else_knows_who_is_asked(world, visit, session):
    asked(world, session, "yann")
    for name in ("rita", "rosa", "charlie", "carla"):
        page = visit(name).get(url(session))
        assert page.status_code == 200
        assert "Kermarrec" not in page.content.decode()
    # The places are everybody's.
    assert "9 places libres." in visit("charlie").get(url(session)).content.decode()
    with acting_as(world.acting("charlie")):
        assert not Attendance.objects.exists()
    with acting_as(world.acting("rita")):
        assert not Attendance.objects.exists()


def test_the_database_keeps_each_organisation_to_its_own(world, session):
    """Wall 2 alone, with forged rows."""
    (row,) = asked(world, session, "yann")
    stranger = {"session": session, "invited_by": world.user("charlie")}
    with acting_as(world.acting("charlie")):
        assert not Attendance.objects.filter(pk=row.pk).update(state="absent")
        for forged in (
            {"youth_id": row.youth_id, "organisation": world.org("ML_C")},
            {"youth": world.youth("kim"), "organisation": world.org("ML_A")},
        ):
            with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
                Attendance.objects.create(**stranger, **forged)
    with (
        acting_as(world.acting("alice")),
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
    ):
        Attendance.objects.filter(pk=row.pk).update(youth=world.youth("zoe"))


def test_who_takes_no_part_takes_no_place(world, travel):
    """Wall 2: nobody fills the session of others with their own youths, nor in the name of a colleague."""
    travel(STARTS - timedelta(days=7))
    elsewhere, ours = hold(world, with_ml=False), hold(world)
    kim = {"youth": world.youth("kim"), "organisation": world.org("ML_C")}
    with acting_as(world.acting("charlie")):
        for session, asker in ((elsewhere, "charlie"), (ours, "carla")):
            with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
                Attendance.objects.create(session=session, invited_by=world.user(asker), **kim)
        Attendance.objects.create(session=ours, invited_by=world.user("charlie"), **kim)


def test_who_takes_no_part_does_not_come_in(world, visit, travel):
    travel(STARTS - timedelta(days=7))
    session = hold(world, with_ml=False)
    for name in ("attendance", "attendance_invite", "attendance_refer"):
        assert visit("alice").get(url(session, name)).status_code == 404
    assert visit("rita").get(url(session)).status_code == 200
    for name in ("regis", "nadia", "paul"):
        assert visit(name).get(url(session)).status_code == 403
    unknown = reverse("referrals:attendance", args=["00000000-0000-4000-8000-000000000000"])
    assert visit("alice").get(unknown).status_code == 404


def test_one_asks_those_whom_one_accompanies(world, visit, session):
    """Dora's youth is of the same Mission Locale, Charlie's is not: Alice asks neither."""
    page = visit("alice").get(url(session, "attendance_invite")).content.decode()
    assert "Aubigné" not in page
    for name in ("zoe", "kim"):
        html = visit("alice").post(url(session, "attendance_invite"), {"jeune": world.youth(name).uuid})
        assert "Choisissez au moins un jeune." in html.content.decode()
    with as_owner():
        assert not Attendance.objects.exists()


def test_a_colleague_takes_attendance_for_the_whole_house(world, visit, session, travel):
    (row,) = asked(world, session, "zoe", who="dora")
    travel(STARTS)
    html = visit("alice").post(url(session), sheet(row, "absent"), follow=True).content.decode()
    assert "Aubigné" in html
    with as_owner():
        row.refresh_from_db()
        assert (row.state, row.noted_by) == ("absent", world.user("alice"))
        listed = AuditEntry.objects.filter(kind="list", user_id=world.user("alice").pk)
        assert listed.exists()
    # What follows is for those whom she accompanies.
    visit("alice").post(url(session), sheet(row, "present", "absent"))
    sent = {"jeune": world.youth("zoe").uuid, "vers": f"smv:{world.org('RSMV').uuid}"}
    html = visit("alice").post(url(session, "attendance_refer"), sent, follow=True).content.decode()
    assert "que vous accompagnez" in html
    with as_owner():
        assert not Referral.objects.exists()


def test_two_people_take_attendance_at_once(world, visit, session, travel):
    (row,) = asked(world, session, "yann")
    travel(STARTS)
    visit("bob").post(url(session), sheet(row, "absent"))
    answer = visit("alice").post(url(session), sheet(row, "present"))
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "Noté jusqu’ici : Absent" in html
    assert f'value="present" id="etat-{row.pk}-present" checked' in html
    with as_owner():
        row.refresh_from_db()
    assert row.state == "absent"
    # Sent again from the page that says so, it is written.
    assert f'name="vu-{row.pk}" value="absent"' in html
    assert visit("alice").post(url(session), sheet(row, "present", "absent")).status_code == 302


def test_a_session_that_is_full_says_how_many_places_are_left(world, visit, travel):
    travel(STARTS - timedelta(days=7))
    session = hold(world, capacity=1)
    (other,) = crowd(world, 1)
    names = {"jeune": [world.youth("yann").uuid, other.uuid]}
    answer = visit("alice").post(url(session, "attendance_invite"), names)
    assert answer.status_code == 409
    assert answer.content.decode().count(" checked") == 2
    assert "Il reste 1 place : vous avez choisi 2 jeunes." in answer.content.decode()
    with as_owner():
        assert not Attendance.objects.exists()


def test_who_excuses_themselves_gives_the_place_back(world, visit, travel):
    travel(STARTS - timedelta(days=7))
    session = hold(world, capacity=1)
    (row,) = asked(world, session, "yann")
    with pytest.raises(keeping.Full):
        asked(world, session, "kim", who="charlie")
    visit("alice").post(url(session), sheet(row, "excused"))
    asked(world, session, "kim", who="charlie")
    answer = visit("alice").post(url(session), sheet(row, "confirmed", "excused"))
    assert answer.status_code == 409
    assert "plus de place" in answer.content.decode()


def test_a_convocation_is_taken_back_until_something_follows(world, visit, session, travel):
    (row,) = asked(world, session, "yann")
    visit("charlie").post(url(session), {"retirer": row.pk})
    with as_owner():
        assert Attendance.objects.exists()
    visit("alice").post(url(session), {"retirer": row.pk})
    with as_owner():
        assert not Attendance.objects.exists()
    (row,) = asked(world, session, "yann")
    travel(STARTS)
    visit("alice").post(url(session), sheet(row, "absent"))
    visit("alice").post(url(session), {"retirer": row.pk})
    with as_owner():
        assert Attendance.objects.exists()


def test_nobody_is_asked_to_what_is_over_or_cancelled(world, session, travel):
    travel(STARTS + timedelta(days=1))
    with pytest.raises(keeping.Closed):
        asked(world, session, "yann")
    travel(STARTS - timedelta(days=1))
    with as_owner():
        Session.objects.update(state="annulee", cancel_reason="Salle fermée")
    with pytest.raises(keeping.Closed):
        asked(world, session, "yann")


@pytest.mark.parametrize(
    "typed",
    [
        {"etat-abc": "present"}, {"etat-99999999999999999999": "present"}, {"etat-1": "nowhere"}, {"etat-0": "present"},
        {"retirer": "x"}, {"retirer": "9" * 40}, {"etat-²": "absent"},
    ],
)  # fmt: skip
def test_nonsense_changes_nothing(world, visit, session, typed):
    asked(world, session, "yann")
    assert visit("alice").post(url(session), typed).status_code == 302
    assert visit("alice").post(url(session, "attendance_invite"), {"jeune": ["x", "\0"]}).status_code == 200
    assert (
        visit("alice").post(url(session, "attendance_refer"), {"vers": "smv:x", "jeune": "y"}).status_code
        == 302
    )
    with as_owner():
        assert list(Attendance.objects.order_by("pk").values_list("state", flat=True)) == ["invited"]


def test_the_number_of_queries_does_not_grow(world, visit, session, travel):
    asked(world, session, "yann")
    travel(STARTS)
    client = visit("alice")

    def queries() -> int:
        with as_owner():
            Attendance.objects.update(state="present")
        client.get(url(session))
        with CaptureQueriesContext(connection) as found:
            client.get(url(session))
        return len([one for one in found if "SAVEPOINT" not in one["sql"]])

    one = queries()
    with acting_as(world.acting("alice")):
        keeping.invite(world.acting("alice"), session.pk, crowd(world, 6))
    assert queries() == one


def test_many_are_asked_as_one_is(world, session):
    alice = world.acting("alice")

    def statements(count: int) -> int:
        youths = crowd(world, count)
        with acting_as(alice), CaptureQueriesContext(connection) as found:
            assert keeping.invite(alice, session.pk, youths) == count
        return len(found)

    assert statements(1) == statements(5)


def test_the_youth_s_page_asks_no_more_than_before(world, visit, session):
    page = reverse("youths:detail", args=[world.youth("yann").uuid])
    client = visit("alice")
    client.get(page)
    with CaptureQueriesContext(connection) as before:
        client.get(page)
    (row,) = asked(world, session, "yann")
    with as_owner():
        Attendance.objects.filter(pk=row.pk).update(state="present")
    with CaptureQueriesContext(connection) as after:
        client.get(page)
    assert len(after) == len(before)


@pytest.mark.django_db(transaction=True)
def test_the_last_three_places_for_twelve_who_come_at_once(transactional_db):
    world = World.load()
    with as_owner():
        session = hold(world, capacity=3, with_ml=True)
        Session.objects.update(starts_at=clock.now(), ends_at=clock.now() + timedelta(hours=2))
    youths = crowd(world, 12)
    together = Barrier(4)

    def work(part: int) -> int:
        held = 0
        try:
            together.wait(timeout=20)
            for youth in youths[part::4]:
                try:
                    with acting_as(world.acting("alice")):
                        held += keeping.invite(world.acting("alice"), session.pk, [youth])
                except keeping.Full:
                    continue
            return held
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, range(4))) == 3
    with as_owner():
        assert Attendance.objects.count() == 3
        assert Youth.objects.filter(attendances__isnull=False).count() == 3


def test_sql_by_hand_does_not_overbook(world, travel):
    travel(STARTS - timedelta(days=7))
    session = hold(world, capacity=1)
    asked(world, session, "yann")
    with (
        acting_as(world.acting("dora")),
        pytest.raises(DatabaseError, match="no place is left"),
        transaction.atomic(),
    ):
        Attendance.objects.create(
            session=session,
            youth=world.youth("zoe"),
            organisation=world.org("ML_A"),
            invited_by=world.user("dora"),
        )


# --- Two records of one person ------------------------------------------------------------------------------


def test_asked_under_two_records_both_lines_stay_when_they_become_one(world, visit, session):
    """One came, the other did not: the sheet and the story say both; separated, each record has its own again."""
    (other,) = crowd(world, 1)
    alice, yann = world.acting("alice"), world.youth("yann")
    with acting_as(alice):
        keeping.invite(alice, session.pk, [yann, other])
    with as_owner():
        Attendance.objects.filter(youth=yann).update(state=State.ABSENT)
        Attendance.objects.filter(youth=other).update(state=State.PRESENT)
    with acting_as(alice):
        made = joining.merge(alice, yann, other, take=())
    with as_owner():
        rows = Attendance.objects.order_by("pk").values_list("youth", "state", "merged_from")
        assert list(rows) == [(yann.pk, "absent", None), (yann.pk, "present", other.pk)]
    html = visit("alice").get(url(session)).content.decode()
    assert html.count("Kermarrec Yann") >= 2
    assert "Convoqué une seconde fois" in html
    story = visit("alice").get(reverse("youths:detail", args=[yann.uuid])).content.decode()
    assert "A participé à une rencontre" in story
    assert "N’est pas venu à une rencontre" in story
    assert "convocation par un autre dossier" in story
    with acting_as(alice):
        joining.unmerge(alice, made)
    with as_owner():
        assert set(Attendance.objects.values_list("youth", "state", "merged_from")) == {
            (yann.pk, "absent", None), (other.pk, "present", None),
        }  # fmt: skip


def test_who_came_under_two_records_is_referred_once(world, session):
    (other,) = crowd(world, 1)
    alice, yann = world.acting("alice"), world.youth("yann")
    with acting_as(alice):
        keeping.invite(alice, session.pk, [yann, other])
    with as_owner():
        Attendance.objects.update(state=State.PRESENT)
    with acting_as(alice):
        joining.merge(alice, yann, other, take=())
        came = Attendance.objects.filter(session=session).select_related("youth").order_by("pk")
        followed = keeping.refer(alice, came, "smv", world.org("RSMV"))
        assert (len(followed.drafts), followed.already) == (1, 0)
        assert Referral.objects.get().youth_id == yann.pk


def test_a_line_is_reached_through_its_session_alone(world, visit, session):
    """The number of a line of another session notes nothing, and takes nothing back."""
    (elsewhere,) = asked(world, hold(world), "yann")
    alice = visit("alice")
    alice.post(url(session), {"retirer": elsewhere.pk})
    alice.post(url(session), {f"etat-{elsewhere.pk}": "confirmed", f"vu-{elsewhere.pk}": "invited"})
    with as_owner():
        assert Attendance.objects.get(pk=elsewhere.pk).state == "invited"


def test_only_those_who_take_part_are_led_to_the_sheet(world, visit, travel):
    travel(STARTS - timedelta(days=7))
    for taking_part in (True, False):
        held = hold(world, with_ml=taking_part)
        page = visit("alice").get(reverse("partners:session_detail", args=[held.uuid])).content.decode()
        assert (url(held) in page) == taking_part
        assert visit("alice").get(url(held)).status_code == (200 if taking_part else 404)
        assert (
            url(held)
            in visit("rita").get(reverse("partners:session_detail", args=[held.uuid])).content.decode()
        )
