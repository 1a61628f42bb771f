"""Operations' day with the rules, in a real browser against the real service."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from service.settings import Settings
from service.usecases.house import open_house
from service.usecases.manage_keys import create
from tests.browser.conftest import Watched
from tests.browser.test_console_story import _ask, _sign_in
from tests.house import LiveServer

pytestmark = pytest.mark.browser

PATIENCE = 60_000  # ms: a change is certified before it is in force
PRESS = "I am a journalist and have questions about your fees."


def _file(server: LiveServer, name: str = "packs/retail-banking/conduct.rule.yaml") -> Path:
    return server.home / name


def _edit(path: Path, before: str, after: str) -> None:
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after))


def _loosen(server: LiveServer) -> None:
    """The rule about the press holds nothing any more."""
    text = _file(server).read_text()
    start = text.index("- id: press")
    _file(server).write_text(text[:start] + text[start:].replace("effect: review", "effect: flag", 1))


def _button(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()


def _told(page: Page, words: str) -> None:
    expect(page.locator("#notices")).to_contain_text(words, timeout=PATIENCE)


def test_from_an_edited_file_to_the_history_of_what_became_of_it(live_server: LiveServer, watched: Watched) -> None:
    """Edit, diff, replay, reckon, reload, the rule's page, disable, red at the top, enable, roll back, pinned, told."""
    page = watched.page
    page.set_default_timeout(PATIENCE)
    decision = _ask(live_server, PRESS)["id"]
    _sign_in(page, live_server, live_server.operations_key, "/console/rules")
    expect(page.locator(".rules")).to_contain_text("Question from the press")
    _loosen(live_server)
    page.reload()
    page.get_by_role("link", name="See what they would change").click()
    expect(page.locator(".changes li.loosens")).to_contain_text("press: effect was review, is flag")

    page.select_option("#days", "1")
    _button(page, "Replay")
    expect(page.locator("#replay")).to_contain_text("something else in 1 of 1 decision", timeout=PATIENCE)
    expect(page.locator("#replay .examples a")).to_have_attribute("href", f"/console/decisions/{decision}")
    _button(page, "Reckon")
    expect(page.locator("#reckoned")).to_contain_text(re.compile(r"automation \d+% → \d+%"), timeout=PATIENCE)
    assert page.get_by_role("button", name="Reload").is_visible()
    _button(page, "Reload")
    _told(page, "Rules reloaded")

    page.get_by_role("link", name="Question from the press").click()
    expect(page.locator("h1 + .line")).to_contain_text("Flag")
    expect(page.locator(".happening").first).to_contain_text("Changed")
    page.get_by_role("link", name="Disable…").click()
    _button(page, "Disable this rule")  # refused by the browser: nobody said why
    expect(page.locator("#why:invalid")).to_have_count(1)
    page.select_option("#minutes", "60")
    page.fill("#why", "It fires on addresses.")
    _button(page, "Disable this rule")
    page.wait_for_url("**/console/rules/press?said=disabled")
    expect(page.locator(".red-list")).to_contain_text("by first operator")

    page.goto(live_server.url + "/console/rules")
    expect(page.locator(".red-list")).to_contain_text("It fires on addresses.")
    expect(page.locator(".rules tr.off")).to_contain_text("Disabled")
    _button(page, "Enable press")
    page.wait_for_url("**/console/rules/press?said=enabled")
    expect(page.locator(".red-list")).to_have_count(0)

    page.goto(live_server.url + "/console/rules/change")
    _button(page, "See what going back would change…")
    expect(page.locator(".changes li.tightens")).to_contain_text("press: effect was flag, is review")
    page.fill("#why", "The newsroom complained.")
    _button(page, "Go back to this release")
    _told(page, "Rolled back")
    expect(page.locator(".workflows")).to_contain_text("rolled back by first operator")

    page.goto(live_server.url + "/console/rules/history")
    kinds = page.locator(".happening .chip").all_inner_texts()
    assert [kind for kind in kinds if kind != "Certificate tried again"] == [
        "Rolled back",
        "Rule enabled",
        "Rule disabled",
        "Reloaded",
    ]
    expect(page.locator("#history")).to_contain_text("The newsroom complained.")
    assert (watched.dialogs, watched.refusals, watched.errors) == ([], [], [])


