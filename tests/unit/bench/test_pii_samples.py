from __future__ import annotations

from ipaddress import ip_address

import pytest

from bench.pii_samples import Sample, iban_samples, ip_samples
from rules.pii.checksums import is_iban


@pytest.mark.parametrize("make", [iban_samples, ip_samples])
def test_half_of_the_samples_are_wrong_and_all_are_the_same_again(make):
    """Every other sample holds a wrong value and is not marked; the same count gives the same samples."""
    samples = make(200)
    assert [len(sample.marked) for sample in samples] == [1, 0] * 100
    assert samples == make(200)


def test_marked_values_are_what_they_are_marked_as():
    """A marked IBAN passes ISO 7064 and a marked address is one, at the very places given."""
    assert all(is_iban(_marked(sample).replace(" ", "").upper()) for sample in iban_samples(200) if sample.marked)
    assert all(ip_address(_marked(sample)) for sample in ip_samples(200) if sample.marked)


def _marked(sample: Sample) -> str:
    ((_, start, end),) = sample.marked
    return sample.text[start:end]
