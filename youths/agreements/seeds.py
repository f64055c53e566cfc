"""Where the seeds of the links made in this session wait to be shown again: kept nowhere else."""

from uuid import UUID

from django.http import HttpRequest

KEY = "agreement_links"
KEPT = 20


def keep(request: HttpRequest, uuid: UUID, seed: str) -> None:
    """Keep the seed of a link, and forget the oldest ones."""
    kept = dict(list(request.session.get(KEY, {}).items())[1 - KEPT :])
    request.session[KEY] = kept | {str(uuid): seed}


def seed_of(request: HttpRequest, uuid: UUID) -> str:
    """The seed of a link made in this session; empty for any other."""
    return str(request.session.get(KEY, {}).get(str(uuid), ""))
