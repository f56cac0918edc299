"""Several spins of one lost article, restored by consensus.

Spinners leave most words alone, and each page leaves others: what was written often stands untouched in one of them. The
pages are read one by one and aligned (:mod:`~unspin.trace.columns`); where they differ, each votes in what its spinner may do
(:mod:`~unspin.trace.voting`). What comes out is the first page in the words that its author most likely wrote.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import Final

import numpy as np
from numpy.typing import NDArray

from unspin.reader import Watch, read
from unspin.reader.passes import load
from unspin.reader.substitutions import quotations
from unspin.reading import BELIEVED, Reading, Substitution
from unspin.settings import MOST_SIBLINGS, Settings
from unspin.text import Words, apply, match_case, removal_span, sentence_starts, split
from unspin.trace.columns import Column, Columns, Place, columns
from unspin.trace.voting import Ballot, ballots, features, key, probabilities

__all__ = ["ALIGNED", "Consensus", "ballots_of", "consensus", "siblings"]

ALIGNED: Final = 0.2
"""Share of the first page's words that another must have aligned with it to have a vote."""
_SHOWN: Final = 3
"""Alternatives that are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consensus:
    """The first of several pages as it was probably written, and how the others helped.

    Attributes:
        reading: the first page, its substitutions as the pages together have them; what no other page has is as its own
            reading has it.
        alone: what the reader says of each page alone, the first one first.
        aligned: for each page the share of the first page's words that stands aligned with it, 0 to 1; one below
            :data:`ALIGNED` had no vote.
        decided: places on which the pages voted.
    """

    reading: Reading
    alone: tuple[Reading, ...]
    aligned: tuple[float, ...]
    decided: int


def siblings(pages: Sequence[str], settings: Settings | None = None, watch: Watch | None = None) -> Consensus:
    """Restore the first of several pages that were made of the same lost article.

    A page that does not read as spun comes back as it is: what differs in the others says nothing against it.

    Args:
        pages: the page to restore, then its siblings.
        settings: how each is read.
        watch: told how far the readings have come; what it raises ends them.

    Raises:
        TypeError: one of them is not a string.
        InputError, ModelError: as for :func:`unspin.read`.
        ValueError: there are fewer than two, or more than :data:`~unspin.settings.MOST_SIBLINGS`.
        MissingExtra: ``unspin[trace]`` is not installed.
    """
    if not 2 <= len(pages) <= MOST_SIBLINGS:
        raise ValueError(f"{len(pages)} pages; siblings are 2 to {MOST_SIBLINGS}")
    settings = settings or Settings()
    readings = [read(page, settings, watch=_part(watch, k, len(pages))) for k, page in enumerate(pages)]
    return consensus(readings, settings)


def _part(watch: Watch | None, number: int, count: int) -> Watch | None:
    """What watches one reading of several."""
    return None if watch is None else lambda done, _: watch((number + done) / count, None)


def consensus(readings: Sequence[Reading], settings: Settings | None = None) -> Consensus:
    """The same of pages that were read already; arguments and errors as for :func:`siblings`."""
    first, fill_all = readings[0], (settings or Settings()).fill_all
    alone = tuple(readings)
    if not first.spun:
        return Consensus(reading=first, alone=alone, aligned=columns(readings).shares, decided=0)
    aligned, decided, rows = ballots_of(readings)
    words = split(first.text)
    quoted, made = quotations(words, _substitutions(aligned, words, decided, list(map(probabilities, rows)), fill_all))
    swapped = sum(1 for s in made if s.found.lower() not in ("a", "an"))
    reading = replace(
        first,
        restored=apply(first.text, made),
        share=round(swapped / max(1, first.words), 6),
        substitutions=made,
        quotations=quoted,
    )
    return Consensus(reading=reading, alone=alone, aligned=aligned.shares, decided=len(decided))


def ballots_of(readings: Sequence[Reading]) -> tuple[Columns, list[Ballot], list[NDArray[np.float64]]]:
    """The pages that have a vote in columns, the columns in which they differ, and the features of the candidates there."""
    whole = columns(readings)
    voting = [k for k, share in enumerate(whole.shares) if share >= ALIGNED]
    made = tuple(Column(tuple(column.places[k] for k in voting)) for column in whole.columns)
    aligned = Columns(tuple(whole.pages[k] for k in voting), made, whole.shares)
    models = load()
    decided = ballots(aligned) if len(voting) > 1 else []
    text = [_first(aligned, column) for column in made]
    rows = features(decided, text, models.lexicon, models.ngram)
    # Once more, with the neighbours as decided now.
    return aligned, decided, features(decided, _filled(text, decided, rows), models.lexicon, models.ngram)


def _filled(text: Sequence[str], decided: Sequence[Ballot], rows: Sequence[NDArray[np.float64]]) -> list[str]:
    """What stands in each column when the likeliest candidates are filled in."""
    best = {
        ballot.column: ballot.options[int(probabilities(values).argmax())].text
        for ballot, values in zip(decided, rows, strict=True)
    }
    return [best.get(number, now) for number, now in enumerate(text)]


def _first(aligned: Columns, column: Column) -> str:
    """What the reading of the first page has in a column."""
    place = column.places[0]
    assert place is not None  # the first page is aligned with itself
    return aligned.pages[0].reading.restored[place.restored_start : place.restored_end]


def _substitutions(
    aligned: Columns,
    words: Words,
    decided: Sequence[Ballot],
    shares: Sequence[NDArray[np.float64]],
    fill_all: bool,
) -> tuple[Substitution, ...]:
    """What was decided as changes of the first page, and the reader's where no other page has anything."""
    begins = {int(start) for start in words.start[sentence_starts(words)]}
    made: list[Substitution] = []
    voted: list[tuple[int, int]] = []
    for ballot, share in zip(decided, shares, strict=True):
        place = aligned.columns[ballot.column].places[0]
        assert place is not None
        voted.append((place.start, place.end))
        here = _substitution(words.text, ballot, share, place, place.start in begins, fill_all)
        if here is not None:
            made.append(here)
    kept = (s for s in aligned.pages[0].reading.substitutions if not _inside(s, voted))
    return tuple(_apart(sorted([*made, *kept], key=lambda s: (s.start, s.end))))


