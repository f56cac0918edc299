"""Reading closely, of spans: a causal language model reads what may have stood in place of each span of the lattice.

Spans that overlap one another make a *region*. Its readings are the text as found, and the region with one of the originals of
one of the spans in it. The model reads the best of them in their sentence, whose other words stand as the reader guesses them.
Reader and model are weighed by a log-linear model over the readings of a region.

The weights are fitted on real pages read by hand together with simulated ones (``python -m training.closely``).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from unspin.arrays import ragged
from unspin.model.trees import CausalModel, below_best
from unspin.reader.spans import SpanPosterior, Spans
from unspin.text import Words, match_case, sentence_starts

__all__ = ["READINGS", "Heard", "features", "heard", "is_in_doubt", "load", "rescored"]

READINGS: Final = ("reader", "said", "put_in")
"""What a reading of a region is judged by: its log probability by the reader, what the model says of it, and 1 where a span was
put in."""
_DOUBTED: Final = 0.01
"""Probability of a span from which on the model is asked about it."""
_ORIGINALS: Final = 5
"""Originals of a span that stay in play."""
_ASKED: Final = 6
_MARGIN: Final = 5.0
"""Readings of a region that the model is asked about at most, and nats below the best of them up to which it is. Five within
4 nats, of spans from .02 on, take 6% less time and leave more honest phrases changed (``docs/evaluation.md``)."""
_LEAST: Final = 1e-4
"""The probability, of an original or that no span was put in, that the reader is taken to give at least."""


class _Region(NamedTuple):
    """Tokens ``[begin, end)`` and the spans in it, each of which overlaps each other one."""

    begin: int
    end: int
    spans: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Heard:
    """What reader and model say of the regions that the model was asked about, ``m`` of them.

    Attributes:
        ptr: where the readings of each begin, the text without a span put in first, ``int64[m + 1]``.
        option: their indices among the originals of all spans, -1 for the text without a span put in, ``int64[k]``.
        reader: log probability of each by the reader, ``float64[k]``.
        said: log-likelihood of each by the model, against the best of its region, ``float64[k]``.
    """

    ptr: NDArray[np.int64]
    option: NDArray[np.int64]
    reader: NDArray[np.float64]
    said: NDArray[np.float64]


def rescored(
    words: Words,
    tokens: list[str],
    spans: Spans,
    posterior: SpanPosterior,
    model: CausalModel,
    weights: NDArray[np.float64],
) -> SpanPosterior:
    """The posterior after a causal language model has read the regions.

    Args:
        words: the document.
        tokens: what stands at each token as far as the reader can guess, in lower case.
        spans: those of the document.
        posterior: what the reader says of them.
        model: the language model.
        weights: of :data:`READINGS`.
    """
    there = heard(words, tokens, spans, posterior, model)
    score = features(there) @ weights
    share = np.exp(score - ragged.spread(ragged.log_sum_exp(score, there.ptr), there.ptr))
    option, put_in = posterior.option.copy(), posterior.put_in.copy()
    owner = ragged.owners(spans.ptr)
    read = there.option >= 0
    again = np.zeros(len(spans), bool)
    again[owner[there.option[read]]] = True
    option[again[owner]] = 0.0
    option[there.option[read]] = share[read]
    put_in[again] = ragged.sums(option, spans.ptr)[again]
    return SpanPosterior(option, put_in)


def is_in_doubt(posterior: SpanPosterior) -> bool:
    """Whether there is a span that the model is asked about."""
    return bool((posterior.put_in >= _DOUBTED).any())


def features(there: Heard) -> NDArray[np.float64]:
    """What :data:`READINGS` names, ``float64[k, 3]``."""
    return np.stack([there.reader, there.said, there.option >= 0], axis=1).astype(np.float64)


def heard(words: Words, tokens: list[str], spans: Spans, posterior: SpanPosterior, model: CausalModel) -> Heard:
    """What a causal language model says of the readings of the regions in doubt, and what the reader says of them."""
    page = _Page(words, tokens, spans, posterior)
    regions = _regions(words, spans, posterior)
    readings = [page.readings(region) for region in regions]
    ptr = ragged.offsets(np.array([len(some) for some in readings], np.int64))
    flat = [reading for some in readings for reading in some]
    reader = np.log(np.array([reading.probability for reading in flat], np.float64))
    begin = np.array([region.begin for region in regions], np.int64)
    end = np.array([region.end for region in regions], np.int64)
    texts = [reading.text for reading in flat]
    likelihood = model.likelihood(words, tokens, begin, ptr, texts, reader, margin=_MARGIN, most=_ASKED, end=end)
    option = np.array([reading.option for reading in flat], np.int64)
    rows = ragged.take(ptr, np.flatnonzero(ragged.sums(~np.isnan(likelihood) & (option >= 0), ptr) > 0))
    each = [rows.items[a:b] for a, b in pairwise(rows.ptr.tolist())]
    said = [_as_one(likelihood[here], option[here]) for here in each]
    kept = (option[rows.items] >= 0) | (ragged.ranks(rows.ptr) == 0)
    items = rows.items[kept]
    return Heard(ragged.kept(rows.ptr, kept), option[items], reader[items], np.concatenate([np.empty(0), *said]))


def _as_one(likelihood: NDArray[np.float32], option: NDArray[np.int64]) -> NDArray[np.float64]:
    """The likelihoods of a region against the best of them; readings without a span put in count as one, the best of them."""
    left = np.fmax.reduce(likelihood[option < 0], keepdims=True)
    return below_best(np.concatenate([left, likelihood[option >= 0]]))


class _Reading(NamedTuple):
    """What may stand in a region: an original among those of all spans, or -1; its probability by the reader; the text."""

    option: int
    probability: float
    text: str


class _Page:
    """A document whose regions are written out."""

    def __init__(self, words: Words, tokens: list[str], spans: Spans, posterior: SpanPosterior) -> None:
        self._words = words
        self._tokens = tokens
        self._spans = spans
        self._posterior = posterior
        self._starts = sentence_starts(words)

    def readings(self, region: _Region) -> list[_Reading]:
        """The readings of a region, first those without a span put in: the text as found, and of a single word the guess at it.

        A word that does not stand for a phrase may still stand for another word. Of phrases such a second reading tells less
        than that the first reads badly.
        """
        left = max(1 - float(self._posterior.put_in[list(region.spans)].sum()), _LEAST)
        tokens = [self._words.lower, self._tokens] if region.end - region.begin == 1 else [self._words.lower]
        texts = dict.fromkeys(self._written(region.begin, region.end, some) for some in tokens)
        readings = [_Reading(-1, left, text) for text in texts]
        for span in region.spans:
            begin, end = int(self._spans.begin[span]), int(self._spans.end[span])
            options = np.arange(self._spans.ptr[span], self._spans.ptr[span + 1])
            likely = options[np.argsort(-self._posterior.option[options], kind="stable")][:_ORIGINALS]
            before, after = (self._written(*part, self._tokens) for part in ((region.begin, begin), (end, region.end)))
            for k in likely.tolist():
                original = self._cased(begin, self._spans.originals[k])
                text = " ".join(part for part in (before, original, after) if part)
                readings.append(_Reading(k, max(float(self._posterior.option[k]), _LEAST), text))
        return readings

    def _written(self, begin: int, end: int, tokens: Sequence[str]) -> str:
        """Tokens of the document, white space evened out."""
        words = self._words
        text = ""
        for i in range(begin, end):
            form = words.surface(i) if tokens[i] == words.lower[i] else self._cased(i, tokens[i])
            text += " " * (i > begin and not words.touches[i]) + form
        return text

    def _cased(self, token: int, form: str) -> str:
        return match_case(self._words.surface(token), form, bool(self._starts[token]))


def _regions(words: Words, spans: Spans, posterior: SpanPosterior) -> list[_Region]:
    """The regions in doubt, in order; a span that overlaps some spans of a region and not others is left out."""
    regions: list[_Region] = []
    for span in np.argsort(-posterior.put_in, kind="stable").tolist():
        if posterior.put_in[span] < _DOUBTED:
            break
        begin, end = int(spans.begin[span]), int(spans.end[span])
        near = [region for region in regions if region.begin < end and begin < region.end]
        if not near:
            regions.append(_Region(begin, end, (span,)))
        elif len(near) == 1 and all(spans.begin[o] < end and begin < spans.end[o] for o in near[0].spans):
            [region] = near
            wider = _Region(min(begin, region.begin), max(end, region.end), (*region.spans, span))
            regions[regions.index(region)] = wider
    return sorted(regions)


@lru_cache(maxsize=1)
def load() -> NDArray[np.float64]:
    """The shipped weights."""
    saved = json.loads((resources.files("unspin.data") / "reader.json").read_text(encoding="utf-8"))["causal"]
    return np.array([saved["readings"][name] for name in READINGS])
