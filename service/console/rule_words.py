"""What the pages of rules say in words: happenings, alarms, proposals, directions of a change."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from service.console.words import Phrase, percent, phrase, plural

HAPPENINGS: Mapping[str, Phrase] = {
    kind: Phrase(kind, short, "", tone)
    for kind, short, tone in (
        ("rules.reloaded", "Reloaded", "allow"),
        ("rules.rolled_back", "Rolled back", "review"),
        ("rules.unpinned", "Unpinned", "plain"),
        ("rules.proposed", "Proposed", "plain"),
        ("rules.approved", "Approved", "allow"),
        ("rules.rejected", "Rejected", "review"),
        ("rule.disabled", "Rule disabled", "block"),
        ("rule.enabled", "Rule enabled", "allow"),
        ("rule.rechecked", "Certificate tried again", "plain"),
        ("rules.alarm_raised", "Alarm", "block"),
        ("rules.alarm_ended", "Alarm ended", "allow"),
        ("workflow.created", "Workflow created", "plain"),
        ("workflow.halted", "Halted", "block"),
        ("workflow.resumed", "Resumed", "allow"),
        ("watch.alarm_raised", "Alarm about traffic", "block"),
        ("watch.paused", "Sent to people", "block"),
        ("watch.resumed", "Automatic again", "allow"),
    )
}

PROPOSAL_STATES: Mapping[str, Phrase] = {
    each.value: each
    for each in (
        Phrase("proposed", "Waiting", "Somebody else than the one who proposed it has to approve it.", "review"),
        Phrase("approved", "Approved", "In force since it was approved.", "allow"),
        Phrase("rejected", "Rejected", "It never came into force.", "block"),
        Phrase("superseded", "Superseded", "A later proposal took its place.", "plain"),
    )
}

DIRECTIONS: Mapping[str, Phrase] = {
    each.value: each
    for each in (
        Phrase("loosens", "Loosens", "More may go through, or with less care.", "block"),
        Phrase("tightens", "Tightens", "Less may go through, or with more care.", "allow"),
        Phrase("either", "Depends", "Looser or stricter, depending on the request.", "review"),
        Phrase("words", "Words", "Changes what people read, not what is decided.", "plain"),
    )
}

FINDINGS: Mapping[str, Phrase] = {
    each.value: each
    for each in (
        Phrase("match", "Fired", "Its condition holds.", "review"),
        Phrase("no_match", "Did not fire", "Its condition does not hold.", "plain"),
        Phrase("unknown", "Not settled", "Something it needs is missing, so it may apply.", "review"),
    )
}

EXPECTED: Mapping[str, Phrase] = {
    each.value: each
    for each in (
        Phrase("match", "Fires", "", "review"),
        Phrase("no_match", "Does not fire"),
        Phrase("unknown", "Cannot be settled", "", "review"),
    )
}

VIEWS: Mapping[str, str] = {
    "raw": "as written",
    "clean": "without hidden characters",
    "plain": "in small letters",
    "folded": "with look-alike letters made plain",
}

#: How long a rule may be disabled for: minutes and words.
LASTING: tuple[tuple[int, str], ...] = (
    (15, "15 minutes"),
    (60, "1 hour"),
    (240, "4 hours"),
    (1_440, "1 day"),
    (4_320, "3 days"),
    (10_080, "7 days"),
)

#: How far back a replay may look: days and words.
SINCE: tuple[tuple[int, str], ...] = ((1, "the last day"), (7, "the last 7 days"), (30, "the last 30 days"))

_SHARES: Mapping[str, str] = {
    "blocks": "are blocked",
    "holds": "are held for a person",
    "matches": "match it",
    "certificate": "are automatic within the guarantee",
    "drift": "are unlike those that the model was made for, at the least",
    "live_error": "were checked and are wrong",
    "expected_error": "are likely to be wrong",
    "slices": "are answered wrongly among one kind of request",
}


#: Kinds of alarms about live traffic, which no change of rules mends.
OF_TRAFFIC = frozenset({"drift", "live_error", "expected_error", "slices"})


def alarm_title(kind: str, rule: str, workflow: str, *, more: bool) -> str:
    """What has left its usual band, and which way, as a heading."""
    often = "more often than usual" if more else "less often than usual"
    match kind:
        case "matches":
            return f"{rule} fires {often} in {workflow}"
        case "blocks":
            return f"{workflow} blocks {often}"
        case "holds":
            return f"{workflow} holds requests for a person {often}"
        case "certificate":
            return f"{workflow} decides nothing automatically: its certificate fails with the documents there are now"
        case "drift":
            return f"{workflow} gets other requests than its model was made for"
        case "live_error":
            return f"{workflow} is wrong more often than it promises"
        case "expected_error":
            return f"{workflow} is likely to be wrong more often than it promises"
        case "slices":
            return f"{workflow} is wrong more often for some kinds of request"
    return f"{kind} in {workflow} {often}"


def alarm_words(kind: str, usual: Mapping[str, float], seen: Mapping[str, float]) -> str:
    """The figures of an alarm in one sentence."""
    of = plural(int(seen["of"]), "decision")
    said = "at most promised are" if kind == "live_error" else "usual is"
    return f"{share(seen['share'])} of {of} {_SHARES.get(kind, 'are concerned')}; {said} {share(usual['share'])}."


def share(value: float) -> str:
    """A share with the digits that small ones need: `0.4%`, `12%`."""
    return f"{value:.1%}" if 0 < value < 0.1 else percent(value)


def happening(kind: str) -> Phrase:
    """A kind of the ledger in words; an unknown one as it is."""
    return phrase(HAPPENINGS, kind)


_STAMP: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")


def dated(text: str) -> str:
    """A sentence with its time stamps as people write them."""
    return _STAMP.sub(lambda hit: _clock(hit[0]), text)


def _clock(stamp: str) -> str:
    return datetime.fromisoformat(stamp).astimezone(UTC).strftime("%-d %b %Y, %H:%M UTC")
