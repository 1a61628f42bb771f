"""Tuning end to end on the starter workflow: better is released and can be taken back, all else changes nothing."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import index
from index.adapt import Adapter
from service.errors import Conflict, InvalidRequest, LosesAutomation
from service.store import ledger, pointers
from service.usecases.house import House
from service.usecases.release_tuned import release_adapter, take_back
from service.usecases.search_documents import search
from service.usecases.tune_encoder import Method, Plan, tune
from service.usecases.tuning_questions import Sources
from service.usecases.tuning_weights import encoder_home
from tests.unit.service.usecases.edits import ANN

NAME = "retail-banking"
SLANG = {"zorp": "card-freeze", "blick": "bereavement", "quux": "account-closure"}


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    """Sixty questions in words that no document has."""
    path = tmp_path / "pairs.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for number in range(60):
            word, document = list(SLANG.items())[number % len(SLANG)]
            file.write(json.dumps({"text": f"please {word} case {number}", "documents": [document]}) + "\n")
    return path


def answering(house: House) -> str:
    with house.store.read() as connection:
        found = pointers.pointer(connection, NAME)
    assert found is not None
    return found.release


def first(house: House, text: str) -> str:
    found = search(house, ANN, workflow=NAME, text=text, k=1)
    return str(found["items"][0]["id"])


def place(house: House, text: str, document: str) -> int:
    """Where the search finds it, from 0; behind everything else where it does not."""
    found = [item["id"] for item in search(house, ANN, workflow=NAME, text=text, k=20)["items"]]
    return found.index(document) if document in found else len(found)


def test_too_few_pairs_are_refused_with_a_remedy(house: House, tmp_path: Path) -> None:
    """Nothing could be judged by them."""
    path = tmp_path / "few.jsonl"
    path.write_text('{"text": "freeze", "documents": ["card-freeze"]}\n')
    with pytest.raises(InvalidRequest, match="there are 1 questions") as refused:
        tune(house, Plan(NAME, Sources(pairs=path)), "ann")
    assert "--examples" in refused.value.remedy


def test_an_unknown_workflow_is_named(house: House) -> None:
    """Before anything is computed."""
    with pytest.raises(InvalidRequest, match="no workflow 'nobody'"):
        tune(house, Plan("nobody"), "ann")


def test_what_is_better_answers_and_can_be_taken_back(house: House, pairs: Path) -> None:
    """Released, customers' words find their document; taken back, the old release answers."""
    before = answering(house)
    tuned = tune(house, Plan(NAME, Sources(pairs=pairs)), "ann")
    assert tuned.released is not None
    assert (answering(house), tuned.released.before) == (tuned.released.id, before)
    assert house.shelf.open(tuned.released.id).adapter is not None
    assert first(house, "zorp, please") == "doc_card-freeze"
    back = take_back(house, NAME, "bob", "customers complained")
    assert (back.id, answering(house)) == (before, before)
    with house.store.read() as connection:
        kinds = [row.kind for row in ledger.of_releases(connection, NAME)]
    assert kinds[-2:] == ["release.tuned", "release.tuning_taken_back"]
    with pytest.raises(Conflict, match="nothing was tuned"):
        take_back(house, NAME, "bob", "once more")


def test_pairs_that_teach_nothing_change_nothing(house: House, tmp_path: Path) -> None:
    """Each question of another document, in words that tell nothing: no gain is certain, and none is claimed."""
    names = sorted(path.stem for path in (Path(index.__path__[0]) / "corpora" / NAME).glob("*.md"))
    path = tmp_path / "chance.jsonl"
    lines = (json.dumps({"text": f"matter {place}", "documents": [name]}) + "\n" for place, name in enumerate(names))
    path.write_text("".join(lines))
    before = answering(house)
    tuned = tune(house, Plan(NAME, Sources(pairs=path)), "ann")
    assert not tuned.verdict.better
    assert tuned.released is None
    assert answering(house) == before


def test_an_adapter_that_costs_the_certificate_is_refused(house: House) -> None:
    """What finds the wrong documents leaves nothing to decide automatically; the old release goes on."""
    before = answering(house)
    backwards = Adapter(house.encoder.digest, -np.eye(house.encoder.dim, dtype=np.float32))
    with pytest.raises(LosesAutomation, match="no certificate"):
        release_adapter(house, NAME, backwards, "ann", "a mistake")
    assert answering(house) == before


def test_an_adapter_of_another_encoder_is_refused(house: House) -> None:
    """It would map vectors it knows nothing of."""
    foreign = Adapter("f" * 64, np.eye(house.encoder.dim, dtype=np.float32))
    with pytest.raises(Conflict, match="another one by now"):
        release_adapter(house, NAME, foreign, "ann", "a mistake")


@pytest.mark.slow
def test_titles_and_headings_are_judged_by_peoples_questions(house: House) -> None:
    """Without questions of people to learn from, the workflow's own examples say what it is worth."""
    tuned = tune(house, Plan(NAME, Sources(reviews=False), dry_run=True), "ann")
    assert "titles and headings" in tuned.learned
    assert "examples" in tuned.judged_by
    assert tuned.judged.questions > 1000


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # of torch and onnx, about themselves
def test_tuned_weights_answer_and_are_taken_back(house: House, pairs: Path) -> None:
    """Another encoder, its passages and its classifier, in one release; and the old one again, without the work."""
    before, asked = answering(house), "please zorp case 99"
    found = place(house, asked, "doc_card-freeze")
    plan = Plan(NAME, Sources(pairs=pairs), Method.LORA, epochs=3)
    tuned = tune(house, plan, "ann")
    assert tuned.verdict.better
    assert tuned.released is not None
    release = house.shelf.open(answering(house))
    assert release.encoder.digest != house.encoder.digest
    assert [path.name for path in encoder_home(house).iterdir()] == [release.encoder.digest]
    assert place(house, asked, "doc_card-freeze") < found
    assert take_back(house, NAME, "bob", "trying it out").id == before
