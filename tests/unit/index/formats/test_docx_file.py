"""Word documents give what Word shows: headings, numbers, lists, tables, footnotes, and no more than that."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

import docx
import pytest
from docx.document import Document as Docx

from index.chunk import chunk
from index.formats.docx_file import read_docx
from index.formats.model import CannotRead
from index.model import Document, DocumentKey
from index.text import strip_markup

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OTHER = "http://schemas.openxmlformats.org/markup-compatibility/2006"
PROLOGUE = f'<?xml version="1.0" encoding="UTF-8"?><w:{{0}} xmlns:w="{WORD}" xmlns:mc="{OTHER}">'


def saved(document: Docx) -> bytes:
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def packed(body: str, parts: Mapping[str, str] | None = None) -> bytes:
    """A Word document of raw parts; `parts` by name without `word/` and ending, what stands within their root."""
    roots = {"styles": "styles", "numbering": "numbering", "footnotes": "footnotes", "comments": "comments"}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", PROLOGUE.format("document") + f"<w:body>{body}</w:body></w:document>")
        for name, within in (parts or {}).items():
            archive.writestr(f"word/{name}.xml", PROLOGUE.format(roots[name]) + within + f"</w:{roots[name]}>")
    return file.getvalue()


def p(text: str, properties: str = "", run: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:rPr>{run}</w:rPr><w:t>{text}</w:t></w:r></w:p>"


def body_of(body: str, parts: Mapping[str, str] | None = None) -> str:
    return read_docx(packed(body, parts)).text


def handbook() -> Docx:
    document = docx.Document()
    document.core_properties.title = "Template 7"
    document.add_heading("Staff handbook", 0)
    document.add_heading("Leave", 1)
    paragraph = document.add_paragraph("You have ")
    paragraph.add_run("25 days").bold = True
    paragraph.add_run(" a year, * and # too.")
    for text in ("Annual", "Sick"):
        document.add_paragraph(text, style="List Bullet")
    for text in ("Ask", "Wait"):
        document.add_paragraph(text, style="List Number")
    document.add_heading("Carrying over", 2)
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(table._cells, ["Kind", "Days", "Annual", "five | 5"], strict=True):
        cell.text = text
    document.sections[0].header.paragraphs[0].text = "CONFIDENTIAL HEADER"
    document.sections[0].footer.paragraphs[0].text = "Page 1"
    return document


def test_a_document_is_read_with_its_structure():
    """Its title stands above its headings; headers and footers of pages are not its words."""
    found = read_docx(saved(handbook()))
    assert found.title == "Staff handbook"
    assert found.text == (
        "# Staff handbook\n\n## Leave\n\nYou have 25 days a year, * and # too.\n\n- Annual\n- Sick\n1. Ask\n2. Wait\n\n"
        "### Carrying over\n\n| Kind | Days |\n| --- | --- |\n| Annual | five \\| 5 |\n"
    )
    assert found.notes == ()


def test_passages_of_a_document_know_their_headings_and_places():
    """As those of every other kind."""
    found = read_docx(saved(handbook()))
    document = Document(DocumentKey("c", "handbook", 1), found.title, found.text)
    passages = chunk(document, lambda text: len(text.split()), 100)
    assert [passage.heading for passage in passages] == ["Leave", "Leave › Carrying over"]
    for passage in passages:
        source = document.text[passage.start : passage.end]
        assert strip_markup(f"| {source} |").split() == passage.text.split() or strip_markup(source) == passage.text


NUMBERS = """<w:abstractNum w:abstractNumId="1">
<w:lvl w:ilvl="0"><w:start w:val="2"/><w:numFmt w:val="decimal"/><w:pStyle w:val="H1"/>
<w:lvlText w:val="Part %1"/></w:lvl>
<w:lvl w:ilvl="1"><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="%1.(%2)"/></w:lvl>
<w:lvl w:ilvl="2"><w:numFmt w:val="upperRoman"/><w:lvlText w:val="%3."/></w:lvl></w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="1"/>
<w:lvlOverride w:ilvl="0"><w:startOverride w:val="9"/></w:lvlOverride></w:num>"""
STYLES = """<w:style w:styleId="H1"><w:name w:val="heading 1"/>
<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>
<w:style w:styleId="Own"><w:name w:val="Our heading"/><w:basedOn w:val="Base"/></w:style>
<w:style w:styleId="Base"><w:name w:val="Base"/><w:basedOn w:val="Own"/>
<w:pPr><w:outlineLvl w:val="1"/></w:pPr></w:style>
<w:style w:styleId="C1"><w:name w:val="toc 1"/></w:style>"""


def listed(level: int, number: int = 1) -> str:
    return f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'


def test_numbers_are_those_that_word_shows():
    """They are nowhere in the text, and a contract is cited by them."""
    body = (
        p("Scope", '<w:pStyle w:val="H1"/>')
        + p("one", listed(1))
        + p("deep", listed(2))
        + p("deeper", listed(2))
        + p("two", listed(1))
        + p("Next", '<w:pStyle w:val="H1"/>')
        + p("again", listed(1))
        + p("Restarted", listed(0, 2))
        + p("none", '<w:numPr><w:numId w:val="0"/></w:numPr>')
    )
    assert strip_markup(body_of(body, {"numbering": NUMBERS, "styles": STYLES})).splitlines() == [
        "Part 2 Scope",
        "2.(a) one",
        "I. deep",
        "II. deeper",
        "2.(b) two",
        "Part 3 Next",
        "3.(a) again",
        "Part 9 Restarted",
        "none",
    ]


def test_headings_are_told_by_outline_through_styles_that_build_on_each_other():
    """Whatever a style is called; styles in a circle do no harm."""
    assert body_of(p("Ours", '<w:pStyle w:val="Own"/>') + p("text"), {"styles": STYLES}) == "## Ours\n\ntext\n"


def test_bold_lines_are_headings_only_where_there_are_no_others():
    """Many documents have no heading styles; those that do mean them."""
    bold = p("Fees", run="<w:b/>") + p("We refund.") + p("Not this one.", run="<w:b/>")
    assert body_of(bold) == "## Fees\n\nWe refund.\n\nNot this one.\n"
    assert body_of(bold + p("Ours", '<w:pStyle w:val="Own"/>'), {"styles": STYLES}).startswith("Fees\n")


def test_what_a_reader_does_not_see_is_left_out_and_named():
    """Deletions under review, hidden text, contents, comments; insertions stay."""
    body = (
        p("Contents 1", '<w:pStyle w:val="C1"/>')
        + "<w:p><w:r><w:t>The fee is </w:t></w:r><w:del><w:r><w:delText>£5</w:delText><w:t>£5</w:t></w:r></w:del>"
        + "<w:ins><w:r><w:t>£10</w:t></w:r></w:ins><w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r></w:p>"
    )
    found = read_docx(packed(body, {"styles": STYLES, "comments": "<w:comment/>"}))
    assert found.text == "The fee is £10\n"
    (note,) = found.notes
    assert set(note.removeprefix("left out: ").split(", ")) == {
        "comments",
        "table of contents",
        "deletions under review",
        "hidden text",
    }


def test_footnotes_follow_the_paragraph_that_refers_to_them():
    """So that a passage has both; separators between notes are none."""
    notes = (
        '<w:footnote w:type="separator" w:id="0"><w:p><w:r><w:t>--</w:t></w:r></w:p></w:footnote>'
        '<w:footnote w:id="7"><w:p><w:r><w:t>Except on leap days.</w:t></w:r></w:p></w:footnote>'
    )
    body = '<w:p><w:r><w:t>Daily</w:t></w:r><w:r><w:footnoteReference w:id="7"/></w:r></w:p>' + p("After")
    found = body_of(body, {"footnotes": notes})
    assert strip_markup(found).splitlines() == ["Daily[1]", "[1] Except on leap days.", "After"]


def test_fields_show_their_result_and_not_their_code():
    """A reference to another page is a number, not an instruction."""
    turn = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    body = (
        "<w:p><w:r><w:t>page </w:t></w:r>" + turn.format("begin") + "<w:r><w:t>PAGEREF _x</w:t></w:r>"
        "<w:r><w:instrText>PAGEREF</w:instrText></w:r>"
        + turn.format("separate")
        + "<w:r><w:t>12</w:t></w:r>"
        + turn.format("end")
        + "<w:r><w:tab/><w:t>end</w:t><w:noBreakHyphen/><w:t>ed</w:t></w:r></w:p>"
    )
    assert body_of(body) == "page 12 end-ed\n"


def test_text_boxes_and_controls_are_read_once():
    """A box is there in two forms, one for older programs."""
    box = f"<w:pict><w:txbxContent>{p('boxed')}</w:txbxContent></w:pict>"
    body = (
        f"<w:p><w:r><mc:AlternateContent><mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback>"
        f"</mc:AlternateContent></w:r></w:p><w:sdt><w:sdtContent>{p('controlled')}</w:sdtContent></w:sdt>"
    )
    assert body_of(body) == "boxed\n\ncontrolled\n"


def test_tables_of_one_column_are_frames_and_merged_cells_are_empty():
    """Rows keep their columns."""
    cell = "<w:tc><w:tcPr>{}</w:tcPr>{}</w:tc>"
    row = "<w:tr>{}</w:tr>"
    frame = f"<w:tbl>{row.format(cell.format('', p('framed') + p('twice')))}</w:tbl>"
    top = cell.format('<w:vMerge w:val="restart"/>', p("Card")) + cell.format("", p("10"))
    below = cell.format("<w:vMerge/>", p("")) + cell.format("", p("20") + p("a day"))
    grid = f"<w:tbl>{row.format(top)}{row.format(below)}</w:tbl>"
    assert body_of(frame) == "framed\n\ntwice\n"
    assert body_of(grid) == "| Card | 10 |\n| --- | --- |\n|  | 20 a day |\n"


def damaged(data: bytes) -> bytes:
    place = data.index(b"word/document.xml") + 60
    return data[:place] + bytes(40) + data[place + 40 :]


@pytest.mark.parametrize(
    "data, says",
    [
        (saved(handbook())[:-400], "cut off or damaged"),
        (damaged(packed(p("words " * 200))), "cut off or damaged"),
        (packed(""), "it has no text"),
        (packed("<w:p>" * 9 + "</w:p>"), "not XML"),
        (packed("<w:sdt>" * 10_000 + "</w:sdt>" * 10_000), "nested more than 400 deep"),
        (packed(f"<w:p>{' ' * 70_000_000}</w:p>"), "unpacks to more than 64 MiB"),
    ],
    ids=["cut off", "damaged", "empty", "broken", "deep", "bomb"],
)
def test_damaged_and_hostile_files_are_refused_by_name(data: bytes, says: str):
    """Whatever is in the archive, it says what is wrong with it."""
    with pytest.raises(CannotRead, match=says):
        read_docx(data)


def test_another_archive_is_no_word_document():
    """As a spreadsheet with the wrong ending."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
    with pytest.raises(CannotRead, match="no Word document"):
        read_docx(file.getvalue())
