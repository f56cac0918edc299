"""What speaks for and against a pair of originals in its place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from unspin.tortured.collocation import SIZE, Floats, Ints, Keys, Skeleton, collocation_key
from unspin.tortured.pairs import PAIRS_KEPT, Pairs
from unspin.tortured.terms import Terms

__all__ = ["FEATURES", "features"]

FEATURES: Final = (
    "swaps", "worst_swap", "best_swap", "swapped", "term_count", "term_pmi", "level", "expected", "use_left",
    "use_right", "use_left_original", "use_right_original", "science_found", "science_original", "science_kept",
    "left_fits", "left_level", "left_checked", "right_fits", "right_level", "right_checked", "left_triple",
    "right_triple", "left_chain", "left_chain_triple", "right_chain", "right_chain_triple", "linked", "pairs",
    "swapped_left", "swapped_right", "rarer_left", "rarer_right", "company", "company_original", "company_left",
    "company_right", "seen", "least_seen", "habit", "least_habit", "topic_found", "topic_original", "topic_kept",
    "phrase", "rare", "kin", "channel", "company_gain",
)  # fmt: skip
"""What is known of a pair of originals, in the order of the columns of the proposals' features."""

_WINDOW: Final = 40
"""Tokens on each side that say what a passage is about."""


def features(terms: Terms, bones: Skeleton, level: NDArray[np.int8], pairs: Pairs, count: Ints) -> Floats:
    """The columns of :data:`FEATURES` for each pair.

    Args:
        terms: terms and swaps.
        bones: the document.
        level: the level of each collocation.
        pairs: pairs of originals, in order of the collocations.
        count: number of pairs that were possible at each pair's collocation.
    """
    collocation, a, b, link = pairs.collocation, pairs.left, pairs.right, bones.link
    x, y, between = bones.word[collocation], bones.word[collocation + 1], link[collocation]
    at_left, at_right = a != x, b != y
    swapped = at_left * 1.0 + at_right
    science, use, lean = terms.use
    before, after = np.maximum(collocation - 1, 0), np.minimum(collocation + 1, len(link) - 1)
    has_left = (collocation > 0) & (link[before] >= 0)
    has_right = (collocation + 1 < len(link)) & (link[after] >= 0)
    previous, following = bones.last[before], bones.first[np.minimum(collocation + 2, len(bones.word) - 1)]
    check_left, check_right = has_left & at_left & (previous < SIZE), has_right & at_right & (following < SIZE)
    plain = (between == 0) & (a < SIZE) & (b < SIZE)
    plain_left = has_left & plain & (link[before] == 0) & (previous < SIZE)
    plain_right = has_right & plain & (link[after] == 0) & (following < SIZE)
    company, company_original = _company(terms, x, y), _company(terms, a, b)
    habit = np.log(terms.habit + np.float32(0.3)) - science
    columns = (
        pairs.left_score + pairs.right_score,
        np.minimum(np.where(at_left, pairs.left_score, 9), np.where(at_right, pairs.right_score, 9)),
        np.maximum(np.where(at_left, pairs.left_score, -9), np.where(at_right, pairs.right_score, -9)),
        swapped,
        terms.term_count[pairs.term],
        terms.term_pmi[pairs.term],
        level[collocation],
        use[x] + use[y],
        use[x],
        use[y],
        use[a],
        use[b],
        (np.where(at_left, lean[x], 0) + np.where(at_right, lean[y], 0)) / swapped,
        (np.where(at_left, lean[a], 0) + np.where(at_right, lean[b], 0)) / swapped,
        np.where(at_left, lean[y], lean[x]),
        _where(terms.honest, check_left, previous, link[before], a),
        np.where(has_left, np.minimum(level[before], 4), 0),
        check_left,
        _where(terms.honest, check_right, b, link[after], following),
        np.where(has_right, np.minimum(level[after], 4), 0),
        check_right,
        _where(terms.triples, plain_left, previous, a, b),
        _where(terms.triples, plain_right, a, b, following),
        *_chains(terms, link, pairs, at_left, at_right),
        between > 0,
        np.log1p(count),
        at_left,
        at_right,
        np.where(at_left, science[x] - science[a], 0),
        np.where(at_right, science[y] - science[b], 0),
        company,
        company_original,
        np.where(check_left, _company(terms, previous, a) - _company(terms, previous, x), 0),
        np.where(check_right, _company(terms, b, following) - _company(terms, y, following), 0),
        np.log1p(pairs.left_seen) + np.log1p(pairs.right_seen),
        np.minimum(np.where(at_left, pairs.left_seen, 99), np.where(at_right, pairs.right_seen, 99)),
        np.where(at_left, habit[x], 0) + np.where(at_right, habit[y], 0),
        np.minimum(np.where(at_left, habit[x], 99), np.where(at_right, habit[y], 99)),
        *_topics(terms, bones, collocation, (x, y), (a, b), (at_left, at_right)),
        (x >= SIZE) & _is_phrase(bones, collocation) | (y >= SIZE) & _is_phrase(bones, collocation + 1),
        (x >= SIZE) | (y >= SIZE),
        (np.where(at_left, _alike(terms, x, a), 0) + np.where(at_right, _alike(terms, y, b), 0)) / swapped,
        pairs.left_score + pairs.right_score + terms.term_count[pairs.term] - use[x] - use[y],
        company_original - company,
    )
    return np.stack(columns, 1).astype(np.float32)


