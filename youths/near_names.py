"""One letter wrong in a name: the words that were perhaps meant, to ask the same index for (ADR 0037).

The index knows beginnings of words, and no distance: so the beginnings at one letter of what was typed are written out
(one letter missing, too many, another one, or two exchanged), some fifty for each letter. They are asked as any
search is, of the same records. Pure.
"""

from collections.abc import Iterator
from string import ascii_lowercase

from core.names import normalise
from youths.merging.likeness import PARTICLES

# Under four letters, one wrong is a quarter of the records of a structure.
MINIMUM = 4
# The longest words; beyond, what was typed is no name. And how many of its words may hold the mistake: the longest.
LONGEST, MOST_DOUBTFUL = 16, 2


def words_of(typed: str) -> list[str]:
    """The words in which a mistake may be looked for: letters alone; none when a number was typed."""
    words = normalise(typed).split()
    words = [word for word in words if word not in PARTICLES] or words
    if not all(word.isalpha() and len(word) <= LONGEST for word in words):
        return []
    return words


def beginnings(word: str) -> list[str]:
    """The beginnings at one letter of a word, without those that it begins, or that another one begins."""
    found = {one for one in _written(word) if len(one) >= MINIMUM - 1 and not one.startswith(word)}
    return sorted(one for one in found if not any(one[:end] in found for end in range(MINIMUM - 1, len(one))))


def _written(word: str) -> Iterator[str]:
    for place in range(len(word)):
        before, after = word[:place], word[place + 1 :]
        yield before + after
        yield before + word[place + 1 : place + 2] + word[place] + word[place + 2 :]
        for letter in ascii_lowercase:
            yield before + letter + after
            yield before + letter + word[place:]


def pattern_near(typed: str) -> str:
    """What the index is asked (as ``youths.search.pattern_of``): a word near one that was typed; "" for none.

    Rather more than what is near: the other words are looked at in what was found (:func:`ways_near`), since the
    index would compare hundreds of beginnings for each record that holds them.
    """
    return " | ".join(f"'@{one}':*" for _, word in _doubtful(words_of(typed)) for one in beginnings(word))


def ways_near(typed: str) -> list[list[str]]:
    """The ways in which a record is near: regular expressions that its words all fit, one of them at one letter.

    A word of a record stands behind the number of its keeper: "12/kermarrecyann".
    """
    words = words_of(typed)
    return [
        [f"/{word}" for number, word in enumerate(words) if number != place] + [f"/{_loose(doubtful)}"]
        for place, doubtful in _doubtful(words)
    ]


def _doubtful(words: list[str]) -> list[tuple[int, str]]:
    """The words that may hold the mistake, with their places. Beside others, a short one is taken as it is."""
    least = MINIMUM if len(words) == 1 else MINIMUM + 1
    longest = sorted(enumerate(words), key=lambda numbered: -len(numbered[1]))[:MOST_DOUBTFUL]
    return sorted((place, word) for place, word in longest if len(word) >= least)


def _loose(word: str) -> str:
    """Any beginning at one letter of a word. The letters that are right stand once: the expression is read faster."""
    first, rest = word[0], word[1:]
    ways = [f"{first}{_loose(rest)}"] if rest else []
    # One letter missing, another one, one too many; two exchanged.
    ways += [rest, f"[a-z]{rest}", f"[a-z]{word}"]
    if rest:
        ways.append(f"{rest[0]}{first}{rest[1:]}")
    return f"(?:{'|'.join(way for way in ways if way)})" if rest else ""
