"""Whose record: a Mission Locale registers the youth whose record a partner opened, or attaches it to its own."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from core import clock
from core.functions import call
from core.models import Change, Task
from core.scope import acting_as
from notifications.models import Notification
from partners.models import Organisation
from tests.conftest import as_owner, as_worker
from tests.filling import form_of, send_pairs
from tests.youths.test_journal import text, write
from youths import journal, records
from youths.accompanying import inviting
from youths.merging import joining
from youths.models import (
    Accompaniment,
    AccompanimentInvitation,
    Agreement,
    JournalEntry,
    Merge,
    Obstacle,
    Youth,
)

BORN = date(2006, 5, 6)


def opened_by_partner(
    world, name=("Lina", "Le Goff"), born=BORN, who="rita", to=(("ML_A", "alice"),)
) -> Youth:
    """A record that Rita's centre opened and sent to a Mission Locale, which is solicited."""
    with acting_as(world.acting(who)):
        youth = records.create_record(
            world.acting(who),
            Youth(first_name=name[0], last_name=name[1], birth_date=born, phone="06 39 98 11 22"),
        )
        journal.share(
            world.acting(who), youth, kind="contact", happened_on=clock.today(), text="Reçue au centre."
        )
        for key, professional in to:
            solicit(world, youth, key, professional)
    return youth


def solicit(world, youth: Youth, key: str, professional: str) -> None:
    """What sending a referral opens (``referrals.links``)."""
    Accompaniment.objects.bulk_create([
        Accompaniment(
            youth=youth, organisation=world.org(key), professional=world.user(professional), role="contacted"
        )
    ])  # fmt: skip


def adopt(client, youth: Youth, **typed):
    address = reverse("youths:adopt", args=[youth.uuid])
    return send_pairs(client, address, form_of(client.get(address).content.decode(), "lead").filled(**typed))


def stored(youth: Youth) -> Youth:
    with as_owner():
        return Youth.objects.get(pk=youth.pk)


def links(youth: Youth) -> dict:
    with as_owner():
        return {
            (link.organisation.key, link.professional and link.professional.first_name): (
                link.role,
                link.access_until,
            )
            for link in Accompaniment.objects.active()
            .filter(youth=youth)
            .select_related("organisation", "professional")
        }


# --- Adopting -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["alice", "bob", "mona"])
def test_those_who_received_it_register_the_youth(world, visit, who):
    youth = opened_by_partner(world)
    with as_owner():
        Accompaniment.objects.filter(youth=youth, role="contacted").update(team=world.acting("alice").team_id)
    client = visit(who)
    page = text(client, reverse("youths:detail", args=[youth.uuid]))
    assert "Ce dossier a été ouvert par 3e RSMV de La Rochelle" in page
    assert adopt(client, youth, file_number="A-77").url == reverse("youths:detail", args=[youth.uuid])
    after = stored(youth)
    assert (after.held_by, after.registered_with, after.file_number) == (
        world.org("ML_A"),
        world.org("ML_A"),
        "A-77",
    )
    name = world.user(who).first_name
    found = links(youth)
    assert found["ML_A", name] == ("lead", None)
    assert found["RSMV", "Rita"] == ("partner", None)
    assert "Ce dossier a été ouvert" not in text(client, reverse("youths:detail", args=[youth.uuid]))
    with as_owner():
        change = Change.objects.get(model="youths.Youth", object_id=youth.pk, operation="update")
        assert {"held_by_id", "registered_with_id", "file_number"} <= set(change.columns)
        assert Notification.objects.get(kind="youth.registered").user_id == world.user("rita").pk


def invited_by_partner(world, key="ML_A") -> Youth:
    """Rita's centre, which keeps the record, invites an organisation to accompany the youth."""
    youth = opened_by_partner(world, to=())
    acting = world.acting("rita")
    with acting_as(acting):
        inviting.invite(
            acting, youth, organisation=world.org(key).pk, aspects=["whole"], reason="frein",
            agreed={"channel": "phone", "informed": "handed"},
        )  # fmt: skip
    return youth


@pytest.mark.parametrize("lead", ["mona", "dora"])
def test_to_register_is_to_have_answered_the_invitation(world, visit, travel, lead):
    youth = invited_by_partner(world)
    adopt(visit("mona"), youth, lead=str(world.user(lead).pk))
    with as_owner():
        assert AccompanimentInvitation.objects.get().state == "accepted"
        assert not Task.objects.open().filter(kind="answer_invitation").exists()
    travel(clock.now() + timedelta(days=31))
    with as_worker():
        assert inviting.expire() == 0
    found = links(youth)
    assert found["ML_A", world.user(lead).first_name] == ("lead", None)
    assert [key for key, (role, _) in found.items() if role == "contacted"] == []


