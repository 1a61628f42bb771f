"""What a workflow has no label for: requests that people called none of these, grouped into proposals for labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.encoder import EncoderPool
from index.model import Vectors
from service.domain.types import Workflow
from service.learn.clusters import Cluster, alike, clusters, telling_words
from service.store.pointers import pointer
from service.usecases.embed import embed
from service.usecases.examples import Example
from service.usecases.house import House
from service.usecases.masked import masked
from service.usecases.progress import Progress, silent
from service.usecases.read_as import read_text
from service.usecases.start_labelling import at_hand
from service.usecases.training_material import gather

_SHOWN = 5  # texts of a proposal, the most central


@dataclass(frozen=True, slots=True)
class Proposed:
    """A label that there might be."""

    id: str  #: made of its words; a person finds a better one
    requests: int
    words: tuple[str, ...]  #: that tell these requests from others
    texts: tuple[str, ...]  #: the most central ones, without personal data
    nearest: str | None  #: the label whose examples are most like them; None where there are none
    similarity: float  #: to the centre of that label's examples, -1 to 1


def propose(house: House, workflow: str, *, fewest: int = 5, progress: Progress = silent) -> list[Proposed]:
    """Groups of at least `fewest` requests without a label, as alike as those of a label are; the largest first.

    Looks at what teaches, never at what measures. NotFound when there is no such workflow.
    """
    policy, _ = at_hand(house, workflow)
    train = gather(house, policy).train
    encoder = _encoder(house, workflow)
    none = [each for each in train if not each.labels]
    some = [each for each in train if each.labels]
    vectors = _vectors(house, none, encoder, progress)
    known = _vectors(house, some, encoder, progress)
    similarity = alike(known, [each.labels[0] for each in some])
    found = clusters(vectors, similarity, fewest)
    centres = _centres(policy, some, known)
    return [_proposed(cluster, none, some, vectors, centres) for cluster in found]


def _encoder(house: House, workflow: str) -> EncoderPool:
    """Whose vectors the answering head judges, or the instance's own: what is alike for one need not be for another."""
    with house.store.read() as connection:
        found = pointer(connection, workflow)
    return house.encoder if found is None else house.shelf.judge_of(found.release)[1]


def _vectors(house: House, examples: Sequence[Example], encoder: EncoderPool, progress: Progress) -> Vectors:
    return embed(house, [read_text(each.text) for each in examples], "reading examples", progress, encoder)


def _centres(policy: Workflow, some: Sequence[Example], known: Vectors) -> dict[str, np.ndarray]:
    """Label -> the direction of the mean of its examples."""
    found = {}
    for label in policy.labels:
        own = known[[place for place, each in enumerate(some) if label.id in each.labels]]
        if len(own):
            mean = own.mean(axis=0)
            found[label.id] = mean / max(float(np.linalg.norm(mean)), 1e-9)
    return found


def _proposed(
    cluster: Cluster,
    none: Sequence[Example],
    some: Sequence[Example],
    vectors: Vectors,
    centres: dict[str, np.ndarray],
) -> Proposed:
    members = set(cluster.places)
    inside = [none[place].text for place in cluster.places]
    outside = [each.text for place, each in enumerate(none) if place not in members] + [each.text for each in some]
    words = telling_words(inside, outside)
    centre = vectors[list(cluster.places)].mean(axis=0)
    centre = centre / max(float(np.linalg.norm(centre)), 1e-9)
    near = {label: float(centre @ mean) for label, mean in centres.items()}
    nearest = max(near, key=lambda label: near[label], default=None)
    return Proposed(
        id="_".join(words[:3]) or "new_label",
        requests=len(inside),
        words=words,
        texts=tuple(masked(text, None) for text in tuple(dict.fromkeys(inside))[:_SHOWN]),
        nearest=nearest,
        similarity=near[nearest] if nearest is not None else 0.0,
    )
