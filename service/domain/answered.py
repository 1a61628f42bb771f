"""What rules make of an answer to a question: of its own words, and of the request that it completes. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from rules.model import Finding, Ruling

#: Stands between a request and the answer that completes it, where rules read both as one text.
BETWEEN = "\n\n"


def found_in(alone: Ruling, whole: Ruling, known: Collection[str], begins: int) -> Ruling:
    """One ruling of two: of the answer `alone`, and of the `whole` text in which the answer begins at `begins`.

    A rule that matches by either matches. Of the whole only what was not `known` of the request already (ids of rules)
    is told, with those of its places that lie in the answer. Places count from the answer's own beginning.
    """
    completed = [_shifted(finding, begins) for finding in whole.matched if finding.rule not in known]
    matched = _each((*alone.matched, *completed))
    unsettled = [_shifted(each, begins) for each in (*alone.unknown, *whole.unknown) if each.rule not in known]
    unknown = _each(unsettled, without=matched)
    exempted = _each([each for each in alone.exempted if each.rule not in known], without=(*matched, *unknown))
    effects = [finding.effect for finding in (*matched, *unknown)]
    return replace(
        alone,
        effect=max(effects, key=lambda each: each.strength, default=None),
        matched=matched,
        unknown=unknown,
        exempted=exempted,
        obligations=replace(alone.obligations, redact=alone.obligations.redact | whole.obligations.redact),
    )


def _each(findings: Iterable[Finding], without: Collection[Finding] = ()) -> tuple[Finding, ...]:
    """One of each rule, the first one, by the rules' ids."""
    told = {finding.rule for finding in without}
    first: dict[str, Finding] = {}
    for finding in findings:
        if finding.rule not in told:
            first.setdefault(finding.rule, finding)
    return tuple(first[rule] for rule in sorted(first))


def _shifted(finding: Finding, begins: int) -> Finding:
    spans = (
        span._replace(start=max(0, span.start - begins), end=span.end - begins)
        for span in finding.spans
        if span.end > begins
    )
    return replace(finding, spans=tuple(spans))
