"""Conditions in CEL, behind an interface of our own: check, compile, ask.

The engine is cel-expr-python (cel-cpp): typed at load, bounded in time, and three-valued by itself, since in CEL
`error && false` is false and `error || true` is true. A missing attribute is an error there and `unknown` here.
Request text never reaches the engine, which cuts strings at NUL: conditions see attributes and names of hits only.
Regexes (`matches`) belong to matchers, where they are checked at load; `map`, `filter`, `has` and `dyn` are off.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, TypeAlias

from cel_expr_python import cel

from rules.errors import did_you_mean
from rules.model import AttributeType, AttributeValue
from rules.references import Fault
from rules.schema import AttributeSchema

Facts: TypeAlias = Any  #: a cel Activation: the attributes and hits of one request

_CONFIG: Final = """
name: signoff
stdlib:
  exclude_functions: [{name: matches}, {name: dyn}]
  exclude_macros: [map, filter, has]
"""
_SWITCHED_OFF: Final = {
    "matches": "write a matcher with a regex in pack.yaml and ask matched('name')",
    "map": "use all, exists or exists_one",
    "filter": "use all, exists or exists_one",
    "has": "name the attribute under `requires`; a missing one is unknown by itself",
    "dyn": "compare values of one type",
}
_TYPES: Final = {
    AttributeType.STRING: cel.Type.STRING,
    AttributeType.INTEGER: cel.Type.INT,
    AttributeType.NUMBER: cel.Type.DOUBLE,
    AttributeType.BOOLEAN: cel.Type.BOOL,
    AttributeType.STRINGS: cel.Type.List(cel.Type.STRING),
}
#: Functions that ask whether the key they are given hit.
_ASKING: Final = ("matched", "pii", "valid_pii")
_WORDS: Final = {"double": "number", "int": "integer", "bool": "boolean", "list(string)": "strings"}
_ERROR: Final = re.compile(r"ERROR: <input>:(\d+):(\d+): (.*)")
_UNDECLARED: Final = re.compile(r"undeclared reference to '([^']*)'")
_OVERLOAD: Final = re.compile(r"found no matching overload for '([^']*)' applied to '\((.*)\)'")
_BATCH: Final = 200  #: rules asked in one list
_PART: Final = 16  #: rules asked by one `||`
_BATCH_LENGTH: Final = 50_000  #: code points; the engine takes 100,000


@dataclass(frozen=True, slots=True)
class Program:
    """One compiled condition."""

    source: str
    expression: Any

    def ask(self, facts: Facts) -> bool | str:
        """True, False, or the engine's word for why it cannot say; never an exception, never a value of the request."""
        return _answer(self.expression, facts)


@dataclass(frozen=True, slots=True)
class Batch:
    """Several conditions asked at once: about ten times cheaper each.

    The list of all answers fails when any condition does. Then parts are asked whether all of theirs are false, which
    `||` can say in spite of missing attributes elsewhere, and only the conditions of the others are asked alone.
    """

    programs: tuple[Program, ...]
    together: Any  #: the list of all answers; None when it would be too deep for the engine, as for the parts
    parts: tuple[Any, ...]  #: for every `_PART` programs in turn: whether any of them is true

    def ask(self, facts: Facts, *, complete: bool = True) -> list[bool | str]:
        """One answer a program. Unless `complete`, attributes are missing and the list is not tried."""
        answers = _value(self.together, facts) if complete else None
        if isinstance(answers, list) and len(answers) == len(self.programs):
            return answers
        answers = []
        for place, part in enumerate(self.parts):
            programs = self.programs[place * _PART : (place + 1) * _PART]
            none = _value(part, facts) is False
            answers += [False] * len(programs) if none else [program.ask(facts) for program in programs]
        return answers


def _value(expression: Any, facts: Facts) -> Any:
    """The plain value of an expression; None when it fails or is none."""
    if expression is None:
        return None
    try:
        value = expression.eval(facts).plain_value()
    except (RuntimeError, ValueError, TypeError):
        return None
    return value


def _answer(expression: Any, facts: Facts) -> bool | str:
    try:
        value = expression.eval(facts).value()
    except (RuntimeError, ValueError, TypeError) as error:
        value = str(error)
    if value is True or value is False:
        return bool(value)
    # Only the status word is kept: the rest of an error message may quote the request's values.
    return str(value).split(":", 1)[0].strip() or "ERROR"


