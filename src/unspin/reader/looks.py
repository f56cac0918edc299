"""The looks at a stretch of text: evidence gathered, words decided, what is sure filled in and the rest read again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from unspin import lexicon as lexicons
from unspin.lexicon import Lexicon
from unspin.model import encoder as encoders
from unspin.model import posterior as posteriors
from unspin.model.encoder import Encoder, Visible
from unspin.model.evidence import Evidence, gather, refine
from unspin.model.ngram import NGram
from unspin.model.posterior import Posterior, Weights
from unspin.model.scorer import Scorer
from unspin.text import Words

if TYPE_CHECKING:
    from unspin.model.deep import CausalModel

SUSPICION: Final = -3.0
"""Log-odds of a swap above which a word is looked at (one in twenty)."""
SURE: Final = 0.9
"""Posterior from which a later look takes a decision for granted."""
_SECOND_OPINION: Final = 8  # options that a causal language model may look at


@dataclass(frozen=True)
class Models:
    """All that is loaded: the lexicon, the encoder, the n-gram model."""

    lexicon: Lexicon
    encoder: Encoder
    ngram: NGram


@lru_cache(maxsize=1)
def load() -> Models:
    """The shipped models."""
    return Models(lexicons.load(), encoders.load(), NGram.load())


def look_first(words: Words, visible: Visible, models: Models) -> Evidence:
    """The evidence on the suspicious words of a text, its context not read yet."""
    return gather(words, visible, models.lexicon, models.encoder, models.ngram)


def read_again(words: Words, evidence: Evidence, look: Posterior, models: Models) -> tuple[Evidence, NDArray[np.bool_]]:
    """The evidence with the context read, what the last look is sure of filled in; and what that is, ``bool[m]``."""
    best = posteriors.best(evidence, look)
    probability = np.zeros(len(best))
    probability[best >= 0] = look.option[best[best >= 0]]
    swapped = probability >= look.written
    tokens = list(words.lower)
    for i in np.flatnonzero(swapped & (best >= 0)):
        tokens[evidence.place[i]] = models.lexicon.forms[evidence.original[best[i]]]
    sure = np.where(swapped, probability, look.written) > SURE
    return refine(evidence, words, tokens, sure, models.lexicon, models.encoder, models.ngram), sure


def decide(words: Words, evidence: Evidence, models: Models, weights: Weights) -> tuple[Posterior, Evidence]:
    """All looks: the posterior of the text, and the evidence that it rests on."""
    look = posteriors.decide(evidence, words, models.lexicon, weights.looks[0], None)
    evidence, look = posteriors.in_play(evidence, look)
    for scorer in weights.looks[1:]:
        evidence, look = look_again(words, evidence, look, models, scorer)
    return look, evidence


def look_again(
    words: Words, evidence: Evidence, before: Posterior, models: Models, scorer: Scorer
) -> tuple[Evidence, Posterior]:
    """One more look, at what the look before was not sure of."""
    evidence, sure = read_again(words, evidence, before, models)
    after = posteriors.decide(evidence, words, models.lexicon, scorer, before)
    return evidence, posteriors.settle(before, after, sure, evidence, words)


def second_opinion(
    words: Words, evidence: Evidence, posterior: Posterior, lexicon: Lexicon, model: CausalModel
) -> Posterior:
    """The posterior after a causal language model has read the best options of every suspicious word."""
    shortlists: list[NDArray[np.int64]] = []
    options: list[str] = []
    prior: list[float] = []
    tokens = list(words.lower)
    for i, place in enumerate(evidence.place.tolist()):
        here = np.arange(evidence.ptr[i], evidence.ptr[i + 1])
        best = here[np.argsort(-posterior.option[here], kind="stable")][:_SECOND_OPINION]
        shortlists.append(best)
        options += [words.lower[place], *_forms(lexicon, evidence.original[best])]
        prior += [float(posterior.written[i]), *posterior.option[best].tolist()]
        if len(best) and posterior.option[best[0]] > posterior.written[i]:
            tokens[place] = lexicon.forms[evidence.original[best[0]]]
    ptr = np.concatenate([[0], np.cumsum([len(best) + 1 for best in shortlists])]).astype(np.int64)
    with np.errstate(divide="ignore"):
        score = model.decide(words, tokens, evidence.place, ptr, options, np.log(np.array(prior))).score
    option, written = np.zeros_like(posterior.option), posterior.written.copy()
    for i, best in enumerate(shortlists):
        share = np.exp(score[ptr[i] : ptr[i + 1]] - score[ptr[i] : ptr[i + 1]].max())
        share /= share.sum()
        written[i], option[best] = share[0], share[1:]
    return replace(posterior, option=option, written=written)


def _forms(lexicon: Lexicon, ids: NDArray[np.int64]) -> Sequence[str]:
    return [lexicon.forms[k] for k in ids]
