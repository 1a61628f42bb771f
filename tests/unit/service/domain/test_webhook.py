"""Signatures that others can check, and pauses between attempts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from service.domain.webhook import (
    ATTEMPTS,
    SCHEDULE,
    TROUBLED,
    breather,
    headers,
    key,
    message,
    next_attempt,
    shown,
    to_bytes,
)

NOW = datetime(2026, 3, 3, 9, tzinfo=UTC)


def test_the_published_example_comes_out():
    """Key, message and signature as the library of Standard Webhooks has them, byte for byte."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    theirs = Webhook(secret).sign("msg_p5jXN8AQM9LWM0D4loKWxJek", NOW, '{"test": 2432232314}')
    raw = Webhook(secret)._whsecret
    ours = headers([raw], "msg_p5jXN8AQM9LWM0D4loKWxJek", NOW, b'{"test": 2432232314}')
    assert ours["webhook-signature"] == theirs
    assert ours["webhook-timestamp"] == str(int(NOW.timestamp()))


def test_a_message_sent_again_by_somebody_else_is_too_old():
    """Well signed, and an hour ago: who recorded it gains nothing by sending it anew."""
    signing, now, body = key(b"a" * 32, "whk_1", "salt"), datetime.now(UTC), b"{}"
    assert Webhook(shown(signing)).verify(body, headers([signing], "evt_1", now, body)) == {}
    with pytest.raises(WebhookVerificationError, match="too old"):
        Webhook(shown(signing)).verify(body, headers([signing], "evt_1", now - timedelta(hours=1), body))


def test_a_key_is_of_one_webhook_one_salt_and_one_instance():
    """32 bytes, shown as `whsec_…`; nothing of the instance's secret is in it."""
    keys = {key(secret, webhook, salt) for secret in (b"a" * 32, b"b" * 32) for webhook in "xy" for salt in "12"}
    assert len(keys) == 8
    assert {len(each) for each in keys} == {32}
    assert all(Webhook(shown(each))._whsecret == each for each in keys)


def test_a_message_is_small_and_plain():
    """What is sent is what is read by `GET /v1/events`."""
    told = message("evt_1", 7, "decision.final", NOW, {"decision": "dec_1"})
    assert to_bytes(told) == (
        b'{"id":"evt_1","sequence":7,"type":"decision.final","timestamp":"2026-03-03T09:00:00.000Z",'
        b'"data":{"decision":"dec_1"}}'
    )


def test_attempts_are_ever_further_apart_and_end():
    """Ten over more than half a day and less than one; a fifth more or less."""
    pauses = [next_attempt(failed, 0.5) for failed in range(1, ATTEMPTS)]
    assert pauses == [timedelta(seconds=seconds) for seconds in SCHEDULE]
    assert sum(SCHEDULE) / 3_600 == pytest.approx(15.7, abs=0.1)
    assert next_attempt(ATTEMPTS, 0.5) is None
    assert next_attempt(3, 0.0) == timedelta(seconds=96)
    assert next_attempt(3, 1.0) == timedelta(seconds=144)


def test_a_receiver_may_ask_for_longer_but_not_for_ever():
    """`Retry-After` never makes it sooner, and counts up to a day."""
    assert next_attempt(1, 0.5, 900) == timedelta(seconds=900)
    assert next_attempt(9, 0.5, 1) == timedelta(hours=8)
    assert next_attempt(1, 0.5, 10**9) == timedelta(days=1)


def test_breathers_grow_to_a_minute():
    """From the third failure in a row on."""
    assert [breather(n, 0.5).total_seconds() for n in range(TROUBLED + 9)] == [0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert breather(10**6, 0.5).total_seconds() == 60
