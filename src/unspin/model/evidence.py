"""The evidence on each suspicious word of a document: every original it may stand for, and what speaks for each.

The two factors of the noisy channel stay apart:

* ``context`` and ``ngram``: what the surroundings say with the word hidden. They may be summed over occurrences.
* ``channel``: how likely spinners make this form of that original. It is counted once for a dictionary entry.
* ``belief``: the encoder's opinion with the word in sight, which mixes both; its errors repeat, so it is counted once too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from unspin.arrays import ragged
from unspin.lexicon import Lexicon
from unspin.model import open_vocabulary
from unspin.model.encoder import Encoder, Visible
from unspin.model.ngram import NGram
from unspin.text import Words

KEPT: Final = 64
"""Originals that stay in play for a word, the best by a first pass at belief and channel."""
_BLOCK: Final = 64
"""Words whose options are scored at a time: what they need stays in the cache, and memory is bounded."""


@dataclass(frozen=True)
class Evidence:
    """Options for ``m`` suspicious words, flat: options ``ptr[i]:ptr[i + 1]`` belong to the word at ``place[i]``.

    Attributes:
        place: token of each suspicious word, ``int64[m]``.
        swap: log-odds that it was swapped, ``float32[m]``.
        found: lexicon id of the word found, -1 if unknown, ``int32[m]``.
        ptr: where the options of each word begin, ``int64[m + 1]``.
        original: lexicon id of each option, ``int64[k]``.
        belief: log share of the option among all candidates, word in sight, ``float32[k]``.
        context: log share of the option among those in play, word hidden, ``float32[k]``; 0 until :func:`refine` reads it.
        ngram: log-likelihood ratio of the text with the option to the text as found, ``float32[k]``.
        channel: log P(found | option) under each channel of the lexicon, ``float32[k, 5]``.
        found_context: log ratio of the word found to those in play, word hidden, ``float32[m]``; NaN if the word is unknown
            to the encoder, 0 until :func:`refine` reads it.
    """

    place: NDArray[np.int64]
    swap: NDArray[np.float32]
    found: NDArray[np.int32]
    ptr: NDArray[np.int64]
    original: NDArray[np.int64]
    belief: NDArray[np.float32]
    context: NDArray[np.float32]
    ngram: NDArray[np.float32]
    channel: NDArray[np.float32]
    found_context: NDArray[np.float32]

    @property
    def owner(self) -> NDArray[np.int64]:
        """The suspicious word that each option belongs to, ``int64[k]``."""
        return ragged.owners(self.ptr)

    def only(self, options: NDArray[np.bool_]) -> Evidence:
        """The evidence on some of the options, ``bool[k]``, of the same words."""
        per_option = ("original", "belief", "context", "ngram", "channel")
        return replace(
            self, ptr=ragged.kept(self.ptr, options), **{name: getattr(self, name)[options] for name in per_option}
        )


@dataclass(frozen=True)
class Posterior:
    """What was written, for each suspicious word.

    Attributes:
        option: probability of each option, ``float64[k]``.
        written: probability that the word is as written, ``float64[m]``.
        family: weight of each channel in this document, ``float64[5]``.
        rate: share of the document's words that are swapped, as expected.
    """

    option: NDArray[np.float64]
    written: NDArray[np.float64]
    family: NDArray[np.float64]
    rate: float


def gather(
    words: Words,
    visible: Visible,
    lexicon: Lexicon,
    encoder: Encoder,
    ngram: NGram,
) -> Evidence:
    """Collect the evidence on the suspicious words of a document, but for the context.

    With every suspicious word hidden at once there is little context to read: a first pass does as well without it
    (measured: .866 of the words right instead of .870, and .909 instead of .908 after the third), and saves a pass. Only
    forms that stand again and again are asked what their contexts ask for (:mod:`unspin.model.open_vocabulary`).

    Args:
        words: the document.
        visible: what the encoder says of it as it stands.
        lexicon: the candidates.
        encoder: for its output layer.
        ngram: the 4-gram model.
    """
    found = lexicon.ids([words.lower[i] for i in visible.places])
    candidates = lexicon.candidates(found)
    asked_for = open_vocabulary.proposals(words, visible, found, candidates, encoder, lexicon)
    candidates = open_vocabulary.extended(candidates, found, asked_for)
    belief = np.empty(len(candidates.original), np.float32)
    for at in range(0, len(found), _BLOCK):
        encoder.tick()
        rows = np.arange(at, min(at + _BLOCK, len(found)))
        ptr, options = ragged.take(candidates.ptr, rows)
        believed = encoder.logits(candidates.original[options], visible.belief[rows], ptr)
        belief[options] = believed - ragged.spread(ragged.log_sum_exp(believed, ptr), ptr)

    first_score = belief + 0.3 * candidates.channel.max(1, initial=-np.inf)
    keep = _shortlist(found, candidates.ptr, first_score)
    owner = ragged.owners(candidates.ptr)[keep]
    original = candidates.original[keep]
    return Evidence(
        place=visible.places,
        swap=visible.swap[visible.places],
        found=found,
        ptr=ragged.offsets_of_owners(owner, len(found)),
        original=original,
        belief=belief[keep],
        context=np.zeros(len(keep), np.float32),
        ngram=ngram_ratio(words, words.lower, visible.places[owner], original, lexicon, ngram),
        channel=candidates.channel[keep],
        found_context=np.zeros(len(found), np.float32),
    )


def refine(
    evidence: Evidence,
    words: Words,
    tokens: Sequence[str],
    sure: NDArray[np.bool_],
    turns: int,
    lexicon: Lexicon,
    encoder: Encoder,
    ngram: NGram,
) -> Evidence:
    """The same options with the context read again, after a first decision.

    Args:
        evidence: that of the first pass.
        words: the document.
        tokens: what the first decision puts at each token.
        sure: the suspicious words whose decision is taken for granted, ``bool[m]``; they are in sight, the others hidden.
        turns: the others are hidden in so many turns, every second one with two, while the rest is in sight as decided.
            Each turn is a pass; good guesses around a word tell more of it than gaps do.
        lexicon: the candidates.
        encoder: for the context.
        ngram: for the context; it sees the other words as decided.
    """
    context, found_context = _read_hidden(evidence, words, tokens, sure, turns, lexicon, encoder)
    ratio = ngram_ratio(words, tokens, evidence.place[evidence.owner], evidence.original, lexicon, ngram)
    return replace(evidence, context=context, found_context=found_context, ngram=ratio)


def _read_hidden(
    evidence: Evidence,
    words: Words,
    tokens: Sequence[str],
    sure: NDArray[np.bool_],
    turns: int,
    lexicon: Lexicon,
    encoder: Encoder,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What the encoder says of the options, and of the words found, where they are not sure; elsewhere as it last did."""
    context, found_context = evidence.context.copy(), evidence.found_context.copy()
    for turn in range(turns):
        hidden = np.flatnonzero(~sure)[turn::turns]
        vectors = encoder.hidden(words, tokens, evidence.place[hidden])
        for at in range(0, len(hidden), _BLOCK):
            encoder.tick()
            places = hidden[at : at + _BLOCK]
            ptr, options = ragged.take(evidence.ptr, places)
            here = vectors[at : at + _BLOCK]
            expected = encoder.logits(evidence.original[options], here, ptr)
            total = ragged.log_sum_exp(expected, ptr)
            context[options] = expected - ragged.spread(total, ptr)
            found_context[places] = _found_context(evidence.found[places], here, total, lexicon, encoder)
    return context, found_context


