"""XML: RegML by section, XHTML as a page, other kinds as paragraphs; hostile files are refused by name."""

from __future__ import annotations

from datetime import date

import pytest

from index.chunk import chunk
from index.formats.model import CannotRead, Reading, Unreadable
from index.formats.xml_file import read_xml
from index.model import Document, DocumentKey
from index.text import strip_markup

REGULATION = """<?xml version='1.0' encoding='UTF-8'?>
<regulation xmlns="eregs">
 <preamble><agency>Office of Tests</agency><regLetter>T</regLetter><documentNumber>2020-1</documentNumber>
  <effectiveDate>2020-02-01</effectiveDate></preamble>
 <part label="9005"><tableOfContents><tocSecEntry target="9005-6"><sectionSubject>Skip</sectionSubject></tocSecEntry>
 </tableOfContents><content><subpart label="9005-Subpart-A"><title>General</title><content>
  <section label="9005-6" sectionNum="6"><subject>§ 9005.6 Liability of consumer.</subject>
   <paragraph label="9005-6-a" marker="(a)"><title type="keyterm">Conditions.</title>
    <content>A <ref target="9005-2-e" reftype="term">consumer</ref> is liable as in paragraph
     <ref target="9005-6-b" reftype="internal">(b)</ref> and §
     <ref target="9005-7-b-1" reftype="internal">9005.7(b)(1)</ref>.</content></paragraph>
   <paragraph label="9005-6-b" marker="(b)"><content>The lesser of:</content>
    <paragraph label="9005-6-b-1" marker="(1)"><content>$50 * 2; or <dash>Name:</dash></content></paragraph>
    <paragraph label="9005-6-b-2" marker="(2)"><title>Notice.</title><content>See § 9006.3(a).</content></paragraph>
   </paragraph></section>
  <section label="9005-7" sectionNum="7"><subject>§ 9005.7 Disclosures.</subject>
   <paragraph label="9005-7-p1" marker=""><content>Written.<table><header><columnHeaderRow><column>Days</column>
    <column>Limit</column></columnHeaderRow></header><row><cell>2</cell><cell>$50</cell></row></table></content>
   </paragraph></section>
  <section label="9005-8" sectionNum="8"><subject>§ 9005.8 [Reserved]</subject><reserved/></section>
 </content></subpart></content>
 <appendix appendixLetter="A" label="9005-A"><appendixTitle>Appendix A</appendixTitle>
  <appendixSection appendixSecNum="1" label="9005-A-1(a)"><subject>A-1 Model clause</subject>
   <paragraph label="9005-A-1-p1" marker=""><content>Tell us at once.</content></paragraph></appendixSection>
  <appendixSection appendixSecNum="2" label="9005-A-2"><subject>A-2 Model form</subject>
   <paragraph label="p" marker=""><content><graphic><altText/><text>![](X)</text><url>u</url></graphic></content>
   </paragraph></appendixSection></appendix>
 <interpretations label="9005-Interp"><interpSection label="9005-6-Interp" sectionNum="6">
   <title>Section 9005.6 Liability</title><interpParagraph label="9005-6-a-Interp" marker="Interp" target="9005-6-a">
   <title>6(a) Conditions</title><content/><interpParagraph label="9005-6-a-Interp-1" marker="1.">
   <title>Means of identifying.</title><content>A code will do.</content></interpParagraph></interpParagraph>
  </interpSection></interpretations></part>
 <analysis><analysisSection target="9005-6"><title>t</title><analysisParagraph>why</analysisParagraph></analysisSection>
 </analysis></regulation>"""


def regulation() -> dict[str, Reading]:
    return {entry.id: entry for entry in read_xml(REGULATION.encode()) if isinstance(entry, Reading)}


def test_a_regulation_is_one_document_for_each_section():
    """With the section's label as its id; reserved ones are none."""
    assert list(regulation()) == ["9005-6", "9005-7", "9005-A-1-a", "9005-6-Interp"]


