"""Many cases at once: what was previewed is done, each on its own, and what cannot be done says why."""

from __future__ import annotations

from datetime import timedelta

import pytest

from service.domain.types import Outcome
from service.errors import BulkChanged, Forbidden, InvalidRequest, NotFound
from service.store import ledger
from service.usecases import bulk_cases, claim_case, read_case
from service.usecases.choose_cases import MOST, Wanted
from service.usecases.resolve_case import Resolution
from tests.unit.service.usecases.case_room import (
    ALLOW,
    ANN,
    LEA,
    QUEUE,
    asked,
    decided,
    events_of,
    later,
    several,
    state,
    told,
    under,
)

ALL = Wanted(queue=QUEUE)
ALIKE = bulk_cases.deciding(ALLOW)


def done(house, wanted, doing, who=LEA):
    shown = bulk_cases.preview(house, who, wanted, doing)
    return bulk_cases.do(house, who, wanted, doing, shown["confirm"])


def test_what_was_previewed_is_done_to_each_on_its_own(house):
    """Every case is claimed and decided as if it were the only one; the ledger names them all together."""
    those = several(house, 3)
    shown = bulk_cases.preview(house, LEA, ALL, ALIKE)
    assert (shown["count"], {item["case"] for item in shown["items"]}) == (3, set(those))
    assert {state(house, case) for case in those} == {"queued"}, "a preview changes nothing"
    found = bulk_cases.do(house, LEA, ALL, ALIKE, shown["confirm"])
    assert (sorted(found["done"]), found["refused"]) == (sorted(those), [])
    for case in those:
        assert state(house, case) == "delivered"
        assert events_of(house, case)[-3:] == ["claim", "decide", "deliver"]
        assert [kind for kind, _ in told(house, case)].count("decision.final") == 1
    with house.store.read() as connection:
        (record,) = ledger.about(connection, found["bulk"])
    assert record.kind == "cases.bulk"


def test_what_came_in_between_is_not_done_unseen(house):
    """One more case fits: nothing is done, and the answer says how many there are now."""
    several(house, 2)
    shown = bulk_cases.preview(house, LEA, ALL, ALIKE)
    _, new = asked(house, "Pigeon number 9 sat on the roof and sang of curtains.")
    with pytest.raises(BulkChanged, match="3 cases fit now") as error:
        bulk_cases.do(house, LEA, ALL, ALIKE, shown["confirm"])
    assert error.value.extra["count"] == 3
    assert state(house, new) == "queued"


def test_only_requests_like_it_are_found_the_nearest_first(house):
    """The other pigeons are the same question; the lost card is not."""
    those = several(house, 3)
    asked(house, "Somebody stole my purse with all cards, and the weather in Spain is bad.")
    shown = bulk_cases.preview(house, LEA, Wanted(queue=QUEUE, like=those[0], least=0.9), ALIKE)
    assert {item["case"] for item in shown["items"]} == set(those)
    nearest = shown["items"][0]
    assert (nearest["case"], nearest["similarity"]) == (those[0], pytest.approx(1.0, abs=1e-3))


def test_what_somebody_holds_is_left_to_them(house):
    """Left out with the name of who has it when it was named, and not among a queue's."""
    one, two = several(house, 2)
    claim_case.claim(house, ANN, one)
    shown = bulk_cases.preview(house, LEA, Wanted(cases=(one, two)), ALIKE)
    assert [item["case"] for item in shown["items"]] == [two]
    assert "Ann holds it" in shown["left_out"][0]["why"]
    assert bulk_cases.preview(house, LEA, ALL, ALIKE)["count"] == 1


