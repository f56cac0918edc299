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

from unspin.reading import Reading
from unspin.report import evidence
from unspin.report.source import Entry, Settings
from unspin.report.wording import VERDICTS, reason, verdict_name, walk_in_words

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


def render(entries: Sequence[Entry], *, public: bool = False, settings: Settings | None = None) -> str:
    """The swaps of ``entries``, a row each; ``settings`` have no place in a table."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(PUBLIC_COLUMNS if public else COLUMNS)
    for entry in entries:
        for row in _rows(entry, public):
            writer.writerow([guarded(cell) if isinstance(cell, str) else cell for cell in row])
    return _BOM + stream.getvalue()


def guarded(text: str) -> str:
    """The text on one line, without control characters, and with an apostrophe in front of what could be a formula."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return _FORMULA.sub(r"\1'", line)


def _rows(entry: Entry, public: bool) -> Iterator[Sequence[Cell]]:
    name, outcome = entry.source.name, entry.outcome
    columns = PUBLIC_COLUMNS if public else COLUMNS
    if not isinstance(outcome, Reading):
        yield [name, "could not be read", *[None] * (len(columns) - 3), reason(entry)]
        return
    head = (name, VERDICTS[verdict_name(outcome)])
    remark = "; ".join(outcome.notes)
    if not outcome.substitutions:
        yield [*head, *[None] * (len(columns) - 3), remark]
    elif public:
        yield from (_public_row(head, swap, remark) for swap in evidence.gather(outcome, entry.source).swaps)
    else:
        yield from _full_rows(entry, outcome, head, remark)


def _full_rows(entry: Entry, reading: Reading, head: Sequence[str], remark: str) -> Iterator[Sequence[Cell]]:
    for number, s in enumerate(reading.substitutions, start=1):
        page, paragraph = _place(entry, s.start)
        yield (
            *head, number, page, paragraph, s.start, s.end, s.found, s.original, round(s.confidence, 4),
            _alternatives(s.alternatives), walk_in_words(s.route), "yes" if s.quoted else "no", remark,
        )  # fmt: skip


def _place(entry: Entry, offset: int) -> tuple[int | None, int | None]:
    if entry.source.place is None:
        return None, None
    place = entry.source.place(offset)
    return place.page, place.paragraph


def _public_row(head: Sequence[str], swap: evidence.Swap, remark: str) -> Sequence[Cell]:
    before, after = swap.context or ("", "")
    return (
        *head, swap.times, swap.found, swap.original, round(swap.confidence, 4), _alternatives(swap.alternatives),
        walk_in_words(swap.route), "; ".join(swap.places), before, after, remark,
    )  # fmt: skip


def _alternatives(alternatives: Sequence[tuple[str, float]]) -> str:
    return "; ".join(f"{word.strip() or '(nothing)'}={probability:.4g}" for word, probability in alternatives)
