"""What unspin says about a document: immutable results, with no logic but their conversion to plain data and to a sentence.

Offsets are Unicode code points into the text as given, half-open ``[start, end)``. Two things always hold:

- ``reading.restored == unspin.text.edits.apply(reading.text, reading.substitutions)``;
- ``substitutions`` is in order of ``start`` and no two of them overlap.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, fields
from enum import StrEnum
from html import escape
from typing import Any, Final

from unspin.version import version

__all__ = [
    "BELIEVED",
    "LOWEST_RATE",
    "NOTES",
    "OFFSETS",
    "OFTEN",
    "SCHEMA",
    "UNJUDGED",
    "VERDICTS",
    "Note",
    "Quotation",
    "Reading",
    "Substitution",
    "note_in_words",
    "one_in",
    "rate_in_words",
    "summary",
]

SCHEMA: Final = "unspin-reading-1"
"""The format of a reading as JSON; ``report/reading.schema.json`` describes it."""
OFFSETS: Final = "codepoints"
"""What its offsets count."""


class Note(StrEnum):
    """Remarks with a fixed name, as they stand in :attr:`Reading.notes` and in JSON.

    A note may also be any other string; it is then shown as it stands.
    """

    TOO_SHORT = "too-short"
    """Fewer than 30 words: nothing is judged."""
    NOT_ENGLISH = "not-english"
    """Not English, but another language, a creole or Middle English: nothing is judged."""
    NOT_PROSE = "not-prose"
    """A list, a table, code or the like: nothing is judged."""
    DAMAGED = "damaged"
    """Damaged text: misread by a scanner, with spaces or letters lost, words doubled or out of order. Nothing is judged."""
    TRUNCATED = "truncated"
    """Only the beginning of the document was read."""
    ENCODING_GUESSED = "encoding-guessed"
    """The file was not valid UTF-8 and was read as Windows-1252."""


UNJUDGED = frozenset({Note.TOO_SHORT, Note.NOT_ENGLISH, Note.NOT_PROSE, Note.DAMAGED})
"""A reading with one of these notes makes no statement about the document."""


VERDICTS: Final = {"spun": "reads as machine-spun", "written": "reads as written", "unjudged": "cannot be judged"}
"""The verdicts in words."""

NOTES: Final[dict[str, str]] = {
    Note.TOO_SHORT: "fewer than 30 words",
    Note.NOT_ENGLISH: "not English",
    Note.NOT_PROSE: "not prose",
    Note.DAMAGED: "damaged text",
    Note.TRUNCATED: "only the beginning was read",
    Note.ENCODING_GUESSED: "not UTF-8; read as Windows-1252",
}
"""The notes in words."""

OFTEN: Final = 0.5
"""A false-positive rate from which on a number of documents says less than the word."""
LOWEST_RATE: Final = 1e-7
"""The lowest :attr:`Reading.false_positive_rate`. A reading that has it means "this or fewer": no sample reaches further."""
BELIEVED: Final = 0.5
"""The least confidence at which an original is put into the restored text. A place without one stays *open*, and so does a word
whose original is not clearly likelier than the word itself."""
_SHOWN: Final = 40
_SHOWN_HTML: Final = 5_000


@dataclass(frozen=True, slots=True)
class Substitution:
    """One place that looks swapped: it reads otherwise in the restored text, or it is *open*.

    An open one is more likely swapped than not, but no original is likely enough: none reaches :data:`BELIEVED`, or is clearly
    likelier than that the writer wrote what stands there. The restored text keeps what is found: ``original`` is ``found``,
    ``confidence`` what speaks for that, and the guesses are the alternatives.

    Attributes:
        start: offset of the first code point that is replaced.
        end: offset after the last code point that is replaced.
        found: what stands there, ``text[start:end]``.
        original: what stands there in the restored text, since it was probably written; ``""`` where the spinner put a word
            in, and then the span takes in the white space that goes with it.
        confidence: probability that ``original`` is what was written, 0 to 1.
        alternatives: other readings as ``(word, probability)``, most probable first.
        route: the walk from the original (the first alternative where the place is open) to the word found, as
            ``("new", "fresh", "caller")``; empty when unknown.
        quoted: whether the place lies inside a quotation.
    """

    start: int
    end: int
    found: str
    original: str
    confidence: float
    alternatives: tuple[tuple[str, float], ...] = ()
    route: tuple[str, ...] = ()
    quoted: bool = False

    @property
    def open(self) -> bool:
        """Whether the place is left as found, its original being a guess."""
        return self.original == self.found


@dataclass(frozen=True, slots=True)
class Quotation:
    """A direct quotation, without its quotation marks.

    Attributes:
        start: offset of the first code point after the opening mark.
        end: offset of the closing mark, or the end of the paragraph where it is not closed.
        speaker: who is said to have said it, as restored; None when the text does not say so plainly.
        found: what the page says, ``text[start:end]``.
        restored: what was probably said.
        altered: whether the two differ.
    """

    start: int
    end: int
    speaker: str | None
    found: str
    restored: str
    altered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What unspin says about one document.

    Attributes:
        text: the document, as given.
        restored: the text with ``substitutions`` applied.
        spun: whether the document reads as machine-spun at the chosen operating point.
        score: how strongly it reads as spun; higher is stronger, comparable within one version only.
        false_positive_rate: share of ordinary documents that would score as high, :data:`LOWEST_RATE` to 1; 1.0 where nothing
            is judged.
        share: swapped words divided by ``words``, 0 to 1; an open place counts as far as it was probably swapped.
        words: number of words judged.
        spinner: a guess at the family of spinner, made where such guesses are right as a rule; None where it is unknown.
        substitutions: in order of ``start``, never overlapping.
        quotations: in order of ``start``, never overlapping.
        passages: the parts of a spun text that read as spun, as ``(start, end)`` of whole sentences, in order, never
            overlapping; the whole text where all of it does, none where the text does not read as spun.
        notes: remarks, see :class:`Note`; one in :data:`UNJUDGED` means that nothing is said about the document.
    """

    text: str
    restored: str
    spun: bool
    score: float
    false_positive_rate: float
    share: float
    words: int
    spinner: str | None = None
    substitutions: tuple[Substitution, ...] = ()
    quotations: tuple[Quotation, ...] = ()
    passages: tuple[tuple[int, int], ...] = ()
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """One short line: the verdict, some figures, and how the text begins."""
        begins = self.text if len(self.text) <= _SHOWN else self.text[:_SHOWN] + "…"
        return (
            f"Reading(spun={self.spun}, score={self.score:g}, words={self.words},"
            f" substitutions={len(self.substitutions)}, text={begins!r})"
        )

    @property
    def verdict(self) -> str:
        """``"spun"``, ``"written"``, or ``"unjudged"`` where the notes say why nothing is judged."""
        if self.spun:
            return "spun"
        return "written" if UNJUDGED.isdisjoint(self.notes) else "unjudged"

    @property
    def says(self) -> str:
        """One sentence: the verdict, what it rests on, and how often an ordinary document looks like that."""
        if self.verdict == "unjudged":
            reasons = ", ".join(note_in_words(note) for note in self.notes if note in UNJUDGED)
            return f"{VERDICTS[self.verdict]}: {reasons}"
        parts = [VERDICTS[self.verdict]]
        if self.spun:
            swapped = round(self.share * self.words)
            parts.append(f"{swapped:,} of {self.words:,} words {'looks' if swapped == 1 else 'look'} swapped")
        elif self.substitutions:
            places = len(self.substitutions)
            parts.append("1 phrase looks swapped" if places == 1 else f"{places:,} phrases look swapped")
        parts.append(rate_in_words(self.false_positive_rate))
        return "; ".join(parts)

    def to_dict(self) -> dict[str, Any]:
        """The reading in the format ``unspin-reading-1``, as plain dicts, lists, strings and numbers.

        Raises:
            ValueError: a figure is not finite.
        """
        return {
            "schema": SCHEMA,
            "unspin": version(),
            "offsets": OFFSETS,
            **summary(self),
            "text": self.text,
            "restored": self.restored,
            "substitutions": [_substitution(s) for s in self.substitutions],
            "quotations": [{f.name: getattr(q, f.name) for f in fields(Quotation)} for q in self.quotations],
            "passages": [list(passage) for passage in self.passages],
        }

    def to_json(self, *, indent: int | None = None) -> str:
        """:meth:`to_dict` as JSON, on one line or indented by so many spaces: what ``unspin read --json`` writes.

        ``unspin.report.json.from_json`` makes the reading of it again.

        Raises:
            ValueError: a figure is not finite.
        """
        return json.dumps(self.to_dict(), indent=indent, ensure_ascii=False)

    def _repr_html_(self) -> str:
        """Verdict and restored text for a notebook, cut where it is long; every swapped word tells what was found there."""
        pieces: list[str] = []
        at, end = 0, min(len(self.text), _SHOWN_HTML)
        for substitution in self.substitutions:
            if substitution.end > end:
                end = min(end, substitution.start)
                break
            pieces += [escape(self.text[at : substitution.start]), _marked(substitution)]
            at = substitution.end
        pieces.append(escape(self.text[at:end]) + "…" * (end < len(self.text)))
        return f'<p>{escape(self.says)}</p><div style="white-space: pre-wrap">{"".join(pieces)}</div>'


