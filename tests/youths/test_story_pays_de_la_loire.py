"""The founding story: a youth enters through the chamber of trades, is registered with the Mission Locale first, and is
accompanied by both. Two obstacles are lifted by the Mission Locale; both read one story, and each its own notes."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.models import User
from core import clock
from core.models import Task
from core.scope import acting_as
from partners.models import (
    Department,
    Designation,
    Level,
    Membership,
    Network,
    Organisation,
    Region,
    Role,
    Topic,
)
from partners.people.members import acting_from
from referrals import creation, programmes, workflow
from tests.client import StrictClient
from tests.conftest import as_owner
from youths import journal, obstacles, records
from youths.merging import adoption
from youths.models import Accompaniment, Youth


@pytest.fixture
def cast(db):
    """Clara, of the chamber of trades in Nantes, and Luc, referent of the Mission Locale of the Estuary."""
    with as_owner():
        Region.objects.create(code="52", name="Pays de la Loire")
        Department.objects.create(code="44", name="Loire-Atlantique", region_id="52")
        place = {"level": Level.LOCAL, "region_id": "52", "department_id": "44"}
        chamber = Organisation.objects.create(
            key="CMA_44", name="CMA de Nantes", network=Network.CMA, **place
        )
        home = Organisation.objects.create(
            key="ML_44", name="Mission locale de l’Estuaire", network=Network.ML, **place
        )
        people = {}
        for name, organisation in (("clara", chamber), ("luc", home)):
            user = User.objects.create_user(
                f"{name}@portail.example", "mot de passe de test", first_name=name.title(), last_name="Durand"
            )
            member = Membership.objects.create(
                user=user, organisation=organisation, role=Role.PROFESSIONAL, starts_on=date(2020, 1, 1)
            )
            people[name] = acting_from(member)
        Designation.objects.create(
            organisation=home, topic=Topic.APPRENTICESHIP, user_id=people["luc"].user_id,
            starts_on=date(2020, 1, 1),
        )  # fmt: skip
    return people


@pytest.fixture
def tell(travel):
    """``tell(3)``: three days later, at the same time."""
    start = clock.now() - timedelta(days=60)
    travel(start)
    return lambda days: travel(start + timedelta(days=days))


def enter(clara) -> Youth:
    """Clara opens the record of Anis, who never came to a Mission Locale."""
    with acting_as(clara):
        return records.create_record(
            clara, Youth(first_name="Anis", last_name="Bellanger", birth_date=date(2006, 5, 4), level=3)
        )


def address_to(clara, home_id: int, youth: Youth):
    """With his agreement, she addresses him to the Mission Locale of his territory."""
    with acting_as(clara):
        referral = creation.create_draft(
            clara, youth, programmes.get("retour"), Organisation.objects.get(pk=home_id),
            details={"situation": "direct"}, submission=uuid4(),
        )  # fmt: skip
        creation.record_agreement(
            clara, referral, channel="face_to_face", informed="read_aloud", covers_return=False
        )
        return creation.send(clara, referral)


def register(luc, referral) -> Youth:
    """Luc takes him, and registers him: the Mission Locale is first, the chamber keeps an accompaniment."""
    with acting_as(luc):
        workflow.open_first(luc, referral.uuid)
        workflow.apply(luc, referral.uuid, "accept", version=None, inputs={})
        youth = Youth.objects.get(pk=referral.youth_id)
        adoption.adopt(luc, youth, lead_id=luc.user_id, file_number="PDL-1")
        return Youth.objects.get(pk=youth.pk)


def page(acting, youth: Youth) -> str:
    client = StrictClient()
    client.force_login(User.objects.get(pk=acting.user_id))
    html = client.get(reverse("youths:detail", args=[youth.uuid])).content.decode()
    return html.replace("\xa0", " ")


def follows(html: str, *words: str) -> None:
    """The words stand in this order in the story, latest first."""
    places = [html.index(word) for word in words]
    assert places == sorted(places), list(zip(words, places, strict=True))


def test_one_story_read_from_both_sides(cast, tell):
    clara, luc = cast["clara"], cast["luc"]
    youth = enter(clara)
    referral = address_to(clara, luc.organisation_id, youth)
    tell(3)
    youth = register(luc, referral)
    assert (youth.registered_with_id, youth.held_by_id) != (None, None)
    assert youth.registered_with_id == luc.organisation_id

    # What stands in the way of an apprenticeship in Nantes.
    tell(5)
    with acting_as(luc):
        for category in ("LOGEMENT", "MOBILITE"):
            obstacles.note(luc, youth, category=category, since=clock.today(), taken_by=luc.organisation_id)
        journal.note(luc, youth, "Le rappeler le jeudi.")
    with acting_as(clara):
        journal.share(
            clara, youth, kind="rendez_vous", happened_on=clock.today(), text="Visite du CFA de Nantes."
        )
        journal.note(clara, youth, "Revoir le dossier avec le maître d’apprentissage.")
        journal.propose(clara, youth, wording="Signer le contrat", due_on=clock.today() + timedelta(days=40))
    with acting_as(luc):
        step = youth.next_steps.get(closing="")
        journal.agree(luc, youth, step.uuid)
    with as_owner():
        awaited = Task.objects.open().filter(kind="next_step").values_list("organisation_id", flat=True)
        assert set(awaited) == {clara.organisation_id, luc.organisation_id}

    # The Mission Locale lifts both.
    for day, category, first in ((20, "MOBILITE", "demande"), (30, "LOGEMENT", "rendez_vous")):
        tell(day)
        with acting_as(luc):
            found = youth.obstacles.get(category=category, closing="")
            common = {"on": clock.today(), "taken_by": luc.organisation_id}
            obstacles.act(luc, youth, found.uuid, code=first, **common)
            obstacles.act(luc, youth, found.uuid, code="leve", **common)
    tell(32)
    with acting_as(luc):
        journal.share(
            luc, youth, kind="etape", happened_on=clock.today(), text="Le bail est signé, à deux pas du CFA."
        )

    mine, theirs = page(luc, youth), page(clara, youth)
    for html in (mine, theirs):
        follows(
            html,
            "Le bail est signé, à deux pas du CFA.",
            "Se loger : le frein est levé",
            "Se déplacer : le frein est levé",
            "Visite du CFA de Nantes.",
        )
        assert "Aucun frein en cours." in html
        assert "Signer le contrat" in html
        assert "en accord avec Mission locale de l’Estuaire" in html
        # Who follows him, in two seconds: the lead first, with the way to reach them.
        follows(
            html[html.index('id="qui"') :], "Luc Durand", "Référent", "luc@portail.example", "Clara Durand"
        )
    assert "Le rappeler le jeudi." in mine
    assert "maître d’apprentissage" not in mine
    assert "maître d’apprentissage" in theirs
    assert "Le rappeler le jeudi." not in theirs
    with as_owner():
        roles = Accompaniment.objects.active().filter(youth=youth).values_list("organisation__key", "role")
        assert set(roles) == {("ML_44", "lead"), ("CMA_44", "partner")}
        assert Youth.objects.get(pk=youth.pk).last_contact_on == clock.today()
