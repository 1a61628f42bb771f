"""Cases whose answer is known are mixed into what reviewers claim, look like any other, and count for nothing else."""

from __future__ import annotations

import dataclasses
import json
from datetime import datetime, timedelta

import pytest

from service.domain.access import ROLES, Principal
from service.domain.types import Outcome
from service.errors import Conflict, Forbidden, LeaseLost, NotFound
from service.ids import made_at
from service.store import cases, ledger
from service.usecases import (
    bulk_cases,
    claim_case,
    correct_examples,
    hand_over_case,
    hold_case,
    known_answer_figures,
    known_answers,
    open_counts,
    read_case,
    read_decision,
    reopen_case,
    team,
    team_agreement,
    undo_case,
)
from service.usecases.case_chores import wake_due_cases
from service.usecases.choose_cases import Wanted
from service.usecases.comment_case import comment
from service.usecases.manage_keys import create
from service.usecases.resolve_case import Resolution, resolve
from service.usecases.verify_ledger import verify
from tests.unit.service.usecases.case_room import (
    ANN,
    BEN,
    CAT,
    LEA,
    QUEUE,
    asked,
    decided,
    later,
    records_of,
    several,
    taken_next,
    told,
    under,
)

EVE = Principal("k9", "Eve", ROLES["auditor"])
ALLOW = Resolution(("complaint",), "because", Outcome.ALLOW, note="as the shop says")
BLOCK = Resolution(("complaint",), "because", Outcome.BLOCK, note="as the shop says")
WHY = "Two of us looked, and the bank confirmed it."


def mixing(house, share=1.0, **policy):
    """The same instance, where that share of what is claimed is a copy; what is drawn by chance is the first."""
    return dataclasses.replace(under(house, known_answers=share, **policy), draw=lambda: 0.0)


@pytest.fixture
def marked(house):
    """A case that Ben decided and Lea marked, in a queue where everything claimed is a copy as long as there is one."""
    mixed = mixing(house)
    decision, case = asked(house, "Pigeons took my card and sang of refunds.")
    decided(house, BEN, case, ALLOW)
    known_answers.mark(mixed, LEA, case, WHY)
    return mixed, decision, case


def rows(house, table, **where):
    with house.store.read() as connection:
        return [
            row for row in connection.execute(table.select()) if all(getattr(row, k) == v for k, v in where.items())
        ]


def seen(house, who, case):
    return read_case.view(house, who, case)


def test_a_copy_looks_like_the_case_that_it_stands_in_for(marked):
    """Ann is given the words that Ben decided, as old and as due as the case she would have got, under new ids; nothing
    that she can read says that it is a copy."""
    house, source_decision, source = marked
    _, real = asked(house, "Pigeon number 1 sat on the roof.")
    before = seen(house, LEA, source)
    lease = taken_next(house, ANN)
    found, waiting = seen(house, ANN, lease["case"]), seen(house, LEA, real)
    assert lease["case"] not in (source, real)
    assert lease["decision"] not in (source_decision, waiting["decision"])
    same = (
        "text",
        "attributes",
        "subject",
        "labels",
        "documents",
        "rules",
        "draft",
        "suggestion",
        "choices",
        "reasons",
    )
    assert {name: found[name] for name in same} == {name: before[name] for name in same}
    assert [found[name] for name in ("kind", "state", "stage", "overdue")] == ["held", "claimed", "queued", False]
    came, due, real_came, real_due = (
        datetime.fromisoformat(each[name]) for each in (found, waiting) for name in ("created_at", "due_at")
    )
    assert due - came == real_due - real_came
    assert timedelta(seconds=1) <= real_came - came <= timedelta(seconds=60), "about as old, and not just as old"
    for name in (lease["case"], lease["decision"]):
        assert timedelta(0) <= made_at(name) - came < timedelta(seconds=6), "its id was made when it came"
    assert found["known_answer"] is None
    assert [each["action"] for each in found["events"]] == ["claim"]
    decision = read_decision.view(house, ANN, lease["decision"])
    assert (decision["id"], decision["case"], decision["state"]) == (lease["decision"], lease["case"], "waiting")
    assert decision["created_at"] == found["created_at"]
    for shown in (found, decision, read_case.page(house, ANN, state="claimed")):
        assert "known_answer" not in json.dumps({k: v for k, v in shown.items() if k != "known_answer"})
        assert source not in json.dumps(shown)
        assert source_decision not in json.dumps(shown)
    assert waiting["state"] == "queued", "the case that it stood in for waits on"


