"""Rule and policy files as they lie on disk: read at one moment, compiled once, every problem told with its place.

Needs neither database nor home folder, so that a team can check its own repository of packs.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol, TypeVar

from rules.compile import compile_rules
from rules.errors import Problem, RuleErrors, did_you_mean
from rules.model import Attribute, Pack
from rules.reading.golden import GoldenRequest, read_golden, run_golden
from rules.reading.reader import pack_files, read_pack
from rules.ruleset import RuleSet
from rules.schema import AttributeSchema
from rules.testing import run_tests
from service.domain.types import Workflow
from service.usecases.workflow_file import FILE, read_workflow

GOLDEN = "golden.jsonl"
PACKS = "packs/"  # where packs lie under a home folder, as problems name their files

T = TypeVar("T")


class Keep(Protocol):
    """Makes what a key names, or hands out what it made before."""

    def __call__(self, key: tuple[Hashable, ...], make: Callable[[], T], /) -> T: ...


def keep_nothing(key: tuple[Hashable, ...], make: Callable[[], T], /) -> T:
    """Make it each time."""
    return make()


@dataclass(frozen=True, slots=True)
class Files:
    """What is written of one workflow, read and not yet compiled."""

    name: str
    policy: bytes  #: workflow.yaml
    rules: bytes  #: JSON: pack -> file -> text; the same files give the same bytes
    golden: bytes | None  #: golden.jsonl, None when there is none
    workflow: Workflow


@dataclass(frozen=True, slots=True)
class Candidate:
    """A compiled rule set that does not answer, with what it was made of."""

    name: str  #: of the workflow, or of the pack where there is no workflow
    packs: tuple[Pack, ...]
    schema: AttributeSchema
    ruleset: RuleSet
    workflow: Workflow | None  #: None for a pack on its own
    golden: tuple[GoldenRequest, ...] = ()
    policy: bytes = b""
    rules: bytes = b""
    root: str = PACKS  #: stands before the names of the packs' files


def candidates(home: Path, paths: Sequence[Path] = ()) -> list[Candidate]:
    """Every workflow under the home folder; or the packs at `paths`, each with the attributes it expects.

    A path is a pack's folder, or a folder of such folders. RuleErrors with all problems of all files.
    """
    problems: list[Problem] = []
    made: list[Candidate] = []
    if paths:
        makers = [_alone(folder) for path in paths for folder in _pack_folders(path, problems)]
    else:
        files, problems = read_workflows(home, workflow_names(home))
        makers = [_compiler(each) for each in files]
    for make in makers:
        try:
            made.append(make())
        except RuleErrors as error:
            problems += error.problems
    if problems:
        raise RuleErrors(problems)
    return made


def workflow_names(home: Path) -> list[str]:
    """The folders of workflows; RuleErrors when there is no place for them."""
    try:
        return sorted(path.name for path in (home / "workflows").iterdir() if (path / FILE).is_file())
    except OSError as error:
        remedy = "name the folders of packs, or set SIGNOFF_HOME to a home folder"
        raise RuleErrors([Problem(str(home / "workflows"), 1, 1, "cannot be read", remedy)]) from error


def read_workflows(home: Path, names: Iterable[str]) -> tuple[list[Files], list[Problem]]:
    """What is written of the named workflows, each file read once; and what keeps others from being read."""
    read: list[Files] = []
    problems: list[Problem] = []
    packs: dict[str, Mapping[str, str]] = {}  # a pack that several workflows use is of one moment for all of them
    for name in names:
        try:
            read.append(_read_workflow(home, name, packs))
        except RuleErrors as error:
            problems += error.problems
    return read, sorted(set(problems))


def compiled(files: Files, keep: Keep = keep_nothing) -> Candidate:
    """Compile what was read. RuleErrors with all problems, failing tests not among them: see `failures`."""
    problems: list[Problem] = []
    golden: tuple[GoldenRequest, ...] = ()
    try:
        if files.golden is not None:
            golden = read_golden(files.golden, f"workflows/{files.name}/{GOLDEN}")
    except RuleErrors as error:
        problems += error.problems
    try:
        with placed(PACKS):
            ruleset = ruleset_of(files.rules, files.workflow.attributes, keep)
    except RuleErrors as error:
        raise RuleErrors([*problems, *error.problems]) from error
    if problems:
        raise RuleErrors(problems)
    return Candidate(
        files.name, ruleset.packs, ruleset.schema, ruleset, files.workflow, golden, files.policy, files.rules
    )


def ruleset_of(rules: bytes, attributes: tuple[Attribute, ...], keep: Keep = keep_nothing) -> RuleSet:
    """Packs as stored (JSON: pack -> file -> text), compiled; RuleErrors with the packs' own names for files."""
    return keep(("rules", digest(rules), attributes), lambda: compile_rules(_packs(rules, keep), _schema(attributes)))


def failures(candidate: Candidate) -> list[Problem]:
    """A problem for each test beside a rule, and for each golden request, that does not give what it expects."""
    failed = [
        Problem(
            f"{candidate.root}{result.file}",
            result.line,
            1,
            f"the test {result.test!r} of {result.rule} expects {result.expected} and gets {result.got}",
            "mend the rule or the test",
        )
        for result in run_tests(candidate.ruleset)
        if not result.passed
    ]
    return failed + golden_failures(candidate.ruleset, candidate.golden)


