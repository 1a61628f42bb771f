"""Two opinions on one case are compared, and who may be agreeing without looking is named with the figures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from service.domain.types import Outcome
from service.settings import Settings
from service.usecases import team_agreement
from service.usecases.house import open_house
from service.usecases.resolve_case import Resolution
from tests.unit.service.usecases.case_room import ALLOW, ANN, BEN, CAT, LEA, decided, several, under

OTHER = Resolution(("account_closure",), "because", Outcome.ALLOW, note="They say so.")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_second_opinions_are_compared_with_the_first(home):
    """Of three cases seen twice two agree; the third person's word is nobody's second opinion."""
    house = open_house(Settings(home=home))
    try:
        strict = under(house, second_review=1.0)
        for case, second in zip(several(strict, 3), (ALLOW, ALLOW, OTHER), strict=True):
            decided(strict, ANN, case)
            decided(strict, BEN, case, second)
            if second is OTHER:
                decided(strict, CAT, case)
        found = team_agreement.figures(strict, LEA)
        assert (found["all"]["pairs"], found["all"]["agreed"]) == (3, 2)
        assert [(each["reviewer"], each["pairs"]) for each in found["people"]] == [("Ann", 3), ("Ben", 3)]
        assert {each["label"]: each["agreed"] for each in found["labels"]} == {"account_closure": 2, "complaint": 2}
        assert found["all"]["kappa"] is None, "three pairs are too few for a figure of somebody's work"
        assert found["unread"] == []
    finally:
        house.close()


def said(reviewer, count, agreed, seconds):
    """Opinions after a suggestion: so many, of which so many went along with it, each in so many seconds."""
    return [
        SimpleNamespace(
            reviewer=reviewer,
            labels=["a"] if place < agreed else ["b"],
            suggested="a",
            begun_at=NOON,
            created_at=NOON + timedelta(seconds=seconds),
        )
        for place in range(count)
    ]


def test_who_always_agrees_in_no_time_is_named():
    """All of 200 suggestions taken in three seconds each, where the others take 30 and find one in ten wrong."""
    (found,) = team_agreement.unread([*said("Ann", 200, 200, 3), *said("Ben", 200, 180, 30)])
    assert found["reviewer"] == "Ann"
    assert (found["agreed"], found["seconds"], found["others_share"], found["others_seconds"]) == (200, 3.0, 0.9, 30.0)


def test_nobody_is_named_for_being_quick_or_for_agreeing_alone():
    """Quick but critical, agreeing but slow, too few to tell, and nobody to compare with."""
    ben = said("Ben", 200, 180, 30)
    for ann in (said("Ann", 200, 180, 3), said("Ann", 200, 200, 30), said("Ann", 30, 30, 3)):
        assert team_agreement.unread([*ann, *ben]) == []
    assert team_agreement.unread(said("Ann", 200, 200, 3)) == []


def test_where_the_suggestions_are_nearly_always_right_agreeing_is_no_sign():
    """99 in 100 are right: whoever takes 100 of 100 does as the others do."""
    assert team_agreement.unread([*said("Ann", 100, 100, 3), *said("Ben", 300, 297, 30)]) == []