def test_a_section_keeps_titles_markers_and_dates():
    """Titled paragraphs are headings; the others begin with their markers."""
    section = regulation()["9005-6"]
    assert section.title == "Regulation T § 9005.6 Liability of consumer"
    assert section.effective_from == date(2020, 2, 1)
    assert section.fields == {
        "kind": ("section",),
        "part": ("9005",),
        "agency": ("Office of Tests",),
        "notice": ("2020-1",),
    }
    assert section.text == (
        "## (a) Conditions\n\nA consumer is liable as in paragraph (b) and § 9005.7(b)(1).\n\n"
        "(b) The lesser of:\n\n(1) $50 * 2; or Name: ____\n\n## (2) Notice\n\nSee § 9006.3(a).\n"
    )


def test_citations_are_the_documents_referred_to():
    """By label or by `§` in the words; not the section itself, not the terms it uses."""
    found = regulation()
    assert found["9005-6"].citations == ("9005-7", "9006-3")
    assert found["9005-6-Interp"].citations == ("9005-6",)


def test_pictures_and_the_analysis_are_named():
    """What holds no words, and what is no part of the rule."""
    entries = read_xml(REGULATION.encode())
    assert Unreadable("9005-A-2", "Regulation T Appendix A A-2 Model form has 1 picture(s) and no text") in entries
    first = next(entry for entry in entries if isinstance(entry, Reading))
    assert first.notes == ("left out: the agency's analysis of 1 section(s), which is no part of the rule",)


def test_tables_of_a_regulation_are_rows():
    """Readable as text."""
    assert strip_markup(regulation()["9005-7"].text) == "Written.\nDays | Limit\n2 | $50"


def test_passages_of_a_regulation_know_where_they_stand():
    """Headings above, and the place in the document's text."""
    section = regulation()["9005-6"]
    document = Document(DocumentKey("c", "9005-6", 1), section.title, section.text)
    passages = chunk(document, lambda text: len(text.split()), 100)
    assert [passage.heading for passage in passages] == ["(a) Conditions", "(2) Notice"]
    assert document.text[passages[1].start : passages[1].end] == "See § 9006.3(a)."


def test_other_xml_is_read_as_paragraphs():
    """Titles as headings, rows as rows; a note says that its kind is not known."""
    (found,) = read_xml(b"<doc><head>Fees</head><div><title>Sub</title><p>We <b>refund</b> fees.</p></div></doc>")
    assert isinstance(found, Reading)
    assert found.text == "# Fees\n\n## Sub\n\nWe refund fees.\n"
    assert found.notes == ("XML of the kind <doc>, read as plain paragraphs",)


def test_xhtml_is_a_page():
    """Whatever its name ends in."""
    (found,) = read_xml(b'<html xmlns="http://www.w3.org/1999/xhtml"><body><h1>Fees</h1></body></html>')
    assert isinstance(found, Reading)
    assert found.text == "# Fees\n"


@pytest.mark.parametrize(
    "data, says",
    [
        (b"<a>\n<b></a>", "line 2 is not XML: mismatched tag"),
        (b"<a>", "line 1 is not XML"),
        (b"\x00\x01", "not XML"),
        (b"<a/>", "no text between its tags"),
        (b'<?xml version="1.0" encoding="klingon"?><a>x</a>', "not XML: unknown encoding"),
        (b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><l>&b;</l>', "entities of its own"),
        (b'<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]><l>&a;</l>', "entities of its own"),
        (b"<a>" * 10_000 + b"x" + b"</a>" * 10_000, "nested more than 400 deep"),
        (b'<regulation xmlns="eregs"><part label="1"/></regulation>', "without a section that has text"),
    ],
)
def test_damaged_and_hostile_xml_is_refused(data: bytes, says: str):
    """With line and reason; no entity is ever expanded, no other file is ever opened."""
    with pytest.raises(CannotRead, match=says):
        read_xml(data)


def test_an_outer_entity_is_not_fetched(tmp_path):
    """A document type that names a file leaves it closed."""
    (tmp_path / "secret.dtd").write_text('<!ENTITY a "secret">')
    data = f'<!DOCTYPE l SYSTEM "{tmp_path}/secret.dtd"><l>words</l>'.encode()
    (found,) = read_xml(data)
    assert isinstance(found, Reading)
    assert found.text == "words\n"