def test_what_the_partner_asked_of_others_is_taken_back(world, visit):
    youth = opened_by_partner(world)
    acting = world.acting("rita")
    with as_owner():
        other = Organisation.objects.create(
            key="CFA_X", name="CFA du Port", network="cma", level="local",
            region_id="75", department_id="17",
        )  # fmt: skip
    with acting_as(acting):
        inviting.invite(
            acting, youth, organisation=other.pk, aspects=["whole"], reason="frein",
            agreed={"channel": "phone", "informed": "handed"},
        )  # fmt: skip
    adopt(visit("alice"), youth)
    with as_owner():
        assert AccompanimentInvitation.objects.get().state == "taken_back"
        assert Accompaniment.objects.get(organisation=other).end_reason == "withdraw"


def test_a_colleague_may_be_chosen_as_the_lead(world, visit):
    youth = opened_by_partner(world)
    adopt(visit("mona"), youth, lead=str(world.user("dora").pk))
    assert links(youth)["ML_A", "Dora"] == ("lead", None)
    assert visit("dora").get(reverse("youths:detail", args=[youth.uuid])).status_code == 200


def test_from_then_on_the_partners_access_ends_with_its_link(world, visit, travel):
    youth = opened_by_partner(world)
    adopt(visit("alice"), youth)
    record = reverse("youths:detail", args=[youth.uuid])
    assert visit("rita").get(record).status_code == 200
    assert visit("rita").get(reverse("youths:correct", args=[youth.uuid])).status_code == 404
    with as_owner():
        Accompaniment.objects.filter(youth=youth, organisation=world.org("RSMV")).update(
            ended_on=clock.today(), end_reason="done", access_until=clock.now()
        )
    travel(clock.now() + timedelta(seconds=1))
    for name in ("rita", "rosa"):
        assert visit(name).get(record).status_code == 404
        with acting_as(world.acting(name)):
            assert not Youth.objects.filter(pk=youth.pk).exists()


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("dora", 404),
        ("charlie", 404),
        ("carla", 404),
        ("rita", 404),
        ("rosa", 404),
        ("regis", 403),
        ("paul", 403),
    ],
)
def test_the_others_register_nobody(world, visit, who, status):
    youth = opened_by_partner(world)
    address = reverse("youths:adopt", args=[youth.uuid])
    for path in (address, reverse("youths:attach", args=[youth.uuid])):
        assert visit(who).get(path).status_code == status
        assert visit(who).post(path, {"lead": world.user("alice").pk}).status_code == status
    assert stored(youth).registered_with is None


def test_one_wins_and_the_other_is_told_without_learning_who(world, visit):
    youth = opened_by_partner(world, to=(("ML_A", "alice"), ("ML_C", "charlie")))
    address = reverse("youths:adopt", args=[youth.uuid])
    charlie = visit("charlie")
    typed = form_of(charlie.get(address).content.decode(), "lead").filled()
    assert adopt(visit("alice"), youth).status_code == 302
    late = send_pairs(charlie, address, typed)
    assert late.status_code == 409
    html = late.content.decode()
    assert "vient d’être inscrit dans une Mission Locale" in html
    assert "du Port" not in html
    with acting_as(world.acting("charlie")):
        assert call("tu_adopt_youth", youth.pk, "") is False
    assert stored(youth).registered_with == world.org("ML_A")


def test_a_number_in_use_is_said_beside_the_field(world, visit):
    with as_owner():
        Youth.objects.filter(pk=world.youth("zoe").pk).update(file_number="A-1")
    youth = opened_by_partner(world)
    response = adopt(visit("alice"), youth, file_number="A-1")
    assert response.status_code == 200
    assert "Ce numéro de dossier existe déjà" in response.content.decode()
    assert stored(youth).registered_with is None


def test_somebody_from_elsewhere_is_nobodys_lead(world, visit):
    youth = opened_by_partner(world)
    client, address = visit("alice"), reverse("youths:adopt", args=[youth.uuid])
    assert client.post(address, {"lead": world.user("charlie").pk, "file_number": ""}).status_code == 200
    assert stored(youth).registered_with is None