def summary(reading: Reading) -> dict[str, Any]:
    """Verdict and figures, without the text and what was swapped in it, as plain data.

    Raises:
        ValueError: a figure is not finite.
    """
    return {
        "verdict": reading.verdict,
        "says": reading.says,
        "spun": reading.spun,
        "score": _finite(reading.score),
        "false_positive_rate": _finite(reading.false_positive_rate),
        "share": _finite(reading.share),
        "words": reading.words,
        "spinner": reading.spinner,
        "notes": [str(note) for note in reading.notes],
    }


def rate_in_words(rate: float) -> str:
    """``"about 1 ordinary document in 200,000 scores as high"``."""
    if rate >= OFTEN:
        return "ordinary documents often score as high"
    if rate <= LOWEST_RATE:
        return f"fewer than 1 ordinary document in {one_in(LOWEST_RATE):,} scores as high"
    return f"about 1 ordinary document in {one_in(rate):,} scores as high"


def one_in(rate: float) -> int:
    """The N of "1 in N", to two significant figures; ``rate`` above 0 and at most 1."""
    number = 1 / max(rate, 1e-300)  # an operating point may be smaller still, and its inverse no number
    return int(float(f"{number:.1e}")) if rate < 0.1 else round(number)


def note_in_words(note: str) -> str:
    """A note for people; one without a fixed name stays as it is."""
    return NOTES.get(note, note)


def _substitution(substitution: Substitution) -> dict[str, Any]:
    return {
        "start": substitution.start,
        "end": substitution.end,
        "found": substitution.found,
        "original": substitution.original,
        "confidence": _finite(substitution.confidence),
        "alternatives": [[word, _finite(probability)] for word, probability in substitution.alternatives],
        "route": list(substitution.route),
        "quoted": substitution.quoted,
    }


def _finite(number: float) -> float:
    if not math.isfinite(number):
        raise ValueError(f"{number} is no figure that JSON can hold")
    return number


def _marked(substitution: Substitution) -> str:
    """A swapped place as restored; where a word was taken out, an empty set stands for it."""
    title = escape(f"found: {substitution.found.strip()}; confidence {substitution.confidence:.2f}")
    return f'<mark title="{title}">{escape(substitution.original) or "∅"}</mark>'
