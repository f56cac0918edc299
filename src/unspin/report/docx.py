"""A report as a Word document: what was found with each restored word as a tracked change, and how sure it is as a comment.

Accepting all changes gives the restored text, rejecting them gives the text as found. The changes are by "unspin" and without
a date, so that the same reading gives the same bytes.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from typing import TYPE_CHECKING

from unspin.comparison import How
from unspin.errors import MissingExtra
from unspin.reading import Substitution
from unspin.report import evidence
from unspin.report.anchors import Anchors
from unspin.report.content import Content, Full, Public, Report, Unread
from unspin.report.markup import visible
from unspin.report.pieces import Kept, Sourced, Swapped
from unspin.report.proof import FACTS, Aligned, Bit, Proofs, Proved
from unspin.report.wording import (
    DISCLAIMER,
    NO_SWAP_SEEN,
    alternatives_in_words,
    original_in_words,
    percent,
    walk_in_words,
)

if TYPE_CHECKING:
    from docx.document import Document

__all__ = ["AUTHOR", "MOST_COMMENTS", "SOURCE_AUTHOR", "render"]

AUTHOR = "unspin"
"""The author of the changes and comments."""
SOURCE_AUTHOR = "unspin, from the source"
"""The author of the changes that give a document the wording of its source."""
MOST_COMMENTS = 1_000
"""In a document with more swaps only the first place of each distinct swap has a comment: word processors grow slow."""

_STAMP = (1980, 1, 1, 0, 0, 0)  # of the parts of the file: the first that a zip archive can hold
_WIDTH, _HEIGHT, _MARGIN = 210, 297, 22  # mm
_SMALL = 9  # pt, in tables


def render(report: Report) -> bytes:
    """The report, each document on pages of its own.

    Raises:
        MissingExtra: python-docx is not installed.
    """
    try:
        import docx
    except ModuleNotFoundError:
        raise MissingExtra("documents", "a report in DOCX") from None
    writer = _Writer(docx.Document())
    single = len(report.documents) == 1
    if not single:
        writer.heading(report.title, 0)
        writer.line(f"{report.says}.")
    for document in report.documents:
        writer.entry(document, 0 if single else 1)
    writer.made(report.made)
    return writer.save(report.title)


class _Writer:
    """A Word document in the making."""

    def __init__(self, document: Document) -> None:
        from docx.shared import Mm

        self._document = document
        self._ids = count(1)
        section = document.sections[0]
        section.page_width, section.page_height = Mm(_WIDTH), Mm(_HEIGHT)
        section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(_MARGIN)

    def heading(self, text: str, level: int, *, fresh: bool = False) -> None:
        """A heading, on a new page if ``fresh``."""
        self._document.add_heading(_fit(text), level).paragraph_format.page_break_before = fresh

    def line(self, text: str, style: str | None = None) -> None:
        """A paragraph of one line of text."""
        self._document.add_paragraph(_fit(text), style)

    def entry(self, document: Content, level: int) -> None:
        """All that is said about one document."""
        source = document.source if isinstance(document, Unread) else document.head.source
        self.heading(source.name, level, fresh=level > 0)
        if isinstance(document, Unread):
            self.line(f"Could not be read: {document.reason}")
            return
        says, facts = document.head.says, "; ".join(document.head.facts)
        self._document.add_paragraph().add_run(_fit(f"{says[:1].upper()}{says[1:]}.")).bold = True
        self.line(f"{facts[:1].upper()}{facts[1:]}.")
        if isinstance(document, Public) and document.rule:
            self.line(document.rule)
        if document.proofs is not None:
            self._proofs(document.proofs)
        if isinstance(document, Public):
            self._public(document)
        else:
            self._full(document)
        self._anchors(document.anchors)

    def made(self, rows: Sequence[tuple[str, str]]) -> None:
        """How the report was made, and the foot of the pages."""
        from unspin.report.docx_elements import page_number

        self.heading("How this was made", 2)
        self._table(("", ""), (40, 126), rows)
        foot = self._document.sections[0].footer.paragraphs[0]
        foot.text = f"{DISCLAIMER}  "
        foot._p.append(page_number())

    def save(self, title: str) -> bytes:
        """The file; parts in their order, with one date."""
        properties = self._document.core_properties
        properties.title, properties.author, properties.comments = _fit(title)[:255], AUTHOR, ""
        written, again = io.BytesIO(), io.BytesIO()
        self._document.save(written)
        with zipfile.ZipFile(written) as old, zipfile.ZipFile(again, "w", zipfile.ZIP_DEFLATED) as new:
            for name in old.namelist():
                new.writestr(zipfile.ZipInfo(name, _STAMP), old.read(name), zipfile.ZIP_DEFLATED)
        return again.getvalue()

    def _full(self, document: Full) -> None:
        if document.marked:
            self.line(
                "Each restored word below is a tracked change: accept it or reject it. All accepted give the restored text,"
                " all rejected the text as found. Comments say how sure each is, and what a word left as found may stand for."
            )
        if document.proofs is not None and document.proofs.sources:
            self.line(f"Changes by “{SOURCE_AUTHOR}” are the wording of the source, those by “{AUTHOR}” the reader's.")
        if document.passages:
            self.line("What reads as spun is shaded:")
        for passage in document.passages:
            self.line(f"{passage.place or passage.lines}: {passage.ends}", "List Bullet")
        self.heading("Text", 2)
        self._text(document)
        self._quotations(
            [(_who(said.speaker, place), said.found, said.restored) for said, place, _ in document.altered]
        )

    def _text(self, document: Full) -> None:
        """The text as found, every substitution a tracked change."""
        from unspin.report.docx_elements import change, commented, run

        remarked = set(_remarked(document.reading.substitutions))
        for paragraph in document.paragraphs:
            body = self._document.add_paragraph()._p
            for shaded, piece in ((spun, piece) for spun, pieces in paragraph.parts for piece in pieces):
                if isinstance(piece, Kept):
                    body.append(run(piece.text, shaded=shaded))
                    continue
                author = SOURCE_AUTHOR if isinstance(piece, Sourced) else AUTHOR
                changes = change(piece.found, piece.original, author, self._ids, shaded=shaded)
                if isinstance(piece, Swapped) and piece.number in remarked:
                    where = document.rows[piece.number - 1].place
                    changes = commented(changes, self._comment(piece.substitution, where))
                body.extend(changes)

    def _comment(self, substitution: Substitution, where: str) -> int:
        """Write a comment and give its number."""
        sure = percent(substitution.confidence)
        parts = [f"looks swapped, left as found ({sure})" if substitution.open else f"{sure} sure"]
        if others := alternatives_in_words(substitution.alternatives):
            parts.append(f"{'perhaps' if substitution.open else 'or'}: {others}")
        if substitution.route:
            parts.append(f"walk: {walk_in_words(substitution.route)}")
        if where:
            parts.append(where)
        comment = self._document.comments.add_comment(_fit("; ".join(parts)), AUTHOR, "u")
        for name in comment._comment_elm.attrib:
            if name.endswith("}date"):
                del comment._comment_elm.attrib[name]
        return comment.comment_id

    def _public(self, document: Public) -> None:
        gathered = document.evidence
        if not gathered.swaps:
            return
        self.heading("Swaps", 2)
        self._table(
            ("Times", "Found", "Original", "Confidence", "Walk", "Places"),
            (14, 30, 30, 22, 38, 32),
            (
                (f"{s.times:,}", s.found, original_in_words(s.found, s.original), percent(s.confidence), walk_in_words(s.route),
                 evidence.places_in_words(s))
                for s in gathered.swaps
            ),
        )  # fmt: skip
        contexts = [(s, *s.context) for s in gathered.swaps if s.context]
        if contexts:
            self.heading("In context", 2)
        for s, before, after in contexts:
            self.line(f"… {before} {s.found} [{original_in_words(s.found, s.original)}] {after} …", "List Bullet")
        self._quotations(
            [(_who(said.speaker, said.place), said.found + " …" * said.cut, said.restored + " …" * said.cut)
             for said in gathered.quotations]
        )  # fmt: skip
        if gathered.quotations_left_out:
            self.line(f"{gathered.quotations_left_out:,} more altered quotations left out.")

    def _proofs(self, proofs: Proofs) -> None:
        """The document beside its sources."""
        if not proofs.sources:
            self.heading("Source", 2)
            self.line(f"{proofs.says[:1].upper()}{proofs.says[1:]}.")
        for number, proved in enumerate(proofs.sources, start=1):
            title = "Source" if len(proofs.sources) == 1 else f"Source {number}"
            self.heading(f"{title}: {proved.name}", 2)
            self._proved(proved)
        if proofs.remarks:
            self.line(f"Note: {'; '.join(proofs.remarks)}.")

    def _proved(self, proved: Proved) -> None:
        self._document.add_paragraph().add_run(_fit(proved.verdict)).bold = True
        if proved.about:
            self.line(f"{proved.about}.")
        self.line(f"SHA-256 of its text: {proved.sha256}.")
        for remark in proved.remarks:
            self.line(f"Note: {remark}.")
        if proved.quotations:
            self.heading("Quotations", 3)
            self._table(
                ("Speaker", "The page says", "The source says"),
                (32, 67, 67),
                ((_who(speaker, place), pair.found + " …" * cut, pair.original + " …" * cut)
                 for pair, speaker, place, cut in proved.quotations),
            )  # fmt: skip
        if proved.quotations_left_out:
            self.line(f"{proved.quotations_left_out:,} more altered quotations left out.")
        if proved.facts:
            self.heading("Figures, dates and names that differ", 3)
            self._table(
                ("What", "Place", "The source says", "The page says"),
                (20, 32, 57, 57),
                ((FACTS[fact.kind], place, (fact.original.strip() or "(nothing)") + " …" * cut,
                  (fact.found.strip() or "(nothing)") + " …" * cut)
                 for fact, place, cut in proved.facts),
            )  # fmt: skip
        if proved.passages:
            self.heading("Passages", 3)
            self.line("Dotted: one word stands for another. Dashed: rewritten, put in or left out.")
        for number, shown in enumerate(proved.passages, start=1):
            self._passage(shown, number)
        if proved.passages_left_out:
            self.line(f"{proved.passages_left_out:,} more passages left out.")
        if proved.dictionary:
            self.heading("The spinner’s dictionary", 3)
            self._table(
                ("Times", "On the page", "In the source"),
                (14, 76, 76),
                ((f"{entry.times:,}", entry.found, entry.original) for entry in proved.dictionary),
            )

    def _passage(self, shown: Aligned, number: int) -> None:
        """A passage, paragraph beside paragraph."""
        self.line(f"Passage {number}{f', {shown.place}' if shown.place else ''}: {shown.says}.")
        self._table(
            ("The page", "The source"),
            (83, 83),
            ((_marked(row.page, shown.cut), _marked(row.source, shown.cut)) for row in shown.rows),
        )

    def _quotations(self, rows: Sequence[Sequence[str]]) -> None:
        if rows:
            self.heading("Quotations that were altered", 2)
            self._table(("Speaker", "The page says", "Was probably said"), (32, 67, 67), rows)

    def _anchors(self, found: Anchors) -> None:
        if found.names or found.figures:
            self.heading(NO_SWAP_SEEN, 2)
        for title, group in (("Names", found.names), ("Figures and dates", found.figures)):
            if group:
                self.line(f"{title}: {', '.join(anchor.text for anchor in group)}.")

    def _table(
        self, columns: Sequence[str], widths: Sequence[int], rows: Iterable[Sequence[str | Sequence[Bit]]]
    ) -> None:
        """A table with columns of so many millimetres; without a head where the columns have no names."""
        from docx.shared import Mm, Pt

        from unspin.report.docx_elements import element, run

        table = self._document.add_table(0, len(columns), "Table Grid")
        table.autofit = False
        head = [columns] if any(columns) else []
        for number, row in enumerate((*head, *rows)):
            made = table.add_row()
            made._tr.get_or_add_trPr().append(element("w:cantSplit"))
            if number < len(head):
                made._tr.get_or_add_trPr().append(element("w:tblHeader"))
            for cell, text, width in zip(made.cells, row, widths, strict=True):
                cell.width = Mm(width)
                if not isinstance(text, str):
                    cell.paragraphs[0]._p.extend(run(bit.text, line=_line(bit)) for bit in text)
                    continue
                written = cell.paragraphs[0].add_run(_fit(text))
                written.font.size, written.bold = Pt(_SMALL), number < len(head)


def _remarked(substitutions: Sequence[Substitution]) -> Iterator[int]:
    """Numbers of the substitutions that have a comment."""
    seen: set[tuple[str, str]] = set()
    for number, s in enumerate(substitutions, start=1):
        pair = (s.found.strip().lower(), s.original.lower())
        if len(substitutions) <= MOST_COMMENTS or (pair not in seen and len(seen) < MOST_COMMENTS):
            yield number
        seen.add(pair)


def _line(bit: Bit) -> str:
    """The kind of line under words that differ."""
    return "" if bit.how is None else "dotted" if bit.how is How.SWAPPED else "dash"


def _marked(bits: Sequence[Bit], cut: bool) -> Sequence[Bit]:
    """The words of one side, with a sign where there are more."""
    return [*bits, Bit(" …", None)] if cut else bits


def _who(speaker: str | None, place: str) -> str:
    return ", ".join(part for part in (speaker or "not named", place) if part)


def _fit(text: str) -> str:
    """The text on one line, without characters that XML cannot hold."""
    return " ".join(visible(text).split())
