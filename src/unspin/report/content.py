"""What a report shows of each document: decided here for every format, which only renders it.

The full edition has the text with its swaps. The public edition has no text at all, only the evidence that
:mod:`unspin.report.evidence` allows, so that no format can show more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from unspin.reading import UNJUDGED, Quotation, Reading, Substitution, note_in_words, summary
from unspin.report import evidence, passages, pieces, proof
from unspin.report.allowance import Allowance
from unspin.report.anchors import Anchors
from unspin.report.anchors import find as find_anchors
from unspin.report.evidence import Evidence
from unspin.report.lines import Lines
from unspin.report.pieces import Kept, Paragraph, Piece
from unspin.report.proof import Proofs
from unspin.report.source import Entry, Origin, Source
from unspin.report.wording import FORMATS, MODEL_CARD, rate_in_figures, settings_in_words, spinner_in_words
from unspin.settings import Settings
from unspin.version import version

__all__ = ["Content", "Full", "Head", "Passage", "Public", "Quoted", "Report", "Row", "Unread", "report"]


@dataclass(frozen=True, slots=True)
class Unread:
    """A document that could not be read.

    Attributes:
        source: where it came from.
        kind: name of the error, for programs.
        reason: why, without the document's name in front.
    """

    source: Source
    kind: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What both editions say of a document.

    Attributes:
        source: where it came from.
        verdict: ``"spun"``, ``"written"`` or ``"unjudged"``.
        says: the verdict in a sentence.
        format: what the document was, in words.
        words: how many words were judged.
        swapped: how many of them look swapped; None where the document does not read as spun.
        share: the same as a share, 0 to 1.
        rate: how often ordinary documents score as high, for a table; None where nothing is said.
        partly: which share of the text reads as spun, in words; ``""`` where it is the whole, or nothing.
        spinner: the family that is guessed, in words, or "unknown"; None where the document does not read as spun.
        quotations: how many were altered, of how many; None where that was not looked for.
        reasons: why it cannot be judged, in words.
        remarks: what else is to be known about the reading, in words.
        notes: all notes as programs know them.
        sha256: of the text, by which it can be told again.
        strokes: where the swaps lie, from 0 (the first sign) to 1 (the last).
    """

    source: Source
    verdict: str
    says: str
    format: str
    words: int
    swapped: int | None
    share: float | None
    rate: str | None
    partly: str
    spinner: str | None
    quotations: tuple[int, int] | None
    reasons: tuple[str, ...]
    remarks: tuple[str, ...]
    notes: tuple[str, ...]
    sha256: str
    strokes: tuple[float, ...]

    @property
    def facts(self) -> tuple[str, ...]:
        """Format, spinner, what reads as spun and remarks, where they stand in one line."""
        spinner = () if self.spinner is None else (f"spinner: {self.spinner}",)
        partly = (self.partly,) if self.partly else ()
        return (f"format: {self.format}", *spinner, *partly, *self.remarks)


class Row(NamedTuple):
    """One swap in the order of the text; ``number`` counts from 1, ``place`` is ``""`` where the document has none."""

    number: int
    place: str
    swap: Substitution


class Passage(NamedTuple):
    """A part that reads as spun: where it begins, its lines, and how it begins and ends; ``place`` as in :class:`Row`."""

    place: str
    lines: str
    ends: str


class Quoted(NamedTuple):
    """A quotation with what was swapped in it."""

    quotation: Quotation
    place: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Full:
    """A document in the full edition.

    Attributes:
        head: what both editions say.
        reading: its reading.
        paragraphs: the text, cut at its swaps; where it has a source, at what that has otherwise, and at swaps elsewhere.
        passages: the parts that read as spun; none where the whole text does, or nothing.
        rows: every swap.
        altered: the quotations that were altered; none that stands beside that of a source.
        kept: the quotations that were not, where there are swaps, likewise.
        anchors: names and figures without a swap, where there are swaps.
        proofs: the document beside its sources; None where nobody asked for them.
    """

    head: Head
    reading: Reading
    paragraphs: tuple[Paragraph, ...]
    passages: tuple[Passage, ...]
    rows: tuple[Row, ...]
    altered: tuple[Quoted, ...]
    kept: tuple[Quotation, ...]
    anchors: Anchors
    proofs: Proofs | None = None

    @property
    def marked(self) -> bool:
        """Whether anything reads otherwise in the restored text, or is open there."""
        return bool(self.rows) or any(
            piece for part in self.paragraphs for piece in part.pieces if not isinstance(piece, Kept)
        )


@dataclass(frozen=True, slots=True)
class Public:
    """A document in the public edition.

    Attributes:
        head: what both editions say.
        summary: verdict and figures, for programs.
        rule: what is left out, in words; ``""`` where there is nothing to show.
        evidence: the swaps and quotations that may be shown.
        anchors: as in the full edition.
        proofs: the document beside its sources, no more than proves it; None where nobody asked for them.
    """

    head: Head
    summary: dict[str, Any]
    rule: str
    evidence: Evidence
    anchors: Anchors
    proofs: Proofs | None = None


Content = Full | Public | Unread


