"""The rooms after the rules: encode, find, judge, and what the classifier is handed."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from index.windows import Windows
from service.domain.types import Autonomy, Judgement, Label, Outcome, Scored
from service.learn.judge import Need, Seen
from service.usecases.consider import Rooms, Stopwatch, rooms_at, windows_agree
from service.usecases.remember import remembering
from tests.unit.service.usecases.heads import WordHead
from tests.unit.service.usecases.words import WordEncoder, publish, release_over, sequence_of, word_house

WORDS = {"card": frozenset({"card", "pin"}), "fees": frozenset({"fee", "charge"})}
LABELS = (
    Label("card", "Card", Outcome.ALLOW, Autonomy.AUTO, documents=("cards",)),
    Label("fees", "Fees", Outcome.ALLOW, Autonomy.AUTO, documents=("fees",)),
)


@pytest.fixture
def house(tmp_path):
    with word_house(tmp_path / "home") as opened:
        publish(opened, "bank", "cards", "Your card and your pin are yours alone.")
        publish(opened, "bank", "fees", "The fee is a charge of two pounds.")
        yield opened


def rooms(house, head, judge_encoder=None) -> Rooms:
    release = release_over(house, ("bank",))
    release = dataclasses.replace(
        release,
        head=head,
        workflow=dataclasses.replace(release.workflow, labels=LABELS),
        judge_encoder=judge_encoder or house.encoder,
        row={"encoder": "e", "head": "h", "policy": "p", "adapter": None, **release.row},
    )
    return rooms_at(house, release, sequence_of(house), house.clock())


def allowed(house):
    return house.allowed.get(("bank",), sequence_of(house), frozenset(), house.clock(), {})


def opinion(house, rooms, text="my card pin", attributes=None):
    return rooms.opinion(text, attributes or {}, allowed(house), Stopwatch())


def test_the_rooms_are_entered_in_their_order(house):
    """The classifier comes last: it may want to know what was found."""
    watch = Stopwatch()
    rooms(house, WordHead(WORDS)).opinion("my card", {}, allowed(house), watch)
    assert list(watch.seconds) == ["encode", "evidence", "judgement"]


def test_a_head_is_handed_what_it_needs_and_no_votes_otherwise(house):
    """Attributes always; votes of the documents where it asks for them."""
    plain, voter = WordHead(WORDS), WordHead(WORDS, needs=frozenset({Need.VOTES}))
    for head in (plain, voter):
        found = opinion(house, rooms(house, head), attributes={"channel": "app"})
        assert found.judgement.scores[0].label == "card"
    assert plain.asked[0].attributes == voter.asked[0].attributes == {"channel": "app"}
    assert plain.asked[0].votes == {}
    votes = voter.asked[0].votes
    assert sum(votes.values()) == pytest.approx(1.0)
    assert max(votes, key=lambda label: votes[label]) == "card"


def test_a_head_with_an_encoder_of_its_own_judges_that_ones_vector(house):
    """Documents are looked for with the release's, the head sees its own; the request is encoded by both."""
    own, head = WordEncoder("tuned"), WordHead(WORDS)
    found = opinion(house, rooms(house, head, own))
    assert np.array_equal(head.asked[0].vector, own.encode("my card pin"))
    assert np.array_equal(found.windows.pooled, house.encoder.encode("my card pin"))
    assert not np.array_equal(found.reading.judged.pooled, found.windows.pooled)


def test_without_one_nothing_is_encoded_twice(house):
    """The two are the very same."""
    reading = opinion(house, rooms(house, WordHead(WORDS))).reading
    assert reading.judged is reading.windows


def test_a_text_that_either_encoder_could_not_read_whole_is_incomplete(house):
    """A decision on half a request is no decision."""

    class Short(WordEncoder):
        def windows(self, text, *, max_windows=None):
            return dataclasses.replace(super().windows(text), complete=False)

    assert opinion(house, rooms(house, WordHead(WORDS))).reading.complete
    assert not opinion(house, rooms(house, WordHead(WORDS), Short("tuned"))).reading.complete


@pytest.mark.parametrize(
    "text, spans, agree",
    [
        ("card card card fee", ((0, 14), (15, 18)), False),
        ("card pin", ((0, 4), (5, 8)), True),
        ("card and more", ((0, 4), (5, 13)), True),
    ],
)
def test_a_window_that_is_sure_of_another_label_is_told(text, spans, agree):
    """Two halves about two matters; a half that is sure of nothing says nothing."""
    head, vector = WordHead({**WORDS, "other": frozenset({"other"})}), np.ones(4, np.float32)
    windows = Windows(np.stack([vector, vector]), spans, vector, 1.0, complete=True)
    seen = Seen(vector, text)
    assert windows_agree(head, windows, seen, head.judge(seen)) is agree


def test_of_several_labels_a_window_may_have_any():
    """A long text about two matters is what several labels are for."""
    head, vector = WordHead(WORDS), np.ones(4, np.float32)
    text = "card pin fee charge"
    windows = Windows(np.stack([vector, vector]), ((0, 8), (9, 19)), vector, 1.0, complete=True)
    both = Judgement((Scored("card", 0.9), Scored("fees", 0.8)), 0.7, 0.6, 1.0, True, chosen=("card", "fees"))
    one = dataclasses.replace(both, chosen=("card",))
    assert windows_agree(head, windows, Seen(vector, text), both)
    assert not windows_agree(head, windows, Seen(vector, text), one)


# --- what is remembered ---


def remembered(house, head, own=None):
    made = rooms(house, head, own)
    view = made.view()
    return remembering(house, dataclasses.replace(made, view=lambda: view), view)


def test_what_is_remembered_is_worked_out_once(house):
    """The same text, attributes or not: encoded and judged once, by whatever it depends on."""
    head = WordHead(WORDS)
    opine = remembered(house, head)
    first = opine("my card", {}, allowed(house), Stopwatch())
    again = opine("my card", {"channel": "app"}, allowed(house), Stopwatch())
    assert first.judgement is again.judgement
    assert len(head.asked) == 1
    opine("my fee", {}, allowed(house), Stopwatch())
    assert len(head.asked) == 2


def test_a_head_that_looks_at_attributes_is_asked_again_for_others(house):
    """Else it would be certified on another request's attributes."""
    head = WordHead(WORDS, needs=frozenset({Need.ATTRIBUTES}))
    opine = remembered(house, head)
    for channel in ("app", "web", "app"):
        opine("my card", {"channel": channel}, allowed(house), Stopwatch())
    assert [seen.attributes["channel"] for seen in head.asked] == ["app", "web"]


def test_a_head_that_listens_to_votes_is_asked_again_when_other_documents_are_found(house):
    """The same text with another document in force is another question."""
    head = WordHead(WORDS, needs=frozenset({Need.VOTES}))
    remembered(house, head)("my card", {}, allowed(house), Stopwatch())
    publish(house, "bank", "pins", "Your pin belongs to your card.")
    remembered(house, head)("my card", {}, allowed(house), Stopwatch())
    assert len(head.asked) == 2
    assert head.asked[0].votes != head.asked[1].votes


def test_two_encoders_of_heads_are_not_confused(house):
    """The head's own encoder is part of what a reading depends on."""
    one, other = WordHead(WORDS), WordHead(WORDS)
    own = WordEncoder("tuned")
    remembered(house, one)("my card", {}, allowed(house), Stopwatch())
    made = remembered(house, other, own)("my card", {}, allowed(house), Stopwatch())
    assert np.array_equal(made.reading.judged.pooled, own.encode("my card"))
