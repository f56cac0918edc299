"""Byte pairs: how the language model spells a text.

A text is cut into words with the space before them, runs of digits, of marks and of white space (Radford et al. 2019, the code
published with GPT-2). The bytes of each part are then joined, the pair first that was merged first when the vocabulary was made
(Sennrich et al. 2016, arXiv:1508.07909; over bytes, Wang et al. 2019, arXiv:1909.03341). So every word can be spelt;
a few control characters, and what lies in planes that nobody uses, have no token and are left out.

The ``tokenizers`` package does the same in compiled code; why it is not used is told in :mod:`unspin.model.wordpiece`. The
tokens are equal but for signs such as ``½``, which go with letters here, and the names of special tokens, which are text here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from unspin.errors import DamagedData

__all__ = ["BytePairs", "Spelt", "letters"]

_PART: Final = re.compile(r"'(?:[stmd]|re|ve|ll)| ?[^\W\d_]+| ?\d+| ?(?:[^\s\w]|_)+|\s+(?!\S)|\s+")
_LONGEST: Final = 32
"""Code points of a part; a longer one is cut there, since joining takes time by their square."""
_REMEMBERED: Final = 8_192
"""Parts whose tokens are kept: most words of a text come again."""


class Spelt(NamedTuple):
    """A text in tokens: their ids, and where each of them ends in the text, in code points."""

    ids: list[int]
    ends: list[int]


def letters() -> list[str]:
    """The letter that stands for each byte in a vocabulary: itself where it can be seen, another where it cannot."""
    seen = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = {byte: chr(0x100 + number) for number, byte in enumerate(b for b in range(256) if b not in seen)}
    return [others.get(byte, chr(byte)) for byte in range(256)]


class BytePairs:
    """Cuts texts into the tokens of a vocabulary.

    Args:
        tokens: in the order of their ids, from 0; the bytes of each as :func:`letters`.
        merges: pairs of tokens that are joined, in the order in which they are.
    """

    def __init__(self, tokens: Sequence[str], merges: Sequence[tuple[str, str]]) -> None:
        self._ids: Final[Mapping[str, int]] = {token: number for number, token in enumerate(tokens)}
        self._ranks: Final = {pair: rank for rank, pair in enumerate(merges)}
        self._letters: Final = letters()
        self._spelt = lru_cache(maxsize=_REMEMBERED)(self._spell)

    @classmethod
    def read(cls, file: Path) -> BytePairs:
        """Take the vocabulary from a JSON file with ``tokens`` and ``merges``, the two of a pair with a space between them.

        Raises:
            DamagedData: it is not there, or not such a file.
        """
        try:
            saved = json.loads(file.read_text(encoding="utf-8"))
            merges = [tuple(pair.split(" ")) for pair in saved["merges"]]
            return cls(saved["tokens"], merges)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise DamagedData(f"{file}: no vocabulary of byte pairs ({error})") from error

    def __call__(self, text: str) -> Spelt:
        """The tokens of a text. One that ends inside a code point is said to end after it."""
        ids: list[int] = []
        ends: list[int] = []
        for part in _PART.finditer(text):
            for at in range(part.start(), part.end(), _LONGEST):
                for token, length in self._spelt(text[at : min(at + _LONGEST, part.end())]):
                    ids.append(token)
                    ends.append(at + length)
        return Spelt(ids, ends)

    def _spell(self, part: str) -> tuple[tuple[int, int], ...]:
        """The tokens of a part, and how many code points of it have begun when each ends."""
        begun = [number for number, sign in enumerate(part, start=1) for _ in sign.encode("utf-8", "replace")]
        pieces = [self._letters[byte] for byte in part.encode("utf-8", "replace")]
        while len(pieces) > 1:
            pairs = list(zip(pieces, pieces[1:], strict=False))
            first = min(pairs, key=lambda pair: self._ranks.get(pair, len(self._ranks)))
            if first not in self._ranks:
                break
            pieces = _joined(pieces, first)
        spelt, at = [], 0
        for piece in pieces:
            at += len(piece)
            if piece in self._ids:
                spelt.append((self._ids[piece], begun[at - 1]))
        return tuple(spelt)


def _joined(pieces: Sequence[str], pair: tuple[str, str]) -> list[str]:
    """The pieces with each such pair of neighbours made one."""
    made: list[str] = []
    at = 0
    while at < len(pieces):
        here = 2 if (pieces[at], pieces[at + 1] if at + 1 < len(pieces) else "") == pair else 1
        made.append("".join(pieces[at : at + here]))
        at += here
    return made
