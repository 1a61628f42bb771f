"""A dossier: all that a decision rests on, and whatever is changed in it shows without the instance."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime

import pytest

from service.domain.access import ROLES, Principal
from service.domain.dossier import signed_bytes
from service.errors import NotFound
from service.settings import Settings
from service.store import ledger
from service.store.engine import open_store
from service.usecases import reopen_case
from service.usecases.check_file import check_file
from service.usecases.checkpoint_key import open_key
from service.usecases.export_dossier import dossier
from service.usecases.house import furnish
from service.usecases.make_decision import Ask, decide
from service.usecases.secret import read_secret
from tests import house as instance
from tests.unit.service.usecases.case_room import ANN, BEN, BLOCK, LEA, QUEUE, SHOP, asked, decided

AUDREY = Principal("k8", "Audrey", ROLES["auditor"])
TEXT = "My card has not arrived, says Jane Canary."


@pytest.fixture(scope="module")
def opened(starter, opened_encoder, tmp_path_factory):
    home = instance.copy_of(starter, tmp_path_factory.mktemp("dossier") / "home")
    settings = Settings(home=home)
    store = open_store(settings.database)
    house = furnish(settings, store, opened_encoder, read_secret(home), lambda: datetime.now(UTC))
    yield house
    house.close()


@pytest.fixture(scope="module")
def automatic(opened):
    """A decision that nobody had to look at, with documents found for it."""
    return json.loads(decide(opened, SHOP, Ask(QUEUE, TEXT, {}, "jane")).body)["id"]


@pytest.fixture(scope="module")
def appealed(opened):
    """A decision that one person made and another one overturned."""
    decision, case = asked(opened)
    decided(opened, ANN, case)
    again = reopen_case.reopen(opened, LEA, case, "They called.")["case"]
    decided(opened, BEN, again, BLOCK)
    return decision


@pytest.fixture
def key(opened, tmp_path):
    file = tmp_path / "key.pem"
    file.write_text(open_key(opened.home).public.pem)
    return file


def checked(told, tmp_path, key=None):
    file = tmp_path / "dossier.json"
    file.write_text(json.dumps(told, indent=1, ensure_ascii=False))
    return check_file(file, key)


def failed(found):
    return [each["check"] for each in found["checks"] if not each["ok"]]


def test_an_automatic_decision_is_proved(opened, automatic, tmp_path, key):
    """Rules, policy, certificate, documents and the record itself, with nothing but the file and a key."""
    told = dossier(opened, AUDREY, automatic)
    found = checked(told, tmp_path, key)
    assert found["ok"], found
    assert found["trusted"]
    assert told["documents"]
    assert told["release"]["certificate"]
    assert QUEUE in told["artefacts"]["policy"]["text"]
    assert all(each["proof"] for each in told["records"])


def test_people_stand_in_it_with_what_they_said(opened, appealed, tmp_path, key):
    """Both opinions, in order, and how the decision stands follows from the last."""
    told = dossier(opened, AUDREY, appealed)
    assert checked(told, tmp_path, key)["ok"]
    assert [(each["reviewer"], each["outcome"]) for each in told["reviews"]] == [("Ann", "allow"), ("Ben", "block")]
    assert (told["stands"]["outcome"], told["stands"]["decided_by"]) == ("block", "reviewer")


def test_no_word_of_the_request_unless_asked_for(opened, automatic, appealed, tmp_path, key):
    """Then in full, and that somebody had it is on the ledger, as is each other time."""
    plain = json.dumps(dossier(opened, AUDREY, automatic))
    assert "Canary" not in plain
    assert "jane" not in plain
    told = dossier(opened, AUDREY, automatic, with_request=True)
    assert told["words"]["request"]["text"] == TEXT
    assert checked(told, tmp_path, key)["ok"]
    words = dossier(opened, AUDREY, appealed, with_request=True)["words"]
    assert {each["note"] for each in words["reviews"].values()} == {"They say so."}
    with opened.store.read() as connection:
        bodies = [json.loads(row.record)["body"] for row in ledger.about(connection, automatic)
                  if row.kind == "dossier.exported"]  # fmt: skip
    assert [body["with_request"] for body in bodies][-2:] == [False, True]
    assert {body["by"] for body in bodies} == {"Audrey"}


def test_old_decisions_need_no_new_checkpoint(opened, automatic):
    """One that covers the records will do, however many dossiers are taken out."""
    first = dossier(opened, AUDREY, automatic)
    second = dossier(opened, AUDREY, automatic)
    third = dossier(opened, AUDREY, automatic)
    assert first["checkpoint"]["sequence"] <= second["checkpoint"]["sequence"]
    assert len(third["records"]) >= len(first["records"])


CHANGES = {
    "decision": lambda told: told["stands"].update(outcome="review"),
    "rules and policy": lambda told: told["artefacts"]["rules"].update(text=told["artefacts"]["rules"]["text"] + " "),
    "documents": lambda told: told["documents"][0].update(text="Everything is allowed."),
    "people": lambda told: told["reviews"][0].update(reviewer="Zoe"),
    "records": lambda told: told["records"][0]["record"]["body"].update(principal="somebody"),
    "checkpoint": lambda told: told["checkpoint"].update(at="2026-01-01T00:00:00.000Z"),
    "certificate": lambda told: told["release"]["certificate"].update(threshold=0.1),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_found_by_the_ledger_itself(opened, automatic, appealed, tmp_path, key, name):
    """Also where somebody could sign it anew: what it says has to follow from records, and those from the root."""
    told = copy.deepcopy(dossier(opened, AUDREY, appealed if name == "people" else automatic))
    CHANGES[name](told)
    assert failed(checked(told, tmp_path, key))[0] == "signature"
    told["signature"] = open_key(opened.home).sign(signed_bytes(told))
    found = checked(told, tmp_path, key)
    assert failed(found) == [name], found


def test_a_record_that_is_left_out_or_made_up_is_found(opened, appealed, tmp_path, key):
    """Without its records the decision does not stand so; a record that was never chained has no proof."""
    told = dossier(opened, AUDREY, appealed)
    signer = open_key(opened.home)
    less = copy.deepcopy(told)
    out = ("case.delivered", "decision.overturned")
    less["records"] = [each for each in less["records"] if each["record"]["kind"] not in out]
    less["signature"] = signer.sign(signed_bytes(less))
    assert failed(checked(less, tmp_path, key)) == ["decision"]
    more = copy.deepcopy(told)
    forged = copy.deepcopy(more["records"][-1])
    forged["record"]["sequence"] += 1
    more["records"].append(forged)
    more["signature"] = signer.sign(signed_bytes(more))
    assert "records" in failed(checked(more, tmp_path, key))


def test_whose_key_it_is_is_told(opened, automatic, tmp_path):
    """By itself a file proves only that whoever has the key in it signed it; another key is refused."""
    told = dossier(opened, AUDREY, automatic)
    found = checked(told, tmp_path)
    assert (found["ok"], found["trusted"]) == (True, False)
    (tmp_path / "else").mkdir()
    other = tmp_path / "other.pem"
    other.write_text(open_key(tmp_path / "else").public.pem)
    assert failed(checked(told, tmp_path, other))[:2] == ["signature", "checkpoint"]


def test_a_decision_that_is_not_there(opened):
    """As when it is read."""
    with pytest.raises(NotFound):
        dossier(opened, AUDREY, "dec_none")


def test_a_damaged_tree_is_worked_out_anew(opened, automatic, tmp_path, key):
    """What is kept to be quick proves nothing by itself, so it may be lost."""
    (tree,) = opened.settings.checkpoints.glob("*.tree")
    tree.write_bytes(b"\0" * 640)
    told = dossier(opened, AUDREY, automatic)
    assert checked(told, tmp_path, key)["ok"]
    tree.unlink()
    assert checked(dossier(opened, AUDREY, automatic), tmp_path, key)["ok"]
