"""Letters of other alphabets that look like Latin ones, put inside Latin words so that a program does not know them.

They are seen through: a word that has Latin letters beside look-alikes is read as it looks, and so are words made of nothing
but look-alikes in a text that has such words. A text in another alphabet stays as it is. The pairs are of Unicode's list of
confusable characters (UTS 39), those that readers take for one another in running text.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["is_disguised", "may_be_disguised", "seen_through"]

_LATIN: Final = str.maketrans(
    "асԁеһіјոоԛрѕսѵԝхуАВСЕԌНІЈКМОРԚЅТԜХУ" "ανορυχωΑΒΕΖΗΙΚΜΝΟΡΤΥΧɑɡı",
    "acdehijnoqpsuvwxyABCEGHIJKMOPQSTWXY" "avopuxwABEZHIKMNOPTYXagi",
)
_ALONE: Final = re.compile("[" + "".join(map(chr, _LATIN)) + "]++")
_LETTER: Final = re.compile("[A-Za-z]")


def seen_through(token: str) -> str:
    """A token with Latin letters for their look-alikes; of the same length."""
    return token.translate(_LATIN)


def is_disguised(token: str) -> bool:
    """Whether look-alikes stand beside Latin letters in a token."""
    return not token.isascii() and _LETTER.search(token) is not None and seen_through(token) != token


def may_be_disguised(token: str) -> bool:
    """Whether a token is made of look-alikes and nothing else: a word of another alphabet, or a Latin one in disguise."""
    return not token.isascii() and _ALONE.fullmatch(token) is not None
