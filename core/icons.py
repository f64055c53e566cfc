"""The portal's own icons: twenty-unit outlines in the text colour, drawn inline, always beside words."""

# Each value is the inside of an SVG on a 20 × 20 grid, drawn with a 1.75 stroke and round ends.
ICONS: dict[str, str] = {
    "alert": '<path d="M10 3.2 17.4 16H2.6z"/><path d="M10 8v3.6M10 13.8v.1"/>',
    "arrow": '<path d="M3.5 10h13M11.5 5l5 5-5 5"/>',
    "back": '<path d="M16.5 10h-13M8.5 5l-5 5 5 5"/>',
    "bell": '<path d="M5 14V9a5 5 0 0 1 10 0v5l1.5 1.5h-13zM8.3 17.6h3.4"/>',
    "calendar": '<path d="M3.5 5h13v11.5h-13zM3.5 8.5h13M7 3v3.2M13 3v3.2"/>',
    "chart": '<path d="M3.5 16.5h13M5.5 13.5v-3M10 13.5V5M14.5 13.5V8"/>',
    "check": '<path d="m4 10.6 4 4L16 6"/>',
    "chevron": '<path d="m5.5 8 4.5 4.5L14.5 8"/>',
    "clock": '<circle cx="10" cy="10" r="7"/><path d="M10 6v4.2l2.8 1.8"/>',
    "close": '<path d="m5 5 10 10M15 5 5 15"/>',
    "document": '<path d="M5 2.8h6.5L15.5 7v10.2H5zM11.2 3v4.2h4.2M7.8 11h5M7.8 14h5"/>',
    "download": '<path d="M10 3v9.5M5.8 8.6 10 12.8l4.2-4.2M3.5 16.8h13"/>',
    "filter": '<path d="M3 5.5h14M5.8 10h8.4M8.4 14.5h3.2"/>',
    "flag": '<path d="M5 17.5v-14h9.5l-2 3.7 2 3.8H5"/>',
    "home": '<path d="m3 9.8 7-6.3 7 6.3M5 8.5v8h10v-8"/>',
    "info": '<circle cx="10" cy="10" r="7"/><path d="M10 9.3v4.2M10 6.6v.1"/>',
    "link": (
        '<path d="M8.2 11.8 11.8 8.2M7 9.2l-2.4 2.4a2.7 2.7 0 0 0 3.8 3.8L10.8 13M9.2 7l2.4-2.4a2.7 2.7'
        ' 0 0 1 3.8 3.8L13 10.8"/>'
    ),
    "lock": '<path d="M4.5 9h11v8h-11zM7 9V6.2a3 3 0 0 1 6 0V9"/>',
    "mail": '<path d="M3 5h14v10.5H3zM3.3 5.6 10 11l6.7-5.4"/>',
    "menu": '<path d="M3.5 5.5h13M3.5 10h13M3.5 14.5h13"/>',
    "minus": '<path d="M5 10h10"/>',
    "people": (
        '<circle cx="7.3" cy="7" r="2.8"/>'
        '<path d="M2.3 16.5c0-3 2.2-4.8 5-4.8s5 1.8 5 4.8M13 4.6a2.6 2.6 0 0 1 0 4.9M14.2 12c2.1.4 3.5'
        ' 2 3.5 4.5"/>'
    ),
    "person": '<circle cx="10" cy="6.8" r="3.2"/><path d="M4 17c0-3.4 2.6-5.4 6-5.4s6 2 6 5.4"/>',
    "phone": (
        '<path d="M6.8 3 8.4 6.8 6.6 8.3c.9 2.1 3 4.2 5.1 5.1l1.5-1.8L17 13.2v2.9c0 .6-.5 1-1 .9C9.4'
        ' 16.4 3.6 10.6 3 4c0-.6.4-1 1-1z"/>'
    ),
    "pin": (
        '<path d="M10 17.5c3.6-3.9 5.4-6.6 5.4-9.1a5.4 5.4 0 0 0-10.8 0c0 2.5 1.8 5.2 5.4 9.1z"/>'
        '<circle cx="10" cy="8.3" r="1.9"/>'
    ),
    "plus": '<path d="M10 4v12M4 10h12"/>',
    "question": (
        '<circle cx="10" cy="10" r="7"/>'
        '<path d="M7.9 8.1c.1-1.2 1-1.9 2.1-1.9 1.2 0 2.1.7 2.1 1.8 0 1.5-2.1 1.6-2.1 3.2M10 13.8v.1"/>'
    ),
    "return": '<path d="M7.5 5 3.5 9l4 4M3.5 9h8.8a4 4 0 0 1 0 8h-2"/>',
    "search": '<circle cx="8.7" cy="8.7" r="5.2"/><path d="m12.6 12.6 4.4 4.4"/>',
    "send": '<path d="M17.2 3 2.8 9l5.7 2.5L11 17.2z"/><path d="m17.2 3-8.7 8.5"/>',
    "talk": '<path d="M3 4h14v9.5H9L5.2 17v-3.5H3z"/>',
}  # fmt: skip


def svg(name: str) -> str:
    """The inline SVG of one icon, hidden from assistive technology; KeyError when the name is unknown."""
    shape = ICONS[name]
    return f'<svg class="icon" viewBox="0 0 20 20" aria-hidden="true">{shape}</svg>'