def test_a_reviewer_gets_no_copy_of_what_they_had_to_do_with(marked):
    """Ben decided it, Lea marked it, Cat wrote on it: each gets the real case; and nobody is given it twice, under
    whatever spelling of their name."""
    house, _, source = marked
    comment(house, CAT, source, "I remember this one.")
    queue = several(house, 8)
    for who in (BEN, LEA, CAT):
        assert taken_next(house, who)["case"] in queue
    copy = taken_next(house, ANN)
    assert copy["case"] not in queue
    resolve(house, ANN, copy["case"], copy["token"], ALLOW)
    for name in ("Ann", "ann", "cli:Ann"):
        assert taken_next(house, Principal("k7", name, ROLES["reviewer"]))["case"] in queue


def test_nothing_comes_of_deciding_a_copy_but_its_result(marked):
    """No event, no lesson, no count: not as a case that came, one that was decided, one that waits, nor as an
    opinion. The ledger tells all of it."""
    house, _, source = marked
    several(house, 1)
    before = team.figures(house, LEA), open_counts.by_queue(house)[QUEUE], open_counts.by_reason(house, QUEUE)
    taught = len(_examples(house))
    copy = taken_next(house, ANN)
    held = open_counts.by_queue(house)[QUEUE]
    assert (held["open"], held["overdue"], held["oldest_at"]) == (
        before[1]["open"],
        before[1]["overdue"],
        before[1]["oldest_at"],
    )
    assert open_counts.by_reason(house, QUEUE) == before[2]
    answer = resolve(house, ANN, copy["case"], copy["token"], BLOCK)
    assert (answer["state"], answer["outcome"], answer["undo_until"]) == ("final", "block", None)
    after = team.figures(house, LEA)
    assert {name: after[name] for name in ("days", "people")} == {name: before[0][name] for name in ("days", "people")}
    assert [each["decided"] for each in after["queues"]] == [each["decided"] for each in before[0]["queues"]]
    assert team_agreement.figures(house, LEA)["all"]["pairs"] == 0
    assert told(house, copy["case"]) == []
    assert len(_examples(house)) == taught
    assert seen(house, BEN, source)["outcome"] == "allow", "what was decided of the request itself stands"
    (known,) = known_answers.listing(house, LEA)["items"]
    assert records_of(house, known["id"]) == ["known_answer.marked", "known_answer.given", "known_answer.judged"]
    assert records_of(house, copy["case"], copy["decision"]) == ["case.claimed", "case.delivered", "case.decided"]
    with house.store.read() as connection:
        bodies = [json.loads(row.record)["body"] for row in ledger.about(connection, copy["case"])]
    assert all(body["known_answer"] is True for body in bodies)
    assert verify(house)["ok"]


def _examples(house):
    from service.store.tables_learning import examples

    return rows(house, examples)


def test_results_are_for_leads_and_auditors(marked):
    """Of each person and each label how often they were right, with the exact interval; reviewers see none of it, nor
    does whoever leads see of their own copy what it is before it is over."""
    house, _, source = marked
    several(house, 4)
    for who, said in ((ANN, ALLOW), (CAT, BLOCK)):
        copy = taken_next(house, who)
        resolve(house, who, copy["case"], copy["token"], said)
    for judge in (LEA, EVE):
        found = known_answer_figures.figures(house, judge)
        assert [(each["reviewer"], each["decided"], each["correct"]) for each in found["people"]] == [
            ("Ann", 1, 1),
            ("Cat", 1, 0),
        ]
        assert found["labels"] == [
            {"label": "complaint", "decided": 2, "correct": 1, "share": 0.5, "interval": [0.0126, 0.9874]}
        ]
        assert known_answers.listing(house, judge)["items"][0]["correct"] == 1
        assert seen(house, judge, copy["case"])["kind"] == "known_answer"
        assert seen(house, judge, copy["case"])["known_answer"]["correct"] is False
        assert seen(house, judge, copy["case"])["known_answer"]["case"] == source
    assert seen(house, CAT, copy["case"])["known_answer"] is None
    assert seen(house, CAT, copy["case"])["kind"] == "held"
    assert known_answer_figures.figures(house, CAT)["all"]["decided"] == 0
    assert known_answers.listing(house, CAT)["items"] == []
    max_ = Principal("k8", "Max", ROLES["lead"])
    own = taken_next(house, max_)
    assert seen(house, max_, own["case"])["kind"] == "held"
    assert seen(house, LEA, own["case"])["kind"] == "known_answer"
    resolve(house, max_, own["case"], own["token"], ALLOW)
    assert seen(house, max_, own["case"])["known_answer"]["correct"] is True


