"""The page of rules: what is in force, and what needs somebody's eye."""

from __future__ import annotations

import pytest

from service.console.rule_views import MOST, Wanted, file_errors, promise, rule_address, status_view
from tests.unit.service.console.rule_material import CERTIFICATE, NOW, alarm, off, pack, release, rule, status


def test_what_a_certificate_promises_is_one_sentence_with_its_limits() -> None:
    """Confidence, bound, and for which traffic."""
    assert promise(CERTIFICATE, None) == (
        "With 90% confidence at most 5% of automatic decisions are wrong, for traffic like the 400 calibration "
        "cases, of which 75% were decided automatically."
    )


def test_without_a_certificate_the_page_says_why() -> None:
    """And that nothing is automatic."""
    assert promise(None, {"why": "too few cases"}) == (
        "No certificate, so nothing is decided automatically: too few cases."
    )


def test_errors_are_places_a_person_can_go_to() -> None:
    """File, line and column, the reason, the remedy."""
    (error,) = file_errors([{"file": "a.yaml", "line": 3, "column": 7, "message": "bad", "remedy": "mend"}])
    assert (error.place, error.message, error.remedy) == ("a.yaml:3:7", "bad", "mend")


def test_a_rule_is_shown_with_what_it_does_and_how_it_does() -> None:
    """Hits of a day and a month, precision with how many were looked at, who changed it last and when."""
    (row,) = status_view(status(), [], NOW).packs[0].rules
    assert (row.effect.short, row.status.short, row.place) == ("Review", "Enforced", "bank/conduct.rule.yaml:59")
    assert (row.day, row.month, row.shadow_day, row.shadow_month) == ("4", "1,416", "0", "12")
    assert (row.precision, row.reviewed) == ("82%", "of 49")
    assert row.changed is not None
    assert (row.changed.words, row.changed_by) == ("3 h ago", "Ada")


def test_a_rule_nobody_reviewed_or_changed_says_so() -> None:
    """No figure is made up."""
    plain = rule(precision=None, reviewed=0, last_change=None, owner="", file="")
    (row,) = status_view(status(packs=[pack(plain)]), [], NOW).packs[0].rules
    assert (row.precision, row.reviewed, row.changed, row.owner, row.place) == ("–", "", None, "–", "–")


def test_a_canary_says_for_which_share_it_counts() -> None:
    """Its percent beside its status."""
    canary = rule(status="canary", rollout={"percent": 10, "by": None})
    (row,) = status_view(status(packs=[pack(canary)]), [], NOW).packs[0].rules
    assert (row.status.short, row.share) == ("Canary", "10%")


@pytest.mark.parametrize(
    "wanted, ids",
    [
        (Wanted(), ["a", "b", "c"]),
        (Wanted(text="PRESS question"), ["a"]),
        (Wanted(text="standard 2"), ["a", "b", "c"]),
        (Wanted(status="shadow"), ["b"]),
        (Wanted(status="disabled"), ["c"]),
        (Wanted(effect="block"), ["c"]),
        (Wanted(text="a", status="shadow", effect="block"), []),
    ],
)
def test_rules_are_found_by_words_status_and_effect(wanted: Wanted, ids: list[str]) -> None:
    """All parts of the filter have to hold; what is switched off can be asked for like a status."""
    rules = (
        rule(id="a"),
        rule(id="b", title="B", status="shadow"),
        rule(id="c", title="C", effect="block", disabled={"id": "d", "by": "x", "until": "", "why": ""}),
    )
    shown = status_view(status(packs=[pack(*rules)]), [], NOW, wanted)
    assert [row.id for each in shown.packs for row in each.rules] == ids
    assert (shown.found, shown.total) == (len(ids), 3)


def test_what_is_in_red_does_not_go_away_by_filtering() -> None:
    """Alarms and rules that are off stay at the top."""
    shown = status_view(status(alarms=[alarm()]), [off()], NOW, Wanted(text="nothing like it"))
    assert (shown.packs, len(shown.alarms), len(shown.off)) == ((), 1, 1)


def test_thousands_of_rules_do_not_make_an_endless_page() -> None:
    """The first are shown, and how many there are."""
    rules = [rule(id=f"r{place}") for place in range(MOST + 20)]
    shown = status_view(status(packs=[pack(*rules)]), [], NOW)
    assert (shown.shown, shown.found, len(shown.packs[0].rules), shown.packs[0].total) == (500, 520, 500, 520)


def test_a_rule_that_is_off_says_by_whom_until_when_and_why() -> None:
    """And how long that still is."""
    (shown,) = status_view(status(), [off()], NOW).off
    assert (shown.by, shown.until.words, shown.left, shown.why, shown.note) == (
        "Ada",
        "12:00 UTC",
        "3 h",
        "Fires on addresses",
        "",
    )


@pytest.mark.parametrize("holds, words", [(False, "does not hold"), (None, "is being tried")])
def test_a_rule_that_is_off_tells_what_that_costs(holds: bool | None, words: str) -> None:
    """Where the certificate does not hold without it, or has not been tried, nothing is automatic."""
    (shown,) = status_view(status(), [off(certificates={"retail": holds})], NOW).off
    assert words in shown.note
    assert "nothing is decided automatically" in shown.note


def test_an_alarm_says_what_left_its_band_and_which_way() -> None:
    """Of a rule and of a whole workflow, with the figures."""
    whole = alarm(rule=None, kind="blocks", seen={"share": 0.002, "hits": 1, "of": 354})
    one, other = status_view(status(alarms=[alarm(), whole]), [], NOW).alarms
    assert (one.title, one.words) == (
        "press fires more often than usual in retail",
        "11% of 354 decisions match it; usual is 1.2%.",
    )
    assert (one.part, one.address) == ("The rule is", "/console/rules/press")
    assert (other.title, other.words, other.address) == (
        "retail blocks less often than usual",
        "0.2% of 354 decisions are blocked; usual is 1.2%.",
        "",
    )


def test_a_pinned_workflow_says_who_rolled_it_back() -> None:
    """And that the files differ."""
    pinned = release(pinned={"by": "Ada", "at": "2026-11-21T08:00:00.000Z"}, files_differ=True)
    (shown,) = status_view(status(workflows=[pinned]), [], NOW).workflows
    assert shown.pinned is not None
    assert (shown.pinned_by, shown.pinned.words, shown.differs, shown.ruleset) == ("Ada", "1 h ago", True, "f" * 12)


def test_the_address_of_a_rule_cannot_lead_elsewhere() -> None:
    """Whatever its id holds stays one part of the path."""
    assert rule_address("a/../../x?y#z") == "/console/rules/a%2F..%2F..%2Fx%3Fy%23z"
