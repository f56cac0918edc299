"""An evaluation as tables: with rules and bold heads on a terminal, as aligned columns of plain text in a pipe."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from unspin.evaluate.intervals import Proportion
from unspin.evaluate.screened import SCREENED_FROM, crawl_hours
from unspin.evaluate.statement import number
from unspin.evaluate.summary import Evaluation, Recall
from unspin.reading import note_in_words
from unspin.report.wording import rate_in_figures

if TYPE_CHECKING:
    from rich.console import RenderableType

__all__ = ["Table", "plain", "rich", "tables"]

_SUSPICIOUS_SHOWN: Final = 10
_FEW: Final = 10  # a bootstrap over fewer documents says little
_NOTHING: Final = "–"


class Table(NamedTuple):
    """A table, its cells as they are shown.

    Attributes:
        title: what it is about.
        head: what stands over the columns; the first is words, the others are figures.
        rows: the cells, as many as the head has; may be empty.
        remarks: what stands below it, in sentences.
    """

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    remarks: tuple[str, ...] = ()


def tables(evaluation: Evaluation) -> list[Table]:
    """The tables of an evaluation, in the order in which they are read."""
    found = [_false_positives(evaluation), _suspicious(evaluation), _recall(evaluation), _restoration(evaluation)]
    return [table for table in (*found, _gates(evaluation)) if table.rows or table.remarks]


def plain(tables: Sequence[Table]) -> str:
    """The tables as text, columns aligned, a blank line between two tables."""
    return "\n".join(_plain(table) for table in tables)


def rich(table: Table) -> RenderableType:
    """A table for a terminal of any width."""
    from rich import box
    from rich.console import Group
    from rich.table import Table as RichTable
    from rich.text import Text

    parts: list[RenderableType] = [Text(table.title, "bold")]
    if table.rows:
        grid = RichTable(box=box.SIMPLE_HEAD, pad_edge=False, header_style="", expand=False)
        for i, name in enumerate(table.head):
            grid.add_column(name, justify="right" if i else "left", overflow="fold")
        for row in table.rows:
            grid.add_row(*(Text(cell) for cell in row))
        parts.append(grid)
    parts += [Text(remark, "" if i == 0 else "dim") for i, remark in enumerate(table.remarks)]
    return Group(*parts, "")


def _plain(table: Table) -> str:
    lines = [table.title]
    if table.rows:
        grid = (table.head, *table.rows)
        widths = [max(len(row[i]) for row in grid) for i in range(len(table.head))]
        for row in grid:
            cells = (
                f"{cell:{'>' if i else '<'}{width}}" for i, (cell, width) in enumerate(zip(row, widths, strict=True))
            )
            lines.append("  ".join(cells).rstrip())
    return "\n".join([*lines, *table.remarks, ""])


def _false_positives(evaluation: Evaluation) -> Table:
    remarks = [evaluation.statement]
    if evaluation.unjudged:
        reasons = ", ".join(f"{count:,} {note_in_words(note)}" for note, count in evaluation.unjudged.items())
        remarks.append(f"Not judged, and not counted: {reasons}.")
    sampled = evaluation.judged + sum(evaluation.unjudged.values())
    if sampled < evaluation.seen:
        remarks.append(f"A sample of {sampled:,} of {evaluation.seen:,} documents.")
    title = f"False positives among {_documents(evaluation.judged)} taken as honest, {evaluation.words:,} words"
    rows = tuple(
        (number(point), f"{row.expected:.2g}", f"{flagged.hits:,}", share(flagged, 2))
        for row in evaluation.false_positives
        for point, flagged in (row,)
    )
    return Table(title, ("operating point", "expected", "flagged", "share (95%)"), rows, tuple(remarks))


def _suspicious(evaluation: Evaluation) -> Table:
    named = evaluation.suspicious[:_SUSPICIOUS_SHOWN]
    more = len(evaluation.suspicious) - len(named)
    remark = "If one of them is spun, it is no false positive: take it out and measure again."
    return Table(
        "Documents that look most like spun ones",
        ("document", "as high score"),
        tuple((name, rate_in_figures(rate)) for name, rate in named),
        (remark, *((f"{more:,} more with 1 in 100 or less.",) if more else ())) if named else (),
    )


def _recall(evaluation: Evaluation) -> Table:
    plan = evaluation.plan
    cells = {(row.family, row.share): row for row in evaluation.recall}
    rows = tuple(
        (family, *(_recalled(cells[family, share]) for share in plan.shares))
        for family in plan.families
        if evaluation.recall
    )
    short = sum(row.short for row in evaluation.recall)
    remarks = ["Share of the specimens that read as spun (95%)."] if rows else []
    if short:
        remarks.append(
            f"“of N” and “–”: {short:,} specimens could not be spun so far; a dictionary covers so much of a text."
        )
    title = f"Recall at operating point {number(plan.operating_point)}, by share of the words swapped"
    return Table(title, ("family", *(f"{share:.0%}" for share in plan.shares)), rows, tuple(remarks))


def _recalled(row: Recall) -> str:
    if not row.flagged.cases:
        return _NOTHING
    return share(row.flagged, 0) + (f" of {row.flagged.cases:,}" if row.short else "")


def _restoration(evaluation: Evaluation) -> Table:
    shown = ("right_before", "right", "restored", "recall", "precision", "changed")
    rows = tuple(
        (row.family, *(interval(*row.rates[name], places=1 if name == "changed" else 0) for name in shown))
        for row in evaluation.restoration
    )
    documents = max((row.documents for row in evaluation.restoration), default=0)
    head = (
        "family",
        "words right, spun",
        "restored",
        "swaps restored",
        "swaps found",
        "changes due",
        "untouched changed",
    )
    title = f"Restoring {_documents(documents)} with three words in ten swapped"
    remark = "95% intervals by bootstrap over documents; the verdict taken for granted."
    if documents < _FEW:
        remark += f" From {_documents(documents)} the intervals are too narrow."
    return Table(title, head, rows, (remark,) if rows else ())


def _gates(evaluation: Evaluation) -> Table:
    gates = evaluation.screen
    if gates is None:
        return Table("The gates of scan", (), (), ("Not measured: they come with the extra 'scan'.",))
    rows = [
        ("honest documents that pass the screen", share(gates.passed_screen, 2), f"{gates.passed_screen.cases:,}"),
        ("that pass the sieve too, and are looked at", share(gates.passed_sieve, 2), f"{gates.passed_sieve.cases:,}"),
        ("that pass the look too, and go to the reader", share(gates.sent_on, 2), f"{gates.sent_on.cases:,}"),
    ]
    rows += [
        (
            f"specimens lost of those the reader flags, {lost.share:.0%} swapped",
            share(lost.lost, 2),
            f"{lost.lost.cases:,}",
        )
        for lost in gates.lost
    ]
    faint = any(lost.share < SCREENED_FROM for lost in gates.lost)
    hours = crawl_hours(gates.text_passed, gates.text_sent_on, gates.looks)
    remarks: tuple[str, ...] = (
        f"A crawl of such text costs about {hours:.2g} core-hours a gigabyte: {gates.text_passed:.1%} of it passes the screen,"
        f" {gates.text_sent_on:.2%} goes to the reader.",
    )
    if faint:
        remarks += (f"They are made to keep documents with {SCREENED_FROM:.0%} or more of the words swapped.",)
    return Table("The gates of scan", ("", "share (95%)", "of"), tuple(rows), remarks)


def _documents(count: int) -> str:
    return f"{count:,} {'document' if count == 1 else 'documents'}"


def share(found: Proportion, places: int) -> str:
    """``"0.74% (0.36–1.5)"``, or a dash where there are no cases."""
    return interval(found.share, found.low, found.high, places=places) if found.cases else _NOTHING


def interval(value: float, low: float, high: float, *, places: int) -> str:
    """A share and its interval in per cent, with so many places after the point."""
    return f"{value:.{places}%} ({100 * low:.{places}f}–{100 * high:.{places}f})"
