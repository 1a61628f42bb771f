"""A report is one page that stands alone, says what was measured and escapes what it quotes."""

from __future__ import annotations

import json
from html.parser import HTMLParser

from index.quality import assess
from index.quality_report import About, to_html, to_json

JUDGEMENTS = {f"q{place}": {"a": 1} for place in range(12)}
FUSED = {name: ["a"] for name in JUDGEMENTS} | {"q3": ["x"]}
DENSE = {name: ["x", "a"] for name in JUDGEMENTS}
ABOUT = About("Cards", {"snapshot": "8d5f"}, {"q3": "<script>alert(1)</script>"}, {"a": "Fees & charges"})


class _Seen(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags: set[str] = set()
        self.words = ""

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        assert not any(name in ("src", "href") for name, _ in attrs), "the page fetches something"

    def handle_data(self, data):
        self.words += data


def _page(quality):
    seen = _Seen()
    seen.feed(to_html(quality, ABOUT))
    return seen


def test_page_stands_alone_and_escapes_queries():
    """No script, no address; a query's words are words."""
    page = _page(assess(JUDGEMENTS, {"fused": FUSED, "dense": DENSE}))
    assert "script" not in page.tags
    assert {"svg", "table"} <= page.tags
    assert "<script>alert(1)</script>" in page.words
    assert "Fees & charges" in page.words


def test_page_says_what_json_says():
    """The figures of both are the same ones."""
    quality = assess(JUDGEMENTS, {"fused": FUSED, "dense": DENSE})
    values = json.loads(json.dumps(to_json(quality, ABOUT)))
    shown = _page(quality).words
    for way in values["ways"].values():
        assert f"{way['nDCG@10']['mean']:.3f}" in shown
    assert values["worst"][0]["query"] == "q3"
    assert values["worst"][0]["text"] == ABOUT.texts["q3"]
    assert sum(values["by_query"]["fused"].values()) / 12 == values["ways"]["fused"]["nDCG@10"]["mean"]


def test_page_admits_what_the_queries_do_not_tell():
    """Two ways that these queries cannot tell apart are said to be so."""
    assert "do not tell them apart" in _page(assess(JUDGEMENTS, {"fused": FUSED, "dense": FUSED})).words
    assert "do not tell them apart" not in _page(assess(JUDGEMENTS, {"fused": FUSED, "dense": DENSE})).words
