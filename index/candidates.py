"""The documents one search ranks: the best of both rankings, with what signals may want to know of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from index.columns import Rows
from index.fuse import Scores
from index.model import FieldValue
from index.segment import Segment
from index.signals.graph import Graph
from index.view import View


@dataclass(frozen=True, slots=True)
class Candidates:
    """Documents of a view, ascending by key; their passages, one document after the other.

    What signals are computed from is fetched only when they ask for it.
    """

    view: View
    graphs: Callable[[], Sequence[Graph]]  #: of each segment
    numbers: Rows
    passages: Rows
    bounds: Rows  #: where among the passages each document's begin, and where the last one's end
    cosines: Scores  #: of the passages

    def __len__(self) -> int:
        return len(self.numbers)

    def collections(self) -> Sequence[str]:
        """Of each document."""
        return [segment.keys.collection(row) for segment, row in self._places()]

    def ids(self) -> Sequence[str]:
        """Of each document."""
        return [segment.keys.id(row) for segment, row in self._places()]

    def effective(self) -> npt.NDArray[np.int32]:
        """The proleptic day each is in force from; 0 without one."""
        days = [int(segment.documents.effective[row]) for segment, row in self._places()]
        return np.array(days, dtype=np.int32)

    def fields(self) -> Sequence[Mapping[str, FieldValue]]:
        """Of each document."""
        return [segment.fields(row) for segment, row in self._places()]

    def graph(self) -> Graph:
        """A vector of each document's place among the citations: shape (len(self), dimensions), zeros without one."""
        origins, rows = self.view.origins[self.numbers], self.view.rows[self.numbers]
        graphs = self.graphs()
        vectors = np.zeros((len(self), graphs[0].shape[1]), dtype=np.float32)
        for place, graph in enumerate(graphs):
            here = origins == place
            vectors[here] = graph[rows[here]]
        return vectors

    def _places(self) -> list[tuple[Segment, int]]:
        segments = self.view.segments
        origins, rows = self.view.origins[self.numbers].tolist(), self.view.rows[self.numbers].tolist()
        return [(segments[origin], row) for origin, row in zip(origins, rows, strict=True)]
