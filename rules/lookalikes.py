"""Letters of other scripts that a reader takes for Latin letters or digits.

Source: Unicode Technical Standard #39, `confusables.txt`, version 15.1 (Unicode License v3, © Unicode, Inc.): which
character is mistaken for which is taken from there; the table's form, and the letters beside it that people do use to
get around word lists (barred letters, letters in boxes), are ours. Full-width, mathematical and circled letters need
no entry: NFKC turns them into plain ones.

Three things TR39 does are left out. It makes one class of `l`, `I`, `1` and `|`, and one of `O` and `0`, which would
change plain ASCII: here a foreign letter becomes the member it stands for in its own alphabet (`І` an `i`, `ӏ` an `l`).
It takes some digits for others by their shape (Bengali four for `8`): a digit keeps its value. And it joins groups
(`rn` for `m`), which would turn the true word `modern` into `modem`. Nor is there leet (`4` stays `4`).
"""

from __future__ import annotations

from typing import Final

_READ_AS: Final = {
    "a": "аАαΑɑᴀᎪꓮ⍺ᗅ𖽀𐊠",
    "b": "ЬьвВΒʙƄᏴꓐᏏᑲᖯꞴᗷ𐊂𐊡𐌁",
    "c": "сСςᴄᏟⲥⲤꓚꮯ𐐽🝌𑣲𐊢𐌂𐐕𐔜",
    "d": "ԁᎠᴅđժɗꓓᏧᑯꓒᗞᗪ",
    "e": "еЕΕεєҽɛᴇᎬꓰ℮ꬲ⋿ⴹ𑢦𑢮𐊆",
    "f": "ғƒϝϜꜰքꓝꬵꞙẝ𝈓Ꞙᖴ𑣂𑢢𐊇𐊥𐔥",
    "g": "ɡցԍԌɢᏀꓖᶃƍᏳ",
    "h": "һҺнНΗհʜħᎻꓧᏂⲎᕼ𐋏",
    "i": "іІιΙıɩɪᎥꓲ⍳ꙇꭵ𑣃Ⲓᛁ𐌉",
    "j": "јЈϳͿᴊꓙꞲᎫᒍ",
    "k": "кКκΚĸᴋᏦꓗⲔᛕ𐔘",
    "l": "ӏӀǀƖłʟᏞꓡ∣⏽𐌠ⵏ𖼨𐊊𝈪Ⳑᒪ𖼖𑢣𑢲𐐛𐔦\u05c0\u05d5\u05df\u0627\u07ca",
    "m": "мМΜᴍᎷꓟϺⲘᗰᛖ𐊰𐌑",
    "n": "пηΝոռɴꓠⲚ𐔓",
    "o": "оОοΟσօՕᴏøØჿⲟⲞꓳᴑꬽഠဝ𐓪𑣈𑣗𐐬〇ⵔዐଠ𐓂𑢵𐊒𐊫𐐄𐔖\u05e1\u0647\u06be\u06c1\u06d5",
    "p": "рРρΡᴘᏢⲣⲢꓑ⍴ᑭ𐊕",
    "q": "ԛԚգզⵕ",
    "r": "гᴦʀᏒⲅꓣꭇꭈꮁ𝈖ƦᎡ𐒴ᖇ𖼵",
    "s": "ѕЅꜱƽՏᏚꓢꮪ𑣁𐑈Ꮥ𖼺𐊖𐐠",
    "t": "тТτΤᴛŧᎢꓔ⊤⟙🝨Ⲧ𖼊𑢼𐊗𐊱𐌕",
    "u": "υսᴜʋՍꓴꞟꭎꭒ𐓶𑣘∪⋃ሀ𐓎ᑌ𖽂𑢸",
    "v": "νѵѴᴠᏙꓦ∨⋁𑜆ꮩ𑣀𝈍ⴸᐯꛟ𖼈𑢠𐔝\u05d8",
    "w": "ѡѠաԝԜωшШᴡᎳꓪɯ𑜊𑜎𑜏ꮃ𑣯Ꮤ",
    "x": "хХχΧᕁꓫ᙮×⤫⤬⨯ᕽ᙭╳𐌢𑣬ꞳⲬⵝᚷ𐊐𐊴𐌗𐔧",
    "y": "уУγΥүҮყʏꓬɣᶌỿꭚ𑣜ⲨᎩᎽ𖽃𑢤𐊲",
    "z": "ΖᴢᏃʐꓜꮓ𑣄𐋵𑢩",
    "2": "ꝚƧϨꙄᒿꛯ",
    "3": "𝈆ꞫȜƷꝪⳌЗӠ𖼻𑣊",
    "4": "Ꮞ𑢯",
    "5": "Ƽ𑢻",
    "6": "ⳒбᏮ𑣕",
    "7": "𝈒𐓒𑣆",
    "8": "ȣȢ𐌚",
    "9": "ꝮⳊ𑣌𑢬𑣖",
}
#: First letters of runs of 26: negative circled, negative squared, regional indicators.
_BOXED: Final = (0x1F150, 0x1F170, 0x1F1E6)


def _in_both_cases(table: dict[int, str]) -> dict[int, str]:
    """`table`, in which a letter also folds as its other case does, unless it is itself taken for something.

    Word lists know no case, so a text in capitals must fold to what the same text in small letters does.
    """
    other = {chr(code).swapcase(): latin for code, latin in table.items()}
    return {ord(char): latin for char, latin in other.items() if len(char) == 1 and not char.isascii()} | table


#: Code point of a look-alike -> the Latin letter, in lower case, or the digit it is taken for.
LOOKALIKES: Final[dict[int, str]] = _in_both_cases(
    {ord(other): latin for latin, others in _READ_AS.items() for other in others}
    | {first + place: chr(ord("a") + place) for first in _BOXED for place in range(26)}
)

#: The zero of each script's decimal digits; a digit means the same in all of them.
_ZEROS: Final = (
    *(0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0E50, 0x0ED0),
    *(0x0F20, 0x1040, 0x17E0, 0x1810, 0xA8D0, 0xABF0, 0x114D0, 0x118E0),
)
#: Code point of a digit of another script -> the ASCII digit.
DIGITS: Final[dict[int, str]] = {zero + place: str(place) for zero in _ZEROS for place in range(10)}

#: Typographic quotation marks, apostrophes and dashes -> the ones found on a keyboard.
PUNCTUATION: Final[dict[int, str]] = (
    dict.fromkeys(map(ord, "`´‘’‚‛ʹʻʼʽˈ′＇｀\u1fef\u1ffd"), "'")
    | dict.fromkeys(map(ord, "“”„‟«»″＂"), '"')
    | dict.fromkeys(map(ord, "‐‑‒–—―−－"), "-")
)
