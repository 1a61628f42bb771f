"""Requests made from the reference of a real server, and all that its answers do not keep of it.

The cases are those of schemathesis: the reference's own examples, every border of every schema, drawn ones, and
sequences that go on with what answers named. The same seed sends the same ones.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from schemathesis.engine import Status, events, from_schema
from schemathesis.engine.recorder import ScenarioRecorder

from tests.house import LiveServer

#: The reference has some more; this many have to be reached by every pass.
OPERATIONS_LEAST = 135
#: A request can be as its schema says and still name no day, no field or nothing to change: that is told with a 422.
#: What is refused for its form (400, 415) is none that the schema allows.
TAKEN = ("2xx", "3xx", "401", "403", "404", "409", "413", "422", "429")
#: And what the schema does not allow may be too large before anybody looks at what is wrong with it.
REFUSED = ("400", "401", "403", "404", "405", "406", "409", "413", "415", "422", "428", "429")
#: What the reference of a place cannot say: to the router, that place is also a case or a decision of such an id, which
#: may be asked for, so its `Allow` names GET too (and the answer is 404).
ALSO_AN_ID = {
    (place, "allow_header_conformance")
    for place in ("POST /v1/cases/bulk", "POST /v1/decisions/correct", "POST /v1/decisions/replay")
}


@dataclass
class Tally:
    """What was sent, and what came back."""

    cases: int = 0
    operations: set[str] = field(default_factory=set)
    statuses: Counter[int] = field(default_factory=Counter)
    checks: Counter[str] = field(default_factory=Counter)
    broken: dict[tuple[str, str], str] = field(default_factory=dict)  #: the first of its kind, by operation and check
    errors: list[str] = field(default_factory=list)  #: what schemathesis could not do

    def add(self, recorder: ScenarioRecorder) -> None:
        for case_id, interaction in recorder.interactions.items():
            self.cases += 1
            answer = interaction.response
            if answer is None:
                self.errors.append(
                    f"{recorder.label}: no answer to {interaction.request.method} {interaction.request.uri}"
                )
                continue
            self.statuses[answer.status_code] += 1
            node = recorder.cases.get(case_id)
            self.operations.add(node.value.operation.label if node is not None else recorder.label)
        for case_id, checks in recorder.checks.items():
            for check in checks:
                self.checks[check.name] += 1
                if check.status == Status.FAILURE and check.failure_info is not None:
                    kind = (recorder.cases[case_id].value.operation.label, check.name)
                    if kind not in ALSO_AN_ID:
                        self.broken.setdefault(kind, _told(recorder, case_id, check.failure_info))

    def join(self, who: str, other: Tally) -> None:
        self.cases += other.cases
        self.operations |= other.operations
        self.statuses += other.statuses
        self.checks += other.checks
        self.broken |= {(f"{who}: {label}", check): told for (label, check), told in other.broken.items()}
        self.errors += [f"{who}: {error}" for error in other.errors]

    def __str__(self) -> str:
        classes: Counter[str] = Counter()
        for status, count in self.statuses.items():
            classes[f"{status // 100}xx"] += count
        counts = ", ".join(f"{name}: {count:,}" for name, count in sorted(classes.items()))
        return (
            f"{self.cases:,} cases, {len(self.operations)} operations; {counts}; "
            f"{sum(self.checks.values()):,} checks, {len(self.broken)} broken"
        )


def _told(recorder: ScenarioRecorder, case_id: str, info: Any) -> str:
    interaction = recorder.interactions.get(case_id)
    answer = interaction.response if interaction else None
    body = answer.content.decode(errors="replace")[:600] if answer is not None and answer.content else ""
    return f"{info.failure.title}: {info.failure.message[:900]}\n{info.code_sample[:1200]}\n-> {body}"


def fuzz(server: LiveServer, role: str, *, seed: int, examples: int, phases: tuple[str, ...]) -> Tally:
    """One pass with the key of that role: so many drawn cases an operation in each of the phases."""
    config = schemathesis.Config.from_dict(
        {
            "seed": seed,
            "base-url": server.url,
            "headers": {"Authorization": f"Bearer {getattr(server.keys, role)}"},
            "continue-on-failure": True,
            "request-timeout": 60,
            "parameters": {"wait": 0},
            "generation": {"max-examples": examples, "database": "none", "no-shrink": True},
            "phases": {name: {"enabled": name in phases} for name in ("examples", "coverage", "fuzzing", "stateful")},
            "checks": {
                "positive_data_acceptance": {"expected-statuses": list(TAKEN)},
                "negative_data_rejection": {"expected-statuses": list(REFUSED)},
            },
        }
    )
    schema = schemathesis.openapi.from_url(f"{server.url}/openapi.json", config=config)
    tally = Tally()
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            tally.add(event.recorder)
        elif isinstance(event, (events.NonFatalError, events.FatalError)):
            tally.errors.append(str(getattr(event, "info", None) or getattr(event, "exception", event))[:2000])
    return tally
