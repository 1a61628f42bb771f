"""Somebody is erased: nothing of them is left in any file, and everything about the service goes on."""

from __future__ import annotations

import dataclasses
import json

import pytest

from index.latest import Latest
from service.domain.access import ROLES, Principal
from service.domain.types import Outcome
from service.errors import Conflict, Erased, LegalHold
from service.store import beside, decisions, erasures, examples, key_store, ledger, payloads
from service.store.key_store import open_key_store
from service.usecases import comment_case, erase_subject, legal_holds, read_case, read_decision
from service.usecases.erase_subject import erase
from service.usecases.house import open_house
from service.usecases.keeping_chores import KeepingChores
from service.usecases.known_answers import listing, mark, retire_unfit
from service.usecases.make_decision import Ask, decide
from service.usecases.purge import purge
from service.usecases.resolve_case import Resolution
from service.usecases.verify_ledger import verify
from tests.databases import everything_in
from tests.unit.service.usecases.attaching import attaching, together
from tests.unit.service.usecases.case_room import ALLOW, ANN, LEA, QUEUE, SHOP, decided, later, state, under

OPS = Principal("k9", "Ona", ROLES["operations"])
TEXT = "Zebulon sat on the roof and sang of curtains."
NAME = "customer-zebulon-4711"


@pytest.fixture
def room(house):
    """With a memory of its own: erasing empties it."""
    return dataclasses.replace(house, opinions=Latest(64), readings=Latest(64))


def asked(house, subject, text=TEXT, key=None):
    made = json.loads(decide(house, SHOP, Ask(QUEUE, text, {}, subject), key=key).body)
    return made["id"], made["case"]


def words_in(house, *words):
    """Which of these stand anywhere in the folder of the instance: databases, logs ahead, keys and all."""
    files = [path for path in house.home.rglob("*") if path.is_file()]
    return {word for word in words if found_in(files, word.encode())}


def found_in(files, data):
    return any(data in path.read_bytes() for path in files)


def stored(connection, decision):
    row = decisions.get(connection, decision)
    assert row is not None
    return row


def key_of(house, subject):
    with house.store.read() as connection:
        return erasures.key_of(connection, house.store.keys.owner(subject))


def test_nothing_of_what_was_asked_stands_in_any_file(room):
    """What a caller asked and wrote is in no file of the instance, not even before anybody has it erased."""
    asked(room, NAME)
    assert words_in(room, "Zebulon", NAME) == set()


def test_a_dry_run_says_what_would_go_and_changes_nothing(room):
    """Counts by kind, the open case and nothing erased: the text can still be read."""
    decision, case = asked(room, NAME)
    seen = erase(room, OPS, NAME, dry_run=True)
    assert (seen["decisions"], seen["payloads"]) == (1, {"answer": 1, "request": 1, "vector": 1})
    assert seen["cases"] == [{"case": case, "decision": decision, "state": "queued"}]
    assert seen["id"] is None
    assert read_case.view(room, ANN, case)["text"] == TEXT


def test_what_was_said_of_somebody_is_gone_and_the_decision_still_counts(room):
    """Text, vector, comment and case go; the decision is listed, reading it says that it is erased, the chain holds."""
    decision, case = asked(room, NAME)
    kept, _ = asked(room, "somebody-else", TEXT + " Again.")
    comment_case.comment(room, ANN, case, "Zebulon called twice.")
    done = erase(room, OPS, NAME)
    assert done["decisions"] == 1
    assert done["id"].startswith("era_")
    assert state(room, case) == "cancelled"
    with room.store.read() as connection:
        assert payloads.erased(connection, decision)
        assert not payloads.erased(connection, kept)
        assert beside.vector_of(connection, decision) is None
        assert erasures.pending(connection) == []
    with pytest.raises(Erased) as told:
        read_decision.view(room, OPS, decision)
    assert told.value.extra["outcome"] == "review"
    assert decision in [each["id"] for each in read_decision.page(room, OPS)["items"]]
    assert read_decision.view(room, OPS, kept)["state"] == "waiting"
    assert read_case.view(room, ANN, case)["text"] == ""
    assert verify(room)["ok"]
    assert words_in(room, "Zebulon called", NAME) == set()


