"""What is counted and timed of telling the outside. Labels are few: never an address, never an id."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

ATTEMPTS = Counter("signoff_webhook_attempts_total", "Attempts to deliver an event to a webhook", ["result"])
SECONDS = Histogram(
    "signoff_webhook_seconds",
    "Seconds until a receiver answered, or did not",
    buckets=(0.005, 0.02, 0.05, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0),
)
DEAD = Counter("signoff_webhook_dead_total", "Events that are not tried any more to deliver")
WAITING = Gauge("signoff_webhook_waiting", "Events that wait to be delivered, over all webhooks")
OLDEST = Gauge("signoff_webhook_oldest_seconds", "Age of the event that has waited longest")
PAUSED = Gauge("signoff_webhooks_paused", "Webhooks that nothing is sent to")
FAILING = Gauge("signoff_webhooks_failing", "Webhooks where nothing arrives though it is tried")
