"""A workflow whose requests may have several labels: asked, held, decided and taught."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa

from service.api import replies_cases
from service.domain.access import ROLES, Principal
from service.domain.types import Outcome
from service.errors import InvalidRequest
from service.store import decisions, ledger
from service.store.tables_learning import examples
from service.usecases import claim_case, read_case, read_decision, reload_rules
from service.usecases.make_decision import Ask, decide
from service.usecases.resolve_case import Resolution, resolve
from service.usecases.trace_decision import trace
from tests.unit.service.usecases.edits import CLEAR, NAME, edit, policy

REVIEWER = Principal("k1", "Rita", ROLES["reviewer"])
OPERATOR = Principal("k2", "Olaf", ROLES["operations"])
HELD = "I want to close my account because my card was declined."
BOTH = ("account_closure", "complaint")


@pytest.fixture
def several(house, home):
    """The starter, with as many labels a request as fit."""
    edit(policy(home), "retention_days: 400", "retention_days: 400\nlabels_per_request: several")
    reload_rules.reload(house, "Olaf")
    return house


def asked(house, text=HELD):
    return json.loads(decide(house, OPERATOR, Ask(NAME, text)).body)


def labels_of(connection, decision_id):
    row = decisions.get(connection, decision_id)
    assert row is not None
    return row.labels


def test_what_is_decided_is_recorded_with_all_its_labels(several):
    """In the table, on the ledger, in the list and in what a person is shown on trying it."""
    made = asked(several, CLEAR)
    labels = [each["label"] for each in made["labels"]]
    assert (made["decided_by"], labels) == ("classifier", ["card_payment_charged_twice"])
    with several.store.read() as connection:
        assert labels_of(connection, made["id"]) == labels
        record = json.loads(ledger.about(connection, made["id"])[0].record)
    assert (record["body"]["labels"], record["body"]["judgement"]["chosen"]) == (labels, labels)
    listed = {item["id"]: item for item in read_decision.page(several, OPERATOR)["items"]}
    assert listed[made["id"]]["labels"] == labels
    routing = trace(several, OPERATOR, Ask(NAME, CLEAR))["rooms"][-1]
    assert routing["result"]["labels"] == labels


def test_a_person_may_give_several_and_they_are_taught(several):
    """The case says so; the decision stands with both; both become the example."""
    made = asked(several)
    shown = read_case.view(several, REVIEWER, made["case"])
    replies_cases.Case.model_validate(shown)
    assert shown["several"]
    assert [each["label"] for each in shown["suggestions"]] == ["account_closure"]
    lease = claim_case.claim(several, REVIEWER, made["case"])
    view = resolve(
        several, REVIEWER, made["case"], lease["token"], Resolution(BOTH, "x", Outcome.ALLOW, note="They say so.")
    )
    replies_cases.Decided.model_validate(view)
    assert [each["label"] for each in view["labels"]] == view["review"]["labels"] == list(BOTH)
    with several.store.read() as connection:
        assert labels_of(connection, made["id"]) == list(BOTH)
        assert connection.execute(sa.select(examples.c.labels)).scalar_one() == list(BOTH)


def test_elsewhere_one_label_is_all_there_is(house):
    """The same decision in a workflow with one label a request is refused, and the case stays as it was."""
    made = asked(house)
    lease = claim_case.claim(house, REVIEWER, made["case"])
    assert not read_case.view(house, REVIEWER, made["case"])["several"]
    with pytest.raises(InvalidRequest, match="has one label"):
        resolve(
            house, REVIEWER, made["case"], lease["token"], Resolution(BOTH, "x", Outcome.ALLOW, note="They say so.")
        )
    assert read_case.view(house, REVIEWER, made["case"])["state"] == "claimed"
