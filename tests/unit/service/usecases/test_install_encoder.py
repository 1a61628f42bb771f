from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from index import seal
from index.errors import CompileRefused
from index.manifest import EncoderManifest, read_encoder_manifest
from service.errors import Conflict, NotFound
from service.settings import Settings
from service.usecases import install_encoder as installing
from service.usecases.install_encoder import encoders, install_encoder


def named(folder: Path, target: Path, name: str) -> EncoderManifest:
    """A copy of a compiled encoder that says it was made from something else, so that its digest is another."""
    shutil.copytree(folder, target)
    fields = json.loads((target / seal.MANIFEST).read_text())
    (target / seal.MANIFEST).unlink()
    seal.seal(target, {key: value for key, value in fields.items() if key not in {"digest", "files"}} | {"name": name})
    return read_encoder_manifest(target, "")


@pytest.fixture
def settings(tmp_path: Path, encoder_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A home without an encoder; compiling copies the one there is, under the name of its source."""
    monkeypatch.setattr(installing, "pretrained_folder", lambda: "default")
    monkeypatch.setattr(
        installing, "compile_encoder", lambda source, target, **_: named(encoder_folder, target, str(source))
    )
    return Settings(home=tmp_path / "home")


def test_the_encoder_before_is_kept_for_the_releases_made_with_it(settings: Settings) -> None:
    """A new encoder takes the place of the home's own; the old one lies where releases look for it, whole."""
    first, before = install_encoder(settings)
    assert before is None
    second, before = install_encoder(settings, "other")
    assert before is not None
    assert second.folder == first.folder
    assert before.folder == settings.home / "encoders" / first.manifest.digest
    assert [each.manifest for each in encoders(settings)] == [second.manifest, first.manifest]
    third, before = install_encoder(settings)  # back again: both are there, neither is lost
    assert third.manifest == first.manifest
    assert before is not None
    assert before.manifest == second.manifest


def test_compiling_the_same_again_leaves_one(settings: Settings) -> None:
    """The same model in the same form is the same encoder."""
    install_encoder(settings)
    _, before = install_encoder(settings)
    assert before is None
    assert len(encoders(settings)) == 1


def test_a_damaged_encoder_is_replaced(settings: Settings) -> None:
    """Compiling again is the remedy for a damaged encoder, and does not keep the damage."""
    made, _ = install_encoder(settings)
    (made.folder / "tokenizer.json").write_text("{}")
    with pytest.raises(Conflict, match=r"tokenizer\.json"):
        encoders(settings)
    install_encoder(settings)
    assert len(encoders(settings)) == 1


def test_a_refused_model_changes_nothing(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """When compiling fails, the encoder that is there stays, and the error says why and what to do."""
    made, _ = install_encoder(settings)

    def refuse(*_: object, **__: object) -> EncoderManifest:
        raise CompileRefused("odd", "it is made of sand", "Choose another.")

    monkeypatch.setattr(installing, "compile_encoder", refuse)
    with pytest.raises(Conflict, match="made of sand") as caught:
        install_encoder(settings, "odd")
    assert caught.value.remedy == "Choose another."
    assert encoders(settings) == [made]


def test_a_home_without_an_encoder_says_how_to_get_one(settings: Settings) -> None:
    """The remedy is a command."""
    with pytest.raises(NotFound) as caught:
        encoders(settings)
    assert caught.value.remedy == "signoff encoder compile"
