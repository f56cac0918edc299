"""A document as it stands: the encoder reads it stretch by stretch, and the verdict is reached over all of them."""

from __future__ import annotations

from dataclasses import dataclass

from unspin.model.encoder import Visible
from unspin.reader.passes import SUSPICION, Models
from unspin.reader.progress import Progress
from unspin.reader.stretches import stretches
from unspin.reader.verdict import score
from unspin.reading import Reading
from unspin.text import Kind, View, Words, split

__all__ = ["Judged", "Stretch", "judge", "unjudgeable"]


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
    return Judged(verdict, tuple(parts))


def unjudgeable(words: Words, seen: View, note: str) -> Reading:
    """What is said of a document about which nothing can be said, because of ``note``; ``words`` are those of its view."""
    return Reading(text=seen.given, restored=seen.given, spun=False, score=0.0, false_positive_rate=1.0, share=0.0,
                   words=int(words.is_word.sum()), notes=(note,))  # fmt: skip
