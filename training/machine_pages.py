"""A spinner with the dictionary of real machines: what readers of public spun pages saw put for a word, as often as they did.

The encoder cannot be trained on such pages, whose text is not ours to take. It can be trained on open text in which stands what
machines put there: pairs of words are facts. For each document a kind of pages is drawn (:mod:`training.kinds`), then for each
word and phrase of the text whether the dictionary has it, by the share of the pages of that kind with it that show it swapped,
then what stands for it. Real dictionaries know more than was seen, so close synonyms take a part now and then. Training only.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from unspin.lexicon import Lexicon, seen
from unspin.spinners.edits import Edit
from unspin.spinners.eligibility import eligible
from unspin.spinners.phrases import Entries
from unspin.spinners.synonyms import content_words, swap_content_words
from unspin.text import PhraseMatch, Words

_PAGE: Final = 500
"""Words of a page that was read."""
_ALL_KINDS: Final = 6.0
"""Pages of all kinds alike that each kind is taken to have beside its own."""
_PHRASE: Final = 0.35
"""Share of the pages with a phrase that show it swapped, for each page that shows it, up to :data:`_MOST`."""
_MOST: Final = 0.9
_OTHER_KINDS: Final = 0.05
_OVERSHOOT: Final = 1.5
_ANEW: Final = 0.3
"""Share of the documents where each place has a term drawn for itself."""
_SYNONYMS: Final = 0.4
"""Share of the documents where close synonyms take a part."""


class Entry(NamedTuple):
    """What stands for a word or phrase.

    Attributes:
        terms: what was seen in its place.
        pages: the pages of each kind that show each term, ``float64[terms, kinds]``.
        swapped: the share of the pages of each kind with the word that show it swapped, ``float64[kinds]``.
    """

    terms: Sequence[str]
    pages: NDArray[np.float64]
    swapped: NDArray[np.float64]


@dataclass(frozen=True)
class Dictionary:
    """All that was seen, by what was written."""

    entries: Sequence[Entry]
    finder: Entries
    sizes: NDArray[np.float64]

    @classmethod
    def read(cls, path: Path, lexicon: Lexicon) -> Dictionary:
        """From ``seen.tsv``."""
        kinds = seen.kinds_of(path)
        number = kinds.sizes.sum()
        terms: dict[str, dict[str, NDArray[np.float64]]] = defaultdict(dict)
        for found, written, pages in seen.pairs(path):
            shown = kinds.pages.get((found, written), np.zeros(len(kinds.sizes)))
            # Pages of unknown kind are spread over all kinds.
            terms[written][found] = shown + (pages - shown.sum()) * kinds.sizes / number
        entries = []
        for written, row in terms.items():
            shows = np.array(list(row.values()))
            entries.append(Entry(tuple(row), shows, _swapped(written, shows.sum(0), kinds.sizes, lexicon)))
        return cls(entries, Entries(list(terms)), kinds.sizes)


def _swapped(
    written: str, shown: NDArray[np.float64], sizes: NDArray[np.float64], lexicon: Lexicon
) -> NDArray[np.float64]:
    """The share of pages with a word that show it swapped, by kind."""
    if " " in written:
        return np.minimum(_PHRASE * (shown + _ALL_KINDS * shown.sum() / sizes.sum()), _MOST)
    form = lexicon.index.get(written, -1)
    frequency = float(np.exp(lexicon.log_frequency[form])) if form >= 0 else 1e-7
    have = sizes * -np.expm1(-_PAGE * frequency)
    everywhere = (shown.sum() + 0.2) / (have.sum() + 1.0)
    return np.minimum((shown + _ALL_KINDS * everywhere) / (have + _ALL_KINDS), _MOST)


@dataclass(frozen=True)
class MachinePages:
    """The family; see the module."""

    dictionary: Dictionary
    name: str = "machine-pages"
    about: str = "what was seen on public pages, as often as it was seen there"
    rate: float = 0.3
    capitals: bool = True

    def spin(self, words: Words, lexicon: Lexicon, rate: float, random: np.random.Generator) -> tuple[Edit, ...]:
        """See :meth:`unspin.spinners.edits.Spinner.spin`."""
        sizes = self.dictionary.sizes
        kind = int(random.choice(len(sizes), p=sizes / sizes.sum()))
        allowed = eligible(words, self.capitals)
        matches = self.dictionary.finder.find(words, allowed)
        missed, anew = float(random.choice([0.0, 0.05, 0.2])), random.random() < _ANEW
        terms = self._terms(matches, kind, _OVERSHOOT * rate * len(words) + 1, random)
        edits: list[Edit] = []
        free = allowed & content_words(words)
        for begin, end, entry in matches:
            if entry not in terms:
                continue
            free[begin:end] = False
            if random.random() >= missed:
                term = _drawn(self.dictionary.entries[entry], kind, random) if anew else terms[entry]
                edits.append(Edit(begin, end, term))
        if random.random() < _SYNONYMS:
            edits += swap_content_words(words, lexicon, free, rate * float(random.uniform(0.0, 0.5)), missed, random)
        return tuple(sorted(edits))

    def _terms(
        self, matches: Sequence[PhraseMatch], kind: int, goal: float, random: np.random.Generator
    ) -> dict[int, str]:
        """The entries of this document's dictionary and what each becomes, up to about ``goal`` tokens."""
        cover: Counter[int] = Counter()
        for begin, end, entry in matches:
            cover[entry] += end - begin
        strength = float(np.exp(random.uniform(-1.0, 1.0)))
        terms: dict[int, str] = {}
        covered = 0
        for number in random.permutation(sorted(cover)).tolist():
            entry = self.dictionary.entries[number]
            if covered < goal and random.random() < strength * entry.swapped[kind]:
                terms[number] = _drawn(entry, kind, random)
                covered += cover[number]
        return terms


def _drawn(entry: Entry, kind: int, random: np.random.Generator) -> str:
    """What stands for an entry, as often as it was seen on pages of the kind, and now and then of another."""
    weight = entry.pages[:, kind] + _OTHER_KINDS * entry.pages.sum(1)
    return entry.terms[int(random.choice(len(weight), p=weight / weight.sum()))]


def load(lexicon: Lexicon) -> MachinePages:
    """With the pairs of the package."""
    return MachinePages(Dictionary.read(Path(str(resources.files("unspin.data") / "seen.tsv")), lexicon))
