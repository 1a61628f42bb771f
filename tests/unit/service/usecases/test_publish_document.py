"""The life of a document: who may do what to which version, and what everybody is told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from index.model import DocumentKey
from service.domain.document import visible_of
from service.errors import Conflict, InvalidRequest, NotFound, SamePerson
from service.store import documents
from service.usecases.file_documents import file_documents
from service.usecases.publish_document import (
    approve,
    retire,
    return_to_draft,
    save_draft,
    submit,
    submit_draft,
    supersede_replaced,
)
from service.usecases.read_document import view
from service.usecases.verify_ledger import verify
from tests.unit.service.usecases.document_desk import ANN, AUDITOR, BOB, CAROL, DAY, REVIEWER, file_of, paper


def found(desk):
    """Versions of the document that anybody may find now."""
    allowed = desk.house.allowed.get(("c",), desk.sequence(), frozenset(), desk.clock.now, {})
    return [key.version for key in allowed.documents]


def test_a_document_is_found_from_its_approval_to_its_end(desk):
    """Written, returned, mended, submitted, approved by somebody else, retired: each step once, all on the ledger."""
    save_draft(desk.house, ANN, paper("We refund."))
    submit_draft(desk.house, ANN, "c", "fees", 1)
    returned = return_to_draft(desk.house, BOB, "c", "fees", 1, "which fees?")
    assert returned["note"] == {"kind": "returned", "by": "Bob", "at": "2026-03-03T09:00:00.000Z", "why": "which fees?"}
    save_draft(desk.house, ANN, paper("We refund card fees."))
    submit_draft(desk.house, ANN, "c", "fees", 1)
    assert found(desk) == []
    approved = approve(desk.house, BOB, "c", "fees", 1)
    assert (approved["status"], approved["standing"], approved["version"]) == ("approved", "in_force", 1)
    assert found(desk) == [1]
    desk.retire(1)
    assert found(desk) == []
    kinds = ("documents.drafted", "document.submitted", "document.returned", "document.approved", "document.retired")
    assert [len(desk.told(kind)) for kind in kinds] == [2, 2, 1, 1, 1]
    assert verify(desk.house)["ok"]


def test_every_step_takes_one_document_sequence_and_writes_it(desk):
    """Whoever read an earlier one knows that there is something to read."""
    desk.submit()
    assert (desk.sequence(), view(desk.house, ANN, "c", "fees")["sequence"]) == (1, 1)
    desk.approve(1)
    assert (desk.sequence(), view(desk.house, ANN, "c", "fees")["sequence"]) == (2, 2)
    desk.submit("We refund all fees.")
    desk.approve(2)
    with desk.house.store.read() as connection:
        rows = {row.version: row for row in documents.versions(connection, "c", "fees")}
    assert (rows[1].ended_sequence, rows[1].sequence, rows[1].ended_by) == (4, 4, "Bob")
    assert rows[2].approved_sequence == 4
    assert desk.told("document.approved")[-1]["supersedes"] == [1]


@pytest.mark.parametrize("name", ["Ann", "cli:ann", "ANN "])
def test_nobody_approves_what_they_submitted(desk, name):
    """Under whatever name they come."""
    desk.submit()
    with pytest.raises(SamePerson):
        approve(desk.house, type(ANN)("k", name, ANN.scopes), "c", "fees", 1)
    assert desk.statuses() == {1: "submitted"}


def test_nobody_approves_words_of_theirs_that_another_submitted(desk):
    """Writing a draft and having it submitted by a colleague is no way around the second person."""
    save_draft(desk.house, ANN, paper("We refund everything."))
    submit_draft(desk.house, BOB, "c", "fees", 1)
    for author in (ANN, BOB):
        with pytest.raises(SamePerson):
            approve(desk.house, author, "c", "fees", 1)
    assert approve(desk.house, CAROL, "c", "fees", 1)["authors"] == ["Ann", "Bob"]


def test_returning_and_submitting_anew_does_not_forget_the_first_author(desk):
    """Nor does writing over the draft."""
    desk.submit(by=ANN)
    return_to_draft(desk.house, BOB, "c", "fees", 1, "shorter")
    save_draft(desk.house, BOB, paper("Fees: refunded."))
    submit_draft(desk.house, BOB, "c", "fees", 1)
    with pytest.raises(SamePerson):
        approve(desk.house, ANN, "c", "fees", 1)


@pytest.mark.parametrize("attested_by", ["root", "cli:Root", "", "  "])
def test_nobody_attests_to_their_own_submission(desk, attested_by):
    """An attestation records somebody else's approval; nobody's is none."""
    file = file_of(paper())
    with pytest.raises(SamePerson):
        file_documents(desk.house, "c", [file], "cli:root", attested_by=attested_by)
    assert desk.sequence() == 0


def test_an_author_does_not_attest_when_another_imports_the_same_words(desk):
    """The words are the author's, whoever brings them."""
    desk.submit(by=ANN)
    with pytest.raises(SamePerson):
        file_documents(desk.house, "c", [file_of(paper())], "cli:root", attested_by="Ann")
    assert desk.statuses() == {1: "submitted"}


