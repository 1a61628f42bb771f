"""The rules library beside other engines: the same 200 rules, the same texts, the answers compared.

120 lists of 25 phrases, 40 regexes and 40 rules on attributes, asked on texts of 2 kB. Phrases are plain substrings
of lower-case text here, because that is what every engine can do; ours also normalises and looks for personal data,
which it always does.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any

from rich.table import Table

from bench import cache, rule_engines
from bench.rule_pack import ATTRIBUTES, FIRST, SECOND, rare_phrase
from bench.screen import say
from rules.compile import compile_rules
from rules.evaluate import evaluate
from rules.model import (
    Attribute,
    AttributeType,
    Condition,
    Effect,
    Leaf,
    Matcher,
    Pack,
    Rule,
    RuleStatus,
    RuleTest,
    Severity,
)
from rules.model import FindingStatus as Status
from rules.normalize import normalize
from rules.ruleset import RuleSet
from rules.schema import AttributeSchema

PACKAGES = ("zen-engine==2.1.3", "common-expression-language==0.10.0", "datalogic-py==5.9.0")
PHRASE_LISTS, PHRASES, REGEXES, ATTRIBUTE_RULES = 120, 25, 40, 40
EMBARGO = ["IR", "KP", "SY"]
_NOBODY = RuleTest("never run", "x", {}, Status.MATCH)


@dataclass(frozen=True, slots=True)
class Compared:
    """What the comparison found."""

    best: str | None  #: the fastest peer whose answers are ours; None when there is none
    ratio: float | None  #: its median time over ours
    equal: bool  #: whether every peer that could be asked gave our answers


def shared_rules() -> list[dict[str, Any]]:
    """The 200 rules in a form that every engine can be given."""
    draw = random.Random(5)
    phrases = [
        {"kind": "phrases", "phrases": sorted({rare_phrase(draw) for _ in range(PHRASES)})} for _ in range(PHRASE_LISTS)
    ]
    regexes = [
        {
            "kind": "regex",
            "pattern": rf"\b{draw.choice(FIRST)}(?:ly|s)? (?:\w+ ){{0,3}}{draw.choice(SECOND)}s?\b.{{0,10}}\d{{4}}",
        }
        for _ in range(REGEXES)
    ]
    attributes = [
        {
            "kind": "attributes",
            "amount": float(draw.randrange(50, 5_000)),
            "age": draw.randrange(20, 60),
            "channel": draw.choice(["app", "branch"]),
            "embargo": EMBARGO,
        }
        for _ in range(ATTRIBUTE_RULES)
    ]
    return [*phrases, *regexes, *attributes]


def planted(texts: Sequence[str], rules: Sequence[Mapping[str, Any]]) -> list[str]:
    """The texts in lower-case ASCII, each with what two of the rules look for, so that there is something to find."""
    draw = random.Random(6)
    lists = [rule["phrases"] for rule in rules if rule["kind"] == "phrases"]
    plain = (" ".join(text.lower().encode("ascii", "ignore").decode().split()) for text in texts)
    return [
        f"{text[: len(text) // 2]} {draw.choice(draw.choice(lists))} {text[len(text) // 2 :]} "
        f"{draw.choice(FIRST)} {draw.choice(SECOND)} no 1234"
        for text in plain
    ]


def compile_ours(rules: Sequence[Mapping[str, Any]]) -> RuleSet:
    """The same rules for our library."""
    schema = AttributeSchema(tuple(Attribute(n, AttributeType(d["type"])) for n, d in ATTRIBUTES.items()))
    matchers = tuple(
        Matcher(f"m{n}", tuple(rule.get("phrases", ())), tuple([rule["pattern"]] if "pattern" in rule else ()),
                ("plain",), whole_words=False)
        for n, rule in enumerate(rules) if rule["kind"] != "attributes"
    )  # fmt: skip
    made = tuple(
        Rule(f"r-{n:03d}", "peers", "t", RuleStatus.ENFORCE, Severity.LOW, Effect.FLAG, "P-1", "r", _when(n, rule),
             tests=(_NOBODY, RuleTest("never run either", "x", {}, Status.NO_MATCH)))
        for n, rule in enumerate(rules)
    )  # fmt: skip
    return compile_rules([Pack("peers", "o", "t", made, {"embargo": frozenset(EMBARGO)}, matchers)], schema)


def _when(place: int, rule: Mapping[str, Any]) -> Condition:
    if rule["kind"] != "attributes":
        return Condition(all=(Leaf(f"matched('m{place}')", 1, 1),))
    risky = ("country in lists.embargo", f"customer_age < {rule['age']}", "!authenticated")
    return Condition(
        all=(Leaf(f"amount > {rule['amount']}", 1, 1), Condition(any=tuple(Leaf(source, 1, 1) for source in risky))),
        none=(Leaf(f"channel == '{rule['channel']}'", 1, 1),),
    )


def compare(texts: Sequence[str], attributes: Sequence[Mapping[str, Any]], now: datetime, rounds: int) -> Compared:
    """Time ours and every peer on the same texts, print the table, and say who comes next."""
    rules = shared_rules()
    asked = planted(texts, rules)
    ours = compile_ours(rules)

    def ask(text: str, values: Mapping[str, Any]) -> list[bool]:
        matched = {finding.rule for finding in evaluate(ours, normalize(text), values, now).matched}
        return [f"r-{n:03d}" in matched for n in range(len(rules))] if matched else [False] * len(rules)

    results = {"signoff": rule_engines.timed(ask, asked, attributes, rounds)}
    results |= _peers({"rules": rules, "texts": asked, "attributes": attributes, "rounds": rounds})
    _show(results, "200 rules, 2 kB of text")
    _attributes_alone(rules, asked, attributes, now, rounds)
    mine = results.pop("signoff")
    right = {name: result for name, result in results.items() if result.get("matched") == mine["matched"]}
    times = {name: median(result["milliseconds"]) for name, result in right.items()}
    best = min(times, key=lambda name: times[name], default=None)
    ratio = round(times[best] / median(mine["milliseconds"]), 2) if best else None
    able = [name for name, result in results.items() if "error" not in result]
    return Compared(best, ratio, bool(able) and len(right) == len(able))


def _attributes_alone(
    rules: Sequence[Mapping[str, Any]],
    texts: Sequence[str],
    attributes: Sequence[Mapping[str, Any]],
    now: datetime,
    rounds: int,
) -> None:
    """The rules on attributes alone, with a short text: printed beside, no ratio is asked of them."""
    chosen = [rule for rule in rules if rule["kind"] == "attributes"]
    short = [text[:40] for text in texts]
    ours = compile_ours(chosen)

    def ask(text: str, values: Mapping[str, Any]) -> list[bool]:
        matched = {finding.rule for finding in evaluate(ours, normalize(text), values, now).matched}
        return [f"r-{n:03d}" in matched for n in range(len(chosen))]

    results = {"signoff": rule_engines.timed(ask, short, attributes, rounds)}
    results |= _peers({"rules": chosen, "texts": short, "attributes": attributes, "rounds": rounds})
    _show(results, f"{len(chosen)} rules on attributes alone")


def _peers(task: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    folder = cache.made(f"rule-peers-{cache.digest(PACKAGES)}", _install)
    script = Path(rule_engines.__file__)
    done = subprocess.run(
        [str(folder / "env" / "bin" / "python"), str(script)],
        input=json.dumps(task),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return {line.pop("engine"): line for line in lines}


def _install(folder: Path) -> None:
    say.print(f"installing {', '.join(PACKAGES)} into {folder}")
    subprocess.run([sys.executable, "-m", "venv", str(folder / "env")], check=True)
    pip = [str(folder / "env" / "bin" / "python"), "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", *PACKAGES], check=True)


def _show(results: Mapping[str, Mapping[str, Any]], title: str) -> None:
    table = Table(title=title)
    for column in ("engine", "p50 ms", "p99 ms", "times ours", "answers"):
        table.add_column(column, justify="right")
    mine = results["signoff"]
    for name, result in results.items():
        if "error" in result:
            table.add_row(name, "", "", "", str(result["error"])[:80])
            continue
        times = sorted(result["milliseconds"])
        wrong = sum(theirs != own for theirs, own in zip(result["matched"], mine["matched"], strict=True))
        answers = "as ours" if not wrong else f"{wrong} of {len(mine['matched'])} texts differ"
        ratio = median(times) / median(mine["milliseconds"])
        table.add_row(name, f"{median(times):.3f}", f"{times[int(0.99 * len(times))]:.3f}", f"{ratio:.1f}", answers)
    say.print(table)
