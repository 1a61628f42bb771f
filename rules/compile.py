"""From packs and a schema to a rule set that can be asked; everything that is wrong is reported at once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import date
from importlib.metadata import version
from typing import Any, Final

from rules import findings, normalize, pii
from rules.conditions import Engine, Program
from rules.errors import Problem, RuleErrors, did_you_mean
from rules.findings import placeholders
from rules.matchers import Matchers
from rules.model import (
    Attribute,
    AttributeType,
    Clause,
    Condition,
    Exemption,
    FindingStatus,
    Leaf,
    Matcher,
    Obligations,
    Pack,
    Rollout,
    Rule,
    RuleStatus,
    RuleTest,
)
from rules.references import Fault, References, read_references
from rules.ruleset import CompiledExemption, CompiledRule, RuleSet
from rules.schema import AttributeSchema

#: Rises whenever the same rules could rule otherwise.
ENGINE_VERSION: Final = 2
_LIBRARIES: Final = ("ahocorasick-rs", "cel-expr-python", "google-re2", "phonenumbers")
#: Rules of these need both kinds of tests.
_STANDING: Final = {RuleStatus.ENFORCE: "enforced", RuleStatus.CANARY: "canary"}
#: Parts of a value that say where it was written, not what it says.
_PLACES: Final = frozenset(("file", "line", "column", "columns", "places"))
_VALUES: Final = (Attribute, Condition, Exemption, Leaf, Matcher, Obligations, Pack, Rollout, Rule, RuleTest)
_FIELDS: Final[Mapping[type[Any], Sequence[str]]] = {
    kind: [one.name for one in fields(kind) if one.name not in _PLACES] for kind in _VALUES
}


def compile_rules(packs: Sequence[Pack], schema: AttributeSchema) -> RuleSet:
    """Compile packs against a workflow's attributes.

    Raises RuleErrors with all problems: conditions that do not parse, are of the wrong type or name what is not
    declared; attributes that are not; ids used twice across packs; rules that count without their two tests. What
    can be judged within one pack, as which rules an exemption names, was checked when it was read.
    """
    problems: list[Problem] = []
    lists = {f"{pack.id}/{name}": values for pack in packs for name, values in pack.lists.items()}
    matchers = {f"{pack.id}/{matcher.name}": matcher for pack in packs for matcher in pack.matchers}
    engine = Engine(schema, lists)
    compiled: list[CompiledRule] = []
    exemptions: list[CompiledExemption] = []
    _check_ids(packs, problems)
    _check_attributes(packs, schema, problems)
    for pack in packs:
        checker = _PackChecker(pack, schema, problems)
        for rule in pack.rules:
            before = len(problems)
            read = checker.check(rule)
            if len(problems) == before:
                compiled += _compiled(rule, read, engine, schema, problems)
        for exemption in pack.exemptions:
            before = len(problems)
            read = checker.check_exemption(exemption)
            if len(problems) == before:
                exemptions += _compiled_exemption(exemption, read, engine, schema, problems)
    if problems:
        raise RuleErrors(problems)
    return RuleSet(
        digest=digest(packs, schema),
        packs=tuple(packs),
        schema=schema,
        compiled=tuple(sorted(compiled, key=lambda one: one.rule.id)),
        matchers=Matchers(matchers),
        engine=engine,
        exemptions=tuple(sorted(exemptions, key=lambda one: one.exemption.id)),
    )


def digest(packs: Sequence[Pack], schema: AttributeSchema) -> str:
    """SHA-256 over what rules a request: content in canonical form, schema, normaliser and engines.

    Comments, the order of rules and files, and where things stand in them do not count.
    """
    content = {
        "packs": sorted((_canonical(pack) for pack in packs), key=lambda pack: str(pack["id"])),
        "schema": sorted((_canonical(attribute) for attribute in schema.attributes), key=lambda one: str(one["name"])),
        "normalizer": normalize.VERSION,
        "engine": ENGINE_VERSION,
        "libraries": {name: version(name) for name in _LIBRARIES},
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _canonical(value: Any) -> Any:
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, tuple):
        items = [_canonical(item) for item in value]
        named = items and isinstance(value[0], Rule | Exemption)
        return sorted(items, key=lambda one: str(one["id"])) if named else items
    if isinstance(value, dict | Mapping):
        return {key: _canonical(item) for key, item in value.items()}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, date):
        return value.isoformat()
    return {name: _canonical(getattr(value, name)) for name in _FIELDS[type(value)]}


def _check_ids(packs: Sequence[Pack], problems: list[Problem]) -> None:
    for what, ones in (
        ("rule", [rule for pack in packs for rule in pack.rules]),
        ("exemption", [exemption for pack in packs for exemption in pack.exemptions]),
    ):
        seen: dict[str, Rule | Exemption] = {}
        for one in ones:
            if one.id in seen:
                other = seen[one.id]
                where = f"in pack `{other.pack}` at {other.file}:{other.line}"
                message = f"the {what} `{one.id}` exists already, {where}"
                problems.append(Problem(one.file, one.line, 1, message, "give it an id of its own"))
            seen.setdefault(one.id, one)
    ids = [pack.id for pack in packs]
    problems += [
        Problem(f"{name}/pack.yaml", 1, 1, f"the pack `{name}` is given twice", "name it once")
        for name in sorted({name for name in ids if ids.count(name) > 1})
    ]


def _check_attributes(packs: Sequence[Pack], schema: AttributeSchema, problems: list[Problem]) -> None:
    """What a pack expects has to be declared by the workflow, with the same type."""
    for pack in packs:
        for expected in pack.attributes:
            found = schema.by_name.get(expected.name)
            if found is None or found.type is not expected.type:
                got = "does not declare it" if found is None else f"declares it as {found.type}"
                message = f"the pack expects the attribute `{expected.name}` as {expected.type}; the workflow {got}"
                remedy = f"declare `{expected.name}: {{type: {expected.type}}}` in workflow.yaml"
                problems.append(Problem(f"{pack.id}/pack.yaml", 1, 1, message, remedy))


class _PackChecker:
    """Checks the rules and exemptions of one pack against its own matchers and lists and the workflow's attributes."""

    def __init__(self, pack: Pack, schema: AttributeSchema, problems: list[Problem]) -> None:
        self.pack = pack
        self.schema = schema
        self.problems = problems
        self.matchers = frozenset(matcher.name for matcher in pack.matchers)
        self.engine = Engine(schema, pack.lists)

    def check(self, rule: Rule) -> dict[Leaf, References]:
        """Note everything wrong with one rule; its conditions, read."""
        for name in rule.requires:
            self._declared(rule, name, f"requires.{name}", "requires")
        for name in placeholders(rule.reason):
            self._declared(rule, name, "reason", "the reason")
        if rule.rollout and rule.rollout.by is not None:
            self._check_rollout(rule, rule.rollout.by)
        self._check_tests(rule)
        if rule.status in _STANDING:
            expected = {test.expect for test in rule.tests}
            for needed in (FindingStatus.MATCH, FindingStatus.NO_MATCH):
                if needed not in expected:
                    message = f"the {_STANDING[rule.status]} rule `{rule.id}` has no test that expects {needed}"
                    self._note(rule, "", message, "add one under `tests:`")
        return {leaf: self._read(rule, leaf) for leaf in _leaves(rule.when)}

    def check_exemption(self, exemption: Exemption) -> dict[Leaf, References]:
        """Note everything wrong with one exemption; its conditions, read."""
        self._check_tests(exemption)
        return {leaf: self._read(exemption, leaf) for leaf in _leaves(exemption.when)}

    def _check_tests(self, written: Rule | Exemption) -> None:
        for place, test in enumerate(written.tests):
            for wrong in self.schema.check(test.attributes):
                self._note(written, f"tests.{place}.{wrong.field}", f"`{wrong.field}` {wrong.message}", wrong.remedy)

    def _check_rollout(self, rule: Rule, name: str) -> None:
        self._declared(rule, name, "rollout.by", "`by` of the rollout")
        found = self.schema.by_name.get(name)
        if found is not None and found.type is not AttributeType.STRING:
            message = f"`by` of the rollout names `{name}`, which is declared as {found.type}"
            self._note(rule, "rollout.by", message, "name an attribute of type string, or leave `by` out")

    def _declared(self, rule: Rule, name: str, place: str, where: str) -> None:
        if name not in self.schema.by_name:
            remedy = did_you_mean(name, self.schema.by_name, "declared attributes")
            self._note(rule, place, f"{where} names `{name}`, which is not an attribute of the workflow", remedy)

    def _note(self, written: Rule | Exemption, place: str, message: str, remedy: str) -> None:
        self.problems.append(Problem(written.file, *written.places.get(place, (written.line, 1)), message, remedy))

    def _read(self, written: Rule | Exemption, leaf: Leaf) -> References:
        read = read_references(leaf.source, self.pack.id, self.matchers, self.pack.lists.keys(), pii.TYPES)
        faults = list(read.faults)
        if read.whole and not read.plain:  # a single question is sound when its name is
            # What is wrong with lists is told better by the names than by the types.
            known = () if not faults else ("nothing is called `lists",)
            faults += [fault for fault in self.engine.check(leaf.source) if not fault.message.startswith(known)]
        self.problems += [_placed(written.file, leaf, fault) for fault in faults]
        return read


