"""Requests of a small workflow, of which a few were labelled wrongly by people."""

from __future__ import annotations

from service.store import examples
from tests.unit.service.usecases.labelling_room import Room

EVIL = "<script>alert(1)</script>"
MOVED = (
    "I moved house, please change my address.",
    "How do I update my home address?",
    "My address is wrong, I live elsewhere now.",
    "New address: how can I tell you?",
    "Please note my change of address.",
)
CARD = [
    f"My {kind} card was {what}."
    for kind in ("debit", "credit", "new", "bank")
    for what in ("declined in a shop", "stolen on the train", "swallowed by a machine", "lost at home")
]
FEES = [
    f"Why was I charged a {kind} fee {when}?"
    for kind in ("monthly", "late payment", "foreign exchange", "transfer")
    for when in ("this month", "again", "last week", "without notice")
]
WRONG = (
    f"My card was stolen {EVIL} on the train to work.",
    "My credit card was declined in a book shop.",
    "My debit card was swallowed by the machine outside.",
)


def taught(room: Room) -> dict[str, str]:
    """Teach the room: most by its file, and by people three requests about cards as being about fees; text -> id of
    the example."""
    room.examples_file(
        *({"text": text, "label": "card"} for text in CARD), *({"text": text, "label": "fees"} for text in FEES)
    )
    for text in WRONG:
        room.decided(text, ["fees"])
    with room.house.store.read() as connection:
        rows = examples.everything(connection, room.policy.name)
    return dict(zip(WRONG, (row.id for row in rows), strict=True))
