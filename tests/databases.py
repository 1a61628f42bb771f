"""On which databases a test runs whose every second counts."""

from __future__ import annotations

import pytest

#: The embedded one in every run, the other where there is time: `parametrize("database_url", BOTH, indirect=True)`.
BOTH = ("sqlite", pytest.param("postgresql", marks=pytest.mark.slow))
