"""The posterior over what was written, for all suspicious words of a document together.

For each suspicious word the choice is between "as written" and its options; a scorer (:mod:`unspin.model.scorer`) weighs
the evidence (:mod:`unspin.model.evidence`), put as features (:mod:`unspin.model.features`). What makes it one decision
for the document and not one for each word:

* the family: channel probabilities are mixed with the weights that explain this document best;
* the rate: the share of swapped words found so far is the prior of the next pass;
* the dictionary: context evidence for an original is summed over all occurrences of the same spun form, an original that
  stands elsewhere untouched is unlikely to have an entry, and two spun forms rarely share one original.

The weights are fitted on held-out simulated documents by ``python -m training.reader``.
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
from unspin.lexicon import CHANNELS, Lexicon
from unspin.model.evidence import Evidence, Posterior
from unspin.model.features import FEATURES, FIRST_PASS, features
from unspin.model.scorer import Linear, Network, Scorer
from unspin.text import Words

PASSES: Final = ("first", "second", "third")
_EM_STEPS: Final = 8
_NEGLIGIBLE: Final = 1e-4
"""Options less likely than this are not asked how they came about: they are most, and weigh nothing."""
_IN_PLAY: Final = 1e-3
"""Options less likely than this share of the best one of their word are out of play after the first pass. Measured: three
in a thousand originals are lost by it, none of which a later pass would have chosen, and half of the options."""
# A page has been through one spinner, not a mixture of them: the weights of the mixture are sharpened.
_ONE_FAMILY: Final = 4.0


@dataclass(frozen=True)
class Weights:
    """The scorers of the passes, as fitted: one for each name of :data:`PASSES`."""

    passes: tuple[Scorer, ...]


def decide(
    evidence: Evidence,
    words: Words,
    lexicon: Lexicon,
    scorer: Scorer,
    before: Posterior | None = None,
    sure: NDArray[np.bool_] | None = None,
) -> Posterior:
    """The posterior after one pass.

    Args:
        evidence: what the pass rests on.
        words: the document.
        lexicon: the candidates.
        scorer: that of the pass.
        before: the posterior of the pass before it, if any.
        sure: the words whose decision was taken for granted, ``bool[m]``; they stay as before.
    """
    option, written = softmax_with_rest(scorer(features(evidence, words, lexicon, before, sure)), evidence.ptr)
    family = np.full(len(CHANNELS), 1 / len(CHANNELS)) if before is None else before.family
    if before is not None and sure is not None:
        option = np.where(sure[evidence.owner], before.option, option)
        written = np.where(sure, before.written, written)
    judged = max(int((words.kind < 2).sum()), 1)
    return Posterior(option, written, _explain(evidence, option, family), float((1 - written).sum()) / judged)


def in_play(evidence: Evidence, posterior: Posterior) -> tuple[Evidence, Posterior]:
    """Both without the options that the best of their word leaves far behind."""
    top = ragged.maxima(posterior.option, evidence.ptr)
    kept = posterior.option >= _IN_PLAY * ragged.spread(top, evidence.ptr)
    return evidence.only(kept), replace(posterior, option=posterior.option[kept])


def best(evidence: Evidence, posterior: Posterior) -> NDArray[np.int64]:
    """The likeliest option of each suspicious word, -1 where it has none, ``int64[m]``."""
    return ragged.firsts(posterior.option, evidence.ptr)


def softmax_with_rest(
    score: NDArray[np.float64], ptr: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Probabilities of the options and of the rest (score 0) of each segment."""
    top = np.maximum(ragged.maxima(score, ptr), 0.0)
    raised = np.exp(score - ragged.spread(top, ptr))
    rest = np.exp(-top)
    total = ragged.sums(raised, ptr) + rest
    return raised / ragged.spread(total, ptr), rest / total


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


@lru_cache(maxsize=1)
def load() -> Weights:
    """The shipped weights."""
    saved = json.loads((resources.files("unspin.data") / "reader.json").read_text(encoding="utf-8"))["weights"]
    first = Linear(np.array([saved["first"][name] for name in FEATURES[:FIRST_PASS]]))
    return Weights((first, *(Network.load(saved[name]) for name in PASSES[1:])))
