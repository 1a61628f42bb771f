"""From the files of a pack to its frozen value, with every problem of every file reported at once.

A pack is `pack.yaml` (who it is, its lists, matchers and exemptions), any number of `*.rule.yaml` (a list of rules
each) and the text files it refers to. The format is described in docs/rules.md. What needs the workflow's attributes
or the whole rule set (conditions, `requires`) is checked by `rules.compile`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from rules.errors import Problem, RuleErrors
from rules.model import Pack
from rules.reading.exemption_reader import check_exempted
from rules.reading.manifest_reader import API_VERSION, read_manifest
from rules.reading.pack_folder import PACK_FILE, RULE_SUFFIX, FilesChanging, pack_files, stray
from rules.reading.rule_reader import RuleReader
from rules.reading.shape import Shape
from rules.reading.strict_yaml import Node, read_yaml
from rules.reading.text_file import unseen

__all__ = ["API_VERSION", "FilesChanging", "pack_files", "read_pack", "read_yaml"]


def read_pack(files: Mapping[str, bytes]) -> Pack:
    """Read one pack from its files' bytes, wherever they come from; the names are those shown in problems.

    Raises RuleErrors with every problem in every file.
    """
    manifests = [name for name in files if name.rpartition("/")[2] == PACK_FILE]
    if len(manifests) != 1:
        place = next(iter(files), PACK_FILE)
        message = "the pack has no pack.yaml" if not manifests else f"the pack has {len(manifests)} files pack.yaml"
        raise RuleErrors([Problem(place, 1, 1, message, "a pack has exactly one pack.yaml")])
    problems = [
        Problem(name, 1, 1, "is no file of a pack, so its rules would not hold", f"let its name end in {RULE_SUFFIX}")
        for name in files
        if stray(name.rpartition("/")[2])
    ]
    nodes = {name: _read(files[name], name, problems) for name in sorted(files) if name.endswith(RULE_SUFFIX)}
    manifest = _read(files[manifests[0]], manifests[0], problems)
    pack = read_manifest(Shape(manifests[0], problems), manifest, files) if manifest else Pack("", "", "", ())
    rules = RuleReader(pack.id, pack.owner, problems)
    for name, node in nodes.items():
        if node:
            rules.read_file(name, node)
    if all(nodes.values()):  # else some rules are not known
        check_exempted(pack.exemptions, {rule.id: rule for rule in rules.rules}, problems)
    if not rules.rules and not problems:
        problems.append(Problem(manifests[0], 1, 1, "the pack has no rules", "add a file ending in .rule.yaml"))
    if problems:
        raise RuleErrors(problems)
    return replace(pack, rules=tuple(rules.rules))


def _read(data: bytes, name: str, problems: list[Problem]) -> Node | None:
    try:
        node = read_yaml(data, name)
    except RuleErrors as errors:
        problems += errors.problems
        return None
    problems += unseen(data.decode("utf-8"), name)
    return node
