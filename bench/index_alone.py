"""A process that opens a dense index and asks it, and nothing else: `python -m bench.index_alone FOLDER`.

Prints one JSON line: the rows found by each query, the median milliseconds, and the anonymous memory of the process.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from statistics import median

import numpy as np

from bench.index_vectors import K
from index.dense import open_dense, select

_ROUNDS = 3


def main() -> None:
    folder = Path(sys.argv[1])
    index, queries = open_dense(folder), np.load(folder / "queries.npy")
    everything = select(np.ones(index.passages, dtype=bool))
    rows, times = [], []
    for place in range(_ROUNDS * len(queries)):
        begun = time.perf_counter()
        hits = index.search(queries[place % len(queries)], K, everything)
        times.append(1000 * (time.perf_counter() - begun))
        if place < len(queries):
            rows.append(hits.rows.tolist())
    print(json.dumps({"rows": rows, "p50_ms": median(times), "anonymous_mib": _anonymous()}))


def _anonymous() -> float:
    """Resident memory that no file stands behind, in MiB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("RssAnon:"))


if __name__ == "__main__":
    main()
