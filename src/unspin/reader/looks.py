"""The looks at a stretch of text: evidence gathered, words decided, what is sure filled in and the rest read again."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

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
from unspin.text import Words

SUSPICION: Final = -3.0
"""Log-odds of a swap above which a word is looked at (one in twenty)."""
SURE: Final = (0.97, 0.9)
"""Posterior of the look before from which each later look takes a decision for granted. The first look has no context, so
more is asked of it: at .9 one in ten of all errors would be settled before the context is read."""
TURNS: Final = (1, 2)
"""In how many turns each later look hides what is open. In two, the log-probability of the truth rises by .18 on average;
in three by .20, at one more pass. Before a second look the guesses are too poor for it to help (measured on dev)."""


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


def read_again(
    words: Words, evidence: Evidence, look: Posterior, models: Models, number: int
) -> tuple[Evidence, NDArray[np.bool_]]:
    """The evidence with the context read for later look ``number`` (from 0), what is sure filled in; and that, ``bool[m]``."""
    best = posteriors.best(evidence, look)
    probability = np.zeros(len(best))
    probability[best >= 0] = look.option[best[best >= 0]]
    swapped = probability >= look.written
    tokens = list(words.lower)
    for i in np.flatnonzero(swapped & (best >= 0)):
        tokens[evidence.place[i]] = models.lexicon.forms[evidence.original[best[i]]]
    sure = np.where(swapped, probability, look.written) > SURE[number]
    return refine(evidence, words, tokens, sure, TURNS[number], models.lexicon, models.encoder, models.ngram), sure


def decide(words: Words, evidence: Evidence, models: Models, weights: Weights) -> tuple[Posterior, Evidence]:
    """All looks: the posterior of the text, and the evidence that it rests on."""
    look = posteriors.decide(evidence, words, models.lexicon, weights.looks[0])
    evidence, look = posteriors.in_play(evidence, look)
    for number, scorer in enumerate(weights.looks[1:]):
        evidence, sure = read_again(words, evidence, look, models, number)
        look = posteriors.decide(evidence, words, models.lexicon, scorer, look, sure)
    return look, evidence
