"""The report of a pilot: one HTML page that needs nothing else, and the same figures as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import jinja2

from service.learn.pilot import drawing
from service.learn.pilot.advice import Advice
from service.learn.pilot.costs import money, people_alone, price
from service.learn.pilot.drawing import Plot, Row, Series
from service.learn.pilot.replies import replies
from service.learn.pilot.results import Pilot, Tried
from service.learn.pilot.ways import Kind

_WORST_LABELS: Final = 15
_CURVES: Final = 5
_LEAST_RISK: Final = 0.02  # the risk axis reaches at least so far


def to_json(pilot: Pilot, advice: Advice) -> dict[str, Any]:
    """Everything that the page shows, and each label's figures of each way."""
    return {
        "title": pilot.title,
        "about": dict(pilot.facts),
        "advice": asdict(advice),
        "questions": [asdict(reply) for reply in replies(pilot, advice)],
        "owner": _owner(pilot),
        "data": [asdict(finding) for finding in pilot.findings],
        "people_alone": asdict(people_alone(pilot.owner)),
        "ways": [_way(pilot, way) for way in pilot.ways],
        "learning_curve": [asdict(point) for point in pilot.curve],
        "outlook": asdict(pilot.outlook) if pilot.outlook else None,
        "left_out": [asdict(each) for each in pilot.left_out],
    }


def to_html(pilot: Pilot, advice: Advice) -> str:
    """The page. Texts from elsewhere are escaped; there is no script and nothing is fetched."""
    chosen = pilot.way(advice.way) if advice.way else None
    shown = chosen or max(pilot.ways, key=lambda way: way.figures.accuracy.value, default=None)
    return _template().render(
        pilot=pilot,
        owner=pilot.owner,
        advice=advice,
        shown=shown,
        replies=replies(pilot, advice),
        rows=[_row(pilot, way, marked=way is chosen) for way in pilot.ways],
        people=people_alone(pilot.owner),
        money=lambda amount: money(amount, pilot.owner),
        automation=_automation(pilot, chosen),
        costs=_costs(pilot, chosen),
        risk=_risk(pilot, chosen) if pilot.ways else None,
        reliability=_reliability(shown) if shown else None,
        learning=_learning(pilot),
        worst=shown.figures.labels[:_WORST_LABELS] if shown else (),
        confused=_confused(pilot, shown) if shown else (),
        drawing=drawing,
    )


def _owner(pilot: Pilot) -> dict[str, Any]:
    owner = asdict(pilot.owner)
    return owner | {"attributes": [f"{each.name}: {each.type}" for each in pilot.owner.attributes]}


def _way(pilot: Pilot, way: Tried) -> dict[str, Any]:
    return {
        "name": way.name,
        "kind": str(way.kind),
        "what": way.what,
        "facts": dict(way.attempt.facts),
        "known": way.attempt.known,
        "spent": asdict(way.attempt.spent),
        "price": asdict(price(way, pilot.owner)) | {"total": price(way, pilot.owner).total},
        "figures": asdict(way.figures),
    }


def _row(pilot: Pilot, way: Tried, *, marked: bool) -> dict[str, Any]:
    """A line of the table of ways."""
    figures, spent = way.figures, way.attempt.spent
    return {
        "way": way,
        "marked": marked,
        "automation": [
            (f"{each.certified:.0%}" if each.certified else "–", f"{each.possible:.0%}", each.why)
            for each in figures.automation
        ],
        "accuracy": f"{figures.accuracy.value:.1%}",
        "between": f"{figures.accuracy.low:.1%} to {figures.accuracy.high:.1%}",
        "macro_f1": f"{figures.macro_f1:.3f}",
        "ece": f"{figures.ece:.3f}",
        "aurc": f"{figures.aurc:.4f}",
        "cost": money(price(way, pilot.owner).total, pilot.owner),
        "p50": _figure(spent.p50_ms, 1),
        "p99": _figure(spent.p99_ms, 1),
        "size": _figure(spent.size_mb, 0 if spent.size_mb >= 10 else 1),
        "peak": _figure(spent.peak_mb, 0),
        "taught": _figure(spent.teach_seconds, 0 if spent.teach_seconds >= 10 else 1),
    }


def _figure(value: float | None, digits: int) -> str:
    return "–" if value is None else f"{value:,.{digits}f}"


