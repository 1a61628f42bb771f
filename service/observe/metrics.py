"""What is counted and timed, named once. Labels are few and never hold text or ids of requests."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

#: What the rooms on a request's way are called here and in traces, as everybody calls such stages.
STAGES: Final = {
    "clean": "clean",
    "law": "rules",
    "encode": "encode",
    "evidence": "search",
    "judgement": "classify",
    "routing": "route",
}
COMMIT: Final = "commit"  #: the last stage: from the decision that is made to the record that is durable

REQUESTS = Counter("signoff_requests_total", "Requests answered", ["method", "route", "status"])
REQUEST_SECONDS = Histogram(
    "signoff_request_seconds",
    "Seconds from a request's head to the last byte of its answer",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5, 10.0),
)
STAGE_SECONDS = Histogram(
    "signoff_stage_seconds",
    "Seconds a request spends in one stage",
    ["stage"],
    buckets=(0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0),
)
DATABASE_ERRORS = Counter(
    "signoff_database_errors_total", "Reads and commits that failed because the database did", ["during"]
)
for _during in ("read", "commit"):  # from zero on: what first appears when it counts has not risen, for Prometheus
    DATABASE_ERRORS.labels(_during)
DECISIONS = Counter("signoff_decisions_total", "Decisions recorded", ["workflow", "outcome", "decided_by"])
REASONS = Counter("signoff_review_reasons_total", "Reasons why cases went to people", ["workflow", "reason"])
RELOADS = Counter("signoff_rule_reloads_total", "Rule reloads", ["result"])
for _result in ("activated", "refused"):
    RELOADS.labels(_result)
#: Rule ids are few beside requests, and only rules that speak are counted.
RULE_FINDINGS = Counter(
    "signoff_rule_findings_total", "What rules said, other than no match", ["workflow", "rule", "finding"]
)
ALARMS = Gauge("signoff_rule_alarms_open", "Shares that left their usual band after a change and nobody acknowledged")
RELEASES_OPENING = Gauge("signoff_releases_opening", "Releases that should answer and are not open in a worker")
SNAPSHOTS_MENDED = Counter("signoff_snapshots_mended_total", "Snapshots built again because they were damaged")
SNAPSHOTS_COMPACTED = Counter("signoff_snapshots_compacted_total", "Snapshots that took over what was approved since")
AUTOMATION_PAUSED = Gauge(
    "signoff_automation_paused", "1 while a certificate does not hold with the documents there are", ["workflow"]
)
RATE_LIMITED = Counter("signoff_rate_limited_total", "Requests refused because a key sends too many", ["key"])
KEYS_EXPIRING = Gauge("signoff_keys_expiring", "Keys that end within two weeks and have no successor")
