"""Queries and the documents that are right for them, from files in the BEIR layout: JSON lines, and judgements in rows.

A judgement file is tab-separated with a header row, `query-id corpus-id score`, or trec's four columns without one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from service.errors import BadRequest
from service.usecases.row_file import json_rows, text_lines

_HEADER = ("query-id", "corpus-id", "score")


@dataclass(frozen=True, slots=True)
class JudgedQueries:
    """Queries with judgements; those of either file that the other does not know are counted, not used."""

    texts: dict[str, str]  #: query -> its words
    judgements: dict[str, dict[str, int]]  #: query -> document id -> grade
    unknown: int  #: judged queries that the file of queries lacks


def read_judged_queries(queries: Path, judgements: Path) -> JudgedQueries:
    """Both files, joined; BadRequest names the file, the line and what is wrong there."""
    texts = _texts(queries)
    graded: dict[str, dict[str, int]] = {}
    for query, document, grade in _grades(judgements):
        graded.setdefault(query, {})[document] = grade
    known = {query: grades for query, grades in graded.items() if query in texts}
    if not known:
        raise BadRequest(
            f"{judgements} judges none of the queries of {queries}",
            remedy="the first column has to hold the `_id` of a query",
        )
    return JudgedQueries({query: texts[query] for query in known}, known, len(graded) - len(known))


def _texts(path: Path) -> dict[str, str]:
    texts: dict[str, str] = {}
    for row in json_rows(path):
        query, text = row.fields.get("_id", row.fields.get("id")), row.fields.get("text")
        if row.wrong or query is None or not isinstance(text, str) or not text.strip():
            why = row.wrong or "a query needs an `_id` and a `text`"
            raise BadRequest(f"{path}, line {row.line}: {why}", remedy="one JSON object a line, as in BEIR")
        texts[str(query)] = text
    return texts


def _grades(path: Path) -> Iterator[tuple[str, str, int]]:
    for line, text in enumerate(text_lines(path), 1):
        columns = text.split("\t") if "\t" in text else text.split()
        cells = [cell.strip() for cell in columns]
        if not any(cells) or (line == 1 and tuple(cells) == _HEADER):
            continue
        if len(cells) == len(_HEADER) + 1:  # trec: query, iteration, document, grade
            del cells[1]
        if len(cells) != len(_HEADER) or not cells[2].removeprefix("-").isdecimal():
            raise BadRequest(
                f"{path}, line {line}: a judgement is a query, a document and a whole number",
                remedy="separate the three by tabs, under the header query-id, corpus-id, score",
            )
        yield cells[0], cells[1], int(cells[2])