_FORGED = {
    "adopting what was not sent": "SELECT tu_adopt_youth({youth}, '')",
    "adopting what another one keeps": "SELECT tu_adopt_youth({yann}, '')",
    "attaching what was not sent": "SELECT tu_attach_youth({kim}, {youth})",
    "attaching to somebody else's": "SELECT tu_attach_youth({yann}, {youth})",
    "merging somebody else's into one's own": "SELECT tu_merge_youths({kim}, {yann}, '{{}}', 'merge')",
    "merging one's own into somebody else's": "SELECT tu_merge_youths({yann}, {kim}, '{{}}', 'merge')",
    "undoing the merge of others": "SELECT tu_unmerge_youths({merge})",
    "gathering": "SELECT tu_gather({merge})",
    "moving by hand": "SELECT tu_move_youth({yann}, {kim})",
    "writing a merge by hand": "INSERT INTO youths_merge (uuid, youth_id, merged_key, merged_uuid, kind,"
    " organisation_id, by_id, at, moved, changed) SELECT gen_random_uuid(), {kim}, {yann}, gen_random_uuid(), 'merge',"
    " tu_org(), tu_user(), now(), '{{}}', '[]'",
    "two distinct people of others": "INSERT INTO youths_distinctpair (first_id, second_id, organisation_id, by_id, at)"
    " SELECT {yann}, {kim}, tu_org(), tu_user(), now()",
}


@pytest.mark.parametrize("forged", _FORGED)
@pytest.mark.parametrize("who", ["charlie", "carla"])
def test_the_functions_check_by_themselves(world, who, forged):
    """Wall 2: Charlie's Mission Locale was sent nothing."""
    youth = opened_by_partner(world)
    with acting_as(world.acting("mona")):
        made = joining.merge(world.acting("mona"), world.youth("yann"), world.youth("zoe"), take=[])
    ids = {"youth": youth.pk, "merge": made.pk, **{name: world.youth(name).pk for name in ("yann", "kim")}}
    refusal = pytest.raises(DatabaseError, match=r"row-level security|permission denied|system scope")
    with refusal, transaction.atomic(), acting_as(world.acting(who)), connection.cursor() as cursor:
        cursor.execute(_FORGED[forged].format(**ids))


@pytest.mark.parametrize("who", ["rita", "rosa", "paul", "regis"])
def test_only_a_mission_locale_that_works_with_youths_adopts(world, who):
    """Not the partner that opened it, nor those who see no youth."""
    youth = opened_by_partner(world)
    refusal = pytest.raises(DatabaseError, match="row-level security")
    with refusal, transaction.atomic(), acting_as(world.acting(who)):
        call("tu_adopt_youth", youth.pk, "")


@pytest.mark.parametrize("role", ["contacted", "partner", "closing"])
def test_who_no_longer_follows_takes_nothing_over(world, visit, role):
    """Declined, left, withdrawn from: until the end of its access it reads, on the page and in the database alike."""
    youth = opened_by_partner(world, to=(("ML_C", "charlie"),))
    with as_owner():
        Accompaniment.objects.filter(youth=youth, organisation=world.org("ML_C")).update(
            role=role,
            ended_on=clock.today(),
            end_reason="agreement_withdrawn" if role == "closing" else "done",
            access_until=None if role == "closing" else clock.now() + timedelta(days=29),
        )
        own = Youth.objects.create(
            held_by=world.org("ML_C"), registered_with=world.org("ML_C"), first_name="Lina", last_name="Le Goff",
            birth_date=BORN,
        )  # fmt: skip
    for name in ("charlie", "carla"):
        page = visit(name).get(reverse("youths:detail", args=[youth.uuid]))
        assert "Inscrire ce jeune" not in page.content.decode()
        for route in ("adopt", "attach"):
            address = reverse(f"youths:{route}", args=[youth.uuid])
            assert visit(name).get(address).status_code == 404
            typed = {"lead": world.user("charlie").pk, "file_number": "", "dossier": str(own.uuid)}
            assert visit(name).post(address, typed).status_code == 404
        for function, ids in (("tu_adopt_youth", (youth.pk, "")), ("tu_attach_youth", (own.pk, youth.pk))):
            refusal = pytest.raises(DatabaseError, match="row-level security")
            with refusal, transaction.atomic(), acting_as(world.acting(name)):
                call(function, *ids)
    assert stored(youth).registered_with is None


# --- Attaching ----------------------------------------------------------------------------------------


@pytest.fixture
def twice(world) -> Youth:
    """Rita's centre opened a record of Yann, whom Alice has already, and whom she told things about."""
    yann = world.youth("yann")
    with acting_as(world.acting("alice")):
        journal.share(
            world.acting("alice"), yann, kind="contact", happened_on=clock.today(), text="Récit d’avant."
        )
        Obstacle.objects.create(
            youth=yann, category="MOBILITE", since=clock.today() - timedelta(days=20), organisation=world.org("ML_A"),
            taken_by=world.org("ML_A"),
        )  # fmt: skip
    return opened_by_partner(world, ("Yann", "Kermarec"), yann.birth_date)


def attach(client, youth: Youth, kept: Youth):
    page = client.get(reverse("youths:adopt", args=[youth.uuid])).content.decode()
    form = form_of(page, "dossier")
    assert form.action == reverse("youths:attach", args=[youth.uuid])
    assert dict(form.filled())["dossier"] == str(kept.uuid)
    return send_pairs(client, form.action, form.filled())


