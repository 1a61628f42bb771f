"""What tests of the store share: the same promises on each kind of database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from service.store.engine import Store, open_store


@pytest.fixture
def store(migrated_url: str) -> Iterator[Store]:
    """An empty store of the test's own."""
    opened = open_store(migrated_url)
    yield opened
    opened.close()
