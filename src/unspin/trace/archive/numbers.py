"""Words as numbers of 16 bits: enough to tell where two texts run together, since chance meetings don't run."""

from __future__ import annotations

import re
from typing import Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from unspin.text.view import as_read

__all__ = ["NUMBERS", "WORD", "Numbers", "number"]

WORD: Final = re.compile(r"[^\W_]++")
"""A word as tantivy cuts them."""
NUMBERS: Final = 1 << 16
_MOST: Final = 1_000_000


def number(word: str) -> int:
    """The number of a word in lower case."""
    return crc32(word.encode("utf-8", "replace")) % NUMBERS


class Numbers(dict[str, int]):
    """The numbers of words met before."""

    def __missing__(self, word: str) -> int:
        """Work it out; forget all before they are too many."""
        if len(self) >= _MOST:
            self.clear()
        self[word] = found = number(word)
        return found

    def of(self, text: str) -> NDArray[np.uint16]:
        """The words of a text as it is read, as numbers, ``uint16[n]``."""
        words = WORD.findall(as_read(text).lower())
        return np.fromiter(map(self.__getitem__, words), np.uint16, len(words))
