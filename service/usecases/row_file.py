"""A user's file of rows, CSV or JSON lines: what cannot be read is told with its line, the rest goes on."""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
import itertools
import json
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from rules.normalize import refuse
from service.errors import BadRequest

LONGEST_LINE = 16_000_000  #: characters; a packed file can hold a line larger than any memory
MOST_TEXT = 2_000_000_000  #: characters of a whole file, unpacked
NOT_UTF8 = "not UTF-8: save the file as UTF-8 (in Excel: CSV UTF-8)"
_SEPARATORS = ",;\t"  #: between fields, as spreadsheets of different countries write them; the first that fits
_UNDECODED = re.compile("[\udc80-\udcff]")  # what `surrogateescape` makes of a byte that is not UTF-8


@dataclass(frozen=True, slots=True)
class FileRow:
    """One row as the file holds it."""

    line: int  #: 1-based line the row begins at
    fields: Mapping[str, Any]
    wrong: str = ""  #: why it cannot be used; empty: it can


def csv_rows(
    path: Path, needed: Sequence[str], aliases: Mapping[str, str], *, otherwise: str = ""
) -> Iterator[FileRow]:
    """Rows of a CSV file (also gzipped) by the names in its header, which are read in lower case.

    `aliases` are other names for columns, which hold where the file has no column of the right name. Fields are
    separated by commas, or by semicolons or tabs where only so the header names what is needed. BadRequest when the
    file cannot be read or its header lacks a `needed` column; `otherwise` is what else can be done about that.
    """
    lines = text_lines(path)
    first = next(lines, "")
    # Strict, because a stray quotation mark would otherwise make one row of many without a word.
    separator = _separator(first, needed, aliases)
    reader = csv.reader(itertools.chain([first], lines), delimiter=separator, strict=True)
    try:
        names = [name.strip().lower() for name in next(reader, [])]
    except csv.Error as error:
        raise BadRequest(f"{path}, line 1: the header is not CSV: {error}", remedy="mend the first line") from error
    if any(map(_UNDECODED.search, names)):
        raise BadRequest(f"{path}, line 1: the header is not UTF-8", remedy="save the file as UTF-8")
    names = _called(names, aliases)
    if missing := [name for name in needed if name not in names]:
        raise BadRequest(
            f"{path}, line 1: the header lacks {' and '.join(missing)}; found {', '.join(names) or 'nothing'}",
            remedy=", or ".join(filter(None, (f"name the columns {', '.join(needed)} in the first line", otherwise))),
        )
    while True:
        line = reader.line_num + 1  # a quoted field may run over several lines
        try:
            fields = dict(zip(names, next(reader), strict=False))
        except StopIteration:
            return
        except csv.Error as error:
            place = f"what stands here to line {reader.line_num}" if reader.line_num > line else "what stands here"
            yield FileRow(line, {}, f"{place} is no CSV row: {error}; check its quotation marks")
        else:
            if fields:
                yield FileRow(line, fields, _fault(fields))


def _called(names: Sequence[str], aliases: Mapping[str, str]) -> list[str]:
    """The columns by their right names."""
    return [aliases[name] if aliases.get(name, name) not in names else name for name in names]


def _separator(header: str, needed: Sequence[str], aliases: Mapping[str, str]) -> str:
    """What stands between the names of this header; a comma where nothing makes sense of it, which is then told."""
    for separator in _SEPARATORS:
        with contextlib.suppress(csv.Error):
            names = [name.strip().lower() for name in next(csv.reader([header], delimiter=separator), [])]
            if set(needed) <= set(_called(names, aliases)):
                return separator
    return _SEPARATORS[0]


def json_rows(path: Path) -> Iterator[FileRow]:
    """Rows of a file of JSON objects, one a line (also gzipped); BadRequest when the file cannot be read.

    Texts are as the file says them: it may escape characters that `rules.normalize.refuse` turns away.
    """
    yield from _json_rows(text_lines(path))


def json_rows_of(data: bytes, name: str) -> Iterator[FileRow]:
    """The same of a file that was sent."""
    yield from _json_rows(_lines(io.BytesIO(data), name))


def _json_rows(lines: Iterator[str]) -> Iterator[FileRow]:
    for line, text in enumerate(lines, 1):
        if text.strip():
            yield _json_row(line, text)


def text_lines(path: Path) -> Iterator[str]:
    """Lines of a file (also gzipped) with their ends; BadRequest when it cannot be read.

    Bytes that are not UTF-8 come as lone surrogates, so that they are found in their line and not before it.
    """
    try:
        with path.open("rb") as file:
            yield from _lines(file, str(path))
    except OSError as error:
        raise BadRequest(f"{path} cannot be read: {error.strerror or error}", remedy="check the path") from error


def _lines(file: IO[bytes], name: str) -> Iterator[str]:
    packed = gzip.GzipFile(fileobj=file) if name.endswith(".gz") else file
    length = 0
    try:
        with io.TextIOWrapper(packed, encoding="utf-8-sig", errors="surrogateescape", newline="") as lines:
            for number in itertools.count(1):
                line = lines.readline(LONGEST_LINE + 1)
                length += len(line)
                if len(line) > LONGEST_LINE:
                    raise _too_long(f"{name}, line {number}", LONGEST_LINE)
                if length > MOST_TEXT:
                    raise _too_long(name, MOST_TEXT)
                if not line:
                    return
                yield line
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise BadRequest(f"{name} is no whole gzip file: {error}", remedy="make or fetch the file again") from error


def _too_long(place: str, most: int) -> BadRequest:
    return BadRequest(f"{place}: longer than {most:,} characters", remedy="split it")


def _json_row(line: int, text: str) -> FileRow:
    if _UNDECODED.search(text):
        return FileRow(line, {}, NOT_UTF8)
    try:
        entry = json.loads(text)
    except (ValueError, RecursionError) as error:
        return FileRow(line, {}, f"not JSON: {error}")
    return FileRow(line, entry) if isinstance(entry, dict) else FileRow(line, {}, "not a JSON object")


def _fault(fields: Mapping[str, str]) -> str:
    if any(map(_UNDECODED.search, fields.values())):
        return NOT_UTF8
    return next((f"{name} {why}" for name, text in fields.items() if (why := refuse(text))), "")
