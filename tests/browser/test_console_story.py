"""A reviewer's day at the console, in a real browser against the real service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Watched
from tests.house import LiveServer

pytestmark = pytest.mark.browser

HELD = "I was charged twice for one card payment at the grocer's. Mend it or I go to the ombudsman."
HOSTILE = "I go to the ombudsman. <script>alert(1)</script><img src=x onerror=alert(2)><svg onload=alert(3)>\"'>{{7*7}}"
HELD_IN = "complaints"  # where the rule about ombudsmen puts it
QUEUE = f"/console/queues/{HELD_IN}"


def _call(server: LiveServer, key: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
    answer = httpx.request(
        "GET" if body is None else "POST",
        server.url + path,
        json=body,
        headers={"Authorization": f"Bearer {key}"},
        timeout=30,
    )
    answer.raise_for_status()
    found: dict[str, Any] = answer.json()
    return found


def _ask(server: LiveServer, text: str = HELD) -> dict[str, Any]:
    asked = {"workflow": "retail-banking", "text": text, "attributes": {"channel": "app"}}
    return _call(server, server.caller_key, "/v1/decisions", asked)


def _sign_in(page: Page, server: LiveServer, key: str, path: str = "/console") -> None:
    page.goto(server.url + path)
    expect(page.locator("#key")).to_be_focused()
    page.keyboard.type(key)
    page.keyboard.press("Enter")
    page.wait_for_url(server.url + path)


def _claim_next(page: Page, server: LiveServer) -> str:
    """Claim the next case by key; its id."""
    page.goto(server.url + QUEUE)
    page.keyboard.press("c")
    page.wait_for_url("**/console/cases/**")
    expect(page.locator("html.scripted")).to_be_attached()
    return page.url.split("/")[-1].split("?")[0]


def _claim(page: Page, server: LiveServer, case: str) -> None:
    """Claim this very case by key."""
    page.goto(f"{server.url}/console/cases/{case}")
    page.keyboard.press("c")
    expect(page.locator("#lease")).to_contain_text("Yours until")
    expect(page.locator("html.scripted")).to_be_attached()  # keys are heard from now on


def _choose(page: Page, words: str) -> None:
    page.keyboard.press("/")
    page.keyboard.type(words)
    page.keyboard.press("Enter")


def test_a_case_is_claimed_and_decided_by_keyboard_alone_and_the_caller_hears_it(
    shared_server: LiveServer, watched: Watched
) -> None:
    """Sign in, claim, choose label and passage, write a note, decide: no mouse; the API then gives that outcome."""
    asked, page = _ask(shared_server), watched.page
    assert asked["state"] == "waiting"
    _sign_in(page, shared_server, shared_server.reviewer_key)
    assert _claim_next(page, shared_server) == asked["case"]

    _choose(page, "charged twice")
    expect(page.locator("#reason-code")).to_have_value("card_payment_charged_twice")
    page.keyboard.press("Shift+Digit1")
    page.keyboard.press("n")
    page.keyboard.type("Both payments are posted.")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**{QUEUE}?said=decided-empty")
    expect(page.locator(".notice")).to_contain_text("Decided and recorded")

    told = _call(shared_server, shared_server.caller_key, f"/v1/decisions/{asked['id']}")
    assert (told["state"], told["outcome"], told["decided_by"]) == ("final", "allow", "reviewer")
    review = _call(shared_server, shared_server.reviewer_key, f"/v1/decisions/{asked['id']}")["review"]
    assert review["note"] == "Both payments are posted."
    assert len(review["passages"]) == 1
    assert (watched.dialogs, watched.refusals, watched.errors) == ([], [], [])


def test_agreeing_takes_two_keys_and_the_next_case_is_there(live_server: LiveServer, watched: Watched) -> None:
    """A number and Enter; the next case of the queue is claimed at once."""
    first, second = _ask(live_server), _ask(live_server, HELD + " It was 20.")
    page = watched.page
    _sign_in(page, live_server, live_server.reviewer_key)
    held = _claim_next(page, live_server)
    outcomes = page.locator(".choice").evaluate_all("all => all.slice(0, 9).map((each) => each.dataset.outcome)")
    page.keyboard.press(str(outcomes.index("allow") + 1))
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: held not in address)
    assert {held, page.url.split("/")[-1].split("?")[0]} == {first["case"], second["case"]}
    expect(page.locator("#toast")).to_contain_text("Decided")
    expect(page.locator("#lease")).to_contain_text("Yours until")
    expect(page.locator("html.scripted")).to_be_attached()  # keys are heard from now on


def test_another_label_takes_five_keys_at_most(shared_server: LiveServer, watched: Watched) -> None:
    """The filter, a letter or two, Enter to choose, Enter to decide: no more than five, whatever the label."""
    asked, page = _ask(shared_server), watched.page
    _sign_in(page, shared_server, shared_server.reviewer_key)
    _claim(page, shared_server, asked["case"])
    pressed = ("/", "p", "i", "Enter", "Enter")
    for key in pressed:
        page.keyboard.press(key)
    page.wait_for_url(lambda address: asked["case"] not in address)
    (said,) = _call(shared_server, shared_server.reviewer_key, f"/v1/cases/{asked['case']}")["opinions"]
    assert len(pressed) <= 5
    assert said["labels"] == ["pin_help"]


def test_a_label_without_an_outcome_of_its_own_has_to_be_given_one(shared_server: LiveServer, watched: Watched) -> None:
    """Enter alone does not decide it; a key for the outcome does."""
    asked, page = _ask(shared_server), watched.page
    _sign_in(page, shared_server, shared_server.reviewer_key)
    _claim(page, shared_server, asked["case"])
    _choose(page, "scam")
    page.keyboard.press("Enter")
    assert _call(shared_server, shared_server.caller_key, f"/v1/decisions/{asked['id']}")["state"] == "waiting"
    page.keyboard.press("b")
    page.keyboard.press("n")
    page.keyboard.type("A scam.")
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+Enter")
    page.wait_for_url(f"**/console/decisions/{asked['id']}?said=decided")
    assert _call(shared_server, shared_server.caller_key, f"/v1/decisions/{asked['id']}")["outcome"] == "block"


def test_a_lost_lease_is_told_and_nothing_written_is_lost(shared_server: LiveServer, watched: Watched) -> None:
    """Somebody claims the case behind the page: deciding is refused with a way on, and the note is still there."""
    asked, page = _ask(shared_server), watched.page
    _sign_in(page, shared_server, shared_server.reviewer_key)
    _claim(page, shared_server, asked["case"])
    _choose(page, "charged twice")
    page.keyboard.press("n")
    page.keyboard.type("Worth keeping.")
    _call(shared_server, shared_server.reviewer_key, f"/v1/cases/{asked['case']}/claim", {})
    page.keyboard.press("Control+Enter")
    expect(page.locator("#notices")).to_contain_text("You hold this case in another window")
    assert _call(shared_server, shared_server.caller_key, f"/v1/decisions/{asked['id']}")["state"] == "waiting"

    page.get_by_role("button", name="Claim it again, keep what I wrote").press("Enter")
    expect(page.locator("#notices")).to_contain_text("The case is yours again")
    expect(page.locator("#note")).to_have_value("Worth keeping.")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(lambda address: asked["case"] not in address)
    review = _call(shared_server, shared_server.reviewer_key, f"/v1/decisions/{asked['id']}")["review"]
    assert review["note"] == "Worth keeping."


def test_the_open_page_renews_its_lease_while_somebody_is_there(shared_server: LiveServer, watched: Watched) -> None:
    """Every minute, until the page has not been touched for a quarter of an hour; a key begins it anew."""
    asked, page = _ask(shared_server), watched.page
    page.clock.install()
    _sign_in(page, shared_server, shared_server.reviewer_key)
    _claim(page, shared_server, asked["case"])

    def version() -> int:
        return int(_call(shared_server, shared_server.reviewer_key, f"/v1/cases/{asked['case']}")["version"])

    claimed = version()
    with page.expect_response("**/renew") as renewed:
        page.clock.run_for(61_000)
    assert renewed.value.status == 200
    assert version() == claimed + 1
    page.clock.fast_forward(16 * 60_000)
    expect(page.locator("#notices")).to_contain_text("no longer being renewed")
    assert version() == claimed + 1
    with page.expect_response("**/renew"):
        page.keyboard.press("n")
    assert version() == claimed + 2


def test_a_returned_case_is_free_again(shared_server: LiveServer, watched: Watched) -> None:
    """One key gives it back."""
    asked, page = _ask(shared_server), watched.page
    _sign_in(page, shared_server, shared_server.reviewer_key)
    _claim(page, shared_server, asked["case"])
    page.keyboard.press("r")
    page.wait_for_url("**said=returned")
    assert _call(shared_server, shared_server.reviewer_key, f"/v1/cases/{asked['case']}")["state"] == "queued"


def test_the_essential_path_needs_no_javascript(shared_server: LiveServer, browser: Browser) -> None:
    """Sign in, claim, lose the lease, claim again with what was written, decide: forms and links alone."""
    asked = _ask(shared_server)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{shared_server.url}/console/cases/{asked['case']}")
    page.fill("#key", shared_server.reviewer_key)
    page.get_by_role("button", name="Sign in with the key").click()
    page.get_by_role("button", name="Claim this case").click()
    page.get_by_label("Charged twice for one card payment").check()
    page.fill("#note", "By hand.")
    _call(shared_server, shared_server.reviewer_key, f"/v1/cases/{asked['case']}/claim", {})
    page.get_by_role("button", name="Decide and next").click()
    expect(page.locator("#notices")).to_contain_text("You hold this case in another window")
    page.get_by_role("button", name="Claim it again").click()
    expect(page.locator("#note")).to_have_value("By hand.")
    page.get_by_role("button", name="Decide and next").click()
    expect(page.locator("#notices")).to_contain_text("Decided and recorded")
    context.close()
    assert _call(shared_server, shared_server.caller_key, f"/v1/decisions/{asked['id']}")["outcome"] == "allow"


def test_hostile_text_is_shown_and_never_run(shared_server: LiveServer, watched: Watched) -> None:
    """In the request, the note and the reply; on the queue, the case, the decision and the “try it” page."""
    asked, page = _ask(shared_server, HOSTILE), watched.page
    queue = _call(shared_server, shared_server.reviewer_key, f"/v1/cases/{asked['case']}")["queue"]
    _sign_in(page, shared_server, shared_server.reviewer_key, f"/console/queues/{queue}")
    expect(page.locator("#cases")).to_contain_text("<script>alert(1)</script>")
    _claim(page, shared_server, asked["case"])
    expect(page.locator("section .text").first).to_contain_text("<img src=x onerror=alert(2)>")
    page.keyboard.press("0")
    page.keyboard.press("a")
    page.fill("#note", HOSTILE)
    page.get_by_text("Reply to the requester").press("Enter")
    page.fill("#reply", HOSTILE)
    page.keyboard.press("Control+Enter")
    page.wait_for_url(lambda address: asked["case"] not in address)
    page.goto(f"{shared_server.url}/console/decisions/{asked['id']}")
    expect(page.locator(".history")).to_contain_text("<svg onload=alert(3)>")
    page.goto(f"{shared_server.url}/console/cases/{asked['case']}?said={HOSTILE}")
    expect(page.locator("#notices")).to_be_empty()
    page.goto(shared_server.url + "/console/try")
    page.fill("#text", HOSTILE)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".rooms")).to_contain_text("<script>alert(1)</script>")
    assert (watched.dialogs, watched.refusals, watched.errors) == ([], [], [])


def test_trying_a_text_shows_every_room_and_records_nothing(shared_server: LiveServer, watched: Watched) -> None:
    """The way from cleaning to routing with milliseconds, and no decision more than before."""
    page = watched.page
    _sign_in(page, shared_server, shared_server.operations_key, "/console/try")
    before = _call(shared_server, shared_server.operations_key, "/v1/decisions")["items"]
    page.fill("#text", HELD)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".room h3")).to_contain_text(["Clean", "Law", "Evidence", "Judgement", "Routing"])
    expect(page.locator(".spent").first).to_contain_text(" ms")
    page.fill("[name='attribute.amount']", "forty")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#notices")).to_contain_text("is not a number")
    page.fill("[name='attribute.amount']", "40")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#notices")).to_be_empty()
    assert _call(shared_server, shared_server.operations_key, "/v1/decisions")["items"] == before


def test_nobody_gets_in_without_a_key_or_further_than_its_scopes(shared_server: LiveServer, watched: Watched) -> None:
    """A page asked for leads to sign-in and back; a wrong key is refused; a missing scope is told in words."""
    page = watched.page
    page.goto(shared_server.url + QUEUE)
    page.fill("#key", "sgn_wrong")
    page.keyboard.press("Enter")
    expect(page.locator("#notices")).to_contain_text("This key does not open the console")
    page.fill("#key", shared_server.reviewer_key)
    page.keyboard.press("Enter")
    page.wait_for_url(shared_server.url + QUEUE)
    refused = page.goto(shared_server.url + "/console/rules")
    assert refused is not None
    assert refused.status == 403
    expect(page.locator("main")).to_contain_text("needs the scope “rules”")
    page.get_by_role("button", name="Sign out").press("Enter")
    page.wait_for_url("**/console/sign-in?said=signed-out")
    page.goto(shared_server.url + QUEUE)
    assert "/console/sign-in" in page.url


def test_another_site_cannot_make_a_reviewer_act(shared_server: LiveServer, watched: Watched) -> None:
    """A form sent from elsewhere with the reviewer's own cookie is refused and changes nothing."""
    asked, page = _ask(shared_server), watched.page
    _sign_in(page, shared_server, shared_server.reviewer_key)
    (session,) = [cookie for cookie in page.context.cookies() if cookie["name"] == "signoff"]
    assert session["httpOnly"]
    assert session["sameSite"] == "Lax"
    elsewhere: tuple[dict[str, str], ...] = ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {})
    for sent in elsewhere:
        refused = httpx.post(shared_server.url + QUEUE + "/claim", headers=sent, cookies={"signoff": session["value"]})
        assert refused.status_code == 403, sent
        assert _call(shared_server, shared_server.reviewer_key, f"/v1/cases/{asked['case']}")["state"] == "queued", sent


def test_a_case_can_be_read_at_twice_the_size(shared_server: LiveServer, watched: Watched) -> None:
    """At 200 % zoom of a laptop nothing has to be scrolled sideways."""
    asked, page = _ask(shared_server), watched.page
    _sign_in(page, shared_server, shared_server.reviewer_key)
    _claim(page, shared_server, asked["case"])
    page.set_viewport_size({"width": 640, "height": 450})
    assert page.evaluate("document.documentElement.scrollWidth") <= 640
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Keyboard shortcuts")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_hidden()
