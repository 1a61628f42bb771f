"""What differs between two policies of a workflow, said so that whoever signs for it can see what it means.

Pure. The changes have the shape of those between rules (`rules.analysis.change`), so that one list can show both.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any

from index.model import Signal
from rules.model import Attribute
from service.domain.types import (
    AttachPolicy,
    Autonomy,
    Label,
    LabelGroup,
    LanguageModelPolicy,
    ModelPolicy,
    OnAlarm,
    OnDrift,
    Outcome,
    PriorityRule,
    WatchPolicy,
    Workflow,
)


class Direction(StrEnum):
    """Which way requests may be decided otherwise after a change."""

    LOOSENS = "loosens"  #: more may be decided without a person, or less strictly
    TIGHTENS = "tightens"  #: less may
    EITHER = "either"  #: that depends on the request
    WORDS = "words"  #: what people read, or how long they have; nothing is decided otherwise


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """One difference."""

    kind: str  #: `added`, `removed` or `changed`
    what: str  #: dotted place in workflow.yaml, as in `labels.refund.outcome`
    before: str | None  #: for people; None where there was nothing
    after: str | None
    says: str  #: one sentence
    direction: Direction

    def as_dict(self) -> dict[str, Any]:
        """As changes of rules are told; no rule and no pack is concerned."""
        return {"rule": None, "pack": "", "touches": [], **asdict(self), "direction": self.direction.value}


def policy_diff(old: Workflow, new: Workflow) -> tuple[PolicyChange, ...]:
    """Every difference, by section of the file and then by name."""
    return tuple(change for section in _SECTIONS for change in section(old, new))


def _labels(old: Workflow, new: Workflow) -> Iterator[PolicyChange]:
    before, after = ({label.id: label for label in each.labels} for each in (old, new))
    for name in sorted(before.keys() | after.keys()):
        was, now, place = before.get(name), after.get(name), f"labels.{name}"
        if was is None and now is not None:
            says = f"label {name} is new: {_short(now)}"
            loose = Direction.LOOSENS if now.automatic else Direction.WORDS
            yield PolicyChange("added", place, None, _short(now), says, loose)
        elif now is None and was is not None:
            says = f"label {name} is gone: what is of that kind goes to people"
            tight = Direction.TIGHTENS if was.automatic else Direction.WORDS
            yield PolicyChange("removed", place, _short(was), None, says, tight)
        elif was is not None and now is not None and was != now:
            yield from _label(place, was, now)


def _short(label: Label) -> str:
    documents = f", documents {', '.join(label.documents)}" if label.documents else ""
    return f"outcome {label.outcome}, autonomy {label.autonomy}{documents}"


_FREEDOM = {autonomy: place for place, autonomy in enumerate((Autonomy.PEOPLE, Autonomy.DRAFT, Autonomy.AUTO))}
_STRICTNESS = {outcome: place for place, outcome in enumerate((Outcome.ALLOW, Outcome.REVIEW, Outcome.BLOCK))}


def _label(place: str, was: Label, now: Label) -> Iterator[PolicyChange]:
    if was.outcome is not now.outcome:
        looser = _STRICTNESS[now.outcome] < _STRICTNESS[was.outcome]
        yield _changed(f"{place}.outcome", was.outcome.value, now.outcome.value, _either_way(looser))
    if was.autonomy is not now.autonomy:
        looser = _FREEDOM[now.autonomy] > _FREEDOM[was.autonomy]
        yield _changed(f"{place}.autonomy", was.autonomy.value, now.autonomy.value, _either_way(looser))
    if was.documents != now.documents:
        # Evidence must be one of the documents named: naming fewer asks more of it, naming none asks nothing.
        yield _changed(f"{place}.documents", was.documents, now.documents, _named(was, now))
    for field in ("title", "definition", "includes", "excludes", "public_reason", "reply"):
        if getattr(was, field) != getattr(now, field):
            yield _changed(f"{place}.{field}", getattr(was, field), getattr(now, field))


def _named(was: Label, now: Label) -> Direction:
    before, after = set(was.documents), set(now.documents)
    if not before:
        return Direction.TIGHTENS
    if not after or after > before:
        return Direction.LOOSENS
    return Direction.TIGHTENS if after < before else Direction.EITHER


def _guarantee(old: Workflow, new: Workflow) -> Iterator[PolicyChange]:
    for field in ("alpha", "delta"):
        was, now = getattr(old.guarantee, field), getattr(new.guarantee, field)
        if was != now:
            yield _changed(f"guarantee.{field}", was, now, _either_way(now > was))
    yield from _groups(old, new)


def _groups(old: Workflow, new: Workflow) -> Iterator[PolicyChange]:
    before, after = ({group.name: group for group in each.guarantee.groups} for each in (old, new))
    for name in sorted(before.keys() | after.keys()):
        was, now, place = before.get(name), after.get(name), f"guarantee.groups.{name}"
        if was == now:
            continue
        concerned = {label for group in (was, now) if group is not None for label in group.labels}
        direction = _promised(old, new, concerned)
        if was is None and now is not None:
            says = f"group {name} is new: {_of_group(now)}"
            yield PolicyChange("added", place, None, _of_group(now), says, direction)
        elif now is None and was is not None:
            says = f"group {name} is gone: its labels are promised what all others are"
            yield PolicyChange("removed", place, _of_group(was), None, says, direction)
        elif was is not None and now is not None:
            yield _changed(place, _of_group(was), _of_group(now), direction)


def _of_group(group: LabelGroup) -> str:
    return f"alpha {group.alpha:g} for {', '.join(sorted(group.labels))}"


def _promised(old: Workflow, new: Workflow, labels: Collection[str]) -> Direction:
    """Whether these labels may be wrong more often than before. A group of one's own takes a part of delta as well."""
    steps = {_sign(_alpha(new, label) - _alpha(old, label)) for label in labels} - {0}
    return _either_way(1 in steps) if len(steps) == 1 else Direction.EITHER


