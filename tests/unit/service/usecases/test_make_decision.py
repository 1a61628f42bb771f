"""Making decisions: recorded whole or not at all, repeated alike, refused with the field's name."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from service.domain.access import ROLES, Principal
from service.errors import InvalidRequest, KeyReused, NotFound
from service.store import tables
from service.usecases import read_decision
from service.usecases.make_decision import Ask, decide, prepare

CALLER = Principal("k1", "caller", ROLES["caller"])
OTHER = Principal("k2", "other", ROLES["caller"])
OPERATOR = Principal("k3", "operator", ROLES["operations"])
NAME = "retail-banking"
CLEAR = "I was charged twice for the same card payment yesterday, please refund me."


def count(house, table):
    with house.store.read() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(table))


def test_a_decision_is_recorded_with_all_its_parts(house):
    """One decision, one audit record, and a case exactly when a person has to look; each is told of in an event."""
    before = {name: count(house, table) for name, table in tables.metadata.tables.items()}
    decide(house, CALLER, Ask(NAME, "Pigeons on the roof sing of curtains and grandmothers."), key="a")
    after = {name: count(house, table) for name, table in tables.metadata.tables.items()}
    added = {name: after[name] - before[name] for name in after if after[name] != before[name]}
    assert added.pop("case_reasons") >= 1
    case = {"cases": 1, "case_vectors": 1}  # whose vector is the third payload
    # the key is the workflow's for the day
    assert added == {
        "decisions": 1,
        "payloads": 3,
        "ledger": 1,
        "events": 2,
        "idempotency": 1,
        "payload_keys": 1,
        **case,
    }


def test_many_repeats_at_once_make_one_decision(house):
    """A hundred requests with one key: one decision, a hundred equal answers."""
    ask = Ask(NAME, CLEAR)
    before = count(house, tables.decisions)
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: decide(house, CALLER, ask, key="same"), range(100)))
    assert len({answer.body for answer in answers}) == 1
    assert sum(not answer.replayed for answer in answers) == 1
    assert count(house, tables.decisions) == before + 1


def test_a_key_belongs_to_its_caller(house):
    """Another caller's same key is another key."""
    first = decide(house, CALLER, Ask(NAME, CLEAR), key="k")
    second = decide(house, OTHER, Ask(NAME, CLEAR), key="k")
    assert json.loads(first.body)["id"] != json.loads(second.body)["id"]


def test_a_key_with_another_request_is_refused(house):
    """The same key does not answer for something else."""
    decide(house, CALLER, Ask(NAME, CLEAR), key="k")
    with pytest.raises(KeyReused):
        decide(house, CALLER, Ask(NAME, CLEAR + " Now."), key="k")


def test_rule_ids_are_for_those_who_may_see_them(house):
    """Without scope `explain` the answer says nothing of rules."""
    assert json.loads(decide(house, CALLER, Ask(NAME, CLEAR)).body)["rules"] is None
    assert json.loads(decide(house, OPERATOR, Ask(NAME, CLEAR)).body)["rules"]["no_match"] > 0


def test_a_decision_is_seen_by_its_caller_only(house):
    """Another caller does not even learn that it exists; scope `read` sees all."""
    made = json.loads(decide(house, CALLER, Ask(NAME, CLEAR)).body)["id"]
    assert read_decision.view(house, CALLER, made)["id"] == made
    assert read_decision.view(house, OPERATOR, made)["id"] == made
    with pytest.raises(NotFound):
        read_decision.view(house, OTHER, made)
    assert read_decision.page(house, OTHER)["items"] == []


@pytest.mark.parametrize(
    "ask, field",
    [
        (Ask("no-such", CLEAR), "workflow"),
        (Ask(NAME, ""), "text"),
        (Ask(NAME, " \u200b\u2060 "), "text"),
        (Ask(NAME, "a" * 8_001), "text"),
        (Ask(NAME, CLEAR, {"amout": 1.0}), "attributes.amout"),
        (Ask(NAME, CLEAR, {"amount": "1"}), "attributes.amount"),
        (Ask(NAME, CLEAR, {"amount": float("nan")}), "attributes.amount"),
        (Ask(NAME, CLEAR, {"authenticated": 1}), "attributes.authenticated"),
        (Ask(NAME, CLEAR, {"channel": "telepathy"}), "attributes.channel"),
        (Ask(NAME, CLEAR, {"customer_age": 2**70}), "attributes.customer_age"),
    ],
)
def test_bad_fields_are_named_and_nothing_is_written(house, ask, field):
    """A request that cannot be decided is refused with its field, and leaves no trace."""
    before = count(house, tables.ledger), count(house, tables.payloads)
    with pytest.raises(InvalidRequest) as error:
        decide(house, CALLER, ask, key="bad")
    assert field in [problem.field for problem in error.value.problems]
    assert (count(house, tables.ledger), count(house, tables.payloads)) == before


def test_a_dry_run_has_nothing_to_record(house):
    """Trying out prepares an answer and no work."""
    prepared = prepare(house, CALLER, Ask(NAME, CLEAR), key="k", dry_run=True)
    assert prepared.record is None
    assert prepared.answered is not None


def test_a_long_request_is_read_to_its_end(house):
    """What stands beyond the encoder's first window counts: the same text with another end gets another judgement."""
    filler = "I have been with the bank for many years and I always liked the service that I was given. " * 18
    plain = json.loads(decide(house, OPERATOR, Ask(NAME, filler)).body)
    late = json.loads(
        decide(house, OPERATOR, Ask(NAME, filler + "Please send me a new PIN, I forgot my PIN. " * 12)).body
    )
    assert plain["labels"] != late["labels"]


def test_a_block_that_stands_at_the_very_end_is_seen(house):
    """Rules read the whole text, however long."""
    filler = "Thank you for your kind help with my savings account. " * 130
    answer = json.loads(decide(house, OPERATOR, Ask(NAME, filler + " I will shoot your staff with a gun.")).body)
    assert answer["outcome"] == "block"
