"""The document's verdict: a likelihood ratio, and what it means in false positives.

The score is the log-likelihood ratio (natural log) of "a share r of the words was swapped" against "as written", for the
share that explains the document best. Each word gives the encoder's odds of a swap, divided by the odds at which a word says
nothing (:data:`NEUTRAL_ODDS`). Honest documents score below 0 as a rule, since even the smallest share promises swaps that
are not there. Words that are mentioned and not used don't count, and of one form two occurrences at most.

The false-positive rate of a score is read off a curve fitted on held-out honest documents of about the same length
(``python -m training.verdict``): the tail of the score is exponential, log10 rate = intercept + slope * score; below the
tail their quantiles are a table.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Final

import numpy as np
from numpy.typing import NDArray

from unspin.reading import LOWEST_RATE
from unspin.text import Kind, Shape, Words, mentioned

SHARES: Final = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)
"""Shares of swapped words that are tried."""
NEUTRAL_ODDS: Final = -1.45
"""Log-odds of a swap at which a word says nothing. In the encoder's training they are -2.1; but in text of kinds never
trained on, learners' English above all, many words are mildly odd, and from -2.1 on they add up to the score of a spun page.
Tried were -2.1, -1.45, -1, -.5, 0 and .5, on program documentation, small texts that had been flagged, and real pages."""
_MOST: Final = 5.0
"""What one word may add at most, in nats: no single odd word makes a document spun."""
_LEAST: Final = -9.0
MOST_OF_A_FORM: Final = 2
"""Occurrences of one form that may speak for a swap: a word that a text uses in its own way ("pct", "yrs") is one event,
however often it stands there."""


@dataclass(frozen=True)
class Curve:
    """How many honest documents score as high: a table for ordinary scores, an exponential tail above them.

    Attributes:
        scores: scores of the table, rising.
        rates: share of honest documents that score as high as each, falling from 1.
        intercept: of the tail, log10 rate = ``intercept`` + ``slope`` * score from the last score of the table.
        slope: of the tail.
    """

    scores: tuple[float, ...]
    rates: tuple[float, ...]
    intercept: float
    slope: float

    def rate(self, score: float) -> float:
        """Share of ordinary documents that score as high; no fit reaches below :data:`~unspin.reading.LOWEST_RATE`."""
        if score < self.scores[-1]:
            return float(np.interp(score, self.scores, self.rates))
        return float(max(LOWEST_RATE, 10 ** (self.intercept + self.slope * score)))


@dataclass(frozen=True)
class Calibration:
    """What a score means, by the length of the document: short ones scatter more.

    Attributes:
        words: from how many words on each curve holds, rising from 0.
        curves: one for each.
    """

    words: tuple[int, ...]
    curves: tuple[Curve, ...]

    def rate(self, score: float, words: int) -> float:
        """Share of ordinary documents of about ``words`` words that score as high."""
        return self.curves[bisect_right(self.words, words) - 1].rate(score)


def judged(words: Words) -> NDArray[np.bool_]:
    """The tokens that the verdict rests on, ``bool[n]``: no marks, no ``camelCase``, no words mentioned and not used."""
    return np.asarray((words.kind != Kind.MARK) & (words.shape != Shape.MIXED) & ~mentioned(words))


def score(log_odds: NDArray[np.float32], judged: NDArray[np.bool_], forms: Sequence[str] | None = None) -> float:
    """The log-likelihood ratio of a document.

    Of neighbouring words that speak for a swap only the strongest count, every other one at most: they are often one phrase
    ("by no means", "in this way"), and one event must not be counted three times. Measured on 4,900 honest documents of
    part ``dev``, that lowers the score that one in 10,000 reaches from 5.6 to 4.7 and loses no spun document. Of one form
    only :data:`MOST_OF_A_FORM` count.

    Args:
        log_odds: of a swap, for every token, ``float32[n]``.
        judged: the tokens that count, see :func:`judged`, ``bool[n]``.
        forms: the tokens in lower case; without them every occurrence counts.
    """
    ratio = np.clip(log_odds.astype(np.float64) - NEUTRAL_ODDS, _LEAST, _MOST)
    speaks = np.flatnonzero(judged & (ratio > 0))
    counted = np.zeros(len(ratio) + 1, bool)  # one more, so that the first word has a neighbour that never counts
    times: Counter[str] = Counter()
    for i in speaks[np.argsort(-ratio[speaks], kind="stable")].tolist():
        form = str(i) if forms is None else forms[i]
        if not (counted[i - 1] or counted[i + 1]) and times[form] < MOST_OF_A_FORM:
            counted[i] = True
            times[form] += 1
    ratio[speaks[~counted[speaks]]] = 0.0
    likelihood = np.exp(ratio[judged])
    return float(max((np.log1p(share * (likelihood - 1)).sum() for share in SHARES), default=0.0))


@lru_cache(maxsize=1)
def load() -> Calibration:
    """The shipped calibration."""
    saved = json.loads((resources.files("unspin.data") / "reader.json").read_text(encoding="utf-8"))["calibration"]
    curves = (Curve(tuple(c["scores"]), tuple(c["rates"]), c["intercept"], c["slope"]) for c in saved["curves"])
    return Calibration(tuple(saved["words"]), tuple(curves))