def test_the_keys_bytes_are_in_no_file_any_more(room):
    """The wrapped key is overwritten, in the key store's file and in its log."""
    asked(room, NAME)
    key, store = key_of(room, NAME), open_key_store(room.settings.keys)
    with store.read() as connection:
        _, wrapped = key_store.find(connection, key)
    store.close()
    assert wrapped is not None
    assert found_in(room.home.glob("keys.db*"), wrapped)
    erase(room, OPS, NAME)
    assert not found_in(room.home.glob("keys.db*"), wrapped)


def test_the_record_names_nobody(room):
    """It holds a keyed digest of whom was erased; asked again it tells when, and erasing twice is no error."""
    asked(room, NAME)
    done = erase(room, OPS, NAME)
    with room.store.read() as connection:
        (record,) = ledger.about(connection, done["id"])
    assert record.kind == "subject.erased"
    assert NAME not in record.record.decode()
    again = erase(room, OPS, NAME)
    assert again["id"] is None
    assert again["decisions"] == 0
    assert len(again["erased_before"]) == 1


def test_whoever_comes_back_is_asked_about_anew(room):
    """A request of the same subject after the erasure is readable: it lies under a new key."""
    asked(room, NAME)
    erase(room, OPS, NAME)
    _, case = asked(room, NAME)
    assert read_case.view(room, ANN, case)["text"] == TEXT


def test_the_same_key_is_told_that_it_is_erased(room):
    """A retry of a request that is erased neither decides again nor answers with what is gone."""
    asked(room, NAME, key="once")
    erase(room, OPS, NAME)
    with pytest.raises(Erased):
        asked(room, NAME, key="once")


def test_nothing_is_written_about_somebody_erased(room):
    """A comment on a cancelled case of an erased request is refused: it would be about somebody who is gone."""
    _, case = asked(room, NAME)
    erase(room, OPS, NAME)
    with pytest.raises(Erased):
        comment_case.comment(room, ANN, case, "She wrote again.")


def test_a_hold_keeps_everything_and_says_so(room):
    """Held by the subject, the decision or the workflow: refused with the hold's id, and possible once released."""
    decision, _ = asked(room, NAME)
    for kind, target in (("subject", NAME), ("decision", decision), ("workflow", QUEUE)):
        hold = legal_holds.place(room, OPS, kind, target, "Court order 12/26")
        assert (hold["target"], hold["why"]) == (target, "Court order 12/26")
        with pytest.raises(LegalHold) as told:
            erase(room, OPS, NAME)
        assert told.value.extra["holds"] == [hold["id"]]
        assert erase(room, OPS, NAME, dry_run=True)["holds"] == [hold["id"]]
        legal_holds.release(room, OPS, hold["id"])
        with pytest.raises(Conflict, match="released before"):
            legal_holds.release(room, OPS, hold["id"])
    assert NAME not in everything_in(room.store)
    assert erase(room, OPS, NAME)["decisions"] == 1


def test_what_somebody_taught_goes_and_the_models_that_saw_it_are_named(room):
    """The example is deleted, out of what a release was tried on as well; models since then are listed."""
    decision, case = asked(room, NAME)
    decided(room, ANN, case, ALLOW)
    with room.store.read() as connection:
        lesson = examples.taught_by(connection, decision)
    assert lesson is not None
    entry = json.dumps({"text": TEXT, "label": "complaint", "origin": lesson}) + "\n"
    other = json.dumps({"text": "Other", "label": "complaint"}) + "\n"
    room.store.commit(lambda c: payloads.add_alone(c, room.clock(), ("cal_x", "calibration", (entry + other).encode())))
    done = erase(room, OPS, NAME)
    assert done["examples"] == 1
    assert len(room.store.keys.destroyed()) == 2, "a backup must not show it either: what it was in lay under that key"
    assert done["models"] == []
    with room.store.read() as connection:
        assert examples.taught_by(connection, decision) is None
        assert payloads.get(connection, "cal_x") == other.encode()


def test_a_known_answer_goes_with_its_request(room):
    """Nobody is given a copy of an erased request, and why it was sure is gone with it."""
    _, case = asked(room, NAME)
    decided(room, ANN, case, ALLOW)
    known = mark(room, LEA, case, "Zebulon said so.")
    erase(room, OPS, NAME)
    assert retire_unfit(room) == 1
    (left,) = listing(room, LEA, ended=True)["items"]
    assert (left["id"], left["ended_why"], left["note"]) == (known["id"], "erased", None)


