"""Words that a text mentions rather than uses: set in short quotation marks or as code.

An article about spinning, a list of odd phrases, a dictionary or a manual names words without saying anything with them
('"at" becomes "astatine"', ``withinside the``). What stands between the marks says nothing about the text around it.
"""

from __future__ import annotations

import re
from typing import Final

import numpy as np
from numpy.typing import NDArray

from unspin.text.words import Words

__all__ = ["mentioned"]

LONGEST: Final = 6
"""Words between the marks at most: more is a quotation, which somebody said."""
_BETWEEN: Final = re.compile(
    r"""“[^“”\n]{1,80}”|"[^"\n]{1,80}"|‘[^‘’\n]{1,80}’(?!\w)|«[^«»\n]{1,80}»|`[^`\n]{1,80}`|(?<!\w)'(?=\w)[^'\n]{1,80}'(?!\w)"""
)


def mentioned(words: Words) -> NDArray[np.bool_]:
    """Which tokens stand in short quotation marks or in code, ``bool[n]``."""
    spans = np.array([match.span() for match in _BETWEEN.finditer(words.text)], np.int64).reshape(-1, 2)
    begin, end = np.searchsorted(words.start, spans.T)
    before = np.concatenate([[0], np.cumsum(words.is_word)])
    between = before[end] - before[begin]
    # Of spans that open and close, the tokens lie where more have opened than closed.
    short = (between > 0) & (between <= LONGEST)
    steps = np.zeros(len(words) + 1, np.int64)
    np.add.at(steps, begin[short], 1)
    np.add.at(steps, end[short], -1)
    return np.asarray(np.cumsum(steps)[: len(words)] > 0)
