"""Views: what is searched follows from release and document sequence, at once and for good."""

from __future__ import annotations

import pytest

from index.model import DocumentKey
from index.search import HybridSearcher
from service.store import documents
from service.usecases.publish_document import retire, save_draft, submit
from tests.unit.service.usecases.words import (
    ANN,
    BEN,
    WordEncoder,
    found,
    names,
    publish,
    release_over,
    sequence_of,
    word_house,
)

PARKING = "Park behind the branch, near the blue gate."
OPENING = "The branch opens at nine and closes at five."
CARDS = "A lost card is blocked at once and sent anew."


@pytest.fixture
def house(tmp_path):
    with word_house(tmp_path) as opened:
        publish(opened, "bank", "opening", OPENING)
        publish(opened, "bank", "cards", CARDS)
        yield opened


@pytest.fixture
def worker(tmp_path, house):
    """Another process over the same database."""
    with word_house(tmp_path) as opened:
        yield opened


def test_an_approved_document_is_found_by_the_next_request_in_every_worker(house, worker):
    """Before the approval it is not there, after it it is, on the same old snapshot; what is retired is gone."""
    release = release_over(house, ("bank",))
    elsewhere = release_over(worker, ("bank",), release.row["snapshot"])
    assert "parking@1" not in names(found(house, release, "park behind branch"))
    assert "parking@1" not in names(found(worker, elsewhere, "park behind branch"))
    publish(house, "bank", "parking", PARKING)
    assert names(found(house, release, "park behind branch"))[0] == "parking@1"
    assert names(found(worker, elsewhere, "park behind branch"))[0] == "parking@1"
    retire(house, BEN, "bank", "parking", 1, "moved")
    retire(worker, BEN, "bank", "cards", 1, "moved")
    for one, its in ((house, release), (worker, elsewhere)):
        assert names(found(one, its, "park behind branch card")) == ["opening@1"]


def test_a_view_answers_as_a_fresh_snapshot_would(house):
    """Evidence, scores and order are the same to the last bit, whether documents lie in the base or in the delta."""
    for number in range(4):
        publish(house, "bank", f"branch-{number}", "The branch has a gate. " * number + "Cards are sent there.")
    release = release_over(house, ("bank",))
    publish(house, "bank", "parking", PARKING)
    publish(house, "bank", "opening", OPENING + " Not on Sundays.")
    publish(house, "bank", "lounge", "The lounge is behind the branch.")
    found(house, release, "lounge")
    retire(house, BEN, "bank", "lounge", 1, "closed")
    retire(house, BEN, "bank", "cards", 1, "moved")
    fresh = release_over(house, ("bank",))
    assert fresh.row["snapshot"] != release.row["snapshot"]
    for text in ("park behind the branch", "when does it open", "card", "sundays"):
        assert found(house, release, text) == found(house, fresh, text)


def test_a_sequence_of_the_past_gives_the_view_of_then(house, worker):
    """Years later, in a process that saw none of it, release and sequence are enough to find the same again."""
    release = release_over(house, ("bank",))
    then = []
    for step in range(4):
        publish(house, "bank", f"note-{step}", f"{PARKING} Number {step}.")
        if step == 2:
            retire(house, BEN, "bank", "note-0", 1, "moved")
        then.append((sequence_of(house), found(house, release, "park number")))
    for name in ("note-1", "note-2", "cards"):
        retire(house, BEN, "bank", name, 1, "moved")
    elsewhere = release_over(worker, ("bank",), release.row["snapshot"])
    for sequence, evidence in reversed(then):
        assert found(worker, elsewhere, "park number", sequence=sequence) == evidence
        assert found(house, release, "park number", sequence=sequence) == evidence


def test_what_concerns_no_collection_of_the_release_costs_nothing(house):
    """A draft, a submission or another collection's document: the very same searcher goes on."""
    release = release_over(house, ("bank",))
    publish(house, "bank", "parking", PARKING)
    before = house.views.at(release, sequence_of(house))
    save_draft(house, ANN, {"collection": "bank", "id": "new", "title": "New", "text": "Words."})
    submit(house, ANN, {"collection": "bank", "id": "newer", "title": "Newer", "text": "More words."})
    publish(house, "other", "parking", PARKING)
    assert house.views.at(release, sequence_of(house)) is before


def test_only_what_is_new_is_encoded(tmp_path):
    """Approving encodes the passages once and stores them; the other workers' views encode nothing at all."""
    ours, theirs = WordEncoder(), WordEncoder()
    with word_house(tmp_path, ours) as house, word_house(tmp_path, theirs) as worker:
        publish(house, "bank", "opening", OPENING)
        release = release_over(house, ("bank",))
        elsewhere = release_over(worker, ("bank",), release.row["snapshot"])
        publish(house, "bank", "parking", PARKING)
        found(house, release, "park")
        counted = ours.encoded
        publish(house, "bank", "cards", CARDS)
        found(house, release, "park")
        assert ours.encoded == counted + 1
        house.store.commit(lambda connection: None)  # what the view computed was queued before this
        found(worker, elsewhere, "park")
        assert theirs.encoded == 0


def test_a_view_of_what_is_not_approved_is_for_whoever_asks_for_it_alone(house):
    """A preview searches a submitted version; live searches never do, also not after its words have changed."""
    release = release_over(house, ("bank",))
    submit(house, ANN, {"collection": "bank", "id": "parking", "title": "Parking", "text": "Park anywhere at all."})
    key = DocumentKey("bank", "parking", 1)
    with house.store.read() as connection:
        live = documents.live(connection, ["bank"], sequence_of(house))
    preview = house.views.over(release, live | {key})
    assert isinstance(preview, HybridSearcher)
    assert preview.holds(key)
    assert not house.views.at(release, sequence_of(house)).holds(key)
    without = house.views.over(release, live - {DocumentKey("bank", "cards", 1)})
    assert not without.holds(DocumentKey("bank", "cards", 1))
    publish(house, "bank", "parking", PARKING)
    hit = found(house, release, "park anywhere at all")
    assert all("anywhere" not in each.passage for each in hit)


def test_a_view_says_how_far_it_has_come_from_its_base(house):
    """Passages that are new or gone, so that somebody makes a new base in time."""
    release = release_over(house, ("bank",))
    assert house.views.burden(release, sequence_of(house)).passages == 0
    publish(house, "bank", "parking", PARKING)
    retire(house, BEN, "bank", "cards", 1, "moved")
    burden = house.views.burden(release, sequence_of(house))
    assert (burden.passages, burden.base) == (2, 2)
