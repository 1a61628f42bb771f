"""A first start leaves a folder that people can work in."""

from __future__ import annotations

import json
from pathlib import Path


def test_editors_find_the_schema_of_every_file(starter: Path):
    """The first line of each starter file leads, from where it lies in the home folder, to a schema."""
    edited = [*starter.glob("packs/*/*.yaml"), *starter.glob("workflows/*/workflow.yaml")]
    assert len(edited) > 2
    for path in edited:
        first = path.read_text(encoding="utf-8").split("\n")[0]
        schema = path.parent / first.removeprefix("# yaml-language-server: $schema=")
        assert json.loads(schema.read_text(encoding="utf-8"))["$schema"].endswith("2020-12/schema")
