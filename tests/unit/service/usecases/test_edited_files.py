"""Watching files: a change is taken over once, when it has come to rest, however it was brought about."""

from __future__ import annotations

import os

import pytest
from structlog.testing import capture_logs

from service.errors import LedgerUnavailable
from service.usecases import reload_rules
from service.usecases.edited_files import Watch, take_over
from tests.unit.service.usecases.edits import edit, policy

NAME = "retail-banking"


@pytest.fixture
def folder(tmp_path):
    pack = tmp_path / "packs" / "bank"
    pack.mkdir(parents=True)
    (pack / "pack.yaml").write_text("pack: bank\n")
    workflow = tmp_path / "workflows" / "bank"
    workflow.mkdir(parents=True)
    (workflow / "workflow.yaml").write_text("workflow: bank\n")
    return tmp_path


def settled(watch, looks=4):
    return [watch.changed() for _ in range(looks)]


def test_a_change_is_told_once_and_only_at_rest(folder):
    """Two looks have to see the same; afterwards there is silence until something else changes."""
    watch = Watch(folder)
    assert settled(watch) == [False, True, False, False]
    (folder / "packs" / "bank" / "a.rule.yaml").write_text("- id: a\n")
    assert not watch.changed()
    (folder / "packs" / "bank" / "a.rule.yaml").write_text("- id: a\n- id: b\n")  # still being written
    assert settled(watch) == [False, True, False, False]


def test_every_way_of_changing_is_seen(folder):
    """A policy, golden requests, a list, a deleted file, a new pack; editors' own files and examples are not."""
    watch = Watch(folder)
    settled(watch)
    steps = [
        lambda: (folder / "workflows" / "bank" / "workflow.yaml").write_text("workflow: bank2\n"),
        lambda: (folder / "workflows" / "bank" / "golden.jsonl").write_text("{}\n"),
        lambda: (folder / "packs" / "bank" / "words.txt").write_text("word\n"),
        (folder / "packs" / "bank" / "words.txt").unlink,
        lambda: (folder / "packs" / "shop").mkdir() or (folder / "packs" / "shop" / "pack.yaml").write_text("x"),
    ]
    for step in steps:
        step()
        assert settled(watch) == [False, True, False, False]
    (folder / "packs" / "bank" / ".a.rule.yaml.swp").write_text("x")
    (folder / "workflows" / "bank" / "examples.jsonl").write_text("x")
    assert settled(watch) == [False] * 4


def test_a_swapped_link_is_a_change(tmp_path):
    """As a mounted ConfigMap does it: the files are links into a folder that another link is swapped to."""
    pack = tmp_path / "packs" / "bank"
    pack.mkdir(parents=True)
    for version in ("..1", "..2"):
        (pack / version).mkdir()
        (pack / version / "pack.yaml").write_text("pack: bank\n")
        os.utime(pack / version / "pack.yaml", ns=(1, 1))
    (pack / "..data").symlink_to("..1")
    (pack / "pack.yaml").symlink_to("..data/pack.yaml")
    watch = Watch(tmp_path)
    settled(watch)
    (pack / "..next").symlink_to("..2")
    (pack / "..next").replace(pack / "..data")
    assert settled(watch) == [False, True, False, False]


def test_no_folder_is_a_state_like_any_other(tmp_path):
    """What is not there, or leads nowhere, raises nothing."""
    watch = Watch(tmp_path)
    settled(watch)
    (tmp_path / "packs" / "bank").mkdir(parents=True)
    (tmp_path / "packs" / "bank" / "pack.yaml").symlink_to("nowhere")
    assert settled(watch) == [False, True, False, False]


def test_broken_files_leave_the_last_good_set_in_force(house):
    """They are told with their places, and nothing is raised."""
    (house.home / "packs" / NAME / "extra.rule.yaml").write_text("- id: [oops\n")
    with capture_logs() as logs:
        take_over(house, "watch")
    (told,) = (entry for entry in logs if entry["event"] == "rules_broken_last_good_set_serves")
    assert "extra.rule.yaml" in str(told["errors"])


def test_what_is_no_fault_of_the_files_is_told_and_tried_again(house, monkeypatch):
    """A start goes on with the last good set, and a watcher takes the same files over later."""
    edit(policy(house.home), "lease_minutes: 15", "lease_minutes: 16")

    def busy(*_, **__):
        raise LedgerUnavailable("the database is busy")

    monkeypatch.setattr(reload_rules, "settle", busy)
    with capture_logs() as logs:
        assert take_over(house, "start") is False
    assert [entry["detail"] for entry in logs if entry["event"] == "rules_not_reloaded"] == ["the database is busy"]
    monkeypatch.undo()
    assert take_over(house, "watch") is True


def test_what_was_not_taken_over_is_told_again(folder):
    """Once more, and only once."""
    watch = Watch(folder)
    settled(watch)
    watch.again()
    assert settled(watch) == [True, False, False, False]


def test_edited_files_are_taken_over(house):
    """And the log names the release."""
    path = house.home / "workflows" / NAME / "workflow.yaml"
    path.write_text(path.read_text().replace("lease_minutes: 15", "lease_minutes: 16"))
    with capture_logs() as logs:
        take_over(house, "watch")
    assert [entry["workflow"] for entry in logs if entry["event"] == "rules_reloaded"] == [NAME]
