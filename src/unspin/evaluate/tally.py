"""Restoring, counted: what a reading of a specimen got right, word by word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from unspin.evaluate.answers import Answers
from unspin.reading import Reading
from unspin.text import Kind, Words

__all__ = ["COUNTS", "RATES", "Count", "compare", "count", "figures", "of_specimen"]

COUNTS: Final = (
    "words",
    "right_before",
    "right",
    "swapped",
    "found",
    "restored",
    "untouched",
    "changed",
    "single",
    "single_restored",
)
"""What is counted of a document; figures count as words, marks don't, and case is not compared.

``right_before`` and ``right``: words that stand as written, as spun and as restored; ``swapped``: words that do not, of which
``found`` are changed at all (a place left open is not) and ``restored`` to the very word; ``untouched``: words left alone by
the spinner, of which ``changed`` by the reader; ``single``: swaps of one word for one word, and ``single_restored`` of them.
"""
RATES: Final = ("right_before", "right", "restored", "recall", "precision", "changed")
"""The rates that :func:`figures` makes of the counts."""


@dataclass(frozen=True)
class Count:
    """What was counted in one document, in the order of :data:`COUNTS`."""

    values: tuple[int, ...]


def of_specimen(answers: Answers, reading: Reading) -> Count:
    """Compare the reading of a specimen with its answer key."""
    truth = [None if original is None else (original,) for original in answers.original]
    return count(answers.words, truth, answers.single.tolist(), reading)


def count(words: Words, original: Sequence[tuple[str, ...] | None], single: Sequence[bool], reading: Reading) -> Count:
    """Compare a reading with the answers (for each token the accepted originals, None where it is as written)."""
    place = {int(start): i for i, start in enumerate(words.start)}
    restored: dict[int, str] = {}
    for s in reading.substitutions:
        # A removed word's span takes in a space before or after it.
        begin = s.start + len(s.found) - len(s.found.lstrip())
        if not s.open and begin in place and s.found.lower() not in ("a", "an"):
            first = place[begin]
            restored[first] = s.original.lower()
            # Of a phrase, as in the answer key: the whole original at its first token, nothing at the others.
            for token in range(first + 1, int(np.searchsorted(words.start, s.end))):
                restored[token] = ""
    return compare(words, original, single, restored)


def compare(
    words: Words, original: Sequence[tuple[str, ...] | None], single: Sequence[bool], restored: Mapping[int, str]
) -> Count:
    """Count what is right word by word.

    Args:
        words: the tokens as found.
        original: for each token the accepted originals, None where it is as written.
        single: for each token, whether it is a swap of one word for one word.
        restored: what is put in the place of a token, lower-cased, by its index; the other tokens stay.
    """
    tally = dict.fromkeys(COUNTS, 0)
    for i in np.flatnonzero(words.kind != Kind.MARK).tolist():
        truth, now = original[i], restored.get(i)
        written = truth is None or words.lower[i] in truth
        tally["words"] += 1
        tally["right_before"] += written
        right = (now is None and written) or (now is not None and truth is not None and now in truth)
        tally["right"] += right
        if truth is None:
            tally["untouched"] += 1
            tally["changed"] += now is not None
        elif not written:
            tally["swapped"] += 1
            tally["found"] += now is not None
            tally["restored"] += right
            tally["single"] += single[i]
            tally["single_restored"] += right and single[i]
    return Count(tuple(tally[name] for name in COUNTS))


def figures(counts: Sequence[Count], draws: int = 400) -> dict[str, Any]:
    """Rates over documents with 95% intervals by bootstrap: whole documents are drawn, since their words hang together.

    Returns:
        ``documents`` and ``words``, and for each of :data:`RATES` its value and the ends of its interval.
    """
    table = np.array([c.values for c in counts], float)
    random = np.random.default_rng(0)
    point = _rates(table)
    drawn = [_rates(table[random.integers(0, len(table), len(table))]) for _ in range(draws)]

    def interval(name: str) -> list[float]:
        return [float(x) for x in np.quantile([d[name] for d in drawn], (0.025, 0.975)).round(4)]

    shown = {name: [round(float(value), 4), *interval(name)] for name, value in point.items()}
    return {"documents": len(counts), "words": int(table[:, 0].sum()), **shown}


def _rates(rows: NDArray[np.float64]) -> dict[str, float]:
    total = dict(zip(COUNTS, rows.sum(0), strict=True))
    flagged = total["found"] + total["changed"]
    rates = (
        total["right_before"] / max(total["words"], 1),
        total["right"] / max(total["words"], 1),
        total["restored"] / max(total["swapped"], 1),
        total["found"] / max(total["swapped"], 1),
        total["found"] / max(flagged, 1),
        total["changed"] / max(total["untouched"], 1),
    )
    return dict(zip(RATES, rates, strict=True))
