"""Asking whoever asked: the clock stands still, the answer is evidence, and nobody waits for ever."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from service.domain.access import ROLES, Principal
from service.domain.types import Outcome
from service.errors import Conflict, InvalidRequest, KeyReused, LeaseLost, NotFound
from service.store import ledger, questions, tables
from service.usecases import claim_case, hold_case, open_counts, question_case, read_case, read_decision
from service.usecases.answer_question import Answer, answer
from service.usecases.cancel_case import cancel
from service.usecases.case_chores import wake_due_cases
from service.usecases.hand_over_case import assign
from service.usecases.make_decision import Ask, decide
from service.usecases.manage_keys import create
from service.usecases.resolve_case import Resolution, resolve
from service.usecases.reveal import reveal
from tests.unit.service.usecases.case_room import (
    ANN,
    BEN,
    CAT,
    LEA,
    QUEUE,
    SHOP,
    asked,
    events_of,
    later,
    records_of,
    several,
    state,
    taken_next,
    told,
    under,
)

OTHER_SHOP = Principal("k9", "other shop", ROLES["caller"])
THREAT = "If you do not pay me by Friday I will come to the branch with a gun and shoot your staff."


def question(house, case, who=ANN, text="Which roof do you mean?"):
    lease = claim_case.claim(house, who, case)
    return question_case.ask(house, who, case, lease["token"], text)


def due(house, case):
    return datetime.fromisoformat(read_case.view(house, LEA, case)["due_at"])


def test_a_question_ends_the_lease_and_is_heard_by_whoever_asked(house):
    """They are told by an event without a word of it, and read it in their decision."""
    decision, case = asked(house)
    put = question(house, case)
    assert state(house, case) == "needs_information"
    shown = read_decision.view(house, SHOP, decision)
    assert (shown["state"], shown["question"]["text"]) == ("waiting", "Which roof do you mean?")
    assert shown["question"]["until"] == put["until"]
    kind, body = told(house, case)[-1]
    assert (kind, body["until"], "roof" in json.dumps(body)) == ("case.asked", put["until"], False)
    assert records_of(house, case)[-1] == "case.asked"
    with pytest.raises(LeaseLost, match="waits for its requester until"):
        claim_case.claim(house, BEN, case)


def test_the_answer_brings_the_case_back_first_with_its_clock_put_on(house):
    """It is due as much later as it waited, and stands before all that are due alike."""
    first, second, third = several(house, 3)
    decision = read_case.view(house, LEA, third)["decision"]
    before = due(house, third)
    fixed = later(house)
    question(fixed, third)
    after = later(house, hours=30)
    assert not read_case.view(after, LEA, third)["overdue"]
    answer(after, SHOP, decision, Answer("The red one."))
    waited = due(after, third) - before
    assert timedelta(hours=29, minutes=59) < waited < timedelta(hours=30, minutes=1)
    assert not read_case.view(after, LEA, third)["overdue"]
    assert [taken_next(after, BEN, QUEUE)["case"] for _ in range(3)] == [third, first, second]
    assert events_of(after, third) == ["claim", "ask", "answer", "claim"]
    assert [kind for kind, _ in told(after, third)][-2:] == ["case.answered", "case.claimed"]


def test_question_and_answer_are_on_the_timeline_and_the_request_stays_as_it_was(house):
    """What was recorded is what was decided on; the answer stands beside it."""
    decision, case = asked(house)
    before = read_case.view(house, BEN, case)
    question(house, case)
    answer(house, SHOP, decision, Answer("The red one.", {"channel": "app"}))
    after = read_case.view(house, BEN, case)
    assert [after[name] for name in ("text", "attributes", "rules", "labels")] == [
        before[name] for name in ("text", "attributes", "rules", "labels")
    ]
    (shown,) = after["questions"]
    assert (shown["text"], shown["by"], shown["ended"]) == ("Which roof do you mean?", "Ann", "answered")
    assert (shown["answer"]["text"], shown["answer"]["attributes"], shown["answer"]["by"]) == (
        "The red one.",
        {"channel": "app"},
        "shop",
    )
    notes = {each["action"]: each["note"] for each in after["events"]}
    assert (notes["ask"], notes["answer"]) == ("Which roof do you mean?", "The red one.")
    assert read_case.events(house, BEN, case)["items"] == after["events"]
    assert read_decision.view(house, SHOP, decision)["question"] is None


def test_rules_look_at_the_answer_and_what_they_find_is_shown_and_recorded(house):
    """The request was harmless and the answer is not: the reviewer sees it, and says why if they allow it anyway."""
    decision, case = asked(house)
    question(house, case)
    answer(house, SHOP, decision, Answer(THREAT))
    shown = read_case.view(house, BEN, case)
    found = shown["questions"][0]["answer"]["rules"]
    assert found["effect"] == "block"
    assert any(each["effect"] == "block" and each["spans"] for each in found["findings"])
    assert shown["without_note"]["outcome"] is None
    with house.store.read() as connection:
        record = json.loads(next(r.record for r in ledger.about(connection, case) if r.kind == "case.answered"))
    assert "block" in [each["effect"] for each in record["body"]["findings"]]
    assert "gun" not in json.dumps(record)
    token = claim_case.claim(house, BEN, case)["token"]
    label = shown["suggestion"]["label"]
    with pytest.raises(InvalidRequest, match="needed to allow what a rule blocks"):
        resolve(house, BEN, case, token, Resolution((label,), outcome=Outcome.ALLOW))
    resolve(house, BEN, case, token, Resolution((label,), outcome=Outcome.ALLOW, note="They quote a film."))


def test_what_rules_find_in_request_and_answer_together_is_found(house):
    """Half of it in the one, half in the other: no way round a rule."""
    half, rest = "If you do not pay me by Friday I will come to the branch", "with a gun and shoot your staff."
    decision, case = asked(house, half)
    question(house, case)
    answer(house, SHOP, decision, Answer(rest))
    assert read_case.view(house, BEN, case)["questions"][0]["answer"]["rules"]["effect"] == "block"


def test_personal_data_in_an_answer_are_masked_like_those_of_a_request(house):
    """And the words lie with the payloads of the person concerned."""
    decision, case = asked(house)
    question(house, case)
    card = "4111 1111 1111 1111"
    answer(house, SHOP, decision, Answer(f"My card is {card}, the red one."))
    shown = read_case.view(house, BEN, case)
    assert card not in json.dumps(shown)
    assert "•••• ••••" in shown["questions"][0]["answer"]["text"]
    assert reveal(house, BEN, case)["answers"] == [f"My card is {card}, the red one."]


def test_the_words_lie_with_the_payloads_of_the_person_concerned(house):
    """Under the same key, so that they go when theirs go."""
    made = json.loads(decide(house, SHOP, Ask(QUEUE, "Pigeons sang of curtains.", subject="person-1")).body)
    question(house, made["case"])
    answer(house, SHOP, made["id"], Answer("The red one."))
    with house.store.read() as connection:
        (row,) = questions.of_case(connection, made["case"])
        request = sa.select(tables.decisions.c.request).where(tables.decisions.c.id == made["id"]).scalar_subquery()
        theirs = sa.select(tables.payloads.c.key).where(tables.payloads.c.id == request).scalar_subquery()
        kept = sa.select(tables.payloads.c.kind).where(tables.payloads.c.key == theirs)
        assert {"request", "answer", "question", "information"} <= {*connection.scalars(kept)}
    assert (row.ended, row.said_by) == ("answered", "shop")


def test_only_whoever_asked_answers_and_only_what_is_asked(house):
    """404 for others; 409 says how the case stands."""
    decision, case = asked(house)
    with pytest.raises(Conflict, match="its case is queued"):
        answer(house, SHOP, decision, Answer("The red one."))
    question(house, case)
    for somebody in (OTHER_SHOP, LEA):
        with pytest.raises(NotFound):
            answer(house, somebody, decision, Answer("The red one."))
    answer(house, SHOP, decision, Answer("The red one."))
    with pytest.raises(Conflict, match="its case is queued"):
        answer(house, SHOP, decision, Answer("The blue one."))
    assert events_of(house, case).count("answer") == 1


@pytest.mark.parametrize(
    "said, field",
    [
        (Answer(" \u200b "), "text"),
        (Answer("x" * 8_001), "text"),
        (Answer("red", {"no_such": "thing"}), "attributes.no_such"),
    ],
)
def test_an_answer_that_cannot_be_read_is_refused_by_field(house, said, field):
    """And the case still waits."""
    decision, case = asked(house)
    question(house, case)
    with pytest.raises(InvalidRequest) as error:
        answer(house, SHOP, decision, said)
    assert [problem.field for problem in error.value.problems] == [field]
    assert state(house, case) == "needs_information"


def test_the_same_key_is_told_the_same_again(house):
    """A repeat after a lost answer is no second answer, also when the case went on; another answer is refused."""
    decision, case = asked(house)
    question(house, case)
    first = answer(house, SHOP, decision, Answer("The red one."), key="k1")
    claim_case.claim(house, BEN, case)
    again = answer(later(house, hours=1), SHOP, decision, Answer("The red one."), key="k1")
    assert (again.body, again.replayed, first.replayed) == (first.body, True, False)
    with pytest.raises(KeyReused):
        answer(house, SHOP, decision, Answer("The blue one."), key="k1")


def test_without_an_answer_the_case_comes_back_by_itself(house):
    """When the policy says, with a note; nobody is asked any more, and a late answer is told so."""
    decision, case = asked(house)
    strict = under(house, answer_hours=48.0)
    put = question(strict, case)
    at = datetime.fromisoformat(put["until"])
    assert timedelta(hours=47) < at - house.clock() <= timedelta(hours=48)
    assert wake_due_cases(later(strict, hours=47)) == 0
    after = later(strict, hours=49)
    seen = read_case.view(after, BEN, case)
    assert (seen["state"], seen["overdue"]) == ("queued", False)
    assert wake_due_cases(after) == 1
    shown = read_case.view(after, BEN, case)
    assert (shown["state"], shown["boosted"], shown["overdue"]) == ("queued", True, False)
    last = shown["events"][-1]
    assert (last["by"], last["note"]) == ("signoff", "The requester did not answer in time.")
    assert shown["questions"][0]["ended"] == "unanswered"
    assert read_decision.view(after, SHOP, decision)["question"] is None
    with pytest.raises(Conflict):
        answer(after, SHOP, decision, Answer("The red one."))


def test_the_usual_wait_is_over_a_weekend(house):
    """72 hours unless the policy says otherwise."""
    _, case = asked(house)
    until = datetime.fromisoformat(question(house, case)["until"])
    assert timedelta(hours=71) < until - house.clock() <= timedelta(hours=72)


def test_people_can_go_on_without_an_answer(house):
    """Taken off its wait, the question is withdrawn."""
    decision, case = asked(house)
    question(house, case)
    hold_case.unhold(house, BEN, case)
    assert read_case.view(house, BEN, case)["questions"][0]["ended"] == "withdrawn"
    with pytest.raises(Conflict):
        answer(house, SHOP, decision, Answer("The red one."))
    question(house, case, BEN, "And which pigeon?")
    assert read_decision.view(house, SHOP, decision)["question"]["text"] == "And which pigeon?"
    assert [each["ended"] for each in read_case.view(house, BEN, case)["questions"]] == ["withdrawn", None]


def test_what_is_asked_can_be_cancelled_by_whoever_asked_for_it(house):
    """Then nobody waits any more."""
    decision, case = asked(house)
    question(house, case)
    cancel(house, SHOP, case)
    shown = read_decision.view(house, SHOP, decision)
    assert (shown["state"], shown["question"]) == ("superseded", None)


def test_what_waits_for_its_requester_is_counted_as_that_and_never_as_late(house):
    """Open, but not overdue, however long it takes."""
    _, case = asked(house)
    question(under(house, answer_hours=5_000.0), case)
    after = later(house, hours=100)
    counted = next(each for each in read_case.queues(after, LEA) if each["queue"] == QUEUE)
    live = open_counts.by_queue(after)[QUEUE]
    for found in (counted, live):
        assert (found["asked"], found["open"], found["overdue"]) == (1, 1, 0)


def test_a_queue_may_ask_nobody(house):
    """Hidden there, refused here."""
    _, case = asked(house)
    silent = under(house, hidden_actions=("ask",))
    lease = claim_case.claim(silent, ANN, case)
    with pytest.raises(Conflict, match="does not offer"):
        question_case.ask(silent, ANN, case, lease["token"], "Which roof?")


def test_only_the_holder_asks(house):
    """With the token of the lease that runs."""
    _, case = asked(house)
    claim_case.claim(house, ANN, case)
    with pytest.raises(LeaseLost, match="Ann holds"):
        question_case.ask(house, BEN, case, "stale", "Which roof?")


def test_what_was_handed_over_and_put_aside_is_anybodys_afterwards(house):
    """It was theirs once; it does not wait for them for ever."""
    create(house, "tests", name="Ben", role="reviewer")
    first, second = several(house, 2)
    for case in (first, second):
        assign(house, LEA, case, to="Ben")
    lease = claim_case.claim(house, BEN, first)
    hold_case.hold(house, BEN, first, lease["token"], until=house.clock() + timedelta(hours=1), reason="the shop")
    question(house, second, BEN)
    for case in (first, second):
        hold_case.unhold(house, ANN, case)
        assert read_case.view(house, ANN, case)["assigned_to"] is None
    assert taken_next(house, CAT, QUEUE)["case"] == first
