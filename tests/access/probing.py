"""How a page is probed: what each owner owns, what betrays it, and all that an answer carries."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.db.backends.utils import CursorWrapper
from django.http import HttpResponse
from django.test import Client

from core import clock, documents, rights
from core.models import Alert, Task
from core.scope import acting_as
from partners.models import (
    Absence,
    Amendment,
    Branch,
    Catchment,
    Commitment,
    CommitmentNote,
    Committee,
    CommitteeAction,
    CommitteeMeeting,
    CommitteeMember,
    Convention,
    ConventionDocument,
    ConventionParty,
    Designation,
    Export,
    Membership,
    Organisation,
    Resource,
    Session,
    Team,
)
from partners.people import invitations
from portal.checks import Route
from referrals import creation, programmes, workflow
from referrals.models import Offer
from referrals.thread import writing
from reporting.models import CommitteePack
from tests.access import matrix
from tests.access.matrix import OWNERS
from tests.conftest import as_owner
from tests.keeping import staged
from tests.referrals.placing_periods import declare
from tests.referrals.test_loop import send
from tests.reporting.simulating import simulated
from tests.world import World
from youths.models import (
    Agreement,
    DelegateDecision,
    Disposal,
    RetentionNotice,
    RightsRequest,
    Transfer,
    Youth,
)  # fmt: skip

YOUTH_OF = {"alice": "yann", "charlie": "kim"}
CENTRE_OF = {"alice": "RSMV", "charlie": "SMV_C"}
NOWHERE = UUID("00000000-0000-4000-8000-000000000000")


@dataclass
class Things:
    """What each owner owns, and the strings that betray it."""

    uuids: dict[tuple[str, str], Any]
    # Of a youth: what a line shows (the name), and what only the record and its referrals show.
    names: dict[str, str]
    secrets: dict[str, list[str]]
    everything: list[str] = field(default_factory=list)

    def address(self, route: Route, about: str, owner: str, query: str = "") -> str:
        """The address of a page about an owner's object (``nowhere``: about an object that does not exist)."""
        thing = self.uuids.get((about, owner), NOWHERE)
        path = re.sub(r"<(?:uuid|int|path):\w+>", str(thing), route.pattern)
        path = path.replace("<slug:action>", "accept").replace("<str:kind>", "pdf")
        return f"/{path}" + (f"?{query}={thing}" if query else "")


@staged
def things(world: World) -> Things:
    """Alice and Charlie own a full set each: a youth with a referral under way, a draft, a referent in front."""
    uuids: dict[tuple[str, str], Any] = {}
    secrets = {}
    for owner in OWNERS:
        youth = world.youth(YOUTH_OF[owner])
        marks = {"phone": f"06 39 98 77 {owner[0]}", "email": f"{owner}-secret@canari.example"}
        with as_owner():
            Youth.objects.filter(pk=youth.pk).update(**marks, file_number=f"DOSSIER-{owner}")
        acting = world.acting(owner)
        referral = send(world, who=owner, youth=YOUTH_OF[owner], to=CENTRE_OF[owner])
        answering = "rita" if owner == "alice" else "rose"
        with acting_as(world.acting(answering)):
            workflow.open_first(world.acting(answering), referral.uuid)
            writing.post_message(world.acting(answering), referral, f"canari du fil {owner}")
        with acting_as(acting):
            draft = creation.create_draft(
                acting, youth, programmes.get("smv"), world.org(CENTRE_OF[owner]),
                details={}, note=f"canari du brouillon {owner}", submission=uuid4(),
            )  # fmt: skip
        with as_owner():
            alert = Alert.objects.create(
                kind="searches", organisation_id=acting.organisation_id, window_start=clock.now(), count=90,
                threshold=60, opened_at=clock.now(), seen_at=clock.now(),
            )  # fmt: skip
        with acting_as(acting):
            export = Export.objects.create(
                user_id=acting.user_id, organisation_id=acting.organisation_id, membership_id=acting.membership_id,
                kind="jeunes", form="xlsx", reason="reunion", lines=900,
            )  # fmt: skip
        uuids |= {
            ("alert", owner): alert.pk,
            ("export", owner): export.uuid,
            ("youth", owner): youth.uuid,
            ("referral", owner): referral.uuid,
            ("draft", owner): draft.uuid,
            ("organisation", owner): world.org("ML_A" if owner == "alice" else "ML_C").uuid,
            ("designation", owner): Designation.objects.get(organisation=world.org(CENTRE_OF[owner])).pk,
        }
        secrets[owner] = [
            *marks.values(),
            f"DOSSIER-{owner}",
            f"canari du fil {owner}",
            f"canari du brouillon {owner}",
        ]
        uuids["placement", owner] = declare(world, owner, YOUTH_OF[owner]).uuid
    uuids |= _disposals(world)
    uuids |= _people(world)
    uuids |= _committees(world)
    uuids |= _offers(world)
    uuids |= _notes(world)
    uuids |= _rights(world)
    _away(world)
    shared = _shared(world)
    uuids |= {(name, owner): uuid for name, uuid in shared.items() for owner in OWNERS}
    uuids |= _deadlines(world)
    uuids |= _transfers(world)
    uuids |= _local_packs(world)
    names = {owner: world.youth(YOUTH_OF[owner]).last_name for owner in OWNERS}
    everything = [text for owner in OWNERS for text in [names[owner], *secrets[owner]]]
    return Things(uuids, names, secrets, everything)


