"""Somebody passes through every door of the service and is erased: no file and no log holds a word of them (P15)."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.client import Signoff, SignoffError
from service.errors import CannotStart
from service.settings import Settings
from service.usecases.house import open_house

WORKFLOW = "retail-banking"
WHO = "zebulon-quatermain-4711"
SAID = ("Quatermain's pigeons", "Quatermain called", "Quatermain asks", "Quatermain answered", "Quatermain noted")
#: Words that are nobody else's, as they would stand in a file.
CANARIES = (WHO, "quatermain", "Quatermain", "kilimanjaro@example.com")


def found_in(folder: Path, *logs: Path) -> dict[str, list[str]]:
    """Word -> the files that hold it, plain or as JSON in a log."""
    files = [path for path in folder.rglob("*") if path.is_file()] + list(logs)
    held = {word: [str(path) for path in files if word.encode() in path.read_bytes()] for word in CANARIES}
    return {word: paths for word, paths in held.items() if paths}


def test_no_file_and_no_log_holds_anything_of_somebody(live_server):
    """Not before they are erased, because it is sealed; and not after, though everybody wrote about them."""
    keys = live_server.keys
    with (
        Signoff(live_server.url, keys.caller) as caller,
        Signoff(live_server.url, keys.reviewer) as reviewer,
        Signoff(live_server.url, keys.operations) as operations,
        Signoff(live_server.url, keys.auditor) as auditor,
    ):
        asked = caller.decide(
            f"{SAID[0]} sit on my curtains. Write to kilimanjaro@example.com, says my grandmother.",
            WORKFLOW,
            subject=WHO,
        )
        with pytest.raises(SignoffError):
            caller.decide("kilimanjaro@example.com " * 2_000, WORKFLOW, subject=WHO)
        with pytest.raises(SignoffError):
            caller.decide("x", WHO, subject=WHO)
        assert asked.case is not None
        reviewer.comment_on_case(asked.case, f"{SAID[1]} twice.")
        reviewer.ask_requester(reviewer.claim_case(asked.case), f"What does it mean that {SAID[2]} for curtains?")
        caller.answer(asked.id, f"{SAID[3]} that they are red.")
        reviewer.decide_case(
            reviewer.claim_case(asked.case),
            ["complaint"],
            outcome="allow",
            reason_code="complaint",
            note=f"{SAID[4]} it.",
            reply="Dear Quatermain, we look after it.",
        )
        assert caller.get(asked.id).state == "final"
        assert found_in(live_server.home, live_server.log) == {}, "it is sealed before it is erased"

        told = operations.erase_subject(WHO, dry_run=True)
        assert (told.decisions, told.examples, told.id) == (1, 1, None)
        hold = operations.place_hold("subject", WHO, "Quatermain's lawyer wrote")
        with pytest.raises(SignoffError) as kept:
            operations.erase_subject(WHO)
        assert (kept.value.status, kept.value.code, kept.value.members["holds"]) == (409, "legal_hold", [hold.id])
        assert operations.holds().items[0].target == WHO
        operations.release_hold(hold.id)
        done = operations.erase_subject(WHO)
        assert done.decisions == 1
        assert done.id is not None

        with pytest.raises(SignoffError) as gone:
            caller.get(asked.id)
        assert (gone.value.status, gone.value.code) == (410, "erased")
        assert gone.value.members["outcome"] == "allow"
        with pytest.raises(SignoffError) as late:
            reviewer.comment_on_case(asked.case, "Once more.")
        assert late.value.status == 410
        assert asked.id in [each.id for each in caller.decisions().items]
        assert auditor.verify_ledger().ok
        assert operations.holds(released=True).items[0].target is None
        assert operations.erase_subject(WHO).id is None
        purged = operations.purge(dry_run=True)
        assert [each["days"] for each in purged.workflows] == [400]
    assert live_server.stop() == 0
    assert found_in(live_server.home, live_server.log) == {}


def test_the_keys_lie_apart_and_another_key_store_is_refused(home, tmp_path):
    """Without its keys a database does not start: what it cannot open it must not take for erased."""
    open_house(Settings(home=home)).close()
    (home / "keys.db").rename(tmp_path / "keys.db")
    with pytest.raises(CannotStart, match="not those that this database was written with"):
        open_house(Settings(home=home))
