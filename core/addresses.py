"""The addresses of pages, written from their patterns.

Django looks for the pattern of an address each time it is asked for one; a page asks forty times. Here a pattern is
looked for once, and the identifiers are written in it.
"""

from functools import cache
from uuid import UUID

from django.conf import settings
from django.urls import get_script_prefix, reverse


def address(name: str, *args: object) -> str:
    """What ``reverse`` answers. Raises NoReverseMatch as it does."""
    if all(isinstance(one, UUID) for one in args):
        return _pattern(settings.ROOT_URLCONF, get_script_prefix(), name, len(args)).format(*args)
    return reverse(name, args=args)


@cache
def _pattern(urlconf: str, prefix: str, name: str, count: int) -> str:
    """The address under a prefix, with a place for each identifier."""
    standing = [UUID(int=number) for number in range(1, count + 1)]
    pattern = reverse(name, args=standing)
    for one in standing:
        pattern = pattern.replace(str(one), "{}")
    return pattern
