"""What real machines have been seen to put: words and phrases of public spun pages, and on how many pages each stood.

Dictionaries say what a spinner may put for a word; this says what those at work do put, and how often. Two figures follow: how
much likelier a form is to have been put in than written on a page that such a machine made (:meth:`Seen.put_in`), and how often
it was put for an original (:meth:`Seen.originals`).

Machines differ, and so do the dictionaries that they have: what one puts on every second page another never puts. Pages are of
several kinds, by what stands on them (``python -m training.kinds``), and what was seen on pages of the kind at hand says more
(:meth:`Seen.among`).

File: ``seen.tsv``, UTF-8, a line for each pair, sorted: what stood there, a tab, what was written as the reader of the page
concluded, a tab, the number of pages that show it, a tab, and how many of these are of each kind, as far as that is known:
``3:2 7:1``. The first line has no pair, but the number of pages of each kind. Some pairs were cut wrongly
where the page was read, and are left out (:func:`well_cut`).
"""

from __future__ import annotations

import copy
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib import resources
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from unspin.lexicon.lexicon import Lexicon
from unspin.lexicon.lexicon import load as load_lexicon

__all__ = ["NEVER", "Kinds", "Seen", "load", "pairs", "well_cut"]

NEVER: Final = 0.3
"""Pages that a pair which was never seen counts for."""
_PAGE: Final = 300
"""Words of a page."""
_HABITUAL: Final = -1.3
"""How much likelier than written, see :meth:`Seen.put_in`, a word is put in that belongs to the habits of machines."""
_UNKNOWN: Final = -15.0
"""Log frequency of a form that the lexicon does not have."""
_ARTICLES: Final = frozenset(["a", "an", "the"])

_ALL_KINDS: Final = 20.0
"""So many pages of every kind alike each kind is taken to have beside its own."""
_ALIKE: Final = 300.0
"""So many words put in, as on pages of every kind alike, each kind is taken to have beside its own."""
_TOGETHER: Final = 0.3
"""What a word says of the kind of its page, of what it would say if words were put in independently of each other."""

Pair = tuple[str, str, int]
"""What stood there, what was written, and the number of pages."""


@dataclass(frozen=True, eq=False)
class Kinds:
    """Kinds of pages, ``k`` of them, and how many pages of each show a pair.

    Attributes:
        sizes: pages of each kind, ``float64[k]``.
        pages: pages of each kind that show a pair (found, original), ``float64[k]``.
    """

    sizes: NDArray[np.float64]
    pages: Mapping[tuple[str, str], NDArray[np.float64]]


_NO_KINDS: Final = Kinds(np.zeros(0), {})


def pairs(path: Path) -> list[Pair]:
    """The pairs of a file that are :func:`well_cut`."""
    return _pairs(_lines(path))


def kinds_of(path: Path) -> Kinds:
    """The kinds of pages of a file, and the pages of each kind that show a pair."""
    return _kinds(_lines(path))


def _lines(path: Path) -> list[list[str]]:
    return [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]


def _pairs(lines: Sequence[Sequence[str]]) -> list[Pair]:
    return well_cut([(found, written, int(pages)) for found, written, pages, *_ in lines if found])


def _kinds(lines: Sequence[Sequence[str]]) -> Kinds:
    """The kinds of pages in the lines of a file; none where the first does not name them."""
    first, *lines = lines
    if first[0]:
        return _NO_KINDS
    known = dict(_numbers(first[3]))
    shows = [(found, written, kinds[0]) for found, written, _, *kinds in lines if kinds]
    pages = np.zeros((len(shows), len(known)))
    for row, (_, _, kinds) in enumerate(shows):
        for kind, number in _numbers(kinds):
            pages[row, kind] = number
    sizes = np.array([known[kind] for kind in range(len(known))], np.float64)
    return Kinds(sizes, {(found, written): pages[row] for row, (found, written, _) in enumerate(shows)})


def _numbers(text: str) -> list[tuple[int, int]]:
    """``3:2 7:1`` as numbers."""
    return [(int(kind), int(pages)) for kind, pages in (pair.split(":") for pair in text.split())]


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

    def __init__(self, pairs: Sequence[Pair], lexicon: Lexicon, kinds: Kinds = _NO_KINDS) -> None:
        """From (found, original, pages)."""
        self._lexicon = lexicon
        self._pages: dict[str, dict[str, float]] = defaultdict(dict)
        self._times: Counter[str] = Counter()
        for found, original, pages in pairs:
            self._pages[found][original] = pages
            self._times[found] += pages
        self._kinds = kinds
        self._share: NDArray[np.float64] | None = None
        self._form: dict[str, NDArray[np.float64]] = {}
        for (found, _), row in kinds.pages.items():
            self._form[found] = self._form[found] + row if found in self._form else row
        self._forms = np.sum(list(self._form.values()), axis=0) if self._form else np.zeros(len(kinds.sizes))

    @classmethod
    def read(cls, path: Path, lexicon: Lexicon) -> Self:
        """From a file."""
        lines = _lines(path)
        return cls(_pairs(lines), lexicon, _kinds(lines))

    def kinds(self, put_in: Mapping[str, float]) -> NDArray[np.float64]:
        """The probability of each kind of page, by words and the probability that each was put in, ``float64[k]``."""
        log = np.log(np.maximum(self._kinds.sizes, 1.0))
        for form, probability in put_in.items():
            here = self._form.get(form)
            if here is not None:
                everywhere = here.sum() / self._forms.sum()
                rate = (here + _ALIKE * everywhere) / (self._forms + _ALIKE)
                log = log + _TOGETHER * probability * np.log(rate / everywhere)
        share = np.exp(log - log.max(initial=0.0))
        return np.asarray(share / max(float(share.sum()), 1e-9))

    def among(self, share: NDArray[np.float64]) -> Self:
        """What was seen on as many pages, had they all been of kinds with these shares."""
        if not len(share):
            return self
        among = copy.copy(self)
        among._share = share
        return among

    def originals(self, found: str) -> Mapping[str, float]:
        """For what ``found`` was seen, in lower case, and on how many pages."""
        everywhere = self._pages.get(found, {})
        if self._share is None:
            return everywhere
        return {original: self._expected(found, original, pages) for original, pages in everywhere.items()}

    def _expected(self, found: str, original: str, pages: float) -> float:
        """Pages of unknown kind count as they are."""
        kinds, share = self._kinds, self._share
        shown = kinds.pages.get((found, original))
        if shown is None or share is None:
            return pages
        number, known = kinds.sizes.sum(), shown.sum()
        rate = (shown + _ALL_KINDS * known / number) / (kinds.sizes + _ALL_KINDS)
        return float(pages - known + number * (share @ rate))

    def times(self, found: str) -> float:
        """On how many pages ``found`` was seen for some original; one with two of them counts twice."""
        return float(self._times[found]) if self._share is None else sum(self.originals(found).values())

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
        times = np.array([self.times(form) for form in forms], np.float64)
        return np.asarray(np.log((times + NEVER) / (pages + 1)))

    @cached_property
    def habitual(self) -> frozenset[str]:
        """The words that machines put again and again, beside how often they are written."""
        forms = [form for form in self._pages if " " not in form]
        return frozenset(form for form, much in zip(forms, self.put_in(forms), strict=True) if much > _HABITUAL)


@lru_cache(maxsize=1)
def load() -> Seen:
    """The shipped table."""
    with resources.as_file(resources.files("unspin.data") / "seen.tsv") as path:
        return Seen.read(path, load_lexicon())
