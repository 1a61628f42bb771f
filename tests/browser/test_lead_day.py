"""A lead's day at the console, by keyboard alone: the same for many, what is taken up again or ended, two windows."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from service.settings import Settings
from service.usecases.house import open_house
from tests.browser.conftest import Watched, grave
from tests.browser.test_console_story import HELD, QUEUE, _ask, _call, _claim, _sign_in
from tests.house import LiveServer
from tests.unit.service.usecases.case_room import ANN, BEN, decided, under

pytestmark = pytest.mark.browser

EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}"
#: A laptop's window at twice the size.
TWICE = {"width": 640, "height": 450}


@pytest.fixture
def server(patient_server: LiveServer) -> LiveServer:
    return patient_server


def _state(server: LiveServer, case: str) -> str:
    return str(_call(server, server.reviewer_key, f"/v1/cases/{case}")["state"])


def _fits(page: Page) -> None:
    """At twice the size nothing has to be scrolled sideways, and no button lies under something else."""
    before = page.viewport_size
    page.set_viewport_size(TWICE)  # type: ignore[arg-type]
    assert page.evaluate("document.documentElement.scrollWidth") <= TWICE["width"]
    covered = page.evaluate(
        """() => [...document.querySelectorAll('main button, main a, main input:not([type=hidden])')]
          .filter(each => each.checkVisibility() && !each.closest('.scroll'))
          .filter(each => {
            each.scrollIntoView({block: 'center', behavior: 'instant'});
            const box = each.getBoundingClientRect();
            const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
            return top && !each.contains(top) && !top.contains(each) && !top.closest('label');
          }).map(each => each.outerHTML.slice(0, 120))"""
    )
    assert covered == []
    page.set_viewport_size(before)  # type: ignore[arg-type]


def test_like_cases_are_decided_together_and_taken_back_by_one_key(server: LiveServer, lead: Watched) -> None:
    """From one case to those like it: choose, look over, do it, undo; every page passes axe and can be read large."""
    cases = [_ask(server, f"The ombudsman has to hear of heron number {n}. {EVIL}")["case"] for n in range(3)]
    page = lead.page
    page.goto(f"{server.url}/console/cases/{cases[0]}")
    page.get_by_role("link", name="The same for those like it").press("Enter")
    expect(page.locator("[name=cases]")).to_have_count(3)
    expect(page.locator("#ticked")).to_have_text("all ticked")
    assert grave(page) == []
    _fits(page)
    page.keyboard.press("j")
    page.keyboard.press("Space")
    expect(page.locator("#ticked")).to_have_text("2 ticked")
    page.keyboard.press("Escape")
    page.keyboard.press("0")
    page.keyboard.press("a")
    page.keyboard.press("n")
    page.keyboard.type(f"Herons. {EVIL}")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Decide 2 cases?")
    expect(page.locator("main")).to_contain_text("Herons. <script>alert(1)</script>")
    assert grave(page) == []
    _fits(page)
    assert {_state(server, case) for case in cases} == {"queued"}
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("2 cases decided")
    assert sorted(_state(server, case) for case in cases) == ["decided", "decided", "queued"]
    assert grave(page) == []
    _fits(page)
    page.keyboard.press("u")
    expect(page.get_by_role("heading", level=1)).to_have_text("2 cases taken back")
    assert {_state(server, case) for case in cases} == {"queued"}


def test_a_queue_is_narrowed_and_its_cases_are_handed_over(server: LiveServer, lead: Watched) -> None:
    """The filter of the queue's page goes along; somebody else was quicker, and the page says so."""
    page, mine = lead.page, [_ask(server, f"{HELD} Heron {n}.")["case"] for n in range(2)]
    page.goto(f"{server.url}{QUEUE}?reason=rule_review")
    page.get_by_role("link", name="The same for many").press("Enter")
    expect(page.locator("#reason")).to_have_value("rule_review")
    page.get_by_role("button", name="Tick none").press("Enter")
    for case in mine:
        page.locator(f"[value={case}]").press("Space")
    page.get_by_role("radio", name="Hand over").press("Space")
    page.get_by_label("To", exact=True).fill("lena")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Hand over 2 cases?")
    _call(server, server.reviewer_key, f"/v1/cases/{mine[0]}/claim", {})
    page.keyboard.press("Enter")
    expect(page.locator("#notices")).to_contain_text("Other cases fit now than the preview showed")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("1 case handed over")


def test_a_case_is_taken_off_hold_ended_and_opened_again(server: LiveServer, lead: Watched) -> None:
    """What only a lead does, each by keys, with the reason on the case."""
    page, case = lead.page, _ask(server, f"{HELD} Heron on the pond.")["case"]
    _claim(page, server, case)
    page.keyboard.press("h")
    page.locator("#hold-reason").fill("The pond freezes.")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(lambda address: case not in address.split("?")[0])
    page.goto(f"{server.url}/console/cases/{case}")
    page.get_by_role("button", name="Take it off hold").press("Enter")
    expect(page.locator("#notices")).to_contain_text("Off hold")
    page.locator("[data-verb=cancel] summary").press("Enter")
    page.keyboard.type("The heron left.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#notices")).to_contain_text("Cancelled: nobody has to decide it any more.")
    expect(page.locator("#story")).to_contain_text("The heron left.")
    assert _state(server, case) == "cancelled"
    done = _delivered(server, f"{HELD} Heron on the chimney.")
    page.goto(f"{server.url}/console/cases/{done}")
    page.locator("[data-verb=reopen] summary").press("Enter")
    page.keyboard.type("It was a stork.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#notices")).to_contain_text("Reopened as an appeal")
    expect(page.locator("main")).to_contain_text("Appeal")
    assert done not in page.url
    assert _state(server, done) == "reopened"


