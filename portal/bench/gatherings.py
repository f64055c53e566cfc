"""Sessions, shared resources and offers of the bench: as many as a country holds in two years."""

from datetime import timedelta

from core import clock
from partners.models import Convention, Organisation, Resource, Session
from portal.bench.country import House, Nation, address
from referrals import programmes
from referrals.models import Offer

# Of each Mission Locale: most took place, the others are to come.
SESSIONS_EACH = 20
RESOURCES = 60
# Of each partner: one in four is over, one in ten was not checked for six months.
OFFERS_EACH = 12
_KINDS = ("information", "ambassadeur", "visite", "job_dating", "seminaire")


def write(nation: Nation) -> None:
    """Write them, on the owner's login, once organisations and conventions are there."""
    convention = Convention.objects.filter(level="national", signed_on__isnull=False).order_by("-signed_on")[
        0
    ]
    now = clock.now().replace(minute=0, second=0, microsecond=0)
    sessions: list[Session] = []
    joined: list[int] = []
    for rank, house in enumerate(nation.missions_locales):
        site = nation.sites[rank % len(nation.sites)]
        for turn in range(SESSIONS_EACH):
            starts = now + timedelta(days=(turn * 37 + rank) % 730 - 640, hours=turn % 7)
            over = starts < now
            sessions.append(
                Session(
                    uuid=address("session", len(sessions)),
                    kind=_KINDS[turn % len(_KINDS)],
                    title=f"Rencontre n° {turn + 1}",
                    organiser=house.organisation,
                    convention=convention if turn % 3 else None,
                    department=house.organisation.department,
                    municipality=house.organisation.municipality,
                    place="Salle de réunion",
                    starts_at=starts,
                    ends_at=starts + timedelta(hours=2),
                    state=Session.State.HELD if over else Session.State.PLANNED,
                    created_by_id=house.lead,
                )
            )
            joined.append(site.organisation.pk)
    Session.objects.bulk_create(sessions, batch_size=2000)
    through = Session.partners.through
    through.objects.bulk_create(
        [
            through(session_id=session.pk, organisation_id=partner)
            for session, partner in zip(sessions, joined, strict=True)
        ],
        batch_size=5000,
    )
    _write_resources(nation, convention)
    _write_offers([*nation.sites, *nation.chambers.values(), *nation.agencies])


def _write_resources(nation: Nation, convention: Convention) -> None:
    sharing: Organisation = nation.missions_locales[0].organisation
    Resource.objects.bulk_create(
        Resource(
            uuid=address("resource", number),
            convention=convention,
            kind="lien",
            title=f"Ressource n° {number:02}",
            theme="numerique",
            url=f"https://ressources.example.org/{number}",
            organisation=sharing,
            added_by_id=nation.missions_locales[0].lead,
        )
        for number in range(RESOURCES)
    )


def _write_offers(houses: list[House]) -> None:
    today = clock.today()
    offers: list[Offer] = []
    for rank, house in enumerate(houses):
        offered = programmes.for_recipient(house.organisation.network)
        for turn in range(OFFERS_EACH if offered else 0):
            entry = today + timedelta(days=(turn * 31 + rank) % 180 + 5)
            over = turn % 4 == 3
            offers.append(
                Offer(
                    uuid=address("offer", len(offers)),
                    organisation=house.organisation,
                    programme=offered[turn % len(offered)].code,
                    title=f"Offre n° {turn + 1}",
                    departments=[house.organisation.department_id]
                    if house.organisation.department_id
                    else [],
                    is_national=not house.organisation.department_id,
                    publics=["MOINS_26", "EMPLOI"],
                    places=8 + turn % 9,
                    entries=[] if over else [entry],
                    opens_on=today - timedelta(days=200),
                    closes_on=today - timedelta(days=1) if over else entry,
                    checked_on=today - timedelta(days=200 if turn % 10 == 9 else (turn * 13 + rank) % 150),
                    created_by_id=house.lead,
                )
            )
    Offer.objects.bulk_create(offers, batch_size=2000)
