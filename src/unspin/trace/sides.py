"""One of two texts, made ready to be held against another."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from unspin import lexicon as lexicons
from unspin.arrays import ragged
from unspin.model.ngram import NGram
from unspin.text import QuotationSpan, Words, find_quotations, sentence_spans, sentence_starts, split
from unspin.text.paragraphs import paragraph_starts
from unspin.text.view import View, unveiled
from unspin.text.words import Kind
from unspin.trace.boilerplate import boilerplate
from unspin.trace.phrases import Hit
from unspin.trace.phrases import load as load_phrases
from unspin.trace.repeats import said_first

__all__ = ["Side", "Swaps", "side", "swaps"]


class Swaps(NamedTuple):
    """Tokens and what they may have been swapped for.

    Attributes:
        spun: the number of a token, ascending, ``int64[k]``.
        original: the id in the lexicon of a word that it may stand for, ``int64[k]``.
        channel: the log probability of that under the channel that makes it likeliest, ``float32[k]``.
    """

    spun: NDArray[np.int64]
    original: NDArray[np.int64]
    channel: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Side:
    """A text with what is asked about more than once; a page is held against many.

    It is aligned as it is read: ``words`` are those of a view. Every other offset is one into the text as given.

    Attributes:
        seen: the text as it is read.
        words: what is read, with all tokens.
    """

    seen: View
    words: Words

    @property
    def text(self) -> str:
        """The text as given."""
        return self.seen.given

    @cached_property
    def start(self) -> NDArray[np.int32]:
        """Where each token begins, ``int32[n]``."""
        return self.words.start if self.seen.start is None else self.seen.start[self.words.start]

    @cached_property
    def end(self) -> NDArray[np.int32]:
        """Where each token ends, ``int32[n]``."""
        return self.words.end if self.seen.end is None else self.seen.end[self.words.end - 1]

    @cached_property
    def counts(self) -> NDArray[np.bool_]:
        """True where a token is a word or a figure, ``bool[n]``; marks are none."""
        return np.not_equal(self.words.kind, Kind.MARK)

    @cached_property
    def size(self) -> int:
        """How many words and figures it has."""
        return int(self.counts.sum())

    @cached_property
    def said(self) -> NDArray[np.bool_]:
        """True where a token is a word or a figure and says something for the first time, ``bool[n]``."""
        said = self.counts.copy()
        said[said] = said_first(self.numbers[said])
        return said

    @cached_property
    def spoken(self) -> tuple[str, ...]:
        """The words and figures in lower case, marks left out."""
        return tuple(word for word, counts in zip(self.words.lower, self.counts.tolist(), strict=True) if counts)

    @cached_property
    def vocabulary(self) -> dict[str, int]:
        """Its different tokens in lower case, with their numbers in order of their first place."""
        number: dict[str, int] = {}
        take = number.setdefault
        for token in self.words.lower:
            take(token, len(number))
        return number

    @cached_property
    def numbers(self) -> NDArray[np.int64]:
        """The number of each token, ``int64[n]``."""
        number = self.vocabulary
        return np.fromiter((number[token] for token in self.words.lower), np.int64, len(self.words))

    @cached_property
    def kind(self) -> NDArray[np.uint8]:
        """A :class:`~unspin.text.Kind` for each different token, ``uint8[k]``."""
        kind = np.zeros(len(self.vocabulary), np.uint8)
        kind[self.numbers] = self.words.kind
        return kind

    @cached_property
    def form(self) -> NDArray[np.int32]:
        """The id in the lexicon of each different token, -1 for those that it does not know, ``int32[k]``."""
        return lexicons.load().ids(list(self.vocabulary))

    @cached_property
    def swaps(self) -> Swaps:
        """What its tokens may have been swapped for, by the channels of the lexicon."""
        return swaps(self.form)

    @cached_property
    def sentences(self) -> NDArray[np.int32]:
        """Where its sentences begin and end, ``int32[m, 2]``."""
        return sentence_spans(self.words)

    @cached_property
    def paragraphs(self) -> NDArray[np.int64]:
        """Where its paragraphs begin, and the end of the last, ``int64[m + 1]``."""
        first = np.searchsorted(self.words.start, paragraph_starts(self.words.text))
        return np.unique(np.append(first, [0, len(self.words)]))

    @cached_property
    def breaks(self) -> NDArray[np.int64]:
        """1 where a sentence begins, and at the end, ``int64[n + 1]``."""
        breaks = np.zeros(len(self.words) + 1, np.int64)
        breaks[self.sentences.ravel()] = 1
        breaks[-1] = 1
        return breaks

    @cached_property
    def special(self) -> NDArray[np.bool_]:
        """Which tokens no spinner touches: figures, and words with a capital inside a sentence, ``bool[n]``."""
        begins, figure = sentence_starts(self.words), np.equal(self.words.kind, Kind.NUMBER)
        text = self.words.text
        capital = [text[start].isupper() for start in self.words.start.tolist()]
        return figure | (np.array(capital, np.bool_) & ~np.asarray(begins, np.bool_))

    @cached_property
    def surprise(self) -> NDArray[np.float32]:
        """How improbable each token is after the three before it, ``float32[n]``, in nats."""
        model = _ngram()
        return -model.log_probability(model.ids(self.words.lower))

    @cached_property
    def phrases(self) -> tuple[Hit, ...]:
        """The phrases in it that may stand for others, each once."""
        return tuple(load_phrases().inside(self.words.lower))

    @cached_property
    def quotations(self) -> tuple[QuotationSpan, ...]:
        """What people are said to have said."""
        found = find_quotations(self.words)
        if self.seen.start is None:
            return found
        span = self.seen.span
        return tuple(
            replace(quotation, start=start, end=end, speaker=quotation.speaker and span(*quotation.speaker))
            for quotation in found
            for start, end in (span(quotation.start, quotation.end),)
        )

    @cached_property
    def quoted(self) -> NDArray[np.bool_]:
        """Which tokens stand in quotation marks, ``bool[n]``."""
        inside = np.zeros(len(self.words), np.bool_)
        for quotation in self.quotations:
            inside[self.tokens(quotation.start, quotation.end)] = True
        return inside

    @cached_property
    def boilerplate(self) -> NDArray[np.bool_]:
        """Which tokens stand in a sentence that every site has, ``bool[n]``."""
        return boilerplate(self.words, self.sentences)

    def tokens(self, start: int, end: int) -> slice:
        """The tokens that begin between two offsets."""
        first, last = np.searchsorted(self.start, (start, end)).tolist()
        return slice(first, last)


def swaps(form: NDArray[np.int32]) -> Swaps:
    """What tokens may have been swapped for, by the channels of the lexicon.

    Args:
        form: the id of each in the lexicon, -1 for those that it does not know.
    """
    candidates = lexicons.load().candidates(form)
    return Swaps(ragged.owners(candidates.ptr), candidates.original, candidates.channel.max(axis=1, initial=-np.inf))


def side(text: str) -> Side:
    """A text, ready to be held against another."""
    seen = unveiled(text)
    return Side(seen, split(seen.text))


@lru_cache(maxsize=1)
def _ngram() -> NGram:
    return NGram.load()