def test_what_cannot_be_decided_so_is_named_before_and_nobody_claims_it(house):
    """No such label: the preview says why for each; doing it all the same refuses each, and no case is touched."""
    those = several(house, 2)
    doing = bulk_cases.deciding(Resolution(("no-label",), "x", Outcome.ALLOW))
    shown = bulk_cases.preview(house, LEA, ALL, doing)
    assert {each["case"] for each in shown["refused"]} == set(those)
    assert all("no label" in each["why"] for each in shown["refused"])
    assert bulk_cases.preview(house, LEA, ALL, ALIKE)["refused"] == []
    assert bulk_cases.preview(house, LEA, ALL, bulk_cases.assigning("Nobody", None))["refused"] != []
    before = [events_of(house, case) for case in those]
    found = done(house, ALL, doing)
    assert [events_of(house, case) for case in those] == before
    assert found["done"] == []
    assert {(each["code"], "no label" in each["why"]) for each in found["refused"]} == {("invalid_request", True)}
    assert {state(house, case) for case in those} == {"queued"}


def test_second_opinions_are_given_one_by_one(house):
    """They are never among them, and by name they are left out with the reason."""
    strict = under(house, second_review=1.0)
    (waits,) = several(house, 1)
    decided(strict, ANN, waits)
    assert state(strict, waits) == "second_review"
    shown = bulk_cases.preview(strict, LEA, Wanted(cases=(waits,)), ALIKE)
    assert (shown["count"], shown["left_out"][0]["why"]) == (0, "it waits for an opinion of its own")


def test_where_people_decide_first_nobody_is_led(house):
    """The preview shows no suggestion, and no label finds cases by one."""
    several(house, 2)
    (item, _) = bulk_cases.preview(house, LEA, ALL, ALIKE)["items"]
    assert item["suggestion"] is not None
    first = under(house, blind_first=True)
    assert {each["suggestion"] for each in bulk_cases.preview(first, LEA, ALL, ALIKE)["items"]} == {None}
    by_label = Wanted(queue=QUEUE, label=item["suggestion"])
    assert bulk_cases.preview(house, LEA, by_label, ALIKE)["count"] >= 1
    assert bulk_cases.preview(first, LEA, by_label, ALIKE)["count"] == 0


def test_many_can_be_taken_back_while_nobody_has_heard_of_them(house):
    """Within the undo window all go back to the queue; after it each refuses."""
    slow = under(house, undo_seconds=60)
    those = several(slow, 3)
    found = done(slow, ALL, ALIKE)
    first = min(read_case.view(slow, LEA, case)["undo_until"] for case in those)
    assert found["undo_until"] == first, "the first of them goes out then"
    again = Wanted(cases=tuple(found["done"]))
    assert sorted(done(slow, again, bulk_cases.undoing())["done"]) == sorted(those)
    assert {state(slow, case) for case in those} == {"queued"}
    done(slow, ALL, ALIKE)
    shown = bulk_cases.preview(later(slow, seconds=61), LEA, again, bulk_cases.undoing())
    late = bulk_cases.do(later(slow, seconds=61), LEA, again, bulk_cases.undoing(), shown["confirm"])
    assert late["done"] == []


def test_many_are_put_aside_and_come_back_before_their_time(house):
    """What one hold put aside comes off hold together."""
    those = several(house, 2)
    found = done(house, ALL, bulk_cases.holding(house.clock() + timedelta(days=1), "The council answers."))
    assert found["undo_until"] is None
    assert sorted(done(house, Wanted(cases=tuple(found["done"])), bulk_cases.unholding())["done"]) == sorted(those)
    assert {state(house, case) for case in those} == {"queued"}


@pytest.mark.parametrize(
    "wanted, wrong",
    [
        (Wanted(), InvalidRequest),
        (Wanted(cases=("case_x",), queue=QUEUE), InvalidRequest),
        (Wanted(cases=tuple(f"case_{n}" for n in range(MOST + 1))), InvalidRequest),
        (Wanted(cases=("case_nowhere",)), NotFound),
    ],
)
def test_it_has_to_be_said_which(house, wanted, wrong):
    """Cases or a queue, not both, not too many, and none that is not there."""
    with pytest.raises(wrong):
        bulk_cases.preview(house, LEA, wanted, ALIKE)


def test_only_who_leads_the_queue_acts_on_many(house):
    """A reviewer decides one case after the other."""
    several(house, 1)
    with pytest.raises(Forbidden, match="does not lead"):
        bulk_cases.preview(house, ANN, ALL, ALIKE)
