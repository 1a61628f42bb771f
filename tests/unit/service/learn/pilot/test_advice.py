"""The recommendation."""

from __future__ import annotations

from dataclasses import replace

from service.learn.pilot.advice import advise
from service.learn.pilot.owner import Costs, Limits, Owner
from service.learn.pilot.ways import Kind
from tests.unit.service.learn.pilot.pilots import made, tried

RULES = tried("phrase rules", Kind.RULES, 0.5)
SIMPLE = tried("words", Kind.SCRATCH, 0.8)
JOINED = tried("joined", Kind.JOINED, 0.93)
TUNED = tried("tuned", Kind.TUNED, 0.935)


def test_the_better_way_is_taken_where_it_is_worth_it() -> None:
    """Joined decides a tenth more than words alone: that is worth being less simple."""
    advice = advise(made(RULES, SIMPLE, JOINED))
    assert advice.way == "joined"
    assert advice.certified
    assert advice.headline.startswith("Take the joined head")
    assert any("“words” is simpler, but" in reason for reason in advice.reasons)


def test_the_simple_one_is_kept_where_nothing_decides_noticeably_more() -> None:
    """Half a point more is less than the owner's two: the joined head stays, and tuning is said not to pay."""
    advice = advise(made(SIMPLE, JOINED, TUNED))
    assert advice.way == "joined"
    assert any("Tuning an encoder did not pay" in reason for reason in advice.reasons)
    alike = advise(made(tried("words", Kind.SCRATCH, 0.93), JOINED))
    assert alike.headline.startswith("Keep the simple one")


def test_rules_can_be_enough() -> None:
    """Where phrases decide as much as any model, no model is recommended."""
    advice = advise(made(tried("phrase rules", Kind.RULES, 0.93), JOINED, TUNED))
    assert advice.headline.startswith("Rules are enough")
    assert "rule pack" in advice.next[0]


def test_too_few_cases_end_in_not_yet() -> None:
    """No certificate, no automation: a suggestion to people, and labels to be collected."""
    advice = advise(made(tried("words", Kind.SCRATCH, 0.9, n=30), tried("joined", Kind.JOINED, 0.9, n=30)))
    assert not advice.certified
    assert advice.headline.startswith("Not yet")
    assert "signoff label start" in advice.next[0]


def test_what_exceeds_the_owners_limits_is_out() -> None:
    """However well it decides; where nothing is left, people go on."""
    slow = tried("joined", Kind.JOINED, 0.93, p99=80)
    owner = Owner(limits=Limits(p99_ms=20))
    advice = advise(made(SIMPLE, slow, owner=owner))
    assert advice.way == "words"
    assert any("“joined” is out: 80 ms" in reason for reason in advice.reasons)
    nobody = advise(made(slow, owner=owner))
    assert nobody.way is None
    assert nobody.headline.startswith("Leave it to people")


def test_errors_dearer_than_reviews_leave_it_to_people() -> None:
    """When a wrong decision costs a thousand reviews, deciding is no saving."""
    advice = advise(made(JOINED, owner=Owner(costs=Costs(review=1, error=1_000))))
    assert advice.way is None
    assert "cost as much as today" in advice.headline


def test_warnings_of_the_data_come_along() -> None:
    """A recommendation does not pass over what is wrong with its grounds."""
    assert advise(made(JOINED, warnings=2)).cautions == ("warning 0", "warning 1")


def test_ways_that_were_not_compared_are_told_beside_the_recommendation() -> None:
    """The best may be among them: somebody who gave it little time has to know."""
    pilot = made(JOINED)
    assert "Not tried to the end, so not compared: encoder tuned by LoRA, joined." in advise(pilot).reasons[-1]
    several = replace(pilot, left_out=(*pilot.left_out, *pilot.left_out, *pilot.left_out))
    assert "joined and 2 more." in advise(several).reasons[-1]
    assert not any("not compared" in reason for reason in advise(replace(pilot, left_out=())).reasons)


def test_a_way_that_a_new_workflow_does_not_take_is_told_how_to_get() -> None:
    """`workflow create` makes the joined head."""
    assert not any("--kind" in step for step in advise(made(JOINED)).next)
    assert any("signoff model train --kind" in step for step in advise(made(SIMPLE)).next)


def test_review_load_is_told_a_day() -> None:
    """Cases for people, which outrank any F1."""
    pilot = made(JOINED, owner=replace(Owner(), requests_per_day=1_000))
    assert any("Of 1,000 requests a day people would decide about" in reason for reason in advise(pilot).reasons)
