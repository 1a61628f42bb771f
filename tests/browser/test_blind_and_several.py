"""Cases that lead nobody, labels by the handful, and why a label was given: by keyboard, in a real browser."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Watched
from tests.house import LiveServer

pytestmark = pytest.mark.browser

CLEAR = "I was charged twice for the same card payment yesterday, please refund me."
HELD = "I want to close my account because my card was declined."


def _call(server: LiveServer, key: str, path: str, body: dict[str, Any] | None = None) -> Any:
    method = "GET" if body is None else "POST"
    head = {"Authorization": f"Bearer {key}"}
    answer = httpx.request(method, server.url + path, json=body, headers=head, timeout=120)
    answer.raise_for_status()
    return answer.json()


def _ask(server: LiveServer, text: str) -> Any:
    return _call(server, server.caller_key, "/v1/decisions", {"workflow": "retail-banking", "text": text})


def _sign_in(page: Page, server: LiveServer, path: str) -> None:
    page.goto(server.url + path)
    page.keyboard.type(server.reviewer_key)
    page.keyboard.press("Enter")
    page.wait_for_url(server.url + path)


@pytest.fixture
def checking(live_server: LiveServer) -> LiveServer:
    """A server that has every request checked, in a workflow with as many labels a request as fit."""
    policy = live_server.home / "workflows" / "retail-banking" / "workflow.yaml"
    changed = "random_check: 1.0\nlabels_per_request: several"
    policy.write_text(policy.read_text().replace("random_check: 0.0", changed, 1))
    key = {"Authorization": f"Bearer {live_server.operations_key}"}
    httpx.post(f"{live_server.url}/v1/rules/reload", headers=key, timeout=120).raise_for_status()
    return live_server


def test_a_blind_case_is_decided_unled_and_with_two_labels(checking: LiveServer, watched: Watched) -> None:
    """The page says nothing of what was made of it; two boxes by key, none of these unticks them; then all is told."""
    asked, page = _ask(checking, CLEAR), watched.page
    assert asked["state"] == "final"
    _sign_in(page, checking, "/console")
    page.goto(f"{checking.url}/console/cases/{asked['case']}")
    page.keyboard.press("c")
    expect(page.locator("#lease")).to_contain_text("Yours until")
    expect(page.locator("html.scripted")).to_be_attached()  # keys are heard from now on
    shown = page.locator("main").inner_text()
    assert "Blind check" in shown
    for led in ("Suggested", "Approved documents", "What the classifier thinks", "Why this label", asked["id"]):
        assert led not in shown

    for key in ("1", "2"):
        page.keyboard.press(key)
    expect(page.locator("[name=label]:checked")).to_have_count(2)
    page.keyboard.press("0")
    expect(page.locator("[name=label]:checked")).to_have_count(1)
    expect(page.locator("#reason-code")).to_have_value("none_of_these")
    page.keyboard.press("1")
    expect(page.locator("#label-none")).not_to_be_checked()
    page.keyboard.press("2")
    page.keyboard.press("a")
    page.goto(f"{checking.url}/console/decisions/{asked['id']}")
    expect(page.locator("main")).to_contain_text("checked blind")

    page.go_back()
    page.goto(f"{checking.url}/console/cases/{asked['case']}")
    for key in ("1", "2", "a"):
        page.keyboard.press(key)
    chosen = page.locator("[name=label]:checked").evaluate_all("all => all.map((each) => each.value)")
    page.keyboard.press("Shift+Enter")
    page.wait_for_url(f"**/console/decisions/{asked['id']}?said=decided")
    told = _call(checking, checking.caller_key, f"/v1/decisions/{asked['id']}")
    assert [each["label"] for each in told["labels"]] == chosen
    assert (watched.dialogs, watched.refusals, watched.errors) == ([], [], [])


def test_why_a_label_is_suggested_is_told_beside_what_one_writes(patient_server: LiveServer, watched: Watched) -> None:
    """One key, no page is left; without a script the same address is a page of its own."""
    asked, page = _ask(patient_server, HELD), watched.page
    _sign_in(page, patient_server, "/console")
    page.goto(f"{patient_server.url}/console/cases/{asked['case']}")
    page.keyboard.press("c")
    expect(page.locator("#lease")).to_contain_text("Yours until")
    expect(page.locator("html.scripted")).to_be_attached()  # keys are heard from now on
    page.keyboard.press("n")
    page.keyboard.type("Half a sentence")
    page.keyboard.press("Escape")
    page.keyboard.press("w")
    explained = page.locator("#explanation")
    expect(explained).to_contain_text("It would have been automatic with", timeout=60_000)
    expect(explained).to_contain_text("autonomy “auto” in the policy")
    expect(explained).to_contain_text("Labelled requests most like it")
    expect(page.locator("#note")).to_have_value("Half a sentence")
    page.goto(f"{patient_server.url}/console/decisions/{asked['id']}/explanation")
    expect(page.locator("h1")).to_have_text("Why this label")
    expect(page.locator("#explanation")).to_contain_text("What spoke for it")
    assert (watched.dialogs, watched.refusals, watched.errors) == ([], [], [])