def test_others_in_the_same_case_go_on(room):
    """Of requests that are decided together the first is erased: the others wait in a case of their own; then another
    of them is, and the last one goes on alone."""
    house = attaching(room)
    case, (_, second, third) = together(house, ("ada", "bob", "cem"))
    erase(house, OPS, "ada")
    assert state(house, case) == "cancelled"
    left = read_decision.view(house, OPS, second)
    assert left["state"] == "waiting"
    assert left["case"] != case
    erase(house, OPS, "cem")
    assert state(house, left["case"]) == "queued"
    assert read_case.view(house, ANN, left["case"])["attached_requests"] == []
    with pytest.raises(Erased):
        read_decision.view(house, OPS, third)
    assert verify(house)["ok"]


def test_keys_are_destroyed_by_the_next_one_if_a_process_dies(room, monkeypatch):
    """Between the record and the destruction of the key nothing is lost: whoever looks next destroys it."""
    asked(room, NAME)
    key = key_of(room, NAME)
    monkeypatch.setattr(erase_subject, "destroy_keys", lambda house: 0)
    erase(room, OPS, NAME)
    assert room.store.keys.destroyed() == []
    KeepingChores(room).round(first_of_all=True)
    assert room.store.keys.destroyed() == [key]


def test_a_backup_does_not_bring_anybody_back(room):
    """With the database of before the erasure and the keys of today nothing can be read, and erasing again finds it."""
    decision, case = asked(room, NAME)
    room.store.keys.destroy([key_of(room, NAME)])  # as if the erasure had happened after the backup
    with room.store.read() as connection:
        assert payloads.get(connection, stored(connection, decision).request) == b"{}"
    assert erase_subject.erase_again(room) == {"keys": 0, "subjects": 1}
    assert state(room, case) == "cancelled"


def test_a_decision_about_to_go_out_is_waited_for(room):
    """While a person can take their decision back, nobody is erased: what goes out would be about nobody."""
    house = under(room, undo_seconds=60)
    _, case = asked(house, NAME)
    decided(house, ANN, case, Resolution(("complaint",), "because", Outcome.ALLOW, note="x"))
    with pytest.raises(Conflict, match="take that back"):
        erase(house, OPS, NAME)


def test_time_deletes_words_and_keeps_the_decision(room):
    """After the policy's days what was written is gone and the decision is listed; before them nothing is."""
    decision, case = asked(room, NAME)
    decided(room, ANN, case)
    (young,) = purge(later(room, days=399))["workflows"]
    assert (young["days"], young["decisions"]) == (400, 0)
    (dry,) = purge(later(room, days=401), dry_run=True)["workflows"]
    (old,) = purge(later(room, days=401))["workflows"]
    assert dry["decisions"] == old["decisions"] == 1
    with pytest.raises(Erased):
        read_decision.view(room, OPS, decision)
    assert room.store.keys.destroyed() != []
    assert verify(room)["ok"]


def test_what_is_held_or_open_outlives_its_time(room):
    """An open case and a held decision stay however old they are; the report says why."""
    held, case = asked(room, NAME)
    decided(room, ANN, case)
    legal_holds.place(room, OPS, "decision", held, "Court order")
    asked(room, "another", TEXT + " More.")  # still waiting
    (found,) = purge(later(room, days=900))["workflows"]
    assert found["decisions"] == 0
    assert found["kept"]["held"] == 1
    with room.store.read() as connection:
        assert not payloads.erased(connection, held)


def test_a_day_key_goes_when_nothing_is_left_under_it(room):
    """Requests about nobody lie under a key of their workflow and day, destroyed once all of them are gone."""
    _, case = asked(room, None)
    decided(room, ANN, case)
    assert room.store.keys.destroyed() == []
    purge(later(room, days=401))
    assert len(room.store.keys.destroyed()) == 1


def test_every_worker_forgets(room):
    """A worker that had opened the texts of somebody has neither key nor text in memory a moment after another one
    erased them."""
    other = open_house(room.settings)
    chores = KeepingChores(other)
    chores.round(first_of_all=False)
    _, case = asked(room, NAME)
    assert read_case.view(other, ANN, case)["text"] == TEXT
    key = key_of(other, NAME)
    assert key in other.store.keys._kept
    erase(room, OPS, NAME)
    assert read_case.view(other, ANN, case)["text"] == "", "it is gone at once, whatever is kept"
    _, later_case = asked(other, NAME)
    assert read_case.view(room, ANN, later_case)["text"] == TEXT, "nothing is sealed under a key that is destroyed"
    chores.round(first_of_all=False)
    assert key not in other.store.keys._kept
    assert len(other.encoder._cache) == 0
    other.close()