def _automation(pilot: Pilot, chosen: Tried | None) -> drawing.Bars:
    rows = []
    for way in pilot.ways:
        share = way.figures.at(pilot.owner.alpha)
        value = f"{share.certified:.0%}" if share.certified else "refused"
        rows.append(Row(way.name, (share.certified,), value, share.possible, way is chosen))
    return drawing.bars(rows, 1.0, percent=True)


def _costs(pilot: Pilot, chosen: Tried | None) -> drawing.Bars:
    """Review, errors and machine, beside people alone."""
    owner = pilot.owner
    priced = [("people alone, as today", people_alone(owner), False)]
    priced += [(way.name, price(way, owner), way is chosen) for way in pilot.ways]
    return drawing.bars(
        [
            Row(name, (each.review, each.errors, each.machine), money(each.total, owner), marked=marked)
            for name, each, marked in priced
        ]
    )


def _risk(pilot: Pilot, chosen: Tried | None) -> Plot:
    """Of the chosen way and the best of each kind."""
    shown = _telling(pilot, chosen)
    most = max(
        _LEAST_RISK, *(3 * alpha for alpha in pilot.owner.alphas), *(min(way.figures.risk[-1], 0.25) for way in shown)
    )
    series = [Series(way.name, way.figures.coverage, way.figures.risk) for way in shown]
    promised = Series(
        f"{pilot.owner.alpha:.1%}, as promised", (0.0, 1.0), (pilot.owner.alpha,) * 2, dashed=True, style=len(series)
    )
    return drawing.plot([*series, promised], across=(0.0, 1.0), up=(0.0, most))


def _telling(pilot: Pilot, chosen: Tried | None) -> list[Tried]:
    best = [
        max(ways, key=lambda way: (way.figures.at(pilot.owner.alpha).certified, -way.figures.aurc))
        for kind in Kind
        if (ways := [way for way in pilot.ways if way.kind is kind])
    ]
    others = [way for way in best if way is not chosen]
    return [*([chosen] if chosen else []), *others][:_CURVES]


def _reliability(way: Tried) -> Plot:
    filled = [each for each in way.figures.reliability if each.count]
    return drawing.plot(
        [
            Series("as it should be", (0.0, 1.0), (0.0, 1.0), dashed=True, style=1),
            Series(
                way.name, [each.confidence for each in filled], [each.accuracy for each in filled], dots=True, style=0
            ),
        ],
        across=(0.0, 1.0),
        up=(0.0, 1.0),
    )


def _learning(pilot: Pilot) -> Plot | None:
    """The share that could be decided, by examples learned from; what more labels would bring is dashed."""
    names = list(dict.fromkeys(point.way for point in pilot.curve))
    if not names:
        return None
    series = []
    for place, name in enumerate(names):
        points = [point for point in pilot.curve if point.way == name]
        series.append(
            Series(
                name, [point.examples for point in points], [point.possible for point in points], dots=True, style=place
            )
        )
    sizes = [point.examples for point in pilot.curve]
    most = float(max(sizes))
    if pilot.outlook is not None:
        last = max(point.examples for point in pilot.curve if point.way == pilot.outlook.way)
        further = [(last + each.more, each.share.value) for each in pilot.outlook.forecasts]
        xs, ys = [last, *(x for x, _ in further)], [pilot.outlook.now, *(y for _, y in further)]
        series.append(Series("with more labels", xs, ys, dashed=True, style=names.index(pilot.outlook.way)))
        most = max(most, *(x for x, _ in further))
    return drawing.plot(
        series, across=(float(max(1, min(sizes))), most), up=(0.0, 1.0), logarithmic=True, percent_across=False
    )


def _confused(pilot: Pilot, way: Tried) -> Sequence[Mapping[str, Any]]:
    """Pairs of labels that are taken for each other, each with a request."""
    found = []
    for pair in way.figures.confusions:
        sample = next(
            text
            for text, label, answer in zip(pilot.texts, pilot.labels, way.attempt.answers.chosen, strict=True)
            if (label, answer) == (pair.label, pair.taken_for)
        )
        found.append({"pair": pair, "sample": sample})
    return found


@lru_cache(maxsize=1)
def _template() -> jinja2.Template:
    loader = jinja2.FileSystemLoader(Path(__file__).parent / "templates")
    rooms = jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    return rooms.get_template("pilot.html")