def _away(world) -> None:
    """Alice is away this week, and Sonia replaces her."""
    with as_owner():
        Absence.objects.create(
            membership=Membership.objects.get(user=world.user("alice")),
            substitute=world.user("sonia"),
            until=clock.today() + timedelta(days=7),
            declared_by=world.user("mona"),
        )


def _disposals(world) -> dict[tuple[str, str], Any]:
    """What each owner's partner is asked to delete, after the youth withdrew an agreement."""
    found = {}
    with as_owner():
        for owner, answering in (("alice", "rita"), ("charlie", "rose")):
            agreement = Agreement.objects.create(
                youth=world.youth(YOUTH_OF[owner]), recorded_by=world.user(owner),
                recorded_for_id=world.acting(owner).organisation_id, recipient=world.org(CENTRE_OF[owner]),
                purpose="co_accompagnement", channel="phone", informed="handed", text_version="essai",
                withdrawn_at=clock.now(), withdrawn_how="phone",
            )  # fmt: skip
            disposal = Disposal.objects.create(
                agreement=agreement, organisation=agreement.recipient, professional=world.user(answering),
                due_on=clock.today(),
            )  # fmt: skip
            found["disposal", owner] = disposal.uuid
    return found


def _people(world) -> dict[tuple[str, str], Any]:
    """The membership of each owner, a team of their organisation, and somebody whom its manager invites."""
    found = {}
    for owner, key, manager in (("alice", "ML_A", "mona"), ("charlie", "ML_C", "carla")):
        home = world.org(key)
        invitation = invitations.invite(
            world.user(manager).pk, home.pk, email=f"{owner}-2@portail.example", first_name="Nina",
            last_name="Nouvelle", role="professional",
        )  # fmt: skip
        with as_owner():
            team = Team.objects.create(organisation=home, name=f"Équipe de {owner}")
        found |= {
            ("team", owner): team.uuid,
            ("membership", owner): Membership.objects.get(user=world.user(owner)).uuid,
            ("invitation", owner): invitation.uuid,
        }
    return found


def _rights(world) -> dict[tuple[str, str], Any]:
    """What the delegate of each owner's organisation deals with: a request, a decision, an announced erasure."""
    found = {}
    for owner, key in (("alice", "ML_A"), ("charlie", "ML_C")):
        about = {"youth": world.youth(YOUTH_OF[owner]), "organisation": world.org(key)}
        with as_owner():
            archive = documents.store(b"PK", filename="archive.zip", media_type="application/zip")
            asked = RightsRequest.objects.create(
                **about, kind="effacement", channel="accueil", due_on=clock.today(), archive=archive,
                archive_until=clock.now() + timedelta(days=7),
            )  # fmt: skip
            decision = DelegateDecision.objects.create(
                organisation=about["organisation"], subject="JUSTICE", legal_text="RGPD, article 10",
                decided_by=world.user(owner),
            )  # fmt: skip
            notice = RetentionNotice.objects.create(
                **about, last_contact_on=clock.today(), erase_from=clock.today()
            )
        found |= {
            ("rights_request", owner): asked.uuid,
            ("decision", owner): decision.pk,
            ("retention_notice", owner): notice.uuid,
        }
    return found


def _notes(world) -> dict[tuple[str, str], Any]:
    """A commitment, and what the organisation of each owner added about it."""
    convention = Convention.objects.get(code="UNML-SMV-2019")
    found = {}
    with as_owner():
        commitment = Commitment.objects.create(convention=convention, theme="smv", wording="Se connaître")
        for owner, key in (("alice", "ML_A"), ("charlie", "ML_C")):
            document = documents.store(b"%PDF", filename="piece.pdf", media_type="application/pdf")
            note = CommitmentNote.objects.create(
                commitment=commitment, kind="piece", text="Une affiche", happened_on=clock.today(),
                author=world.user(owner), organisation=world.org(key), document=document,
            )  # fmt: skip
            found |= {("commitment", owner): commitment.uuid, ("note", owner): note.uuid}
    return found