def test_two_windows_on_one_case_decide_it_once(server: LiveServer, watched: Watched) -> None:
    """What the second window sends is refused, says what became of the case, and is not lost."""
    case, first = _ask(server, f"{HELD} Two windows.")["case"], watched.page
    _sign_in(first, server, server.reviewer_key)
    _claim(first, server, case)
    second = first.context.new_page()
    second.goto(f"{server.url}/console/cases/{case}")
    expect(second.locator("html.scripted")).to_be_attached()
    second.keyboard.press("0")
    second.keyboard.press("b")
    second.fill("#note", "From the other window.")
    for key in ("0", "a"):
        first.keyboard.press(key)
    first.fill("#note", "From the first window.")
    first.keyboard.press("Control+Enter")
    first.wait_for_url(lambda address: case not in address.split("?")[0])
    second.keyboard.press("Control+Enter")
    expect(second.locator("#notices")).to_contain_text("This case is already decided")
    expect(second.locator("#note")).to_have_value("From the other window.")
    (said,) = _call(server, server.reviewer_key, f"/v1/cases/{case}")["opinions"]
    assert (said["outcome"], said["note"]) == ("allow", "From the first window.")


def test_a_reply_is_drafted_for_the_label_that_one_chooses(server: LiveServer, watched: Watched) -> None:
    """Another label, another draft; none of these, none; one button takes it over."""
    case, page = _ask(server, HELD)["case"], watched.page
    _sign_in(page, server, server.reviewer_key)
    _claim(page, server, case)
    page.get_by_text("Reply to the requester").press("Enter")
    page.locator("#label-none").press("Space")
    expect(page.locator("#draft")).to_have_count(0)
    page.get_by_label("Charged twice for one card payment").press("Space")
    expect(page.locator("#drafts")).to_contain_text("Charged twice for one card payment")
    expect(page.locator("#draft")).not_to_be_empty()
    assert grave(page) == []
    _fits(page)
    page.get_by_role("button", name="Use this").press("Enter")
    assert page.locator("#reply").input_value() == page.locator("#draft").inner_text().strip()
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    page.wait_for_url("**said=returned")


def test_a_long_request_is_headed_by_sentences_of_its_own(server: LiveServer, watched: Watched) -> None:
    """They are underlined where they stand."""
    long = " ".join(f"On day {n} of the holiday the heron stood on one leg and looked at me." for n in range(20))
    case, page = _ask(server, f"{long} {HELD}")["case"], watched.page
    _sign_in(page, server, server.reviewer_key, f"/console/cases/{case}")
    said = page.locator("[aria-labelledby=summary-title] li").all_inner_texts()
    underlined = page.locator("#request .gist").all_inner_texts()
    assert said[0] == underlined[0]
    assert "ombudsman" in said[-1], "what a rule matched heads it too"
    _fits(page)


def test_the_team_page_says_how_far_second_opinions_agree(server: LiveServer, lead: Watched) -> None:
    """Beside everybody's name: cases that two people looked at, and how often they said the same."""
    house = open_house(Settings(home=server.home))
    checked = under(house, second_review=1.0, undo_seconds=0.0)
    for n in range(2):
        case = _ask(server, f"{HELD} Opinion {n}.")["case"]
        for person in (ANN, BEN):
            decided(checked, person, case)
    house.close()
    page = lead.page
    page.goto(server.url + "/console/team")
    table = page.get_by_role("table", name="How far people agree who looked at the same cases")
    expect(table).to_contain_text("Ann")
    expect(table).to_contain_text("Ben")
    assert grave(page) == []
    _fits(page)


def test_the_operators_navigation_is_one_line(server: LiveServer, browser: Browser) -> None:
    """What is seldom opened is under “More”, by keyboard too; Escape closes it."""
    context = browser.new_context(viewport={"width": 1360, "height": 900})
    page = context.new_page()
    _sign_in(page, server, server.operations_key)
    frame = page.locator(".frame")
    line = frame.bounding_box()
    assert line is not None
    assert line["height"] < 60
    page.locator(".more summary").press("Enter")
    expect(page.get_by_role("link", name="Webhooks")).to_be_visible()
    assert grave(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Webhooks")).to_be_hidden()
    page.locator(".more summary").press("Enter")
    page.get_by_role("link", name="People").press("Enter")
    page.wait_for_url("**/console/people")
    expect(page.locator(".more summary")).to_have_text("People")
    context.close()


def _delivered(server: LiveServer, text: str) -> str:
    """A case whose decision is out."""
    case = str(_ask(server, text)["case"])
    house = open_house(Settings(home=server.home))
    decided(under(house, undo_seconds=0.0), ANN, case)
    house.close()
    return case
