"""National numbers of persons.

Those whose form says what they are (letters in fixed places, official separators, a check by 97) are found wherever
they stand. Those that are a few digits and nothing else are found beside a word that names them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rules.pii import national_ids as ids
from rules.pii.checksums import is_nino, is_ssn
from rules.pii.recognizer import Place, Recognizer, checked, near

_NINE: Final = r"[0-9]{3}[ .-]?[0-9]{3}[ .-]?[0-9]{3}"
_ELEVEN: Final = r"[0-9]{2,3}(?:[ .-]?[0-9]{3}){3}|[0-9]{11}"


def _aadhaars(text: str, start: int, end: int) -> Iterator[Place]:
    """Twelve digits in fours; four more beside them would make it a card number."""
    beside = text[max(0, start - 2) : start] + text[end : end + 2]
    if not any(map(str.isdigit, beside)):
        yield from checked(ids.is_in_aadhaar)(text, start, end)


#: Known by their form.
FORMED: Final = (
    Recognizer("es_nif", r"\b(?:\d{8}|\d{2}\.\d{3}\.\d{3}|[XYZxyz]-?\d{7})-?[A-Za-z]\b", checked(ids.is_es_nif)),
    Recognizer(
        "it_cf",
        r"\b[A-Za-z]{3} ?[A-Za-z]{3} ?[0-9A-Za-z]{2}[A-Za-z][0-9A-Za-z]{2} ?[A-Za-z][0-9A-Za-z]{3} ?[A-Za-z]\b",
        checked(ids.is_it_cf),
    ),
    Recognizer(
        "fr_nir",
        r"\b[1278] ?\d{2} ?\d{2} ?(?:\d{2}|2[ABab]) ?\d{3} ?\d{3} ?\d{2}\b",
        checked(ids.is_fr_nir),
    ),
    Recognizer("se_pnr", r"\b(?:1[89]|20)?\d{6}[-+]\d{4}\b", checked(ids.is_se_pnr)),
    Recognizer("br_cpf", r"\b\d{3}\.\d{3}\.\d{3}-\d{2}\b", checked(ids.is_br_cpf)),
    Recognizer("in_aadhaar", r"\b[2-9]\d{3}[ -]\d{4}[ -]\d{4}\b", _aadhaars),
    Recognizer("uk_nino", r"\b[A-Za-z]{2}[- ]?\d{2}[- ]?\d{2}[- ]?\d{2}[- ]?[A-Da-d]\b", checked(is_nino)),
    Recognizer("ssn", r"\b\d{3}[- ]\d{2}[- ]\d{4}\b", checked(is_ssn)),
)

#: Known by the word beside them.
NAMED: Final = (
    Recognizer("ssn", r"(?i)\bssn\b|social security", near("[0-9]{9}", is_ssn)),
    Recognizer(
        "de_tin", r"(?i)\bsteuer-?(?:id\b|ident|nummer)|\bidnr\b|\b(?:tax id|tin)\b", near(_ELEVEN, ids.is_de_tin)
    ),
    Recognizer(
        "nl_bsn", r"(?i)\b(?:bsn|burgerservicenummer|sofinummer|citizen service number)\b", near(_NINE, ids.is_nl_bsn)
    ),
    Recognizer("pl_pesel", r"(?i)\bpesel\b", near("[0-9]{11}", ids.is_pl_pesel)),
    Recognizer(
        "se_pnr",
        r"(?i)\b(?:personnummer|person(?:al)? (?:identity )?number)\b",
        near("(?:(?:1[89]|20)[0-9]{2}|[0-9]{2})[0-9]{4} ?[0-9]{4}", ids.is_se_pnr),
    ),
    Recognizer("br_cpf", r"(?i)\bcpf\b", near(_ELEVEN, ids.is_br_cpf)),
    Recognizer("in_aadhaar", r"(?i)\b(?:aadhaa?r|uidai)\b", near("[2-9][0-9]{11}", ids.is_in_aadhaar)),
    Recognizer("ca_sin", r"(?i)\bsin\b|\bsocial insurance\b", near(_NINE, ids.is_ca_sin)),
    Recognizer("au_tfn", r"(?i)\btfn\b|\btax file\b", near(_NINE, ids.is_au_tfn)),
    Recognizer("uk_nhs", r"(?i)\bnhs\b", near("[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4}", ids.is_uk_nhs)),
)
