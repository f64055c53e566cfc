"""Which Mission Locale serves a municipality: the one whose territory holds it, else the nearest, to be confirmed."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from core import clock
from core.acting import Acting
from partners.designations.coverage import listed_for
from partners.models import Level, Municipality, Network, Organisation
from partners.territory.dataset import city_of, normalise_name
from partners.territory.distance import KM_PER_DEGREE, Place, distance_km, place_of

# Farther than this, a Mission Locale is no suggestion: the sea, or a directory that is not loaded.
FARTHEST_KM = 120
SUGGESTIONS = 5
MATCHES = 30


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A Mission Locale that may serve a municipality. ``km`` None: the distance is not known."""

    organisation: Organisation
    km: int | None


@dataclass(frozen=True, slots=True)
class Serving:
    """The answer for a municipality: those known to serve it, else those that may."""

    known: list[Organisation]
    suggested: list[Suggestion]


def municipalities_like(typed: str) -> list[Municipality]:
    """The municipalities of a name or of a postcode, the most populated first; an empty list when there is none.

    Those that have the very name, else those whose name begins with it. Two queries at most.
    """
    words = normalise_name(typed)
    everywhere = Municipality.objects.select_related("department")
    if words.isascii() and words.isdecimal() and len(words) == 5:
        return list(everywhere.filter(postcodes__contains=[words]).order_by("-population", "code")[:MATCHES])
    if len(words) < 2:
        return []
    for condition in ({"search_name": words}, {"search_name__startswith": words}):
        if found := list(everywhere.filter(**condition).order_by("-population", "code")[:MATCHES]):
            return found
    return []


def serving(municipality: Municipality, acting: Acting) -> Serving:
    """The Missions Locales of a municipality, as a member may see them. Two queries at most."""
    existing = (
        listed_for(acting)
        .existing_on(clock.today())
        .filter(network=Network.ML, level=Level.LOCAL)
        .select_related("municipality", "department", "region")
    )
    codes = [municipality.pk, city_of(municipality.pk)]
    known = list(existing.filter(catchments__municipality__in=codes).distinct().order_by("name", "pk"))
    return Serving(known, [] if known else _suggested(municipality, existing))


def _suggested(municipality: Municipality, existing: QuerySet[Organisation]) -> list[Suggestion]:
    """The nearest ones, those of the department first; those whose place is not known come last of theirs."""
    here = place_of(municipality.longitude, municipality.latitude)
    wanted = Q(department=municipality.department_id)
    if here:
        # A degree of latitude is the same everywhere: the database keeps the band, the distance does the rest.
        band = FARTHEST_KM / KM_PER_DEGREE
        wanted |= Q(municipality__latitude__range=(here.latitude - band, here.latitude + band))
    ranked = []
    for organisation in existing.filter(wanted).order_by("name", "pk"):
        km = _km(here, organisation)
        same = organisation.department_id == municipality.department_id
        if same or (km is not None and km <= FARTHEST_KM):
            ranked.append((not same, km is None, km or 0.0, organisation))
    ranked.sort(key=lambda one: one[:3])
    return [Suggestion(one, None if unknown else round(km)) for _, unknown, km, one in ranked[:SUGGESTIONS]]


def _km(here: Place | None, organisation: Organisation) -> float | None:
    town = organisation.municipality
    there = place_of(town.longitude, town.latitude) if town else None
    return distance_km(here, there) if here and there else None
