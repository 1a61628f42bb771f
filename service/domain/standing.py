"""What the tables have to say, read off the ledger: follow its records, and hold the rows against them at the end.

The tables are what the service works with, the ledger is what cannot be changed unseen. Who edits a row and leaves the
ledger alone is found by this. Pure: records in, expectations out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from service.domain.types import DecidedBy, State

#: What a record may say of how a decision stands.
STANDS = ("state", "outcome", "decided_by", "labels")
_KEY_SAYS = ("name", "role", "groups", "scopes", "workflows", "rate", "expires_at", "digest")
_PERSON_SAYS = ("name", "role", "limits", "groups")
_RELEASE_SAYS = ("workflow", "rules", "policy", "head", "snapshot", "encoder", "calibration")
#: The state that a later record of a decision leaves it in, where it does not say so itself.
_IMPLIED = {"resumed": State.FINAL.value, "superseded": State.SUPERSEDED.value}


def is_new(kind: str, body: Mapping[str, Any]) -> bool:
    """Whether a record tells of a decision that was not there before: made, or made to take another one's place."""
    return kind == "decision.made" or (kind == "decision.corrected" and "supersedes" in body)


@dataclass(slots=True)
class Standing:
    """What the records up to here make of decisions that people had to do with, of keys, people and pointers."""

    changed: dict[str, dict[str, Any]] = field(default_factory=dict)  #: decision -> what it has by later records
    copies: set[str] = field(default_factory=set)  #: decisions of known answers, which nobody asked for
    opinions: dict[str, list[tuple[str, Mapping[str, Any]]]] = field(default_factory=dict)  #: case -> (review, record)
    reviews: dict[str, Mapping[str, Any]] = field(default_factory=dict)  #: review -> what was decided
    undone: set[str] = field(default_factory=set)  #: reviews that were taken back
    delivered: set[str] = field(default_factory=set)  #: reviews that went out
    keys: dict[str, dict[str, Any]] = field(default_factory=dict)
    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    releases: dict[str, dict[str, Any]] = field(default_factory=dict)
    active: dict[str, str] = field(default_factory=dict)  #: workflow -> the release that answers
    halted: dict[str, bool] = field(default_factory=dict)  #: workflow -> whether it was stopped last
    documents: dict[tuple[str, str, int], str] = field(default_factory=dict)  #: key -> digest last told
    _waiting: set[str] = field(default_factory=set)

    def take(self, kind: str, subject: str, body: Mapping[str, Any]) -> None:
        """Follow one record more."""
        if kind == "decision.made":  # as nearly all of them are
            if body.get("state") == State.WAITING.value:
                self._waiting.add(subject)
            return
        self._follow(kind, subject, body)
        if all(name in body for name in _RELEASE_SAYS):
            told = {name: body[name] for name in (*_RELEASE_SAYS, "adapter", "certificate_digest") if name in body}
            self.releases[subject] = told
            self.active[str(body["workflow"])] = subject

    def _follow(self, kind: str, subject: str, body: Mapping[str, Any]) -> None:
        about, _, what = kind.partition(".")
        match about:
            case "decision":
                self._decision(what, subject, body)
            case "case":
                self._case(what, subject, body)
            case "key":
                told = {**body, "expires_at": body["until"]} if what == "rotated" else body
                self._held(self.keys, subject, told, _KEY_SAYS, ended=what == "revoked")
            case "person":
                self._held(self.people, subject, body, _PERSON_SAYS, ended=what == "disabled")
            case "document" | "documents":
                self._documents(body)
            case "workflow" if what in ("halted", "resumed"):
                self.halted[subject] = what == "halted"
            case "known_answer" if what == "given":
                self.copies.add(str(body["decision"]))

    def _decision(self, what: str, subject: str, body: Mapping[str, Any]) -> None:
        decision = str(body.get("decision", subject))
        if is_new("decision." + what, body):
            if body.get("state") == State.WAITING.value:
                self._waiting.add(subject)
        elif what == "decided_with":
            self._decided(decision, body)
        elif what == "cancelled_with":
            self._withdrawn(decision)
        else:
            implied = {"state": _IMPLIED[what]} if what in _IMPLIED else {}
            said = implied | {name: body[name] for name in STANDS if name in body}
            if said:
                self._change(decision, said)

    def _case(self, what: str, subject: str, body: Mapping[str, Any]) -> None:
        decision, case = str(body.get("decision")), str(body.get("case"))
        match what:
            case "decided" if "review" in body:
                review = str(body["review"])
                self.reviews[review] = body
                self.opinions.setdefault(case, []).append((review, body))
            case "decided":  # of earlier versions: it went out at once, and its record does not name the review
                self._decided(subject, body)
            case "undone":
                review = str(body.get("review"))
                self.undone.add(review)
                self.opinions[case] = [each for each in self.opinions.get(case, ()) if each[0] != review]
            case "delivered" if self.opinions.get(case):
                review, said = self.opinions.pop(case)[-1]
                self.delivered.add(review)
                self._decided(decision, said)
            case "cancelled":
                self._withdrawn(decision)
            case "detached" if "other" not in body:
                self._withdrawn(decision)

    def _decided(self, decision: str, said: Mapping[str, Any]) -> None:
        final = {"state": State.FINAL.value, "decided_by": DecidedBy.REVIEWER.value}
        self._change(decision, {**final, "outcome": said["outcome"], "labels": list(said["labels"])})

    def _withdrawn(self, decision: str) -> None:
        if decision in self._waiting:
            self._change(decision, {"state": State.SUPERSEDED.value})

    def _change(self, decision: str, said: Mapping[str, Any]) -> None:
        self.changed.setdefault(decision, {}).update(said)
        if said.get("state") == State.WAITING.value:
            self._waiting.add(decision)
        elif "state" in said:
            self._waiting.discard(decision)

    @staticmethod
    def _held(
        those: dict[str, dict[str, Any]],
        subject: str,
        body: Mapping[str, Any],
        says: tuple[str, ...],
        *,
        ended: bool,
    ) -> None:
        known = those.setdefault(subject, {"ended": False})
        known |= {name: body[name] for name in says if name in body}
        known["ended"] = ended

    def _documents(self, body: Mapping[str, Any]) -> None:
        collection = str(body.get("collection", ""))
        if "id" in body and "digest" in body:
            self.documents[collection, str(body["id"]), int(body["version"])] = str(body["digest"])
        for named in body.get("documents", ()):
            name, _, digest = str(named).rpartition(":")
            document, _, version = name.rpartition("@")
            if version.isdecimal():
                self.documents[collection, document, int(version)] = digest
