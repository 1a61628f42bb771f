"""Judged queries come from the files that everybody has, and a broken line is named."""

from __future__ import annotations

import gzip

import pytest

from service.errors import BadRequest
from service.usecases.judged_queries import read_judged_queries

QUERIES = '{"_id": "1", "text": "lost card"}\n{"_id": 2, "text": "fees"}\n{"_id": "3", "text": "unjudged"}\n'


@pytest.fixture
def files(tmp_path):
    """Write both files; the address of each."""

    def write(queries: str, judgements: str):
        first, second = tmp_path / "queries.jsonl", tmp_path / "qrels.tsv"
        first.write_text(queries, encoding="utf-8")
        second.write_text(judgements, encoding="utf-8")
        return first, second

    return write


@pytest.mark.parametrize(
    "judgements",
    [
        "query-id\tcorpus-id\tscore\n1\tlost-card\t1\n2\tfees\t2\n2\tlimits\t0\n9\tfees\t1\n",
        "1 0 lost-card 1\n2 0 fees 2\n2 0 limits 0\n9 0 fees 1\n",
    ],
)
def test_beir_and_trec_files_say_the_same(files, judgements):
    """With a header and tabs, or trec's four columns; a judged query without words is counted."""
    found = read_judged_queries(*files(QUERIES, judgements))
    assert found.judgements == {"1": {"lost-card": 1}, "2": {"fees": 2, "limits": 0}}
    assert found.texts == {"1": "lost card", "2": "fees"}
    assert found.unknown == 1


def test_gzipped_queries_are_read(tmp_path, files):
    """BEIR's own files are gzipped."""
    queries, judgements = files(QUERIES, "1\tlost-card\t1\n")
    packed = tmp_path / "queries.jsonl.gz"
    packed.write_bytes(gzip.compress(queries.read_bytes()))
    assert read_judged_queries(packed, judgements).texts == {"1": "lost card"}


@pytest.mark.parametrize(
    "queries, judgements, place",
    [
        ('{"_id": "1"}\n', "1\ta\t1\n", r"queries\.jsonl, line 1: .*`text`"),
        (QUERIES, "1\ta\t1\n1\ta\n", r"qrels\.tsv, line 2: .*whole number"),
        (QUERIES, "1\ta\thigh\n", r"qrels\.tsv, line 1: .*whole number"),
        (QUERIES, "7\ta\t1\n", r"judges none of the queries"),
    ],
)
def test_broken_line_is_named(files, queries, judgements, place):
    """The file, the line and what belongs there."""
    with pytest.raises(BadRequest, match=place):
        read_judged_queries(*files(queries, judgements))
