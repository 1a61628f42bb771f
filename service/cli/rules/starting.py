"""Begin a pack from nothing, and the schemas that let an editor complete it."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from service.cli.saying import plain, say
from service.errors import InvalidRequest

#: The schemas that are shipped: the package, and the file in its folder `schema`.
SCHEMAS = {
    "pack": ("rules", "pack.v1.schema.json"),
    "rule": ("rules", "rule.v1.schema.json"),
    "workflow": ("service", "workflow.v1.schema.json"),
}
_BESIDE = ".schema"  # where a pack keeps its copies, so that editors find them without a network
_ID = re.compile(r"[a-z][a-z0-9-]{0,63}")


def new(
    path: Annotated[Path, typer.Argument(help="The folder to make; its name is the pack's.")],
    owner: Annotated[str, typer.Option(help="Who answers for the pack.")] = "compliance",
) -> None:
    """Write a pack to begin with: one draft rule, its matcher, its tests, and schemas for the editor."""
    name = path.resolve().name
    if not _ID.fullmatch(name):
        raise InvalidRequest(f"{name!r} is no name for a pack", remedy="use a-z, 0-9 and -, as in retail-banking")
    if path.exists() and any(path.iterdir()):
        raise InvalidRequest(f"{path} is not empty", remedy="name a folder that is not there yet")
    (path / _BESIDE).mkdir(parents=True, exist_ok=True)
    for kind in ("pack", "rule"):
        (path / _BESIDE / SCHEMAS[kind][1]).write_text(_schema(kind), encoding="utf-8")
    (path / "pack.yaml").write_text(_PACK.format(name=name, owner=_quoted(owner)), encoding="utf-8")
    (path / "first.rule.yaml").write_text(_RULE.format(name=name), encoding="utf-8")
    say.print(f"{plain(path)}: a pack with one draft rule; next: signoff rules check {plain(path)}")


def schema(
    kind: Annotated[str, typer.Argument(help="pack, rule or workflow.")] = "rule",
) -> None:
    """Print the JSON Schema of a kind of file."""
    if kind not in SCHEMAS:
        raise typer.BadParameter(f"{kind!r} is none of {', '.join(SCHEMAS)}")
    print(_schema(kind), end="")


def _schema(kind: str) -> str:
    package, name = SCHEMAS[kind]
    return files(package).joinpath("schema", name).read_text(encoding="utf-8")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


_PACK = """\
# yaml-language-server: $schema=.schema/pack.v1.schema.json
# Who answers for the pack, what its rules expect of a request, and the lists and matchers that only they may name.
apiVersion: signoff/rules/v1
pack: {{id: {name}, owner: {owner}, title: A new pack}}

attributes:
  channel: {{type: string, values: [app, web, phone, letter]}}

matchers:
  secret_words:
    phrases: [password, passcode, one-time code]
"""

_RULE = """\
# yaml-language-server: $schema=.schema/rule.v1.schema.json
- id: {name}-secrets-by-phone   # unique in the workflow, never reused
  title: Somebody speaks of a password on the phone
  status: draft                 # then shadow, canary, enforce
  severity: low
  effect: flag                  # flag, recheck, review or block
  reason_code: SEC-01
  reason: "a password is spoken of on the channel {{channel}}"
  citation: [Security handbook 2.1]
  review_by: 2030-01-01
  when:
    all:
      - matched('secret_words')
      - channel == 'phone'
  tests:
    - {{name: asked on the phone, text: What is your password?, attributes: {{channel: phone}}, expect: match}}
    - {{name: asked in the app, text: What is your password?, attributes: {{channel: app}}, expect: no_match}}
    - {{name: about something else, text: Where is my card?, attributes: {{channel: phone}}, expect: no_match}}
    - {{name: channel not known, text: What is your password?, expect: unknown}}
"""
