"""The palette, measured: WCAG contrast of each pair of tokens that the style sheet puts together."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SHEET = "".join(
    (ROOT / "static" / "css" / name).read_text(encoding="utf-8") for name in ("portal.css", "pages.css")
)
TOKENS = dict(re.findall(r"--([a-z-]+): (#[0-9A-Fa-f]{6})", SHEET))

TEXT = [
    *((ink, ground) for ink in ("ink", "muted") for ground in ("page", "surface", "sunk", "brand-tint")),
    *(("brand", ground) for ground in ("page", "surface", "sunk", "brand-tint")),
    ("brand-dark", "brand-tint"),
    ("surface", "brand"),
    ("surface", "brand-dark"),
    ("surface", "accent"),
    ("surface", "retard"),
    ("accent", "surface"),
    ("accent", "page"),
    ("retard", "surface"),
    ("retard", "page"),
    *((kind, f"{kind}-tint") for kind in ("ok", "attente", "retard", "info", "neutre")),
]
SHAPES = [
    ("control", "surface"),
    ("control", "page"),
    ("brand-mid", "surface"),
    ("brand", "page"),
    ("brand", "surface"),
    ("accent", "surface"),
]


def luminance(colour: str) -> float:
    """Relative luminance of an sRGB colour, 0 to 1 (WCAG 2.2)."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(TOKENS[one]), luminance(TOKENS[other])), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_reads(ink, ground):
    assert contrast(ink, ground) >= 4.5


@pytest.mark.parametrize(("shape", "ground"), SHAPES)
def test_shapes_show(shape, ground):
    assert contrast(shape, ground) >= 3