def golden_failures(ruleset: RuleSet, golden: Sequence[GoldenRequest]) -> list[Problem]:
    """A problem for each golden request that the rule set does not treat as it has to be treated."""
    return [
        Problem(result.request.file, result.request.line, 1, f"golden request `{result.request.name}`: {wrong}", _MEND)
        for result in run_golden(ruleset, golden)
        for wrong in result.wrong
    ]


_MEND = "mend the rules; or, where it is to come to something else from now on, the request"


def digest(data: bytes) -> str:
    """SHA-256 in hex: the name of an artefact."""
    return hashlib.sha256(data).hexdigest()


@contextlib.contextmanager
def placed(root: str) -> Iterator[None]:
    """Names the files in problems as they lie under a folder: `root` stands before them."""
    try:
        yield
    except RuleErrors as error:
        raise RuleErrors([replace(problem, file=f"{root}{problem.file}") for problem in error.problems]) from error


def as_dict(problem: Problem) -> dict[str, Any]:
    """A problem as plain data."""
    return {
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "message": problem.message,
        "remedy": problem.remedy,
    }


def _read_workflow(home: Path, name: str, packs: dict[str, Mapping[str, str]]) -> Files:
    folder, shown = home / "workflows" / name, f"workflows/{name}/{FILE}"
    try:
        policy = (folder / FILE).read_bytes()
    except OSError as error:
        raise RuleErrors([Problem(shown, 1, 1, f"cannot be read: {error.strerror}", "put the file back")]) from error
    workflow = read_workflow(policy, shown)
    if workflow.name != name:
        remedy = f"write `workflow: {name}` or rename the folder"
        raise RuleErrors([Problem(shown, 1, 1, f"names workflow {workflow.name!r}", remedy)])
    problems: list[Problem] = []
    for pack in workflow.packs:
        if not (home / "packs" / pack).is_dir():
            known = [path.name for path in (home / "packs").glob("*/") if path.is_dir()]
            remedy = f"make the folder packs/{pack}, or mend the name: {did_you_mean(pack, known, 'packs')}"
            problems.append(Problem(shown, 1, 1, f"there is no pack {pack!r}", remedy))
        elif pack not in packs and (texts := _pack_texts(home / "packs" / pack, PACKS, problems)) is not None:
            packs[pack] = texts
    golden = _golden(folder / GOLDEN, f"workflows/{name}/{GOLDEN}", problems)
    if problems:
        raise RuleErrors(problems)
    rules = {pack: packs[pack] for pack in workflow.packs}
    return Files(name, policy, json.dumps(rules, ensure_ascii=False, sort_keys=True).encode(), golden, workflow)


def _golden(path: Path, shown: str, problems: list[Problem]) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        problems.append(Problem(shown, 1, 1, f"cannot be read: {error.strerror}", "mend the file or take it away"))
        return None


def _pack_texts(folder: Path, root: str, problems: list[Problem]) -> dict[str, str] | None:
    """The files of a pack by `<folder>/<file>`; None when one of them cannot be read."""
    try:
        files = pack_files(folder)
    except OSError as error:
        said = f"cannot be read: {error.strerror or error}"
        problems.append(Problem(f"{root}{folder.name}/pack.yaml", 1, 1, said, "put the files back, or try again"))
        return None
    texts: dict[str, str] = {}
    for name, data in sorted(files.items()):
        try:
            texts[name] = data.decode("utf-8")
        except UnicodeDecodeError as error:
            line = data[: error.start].count(b"\n") + 1
            problems.append(Problem(f"{root}{name}", line, 1, "is not UTF-8", "save the file as UTF-8"))
    return texts if len(texts) == len(files) else None


def _packs(rules: bytes, keep: Keep) -> list[Pack]:
    stored: dict[str, dict[str, str]] = json.loads(rules)
    read: list[Pack] = []
    problems: list[Problem] = []
    for files in stored.values():
        try:
            read.append(_pack(files, keep))
        except RuleErrors as error:
            problems += error.problems
    if problems:
        raise RuleErrors(problems)
    return read


def _pack(files: Mapping[str, str], keep: Keep) -> Pack:
    data = {name: text.encode() for name, text in files.items()}
    whole = b"".join(part for name in sorted(data) for part in (name.encode(), b"\0", data[name], b"\0"))
    return keep(("pack", digest(whole)), lambda: read_pack(data))


def _schema(attributes: tuple[Attribute, ...]) -> AttributeSchema:
    return AttributeSchema(attributes)


def _compiler(files: Files) -> Callable[[], Candidate]:
    return lambda: compiled(files)


def _pack_folders(path: Path, problems: list[Problem]) -> list[Path]:
    """The pack at a path, or the packs in it."""
    folder = path if path.name not in ("", "..") else path.resolve()
    if (folder / "pack.yaml").is_file():
        return [folder]
    inside = sorted(each.parent for each in folder.glob("*/pack.yaml"))
    if not inside:
        message = "is no pack: there is no pack.yaml" if folder.is_dir() else "is no folder"
        problems.append(Problem(str(path), 1, 1, message, "name the folder that holds pack.yaml"))
    return inside


def _alone(folder: Path) -> Callable[[], Candidate]:
    root = "" if str(folder.parent) == "." else f"{folder.parent}/"

    def make() -> Candidate:
        problems: list[Problem] = []
        texts = _pack_texts(folder, root, problems)
        if texts is None:
            raise RuleErrors(problems)
        with placed(root):
            pack = _pack(texts, keep_nothing)
            ruleset = compile_rules([pack], _schema(pack.attributes))
        return Candidate(pack.id, ruleset.packs, ruleset.schema, ruleset, None, root=root)

    return make