def _shared(world) -> dict[str, Any]:
    """A convention between the two networks, its committee, a meeting, a pack; a branch, a territory."""
    with as_owner():
        convention = Convention.objects.get(code="UNML-SMV-2019")
        for key in ("UNML", "SMV_EM"):
            ConventionParty.objects.create(
                convention=convention, organisation=world.org(key), joined_on=convention.starts_on
            )
        committee = Committee.objects.create(convention=convention)
        meeting = CommitteeMeeting.objects.create(committee=committee, held_on=clock.today())
        pdf = documents.store(b"%PDF", filename="dossier.pdf", media_type="application/pdf")
        # The same identifier for both, since a probe puts one in the address.
        ConventionDocument.objects.create(
            uuid=convention.uuid, convention=convention, title="Texte signé", document=pdf,
            added_by=world.user("nadia"),
        )  # fmt: skip
        pack = CommitteePack.objects.create(meeting=meeting, figures_on=clock.today(), pdf=pdf)
        Amendment.objects.create(
            convention=convention, number=1, kinds=["objet"], new_purpose="Essai.", effective_on=clock.today()
        )
        Branch.objects.create(code="essai", name="Branche d’essai")
        Catchment.objects.create(organisation=world.org("ML_A"), municipality_id="17300")
    return {"convention": convention.uuid, "meeting": meeting.uuid, "pack": pack.uuid, **simulated(world)}


def _local_packs(world) -> dict[tuple[str, str], Any]:
    """The pack of a local convention of each owner's organisation, with its partner."""
    found = {}
    for owner, home, partner, region in (("alice", "ML_A", "RSMV", "75"), ("charlie", "ML_C", "SMV_C", "53")):
        with as_owner():
            convention = Convention.objects.create(
                code=f"LOCALE-{owner}",
                title="Convention locale",
                level="local",
                region_id=region,
                themes=["smv"],
            )
            for key in (home, partner):
                ConventionParty.objects.create(convention=convention, organisation=world.org(key))
            meeting = CommitteeMeeting.objects.create(
                committee=Committee.objects.create(convention=convention), held_on=clock.today()
            )
            pack = CommitteePack.objects.create(meeting=meeting, figures_on=clock.today())
        found["local_pack", owner] = pack.uuid
    return found


def _transfers(world) -> dict[tuple[str, str], Any]:
    """The record of each owner, proposed to a Mission Locale that nobody works for."""
    found = {}
    with as_owner():
        elsewhere = Organisation.objects.create(
            key="ML_T", name="Mission locale d’ailleurs", network="ml", level="local", region_id="53"
        )
        for owner, key in (("alice", "ML_A"), ("charlie", "ML_C")):
            transfer = Transfer.objects.create(
                youth=world.youth(YOUTH_OF[owner]), sender=world.org(key), recipient=elsewhere,
                proposed_by=world.user(owner),
            )  # fmt: skip
            found["transfer", owner] = transfer.uuid
    return found


def _deadlines(world) -> dict[tuple[str, str], Any]:
    """A deadline of the shared convention, in the organisation of each owner."""
    found = {}
    convention = Convention.objects.get(code="UNML-SMV-2019")
    with as_owner():
        for owner, key in (("alice", "ML_A"), ("charlie", "ML_C")):
            task = Task.objects.create(
                kind="convention_ended", subject_kind="convention_alert", subject_id=convention.pk,
                organisation_id=world.org(key).pk, due_on=clock.today(), awaited_on=clock.today(),
            )  # fmt: skip
            found["convention_alert", owner] = task.pk
    return found