def test_two_who_approve_at_once_are_one_approval(desk):
    """One of them is told that it was done; there is one record of it, and no error of ours."""
    desk.submit()

    def attempt(person):
        try:
            return approve(desk.house, person, "c", "fees", 1)["approved_by"]
        except Conflict:
            return None

    with ThreadPoolExecutor(2) as threads:
        outcomes = list(threads.map(attempt, (BOB, CAROL)))
    assert sorted(filter(None, outcomes)) in (["Bob"], ["Carol"])
    assert len(desk.told("document.approved")) == 1


def test_two_versions_approved_at_once_leave_the_newer_in_force(desk):
    """In whichever order they come."""
    desk.submit("We refund some fees.")
    desk.submit("We refund all fees.", by=CAROL)
    with ThreadPoolExecutor(2) as threads:
        outcomes = [threads.submit(approve, desk.house, BOB, "c", "fees", version) for version in (1, 2)]
        errors = [outcome.exception() for outcome in outcomes]
    assert found(desk) == [2]
    assert all(error is None or isinstance(error, Conflict) for error in errors)


def test_approving_again_changes_nothing(desk):
    """As when the first answer was lost on its way; for somebody else it is a conflict."""
    desk.submit()
    first = desk.approve(1)
    assert desk.approve(1) == first
    with pytest.raises(Conflict):
        desk.approve(1, by=CAROL)
    assert len(desk.told("document.approved")) == 1


def test_what_changed_since_it_was_read_is_not_approved(desk):
    """The digest that the approver read is compared with what would be approved."""
    read = desk.submit("We refund fees.")
    return_to_draft(desk.house, CAROL, "c", "fees", 1, "more")
    changed = desk.submit("We refund fees and pay a bonus.")
    assert changed["version"] == 1
    with pytest.raises(Conflict) as error:
        desk.approve(1, digest=read["digest"])
    assert error.value.extra["digest"] == changed["digest"]
    assert desk.approve(1, digest=changed["digest"])["status"] == "approved"


def test_an_older_version_does_not_take_the_place_of_a_newer_one(desk):
    """Not silently: it is refused, with what to do instead."""
    desk.submit("We refund some fees.")
    desk.submit("We refund all fees.")
    desk.approve(2)
    with pytest.raises(Conflict) as error:
        desk.approve(1)
    assert "version 2" in error.value.detail
    assert "new version" in error.value.remedy
    assert desk.statuses() == {1: "submitted", 2: "approved"}
    desk.retire(2)
    assert desk.approve(1)["standing"] == "in_force"


def test_a_version_of_the_future_leaves_the_older_in_force_till_then(desk):
    """Everybody is told so; on its first day it takes over, and the older one's status says so."""
    desk.approved("We refund fees.")
    coming = desk.approved("We refund no fees.", effective_from="2026-04-01")
    assert found(desk) == [1]
    assert (coming["standing"], desk.statuses()) == ("upcoming", {1: "approved", 2: "approved"})
    assert coming["notices"] == ["It is in force from 2026-04-01 on; version 1 stays in force till then."]
    assert supersede_replaced(desk.house) == 0
    desk.clock.now = datetime(2026, 4, 1, tzinfo=UTC)
    assert found(desk) == [2]
    assert view(desk.house, ANN, "c", "fees", 1)["standing"] == "replaced"
    assert supersede_replaced(desk.house) == 1
    assert desk.statuses() == {1: "superseded", 2: "approved"}
    assert found(desk) == [2]
    assert supersede_replaced(desk.house) == 0
    assert desk.told("document.took_effect")[0]["supersedes"] == [1]