def _alpha(workflow: Workflow, label: str) -> float:
    asked = workflow.guarantee
    return next((group.alpha for group in asked.groups if label in group.labels), asked.alpha)


def _sign(number: float) -> int:
    return (number > 0) - (number < 0)


def _gates(old: Workflow, new: Workflow) -> Iterator[PolicyChange]:
    if old.evidence is not new.evidence:
        strictness = ("off", "when_named", "required")
        looser = strictness.index(new.evidence) < strictness.index(old.evidence)
        yield _changed("evidence", old.evidence.value, new.evidence.value, _either_way(looser))
    if old.random_check != new.random_check:
        looser = new.random_check < old.random_check
        yield _changed("random_check", old.random_check, new.random_check, _either_way(looser))
    if old.retention_days != new.retention_days:
        yield _changed("retention_days", old.retention_days, new.retention_days, Direction.EITHER)


def _ranking(old: Workflow, new: Workflow) -> Iterator[PolicyChange]:
    before, after = old.ranking.weights, new.ranking.weights
    for name in sorted(before.keys() | after.keys()):
        was, now = before.get(name, 0.0), after.get(name, 0.0)
        if was != now:
            yield _changed(f"ranking.weights.{name}", was, now, Direction.EITHER)
    yield from _signals(old, new)


def _signals(old: Workflow, new: Workflow) -> Iterator[PolicyChange]:
    """What other documents come first may decide a request otherwise; a signal that weighs nothing decides nothing."""
    before, after = (_declared_signals(each) for each in (old, new))
    for collection, name in sorted(before.keys() | after.keys()):
        was, now = before.get((collection, name)), after.get((collection, name))
        place = f"ranking.signals.{collection}.{name}"
        weighs = any(each.ranking.weights.get(name, 0.0) > 0 for each in (old, new))
        direction = Direction.EITHER if weighs else Direction.WORDS
        if was is None and now is not None:
            yield PolicyChange("added", place, None, now, f"signal {name} of {collection} is new: {now}", direction)
        elif now is None and was is not None:
            yield PolicyChange("removed", place, was, None, f"signal {name} of {collection} is gone", direction)
        elif was != now:
            yield _changed(place, was, now, direction)


def _declared_signals(workflow: Workflow) -> dict[tuple[str, str], str]:
    """Each signal in words: its kind, and whatever else is not as usual."""
    declared = {}
    for collection, signals in workflow.ranking.signals.items():
        for signal in signals:
            usual = Signal(signal.name, signal.kind)
            names = [field.name for field in fields(Signal) if field.name not in ("name", "kind")]
            said = [
                f"{name} {_said(getattr(signal, name))}"
                for name in names
                if getattr(signal, name) != getattr(usual, name)
            ]
            declared[collection, signal.name] = ", ".join([signal.kind.value, *said])
    return declared