def test_the_right_answer_is_told_where_the_policy_says_so(marked):
    """Only after deciding, and only to whoever decided."""
    house, _, _ = marked
    telling = mixing(house, known_answers_told=True, undo_seconds=60)
    several(telling, 1)
    copy = taken_next(telling, ANN)
    assert seen(telling, ANN, copy["case"])["known_answer"] is None
    resolve(telling, ANN, copy["case"], copy["token"], BLOCK)
    assert seen(telling, ANN, copy["case"])["known_answer"] is None, "they could still say something else"
    again = undo_case.undo(telling, ANN, copy["case"])
    resolve(telling, ANN, copy["case"], again["token"], BLOCK)
    out = later(telling, minutes=2)
    wake_due_cases(out)
    answer = seen(out, ANN, copy["case"])["known_answer"]
    assert (answer["labels"], answer["outcome"], answer["correct"], answer["case"]) == (
        ["complaint"],
        "allow",
        False,
        None,
    )
    assert seen(out, BEN, copy["case"])["known_answer"] is None


@pytest.mark.parametrize("way", ["return", "skip", "hold", "escalate", "assign", "lapse"])
def test_a_copy_that_is_not_decided_ends(marked, way):
    """It was for one person alone: put off, given away or left, it waits for nobody, and nothing is said of anybody."""
    house, _, _ = marked
    several(house, 1)
    copy = taken_next(house, ANN)
    case, token = copy["case"], copy["token"]
    match way:
        case "return":
            claim_case.give_back(house, ANN, case, token)
        case "skip":
            claim_case.skip(house, ANN, case, token, "not for me")
        case "hold":
            hold_case.hold(house, ANN, case, token, until=house.clock() + timedelta(hours=2), reason="waiting")
        case "escalate":
            hand_over_case.escalate(house, ANN, case, token, "too much for me")
        case "assign":
            create(house, "tests", name="Ben", role="reviewer")
            hand_over_case.assign(house, LEA, case, to="Ben")
        case "lapse":
            wake_due_cases(later(house, minutes=16))
    after = later(house, minutes=17)
    assert seen(after, ANN, case)["state"] == "cancelled"
    assert read_decision.view(after, ANN, copy["decision"])["state"] == "superseded"
    with pytest.raises(LeaseLost):
        resolve(after, ANN, case, token, ALLOW)
    assert known_answer_figures.figures(after, LEA)["all"]["decided"] == 0
    assert told(after, case) == []
    with after.store.read() as connection:
        assert {row.state for row in cases.queues(connection, after.clock())} == {"queued"}


def test_copies_are_mixed_in_as_often_as_the_policy_says(marked):
    """With a share of 0.02, a draw of 0.019 gives a copy and one of 0.02 the real case; an empty queue stays empty."""
    house, _, _ = marked
    assert claim_case.claim_next(house, ANN, QUEUE) is None, "nothing waits, so there is nothing to stand in for"
    queue = several(house, 3)
    for draw, copies in ((0.02, 0), (0.019, 1)):
        drawing = dataclasses.replace(mixing(house, 0.02), draw=lambda draw=draw: draw)
        assert (taken_next(drawing, ANN)["case"] not in queue) == bool(copies)
    assert taken_next(mixing(house, 0.0), CAT)["case"] in queue


def test_bulk_never_gives_one_out(marked):
    """Neither by the queue nor by name."""
    house, _, _ = marked
    (real,) = several(house, 1)
    copy = taken_next(house, ANN)["case"]
    doing = bulk_cases.deciding(ALLOW)
    assert [each["case"] for each in bulk_cases.preview(house, LEA, Wanted(queue=QUEUE), doing)["items"]] == [real]
    named = bulk_cases.preview(house, LEA, Wanted(cases=(copy,)), doing)
    assert (named["items"], [each["case"] for each in named["left_out"]]) == ([], [copy])


