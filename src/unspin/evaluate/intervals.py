"""What counts allow to be said: intervals of a share, and how many documents it takes to state a rate.

Intervals are Wilson's (1927), which mean something at 0 and at 1 too. Bounds on a rate are one-sided and exact (Clopper and
Pearson 1934): with no hit in n cases the bound is near 3 / n, the rule of three.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import NormalDist
from typing import Final, NamedTuple

__all__ = ["LEVEL", "Proportion", "bound", "lower_bound", "needed", "wilson"]

LEVEL: Final = 0.95
"""Probability with which an interval or a bound holds what it is about."""
_Z: Final = NormalDist().inv_cdf((1 + LEVEL) / 2)


class Proportion(NamedTuple):
    """A share and its 95% interval.

    Attributes:
        share: hits divided by cases, 0 to 1; 0 where there are no cases.
        low: lower end of the interval.
        high: upper end.
        cases: how many there were.
    """

    share: float
    low: float
    high: float
    cases: int

    @property
    def hits(self) -> int:
        """How many of the cases."""
        return round(self.share * self.cases)


def wilson(hits: int, cases: int) -> Proportion:
    """The share of ``hits`` in independent ``cases`` with Wilson's 95% interval; from 0 to 1 where there are no cases."""
    if not cases:
        return Proportion(0.0, 0.0, 1.0, 0)
    share, square = hits / cases, _Z * _Z
    middle = (share + square / (2 * cases)) / (1 + square / cases)
    half = _Z * math.sqrt(share * (1 - share) / cases + square / (4 * cases * cases)) / (1 + square / cases)
    # At the ends rounding would put the share a hair outside its own interval.
    return Proportion(share, middle - half if hits else 0.0, middle + half if hits < cases else 1.0, cases)


def bound(hits: int, cases: int) -> float:
    """The largest rate that ``hits`` in ``cases`` leave possible: the upper end of a one-sided 95% interval, exact."""
    if hits >= cases:
        return 1.0
    return _crossing(lambda rate: _at_most(hits, cases, rate) > 1 - LEVEL)


def lower_bound(hits: int, cases: int) -> float:
    """The smallest rate that ``hits`` in ``cases`` leave possible: the lower end of a one-sided 95% interval, exact."""
    if not hits:
        return 0.0
    return _crossing(lambda rate: 1 - _at_most(hits - 1, cases, rate) < 1 - LEVEL)


def needed(rate: float, hits: int = 0) -> int:
    """The fewest cases in which ``hits`` show, at 95%, a rate of at most ``rate`` (above 0, below 1)."""
    low, high = hits, hits + 1
    while _at_most(hits, high, rate) > 1 - LEVEL:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _at_most(hits, middle, rate) > 1 - LEVEL else (low, middle)
    return high


def _at_most(hits: int, cases: int, rate: float) -> float:
    """Probability of at most ``hits`` in ``cases`` by the binomial distribution; ``rate`` above 0 and below 1."""
    if hits >= cases:
        return 1.0
    log_odds = math.log(rate) - math.log1p(-rate)
    term = cases * math.log1p(-rate)
    terms = [term]
    for k in range(1, hits + 1):
        term += math.log((cases - k + 1) / k) + log_odds
        terms.append(term)
    largest = max(terms)
    return min(1.0, math.exp(largest) * math.fsum(math.exp(t - largest) for t in terms))


def _crossing(below: Callable[[float], bool]) -> float:
    """Where a condition that holds up to some rate ends, by bisection between 0 and 1."""
    low, high = 0.0, 1.0
    while (middle := (low + high) / 2) not in (low, high):
        low, high = (middle, high) if below(middle) else (low, middle)
    return high