def test_the_partners_record_joins_the_one_that_is_there(world, visit, twice, travel):
    yann = world.youth("yann")
    travel(clock.now() + timedelta(hours=1))
    assert attach(visit("alice"), twice, yann).url == reverse("youths:detail", args=[yann.uuid])
    after = stored(yann)
    assert (after.held_by, after.registered_with, after.last_name) == (
        world.org("ML_A"),
        world.org("ML_A"),
        "Kermarrec",
    )
    assert stored(twice).merged_into_id == yann.pk
    assert links(yann)["RSMV", "Rita"] == ("partner", None)
    assert links(yann)["ML_A", "Alice"] == ("lead", None)
    with as_owner():
        assert set(JournalEntry.objects.filter(youth=yann).values_list("text", flat=True)) == {
            "Récit d’avant.", "Reçue au centre.",
        }  # fmt: skip
        assert Merge.objects.get().kind == "attach"


def test_neither_learns_more_than_the_referral_says(world, visit, twice, travel):
    """The partner reads what is written from now on, and its own words; not the story of before."""
    yann = world.youth("yann")
    with as_owner():
        Accompaniment.objects.create(
            youth=yann, organisation=world.org("SMV_C"), professional=world.user("rose"), role="partner",
            started_on=clock.today() - timedelta(days=60), ended_on=clock.today() - timedelta(days=30), end_reason="done",
        )  # fmt: skip
    travel(clock.now() + timedelta(hours=1))
    attach(visit("alice"), twice, yann)
    record = reverse("youths:detail", args=[yann.uuid])
    travel(clock.now() + timedelta(hours=1))
    write(visit("alice"), record, audience="tous", kind="contact", text="Récit d’après.")
    for name in ("rita", "rosa"):
        page = text(visit(name), record)
        assert "Récit d’après." in page
        assert "Reçue au centre." in page
        assert "Récit d’avant." not in page
        assert "Centre SMV de Brest" not in page
        assert "Se déplacer" not in page
        with acting_as(world.acting(name)):
            assert set(JournalEntry.objects.values_list("text", flat=True)) == {
                "Récit d’après.",
                "Reçue au centre.",
            }
            assert not Obstacle.objects.exists()
    own = text(visit("alice"), record)
    assert all(words in own for words in ("Récit d’avant.", "Reçue au centre.", "Récit d’après."))


def test_the_old_address_leads_to_the_record_for_those_who_may_open_it(world, visit, twice):
    yann = world.youth("yann")
    old = reverse("youths:detail", args=[twice.uuid])
    attach(visit("alice"), twice, yann)
    for name in ("rita", "rosa", "alice", "mona"):
        assert visit(name).get(old).url == reverse("youths:detail", args=[yann.uuid])
    for name in ("charlie", "dora", "rose"):
        foreign = visit(name).get(old)
        assert foreign.status_code == 404
        unknown = visit(name).get(reverse("youths:detail", args=["00000000-0000-4000-8000-000000000000"]))
        assert unknown.status_code == 404
    # What was typed on a page of before is not lost.
    assert (
        write(
            visit("rita"), old, audience="tous", kind="contact", text="Écrit sur l’ancienne page."
        ).status_code
        == 302
    )
    with as_owner():
        assert JournalEntry.objects.get(text="Écrit sur l’ancienne page.").youth_id == yann.pk


def test_the_minimum_is_shown_of_a_record_that_one_may_not_open(world, visit):
    """Zoé is Dora's: her name and birth date show, not her telephone."""
    zoe = world.youth("zoe")
    youth = opened_by_partner(world, ("Zoé", "Aubigné"), zoe.birth_date)
    page = text(visit("alice"), reverse("youths:adopt", args=[youth.uuid]))
    assert "D’Aubigné Zoé" in page
    assert "06 39 98 00 00" not in page
    assert attach(visit("alice"), youth, zoe).status_code == 302


def test_only_a_likely_duplicate_is_attached_to(world, visit, twice):
    client = visit("alice")
    response = client.post(
        reverse("youths:attach", args=[twice.uuid]), {"dossier": str(world.youth("zoe").uuid)}
    )
    assert response.status_code == 409
    assert stored(twice).merged_into is None


def test_agreements_follow_the_youth(world, visit, twice):
    with acting_as(world.acting("rita")):
        Agreement.objects.create(
            youth=twice, recorded_by=world.user("rita"), recorded_for=world.org("RSMV"), recipient=world.org("ML_A"),
            purpose="retour", channel="phone", informed="read_aloud", text_version="x",
        )  # fmt: skip
    attach(visit("alice"), twice, world.youth("yann"))
    with as_owner():
        assert Agreement.objects.get().youth_id == world.youth("yann").pk
