"""Reading closely: a causal language model reads the best options of every suspicious word in its sentence.

Reader and model are weighed twice, by two log-linear models: which of its options a word stands for if it was swapped, and
whether it was. What the model says belongs to the context alone, with the word found among the options and never taken for
granted, so it is evidence beside all that the reader has. A word that the model was not asked about stays as the reader
says.

The weights are fitted on real pages read by hand together with simulated ones (``python -m training.closely``): the
shipped ones with the same model, as it was asked in 0.17.0 (``docs/deep.md``).
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
from unspin.model import posterior as posteriors
from unspin.model.evidence import Evidence, Posterior
from unspin.model.trees import CausalModel, below_best
from unspin.text import Words

__all__ = [
    "NAMES",
    "OPTIONS",
    "SWAPS",
    "Heard",
    "Weights",
    "guessed",
    "heard",
    "load",
    "log_odds",
    "option_features",
    "ratios",
    "rescored",
    "swap_features",
]

OPTIONS: Final = ("option", "said")
"""What an option is judged by, if its word was swapped: its log probability by the reader; what the model says of it."""
SWAPS: Final = ("odds", "options", "found", "bias")
"""What the swap of a word is judged by: its log-odds by the reader; log of the sum over its options of what they are judged
by; what the model says of the word as found; 1."""
NAMES: Final = {"options": OPTIONS, "swaps": SWAPS}
"""What each of the :class:`Weights` is of."""
_OPTIONS: Final = 8
"""Options of a word that stay in play."""
_ASKED: Final = 5
_MARGIN: Final = 4.0
"""Options of a word, "as written" among them, that the model is asked about at most, and nats below the best of them up to
which it is. Measured: nine of them and 6 nats are no better and take more than twice as long (``docs/deep.md``)."""
_LEAST: Final = 1e-5
"""The probability, of an option or that a word is as written, that the reader is taken to give at least."""


@dataclass(frozen=True)
class Weights:
    """Of what :data:`OPTIONS` and :data:`SWAPS` name, in their order."""

    options: NDArray[np.float64]
    swaps: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Heard:
    """What reader and model say of the ``m`` words that the model was asked about.

    Attributes:
        word: their indices among the suspicious words, ``int64[m]``.
        ptr: where the best options of each begin, ``int64[m + 1]``.
        option: their indices among the options of the evidence, ``int64[k]``.
        probability: of each by the reader, if its word was swapped, ``float64[k]``.
        said: log-likelihood of each by the model, against the best that it was asked about there, ``float64[k]``.
        odds: log-odds of a swap by the reader, ``float64[m]``.
        found: as ``said``, of the word as found, ``float64[m]``.
    """

    word: NDArray[np.int64]
    ptr: NDArray[np.int64]
    option: NDArray[np.int64]
    probability: NDArray[np.float64]
    said: NDArray[np.float64]
    odds: NDArray[np.float64]
    found: NDArray[np.float64]


@dataclass(frozen=True)
class _Shortlist:
    """The best options of each of ``m`` words, "as written" first: those of word ``i`` are ``ptr[i]:ptr[i + 1]``.

    Attributes:
        ptr: where they begin, ``int64[m + 1]``.
        forms: what each puts at its place.
        option: its index among the options of the evidence, -1 for "as written", ``int64[k]``.
        prior: its log posterior by the reader, ``float64[k]``.
        tokens: the document as the reader guesses it, see :func:`guessed`.
    """

    ptr: NDArray[np.int64]
    forms: list[str]
    option: NDArray[np.int64]
    prior: NDArray[np.float64]
    tokens: list[str]


def rescored(
    words: Words, evidence: Evidence, posterior: Posterior, lexicon: Lexicon, model: CausalModel, weights: Weights
) -> Posterior:
    """The posterior after a causal language model has read the best options of every suspicious word."""
    there = heard(words, evidence, posterior, lexicon, model)
    score = option_features(there) @ weights.options
    share = np.exp(score - ragged.spread(ragged.log_sum_exp(score, there.ptr), there.ptr))
    swapped = 1 / (1 + np.exp(-swap_features(there, weights.options) @ weights.swaps))
    written = posterior.written.copy()
    written[there.word] = 1 - swapped
    again = np.zeros(len(written), bool)
    again[there.word] = True
    option = np.where(again[evidence.owner], 0.0, posterior.option)
    option[there.option] = share * ragged.spread(swapped, there.ptr)
    return replace(posterior, option=option, written=written)


def heard(words: Words, evidence: Evidence, posterior: Posterior, lexicon: Lexicon, model: CausalModel) -> Heard:
    """What a causal language model says of the best options of the suspicious words, and what the reader says of them."""
    listed = _shortlist(words, evidence, posterior, lexicon)
    likelihood = model.likelihood(
        words, listed.tokens, evidence.place, listed.ptr, listed.forms, listed.prior, margin=_MARGIN, most=_ASKED
    )
    word = np.flatnonzero(ragged.sums(~np.isnan(likelihood), listed.ptr) > 0)
    rows = ragged.take(listed.ptr, word)
    relative = [below_best(place) for place in np.split(likelihood[rows.items], rows.ptr[1:-1])]
    said, option = np.concatenate(relative), listed.option[rows.items]
    changed = option >= 0
    ptr = ragged.kept(rows.ptr, changed)
    probability = posterior.option[option[changed]]
    return Heard(
        word=word,
        ptr=ptr,
        option=option[changed],
        probability=probability / ragged.spread(ragged.sums(probability, ptr), ptr),
        said=said[changed],
        odds=log_odds(posterior.written[word]),
        found=said[~changed],
    )


def log_odds(written: NDArray[np.float64]) -> NDArray[np.float64]:
    """The log-odds of a swap of words that are as written with these probabilities, bounded, ``float64[m]``."""
    bounded = np.clip(written, _LEAST, 1 - _LEAST)
    return np.asarray(np.log((1 - bounded) / bounded), np.float64)


def ratios(there: Heard) -> NDArray[np.float64]:
    """How much likelier the text is with the options of each word, as likely as the reader holds them, than as found.

    Returns:
        Nats, ``float64[m]``.
    """
    together = ragged.log_sum_exp(np.log(np.maximum(there.probability, _LEAST)) + there.said, there.ptr)
    return np.asarray(together - there.found, np.float64)


def option_features(there: Heard) -> NDArray[np.float64]:
    """What :data:`OPTIONS` names, ``float64[k, 2]``."""
    return np.stack([np.log(np.maximum(there.probability, _LEAST)), there.said], axis=1)


def swap_features(there: Heard, options: NDArray[np.float64]) -> NDArray[np.float64]:
    """What :data:`SWAPS` names, ``float64[m, 4]``; ``options`` are the weights of :data:`OPTIONS`."""
    together = ragged.log_sum_exp(option_features(there) @ options, there.ptr)
    return np.stack([there.odds, together, there.found, np.ones(len(there.odds))], axis=1)


def _shortlist(words: Words, evidence: Evidence, posterior: Posterior, lexicon: Lexicon) -> _Shortlist:
    forms: list[str] = []
    parts: list[NDArray[np.int64]] = []
    for i, place in enumerate(evidence.place.tolist()):
        here = np.arange(evidence.ptr[i], evidence.ptr[i + 1])
        best = here[np.argsort(-posterior.option[here], kind="stable")][:_OPTIONS]
        parts.append(np.concatenate([[-1], best]))
        forms += [words.lower[place], *(lexicon.forms[k] for k in evidence.original[best])]
    ptr = ragged.offsets(np.array([len(part) for part in parts], np.int64))
    option = np.concatenate([np.empty(0, np.int64), *parts]).astype(np.int64)
    prior = np.empty(len(option))
    prior[option >= 0] = posterior.option[option[option >= 0]]
    prior[option < 0] = posterior.written
    with np.errstate(divide="ignore"):
        return _Shortlist(ptr, forms, option, np.log(prior), guessed(words, evidence, posterior, lexicon))


def guessed(words: Words, evidence: Evidence, posterior: Posterior, lexicon: Lexicon) -> list[str]:
    """The tokens of a document, in lower case, each suspicious word as what the reader holds likeliest."""
    tokens = list(words.lower)
    for i, best in enumerate(posteriors.best(evidence, posterior).tolist()):
        if best >= 0 and posterior.option[best] > posterior.written[i]:
            tokens[evidence.place[i]] = lexicon.forms[evidence.original[best]]
    return tokens


@lru_cache(maxsize=1)
def load() -> Weights:
    """The shipped weights."""
    saved = json.loads((resources.files("unspin.data") / "reader.json").read_text(encoding="utf-8"))["causal"]
    return Weights(**{part: np.array([saved[part][name] for name in names]) for part, names in NAMES.items()})
