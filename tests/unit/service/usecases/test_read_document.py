"""Reading documents page by page."""

from __future__ import annotations

import pytest

from service.domain.access import ROLES, Principal
from service.errors import InvalidRequest, NotFound
from service.store import pointers
from service.usecases import read_document
from service.usecases.file_documents import file_documents
from service.usecases.publish_document import retire, save_draft, submit
from tests.unit.service.usecases.document_desk import ANN, AUDITOR, BOB, DAY, REVIEWER, file_of, paper

OPERATOR = Principal("k", "operator", ROLES["operations"])


def test_pages_join_without_gap_or_repeat(house):
    """Following `next` shows each version once, in order."""
    seen, after = [], None
    while True:
        page = read_document.page(house, OPERATOR, after=after, limit=7)
        seen += [(item["collection"], item["id"], item["version"]) for item in page["items"]]
        if (after := page["next"]) is None:
            break
    whole = read_document.page(house, OPERATOR, limit=1_000)["items"]
    assert seen == sorted({(item["collection"], item["id"], item["version"]) for item in whole})
    assert len(seen) > 7


@pytest.mark.parametrize(
    "after",
    [
        *("", "x", "/@1", "a/@1", "/b@1", "a/b", "a/b@", "a/b@-1", "a/b@²", "a/b@١", "a@1/b", "a/b@1\n"),
        *("a/b@" + "9" * 30, "a\0/b@1", "a/\ud800@1"),
    ],
)
def test_what_is_no_cursor_is_refused_by_its_name(house, after):
    """Never a traceback, never a page from somewhere."""
    with pytest.raises(InvalidRequest) as error:
        read_document.page(house, OPERATOR, after=after)
    assert error.value.problems[0].field == "after"


def versions(page):
    return [(item["id"], item["version"]) for item in page["items"]]


def test_a_list_as_of_a_day_is_what_was_in_force_then(desk):
    """Whatever became of it since, and whatever has come since."""
    begun = desk.clock.now
    desk.approved("one")
    desk.clock.now += DAY
    desk.approved("two")
    desk.clock.now += DAY
    desk.approved("three", effective_from="2026-03-20")
    desk.clock.now += DAY
    desk.retire(2)
    for days, expected in {-1: [], 0: [1], 1: [2], 2: [2], 3: [], 30: [3]}.items():
        page = read_document.page(desk.house, BOB, as_of=begun + days * DAY)
        assert versions(page) == [("fees", version) for version in expected], days
        assert all(item["standing"] == "in_force" for item in page["items"])


def test_a_list_is_narrowed_by_what_is_asked(desk):
    """Status, owner, words, and whose review is due; each alone and together."""
    desk.approved("We refund fees.")
    submit(desk.house, ANN, paper("Limits are high.", id="limits", title="Limits", owner="risk"))
    read = read_document.page
    assert versions(read(desk.house, BOB, status="submitted")) == [("limits", 1)]
    assert versions(read(desk.house, BOB, owner="ops")) == [("fees", 1)]
    assert versions(read(desk.house, BOB, text="HIGH")) == [("limits", 1)]
    assert versions(read(desk.house, BOB, text="high", owner="ops")) == []
    assert versions(read(desk.house, BOB, collection="d")) == []


def test_who_may_not_see_a_version_does_not_find_it_in_lists(desk):
    """Neither drafts and submissions nor what is for others."""
    desk.approved("We refund fees.")
    desk.submit("We refund more.")
    secret = file_of(paper("For us.", id="secret", audience=["staff"]))
    file_documents(desk.house, "c", [secret], "Ann", attested_by="Bob")
    save_draft(desk.house, ANN, paper("Not yet.", id="new"))
    assert versions(read_document.page(desk.house, REVIEWER)) == [("fees", 1)]
    assert len(read_document.page(desk.house, AUDITOR)["items"]) == 4
    for name in ("secret", "new"):
        with pytest.raises(NotFound):
            read_document.view(desk.house, REVIEWER, "c", name)


def test_a_review_that_is_due_is_listed_and_told(desk):
    """From the day after on."""
    due = file_of(paper() | {"review_by": "2026-03-03"})
    file_documents(desk.house, "c", [due], "Ann", attested_by="Bob")
    today = desk.clock.now.date()
    assert versions(read_document.page(desk.house, BOB, due=today)) == [("fees", 1)]
    assert versions(read_document.page(desk.house, BOB, due=today - DAY)) == []
    assert read_document.view(desk.house, BOB, "c", "fees")["overdue"] is False
    desk.clock.now += DAY
    view = read_document.view(desk.house, BOB, "c", "fees")
    assert view["overdue"] is True
    assert "It was to be reviewed by 2026-03-03." in view["notices"]


