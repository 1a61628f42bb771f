"""PDF gives its words in paragraphs under its headings, without what is printed on every page."""

from __future__ import annotations

import io
import zlib

import pytest
from reportlab.lib import pdfencrypt
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import ListFlowable, Paragraph, SimpleDocTemplate, Spacer, Table

from index.chunk import chunk
from index.formats.model import CannotRead
from index.formats.pdf_file import read_pdf
from index.model import Document, DocumentKey
from index.text import blocks, strip_markup

STYLES = getSampleStyleSheet()
FILLER = (
    "Our staff answer requests about payments within two working days, and they tell the customer in writing what was "
    "decided and why it was decided so. A customer who disagrees can ask for a second look at any time."
)


def report() -> bytes:
    """Three pages with a header that names the chapter, a footer that counts, headings, a list and a table."""

    def furniture(canvas: Canvas, template: SimpleDocTemplate) -> None:
        canvas.setFont("Helvetica", 8)
        canvas.drawString(60, A4[1] - 30, "Bank of Tests - internal")
        canvas.drawString(480, A4[1] - 30, f"Part {'ABC'[template.page - 1]} {template.page + 4}")
        canvas.drawCentredString(A4[0] / 2, 25, f"Page {template.page} of 3")

    file = io.BytesIO()
    template = SimpleDocTemplate(file, pagesize=A4, title="untitled")
    body, story = STYLES["BodyText"], [Paragraph("Payments handbook", STYLES["Title"])]
    for number, name in enumerate(["Refunds", "Limits", "Appeals"], 1):
        story.append(Paragraph(f"{number} {name}", STYLES["Heading1"]))
        story += [Paragraph(FILLER, body) for _ in range(10)]
        story.append(Paragraph(f"{number}.1 Details of {name.lower()}", STYLES["Heading2"]))
        story += [Paragraph(FILLER, body) for _ in range(2)]
        story.append(ListFlowable([Paragraph("cards & cash", body), Paragraph("cheques", body)], bulletType="bullet"))
    story += [Spacer(1, 12), Table([["Card", "Limit"], ["Debit", "300 a day"], ["Credit", "500 a day"]], colWidths=150)]
    template.build(story, onFirstPage=furniture, onLaterPages=furniture)
    return file.getvalue()


def drawn(
    *pages: list[tuple[float, float, str, str, float]], encrypt: pdfencrypt.StandardEncryption | None = None
) -> bytes:
    """Pages of lines: left, base, text, font, size."""
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=A4, encrypt=encrypt)
    for page in pages:
        for left, base, text, font, size in page:
            canvas.setFont(font, size)
            canvas.drawString(left, base, text)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def column(
    *lines: str, top: float = 700, left: float = 72, size: float = 10
) -> list[tuple[float, float, str, str, float]]:
    return [(left, top - 12 * place, line, "Helvetica", size) for place, line in enumerate(lines)]


def read_lines(*lines: str) -> list[str]:
    return strip_markup(read_pdf(drawn(column(*lines))).text).splitlines()


def test_headings_are_told_by_size_and_weight():
    """As deep as they are set."""
    found = [(block.level, block.text) for block in blocks(read_pdf(report()).text) if block.level]
    assert found == [
        (1, "Payments handbook"),
        (1, "1 Refunds"),
        (2, "1.1 Details of refunds"),
        (1, "2 Limits"),
        (2, "2.1 Details of limits"),
        (1, "3 Appeals"),
        (2, "3.1 Details of appeals"),
    ]


def test_the_title_is_the_largest_heading_of_the_first_page():
    """Properties are often a template's; they count where the page shows the same and no heading is told."""
    assert read_pdf(report()).title == "Payments handbook"
    file = io.BytesIO()
    canvas = Canvas(file)
    canvas.setTitle("Fees, for all")
    canvas.drawString(72, 700, "Fees for all")
    canvas.save()
    assert read_pdf(file.getvalue()).title == "Fees, for all"


def test_headers_footers_and_page_numbers_are_left_out_and_named():
    """Also headers that change with the chapter, as long as they count pages."""
    found = read_pdf(report())
    assert "internal" not in found.text
    assert "Page" not in found.text
    (note,) = found.notes
    assert note.startswith("left out: page headers and footers (Bank of Tests - internal Part A #; Page # of #; ")


def test_paragraphs_items_and_rows_are_told_apart():
    """Lines of a paragraph are joined, also over the end of a page; lists and tables keep their form."""
    found = read_pdf(report())
    texts = [block.text for block in blocks(found.text)]
    assert texts.count(FILLER) == 36
    assert found.text.endswith(
        "- cards & cash\n- cheques\n\n| Card | Limit |\n| --- | --- |\n| Debit | 300 a day |\n| Credit | 500 a day |\n"
    )


def test_passages_of_a_pdf_know_their_headings_and_places():
    """As those of every other kind."""
    found = read_pdf(report())
    document = Document(DocumentKey("c", "h", 1), found.title, found.text)
    passages = chunk(document, lambda text: len(text.split()), 120)
    assert {passage.heading for passage in passages} >= {"1 Refunds", "1 Refunds › 1.1 Details of refunds", "3 Appeals"}
    for passage in passages:
        assert document.text[passage.start : passage.end].split()[0].strip("|") in passage.text


