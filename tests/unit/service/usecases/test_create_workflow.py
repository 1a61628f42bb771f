"""Bring your own: from a user's files to a workflow that decides."""

from __future__ import annotations

import csv
import dataclasses
import json
import os
import re
import shutil

import pytest

from rules.errors import RuleErrors
from service.domain.access import ROLES, Principal
from service.domain.types import Certificate, EvidencePolicy, Outcome, Refusal
from service.errors import BadRequest, Conflict, InvalidRequest
from service.usecases.create_workflow import Plan, create_workflow
from service.usecases.decide_file import decide_file
from service.usecases.make_decision import Ask, decide

OPERATOR = Principal("k", "operator", ROLES["operations"])
WEATHER = "rain snow wind sun cloud storm hail fog frost thunder drizzle breeze sleet heat ice".split()
FOOD = "bread soup cheese apple rice pasta salad cake honey butter onion carrot pepper lemon salt".split()


def rows():
    """Two labels that words alone tell apart."""
    for i, (weather, food) in enumerate((w, f) for w in WEATHER for f in FOOD):
        yield f"Will there be {weather} tomorrow, report number {i}?", "weather"
        yield f"How do I cook {food} for {i} guests?", "food"


def write_csv(path, entries, header=("text", "label")):
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(entries)
    return path


def test_a_workflow_from_files_decides(house, tmp_path):
    """Examples and documents in, certified automatic decisions out, rules before them, evidence with them."""
    documents = tmp_path / "documents.jsonl"
    cooking = {"_id": "cooking", "title": "Cooking", "text": "How to cook rice, soup and bread for guests."}
    documents.write_text(json.dumps(cooking) + "\n")
    entries = [(text, label, "allow", "cooking" if label == "food" else "") for text, label in rows()]
    examples = write_csv(tmp_path / "examples.csv", entries, ("text", "label", "outcome", "documents"))
    plan = Plan("own", examples, documents, "retail-banking", attested_by="Ann")
    made = create_workflow(house, plan, "tests")
    assert isinstance(made.certified, Certificate)
    assert made.without_outcome == ()
    food = json.loads(decide(house, OPERATOR, Ask("own", "How do I cook carrot soup for 7 guests?")).body)
    assert (food["outcome"], food["labels"][0]["label"]) == ("allow", "food")
    assert food["documents"][0]["id"] == "doc_cooking"
    risky = json.loads(decide(house, OPERATOR, Ask("own", "I will shoot your staff with a gun.")).body)
    assert (risky["outcome"], risky["decided_by"]) == ("block", "rules")


def test_labels_without_outcome_go_to_people(house, tmp_path):
    """Nobody said what may happen, so nothing happens without a person; and that is said."""
    made = create_workflow(house, Plan("own", write_csv(tmp_path / "e.csv", rows()), None, "retail-banking"), "tests")
    assert made.without_outcome == ("food", "weather")
    answer = json.loads(decide(house, OPERATOR, Ask("own", "How do I cook rice for 3 guests?")).body)
    assert answer["outcome"] == "review"
    assert "label_needs_person" in answer["reasons"]


def test_submitted_documents_are_not_evidence(house, tmp_path):
    """Without an approval a document is not found, and `--evidence required` then holds everything."""
    documents = tmp_path / "documents.jsonl"
    documents.write_text(json.dumps({"_id": "cooking", "title": "Cooking", "text": "How to cook rice."}) + "\n")
    plan = Plan(
        "own",
        write_csv(tmp_path / "e.csv", rows()),
        documents,
        "retail-banking",
        outcome=Outcome.ALLOW,
        evidence=EvidencePolicy.REQUIRED,
    )
    made = create_workflow(house, plan, "tests")
    assert isinstance(made.certified, Refusal)
    answer = json.loads(decide(house, OPERATOR, Ask("own", "How do I cook rice for 3 guests?")).body)
    assert answer["documents"] == []
    assert {"no_evidence", "no_certificate"} <= set(answer["reasons"])


