"""A document as it stands: the encoder reads it stretch by stretch, and the verdict is reached over all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from unspin.model.encoder import Visible
from unspin.reader.passes import SUSPICION, Models
from unspin.reader.progress import Progress
from unspin.reader.stretches import stretches
from unspin.reader.verdict import passages, score
from unspin.reading import Reading
from unspin.text import Kind, View, Words, split

__all__ = ["Judged", "Stretch", "judge", "unjudgeable"]


_WHOLE: Final = 0.9
"""Share of a text from which on it reads as spun as a whole."""


@dataclass(frozen=True, eq=False)
class Stretch:
    """A part of a document that is decided together.

    Attributes:
        start: where it begins in the document, in code points.
        words: its words, with offsets into the stretch.
        visible: what the encoder says of it as it stands.
    """

    start: int
    words: Words
    visible: Visible


@dataclass(frozen=True, eq=False)
class Judged:
    """A document after the encoder has read it: its verdict, as a reading without substitutions, and its stretches."""

    verdict: Reading
    stretches: tuple[Stretch, ...]


def judge(words: Words, models: Models, operating_point: float, progress: Progress) -> Judged:
    """Read a document as it stands; ``progress`` is told after each stretch."""
    text = words.text
    spans = list(stretches(words))
    parts = []
    for number, (start, end) in enumerate(spans, start=1):
        here = words if len(spans) == 1 else split(text[start:end])
        parts.append(Stretch(start, here, models.encoder.visible(here, SUSPICION)))
        progress.tell(progress.judging * number / len(spans))
    found = score([(part.words, part.visible) for part in parts], models)
    verdict = Reading(text=text, restored=text, spun=found.rate <= operating_point, score=round(found.value, 3),
                      false_positive_rate=float(f"{found.rate:.3g}"), share=0.0,
                      words=int((words.kind != Kind.MARK).sum()))  # fmt: skip
    if verdict.spun:
        verdict = replace(verdict, passages=_passages(text, parts))
    return Judged(verdict, tuple(parts))


def _passages(text: str, parts: Sequence[Stretch]) -> tuple[tuple[int, int], ...]:
    """The parts of a spun text that read as spun, as offsets; the whole of it where no part stands out."""
    found = [(part.start + a, part.start + b) for part in parts for a, b in passages(part.words, part.visible)]
    covered = sum(end - start for start, end in found)
    return tuple(found) if 0 < covered < _WHOLE * len(text) else ((0, len(text)),)


def unjudgeable(words: Words, seen: View, note: str) -> Reading:
    """What is said of a document about which nothing can be said, because of ``note``; ``words`` are those of its view."""
    return Reading(text=seen.given, restored=seen.given, spun=False, score=0.0, false_positive_rate=1.0, share=0.0,
                   words=int(words.is_word.sum()), notes=(note,))  # fmt: skip
