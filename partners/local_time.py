"""Hours as people type and read them where a session takes place. Pure: dates and zones in, moments and words out."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

PARIS = "Europe/Paris"
_PLACES = {
    "America/Cayenne": "de la Guyane",
    "America/Guadeloupe": "de la Guadeloupe",
    "America/Marigot": "de Saint-Martin",
    "America/Martinique": "de la Martinique",
    "America/Miquelon": "de Saint-Pierre-et-Miquelon",
    "America/St_Barthelemy": "de Saint-Barthélemy",
    "Etc/GMT+8": "de Clipperton",
    "Indian/Kerguelen": "des Kerguelen",
    "Indian/Mayotte": "de Mayotte",
    "Indian/Reunion": "de La Réunion",
    "Pacific/Noumea": "de la Nouvelle-Calédonie",
    "Pacific/Tahiti": "de Tahiti",
    "Pacific/Wallis": "de Wallis-et-Futuna",
}


class NoSuchHour(ValueError):
    """The hour that clocks skip when summer time begins."""


def moment(day: date, hour: time, zone: str) -> datetime:
    """The moment of a local hour, in UTC. Raises NoSuchHour for an hour that does not exist on that day.

    An hour that comes twice, when summer time ends, is the first of the two.
    """
    local = datetime.combine(day, hour, ZoneInfo(zone))
    found = local.astimezone(UTC)
    if found.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise NoSuchHour
    return found


def local(at: datetime, zone: str) -> datetime:
    """A moment as clocks show it in a zone."""
    return at.astimezone(ZoneInfo(zone))


def zone_words(zone: str) -> str:
    """ "heure de La Réunion"; empty in Paris, where nobody asks."""
    if zone == PARIS:
        return ""
    return f"heure {_PLACES[zone]}" if zone in _PLACES else f"heure de {zone}"
