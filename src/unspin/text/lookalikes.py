"""Letters of other alphabets that look like Latin ones, put inside Latin words so that a program does not know them.

They are seen through: a word that has Latin letters beside look-alikes is read as it looks, and so are words made of nothing
but look-alikes in a text that has such words. A text in another alphabet stays as it is. The pairs are of Unicode's list of
confusable characters (UTS 39), those taken for one another in running text, and the small capitals of Cyrillic.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

__all__ = ["is_disguised", "lookalikes", "may_be_disguised", "seen_through"]

_PAIRS: Final = {
    "acdehijoqpsvwxykmhtb": "\u0430\u0441\u0501\u0435\u04bb\u0456\u0458\u043e\u051b\u0440"
    "\u0455\u0475\u051d\u0445\u0443\u043a\u043c\u043d\u0442\u0432",  # Cyrillic
    "ABCEGHIJKMOPQSTWXY": "\u0410\u0412\u0421\u0415\u050c\u041d\u0406\u0408\u041a"
    "\u041c\u041e\u0420\u051a\u0405\u0422\u051c\u0425\u0423",  # Cyrillic capitals
    "avopuxwkt": "\u03b1\u03bd\u03bf\u03c1\u03c5\u03c7\u03c9\u03ba\u03c4",  # Greek
    "ABEZHIKMNOPTYX": "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7",  # Greek capitals
    "nuagi": "\u0578\u057d\u0251\u0261\u0131",  # Armenian and Latin
}  # fmt: skip
"""Latin letters, and what looks like each, in the same order."""
_LATIN: Final = {
    ord(other): latin for letters, others in _PAIRS.items() for latin, other in zip(letters, others, strict=True)
}
_ALONE: Final = re.compile("[" + "".join(map(chr, _LATIN)) + "]++")
_LETTER: Final = re.compile("[A-Za-z]")


def lookalikes(text: str) -> Iterator[tuple[int, int]]:
    """Where runs of letters that look like Latin ones stand in a text."""
    return (match.span() for match in _ALONE.finditer(text))


def seen_through(token: str) -> str:
    """A token with Latin letters for their look-alikes; of the same length."""
    return token.translate(_LATIN)


def is_disguised(token: str) -> bool:
    """Whether look-alikes stand beside Latin letters in a token."""
    return not token.isascii() and _LETTER.search(token) is not None and seen_through(token) != token


def may_be_disguised(token: str) -> bool:
    """Whether a token is made of look-alikes and nothing else: a word of another alphabet, or a Latin one in disguise."""
    return not token.isascii() and _ALONE.fullmatch(token) is not None
