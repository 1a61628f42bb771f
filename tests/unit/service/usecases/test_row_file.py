"""A user's file of rows: every row that cannot be read is told with its line."""

from __future__ import annotations

import gzip

import pytest

from service.errors import BadRequest
from service.usecases.row_file import NOT_UTF8, csv_rows, json_rows, json_rows_of


def read(path, content):
    path.write_bytes(content)
    return [(row.line, row.wrong) for row in csv_rows(path, ("text",), {})]


def test_a_row_that_is_not_utf8_is_told_and_the_others_are_read(tmp_path):
    """What a spreadsheet saves in the code page of its machine is never read as other words."""
    path = tmp_path / "cp1252.csv"
    path.write_bytes("text,label\nplain,a\ncafé,b\nplain,c\n".encode("cp1252"))
    rows = list(csv_rows(path, ("text",), {}))
    assert [(row.line, row.wrong) for row in rows] == [(2, ""), (3, NOT_UTF8), (4, "")]
    assert rows[2].fields == {"text": "plain", "label": "c"}


@pytest.mark.parametrize("content", ["täxt,text\na,b\n".encode("cp1252"), "text,label\na,b\n".encode("utf-16")])
def test_a_header_that_is_not_utf8_refuses_the_file(tmp_path, content):
    """Without its header no row can be read."""
    with pytest.raises(BadRequest, match="line 1: the header is not UTF-8") as error:
        read(tmp_path / "head.csv", content)
    assert "UTF-8" in error.value.remedy


def test_a_byte_order_mark_is_no_part_of_the_header(tmp_path):
    """Excel's UTF-8 begins with one, also before a quoted name."""
    assert read(tmp_path / "bom.csv", b'\xef\xbb\xbf"text","label"\na,b\n') == [(2, "")]
    path = tmp_path / "bom.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"text": "a"}\n')
    assert [row.wrong for row in json_rows(path)] == [""]


@pytest.mark.parametrize("separator", [b",", b";", b"\t"])
def test_spreadsheets_of_every_country_are_read(tmp_path, separator):
    """Where the comma is the decimal sign they write semicolons; what stands in quotation marks separates nothing."""
    path = tmp_path / "export.csv"
    path.write_bytes(b'\xef\xbb\xbfText%cCategory\r\n"a, b; c\td"%cx\r\nplain%cy\r\n'.replace(b"%c", separator))
    rows = list(csv_rows(path, ("text", "label"), {"category": "label"}))
    assert [(row.line, *row.fields.values()) for row in rows] == [(2, "a, b; c\td", "x"), (3, "plain", "y")]


def test_a_header_that_makes_sense_with_commas_is_read_with_commas(tmp_path):
    """Whatever else stands in it."""
    path = tmp_path / "odd.csv"
    path.write_bytes(b"text,label;old\na;b,c\n")
    assert [row.fields for row in csv_rows(path, ("text",), {})] == [{"text": "a;b", "label;old": "c"}]
    with pytest.raises(BadRequest, match="lacks label; found text, label;old"):
        list(csv_rows(path, ("text", "label"), {}))


def test_quotes_that_do_not_match_are_told_with_the_lines_they_swallow(tmp_path):
    """An open quotation mark does not make one row of many."""
    rows = read(tmp_path / "open.csv", b'text,label\na,b\n"open,b\nc,d\ne,f\n')
    assert rows[0] == (2, "")
    assert [line for line, _ in rows] == [2, 3]
    assert "to line 5" in rows[1][1]
    rows = read(tmp_path / "stray.csv", b'text,label\n"a"b,c\nd,e\n')
    assert [line for line, _ in rows] == [2, 3]
    assert "quotation marks" in rows[0][1]
    assert rows[1][1] == ""


def test_a_field_beyond_every_measure_is_one_bad_row(tmp_path):
    """The rows after it are read."""
    rows = read(tmp_path / "long.csv", b"text,label\n" + b"a" * 200_000 + b",x\nb,y\n")
    assert [(line, bool(wrong)) for line, wrong in rows] == [(2, True), (3, False)]


def test_nul_is_a_bad_row(tmp_path):
    """It names the column."""
    ((line, wrong),) = read(tmp_path / "nul.csv", b"text,label\nalpha\0beta,x\n")
    assert line == 2
    assert wrong.startswith("text has a NUL")


def test_lines_and_names_are_the_files_own(tmp_path):
    """Rows are numbered by the line they begin at; an alias holds where the right name is missing."""
    path = tmp_path / "rows.csv"
    path.write_bytes(b'Text,Category\r\n"two\r\nlines",a\r\n\r\nb,c\r\n')
    rows = list(csv_rows(path, ("text", "label"), {"category": "label"}))
    assert [(row.line, row.fields["label"]) for row in rows] == [(2, "a"), (5, "c")]
    with pytest.raises(BadRequest, match="lacks label; found text, category"):
        list(csv_rows(path, ("text", "label"), {}))


def test_json_lines_that_cannot_be_read_are_told(tmp_path):
    """Bytes that are not UTF-8, no JSON, too deep, no object."""
    path = tmp_path / "rows.jsonl"
    lines = [b'{"text": "a"}', b'{"text": "caf\xe9"}', b"{", b"[" * 100_000, b"[1]", b"", b'{"text": "b"}']
    path.write_bytes(b"\n".join(lines))
    assert [(row.line, bool(row.wrong)) for row in json_rows(path)] == [
        *[(1, False), (2, True), (3, True)],
        *[(4, True), (5, True), (7, False)],
    ]


@pytest.mark.parametrize(
    "damage", [lambda data: data[:-20], lambda data: data[:200] + b"xx" + data[202:], lambda _: b"no"]
)
def test_a_damaged_gzip_file_is_said(tmp_path, damage):
    """Cut off, altered, or no gzip file at all."""
    path = tmp_path / "rows.csv.gz"
    path.write_bytes(damage(gzip.compress(b"text\n" + b"".join(b"row %d\n" % (i * i) for i in range(999)))))
    with pytest.raises(BadRequest, match=r"rows\.csv\.gz is no whole gzip file"):
        list(csv_rows(path, ("text",), {}))


def test_a_folder_is_no_file(tmp_path):
    """The path is told, not a traceback."""
    with pytest.raises(BadRequest, match="cannot be read"):
        list(csv_rows(tmp_path, ("text",), {}))


def test_a_line_beyond_every_measure_is_refused_before_it_fills_the_memory(tmp_path, monkeypatch):
    """A packed file can hold a line larger than the machine."""
    monkeypatch.setattr("service.usecases.row_file.LONGEST_LINE", 1_000)
    path = tmp_path / "rows.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"a": 1}\n' + b" " * 5_000))
    rows = json_rows(path)
    assert next(rows).fields == {"a": 1}
    with pytest.raises(BadRequest, match="line 2: longer than 1,000 characters"):
        next(rows)


def test_a_file_beyond_every_measure_is_refused(tmp_path, monkeypatch):
    """However short its lines are."""
    monkeypatch.setattr("service.usecases.row_file.MOST_TEXT", 1_000)
    path = tmp_path / "rows.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"a": 1}\n' * 1_000))
    with pytest.raises(BadRequest, match="longer than 1,000 characters"):
        list(json_rows(path))


def test_rows_that_were_sent_are_read_as_rows_of_a_file():
    """By name and content."""
    assert [row.fields for row in json_rows_of(gzip.compress(b'{"a": 1}\n'), "rows.jsonl.gz")] == [{"a": 1}]
    assert [row.fields for row in json_rows_of(b'{"a": 1}', "rows.jsonl")] == [{"a": 1}]
