"""How sure it is that a document is the source of a page: a logistic curve over what the comparison found.

Fitted by ``python -m benchmarks.trace --fit --archive ARCHIVE --pages 900 --neighbours 900``, in an archive of 200,000
documents, on pages of a development half, spun and honest, with and without their source in it: whole articles, a third between
foreign texts, and the same third as a ninth of its page. What is reported is measured on the other half.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from unspin.comparison import Comparison
from unspin.trace.evidence import Names

__all__ = ["Features", "features", "probability"]

_BIAS: Final = -11.284
"""That of the fit and 1 more, which on the development half loses as many thirds at .8 as the curve of 0.14.0 and claims less
than half as often what is none."""
_WEIGHTS: Final = (4.668, 0.229, 5.390, -3.030, -12.643, -4.349)
_LEAST_SHARE: Final = 0.02
"""Added to a share before its logarithm is taken."""
_OF_ONE_PATTERN: Final = 0.3
"""Share of the names and figures of two texts after one pattern that only one of them has."""
_OF_A_SOURCE: Final = 0.05
"""The same of a page and its source."""
_SURELY_NOT: Final = 50.0
"""Negative score above which the probability is 0 anyway; what it is the exponential of would overflow."""


class Features(NamedTuple):
    """What the curve goes by, a number for each of its weights."""

    strongest: float
    """Logarithm of the evidence of the strongest passage: one long one says more than many short ones, which texts of one
    series have in common."""
    explained: float
    """Logarithm of the share of the page that is explained."""
    used: float
    """Logarithm of the share of the source that is used."""
    both: float
    """Geometric mean of the two shares: above some share more of it says little."""
    rewritten: float
    """Of the words in passages, those rewritten: a machine swaps words where they stand, and who writes anew says the same
    thing twice."""
    pattern: float
    """Logarithm of how much more likely names and figures differ as they do if both texts follow one pattern, in nats."""


def features(found: Comparison, names: Names) -> Features:
    """See :class:`Features`."""
    counted = [passage for passage in found.passages if passage.counted]
    words = max(1, sum(passage.words for passage in counted))
    return Features(
        strongest=math.log1p(max((passage.nats for passage in counted), default=0.0)),
        explained=math.log(_LEAST_SHARE + found.explained),
        used=math.log(_LEAST_SHARE + found.used),
        both=math.sqrt(found.explained * found.used),
        rewritten=sum(passage.rewritten for passage in counted) / words,
        pattern=math.log1p(_pattern(names)),
    )


def _pattern(names: Names) -> float:
    """How much more likely that is than if one was made of the other, in nats; 0 where it is not."""
    differ = math.log(_OF_ONE_PATTERN / _OF_A_SOURCE)
    agree = math.log((1 - _OF_ONE_PATTERN) / (1 - _OF_A_SOURCE))
    return max(0.0, names.unmatched * differ + (names.total - names.unmatched) * agree)


def probability(found: Comparison, names: Names) -> float:
    """Probability that the source compared is one of the page, 0 to 1; 0 where nothing aligns or the page is too short."""
    if found.nats <= 0 or found.words < 30:
        return 0.0
    score = _BIAS + sum(w * x for w, x in zip(_WEIGHTS, features(found, names), strict=True))
    return round(1 / (1 + math.exp(min(-score, _SURELY_NOT))), 4)
