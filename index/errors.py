"""What can be wrong with an encoder or a snapshot: the place, the reason and the remedy."""

from __future__ import annotations


class IndexFault(Exception):
    """A fault that has to be mended before the index may be used.

    `place` names the file or folder, `reason` what is wrong with it, `remedy` what to do about it.
    """

    def __init__(self, place: object, reason: str, remedy: str) -> None:
        self.place = str(place)
        self.reason = reason
        self.remedy = remedy
        super().__init__(f"{self.place}: {reason}. {remedy}")


class WeightsMissing(IndexFault):
    """The pre-trained weights, or the packages that read them, are not installed."""


class WeightsDamaged(IndexFault):
    """The pre-trained weights are not the bytes their publisher released."""


class CompileRefused(IndexFault):
    """The model cannot be compiled, or its compiled form is too far from the original."""


class EncoderDamaged(IndexFault):
    """A compiled encoder is missing, altered or computes other vectors than when it was certified."""


class SnapshotDamaged(IndexFault):
    """A snapshot is missing, altered, or its parts do not belong together."""


class WrongEncoder(IndexFault):
    """A snapshot was built with another encoder than the one that would search it."""


class DisallowedEvidence(IndexFault):
    """A search was about to return a passage outside the allowed set; nothing is returned instead."""


class AdapterDamaged(IndexFault):
    """A query adapter is missing, altered, or of another encoder than the one in use."""


class TuningRefused(IndexFault):
    """Tuning an encoder has nothing to learn from, or learned nothing."""
