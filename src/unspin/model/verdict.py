"""The document's verdict: a likelihood ratio, and what it means in false positives.

The score is the log-likelihood ratio (natural log) of "a share r of the words was swapped" against "as written", for the
share that explains the document best. Each word gives the encoder's odds of a swap, divided by the odds of a swap in its
training, which leaves the ratio of the two likelihoods. Honest documents score below 0 as a rule, since even the smallest
share promises swaps that are not there.

The false-positive rate of a score is read off a curve fitted on held-out honest documents (``python -m training.verdict``):
the tail of the score is exponential, log10 rate = intercept + slope * score; below the tail their quantiles are a table.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Final

import numpy as np
from numpy.typing import NDArray

from unspin.reading import LOWEST_RATE

SHARES: Final = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)
"""Shares of swapped words that are tried."""
TRAINED_ODDS: Final = math.log(0.19 / 0.81)
"""Log-odds of a swap in the encoder's training (measured on its shards)."""
_MOST: Final = 5.0
"""What one word may add at most, in nats: no single odd word makes a document spun."""
_LEAST: Final = -9.0


@dataclass(frozen=True)
class Calibration:
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


def score(log_odds: NDArray[np.float32], judged: NDArray[np.bool_]) -> float:
    """The log-likelihood ratio of a document, from the log-odds of its tokens and which of them are judged (words).

    Of neighbouring words that speak for a swap only the strongest count, every other one at most: they are often one phrase
    ("by no means", "in this way"), and one event must not be counted three times. Measured on 4,900 honest documents of
    part ``dev``, that lowers the score that one in 10,000 reaches from 5.6 to 4.7 and loses no spun document.
    """
    ratio = np.clip(log_odds.astype(np.float64) - TRAINED_ODDS, _LEAST, _MOST)
    speaks = np.flatnonzero(judged & (ratio > 0))
    counted = np.zeros(len(ratio) + 1, bool)  # one more, so that the first word has a neighbour that never counts
    for i in speaks[np.argsort(-ratio[speaks], kind="stable")].tolist():
        counted[i] = not (counted[i - 1] or counted[i + 1])
    ratio[speaks[~counted[speaks]]] = 0.0
    likelihood = np.exp(ratio[judged])
    return float(max((np.log1p(share * (likelihood - 1)).sum() for share in SHARES), default=0.0))


@lru_cache(maxsize=1)
def load() -> Calibration:
    """The shipped calibration."""
    saved = json.loads((resources.files("unspin.data") / "reader.json").read_text(encoding="utf-8"))["calibration"]
    return Calibration(tuple(saved["scores"]), tuple(saved["rates"]), saved["intercept"], saved["slope"])
