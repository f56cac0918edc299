"""What a word's surroundings say of it when it is hidden: whether another word that spinners replace would stand better.

For every word the log-likelihood ratio of "a spinner put it for one of its originals" to "the writer put it":
log of the sum over its originals c of P(c | context) * P(found | c), less log P(found | context). It needs no swap to have
been seen in training, only the channel, so that its errors are not those of the encoder's odds.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from unspin.arrays import ragged
from unspin.lexicon import CHANNELS, Lexicon
from unspin.model.encoder import Encoder
from unspin.text import Words

__all__ = ["hidden_ratio"]

_TURNS: Final = 4
"""Every fourth word is hidden at a time: a word must not be read between gaps."""
_BLOCK: Final = 64


def hidden_ratio(
    words: Words, encoder: Encoder, lexicon: Lexicon, asked: NDArray[np.bool_] | None = None
) -> NDArray[np.float32]:
    """The ratio for each token, ``float32[n]``; NaN for marks, and for words that are unknown or have no originals.

    The channels of the lexicon weigh alike. Costs four passes of the encoder over what is asked: the tokens ``asked``,
    ``bool[n]``, or all.
    """
    # In turns by their places in the whole text: what is asked of a part of it first need not be read again.
    turns = np.cumsum(words.is_word) % _TURNS
    every = words.is_word if asked is None else words.is_word & asked
    ratio = np.full(len(words), np.nan, np.float32)
    for turn in range(_TURNS):
        places = np.flatnonzero(every & (turns == (turn + 1) % _TURNS))
        found = lexicon.ids([words.lower[i] for i in places])
        vectors = encoder.hidden(words, words.lower, places)
        known = np.flatnonzero((found >= 0) & (found < lexicon.vocabulary))
        for at in range(0, len(known), _BLOCK):
            encoder.tick()
            rows = known[at : at + _BLOCK]
            candidates = lexicon.candidates(found[rows])
            channel = np.logaddexp.reduce(candidates.channel, axis=1) - np.float32(np.log(len(CHANNELS)))
            joint = encoder.logits(candidates.original, vectors[rows], candidates.ptr) + channel
            own = encoder.logits(found[rows].astype(np.int64), vectors[rows], np.arange(len(rows) + 1))
            filled = np.diff(candidates.ptr) > 0
            swapped = ragged.log_sum_exp(joint, candidates.ptr)
            ratio[places[rows[filled]]] = (swapped - own)[filled]
    return ratio
