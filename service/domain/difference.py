"""What differs between two answers to one request, member by member. Pure: plain answers in, plain values out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: What a replay compares, and in which words it tells of it.
_MEMBERS = ("state", "outcome", "decided_by", "labels", "reasons", "rules", "unknown_rules", "documents")


def summary(answer: Mapping[str, Any]) -> dict[str, Any]:
    """An answer in ids and numbers alone: nothing of it is personal."""
    rules = answer.get("rules") or {}
    labels = answer.get("labels") or []
    return {
        "state": answer.get("state"),
        "outcome": answer.get("outcome"),
        "decided_by": answer.get("decided_by"),
        "labels": [scored["label"] for scored in labels],
        "confidence": labels[0]["probability"] if labels else None,
        "reasons": list(answer.get("reasons") or []),
        "rules": sorted(finding["rule"] for finding in rules.get("findings") or []),
        "unknown_rules": sorted(finding["rule"] for finding in rules.get("unknown") or []),
        "documents": [found["passage_id"] for found in answer.get("documents") or []],
    }


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Of two summaries, each member that differs; of lists also what came and what went."""
    found = []
    for member in _MEMBERS:
        was, now = before[member], after[member]
        if was != now:
            told: dict[str, Any] = {"member": member, "before": was, "after": now}
            if isinstance(was, list):
                told["gained"] = [each for each in now if each not in was]
                told["lost"] = [each for each in was if each not in now]
            found.append(told)
    return found


def decided_otherwise(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether two summaries come to something else for whoever asked: the outcome, or the labels of what is final."""
    if (before["state"], before["outcome"]) != (after["state"], after["outcome"]):
        return True
    return after["state"] == "final" and set(before["labels"]) != set(after["labels"])


def parts_changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Which parts of two releases differ, of what the records name by digest."""
    return sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
