"""Labelling at the console by keyboard alone, in a real browser against the real service."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from service.domain.access import ROLES, Principal
from service.settings import Settings
from service.store import doubts
from service.usecases import label_queue
from service.usecases.backlog import Unlabelled
from service.usecases.collect import words_of
from service.usecases.house import open_house
from service.usecases.manage_keys import create
from service.usecases.start_labelling import at_hand, start
from tests.browser.conftest import Watched
from tests.browser.test_console_story import _sign_in
from tests.house import LiveServer

pytestmark = pytest.mark.browser

WORKFLOW = "retail-banking"
EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>"
TEXTS = (EVIL, "I forgot my PIN and it is blocked.", "My card 4242 4242 4242 4242 was swallowed by the machine.")


def _hand_in(server: LiveServer) -> None:
    house = open_house(Settings(home=server.home))
    policy, _ = at_hand(house, WORKFLOW)
    start(house, policy, [Unlabelled(text) for text in TEXTS], "tests", calibration=2)
    house.close()


def _request(page: Page, other_than: str = "") -> str:
    """The request that is shown, once it is another one."""
    shown = page.locator("p.text")
    expect(shown).not_to_have_text(other_than)
    return shown.inner_text()


def test_a_backlog_is_labelled_without_a_mouse(watched: Watched, shared_server: LiveServer) -> None:
    """Claim, choose by number or by a few letters, read definitions, undo, stop. Nothing in a request does anything."""
    _hand_in(shared_server)
    page = watched.page
    _sign_in(page, shared_server, shared_server.reviewer_key, "/console/labelling")
    expect(page.get_by_role("row", name=WORKFLOW)).to_contain_text("0 of")
    page.keyboard.press("c")
    first = _request(page)
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    second = _request(page, other_than=first)
    page.keyboard.press("u")
    assert _request(page, other_than=second) == first
    page.keyboard.press("/")
    page.keyboard.type("pin forgotten")
    page.keyboard.press("Enter")
    expect(page.get_by_role("radio", name="PIN forgotten")).to_be_checked()
    expect(page.get_by_text("forgot my PIN; PIN blocked after three tries")).to_be_hidden()
    page.keyboard.press("d")
    expect(page.get_by_text("forgot my PIN; PIN blocked after three tries")).to_be_visible()
    page.keyboard.press("Enter")
    seen = {first, second, _request(page, other_than=first)}
    page.keyboard.press("0")
    page.keyboard.press("Enter")
    seen.add(_request(page, other_than=second))
    page.keyboard.press("r")
    expect(page.get_by_role("heading", name=WORKFLOW)).to_be_visible()
    assert seen == {EVIL, TEXTS[1], "My card •••• •••• •••• •••• was swallowed by the machine."}
    expect(page.get_by_role("row", name="None of these")).to_contain_text("1")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert (watched.dialogs, watched.refusals, watched.errors) == ([], [], [])


def _doubted(server: LiveServer, *texts: str) -> str:
    """Have somebody label these wrongly and a look find it; a key of who answers for the model."""
    house, ann = open_house(Settings(home=server.home)), Principal("k1", "Ann", ROLES["reviewer"])
    policy, _ = at_hand(house, WORKFLOW)
    start(house, policy, [Unlabelled(text) for text in texts], "tests", calibration=0)
    rows = []
    for _ in texts:
        item = label_queue.claim_next(house, ann, WORKFLOW)
        assert item is not None
        said = label_queue.give(house, ann, item["item"], item["token"], ["complaint"])
        about = {"id": house.new_id("dou"), "workflow": WORKFLOW, "example": said["example"], "labels": ["complaint"]}
        chances = {"looks_like": "pin_help", "too_much": False, "probability": 0.98, "given": 0.01}
        rows.append(about | chances | {"words": words_of(house, item["text"]), "found_at": house.clock()})
    house.store.commit(lambda connection: doubts.replace(connection, WORKFLOW, rows))
    key: str = create(house, "tests", name="olga", role="model-owner")["key"]
    house.close()
    return key


def test_labels_in_doubt_are_settled_without_a_mouse(watched: Watched, shared_server: LiveServer) -> None:
    """One is put right, the other confirmed; then none is left. Nothing in a request does anything."""
    key = _doubted(shared_server, f"{EVIL} I forgot my PIN again", "My PIN is gone, this is the third time")
    page = watched.page
    _sign_in(page, shared_server, key, "/console/labelling")
    page.goto(f"{shared_server.url}/console/labelling/{WORKFLOW}")
    page.get_by_role("link", name="Labels in doubt").press("Enter")
    expect(page.get_by_role("heading", name="2 labels in doubt")).to_be_visible()
    page.keyboard.press("j")
    expect(page.get_by_role("button", name="It is PIN forgotten").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#notices")).to_contain_text("Put right and recorded")
    expect(page.get_by_role("heading", name="1 label in doubt")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Complaint is right")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#notices")).to_contain_text("Confirmed and recorded")
    expect(page.get_by_role("button", name="It is PIN forgotten")).to_have_count(0)
    assert (watched.dialogs, watched.refusals, watched.errors) == ([], [], [])