@pytest.mark.parametrize(
    "lines, read",
    [
        (["The customer receives noti-", "fication of the notification."], "notification of the notification."),
        (["We offer long-", "term and other long-term loans."], "long-term and other"),
        (["Rules against anti-", "harassment and other harassment."], "anti-harassment and"),
        (["It says Anti-", "Money-Laundering there."], "Anti-Money-Laundering there"),
        (["Write to kc-", "payroll@bank.example today."], "kc-payroll@bank.example"),
        (["We refuse unknow-", "able things."], "unknowable things"),
    ],
)
def test_words_cut_at_a_lines_end_are_whole_again(lines: list[str], read: str):
    """A hyphen stays where the document's other words show that it belongs there."""
    assert read in read_lines(*lines)[0]


def test_numbered_points_and_bullets_begin_anew():
    """However close the lines stand."""
    lines = ["You may:", "(a) ask us, or", "in a branch;", "(b) write.", "\u2022 by post", "1. first"]
    assert read_lines(*lines) == ["You may:", "(a) ask us, or in a branch;", "(b) write.", "by post", "1. first"]


def test_columns_are_read_one_after_the_other():
    """In the order in which the file draws them."""
    left = column("The left column begins here and", "goes on", left=60)
    right = column("here, on the right.", left=320)
    assert (
        strip_markup(read_pdf(drawn(left + right)).text)
        == "The left column begins here and goes on here, on the right."
    )


def test_rows_whose_cells_need_a_second_line_stay_rows():
    """It is put into its column."""
    cells: list[tuple[float, float, str]] = [
        (72, 700, "Card"),
        (250, 700, "Limit"),
        (72, 685, "Debit"),
        (250, 685, "300 a"),
        (250, 673, "day"),
    ]
    page = [
        (left, base, text, "Helvetica", 10.0) for left, base, text in [*cells, (72, 658, "Credit"), (250, 658, "500")]
    ]
    rows = strip_markup(read_pdf(drawn(page)).text).splitlines()
    assert rows == ["Card | Limit", "Debit | 300 a day", "Credit | 500"]


def test_a_scan_is_named_as_one():
    """Pages of pictures have no text to search."""
    with pytest.raises(CannotRead, match=r"none of its 2 page\(s\) has text: it is a scan; run OCR over it first"):
        read_pdf(drawn([], []))


def test_pages_without_text_and_tilted_text_are_noted():
    """A part that is a scan, and a watermark."""
    file = io.BytesIO()
    canvas = Canvas(file)
    canvas.drawString(72, 700, "Fees are due.")
    canvas.rotate(45)
    canvas.drawString(300, 100, "DRAFT")
    canvas.showPage()
    canvas.showPage()
    canvas.save()
    found = read_pdf(file.getvalue())
    assert found.text == "Fees are due.\n"
    assert found.notes == (
        "page(s) without text: 2",
        "left out: 5 character(s) that do not stand upright, as a watermark's",
    )


def test_contents_are_left_out_and_named():
    """The headings they list come again."""
    found = read_pdf(drawn(column("Fees ........... 3", "Limits . . . . . . 5", "We refund fees in full.")))
    assert found.text == "We refund fees in full.\n"
    assert found.notes == ("left out: 2 line(s) of a table of contents",)


def raw_pdf(content: bytes) -> bytes:
    """A page of this compressed content."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(content), content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    file, places = b"%PDF-1.4\n", []
    for number, entry in enumerate(objects, 1):
        places.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, entry)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"xref\n0 6\n0000000000 65535 f \n%strailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF"
    return file + end % (table, len(file))


LOCKED = pdfencrypt.StandardEncryption("secret", ownerPassword="owner")
OPEN = pdfencrypt.StandardEncryption("", ownerPassword="owner", canCopy=0)


@pytest.mark.parametrize(
    "data, says",
    [
        (drawn(column("secret"), encrypt=LOCKED), "it has a password; save it without one"),
        (report()[:700], "cut off or damaged"),
        (b"%PDF-1.7\n" + b"junk " * 99, "cut off or damaged"),
        (raw_pdf(zlib.compress(b"[" * 100_000 + b"]" * 100_000)), "it is a scan"),
        (raw_pdf(zlib.compress(b" " * 20_000_000)), "it is a scan"),
        (raw_pdf(b"not compressed at all"), "it is a scan"),
    ],
    ids=["locked", "cut off", "junk", "deep", "bomb", "damaged stream"],
)
def test_damaged_locked_and_hostile_files_are_refused_by_name(data: bytes, says: str):
    """Each with its reason; none takes the reader along."""
    with pytest.raises(CannotRead, match=says):
        read_pdf(data)


def test_a_file_that_only_forbids_changes_is_read():
    """It opens without a password."""
    assert read_pdf(drawn(column("Fees are due."), encrypt=OPEN)).text == "Fees are due.\n"


def test_a_file_with_a_broken_directory_is_read():
    """PDFium finds its objects again; a mail server's lines before it do no harm."""
    assert read_pdf(b"X-Mail: 1\n" + raw_pdf(zlib.compress(b"BT /F 12 Tf 72 700 Td (Fees) Tj ET"))).text == "Fees\n"
