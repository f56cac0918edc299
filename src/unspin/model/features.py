"""The features of an option: the evidence on it, and what the rest of the document says.

A first pass has the evidence alone. A later pass also has the posterior of the pass before it, and with it the document:
the family of spinners, the dictionary, which words around a word are still open, and what else the document is about.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from unspin.arrays import ragged
from unspin.lexicon import CHANNELS, Lexicon
from unspin.model.evidence import Evidence, Posterior
from unspin.text import Words

FEATURES: Final = (
    "belief", "ngram", "channel", "frequency", "swap", "swapped", "untouched",
    "context", "found_context", "found_unknown", "rate", "pooled_context", "pooled_ngram", "entry", "rival",
    "context_to_best", "ngram_to_best", "belief_to_best", "channel_to_best", *(f"{name}_channel" for name in CHANNELS),
    "written_before", "option_before", "occurrences", "found_frequency",
    "kin_untouched", "kin_restored", "kin_of_found", "open_before", "open_after", "open_near", "open_farther",
    "written_elsewhere", "options", "context_entropy",
)  # fmt: skip
"""The features of an option, in the order of their weights; "as written" scores 0."""

FIRST_PASS: Final = 7
"""The features of the first pass; the others need a pass before them."""
_POOLED: Final = 12.0
_FAR: Final = -12.0
_NEAR: Final = 2
"""Tokens on each side that the 4-gram sees most of."""


def features(
    evidence: Evidence,
    words: Words,
    lexicon: Lexicon,
    before: Posterior | None = None,
    sure: NDArray[np.bool_] | None = None,
) -> NDArray[np.float64]:
    """The features of every option: 7 for the first pass, 38 for a later one.

    Args:
        evidence: what is known of each option.
        words: the document.
        lexicon: for frequencies and stems.
        before: the posterior of the pass before, if any.
        sure: the words that it was sure of, ``bool[m]``; none if not given.

    Returns:
        ``float64[k, 7]`` or ``[k, 38]``.
    """
    owner = evidence.owner
    family = np.full(len(CHANNELS), 1 / len(CHANNELS)) if before is None else before.family
    untouched = _untouched(words, lexicon, evidence)
    channel = mixed_channel(evidence, family)
    columns = [
        evidence.belief,
        evidence.ngram,
        channel,
        lexicon.log_frequency[evidence.original],
        evidence.swap[owner],
        np.ones(len(owner)),
        np.log1p(np.bincount(untouched, minlength=len(lexicon.forms))[evidence.original]),
    ]
    pairs = _pairs(evidence)
    if before is not None:
        still_open = np.ones(len(evidence.place), bool) if sure is None else ~sure
        context_to_best, ngram_to_best = _to_best(evidence, evidence.context), _to_best(evidence, evidence.ngram)
        columns += [
            evidence.context,
            np.nan_to_num(evidence.found_context, nan=0.0)[owner],
            np.isnan(evidence.found_context)[owner],
            np.full(len(owner), np.log((before.rate + 0.005) / (1.005 - min(before.rate, 0.9)))),
            _others(context_to_best, pairs),
            _others(ngram_to_best, pairs),
            _entry(pairs, before),
            _rival(evidence, pairs, before),
            context_to_best,
            ngram_to_best,
            _to_best(evidence, evidence.belief),
            _to_best(evidence, channel),
            *mixed_channel(evidence, np.eye(len(CHANNELS))).T,
            np.log(before.written + 1e-4)[owner],
            np.log(before.option + 1e-5),
            np.log(np.bincount(evidence.found + 1)[evidence.found + 1])[owner],
            lexicon.log_frequency[np.maximum(evidence.found, 0)][owner],
            *_kin(evidence, untouched, lexicon, before),
            *(count[owner] for count in _open_around(evidence, still_open, len(words))),
            _written_elsewhere(evidence, before)[owner],
            np.log(np.maximum(np.diff(evidence.ptr), 1))[owner],
            _entropy(evidence)[owner],
        ]
    return np.stack([np.asarray(column, np.float64) for column in columns], axis=1)


def mixed_channel(evidence: Evidence, family: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log P(found | option) when the family is drawn with the given weights ``[5]``; a column each for several ``[5, n]``."""
    with np.errstate(divide="ignore"):
        return np.log(np.exp(evidence.channel.astype(np.float64)) @ family + 1e-7)


def _untouched(words: Words, lexicon: Lexicon, evidence: Evidence) -> NDArray[np.int64]:
    """Lexicon ids of the words of the document that nobody suspects."""
    plain = words.is_word.copy()
    plain[evidence.place] = False
    ids = lexicon.ids([words.lower[i] for i in np.flatnonzero(plain)])
    return ids[ids >= 0].astype(np.int64)


class _Pairs(NamedTuple):
    """A number for each distinct (found, option) pair, for each option; and how often each number occurs."""

    number: NDArray[np.int64]
    times: NDArray[np.int64]


