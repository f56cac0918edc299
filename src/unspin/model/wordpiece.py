"""Wordpieces: how the encoder spells a word.

A word is made plain as the uncased BERT does it (Devlin et al. 2019, arXiv:1810.04805, and the code published with it):
control characters go, ideographs stand alone, accents are stripped (canonical decomposition, then no nonspacing marks),
the rest is put in lower case and cut at white space and around every punctuation mark. Each part is then cut from the
left into the longest pieces that the vocabulary has (Wu et al. 2016, arXiv:1609.08144, section 4.1); a part that
cannot be cut to its end is unknown as a whole.

The ``tokenizers`` package does the same in compiled code, and the encoder was trained on its pieces, but it brings 50 MB
of other packages with it that have to do with downloads. The pieces are equal for every token that
:func:`unspin.text.split` makes. They may differ in a *string* that no token is: one with a mark or a punctuation sign
younger than Unicode 8 among its letters, where ``tokenizers`` goes by the character classes of that version and this
module by those of Python; and the names of special pieces (``[MASK]``) are cut like any other string here.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from unspin.errors import DamagedData

__all__ = ["WordPieces", "parts"]

UNKNOWN: Final = "[UNK]"
_INSIDE: Final = "##"
"""What a piece begins with in the vocabulary where it is not the first of its part."""
_LONGEST_PART: Final = 100
"""Characters; a longer part is unknown."""
_DROPPED: Final = frozenset({"Cc", "Cf", "Co", "Cs"})
# The CJK blocks of BERT; 2B920 instead of 2B820 is a slip in `tokenizers` that the encoder was trained with.
_IDEOGRAPH: Final = re.compile(
    "[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002a6df\U0002a700-\U0002b73f\U0002b740-\U0002b81f"
    "\U0002b920-\U0002ceaf\U0002f800-\U0002fa1f]"
)


class WordPieces:
    """Cuts words into the pieces of a vocabulary.

    Args:
        vocabulary: the pieces in the order of their ids, from 0; ``[UNK]`` must be one of them.
    """

    def __init__(self, vocabulary: Iterable[str]) -> None:
        self._ids: Final = {piece: number for number, piece in enumerate(vocabulary)}
        self._unknown: Final = (self._ids[UNKNOWN],)
        self._longest: Final = max(map(len, self._ids))

    @classmethod
    def read(cls, file: Path) -> WordPieces:
        """Take the vocabulary from a text file in UTF-8, a piece a line.

        Raises:
            DamagedData: it is not there, not such a file, or has no ``[UNK]``.
        """
        try:
            return cls(file.read_text(encoding="utf-8").removesuffix("\n").split("\n"))
        except (OSError, UnicodeDecodeError, KeyError) as error:
            raise DamagedData(f"{file}: no vocabulary of wordpieces; install unspin again") from error

    def __len__(self) -> int:
        return len(self._ids)

    def __call__(self, word: str) -> tuple[int, ...]:
        """The ids of a word's pieces; that of ``[UNK]`` where nothing is left of it."""
        return tuple(number for part in parts(word) for number in self._cut(part)) or self._unknown

    def _cut(self, part: str) -> tuple[int, ...]:
        """Greedy longest match from the left."""
        if len(part) > _LONGEST_PART:
            return self._unknown
        ids: list[int] = []
        begin, prefix = 0, ""
        while begin < len(part):
            for end in range(min(len(part), begin + self._longest), begin, -1):
                number = self._ids.get(prefix + part[begin:end])
                if number is not None:
                    break
            else:
                return self._unknown
            ids.append(number)
            begin, prefix = end, _INSIDE
        return tuple(ids)


def parts(word: str) -> list[str]:
    """The parts of a word that are spelt each by itself: plain, in lower case, punctuation marks apart."""
    if word.isascii() and word.isalnum():  # nearly every word, and nothing to do
        return [word.lower()]
    clean = "".join(char for char in word if not _is_dropped(char))
    decomposed = unicodedata.normalize("NFD", _IDEOGRAPH.sub(r" \g<0> ", clean))
    bare = (char.lower() for char in decomposed if unicodedata.category(char) != "Mn")
    return "".join(f" {char} " if _is_mark(char) else char for char in bare).split()


def _is_dropped(char: str) -> bool:
    return char == "\ufffd" or (char not in "\t\n\r" and unicodedata.category(char) in _DROPPED)


def _is_mark(char: str) -> bool:
    """Whether it is punctuation; BERT counts all ASCII signs, ``$`` and ``+`` too."""
    return char in string.punctuation or unicodedata.category(char).startswith("P")
