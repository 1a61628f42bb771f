"""What `bench.loop` found, as an SVG that needs nothing else: two plots beside each other, light or dark."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from service.learn.pilot import drawing
from service.learn.pilot.drawing import Line, Plot

_ROW = 20.0  # of the key
_STYLE = """svg {
  color-scheme: light dark; --ink: #1b1f24; --grid: #d0d7de; --paper: #fff; --c0: #1f6fb2; --c1: #b3541e;
  background: var(--paper); font: 12.5px system-ui, sans-serif;
}
@media (prefers-color-scheme: dark) {
  svg { --ink: #e6edf3; --grid: #30363d; --paper: #0d1117; --c0: #6cb0de; --c1: #e59866; }
}
text { fill: var(--ink); } .title { font-size: 15px; font-weight: 600; }
.grid { stroke: var(--grid); stroke-width: .7; } .line { fill: none; stroke-width: 2; }
.dashed { stroke-dasharray: 6 5; } .line.s0 { stroke: var(--c0); } .line.s1 { stroke: var(--c1); }
.dot.s0 { fill: var(--c0); } .dot.s1 { fill: var(--c1); }
"""


class Panel(NamedTuple):
    """A plot with its words."""

    title: str
    across: str  #: what the axis below measures
    plot: Plot


def svg(says: str, panels: Sequence[Panel]) -> str:
    """The panels from left to right; `says` is what they show, for who does not see it."""
    most = max(len(panel.plot.lines) for panel in panels)
    width, height = drawing.WIDTH * len(panels), drawing.HEIGHT + 40 + _ROW * most
    drawn = "\n".join(
        f'<g transform="translate({drawing.WIDTH * place} 30)">{_panel(panel)}</g>'
        for place, panel in enumerate(panels)
    )
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height:g}" role="img">'
    return f"{head}\n<title>{escape(says)}</title>\n<style>{_STYLE}</style>\n{drawn}\n</svg>\n"


def _panel(panel: Panel) -> str:
    plot, parts = panel.plot, [_text(panel.plot.left, -8, panel.title, "title")]
    for tick in plot.up:
        parts.append(f'<path class="grid" d="M{plot.left:g} {tick.at:.1f} H{plot.right:g}"/>')
        parts.append(_text(plot.left - 8, tick.at + 4, tick.words, anchor="end"))
    parts += [_text(tick.at, plot.bottom + 18, tick.words, anchor="middle") for tick in plot.across]
    parts.append(_text((plot.left + plot.right) / 2, plot.bottom + 36, panel.across, anchor="middle"))
    for place, line in enumerate(plot.lines):
        below = drawing.HEIGHT + _ROW * (place + 0.5)
        parts += [_drawn(line), _drawn(_key(line, plot.left, below)), _text(plot.left + 36, below + 4, line.name)]
    return "\n".join(parts)


def _drawn(line: Line) -> str:
    path = f'<path class="line s{line.style}{" dashed" if line.dashed else ""}" d="{line.path}"/>'
    dots = (f'<circle class="dot s{line.style}" cx="{x:.1f}" cy="{y:.1f}" r="4"/>' for x, y in line.dots)
    return path + "".join(dots)


def _key(line: Line, x: float, y: float) -> Line:
    return Line(line.name, line.style, f"M{x:g} {y:g} H{x + 28:g}", ((x + 14, y),) if line.dots else (), line.dashed)


def _text(x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> str:
    said = f' class="{kind}"' if kind else ""
    return f'<text{said} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'
