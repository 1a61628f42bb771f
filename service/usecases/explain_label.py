"""Why the classifier gave a request its label: what spoke for it, what is like it, what would have made it automatic.

The head of the release that decided is asked once more, with what it saw then: words, attributes, and the votes of the
documents that were found. Nothing is recorded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from index.encoder import EncoderPool
from rules.normalize import normalize
from rules.schema import AttributeSchema
from service.domain.access import Principal, Scope
from service.domain.chosen import chosen, labels_of
from service.domain.lacking import Grounds, Lack, lacking
from service.domain.types import Autonomy, Certificate, Judgement, Reason, Refusal, State, Workflow, strictest
from service.domain.votes import votes_by_document
from service.errors import Conflict, Forbidden
from service.learn.judge import Head, Seen
from service.store import examples, known_answers, models, payloads, pointers
from service.store.engine import Row
from service.usecases.house import House
from service.usecases.nearest_examples import nearest_examples
from service.usecases.read_as import read_text
from service.usecases.read_decision import seen
from service.usecases.shown_text import shown_text

_ASKED = 16  # of what spoke for a label: some of it may be blotted out
_SHOWN = 8
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class _Past:
    """A decision as it was made."""

    row: Row[Any]
    request: Mapping[str, Any]
    made: Mapping[str, Any]  #: what was answered
    release: Mapping[str, Any]  #: that made it
    model: str | None  #: behind the release; None: it was made before models were kept
    workflow: Workflow
    taught: str | None  #: the example that this very request became


def explain_label(house: House, principal: Principal, decision_id: str) -> dict[str, Any]:
    """The label that a decision was given, or that a person was led to, explained.

    Needs scope `explain`; the nearest examples are other people's requests and are told with scope `read` only.
    NotFound and BlindCheck as for reading the decision; Conflict where no label was given or none may be suggested.
    """
    if not principal.may(Scope.EXPLAIN):
        raise Forbidden("explaining a label needs the scope explain")
    past = _past(house, principal, decision_id)
    head, encoder = house.shelf.judge_of(past.row.release)
    looked_at = _looked_at(house, past, encoder)
    judgement = head.judge(looked_at)
    _refuse_to_lead(past, judgement)
    nearest = None
    if principal.may(Scope.READ):
        likely = {*_likely(past.workflow, judgement), *(scored.label for scored in judgement.scores[:2])}
        nearest = nearest_examples(
            house, past.workflow, past.release["head"], encoder, looked_at, likely, besides=past.taught
        )
    return {
        "decision": past.row.id,
        "workflow": past.workflow.name,
        "release": past.row.release,
        "model": past.model,
        **_judged(past, judgement),
        "telling": _telling(head, looked_at, _best(past.workflow, judgement), shown_text(past.request, past.made)),
        "nearest": nearest,
    }


def _past(house: House, principal: Principal, decision_id: str) -> _Past:
    with house.store.read() as connection:
        row = seen(connection, principal, decision_id)
        request = json.loads(payloads.get(connection, row.request))
        made = json.loads(payloads.get(connection, row.answer))
        release = pointers.release(connection, row.release)
        assert release is not None, "the foreign key keeps the release"
        model = models.behind(connection, row.workflow, release["head"], release["calibration"])
        taught = examples.taught_by(connection, known_answers.source_of(connection, row.id) or row.id)
    if "text" not in request or "decided_by" not in made:
        raise Conflict(f"the request of {decision_id} was erased", remedy="its figures are in the decision's record")
    if made["decided_by"] == "rules":
        raise Conflict(
            f"rules decided {decision_id}, and the classifier was not asked",
            remedy="the decision says which rules those were",
        )
    return _Past(row, request, made, release, model.id if model else None, house.shelf.policy(row.release), taught)


def _looked_at(house: House, past: _Past, encoder: EncoderPool) -> Seen:
    """What the head saw then."""
    text = read_text(past.request["text"])
    attributes = AttributeSchema(past.workflow.attributes).coerce(past.request.get("attributes") or {})
    found = [(_document(each), each["score"]) for each in past.made.get("documents", ())]
    vector = encoder.windows(text, max_windows=house.settings.max_windows).pooled
    return Seen(vector, text, attributes, votes_by_document(found, past.workflow.labels))


def _refuse_to_lead(past: _Past, judgement: Judgement) -> None:
    """A label that is left to people without a suggestion is not suggested by explaining it either."""
    likely = [past.workflow.label(label) for label in _likely(past.workflow, judgement)]
    unled = any(label is not None and label.autonomy is Autonomy.PEOPLE for label in likely)
    if unled and past.row.state == State.WAITING:
        raise Conflict(
            f"{past.row.id} is left to people without a suggestion, and nobody has decided it yet",
            remedy="decide its case first",
        )


def _likely(workflow: Workflow, judgement: Judgement) -> tuple[str, ...]:
    """The labels chosen, or the likeliest where none is likely enough."""
    return chosen(workflow, judgement) or (judgement.scores[0].label,)


def _best(workflow: Workflow, judgement: Judgement) -> str:
    return _likely(workflow, judgement)[0]


def _judged(past: _Past, judgement: Judgement) -> dict[str, Any]:
    """The label with its figures, and what was lacking."""
    workflow = past.workflow
    likely, best = _likely(workflow, judgement), _best(workflow, judgement)
    rest = next((scored for scored in judgement.scores if scored.label not in likely), None)
    given = chosen(workflow, judgement)
    certificate = Certificate.from_json(past.release["certificate"]) if past.release["certificate"] else None
    threshold = certificate.threshold_for(given) if certificate and given else None
    label = workflow.label(best)
    reasons = [Reason(reason) for reason in past.made["reasons"]]
    lacks = lacking(reasons, _grounds(past, judgement, threshold, _uncertified(past, certificate, given)))
    return {
        "label": best,
        "title": label.title if label else best,
        "labels": list(given),
        "probability": _rounded(next((s.probability for s in judgement.scores if s.label == best), None)),
        "runner_up": {"label": rest.label, "probability": _rounded(rest.probability)} if rest else None,
        "confidence": _rounded(judgement.confidence),
        "margin": _rounded(judgement.margin),
        "threshold": _rounded(threshold),
        "automatic": past.made["decided_by"] == "classifier",
        "would_be_automatic": [_lack(each) for each in lacks],
    }


def _uncertified(past: _Past, certificate: Certificate | None, given: Sequence[str]) -> str:
    """Why nothing was promised for these labels, where nothing was."""
    if certificate is None:
        refused = past.release["refusal"]
        return Refusal.from_json(refused).why if refused else "the release has none"
    bound = strictest(certificate.bounds, given)
    if bound is not None and bound.threshold is None:
        return bound.why
    return "it did not count then: a rule was off, or documents had changed that it had not been tried with"


def _grounds(past: _Past, judgement: Judgement, threshold: float | None, uncertified: str) -> Grounds:
    rules = past.made.get("rules") or {}
    return Grounds(
        labels=labels_of(past.workflow, judgement) or (),
        judgement=judgement,
        threshold=threshold,
        uncertified=uncertified,
        asking=tuple(each["rule"] for each in rules.get("findings", ()) if each["effect"] == "review"),
        unsettled=tuple(each["rule"] for each in rules.get("unknown", ())),
        found=tuple(dict.fromkeys(_document(each) for each in past.made.get("documents", ()))),
    )


def _telling(head: Head, looked_at: Seen, label: str, shown: str) -> list[dict[str, Any]]:
    """What spoke for the label and against it, without words that the rules oblige to blot out."""
    blotted = _words(looked_at.text) - _words(normalize(shown).clean)
    told = [
        each
        for each in head.telling(looked_at, label, _ASKED)
        if not any(word in hidden for word in _words(each.what) for hidden in blotted)
    ]
    return [{"what": each.what, "weight": round(each.weight, 4)} for each in told[:_SHOWN]]


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold()))


def _document(found: Mapping[str, Any]) -> str:
    return str(found["id"]).removeprefix("doc_")


def _lack(lack: Lack) -> dict[str, Any]:
    return {
        "reason": lack.reason.value,
        "words": lack.words,
        "found": _rounded(lack.found),
        "needed": _rounded(lack.needed),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
