"""A page in the wording of its source, and in the reader's where the source says nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from unspin.reading import Reading, Substitution
from unspin.text import apply, removal_span
from unspin.trace.results import Change, Comparison, How, Restoration

__all__ = ["marked", "restored"]


class _Edit(NamedTuple):
    """A place of the page and what goes there."""

    start: int
    end: int
    original: str


def restored(found: Comparison, reading: Reading | None = None) -> Restoration:
    """The page in the source's wording wherever the two align, and in the reader's elsewhere.

    Args:
        found: page and source compared.
        reading: what the reader says of the page; None to leave the rest of the page as it is.

    Raises:
        ValueError: the reading is one of another text.
    """
    if reading is not None and reading.text != found.page:
        raise ValueError("a reading of another text than the page; read the page itself")
    elsewhere = _elsewhere(found, () if reading is None else reading.substitutions)
    edits = [*_by_source(found), *(_Edit(s.start, s.end, s.original) for s in elsewhere)]
    edits.sort(key=_place)
    return Restoration(
        page=found.page,
        restored=apply(found.page, edits),
        by_source=found.changes,
        by_reader=elsewhere,
        comparison=found,
    )


def _place(edit: _Edit) -> tuple[int, int]:
    return edit.start, edit.end


def _elsewhere(found: Comparison, substitutions: Sequence[Substitution]) -> tuple[Substitution, ...]:
    """Those that lie in no passage."""
    kept: list[Substitution] = []
    k = 0
    for substitution in substitutions:
        while k < len(found.passages) and found.passages[k].end <= substitution.start:
            k += 1
        if k == len(found.passages) or substitution.end <= found.passages[k].start:
            kept.append(substitution)
    return tuple(kept)


def _edit(found: Comparison, change: Change) -> _Edit:
    """The change as an edit of the page, with the white space that comes or goes with a word."""
    page, source = found.page, found.source
    if change.how is How.INSERTED:
        start, end = change.start, change.end
        spaced = not start or page[start - 1].isspace()
        free = end == len(page) or not page[end].isalnum()
        # Otherwise the space is that of the words beside.
        return _Edit(*(removal_span(page, start, end) if spaced and free else (start, end)), "")
    original = source[change.source_start : change.source_end]
    if change.how is How.DROPPED:
        before = source[: change.source_start]
        original = before[len(before.rstrip()) :] + original
    if "\n" not in page[change.start : change.end]:
        original = re.sub(r"\s++", " ", original)
    return _Edit(change.start, change.end, original)


def _by_source(found: Comparison) -> list[_Edit]:
    """The changes as edits, those that overlap cut short: of two words that go, both would take the space between."""
    kept: list[_Edit] = []
    for change in found.changes:
        edit = _edit(found, change)
        if kept and edit.start < kept[-1].end:
            if edit.end <= kept[-1].end and not edit.original:
                continue
            edit = _Edit(kept[-1].end, max(edit.end, kept[-1].end), edit.original)
        kept.append(edit)
    return kept


def marked(made: Restoration) -> str:
    """The restored page with ``‹words›`` where the wording is the source's, and ``‹words?›`` where it is the reader's."""
    edits = [_Edit(edit.start, edit.end, _signed(edit.original, "")) for edit in _by_source(made.comparison)]
    edits += [_Edit(s.start, s.end, _signed(s.original, "?")) for s in made.by_reader]
    edits.sort(key=_place)
    return apply(made.page, edits)


def _signed(words: str, sign: str) -> str:
    bare = words.lstrip()
    return f"{words[: len(words) - len(bare)]}‹{bare}{sign if bare else ''}›"
