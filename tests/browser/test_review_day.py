"""A reviewer's and a lead's day beyond deciding, by keyboard alone, in a real browser against the real service."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from service.settings import Settings
from service.store import ledger
from service.usecases.house import open_house
from tests.browser.conftest import Watched
from tests.browser.test_console_story import HELD, HELD_IN, QUEUE, _ask, _call, _claim, _sign_in
from tests.house import LiveServer

pytestmark = pytest.mark.browser

CARD = "The number 4242 4242 4242 4242 was taken twice, and my lawyer knows."


@pytest.fixture
def server(patient_server: LiveServer) -> LiveServer:
    return patient_server


def _read(server: LiveServer, case: str) -> dict[str, Any]:
    return _call(server, server.reviewer_key, f"/v1/cases/{case}")


def _decide(page: Page) -> None:
    page.keyboard.press("1")
    page.keyboard.press("a")
    page.keyboard.press("Enter")


def test_a_decision_is_taken_back_by_one_key_before_it_goes_out(server: LiveServer, watched: Watched) -> None:
    """The next case is there at once, with a clock beside it; undone, the case is open again and nothing was told."""
    asked, page = [_ask(server, f"{HELD} It was {n}.") for n in range(2)], watched.page
    _sign_in(page, server, server.reviewer_key)
    page.goto(server.url + QUEUE)
    page.keyboard.press("c")
    page.wait_for_url("**/console/cases/**")
    first = page.url.split("/")[-1]
    _decide(page)
    page.wait_for_url(lambda address: first not in address)
    expect(page.locator("#toast")).to_contain_text("It goes out in")
    decision = _read(server, first)["decision"]
    assert _call(server, server.caller_key, f"/v1/decisions/{decision}")["state"] == "waiting"
    page.keyboard.press("u")
    page.wait_for_url(f"**/console/cases/{first}?said=undone")
    expect(page.locator("#lease")).to_contain_text("Yours until")
    expect(page.locator("html.scripted")).to_be_attached()  # keys are heard from now on
    assert _read(server, first)["state"] == "claimed"
    for each in asked:
        _give_back(page, server, each["case"])
    assert (watched.dialogs, watched.refusals, watched.errors) == ([], [], [])


def test_a_note_is_asked_for_as_soon_as_the_choice_needs_one(server: LiveServer, watched: Watched) -> None:
    """Agreeing needs none, nor does another label; to block the field says so, and Enter leads into it."""
    case, page = _ask(server, f"{HELD} Notes.")["case"], watched.page
    _sign_in(page, server, server.reviewer_key)
    _claim(page, server, case)
    note, when = page.locator("#note"), page.locator("#note-when")
    page.keyboard.press("1")
    page.keyboard.press("a")
    expect(note).not_to_have_attribute("required", "")
    page.keyboard.press("0")
    expect(page.locator("#reason-code")).to_have_value("none_of_these")
    expect(note).not_to_have_attribute("required", "")
    page.keyboard.press("b")
    expect(when).to_have_text("needed for this")
    page.locator("#label-none").focus()
    page.keyboard.press("Enter")
    expect(note).to_be_focused()
    assert _read(server, case)["state"] == "claimed"
    page.keyboard.type("Nothing of ours.")
    page.keyboard.press("Control+Enter")
    _gone_on(page, case)
    assert _read(server, case)["opinions"][-1]["note"] == "Nothing of ours."
    assert (watched.dialogs, watched.refusals, watched.errors) == ([], [], [])


def _give_back(page: Page, server: LiveServer, case: str) -> None:
    page.goto(f"{server.url}/console/cases/{case}")
    if page.locator("[data-key=r]").count():
        page.keyboard.press("r")
        page.wait_for_url("**said=returned")


def _gone_on(page: Page, case: str) -> None:
    page.wait_for_url(lambda address: case not in address.split("?")[0])


def test_a_case_is_skipped_held_escalated_and_handed_over_by_keys(
    server: LiveServer, watched: Watched, lead: Watched
) -> None:
    """Each asks what it has to know, takes what is typed at once, is sent from its last field, and says on the case who
    did what and why."""
    page = watched.page
    _sign_in(page, server, server.reviewer_key)
    deeds = (
        ("s", "Not my language.", "skipped it"),
        ("e", "Is this a complaint?", "escalated it"),
        ("g", "lena", "handed it over to lena"),
        ("q", "Which shop was it?", "asked the requester"),
        ("h", "The bank answers.", "put it on hold"),
    )
    for key, written, told in deeds:
        case = _ask(server, f"{HELD} Deed {key}.")["case"]
        _claim(page, server, case)
        page.keyboard.press(key)
        if key == "h":
            page.keyboard.press("Tab")
            page.locator("#hold-reason").focus()
        page.keyboard.type(written)
        page.keyboard.press("Control+Enter")
        _gone_on(page, case)
        lead.page.goto(f"{server.url}/console/cases/{case}")
        expect(lead.page.locator("#story")).to_contain_text(told)
        if key != "g":
            expect(lead.page.locator("#story")).to_contain_text(written)
    assert lead.page.locator("#lease").inner_text().startswith("On hold until")
    assert (watched.dialogs, watched.refusals, watched.errors) == ([], [], [])


def test_who_else_looks_what_they_say_and_what_is_blotted_out(
    server: LiveServer, watched: Watched, lead: Watched
) -> None:
    """Presence and comments without a reload; a card number only after a key that goes on record."""
    case, page = _ask(server, CARD)["case"], watched.page
    _sign_in(page, server, server.reviewer_key)
    _claim(page, server, case)
    lead.page.goto(f"{server.url}/console/cases/{case}")
    expect(page.locator("#looking")).to_contain_text("lena is looking at this case too.", timeout=20_000)
    lead.page.keyboard.press("m")
    lead.page.keyboard.type("I know this customer.")
    lead.page.keyboard.press("Enter")
    expect(lead.page.locator("#story")).to_contain_text("I know this customer.")
    expect(page.locator("#request")).not_to_contain_text("4242")
    page.keyboard.press("v")
    expect(page.locator("#request")).to_contain_text("4242 4242 4242 4242")
    house = open_house(Settings(home=server.home))
    with house.store.read() as connection:
        assert "case.revealed" in [record.kind for record in ledger.about(connection, case)]
    house.close()
    assert (watched.dialogs, watched.refusals, watched.errors) == ([], [], [])


def test_filters_keys_and_colours_are_ones_own(server: LiveServer, watched: Watched, lead: Watched) -> None:
    """Kept on the server: they are there after signing in again, and nobody else has them."""
    page, here = watched.page, f"/console/queues/{HELD_IN}?state=decided"
    _sign_in(page, server, server.reviewer_key, "/console")
    page.goto(server.url + here)
    page.fill("#filter-name", "Done")
    page.keyboard.press("Enter")
    expect(page.locator("#kept [aria-current]")).to_have_text("Done")
    page.goto(server.url + "/console/preferences")
    page.fill("#key-skip", "x")
    page.keyboard.press("Enter")
    expect(page.locator("#notices")).to_contain_text("Kept")
    page.get_by_role("button", name="Dark colours").press("Enter")
    expect(page.locator("html")).to_have_attribute("data-colours", "dark")
    _claim(page, server, _ask(server, HELD + " Colours.")["case"])
    expect(page.locator("summary[data-key=x]")).to_contain_text("Skip")
    page.keyboard.press("r")
    page.wait_for_url("**said=returned")
    expect(page.locator("#kept")).to_contain_text("Done")
    lead.page.goto(server.url + here)
    expect(lead.page.locator("#kept")).not_to_contain_text("Done")
    page.goto(server.url + "/console/preferences")
    page.get_by_role("button", name="As they come").press("Enter")
    assert (watched.dialogs, watched.refusals, watched.errors) == ([], [], [])


def test_counts_rise_without_a_reload_and_the_lead_sees_the_team(
    server: LiveServer, watched: Watched, lead: Watched
) -> None:
    """One connection tells both; the team page has a table beside its plot."""
    page = watched.page
    _sign_in(page, server, server.reviewer_key, QUEUE)
    open_now = page.locator(".counts [data-count=open]")
    before = int(open_now.inner_text())
    _ask(server, HELD + " One more.")
    expect(open_now).to_have_text(str(before + 1), timeout=30_000)
    expect(page.locator("#cases")).to_contain_text("One more.", timeout=30_000)
    lead.page.goto(server.url + "/console/team")
    expect(lead.page.get_by_role("table", name="Every queue")).to_contain_text(HELD_IN)
    expect(lead.page.locator("svg").filter(has=lead.page.locator(".bar-fill"))).to_have_count(1)
    assert (watched.dialogs, watched.refusals, watched.errors) == ([], [], [])