def _is_phrase(bones: Skeleton, at: Ints) -> NDArray[np.bool_]:
    different: NDArray[np.bool_] = bones.word[at] != bones.last[at]
    return different


def _company(terms: Terms, left: Ints, right: Ints) -> Floats:
    return _product(terms.before[left], terms.after[right])


def _alike(terms: Terms, found: Ints, meant: Ints) -> Floats:
    return _product(terms.topic[found], terms.topic[meant])


def _product(left: Floats, right: Floats) -> Floats:
    # Added up in a fixed order, so that a batch changes nothing.
    return np.cumsum(left.astype(np.float64) * right, axis=1)[:, -1].astype(np.float32)


def _topics(
    terms: Terms,
    bones: Skeleton,
    collocation: Ints,
    found: tuple[Ints, Ints],
    meant: tuple[Ints, Ints],
    swapped: tuple[NDArray[np.bool_], NDArray[np.bool_]],
) -> tuple[Floats, Floats, Floats]:
    """How well the found words, their originals and the words kept go with the words around."""
    unique, where = np.unique(collocation, return_inverse=True)
    direction = terms.topic[bones.word].astype(np.float64)
    total = np.vstack([np.zeros(direction.shape[1]), np.cumsum(direction, axis=0)])
    place = bones.place
    low = np.searchsorted(place, place[unique] - _WINDOW)
    high = np.searchsorted(place, place[unique + 1] + _WINDOW, "right")
    around = total[high] - total[low] - direction[unique] - direction[unique + 1]
    around /= np.sqrt(np.cumsum(around**2, axis=1)[:, -1:]) + 1e-6
    passage: Floats = around.astype(np.float32)[where]
    fit_found = [_product(passage, terms.topic[word]) for word in found]
    fit_meant = [_product(passage, terms.topic[word]) for word in meant]
    count = swapped[0] * np.float32(1) + swapped[1]
    of_found = (fit_found[0] * swapped[0] + fit_found[1] * swapped[1]) / count
    of_meant = (fit_meant[0] * swapped[0] + fit_meant[1] * swapped[1]) / count
    return of_found, of_meant, np.where(swapped[0], fit_found[1], fit_found[0]).astype(np.float32)


def _chains(
    terms: Terms, link: Ints, pairs: Pairs, at_left: NDArray[np.bool_], at_right: NDArray[np.bool_]
) -> tuple[Floats, Floats, Floats, Floats]:
    """Whether a pair of the collocation before (after) agrees on the shared word, and whether the three are attested."""
    collocation, a, b = pairs.collocation, pairs.left, pairs.right
    start = np.searchsorted(collocation, np.arange(len(link) + 1))
    here, other = [], []
    for step in range(PAIRS_KEPT):
        i = np.flatnonzero(collocation > 0)
        i = i[link[collocation[i] - 1] >= 0]
        k = start[collocation[i] - 1] + step
        i, k = i[k < start[collocation[i]]], k[k < start[collocation[i]]]
        agree = b[k] == a[i]
        here.append(i[agree])
        other.append(k[agree])
    i, k = np.concatenate(here), np.concatenate(other)
    result = [np.zeros(len(collocation), np.float32) for _ in range(4)]
    plain = (link[collocation[i]] == 0) & (link[collocation[k]] == 0)
    triple = _where(terms.triples, plain, a[k], a[i], b[i])
    np.maximum.at(result[0], i, np.where(at_left[k], pairs.left_score[k] + 12, 6).astype(np.float32))
    np.maximum.at(result[1], i, triple)
    np.maximum.at(result[2], k, np.where(at_right[i], pairs.right_score[i] + 12, 6).astype(np.float32))
    np.maximum.at(result[3], k, triple)
    return result[0], result[1], result[2], result[3]


def _where(
    levels: Callable[[Keys], NDArray[np.int8]], ask: NDArray[np.bool_], left: Ints, link: Ints, right: Ints
) -> Floats:
    """The level of each key that is asked for, 0 elsewhere."""
    result = np.zeros(len(ask), np.float32)
    result[ask] = levels(collocation_key(left[ask], link[ask], right[ask]))
    return result
