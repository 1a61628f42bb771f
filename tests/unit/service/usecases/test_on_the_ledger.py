"""Whatever is written has a record: a use case that commits appends to the ledger, or stands here with the reason.

Read off the source: each function that hands work to the store has to lead to `ledger.append`, by what it calls itself
or by what is called from there. A new one that does not fails this test.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house import ROOT

FOLDER = ROOT / "service" / "usecases"
COMMITS = {"commit", "submit", "alter"}

#: Functions that commit without a record, and why that is right.
WITHOUT: dict[str, str] = {
    # They run what they are given, and whoever gives it has to lead to a record by themselves.
    "make_decision.Prepared.submit": "the record is made by `_record`, which it is handed",
    "manage_people._on": "its callers say what is done, and each appends",
    "send_webhooks.WebhookSender._commit": "sending is kept per delivery; pausing a webhook appends",
    # Asked for, and what comes of it is a record.
    "ask_for_draft.ask": "a draft asked for is nothing yet; `reply.drafted` or `reply.failed` tells what came of it",
    "ask_for_draft.ask_ahead": "as `ask`",
    "write_drafts._reserve": "a draft begun; `reply.drafted` or `reply.failed` tells how it ended",
    "write_drafts.want_automatic": "as `ask_for_draft.ask`",
    "run_jobs.Jobs._begin": "`job.asked` stands before it, and what the job makes has a record of its own",
    "run_jobs.Jobs._look": "as `_begin`",
    "run_jobs.Jobs.stop": "as `_begin`",
    "run_jobs._Telling.__call__": "how far a job is",
    "run_jobs._end": "as `_begin`",
    "run_jobs._report": "as `_begin`: it found something out and changed nothing",
    "run_jobs.run_here": "as `_begin`",
    "shadow._follow": "what a candidate would have said decides nothing; `model.shadowed` stands before it",
    "settle_doubts.look": "doubts decide nothing; settling one appends",
    "spend_delta.spend": "the certificate that comes of it says which use it was, and its digest is on the ledger",
    "tuning_weights.Tried.keep": "a trial of tuning; the model that comes of it has a record",
    "roll_out.roll_out": "parts of a release that does not answer yet; the flip appends",
    # Who holds what for a while: a lease is no decision.
    "label_queue.claim_next": "a lease of a request to be labelled",
    "label_queue.give_back": "as `claim_next`",
    "label_queue.skip": "as `claim_next`",
    "choose_labels._ask_anew": "the order in which requests are labelled",
    "choose_labels.choose": "as `_ask_anew`",
    "lookers.leave": "who has a page open",
    "lookers.look": "as `leave`",
    "preferences.drop_filter": "how somebody likes their console",
    "preferences.keep_colours": "as `drop_filter`",
    "preferences.keep_filter": "as `drop_filter`",
    "preferences.keep_keys": "as `drop_filter`",
    "sign_in.authenticate": "when a key was last used, to the hour",
    "sign_in.session_principal": "when a session was last used; opening and ending one append",
    # Worked out of what is there already, and can be worked out again.
    "embed.embed": "vectors of approved documents",
    "views.Views._make": "as `embed`",
    "snapshots.Snapshots._built": "named by the digest of documents whose approvals are on the ledger",
    "snapshots.Snapshots.build": "as `_built`",
    "summarise.SummaryChores.round": "which sentences head a long request",
    "tally.Tally.flush": "counts",
    "rates.Rates._ask": "how often a key has asked lately",
    # The instance about itself.
    "secret.settle_secret": "the check value of the instance's secret, once",
    "key_store.refuse_other_keys": "the check value of the key store, once",
    "seal_payloads.seal_some": "the same words, sealed; nobody decides anything by it",
    "forget.destroy_keys": "`subject.erased` stands before it: this does what that says",
    "restore._put_keys": "keys put back from a backup, beside a ledger that comes back whole",
    "steward.Steward._report": "which worker has which release open",
    "steward.Steward._say_alive": "which worker lives",
    "steward.Steward.stop": "as `_say_alive`",
    "steward.ask_for_reload": "a signal to workers; the reload appends",
}


def modules() -> dict[str, ast.Module]:
    return {path.stem: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.py"))}


def names_of(tree: ast.Module) -> dict[str, tuple[str, str]]:
    """Local name -> (module of use cases, its function, or an empty string for the module itself)."""
    found: dict[str, tuple[str, str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "service.usecases":
            found |= {alias.asname or alias.name: (alias.name, "") for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("service.usecases."):
            module = str(node.module).rpartition(".")[2]
            found |= {alias.asname or alias.name: (module, alias.name) for alias in node.names}
    return found


def functions(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    """Top-level functions and methods by name; what is defined within one belongs to it."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef):
                    yield f"{node.name}.{inner.name}", inner


class Walk:
    """Who mentions whom, who appends a record, and who hands work to the store: functions as `module.name`."""

    def __init__(self) -> None:
        trees = modules()
        self.known = {module: {name for name, _ in functions(tree)} for module, tree in trees.items()}
        self.led: dict[str, set[str]] = {}
        self.appends: set[str] = set()
        self.commits: set[str] = set()
        for module, tree in trees.items():
            imported = names_of(tree)
            for name, node in functions(tree):
                self.led[f"{module}.{name}"] = set()
                for part in ast.walk(node):
                    if isinstance(part, ast.Attribute):
                        self._attribute(module, name, part, imported)
                    elif isinstance(part, ast.Name):
                        self._name(module, name, part.id, imported)

    def _attribute(self, module: str, name: str, part: ast.Attribute, imported: dict[str, tuple[str, str]]) -> None:
        me, on = f"{module}.{name}", part.value
        called = on.id if isinstance(on, ast.Name) else on.attr if isinstance(on, ast.Attribute) else ""
        if called == "ledger" and part.attr in ("append", "put_back"):
            self.appends.add(me)
        elif called in ("store", "_store") and part.attr in COMMITS:
            self.commits.add(me)
        elif called in ("self", "cls"):
            self.led[me].add(f"{module}.{name.partition('.')[0]}.{part.attr}")
        elif called in imported and not imported[called][1]:
            self.led[me].add(f"{imported[called][0]}.{part.attr}")

    def _name(self, module: str, name: str, said: str, imported: dict[str, tuple[str, str]]) -> None:
        if said in imported and imported[said][1]:
            self.led[f"{module}.{name}"].add(".".join(imported[said]))
        elif said in self.known[module]:
            self.led[f"{module}.{name}"].add(f"{module}.{said}")

    def silent(self) -> set[str]:
        """Those that hand work to the store and do not lead to a record."""
        told = set(self.appends)
        while more := {name for name, led in self.led.items() if name not in told and led & told}:
            told |= more
        return self.commits - told


@pytest.fixture(scope="module")
def silent() -> set[str]:
    """Functions that commit and do not lead to a record."""
    walk = Walk()
    assert len(walk.commits) > 60, "the walk does not find what commits any more"
    assert {"halt._set", "make_decision._record"} <= walk.appends
    return walk.silent()


def test_whatever_is_written_has_a_record(silent):
    """But for what stands above, with its reason."""
    unknown = sorted(silent - WITHOUT.keys())
    assert not unknown, f"no record on the ledger, and no reason why not: {unknown}"


def test_the_reasons_are_of_what_there_is(silent):
    """One that has a record now, or is gone, is no exception any more."""
    assert not sorted(WITHOUT.keys() - silent)
    assert all(WITHOUT.values())
    assert Path(FOLDER).is_dir()
