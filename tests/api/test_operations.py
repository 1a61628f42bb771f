"""Operations at work: signals, the command line beside a running server, broken files at start."""

from __future__ import annotations

import os
import signal
import time

import httpx

from service.settings import Settings
from service.store.engine import open_store
from tests import forked
from tests.api.extra_rule import EXTRA
from tests.databases import everything_in
from tests.house import serving, where

NAME = "retail-banking"


def signoff(home, *arguments):
    return forked.run(arguments, {**os.environ, **where(home), "COLUMNS": "200"})


def add_rule(home):
    folder = home / "packs" / NAME
    pack = folder / "pack.yaml"
    pack.write_text(pack.read_text().rstrip() + "\n  zanzibar:\n    phrases: [zanzibar form]\n")
    (folder / "extra.rule.yaml").write_text(EXTRA)


def outcome(server):
    answer = httpx.post(
        f"{server.url}/v1/decisions",
        json={"workflow": NAME, "text": "please send the zanzibar form"},
        headers={"Authorization": f"Bearer {server.keys.caller}"},
        timeout=20,
    )
    return answer.json()["outcome"]


def test_sighup_loads_edited_rules(live_server):
    """The signal that operations know: the edited rule counts a moment later, without a restart."""
    assert outcome(live_server) != "block"
    add_rule(live_server.home)
    live_server.process.send_signal(signal.SIGHUP)
    until = time.monotonic() + 30
    while outcome(live_server) != "block":
        assert time.monotonic() < until, live_server.log.read_text()[-2000:]
        time.sleep(0.2)


def test_the_command_line_reloads_a_running_server(live_server):
    """`signoff rules reload` in another process reaches the server through the database row."""
    add_rule(live_server.home)
    said = signoff(live_server.home, "rules", "reload")
    assert said.returncode == 0, said.stderr
    assert "automation" in said.stderr
    assert outcome(live_server) == "block"


def test_broken_files_at_start_leave_the_last_good_set_in_force(home, tmp_path):
    """A server starts on the last good rules and says loudly that the files are broken."""
    (home / "packs" / NAME / "extra.rule.yaml").write_text("- id: [oops\n")
    checked = signoff(home, "rules", "check")
    assert checked.returncode == 1
    assert "extra.rule.yaml:" in checked.stdout
    with serving(home, tmp_path) as server:
        assert outcome(server) in ("allow", "review")
        assert "extra.rule.yaml" in server.log.read_text()
        assert "last_good_set" in server.log.read_text()


def test_keys_are_made_listed_and_revoked(live_server):
    """A new key opens the service, a revoked one no longer does, and only digests are stored."""
    made = signoff(live_server.home, "keys", "create", "till 7", "--role", "caller")
    key = made.stdout.strip()
    headers = {"Authorization": f"Bearer {key}"}
    assert httpx.get(f"{live_server.url}/v1/decisions", headers=headers).status_code == 200
    listed = signoff(live_server.home, "keys", "list").stdout
    line = next(line for line in listed.splitlines() if "till 7" in line)
    assert key not in listed
    assert signoff(live_server.home, "keys", "revoke", line.split()[0]).returncode == 0
    refused = httpx.get(f"{live_server.url}/v1/decisions", headers=headers)
    assert refused.status_code == 401
    assert "revoked" in refused.json()["detail"]
    store = open_store(Settings(home=live_server.home).database)
    stored = everything_in(store)
    store.close()
    assert "till 7" in stored
    assert key not in stored


def test_the_server_stops_cleanly(live_server):
    """SIGTERM ends it with exit code 0."""
    assert live_server.stop() == 0


def test_the_ledger_is_verified_from_the_command_line(home):
    """`signoff audit verify` says how many records hold."""
    said = signoff(home, "audit", "verify")
    assert said.returncode == 0, said.stderr
    assert '"ok": true' in said.stdout