def _packs(old: Workflow, new: Workflow) -> Iterator[PolicyChange]:
    yield from _members("packs", "pack", old.packs, new.packs, Direction.TIGHTENS)


def _collections(old: Workflow, new: Workflow) -> Iterator[PolicyChange]:
    yield from _members("collections", "collection", old.collections, new.collections, Direction.EITHER)


def _members(place: str, noun: str, old: Sequence[str], new: Sequence[str], added: Direction) -> Iterator[PolicyChange]:
    removed = Direction.LOOSENS if added is Direction.TIGHTENS else added
    for name in sorted(set(new) - set(old)):
        yield PolicyChange("added", f"{place}.{name}", None, name, f"{noun} {name} is added", added)
    for name in sorted(set(old) - set(new)):
        yield PolicyChange("removed", f"{place}.{name}", name, None, f"{noun} {name} is taken away", removed)


def _attributes(old: Workflow, new: Workflow) -> Iterator[PolicyChange]:
    before, after = ({attribute.name: attribute for attribute in each.attributes} for each in (old, new))
    for name in sorted(before.keys() | after.keys()):
        was, now, place = before.get(name), after.get(name), f"attributes.{name}"
        if was is None and now is not None:
            yield PolicyChange("added", place, None, _declared(now), f"attribute {name} is new", Direction.EITHER)
        elif now is None and was is not None:
            says = f"attribute {name} is gone: requests that carry it are refused"
            yield PolicyChange("removed", place, _declared(was), None, says, Direction.EITHER)
        elif was is not None and now is not None and _declared(was) != _declared(now):
            yield _changed(place, _declared(was), _declared(now), Direction.EITHER)
        elif was is not None and now is not None and was.description != now.description:
            yield _changed(f"{place}.description", was.description, now.description)


def _declared(attribute: Attribute) -> str:
    return f"{attribute.type}{' of ' + ', '.join(attribute.values) if attribute.values else ''}"


def _queue(old: Workflow, new: Workflow) -> Iterator[PolicyChange]:
    if old.queue.name != new.queue.name:
        yield _changed("queue.name", old.queue.name, new.queue.name, Direction.EITHER)
    for field in ("sla_hours", "lease_minutes", "undo_seconds", "answer_hours", "escalate_to", "hidden_actions"):
        was, now = getattr(old.queue, field), getattr(new.queue, field)
        if was != now:
            yield _changed(f"queue.{field}", was, now)
    before, after = old.queue, new.queue
    if before.second_review != after.second_review:
        less = after.second_review < before.second_review
        yield _changed("queue.second_review", before.second_review, after.second_review, _either_way(less))
    if before.note_required != after.note_required:
        way = _either_way(before.note_required)
        yield _changed("queue.note_required", before.note_required, after.note_required, way)
    if before.blind_first != after.blind_first:
        yield _changed("queue.blind_first", before.blind_first, after.blind_first, _either_way(before.blind_first))
    for field in ("hours", "uncertainty"):
        was, now = getattr(before.priority, field), getattr(after.priority, field)
        if was != now:
            yield _changed(f"queue.priority.{field}", was, now)
    yield from _attached(before.attach, after.attach)
    if before.priority.attributes != after.priority.attributes:
        was, now = (tuple(map(_urgent, each.priority.attributes)) for each in (before, after))
        yield _changed("queue.priority.attributes", was, now)


def _attached(was: AttachPolicy, now: AttachPolicy) -> Iterator[PolicyChange]:
    """More that one look settles is looser."""
    if was.most != now.most:
        yield _changed("queue.attach.most", was.most, now.most, _either_way(was.most < now.most))
    if was.ignore != now.ignore:
        yield _changed("queue.attach.ignore", was.ignore, now.ignore, _either_way(not {*now.ignore} <= {*was.ignore}))


def _urgent(rule: PriorityRule) -> str:
    grows = f"is {' or '.join(rule.values)}" if rule.values else f"from {rule.least:g} to {rule.most:g}"
    return f"{rule.points:+d} where {rule.attribute} {grows}"


