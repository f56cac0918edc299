"""Originals that no dictionary has: what a form's contexts ask for, where it stands again and again.

A spinner may put a word for another that nothing links it to: on some pages every *the* is "issues". Such a pair is in no
lexicon, but the page itself gives it away: the form stands many times, its contexts never ask for it, and they all ask for
the same other word. That word becomes a candidate. One occurrence proves nothing, and honest text is full of rare words:
so much is asked of the contexts that only a very predictable word can be an original here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from unspin.lexicon import Candidates, Lexicon
from unspin.model.encoder import Encoder, Visible
from unspin.text import Words

__all__ = ["extended", "proposals"]

LEAST_OCCURRENCES: Final = 4
"""Suspicious occurrences of a form from which its contexts are asked."""
_MOST_OCCURRENCES: Final = 64
_COMMONEST: Final = 200
"""The most frequent words are never found where no context asks for them: they are not looked at."""
_TURNS: Final = 2
_EXPECTED: Final = -2.5
"""Mean log share of all words that the contexts must give to the original (one in twelve)."""
_NOT_EXPECTED: Final = -7.0
"""Mean log share that they may give to the form found at most (one in a thousand)."""
_CHANNEL: Final = -6.0
"""log P(found | original) that such a pair is given under every channel."""


def proposals(
    words: Words, visible: Visible, found: NDArray[np.int32], candidates: Candidates, encoder: Encoder, lexicon: Lexicon
) -> Mapping[int, int]:
    """For some forms of a document, by lexicon id, the original that their contexts ask for.

    Args:
        words: the document.
        visible: what the encoder says of it as it stands.
        found: the lexicon ids of its suspicious words, -1 if unknown, ``int32[m]``.
        candidates: what these may stand for.
        encoder: for the contexts.
        lexicon: for the words that an original may be.
    """
    forms = _unexplained(visible, found, candidates, encoder, lexicon)
    asked = np.flatnonzero(np.isin(found, forms))
    vectors = np.empty((len(asked), encoder.width), np.float32)
    for turn in range(_TURNS):
        vectors[turn::_TURNS] = encoder.hidden(words, words.lower, visible.places[asked[turn::_TURNS]])
    originals: dict[int, int] = {}
    for form in forms:
        here = vectors[found[asked] == form][:_MOST_OCCURRENCES]
        [logits] = _logits(here.mean(axis=0, keepdims=True), encoder, lexicon)
        share = logits - encoder.log_totals(here, lexicon.vocabulary).mean()
        best = int(share.argmax())
        if share[best] > _EXPECTED and share[form] < _NOT_EXPECTED:
            originals[form] = best
    return originals


def _unexplained(
    visible: Visible, found: NDArray[np.int32], candidates: Candidates, encoder: Encoder, lexicon: Lexicon
) -> list[int]:
    """The forms that stand often, and of which the encoder is sure of neither what is there nor any of the candidates.

    It has them in sight; what it is sure of needs no pass to be known.
    """
    times = Counter(found[(found >= _COMMONEST) & (found < lexicon.vocabulary)].tolist())
    forms = []
    for form in (form for form, count in times.items() if count >= LEAST_OCCURRENCES):
        rows = np.flatnonzero(found == form)
        known = candidates.original[candidates.ptr[rows[0]] : candidates.ptr[rows[0] + 1]]
        forms.append((form, visible.belief[rows].mean(axis=0), [form, *known[known < lexicon.vocabulary].tolist()]))
    if not forms:
        return []
    logits = _logits(np.stack([belief for _, belief, _ in forms]), encoder, lexicon)
    total = np.logaddexp.reduce(logits, axis=1)
    return [
        form
        for (form, _, known), row, most in zip(forms, logits, total.tolist(), strict=True)
        if row.max() > row[known].max() or row.max() - most < _EXPECTED
    ]


def _logits(vectors: NDArray[np.float32], encoder: Encoder, lexicon: Lexicon) -> NDArray[np.float32]:
    """The logits of all originals for each vector, ``float32[m, vocabulary]``; those of a mean are the means of the logits."""
    here = slice(lexicon.vocabulary)
    return np.asarray(vectors @ encoder.table[here].T + encoder.bias[here])


def extended(candidates: Candidates, found: NDArray[np.int32], originals: Mapping[int, int]) -> Candidates:
    """The candidates of the words ``found``, and those of ``originals`` that are not among them."""
    rows, added = [], []
    for row, form in enumerate(found.tolist()):
        original = originals.get(form)
        if original is not None and original not in candidates.original[candidates.ptr[row] : candidates.ptr[row + 1]]:
            rows.append(row)
            added.append(original)
    ends = candidates.ptr[1:][rows]
    more = np.zeros(len(found) + 1, np.int64)
    more[np.array(rows, np.int64) + 1] = 1
    channel = np.full((len(rows), candidates.channel.shape[1]), _CHANNEL, np.float32)
    return Candidates(
        candidates.ptr + np.cumsum(more),
        np.insert(candidates.original, ends, added),
        np.insert(candidates.channel, ends, channel, axis=0),
    )
