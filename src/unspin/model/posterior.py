"""The posterior over what was written, for all suspicious words of a document together.

For each suspicious word the choice is between "as written" and its options; a scorer (:mod:`unspin.model.scorer`) weighs
the evidence (:mod:`unspin.model.evidence`). What makes it one decision for the document and not one for each word:

* the family: channel probabilities are mixed with the weights that explain this document best;
* the rate: the share of swapped words found so far is the prior of the next look;
* the dictionary: context evidence for an original is summed over all occurrences of the same spun form, an original that
  stands elsewhere untouched is unlikely to have an entry, and two spun forms rarely share one original.

The weights are fitted on held-out simulated documents by ``python -m training.reader``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from unspin.lexicon import CHANNELS, Lexicon
from unspin.model.evidence import Evidence
from unspin.model.scorer import Linear, Network, Scorer
from unspin.text import Words

FEATURES: Final = (
    "belief", "ngram", "channel", "frequency", "swap", "swapped", "untouched",
    "context", "found_context", "found_unknown", "rate", "pooled_context", "pooled_ngram", "entry", "rival",
    "context_to_best", "ngram_to_best", "belief_to_best", "channel_to_best", *(f"{name}_channel" for name in CHANNELS),
    "written_before", "option_before", "occurrences", "found_frequency",
)  # fmt: skip
"""The features of an option, in the order of their weights; "as written" scores 0."""

FIRST_LOOK: Final = 7
"""The features of the first look; the others need a look before them."""
LOOKS: Final = ("first", "second", "third")
_POOLED: Final = 12.0
_FAR: Final = -12.0
_EM_STEPS: Final = 8
_NEGLIGIBLE: Final = 1e-4
"""Options less likely than this are not asked how they came about: they are most, and weigh nothing."""
_IN_PLAY: Final = 1e-3
"""Options less likely than this share of the best one of their word are out of play after the first look. Measured: three
in a thousand originals are lost by it, none of which a later look would have chosen, and half of the options."""
# A page has been through one spinner, not a mixture of them: the weights of the mixture are sharpened.
_ONE_FAMILY: Final = 4.0


@dataclass(frozen=True)
class Weights:
    """The scorers of the looks, as fitted: one for each name of :data:`LOOKS`."""

    looks: tuple[Scorer, ...]


@dataclass(frozen=True)
class Posterior:
    """What was written, for each suspicious word.

    Attributes:
        option: probability of each option, ``float64[k]``.
        written: probability that the word is as written, ``float64[m]``.
        family: weight of each channel in this document, ``float64[4]``.
        rate: share of the document's words that are swapped, as expected.
    """

    option: NDArray[np.float64]
    written: NDArray[np.float64]
    family: NDArray[np.float64]
    rate: float


def decide(evidence: Evidence, words: Words, lexicon: Lexicon, scorer: Scorer, before: Posterior | None) -> Posterior:
    """The posterior after one look with the scorer of that look; ``before`` is that of the look before it, if any."""
    family = np.full(len(CHANNELS), 1 / len(CHANNELS)) if before is None else before.family
    score = scorer(features(evidence, words, lexicon, before))
    option, written = softmax_with_rest(score, evidence.ptr)
    return _of_document(option, written, evidence, words, family)


def settle(before: Posterior, after: Posterior, sure: NDArray[np.bool_], evidence: Evidence, words: Words) -> Posterior:
    """``after``, but for the words whose decision was taken for granted (``sure``, ``bool[m]``): they stay as before."""
    option = np.where(sure[evidence.owner], before.option, after.option)
    written = np.where(sure, before.written, after.written)
    return _of_document(option, written, evidence, words, after.family)


def _of_document(
    option: NDArray[np.float64],
    written: NDArray[np.float64],
    evidence: Evidence,
    words: Words,
    family: NDArray[np.float64],
) -> Posterior:
    judged = max(int((words.kind < 2).sum()), 1)
    return Posterior(option, written, _explain(evidence, option, family), float((1 - written).sum()) / judged)


def in_play(evidence: Evidence, posterior: Posterior) -> tuple[Evidence, Posterior]:
    """Both without the options that the best of their word leaves far behind."""
    top = np.zeros(len(evidence.place))
    np.maximum.at(top, evidence.owner, posterior.option)
    kept = posterior.option >= _IN_PLAY * top[evidence.owner]
    return evidence.only(kept), replace(posterior, option=posterior.option[kept])


def best(evidence: Evidence, posterior: Posterior) -> NDArray[np.int64]:
    """The likeliest option of each suspicious word, -1 where it has none, ``int64[m]``."""
    out = np.full(len(evidence.place), -1, np.int64)
    order = np.lexsort((np.arange(len(posterior.option)), -posterior.option, evidence.owner))
    filled = np.flatnonzero(np.diff(evidence.ptr))
    out[filled] = order[evidence.ptr[filled]]
    return out


def features(evidence: Evidence, words: Words, lexicon: Lexicon, before: Posterior | None) -> NDArray[np.float64]:
    """The features of every option, ``float64[k, 7]`` for the first look and ``float64[k, 27]`` for a later one."""
    owner = evidence.owner
    family = np.full(len(CHANNELS), 1 / len(CHANNELS)) if before is None else before.family
    counts = np.bincount(_untouched(words, lexicon, evidence), minlength=len(lexicon.forms))
    channel = mixed_channel(evidence, family)
    columns = [
        evidence.belief,
        evidence.ngram,
        channel,
        lexicon.log_frequency[evidence.original],
        evidence.swap[owner],
        np.ones(len(owner)),
        np.log1p(counts[evidence.original]),
    ]
    if before is not None:
        columns += [
            evidence.context,
            np.nan_to_num(evidence.found_context, nan=0.0)[owner],
            np.isnan(evidence.found_context)[owner],
            np.full(len(owner), np.log((before.rate + 0.005) / (1.005 - min(before.rate, 0.9)))),
            *(np.clip(_others(evidence, value), -_POOLED, _POOLED) for value in (evidence.context, evidence.ngram)),
            _entry(evidence, before),
            _rival(evidence, before),
            *(_to_best(evidence, value) for value in (evidence.context, evidence.ngram, evidence.belief, channel)),
            *mixed_channel(evidence, np.eye(len(CHANNELS))).T,
            np.log(before.written + 1e-4)[owner],
            np.log(before.option + 1e-5),
            np.log(np.bincount(evidence.found + 1)[evidence.found + 1])[owner],
            lexicon.log_frequency[np.maximum(evidence.found, 0)][owner],
        ]
    return np.stack([np.asarray(column, np.float64) for column in columns], axis=1)


def mixed_channel(evidence: Evidence, family: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log P(found | option) when the family is drawn with the given weights ``[4]``; a column each for several ``[4, n]``."""
    with np.errstate(divide="ignore"):
        return np.log(np.exp(evidence.channel.astype(np.float64)) @ family + 1e-7)


