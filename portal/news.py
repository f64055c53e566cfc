"""CHANGELOG.md, read for the page "Nouveautés".

The file is written for users with few kinds of line: `## release`, `### part`, `- item`, and paragraphs
whose lines are joined. The result is plain text that the template escapes: no markup passes through.
"""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

CHANGELOG = Path(__file__).resolve().parent.parent / "CHANGELOG.md"


@dataclass
class Part:
    """What stands under one `###` heading, or directly under the release (then without a title)."""

    title: str = ""
    paragraphs: list[str] = field(default_factory=list)
    items: list[str] = field(default_factory=list)


@dataclass
class Release:
    """One `##` heading and what follows it."""

    title: str
    parts: list[Part] = field(default_factory=list)


def parse(text: str) -> list[Release]:
    """The releases of a changelog, in the order of the file; what comes before the first `##` is left out."""
    releases: list[Release] = []
    last: list[str] | None = None  # the list whose last entry the next indented or plain line continues
    for line in text.splitlines():
        stripped = line.strip()
        if line.startswith("## "):
            releases.append(Release(stripped[3:]))
            last = None
        elif not releases:
            continue
        elif line.startswith("### "):
            releases[-1].parts.append(Part(stripped[4:]))
            last = None
        elif not stripped:
            last = None
        else:
            if not releases[-1].parts:
                releases[-1].parts.append(Part())
            part = releases[-1].parts[-1]
            if stripped.startswith("- "):
                last = part.items
                last.append(stripped[2:])
            elif last:
                last[-1] += f" {stripped}"
            else:
                last = part.paragraphs
                last.append(stripped)
    return releases


@cache
def releases(path: Path = CHANGELOG) -> list[Release]:
    """The parsed changelog, read once per process: it only changes with a new version of the portal."""
    return parse(path.read_text(encoding="utf-8"))
