"""A page in the wording of its sources, and in the reader's where they say nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Protocol, TypeVar

from unspin.comparison import Change, Comparison, How, Passage, Wording
from unspin.reading import Reading
from unspin.text import apply, removal_span
from unspin.text.view import with_unseen
from unspin.trace.evidence import LEAST_WORDS
from unspin.trace.results import Restoration

__all__ = ["marked", "restored"]


def restored(found: Comparison, reading: Reading | None = None, *, further: Sequence[Comparison] = ()) -> Restoration:
    """The page in the source's wording wherever the two align, and in the reader's elsewhere.

    Args:
        found: page and source compared.
        reading: what the reader says of the page; None to leave the rest of the page as it is.
        further: the page and further sources, for what lies in no passage of those before.

    Raises:
        ValueError: the reading or a comparison is one of another text.
    """
    comparisons = (found, *further)
    if any(
        text != found.page
        for text in (*(other.page for other in further), *(() if reading is None else [reading.text]))
    ):
        raise ValueError("a reading or a comparison of another text than the page; take the page itself")
    wordings: list[Wording] = []
    taken: list[Passage] = []
    for number, comparison in enumerate(comparisons):
        own = _outside(taken, _telling(comparison))
        wordings += _by_source(comparison, _inside(own, comparison.changes), number)
        taken = sorted((*taken, *own), key=_place)
    elsewhere = _outside(taken, () if reading is None else reading.substitutions)
    wordings += (Wording(s.start, s.end, s.original, None) for s in elsewhere)
    wordings.sort(key=_place)
    return Restoration(
        page=found.page,
        restored=apply(found.page, wordings),
        wordings=tuple(wordings),
        by_reader=elsewhere,
        comparisons=comparisons,
    )


def _telling(found: Comparison) -> tuple[Passage, ...]:
    """The passages that are no phrase which anybody uses, unless such a phrase is most of the page."""
    return tuple(passage for passage in found.passages if passage.words >= min(LEAST_WORDS, found.words / 2))


class _Span(Protocol):
    """A place of the page."""

    @property
    def start(self) -> int:
        """Offset of the first code point."""

    @property
    def end(self) -> int:
        """Offset after the last."""


_S = TypeVar("_S", bound=_Span)


def _place(span: _Span) -> tuple[int, int]:
    return span.start, span.end


def _outside(taken: Sequence[_Span], spans: Sequence[_S]) -> tuple[_S, ...]:
    """Those that have nothing of what is taken; both in order."""
    kept: list[_S] = []
    k = 0
    for span in spans:
        while k < len(taken) and taken[k].end <= span.start:
            k += 1
        if k == len(taken) or span.end <= taken[k].start:
            kept.append(span)
    return tuple(kept)


def _inside(passages: Sequence[Passage], changes: Sequence[Change]) -> Iterator[Change]:
    """The changes in some passages; both in order."""
    k = 0
    for change in changes:
        while k < len(passages) and passages[k].end < change.end:
            k += 1
        if k < len(passages) and passages[k].start <= change.start:
            yield change


def _wording(found: Comparison, change: Change, number: int) -> Wording:
    """The change as one of the page, with the white space that comes or goes with a word."""
    page, source = found.page, found.source
    start, end = change.start, change.end
    if change.how is How.INSERTED:
        start, end = with_unseen(page, start, end)
        spaced = not start or page[start - 1].isspace()
        free = end == len(page) or not page[end].isalnum()
        # Otherwise the space is that of the words beside.
        return Wording(*(removal_span(page, start, end) if spaced and free else (start, end)), "", number)
    original = source[change.source_start : change.source_end]
    if change.how is How.DROPPED:
        before = source[: with_unseen(source, change.source_start, change.source_start)[0]]
        original = before[len(before.rstrip()) :] + original
    if "\n" not in page[start:end]:
        original = re.sub(r"\s++", " ", original)
    return Wording(start, end, original, number)


def _by_source(found: Comparison, changes: Iterable[Change], number: int) -> list[Wording]:
    """The changes, those that overlap cut short: of two words that go, both would take the space between."""
    kept: list[Wording] = []
    for change in changes:
        wording = _wording(found, change, number)
        if kept and wording.start < kept[-1].end:
            if wording.end <= kept[-1].end and not wording.original:
                continue
            wording = replace(wording, start=kept[-1].end, end=max(wording.end, kept[-1].end))
        kept.append(wording)
    return kept


def marked(made: Restoration) -> str:
    """The restored page with ``‹words›`` where the wording is a source's, and ``‹words?›`` where it is the reader's."""
    signed = [replace(w, original=_signed(w.original, "?" if w.source is None else "")) for w in made.wordings]
    return apply(made.page, signed)


def _signed(words: str, sign: str) -> str:
    bare = words.lstrip()
    return f"{words[: len(words) - len(bare)]}‹{bare}{sign if bare else ''}›"