def _committees(world) -> dict[tuple[str, str], Any]:
    """A committee for each owner, on which their organisation sits as a party: a meeting of today, an action."""
    found = {}
    for owner, home, members in (("alice", "ML_A", ("RSMV", "ARML")), ("charlie", "ML_C", ("UNML",))):
        with as_owner():
            convention = Convention.objects.create(code=f"COMITE-{owner}", title=f"Convention de {owner}")
            ConventionParty.objects.create(convention=convention, organisation=world.org(home))
            committee = Committee.objects.create(convention=convention)
            for key in members:
                CommitteeMember.objects.create(committee=committee, organisation=world.org(key))
            minutes = documents.store(b"%PDF", filename="compte-rendu.pdf", media_type="application/pdf")
            meeting = CommitteeMeeting.objects.create(
                committee=committee, held_on=clock.today(), minutes_document=minutes
            )
            action = CommitteeAction.objects.create(
                committee=committee, meeting=meeting, wording="Relire le tableau", organisation=world.org(home),
                owner=world.user(owner), due_on=clock.today(),
            )  # fmt: skip
            shared = documents.store(b"%PDF", filename="ressource.pdf", media_type="application/pdf")
            resource = Resource.objects.create(
                convention=convention, kind="fichier", title="Modèle", theme="smv", document=shared,
                organisation=world.org(home), added_by=world.user(owner),
            )  # fmt: skip
            session = Session.objects.create(
                kind="visite", title="Visite du centre", organiser=world.org(home), created_by=world.user(owner),
                starts_at=clock.now() + timedelta(days=3), ends_at=clock.now() + timedelta(days=4),
            )  # fmt: skip
        found |= {
            ("committee", owner): committee.uuid,
            ("committee_meeting", owner): meeting.uuid,
            ("committee_action", owner): action.uuid,
            ("session", owner): session.uuid,
            ("resource", owner): resource.uuid,
        }
    return found


def _offers(world) -> dict[tuple[str, str], Any]:
    """What each owner's organisation proposes."""
    found = {}
    for owner, home in (("alice", "ML_A"), ("charlie", "ML_C")):
        with as_owner():
            offer = Offer.objects.create(
                organisation=world.org(home), created_by=world.user(owner), programme="retour",
                title=f"Atelier de {owner}", is_national=True, publics=["TOUS"],
            )  # fmt: skip
        found["offer", owner] = offer.uuid
    return found


@contextmanager
def fetched() -> Iterator[list[Any]]:
    """The rows that come back from the database during a block."""
    rows: list[Any] = []
    patch = pytest.MonkeyPatch()
    for name in ("fetchone", "fetchmany", "fetchall"):

        def fetch(self: CursorWrapper, *args: Any, name: str = name) -> Any:
            found = getattr(self.cursor, name)(*args)
            rows.append(found)
            return found

        patch.setattr(CursorWrapper, name, fetch, raising=False)
    try:
        yield rows
    finally:
        patch.undo()


def visitor(world, name: str) -> Client:
    """Somebody's browser; the tests of each page read what it gets more strictly than these probes."""
    client = Client()
    if name != "anonymous":
        client.force_login(world.user("adam" if name == matrix.UNPROVEN else name))
    return client


@dataclass
class Answer:
    """What a probe got: the status, all that the browser receives, all that the database gave."""

    status: int
    text: str
    rows: str
    response: HttpResponse

    def holds(self, canaries: list[str]) -> list[str]:
        return [canary for canary in canaries if canary in self.text or canary in self.rows]


def probe(client: Client, method: str, address: str) -> Answer:
    """One request whose effects are undone."""
    with fetched() as rows, transaction.atomic():
        response = getattr(client, method.lower())(address)
        content = b"" if response.streaming else response.content
        text = content.decode(errors="replace") + repr(sorted(response.items()))
        answer = Answer(response.status_code, text, repr(rows), response)
        transaction.set_rollback(True)
    return answer


def known_to(things: Things, name: str) -> list[str]:
    """The canaries that somebody may meet, on any page at all, by what their relations let them open."""
    known: list[str] = []
    for owner in OWNERS:
        link = matrix.relation(name, "youth", owner)
        if rights.action("open_with_reason").lets_in(matrix.ROLES[name], link):
            known.append(things.names[owner])
        asked = matrix.relation(name, "rights_request", owner)
        if rights.action("read_rights_request").lets_in(matrix.ROLES[name], asked):
            known.append(things.names[owner])
        if rights.action("open_youth").lets_in(matrix.ROLES[name], link):
            drafts = rights.action("send_draft").lets_in(matrix.ROLES[name], link)
            known += [secret for secret in things.secrets[owner] if drafts or "brouillon" not in secret]
    return known


def leads_to_a_youth(model: Any, seen: frozenset[Any] = frozenset()) -> bool:
    """Whether a chain of foreign keys leads from a model to a youth."""
    if model is Youth:
        return True
    return any(
        leads_to_a_youth(related.related_model, seen | {model})
        for related in model._meta.get_fields()
        if getattr(related, "many_to_one", False) or (related.one_to_one and related.concrete)
        if related.related_model not in seen
    )
