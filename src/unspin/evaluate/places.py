"""What a reading of a specimen got right, place by place: a swapped phrase is one place however many words it has.

A *place* is a word or figure that the spinner left alone, or one of its swaps. Words that a spinner took out without a trace
leave no place; what the reader leaves open is not changed. Case is not compared. Word by
word, and with intervals, :mod:`unspin.evaluate.tally` counts.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from unspin.reading import Reading
from unspin.spinners import Specimen
from unspin.text import Kind, apply_within, split

__all__ = ["LONG_ENOUGH", "TORTURED", "Tally", "tally"]

LONG_ENOUGH: Final = 200
"""Words from which a specimen counts as detected or missed."""
TORTURED: Final = "tortured"
"""The family that swaps set phrases: its specimens need not read as spun."""


@dataclass(frozen=True)
class Tally:
    """Counts over specimens, see the text of the module; sums of tallies are tallies."""

    untouched: int = 0
    swaps: int = 0
    restored: int = 0
    found: int = 0
    changes: int = 0
    due: int = 0
    untouched_changed: int = 0
    long: int = 0
    detected: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(**{name: value + getattr(other, name) for name, value in asdict(self).items()})

    @property
    def right_before(self) -> float:
        """Share of the places that read as written in the spun text."""
        return _share(self.untouched, self.untouched + self.swaps)

    @property
    def right_after(self) -> float:
        """Share of the places that read as written in the restored text."""
        return _share(self.untouched - self.untouched_changed + self.restored, self.untouched + self.swaps)


def tally(specimen: Specimen, reading: Reading) -> Tally:
    """Hold what unspin says of a specimen against its answer key."""
    swaps = [swap for swap in specimen.swaps if swap.end > swap.start]
    changes = [change for change in reading.substitutions if not change.open]
    words = split(specimen.text)
    counted = words.kind != Kind.MARK
    spans = list(zip(words.start[counted].tolist(), words.end[counted].tolist(), strict=True))
    swapped = _overlaps(spans, [(swap.start, swap.end) for swap in swaps])
    changed = _overlaps(spans, [(change.start, change.end) for change in changes])
    found = _overlaps([(s.start, s.end) for s in swaps], [(c.start, c.end) for c in changes])
    due = _overlaps([(c.start, c.end) for c in changes], [(s.start, s.end) for s in swaps])
    read_right = [
        apply_within(specimen.text, changes, swap.start, swap.end).casefold() == swap.original.casefold()
        for swap, touched in zip(swaps, found, strict=True)
        if touched
    ]
    is_long = len(spans) >= LONG_ENOUGH and specimen.spinner != TORTURED
    return Tally(
        untouched=int((~swapped).sum()),
        swaps=len(swaps),
        restored=sum(read_right),
        found=int(found.sum()),
        changes=len(changes),
        due=int(due.sum()),
        untouched_changed=int((changed & ~swapped).sum()),
        long=int(is_long),
        detected=int(is_long and reading.spun),
    )


def _overlaps(spans: Sequence[tuple[int, int]], others: Sequence[tuple[int, int]]) -> NDArray[np.bool_]:
    """Which of ``spans`` share a code point with one of ``others``; both in order, the latter never overlapping."""
    starts = np.array([start for start, _ in others], np.int64)
    ends = np.array([end for _, end in others], np.int64)
    begin = np.array([start for start, _ in spans], np.int64)
    stop = np.array([end for _, end in spans], np.int64)
    return np.searchsorted(ends, begin, "right") < np.searchsorted(starts, stop, "left")


def _share(part: float, whole: float) -> float:
    return part / whole if whole else math.nan
