"""What a reviewer sees of a case."""

from __future__ import annotations

from service.domain.access import ROLES, Principal
from service.usecases import claim_case, read_case
from service.usecases.make_decision import Ask, decide

REVIEWER = Principal("k1", "Ann", ROLES["reviewer"])
CALLER = Principal("k2", "caller", ROLES["caller"])
NAME = "retail-banking"
TEXT = "I want to close my account because my card 4111 1111 1111 1111 was declined."


def claimed_case(house):
    claimed = claim_case.claim_next(house, REVIEWER, NAME)
    assert claimed is not None
    return claimed["case"]


def test_what_the_rules_redact_is_blotted_out_in_its_place(house):
    """The card number is not shown, in the list or on the page, and marked spans still fit the text."""
    decide(house, CALLER, Ask(NAME, TEXT))
    case = claimed_case(house)
    shown = read_case.view(house, REVIEWER, case)
    assert shown["text"] == TEXT.replace("4111 1111 1111 1111", "•••• •••• •••• ••••")
    assert "4111" not in read_case.page(house, REVIEWER, queue=NAME)["items"][0]["excerpt"]
    start, end, _ = shown["rules"]["findings"][0]["spans"][0]
    assert TEXT[start:end] == "4111 1111 1111 1111"


def test_a_case_says_all_it_takes_to_decide_it(house):
    """Why it is here, what is suggested, what may be chosen and what was found."""
    decide(house, CALLER, Ask(NAME, TEXT))
    case = claimed_case(house)
    shown = read_case.view(house, REVIEWER, case)
    assert shown["reasons"] == ["label_needs_person"]
    assert shown["suggestion"]["label"] == "account_closure"
    assert len(shown["choices"]) >= 20
    assert shown["documents"][0]["id"] == "doc_account-closure"
    assert shown["lease"]["holder"] == "Ann"
    assert read_case.queues(house, REVIEWER)[0]["claimed"] == 1


def test_pages_follow_each_other_without_gap_or_repeat(house):
    """Walking the list by its cursor shows every case once, best first."""
    for number in range(7):
        decide(house, CALLER, Ask(NAME, f"Pigeon {number} sings of curtains on the roof."))
    seen, after = [], None
    while True:
        page = read_case.page(house, REVIEWER, queue=NAME, state="open", after=after, limit=3)
        seen += [item["id"] for item in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert len(seen) == len(set(seen)) == 7


def test_a_queue_of_a_policy_is_listed_when_nothing_waits(house):
    """Its figures are zeros until something does; it is never listed twice."""
    empty = {"open": 0, "claimed": 0, "overdue": 0, "asked": 0, "oldest_at": None}
    assert read_case.queues(house, REVIEWER) == [{"queue": NAME, **empty}]
    decide(house, CALLER, Ask(NAME, TEXT))
    (listed,) = read_case.queues(house, REVIEWER)
    assert (listed["queue"], listed["open"]) == (NAME, 1)
    assert listed["oldest_at"]
