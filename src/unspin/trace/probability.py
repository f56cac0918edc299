"""How sure it is that a document is the source of a page: a logistic curve over what the comparison found.

Fitted by ``python -m benchmarks.trace --fit`` on pages of a development half, spun and honest, with and without their source in
the archive; the last weight later, with the others held, on 336 further pages of that half and 913 honest ones on its subjects,
against 100,000 documents. What is reported is measured on the other half.
"""

from __future__ import annotations

import math
from typing import Final

from unspin.comparison import Comparison

__all__ = ["features", "probability"]

_BIAS: Final = -11.710
_WEIGHTS: Final = (2.501, 2.529, 2.264, -4.922)


def features(found: Comparison) -> tuple[float, float, float, float]:
    """Logarithm of the evidence of the strongest passage, shares of page explained, source used, and words rewritten.

    One long passage says more than many short ones, which texts of one series have in common. A machine swaps words where they
    stand; where a passage was written anew in part, somebody rather said the same thing twice.
    """
    counted = [passage for passage in found.passages if passage.counted]
    strongest = max((passage.nats for passage in counted), default=0.0)
    rewritten = sum(passage.rewritten for passage in counted) / max(1, sum(passage.words for passage in counted))
    return math.log1p(strongest), found.explained, found.used, rewritten


def probability(found: Comparison) -> float:
    """Probability that the source compared is one of the page, 0 to 1; 0 where nothing aligns or the page is too short."""
    if found.nats <= 0 or found.words < 30:
        return 0.0
    score = _BIAS + sum(w * x for w, x in zip(_WEIGHTS, features(found), strict=True))
    return round(1 / (1 + math.exp(-score)), 4)
