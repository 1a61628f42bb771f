"""An encoder of a head's own, tuned to the labels of a workflow. Documents are not found by it: the release keeps its
own encoder for that, and the request is then encoded twice.

It lies among the encoders that releases may name, by its digest, from the moment it is compiled. Needs the extra
`models`.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from index.encoder import EncoderPool
from index.errors import IndexFault
from service.domain.types import Workflow
from service.errors import BadRequest, Conflict
from service.usecases.examples import Example
from service.usecases.house import House
from service.usecases.progress import Progress, silent
from service.usecases.read_as import read_text

#: Ways of tuning, as `service.learn.tune` knows them.
METHODS = ("contrast", "last", "lora", "full")


def tuned(
    house: House, method: str, workflow: Workflow, examples: Sequence[Example], progress: Progress = silent
) -> tuple[EncoderPool, tuple[int, ...]]:
    """The tuned encoder, and the places of the examples that it was not tuned on.

    BadRequest for an unknown method; Conflict when the model cannot be tuned or compiled; CannotLearn where there is
    too little to learn from.
    """
    from index.compile import pretrained_folder
    from service.learn.material import definition_text
    from service.learn.tune.compiled import compile_tuned
    from service.learn.tune.options import Method, TuneOptions, held_out
    from service.learn.tune.tune import tune

    if method not in METHODS:
        raise BadRequest(f"there is no way to tune called {method!r}", remedy=f"one of {', '.join(METHODS)}")
    texts = [read_text(example.text) for example in examples]
    labels = [example.labels for example in examples]
    known = {label for each in labels for label in each}
    told = {
        label.id: definition_text(label.title, label.definition, label.includes)
        for label in workflow.labels
        if label.id in known
    }
    home = house.home / "encoders"
    home.mkdir(exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=".tuning-", dir=home))
    try:
        options = TuneOptions(method=Method(method), held_out=held_out(len(examples)))
        made = tune(texts, labels, pretrained_folder(), work / "source", options, definitions=told, progress=progress)
        compile_tuned(made.folder, work / "compiled", texts, labels, progress=progress)
        pool = EncoderPool(work / "compiled", house.settings.encoder_sessions, cache=0)
        target = home / pool.digest
        if not target.exists():
            (work / "compiled").replace(target)
    except IndexFault as fault:
        raise Conflict(f"{fault.place}: {fault.reason}", remedy=fault.remedy) from fault
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return house.encoders.of(pool.digest), tuple(map(int, made.report.held))
