"""How well a token of a page fits a token of its source, in nats.

The score of a pair is the log-likelihood ratio of "this came from that" against "they stand there by chance": a rare word
that stands on both sides says much, a common one little, and a word that the lexicon's channels make of another is a match
of known probability. A swapped word is therefore no mismatch; only what no spinner does is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from unspin import lexicon as lexicons
from unspin.arrays import ragged
from unspin.errors import MissingExtra
from unspin.text.words import Kind
from unspin.trace.sides import Side

__all__ = ["Likeness", "likeness"]

_KEPT: Final = -0.5
_SWAPPED: Final = -1.2
"""Log share of the words that a spinner keeps and swaps: whatever it does in truth, the order of the options is the same."""
_RAREST: Final = 9.0
"""Nats that one word may say at most: rarer ones are names, misprints and figures that two pages may share by chance."""
_LEAST_SWAP: Final = -2.0
_IN_PHRASE: Final = 2.0
"""A token of a phrase for one of what it may stand for."""
_MARK: Final = 1.0
"""A mark that stands on both sides."""


@dataclass(frozen=True, eq=False)
class Likeness:
    """A page and a source as rows of numbers, and what each pair of tokens is worth.

    Attributes:
        page: the number of each token of the page, ``int64[n]``; the same token has the same number on both sides.
        source: the number of each token of the source, ``int64[m]``.
        page_breaks: 1 where a sentence of the page begins, and at its end, ``int64[n + 1]``.
        source_breaks: the same of the source, ``int64[m + 1]``.
        rarity: what a token says that stands on both sides, by its number, ``float32[k]``, in nats.
        kind: its :class:`~unspin.text.Kind`, ``uint8[k]``.
        stem: the same for forms of one stem, ``int64[k]``.
        told: what each token of the source says that stands on both sides after the same words, ``float32[m]``, in nats: in
            a common phrase less than by itself.
        pairs: swaps that the channels know, ``number on the page * k + number in the source``, ascending.
        worth: what each of them is worth, in nats.
    """

    page: NDArray[np.int64]
    source: NDArray[np.int64]
    page_breaks: NDArray[np.int64]
    source_breaks: NDArray[np.int64]
    rarity: NDArray[np.float32]
    kind: NDArray[np.uint8]
    stem: NDArray[np.int64]
    told: NDArray[np.float32]
    pairs: NDArray[np.int64]
    worth: NDArray[np.float32]

    @cached_property
    def size(self) -> int:
        """How many different tokens there are."""
        return len(self.rarity)

    @cached_property
    def fits(self) -> tuple[Any, ...]:
        """What pairs are worth, as the compiled loops take it."""
        spun, original = np.divmod(self.pairs, self.size)
        begins = ragged.offsets_of_owners(spun, self.size)
        return self.rarity, self.kind, self.stem, begins, original, self.worth

    def only(self, page: NDArray[np.bool_], source: NDArray[np.bool_]) -> Likeness:
        """The same with nothing but some of the tokens; in place of the others stands what fits nothing."""
        return replace(
            self,
            page=np.where(page, self.page, self.size - 2),
            source=np.where(source, self.source, self.size - 1),
        )

    def worth_of(self, page: NDArray[np.int64], source: NDArray[np.int64]) -> NDArray[np.float32]:
        """What pairs of places say, token ``page[i]`` of the page with ``source[i]`` of the source, ``float32[n]``."""
        ours, theirs = self.page[page], self.source[source]
        alone: NDArray[np.float32] = kernels().worth_of(ours, theirs, self.fits)
        return np.where(ours == theirs, np.minimum(alone, self.told[source]), alone)


def kernels() -> Any:
    """The compiled loops.

    Raises:
        MissingExtra: ``unspin[trace]`` is not installed.
    """
    try:
        from unspin.trace import kernels
    except ImportError:
        raise MissingExtra("trace", "comparing texts") from None
    return kernels


def likeness(page: Side, source: Side) -> Likeness:
    """A page and a source, made ready to be aligned."""
    lexicon = lexicons.load()
    known = len(page.vocabulary)
    get = page.vocabulary.get
    joint = np.fromiter((get(token, -1) for token in source.vocabulary), np.int64, len(source.vocabulary))
    new = np.flatnonzero(joint < 0)
    joint[new] = known + np.arange(len(new))
    # Two tokens that no text has stand for a token of the page and of the source that is not to be looked at.
    kind = np.concatenate([page.kind, source.kind[new], np.full(2, Kind.MARK, np.uint8)])
    form = np.concatenate([page.form, source.form[new], np.full(2, -1, np.int32)])
    frequency = np.where(form >= 0, lexicon.log_frequency[form], np.float32(-_RAREST))
    rarity = np.clip(np.float32(_KEPT) - frequency, _MARK, np.float32(_RAREST + _KEPT))
    rarity = np.where(kind == Kind.MARK, np.float32(_MARK), rarity).astype(np.float32)
    rarity[-2:] = 0
    # A token that the lexicon doesn't know has a stem of its own.
    stem = np.where(form >= 0, lexicon.stem[form], len(lexicon.forms) + np.arange(len(form)))
    told = np.maximum(np.float32(_KEPT) + source.surprise, 0).astype(np.float32)
    keys, worth = _with_phrases(*_swaps(page, source, joint, frequency, len(form)), page, source, joint, len(form))
    return Likeness(
        page.numbers, joint[source.numbers], page.breaks, source.breaks, rarity, kind, stem.astype(np.int64), told,
        keys, worth,
    )  # fmt: skip


def _swaps(
    page: Side, source: Side, joint: NDArray[np.int64], frequency: NDArray[np.float32], size: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The swaps between tokens of the page and of the source that the channels know, with their worth."""
    owner = np.full(lexicons.load().vocabulary, -1, np.int64)  # the token of the source that is an original
    sure = (source.form >= 0) & (source.form < len(owner))
    owner[source.form[sure]] = joint[sure]
    swaps = page.swaps
    original = owner[swaps.original]
    keep = (original >= 0) & (original != swaps.spun)
    spun = swaps.spun[keep]
    worth = _SWAPPED + swaps.channel[keep] - frequency[spun]
    # On a spun page "indium" is another way to write "in", and met by chance as often.
    worth = np.minimum(worth, np.float32(_SWAPPED) - lexicons.load().log_frequency[swaps.original[keep]])
    return spun * size + original[keep], np.maximum(worth, _LEAST_SWAP).astype(np.float32)


def _with_phrases(
    keys: NDArray[np.int64],
    worth: NDArray[np.float32],
    page: Side,
    source: Side,
    joint: NDArray[np.int64],
    size: int,
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The swaps, and with them each token of a phrase of the page for each token of what it may stand for, ascending."""
    numbers, written = page.vocabulary, source.vocabulary
    more: set[int] = set()
    for hit in page.phrases:
        for original in hit.originals:
            if all(token in written for token in original):
                ours, theirs = [numbers[t] * size for t in hit.found], [int(joint[written[t]]) for t in original]
                more.update(a + b for a in ours for b in theirs if a != b * size)
    keys = np.append(keys, np.fromiter(more, np.int64, len(more)))
    worth = np.append(worth, np.full(len(more), _IN_PHRASE, np.float32))
    order = np.argsort(keys, kind="stable")  # a swap that the channels know stays before the same one by a phrase
    first = np.append(True, np.diff(keys[order]) != 0)[: len(order)]
    return keys[order][first], worth[order][first]