class Engine:
    """A typed environment: the attributes of one schema and the lists of a rule set."""

    def __init__(self, schema: AttributeSchema, lists: Mapping[str, frozenset[str]]) -> None:
        def in_list(value: str, name: str) -> bool:
            return value in lists[name]

        bool_, text = cel.Type.BOOL, cel.Type.STRING
        functions = [
            cel.FunctionDecl("matched", [cel.Overload("matched_name", bool_, [text])]),
            cel.FunctionDecl("pii", [cel.Overload("pii_type", bool_, [text])]),
            cel.FunctionDecl("valid_pii", [cel.Overload("valid_pii_type", bool_, [text])]),
            cel.FunctionDecl("in_list", [cel.Overload("in_list_name", bool_, [text, text], impl=in_list)]),
        ]
        variables = {attribute.name: _TYPES[attribute.type] for attribute in schema.attributes}
        # A name with a dot is one variable to CEL's checker, so `lists.name` is typed at the place it is written.
        variables |= {f"lists.{name}": cel.Type.List(text) for name in lists}
        self._known = {*variables, "in_list", *_ASKING}
        self._env = cel.NewEnv(
            config=cel.NewEnvConfigFromYaml(_CONFIG),
            variables=variables,
            extensions=[cel.CelExtension("signoff", functions)],
        )

    @cached_property
    def nothing(self) -> Facts:
        """The facts of a request without attributes in which nothing hits; for use at load only."""
        return self.facts({}, ())

    def check(self, source: str) -> list[Fault]:
        """Everything the type checker objects to in one condition; empty when it is sound and says true or false."""
        try:
            kind = self._env.compile(source).return_type()
        except RuntimeError as error:
            return list(self._faults(source, str(error)))
        if kind != cel.Type.BOOL:
            word = _WORDS.get(kind.name().lower(), kind.name().lower())
            return [Fault(0, f"is a value ({word}), not true or false", "compare it with something")]
        return []

    def compile(self, source: str) -> Program:
        """Compile a checked condition. Raises ValueError when it is too deep for the engine."""
        try:
            return Program(source, self._env.compile(source))
        except RuntimeError as error:
            raise ValueError(str(error).splitlines()[0]) from None

    def batches(self, programs: Sequence[Program]) -> list[Batch]:
        """Programs packed into as few lists as the engine's limits allow, in their order."""
        batches: list[Batch] = []
        chunk: list[Program] = []
        length = 0
        for program in programs:
            if chunk and (len(chunk) == _BATCH or length + len(program.source) > _BATCH_LENGTH):
                batches.append(self._batch(chunk))
                chunk, length = [], 0
            chunk.append(program)
            length += len(program.source)
        return [*batches, self._batch(chunk)] if chunk else batches

    def _batch(self, programs: Sequence[Program]) -> Batch:
        sources = [program.source for program in programs]
        parts = ["||".join(sources[first : first + _PART]) for first in range(0, len(sources), _PART)]
        together = "[" + ",\n".join(sources) + "]"
        return Batch(tuple(programs), self._within_limits(together), tuple(map(self._within_limits, parts)))

    def _within_limits(self, source: str) -> Any:
        """The expression; None when conditions that are each just shallow enough are too deep inside of it."""
        try:
            return self._env.compile(source)
        except RuntimeError:
            return None

    def facts(self, attributes: Mapping[str, AttributeValue], hits: Collection[str]) -> Facts:
        """What conditions may see of one request: usable attributes, and the names of what hit.

        One per request: an Activation that is reused for ever grows.
        """
        data = {name: list(value) if isinstance(value, tuple) else value for name, value in attributes.items()}
        hit = hits.__contains__
        bool_, text = cel.Type.BOOL, cel.Type.STRING
        functions = [cel.Function(name, [text], False, hit, bool_) for name in _ASKING]
        return self._env.Activation(data, functions=functions)

    def _faults(self, source: str, message: str) -> Iterator[Fault]:
        lines = source.split("\n")
        found = _ERROR.findall(message)
        if not found:
            yield Fault(0, f"was refused: {message.splitlines()[0]}", "make the condition simpler")
        for line, column, text in found:
            offset = sum(len(before) + 1 for before in lines[: int(line) - 1]) + int(column) - 1
            if "*error*" in text or (text.startswith("Syntax error") and len(found) > 1 and text != found[0][2]):
                continue  # follows from an error already named
            yield self._fault(source, offset, text)

    def _fault(self, source: str, offset: int, text: str) -> Fault:
        if hit := _UNDECLARED.match(text):
            name = hit[1]
            start = source.rfind(name, 0, offset + len(name))  # CEL points at the dot or the bracket behind it
            if name in _SWITCHED_OFF:
                return Fault(max(start, 0), f"`{name}` is not part of the rule language", _SWITCHED_OFF[name])
            return Fault(max(start, 0), f"nothing is called `{name}`", did_you_mean(name, self._known, "known names"))
        if hit := _OVERLOAD.match(text):
            operator, types = hit[1].strip("_"), [_WORDS.get(kind, kind) for kind in hit[2].split(", ")]
            remedy = "use values of types that go together"
            if set(types) == {"number", "integer"}:
                remedy = "beside a number write a decimal point: 10000.0"
            return Fault(offset, f"`{operator}` cannot take ({', '.join(types)})", remedy)
        reason = text.removeprefix("Syntax error: ").split(" expecting {")[0]
        return Fault(offset, f"is not CEL: {reason}", "`and` is &&, `or` is ||, `not` is !; text stands in quotes")
