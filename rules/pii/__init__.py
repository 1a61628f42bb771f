"""Personal and secret data in a text: where it is and of which kind, never what it says.

Candidates are found by RE2 in one pass over the clean view (hidden characters inside a number do not help to hide
it); a judge then decides by check digit, length, issuer and the words beside it. Offline, without a model. The
recognisers of each kind are in the `pii_*` modules beside this one.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import Final

from rules.model import Span
from rules.normalize import Text, View
from rules.patterns import PatternSet
from rules.pii import (
    ids as pii_ids,
)
from rules.pii import (
    network as pii_network,
)
from rules.pii import (
    payment as pii_payment,
)
from rules.pii import (
    phones as pii_phones,
)
from rules.pii import (
    secrets as pii_secrets,
)

PREFIX: Final = "pii:"

#: In the order of their certainty: what an earlier one took is no longer looked at.
_RECOGNIZERS: Final = (
    *pii_secrets.RECOGNIZERS,
    *pii_network.RECOGNIZERS[:1],
    *pii_payment.IBANS,
    *pii_ids.NAMED,
    *pii_ids.FORMED,
    *pii_payment.CARDS,
    *pii_network.RECOGNIZERS[1:],
    *pii_phones.RECOGNIZERS,
)

#: What a masked span of each kind is called in front of people.
LABELS: Final = {
    "au_tfn": "Australian tax file number",
    "br_cpf": "Brazilian CPF",
    "ca_sin": "Canadian social insurance number",
    "card": "card number",
    "de_tin": "German tax number",
    "email": "e-mail address",
    "es_nif": "Spanish identity number",
    "fr_nir": "French social security number",
    "iban": "IBAN",
    "in_aadhaar": "Aadhaar number",
    "ip": "IP address",
    "it_cf": "Italian tax code",
    "nl_bsn": "Dutch citizen service number",
    "phone": "phone number",
    "pl_pesel": "Polish PESEL",
    "se_pnr": "Swedish personal number",
    "secret": "secret",
    "ssn": "social security number",
    "uk_nhs": "NHS number",
    "uk_nino": "national insurance number",
}
TYPES: Final = frozenset(LABELS)


def find(text: Text) -> tuple[Span, ...]:
    """Every span of personal or secret data, in raw code points; where two overlap, the more certain kind stays."""
    patterns = _patterns()
    taken = bytearray(len(text.clean))
    found: list[Span] = []
    for place in patterns.hits(text.clean):
        kind, _, judge, at_most = _RECOGNIZERS[place]
        for nth, candidate in enumerate(patterns.spans(place, text.clean)):
            if taken.find(0, *candidate) < 0:
                continue  # all of it is known already
            crowd = at_most is not None and nth >= at_most
            for start, end, valid in ((*candidate, True),) if crowd else judge(text.clean, *candidate):
                if taken.find(1, start, end) < 0:
                    taken[start:end] = b"\1" * (end - start)
                    found.append(Span(*text.raw_span(View.CLEAN, start, end), PREFIX + kind, valid))
    return tuple(sorted(found, key=lambda span: (span.start, span.end, span.source)))


def mask(text: str, spans: Collection[Span], types: Collection[str]) -> str:
    """`text` with each span of one of `types` replaced by its kind in brackets, so that it stays readable.

    `spans` must count code points of this very `text` (the raw one, as `find` gives them). Spans that touch or
    overlap become one, named by the first.
    """
    pieces: list[str] = []
    last = 0
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        kind = span.source.removeprefix(PREFIX)
        if not span.source.startswith(PREFIX) or kind not in types or span.end <= last:
            continue
        if span.start >= last:
            pieces += [text[last : span.start], f"[{LABELS[kind]}]"]
        last = span.end
    return "".join([*pieces, text[last:]])


@cache
def _patterns() -> PatternSet:
    return PatternSet([recognizer.candidate for recognizer in _RECOGNIZERS])
