"""All rows of a database as lines of text, which either kind of database takes back: what backups are made of.

A table is a line that names it, its columns and their kinds, then a line a row: JSON arrays, in the order of the
primary key. What stands in them is what the database holds and not what the code of some version makes of it: times are
the numbers they are stored as, JSON columns are their text. So the rows of any schema can be read, and the same rows
are the same bytes whichever database they come from.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.errors import Conflict

#: Which schema it is: a backup says so itself, and migrating makes it.
_VERSION: Final = "alembic_version"
#: Who is signed in, what people look at, which processes answer: of another time it would be wrong.
_PASSING: Final = frozenset({"lookers", "sessions", "workers"})

_AT_ONCE: Final = 500  # rows


@dataclass(frozen=True, slots=True)
class Heading:
    """The first line of a table."""

    table: str
    columns: tuple[tuple[str, str], ...]  #: (name, kind) each

    def line(self) -> bytes:
        return _line({"table": self.table, "columns": self.columns})

    @classmethod
    def read(cls, line: bytes) -> Heading:
        """Raises ValueError, KeyError or TypeError for what is none."""
        told = json.loads(line)
        return cls(told["table"], tuple((str(name), str(kind)) for name, kind in told["columns"]))


@dataclass(frozen=True, slots=True)
class _Kind:
    """How values of some columns are written and read back."""

    types: tuple[type[sa.types.TypeEngine[Any]], ...]
    read_as: sa.types.TypeEngine[Any] | None = None  # None: as its own type
    write: Callable[[Any], Any] = lambda value: value
    read: Callable[[Any], Any] = lambda value: value


# In this order: the first that a column's type is one of.
_KINDS: Final = {
    "json": _Kind((sa.JSON,), read_as=sa.Text()),
    "boolean": _Kind((sa.Boolean,)),
    "integer": _Kind((sa.Integer,)),
    "real": _Kind((sa.Float,)),
    "text": _Kind((sa.String,)),
    "date": _Kind((sa.Date,), write=date.isoformat, read=date.fromisoformat),
    "bytes": _Kind((sa.LargeBinary,), write=lambda value: base64.b64encode(value).decode(), read=base64.b64decode),
}


def tables(connection: Connection) -> list[sa.Table]:
    """Those whose rows are kept, each after the ones that it refers to."""
    found = sa.MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name not in _PASSING | {_VERSION}]


def heading(table: sa.Table) -> Heading:
    return Heading(table.name, tuple((column.name, _kind(column)) for column in table.columns))


def lines(connection: Connection, table: sa.Table) -> Iterator[bytes]:
    """A whole table: its heading, then its rows."""
    yield heading(table).line()
    yield from rows(connection, table)


def rows(connection: Connection, table: sa.Table) -> Iterator[bytes]:
    """A line each, in the order of the primary key, without holding them in memory."""
    kinds = [_KINDS[kind] for _, kind in heading(table).columns]
    wanted = [
        column if kind.read_as is None else sa.cast(column, kind.read_as)
        for column, kind in zip(table.columns, kinds, strict=True)
    ]
    query = sa.select(*wanted).order_by(*table.primary_key.columns).execution_options(yield_per=_AT_ONCE)
    with connection.execute(query) as found:
        for row in found:
            yield _line([None if v is None else kind.write(v) for v, kind in zip(row, kinds, strict=True)])


def refill(connection: Connection, table: sa.Table, told: Heading, lines: Iterable[bytes]) -> int:
    """Fill an empty table with the rows of one that had these columns; how many there were.

    Conflict when the table's columns are others: the schema is not the one that was dumped.
    """
    own = heading(table)
    if sorted(told.columns) != sorted(own.columns):
        raise Conflict(
            f"the backup's table {told.table} has other columns than this schema's: {_difference(told, own)}",
            remedy="restore it with the version of Signoff that made it",
        )
    kinds = [_KINDS[kind] for _, kind in told.columns]
    on_server = kind_of(connection) == "postgresql"
    if on_server:  # what hears of new rows would be told of every old one
        connection.exec_driver_sql(f"ALTER TABLE {_quoted(connection, table)} DISABLE TRIGGER USER")
    add = table.insert().values({name: _parameter(connection, place, table.c[name]) for place, name in _names(told)})
    count, given = 0, iter(lines)
    while part := list(islice(given, _AT_ONCE)):
        connection.execute(add, [_values(line, kinds) for line in part])
        count += len(part)
    if on_server:
        connection.exec_driver_sql(f"ALTER TABLE {_quoted(connection, table)} ENABLE TRIGGER USER")
    return count


def empty(connection: Connection) -> None:
    """Take away what migrating put into the tables: all that is there afterwards comes from the dump."""
    for table in reversed(tables(connection)):
        connection.execute(table.delete())


def database_file(url: str) -> Path | None:
    """The file of an SQLite database; None of one that lies with a server."""
    parsed = sa.make_url(url)
    return Path(parsed.database or "") if parsed.get_backend_name() == "sqlite" else None


def kind_of(connection: Connection) -> str:
    """`sqlite` or `postgresql`."""
    return connection.dialect.name


def is_empty(connection: Connection) -> bool:
    """Whether nothing at all was made in this database yet."""
    return not sa.inspect(connection).get_table_names()


def _quoted(connection: Connection, table: sa.Table) -> str:
    return connection.dialect.identifier_preparer.format_table(table)


def _names(told: Heading) -> Iterator[tuple[int, str]]:
    return ((place, name) for place, (name, _) in enumerate(told.columns))


def _values(line: bytes, kinds: list[_Kind]) -> dict[str, Any]:
    values = zip(json.loads(line), kinds, strict=True)
    return {f"v{place}": None if v is None else kind.read(v) for place, (v, kind) in enumerate(values)}


def _parameter(connection: Connection, place: int, column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    name = f"v{place}"
    if not isinstance(column.type, sa.JSON):
        return sa.bindparam(name, type_=column.type)
    text = sa.bindparam(name, type_=sa.Text())
    # SQLite keeps JSON as its text, and would take a cast for one to a number.
    return sa.cast(text, sa.JSON) if kind_of(connection) == "postgresql" else sa.type_coerce(text, sa.Text())


def _kind(column: sa.Column[Any]) -> str:
    for name, kind in _KINDS.items():
        if isinstance(column.type, kind.types):
            return name
    raise Conflict(
        f"{column.table.name}.{column.name} is a {column.type!r}, which backups cannot write",
        remedy="this is an error in Signoff; please report it",
    )


def _difference(told: Heading, own: Heading) -> str:
    apart = sorted({name for name, _ in set(told.columns) ^ set(own.columns)})
    return ", ".join(apart)


def _line(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
