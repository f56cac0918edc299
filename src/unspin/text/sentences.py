"""Sentence spans, by rule.

A full stop ends a sentence unless it belongs to a title, an initial, an abbreviation or a number, or lower case
follows. The rules look a few tokens ahead and back, so the whole is linear in the length of the text.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from unspin.text.paragraphs import paragraph_starts
from unspin.text.words import Kind, Words

__all__ = ["sentence_spans", "sentence_starts"]

_ENDERS = frozenset(".?!…。！？｡؟।")
_WITHOUT_SPACE = frozenset("。！？｡")
_CLOSERS = frozenset("\"”’'»)]}")
_OPENERS = frozenset("\"“‘'«([{-–—•*")

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
    caseless = words.text == words.text.lower()
    resume = 0
    for mark in np.flatnonzero(words.kind == Kind.MARK).tolist():
        if mark < resume or words.lower[mark] not in _ENDERS:
            continue
        resume = _after_closers(words, mark)
        if resume < n and _ends(words, mark, resume, caseless):
            firsts.add(resume)
    first = np.array(sorted(index for index in firsts if index < n), np.int32)
    return np.column_stack([first, np.append(first[1:], np.int32(n))])


def sentence_starts(words: Words) -> NDArray[np.bool_]:
    """True for the first word or number of each sentence and of each quotation after a comma or colon, ``bool[n]``."""
    starts = np.zeros(len(words), np.bool_)
    for first, end in sentence_spans(words).tolist():
        while first < end - 1 and words.kind[first] == Kind.MARK:
            first += 1
        starts[first] = words.kind[first] != Kind.MARK
    for mark in np.flatnonzero(words.kind == Kind.MARK).tolist():
        if mark and mark + 1 < len(words) and words.lower[mark] in '"“' and words.lower[mark - 1] in ",:":
            starts[mark + 1] |= words.kind[mark + 1] != Kind.MARK and _touches(words, mark + 1)
    return starts


def _touches(words: Words, index: int) -> bool:
    """Whether no white space stands before the token."""
    return bool(words.start[index] == words.end[index - 1])


def _after_closers(words: Words, mark: int) -> int:
    """The first token after a run of sentence marks and the quotes and brackets that close with it."""
    index = mark + 1
    while index < len(words) and words.lower[index] in _ENDERS and _touches(words, index):
        index += 1
    while index < len(words) and words.lower[index] in _CLOSERS and _touches(words, index):
        index += 1
    return index


def _ends(words: Words, mark: int, following: int, caseless: bool) -> bool:
    if _touches(words, following):
        return words.lower[mark] in _WITHOUT_SPACE
    head = following
    while head < min(following + 3, len(words) - 1) and words.lower[head] in _OPENERS:
        head += 1
    if words.kind[head] == Kind.WORD and words.text[words.start[head]].islower() and not caseless:
        return False
    if words.lower[mark] != "." or mark == 0 or not _touches(words, mark) or words.kind[mark - 1] != Kind.WORD:
        return True
    return _stop_ends(words, mark, head)


def _stop_ends(words: Words, mark: int, head: int) -> bool:
    """Whether the full stop after a word ends the sentence, given the head of what follows."""
    before = words.lower[mark - 1]
    if mark + 1 < head and words.lower[mark + 1] in _ENDERS:  # an ellipsis
        return True
    if before in TITLES:
        return False
    if before in _BEFORE_NUMBER and words.kind[head] == Kind.NUMBER:
        return False
    initial = len(before) == 1 and before != "i" and words.surface(mark - 1).isupper()
    acronym = len(before) == 1 and mark >= 2 and words.lower[mark - 2] == "." and _touches(words, mark - 1)
    if initial or acronym or before in _ABBREVIATIONS:
        return words.lower[head] in _BEGINNERS
    return True