def test_a_version_with_an_end_gives_way_to_the_one_before(desk):
    """So it supersedes nothing."""
    desk.approved("We refund fees.")
    desk.approved("In March we refund twice.", effective_until="2026-04-01")
    assert found(desk) == [2]
    desk.clock.now += 60 * DAY
    assert supersede_replaced(desk.house) == 0
    assert found(desk) == [1]


def test_the_same_words_again_are_no_new_version(desk):
    """Waiting or approved; once they have ended they may come back as a new version."""
    desk.submit()
    desk.submit()
    desk.submit(by=CAROL)
    assert (desk.statuses(), desk.sequence()) == ({1: "submitted"}, 1)
    desk.approve(1)
    assert desk.submit()["status"] == "approved"
    save_draft(desk.house, ANN, paper())
    assert desk.statuses() == {1: "approved"}
    desk.retire(1)
    assert desk.submit()["version"] == 2


def test_a_submission_takes_the_draft_along(desk):
    """No draft is left behind, and its authors stay its authors."""
    save_draft(desk.house, ANN, paper("We refund."))
    submitted = submit(desk.house, BOB, paper("We refund fees."))
    assert (submitted["version"], submitted["status"], submitted["authors"]) == (1, "submitted", ["Ann", "Bob"])


def test_two_who_write_on_one_draft_do_not_write_over_each_other(desk):
    """When they say which words they read."""
    read = save_draft(desk.house, ANN, paper("one"))
    save_draft(desk.house, BOB, paper("two"), digest=read["digest"])
    with pytest.raises(Conflict):
        save_draft(desk.house, ANN, paper("three"), digest=read["digest"])
    assert view(desk.house, ANN, "c", "fees")["text"] == "two"


def test_an_import_leaves_a_colleagues_draft_alone(desk):
    """It makes a version of its own beside it, while one's own draft is written over."""
    save_draft(desk.house, ANN, paper("half a sent"))
    file_documents(desk.house, "c", [file_of(paper("A whole sentence."))], "Bob")
    assert desk.statuses() == {1: "draft", 2: "submitted"}
    save_draft(desk.house, BOB, paper("Another one."))
    file_documents(desk.house, "c", [file_of(paper("And another."))], "bob", draft=True)
    assert desk.statuses() == {1: "draft", 2: "submitted", 3: "draft"}
    assert view(desk.house, BOB, "c", "fees")["text"] == "And another."


def test_attested_documents_come_in_approved_and_supersede(desk):
    """Also one that waits with the very same words: it is approved where it stands."""
    desk.approved("We refund fees.")
    desk.submit("We refund all fees.")
    files = [file_of(paper("We refund all fees.")), file_of(paper("Limits.", id="limits"))]
    filed = file_documents(desk.house, "c", files, "cli:root", attested_by="Carol")
    assert [(each.id, each.version, each.status) for each in filed.documents] == [
        ("fees", 2, "approved"),
        ("limits", 1, "approved"),
    ]
    assert desk.statuses() == {1: "superseded", 2: "approved"}
    told = desk.told("documents.attested")[-1]
    assert (told["attested_by"], told["by"], told["supersedes"]) == ("Carol", "cli:root", ["fees@1"])
    assert view(desk.house, ANN, "c", "fees", 1)["ended_by"] == "Carol"
    assert file_documents(desk.house, "c", files, "cli:root", attested_by="Carol").unchanged == 2


STEPS = {
    "submit": lambda house, version: submit_draft(house, ANN, "c", "fees", version),
    "return": lambda house, version: return_to_draft(house, BOB, "c", "fees", version, "why"),
    "approve": lambda house, version: approve(house, BOB, "c", "fees", version),
    "retire": lambda house, version: retire(house, BOB, "c", "fees", version, "why"),
}