def _placed(file: str, leaf: Leaf, fault: Fault) -> Problem:
    before = leaf.source[: fault.offset]
    line, column = before.count("\n"), len(before) - (before.rfind("\n") + 1)
    at = leaf.columns[column] if column < len(leaf.columns) else leaf.column + column
    return Problem(file, leaf.line + line, at, fault.message, fault.remedy)


def _leaves(condition: Condition) -> Iterator[Leaf]:
    for clause in (*condition.all, *condition.any, *condition.none):
        if isinstance(clause, Leaf):
            yield clause
        else:
            yield from _leaves(clause)


def _compiled(
    rule: Rule, read: Mapping[Leaf, References], engine: Engine, schema: AttributeSchema, problems: list[Problem]
) -> Iterator[CompiledRule]:
    for program, keys, reads in _program(rule, read, engine, schema, problems):
        bare = program.ask(engine.nothing)
        yield CompiledRule(rule, program, keys, reads, bare, findings.quiet(rule), findings.unknown(rule, reads))


def _compiled_exemption(
    exemption: Exemption,
    read: Mapping[Leaf, References],
    engine: Engine,
    schema: AttributeSchema,
    problems: list[Problem],
) -> Iterator[CompiledExemption]:
    for program, keys, reads in _program(exemption, read, engine, schema, problems):
        yield CompiledExemption(exemption, program, keys, reads)


