"""The request of somebody who is signed in, as the views of this room know it."""

from accounts.models import User
from core.requests import PortalRequest


class SignedInRequest(PortalRequest):
    """Type only: the login requirement makes sure of it."""

    user: User  # type: ignore[assignment]
