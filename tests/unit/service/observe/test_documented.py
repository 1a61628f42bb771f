"""Figures, dashboard, alerts and runbook name the same things."""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import REGISTRY

import service.observe
from service.observe import standing
from tests.house import ROOT

OURS = "signoff_"
#: Of Prometheus itself and of the library that counts.
THEIRS = {"up": {"job", "instance"}, "process_resident_memory_bytes": {"job", "instance", "pid"}}
ADDED = {"job", "instance"}  # by whoever scrapes
WORDS = frozenset(
    "and or unless by without on ignoring group_left group_right bool offset sum min max avg count topk rate increase"
    " deriv histogram_quantile".split()
)


def figures() -> dict[str, set[str]]:
    """Every series by name, with its labels."""
    for part in pkgutil.iter_modules(service.observe.__path__):
        importlib.import_module(f"service.observe.{part.name}")
    found = {figure.name: set(figure.labels) for figure in standing.ALL}
    for collector, names in REGISTRY._collector_to_names.items():
        labels = set(getattr(collector, "_labelnames", ()))
        kind = getattr(collector, "_type", "")
        for name in (one for one in names if one.startswith(OURS) and not one.endswith("_created")):
            if kind == "counter" and not name.endswith("_total"):
                continue
            if kind == "histogram" and name == getattr(collector, "_name", ""):
                continue
            found[name] = labels | ({"le"} if name.endswith("_bucket") else set())
    return found


def expressions() -> Iterator[tuple[str, str]]:
    """(where, PromQL) of every alert and of every panel."""
    for rule in alerts():
        yield rule["alert"], rule["expr"]
    board = json.loads((ROOT / "deploy/grafana/signoff.json").read_text())
    for panel in board["panels"]:
        for target in panel.get("targets", ()):
            yield panel["title"], target["expr"]


def alerts() -> list[dict[str, Any]]:
    return [
        rule for group in yaml.safe_load((ROOT / "deploy/alerts.yml").read_text())["groups"] for rule in group["rules"]
    ]


EXPRESSIONS = list(expressions())


@pytest.mark.parametrize(
    "where,expression", EXPRESSIONS, ids=[f"{where}-{n}" for n, (where, _) in enumerate(EXPRESSIONS)]
)
def test_alerts_and_dashboard_use_only_figures_and_labels_that_exist(where: str, expression: str) -> None:
    """Else they would be silent for good, and nobody would know."""
    known = figures() | THEIRS
    plain = re.sub(r'"(?:[^"\\]|\\.)*"', '""', expression)
    assert all(plain.count(opening) == plain.count(closing) for opening, closing in ("()", "{}", "[]"))
    used: set[str] = set()
    for name, selector in re.findall(r"\b([a-z_]+)(?:\{([^}]*)\})?(?=[\s\[\)\*/<>=+-]|$)", plain):
        if name in WORDS or (name not in known and not selector and not name.startswith(OURS)):
            continue
        assert name in known, f"{where}: there is no figure {name}"
        used |= known[name] | ADDED
        asked = set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", selector))
        assert asked <= known[name] | ADDED, f"{where}: {name} has no label {asked - known[name]}"
    assert used, f"{where}: names no figure"
    grouped = {label.strip() for labels in re.findall(r"\bby \(([^)]*)\)", plain) for label in labels.split(",")}
    assert grouped <= used, f"{where}: grouped by {grouped - used}"


def test_every_figure_is_explained() -> None:
    """`docs/observability.md` has a row for each, with its labels, and none for what is not there."""
    rows = re.findall(
        r"^\| `(signoff_\w+)` \|(?: \w+ \|)? ([^|]*)\|", (ROOT / "docs/observability.md").read_text(), re.MULTILINE
    )
    told = {name: set(re.findall(r"`(\w+)`", labels)) for name, labels in rows}
    of = {re.sub(r"_(bucket|sum|count)$", "", name): labels - {"le"} for name, labels in figures().items()}
    assert told == of


def test_every_alert_has_its_section_in_the_runbook() -> None:
    """Under its own name, where its `runbook_url` points; and no section is for an alert that is not there."""
    runbook = (ROOT / "docs/runbook.md").read_text()
    sections = re.findall(r"^## (Signoff\w+)$", runbook, re.MULTILINE)
    rules = alerts()
    assert sections == [rule["alert"] for rule in rules]
    for rule in rules:
        assert rule["annotations"]["runbook_url"] == f"docs/runbook.md#{rule['alert'].lower()}"
        assert rule["labels"]["severity"] in ("page", "warn")
        assert re.fullmatch(r"\d+[smh]", rule["for"])
    links = set(re.findall(r"\(#(\w+)\)", runbook))
    assert links <= {name.lower() for name in sections}


def test_no_label_can_hold_what_somebody_wrote() -> None:
    """A label is the name of something of ours, or one of a few words."""
    allowed = set("workflow outcome decided_by reason rule finding result during method route status stage le".split())
    allowed |= set("key queue state".split())
    for name, labels in figures().items():
        assert labels <= allowed, name


def test_the_dashboard_can_be_imported() -> None:
    """Ids are unique, panels do not lie on one another, and each asks the chosen source."""
    board = json.loads(Path(ROOT / "deploy/grafana/signoff.json").read_text())
    ids = [panel["id"] for panel in board["panels"]]
    assert len(set(ids)) == len(ids)
    taken: set[tuple[int, int]] = set()
    for panel in board["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken, panel["title"]
        assert max(x for x, _ in cells) < 24
        taken |= cells
        assert all(target["datasource"]["uid"] == "${source}" for target in panel.get("targets", ()))
