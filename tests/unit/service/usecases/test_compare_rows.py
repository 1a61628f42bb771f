"""The tables against the ledger: an edited row is found, and what people did in order is not taken for one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from service.domain.access import ROLES, Principal
from service.settings import Settings
from service.store.engine import open_store
from service.store.tables import api_keys, artefacts, decisions, documents, releases, reviews, workflows
from service.usecases import cancel_case, claim_case, halt, manage_keys, reopen_case, undo_case
from service.usecases.house import House, furnish
from service.usecases.make_decision import Ask, decide
from service.usecases.publish_document import approve, retire, submit
from service.usecases.secret import read_secret
from service.usecases.verify_ledger import verify
from tests import house as instance
from tests.unit.service.usecases.case_room import ANN, BEN, BLOCK, LEA, QUEUE, SHOP, asked, decided, under

OPERATOR = Principal("k9", "Olga", ROLES["operations"])


@pytest.fixture(scope="module")
def worked(starter, opened_encoder, tmp_path_factory) -> Iterator[House]:
    """An instance where all kinds of things happened."""
    home = instance.copy_of(starter, tmp_path_factory.mktemp("worked") / "home")
    settings = Settings(home=home)
    house = furnish(
        settings, open_store(settings.database), opened_encoder, read_secret(home), lambda: datetime.now(UTC)
    )
    for text in ("My card has not arrived yet.", "I was charged twice for the same thing."):
        decide(house, SHOP, Ask(QUEUE, text))
    decided(house, ANN, asked(house)[1])
    _, reopened = asked(house, "Pigeons are back on the roof.")
    decided(house, ANN, reopened)
    appeal = reopen_case.reopen(house, LEA, reopened, "They called.")["case"]
    decided(house, BEN, appeal, BLOCK)
    cancel_case.cancel(house, SHOP, asked(house, "Never mind the pigeons.")[1])
    claim_case.claim(house, ANN, asked(house, "Somebody holds these pigeons.")[1])
    patient = under(house, undo_seconds=60)
    undone = asked(house, "Pigeons once more.")[1]
    decided(patient, ANN, undone)
    undo_case.undo(patient, ANN, undone)
    two = under(house, second_review=1.0)
    twice = asked(house, "Two people look at pigeons.")[1]
    decided(two, ANN, twice)
    decided(two, BEN, twice)
    halt.halt(house, OPERATOR, QUEUE, "drill")
    halt.resume(house, OPERATOR, QUEUE)
    made = manage_keys.create(house, "tests", name="left", role="caller")
    manage_keys.revoke(house, "tests", made["id"])
    manage_keys.rotate(
        house, "tests", manage_keys.create(house, "tests", name="turned", role="caller")["id"], timedelta(hours=1)
    )
    with house.store.read() as connection:
        row = connection.execute(sa.select(documents).limit(1)).one()
    told: dict[str, Any] = {"id": "late", "title": "Late", "text": "Late is late."}
    told |= {"effective_from": "2026-01-01T01:00:00+01:00"}
    told |= {"fields": {"weight": 2, "labels": ["b", "a"]}, "citations": ["§ 1"], "collection": row.collection}
    submit(house, OPERATOR, told)
    approve(house, Principal("k8", "Otto", ROLES["operations"]), row.collection, "late", 1)
    retire(house, OPERATOR, row.collection, row.id, row.version, "no longer so")
    yield house
    house.close()


def test_what_was_done_in_order_fits(worked):
    """Decisions, opinions, undoing, second opinions, appeals, cancelling, halting, keys, documents."""
    found = verify(worked)
    assert found["ok"], found
    assert found["rows"]["compared"]["decisions"] == 8
    assert found["rows"]["compared"]["reviews"] == 6


def final(house):
    return sa.and_(decisions.c.state == "final", decisions.c.decided_by == "classifier")


EDITS: dict[str, tuple[sa.Table, sa.ColumnElement[bool], dict[str, Any]]] = {
    "an outcome": (decisions, decisions.c.state == "final", {"outcome": "review"}),
    "who decided": (decisions, decisions.c.decided_by == "reviewer", {"decided_by": "classifier"}),
    "a decision's labels": (decisions, decisions.c.decided_by == "reviewer", {"labels": ["x"], "label": "x"}),
    "a decision's first label": (decisions, decisions.c.decided_by == "reviewer", {"label": "x"}),
    "that a decision waits": (decisions, decisions.c.state == "superseded", {"state": "waiting"}),
    "that a decision no longer waits": (decisions, decisions.c.state == "waiting", {"state": "superseded"}),
    "whose decision it is": (decisions, decisions.c.state == "final", {"principal": "somebody"}),
    "when it was made": (decisions, decisions.c.state == "final", {"created_at": datetime(2026, 1, 1, tzinfo=UTC)}),
    "its documents": (decisions, decisions.c.state == "final", {"document_sequence": 99}),
    "that it was drawn": (decisions, decisions.c.state == "final", {"probability": 0.5}),
    "that it is a copy": (decisions, decisions.c.state == "final", {"known_answer": "kno_1"}),
    "who reviewed": (reviews, sa.true(), {"reviewer": "Zoe"}),
    "what was said": (reviews, sa.true(), {"outcome": "review"}),
    "why": (reviews, sa.true(), {"reason_code": "other"}),
    "that it was taken back": (reviews, reviews.c.undone_at.is_(None), {"undone_at": datetime.now(UTC)}),
    "that it was not taken back": (reviews, reviews.c.undone_at.is_not(None), {"undone_at": None}),
    "that it went out": (reviews, reviews.c.delivered_at.is_not(None), {"delivered_at": None}),
    "a release's rules": (releases, sa.true(), {"snapshot": "0" * 64}),
    "a certificate": (releases, sa.true(), {"certificate": {"alpha": 0.9, "threshold": 0.0}}),
    "an artefact": (artefacts, artefacts.c.kind == "policy", {"data": b"{}"}),
    "that it is halted": (workflows, sa.true(), {"halted": True}),
    "a key's role": (api_keys, api_keys.c.name == "auditor", {"role": "operations"}),
    "a key's workflows": (api_keys, api_keys.c.name == "left", {"workflows": ["other"]}),
    "when a key ends": (api_keys, api_keys.c.replaced_by.is_not(None), {"expires_at": None}),
    "a key's revocation": (api_keys, api_keys.c.revoked_at.is_not(None), {"revoked_at": None}),
    "a document's words": (documents, documents.c.status == "approved", {"text": "Everything is allowed."}),
    "a document's words and digest": (documents, documents.c.status == "approved", {"digest": "0" * 64}),
}


@pytest.mark.parametrize("name", EDITS)
def test_an_edited_row_is_found(worked, name):
    """By the table and the row; with the row as it was, all is well again."""
    table, where, values = EDITS[name]
    key = list(table.primary_key.columns)
    with worked.store.read() as connection:
        row = connection.execute(sa.select(table).where(where).limit(1)).mappings().one()
    same = sa.and_(*(column == row[column.name] for column in key))
    worked.store.commit(lambda c: c.execute(table.update().where(same).values(**values)))
    found = verify(worked)
    back = {column: row[column] for column in values}
    worked.store.commit(lambda c: c.execute(table.update().where(same).values(**back)))
    assert not found["ok"]
    assert found["first_bad"] is None
    (wrong,) = {(each["table"], each["id"]) for each in found["rows"]["wrong"]}
    named = f"{row['id']}@{row['version']}" if table is documents else str(row[key[0].name])
    assert wrong == (table.name, named)
    assert named in found["why"]


def test_a_row_that_is_gone_or_came_from_nowhere_is_found(worked):
    """A decision nobody made, one that was made and is not there, and a key that nobody gave out."""
    with worked.store.read() as connection:
        alone = ~sa.exists().where(reviews.c.decision == decisions.c.id)
        row = dict(connection.execute(sa.select(decisions).where(final(worked), alone).limit(1)).mappings().one())
        key = dict(connection.execute(sa.select(api_keys).limit(1)).mappings().one())
    made = {**row, "id": "dec_forged"}
    worked.store.commit(lambda c: c.execute(decisions.insert(), made))
    found = verify(worked)
    worked.store.commit(lambda c: c.execute(decisions.delete().where(decisions.c.id == "dec_forged")))
    assert found["rows"]["wrong"] == [{"table": "decisions", "id": "dec_forged", "why": "no record tells of it"}]
    worked.store.commit(lambda c: c.execute(decisions.delete().where(decisions.c.id == row["id"])))
    found = verify(worked)
    worked.store.commit(lambda c: c.execute(decisions.insert(), row))
    assert [(each["id"], each["why"]) for each in found["rows"]["wrong"]] == [
        (row["id"], "it was recorded, and its row is missing")
    ]
    worked.store.commit(lambda c: c.execute(api_keys.insert(), {**key, "id": "key_forged", "digest": "f" * 64}))
    found = verify(worked)
    worked.store.commit(lambda c: c.execute(api_keys.delete().where(api_keys.c.id == "key_forged")))
    assert found["rows"]["wrong"] == [{"table": "api_keys", "id": "key_forged", "why": "no record tells of it"}]
    assert verify(worked)["ok"]
