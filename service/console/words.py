"""What the console says in words: for every typed value of the domain, a short name and a sentence.

A value the console does not know is shown as it is, so that a newer record never breaks an older page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

NOTHING = "\u2013"  #: stands where there is nothing to say


@dataclass(frozen=True, slots=True)
class Phrase:
    """One value in words, and the tone it is shown in (a CSS class)."""

    value: str
    short: str
    sentence: str = ""
    tone: str = "plain"


def _phrases(*rows: tuple[str, str, str, str]) -> dict[str, Phrase]:
    return {value: Phrase(value, short, sentence, tone) for value, short, sentence, tone in rows}


REASONS = _phrases(
    ("rule_review", "Rule asks for a person", "A rule that matched asks for a person to decide.", "review"),
    (
        "rule_recheck",
        "Rule asks for a later look",
        "A rule that matched lets the outcome out and asks for a person to look at it afterwards.",
        "plain",
    ),
    (
        "rule_unknown",
        "Rule not settled",
        "A rule could not be settled because something it needs is missing, so it may apply.",
        "review",
    ),
    (
        "below_threshold",
        "Not sure enough",
        "The classifier is less sure than an automatic decision has to be under the certificate.",
        "plain",
    ),
    (
        "ambiguous_labels",
        "Two labels close",
        "Two labels are nearly as likely; a person has to tell them apart.",
        "plain",
    ),
    (
        "out_of_domain",
        "Unlike the examples",
        "The request is unlike anything the classifier was taught, so its suggestion may mean little.",
        "review",
    ),
    ("no_evidence", "No document found", "No approved document was found that bears on the request.", "review"),
    (
        "evidence_disagrees",
        "Other documents found",
        "Approved documents were found, but not those the suggested label rests on.",
        "review",
    ),
    (
        "label_needs_person",
        "Label is for people",
        "The policy leaves requests with the suggested label to people.",
        "plain",
    ),
    (
        "too_long",
        "Long or mixed request",
        "The request is longer than the classifier reads, or its parts are about different matters.",
        "plain",
    ),
    (
        "no_certificate",
        "No certificate",
        "No certificate bounds the classifier's error here, so nothing is decided automatically.",
        "plain",
    ),
    (
        "random_check",
        "Random check",
        "Drawn at random to measure how often the service is wrong, so it is decided without being led.",
        "plain",
    ),
    ("shadow_disagrees", "Candidate disagrees", "A candidate release would decide otherwise.", "plain"),
    ("degraded", "Part of the service failed", "A part of the service could not do its work.", "block"),
    ("halted", "Automation halted", "Operations have stopped automatic decisions.", "block"),
    ("appeal", "Appeal", "The person concerned contests an earlier decision.", "review"),
    (
        "correction",
        "Correction",
        "What it was decided by turned out to be wrong, and today it comes out otherwise.",
        "review",
    ),
)

EFFECTS = _phrases(
    ("block", "Block", "Refused by the rules; nothing after them is run.", "block"),
    ("review", "Review", "Held until a person decides.", "review"),
    ("recheck", "Recheck", "The outcome goes out and a person looks at it afterwards.", "plain"),
    ("flag", "Flag", "Recorded with the decision; changes nothing else.", "plain"),
)

OUTCOMES = _phrases(
    ("allow", "Allow", "The caller may go ahead.", "allow"),
    ("block", "Block", "The caller must not go ahead.", "block"),
    ("review", "Review", "A person has to look at it.", "review"),
)

DECISION_STATES = _phrases(
    ("waiting", "Waiting for a person", "A person has to decide.", "review"),
    ("final", "Final", "The outcome stands.", "allow"),
    ("superseded", "Superseded", "A later decision replaced it.", "plain"),
)

CASE_STATES = _phrases(
    ("queued", "Queued", "Waits for somebody to claim it.", "plain"),
    ("claimed", "Claimed", "Somebody holds its lease.", "review"),
    ("on_hold", "On hold", "Put aside until a date.", "plain"),
    (
        "needs_information",
        "Waits for requester",
        "The requester is to answer a question; the clock stands still.",
        "plain",
    ),
    ("escalated", "Escalated", "Waits for somebody who knows better.", "review"),
    ("second_review", "Second review", "Waits for the opinion of a second person.", "review"),
    ("adjudication", "Adjudication", "Two people disagree; a third one has to settle it.", "review"),
    ("decided", "Decided", "A person decided, and can undo that still.", "allow"),
    ("delivered", "Delivered", "The decision is out.", "allow"),
    ("reopened", "Reopened", "It was out, and goes on in another case.", "review"),
    ("cancelled", "Cancelled", "Nobody has to decide it any more.", "plain"),
)

#: What the timeline of a case says that somebody did.
CASE_ACTIONS: Mapping[str, str] = {
    "claim": "claimed it",
    "return": "returned it",
    "expire": "let the lease run out",
    "skip": "skipped it",
    "hold": "put it on hold",
    "unhold": "took it off hold",
    "ask": "asked the requester",
    "answer": "answered",
    "escalate": "escalated it",
    "assign": "handed it over",
    "decide": "decided it",
    "undo": "took the decision back",
    "pass_on": "passed it on to another person",
    "deliver": "sent the decision out",
    "reopen": "reopened it",
    "cancel": "cancelled it",
    "comment": "wrote",
    "attach": "attached another request that says the same",
    "detach": "took a request out, to be decided by itself",
}

#: What became of a question to the requester.
QUESTIONS = _phrases(
    ("open", "Waits for an answer", "The clock stands still.", "review"),
    ("answered", "Answered", "", "allow"),
    ("unanswered", "No answer came", "It came back by itself.", "plain"),
    ("withdrawn", "Withdrawn", "People went on without an answer.", "plain"),
)

KINDS = _phrases(
    ("held", "Held", "The outcome waits for this case.", "plain"),
    ("known_answer", "Known answer", "A copy of a case whose answer is known, given to one person.", "plain"),
    ("after_the_fact", "After the fact", "The outcome is already out; it is looked at afterwards.", "plain"),
    ("appeal", "Appeal", "A decision is contested.", "review"),
)

#: Stands for the kind of a case that was drawn at random, until somebody has decided it.
BLIND = Phrase("blind", "Blind check", "What the service made of it is shown once you have decided.", "review")

DECIDERS = _phrases(
    ("rules", "Rules", "", "plain"),
    ("classifier", "Classifier", "", "plain"),
    ("reviewer", "Reviewer", "", "plain"),
)

SEVERITIES = _phrases(
    ("informational", "Informational", "", "plain"),
    ("low", "Low", "", "plain"),
    ("medium", "Medium", "", "plain"),
    ("high", "High", "", "review"),
    ("critical", "Critical", "", "block"),
)

RULE_STATUSES = _phrases(
    ("draft", "Draft", "Evaluated in its own tests only.", "plain"),
    ("shadow", "Shadow", "Evaluated and recorded apart; changes nothing.", "plain"),
    ("canary", "Canary", "Enforced for a stable share of requests.", "review"),
    ("enforce", "Enforced", "", "allow"),
    ("retired", "Retired", "No longer evaluated.", "plain"),
)

DOCUMENT_STATUSES = _phrases(
    ("draft", "Draft", "Its author is still writing.", "plain"),
    ("submitted", "Submitted", "Waits for a second person to approve it.", "review"),
    ("approved", "Approved", "May be found, from its first day to its last.", "allow"),
    ("superseded", "Superseded", "A newer version has taken its place.", "plain"),
    ("retired", "Retired", "Taken out of use.", "plain"),
)

#: What the calendar makes of an approved version.
STANDINGS = _phrases(
    ("in_force", "In force", "", "allow"),
    ("upcoming", "Not yet in force", "Its first day is yet to come.", "review"),
    ("expired", "Expired", "Its last day is over.", "plain"),
    ("replaced", "Replaced", "A newer version is in force.", "plain"),
)

#: Notes on a version: what somebody did, and the tone it is told in.
NOTES: Mapping[str, tuple[str, str]] = {
    "returned": ("Returned", "review"),
    "approved": ("Approved", "allow"),
    "retired": ("Retired", "plain"),
}

#: Until when a review is due: days from now.
DUE: Mapping[str, str] = {"0": "Due now", "30": "Within 30 days", "90": "Within 90 days", "365": "Within a year"}

#: Parts of an evidence score.
PARTS: Mapping[str, str] = {"dense": "Meaning", "lexical": "Words"}

#: How somebody came to say what a request is.
SOURCES = _phrases(
    ("file", "Example of the workflow", "", "plain"),
    ("review", "A reviewer's decision", "", "plain"),
    ("check", "A blind check", "", "plain"),
    ("labelling", "Labelled from a backlog", "", "plain"),
)

#: What a redirect may announce: a fixed set, so that nothing a link carries is ever said as ours.
SAID: Mapping[str, Phrase] = _phrases(
    ("decided", "Decided and recorded.", "", "allow"),
    ("returned", "Returned to the queue.", "", "plain"),
    ("skipped", "Skipped: it does not come back to you.", "", "plain"),
    ("held", "On hold. It comes back first of all when its time has come.", "", "plain"),
    ("unheld", "Off hold: it waits in its queue again.", "", "plain"),
    ("escalated", "Escalated, with your note.", "", "plain"),
    ("assigned", "Handed over.", "", "plain"),
    ("asked", "Asked. The case waits for the requester, and comes back first.", "", "plain"),
    ("commented", "Noted.", "", "plain"),
    ("detached", "Taken out: it is decided by itself.", "", "plain"),
    ("undone", "Taken back: nothing went out. The case is yours again.", "", "allow"),
    ("reopened", "Reopened as an appeal. The decision stands until that is decided.", "", "review"),
    ("cancelled-case", "Cancelled: nobody has to decide it any more.", "", "plain"),
    ("known", "Marked. Copies of it are mixed into what others claim.", "", "allow"),
    ("known-ended", "Taken back: nobody is given a copy of it any more.", "", "plain"),
    ("kept", "Kept.", "", "allow"),
    ("nothing-else", "Nothing else waits for you in this queue.", "", "allow"),
    ("empty", "The queue is empty: nothing is left to claim.", "", "allow"),
    ("decided-empty", "Decided and recorded. The queue is empty: nothing is left to claim.", "", "allow"),
    ("signed-out", "You are signed out.", "", "plain"),
    ("password-set", "Your password is set, and you are signed in with it.", "", "allow"),
    ("password-changed", "Your password is changed. Your other sessions have ended.", "", "allow"),
    ("session-ended", "Ended.", "", "allow"),
    ("rights-changed", "Changed and recorded. They sign in again.", "", "allow"),
    ("person-disabled", "Disabled: from the next request on they open nothing.", "", "plain"),
    ("person-enabled", "Enabled. To sign in with a password they need a code.", "", "allow"),
    ("login-changed", "Changed and recorded.", "", "allow"),
    ("looked", "Looked, and written down.", "", "plain"),
    ("resumed", "Automatic again where it is certified.", "", "allow"),
    (
        "gone-on",
        "Automatic again where it is certified; what was held is decided again in the background.",
        "",
        "allow",
    ),
    ("halted", "Halted: nothing is allowed automatically any more. Rules still block.", "", "block"),
    ("contested", "People decide it anew. What was decided stands until they have.", "", "review"),
    ("webhook-changed", "Changed, and written down.", "", "allow"),
    ("webhook-paused", "Paused: nothing is sent to it.", "", "plain"),
    ("webhook-resumed", "Resumed: what waits is sent now.", "", "allow"),
    ("webhook-removed", "Removed: it hears nothing any more.", "", "plain"),
    ("resent", "It is sent anew, at once.", "", "allow"),
    ("disabled", "The rule is off, everywhere, from the next request on.", "", "allow"),
    ("enabled", "The rule counts again from the next request on.", "", "allow"),
    ("unpinned", "Unpinned: the next reload takes the files over again.", "", "allow"),
    ("acknowledged", "Acknowledged and recorded.", "", "allow"),
    ("proposed", "Proposed. Nothing has changed yet: somebody else has to approve it.", "", "review"),
    ("rejected", "Rejected and recorded. Nothing has changed.", "", "plain"),
    ("draft-saved", "Saved as a draft. Nobody finds it before it is submitted and approved.", "", "plain"),
    ("submitted", "Submitted. Nobody finds it before somebody else approves it.", "", "review"),
    ("returned-to-author", "Returned: it is a draft again, with your note.", "", "plain"),
    ("approved", "Approved. It is found from the next request on, as its dates have it.", "", "allow"),
    ("retired", "Retired. It is gone from the next request on.", "", "plain"),
    ("training", "Asked for: a worker trains it. What comes of it is a candidate.", "", "allow"),
    ("cancelled", "Cancelled. Nothing comes of it.", "", "plain"),
    ("looking", "Asked for: a worker looks through the labels. Nothing is changed by that.", "", "allow"),
    ("confirmed", "Confirmed and recorded: that label is right.", "", "allow"),
    ("put-right", "Put right and recorded. The next model learns from it so.", "", "allow"),
    ("aside", "Set aside and recorded. The next model does not learn from it.", "", "allow"),
    ("in-shadow", "In shadow: it is compared with every decision since it was trained.", "", "allow"),
)


def phrase(phrases: Mapping[str, Phrase], value: str | None) -> Phrase:
    """The words for `value`, or the value itself."""
    text = value or NOTHING
    return phrases.get(text) or Phrase(text, text)


def part_name(name: str) -> str:
    return PARTS.get(name, name.replace("_", " ").capitalize())


def percent(share: float) -> str:
    return f"{share:.0%}"


def probability(value: float) -> str:
    """Never a rounded 0 or 100%: a classifier has no certainty to offer."""
    return "< 1%" if value < 0.01 else "> 99%" if value > 0.99 else percent(value)


def milliseconds(ms: float) -> str:
    return f"{ms:.1f} ms" if ms >= 0.05 else "< 0.1 ms"


def plural(count: int, one: str, many: str = "") -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def span_of_time(seconds: float) -> str:
    """The coarsest two-digit measure: `45 s`, `12 min`, `3 h`, `5 d`."""
    size = abs(seconds)
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if size >= length * (2 if unit == "d" else 1):
            return f"{int(size // length)} {unit}"
    return f"{int(size)} s"


def ago(at: datetime, now: datetime) -> str:
    return f"{span_of_time((now - at).total_seconds())} ago"


def due(at: datetime, now: datetime) -> str:
    left = (at - now).total_seconds()
    return f"overdue by {span_of_time(left)}" if left <= 0 else f"due in {span_of_time(left)}"


def clock_time(at: datetime, now: datetime) -> str:
    """Time of day, with the date unless it is today. Always UTC, and says so."""
    pattern = "%H:%M UTC" if at.date() == now.date() else "%-d %b %Y, %H:%M UTC"
    return at.strftime(pattern)


def attributes(given: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """A request's attributes, by name."""
    return tuple((name.replace("_", " "), _value_words(value)) for name, value in sorted(given.items()))


def _value_words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return str(value)
