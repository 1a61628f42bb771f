"""Tables as plain lines."""

from __future__ import annotations

from service.cli.columns import columns


def test_columns_are_as_wide_as_they_need_to_be() -> None:
    """Nothing is cut, nothing trails, and a cell of several lines stays in its row."""
    assert list(columns(("A", "LONG"), [("one", 2), ("three\n four", None)])) == [
        "A           LONG",
        "one         2",
        "three four",
    ]
