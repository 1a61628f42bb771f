"""Models and vectors get a request without personal data; every way from a text to an encoder goes by here."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import service.usecases
from rules.normalize import normalize
from service.usecases.read_as import read_as, read_text

PLAIN = "I was charged twice for the same card payment yesterday, please refund me."


def test_what_holds_no_personal_data_is_read_as_it_is():
    """Most requests: nothing is lost, not even a space."""
    text = normalize(PLAIN)
    assert read_as(text) is text.clean


@pytest.mark.parametrize(
    "secret", ["4111 1111 1111 1111", "zoe.zebulon@example.com", "GB82 WEST 1234 5698 7654 32", "+44 20 7946 0958"]
)
def test_personal_data_is_blotted_out(secret):
    """Cards, addresses, accounts and phone numbers do not reach encoder or classifier; the words around them do."""
    read = read_text(f"Please refund {secret} today.")
    assert not re.search(r"\d{3}|zoe|zebulon", read)
    assert read.startswith("Please refund")
    assert read.endswith("today.")


#: Where the clean text itself is wanted: nothing of it is encoded or learned from.
_OTHERWISE = {
    "ask.py",
    "answer_question.py",
    "backlog.py",
    "collect.py",
    "document_file.py",
    "evaluate_retrieval.py",  # questions that were written to judge the search
    "examples.py",
    "explain_label.py",
    "forget.py",
    "read_as.py",
    "search_documents.py",  # what somebody types to find a document
    "trace_decision.py",
    "tuning_questions.py",  # the same: judged queries
}


def test_nothing_else_hands_a_clean_text_on():
    """A use case that reads `.clean` is on the list above with a reason, or asks `read_as`."""
    folder = Path(service.usecases.__path__[0])
    found = {path.name for path in folder.glob("*.py") if re.search(r"\.clean\b", path.read_text())}
    assert found == _OTHERWISE
