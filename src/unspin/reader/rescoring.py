"""The second opinion: a causal language model reads the best options of every suspicious word, the document decides.

What the model says of an option is evidence of the context with the word found hidden from it, so it may be summed over
the occurrences of a spun form: what it says at the other places counts too. Reader, model and the other places are weighed
by a log-linear model with three weights.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from unspin.arrays import ragged
from unspin.lexicon import Lexicon
from unspin.model import posterior as posteriors
from unspin.model.deep import CausalModel, below_best
from unspin.model.evidence import Evidence, Posterior
from unspin.text import Words

READER: Final = 0.62
MODEL: Final = 0.36
ELSEWHERE: Final = 0.12
"""Weights of the reader's log posterior, of the model's log-likelihood, and of its sum over the other places: maximum
likelihood on simulated documents of part dev, see ``docs/deep.md``."""
_OPTIONS: Final = 8  # of a word, that the model may look at
_MARGIN: Final = 6.0  # nats below the best, up to which it does
_LOWEST_PRIOR: Final = -12.0
_CLEARLY_WORSE: Final = -6.0
_NOT_ASKED: Final = -3.0
_LOWEST_ELSEWHERE: Final = -12.0


@dataclass(frozen=True)
class _Shortlist:
    """The best options of each of ``m`` words, "as written" first: those of word ``i`` are ``ptr[i]:ptr[i + 1]``.

    Attributes:
        ptr: where they begin, ``int64[m + 1]``.
        forms: what each puts at its place.
        option: its index among the options of the evidence, -1 for "as written", ``int64[k]``.
        prior: its log posterior by the reader, ``float64[k]``.
        tokens: the document as the reader decided it.
    """

    ptr: NDArray[np.int64]
    forms: list[str]
    option: NDArray[np.int64]
    prior: NDArray[np.float64]
    tokens: list[str]

    @property
    def owner(self) -> NDArray[np.int64]:
        """The word that each belongs to, ``int64[k]``."""
        return ragged.owners(self.ptr)


def rescored(words: Words, evidence: Evidence, posterior: Posterior, lexicon: Lexicon, model: CausalModel) -> Posterior:
    """The posterior after a causal language model has read the best options of every suspicious word."""
    listed = _shortlist(words, evidence, posterior, lexicon)
    likelihood = model.likelihood(
        words, listed.tokens, evidence.place, listed.ptr, listed.forms, listed.prior, margin=_MARGIN, most=1 + _OPTIONS
    )
    by_place = np.split(likelihood, listed.ptr[1:-1])
    relative = np.concatenate([below_best(place) for place in by_place])
    asked = ~np.isnan(likelihood)
    elsewhere = _elsewhere(relative, asked, listed, evidence.found)
    score = READER * np.maximum(listed.prior, _LOWEST_PRIOR) + MODEL * relative + ELSEWHERE * elsewhere
    changed = listed.option >= 0
    ratio = (score - score[listed.ptr[:-1]][listed.owner])[changed]  # to "as written"
    share, written = posteriors.softmax_with_rest(ratio, listed.ptr - np.arange(len(listed.ptr)))
    option = np.zeros_like(posterior.option)
    option[listed.option[changed]] = share
    return replace(posterior, option=option, written=written)


def _shortlist(words: Words, evidence: Evidence, posterior: Posterior, lexicon: Lexicon) -> _Shortlist:
    forms: list[str] = []
    parts: list[NDArray[np.int64]] = []
    tokens = list(words.lower)
    for i, place in enumerate(evidence.place.tolist()):
        here = np.arange(evidence.ptr[i], evidence.ptr[i + 1])
        best = here[np.argsort(-posterior.option[here], kind="stable")][:_OPTIONS]
        parts.append(np.concatenate([[-1], best]))
        forms += [words.lower[place], *(lexicon.forms[k] for k in evidence.original[best])]
        if len(best) and posterior.option[best[0]] > posterior.written[i]:
            tokens[place] = lexicon.forms[evidence.original[best[0]]]
    ptr = ragged.offsets(np.array([len(part) for part in parts], np.int64))
    option = np.concatenate([np.empty(0, np.int64), *parts]).astype(np.int64)
    prior = np.empty(len(option))
    prior[option >= 0] = posterior.option[option[option >= 0]]
    prior[option < 0] = posterior.written
    with np.errstate(divide="ignore"):
        return _Shortlist(ptr, forms, option, np.log(prior), tokens)


def _elsewhere(
    relative: NDArray[np.float64], asked: NDArray[np.bool_], listed: _Shortlist, found: NDArray[np.int32]
) -> NDArray[np.float64]:
    """The sum of what the model said of the same option at the other places of the same form found, bounded."""
    owner = listed.owner
    heard = np.zeros(len(listed.ptr) - 1, bool)
    heard[owner[asked]] = True
    _, form = np.unique(listed.forms, return_inverse=True)
    key = np.where(listed.option < 0, 0, form + 1) + (found[owner].astype(np.int64) + 1) * (len(form) + 1)
    _, entry = np.unique(key, return_inverse=True)
    said = np.where(asked, np.maximum(relative, _CLEARLY_WORSE), 0.0)
    others_said = np.bincount(entry, said)[entry] - said
    others_asked = np.bincount(entry, asked)[entry] - asked
    places = np.bincount(found + 1, heard)[found + 1] - heard
    return np.clip(others_said + _NOT_ASKED * (places[owner] - others_asked), _LOWEST_ELSEWHERE, 0.0)
