"""What the page of a record says of whose it is (read with the record, no query)."""

from typing import Any

from core.acting import Acting
from partners.models import Level, Network
from youths.models import Accompaniment, Youth


def may_adopt(acting: Acting, youth: Youth) -> bool:
    """Whether somebody whose Mission Locale follows a youth may register them there."""
    return acting.network == Network.ML and acting.level == Level.LOCAL and youth.registered_with_id is None


def of_record(acting: Acting, youth: Youth) -> dict[str, Any]:
    """Who opened it and may register it, and the transfer that waits for an answer."""
    links = youth.own_links  # type: ignore[attr-defined]
    follows = any(one["ended_on"] is None and one["role"] != Accompaniment.Role.CLOSING for one in links)
    return {
        "may_adopt": follows and may_adopt(acting, youth),
        "may_transfer": acting.network == Network.ML and youth.registered_with_id == acting.organisation_id,
        "transfer": next(iter(youth.transfer_rows), None),  # type: ignore[attr-defined]
    }