def test_too_few_examples_get_no_certificate(house, tmp_path):
    """Thirty examples calibrate nothing: the refusal says how many more it takes."""
    entries = list(rows())[:30]
    plan = Plan("own", write_csv(tmp_path / "e.csv", entries), None, "retail-banking", outcome=Outcome.ALLOW)
    made = create_workflow(house, plan, "tests")
    assert isinstance(made.certified, Refusal)
    assert made.certified.needed >= 45
    assert str(made.certified.needed) in made.certified.why


def test_copies_of_a_request_do_not_make_a_promise(house, tmp_path):
    """A file that holds each request many times is no larger sample: a few texts right promise nothing."""
    entries = [*[*rows()][:60]] * 6
    made = create_workflow(house, Plan("own", write_csv(tmp_path / "e.csv", entries), None, "retail-banking"), "tests")
    written = (house.home / "workflows" / "own" / "examples.jsonl").read_text().splitlines()
    examples = [json.loads(line) for line in written]
    kept = [each["text"] for each in examples if each["part"] == "calibration"]
    assert len(kept) == made.calibration == 54
    assert len(set(kept)) > 30  # of 60 texts; in whole groups of copies it would be nine
    assert not set(kept) & {each["text"] for each in examples if each["part"] == "train"}
    assert made.repeats == len(entries) - len(examples) > 0


@pytest.mark.parametrize(
    "change, error",
    [
        ({"name": "Own Name"}, InvalidRequest),
        ({"name": "retail-banking"}, Conflict),
        ({"rules": "no-such-pack"}, BadRequest),
        ({"rules": ".."}, BadRequest),
        ({"rules": ""}, BadRequest),
        ({"alpha": 0.0}, InvalidRequest),
        ({"alpha": float("nan")}, InvalidRequest),
        ({"delta": 5.0}, InvalidRequest),
    ],
)
def test_a_bad_plan_is_refused_before_anything_is_made(house, tmp_path, change, error):
    """Wrong names are told with their remedy, and leave no half-made workflow."""
    values = {"name": "own", "rules": "retail-banking"} | change
    plan = Plan(examples=write_csv(tmp_path / "e.csv", rows()), documents=None, **values)
    with pytest.raises(error) as refused:
        create_workflow(house, plan, "tests")
    assert refused.value.remedy
    assert not (house.home / "workflows" / "own").exists()


def test_a_missing_file_is_named(house, tmp_path):
    """The path that is wrong is the path that is told."""
    with pytest.raises(BadRequest, match=r"nowhere\.csv"):
        create_workflow(house, Plan("own", tmp_path / "nowhere.csv", None, "retail-banking"), "tests")


def test_bad_rows_are_reported_by_line(house, tmp_path):
    """A row without text or label, or with an outcome that is none, is told by its line and left out."""
    entries = [*[*rows()][:40], ("", "weather"), ("no label here", "")]
    made = create_workflow(
        house,
        Plan("own", write_csv(tmp_path / "e.csv", entries), None, "retail-banking", outcome=Outcome.ALLOW),
        "tests",
    )
    assert [row.line for row in made.bad_rows] == [42, 43]


def test_a_file_is_decided_row_by_row_and_resumed(house, tmp_path):
    """Answers in the order of the rows; bad rows kept aside by line; a second run repeats nothing."""
    source = tmp_path / "requests.csv"
    entries = [("Charged twice for one card payment.", "card_payment_charged_twice")]
    entries += [("", "x"), ("Two\nlines: my card was declined in the shop", "card_declined"), ("a" * 9_000, "y")]
    write_csv(source, entries)
    out = tmp_path / "answers.jsonl"
    first = decide_file(house, OPERATOR, "retail-banking", source, out)
    assert (first.rows, first.decided, [bad.line for bad in first.bad]) == (4, 2, [3, 6])
    answers = [json.loads(line) for line in out.read_text().splitlines()]
    assert answers[1]["labels"][0]["label"] == "card_declined"
    rejects = [json.loads(line) for line in (tmp_path / "answers.jsonl.rejects").read_text().splitlines()]
    assert [entry["line"] for entry in rejects] == [3, 6]
    again = decide_file(house, OPERATOR, "retail-banking", source, out)
    assert again.repeated == 2
    assert [json.loads(line)["id"] for line in out.read_text().splitlines()] == [answer["id"] for answer in answers]