@pytest.mark.parametrize(
    "step, versions",
    [("submit", (1, 2, 3, 4)), ("return", (1, 2, 3, 5)), ("approve", (1, 2, 5)), ("retire", (1, 2))],
)
def test_what_the_table_does_not_admit_is_a_conflict(desk, step, versions):
    """With a remedy, and without a trace; an unknown version is said to be unknown."""
    desk.approved("one")
    desk.approved("two")
    desk.retire(2)
    desk.approved("three")
    desk.submit("four")
    save_draft(desk.house, ANN, paper("five"))
    assert desk.statuses() == {1: "superseded", 2: "retired", 3: "approved", 4: "submitted", 5: "draft"}
    before = (desk.statuses(), desk.sequence())
    for version in versions:
        with pytest.raises(Conflict) as error:
            STEPS[step](desk.house, version)
        assert error.value.remedy
    with pytest.raises(NotFound):
        STEPS[step](desk.house, 9)
    assert (desk.statuses(), desk.sequence()) == before


@pytest.mark.parametrize("why", ["", "  ", "x" * 2_001])
def test_returning_and_retiring_need_a_reason(desk, why):
    """Of reasonable length."""
    desk.submit()
    for step in (return_to_draft, retire):
        with pytest.raises(InvalidRequest):
            step(desk.house, BOB, "c", "fees", 1, why)
    assert desk.statuses() == {1: "submitted"}


def test_reasons_are_not_on_the_ledger_but_named_there(desk):
    """They may hold anything about anybody."""
    desk.approved()
    retire(desk.house, BOB, "c", "fees", 1, "Mrs Smith complained")
    with desk.house.store.read() as connection:
        held = connection.exec_driver_sql("SELECT group_concat(CAST(record AS TEXT)) FROM ledger").scalar()
    assert "Smith" not in held
    assert desk.told("document.retired")[0]["note"].startswith("pay_")
    assert view(desk.house, ANN, "c", "fees")["note"]["why"] == "Mrs Smith complained"


@pytest.mark.parametrize(
    "wrong",
    [
        {"collection": " "},
        {"id": "a/b"},
        {"text": " "},
        {"effective_from": "soon"},
        {"effective_from": "2026-05-01", "effective_until": "2026-05-01"},
    ],
)
def test_a_submission_that_cannot_be_is_told_what_is_wrong(desk, wrong):
    """By field; nothing is written."""
    for write in (submit, save_draft):
        with pytest.raises(InvalidRequest) as error:
            write(desk.house, ANN, paper() | wrong)
        assert error.value.problems
    assert desk.sequence() == 0


def test_who_does_not_look_after_documents_sees_no_drafts(desk):
    """Nor anything that nobody ever approved, but what was approved once; an auditor sees all."""
    desk.approved("one")
    desk.approved("two")
    desk.submit("three")
    save_draft(desk.house, ANN, paper("four"))
    assert [each["version"] for each in view(desk.house, AUDITOR, "c", "fees")["versions"]] == [4, 3, 2, 1]
    seen = view(desk.house, REVIEWER, "c", "fees")
    assert (seen["version"], [each["version"] for each in seen["versions"]]) == (2, [2, 1])
    for version in (3, 4):
        with pytest.raises(NotFound):
            view(desk.house, REVIEWER, "c", "fees", version)


def test_long_ids_are_recorded_whole(desk):
    """The ledger's index holds sixty-four characters; its record all of them."""
    name = "a" * 150
    submit(desk.house, ANN, paper(id=name))
    approve(desk.house, BOB, "c", name, 1, why="as agreed")
    assert desk.told("document.approved")[0]["id"] == name
    assert view(desk.house, ANN, "c", name)["note"]["why"] == "as agreed"


