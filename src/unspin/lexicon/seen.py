"""What real machines have been seen to put: words and phrases of public spun pages, and on how many pages each stood.

Dictionaries say what a spinner may put for a word; this says what those at work do put, and how often. Two figures follow: how
much likelier a form is to have been put in than written on a page that such a machine made (:meth:`Seen.put_in`), and how often
it was put for an original (:meth:`Seen.pages`).

File: ``seen.tsv``, UTF-8, a line for each pair, sorted: what stood there, a tab, what was written as the reader of the page
concluded, a tab, the number of pages that show it. Some pairs were cut wrongly where the page was read, and are left out
(:func:`well_cut`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from unspin.lexicon.lexicon import Lexicon
from unspin.lexicon.lexicon import load as load_lexicon

__all__ = ["NEVER", "Seen", "load", "pairs", "well_cut"]

NEVER: Final = 0.3
"""Pages that a pair which was never seen counts for."""
_PAGE: Final = 300
"""Words of a page."""
_UNKNOWN: Final = -15.0
"""Log frequency of a form that the lexicon does not have."""
_ARTICLES: Final = frozenset(["a", "an", "the"])

Pair = tuple[str, str, int]
"""What stood there, what was written, and the number of pages."""


def pairs(path: Path) -> list[Pair]:
    """The pairs of a file that are :func:`well_cut`."""
    lines = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines())
    return well_cut([(found, written, int(pages)) for found, written, pages in lines])


def well_cut(pairs: Iterable[Pair]) -> list[Pair]:
    """The pairs without those where the borders of what was put in were drawn at the wrong word.

    Two kinds are told by what other pages show. A word that stood for an article, where the article with the word beside it
    stood for the article too: "newest" is not *the*, since "the newest" is. And a phrase with an article at its end that stood
    for words without it, where it stood for these words with it too: "within the" is not *in*, since it is *in the*.
    """
    pairs = list(pairs)
    known = {(found, written) for found, written, _ in pairs}

    def misread(found: str, written: str) -> bool:
        if " " not in found:
            return written in _ARTICLES and (f"{written} {found}", written) in known
        last = found.rpartition(" ")[2]
        return last in _ARTICLES and (found, f"{written} {last}") in known

    return [pair for pair in pairs if not misread(*pair[:2])]


class Seen:
    """What was seen on pages. Made by :func:`load`."""

    def __init__(self, pairs: Sequence[tuple[str, str, int]], lexicon: Lexicon) -> None:
        """From (found, original, pages)."""
        self._lexicon = lexicon
        self._pages: dict[str, dict[str, int]] = defaultdict(dict)
        self._times: Counter[str] = Counter()
        for found, original, pages in pairs:
            self._pages[found][original] = pages
            self._times[found] += pages

    @classmethod
    def read(cls, path: Path, lexicon: Lexicon) -> Self:
        """From a file."""
        return cls(pairs(path), lexicon)

    def originals(self, found: str) -> Mapping[str, int]:
        """For what ``found`` was seen, in lower case, and on how many pages."""
        return self._pages.get(found, {})

    def times(self, found: str) -> int:
        """On how many pages ``found`` was seen for some original; one with two of them counts twice."""
        return self._times[found]

    def mostly_for(self, found: str) -> str | None:
        """The original that most pages show ``found`` for, None if there is none."""
        originals = self._pages.get(found)
        return max(originals, key=lambda original: (originals[original], original)) if originals else None

    def put_in(self, forms: Sequence[str]) -> NDArray[np.float64]:
        """How much likelier each word is to have been put in than written, log, up to a constant.

        The number of pages on which machines put it, over the number of pages of ordinary text on which it stands.

        Args:
            forms: words in lower case.
        """
        ids = self._lexicon.ids(list(forms))
        frequency = np.where(ids >= 0, self._lexicon.log_frequency[np.maximum(ids, 0)], _UNKNOWN)
        pages = _PAGE * (1 - np.exp(-_PAGE * np.exp(frequency.astype(np.float64))))
        times = np.array([self._times[form] for form in forms], np.float64)
        return np.asarray(np.log((times + NEVER) / (pages + 1)))


@lru_cache(maxsize=1)
def load() -> Seen:
    """The shipped table."""
    with resources.as_file(resources.files("unspin.data") / "seen.tsv") as path:
        return Seen.read(path, load_lexicon())
