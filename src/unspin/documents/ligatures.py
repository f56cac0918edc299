"""Ligatures that a PDF draws without saying which letters they are.

Some programs write "office" with one glyph for "ffi" and give it no character, or a meaningless one. What such a glyph is
follows from the words that it stands in: of the ligatures there are, those are tried that make a known word, and what a glyph
was in words that leave no choice tells what it is in the others. Two ligatures may share a character, but then they seldom
have the same width.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import product
from math import log
from typing import Final, NamedTuple

__all__ = ["Glyphs"]

# The ligatures of text fonts, by groups: the next one is tried where the one before makes no word.
_LIGATURES: Final = (("fi", "fl", "ff", "ffi", "ffl"), ("Th", "tt", "ti", "ft", "tti", "fj"))
# Characters that stand for glyphs which are still to be read: the first plane for private use.
_FIRST: Final = 0xF0000
_MOST: Final = 0xFFFD
_IN_WORD: Final = re.compile(r"(?:[^\W\d_]|[\U000f0000-\U000ffffd])*+")
_UNREAD: Final = re.compile("[\U000f0000-\U000ffffd]")
_MOST_IN_A_WORD: Final = 3
_LOST: Final = "\ufffd"


class _Glyph(NamedTuple):
    """A glyph without a name: the character given for it, and its width in hundredths of its height."""

    unit: int
    width: int


class Glyphs:
    """The glyphs of a document that say nothing of their letters."""

    def __init__(self) -> None:
        self._glyphs: dict[_Glyph, int] = {}
        self.read = 0
        """How many were read as the letters of a ligature."""
        self.lost = 0
        """How many were not, and stand in the text as U+FFFD."""

    @staticmethod
    def is_unread(unit: int) -> bool:
        """Whether a character says nothing of the letters of its glyph."""
        return unit < 0x20 or unit in (0x7F, 0xFFFD) or 0xE000 <= unit <= 0xF8FF

    def stand_in(self, unit: int, width: float) -> int:
        """The character that stands for such a glyph until it is read, by its width as a share of its height."""
        glyph = _Glyph(unit, round(100 * width))
        return _FIRST + self._glyphs.setdefault(glyph, len(self._glyphs) % _MOST)

    def resolve(self, texts: Iterable[str]) -> list[str]:
        """The texts of the document with letters for the glyphs."""
        texts = list(texts)
        if not self._glyphs:
            return texts
        words = [match[0] for text in texts for match in _IN_WORD.finditer(text) if _UNREAD.search(match[0])]
        votes = self._votes(words)
        return [_IN_WORD.sub(lambda match: self._letters(match[0], votes), text) for text in texts]

    def _votes(self, words: Iterable[str]) -> dict[str, Counter[str]]:
        """What each glyph is in the words that leave no choice."""
        votes: dict[str, Counter[str]] = defaultdict(Counter)
        for word in words:
            options = list(_readings(word))
            if len(options) == 1:
                for glyph, letters in zip(_UNREAD.findall(word), options[0][1], strict=True):
                    votes[glyph][letters] += 1
        return votes

    def _letters(self, word: str, votes: dict[str, Counter[str]]) -> str:
        glyphs = _UNREAD.findall(word)
        if not glyphs:
            return word
        if len(glyphs) == len(word):  # a bullet, or nothing
            return "".join(map(self._original, glyphs))

        def likelihood(option: tuple[float, tuple[str, ...]]) -> float:
            chosen = zip(glyphs, option[1], strict=True)
            return option[0] + sum(log(votes[glyph][letters] + 0.1) for glyph, letters in chosen)

        best = max(_readings(word), key=likelihood, default=None)
        letters = best[1] if best else tuple(self._usual(votes[glyph]) for glyph in glyphs)
        found = iter(letters)
        self.lost += letters.count(_LOST)
        self.read += len(letters) - letters.count(_LOST)
        return _UNREAD.sub(lambda match: next(found), word)

    @staticmethod
    def _usual(votes: Counter[str]) -> str:
        """What a glyph is in a word that the lexicon does not have."""
        return max(votes, key=lambda letters: votes[letters], default=_LOST)

    def _original(self, stand_in: str) -> str:
        units = (glyph.unit for glyph, number in self._glyphs.items() if _FIRST + number == ord(stand_in))
        unit = next(units, 0)
        return chr(unit) if unit > 0x7F else ""


def _readings(word: str) -> Iterator[tuple[float, tuple[str, ...]]]:
    """The ligatures that make a known word, with the log-probability of the word."""
    from unspin.lexicon import load  # late: numpy and the lexicon, for documents that need them

    lexicon = load()
    parts = _UNREAD.split(word)
    if len(parts) - 1 > _MOST_IN_A_WORD:
        return
    for ligatures in _LIGATURES:
        known = False
        for chosen in product(ligatures, repeat=len(parts) - 1):
            text = parts[0] + "".join(letters + part for letters, part in zip(chosen, parts[1:], strict=True))
            form = lexicon.index.get(text.lower())
            if form is not None:
                known = True
                yield float(lexicon.log_frequency[form]), chosen
        if known:
            return
