"""A whole pilot, from the owner's files to the report."""

from __future__ import annotations

import csv
import html
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from rules.errors import RuleErrors
from service.errors import BadRequest, CannotStart, InvalidRequest
from service.learn.pilot.ways import Kind
from service.settings import Settings
from service.usecases.pilot import Asked, run_pilot
from service.usecases.pilot_encoders import encode
from service.usecases.progress import silent
from tests.unit.service.learn.pilot.world import requests

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)


def written(path: Path, each: int, seed: int) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("text", "label", "date"))
        rows.writerows((request.text, request.label, request.day) for request in requests(each, seed))
    return path


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return written(tmp_path / "requests.csv", 9, seed=0)


@pytest.fixture
def settings(tmp_path: Path, encoder_folder: Path) -> Settings:
    """A home with an encoder and nothing else: a pilot needs no instance."""
    home = tmp_path / "home"
    shutil.copytree(encoder_folder, home / "encoder")
    return Settings(home=home)


def test_a_pilot_from_file_to_report(settings: Settings, data: Path, tmp_path: Path) -> None:
    """Ways of every cheap kind on the same requests, a recommendation, a page and JSON; dear ones are told off."""
    owner = tmp_path / "pilot.yaml"
    owner.write_text("questions: {problem: Card questions of a bank.}\npromise: {alpha: 0.1}\n", encoding="utf-8")
    test = written(tmp_path / "test.csv", 10, seed=1)
    asked = Asked(data, tmp_path / "out", owner=owner, test=test, threads=1, quick=True)
    reported = run_pilot(settings, asked, NOW, apart=False)
    names = [way.name for way in reported.pilot.ways]
    assert names[0] == "phrase rules"
    assert {way.kind for way in reported.pilot.ways} == {Kind.RULES, Kind.SCRATCH, Kind.FROZEN, Kind.JOINED}
    assert all(way.figures.requests == 40 for way in reported.pilot.ways)
    assert {point.each for point in reported.pilot.curve} == {5, None}
    assert reported.advice.way in names
    page = reported.html.read_text(encoding="utf-8")
    assert html.escape(reported.advice.headline, quote=False) in page
    assert "Card questions of a bank." in page
    values = json.loads(reported.json.read_text(encoding="utf-8"))
    assert [way["name"] for way in values["ways"]] == names
    assert "unowned" in {finding["kind"] for finding in values["data"]}
    assert not (tmp_path / "out" / ".work" / "room").exists()


def test_what_is_wrong_is_said_before_anything_is_tried(settings: Settings, data: Path, tmp_path: Path) -> None:
    """Files that are not there, a pilot.yaml with errors, a definition of no label, no time."""
    out = tmp_path / "out"
    with pytest.raises(BadRequest, match="cannot be read"):
        run_pilot(settings, Asked(tmp_path / "none.csv", out), NOW)
    with pytest.raises(BadRequest, match="cannot be read") as refused:
        run_pilot(settings, Asked(data, out, owner=tmp_path / "none.yaml"), NOW)
    assert "--questions" in refused.value.remedy
    owner = tmp_path / "pilot.yaml"
    owner.write_text("promise: {alpha: many}\n", encoding="utf-8")
    with pytest.raises(RuleErrors):
        run_pilot(settings, Asked(data, out, owner=owner), NOW)
    owner.write_text("definitions: {card_lots: The card is gone}\n", encoding="utf-8")
    with pytest.raises(InvalidRequest, match=r"pilot\.yaml defines the label card_lots") as unknown:
        run_pilot(settings, Asked(data, out, owner=owner), NOW)
    assert unknown.value.remedy == "did you mean `card_lost`?"
    with pytest.raises(BadRequest, match="no budget"):
        run_pilot(settings, Asked(data, out, minutes=0), NOW)
    assert not out.exists()
    with pytest.raises(BadRequest, match="cannot be the report's folder") as refused:
        run_pilot(settings, Asked(data, data), NOW)
    assert "--out" in refused.value.remedy


def test_no_time_for_any_way_is_an_error(settings: Settings, data: Path, tmp_path: Path) -> None:
    """Rather than an empty report."""
    with pytest.raises(InvalidRequest, match="no way of deciding could be tried: the time was over"):
        run_pilot(settings, Asked(data, tmp_path / "out", minutes=0.001, threads=1), NOW, apart=False)


def test_an_encoder_that_is_not_there_is_left_out_and_told(settings: Settings, tmp_path: Path) -> None:
    """The pilot goes on with the others; its own encoder it cannot do without."""
    missing = str(tmp_path / "no-model")
    found = encode(settings, [missing], ["hello", "good bye"], tmp_path / "work", 1, silent)
    assert np.load(found.own.vectors).shape == (2, 384)
    assert found.further == ()
    assert "there is no such folder" in found.left_out[0].why
    again = encode(settings, [], ["hello", "good bye"], tmp_path / "work", 1, silent)
    assert again.own == found.own, "what was encoded is kept"
    (settings.home / "encoder" / "model.onnx").unlink()
    with pytest.raises(CannotStart, match="encoder"):
        encode(settings, [], ["hello"], tmp_path / "work", 1, silent)
