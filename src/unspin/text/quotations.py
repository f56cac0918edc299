"""Direct quotations and who is said to have said them.

Double quotation marks only; single ones are too often apostrophes, and as inner quotes they do not matter here. What is
quoted and what is merely in inverted commas ("scare quotes") is not told apart: see :attr:`QuotationSpan.words`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from unspin.text.quotation_marks import pair_marks
from unspin.text.speakers import Speakers
from unspin.text.words import Kind, Words

__all__ = ["QuotationSpan", "find_quotations"]


@dataclass(frozen=True, slots=True)
class QuotationSpan:
    """A quotation in a text; offsets are code points.

    Attributes:
        start: offset after the opening mark.
        end: offset of the closing mark; the end of the paragraph where the quotation is not closed.
        words: number of words and figures inside; one or two are rarely speech.
        speaker: the span of the speaker's name, or None when the text does not say it plainly.
    """

    start: int
    end: int
    words: int
    speaker: tuple[int, int] | None


def find_quotations(words: Words, read_as: Sequence[str] | None = None) -> tuple[QuotationSpan, ...]:
    """The quotations of a text, in order, never overlapping.

    Args:
        words: the text.
        read_as: for each token the lower-case word to take it for, ``words.lower`` when None. Where verbs and articles
            have been swapped, the restored words find more speakers.

    Raises:
        ValueError: ``read_as`` is not as long as ``words``.
    """
    if read_as is not None and len(read_as) != len(words):
        raise ValueError(f"read_as has {len(read_as)} words for {len(words)} tokens")
    found = pair_marks(words)
    if not found:
        return ()
    speakers = Speakers(words, words.lower if read_as is None else read_as, found).all()
    word_counts = np.concatenate([[0], np.cumsum(words.kind != Kind.MARK)])
    return tuple(
        QuotationSpan(
            start=int(words.end[quote.first - 1]),
            end=int(words.start[quote.end] if quote.closed else words.end[quote.end - 1]),
            words=int(word_counts[quote.end] - word_counts[quote.first]),
            speaker=None if who is None else (int(words.start[who[0]]), int(words.end[who[1] - 1])),
        )
        for quote, who in zip(found, speakers, strict=True)
    )
