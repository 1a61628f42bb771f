"""How an instance stands, in figures."""

from __future__ import annotations

from typing import Any

from prometheus_client import REGISTRY

from service.domain.access import ROLES, Principal
from service.observe import standing
from service.usecases import halt
from service.usecases.house import House
from service.usecases.make_decision import Ask, decide
from service.usecases.standing import measure

NAME = "retail-banking"
OPERATIONS = Principal("key_1", "ops", ROLES["operations"])


def figures(house: House) -> dict[Any, float]:
    return {
        (family.name, *sample.labels.values()): sample.value for family in measure(house) for sample in family.samples
    }


def test_what_waits_is_counted_and_what_stops_automation_shows(house: House) -> None:
    """Queue, ledger, certificate and halt; before anything happened, after it did, and after it is over."""
    house.shelf.open(_release(house))
    before = figures(house)
    assert before["signoff_ready",] == before["signoff_ledger_writable",] == 1
    assert before["signoff_halted", NAME] == 0
    states = {state: before["signoff_certificate", NAME, state] for state in ("holds", "paused", "none")}
    assert states == {"holds": 1, "paused": 0, "none": 0}
    assert 0 < before["signoff_certificate_coverage_ratio", NAME] <= 1
    assert before["signoff_disk_free_bytes",] > 0
    series = {"workflow": NAME, "reason": "degraded"}
    assert REGISTRY.get_sample_value("signoff_review_reasons_total", series) is not None, "it begins at zero"
    assert ("signoff_queue_open_cases", NAME) not in before
    halt.halt(house, OPERATIONS, NAME, "to see it")
    decide(house, OPERATIONS, Ask(NAME, "What is the exchange rate for my card abroad?", {"channel": "app"}))
    after = figures(house)
    assert after["signoff_halted", NAME] == 1
    assert after["signoff_ledger_sequence",] > before["signoff_ledger_sequence",]
    assert after["signoff_ledger_unsigned_records",] >= 1
    (queue,) = {name[1] for name in after if name[0] == "signoff_queue_open_cases"}
    assert after["signoff_queue_open_cases", queue] == 1
    assert after["signoff_queue_claimed_cases", queue] == after["signoff_queue_overdue_cases", queue] == 0
    assert 0 <= after["signoff_queue_oldest_seconds", queue] < 60
    halt.resume(house, OPERATIONS, NAME)
    assert figures(house)["signoff_halted", NAME] == 0


def test_all_that_is_named_is_measured(house: House) -> None:
    """Each figure of the list, or the docs would tell of what is never there; a checkpoint's age once there is one."""
    house.shelf.open(_release(house))
    measured = {family.name for family in measure(house)}
    assert measured | {standing.CHECKPOINT_AGE.name} == {figure.name for figure in standing.ALL}


def _release(house: House) -> str:
    from service.store import pointers

    with house.store.read() as connection:
        (pointer,) = pointers.pointers(connection)
    return pointer.release
