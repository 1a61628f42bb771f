"""What the pages of webhooks show. Pure: values in, values out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from service.console import words
from service.console.rule_views import Moment, moment
from service.console.words import Phrase
from service.domain.webhook import TROUBLES

_ACTIVE = Phrase("active", "Active", "Events are sent to it.", "allow")
_FAILING = Phrase("failing", "Failing", "Nothing arrives, though it is tried again and again.", "review")
#: Why nothing is sent, and what to do.
PAUSES: Mapping[str, tuple[str, str]] = {
    "asked": (
        "Paused",
        "Nothing is sent to it until somebody resumes it. Then it hears of all that happened meanwhile.",
    ),
    "failing": (
        "Nothing arrives there any more",
        "It was tried for days. Mend what is wrong, send a test message, and resume it: it gets all that it missed.",
    ),
    "gone": (
        "The receiver has said goodbye",
        "It answered 410: nobody there wants to hear of this. Remove it, or enter its new address and resume it.",
    ),
}
STATES: Mapping[str, Phrase] = {
    "waiting": Phrase("waiting", "Waiting", "To be sent, or to be tried again.", "review"),
    "delivered": Phrase("delivered", "Arrived", "", "allow"),
    "dead": Phrase("dead", "Given up", "It was tried over most of a day. Send it anew once all is well.", "block"),
}


@dataclass(frozen=True, slots=True)
class WebhookRow:
    """One webhook."""

    id: str
    name: str
    url: str
    address: str
    state: Phrase
    hears: str
    waiting: int
    dead: int
    oldest: Moment | None
    arrived: Moment | None


@dataclass(frozen=True, slots=True)
class SecretRow:
    """A secret that signs now."""

    made: Moment
    by: str
    ends: Moment | None


@dataclass(frozen=True, slots=True)
class WebhookView:
    """One webhook, with everything about it."""

    row: WebhookRow
    types: str  #: one a line, as the form has them
    workflows: str
    paused: tuple[str, str] | None  #: title and what to do
    paused_by: str
    failing: Moment | None
    secrets: tuple[SecretRow, ...]
    made: Moment
    by: str


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One event that was or is to be sent."""

    event: str
    type: str
    about: str  #: where to read of it; empty: nowhere
    line: str
    state: Phrase
    attempts: int
    last: str
    trouble: str  #: in words
    at: Moment
    due: Moment | None


def webhook_address(webhook: str) -> str:
    return f"/console/webhooks/{quote(webhook, safe='')}"


def webhook_row(each: Mapping[str, Any], now: datetime) -> WebhookRow:
    return WebhookRow(
        id=each["id"],
        name=each["name"],
        url=each["url"],
        address=webhook_address(each["id"]),
        state=_state(each),
        hears=_hears(each["types"], each["workflows"]),
        waiting=each["waiting"],
        dead=each["dead"],
        oldest=_moment(each["oldest_waiting"], now),
        arrived=_moment(each["last_delivered"], now),
    )


def webhook_view(each: Mapping[str, Any], now: datetime) -> WebhookView:
    paused = each["paused"]
    return WebhookView(
        row=webhook_row(each, now),
        types="\n".join(each["types"]),
        workflows="\n".join(each["workflows"]),
        paused=PAUSES.get(paused["why"], (paused["why"], "")) if paused else None,
        paused_by=f"By {paused['by']}, {moment(paused['at'], now).words}." if paused else "",
        failing=_moment(each["failing_since"], now),
        secrets=tuple(
            SecretRow(moment(one["created_at"], now), one["created_by"], _moment(one["ends_at"], now))
            for one in each["secrets"]
        ),
        made=moment(each["created_at"], now),
        by=each["created_by"],
    )


def delivery_row(each: Mapping[str, Any], now: datetime) -> DeliveryRow:
    trouble = TROUBLES.get(each["trouble"], each["trouble"] or "")
    took = f" after {each['milliseconds']} ms" if each["milliseconds"] is not None else ""
    said = str(each["status"]) if each["status"] else "no answer" if each["trouble"] else ""
    return DeliveryRow(
        event=each["event"],
        type=each["type"],
        about=f"/console/decisions/{quote(each['line'], safe='')}" if each["line"].startswith("dec_") else "",
        line=each["line"],
        state=Phrase("sending", "Being sent", "", "plain")
        if each["under_way"]
        else words.phrase(STATES, each["state"]),
        attempts=each["attempts"],
        last=f"{said}{took}" if said else words.NOTHING,
        trouble=trouble if each["state"] != "delivered" else "",
        at=moment(each["at"], now),
        due=_moment(each["due_at"], now),
    )


def lines(text: str) -> tuple[str, ...]:
    """What was written one a line."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _state(each: Mapping[str, Any]) -> Phrase:
    if each["paused"]:
        why = each["paused"]["why"]
        return Phrase("paused", "Paused", PAUSES.get(why, ("", ""))[0], "review" if why == "asked" else "block")
    return _FAILING if each["failing_since"] else _ACTIVE


def _hears(types: Sequence[str], workflows: Sequence[str]) -> str:
    what = ", ".join(types) if types else "everything"
    return f"{what}, of {', '.join(workflows)}" if workflows else what


def _moment(at: str | None, now: datetime) -> Moment | None:
    return moment(at, now) if at else None
