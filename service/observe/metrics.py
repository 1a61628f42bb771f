"""What is counted and timed, named once. Labels are few and never hold text or ids of requests."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

STAGE_SECONDS = Histogram(
    "signoff_stage_seconds",
    "Seconds a request spends in one room",
    ["room"],
    buckets=(0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0),
)
DECISIONS = Counter("signoff_decisions_total", "Decisions recorded", ["workflow", "outcome", "decided_by"])
REASONS = Counter("signoff_review_reasons_total", "Reasons why cases went to people", ["workflow", "reason"])
RELOADS = Counter("signoff_rule_reloads_total", "Rule reloads", ["result"])
#: Rule ids are few beside requests, and only rules that speak are counted.
RULE_FINDINGS = Counter(
    "signoff_rule_findings_total", "What rules said, other than no match", ["workflow", "rule", "finding"]
)
ALARMS = Gauge("signoff_rule_alarms_open", "Shares that left their usual band after a change and nobody acknowledged")
RELEASES_OPENING = Gauge("signoff_releases_opening", "Releases that should answer and are not open in this worker")
SNAPSHOTS_MENDED = Counter(
    "signoff_snapshots_mended_total", "Snapshots built again because they were damaged or missing"
)
SNAPSHOTS_COMPACTED = Counter("signoff_snapshots_compacted_total", "Snapshots that took over what was approved since")
AUTOMATION_PAUSED = Gauge(
    "signoff_automation_paused", "1 while a certificate does not hold with the documents there are", ["workflow"]
)
