"""The passes over a stretch of text: evidence gathered, words decided, what is sure filled in and the rest read again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from unspin import lexicon as lexicons
from unspin.lexicon import Lexicon, seen
from unspin.model import causal as causals
from unspin.model import encoder as encoders
from unspin.model import machines
from unspin.model import posterior as posteriors
from unspin.model.encoder import Encoder, Visible
from unspin.model.evidence import Evidence, Posterior, gather, refine
from unspin.model.ngram import NGram
from unspin.model.posterior import Weights
from unspin.model.trees import CausalModel
from unspin.text import Words

SUSPICION: Final = -3.0
"""Log-odds of a swap above which a word is suspicious (one in twenty)."""
_HABITUAL_SUSPICION: Final = -6.0
"""The same for words that machines were seen to put again and again. A fifth of the swapped words of real pages lie below
:data:`SUSPICION`; nine of ten of them are such words, and a quarter of the honest ones there (``docs/evaluation.md``)."""
SURE: Final = (0.97, 0.9)
"""Posterior of the pass before from which each later pass takes a decision for granted. The first pass has no context, so
more is asked of it: at .9 one in ten of all errors would be settled before the context is read."""
TURNS: Final = (1, 2)
"""In how many turns each later pass hides what is open. In two, the log-probability of the truth rises by .18 on average;
in three by .20, at the cost of running the encoder once more. In the second pass the guesses are too poor for it to help
(measured on dev)."""


@dataclass(frozen=True)
class Models:
    """What texts are read with.

    Attributes:
        lexicon: the candidates.
        encoder: what a word's whole surroundings say.
        ngram: what its nearest neighbours say.
        causal: a language model that reads closely what the encoder leaves in doubt, of words and of documents; None where
            that takes too long.
        tick: called again and again while a text is read; what it raises ends the reading.
    """

    lexicon: Lexicon
    encoder: Encoder
    ngram: NGram
    causal: CausalModel | None = None
    tick: Callable[[], None] = lambda: None

    def watched(self, tick: Callable[[], None]) -> Models:
        """The same models with another ``tick``."""
        causal = None if self.causal is None else self.causal.watched(tick)
        return replace(self, encoder=self.encoder.watched(tick), causal=causal, tick=tick)


def load(fast: bool = False) -> Models:
    """The shipped models, the same ones at every call; without the language model if it is to be ``fast``."""
    models = _load()
    return replace(models, causal=None) if fast else models


@lru_cache(maxsize=1)
def _load() -> Models:
    return Models(lexicons.load(), encoders.load(), NGram.load(), causals.load())


def suspicion(words: Words) -> NDArray[np.float32]:
    """The log-odds of a swap above which each word of a page that is restored is suspicious, ``float32[n]``."""
    habitual = seen.load().habitual
    return np.array([_HABITUAL_SUSPICION if word in habitual else SUSPICION for word in words.lower], np.float32)


def first_evidence(words: Words, visible: Visible, models: Models) -> Evidence:
    """The evidence on the suspicious words of a text, its context not read yet."""
    return gather(words, visible, models.lexicon, models.encoder, models.ngram)


def next_evidence(
    words: Words, evidence: Evidence, before: Posterior, models: Models, number: int
) -> tuple[Evidence, NDArray[np.bool_]]:
    """The evidence for later pass ``number`` (from 0), its context read with what is sure filled in; and that, ``bool[m]``."""
    best = posteriors.best(evidence, before)
    probability = np.zeros(len(best))
    probability[best >= 0] = before.option[best[best >= 0]]
    swapped = probability >= before.written
    tokens = list(words.lower)
    for i in np.flatnonzero(swapped & (best >= 0)):
        tokens[evidence.place[i]] = models.lexicon.forms[evidence.original[best[i]]]
    models.tick()
    sure = np.where(swapped, probability, before.written) > SURE[number]
    return refine(evidence, words, tokens, sure, TURNS[number], models.lexicon, models.encoder, models.ngram), sure


def decide(words: Words, evidence: Evidence, models: Models, weights: Weights) -> tuple[Posterior, Evidence]:
    """All passes, and what machines were seen to do: the posterior of the text, and the evidence that it rests on."""
    posterior, evidence = through_passes(words, evidence, models, weights)
    known = machines.load()
    return machines.reweighed(words, evidence, posterior, models.lexicon, seen.load(), known, SUSPICION), evidence


def through_passes(words: Words, evidence: Evidence, models: Models, weights: Weights) -> tuple[Posterior, Evidence]:
    """The same by the passes alone."""
    models.tick()
    posterior = posteriors.decide(evidence, words, models.lexicon, weights.passes[0])
    evidence, posterior = posteriors.in_play(evidence, posterior)
    for number, scorer in enumerate(weights.passes[1:]):
        models.tick()
        evidence, sure = next_evidence(words, evidence, posterior, models, number)
        models.tick()
        posterior = posteriors.decide(evidence, words, models.lexicon, scorer, posterior, sure)
    return posterior, evidence
