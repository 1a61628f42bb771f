"""Texts that are decided together differ in manners alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.alike import differences, form

SAME = [
    ("My card was charged twice.", "my card  was charged\ntwice"),
    ("Hello, my card was charged twice. Thanks!", "My card was charged twice"),
    ("Hi there, please block my card", "Please, block my card"),
    ("Block my card, please.", "block my card"),
    ("How do I cancel?", "how do i cancel"),
    ("Where is my card? It is late!", "Where is my card. It is late"),
    ("Dear Sir or Madam,\n\nI paid $5.00.\n\nKind regards", "I paid $5.00"),
    ("“My card” is lost", '"My card" is lost'),
]
OTHER = [
    ("I paid 50", "I paid 500"),
    ("refund 10.00", "refund 1000"),
    ("refund 1.000", "refund 1,000"),
    ("add .5", "add 5"),
    ("refund -5", "refund 5"),
    ("refund (50)", "refund 50"),
    ("refund 5 %", "refund 5"),
    ("I paid £50", "I paid €50"),
    ("10² m", "102 m"),
    ("1½ hours", "11/2 hours"),
    ("it is 5'", "it is 5"),
    ("at 12:30", "at 1230"),
    ("order #12", "order #21"),
    ("plan a", "plan"),
    ("do not block it", "block it"),
    ("It was not me", "It was me"),
    ("don't pay", "do pay"),
    ("No, block it", "No block it"),
    ("my card is blocked?", "my card is blocked"),
    ("Hi John, my card is lost", "Hi Joan, my card is lost"),
    ("My card is lost. Regards, Maria", "My card is lost. Regards, Mario"),
    ("pay Ann", "pay Anna"),
    ("Maße", "Masse"),
    ("Hi all cards are blocked", "cards are blocked"),
    ("👍", "👎"),
    ("pay it now then block it", "block it now then pay it"),
]


@pytest.mark.parametrize("one, other", SAME)
def test_manners_capitals_and_final_marks_make_no_difference(one, other):
    """A greeting, thanks, please, spaces and the mark at the end: the request is the same."""
    assert form(one) == form(other) != ()


@pytest.mark.parametrize("one, other", OTHER)
def test_what_may_matter_always_makes_a_difference(one, other):
    """Amounts, numbers, signs, negations, names, inner commas and the order of words."""
    assert form(one) != form(other)


@pytest.mark.parametrize("text", ["", "  ", "Hello!", "Thanks, best regards", "?", "Hi there, please."])
def test_manners_alone_ask_nothing(text):
    """Of a text that says nothing no other is the same."""
    assert form(text) == ()


@given(
    st.text(max_size=60),
    st.sampled_from(["4", "-7", "1.50", "£3", "not", "never", "Bob", "½", "👎"]),
    st.integers(0, 8),
)
def test_a_word_that_is_put_in_anywhere_is_never_lost(text, word, place):
    """Whatever stands around it, an amount, a negation or a name makes another request."""
    words = text.split()
    more = " ".join([*words[:place], word, *words[place:]])
    assert form(more) != form(" ".join(words))


def test_differences_name_what_each_side_says():
    """In order, capitals apart; what is only on one side has an empty other side."""
    found = differences("Hello, block my card now", "block my Card now please")
    assert found == [("Hello,", ""), ("", "please")]
    assert differences("the same", "The  same") == []