def _pairs(evidence: Evidence) -> _Pairs:
    key = (evidence.found[evidence.owner].astype(np.int64) + 1) * 65_536 + evidence.original
    _, number, count = np.unique(key, return_inverse=True, return_counts=True)
    return _Pairs(number, count)


def _others(to_best: NDArray[np.float64], pairs: _Pairs) -> NDArray[np.float64]:
    """How an option fares at the *other* occurrences of the same spun form, summed: there, too, against the best."""
    relative = np.maximum(to_best, -4.0)
    total = np.bincount(pairs.number, relative)
    return np.clip(total[pairs.number] - relative, -_POOLED, _POOLED)


def _to_best(evidence: Evidence, value: NDArray[Any]) -> NDArray[np.float64]:
    """How far an option's value lies below that of the best option of the same word, ``float64[k]``."""
    top = ragged.maxima(value.astype(np.float64), evidence.ptr)
    return np.asarray(np.maximum(value - ragged.spread(top, evidence.ptr), _FAR), np.float64)


def _entry(pairs: _Pairs, before: Posterior) -> NDArray[np.float64]:
    """How far the other occurrences of the spun form already believe in this option: log of their mean probability."""
    number, times = pairs
    total = np.bincount(number, before.option)
    others = times[number] - 1
    mean = np.where(others > 0, (total[number] - before.option) / np.maximum(others, 1), 0.0)
    return np.where(others > 0, np.log(np.maximum(mean, 0) + 0.02) - np.log(0.02), 0.0)


def _rival(evidence: Evidence, pairs: _Pairs, before: Posterior) -> NDArray[np.float64]:
    """How much of this original other spun forms claim: log of one plus their expected number of occurrences."""
    own = np.bincount(pairs.number, before.option)[pairs.number]
    claimed = np.bincount(evidence.original, before.option)[evidence.original]
    return np.asarray(np.log1p(np.maximum(claimed - own, 0.0)), np.float64)


def _kin(
    evidence: Evidence, untouched: NDArray[np.int64], lexicon: Lexicon, before: Posterior
) -> tuple[NDArray[np.float64], ...]:
    """Words of one stem with an option or with the word found: what a document speaks of, it names in several forms.

    Dictionaries go by spelling, so that "boats" often stands untouched in a text whose "boat" was swapped.

    Returns:
        Logs of one plus a number of words, ``float64[k]`` each: untouched ones with the option's stem but another form,
        other suspicious words' options with its stem (expected), untouched ones with the stem of the word found.
    """
    owner, stem = evidence.owner, lexicon.stem[evidence.original]
    size = len(lexicon.forms)
    same_stem = np.bincount(lexicon.stem[untouched], minlength=size)
    same_form = np.bincount(untouched, minlength=size)
    _, own_stem = np.unique(owner * size + stem, return_inverse=True)
    own = np.bincount(own_stem, before.option)[own_stem]
    expected = np.bincount(stem, before.option, minlength=size)[stem] - own
    of_found = same_stem[lexicon.stem[np.maximum(evidence.found, 0)]]
    return (
        np.log1p(same_stem[stem] - same_form[evidence.original]),
        np.log1p(np.maximum(expected, 0.0)),
        np.log1p(of_found)[owner],
    )


def _open_around(evidence: Evidence, still_open: NDArray[np.bool_], tokens: int) -> tuple[NDArray[np.float64], ...]:
    """How many words around each are open themselves, so that the context is a guess, ``float64[m]`` each.

    Returns:
        Whether the token before is open, whether the one after is, how many of the two on each side, how many of the
        next two on each side.
    """
    row = np.zeros(tokens + 4 * _NEAR)
    row[evidence.place[still_open] + 2 * _NEAR] = 1.0
    at = evidence.place + 2 * _NEAR
    near = sum((row[at - step] + row[at + step] for step in range(1, _NEAR + 1)), np.zeros(len(at)))
    farther = sum((row[at - step] + row[at + step] for step in range(_NEAR + 1, 2 * _NEAR + 1)), np.zeros(len(at)))
    return row[at - 1], row[at + 1], near, farther


def _written_elsewhere(evidence: Evidence, before: Posterior) -> NDArray[np.float64]:
    """Log-odds that the other occurrences of the word found are as written, 0 without others, ``float64[m]``."""
    number = evidence.found + 1
    count, total = np.bincount(number)[number], np.bincount(number, before.written)[number]
    mean = np.clip((total - before.written) / np.maximum(count - 1, 1), 0.0, 1.0)
    return np.where(count > 1, np.log((mean + 0.02) / (1.02 - mean)), 0.0)


def _entropy(evidence: Evidence) -> NDArray[np.float64]:
    """How undecided the context is among the options of each word, in nats, ``float64[m]``."""
    spread = -np.exp(evidence.context.astype(np.float64)) * evidence.context
    return ragged.sums(spread, evidence.ptr)
