"""What the README shows is what happens."""

from __future__ import annotations

import json
import re

import httpx

from service.cli.serving import EXAMPLE
from tests.house import ROOT

README = (ROOT / "README.md").read_text()


def one(pattern):
    found = re.search(pattern, README, re.DOTALL)
    assert found is not None, pattern
    return found[1]


def curl_body():
    return json.loads(one(r"-d '(\{.*?\})'\n```"))


def shown_answer():
    return json.loads(one(r"```json\n(\{.*?\n\})\n```"))


def test_the_curl_example_is_decided_automatically_as_shown(shared_server):
    """The README's request is answered at once by the classifier, with the outcome, label and documents it shows."""
    headers = {"Authorization": f"Bearer {shared_server.keys.caller}"}
    answered = httpx.post(f"{shared_server.url}/v1/decisions", json=curl_body(), headers=headers, timeout=20)
    assert answered.status_code == 200, answered.text
    got, shown = answered.json(), shown_answer()
    for key in ("workflow", "state", "outcome", "decided_by", "reasons", "public_reason", "rules", "draft", "case"):
        assert got[key] == shown[key], key
    assert got["labels"][0]["label"] == shown["labels"][0]["label"]
    assert got["labels"][0]["probability"] > 0.9
    assert got["documents"][0]["id"] == shown["documents"][0]["id"]
    assert set(got) == set(shown)


def test_the_first_start_prints_the_same_request():
    """The curl line that `signoff init` prints asks what the README asks."""
    assert curl_body()["text"] == EXAMPLE


def test_every_file_the_readme_links_to_is_there():
    """No dead link."""
    for link in re.findall(r"\]\((?!http)([^)#]+)\)", README):
        assert (ROOT / link).exists(), link
