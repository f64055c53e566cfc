"""Whether two names may be those of one person (hard case DOMAIN §9.10). Pure."""

from difflib import SequenceMatcher

from core.names import normalise

# Two names this close, born the same day, are probably one person: somebody is asked.
CLOSE = 0.75
# Small words that one file writes and another leaves out, or glues to the next one ("d’Aubigné", "de La Tour").
_WRITTEN = "d de del della den der des di do dos du da l la le les el al ben ibn bin van von zu y e"
PARTICLES = frozenset(_WRITTEN.split())


def _forms(first_name: str, last_name: str) -> set[str]:
    """How a name may be written: in both orders, and its words sorted, without particles, glued together."""
    straight = normalise(last_name, first_name)
    words = [word for word in straight.split() if word not in PARTICLES]
    return {
        straight,
        normalise(first_name, last_name),
        " ".join(sorted(words)),
        normalise(last_name).replace(" ", "") + " " + normalise(first_name).replace(" ", ""),
    }


def alike(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether two (first name, last name) are close: spelling, order, hyphens, apostrophes and particles aside."""
    return any(_close(first, second) for first in _forms(*one) for second in _forms(*other))


def _close(first: str, second: str) -> bool:
    # The ratio depends on the order in which the two are given.
    first, second = sorted((first, second))
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    return bool(first and second) and matcher.quick_ratio() >= CLOSE and matcher.ratio() >= CLOSE
