"""What tests of several rooms share: a workflow with live traffic."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from index.encoder import EncoderPool
from tests.unit.service.usecases import reply_desk, traffic


@pytest.fixture(scope="session")
def quick_encoder(encoder_folder: Path) -> EncoderPool:
    """The real encoder, which remembers what it was asked."""
    return EncoderPool(encoder_folder, 1, cache=4_096)


@pytest.fixture(scope="session")
def built_kiosk(quick_encoder: EncoderPool, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder with the kiosk's workflow; not to be written into."""
    folder = tmp_path_factory.mktemp("kiosk")
    traffic.build(folder, quick_encoder)
    return folder


@pytest.fixture
def kiosk(
    built_kiosk: Path, quick_encoder: EncoderPool, encoder_folder: Path, tmp_path: Path
) -> Iterator[traffic.Kiosk]:
    """An opened instance of the test's own."""
    with traffic.kiosk_in(traffic.copied(built_kiosk, tmp_path / "home", encoder_folder), quick_encoder) as opened:
        yield opened


@pytest.fixture(scope="session")
def built_shop_with_replies(quick_encoder: EncoderPool, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder with a workflow whose labels name documents; not to be written into."""
    folder = tmp_path_factory.mktemp("replies")
    reply_desk.build(folder, quick_encoder)
    return folder


@pytest.fixture
def replies(
    built_shop_with_replies: Path, quick_encoder: EncoderPool, encoder_folder: Path, tmp_path: Path
) -> Iterator[reply_desk.ReplyDesk]:
    """An opened instance of the test's own, where replies are drafted."""
    home = traffic.copied(built_shop_with_replies, tmp_path / "home", encoder_folder)
    with reply_desk.desk_in(home, quick_encoder) as opened:
        yield opened
