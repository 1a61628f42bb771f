"""What to call a browser in a list of sessions: its kind and system in our words, so that nothing it sent stays."""

from __future__ import annotations

# The first word found counts: others claim to be Chrome or Safari as well.
_KINDS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Windows", "Windows"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def browser_words(user_agent: str) -> str:
    """As “Firefox on Linux”."""
    kind = next((name for word, name in _KINDS if word in user_agent), "A browser")
    system = next((name for word, name in _SYSTEMS if word in user_agent), "")
    return f"{kind} on {system}" if system else kind
