"""The files against what answers: which workflows differ, in what, and what keeps the files from being loaded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rules.errors import Problem, RuleErrors
from service.domain.types import Workflow
from service.errors import RulesBroken
from service.store import pointers
from service.store.pointers import Pointer
from service.usecases.house import House
from service.usecases.rule_changes import Changes, changes_between
from service.usecases.rule_files import (
    Candidate,
    Files,
    as_dict,
    compiled,
    digest,
    failures,
    golden_failures,
    read_workflows,
)

#: A workflow's pointer with the row of the release it names.
Answering = tuple[Pointer, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Edited:
    """A workflow whose files are not what answers."""

    pointer: Pointer
    row: Mapping[str, Any]  #: of the release that answers
    candidate: Candidate
    changes: Changes


@dataclass(frozen=True, slots=True)
class _Tried:
    """What compiling and testing some files came to: kept, because the same files come to the same."""

    candidate: Candidate | None
    problems: tuple[Problem, ...]


def answering(house: House) -> list[Answering]:
    """Every workflow, by name, with what answers for it."""
    with house.store.read() as connection:
        found = ((pointer, pointers.release(connection, pointer.release)) for pointer in pointers.pointers(connection))
        return [(pointer, row) for pointer, row in found if row is not None]


def differences(house: House, among: Iterable[Answering]) -> tuple[list[Edited], list[Problem]]:
    """The workflows whose files differ, as far as these load, and everything that is wrong with any file.

    Each file is read once; what is in force already is not compiled again, and no file is compiled twice.
    """
    by_name = {pointer.workflow: (pointer, row) for pointer, row in among}
    read, problems = read_workflows(house.home, by_name)
    edited: list[Edited] = []
    for files in read:
        pointer, row = by_name[files.name]
        if (digest(files.policy), digest(files.rules)) == (row["policy"], row["rules"]):
            problems += _golden_problems(house, pointer, files)
            continue
        tried = _tried(house, files)
        problems += tried.problems
        if tried.candidate is not None and not tried.problems:
            edited.append(Edited(pointer, row, tried.candidate, _changes(house, row["id"], tried.candidate)))
    return edited, sorted(set(problems))


def read_files(house: House, workflow: str) -> Candidate:
    """The files of one workflow, compiled and tested; RuleErrors if anything is broken."""
    read, problems = read_workflows(house.home, [workflow])
    if problems:
        raise RuleErrors(problems)
    tried = _tried(house, read[0])
    if tried.candidate is None or tried.problems:
        raise RuleErrors(tried.problems)
    return tried.candidate


def broken(problems: Sequence[Problem]) -> RulesBroken:
    """The refusal that lists every error."""
    return refusal([as_dict(problem) for problem in problems])


def refusal(errors: Sequence[Mapping[str, Any]]) -> RulesBroken:
    """The refusal that lists every error, given as plain data."""
    first = "{file}:{line}:{column}: {message} ({remedy})".format_map(errors[0]) if errors else "unknown error"
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return RulesBroken(
        first + more,
        remedy="mend the files and reload; the rules in force stay in force",
        extra={"errors": list(errors)},
    )


def policy_of(candidate: Candidate) -> Workflow:
    """The policy of a candidate that was read from a workflow's folder."""
    assert candidate.workflow is not None, "what was read from a workflow's folder has its policy"
    return candidate.workflow


def _changes(house: House, base: str, candidate: Candidate) -> Changes:
    def compare() -> Changes:
        packs, policy = house.shelf.rules(base).packs, house.shelf.policy(base)
        return changes_between(packs, policy, candidate.packs, policy_of(candidate))

    return house.shelf.part(("changes", base, digest(candidate.policy), digest(candidate.rules)), compare)


def _tried(house: House, files: Files) -> _Tried:
    def attempt() -> _Tried:
        try:
            candidate = compiled(files, house.shelf.part)
        except RuleErrors as error:
            return _Tried(None, error.problems)
        return _Tried(candidate, tuple(failures(candidate)))

    golden = None if files.golden is None else digest(files.golden)
    key = ("tried", files.name, digest(files.policy), digest(files.rules), golden)
    return house.shelf.part(key, attempt)


def _golden_problems(house: House, pointer: Pointer, files: Files) -> Sequence[Problem]:
    """The rules in force were tested when they came; golden requests may have been written since."""
    if files.golden is None:
        return ()

    def attempt() -> tuple[Problem, ...]:
        try:
            candidate = compiled(files, house.shelf.part)
        except RuleErrors as error:
            return error.problems
        return tuple(golden_failures(candidate.ruleset, candidate.golden))

    return house.shelf.part(("golden", files.name, pointer.release, digest(files.golden)), attempt)
