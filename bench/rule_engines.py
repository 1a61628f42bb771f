"""Other rule engines on the same rules and texts; run by the Python of their own environment, not by ours.

Reads one JSON object from standard input (`rules`, `texts`, `attributes`, `rounds`), writes one line of JSON an engine:
milliseconds of each text in each round, and which rules matched. Each engine is asked in the fastest way it offers:
rules compiled once, one conversion of the request, one call where it can answer all rules in one.

Only the standard library and the engines: nothing of this project can be imported here.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Ask = Callable[[str, Mapping[str, Any]], list[bool]]
Rules = Sequence[Mapping[str, Any]]


def with_re(rules: Rules) -> Ask:
    """Python's `re`: one alternation a phrase list; attributes in plain Python."""
    checks = [_python(rule) for rule in rules]
    return lambda text, attributes: [check(text, attributes) for check in checks]


def _python(rule: Mapping[str, Any]) -> Callable[[str, Mapping[str, Any]], bool]:
    if rule["kind"] == "attributes":
        least, age, channel, embargo = rule["amount"], rule["age"], rule["channel"], frozenset(rule["embargo"])
        return lambda _, a: (
            a["amount"] > least
            and (a["country"] in embargo or a["customer_age"] < age or not a["authenticated"])
            and a["channel"] != channel
        )
    pattern = "|".join(map(re.escape, rule["phrases"])) if rule["kind"] == "phrases" else rule["pattern"]
    search = re.compile(pattern).search
    return lambda text, _: search(text) is not None


def with_cel(rules: Rules) -> Ask:
    """common-expression-language (Rust): a loop over compiled programs in one prepared context."""
    import cel

    programs = [cel.compile(_cel(rule)) for rule in rules]

    def ask(text: str, attributes: Mapping[str, Any]) -> list[bool]:
        context = cel.Context({"text": text, **attributes})
        return [program.execute(context) for program in programs]

    return ask


def _cel(rule: Mapping[str, Any]) -> str:
    match rule["kind"]:
        case "phrases":
            return " || ".join(f"text.contains({json.dumps(phrase)})" for phrase in rule["phrases"])
        case "regex":
            return f"text.matches({json.dumps(rule['pattern'])})"
        case _:
            return (
                f"amount > {rule['amount']} && (country in {json.dumps(rule['embargo'])} || "
                f"customer_age < {rule['age']} || !authenticated) && !(channel == {json.dumps(rule['channel'])})"
            )


def with_zen(rules: Rules) -> Ask:
    """zen-engine: all rules as one compiled expression that gives a list."""
    import zen

    compiled = zen.compile_expression(f"[{', '.join(map(_zen, rules))}]")
    return lambda text, attributes: compiled.evaluate({"text": text, **attributes})


def _zen(rule: Mapping[str, Any]) -> str:
    match rule["kind"]:
        case "phrases":
            return "(" + " or ".join(f"contains(text, {json.dumps(phrase)})" for phrase in rule["phrases"]) + ")"
        case "regex":
            return f"matches(text, {_zen_text(rule['pattern'])})"
        case _:
            country, channel = json.dumps(rule["embargo"]), json.dumps(rule["channel"])
            risky = f"country in {country} or customer_age < {rule['age']} or not authenticated"
            return f"(amount > {rule['amount']} and ({risky}) and not (channel == {channel}))"


def _zen_text(text: str) -> str:
    """zen takes what stands between the quotes as it is: a backslash is a backslash."""
    return f"'{text}'"


def with_json_logic(rules: Rules) -> Ask:
    """datalogic-py: all rules as one compiled list. JSON-Logic knows no regexes: those go to Python's `re`."""
    import datalogic_py

    regexes = [(place, re.compile(rule["pattern"]).search) for place, rule in enumerate(rules) if "pattern" in rule]
    logic = [False if "pattern" in rule else _json_logic(rule) for rule in rules]
    compiled = datalogic_py.Engine().compile(logic)

    def ask(text: str, attributes: Mapping[str, Any]) -> list[bool]:
        answers = list(compiled.evaluate({"text": text, **attributes}))
        for place, search in regexes:
            answers[place] = search(text) is not None
        return answers

    return ask


def _json_logic(rule: Mapping[str, Any]) -> dict[str, Any]:
    if rule["kind"] == "phrases":
        return {"or": [{"in": [phrase, {"var": "text"}]} for phrase in rule["phrases"]]}
    country = {"in": [{"var": "country"}, rule["embargo"]]}
    young = {"<": [{"var": "customer_age"}, rule["age"]]}
    risky = {"or": [country, young, {"!": [{"var": "authenticated"}]}]}
    elsewhere = {"!=": [{"var": "channel"}, rule["channel"]]}
    return {"and": [{">": [{"var": "amount"}, rule["amount"]]}, risky, elsewhere]}


ENGINES: Mapping[str, Callable[[Rules], Ask]] = {
    "Python re": with_re,
    "common-expression-language": with_cel,
    "zen-engine": with_zen,
    "datalogic-py": with_json_logic,
}


def timed(ask: Ask, texts: Sequence[str], attributes: Sequence[Mapping[str, Any]], rounds: int) -> dict[str, Any]:
    """Milliseconds of each text in each round after one to warm up, and the places of the rules that matched."""
    said = [ask(text, values) for text, values in zip(texts, attributes, strict=True)]
    milliseconds = []
    for _ in range(rounds):
        for text, values in zip(texts, attributes, strict=True):
            begun = time.perf_counter()
            ask(text, values)
            milliseconds.append(1e3 * (time.perf_counter() - begun))
    matched = [[place for place, answer in enumerate(one) if answer is True] for one in said]
    return {"milliseconds": milliseconds, "matched": matched}


def main() -> None:
    """Ask every engine in turn; one that cannot says why."""
    task = json.load(sys.stdin)
    for name, make in ENGINES.items():
        try:
            result = timed(make(task["rules"]), task["texts"], task["attributes"], task["rounds"])
        except Exception as error:  # noqa: BLE001 - whatever stops an engine is its result
            result = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps({"engine": name, **result}), flush=True)


if __name__ == "__main__":
    main()
