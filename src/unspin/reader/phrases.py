"""Phrases that rewriters put in: "withinside the" for *in the*, "via way of means of" for *by*.

Most spinners swap word for word. Rewriters (:mod:`unspin.spinners.rewriter`) have a table of phrases too, and what came
of a phrase is not to be found among the candidates of single words. So the phrases are looked for first, and restored
before the words are looked at. A phrase of the table may well be honest ("in the direction of"): each place is judged by
itself, by a logistic model over what :data:`EVIDENCE` names, and left alone where it is not clear.

File: ``inflated.tsv`` (written by ``python -m training.inflated``), UTF-8, a line for each phrase, sorted: the phrase, a
tab, what it may stand for (``" | "`` between), a tab, how often the phrase stands in some 40 million words of honest text.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from unspin.lexicon.phrases import PhraseTable
from unspin.lexicon.phrases import load as load_table
from unspin.model.encoder import Visible
from unspin.model.ngram import NGram
from unspin.reading import Substitution
from unspin.text import PhraseMatch, Words, match_case, sentence_starts, split

EVIDENCE: Final = ("bias", "ngram", "swap", "highest_swap", "honest", "others", "doubled")
"""What a place is judged by: 1; the 4-gram log-likelihood of the text restored, less that as found; mean and highest
log-odds of a swap of its tokens; log of one plus the count of the phrase in honest text; log of one plus how many other
places of the document have a phrase that honest text never has, per hundred words; whether its first word stands twice."""
_REACH: Final = 4  # tokens on either side that the 4-gram model sees
_MOST_NGRAM: Final = 20.0
_MOST_SWAP: Final = 6.0


class Occurrence(NamedTuple):
    """A phrase of the table in a document.

    Attributes:
        begin: its first token, the doubled one where its first word stands twice.
        end: the token after its last.
        original: what it stands for if it was put in, the best of those it may stand for by the 4-gram model.
        evidence: see :data:`EVIDENCE`, ``float64[7]``.
        alternatives: the other originals.
    """

    begin: int
    end: int
    original: str
    evidence: NDArray[np.float64]
    alternatives: tuple[str, ...]


@dataclass(frozen=True)
class PhraseModel:
    """The table of phrases, and the weights of the evidence, ``float64[7]``."""

    table: PhraseTable
    weights: NDArray[np.float64]

    def probability(self, occurrence: Occurrence) -> float:
        """The probability that the phrase was put in."""
        return float(1 / (1 + np.exp(-occurrence.evidence @ self.weights)))


def occurrences(
    words: Words, visible: Visible, ngram: NGram, table: PhraseTable, tick: Callable[[], None] = lambda: None
) -> list[Occurrence]:
    """Where phrases of the table stand in a document, on one line each."""
    matches = [m for m in table.matches(words) if "\n" not in words.text[words.start[m.begin] : words.end[m.end - 1]]]
    never = sum(table.honest[match.entry] == 0 for match in matches)
    per_hundred = 100 / max(int(words.is_word.sum()), 1)
    found = []
    for match in matches:
        tick()
        honest = table.honest[match.entry]
        doubled = match.begin > 0 and words.lower[match.begin - 1] == words.lower[match.begin]
        begin = match.begin - doubled
        gains = _gains(words.lower, begin, match.end, _originals(table, match), ngram)
        ranked = sorted(gains, key=lambda pair: (-pair[0], pair[1]))
        swap = np.clip(visible.swap[match.begin : match.end], -_MOST_SWAP, _MOST_SWAP)
        evidence = np.array([
            1.0,
            np.clip(ranked[0][0], -_MOST_NGRAM, _MOST_NGRAM),
            swap.mean(),
            swap.max(),
            np.log1p(honest),
            np.log1p((never - (honest == 0)) * per_hundred),
            doubled,
        ])  # fmt: skip
        found.append(
            Occurrence(begin, match.end, ranked[0][1], evidence, tuple(original for _, original in ranked[1:]))
        )
    return found


def restored(
    words: Words, visible: Visible, ngram: NGram, certain: float, tick: Callable[[], None] = lambda: None
) -> tuple[Substitution, ...]:
    """The phrases that were put in with a probability of at least ``certain``, each with what it stands for.

    ``tick`` is called at every place where one stands.
    """
    known = load()
    starts = sentence_starts(words)
    made: list[Substitution] = []
    at = 0
    for place in occurrences(words, visible, ngram, known.table, tick):
        probability = known.probability(place)
        if probability < certain or place.begin < at:
            continue
        at = place.end
        start, end = int(words.start[place.begin]), int(words.end[place.end - 1])
        original = match_case(words.surface(place.begin), place.original, bool(starts[place.begin]))
        made.append(Substitution(start, end, words.text[start:end], original, round(probability, 4)))
    return tuple(made)


def _originals(table: PhraseTable, match: PhraseMatch) -> Sequence[str]:
    return table.pairs[match.entry][1].split(" | ")


def _gains(
    tokens: Sequence[str], begin: int, end: int, originals: Sequence[str], ngram: NGram
) -> list[tuple[float, str]]:
    """How much likelier the text is with each original in place of tokens ``[begin, end)``, in nats; and the original."""
    before, after = list(tokens[max(begin - _REACH, 0) : begin]), list(tokens[end : end + _REACH])

    def log_probability(middle: Sequence[str]) -> float:
        ids = ngram.ids([*before, *middle, *after])
        return float(ngram.log_probability(ids)[len(before) :].sum())

    as_found = log_probability(tokens[begin:end])
    return [(log_probability(split(original).lower) - as_found, original) for original in originals]


@lru_cache(maxsize=1)
def load() -> PhraseModel:
    """The shipped table and weights."""
    folder = resources.files("unspin.data")
    saved = json.loads((folder / "reader.json").read_text(encoding="utf-8"))["inflated"]
    with resources.as_file(folder / "inflated.tsv") as path:
        return PhraseModel(load_table(path), np.array([saved[name] for name in EVIDENCE]))
