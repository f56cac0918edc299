"""A page against a source: the comparison, and the page restored in the source's wording."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from unspin.reading import Reading, Substitution
from unspin.text import apply, removal_span
from unspin.trace.alignment import align
from unspin.trace.evidence import comparison
from unspin.trace.results import Change, Comparison, How, Restoration
from unspin.trace.sides import side

__all__ = ["compare", "restored"]


def compare(page: str, source: str) -> Comparison:
    """What a page has of a source, and what it changed.

    Args:
        page: the text that may have been made from the other.
        source: the text that it may have been made from.

    Raises:
        TypeError: one of them is not a string.
        MissingExtra: ``unspin[trace]`` is not installed.
    """
    for name, text in (("page", page), ("source", source)):
        if not isinstance(text, str):
            raise TypeError(f"{name} must be a str, not {type(text).__name__}")
    ours, theirs = side(page), side(source)
    return comparison(ours, theirs, align(ours, theirs))


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
    edits = sorted([*(_edit(found.page, change) for change in found.changes),
                    *(_Edit(s.start, s.end, s.original) for s in elsewhere)])  # fmt: skip
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