def softmax_with_rest(
    score: NDArray[np.float64], ptr: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Probabilities of the options and of the rest (score 0) of each segment."""
    size = np.diff(ptr)
    owner = np.repeat(np.arange(len(size)), size)
    top = np.zeros(len(size))
    np.maximum.at(top, owner, score)
    raised = np.exp(score - top[owner])
    rest = np.exp(-top)
    total = np.bincount(owner, raised, minlength=len(size)) + rest
    return raised / total[owner], rest / total


def _explain(evidence: Evidence, option: NDArray[np.float64], family: NDArray[np.float64]) -> NDArray[np.float64]:
    """The mixture of channels that explains the document best (EM), given the options as they are believed now."""
    believed = option > _NEGLIGIBLE
    option = option[believed]
    likelihood = np.exp(evidence.channel[believed].astype(np.float64))
    for _ in range(_EM_STEPS):
        joint = likelihood * family
        total = joint.sum(1, keepdims=True)
        share = np.divide(joint, total, out=np.zeros_like(joint), where=total > 0)
        weight = (share * option[:, None]).sum(0) + 0.5
        family = weight / weight.sum()
    sharp = family**_ONE_FAMILY
    return np.asarray(sharp / sharp.sum())


def _untouched(words: Words, lexicon: Lexicon, evidence: Evidence) -> NDArray[np.int64]:
    """Lexicon ids of the words of the document that nobody suspects."""
    plain = words.is_word.copy()
    plain[evidence.place] = False
    ids = lexicon.ids([words.lower[i] for i in np.flatnonzero(plain)])
    return ids[ids >= 0].astype(np.int64)


def _pairs(evidence: Evidence) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """A number for each distinct (found, option) pair, for each option; and how often each number occurs."""
    key = (evidence.found[evidence.owner].astype(np.int64) + 1) * 65_536 + evidence.original
    _, number, count = np.unique(key, return_inverse=True, return_counts=True)
    return number, count


def _others(evidence: Evidence, value: NDArray[np.float32]) -> NDArray[np.float64]:
    """Sum of an option's value over the *other* occurrences of the same spun form, above the mean of its rivals."""
    number, _ = _pairs(evidence)
    # The best rival of a place sets its zero: what counts is how an original fares against the other originals.
    relative = np.maximum(_to_best(evidence, value), -4.0)
    total = np.bincount(number, relative)
    return np.asarray(total[number] - relative, np.float64)


def _to_best(evidence: Evidence, value: NDArray[Any]) -> NDArray[np.float64]:
    """How far an option's value lies below that of the best option of the same word, ``float64[k]``."""
    top = np.full(len(evidence.place), -np.inf)
    np.maximum.at(top, evidence.owner, value.astype(np.float64))
    return np.asarray(np.maximum(value - top[evidence.owner], _FAR), np.float64)


def _entry(evidence: Evidence, before: Posterior) -> NDArray[np.float64]:
    """How far the other occurrences of the spun form already believe in this option: log of their mean probability."""
    number, count = _pairs(evidence)
    total = np.bincount(number, before.option)
    others = count[number] - 1
    mean = np.where(others > 0, (total[number] - before.option) / np.maximum(others, 1), 0.0)
    return np.where(others > 0, np.log(np.maximum(mean, 0) + 0.02) - np.log(0.02), 0.0)


def _rival(evidence: Evidence, before: Posterior) -> NDArray[np.float64]:
    """How much of this original other spun forms claim: log of one plus their expected number of occurrences."""
    number, _ = _pairs(evidence)
    own = np.bincount(number, before.option)[number]
    claimed = np.bincount(evidence.original, before.option)[evidence.original]
    return np.asarray(np.log1p(np.maximum(claimed - own, 0.0)), np.float64)


@lru_cache(maxsize=1)
def load() -> Weights:
    """The shipped weights."""
    saved = json.loads((resources.files("unspin.data") / "reader.json").read_text(encoding="utf-8"))["weights"]
    first = Linear(np.array([saved["first"][name] for name in FEATURES[:FIRST_LOOK]]))
    return Weights((first, *(Network.load(saved[look]) for look in LOOKS[1:])))