def _inside(substitution: Substitution, voted: Sequence[tuple[int, int]]) -> bool:
    """Whether a substitution shares a code point with a place that was voted on."""
    k = bisect_left(voted, substitution.end, key=itemgetter(0)) - 1
    return k >= 0 and voted[k][1] > substitution.start


def _apart(changes: Iterable[Substitution]) -> Iterator[Substitution]:
    """Without those that a removed word, which takes its space with it, runs into."""
    end = 0
    for change in changes:
        if change.start >= end:
            yield change
            end = change.end


def _substitution(
    page: str, ballot: Ballot, share: NDArray[np.float64], place: Place, begins: bool, fill_all: bool
) -> Substitution | None:
    """What was decided at a place; None where it stands as it was written."""
    start, end = place.start, place.end
    found = page[start:end]
    words = key(found)
    ranked = [
        (_cased(found, ballot.options[k].text, begins), round(float(share[k]), 4), ballot.options[k].key == words)
        for k in np.argsort(-share, kind="stable").tolist()
    ]
    original, probability, as_found = ranked[0]
    if as_found:
        return None
    if probability < BELIEVED and not fill_all:
        left = next((share for _, share, same in ranked if same), 0.0)
        others = [(text, share) for text, share, same in ranked if not same]
        return Substitution(start, end, found, found, left, tuple(others[:_SHOWN]))
    if not original:
        start, end = removal_span(page, start, end)
    others = [(text, share) for text, share, _ in ranked[1 : 1 + _SHOWN]]
    return Substitution(start, end, page[start:end], original, probability, tuple(others))


def _cased(found: str, text: str, begins: bool) -> str:
    """A candidate as it would stand in the first page: the capital of a sentence's first word is not its own."""
    own = text == "I" or text[1:] != text[1:].lower()
    return match_case(found, text if own else text[:1].lower() + text[1:], begins)
