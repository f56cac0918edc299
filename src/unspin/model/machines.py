"""How far a page looks like the work of machines that were seen at work, and what that says of its words.

The passes weigh what dictionaries may put for a word, each family alike. The machines behind most real pages have habits: they
put "consumer" where "user" was written on one page in ten, and a page that they have been through has hardly an honest
"consumer" left. What was seen of them (:mod:`unspin.lexicon.seen`) counts as far as the page shows their habits, by its
*likeness*: it rests on the share of its swaps that such a machine was seen to make. On a page that another spinner made all
stays as it was.

The weights are fitted on real pages read by hand together with simulated ones (``python -m training.machines``).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources
from typing import Final

import numpy as np
from numpy.typing import NDArray

from unspin.arrays import ragged
from unspin.lexicon import Lexicon
from unspin.lexicon.seen import NEVER, Seen
from unspin.model import posterior as posteriors
from unspin.model.evidence import Evidence, Posterior
from unspin.text import Words

__all__ = [
    "NAMES",
    "OPTIONS",
    "SPANS",
    "WORDS",
    "Judged",
    "Weights",
    "features",
    "likeness",
    "load",
    "on_such_pages",
    "option_features",
    "option_shares",
    "pair_pages",
    "reweighed",
    "span_features",
    "span_likeness",
]

_SWAPS_BEFORE: Final = 4.0
"""Swaps that a page is taken to have beside its own, so that one of two is no habit."""
_SEEN_BEFORE: Final = 0.25
"""The share of these that machines were seen to make."""
_LEAST: Final = 1e-4
_IMPOSSIBLE: Final = 1e-9
_UNLIKE, _LIKE = 0.2, 0.5
"""Shares up to which a page is nothing like the work of such machines, and from which on it is all their work."""
_SPANS_BEFORE: Final = 3.0
"""Phrases put in that a page is taken to have beside its own; a quarter of them seen on other pages."""
_OFTEN: Final = 2
"""Pages that show a phrase which counts as a habit."""
_PLACES_BEFORE: Final = 20.0
"""Places of phrases that a page is taken to have beside its own; in three of ten a phrase was put in."""
_PUT_IN_BEFORE: Final = 0.3
WORDS: Final = ("odds", "put_in", "bias", "best")
"""What the swap of a word is judged by besides its log-odds by the passes: these; how much likelier it is put in than written;
1; and the log probability of its likeliest original if it was swapped, since a word for which no original fits better than
others was hardly put in. All four times the likeness of the page."""
OPTIONS: Final = ("option", "pages")
"""What an original, of a word or of a phrase, is judged by besides its log probability before: this; the log of the pages that
show the pair. Both times the likeness."""
SPANS: Final = ("odds", "put_in", "honest", "share", "less", "bias")
"""What a phrase is judged by besides its log-odds by itself: these; the log of the pages that show it put in; log of one plus
its count in honest text; the log-odds that any phrase of the page was put in; the probability that what was written is the
phrase less some of its words; 1. All times the likeness."""
NAMES: Final = {"words": WORDS, "options": OPTIONS, "spans": SPANS, "originals": OPTIONS}
"""What each of the :class:`Weights` is of."""


@dataclass(frozen=True)
class Weights:
    """Of what :data:`WORDS`, :data:`OPTIONS`, :data:`SPANS` and, for phrases, :data:`OPTIONS` again name, in their order."""

    words: NDArray[np.float64]
    options: NDArray[np.float64]
    spans: NDArray[np.float64]
    originals: NDArray[np.float64]


def pair_pages(words: Words, evidence: Evidence, lexicon: Lexicon, seen: Seen) -> NDArray[np.float64]:
    """On how many pages each option was seen to be replaced by the word found, ``float64[k]``."""
    pages = np.zeros(len(evidence.original))
    for i, place in enumerate(evidence.place.tolist()):
        seen_for = seen.originals(words.lower[place])
        if seen_for:
            options = range(int(evidence.ptr[i]), int(evidence.ptr[i + 1]))
            originals = evidence.original[options.start : options.stop].tolist()
            for option, original in zip(options, originals, strict=True):
                pages[option] = seen_for.get(lexicon.forms[original], 0)
    return pages


def on_such_pages(words: Words, evidence: Evidence, posterior: Posterior, seen: Seen) -> Seen:
    """What was seen on pages of the kinds that the swaps of this one are like."""
    put_in: dict[str, float] = {}
    for place, written in zip(evidence.place.tolist(), posterior.written.tolist(), strict=True):
        form = words.lower[place]
        put_in[form] = max(put_in.get(form, 0.0), 1 - written)
    return seen.among(seen.kinds(put_in))


def likeness(evidence: Evidence, posterior: Posterior, pages: NDArray[np.float64]) -> float:
    """How far the swaps of a page are such as machines were seen to make, 0 to 1.

    It rests on the share of them whose likeliest original was seen to be replaced so, each swap by its probability.
    """
    best = posteriors.best(evidence, posterior)
    some = best >= 0
    swapped = (1 - posterior.written)[some]
    return _like(float(swapped @ (pages[best[some]] > 0)), float(swapped.sum()), _SWAPS_BEFORE)


def _like(seen: float, all_of_them: float, before: float) -> float:
    """The likeness of a page by its swaps; it is taken to have some ``before``, a quarter of them seen."""
    share = (seen + _SEEN_BEFORE * before) / (all_of_them + before)
    return float(np.clip((share - _UNLIKE) / (_LIKE - _UNLIKE), 0.0, 1.0))


def reweighed(
    words: Words,
    evidence: Evidence,
    posterior: Posterior,
    lexicon: Lexicon,
    seen: Seen,
    weights: Weights,
    suspicion: float,
) -> Posterior:
    """The posterior after what was seen of machines is taken into account.

    Args:
        words: the document.
        evidence: on its suspicious words.
        posterior: what the passes decided on them.
        lexicon: for the forms of their originals.
        seen: what was seen on pages.
        weights: how much it weighs.
        suspicion: the log-odds of a swap, by what is in sight, above which a word is suspicious on every page; below it only
            as far as the page is like those of machines that put it.
    """
    seen = on_such_pages(words, evidence, posterior, seen)
    pages = pair_pages(words, evidence, lexicon, seen)
    like = likeness(evidence, posterior, pages)
    share = option_shares(posterior.option, pages, like, weights.options, evidence.ptr)
    odds, judged = features(words, evidence, posterior, share, like, seen)
    swapped = np.where(np.diff(evidence.ptr) > 0, 1 / (1 + np.exp(-odds - judged @ weights.words)), 0.0)
    swapped *= np.where(evidence.swap > suspicion, 1.0, like)
    return replace(posterior, option=share * ragged.spread(swapped, evidence.ptr), written=1 - swapped)


Judged = tuple[NDArray[np.float64], NDArray[np.float64]]
"""What the reader says without them, ``float64[n]``, and what the weights are for, ``float64[n, f]``."""


def features(
    words: Words, evidence: Evidence, posterior: Posterior, share: NDArray[np.float64], like: float, seen: Seen
) -> Judged:
    """The log-odds of a swap of each word by the passes, and what :data:`WORDS` names.

    Args:
        words: the document.
        evidence: on its suspicious words.
        posterior: what the passes decided on them.
        share: the probability of each option if its word was swapped, see :func:`option_shares`, ``float64[k]``.
        like: the likeness of the page.
        seen: what was seen on such pages.
    """
    written = np.clip(posterior.written, _LEAST, 1 - _LEAST)
    odds = np.log((1 - written) / written)
    put_in = seen.put_in([words.lower[place] for place in evidence.place.tolist()])
    best = np.log(ragged.maxima(share, evidence.ptr, empty=1.0) + _IMPOSSIBLE)
    return odds, like * np.stack([odds, put_in, np.ones(len(odds)), best], axis=1)


def option_features(probability: NDArray[np.float64], pages: NDArray[np.float64], like: float) -> Judged:
    """The log probability of each option before, and what :data:`OPTIONS` names."""
    option = np.log(probability + _IMPOSSIBLE)
    return option, like * np.stack([option, np.log(pages + NEVER)], axis=1)


def option_shares(
    probability: NDArray[np.float64],
    pages: NDArray[np.float64],
    like: float,
    weights: NDArray[np.float64],
    ptr: NDArray[np.int64],
) -> NDArray[np.float64]:
    """The probability of each option after that, those of one place, from ``ptr[i]`` to ``ptr[i + 1]``, adding up to 1."""
    option, judged = option_features(probability, pages, like)
    score = option + judged @ weights
    return np.asarray(np.exp(score - ragged.spread(ragged.log_sum_exp(score, ptr), ptr)))


def span_likeness(put_in: NDArray[np.float64], times: NDArray[np.float64]) -> float:
    """How far the phrases put in on a page are such as machines were seen to put, 0 to 1.

    Args:
        put_in: the probability of each phrase of several words, those that overlap competing, ``float64[m]``.
        times: the pages that show each put in, ``float64[m]``.
    """
    return _like(float(put_in @ (times >= _OFTEN)), float(put_in.sum()), _SPANS_BEFORE)


def span_features(
    odds: NDArray[np.float64],
    put_in: NDArray[np.float64],
    times: NDArray[np.float64],
    honest: NDArray[np.float64],
    less: NDArray[np.float64],
) -> NDArray[np.float64]:
    """What :data:`SPANS` names, for the phrases of a page.

    Args:
        odds: the log-odds of each by itself, ``float64[m]``.
        put_in: as for :func:`span_likeness`.
        times: as there.
        honest: log of one plus the count of each in honest text, ``float64[m]``.
        less: the probability that what was written is the phrase less some of its words, ``float64[m]``.

    Returns:
        ``float64[m, 6]``.
    """
    every, total = np.ones(len(odds)), float(put_in.sum())
    share = (total + _PUT_IN_BEFORE * _PLACES_BEFORE) / (len(odds) + _PLACES_BEFORE)
    columns = [odds, np.log(times + 0.5), honest, np.log(share / (1 - share)) * every, less, every]
    return span_likeness(put_in, times) * np.stack(columns, axis=1)


@lru_cache(maxsize=1)
def load() -> Weights:
    """The shipped weights."""
    saved = json.loads((resources.files("unspin.data") / "reader.json").read_text(encoding="utf-8"))["machines"]
    return Weights(**{part: np.array([saved[part][name] for name in names]) for part, names in NAMES.items()})
