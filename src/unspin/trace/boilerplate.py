"""Sentences that every site has: they prove nothing, and count neither as taken nor as the page's own."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from unspin.text import PhraseFinder, Words
from unspin.text.words import Kind

__all__ = ["boilerplate"]

_SIGNS: Final = PhraseFinder(
    phrase.split()
    for phrase in (
        "all rights reserved", "privacy policy", "cookie policy", "terms of use", "terms of service",
        "terms and conditions", "uses cookies", "use cookies", "sign up for our", "subscribe to our", "our newsletter",
        "click here", "read more", "follow us on", "share this article", "share this story", "related articles",
        "originally published", "first published", "first appeared", "for more information visit",
        "for more information contact", "may not be reproduced", "without permission", "without written permission",
        "views expressed", "opinions expressed", "the associated press contributed", "contributed to this report",
        "log in to", "create an account", "skip to main content", "leave a comment", "post a comment", "advertisement",
        "sponsored content", "affiliate links", "photo by", "getty images", "image credit", "table of contents",
    )
)  # fmt: skip
_LONGEST: Final = 40
"""Words of a sentence that is boilerplate at most."""


def boilerplate(words: Words, sentences: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Which tokens stand in a sentence that every site has, ``bool[n]``.

    Args:
        words: the text.
        sentences: its sentences, ``int32[m, 2]``.
    """
    inside = np.zeros(len(words), np.bool_)
    counts = np.flatnonzero(words.kind != Kind.MARK)
    said = [words.lower[i] for i in counts.tolist()]
    found = [int(counts[match.begin]) for match in _SIGNS.find(said)]
    for row in np.unique(np.searchsorted(sentences[:, 0], found, side="right") - 1).tolist() if found else ():
        first, end = sentences[row].tolist()
        if int((words.kind[first:end] != Kind.MARK).sum()) <= _LONGEST:
            inside[first:end] = True
    return inside
