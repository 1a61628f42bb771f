"""The life of rules over HTTP and at the command line: tried, compared, put in force, switched off, taken back."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import BaseModel

from service.api import replies_rules
from service.cli import main
from service.client import Signoff, SignoffError
from tests.api.extra_rule import EXTRA as WRITTEN
from tests.house import LiveServer, serving

WORKFLOW = "retail-banking"
RULE = "extra-zanzibar"
TEXT = "please send the zanzibar form"

Send = Callable[..., httpx.Response]


@pytest.fixture
def ask(live_server: LiveServer) -> Iterator[Send]:
    """Send as a role, by default as operations."""
    with httpx.Client(base_url=live_server.url, timeout=300) as http:

        def send(method: str, address: str, body: object = None, *, role: str = "operations") -> httpx.Response:
            key = getattr(live_server.keys, role)
            return http.request(method, address, json=body, headers={"Authorization": f"Bearer {key}"})

        yield send


@dataclass(frozen=True)
class Said:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str


CommandLine = Callable[..., Said]


@pytest.fixture
def signoff(
    live_server: LiveServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> CommandLine:
    """The command line's entry point, in a house of its own beside the running server, as another process would."""
    monkeypatch.setenv("SIGNOFF_HOME", str(live_server.home))
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: str) -> Said:
        monkeypatch.setattr(sys, "argv", ["signoff", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return Said(int(ended.value.code or 0), out, err)

    return run


def fits(model: type[BaseModel], response: httpx.Response, status: int = 200) -> Any:
    """The answer's members are those of the reference, no more and no less."""
    assert response.status_code == status, response.text
    model.model_validate_json(response.content)
    return response.json()


def refused(response: httpx.Response, status: int, code: str, said: str = "") -> Any:
    told = response.json()
    assert (response.status_code, told["type"]) == (status, f"/problems/{code}"), told
    assert told["remedy"]
    assert said in json.dumps(told, ensure_ascii=False), told
    return told


def folder(home: Path) -> Path:
    return home / "packs" / WORKFLOW


def add_rule(home: Path, written: str = WRITTEN) -> None:
    pack = folder(home) / "pack.yaml"
    if "zanzibar:" not in pack.read_text():
        pack.write_text(pack.read_text().rstrip() + "\n  zanzibar:\n    phrases: [zanzibar form]\n")
    (folder(home) / "extra.rule.yaml").write_text(written)


def load_rule(server: LiveServer, ask: Send) -> str:
    """The rule counts; the release that answered before."""
    add_rule(server.home)
    loaded = fits(replies_rules.Reloaded, ask("POST", "/v1/rules/reload"))
    assert outcome(ask) == "block"
    return str(loaded["workflows"][0]["before"]["release"])


def standing(ask: Send) -> Any:
    packs = fits(replies_rules.RulesStatus, ask("GET", "/v1/rules"))["packs"]
    return next(rule for pack in packs for rule in pack["rules"] if rule["id"] == RULE)


def outcome(ask: Send) -> str:
    answer = ask("POST", "/v1/decisions", {"workflow": WORKFLOW, "text": TEXT}, role="caller")
    return str(answer.json()["outcome"])


def test_a_rule_from_its_file_to_force(live_server: LiveServer, ask: Send) -> None:
    """Check, diff, dry run, reload, explain: tried before it counts, and then it counts from the next request on."""
    before = fits(replies_rules.RulesStatus, ask("GET", "/v1/rules"))
    assert not before["files_differ"]
    assert outcome(ask) != "block"
    add_rule(live_server.home)

    assert fits(replies_rules.RulesChecked, ask("POST", "/v1/rules/check")) == {"ok": True, "errors": []}
    (differs,) = fits(replies_rules.RulesDiff, ask("GET", "/v1/rules/diff"))["workflows"]
    assert [(change["kind"], change["rule"]) for change in differs["changes"] if change["rule"]] == [("added", RULE)]
    assert differs["removed"] == []
    tried = fits(replies_rules.Reloaded, ask("POST", "/v1/rules/reload?dry_run=true"))
    assert (tried["changed"], tried["dry_run"]) == (False, True)
    assert outcome(ask) != "block", "a dry run changes nothing"

    loaded = fits(replies_rules.Reloaded, ask("POST", "/v1/rules/reload"))
    assert loaded["changed"]
    assert loaded["workflows"][0]["before"]["release"] == before["workflows"][0]["release"]
    assert outcome(ask) == "block"
    assert not fits(replies_rules.Reloaded, ask("POST", "/v1/rules/reload"))["changed"], "the same files again"

    question = {"workflow": WORKFLOW, "text": TEXT, "attributes": {"channel": "app"}}
    told = fits(replies_rules.Explained, ask("POST", "/v1/rules/explain", question))
    traces = {trace["rule"]: trace for trace in told["rules"]}
    assert (traces[RULE]["finding"], traces[RULE]["effect"], traces[RULE]["counts"]) == ("match", "block", True)
    stopped = traces["embargoed-country-customer"]["clauses"][0]
    assert stopped["answer"] is False
    assert stopped["file"].endswith("crime.rule.yaml")
    assert min(stopped["line"], stopped["column"]) > 1


def test_a_rule_is_switched_off_and_on(live_server: LiveServer, ask: Send) -> None:
    """From the next request on, without an edit of files, in red until it ends, and on the record."""
    load_rule(live_server, ask)
    off = ask("POST", f"/v1/rules/{RULE}/disable", {"minutes": 240, "why": "holds too much"})
    assert fits(replies_rules.Disabled, off)["workflows"] == [WORKFLOW]
    assert outcome(ask) != "block", "off from the next request on"
    assert standing(ask)["disabled"]["why"] == "holds too much"
    again = ask("POST", f"/v1/rules/{RULE}/disable", {"minutes": 5, "why": "again"})
    refused(again, 409, "conflict", "off already")
    question = {"workflow": WORKFLOW, "text": TEXT, "rule": RULE}
    (trace,) = fits(replies_rules.Explained, ask("POST", "/v1/rules/explain", question))["rules"]
    assert (trace["finding"], trace["counts"]) == ("match", False)
    fits(replies_rules.Enabled, ask("POST", f"/v1/rules/{RULE}/enable"))
    assert outcome(ask) == "block", "and on from the next"
    assert standing(ask)["disabled"] is None
    refused(ask("POST", f"/v1/rules/{RULE}/enable"), 404, "not_found")
    of_rule = fits(replies_rules.RulesHistory, ask("GET", f"/v1/rules/history?rule={RULE}"))["items"]
    assert {"rule.disabled", "rule.enabled"} <= {event["kind"] for event in of_rule}


def test_rules_are_taken_back_and_stay_so(live_server: LiveServer, ask: Send) -> None:
    """The old release answers again with its own certificate; a reload is refused until somebody unpins; all of it
    stands in one timeline, page by page."""
    before = load_rule(live_server, ask)
    back = fits(replies_rules.RolledBack, ask("POST", "/v1/rules/rollback", {"why": "too strict"}))
    assert back["workflows"][0]["release"] == before, "with its own certificate"
    assert outcome(ask) != "block"
    status = fits(replies_rules.RulesStatus, ask("GET", "/v1/rules"))
    assert status["workflows"][0]["pinned"]["by"] == "first operator"
    assert status["files_differ"]
    refused(ask("POST", "/v1/rules/reload"), 409, "rules_pinned", "unpin")
    assert outcome(ask) != "block"
    assert fits(replies_rules.Unpinned, ask("POST", "/v1/rules/unpin", {"workflow": WORKFLOW}))["unpinned"]
    assert not fits(replies_rules.Unpinned, ask("POST", "/v1/rules/unpin", {"workflow": WORKFLOW}))["unpinned"]
    assert fits(replies_rules.Reloaded, ask("POST", "/v1/rules/reload"))["changed"]
    assert outcome(ask) == "block"

    history = fits(replies_rules.RulesHistory, ask("GET", "/v1/rules/history", role="auditor"))
    kinds = [event["kind"] for event in reversed(history["items"])]
    assert kinds == ["rules.reloaded", "rules.rolled_back", "rules.unpinned", "rules.reloaded"]
    page = fits(replies_rules.RulesHistory, ask("GET", "/v1/rules/history?limit=2"))
    following = fits(replies_rules.RulesHistory, ask("GET", f"/v1/rules/history?limit=2&after={page['next']}"))
    assert [*page["items"], *following["items"]] == history["items"]


def test_broken_files_are_refused_with_their_places_and_the_old_rules_stay(live_server: LiveServer, ask: Send) -> None:
    """A typo, a failing test, a rule that vanished: told by check, by diff and by reload."""
    add_rule(live_server.home, WRITTEN.replace("effect: block", "effect: blok"))
    checked = fits(replies_rules.RulesChecked, ask("POST", "/v1/rules/check"))
    (error,) = checked["errors"]
    assert error["file"].endswith("extra.rule.yaml")
    assert error["line"] == 5
    assert "block" in error["remedy"]
    assert fits(replies_rules.RulesDiff, ask("GET", "/v1/rules/diff"))["errors"] == [error]
    told = refused(ask("POST", "/v1/rules/reload"), 422, "rules_broken", "extra.rule.yaml:5:")
    assert told["errors"] == [error]
    refused(ask("POST", "/v1/rules/replay", {"workflow": WORKFLOW, "since": "2020-01-01"}), 422, "rules_broken", "blok")
    add_rule(live_server.home, WRITTEN.replace("text: another form", "text: zanzibar form"))
    refused(ask("POST", "/v1/rules/reload"), 422, "rules_broken", "expects no_match and gets match")
    add_rule(live_server.home)
    fits(replies_rules.Reloaded, ask("POST", "/v1/rules/reload"))
    (folder(live_server.home) / "extra.rule.yaml").unlink()
    assert fits(replies_rules.RulesDiff, ask("GET", "/v1/rules/diff"))["workflows"][0]["removed"] == [RULE]
    refused(ask("POST", "/v1/rules/reload"), 422, "rules_broken", "--allow-removal")
    assert outcome(ask) == "block"
    assert fits(replies_rules.Reloaded, ask("POST", "/v1/rules/reload?allow_removal=true"))["changed"]
    assert outcome(ask) != "block"
    promise = live_server.home / "workflows" / WORKFLOW / "workflow.yaml"
    promise.write_text(promise.read_text().replace("alpha: 0.05", "alpha: 0.0001"))
    refused(ask("POST", "/v1/rules/reload"), 409, "loses_automation", "accept_no_automation")
    assert fits(replies_rules.Reloaded, ask("POST", "/v1/rules/reload?accept_no_automation=true"))["changed"]
    promise.write_text(promise.read_text().replace("alpha: 0.0001", "alpha: 0.05"))
    assert fits(replies_rules.Reloaded, ask("POST", "/v1/rules/reload"))["workflows"][0]["certificate"]
    back = {"workflow": WORKFLOW, "why": "a test"}
    refused(ask("POST", "/v1/rules/rollback", back), 409, "loses_automation", "accept_no_automation")
    gone = fits(replies_rules.RolledBack, ask("POST", "/v1/rules/rollback", back | {"accept_no_automation": True}))
    assert gone["workflows"][0]["certificate"] is None


@pytest.mark.parametrize(
    "address, body, status, code, said",
    [
        ("/v1/rules/extra-zanzibr/disable", {"minutes": 5, "why": "x"}, 404, "not_found", ""),
        ("/v1/rules/briberi/disable", {"minutes": 5, "why": "x"}, 404, "not_found", "did you mean `bribery`?"),
        ("/v1/rules/bribery/disable", {"minutes": 0, "why": "x"}, 422, "invalid_request", '"field": "minutes"'),
        ("/v1/rules/bribery/disable", {"minutes": 10081, "why": "x"}, 422, "invalid_request", '"field": "minutes"'),
        ("/v1/rules/bribery/disable", {"minutes": "4h", "why": "x"}, 422, "invalid_request", '"field": "minutes"'),
        ("/v1/rules/bribery/disable", {"minutes": 5}, 422, "invalid_request", '"field": "why"'),
        ("/v1/rules/bribery/disable", {"minutes": 5, "why": " "}, 422, "invalid_request", "why"),
        ("/v1/rules/bribery/enable", None, 404, "not_found", "not disabled"),
        ("/v1/rules/rollback", {"why": "x"}, 409, "conflict", "earlier"),
        ("/v1/rules/rollback", {"workflow": "wholesale", "why": "x"}, 404, "not_found", "wholesale"),
        ("/v1/rules/rollback", {"to": "rel_none", "why": "x"}, 404, "not_found", "rel_none"),
        ("/v1/rules/rollback", {"workflow": WORKFLOW}, 422, "invalid_request", '"field": "why"'),
        ("/v1/rules/unpin", {"workflow": "wholesale"}, 404, "not_found", "wholesale"),
        ("/v1/rules/explain", {}, 422, "invalid_request", '"field": "workflow"'),
        ("/v1/rules/explain", {"workflow": WORKFLOW}, 422, "invalid_request", '"field": "text"'),
        ("/v1/rules/explain", {"decision": "dec_1", "text": "a"}, 422, "invalid_request", '"field": "text"'),
        ("/v1/rules/explain", {"decision": "dec_none"}, 404, "not_found", "dec_none"),
        ("/v1/rules/explain", {"workflow": "wholesale", "text": "a"}, 422, "invalid_request", '"field": "workflow"'),
        (
            "/v1/rules/explain",
            {"workflow": WORKFLOW, "text": "a", "attributes": {"amuont": 1}},
            422,
            "invalid_request",
            '"field": "attributes.amuont"',
        ),
        ("/v1/rules/explain", {"workflow": WORKFLOW, "text": "a", "rule": "briberi"}, 404, "not_found", "bribery"),
        ("/v1/rules/replay", {"workflow": WORKFLOW, "since": "last week"}, 422, "invalid_request", '"field": "since"'),
        ("/v1/rules/replay", {"workflow": WORKFLOW}, 422, "invalid_request", '"field": "since"'),
        ("/v1/rules/replay", {"workflow": "wholesale", "since": "2026-01-01"}, 404, "not_found", "wholesale"),
        (
            "/v1/rules/replay",
            {"workflow": WORKFLOW, "since": "2026-01-01", "limit": 10_001},
            422,
            "invalid_request",
            '"field": "limit"',
        ),
        ("/v1/rules/proposals/prop_none/approve", None, 404, "not_found", "prop_none"),
        ("/v1/rules/proposals/prop_none/reject", {"why": "x"}, 404, "not_found", "prop_none"),
        ("/v1/rules/proposals/prop_none/reject", {}, 422, "invalid_request", '"field": "why"'),
        ("/v1/rules/alarms/alm_none/acknowledge", None, 404, "not_found", "alm_none"),
    ],
)
def test_what_cannot_be_done_is_refused_with_the_field_or_the_remedy(
    shared_server: LiveServer, address: str, body: Any, status: int, code: str, said: str
) -> None:
    """Never a 500, and nothing is recorded."""

    def records() -> int:
        headers = {"Authorization": f"Bearer {shared_server.keys.auditor}"}
        return int(httpx.get(f"{shared_server.url}/v1/audit/verify", headers=headers, timeout=30).json()["records"])

    before = records()
    headers = {"Authorization": f"Bearer {shared_server.keys.operations}"}
    refused(httpx.post(shared_server.url + address, json=body, headers=headers, timeout=60), status, code, said)
    assert records() == before


@pytest.mark.parametrize("role, status", [("caller", 403), ("reviewer", 403), ("auditor", 403)])
def test_rules_are_for_those_who_keep_them(shared_server: LiveServer, role: str, status: int) -> None:
    """Looking included, but for the history, which auditors read too."""
    headers = {"Authorization": f"Bearer {getattr(shared_server.keys, role)}"}
    for address in ("/v1/rules", "/v1/rules/diff", "/v1/rules/proposals", "/v1/rules/alarms"):
        assert httpx.get(shared_server.url + address, headers=headers, timeout=30).status_code == status
    history = httpx.get(shared_server.url + "/v1/rules/history", headers=headers, timeout=30).status_code
    assert history == (200 if role == "auditor" else 403)


def test_lists_of_proposals_and_alarms_are_as_the_reference_says(shared_server: LiveServer) -> None:
    """Empty at first; a state that there is not is refused."""
    headers = {"Authorization": f"Bearer {shared_server.keys.operations}"}
    with httpx.Client(base_url=shared_server.url, headers=headers, timeout=30) as operations:
        assert fits(replies_rules.Proposals, operations.get("/v1/rules/proposals?state=proposed"))["items"] == []
        assert fits(replies_rules.Alarms, operations.get("/v1/rules/alarms?open_only=false"))["items"] == []
        refused(operations.get("/v1/rules/proposals?state=maybe"), 422, "invalid_request", "state")
        refused(operations.get("/v1/rules/history?after=first"), 422, "invalid_request", "after")


def test_a_decision_is_explained_by_the_rules_of_its_time(live_server: LiveServer, ask: Send) -> None:
    """The rule that blocked it explains it, after that rule is gone."""
    add_rule(live_server.home)
    fits(replies_rules.Reloaded, ask("POST", "/v1/rules/reload"))
    made = ask("POST", "/v1/decisions", {"workflow": WORKFLOW, "text": TEXT}).json()
    fits(replies_rules.RolledBack, ask("POST", "/v1/rules/rollback", {"workflow": WORKFLOW, "why": "drill"}))
    told = fits(replies_rules.Explained, ask("POST", "/v1/rules/explain", {"decision": made["id"], "rule": RULE}))
    assert told["release"] == made["release"]
    assert told["rules"][0]["finding"] == "match"
    now = {"workflow": WORKFLOW, "text": TEXT, "rule": RULE}
    refused(ask("POST", "/v1/rules/explain", now), 404, "not_found", "no rule")


def test_edited_files_are_tried_on_past_decisions(live_server: LiveServer, ask: Send) -> None:
    """Which would have been others, by rule, effect and outcome, with examples; nothing is changed by it."""
    ids = [
        ask("POST", "/v1/decisions", {"workflow": WORKFLOW, "text": f"{TEXT} {number}"}).json()["id"]
        for number in range(3)
    ]
    ask("POST", "/v1/decisions", {"workflow": WORKFLOW, "text": "where is my card"})
    add_rule(live_server.home)
    asked = {"workflow": WORKFLOW, "since": "2020-01-01", "examples": 2}
    found = fits(replies_rules.Replayed, ask("POST", "/v1/rules/replay", asked))
    assert (found["decisions"], found["changed"], found["unreadable"], found["truncated"]) == (4, 3, 0, False)
    assert found["by_rule"] == [{"rule": RULE, "more": 3, "fewer": 0}]
    assert sum(each["count"] for each in found["outcomes"] if each["after"] == "block") == 3
    assert len(found["examples"]) == 2
    assert {each["decision"] for each in found["examples"]} < set(ids)
    assert found["examples"][0]["rules"]["gained"] == [RULE]
    limited = fits(replies_rules.Replayed, ask("POST", "/v1/rules/replay", {**asked, "limit": 1}))
    assert (limited["decisions"], limited["truncated"]) == (1, True)
    assert outcome(ask) != "block"


def test_a_change_that_needs_a_second_person_waits_for_one(
    live_server: LiveServer, ask: Send, signoff: CommandLine
) -> None:
    """Proposed with 202 and its address; not approved by whoever proposed it; in force once somebody else did."""
    path = live_server.home / "workflows" / WORKFLOW / "workflow.yaml"
    path.write_text(path.read_text().rstrip() + "\n\nchanges: {second_person: true}\n")
    assert fits(replies_rules.Reloaded, ask("POST", "/v1/rules/reload"))["changed"], "the policy in force decides"
    add_rule(live_server.home)

    answer = ask("POST", "/v1/rules/reload")
    proposed = fits(replies_rules.Reloaded, answer, 202)
    address = answer.headers["location"]
    assert address == f"/v1/rules/proposals/{proposed['proposal']}"
    assert not proposed["changed"]
    assert outcome(ask) != "block"
    seen = fits(replies_rules.ProposalView, ask("GET", address))
    assert (seen["state"], seen["stale"]) == ("proposed", None)
    assert RULE in [change["rule"] for change in seen["workflows"][0]["changes"]]
    refused(ask("POST", f"{address}/approve"), 409, "same_person")
    assert fits(replies_rules.RulesStatus, ask("GET", "/v1/rules"))["proposals"][0]["id"] == proposed["proposal"]

    rejected = fits(replies_rules.ProposalView, ask("POST", f"{address}/reject", {"why": "not yet"}))
    assert (rejected["state"], rejected["why"]) == ("rejected", "not yet")
    refused(ask("POST", f"{address}/approve"), 409, "proposal_closed")
    refused(ask("POST", f"{address}/reject", {"why": "twice"}), 409, "proposal_closed")

    again = ask("POST", "/v1/rules/reload").headers["location"]
    colleague = signoff("rules", "approve", again.rpartition("/")[2])
    assert colleague.code == 0, colleague.err
    assert outcome(ask) == "block"
    assert fits(replies_rules.ProposalView, ask("GET", again))["decided_by"].startswith("cli:")
    states = [each["state"] for each in fits(replies_rules.Proposals, ask("GET", "/v1/rules/proposals"))["items"]]
    assert states == ["approved", "rejected"]


@pytest.mark.slow
def test_the_command_line_tells_the_same_story(live_server: LiveServer, ask: Send, signoff: CommandLine) -> None:
    """Every command of a rule's life beside a running server, with the exit codes that scripts go by."""
    home = live_server.home
    add_rule(home, WRITTEN.replace("effect: block", "effect: blok"))
    broken = signoff("rules", "check")
    assert broken.code == 1
    assert "extra.rule.yaml:5:" in broken.out
    assert signoff("rules", "reload").code == 2
    add_rule(home)
    for command, code in ((("check",), 0), (("test",), 0), (("diff",), 0), (("reload", "--dry-run"), 0)):
        said = signoff("rules", *command)
        assert said.code == code, (command, said.err)
    assert RULE in signoff("rules", "diff").out
    reloaded = signoff("rules", "reload")
    assert "automation" in reloaded.err, reloaded.err
    assert outcome(ask) == "block"

    explained = signoff("rules", "explain", TEXT, "--workflow", WORKFLOW, "-a", "channel=app", "--rule", RULE)
    assert f"{RULE}  match → block" in explained.out, explained.err
    assert signoff("rules", "explain", TEXT, "--workflow", "wholesale").code == 2

    for bad in ("4", "4 hours", "soon"):
        refusal = signoff("rules", "disable", RULE, "--for", bad, "--why", "x")
        assert refusal.code == 2
        assert "as in 30m, 4h, 2d" in " ".join(refusal.err.replace("│", " ").split())
    assert signoff("rules", "disable", RULE, "--for", "8d", "--why", "x").code == 2
    unknown = signoff("rules", "disable", "extra-zanzibr", "--for", "4h", "--why", "x")
    assert unknown.code == 2
    assert f"did you mean `{RULE}`?" in unknown.err
    off = signoff("rules", "disable", RULE, "--for", "4h", "--why", "holds too much")
    assert off.code == 0, off.err
    begun = time.monotonic()
    assert outcome(ask) != "block"
    assert time.monotonic() - begun < 5
    assert "OFF until" in signoff("rules", "status").out
    assert signoff("rules", "enable", RULE).code == 0
    assert outcome(ask) == "block"

    replayed = signoff("rules", "replay", "--workflow", WORKFLOW, "--since", "7d", "--json")
    assert json.loads(replayed.out)["decisions"] >= 1
    assert signoff("rules", "replay", "--workflow", WORKFLOW, "--since", "7d").code == 0
    rolled = signoff("rules", "rollback", "--workflow", WORKFLOW, "--why", "too strict")
    assert rolled.code == 0, rolled.err
    assert outcome(ask) != "block"
    pinned = signoff("rules", "reload")
    assert pinned.code == 2
    assert "unpin" in pinned.err
    assert signoff("rules", "unpin", WORKFLOW).code == 0
    assert signoff("rules", "reload").code == 0
    timeline = signoff("rules", "history")
    assert timeline.code == 0
    assert [kind in timeline.out for kind in ("rules.rolled_back", "rule.disabled")] == [True, True]
    assert json.loads(signoff("rules", "history", "--json", "--rule", RULE).out)["items"]
    for line in ("proposals", "alarms", "lint --silent-days 30", "cover"):
        said = signoff("rules", *line.split())
        assert said.code == 0, (line, said.err)


def test_a_restart_leaves_what_was_rolled_back(home: Path, tmp_path: Path) -> None:
    """Files that were taken back are not taken over by the next process either."""
    with serving(home, tmp_path) as server, client(server) as signoff_client:
        add_rule(home)
        assert signoff_client.reload_rules().changed
        signoff_client.rollback_rules("too strict", workflow=WORKFLOW)
    with serving(home, tmp_path) as server, client(server) as signoff_client:
        (workflow,) = signoff_client.rules().workflows
        assert workflow.pinned is not None
        assert workflow.files_differ
        assert signoff_client.decide(TEXT, WORKFLOW).outcome != "block"


def test_the_client_knows_the_whole_life(live_server: LiveServer) -> None:
    """Typed answers all the way, and refusals by their code."""
    add_rule(live_server.home)
    with client(live_server) as keeper:
        assert keeper.check_rules() == []
        assert keeper.diff_rules().workflows[0]["workflow"] == WORKFLOW
        assert not keeper.reload_rules(dry_run=True).changed
        assert keeper.reload_rules().changed
        made = keeper.decide(TEXT, WORKFLOW)
        assert made.outcome == "block"
        assert keeper.explain_rules(TEXT, WORKFLOW, {"channel": "app"}, rule=RULE).rules[0]["finding"] == "match"
        assert keeper.explain_decision(made.id, rule=RULE).release == made.release
        assert keeper.disable_rule(RULE, 30, "drill").workflows == [WORKFLOW]
        assert keeper.enable_rule(RULE).rule == RULE
        assert keeper.replay_rules(WORKFLOW, "2020-01-01", examples=1).changed == 0
        assert keeper.rollback_rules("drill").workflows[0]["workflow"] == WORKFLOW
        with pytest.raises(SignoffError) as caught:
            keeper.reload_rules()
        assert caught.value.code == "rules_pinned"
        assert keeper.unpin_rules(WORKFLOW).unpinned
        assert keeper.rules_history(limit=5).items[0].kind == "rules.unpinned"
        assert keeper.proposals() == []
        assert keeper.alarms() == []
        with pytest.raises(SignoffError, match="404"):
            keeper.proposal("prop_none")


def client(server: LiveServer) -> Signoff:
    return Signoff(server.url, server.keys.operations, timeout=300)  # sent again, a reload has nothing left to do
