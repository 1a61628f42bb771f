"""The ledger over HTTP: read, verified, signed and taken out, each by whoever may."""

from __future__ import annotations

import json

import pytest
from starlette.testclient import TestClient

from service.api import replies_ledger
from service.usecases.check_file import check_file


@pytest.fixture
def ask(bare_client: TestClient, keys: dict[str, str]):
    def asked(role, method, path, **more):
        headers = {"Authorization": f"Bearer {keys[role]}"}
        return bare_client.request(method, path, headers=headers, **more)

    return asked


def test_records_are_read_in_pages(ask):
    """Oldest first, by kind, from a record on; `next` says where to go on."""
    first = ask("auditor", "GET", "/v1/audit?limit=2").json()
    replies_ledger.Records.model_validate(first)
    assert [item["sequence"] for item in first["items"]] == [1, 2]
    assert first["next"] == 2
    rest = ask("auditor", "GET", "/v1/audit?after=2&limit=200").json()
    assert rest["items"][0]["sequence"] == 3
    assert rest["next"] is None
    made = ask("auditor", "GET", "/v1/audit?kind=key.created").json()["items"]
    assert {item["kind"] for item in made} == {"key.created"}
    one = ask("auditor", "GET", f"/v1/audit?subject={made[0]['subject']}").json()["items"]
    assert one[0] == made[0]
    assert ask("auditor", "GET", "/v1/audit?since=2100-01-01").json() == {"items": [], "next": None}
    assert ask("auditor", "GET", "/v1/audit?kind=key.*").json()["items"][0]["kind"].startswith("key.")
    assert ask("auditor", "GET", "/v1/audit?kind=drop table").status_code == 422


def test_it_is_verified_and_signed(ask, bare_house):
    """Auditors verify and read what was signed; operations sign."""
    signed = ask("operations", "POST", "/v1/audit/checkpoints")
    assert signed.status_code == 200
    replies_ledger.Checkpoint.model_validate(signed.json())
    found = ask("auditor", "GET", "/v1/audit/verify").json()
    replies_ledger.LedgerVerified.model_validate(found)
    assert found["ok"], found
    told = ask("auditor", "GET", "/v1/audit/checkpoints?limit=1").json()
    replies_ledger.Checkpoints.model_validate(told)
    assert told["items"] == [signed.json()]
    assert told["public_key"].startswith("-----BEGIN PUBLIC KEY-----")
    assert ask("auditor", "POST", "/v1/audit/checkpoints").status_code == 403
    assert ask("operations", "GET", "/v1/audit/verify").status_code == 403


def test_a_broken_ledger_is_not_signed(ask, bare_house):
    """And the answer says what to do."""
    (path,) = bare_house.settings.checkpoints.glob("*.jsonl")
    good = path.read_bytes()
    path.write_bytes(good.replace(b'"at":"2', b'"at":"3'))
    answer = ask("operations", "POST", "/v1/audit/checkpoints")
    path.write_bytes(good)
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (500, "ledger_broken")
    assert answer.json()["remedy"]


def test_it_is_taken_out(ask, bare_house, tmp_path):
    """As a file that verifies by itself."""
    answer = ask("auditor", "GET", "/v1/audit/export")
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert "ledger.jsonl" in answer.headers["content-disposition"]
    file = tmp_path / "ledger.jsonl"
    file.write_bytes(answer.content)
    assert check_file(file)["ok"]
    last = json.loads(answer.content.splitlines()[-2])["record"]
    assert (last["kind"], last["body"]["by"]) == ("ledger.exported", "auditor")
    assert ask("reviewer", "GET", "/v1/audit/export").status_code == 403


def test_no_dossier_of_what_is_not_there(ask):
    """And none for those who may not."""
    assert ask("auditor", "GET", "/v1/decisions/dec_none/dossier").status_code == 404
    assert ask("caller", "GET", "/v1/decisions/dec_none/dossier").status_code == 403
