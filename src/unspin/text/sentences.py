"""Sentence spans, by rule.

A full stop ends a sentence unless it belongs to a title, an initial, an abbreviation or a number, or lower case
follows. The rules look a few tokens ahead and back, so the whole is linear in the length of the text.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from unspin.text.paragraphs import paragraph_starts
from unspin.text.words import Kind, Shape, Words

__all__ = ["capital_starts", "sentence_spans", "sentence_starts"]

_ENDERS = frozenset(".?!…。！？｡؟।")
_WITHOUT_SPACE = frozenset("。！？｡")
_CLOSERS = frozenset("\"”’'»)]}")
_OPENERS = frozenset("\"“‘'«([{-–—•*")

_LABEL = 2
"""Words and numbers of a label at most."""
_CAPITALS = (Shape.CAPITALISED, Shape.UPPER)

TITLES = frozenset(
    "mr mrs ms messrs mx dr prof st rev hon gen col maj capt cpt lt sgt cpl pvt adm cmdr gov sen rep pres supt insp"
    " fr br mme mlle ft mt".split()
)
_ABBREVIATIONS = frozenset(
    "etc inc ltd co corp llc plc dept est approx vs al eg ie cf viz jr sr bros univ assn assoc ave blvd rd ph ed eds"
    " trans resp ca".split()
)
_BEFORE_NUMBER = frozenset(
    "no nos vol vols p pp fig figs eq sec ch art par jan feb mar apr jun jul aug sept sep oct nov dec".split()
)
# Words that begin an English sentence far more often than they carry a capital inside one.
_BEGINNERS = frozenset(
    "the a an this that these those he she it we they you i his her its our their my but and or so if when while in on"
    " at for from by with after before as there here what who how why where not no yes however then now some many most"
    " all each to until since although though because despite during under over both one".split()
)


def sentence_spans(words: Words) -> NDArray[np.int32]:
    """Token indices of each sentence, ``int32[m, 2]`` as ``[first, end)``; together they cover every token in order."""
    n = len(words)
    if not n:
        return np.zeros((0, 2), np.int32)
    firsts = set(np.searchsorted(words.start, paragraph_starts(words.text)).tolist())
    firsts.add(0)
    tokens = _Tokens(words)
    resume = 0
    for mark in np.flatnonzero(words.kind == Kind.MARK).tolist():
        if mark < resume or words.lower[mark] not in _ENDERS:
            continue
        resume = tokens.after_closers(mark)
        if resume < n and tokens.ends(mark, resume):
            firsts.add(resume)
    first = np.array(sorted(index for index in firsts if index < n), np.int32)
    return np.column_stack([first, np.append(first[1:], np.int32(n))])


def sentence_starts(words: Words) -> NDArray[np.bool_]:
    """True for the first word or number of each sentence and of each quotation after a comma or colon, ``bool[n]``."""
    starts = np.zeros(len(words), np.bool_)
    visible = (words.kind != Kind.MARK).tolist()
    touches = words.touches.tolist()
    for first, end in sentence_spans(words).tolist():
        while first < end - 1 and not visible[first]:
            first += 1
        starts[first] = visible[first]
    for mark in np.flatnonzero(words.kind == Kind.MARK).tolist():
        if mark and mark + 1 < len(words) and words.lower[mark] in '"“' and words.lower[mark - 1] in ",:":
            starts[mark + 1] |= visible[mark + 1] and touches[mark + 1]
    return starts


def capital_starts(words: Words) -> NDArray[np.bool_]:
    """True where a word has its capital from its place: those of :func:`sentence_starts`, and the first word after a label.

    A label is a word or two and a colon at the beginning of a sentence: "Q: How do I", "Step 2: Open the lid".
    """
    starts = sentence_starts(words)
    for first in np.flatnonzero(starts).tolist():
        for colon in range(first + 1, min(first + 1 + _LABEL, len(words) - 1)):
            if words.kind[colon] == Kind.MARK:
                starts[colon + 1] |= (
                    words.lower[colon] == ":" and words.shape[colon + 1] in _CAPITALS and not words.touches[colon + 1]
                )
                break
    return starts


class _Tokens:
    """The rules, over the tokens of one text."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.lower = words.lower
        # Lists, since single elements of arrays are slow to get at.
        self.kind: list[int] = words.kind.tolist()
        self.touches: list[bool] = words.touches.tolist()
        self.caseless = words.text == words.text.lower()

    def after_closers(self, mark: int) -> int:
        """The first token after a run of sentence marks and the quotes and brackets that close with it."""
        index = mark + 1
        while index < len(self.lower) and self.lower[index] in _ENDERS and self.touches[index]:
            index += 1
        while index < len(self.lower) and self.lower[index] in _CLOSERS and self.touches[index]:
            index += 1
        return index

    def ends(self, mark: int, following: int) -> bool:
        """Whether a sentence mark ends a sentence, given the token after it and what closes with it."""
        if self.touches[following]:
            return self.lower[mark] in _WITHOUT_SPACE
        head = following
        while head < min(following + 3, len(self.lower) - 1) and self.lower[head] in _OPENERS:
            head += 1
        if self.kind[head] == Kind.WORD and self.words.text[self.words.start[head]].islower() and not self.caseless:
            return False
        after_word = mark > 0 and self.touches[mark] and self.kind[mark - 1] == Kind.WORD
        return self.lower[mark] != "." or not after_word or self._stop_ends(mark, head)

    def _stop_ends(self, mark: int, head: int) -> bool:
        """Whether the full stop after a word ends the sentence, given the head of what follows."""
        before = self.lower[mark - 1]
        if mark + 1 < head and self.lower[mark + 1] in _ENDERS:  # an ellipsis
            return True
        if before in TITLES:
            return False
        if before in _BEFORE_NUMBER and self.kind[head] == Kind.NUMBER:
            return False
        initial = len(before) == 1 and before != "i" and self.words.surface(mark - 1).isupper()
        acronym = len(before) == 1 and mark >= 2 and self.lower[mark - 2] == "." and self.touches[mark - 1]
        if initial or acronym or before in _ABBREVIATIONS:
            return self.lower[head] in _BEGINNERS
        return True
