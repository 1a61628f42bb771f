"""One peer on one set of vectors, run by the peers' own Python: `index_peer.py NAME VECTORS.npy QUERIES.npy MASKS.npy`.

Prints one JSON line: build seconds, and for each mask the rows found and the median milliseconds a query. Everything on
one thread. Knows nothing of the project.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

K = 10

Vectors = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]
Rows = npt.NDArray[Any]


class Peer(Protocol):
    """A store that was given vectors, numbered in order."""

    def __init__(self, vectors: Vectors) -> None: ...
    def search(self, query: Vectors, allowed: Mask) -> Rows: ...


class Hnswlib:
    def __init__(self, vectors: Vectors) -> None:
        import hnswlib

        self.index = hnswlib.Index("ip", vectors.shape[1])
        self.index.init_index(len(vectors), M=32, ef_construction=200)
        self.index.set_num_threads(1)
        self.index.add_items(vectors, np.arange(len(vectors)))
        self.index.set_ef(128)

    def search(self, query: Vectors, allowed: Mask) -> Rows:
        chosen = None if allowed.all() else (lambda row: bool(allowed[row]))
        try:
            return np.asarray(self.index.knn_query(query, K, num_threads=1, filter=chosen)[0][0])
        except RuntimeError:  # it found fewer than asked for
            return np.empty(0, dtype=int)


class Usearch:
    def __init__(self, vectors: Vectors) -> None:
        from usearch.index import Index

        self.index = Index(ndim=vectors.shape[1], metric="ip", dtype="f32", connectivity=32, expansion_search=128)
        self.index.add(np.arange(len(vectors)), vectors, threads=1)

    def search(self, query: Vectors, allowed: Mask) -> Rows:
        if allowed.all():
            return np.array(self.index.search(query, K, threads=1).keys)
        # It has no filter in Python: more is asked for, and what is not allowed is dropped, as its users do.
        found = np.array(self.index.search(query, 10 * K, threads=1).keys)
        return np.asarray(found[allowed[found]][:K])


class Qdrant:
    def __init__(self, vectors: Vectors) -> None:
        from qdrant_client import QdrantClient, models

        self.models, self.client = models, QdrantClient(":memory:")
        parameters = models.VectorParams(size=vectors.shape[1], distance=models.Distance.DOT)
        self.client.create_collection("c", vectors_config=parameters)
        self.client.upload_collection("c", vectors=vectors, payload=None, ids=range(len(vectors)), batch_size=4096)
        self.known: dict[bytes, Any] = {}

    def search(self, query: Vectors, allowed: Mask) -> Rows:
        chosen = None
        if not allowed.all():
            key = allowed.tobytes()
            if key not in self.known:
                rows = np.flatnonzero(allowed).tolist()
                self.known = {key: self.models.Filter(must=[self.models.HasIdCondition(has_id=rows)])}
            chosen = self.known[key]
        found = self.client.query_points("c", query=query, limit=K, query_filter=chosen)
        return np.array([point.id for point in found.points], dtype=int)


class Lancedb:
    def __init__(self, vectors: Vectors) -> None:
        import tempfile

        import lancedb
        import pyarrow as pa

        self.place = tempfile.TemporaryDirectory()
        flat = pa.FixedSizeListArray.from_arrays(pa.array(vectors.reshape(-1)), vectors.shape[1])
        rows = pa.table({"row": np.arange(len(vectors)), "vector": flat})
        self.table = lancedb.connect(self.place.name).create_table("t", rows)
        self.masks: dict[bytes, str] = {}

    def search(self, query: Vectors, allowed: Mask) -> Rows:
        found = self.table.search(query).distance_type("dot").limit(K)
        if not allowed.all():
            key = allowed.tobytes()
            if key not in self.masks:  # permissions are a column; making it is not timed as a query
                name = f"m{len(self.masks)}"
                import pyarrow as pa

                self.table.merge(pa.table({"row": np.arange(len(allowed)), name: allowed}), left_on="row")
                self.masks[key] = name
            found = found.where(self.masks[key], prefilter=True)
        return np.array(found.select(["row"]).to_arrow()["row"], dtype=int)


class Chroma:
    def __init__(self, vectors: Vectors) -> None:
        import chromadb

        self.collection = chromadb.EphemeralClient().create_collection("bench", metadata={"hnsw:space": "ip"})
        for start in range(0, len(vectors), 5000):
            part = vectors[start : start + 5000]
            ids = [str(row) for row in range(start, start + len(part))]
            self.collection.add(ids=ids, embeddings=part)

    def search(self, query: Vectors, allowed: Mask) -> Rows:
        if not allowed.all():
            raise NotImplementedError("a filter on a column that is written after the rows takes minutes to write")
        found = self.collection.query(query_embeddings=[query], n_results=K, include=[])
        return np.array([int(row) for row in found["ids"][0]])


PEERS: dict[str, type[Peer]] = {
    "hnswlib": Hnswlib,
    "usearch": Usearch,
    "qdrant-local": Qdrant,
    "lancedb": Lancedb,
    "chroma": Chroma,
}


def main() -> None:
    name, vectors, queries, masks = sys.argv[1], *(np.load(path) for path in sys.argv[2:5])
    begun = time.perf_counter()
    peer = PEERS[name](vectors)
    answer: dict[str, Any] = {"build_s": time.perf_counter() - begun, "found": []}
    for mask in masks:
        try:
            peer.search(queries[0], mask)
        except NotImplementedError as reason:
            answer["found"].append({"why": str(reason)})
            continue
        rows, times = [], []
        for query in queries:
            begun = time.perf_counter()
            rows.append([int(row) for row in peer.search(query, mask)])
            times.append(time.perf_counter() - begun)
        answer["found"].append({"rows": rows, "p50_ms": 1000 * float(np.median(times))})
    print(json.dumps(answer))


main()
