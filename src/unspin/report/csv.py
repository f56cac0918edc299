"""The swaps of one document or many as CSV (RFC 4180), for a spreadsheet.

UTF-8 with a byte order mark, without which some spreadsheets read another encoding. Every document has a row at least: one
without a swap says its verdict, one that could not be read says why.

A cell that a spreadsheet would take for a formula is written with an apostrophe in front, as OWASP's note on CSV injection
advises, so that a text cannot run anything in the spreadsheet of who reads the report.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence

from unspin.reading import VERDICTS
from unspin.report import evidence
from unspin.report.content import Content, Public, Report, Row, Unread
from unspin.report.source import Place, Source
from unspin.report.wording import walk_in_words

__all__ = ["COLUMNS", "PUBLIC_COLUMNS", "guarded", "render"]

COLUMNS = (
    "document", "verdict", "number", "page", "paragraph", "start", "end", "found", "original", "confidence", "alternatives",
    "walk", "quoted", "remark",
)  # fmt: skip
"""``start`` and ``end`` count code points; ``confidence`` is a probability; ``alternatives`` are ``word=probability``."""

PUBLIC_COLUMNS = (
    "document", "verdict", "times", "found", "original", "confidence", "alternatives", "walk", "places", "before", "after",
    "remark",
)  # fmt: skip
"""One row for each distinct swap; ``before`` and ``after`` are a few words of the page."""

_BOM = "\ufeff"
# At the start of the cell, and after what divides cells for spreadsheets of other countries. Some take the full-width forms
# for the others.
_FORMULA = re.compile(r"(^|[;,|]\s*)(?=[=+\-@＝＋－＠])")

Cell = str | int | float | None


def render(report: Report) -> str:
    """The swaps of the report's documents, a row each; its settings have no place in a table."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    columns = PUBLIC_COLUMNS if report.public else COLUMNS
    writer.writerow(columns)
    for document in report.documents:
        for row in _rows(document, len(columns)):
            writer.writerow([guarded(cell) if isinstance(cell, str) else cell for cell in row])
    return _BOM + stream.getvalue()


def guarded(text: str) -> str:
    """The text on one line, without control characters, and with an apostrophe in front of what could be a formula."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return _FORMULA.sub(r"\1'", line)


def _rows(document: Content, columns: int) -> Iterator[Sequence[Cell]]:
    if isinstance(document, Unread):
        yield [document.source.name, "could not be read", *[None] * (columns - 3), document.reason]
        return
    head = (document.head.source.name, VERDICTS[document.head.verdict])
    remark = "; ".join(document.head.notes)
    if isinstance(document, Public):
        rows = [_public_row(head, swap, remark) for swap in document.evidence.swaps]
    else:
        rows = [_full_row(head, row, document.head.source, remark) for row in document.rows]
    yield from rows or [[*head, *[None] * (columns - 3), remark]]


def _full_row(head: Sequence[str], row: Row, source: Source, remark: str) -> Sequence[Cell]:
    number, _, s = row
    page, paragraph = (None, None) if source.place is None else _place(source.place(s.start))
    return (
        *head, number, page, paragraph, s.start, s.end, s.found, s.original, round(s.confidence, 4),
        _alternatives(s.alternatives), walk_in_words(s.route), "yes" if s.quoted else "no", remark,
    )  # fmt: skip


def _place(place: Place) -> tuple[int | None, int]:
    return place.page, place.paragraph


def _public_row(head: Sequence[str], swap: evidence.Swap, remark: str) -> Sequence[Cell]:
    before, after = swap.context or ("", "")
    return (
        *head, swap.times, swap.found, swap.original, round(swap.confidence, 4), _alternatives(swap.alternatives),
        walk_in_words(swap.route), "; ".join(swap.places), before, after, remark,
    )  # fmt: skip


def _alternatives(alternatives: Sequence[tuple[str, float]]) -> str:
    return "; ".join(f"{word.strip() or '(nothing)'}={probability:.4g}" for word, probability in alternatives)
