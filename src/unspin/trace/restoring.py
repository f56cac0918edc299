"""A page in the wording of its source, and in the reader's where the source says nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from unspin.reading import Reading, Substitution
from unspin.text import apply, removal_span
from unspin.trace.results import Change, Comparison, How, Restoration

__all__ = ["marked", "restored"]


class _Edit(NamedTuple):
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
    edits = _in_order(found.page, found.changes, elsewhere)
    return Restoration(
        page=found.page,
        restored=apply(found.page, edits),
        by_source=found.changes,
        by_reader=elsewhere,
        comparison=found,
    )


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


def _edit(page: str, change: Change) -> _Edit:
    """The change as an edit of the page, with the white space that comes or goes with a word."""
    if change.how is How.INSERTED:
        return _Edit(*removal_span(page, change.start, change.end), "")
    if change.how is How.DROPPED:
        return _Edit(change.start, change.end, f" {change.original}")
    return _Edit(change.start, change.end, change.original)


def _in_order(page: str, changes: Sequence[Change], elsewhere: Sequence[Substitution]) -> list[_Edit]:
    return sorted(
        [*(_edit(page, change) for change in changes), *(_Edit(s.start, s.end, s.original) for s in elsewhere)]
    )


def marked(made: Restoration) -> str:
    """The restored page with ``‹words›`` where the wording is the source's, and ``‹words?›`` where it is the reader's."""
    by_source = [_edit(made.page, change) for change in made.by_source]
    edits = [_Edit(edit.start, edit.end, _signed(edit.original, "")) for edit in by_source]
    edits += [_Edit(s.start, s.end, _signed(s.original, "?")) for s in made.by_reader]
    return apply(made.page, sorted(edits))


def _signed(words: str, sign: str) -> str:
    bare = words.lstrip()
    return f"{words[: len(words) - len(bare)]}‹{bare}{sign if bare else ''}›"