def test_only_what_surely_went_out_can_be_marked(house):
    """By whoever leads, once it is out, as it was decided, once; a copy is no source of another."""
    mixed = mixing(house)
    decision, case = asked(mixed)
    with pytest.raises(Conflict, match="only what is decided"):
        known_answers.mark(mixed, LEA, case, WHY)
    decided(mixed, BEN, case, ALLOW)
    with pytest.raises(Forbidden):
        known_answers.mark(mixed, ANN, case, WHY)
    with pytest.raises(Conflict, match="was decided as complaint with allow"):
        known_answers.mark(mixed, LEA, case, WHY, labels=["complaint"], outcome=Outcome.BLOCK)
    made = known_answers.mark(mixed, LEA, case, WHY, labels=["complaint"], outcome=Outcome.ALLOW)
    assert (made["case"], made["decision"], made["note"], made["by"]) == (case, decision, WHY, "Lea")
    with pytest.raises(Conflict, match="already"):
        known_answers.mark(mixed, LEA, case, WHY)
    several(mixed, 1)
    copy = taken_next(mixed, ANN)
    resolve(mixed, ANN, copy["case"], copy["token"], ALLOW)
    with pytest.raises(Conflict, match="is a copy"):
        known_answers.mark(mixed, LEA, copy["case"], WHY)
    with pytest.raises(Conflict, match="copy"):
        reopen_case.reopen(mixed, LEA, copy["case"], "let us see")
    with pytest.raises(NotFound):
        known_answers.mark(mixed, LEA, "case_none", WHY)


def test_what_was_taken_back_counts_no_more(marked):
    """Nobody is given it, and what people made of it is in no figure: it may have been wrong."""
    house, _, source = marked
    several(house, 2)
    copy = taken_next(house, ANN)
    resolve(house, ANN, copy["case"], copy["token"], BLOCK)
    known_answers.take_back(house, LEA, source)
    assert known_answer_figures.figures(house, LEA)["all"]["decided"] == 0
    assert seen(house, CAT, taken_next(house, CAT)["case"])["text"].startswith("Pigeon number")
    assert known_answers.listing(house, LEA)["items"] == []
    (known,) = known_answers.listing(house, LEA, ended=True)["items"]
    assert (known["ended_by"], known["ended_why"]) == ("Lea", "taken_back")
    with pytest.raises(NotFound):
        known_answers.take_back(house, LEA, source)


def erase(house, decision):
    from service.store.tables import decisions, payloads

    (row,) = rows(house, decisions, id=decision)
    gone = payloads.update().where(payloads.c.id == row.request).values(data=b"")
    house.store.commit(lambda connection: connection.execute(gone))


def relabel(house, decision):
    (example,) = (row for row in _examples(house) if row.decision == decision)
    correct_examples.correct(house, "Lea", example.id, ["account_closure"])


@pytest.mark.parametrize("why", ["erased", "corrected", "reopened", "labels_changed"])
def test_a_known_answer_that_stands_no_more_is_retired(marked, why):
    """Its request erased, its example corrected, its case contested, its label redefined: nobody is given it."""
    house, decision, source = marked
    several(house, 1)
    match why:
        case "erased":
            erase(house, decision)
        case "corrected":
            relabel(house, decision)
        case "reopened":
            reopen_case.reopen(house, LEA, source, "The shop says otherwise.")
        case "labels_changed":
            house = redefined(house)
    assert seen(house, LEA, taken_next(house, ANN)["case"])["kind"] != "known_answer"
    (known,) = known_answers.listing(house, LEA, ended=True)["items"]
    assert (known["ended_why"], known["ended_by"]) == (why, "signoff")
    assert records_of(house, known["id"])[-1] == "known_answer.ended"
    assert known_answers.retire_unfit(house) == 0


def redefined(house):
    """The same instance under a later policy, in which complaints are something else."""
    from service.store.tables import releases, workflows

    def later_release(connection):
        (row,) = connection.execute(releases.select().where(releases.c.workflow == QUEUE).limit(1)).mappings()
        connection.execute(releases.insert(), {**row, "id": "rel_later"})
        connection.execute(workflows.update().where(workflows.c.name == QUEUE).values(release="rel_later"))

    house.store.commit(later_release)

    class Shelf:
        def __getattr__(self, name):
            return getattr(house.shelf, name)

        def policy(self, release):
            found = house.shelf.policy(release)
            if release != "rel_later":
                return found
            cross = {"complaint": "Anything that sounds cross."}
            labels = (
                dataclasses.replace(each, definition=cross.get(each.id, each.definition)) for each in found.labels
            )
            return dataclasses.replace(found, labels=tuple(labels))

    return dataclasses.replace(house, shelf=Shelf())
