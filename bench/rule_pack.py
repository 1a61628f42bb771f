"""A generated rule pack of any size with rules of every kind, the same one every time.

One rule in ten asks for attributes alone; of ten others six look for phrases, two for a regex, one for personal data
and one for text and attributes together. About one rule in a hundred hits an everyday banking message. Blocks are
rare among those, because a blocked request skips the encoder and would flatter the figures.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

from rules.reading.reader import API_VERSION

ATTRIBUTES: Mapping[str, Mapping[str, Any]] = {
    "channel": {"type": "string", "values": ["app", "web", "phone", "branch"]},
    "country": {"type": "string"},
    "amount": {"type": "number"},
    "customer_age": {"type": "integer"},
    "authenticated": {"type": "boolean"},
    "tags": {"type": "strings"},
}

FIRST = """offshore nominee dormant bearer layered mirrored undisclosed sanctioned expedited informal pooled unlicensed
brokered escrowed anonymous numbered contingent synthetic bonded laundered diverted backdated fabricated parallel
""".split()
SECOND = """ledger trust vessel warrant consignment bullion royalty invoice subsidiary courier voucher cargo syndicate
casino charity tender permit antiquity diamond timber chemical munition drone router patent custodian mandate probate
""".split()
_THIRD = "scheme chain swap pledge release transit broker settlement carousel wallet relay window".split()
_EMBARGO = ["IR", "KP", "SY"]
_PERSONAL = {
    "card": "4111 1111 1111 1111",
    "iban": "GB82 WEST 1234 5698 7654 32",
    "email": "ann@example.org",
    "phone": "+44 20 7946 0958",
    "ssn": "219-09-9998",
}
_SEVERITIES = ("informational", "low", "medium", "high", "critical")
_EFFECTS = ("flag", "flag", "recheck", "review", "flag", "block", "flag", "review", "flag", "recheck")
_MOST = 1_000
_HARMLESS = "Unremarkable."
_CUSTOMER: Mapping[str, Any] = {
    "channel": "phone",
    "country": "FR",
    "amount": 1.0,
    "customer_age": 11,
    "authenticated": False,
    "tags": ["joint"],
}


@dataclass(frozen=True, slots=True)
class Mix:
    """What a pack is made of besides its kinds of rules."""

    phrases: int = 12  #: of a rule that looks for phrases
    regexes: int = 2  #: of every two rules that look for a regex
    usual: float | None = None  #: share of rules that an everyday message hits; None: the first 22 rules


#: For `bench.decide`.
DECIDE = Mix()
#: For `bench.rules`: a thousand rules hold about 10,000 phrases and 500 regexes, and one in a hundred hits.
RULES = Mix(phrases=20, regexes=5, usual=0.01)


class Written(NamedTuple):
    """A generated rule: as it stands in a rule file, its matchers, and whether it asks for attributes."""

    rule: dict[str, Any]
    matchers: dict[str, dict[str, Any]]
    asks_attributes: bool


def attributes_of(place: int) -> dict[str, Any]:
    """The attributes of the request at this place: every request carries all of them."""
    draw = random.Random(place)
    return {
        "channel": draw.choice(["app", "web", "phone", "branch"]),
        "country": draw.choice(["GB", "GB", "GB", "DE", "FR", "US"]),
        "amount": round(draw.lognormvariate(4, 1), 2),
        "customer_age": draw.randint(18, 90),
        "authenticated": draw.random() < 0.8,
        "tags": draw.sample(["retail", "premium", "new", "joint"], k=2),
    }


def write_pack(folder: Path, size: int, mix: Mix = DECIDE) -> None:
    """Write a pack of `size` rules into `folder`."""
    _write(folder, list(generate(size, mix)))


def write_packs(folder: Path, size: int, mix: Mix = DECIDE) -> list[Path]:
    """Write `size` rules into packs of at most a thousand, which is what a file may hold; the packs' folders."""
    chosen = list(generate(size, mix))
    folders = [folder / f"generated-{first // _MOST}" for first in range(0, size, _MOST)]
    for place, pack in enumerate(folders):
        _write(pack, chosen[place * _MOST : (place + 1) * _MOST])
    return folders


