"""How events are signed, and when one that did not arrive is sent again. Pure.

The signatures are those of Standard Webhooks (standardwebhooks.com, version 1.0.0).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from service.domain.answer import timestamp

PREFIX = "whsec_"
_PURPOSE = b"signoff webhook\0"

#: Seconds after each failure until the next attempt; after the last one no more is made. Close to 16 hours.
SCHEDULE = (5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800)
ATTEMPTS = len(SCHEDULE) + 1
_LONGEST_ASKED = 86_400.0  # seconds that a receiver may ask us to wait
#: So many failures in a row, with nothing arriving in between, and the receiver gets one attempt at a time.
TROUBLED = 3
_LONGEST_BREATHER = 60.0  # seconds between attempts at a receiver in trouble

#: Why an attempt failed, and in words.
TROUBLES: Mapping[str, str] = {
    "status": "It answered with a status that is no success.",
    "redirect": "It answered with a redirect, which is not followed: enter the address that it leads to.",
    "gone": "It answered 410: nobody is there who wants to hear of this.",
    "timeout": "It did not answer in time.",
    "not_reached": "No connection came about.",
    "name_not_found": "Its name leads to no address.",
    "refused_address": "Its name leads to an address that is not public, and SIGNOFF_WEBHOOK_NETWORKS names no network "
    "that it lies in.",
    "plain_http": "Over http, only networks that SIGNOFF_WEBHOOK_NETWORKS names are reached: use https.",
    "tls": "No trustworthy TLS connection came about: look at its certificate.",
    "broken_answer": "What it answered is no HTTP.",
    "internal": "Something went wrong on our side; the log says what.",
}


def message(event_id: str, sequence: int, type_: str, at: datetime, data: Mapping[str, Any]) -> dict[str, Any]:
    """An event as the outside sees it, over webhooks and when read alike."""
    return {"id": event_id, "sequence": sequence, "type": type_, "timestamp": timestamp(at), "data": dict(data)}


def to_bytes(told: Mapping[str, Any]) -> bytes:
    """What is signed and sent."""
    return json.dumps(told, separators=(",", ":"), ensure_ascii=False).encode()


def key(instance_secret: bytes, webhook: str, salt: str) -> bytes:
    """The 32 bytes that sign for a webhook. They are worked out from the instance's secret, never stored."""
    return hmac.new(instance_secret, _PURPOSE + f"{webhook}\0{salt}".encode(), hashlib.sha256).digest()


def shown(signing_key: bytes) -> str:
    """The key as a receiver enters it."""
    return PREFIX + base64.b64encode(signing_key).decode()


def headers(keys: Sequence[bytes], message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """What goes with a message: a signature by each key that is valid, so that receivers may change over in peace."""
    seconds = str(int(at.timestamp()))
    signed = f"{message_id}.{seconds}.".encode() + body
    signatures = (base64.b64encode(hmac.new(each, signed, hashlib.sha256).digest()).decode() for each in keys)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(f"v1,{each}" for each in signatures),
    }


def next_attempt(failed: int, draw: float, asked: float | None = None) -> timedelta | None:
    """How long to wait after so many failed attempts; None when it was the last.

    `draw` is from 0 to 1: a fifth more or less, so that not everything comes back at once. `asked` are the seconds that
    the receiver wants to be left alone.
    """
    if failed > len(SCHEDULE):
        return None
    seconds = SCHEDULE[failed - 1] * (0.8 + 0.4 * draw)
    return timedelta(seconds=max(seconds, min(asked or 0.0, _LONGEST_ASKED)))


def breather(failures: int, draw: float) -> timedelta:
    """How long to leave a receiver alone after so many failures in a row."""
    if failures < TROUBLED:
        return timedelta(0)
    return timedelta(seconds=min(2.0 ** min(failures - TROUBLED, 16), _LONGEST_BREATHER) * (0.8 + 0.4 * draw))