def ngram_ratio(
    words: Words,
    tokens: Sequence[str],
    place: NDArray[np.int64],
    original: NDArray[np.int64],
    lexicon: Lexicon,
    ngram: NGram,
) -> NDArray[np.float32]:
    """Log-likelihood ratio of each original at its place to the word found there, other tokens as in ``tokens``."""
    ids = ngram.ids(tokens)
    found = ngram.ids(words.lower)
    places, back = np.unique(place, return_inverse=True)
    as_found = ngram.score(ids, places.astype(np.int32), found[places])
    restored = ngram.score(ids, place.astype(np.int32), _ngram_ids(lexicon, ngram)[original])
    return (restored - as_found[back]).astype(np.float32)


def _shortlist(found: NDArray[np.int32], ptr: NDArray[np.int64], first_score: NDArray[np.float32]) -> NDArray[np.int64]:
    """The options that stay in play, the same for every occurrence of a form.

    All occurrences of a form have the same candidates. Most places go to those that do best over all of them, since one
    dictionary made them all; the rest to those that do best at a single one, since it may be none of the dictionary's.
    """
    kinds, kind, count = np.unique(found, return_inverse=True, return_counts=True)
    first = np.zeros(len(kinds), np.int64)
    first[kind[::-1]] = np.arange(len(found))[::-1]
    # A row for each form; every occurrence of it adds to the same cells.
    form = ragged.offsets(np.diff(ptr)[first])
    cell = ragged.spread(form[kind], ptr) + ragged.ranks(ptr)
    mean = np.bincount(cell, first_score, minlength=form[-1]) / ragged.spread(count, form)
    most = np.full(form[-1], -np.inf)
    np.maximum.at(most, cell, first_score)
    kept = np.zeros(form[-1], bool)
    for value, places in ((mean, KEPT - KEPT // 4), (most, KEPT // 4)):
        best = ragged.best_first(np.where(kept, -np.inf, value), form)
        kept[best[ragged.ranks(form) < places]] = True
    return np.flatnonzero(kept[cell])


def _found_context(
    found: NDArray[np.int32],
    context: NDArray[np.float32],
    total: NDArray[np.float32],
    lexicon: Lexicon,
    encoder: Encoder,
) -> NDArray[np.float32]:
    """Log ratio of the word found to all its candidates, word hidden; NaN where either is unknown."""
    known = (found >= 0) & (found < lexicon.vocabulary) & np.isfinite(total)
    safe = np.where(known, found, 0)
    logit = np.einsum("mh,mh->m", encoder.table[safe], context) + encoder.bias[safe]
    return np.where(known, logit - np.where(known, total, 0), np.nan).astype(np.float32)


@lru_cache(maxsize=2)
def _ngram_ids(lexicon: Lexicon, ngram: NGram) -> NDArray[np.int32]:
    return ngram.ids(lexicon.forms[: lexicon.vocabulary])
