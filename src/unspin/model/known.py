"""Which forms are words at all, for dictionaries or for writers.

A spinner takes what it puts in from a dictionary. A form that no dictionary and no writer has is a misprint, a misreading
or a name, and says nothing about a spinner, however odd it looks where it stands.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np

from unspin import lexicon as lexicons
from unspin.model.ngram import DATA

__all__ = ["common", "known", "old_spelling"]

COMMON: Final = 20_000
"""The forms that are common: the most frequent of the lexicon."""
_LONGEST: Final = 40
"""Letters of a word at most; the longest of the lexicon has fewer."""


def known(form: str) -> bool:
    """Whether a form in lower case is a word: in the lexicon, read often by the n-gram model, or a plain inflection of one."""
    words = _words()
    if form in words:
        return True
    if len(form) > _LONGEST:
        return False
    stem, apostrophe, rest = form.partition("'")
    if apostrophe and (len(rest) <= 1 or rest in words):  # the queen's, singin', fo'c'sle
        return stem in words or stem.removesuffix("s") in words
    cut = form + "'t"  # "didn 't" is cut in two
    return cut in words or (form.endswith("s") and form[:-1] in words)


def old_spelling(form: str) -> bool:
    """Whether a form is a common word as it was spelled four hundred years ago: "vnto", "haue", "selfe", "sinne", "iudge"."""
    return len(form) <= _LONGEST and _modern(form) in _old()


@lru_cache(maxsize=1)
def common() -> frozenset[str]:
    """The common forms, see :data:`COMMON`."""
    return frozenset(lexicons.load().forms[:COMMON])


@lru_cache(maxsize=1)
def _words() -> frozenset[str]:
    with np.load(DATA, allow_pickle=False) as data:
        counted = data["words"].tobytes().decode().split("\n")
    return frozenset(lexicons.load().forms).union(counted)


@lru_cache(maxsize=1)
def _old() -> frozenset[str]:
    return frozenset(_modern(form) for form in common())


def _modern(form: str) -> str:
    """What remains of a form without the letters that old spelling was free in: u and v, i and j and y, doubling, a last e."""
    key = form.replace("ſ", "s").replace("vv", "w").translate(_FREE).replace("ie", "i")
    for ending in ("'d", "'st"):
        if key.endswith(ending):
            key = key.removesuffix(ending) + "ed"
    key = key.removesuffix("e")
    return "".join(letter for letter, before in zip(key, " " + key, strict=False) if letter != before)


_FREE: Final = str.maketrans("vjy", "uii")
