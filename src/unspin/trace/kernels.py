"""The loops of the alignment, compiled: the best chain that ends at each anchor, and what lies between anchors.

What lies between two anchors is aligned under affine gap costs (Gotoh 1982): what is left out costs more at its beginning
than at every further token, and less where it begins with a sentence. Within a row of the table the best place where a gap
to the right began is a running maximum.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numba import njit

__all__ = [
    "best_chains",
    "chains",
    "fill_borders",
    "fill_gaps",
    "fill_rest",
    "run_together",
    "table",
    "worth_of",
    "worths",
]

_OPEN: Final = np.float32(-6.0)
_LONGER: Final = np.float32(-0.1)
"""What it costs to leave a token out, and each further one after it."""
_BETWEEN: Final = np.float32(1.5)
"""What it is worth that tokens left out begin where a sentence does."""
_WHOLE: Final = np.float32(8.0)
"""What it is worth, in nats, that what was taken ends with a sentence on both sides: it nearly always does."""
_TIMES: Final = 3
"""Times as many tokens as the other that the rest of a paragraph has at most."""
_BACK: Final = 48
"""Anchors before an anchor that it may follow upon."""
_BAND: Final = 16
"""Diagonals that are counted together."""
_FADES: Final = 0.3
"""Nats that a row of common words loses with each word of the text."""
_LEVEL: Final = 0.06
"""Share by which a page may be longer than a text, or shorter, and still run along its diagonal."""
_STEEPEST: Final = 1.7
"""Times as long that either of the two may be to be held against the other from end to end."""
_MARK, _NUMBER = 2, 1  # of unspin.text.Kind
_NEVER: Final = np.float32(-30.0)
"""A word for a mark."""
_OTHER: Final = np.float32(-2.5)
"""A word for a word that no channel knows: spinners have dictionaries that nobody has seen."""
_FIGURE: Final = np.float32(-0.5)
"""A figure for another figure."""
_STEM: Final = np.float32(3.0)
"""A form for another of the same stem."""


@njit(nogil=True, cache=True)
def _worth(a: Any, b: Any, fits: Any) -> Any:
    """What token ``a`` of a page with token ``b`` of a source is worth; ``fits`` is :attr:`Likeness.fits`."""
    rarity, kind, stem, begins, originals, worth = fits
    if a == b:
        return rarity[a]
    if kind[a] == _MARK or kind[b] == _MARK:
        score = _NEVER
    elif kind[a] == _NUMBER and kind[b] == _NUMBER:
        score = _FIGURE
    else:
        score = _OTHER
    if stem[a] == stem[b]:
        score = _STEM
    low, high = begins[a], begins[a + 1]
    while low < high:
        middle = (low + high) // 2
        if originals[middle] < b:
            low = middle + 1
        else:
            high = middle
    if low < begins[a + 1] and originals[low] == b and worth[low] > score:
        score = worth[low]
    return score


@njit(nogil=True, cache=True)
def worth_of(page: Any, source: Any, fits: Any) -> Any:
    """What each token of one row with the token beside it in the other is worth, ``float32[n]``."""
    score = np.empty(len(page), np.float32)
    for i in range(len(page)):
        score[i] = _worth(page[i], source[i], fits)
    return score


@njit(nogil=True, cache=True)
def worths(page: Any, source: Any, fits: Any) -> Any:
    """What each token of one row with each of the other is worth, ``float32[n, m]``."""
    score = np.empty((len(page), len(source)), np.float32)
    for i in range(len(page)):
        for j in range(len(source)):
            score[i, j] = _worth(page[i], source[j], fits)
    return score


@njit(nogil=True, cache=True)
def table(page: Any, source: Any, page_breaks: Any, source_breaks: Any, fits: Any) -> Any:
    """Two rows of tokens aligned up to each cell.

    Args:
        page: tokens of the page, ``int64[n]``.
        source: tokens of the source, ``int64[m]``.
        page_breaks: 1 where a sentence begins or ends before a token and after the last, ``int64[n + 1]``.
        source_breaks: likewise, ``int64[m + 1]``.
        fits: what pairs are worth.

    Returns:
        The best score of any alignment of the first ``i`` tokens and the first ``j``, ``float32[n + 1, m + 1]``, and the row
        and the column where it came from; the row is -1 where both tokens are a pair.
    """
    rows, columns = len(page), len(source)
    score = np.empty((rows + 1, columns + 1), np.float32)
    row_from = np.empty((rows + 1, columns + 1), np.int32)
    column_from = np.empty((rows + 1, columns + 1), np.int32)
    score[0, 0] = 0
    row_from[0, 0] = column_from[0, 0] = 0
    for j in range(1, columns + 1):
        score[0, j] = _OPEN + _LONGER * (j - 1) + _BETWEEN * source_breaks[0]
        row_from[0, j] = column_from[0, j] = 0
    down = np.full(columns + 1, -np.inf, np.float32)  # the best that ends in a gap of the columns
    down_from = np.zeros(columns + 1, np.int32)
    for i in range(1, rows + 1):
        right, right_from = np.float32(-np.inf), 0
        begins = _BETWEEN * page_breaks[i - 1]
        for j in range(columns + 1):
            opened = score[i - 1, j] + _OPEN + begins
            if opened >= down[j] + _LONGER:
                down[j], down_from[j] = opened, i - 1
            else:
                down[j] += _LONGER
            best, row, column = down[j], down_from[j], j
            if j:
                paired = score[i - 1, j - 1] + _worth(page[i - 1], source[j - 1], fits)
                if paired >= best:
                    best, row, column = paired, -1, -1
            # What began further to the left is compared with what would begin here, before this cell takes it over.
            fresh = best + _OPEN - _LONGER + _BETWEEN * source_breaks[j]
            if right > best:
                best, row, column = right, i, right_from
            score[i, j], row_from[i, j], column_from[i, j] = best, row, column
            if fresh > right:
                right, right_from = fresh, j
            right += _LONGER
    return score, row_from, column_from


@njit(nogil=True, cache=True)
def fill_gaps(aligned: Any, gaps: Any, page: Any, source: Any, page_breaks: Any, source_breaks: Any, fits: Any) -> None:
    """Align tokens ``[a, b)`` of the page with tokens ``[c, d)`` of the source, for each row ``a, b, c, d`` of the gaps."""
    for a, b, c, d in gaps:
        _, row_from, column_from = table(page[a:b], source[c:d], page_breaks[a : b + 1], source_breaks[c : d + 1], fits)
        _take(aligned, row_from, column_from, b - a, d - c, a, c, 1)


@njit(nogil=True, cache=True)
def _take(
    aligned: Any, row_from: Any, column_from: Any, row: Any, column: Any, first: Any, source_first: Any, step: Any
) -> None:
    """Write down the pairs of the best alignment up to a cell."""
    i, j = row, column
    while i > 0 and j > 0:
        up, left = row_from[i, j], column_from[i, j]
        if up < 0:
            i, j = i - 1, j - 1
            aligned[first + step * i] = source_first + step * j
        else:
            i, j = up, left


@njit(nogil=True, cache=True)
def fill_borders(
    aligned: Any, borders: Any, page: Any, source: Any, page_breaks: Any, source_breaks: Any, fits: Any
) -> None:
    """Each run goes on beyond its anchors as far as it gains by it, and no token belongs to two.

    A row of the borders: what comes after a run, tokens ``[a, b)`` of the page and ``[c, d)`` of the source, and what comes
    before the next, likewise; ``a`` is -1 where there is none.
    """
    for border in borders:
        a, b, c, d, e, f, g, h = border
        forth = back = 0
        after = a >= 0 and a < b and c < d
        before = e >= 0 and e < f and g < h
        ahead = np.zeros(1, np.float32)
        ahead_end = np.zeros(1, np.int64)
        behind = np.zeros(1, np.float32)
        behind_end = np.zeros(1, np.int64)
        rows = columns = rows_back = columns_back = np.zeros((1, 1), np.int32)
        if after:
            breaks, source_break = page_breaks[a : b + 1], source_breaks[c : d + 1]
            score, rows, columns = table(page[a:b], source[c:d], breaks, source_break, fits)
            ahead, ahead_end = _reach(score, breaks, source_break)
        if before:
            breaks = page_breaks[e : f + 1][::-1].copy()
            source_break = source_breaks[g : h + 1][::-1].copy()
            score, rows_back, columns_back = table(
                page[e:f][::-1].copy(), source[g:h][::-1].copy(), breaks, source_break, fits
            )
            behind, behind_end = _reach(score, breaks, source_break)
        if after and before:
            forth, back = _shared(ahead, ahead_end, behind, behind_end, f - a, h - c)
        elif after:
            forth = int(np.argmax(ahead))
        elif before:
            back = int(np.argmax(behind))
        if after:
            _take(aligned, rows, columns, forth, ahead_end[forth], a, c, 1)
        if before:
            _take(aligned, rows_back, columns_back, back, behind_end[back], f - 1, h - 1, -1)


@njit(nogil=True, cache=True)
def fill_rest(
    aligned: Any,
    rest: Any,
    back: Any,
    least: Any,
    page: Any,
    source: Any,
    page_breaks: Any,
    source_breaks: Any,
    fits: Any,
) -> None:
    """Align what two paragraphs have left, tokens ``[a, b)`` of the page and ``[c, d)`` of the source, sentence by sentence.

    As many sentences are taken as say the most together, if that is ``least`` nats: the first ones, or the last ones where
    it goes ``back`` from what is aligned.
    """
    a, b, c, d = rest
    ours, theirs, breaks, source_break = page[a:b], source[c:d], page_breaks[a : b + 1], source_breaks[c : d + 1]
    first, source_first, step = a, c, 1
    if back:
        ours, theirs = ours[::-1].copy(), theirs[::-1].copy()
        breaks, source_break = breaks[::-1].copy(), source_break[::-1].copy()
        first, source_first, step = b - 1, d - 1, -1
    score, rows, columns = table(ours, theirs, breaks, source_break, fits)
    best, row, column = least, 0, 0
    for i in range(1, b - a + 1):
        for j in range(1, d - c + 1):
            if breaks[i] and source_break[j] and max(i, j) <= _TIMES * min(i, j) and score[i, j] >= best:
                best, row, column = score[i, j], i, j
    _take(aligned, rows, columns, row, column, first, source_first, step)


@njit(nogil=True, cache=True)
def _reach(score: Any, breaks: Any, source_breaks: Any) -> Any:
    """The best score of each row, and its column, with what it is worth to end where a sentence does."""
    rows, columns = score.shape
    best = np.empty(rows, np.float32)
    end = np.zeros(rows, np.int64)
    for i in range(rows):
        best[i] = -np.inf
        for j in range(columns):
            worth = score[i, j] + _WHOLE * breaks[i] * source_breaks[j]
            if worth > best[i]:
                best[i], end[i] = worth, j
    return best, end


@njit(nogil=True, cache=True)
def _shared(forth: Any, forth_end: Any, back: Any, back_end: Any, tokens: Any, source_tokens: Any) -> Any:
    """How many tokens the run before and the run after take of those between them, so that both gain the most.

    Neither of the page nor, where the one goes on from the other, of the source.
    """
    best, taken, given = -np.inf, 0, 0
    for k in range(len(forth)):
        for m in range(min(tokens - k, len(back) - 1) + 1):
            met = m > 0 and source_tokens > 0 and forth_end[k] + back_end[m] > source_tokens
            if not met and forth[k] + back[m] > best:
                best, taken, given = forth[k] + back[m], k, m
    return taken, given


@njit(nogil=True, cache=True)
def best_chains(page: Any, source: Any, length: Any, worth: Any) -> Any:
    """The worth of the best chain that ends at each anchor, and the anchor before it there (-1: it is the first).

    As read mappers find them (Li 2018, "Minimap2"): over the anchors shortly before it, at a price for leaving the diagonal.
    """
    score = worth.copy()
    before = np.full(len(score), -1, np.int64)
    for k in range(1, len(score)):
        best, at = 0.0, -1
        for low in range(max(0, k - _BACK), k):
            ahead = page[k] - page[low] - length[low]
            beside = source[k] - source[low] - length[low]
            if ahead < 0 or beside < 0:
                continue
            price = 1.0 + np.log2(1.0 + abs(ahead - beside)) + 0.01 * max(ahead, beside)
            gain = score[low] - min(price, 30.0)
            if gain > best:
                best, at = gain, low
        score[k] += best
        before[k] = at
    return score, before


@njit(nogil=True, cache=True)
def chains(page: Any, length: Any, score: Any, before: Any, order: Any, least: Any) -> Any:
    """The chain of each anchor, -1 for those in none; no two chains share a token of the page.

    Args:
        page: first token of each anchor, ascending.
        length: its tokens.
        score: the worth of the best chain that ends there.
        before: the anchor before it in that chain.
        order: the anchors, the highest score first.
        least: what a chain must be worth.
    """
    chain_of = np.full(len(score), -1, np.int64)
    tokens = 0
    for k in range(len(page)):
        tokens = max(tokens, page[k] + length[k])
    covered = np.zeros(tokens, np.bool_)
    chain = 0
    members = np.empty(len(score), np.int64)
    for end in order:
        if score[end] < least:
            break
        if chain_of[end] >= 0:
            continue
        count, at = 0, end
        while at >= 0 and chain_of[at] < 0:
            members[count] = at
            count += 1
            at = before[at]
        if score[end] - (score[at] if at >= 0 else 0.0) < least:
            continue
        for m in members[:count]:
            if not covered[page[m] : page[m] + length[m]].any():
                chain_of[m] = chain
        for m in members[:count]:
            if chain_of[m] == chain:
                covered[page[m] : page[m] + length[m]] = True
        chain += 1
    return chain_of


@njit(nogil=True, cache=True)
def run_together(numbers: Any, texts: Any, ptr: Any, places: Any, nats: Any, free: Any, size: Any) -> Any:
    """Where each of some texts runs with a page best.

    Args:
        numbers: the words of all texts, ``uint16[m]``.
        texts: where those of each begin, ``int64[n + 1]``.
        ptr: for each number where its places begin, ``int64[NUMBERS + 1]``.
        places: words of the page, by number.
        nats: what it says if they agree.
        free: which words of the page count.
        size: words of the page.

    Returns:
        The evidence, and the first word of the page and the one after the last, an array of each.
    """
    n = len(texts) - 1
    found, begins, ends = np.zeros(n, np.float64), np.zeros(n, np.int64), np.zeros(n, np.int64)
    for text in range(n):
        one = numbers[texts[text] : texts[text + 1]]
        found[text], begins[text], ends[text] = _runs_with(one, ptr, places, nats, free, size, 1.0)
        slope = size / max(1, len(one))
        if max(slope, 1 / max(slope, 1e-9)) > _STEEPEST or abs(slope - 1) < _LEVEL:
            continue
        best, begin, end = _runs_with(one, ptr, places, nats, free, size, slope)
        if best > found[text]:
            found[text], begins[text], ends[text] = best, begin, end
    return found, begins, ends


@njit(nogil=True, cache=True)
def _runs_with(numbers: Any, ptr: Any, places: Any, nats: Any, free: Any, size: Any, slope: Any) -> Any:
    """The same of one text, of which so many words of the page stand for one: a spinner may put in words all along."""
    m = len(numbers)
    top = int(m * slope)
    bands = (size + top + _BAND // 2) // _BAND + 2
    score = np.zeros((2, bands), np.float32)
    last = np.zeros((2, bands), np.int32)
    first = np.zeros((2, bands), np.int32)
    best, begin, end = 0.0, 0, 0
    for j in range(m):
        number = numbers[j]
        across = top - int(j * slope)
        for k in range(ptr[number], ptr[number + 1]):
            i = places[k]
            if not free[i]:
                continue
            for shift in range(2):  # bands that lie over the borders of others
                band = (i + across + shift * (_BAND // 2)) // _BAND
                now = score[shift, band] - _FADES * (j - last[shift, band])
                if now <= 0:
                    now = 0.0
                    first[shift, band] = i
                now += nats[k]
                score[shift, band] = now
                last[shift, band] = j
                if now > best:
                    best, begin, end = now, min(first[shift, band], i), i + 1
    return best, begin, end
