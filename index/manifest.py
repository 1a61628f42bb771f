"""What a compiled encoder says about itself: its files, its measures, and how close it is to the original."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from index import seal
from index.errors import EncoderDamaged

MODEL_FILE = "model.onnx"
WEIGHTS_FILE = "weights.bin"  #: beside the model: mapped when it is opened, and shared by all who open it
TOKENIZER_FILE = "tokenizer.json"
SELFTEST_FILE = "selftest.json"
FORMAT = "signoff-encoder-2"

Precision = Literal["int8", "fp32"]


@dataclass(frozen=True, slots=True)
class EncoderCertificate:
    """The compiled form held against the original on probe texts the compiler has not been tuned on."""

    probes: int
    mean_cosine: float
    min_cosine: float
    rank_agreement: float  #: mean Spearman correlation of each probe's similarities to all the others, -1 to 1
    top1_agreement: float  #: share of probes whose nearest other probe is the same
    rank_changes: float  #: share of the probes' five nearest others that the original has not among its five
    decision_flips: float  #: share of probes that are nearest to another of the labels than the original says
    worst_batch_cosine: float  #: smallest cosine of a probe's vector alone to the one beside others of its length


@dataclass(frozen=True, slots=True)
class EncoderManifest:
    """A compiled encoder, named by the digest of everything that decides its vectors."""

    digest: str
    name: str  #: the source model's folder or name, for people
    source_sha256: str  #: of the source's weights
    precision: Precision
    dim: int
    max_tokens: int  #: window of one pass, special tokens counted
    pooling: str
    batches: bool  #: whether texts of equal length may go through together: their vectors are then as each one's alone
    certificate: EncoderCertificate

    def fields(self) -> dict[str, Any]:
        """The manifest's own fields, as they are sealed; the digest is computed when sealing."""
        fields = asdict(self)
        del fields["digest"]
        return {"format": FORMAT, **fields}


def read_encoder_manifest(folder: Path, remedy: str) -> EncoderManifest:
    """The manifest of a compiled encoder whose files were all found whole; raises EncoderDamaged."""
    fields = seal.verify(folder, format_name=FORMAT, fault=EncoderDamaged, remedy=remedy)
    return manifest_from(fields, folder, remedy)


def manifest_from(fields: dict[str, Any], folder: Path, remedy: str) -> EncoderManifest:
    """Build the manifest from its sealed fields; raises EncoderDamaged when one is missing."""
    try:
        if missing := {MODEL_FILE, WEIGHTS_FILE, TOKENIZER_FILE, SELFTEST_FILE} - set(fields["files"]):
            raise EncoderDamaged(folder, f"the manifest does not name {min(missing)}", remedy)
        return EncoderManifest(
            digest=fields["digest"],
            name=fields["name"],
            source_sha256=fields["source_sha256"],
            precision=fields["precision"],
            dim=fields["dim"],
            max_tokens=fields["max_tokens"],
            pooling=fields["pooling"],
            batches=fields["batches"],
            certificate=EncoderCertificate(**fields["certificate"]),
        )
    except (KeyError, TypeError) as error:
        raise EncoderDamaged(folder / seal.MANIFEST, f"a field is missing or wrong ({error})", remedy) from error
