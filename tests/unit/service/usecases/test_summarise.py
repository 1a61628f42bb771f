"""A long request is headed by its own sentences."""

from __future__ import annotations

from service.store import summaries
from service.usecases.case_grounds import grounds
from service.usecases.summarise import LONG, SummaryChores, summary
from tests.unit.service.usecases.reply_desk import REFUND

CHAT = "We had a lovely summer at the lake and the weather held for days. "
MATTER = "I sent the kettle back and you have not paid me the money for it."
CARD = "My card 4111 1111 1111 1111 was charged."
TEXT = f"{CHAT * 9}{MATTER} {CHAT * 8}{CARD} Please give me the money for the kettle that I sent back. {CHAT * 4}"


def told(desk, text=TEXT, *, unseen=False):
    case = desk.case(text)
    found = grounds(desk.house, case)
    return case, summary(desk.house, found.decision.id, text, found.made, found.workflow, unseen=unseen)


def test_a_long_request_is_headed_by_sentences_of_its_own_in_order(replies):
    """With their places in the text, and why each is there; what a rule matched always is."""
    case, found = told(replies)
    shown = replies.read(case)
    assert shown["summary"] == found
    sentences = [TEXT[each["start"] : each["end"]] for each in found]
    assert [each["start"] for each in found] == sorted(each["start"] for each in found)
    assert sum(len(sentence) for sentence in sentences) < len(TEXT) / 2
    assert any(CARD in sentence for sentence, each in zip(sentences, found, strict=True) if each["why"] == "rule")
    assert "4111" not in "".join(shown["text"][each["start"] : each["end"]] for each in shown["summary"])


def test_who_decides_unled_sees_what_the_text_alone_says(replies):
    """No sentence is there because of rules or labels."""
    _, found = told(replies, unseen=True)
    assert {each["why"] for each in found} == {"central"}


def test_a_short_request_has_none(replies):
    """It is read as a whole."""
    assert replies.read(replies.case())["summary"] is None
    assert len(REFUND) < LONG


def test_it_is_worked_out_once(replies, monkeypatch):
    """And then kept, so that the page is there at once."""
    case, found = told(replies)
    monkeypatch.setattr("service.usecases.summarise.centrality", None)
    assert replies.read(case)["summary"] == found


def test_it_is_there_before_anybody_comes(replies, monkeypatch):
    """Worked out for open cases in the background, also for whoever decides unled; short ones are passed over."""
    replies.case()
    case = replies.case(TEXT)
    chores = SummaryChores(replies.house)
    chores.round(first_of_all=False)
    found = grounds(replies.house, case)
    with replies.house.store.read() as connection:
        assert summaries.get(connection, found.decision.id) is None
    chores.round(first_of_all=True)
    chores.round(first_of_all=True)
    SummaryChores(replies.house).round(first_of_all=True)
    with replies.house.store.read() as connection:
        row = summaries.get(connection, found.decision.id)
    assert row is not None
    monkeypatch.setattr("service.usecases.summarise.centrality", None)
    assert replies.read(case)["summary"] == row.led
    assert {each["why"] for each in row.unled} == {"central"}
