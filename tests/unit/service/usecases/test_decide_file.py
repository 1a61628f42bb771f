"""Deciding a file: no row, however odd, keeps the others from being decided."""

from __future__ import annotations

import json

import pytest

from service.domain.access import ROLES, Principal
from service.errors import BadRequest, InvalidRequest
from service.usecases.decide_file import Report, decide_file

OPERATOR = Principal("k", "operator", ROLES["operations"])
NAME = "retail-banking"
CLEAR = "I was charged twice for the same card payment yesterday."


def run(house, source):
    out = source.with_name("answers.jsonl")
    report = decide_file(house, OPERATOR, NAME, source, out)
    rejects = source.with_name("answers.jsonl.rejects")
    aside = [json.loads(line) for line in rejects.read_text("ascii").splitlines()] if rejects.exists() else []
    return report, aside


def test_rows_the_door_would_refuse_are_kept_aside_by_line(house, tmp_path):
    """NUL and half characters in text, attributes or subject are one bad row each."""
    odd = [
        {"text": "a\0b"},
        {"text": "half \ud800"},
        {"text": CLEAR, "attributes": {"channel": "\ud800"}},
        {"text": CLEAR, "attributes": {"\udfff": 1}},
        {"text": CLEAR, "attributes": {"tags": ["a", "\0"]}},
        {"text": CLEAR, "subject": "\udc00"},
    ]
    lines = [json.dumps({"text": CLEAR}).encode(), *(json.dumps(entry).encode() for entry in odd)]
    lines += [b'{"text": "caf\xe9"}', b'{"text": "x", "attributes": ' + b'{"a":' * 900 + b"1" + b"}" * 901]
    lines += [json.dumps({"text": CLEAR, "subject": "Zoë"}).encode()]
    source = tmp_path / "requests.jsonl"
    source.write_bytes(b"\n".join(lines))
    report, aside = run(house, source)
    assert (report.rows, report.decided) == (10, 2)
    assert [bad.line for bad in report.bad] == [2, 3, 4, 5, 6, 7, 8, 9]
    assert [entry["line"] for entry in aside] == [2, 3, 4, 5, 6, 7, 8, 9]
    assert aside[1]["row"] == odd[1]
    assert [entry["why"].partition(":")[0] for entry in aside[:6]] == ["text"] * 2 + ["attributes"] * 3 + ["subject"]
    assert "save the file as UTF-8" in aside[6]["why"]


def test_a_row_cannot_say_that_it_is_bad(house, tmp_path):
    """Whatever a row's fields are called, it is decided by its text."""
    source = tmp_path / "requests.jsonl"
    source.write_text(json.dumps({"text": CLEAR, "_error": "mine"}))
    assert run(house, source)[0].decided == 1


def test_a_csv_row_that_cannot_be_read_is_kept_aside(house, tmp_path):
    """Another encoding, a field beyond every measure, an open quotation mark."""
    source = tmp_path / "requests.csv"
    good, long = CLEAR.encode() + b",card\n", b"a" * 200_000 + b",x\n"
    source.write_bytes(b"text,label\n" + good + b"caf\xe9,x\n" + long + good + b'"open,x\n' + good)
    report, aside = run(house, source)
    assert report.decided == 2
    assert [entry["line"] for entry in aside] == [3, 4, 6]


def test_a_workflow_that_is_not_there_leaves_earlier_answers(house, tmp_path):
    """It is told once, not for every row, with those that there are."""
    source, out = tmp_path / "requests.jsonl", tmp_path / "answers.jsonl"
    source.write_text(json.dumps({"text": CLEAR}))
    out.write_text("of an earlier run")
    with pytest.raises(InvalidRequest, match="there is no workflow 'retial-banking'") as refused:
        decide_file(house, OPERATOR, "retial-banking", source, out)
    assert NAME in refused.value.problems[0].remedy
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix != "") == ["answers.jsonl", "requests.jsonl"]
    assert out.read_text() == "of an earlier run"


@pytest.mark.parametrize("content", [b"", b"label\nx\n", "täxt,text\n".encode("cp1252"), b'"text'])
def test_a_header_that_cannot_be_used_is_a_bad_request(house, tmp_path, content):
    """Told before anything is decided or written."""
    source = tmp_path / "requests.csv"
    source.write_bytes(content)
    with pytest.raises(BadRequest, match=r"requests\.csv, line 1"):
        run(house, source)
    assert [path.name for path in tmp_path.glob("*") if path.is_file()] == ["requests.csv"]


def test_a_damaged_gzip_file_is_a_bad_request(house, tmp_path):
    """Told before anything is decided or written."""
    source = tmp_path / "requests.jsonl.gz"
    source.write_bytes(b"no gzip file")
    with pytest.raises(BadRequest, match="no whole gzip file"):
        run(house, source)
    assert not (tmp_path / "answers.jsonl.partial").exists()


@pytest.mark.parametrize(
    "answer, truth, right",
    [
        (("classifier", ["a"]), ["a"], True),
        (("classifier", ["a", "b"]), ["a"], False),
        (("classifier", ["a", "b"]), ["b", "a"], True),
        ((None, ["a", "b", "c"]), ["a"], True),
        ((None, ["b", "a", "c"]), ["a"], False),
        ((None, ["b", "a", "c"]), ["a", "b"], True),
        ((None, []), ["a"], False),
    ],
)
def test_labels_are_right_when_they_are_all_and_only_the_right_ones(answer, truth, right):
    """Decided: every label and no other. Held: the best of those suggested, as many as there are right ones."""
    decided_by, labels = answer
    report = Report()
    listed = [{"label": label, "probability": 0.5} for label in labels]
    report.add({"outcome": "allow", "reasons": [], "decided_by": decided_by, "labels": listed}, frozenset(truth))
    assert (report.labelled, report.right) == (1, int(right))
    assert report.automatic_wrong == int(decided_by is not None and not right)


def test_a_row_without_labels_is_not_compared():
    """It counts as decided and nothing else."""
    report = Report()
    report.add({"outcome": "allow", "reasons": [], "decided_by": None, "labels": []}, frozenset())
    assert (report.decided, report.labelled) == (1, 0)