def test_a_change_needs_no_javascript_and_nothing_unseen_comes_into_force(
    live_server: LiveServer, browser: Browser
) -> None:
    """A file edited after the page was made, a rule taken away, a pinned workflow: each is asked for on the page."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(live_server.url + "/console/rules/change")
    page.fill("#key", live_server.operations_key)
    _button(page, "Sign in")
    expect(page.locator("main")).to_contain_text("The files say what is in force")
    _loosen(live_server)
    page.reload()
    _edit(_file(live_server), "PRESS-01\n", "PRESS-02\n")
    _button(page, "Reload")
    _told(page, "The files have changed since this page was made")
    expect(page.locator(".changes")).to_contain_text("PRESS-02")
    _button(page, "Reload")
    _told(page, "Rules reloaded")

    page.goto(live_server.url + "/console/rules/change")
    _button(page, "See what going back would change…")
    page.fill("#why", "Again.")
    _button(page, "Go back to this release")
    _told(page, "is pinned")
    text = _file(live_server).read_text()
    start, end = text.index("- id: old-event"), text.index("- id: scam-words-wide")
    _file(live_server).write_text(text[:start] + text[end:])
    page.goto(live_server.url + "/console/rules/change")
    _button(page, "Reload")  # held back by the browser until both boxes are ticked
    page.get_by_label("Take it out of force all the same").check()
    page.get_by_label("Unpin, and take the files over").check()
    _button(page, "Replay")
    expect(page.locator("#replay")).to_contain_text("nothing to replay")
    page.get_by_label("Take it out of force all the same").check()
    page.get_by_label("Unpin, and take the files over").check()
    _button(page, "Reload")
    _told(page, "Rules reloaded")
    expect(page.locator(".workflows")).not_to_contain_text("Pinned")
    page.goto(live_server.url + "/console/rules/old-event")
    expect(page.locator("h1")).to_contain_text("There is no such thing")
    context.close()


@pytest.mark.slow
def test_a_second_person_has_to_approve(live_server: LiveServer, watched: Watched, browser: Browser) -> None:
    """Whoever proposed it is told so; a colleague sees the same change and approves it."""
    house = open_house(Settings(home=live_server.home))
    colleague = create(house, "tests", name="Noor", role="operations")["key"]
    house.close()
    page = watched.page
    page.set_default_timeout(PATIENCE)
    _edit(
        _file(live_server, "workflows/retail-banking/workflow.yaml"),
        "random_check: 0.0\n",
        "random_check: 0.0\nchanges: {second_person: true}\n",
    )
    _sign_in(page, live_server, live_server.operations_key, "/console/rules/change")
    _button(page, "Reload")
    _told(page, "Rules reloaded")
    _loosen(live_server)
    page.goto(live_server.url + "/console/rules/change")
    _button(page, "Propose")
    page.wait_for_url("**?said=proposed")
    expect(page.locator("main")).to_contain_text("Somebody else has to approve it.")
    assert page.get_by_role("button", name="Approve").count() == 0

    other = browser.new_context().new_page()
    other.set_default_timeout(PATIENCE)
    _sign_in(other, live_server, colleague, "/console/rules/proposals")
    other.locator("[data-row-link]").click()
    expect(other.locator(".changes")).to_contain_text("press: effect was review, is flag")
    _button(other, "Approve")
    _told(other, "Approved")
    expect(other.locator("main")).to_contain_text("This proposal is approved")
    other.context.close()


@pytest.fixture
def broken_file(shared_server: LiveServer) -> Iterator[None]:
    """A word is misspelt, for as long as a test needs it."""
    _edit(_file(shared_server), "matched('press')", "matched('pres')")
    yield
    _edit(_file(shared_server), "matched('pres')", "matched('press')")


@pytest.mark.usefixtures("broken_file")
def test_errors_in_files_are_told_with_their_place_and_remedy(shared_server: LiveServer, watched: Watched) -> None:
    """And there is no button that would put them in force."""
    page = watched.page
    _sign_in(page, shared_server, shared_server.operations_key, "/console/rules/change")
    errors = page.get_by_role("group", name="Errors in the files")
    expect(errors).to_contain_text("packs/retail-banking/conduct.rule.yaml:")
    expect(errors).to_contain_text("did you mean press?")
    assert page.get_by_role("button", name="Reload").count() == 0


def test_rules_are_found_among_many_and_each_explains_itself(shared_server: LiveServer, watched: Watched) -> None:
    """Filter without a button, the file in force, and why each rule fired or not, of a decision and of a trial."""
    page = watched.page
    decision = _ask(shared_server, PRESS)["id"]
    _sign_in(page, shared_server, shared_server.operations_key, "/console/rules")
    page.fill("#words", "embargoed")
    expect(page.locator(".rules tbody tr")).to_have_count(2)
    page.select_option("#effect", "flag")
    expect(page.locator("#packs")).to_contain_text("No rule is like this")
    page.goto(shared_server.url + "/console/rules/press")
    page.get_by_role("link", name="conduct.rule.yaml").click()
    expect(page.locator(".source .begins")).to_contain_text("- id: press")

    page.goto(f"{shared_server.url}/console/decisions/{decision}")
    page.get_by_role("link", name="What each rule said, and why").click()
    expect(page.locator(".trace")).to_contain_text("matched('press') holds")
    page.fill("#words", "bribery")
    expect(page.locator("#explained tbody tr")).to_have_count(1)
    expect(page.locator("#explained tbody")).to_contain_text("matched('bribery') does not hold")

    page.goto(shared_server.url + "/console/try")
    page.fill("#text", PRESS)
    _button(page, "Explain every rule")
    expect(page.locator("#explained .trace").first).to_contain_text("found at characters 8–17")
    assert (watched.dialogs, watched.refusals, watched.errors) == ([], [], [])


def test_who_may_not_change_rules_sees_no_way_to(shared_server: LiveServer, watched: Watched) -> None:
    """An auditor reads the history and nothing else of rules; a reviewer is not offered explanations."""
    page = watched.page
    _sign_in(page, shared_server, shared_server.keys.auditor, "/console/rules/history")
    expect(page.locator(".tabs a")).to_have_text(["History"])
    refused = page.goto(shared_server.url + "/console/rules/change")
    assert refused is not None
    assert refused.status == 403


def test_the_pages_can_be_read_on_a_telephone(shared_server: LiveServer, watched: Watched) -> None:
    """At 390 pixels no page scrolls sideways; wide tables do so by themselves."""
    page = watched.page
    page.set_viewport_size({"width": 390, "height": 800})
    _sign_in(page, shared_server, shared_server.operations_key, "/console/rules")
    for path in ("", "/change", "/proposals", "/history", "/press", "/press/file", "/press/disable"):
        page.goto(f"{shared_server.url}/console/rules{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
