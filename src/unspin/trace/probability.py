"""How sure it is that a document is the source of a page: a logistic curve over what the comparison found.

Fitted by ``python -m benchmarks.trace --fit --documents 110000 --pages 480 --neighbours 1200`` on pages of a development half,
spun and honest, with and without their source in the archive: whole articles, a third between foreign texts, and the same third
as a ninth of its page. What is reported is measured on the other half.
"""

from __future__ import annotations

import math
from typing import Final

from unspin.comparison import Comparison
from unspin.trace.evidence import Names

__all__ = ["features", "probability"]

_BIAS: Final = -7.146
_WEIGHTS: Final = (1.384, 4.532, 5.727, -11.440, -8.219)
_FEW: Final = 2
"""Names that are taken to agree beside those that are there: one that differs among few says little."""


def features(found: Comparison, names: Names) -> tuple[float, float, float, float, float]:
    """What the curve goes by, a number for each of its weights.

    Logarithm of the evidence of the strongest passage: one long one says more than many short ones, which texts of one series
    have in common. Shares of page explained and of source used, as far as the names and figures in them are the same. Of the
    words in passages, those rewritten: a machine swaps words where they stand, and who writes anew says the same thing twice.
    And for each of these words, names and figures that only one of the two texts has: both may follow one pattern.
    """
    counted = [passage for passage in found.passages if passage.counted]
    strongest = max((passage.nats for passage in counted), default=0.0)
    words = max(1, sum(passage.words for passage in counted))
    rewritten = sum(passage.rewritten for passage in counted)
    kept = 1 - names.unmatched / (names.total + _FEW)
    return math.log1p(strongest), found.explained * kept, found.used * kept, rewritten / words, names.unmatched / words


def probability(found: Comparison, names: Names) -> float:
    """Probability that the source compared is one of the page, 0 to 1; 0 where nothing aligns or the page is too short."""
    if found.nats <= 0 or found.words < 30:
        return 0.0
    score = _BIAS + sum(w * x for w, x in zip(_WEIGHTS, features(found, names), strict=True))
    return round(1 / (1 + math.exp(-score)), 4)