def _changes(old: Workflow, new: Workflow) -> Iterator[PolicyChange]:
    was, now = old.changes, new.changes
    if was.second_person != now.second_person:
        direction = _either_way(was.second_person)
        yield _changed("changes.second_person", was.second_person, now.second_person, direction)
    if was.on_alarm is not now.on_alarm:
        direction = _either_way(now.on_alarm is OnAlarm.TELL)
        yield _changed("changes.on_alarm", was.on_alarm.value, now.on_alarm.value, direction)


def _learning(old: Workflow, new: Workflow) -> Iterator[PolicyChange]:
    if old.several != new.several:
        was, now = ("several" if each.several else "one" for each in (old, new))
        yield _changed("labels_per_request", was, now, Direction.EITHER)
    before, after = ({move.was: move.now for move in each.moved} for each in (old, new))
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) != after.get(name):
            # It decides how examples are read the next time that a model learns from them, and no request.
            yield _changed(f"moved.{name}", before.get(name), after.get(name))
    for field in fields(ModelPolicy):
        was, now = getattr(old.models, field.name), getattr(new.models, field.name)
        if was != now:
            sooner = field.name == "shadow_decisions"
            yield _changed(f"models.{field.name}", was, now, _either_way(now < was) if sooner else Direction.WORDS)


def _watch(old: Workflow, new: Workflow) -> Iterator[PolicyChange]:
    """When people are asked because of the traffic: later, or on stronger evidence, is less strict."""
    for field in fields(WatchPolicy):
        was, now = getattr(old.watch, field.name), getattr(new.watch, field.name)
        if was != now:
            yield _changed(f"watch.{field.name}", was, now, _watched(field.name, was, now))


def _watched(name: str, was: Any, now: Any) -> Direction:
    match name:
        case "psi" | "labels" | "unlike":
            return _either_way(now > was)
        case "every_days":  # 0 is never
            return _either_way(not now or 0 < was < now)
        case "on_alarm":
            return _either_way(now is OnDrift.TELL)
    return Direction.EITHER


def _replies(old: Workflow, new: Workflow) -> Iterator[PolicyChange]:
    """What a language model writes may go out unread: that is looser than any words."""
    for field in ("greeting", "closing"):
        was, now = getattr(old.replies, field), getattr(new.replies, field)
        if was != now:
            yield _changed(f"replies.{field}", was, now)
    before, after = old.replies.language_model, new.replies.language_model
    place = "replies.language_model"
    if before is None and after is not None:
        reviewed = "reviewed by a person" if after.reviewed else "sent unread with what is automatic"
        says = f"a language model drafts replies, {reviewed}"
        yield PolicyChange("added", place, None, reviewed, says, _unread(after))
    elif after is None and before is not None:
        says = "no language model drafts replies any more"
        yield PolicyChange("removed", place, "drafts replies", None, says, Direction.TIGHTENS)
    elif before is not None and after is not None:
        for name in (field.name for field in fields(LanguageModelPolicy)):
            was, now = getattr(before, name), getattr(after, name)
            if was != now:
                way = _either_way(was) if name == "reviewed" else _unread(after)
                yield _changed(f"{place}.{name}", was, now, way)


def _unread(policy: LanguageModelPolicy) -> Direction:
    """What it is told changes what goes out, where nobody reads it before."""
    return Direction.WORDS if policy.reviewed else Direction.EITHER


def _words(old: Workflow, new: Workflow) -> Iterator[PolicyChange]:
    if old.title != new.title:
        yield _changed("title", old.title, new.title)


_SECTIONS = (
    _labels,
    _guarantee,
    _gates,
    _ranking,
    _packs,
    _collections,
    _attributes,
    _queue,
    _changes,
    _learning,
    _watch,
    _replies,
    _words,
)


def _either_way(looser: bool) -> Direction:
    return Direction.LOOSENS if looser else Direction.TIGHTENS


def _changed(place: str, before: object, after: object, direction: Direction = Direction.WORDS) -> PolicyChange:
    was, now = _said(before), _said(after)
    says = f"{place} was {was or 'not set'}, is {now or 'not set'}"
    return PolicyChange("changed", place, was or None, now or None, says, direction)


def _said(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case tuple():
            return ", ".join(map(str, value))
        case float():
            return f"{value:g}"
        case Mapping():
            return ", ".join(f"{key} {_said(held)}" for key, held in sorted(value.items()))
        case None:
            return ""
    return str(value)
