"""What the command line says: answers on the standard output, everything about them on the standard error."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape

from service.cli.columns import columns
from service.errors import ServiceError

say = Console(stderr=True, highlight=False, soft_wrap=True, emoji=False)  # file:100:12 is a place, no picture


def plain(text: object) -> str:
    """Text from elsewhere, so that nothing in it is taken for markup."""
    return escape(str(text))


def print_json(value: Any) -> None:
    print(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def print_table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    for line in columns(headings, rows):
        print(line)


def place(entry: Mapping[str, Any]) -> str:
    """An error of a file as compilers write it: file:line:column: reason (remedy)."""
    remedy = f" ({entry['remedy']})" if entry.get("remedy") else ""
    return f"{entry['file']}:{entry['line']}:{entry['column']}: {entry['message']}{remedy}"


def complain(error: ServiceError) -> None:
    """An error in a sentence, with its places and its remedy."""
    say.print(f"[bold red]error:[/] {plain(error.detail)}")
    for problem in error.problems:
        said = f"{problem.field}: {problem.message}"
        remedy = f" ({problem.remedy})" if problem.remedy and problem.remedy != error.remedy else ""
        if remedy or said not in error.detail:
            say.print(f"  {plain(said)}[dim]{plain(remedy)}[/]")
    listed = error.extra.get("errors")
    for entry in listed if isinstance(listed, list) else []:
        say.print(f"  {plain(place(entry))}")
    if error.remedy:
        say.print(f"[bold]remedy:[/] {plain(error.remedy)}")


@contextlib.contextmanager
def progress_shown() -> Iterator[Callable[[str, int, int], None]]:
    """A bar a kind of work; plain lines where there is no terminal."""
    if not say.is_terminal:
        yield _plain_progress()
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description:<28}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=say) as bars:
        tasks: dict[str, Any] = {}

        def tell(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done, total=total)

        yield tell


def _plain_progress() -> Callable[[str, int, int], None]:
    shown: dict[str, int] = {}

    def tell(what: str, done: int, total: int) -> None:
        tenth = 10 * done // total if total else 10
        if shown.get(what) != tenth:
            shown[what] = tenth
            say.print(f"{what}: {done}/{total}")

    return tell