def test_the_allowed_set_and_the_register_agree_after_every_step(desk):
    """What the database shows and what a worker learned step by step are the same."""
    desk.approved("one")
    desk.approved("two", effective_from="2026-03-10")
    desk.submit("three")
    desk.retire(1)
    save_draft(desk.house, ANN, paper("four"))
    desk.retire(4)
    with desk.house.store.read() as connection:
        for sequence in range(desk.sequence() + 1):
            versions = documents.approved(connection, ["c"], sequence)
            for moment in (desk.clock.now, desk.clock.now + 30 * DAY):
                seen = desk.house.allowed.get(("c",), sequence, frozenset(), moment, {})
                assert seen.documents == visible_of(versions, frozenset(), moment, {}).keys
        last = documents.approved(connection, ["c"], desk.sequence())
    assert [version.key for version in last] == [DocumentKey("c", "fees", 2)]


def test_retiring_tells_when_nothing_is_left_in_force(desk):
    """What was superseded does not come back, which not everybody expects; beside what is in force it is no news."""
    desk.approved("one")
    desk.approved("two")
    (told,) = desk.retire(2)["notices"]
    assert told == (
        "Nothing of this document is in force any more: version 1 was superseded for good. "
        "Submit its words as a new version to bring them back."
    )
    desk.approved("three", effective_from="2026-04-01")
    assert view(desk.house, BOB, "c", "fees", 2)["notices"] == [
        "Nothing of this document is in force until 2026-04-01."
    ]
    assert view(desk.house, REVIEWER, "c", "fees", 2)["notices"] == [], "who does not see all of it is not told of it"
    save_draft(desk.house, ANN, paper("four"))
    assert desk.retire(4)["notices"] == [], "a draft that is given up was never in force"


def test_retiring_the_only_version_tells_so(desk):
    """And one beside a version that stays tells nothing."""
    desk.approved("one")
    assert desk.retire(1)["notices"] == ["Nothing of this document is in force any more."]
    desk.approved("two")
    desk.approved("in March", effective_until="2026-04-01")
    assert desk.retire(3)["notices"] == []


def test_what_was_retired_does_not_come_back_unnoticed(desk):
    """An import of the same file files a new version, and says so to who imports and to who approves."""
    desk.approved("We refund fees.")
    desk.retire(1)
    (filed,) = file_documents(desk.house, "c", [file_of(paper("We refund fees."))], "Ann").documents
    assert (filed.version, filed.retired) == (2, 1)
    waiting = view(desk.house, BOB, "c", "fees")
    assert waiting["notices"] == ["It says what version 1 said, which Bob retired."]
    (other,) = file_documents(desk.house, "c", [file_of(paper("We refund all fees."))], "Ann").documents
    assert (other.version, other.retired) == (3, None)


@pytest.mark.parametrize("step", [*STEPS, "view"])
def test_what_there_is_not_is_told_with_what_there_is(desk, step):
    """A version with those there are, a document with where to look."""
    read = {**STEPS, "view": lambda house, version: view(house, BOB, "c", "fees", version)}[step]
    with pytest.raises(NotFound) as unknown:
        read(desk.house, 9)
    assert unknown.value.remedy == "look up id and collection in the list of documents"
    desk.approved("one")
    desk.submit("two")
    with pytest.raises(NotFound, match="there is no version 9 of document fees") as missing:
        read(desk.house, 9)
    assert missing.value.remedy == "name one that it has: 1, 2"


def test_a_collection_that_nobody_searches_is_told(house):
    """When it is written to, waits and is approved; the one meant is named, and a known one is no news."""
    meant = "No workflow searches the collection {}, so nobody finds its documents (did you mean `retail-banking`?)."
    document = {**paper("Herons may stay."), "collection": "retail-bankin"}
    assert save_draft(house, ANN, document)["notices"] == [meant.format("retail-bankin")]
    assert submit(house, ANN, document)["notices"] == [meant.format("retail-bankin")]
    assert approve(house, BOB, "retail-bankin", "fees", 1)["notices"] == [meant.format("retail-bankin")]
    filed = file_documents(house, "birds", [file_of(paper())], "Ann")
    assert filed.notices == (
        "No workflow searches the collection birds, so nobody finds its documents (searched: `retail-banking`).",
    )
    assert file_documents(house, "retail-banking", [file_of(paper("Herons.", id="herons"))], "Ann").notices == ()
    assert view(house, ANN, "retail-banking", "herons")["notices"] == []