def _program(
    written: Rule | Exemption,
    read: Mapping[Leaf, References],
    engine: Engine,
    schema: AttributeSchema,
    problems: list[Problem],
) -> Iterator[tuple[Program, frozenset[str], tuple[str, ...]]]:
    """The condition's program, the keys it listens to and the attributes it reads; nothing when it is too much."""
    try:
        program = engine.compile(_source(written.when, read))
    except ValueError as error:
        message = f"the condition of `{written.id}` is too much for the engine: {error}"
        problems.append(Problem(written.file, written.line, 1, message, "make two of it"))
        return
    keys = frozenset(key for references in read.values() for key in references.keys)
    names = {name for references in read.values() for name in references.names}
    yield program, keys, tuple(sorted(names & schema.by_name.keys()))


def _source(clause: Clause, read: Mapping[Leaf, References]) -> str:
    """One CEL expression for a tree. Line ends keep a trailing comment from swallowing what follows."""
    if isinstance(clause, Leaf):
        return f"(\n{read[clause].source}\n)"
    parts = [_source(part, read) for part in clause.all]
    if clause.any:
        parts.append("(" + "||".join(_source(part, read) for part in clause.any) + ")")
    if clause.none:
        parts.append("!(" + "||".join(_source(part, read) for part in clause.none) + ")")
    return "(" + "&&".join(parts) + ")"
