"""A workflow's golden requests: what certain whole requests must come to, whatever the rules are changed to.

They lie in `golden.jsonl` beside `workflow.yaml`, one JSON object a line:

    {"name": "payment to Iran", "text": "Wire it to Tehran", "attributes": {"amount": 9000}, "effect": "block",
     "rules": ["embargoed-country-payment"], "now": "2026-09-01T00:00:00Z"}

`effect` is the ruling's, or null; `rules`, where given, are exactly those that match. JSON Lines: jsonlines.org.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, NoReturn

from rules.errors import Problem, RuleErrors, did_you_mean
from rules.evaluate import evaluate
from rules.model import AttributeValue, Effect
from rules.normalize import normalize, refuse
from rules.reading.forms import ID, TEST_NAME
from rules.reading.shape import as_moment
from rules.reading.text_file import decode
from rules.ruleset import RuleSet

REQUIRED: Final = ("name", "text", "effect")
KEYS: Final = ("name", "text", "attributes", "now", "effect", "rules")
NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)  #: of requests without `now`: the same day for ever, never the wall clock


@dataclass(frozen=True, slots=True)
class GoldenRequest:
    """One request and what it must come to."""

    name: str
    text: str
    attributes: dict[str, AttributeValue]
    effect: Effect | None
    rules: frozenset[str] | None  #: ids that match, exactly; None: any
    now: datetime
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class GoldenResult:
    """What one golden request came to."""

    request: GoldenRequest
    effect: Effect | None
    rules: tuple[str, ...]  #: ids that matched
    wrong: tuple[str, ...]  #: what is not as expected, in sentences; empty when all is

    @property
    def passed(self) -> bool:
        return not self.wrong

    def as_dict(self) -> dict[str, Any]:
        """As JSON-able data."""
        request = self.request
        return {
            "name": request.name,
            "file": request.file,
            "line": request.line,
            "passed": self.passed,
            "expected": {"effect": request.effect, "rules": None if request.rules is None else sorted(request.rules)},
            "got": {"effect": self.effect, "rules": list(self.rules)},
            "wrong": list(self.wrong),
        }


def read_golden(data: bytes, file: str) -> tuple[GoldenRequest, ...]:
    """The requests of a file, in its order. Raises RuleErrors with every problem as file:line:column."""
    problems: list[Problem] = []
    requests: dict[str, GoldenRequest] = {}
    for number, line in enumerate(decode(data, file, "split it").split("\n"), 1):
        if not line.strip():
            continue
        reading = _Line(file, number, problems)
        request = reading.read(line)
        if request is None:
            continue
        if request.name in requests:
            reading.note(
                f"the request `{request.name}` exists already, in line {requests[request.name].line}", "rename it"
            )
        requests[request.name] = request
    if not requests and not problems:
        problems.append(Problem(file, 1, 1, "has no requests", "write one a line, or remove the file"))
    if problems:
        raise RuleErrors(problems)
    return tuple(requests.values())


def run_golden(ruleset: RuleSet, requests: Sequence[GoldenRequest]) -> list[GoldenResult]:
    """Ask the rule set every request. An attribute the workflow does not take, or not so, is a failure too."""
    return [_result(ruleset, request) for request in requests]


def _result(ruleset: RuleSet, request: GoldenRequest) -> GoldenResult:
    ruling = evaluate(ruleset, normalize(request.text), request.attributes, request.now)
    matched = tuple(sorted(finding.rule for finding in ruling.matched))
    return GoldenResult(request, ruling.effect, matched, tuple(_wrong(ruleset, request, ruling.effect, matched)))


def _wrong(ruleset: RuleSet, request: GoldenRequest, effect: Effect | None, matched: Sequence[str]) -> Iterator[str]:
    for problem in ruleset.schema.check(request.attributes):
        yield f"the attribute `{problem.field}` {problem.message} ({problem.remedy})"
    if effect is not request.effect:
        yield f"the effect is {effect or 'none'}, not {request.effect or 'none'}"
    if request.rules is not None:
        for rule in sorted(request.rules - set(matched)):
            yield f"the rule `{rule}` does not match"
        for rule in sorted(set(matched) - request.rules):
            yield f"the rule `{rule}` matches and is not expected to"


class _Unreadable(Exception):
    """The rest of the line has no meaning; what is wrong has been noted."""


class _Line:
    """Reads one line and notes what is wrong with it."""

    def __init__(self, file: str, number: int, problems: list[Problem]) -> None:
        self.file = file
        self.number = number
        self.problems = problems

    def note(self, message: str, remedy: str, column: int = 1) -> None:
        self.problems.append(Problem(self.file, self.number, column, message, remedy))

    def read(self, line: str) -> GoldenRequest | None:
        before = len(self.problems)
        try:
            entries = self._entries(line)
        except _Unreadable:
            return None
        request = GoldenRequest(
            name=self._text(entries, "name", TEST_NAME.most),
            text=self._request_text(entries),
            attributes=self._attributes(entries.get("attributes", {})),
            effect=self._effect(entries.get("effect")),
            rules=self._rules(entries.get("rules")),
            now=self._now(entries.get("now")),
            file=self.file,
            line=self.number,
        )
        return request if len(self.problems) == before else None

    def _stop(self, message: str, remedy: str, column: int = 1) -> NoReturn:
        self.note(message, remedy, column)
        raise _Unreadable

    def _entries(self, line: str) -> dict[str, Any]:
        try:
            entries = json.loads(line, object_pairs_hook=self._pairs, parse_constant=self._constant)
            json.dumps(entries, ensure_ascii=False).encode()
        except json.JSONDecodeError as error:
            self._stop(f"is not JSON: {error.msg}", "write one object a line", error.colno)
        except UnicodeEncodeError:
            self._stop("has half a character (a lone surrogate)", "write the character itself")
        except (ValueError, RecursionError) as error:
            self._stop(f"is not usable JSON: {error}", "write one flat object a line")
        if not isinstance(entries, dict):
            self._stop("is no object", 'write {"name": …, "text": …, "effect": …}')
        for key in entries.keys() - set(KEYS):
            self.note(f"a request has no key `{key}`", did_you_mean(key, KEYS, "known keys"))
        for key in (key for key in REQUIRED if key not in entries):
            self.note(f"a request lacks `{key}`", f"add `{key}`")
        return entries

    def _pairs(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in pairs:
            if key in found:
                self._stop(f"has the key {json.dumps(key)} twice", "keep one")
            found[key] = value
        return found

    def _constant(self, name: str) -> NoReturn:
        self._stop(f"`{name}` is no number of JSON", "leave the attribute out when it is not known")

    def _text(self, entries: dict[str, Any], key: str, most: int) -> str:
        value = entries.get(key, "")
        if isinstance(value, str) and (value.strip() or key not in entries) and len(value) <= most:
            return value
        self.note(f"{key} must be text of at most {most} characters", "write something in double quotes")
        return ""

    def _request_text(self, entries: dict[str, Any]) -> str:
        value = entries.get("text", "")
        if not isinstance(value, str):
            self.note("text must be text", "put it in double quotes")
            return ""
        if fault := refuse(value):
            self.note(f"text {fault}, so the door would refuse it", "remove it")
        return value

    def _attributes(self, value: object) -> dict[str, AttributeValue]:
        """As written: whether the workflow takes them is found when the request is asked."""
        if isinstance(value, dict):
            return {name: tuple(one) if isinstance(one, list) else one for name, one in value.items()}
        self.note("attributes must be an object", 'write {"amount": 12.5}')
        return {}

    def _effect(self, value: object) -> Effect | None:
        if value is None:
            return None
        if isinstance(value, str) and value in set(Effect):
            return Effect(value)
        self.note(f"`{value}` is no effect", did_you_mean(str(value), [*Effect, "null"], "effects"))
        return None

    def _rules(self, value: object) -> frozenset[str] | None:
        if value is None:
            return None
        if isinstance(value, list) and all(isinstance(one, str) and re.fullmatch(ID.pattern, one) for one in value):
            return frozenset(value)
        self.note("rules must be a list of rules' ids", 'write ["some-rule"], or [] when none may match')
        return None

    def _now(self, value: object) -> datetime:
        if value is None:
            return NOW
        try:
            return as_moment(str(value))
        except ValueError:
            self.note(f"`{value}` cannot be now", "write it like 2026-01-31T09:00:00Z")
            return NOW
