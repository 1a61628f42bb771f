"""`signoff encoder …`: what is shown of an encoder."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from index.manifest import read_encoder_manifest
from service.cli import app
from service.errors import NotFound


@pytest.fixture
def at_home(tmp_path: Path, encoder_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with an encoder and nothing else."""
    shutil.copytree(encoder_folder, tmp_path / "encoder")
    monkeypatch.setenv("SIGNOFF_HOME", str(tmp_path))
    return tmp_path


def test_the_certificate_is_shown_again(at_home: Path) -> None:
    """Everything that was measured when the encoder was compiled, in one table, by its digest or without."""
    manifest = read_encoder_manifest(at_home / "encoder", "")
    shown = CliRunner().invoke(app, ["encoder", "show"])
    assert shown.exit_code == 0
    for words in (
        manifest.digest[:16],
        "int8",
        "texts of equal length together",
        f"{manifest.certificate.mean_cosine:.4f}",
        f"{manifest.certificate.decision_flips:.1%}",
        f"{manifest.certificate.rank_changes:.1%}",
        f"{manifest.certificate.worst_batch_cosine:.7f}",
    ):
        assert words in shown.output
    assert CliRunner().invoke(app, ["encoder", "show", manifest.digest[:6]]).output == shown.output


def test_an_unknown_digest_is_said_to_be_unknown(at_home: Path) -> None:
    """Nothing else is shown instead."""
    found = CliRunner().invoke(app, ["encoder", "show", "zz"])
    assert isinstance(found.exception, NotFound)