def test_citations_are_shown_both_ways(desk):
    """With the versions that count; what does not exist is left out, and nothing cites itself."""
    desk.approved("We refund fees.", citations=["limits", "fees", "nothing"])
    limits = file_of(paper("Limits.", id="limits", title="Limits"))
    file_documents(desk.house, "c", [limits], "Ann", attested_by="Bob")
    view = read_document.view(desk.house, BOB, "c", "fees")
    assert [(each["id"], each["title"]) for each in view["cites"]] == [("limits", "Limits"), ("fees", "Fees")]
    assert view["cited_by"] == []
    assert [each["id"] for each in read_document.view(desk.house, BOB, "c", "limits")["cited_by"]] == ["fees"]


def test_what_resembles_another_is_told_to_whoever_approves(desk):
    """By name and degree, the very same words as such."""
    words = " ".join(f"Rule {n} says that fee number {n} is refunded in full." for n in range(40))
    desk.approved(words)
    near = submit(desk.house, ANN, paper(words + " Except on Sundays.", id="near"))
    assert [(each["id"], each["version"]) for each in near["similar"]] == [("fees", 1)]
    assert 0.8 <= near["similar"][0]["similarity"] < 1
    assert any(sentence.startswith("It resembles fees@1") for sentence in near["notices"])
    same = submit(desk.house, ANN, paper(words, id="same"))
    assert "It has the same words as fees@1." in same["notices"]
    assert submit(desk.house, ANN, paper("Quite another matter.", id="other"))["similar"] == []


def test_labels_that_name_a_document_are_told_when_it_goes(house):
    """Whoever retires it hears what it means for requests."""
    policy = next(iter(house.shelf.policy(pointer.release) for pointer in _pointers(house)))
    label = next(label for label in policy.labels if label.documents)
    collection, name = policy.collections[0], label.documents[0]
    before = read_document.view(house, OPERATOR, collection, name)
    assert {"workflow": policy.name, "label": label.id, "title": label.title} in before["names"]
    assert not any("people decide" in sentence for sentence in before["notices"])
    after = retire(house, OPERATOR, collection, name, before["version"], "wrong")
    assert any(label.id in sentence and "people decide" in sentence for sentence in after["notices"])


def _pointers(house):
    with house.store.read() as connection:
        return pointers.pointers(connection)


def test_a_page_does_not_tell_of_what_others_may_see(desk):
    """Neither by being short, nor by its cursor, nor by what it resembles: else words could be tried one by one."""
    secret = file_of(paper("The merger with Acme is near.", id="secret", audience=["board"]))
    file_documents(desk.house, "c", [secret], "Ann", attested_by="Bob")
    page = read_document.page(desk.house, REVIEWER, text="merger", limit=1)
    assert page == {"items": [], "next": None, "notices": []}
    alike = [file_of(paper("The merger with Acme is near!", id=name)) for name in ("tale", "yarn")]
    file_documents(desk.house, "c", alike, "Ann", attested_by="Bob")
    first = read_document.page(desk.house, REVIEWER, limit=1)
    assert (versions(first), first["next"]) == ([("tale", 1)], "c/tale@1")
    last = read_document.page(desk.house, REVIEWER, limit=1, after=first["next"])
    assert (versions(last), last["next"]) == ([("yarn", 1)], None)
    seen = read_document.view(desk.house, REVIEWER, "c", "tale")
    assert [each["similar"] for each in (*first["items"], seen, *seen["versions"])] == [[], [], []]
    assert "secret" in {each["id"] for each in read_document.view(desk.house, BOB, "c", "tale")["similar"]}


def test_a_list_as_of_a_moment_before_the_first_approval_says_so(desk):
    """To each with the first approval of what is theirs to see; an empty list for another reason says nothing."""
    begun = desk.clock.now
    secret = file_of(paper("For the board.", id="secret", audience=["board"]))
    file_documents(desk.house, "c", [secret], "Ann", attested_by="Bob")
    desk.clock.now += DAY
    desk.approved("one")
    early = read_document.page(desk.house, BOB, as_of=begun - DAY)
    assert early["items"] == []
    assert early["notices"] == [
        "Nothing that you may see was approved here before 2026-03-03T09:00:00.000Z: ask as of a later moment."
    ]
    (told,) = read_document.page(desk.house, REVIEWER, as_of=begun)["notices"]
    assert "before 2026-03-04T09:00:00.000Z" in told
    assert read_document.every(desk.house, BOB, as_of=begun - DAY) == ([], early["notices"])
    assert read_document.page(desk.house, BOB, as_of=begun + DAY, owner="nobody")["notices"] == []
    assert read_document.page(desk.house, BOB, collection="d")["notices"] == []
    (nothing,) = read_document.page(desk.house, BOB, collection="d", as_of=begun)["notices"]
    assert nothing == "Nothing that you may see has been approved here yet."
