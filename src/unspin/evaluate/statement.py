"""One sentence on a false-positive rate: whether so many documents show it, and how many would."""

from __future__ import annotations

import math
from collections.abc import Callable

from unspin.evaluate.intervals import bound, lower_bound, needed

__all__ = ["number", "statement"]


def statement(flagged: int, judged: int, point: float, rate: float) -> str:
    """What the sample says about a rate, and what it would take.

    Args:
        flagged: honest documents flagged at the operating point.
        judged: how many were judged.
        point: the operating point.
        rate: the false-positive rate that is to be stated.
    """
    here = f"{flagged:,} of {judged:,} flagged at operating point {number(point)}"
    at_most, at_least = bound(flagged, judged), lower_bound(flagged, judged)
    if at_most <= rate:
        return (
            f"{here}: a false-positive rate of at most {_one_in(rate)} is shown, even one of at most "
            f"{_one_in(at_most)}, with 95% confidence."
        )
    if at_least > rate:
        return (
            f"{here}: a false-positive rate of at most {_one_in(rate)} does not hold on these texts, where it is at least "
            f"{_one_in(at_least, math.ceil)} with 95% confidence; take a lower operating point, or see whether all of them "
            "are honest."
        )
    more = f"{needed(rate, flagged):,} of which {flagged:,} {'is' if flagged == 1 else 'are'}" if flagged else (
        f"{needed(rate, 1):,} of which one is"
    )  # fmt: skip
    return (
        f"To state a false-positive rate of at most {_one_in(rate)} with 95% confidence takes {needed(rate):,} honest "
        f"documents of which none is flagged (the rule of three: 3 / {number(rate)}), or {more}; so far {here} show "
        f"at most {_one_in(at_most)}."
    )


def number(rate: float) -> str:
    """``"0.01"``, ``"1e-5"``."""
    return f"{rate:g}".replace("e-0", "e-")


def _one_in(rate: float, rounded: Callable[[float], int] = math.floor) -> str:
    """``"1 in 3,300"``; the number is rounded down, so that a bound from above claims no more than it may."""
    cases = 1 / rate
    if cases < 2:
        return f"{rate:.0%}"
    size = 10 ** max(0, math.floor(math.log10(cases)) - 1)
    return f"1 in {rounded(round(cases / size, 9)) * size:,}"
