"""What a replay shows."""

from __future__ import annotations

from service.console.replay_views import replay_view
from tests.unit.service.console.rule_material import NOW, replayed


def test_a_replay_tells_what_the_rules_would_ask_for_and_what_comes_of_it() -> None:
    """Changed outcomes before those that stay; how often each rule would fire more or less."""
    shown = replay_view(replayed(), NOW)
    assert shown.summary == (
        "The rules would ask for something else in 3 of 1,200 decisions (0.2%), and the outcome of 1 would be another."
    )
    assert [(each.before.short, each.after.short, each.count) for each in shown.outcomes] == [
        ("Review", "Allow", "1"),
        ("Review", "Review", "2"),
    ]
    assert [(each.before.short, each.after.short) for each in shown.effects] == [("Review", "None")]
    assert [(each.rule, each.more, each.fewer) for each in shown.by_rule] == [("press", "–", "-3")]
    (example,) = shown.examples
    assert (example.effect[1].short, example.outcome[1].short, example.lost) == ("None", "Not worked out", ("press",))


def test_a_replay_without_differences_says_so() -> None:
    """And one without decisions, and one that could not see everything."""
    same = replay_view(replayed(changed=0, outcomes=[], effects=[], examples=[]), NOW)
    assert same.summary == "The rules would ask for the same in all of 1,200 decisions."
    assert "nothing to replay" in replay_view(replayed(decisions=0, changed=0), NOW).summary
    notes = replay_view(replayed(truncated=True, unreadable=2), NOW).notes
    assert len(notes) == 2
    assert "2 decisions could not be replayed" in notes[1]
