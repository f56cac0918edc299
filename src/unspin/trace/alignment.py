"""A page aligned with a source, token by token.

1. *Anchors* (:mod:`~unspin.trace.anchors`): rows of tokens that stand on both sides and hardly anywhere else.
2. *Runs* (:mod:`~unspin.trace.chains`): anchors in the same order on both sides. A moved paragraph is a run of its own, and
   inserted advertising lies between runs or in a gap of one.
3. *Gaps* (:mod:`~unspin.trace.kernels`): what lies between two anchors of a run is aligned as a whole; what lies between two
   runs is aligned from both ends, as far as it fits.

Time and memory are linear in the tokens, but for sorting: a gap too large to be gone through is aligned from its ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from unspin.arrays import ragged
from unspin.trace.chains import Run, runs
from unspin.trace.likeness import Likeness, kernels

__all__ = ["align", "loud", "parted", "told"]

_CELLS: Final = 1 << 16
"""Pairs of tokens in a gap that is gone through as a whole."""
_REACH: Final = 128
"""Tokens beyond the last anchor of a run that may still belong to it."""

_ISLAND: Final = 6
"""Tokens left out on the page beyond which a few aligned tokens must speak for themselves."""
_LEAST: Final = 10.0
"""Nats that they must say then."""
_LEFT_OUT: Final = 3.0
_EACH_OUT: Final = 0.2
_MOST_OUT: Final = 9.0
"""Nats that it takes from a group that something is left out in it, and each token of that, and both at most."""

Gap = tuple[int, int, int, int]
"""Tokens ``[a, b)`` of the page against ``[c, d)`` of the source."""
_NO_GAP: Final[Gap] = (-1, -1, -1, -1)


def align(like: Likeness) -> NDArray[np.int64]:
    """For each token of the page the token of the source that it was made of, -1 for none, ``int64[n]``.

    A token of the source may be the answer twice, where the page has a passage twice.
    """
    aligned = _filled_in(like, runs(like))
    at = np.flatnonzero(aligned >= 0)
    kept = at[loud(at, aligned[at], like, _ISLAND, len(like.source), _LEAST)]
    if len(kept) < len(at):
        # A few words that stand on both sides by chance may have kept apart what belongs together.
        aligned = _filled_in(like, _runs(kept, aligned[kept]))
        at = np.flatnonzero(aligned >= 0)
        aligned[at[~loud(at, aligned[at], like, _ISLAND, len(like.source), _LEAST)]] = -1
    return aligned


def parted(page: NDArray[np.int64], source: NDArray[np.int64], most: int, most_source: int) -> NDArray[np.bool_]:
    """Whether an aligned pair doesn't go on from the one before it: more is left out on a side, or the order changes."""
    forth, ahead = np.diff(page) - 1, np.diff(source) - 1
    return np.append(True, (forth > most) | (ahead < 0) | (ahead > most_source))[: len(page)]


def loud(
    page: NDArray[np.int64], source: NDArray[np.int64], like: Likeness, most: int, most_source: int, least: float
) -> NDArray[np.bool_]:
    """Which aligned pairs belong to a group, parted as by :func:`parted`, that says ``least`` nats."""
    if not len(page):
        return np.zeros(0, bool)
    group = np.cumsum(parted(page, source, most, most_source)) - 1
    return np.asarray(told(page, source, like, group)[group] >= least)


def told(
    page: NDArray[np.int64], source: NDArray[np.int64], like: Likeness, group: NDArray[np.int64]
) -> NDArray[np.float64]:
    """What each group of aligned pairs says, in nats, less what it leaves out: much is alike by chance if enough may be."""
    worth = like.worth_of(page, source).astype(np.float64)
    out = np.append(0, np.diff(page) + np.diff(source) - 2)
    inside = np.append(False, np.diff(group) == 0)
    worth -= np.where(inside & (out > 0), np.minimum(_LEFT_OUT + _EACH_OUT * out, _MOST_OUT), 0.0)
    return np.bincount(group, worth).astype(np.float64)


def _runs(page: NDArray[np.int64], source: NDArray[np.int64]) -> list[Run]:
    """Aligned pairs as runs."""
    if not len(page):
        return []
    first = np.flatnonzero(parted(page, source, 0, 0))
    length = np.diff(np.append(first, len(page)))
    page, source = page[first], source[first]
    cuts = 1 + np.flatnonzero(np.diff(source) < length[:-1])
    return [Run(*part) for part in zip(*(np.split(a, cuts) for a in (page, source, length)), strict=True)]


def _filled_in(like: Likeness, order: Sequence[Run]) -> NDArray[np.int64]:
    aligned = np.full(len(like.page), -1, np.int64)
    inner: list[Gap] = []
    borders: list[tuple[Gap, Gap]] = []
    last: tuple[int, int] | None = None  # where the run before ends, on both sides
    for run in order:
        begin, source = run.page, run.source
        end, source_end = begin + run.length, source + run.length
        within = ragged.ranks(ragged.offsets(run.length))
        aligned[np.repeat(begin, run.length) + within] = np.repeat(source, run.length) + within
        borders.append(_border(last, (int(begin[0]), int(source[0])), like))
        gaps = np.column_stack([end[:-1], begin[1:], source_end[:-1], source[1:]])
        for gap in gaps[(gaps[:, 0] < gaps[:, 1]) & (gaps[:, 2] < gaps[:, 3])].tolist():
            a, b, c, d = gap
            if (b - a) * (d - c) <= _CELLS:
                inner.append((a, b, c, d))
            else:
                borders.append((
                    (a, min(b, a + _REACH), c, min(d, c + _REACH)),
                    (max(a, b - _REACH), b, max(c, d - _REACH), d),
                ))  # fmt: skip
        last = (int(end[-1]), int(source_end[-1]))
    borders.append(_border(last, None, like))
    texts = like.page, like.source, like.page_breaks, like.source_breaks, like.fits
    kernels().fill_gaps(aligned, np.array(inner, np.int64).reshape(-1, 4), *texts)
    kernels().fill_borders(aligned, np.array(borders, np.int64).reshape(-1, 8), *texts)
    return aligned


def _border(last: tuple[int, int] | None, following: tuple[int, int] | None, like: Likeness) -> tuple[Gap, Gap]:
    """What lies between two runs: as the end of the one, and as the beginning of the other."""
    begin, end = last[0] if last else 0, following[0] if following else len(like.page)
    after = before = _NO_GAP
    if last is not None and begin < end:
        after = begin, min(end, begin + _REACH), last[1], min(len(like.source), last[1] + _REACH)
    if following is not None and begin < end:
        before = max(begin, end - _REACH), end, max(0, following[1] - _REACH), following[1]
    return after, before