@pytest.fixture
def pack(house, tmp_path):
    """A pack of the user's own: the starter's, in a folder elsewhere."""
    return shutil.copytree(house.home / "packs" / "retail-banking", tmp_path / "rules" / "my-rules")


def plan_with(tmp_path, rules):
    return Plan("own", write_csv(tmp_path / "e.csv", list(rows())[:60]), None, str(rules), outcome=Outcome.ALLOW)


def test_a_folder_of_rules_is_copied_and_then_the_homes_own(house, tmp_path, pack):
    """The same folder serves again; with other content than the home's it is a conflict, and nothing is made."""
    plan = plan_with(tmp_path, pack)
    create_workflow(house, plan, "tests")
    installed = house.home / "packs" / "my-rules"
    assert (installed / "pack.yaml").read_bytes() == (pack / "pack.yaml").read_bytes()
    with (pack / "pack.yaml").open("a") as file:
        file.write("# edited\n")
    with pytest.raises(Conflict, match="my-rules") as error:
        create_workflow(house, dataclasses.replace(plan, name="other"), "tests")
    assert "rename" in error.value.remedy
    assert "edited" not in (installed / "pack.yaml").read_text()
    assert not (house.home / "workflows" / "other").exists()
    (installed / "pack.yaml").write_bytes((pack / "pack.yaml").read_bytes())
    assert create_workflow(house, dataclasses.replace(plan, name="other"), "tests").name == "other"


@pytest.mark.parametrize("name", ["My Rules", "my_rules", "-rules", "rules.d"])
def test_a_pack_folder_needs_a_packs_name(house, tmp_path, pack, name):
    """The remedy is to rename it."""
    with pytest.raises(BadRequest, match="cannot be a pack's name") as error:
        create_workflow(house, plan_with(tmp_path, pack.rename(pack.with_name(name))), "tests")
    assert "rename the folder" in error.value.remedy


def test_rules_outside_the_homes_packs_are_not_used_by_a_way_around(house, tmp_path, monkeypatch):
    """`..` is no name of a pack, even where a pack lies there."""
    shutil.copy(house.home / "packs" / "retail-banking" / "pack.yaml", house.home / "pack.yaml")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadRequest, match="no rule pack"):
        create_workflow(house, plan_with(tmp_path, ".."), "tests")


def test_documents_that_nobody_filed_are_told(house, tmp_path):
    """A label names two documents, one was filed, not yet approved: only the other is missing."""
    documents = tmp_path / "documents.jsonl"
    documents.write_text(json.dumps({"_id": "cooking", "title": "Cooking", "text": "How to cook rice."}) + "\n")
    entries = [(text, label, "cooking;cookng" if label == "food" else "") for text, label in list(rows())[:60]]
    examples = write_csv(tmp_path / "e.csv", entries, ("text", "label", "documents"))
    made = create_workflow(house, Plan("own", examples, documents, "retail-banking"), "tests")
    (sentence,) = made.unknown_documents
    assert "label food names document cookng" in sentence
    assert "`cooking`" in sentence


def test_a_command_that_was_interrupted_can_be_repeated(house, tmp_path, pack):
    """What the first run made is gone, so the second one begins anew."""

    def interrupt(what, done, total):
        if what == "fitting":
            raise KeyboardInterrupt

    plan = plan_with(tmp_path, pack)
    with pytest.raises(KeyboardInterrupt):
        create_workflow(house, plan, "tests", interrupt)
    assert not (house.home / "workflows" / "own").exists()
    assert not (house.home / "packs" / "my-rules").exists()
    assert create_workflow(house, plan, "tests").name == "own"


def test_a_failure_leaves_what_was_there_before(house, tmp_path, pack):
    """A pack that breaks on its own tests is not kept; a workflow folder that was there before is."""
    rule = next(pack.glob("*.rule.yaml"))
    rule.write_text(
        re.sub(r'text: ".*", expect: match', 'text: "Good morning", expect: match', rule.read_text(), count=1)
    )
    folder = house.home / "workflows" / "own"
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(RuleErrors, match="packs/my-rules/"):
        create_workflow(house, plan_with(tmp_path, os.path.relpath(pack)), "tests")
    assert not (house.home / "packs" / "my-rules").exists()
    assert (folder / "notes.txt").read_text() == "mine"
