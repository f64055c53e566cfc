"""The name under which somebody reads of an organisation: a sensitive one is named to its own members only."""

from core.acting import Acting
from partners.models import Organisation, outward_name


def shown_name(acting: Acting, organisation: Organisation) -> str:
    """The short name of an organisation, for the person who reads."""
    hidden = organisation.is_sensitive and organisation.pk != acting.organisation_id
    return outward_name(str(organisation), is_sensitive=hidden)


def may_open(acting: Acting, organisation: Organisation) -> bool:
    """Whether its page may be linked."""
    return not organisation.is_sensitive or organisation.pk == acting.organisation_id
