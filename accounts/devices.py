"""A device in words, as its owner recognises it. Only the family of browser and of system is kept."""

# The first that matches wins: every browser claims to be those that came before it.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
)
UNKNOWN = "Appareil inconnu"


def _first(table: tuple[tuple[str, str], ...], agent: str) -> str:
    return next((words for mark, words in table if mark in agent), "")


def in_words(agent: str) -> str:
    """ "Firefox sur Windows", from a User-Agent header; "Appareil inconnu" when it says nothing known."""
    browser, system = _first(BROWSERS, agent), _first(SYSTEMS, agent)
    if browser and system:
        return f"{browser} sur {system}"
    return browser or system or UNKNOWN
