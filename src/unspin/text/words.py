"""Words with offsets: the one place where a document is cut into tokens.

Everything after this module works on the arrays of a :class:`Words`; nothing cuts the text again.
Offsets are Unicode code points into the text as given, half-open ``[start, end)``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from unspin.text.lookalikes import is_disguised, may_be_disguised, seen_through

# A number keeps its separators ("10,000", "3.5"); a word keeps its inner apostrophes ("don't", "world’s"); hyphens
# separate, because word spinners look words up one by one. Any other visible character is a token of its own, and so is
# each digit of a run that goes on as a word ("3D", "4x4").
#
# Nothing here is ever given back ("++", "*+"), and every character is looked at a bounded number of times. That is why a
# part of a number is taken only where a number may end, and why digits that are no number are taken as a run and parted
# afterwards: tried one by one, each of them would look through the rest of the run again.
_ORDINAL = "(?:st|nd|rd|th|s)?\\b"
_TOKEN = re.compile(
    rf"(?P<number>\d++(?:[.,:]\d++(?={_ORDINAL}))*+{_ORDINAL})"
    r"|(?P<word>[^\W\d_](?:[\w\u0300-\u036f]|['’](?=[^\W\d_]))*+)"
    r"|(?P<digits>\d++)"
    r"|(?P<mark>\S)"
)


class Kind(IntEnum):
    """What a token is."""

    WORD = 0
    NUMBER = 1
    MARK = 2


_KINDS = {"word": Kind.WORD, "number": Kind.NUMBER, "mark": Kind.MARK}


class Shape(IntEnum):
    """How a word is written; spinners leave all but ``LOWER`` alone most of the time."""

    LOWER = 0
    CAPITALISED = 1
    UPPER = 2
    MIXED = 3


@dataclass(frozen=True, eq=False)
class Words:
    """A document cut into tokens.

    Attributes:
        text: the document, as given.
        start: code-point offset of each token, ``int32[n]``.
        end: end offset of each token, ``int32[n]``.
        kind: a :class:`Kind` for each token, ``uint8[n]``.
        lower: each token in lower case, typographic apostrophes made straight and look-alikes of other alphabets seen through
            (:mod:`~unspin.text.lookalikes`); this is what a text is read by.
    """

    text: str
    start: NDArray[np.int32]
    end: NDArray[np.int32]
    kind: NDArray[np.uint8]
    lower: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.lower)

    def surface(self, index: int) -> str:
        """The token as it stands in the text."""
        return self.text[self.start[index] : self.end[index]]

    @cached_property
    def is_word(self) -> NDArray[np.bool_]:
        """True where the token is a word of letters, ``bool[n]``."""
        return np.equal(self.kind, Kind.WORD)

    @cached_property
    def touches(self) -> NDArray[np.bool_]:
        """True where no white space stands before the token; False for the first, ``bool[n]``."""
        return np.append(False, self.start[1:] == self.end[:-1])[: len(self)]

    @cached_property
    def shape(self) -> NDArray[np.uint8]:
        """A :class:`Shape` for each token, ``uint8[n]``; marks and numbers count as ``LOWER``."""
        return np.fromiter((shape_of(self.surface(i)) for i in range(len(self))), np.uint8, len(self))


def split(text: str) -> Words:
    """Cut ``text`` into tokens, in order, never overlapping, white space left out."""
    starts: list[int] = []
    ends: list[int] = []
    kinds: list[int] = []
    lower: list[str] = []
    other: list[int] = []  # tokens of none but look-alikes: disguised only where others are
    disguised = False
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        group = match.lastgroup
        if group == "digits":
            starts += range(start, end)
            ends += range(start + 1, end + 1)
            kinds += [Kind.MARK] * (end - start)
            lower += match.group()
            continue
        starts.append(start)
        ends.append(end)
        kinds.append(_KINDS[group])  # type: ignore[index]  # every alternative has a name
        token = match.group()
        if not token.isascii():
            if is_disguised(token):
                token, disguised = seen_through(token), True
            elif may_be_disguised(token):
                other.append(len(lower))
        lower.append(token.lower().replace("’", "'"))
    if disguised:
        for i in other:
            lower[i] = seen_through(text[starts[i] : ends[i]]).lower()
    return Words(
        text,
        np.array(starts, np.int32),
        np.array(ends, np.int32),
        np.array(kinds, np.uint8),
        tuple(lower),
    )


def shape_of(token: str) -> Shape:
    """How a word or phrase is written."""
    if token == token.lower():
        return Shape.LOWER
    if token[1:] == token[1:].lower():
        return Shape.CAPITALISED
    if token == token.upper():
        return Shape.UPPER
    return Shape.MIXED
