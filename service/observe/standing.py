"""How things stand, asked when somebody reads the figures and by nobody before: the same whichever worker answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from prometheus_client.core import GaugeMetricFamily


@dataclass(frozen=True, slots=True)
class Figure:
    """One gauge, by name, with what it says and what tells its series apart."""

    name: str
    says: str
    labels: tuple[str, ...] = ()

    def of(self, values: Mapping[tuple[str, ...], float]) -> GaugeMetricFamily:
        """With its values, by their labels."""
        family = GaugeMetricFamily(self.name, self.says, labels=self.labels)
        for labels, value in values.items():
            family.add_metric(labels, value)
        return family

    def alone(self, value: float) -> GaugeMetricFamily:
        """With its one value."""
        return self.of({(): value})


READY: Final = Figure("signoff_ready", "1 while the worker that answers this would be sent requests")
LEDGER_WRITABLE: Final = Figure("signoff_ledger_writable", "1 while the database takes records, as far as is known")
LEDGER_SEQUENCE: Final = Figure("signoff_ledger_sequence", "Number of the ledger's last record")
LEDGER_UNSIGNED: Final = Figure("signoff_ledger_unsigned_records", "Records since the last checkpoint; its own is one")
CHECKPOINT_AGE: Final = Figure("signoff_ledger_checkpoint_age_seconds", "Age of the last checkpoint; none: no series")
QUEUE_OPEN: Final = Figure("signoff_queue_open_cases", "Cases that nobody has decided", ("queue",))
QUEUE_CLAIMED: Final = Figure("signoff_queue_claimed_cases", "Open cases that somebody holds", ("queue",))
QUEUE_OVERDUE: Final = Figure("signoff_queue_overdue_cases", "Open cases that should be decided by now", ("queue",))
QUEUE_ASKED: Final = Figure("signoff_queue_asked_cases", "Open cases that wait for their requesters", ("queue",))
QUEUE_OLDEST: Final = Figure("signoff_queue_oldest_seconds", "Age of the oldest open case", ("queue",))
CERTIFICATE: Final = Figure(
    "signoff_certificate", "1 for how the certificate stands: holds, paused or none", ("workflow", "state")
)
COVERAGE: Final = Figure(
    "signoff_certificate_coverage_ratio", "Share of calibration cases that it would decide automatically", ("workflow",)
)
HALTED: Final = Figure("signoff_halted", "1 while people halted the workflow", ("workflow",))
WORKERS: Final = Figure("signoff_workers_alive", "Workers that gave a sign of life lately, of all hosts")
DISK_FREE: Final = Figure("signoff_disk_free_bytes", "Bytes that are free where the home folder is")

ALL: Final = (
    *(READY, LEDGER_WRITABLE, LEDGER_SEQUENCE, LEDGER_UNSIGNED, CHECKPOINT_AGE),
    *(QUEUE_OPEN, QUEUE_CLAIMED, QUEUE_OVERDUE, QUEUE_ASKED, QUEUE_OLDEST),
    *(CERTIFICATE, COVERAGE, HALTED, WORKERS, DISK_FREE),
)
