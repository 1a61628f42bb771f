"""Rows of schemas that the code has no tables for any more."""

from __future__ import annotations

import sqlite3
from typing import Any


def put(raw: sqlite3.Connection, table: str, **given: Any) -> None:
    """A row with nought in every other column that wants something, and what it refers to."""
    columns = raw.execute(f"PRAGMA table_info({table})").fetchall()
    row = {name: 0 for _, name, _, required, default, _ in columns if required and default is None} | given
    for _, _, other, here, there, *_ in raw.execute(f"PRAGMA foreign_key_list({table})").fetchall():
        value = row.get(here)
        if value is not None and not raw.execute(f"SELECT 1 FROM {other} WHERE {there} = ?", (value,)).fetchone():
            put(raw, other, **{there: value})
    raw.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", list(row.values()))
