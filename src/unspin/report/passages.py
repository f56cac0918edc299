"""Which part of a text reads as spun, where it is not the whole: in figures, in words, and by how it begins and ends."""

from __future__ import annotations

from unspin.reading import Reading
from unspin.report.wording import percent

__all__ = ["SIGN_CLOSE", "SIGN_OPEN", "ends", "in_words", "partial", "share"]

SIGN_OPEN = "⟦"
"""Stands before a part that reads as spun, where only signs can say so."""
SIGN_CLOSE = "⟧"

_SHOWN = 5  # words at the beginning and at the end of a passage
_MOST_SIGNS = 80  # of those words; a word may have any length


def partial(reading: Reading) -> tuple[tuple[int, int], ...]:
    """The parts that read as spun; none where the whole text does, or nothing."""
    text = reading.text
    whole = len(reading.passages) == 1 and not (
        text[: reading.passages[0][0]].strip() or text[reading.passages[0][1] :].strip()
    )
    return () if whole else reading.passages


def share(reading: Reading) -> float:
    """The share of the text that the parts take up, 0 to 1."""
    return sum(end - start for start, end in partial(reading)) / max(1, len(reading.text))


def in_words(reading: Reading) -> str:
    """``"1 passage reads as spun, 43% of the text"``; ``""`` where it is the whole text, or nothing."""
    number = len(partial(reading))
    if not number:
        return ""
    passages = "1 passage reads" if number == 1 else f"{number:,} passages read"
    return f"{passages} as spun, {percent(share(reading))} of the text"


def ends(reading: Reading, start: int, end: int) -> str:
    """How a part begins and ends, on one line: ``"The caller vessel left … had been quiet."``."""
    words = reading.text[start:end].split()
    first, last = " ".join(words[:_SHOWN]), " ".join(words[-_SHOWN:])
    if len(words) <= 2 * _SHOWN:
        first, last = " ".join(words), ""
    shown = [_cut(first)] + ([_cut(last, from_end=True)] if last else [])
    return " … ".join(shown)


def _cut(text: str, *, from_end: bool = False) -> str:
    if len(text) <= _MOST_SIGNS:
        return text
    return "…" + text[-_MOST_SIGNS:] if from_end else text[:_MOST_SIGNS] + "…"
