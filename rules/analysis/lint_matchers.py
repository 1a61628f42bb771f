"""Matchers and lists that nobody asks, phrases that another one covers, and regexes that cost more than they need."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from rules.analysis.advice import Advice, manifest
from rules.analysis.clauses import named
from rules.model import Matcher, Pack
from rules.normalize import View, normalize
from rules.ruleset import RuleSet

MAX_GAP: Final = 20  #: characters a bounded repeat may stretch over without a remark
_EXAMPLES: Final = 5
_LEADING: Final = re.compile(r"(?:\(\?[a-zA-Z-]+\))*\^?(?:\((?:\?:)?)*\.\*")
_GAP: Final = re.compile(r"(\\.|\[[^\]]*\]|[^\\])\{\d*,(\d+)\}", re.DOTALL)
_DIGITS: Final = frozenset((r"\d", "[0-9]", "[[:digit:]]"))


def matcher_advice(ruleset: RuleSet) -> Iterator[Advice]:
    """All advice on the matchers and lists of every pack."""
    for pack in ruleset.packs:
        yield from _unused(pack)
        for matcher in pack.matchers:
            yield from _phrases(pack, matcher)
            yield from _regexes(pack, matcher)


def _unused(pack: Pack) -> Iterator[Advice]:
    used = [named(rule.when) for rule in pack.rules] + [named(exemption.when) for exemption in pack.exemptions]
    for what, known, asked in (
        ("matcher", [matcher.name for matcher in pack.matchers], {name for names in used for name in names.matchers}),
        ("list", list(pack.lists), {name for names in used for name in names.lists}),
    ):
        for name in known:
            if name not in asked:
                says = f"no rule or exemption of `{pack.id}` asks the {what} `{name}`"
                yield _about(pack, "unused", says, "remove it, or ask it in a rule")


def _phrases(pack: Pack, matcher: Matcher) -> Iterator[Advice]:
    covered = covered_phrases(matcher)
    if covered:
        shown = ", ".join(f"`{long}` by `{short}`" for long, short in list(covered.items())[:_EXAMPLES])
        more = ", …" if len(covered) > _EXAMPLES else ""
        count = f"{len(covered)} phrase{'' if len(covered) == 1 else 's'}"
        says = f"the matcher `{matcher.name}` has {count} that shorter ones cover: {shown}{more}"
        yield _about(pack, "covered_phrases", says, "leave the longer ones out")


def covered_phrases(matcher: Matcher) -> dict[str, str]:
    """Phrases without which a matcher hits in the same texts and views, each with one that hits wherever it does."""
    forms = {phrase: tuple(normalize(phrase).view(View(view)) for view in matcher.views) for phrase in matcher.phrases}
    known: list[dict[str, set[str]]] = [{} for _ in matcher.views]
    order = {phrase: place for place, phrase in enumerate(matcher.phrases)}
    for phrase, shapes in forms.items():
        for shape, by_form in zip(shapes, known, strict=True):
            by_form.setdefault(shape, set()).add(phrase)
    covered: dict[str, str] = {}
    for phrase, shapes in forms.items():
        inside = [
            set().union(*(by_form.get(part, set()) for part in _parts(shape, matcher, by_form)))
            for shape, by_form in zip(shapes, known, strict=True)
        ]
        others = set.intersection(*inside) - {phrase} if inside else set()
        # Of two phrases that look the same the first stays.
        others = {one for one in others if forms[one] != shapes or order[one] < order[phrase]}
        if others:
            covered[phrase] = min(others, key=lambda one: (len(one), order[one]))
    return covered


def _parts(shape: str, matcher: Matcher, known: Mapping[str, set[str]]) -> Iterator[str]:
    """Every phrase that must hit where this form does, the form itself included."""
    longest = max(map(len, known), default=0)
    edges = [place for place in range(len(shape) + 1) if not matcher.whole_words or _is_edge(shape, place)]
    for start in edges:
        for end in edges:
            if start < end <= start + longest and shape[start:end] in known:
                yield shape[start:end]


def _is_edge(text: str, place: int) -> bool:
    """Whether no word runs across a place, as `rules.matchers` asks of a phrase's edges."""
    return place in (0, len(text)) or not (_is_word(text[place - 1]) and _is_word(text[place]))


def _is_word(char: str) -> bool:
    return char.isalnum() or char == "_"


def _regexes(pack: Pack, matcher: Matcher) -> Iterator[Advice]:
    for regex in matcher.regexes:
        if _LEADING.match(regex):
            says = f"a regex of `{matcher.name}` begins with `.*`, which changes nothing but its cost: `{regex}`"
            yield _about(pack, "slow_regex", says, "leave the `.*` out: a regex is looked for anywhere")
        widest = max((int(gap[2]) for gap in _GAP.finditer(regex) if gap[1] not in _DIGITS), default=0)
        if widest > MAX_GAP:
            says = f"a regex of `{matcher.name}` leaves a gap of up to {widest} characters: `{regex}`"
            yield _about(pack, "slow_regex", says, f"use at most {MAX_GAP}, or two matchers and `all`")


def _about(pack: Pack, kind: str, says: str, remedy: str) -> Advice:
    return Advice(kind, pack.id, None, manifest(pack), 1, 1, says, remedy)
