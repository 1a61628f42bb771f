"""A quality report to keep and to send: one HTML page that needs nothing else, and the same figures as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import jinja2
import numpy as np

from index.quality import DEPTH, Interval, Quality

#: Of `quality.Scored`: field -> name people know it by.
MEASURES = (("ndcg", f"nDCG@{DEPTH}"), ("recall", f"recall@{DEPTH}"), ("reciprocal_rank", f"MRR@{DEPTH}"))
_BINS = 10

# Sizes of the drawings, in pixels of their own coordinates.
_WIDTH, _LEFT, _RIGHT, _ROW, _GAP = 640, 120, 60, 22, 14


@dataclass(frozen=True, slots=True)
class About:
    """What was assessed, in words that a reader finds again elsewhere."""

    title: str
    facts: Mapping[str, str]  #: snapshot, encoder, weights, date ...
    texts: Mapping[str, str]  #: query -> its words
    titles: Mapping[str, str]  #: document -> its title


@dataclass(frozen=True, slots=True)
class _Bar:
    """A mean and its interval as a drawing: everything in pixels."""

    name: str
    y: float
    width: float
    low: float
    high: float
    value: str


def to_json(quality: Quality, about: About) -> dict[str, Any]:
    """Everything that the page shows, and the figure of each query."""
    return {
        "title": about.title,
        "about": dict(about.facts),
        "queries": quality.queries,
        "unjudged": quality.unjudged,
        "ways": {
            name: {label: asdict(getattr(way, field)) for field, label in MEASURES}
            for name, way in quality.ways.items()
        },
        "rival": quality.rival,
        "gain": asdict(quality.gain) if quality.gain else None,
        "worst": [asdict(each) | {"text": about.texts.get(each.query, "")} for each in quality.worst],
        "by_query": {name: dict(way.by_query) for name, way in quality.ways.items()},
    }


def to_html(quality: Quality, about: About) -> str:
    """The page. Texts from elsewhere are escaped; there is no script and nothing is fetched."""
    first = next(iter(quality.ways))
    return _template().render(
        about=about,
        quality=quality,
        first=first,
        depth=DEPTH,
        rows=[(name, [_said(getattr(way, field)) for field, _ in MEASURES]) for name, way in quality.ways.items()],
        labels=[label for _, label in MEASURES],
        gain=_said(quality.gain) if quality.gain else None,
        sure=quality.gain is not None and (quality.gain.low > 0 or quality.gain.high < 0),
        charts=[(label, _bars(quality, field)) for field, label in MEASURES],
        histogram=_histogram(quality, first),
        width=_WIDTH,
        left=_LEFT,
        right=_RIGHT,
        row=_ROW,
        gap=_GAP,
        chart_height=len(quality.ways) * (_ROW + _GAP) + _GAP,
    )


def _said(interval: Interval) -> tuple[str, str]:
    return f"{interval.mean:.3f}", f"{interval.low:.3f} to {interval.high:.3f}"


def _bars(quality: Quality, field: str) -> list[_Bar]:
    room = _WIDTH - _LEFT - _RIGHT
    bars = []
    for place, (name, way) in enumerate(quality.ways.items()):
        interval: Interval = getattr(way, field)
        bars.append(
            _Bar(
                name=name,
                y=_GAP + place * (_ROW + _GAP),
                width=room * interval.mean,
                low=_LEFT + room * interval.low,
                high=_LEFT + room * interval.high,
                value=f"{interval.mean:.3f}",
            )
        )
    return bars


def _histogram(quality: Quality, way: str) -> list[tuple[str, int, float]]:
    """How many queries have an nDCG in each tenth: its name, the number, and the column's height of 0..1."""
    values = np.array(list(quality.ways[way].by_query.values()))
    counts, edges = np.histogram(values, bins=_BINS, range=(0, 1))
    most = max(int(counts.max()), 1)
    return [
        (f"{low:.1f} to {high:.1f}", int(count), count / most)
        for count, low, high in zip(counts, edges[:-1], edges[1:], strict=True)
    ]


@lru_cache(maxsize=1)
def _template() -> jinja2.Template:
    loader = jinja2.FileSystemLoader(Path(__file__).parent / "templates")
    rooms = jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    return rooms.get_template("quality.html")