def _write(folder: Path, chosen: Sequence[Written]) -> None:
    pack = {
        "apiVersion": API_VERSION,
        "pack": {"id": folder.name, "owner": "bench", "title": f"{len(chosen)} generated rules"},
        "attributes": ATTRIBUTES,
        "lists": {"embargo": _EMBARGO},
        "matchers": {name: matcher for written in chosen for name, matcher in written.matchers.items()},
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pack.yaml").write_text(_manifest(pack), encoding="utf-8")
    for name, kind in (("text.rule.yaml", False), ("attributes.rule.yaml", True)):
        rules = [written.rule for written in chosen if written.asks_attributes is kind]
        if rules:
            (folder / name).write_text("".join(f"- {json.dumps(rule)}\n" for rule in rules), encoding="utf-8")


def _manifest(values: Mapping[str, Any]) -> str:
    """Top-level keys in block style, what is under them one entry a line as JSON, which is YAML too."""
    lines = []
    for key, value in values.items():
        if isinstance(value, Mapping):
            lines += [f"{key}:", *(f"  {name}: {json.dumps(entry)}" for name, entry in value.items())]
        else:
            lines.append(f"{key}: {json.dumps(value)}")
    return "\n".join(lines) + "\n"


def generate(size: int, mix: Mix = DECIDE) -> Iterator[Written]:
    """Rules in a fixed order: first those that everyday messages hit, then the kinds taking turns."""
    draw = random.Random(77)
    phrases, regex = partial(_phrases, count=mix.phrases), partial(_regexes, pair=mix.regexes)
    turns = (_attributes, phrases, phrases, phrases, phrases, regex, phrases, _personal, regex, _mixed)
    usual = list(_EVERYDAY) if mix.usual is None else list(_common(round(size * mix.usual)))
    for place in range(size):
        yield usual[place](place) if place < len(usual) else turns[place % len(turns)](place, draw)


def _written(
    kind: str,
    place: int,
    when: Mapping[str, Any],
    hit: str,
    *,
    matcher: Mapping[str, Any] | None = None,
    attributes: Mapping[str, Any] | None = None,
    effect: str | None = None,
) -> Written:
    """A rule with its test of a hit (this text, these attributes besides the usual ones) and of a miss."""
    customer = {"attributes": dict(_CUSTOMER)} if attributes is not None else {}
    struck = {"attributes": {**_CUSTOMER, **attributes}} if attributes is not None else {}
    rule = {
        "id": f"{kind}-{place:05d}",
        "title": f"Generated {kind} rule {place}",
        "status": "enforce",
        "severity": _SEVERITIES[place % len(_SEVERITIES)],
        "effect": effect or _EFFECTS[place // 10 % len(_EFFECTS)],
        "reason_code": f"GEN-{place:05d}",
        "reason": f"Generated {kind} rule {place} matched",
        "citation": [f"Bench manual, section {place}"],
        "when": when,
        "tests": [
            {"name": "hit", "text": hit, **struck, "expect": "match"},
            {"name": "miss", "text": _HARMLESS, **customer, "expect": "no_match"},
        ],
    }
    return Written(rule, {f"{kind}_{place}": dict(matcher)} if matcher else {}, attributes is not None)


def rare_phrase(draw: random.Random) -> str:
    """Three words and a number that no everyday message holds."""
    return f"{draw.choice(FIRST)} {draw.choice(SECOND)} {draw.choice(_THIRD)} {draw.randrange(1000)}"


def _asks(kind: str, place: int) -> str:
    return f"matched('{kind}_{place}')"


def _phrases(place: int, draw: random.Random, *, count: int) -> Written:
    phrases = sorted({rare_phrase(draw) for _ in range(count)})
    when = {"any": [_asks("phrase", place)]}
    return _written("phrase", place, when, f"About the {phrases[0]}.", matcher={"phrases": phrases})


def _regexes(place: int, draw: random.Random, *, pair: int) -> Written:
    """A rule with half of `pair` regexes, rounded up and down by turns."""
    patterns = []
    for _ in range((pair + place % 2) // 2):
        first, second, number = draw.choice(FIRST), draw.choice(SECOND), f"{draw.randrange(10_000):04d}"
        patterns.append(rf"\b{first}(?:ly|s)? (?:\w+ ){{0,3}}{second}s?\b.{{0,10}}{number}")
        hit = f"The {first} and old {second} no. {number}"
    return _written("regex", place, {"any": [_asks("regex", place)]}, hit, matcher={"regex": patterns})


def _personal(place: int, draw: random.Random) -> Written:
    kind, phrase = draw.choice(list(_PERSONAL)), rare_phrase(draw)
    when = {"all": [f"pii('{kind}')", _asks("personal", place)]}
    return _written("personal", place, when, f"{_PERSONAL[kind]} for {phrase}", matcher={"phrases": [phrase]})


def _mixed(place: int, draw: random.Random) -> Written:
    phrases = sorted({rare_phrase(draw) for _ in range(3)})
    when = {
        "all": [_asks("mixed", place), f"amount > {draw.randrange(10, 10_000)}.0"],
        "none": ["'premium' in tags"],
    }
    hit = {"amount": 10_001.0}
    return _written("mixed", place, when, f"A {phrases[0]}", matcher={"phrases": phrases}, attributes=hit)


def _attributes(place: int, draw: random.Random) -> Written:
    when = {
        "all": [
            f"amount > {draw.randrange(20_000, 90_000)}.0",
            {"any": ["country in lists.embargo", f"customer_age < {draw.randrange(14, 18)}", "!authenticated"]},
        ],
        "none": [f"channel == '{draw.choice(['app', 'branch'])}'"],
    }
    return _written("attribute", place, when, _HARMLESS, attributes={"amount": 90_001.0, "country": "KP"})


def _everyday(phrase: str, effect: str = "flag") -> Callable[[int], Written]:
    """A rule on a word that everyday messages hold."""

    def write(place: int) -> Written:
        when = {"any": [_asks("everyday", place)]}
        return _written("everyday", place, when, f"The {phrase}.", matcher={"phrases": [phrase]}, effect=effect)

    return write


def _usual(condition: str, hit: Mapping[str, Any]) -> Callable[[int], Written]:
    """A rule on attributes that many requests meet."""
    return lambda place: _written("usual", place, {"all": [condition]}, _HARMLESS, attributes=hit, effect="flag")


_EVERYDAY: Sequence[Callable[[int], Written]] = (
    *map(_everyday, ("card", "account", "transfer", "cash", "top up", "fee", "payment", "how do i")),
    _everyday("fraud", "block"),
    _everyday("lost", "review"),
    _everyday("identity", "recheck"),
    _usual("amount > 30.0", {"amount": 31.0}),
    _usual("amount > 100.0", {"amount": 101.0}),
    _usual("country == 'GB'", {"country": "GB"}),
    _usual("country != 'FR'", {"country": "US"}),
    _usual("authenticated", {"authenticated": True}),
    _usual("customer_age >= 18", {"customer_age": 18}),
    _usual("customer_age >= 40", {"customer_age": 40}),
    _usual("channel in ['app', 'web']", {"channel": "web"}),
    _usual("channel != 'phone'", {"channel": "branch"}),
    _usual("'retail' in tags", {"tags": ["retail"]}),
    _usual("'new' in tags || 'retail' in tags", {"tags": ["new"]}),
)

#: Words of everyday banking messages with four letters at least, the frequent first.
_COMMON: Final = """card what account transfer money there have this need that cash from payment with exchange where
will when charged please virtual been would pending help make transaction still cards know identity
long disposable does like declined want rate work wrong using made take tried change verify your
currencies withdrawal through some currency check someone refund charge funds tell working extra
just statement bank think find something about showing much received should used back into fees
cancel possible order amount show able receive today accept lost many contactless times limit stolen
verification time sure visa come purchase transactions before salary abroad
""".split()


def _common(count: int) -> Iterator[Callable[[int], Written]]:
    """`count` rules that most messages hit: one in ten by an attribute, the others by frequent words, in turns."""
    attributes = [make for make in _EVERYDAY if make(0).asks_attributes]
    for place in range(count):
        turn = place // 10
        yield (
            attributes[turn % len(attributes)] if place % 10 == 9 else _everyday(_COMMON[(place - turn) % len(_COMMON)])
        )