@dataclass(frozen=True)
class Report:
    """A report, ready to be rendered.

    Attributes:
        documents: in order.
        public: whether it is the public edition.
        settings: what the reader was told; None where it is not known.
    """

    documents: tuple[Content, ...]
    public: bool = False
    settings: Settings | None = None

    @property
    def title(self) -> str:
        """The name of a single document, or how many there are."""
        if len(self.documents) == 1:
            return _source(self.documents[0]).name
        return f"{len(self.documents):,} documents"

    @cached_property
    def says(self) -> str:
        """One sentence on all documents: how many read as spun, and how many would by chance."""
        heads = [document.head for document in self.documents if not isinstance(document, Unread)]
        spun = sum(head.verdict == "spun" for head in heads)
        parts = [f"{spun:,} of {len(heads):,} {'reads' if spun == 1 else 'read'} as machine-spun"]
        if self.settings is not None and heads:
            parts.append(f"about {len(heads) * self.settings.operating_point:.2g} expected by chance")
        if unread := len(self.documents) - len(heads):
            parts.append(f"{unread:,} could not be read")
        return "; ".join(parts)

    @property
    def made(self) -> list[tuple[str, str]]:
        """How it was made: names and what they stand for."""
        rows = [("unspin", f"version {version()}"), ("Models", MODEL_CARD), *settings_in_words(self.settings)]
        return [*rows, ("Edition", evidence.RULE)] if self.public else rows


def report(entries: Sequence[Entry], *, public: bool = False, settings: Settings | None = None) -> Report:
    """What is shown of documents.

    Args:
        entries: in the order in which they are to stand.
        public: leave out the full text and keep the evidence, see :mod:`unspin.report.evidence`.
        settings: what the reader was told; None where it is not known.
    """
    return Report(tuple(_content(entry, public) for entry in entries), public, settings)


def _content(entry: Entry, public: bool) -> Content:
    source, reading = entry.source, entry.outcome
    if not isinstance(reading, Reading):
        return Unread(source, type(reading).__name__, str(reading).removeprefix(f"{source.name}: "))
    # Without swaps there is nothing to search for and nothing that was said otherwise.
    swapped = bool(reading.substitutions)
    anchors = find_anchors(reading) if swapped else Anchors((), ())
    head = _head(source, reading)
    if public:
        page = Allowance(reading.text, evidence.SHOWN_SHARE)
        proofs = _proofs(entry.origin, reading, source, page)
        rules = [*([evidence.RULE] if swapped or proofs else []), *([proof.RULE] if proofs and proofs.sources else [])]
        gathered = evidence.gather(reading, source, page, None if proofs is None else proofs.has)
        return Public(head, summary(reading), " ".join(rules), gathered, anchors, proofs)
    proofs = _proofs(entry.origin, reading, source, None)
    quotations = [q for q in reading.quotations if swapped and not (proofs and proofs.has(q))]
    return Full(
        head=head,
        reading=reading,
        paragraphs=tuple(pieces.paragraphs(reading, None if entry.origin is None else entry.origin.wordings)),
        passages=_passages(source, reading),
        rows=tuple(Row(n, source.where(s.start), s) for n, s in enumerate(reading.substitutions, start=1)),
        altered=tuple(
            Quoted(q, source.where(q.start), pieces.within(reading, q.start, q.end)) for q in quotations if q.altered
        ),
        kept=tuple(q for q in quotations if not q.altered),
        anchors=anchors,
        proofs=proofs,
    )


def _proofs(origin: Origin | None, reading: Reading, source: Source, page: Allowance | None) -> Proofs | None:
    return None if origin is None else proof.gather(origin, reading, source, page)


def _passages(source: Source, reading: Reading) -> tuple[Passage, ...]:
    parts = passages.partial(reading)
    lines = Lines(reading.text if parts else "")
    return tuple(Passage(source.where(a), lines.span(a, b), passages.ends(reading, a, b)) for a, b in parts)


def _head(source: Source, reading: Reading) -> Head:
    judged = UNJUDGED.isdisjoint(reading.notes)
    altered = sum(quotation.altered for quotation in reading.quotations)
    length = max(1, len(reading.text))
    return Head(
        source=source,
        verdict=reading.verdict,
        says=reading.says,
        format=FORMATS.get(source.format, source.format),
        words=reading.words,
        swapped=round(reading.share * reading.words) if reading.spun else None,
        share=reading.share if reading.spun else None,
        rate=rate_in_figures(reading.false_positive_rate) if judged or reading.spun else None,
        partly=passages.in_words(reading),
        spinner=spinner_in_words(reading.spinner) if reading.spun else None,
        quotations=(altered, len(reading.quotations)) if reading.quotations and reading.substitutions else None,
        reasons=tuple(note_in_words(note) for note in reading.notes if note in UNJUDGED),
        remarks=tuple(note_in_words(note) for note in reading.notes if note not in UNJUDGED),
        notes=tuple(str(note) for note in reading.notes),
        sha256=hashlib.sha256(reading.text.encode("utf-8", "surrogatepass")).hexdigest(),
        strokes=tuple((s.start + s.end) / 2 / length for s in reading.substitutions),
    )


def _source(document: Content) -> Source:
    return document.source if isinstance(document, Unread) else document.head.source
