"""Where benchmarks print: as wide as the terminal, and wide enough for a table where there is none."""

from __future__ import annotations

import sys

from rich.console import Console

say = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 120)
