"""What real machines have been seen to put: words and phrases of public spun pages, and on how many pages each stood.

Dictionaries say what a spinner may put for a word; this says what those at work do put, and how often. Two figures follow: how
much likelier a form is to have been put in than written on a page that such a machine made (:meth:`Seen.put_in`), and how often
it was put for an original (:meth:`Seen.pages`).

File: ``seen.tsv``, UTF-8, a line for each pair, sorted: what stood there, a tab, what was written as the reader of the page
concluded, a tab, the number of pages that show it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from unspin.lexicon.lexicon import Lexicon
from unspin.lexicon.lexicon import load as load_lexicon

__all__ = ["NEVER", "Seen", "load"]

NEVER: Final = 0.3
"""Pages that a pair which was never seen counts for."""
_PAGE: Final = 300
"""Words of a page."""
_UNKNOWN: Final = -15.0
"""Log frequency of a form that the lexicon does not have."""


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
        lines = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines())
        return cls([(found, original, int(pages)) for found, original, pages in lines], lexicon)

    def originals(self, found: str) -> Mapping[str, int]:
        """For what ``found`` was seen, in lower case, and on how many pages."""
        return self._pages.get(found, {})

    def times(self, found: str) -> int:
        """On how many pages ``found`` was seen for some original; one with two of them counts twice."""
        return self._times[found]

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
