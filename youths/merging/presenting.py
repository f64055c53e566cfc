"""What the page of a record says of whose it is (read with the record, no query)."""

from typing import Any

from core.acting import Acting
from partners.models import Level, Network
from youths.models import Accompaniment, Youth


def may_adopt(acting: Acting, youth: Youth) -> bool:
    """Whether somebody who may open a record may register the youth in their Mission Locale."""
    if acting.network != Network.ML or acting.level != Level.LOCAL or youth.registered_with_id is not None:
        return False
    links = youth.own_links  # type: ignore[attr-defined]
    return any(link["ended_on"] is None and link["role"] != Accompaniment.Role.CLOSING for link in links)


def of_record(acting: Acting, youth: Youth) -> dict[str, Any]:
    """Who opened it and may register it, and the transfer that waits for an answer."""
    return {
        "may_adopt": may_adopt(acting, youth),
        "may_transfer": acting.network == Network.ML and youth.registered_with_id == acting.organisation_id,
        "transfer": next(iter(youth.transfer_rows), None),  # type: ignore[attr-defined]
    }
