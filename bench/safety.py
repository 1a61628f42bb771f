"""What the starter safety pack holds back: false alarms on harmless texts, catches on hostile ones.

    python -m bench.safety [--data DIR] [--quick]

A text counts as held when the strongest effect is `review` or `block`. Harmless: the safe half of XSTest, NotInject,
BANKING77's test messages. Hostile: XSTest's unsafe contrasts, jailbreaks found in the wild, BIPIA's attacks hidden in
the middle of its e-mails (and those e-mails as they are, which are harmless). Rules of words catch what is said in
known words; the catches say how far that goes. Ends with one line of JSON: shares held.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.table import Table

from bench.data import DEFAULT_DATA, ROOT, read_messages
from bench.screen import say
from rules.compile import compile_rules
from rules.evaluate import evaluate
from rules.model import Effect
from rules.normalize import normalize
from rules.reading.reader import pack_files, read_pack
from rules.ruleset import RuleSet
from rules.schema import AttributeSchema

NOW = datetime(2026, 6, 1, tzinfo=UTC)
PACK = ROOT / "rules" / "packs" / "safety"
HARMLESS = ("xstest_safe", "notinject", "banking77", "bipia_emails")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.safety", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="folder of test data")
    parser.add_argument("--quick", action="store_true", help="the same: it takes a few seconds")
    asked = parser.parse_args(arguments)
    ruleset = compile_rules([read_pack(pack_files(PACK))], AttributeSchema(()))
    sets = {**harmless(asked.data), **hostile(asked.data)}
    table = Table(title="texts held by the starter safety pack")
    for column in ("set", "texts", "held", "share", "by rule"):
        table.add_column(column)
    figures: dict[str, float] = {}
    for name, texts in sets.items():
        by_rule: Counter[str] = Counter()
        count = sum(held(ruleset, text, by_rule) for text in texts)
        figures[name] = round(count / len(texts), 4)
        what = "false alarms" if name in HARMLESS else "catches"
        rules = ", ".join(f"{rule.removeprefix('safety-')} {times}" for rule, times in by_rule.most_common())
        table.add_row(f"{name} ({what})", str(len(texts)), str(count), f"{figures[name]:.1%}", rules)
    say.print(table)
    print(json.dumps(figures))


def held(ruleset: RuleSet, text: str, by_rule: Counter[str]) -> bool:
    """Whether a person or nobody would get the text; counts the rules that asked for it."""
    ruling = evaluate(ruleset, normalize(text), {}, NOW)
    asking = [finding.rule for finding in ruling.matched if finding.effect in (Effect.REVIEW, Effect.BLOCK)]
    by_rule.update(asking)
    return bool(asking)


def harmless(data: Path) -> Mapping[str, list[str]]:
    """Texts that must pass."""
    notinject = [data / "notinject" / f"NotInject_{words}.json" for words in ("one", "two")]
    return {
        "xstest_safe": _xstest(data, "safe"),
        "notinject": [row["prompt"] for file in notinject for row in json.loads(file.read_text(encoding="utf-8"))],
        "banking77": [message.text for message in read_messages(data / "banking77" / "test.csv.gz")],
        "bipia_emails": _emails(data),
    }


def hostile(data: Path) -> Mapping[str, list[str]]:
    """Texts that a person should see."""
    with gzip.open(data / "jailbreak-in-the-wild" / "prompts.json.gz", "rt", encoding="utf-8") as file:
        jailbreaks = json.load(file)
    emails = _emails(data)
    hidden = {
        f"bipia_{kind}": [
            _inside(emails[place % len(emails)], attack) for place, attack in enumerate(_attacks(data, kind))
        ]
        for kind in ("text", "code")
    }
    return {"xstest_unsafe": _xstest(data, "unsafe"), "jailbreaks": jailbreaks, **hidden}


def _xstest(data: Path, label: str) -> list[str]:
    with (data / "xstest" / "xstest_prompts.half.csv").open(encoding="utf-8", newline="") as lines:
        return [row["prompt"] for row in csv.DictReader(lines) if row["label"] == label]


def _emails(data: Path) -> list[str]:
    lines = (data / "bipia" / "email_train.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["context"] for line in lines]


def _attacks(data: Path, kind: str) -> list[str]:
    kinds = json.loads((data / "bipia" / f"{kind}_attack_train.json").read_text(encoding="utf-8"))
    return [attack for attacks in kinds.values() for attack in attacks]


def _inside(email: str, attack: str) -> str:
    """The attack in the middle of the e-mail, on a line of its own."""
    middle = email.find(" ", len(email) // 2)
    return f"{email[:middle]}\n{attack}\n{email[middle:]}"


if __name__ == "__main__":
    main()
