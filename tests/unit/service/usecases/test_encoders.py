"""Encoders of releases: the instance's own, and others by their digest."""

from __future__ import annotations

import os
import shutil

import pytest

from index.encoder import EncoderPool
from service.errors import CannotStart
from service.usecases.encoders import Encoders


@pytest.fixture
def encoders(encoder, tmp_path):
    return Encoders(encoder, tmp_path / "encoders", sessions=1, cache=0)


def test_the_own_one_is_not_opened_twice(encoders, encoder):
    assert encoders.of(encoder.digest) is encoder


def test_another_one_is_opened_once_from_its_folder(encoder, encoder_folder, tmp_path):
    """An instance whose own encoder is a different one by now still opens the releases of the old one."""

    class Other:
        digest = "0" * 64

    target = tmp_path / "encoders" / encoder.digest
    shutil.copytree(encoder_folder, target, copy_function=os.link)
    encoders = Encoders(Other(), tmp_path / "encoders", sessions=1, cache=0)  # type: ignore[arg-type]
    found = encoders.of(encoder.digest)
    assert isinstance(found, EncoderPool)
    assert found.digest == encoder.digest
    assert encoders.of(encoder.digest) is found


def test_a_missing_one_is_named_with_the_remedy(encoders):
    with pytest.raises(CannotStart, match="was made with encoder 111111111111") as missing:
        encoders.of("1" * 64)
    assert "signoff workflow refit" in missing.value.remedy


def test_a_folder_that_holds_another_encoder_is_refused(encoders, encoder_folder, tmp_path):
    """The name of the folder promises the digest."""
    shutil.copytree(encoder_folder, tmp_path / "encoders" / ("2" * 64), copy_function=os.link)
    with pytest.raises(CannotStart, match="holds encoder"):
        encoders.of("2" * 64)
