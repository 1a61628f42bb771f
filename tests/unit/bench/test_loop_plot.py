"""The plot of the learning loop: one file that needs nothing else."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from bench.loop_plot import Panel, svg
from service.learn.pilot.drawing import Series, plot

SVG = "{http://www.w3.org/2000/svg}"


def _panel(title: str) -> Panel:
    series = [
        Series("decided alone", [0, 500, 1_000], [0.0, 0.4, 0.6], dots=True),
        Series("alpha", [0, 1_000], [0.05, 0.05]),
    ]
    return Panel(title, "reviews", plot(series, across=(0, 1_000), up=(0, 1), percent_across=False))


def test_every_curve_is_drawn_and_named_once() -> None:
    """A path in the plot and one in the key, dots where they were asked for, and what it shows in words."""
    drawn = ET.fromstring(svg("60% after 1,000", [_panel("one"), _panel("two")]))
    assert drawn.findtext(f"{SVG}title") == "60% after 1,000"
    panels = drawn.findall(f"{SVG}g")
    assert len(panels) == 2
    for panel in panels:
        lines = [path for path in panel.findall(f"{SVG}path") if "line" in path.get("class", "")]
        assert len(lines) == 4
        assert len(panel.findall(f"{SVG}circle")) == 4
        assert {text.text for text in panel.findall(f"{SVG}text")} >= {
            "decided alone",
            "alpha",
            "reviews",
            "100%",
            "1,000",
        }


def test_it_needs_nothing_from_elsewhere_and_escapes_what_it_says() -> None:
    """No script, no address, no markup from a name."""
    drawn = svg("<b>&", [_panel("<script>")])
    assert "<script>" not in drawn
    assert "<b>" not in drawn
    assert drawn.count("http") == 1  # the name of the language
