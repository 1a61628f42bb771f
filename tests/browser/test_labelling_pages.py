"""Labelling at the console by keyboard alone, in a real browser against the real service."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from service.settings import Settings
from service.usecases.backlog import Unlabelled
from service.usecases.house import open_house
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
