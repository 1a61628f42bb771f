"""The life of a document at the console, in a real browser against the real service, and the staff search page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Watched, watch
from tests.browser.test_console_story import _sign_in
from tests.house import LiveServer

pytestmark = pytest.mark.browser

PATIENCE = 60_000  # ms: what would change is worked out on the calibration cases
HERONS = "---\nid: herons\ntitle: Herons on the roof\nowner: estates\n---\n## When they nest\n\nHerons may stay.\n"
QUESTION = "may herons stay on the roof of the branch while they nest?"
EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>"


@pytest.fixture
def colleague(browser: Browser, shared_server: LiveServer, second_key: str) -> Iterator[Page]:
    """A second person's browser, signed in."""
    context = browser.new_context(viewport={"width": 1360, "height": 900})
    found = Watched(context.new_page())
    watch(found)
    _sign_in(found.page, shared_server, second_key, "/console/documents")
    yield found.page
    context.close()
    assert (found.dialogs, found.refusals, found.errors) == ([], [], [])


def _button(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()


def _told(page: Page, words: str) -> None:
    expect(page.locator("#notices")).to_contain_text(words, timeout=PATIENCE)


def _import(page: Page, server: LiveServer, *files: Path) -> None:
    page.goto(server.url + "/console/documents/import")
    page.set_input_files("#files", files)
    page.fill("#collection", "retail-banking")
    _button(page, "Import")


def _search(page: Page, server: LiveServer, words: str) -> None:
    page.goto(server.url + "/console/search")
    page.keyboard.press("/")
    page.keyboard.type(words)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#found .counts")).to_be_visible(timeout=PATIENCE)


def _come_in(page: Page, server: LiveServer, folder: Path) -> None:
    """By upload, with a file beside it that cannot be read; whoever sent it is not offered to approve it."""
    (folder / "herons.md").write_text(HERONS)
    (folder / "scan.pdf").write_bytes(b"%PDF-1.7 no more than this")
    page.keyboard.press("i")
    page.wait_for_url("**/console/documents/import")
    _import(page, server, folder / "herons.md", folder / "scan.pdf")
    expect(page.locator("#report")).to_contain_text("1 document came in, 1 place could not be read.")
    expect(page.locator("#report .unread")).to_contain_text("scan.pdf")
    page.get_by_role("link", name="Herons on the roof").click()
    expect(page.locator("main")).to_contain_text("You wrote or submitted this version")
    expect(page.get_by_role("button", name="Approve version 1")).to_have_count(0)


def _return_it(page: Page, why: str) -> None:
    page.get_by_text("Return it to its author…").click()
    _button(page, "Return it")  # refused by the browser: nobody said why
    expect(page.locator("#why-return-it:invalid")).to_have_count(1)
    page.fill("#why-return-it", why)
    _button(page, "Return it")
    _told(page, "it is a draft again")


def _write_again(page: Page, why: str) -> None:
    """The author reads the note, changes the draft and submits it."""
    page.reload()
    expect(page.locator("#note")).to_contain_text("Returned by maria")
    expect(page.locator("#note")).to_contain_text(why)
    page.keyboard.press("e")
    page.wait_for_url("**/edit?version=1")
    page.fill("#text", "## When they nest\n\nHerons may stay on the roof of a branch until the end of July.\n")
    _button(page, "Submit for approval")
    _told(page, "Submitted.")


def _see_what_would_change(page: Page) -> None:
    page.reload()
    page.keyboard.press("w")
    page.wait_for_url("**/preview?version=1", timeout=PATIENCE)
    expect(page.locator("h1")).to_have_text("What would change")
    expect(page.locator("main")).to_contain_text("The certificate holds")
    page.get_by_role("link", name="Back to the document").click()


def _found_with_its_parts(page: Page, server: LiveServer) -> None:
    """First, with a sentence and bars that say why; its page marks the passage, and going back finds it again."""
    _search(page, server, QUESTION)
    best = page.locator(".hit").first
    expect(best).to_contain_text("Herons on the roof")
    expect(best.locator(".weighed tbody th")).to_have_text(["Meaning", "Words"])
    expect(best.locator(".why p")).to_contain_text("Ahead of the next one by")
    expect(best.locator("mark")).not_to_have_count(0)
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/documents/retail-banking/herons**")
    expect(page.locator("#found")).to_contain_text("until the end of July")
    page.go_back()
    expect(page.locator(".hit").first).to_contain_text("Herons on the roof")


def test_from_an_uploaded_file_to_a_passage_found_and_gone_again(
    shared_server: LiveServer, watched: Watched, colleague: Page, tmp_path: Path
) -> None:
    """Imported, returned with a note, submitted again, approved by somebody else, found with its parts, retired."""
    author, why = watched.page, "Until when may they stay?"
    for page in (author, colleague):
        page.set_default_timeout(PATIENCE)
    _sign_in(author, shared_server, shared_server.operations_key, "/console/documents")
    _come_in(author, shared_server, tmp_path)
    colleague.goto(author.url)
    _return_it(colleague, why)
    _write_again(author, why)
    _see_what_would_change(colleague)
    _search(author, shared_server, QUESTION)
    expect(author.locator("#found")).not_to_contain_text("Herons on the roof")
    colleague.keyboard.press("a")
    _told(colleague, "Approved.")
    _found_with_its_parts(author, shared_server)
    colleague.get_by_text("Retire it…").click()
    colleague.fill("#why-retire-it", "The herons have left.")
    _button(colleague, "Retire it")
    _told(colleague, "Retired.")
    expect(colleague.locator("#note")).to_contain_text("The herons have left.")
    _search(author, shared_server, QUESTION)
    expect(author.locator("#found")).not_to_contain_text("Herons on the roof")
    assert (watched.dialogs, watched.refusals, watched.errors) == ([], [], [])


def test_a_second_version_is_compared_and_needs_no_javascript(
    shared_server: LiveServer, browser: Browser, colleague: Page
) -> None:
    """Write the next version, compare the two, submit, be refused in words: forms and links alone."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(shared_server.url + "/console/documents?text=complaints&status=approved")
    page.fill("#key", shared_server.operations_key)
    _button(page, "Sign in")
    page.get_by_role("link", name="Complaints", exact=False).first.click()
    page.get_by_role("link", name="Write the next version…").click()
    page.fill("#text", page.input_value("#text") + "\n\nComplaints about herons go to the estates team.\n")
    _button(page, "Save as a draft")
    _told(page, "Saved as a draft.")
    page.get_by_role("link", name="Compare with version").click()
    expect(page.locator(".diff .added")).to_contain_text(["Complaints about herons go to the estates team."])
    page.go_back()
    _button(page, "Submit for approval")
    _told(page, "Submitted.")

    colleague.goto(page.url.partition("&said")[0])
    page.get_by_text("Return it to its author…").click()
    page.fill("#why-return-it", "A slip of mine.")
    _button(page, "Return it")
    _told(page, "it is a draft again")
    _button(colleague, "Approve version")  # of a page that is out of date
    _told(colleague, "is draft")
    context.close()


def test_what_is_found_is_narrowed_and_taken_back_in_time(shared_server: LiveServer, watched: Watched) -> None:
    """Filters, a day before anything was approved, weights: the address keeps them, a wrong one is told."""
    page = watched.page
    _sign_in(page, shared_server, shared_server.reviewer_key, "/console/search")
    _search(page, shared_server, "charged twice")
    expect(page.locator(".hit")).not_to_have_count(0)
    page.fill("#as-of", "2001-01-01")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#found")).to_contain_text("0 passages, as of 1 Jan 2001")
    assert "as_of=2001-01-01" in page.url
    page.fill("#as-of", "")
    page.get_by_text("What counts how much").click()
    page.fill("[name='weight.dense']", "0")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".hit .weighed tbody tr").first).to_contain_text("0%0.00")
    expect(page.locator(".hit .weighed tbody tr").nth(1)).to_contain_text("100%")
    page.reload()
    expect(page.locator("[name='weight.dense']")).to_have_value("0")
    page.fill("[name='weight.lexical']", "0")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#notices")).to_contain_text("eight")
    page.fill("[name='weight.lexical']", "1")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#notices")).to_be_empty()
    assert (watched.dialogs, watched.refusals, watched.errors) == ([], [], [])


def test_hostile_files_are_shown_and_never_run(shared_server: LiveServer, watched: Watched, tmp_path: Path) -> None:
    """Names of files, titles, texts: in the report, the list, the page of the document and its differences."""
    page = watched.page
    _sign_in(page, shared_server, shared_server.operations_key, "/console/documents")
    (tmp_path / "evil.md").write_text(f"---\nid: evil\ntitle: '{EVIL}'\n---\n## {EVIL}\n\n{EVIL} is shown.\n")
    (tmp_path / "img src=x onerror=alert(3).bin").write_bytes(bytes(100))
    _import(page, shared_server, tmp_path / "evil.md", tmp_path / "img src=x onerror=alert(3).bin")
    expect(page.locator("#report")).to_contain_text("onerror=alert(3)")
    page.get_by_role("link", name="<script>").click()
    expect(page.locator(".prose")).to_contain_text("<script>alert(1)</script>")
    page.goto(shared_server.url + "/console/documents?text=" + "%3Cscript%3E")
    expect(page.locator("#documents tbody")).to_contain_text("<script>alert(1)</script>")
    assert (watched.dialogs, watched.refusals, watched.errors) == ([], [], [])


def test_too_much_is_told_before_it_is_sent_and_after(
    shared_server: LiveServer, watched: Watched, browser: Browser, tmp_path: Path
) -> None:
    """The page says so when the files are chosen; without a script the service does, on a page of its own."""
    large = tmp_path / "large.txt"
    large.write_bytes(b"a " * 17_000_000)
    page = watched.page
    _sign_in(page, shared_server, shared_server.operations_key, "/console/documents/import")
    page.set_input_files("#files", large)
    expect(page.locator("#files:invalid")).to_have_count(1)
    _button(page, "Import")
    assert page.url.endswith("/console/documents/import")
    expect(page.locator("#report")).to_have_count(0)

    context = browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.goto(shared_server.url + "/console/documents/import")
    plain.fill("#key", shared_server.operations_key)
    _button(plain, "Sign in")
    plain.set_input_files("#files", large)
    _button(plain, "Import")
    expect(plain.locator("main")).to_contain_text("the body is larger than 33,554,432 bytes", timeout=PATIENCE)
    expect(plain.locator("main")).to_contain_text("send fewer or smaller files at once")
    context.close()


def test_nobody_is_led_where_the_key_does_not_open(shared_server: LiveServer, watched: Watched) -> None:
    """A reviewer reads documents and searches, and is refused in words what changes them."""
    page = watched.page
    _sign_in(page, shared_server, shared_server.reviewer_key, "/console/documents")
    expect(page.get_by_role("link", name="Import files…")).to_have_count(0)
    page.locator("[data-row-link]").first.click()
    expect(page.locator(".deeds")).to_have_count(0)
    for path in ("import", "new"):
        refused = page.goto(f"{shared_server.url}/console/documents/{path}")
        assert refused is not None
        assert refused.status == 403
        expect(page.locator("main")).to_contain_text("needs the scope “documents”")


def test_the_pages_can_be_read_at_twice_the_size(shared_server: LiveServer, watched: Watched) -> None:
    """At 200 % zoom of a laptop nothing has to be scrolled sideways but tables within their frame."""
    page = watched.page
    _sign_in(page, shared_server, shared_server.operations_key, "/console/documents")
    page.set_viewport_size({"width": 640, "height": 450})
    address = page.locator("[data-row-link]").first.get_attribute("href")
    for path in ("/console/documents", address, "/console/documents/import", "/console/search?text=charged+twice"):
        page.goto(f"{shared_server.url}{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 640, path
