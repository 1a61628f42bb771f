"""Letters of other scripts that a reader takes for Latin letters, after the idea of Unicode TR39's skeletons.

The table is ours and holds what is used against word lists: Cyrillic, Greek, Armenian, Cherokee, Coptic and Lisu
letters, small capitals, barred letters and letters in boxes. Full-width, mathematical and circled letters need no
entry: NFKC turns them into plain ones. There is no leet in it (`4` stays `4`): that would fold true numbers.
"""

from __future__ import annotations

from typing import Final

_LETTERS: Final = {
    "a": "аАαΑɑᴀᎪꓮ",
    "b": "ЬьвВΒʙƄᏴꓐ",
    "c": "сСςᴄᏟⲥⲤꓚ",
    "d": "ԁᎠᴅđժɗꓓ",
    "e": "еЕΕεєҽɛᴇᎬꓰ",
    "f": "ғƒϝϜꜰքꓝ",
    "g": "ɡցԍԌɢᏀꓖ",
    "h": "һҺнНΗհʜħᎻꓧ",
    "i": "іІιΙıɩɪᎥꓲ",
    "j": "јЈϳͿᴊꓙ",
    "k": "кКκΚĸᴋᏦꓗ",
    "l": "ӏӀǀƖłʟᏞꓡ",
    "m": "мМΜᴍᎷꓟ",
    "n": "пηΝոռɴꓠ",
    "o": "оОοΟσօՕᴏøØჿⲟⲞꓳ",
    "p": "рРρΡᴘᏢⲣⲢꓑ",
    "q": "ԛԚգզ",
    "r": "гᴦʀᏒⲅꓣ",
    "s": "ѕЅꜱƽՏᏚꓢ",
    "t": "тТτΤᴛŧᎢꓔ",
    "u": "υսᴜʋՍꓴ",
    "v": "νѵѴᴠᏙꓦ",
    "w": "ѡѠաԝԜωшШᴡᎳꓪ",
    "x": "хХχΧᕁꓫ",
    "y": "уУγΥүҮყʏꓬ",
    "z": "ΖᴢᏃʐꓜ",
}
#: First letters of runs of 26: negative circled, negative squared, regional indicators.
_BOXED: Final = (0x1F150, 0x1F170, 0x1F1E6)

#: Code point of a look-alike -> the Latin letter it is taken for, in lower case.
LOOKALIKES: Final[dict[int, str]] = {ord(other): latin for latin, others in _LETTERS.items() for other in others} | {
    first + place: chr(ord("a") + place) for first in _BOXED for place in range(26)
}

#: The zero of each script's decimal digits; a digit means the same in all of them.
_ZEROS: Final = (
    *(0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0E50, 0x0ED0),
    *(0x0F20, 0x1040, 0x17E0, 0x1810, 0xA8D0, 0xABF0),
)
#: Code point of a digit of another script -> the ASCII digit.
DIGITS: Final[dict[int, str]] = {zero + place: str(place) for zero in _ZEROS for place in range(10)}

#: Typographic quotation marks, apostrophes and dashes -> the ones found on a keyboard.
PUNCTUATION: Final[dict[int, str]] = (
    dict.fromkeys(map(ord, "`´‘’‚‛ʹʻʼʽˈ′＇｀\u1fef\u1ffd"), "'")
    | dict.fromkeys(map(ord, "“”„‟«»″＂"), '"')
    | dict.fromkeys(map(ord, "‐‑‒–—―−－"), "-")
)
