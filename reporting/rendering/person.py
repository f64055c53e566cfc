"""What an organisation holds about a youth, as a tagged PDF (PDF/UA-1) that they can read."""

import json
from datetime import UTC, date, datetime, time
from typing import Any

import typst

from reporting.rendering.pdf import FONTS, TEMPLATES, as_printable


def render_person_file(held: dict[str, Any]) -> bytes:
    """Return the document as PDF/UA-1 bytes; ``held`` comes from ``youths.rights.gathering``."""
    moment = datetime.combine(date.fromisoformat(held["made_on_iso"]), time(12), tzinfo=UTC)
    return typst.compile(
        str(TEMPLATES / "person.typ"),
        root=str(TEMPLATES),
        sys_inputs={"held": json.dumps(as_printable(held), ensure_ascii=False)},
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
        pdf_standards="ua-1",
        timestamp=int(moment.timestamp()),
    )
