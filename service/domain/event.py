"""What the outside hears of: every type of event, and what is in each. The one source of all that is said of them.

Events name things and say how they ended. They hold ids, outcomes and numbers, never words that people wrote and never
their names; whoever wants more asks for it, with a key that may.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_ID: Mapping[str, Any] = {"type": "string"}
_NAME: Mapping[str, Any] = {"type": "string"}
_TIME: Mapping[str, Any] = {"type": "string", "format": "date-time"}
_WHOLE: Mapping[str, Any] = {"type": "integer"}
_COUNTS: Mapping[str, Any] = {"type": "object", "additionalProperties": {"type": "integer"}}


@dataclass(frozen=True, slots=True)
class Member:
    """One thing that events say."""

    schema: Mapping[str, Any]  #: JSON Schema of its value
    says: str


#: Everything that any event may say, by its name: one meaning for one word, whatever the type.
MEMBERS: Mapping[str, Member] = {
    "alarm": Member(_ID, "Id of the alarm."),
    "case": Member(_ID, "Id of the case."),
    "decision": Member(_ID, "Id of the decision."),
    "instead_of": Member(_ID, "Id of the model that answered until now."),
    "job": Member(_ID, "Id of the job."),
    "key": Member(_ID, "Id of the API key."),
    "kind": Member(_NAME, "Which kind of case or alarm."),
    "look": Member(_ID, "Id of the look at live traffic."),
    "model": Member(_ID, "Id of the model; empty: the one that came with the workflow."),
    "other": Member(_ID, "Id of the case that this one is linked with."),
    "outcome": Member({"type": "string", "enum": ["allow", "block", "review"]}, "The outcome as it stands now."),
    "proposal": Member(_ID, "Id of the proposal."),
    "queue": Member(_NAME, "The queue that the case is in now."),
    "release": Member(_ID, "Id of the release."),
    "rule": Member(_NAME, "Id of the rule; empty: all together."),
    "seen": Member(_COUNTS, "What was counted lately."),
    "sequence": Member(_WHOLE, "Sequence of the documents."),
    "stage": Member(_NAME, "What a claimed case was claimed from."),
    "state": Member(_NAME, "Where it stands now."),
    "superseded_by": Member(_ID, "Id of the decision that took its place."),
    "until": Member(_TIME, "Until when."),
    "usual": Member(_COUNTS, "What was counted before."),
    "webhook": Member(_ID, "Id of the webhook."),
    "why": Member(_NAME, "A reason code."),
    "workflow": Member(_NAME, "The workflow."),
    "workflows": Member({"type": "array", "items": {"type": "string"}}, "The workflows concerned."),
}


@dataclass(frozen=True, slots=True)
class EventType:
    """One type of event."""

    name: str
    says: str  #: when it is sent
    has: tuple[str, ...]  #: members that are always there
    may_have: tuple[str, ...] = ()

    @property
    def group(self) -> str:
        """What stands before the dot."""
        return self.name.partition(".")[0]


_CASE = ("case", "decision", "workflow", "state")
_OF_CASE = ("queue", "stage", "kind", "outcome", "until", "other", "why")
_RELEASED = ("release", "workflow")
_RAISED = ("alarm", "workflow", "release", "rule", "kind", "usual", "seen")


def _case(verb: str, says: str) -> EventType:
    return EventType(f"case.{verb}", says, _CASE, _OF_CASE)


#: How this house works inside; whoever only asks for decisions is not told: it may say which rules a request met.
INSIDE = frozenset({"queue", "stage", "kind", "why"})
#: The name that a test message carries; it is sent on request and is no event of its own.
TEST = "webhook.test"

_ALL = (
    EventType("decision.created", "A decision was made, or waits for a person.", ("decision", "workflow", "state")),
    EventType("decision.final", "What had waited was decided.", ("decision", "workflow", "outcome"), ("case", "state")),
    EventType(
        "decision.corrected",
        "What had been answered already was overturned by a person, or corrected: another decision took its place.",
        ("decision", "workflow", "outcome"),
        ("case", "state", "superseded_by"),
    ),
    EventType(
        "decision.superseded", "A later decision took its place.", ("decision", "workflow"), ("case", "other", "state")
    ),
    EventType("decision.reply", "A reply was written to an automatic decision.", ("decision", "workflow")),
    _case("created", "A case came into a queue."),
    _case("claimed", "Somebody leased it."),
    _case("returned", "It went back undecided."),
    _case("expired", "Its lease ran out."),
    _case("skipped", "Whoever had it left it to others."),
    _case("held", "It is put off."),
    _case("unheld", "It is no longer put off."),
    _case("asked", "The requester is asked for more: answer it."),
    _case("answered", "What the requester was asked for has come."),
    _case("escalated", "It went to those who know more."),
    _case("assigned", "It was handed over to somebody."),
    _case("decided", "A person decided it; the outcome follows once nobody can undo it."),
    _case("second_review", "Another person has to look at it as well."),
    _case("adjudication", "Two people disagreed; a third one settles it."),
    _case("undone", "What was decided was taken back in time."),
    _case("delivered", "Its outcome is out."),
    _case("reopened", "It is looked at anew."),
    _case("cancelled", "Nobody need decide it any more."),
    _case("commented", "A colleague wrote a comment."),
    _case("attached", "A request much like its own came and is decided with it; `decision` is that request's."),
    _case("detached", "A request is decided with it no more; `decision` is that request's, `other` its own case."),
    EventType("release.activated", "Another release answers.", _RELEASED),
    EventType("release.compacted", "The same release answers from a new base of documents.", _RELEASED),
    EventType("release.documents_changed", "A release made of newer documents answers.", _RELEASED),
    EventType("release.promoted", "A release with another model answers.", _RELEASED),
    EventType("release.model_taken_back", "The release before that model answers.", _RELEASED),
    EventType("release.tuned", "A release with a tuned encoder answers.", _RELEASED),
    EventType("release.tuning_taken_back", "The release before the tuned encoder answers.", _RELEASED),
    EventType("rules.reloaded", "Edited rules or policy answer.", _RELEASED),
    EventType("rules.rolled_back", "Earlier rules answer.", _RELEASED),
    EventType("rules.proposed", "Rules wait for a second person.", ("proposal", "workflows")),
    EventType("rules.approved", "A second person put rules in force.", _RELEASED),
    EventType("rules.rejected", "Proposed rules were turned down.", ("proposal", "workflows")),
    EventType("rules.alarm_raised", "A share left its usual band after a change.", _RAISED),
    EventType("rule.disabled", "A rule is off for a while.", ("rule", "workflows", "until")),
    EventType("rule.enabled", "A rule counts again.", ("rule", "workflows")),
    EventType("certificate.paused", "With the documents there are, nothing is automatic.", (*_RELEASED, "sequence")),
    EventType("certificate.resumed", "The certificate holds again.", (*_RELEASED, "sequence")),
    EventType("model.trained", "A model was trained.", ("model", "workflow")),
    EventType("model.promoted", "A model answers.", ("model", "workflow", "release")),
    EventType("model.rejected", "A model was turned down.", ("model", "workflow")),
    EventType("model.rolled_back", "The model before answers again.", ("model", "workflow", "instead_of")),
    EventType("watch.alarm_raised", "Live traffic is alarming.", _RAISED),
    EventType("watch.paused", "Because of an alarm, people decide everything.", ("look", "workflow")),
    EventType("watch.resumed", "What an alarm stopped is automatic again.", ("look", "workflow")),
    EventType("job.ended", "Work in the background is done or failed.", ("job", "workflow", "state"), ("model",)),
    EventType("key.expiring", "An API key ends within two weeks and nothing takes its place.", ("key", "until")),
    EventType("webhook.paused", "Nothing is sent to a webhook any more.", ("webhook", "why")),
    EventType("webhook.resumed", "A webhook gets what it missed.", ("webhook",)),
)
#: Every type, by name.
TYPES: Mapping[str, EventType] = {each.name: each for each in _ALL}
#: What a filter may say besides whole names: all of a group.
GROUPS: tuple[str, ...] = tuple(dict.fromkeys(f"{each.group}.*" for each in _ALL))


def check(type_: str, body: Mapping[str, Any]) -> None:
    """ValueError when there is no such type, or the event says less or more than the type does."""
    known = TYPES.get(type_)
    if known is None:
        raise ValueError(f"there is no event type {type_}; it belongs into service/domain/event.py")
    missing = [name for name in known.has if name not in body]
    unheard = [name for name in body if name not in known.has and name not in known.may_have]
    if missing or unheard:
        raise ValueError(f"{type_} lacks {missing} and has no business with {unheard}")


def subscribed(filters: Collection[str], type_: str) -> bool:
    """Whether one of the filters asks for the type; no filter asks for all."""
    return not filters or type_ in filters or f"{type_.partition('.')[0]}.*" in filters


def concerns(workflows: Collection[str], body: Mapping[str, Any]) -> bool:
    """Whether the event is about one of the workflows; where none is named, about any or none."""
    return not workflows or bool({body.get("workflow"), *body.get("workflows", ())} & {*workflows})


def line(subject_id: str, body: Mapping[str, Any]) -> str:
    """What the event is about: of one line, events go out one after the other. A case's line is its decision's."""
    return str(body.get("decision") or subject_id)


def unknown_filters(filters: Sequence[str]) -> list[str]:
    """Those that would never match anything."""
    return [each for each in filters if each not in TYPES and each not in GROUPS]


def schema(type_: EventType) -> dict[str, Any]:
    """JSON Schema of what an event of the type says. Later versions may say more."""
    members = {
        name: {**MEMBERS[name].schema, "description": MEMBERS[name].says} for name in (*type_.has, *type_.may_have)
    }
    return {"type": "object", "properties": members, "required": list(type_.has)}
