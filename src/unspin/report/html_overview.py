"""The overview of several documents: a line each, with a link."""

from __future__ import annotations

from collections.abc import Sequence

from unspin.reading import VERDICTS
from unspin.report.content import Content, Report, Unread
from unspin.report.html_parts import table
from unspin.report.markup import Markup, element

__all__ = ["overview"]

_COLUMNS = ("Document", "Verdict", "Words swapped", "False positives", "Spinner", "Quotations altered")
_SOURCE = "Source"


def overview(report: Report, links: Sequence[str]) -> Markup:
    """The heading, a sentence on all, and the table; ``links`` are addresses, one for each document."""
    traced = any(not isinstance(document, Unread) and document.proofs is not None for document in report.documents)
    columns = (*_COLUMNS, _SOURCE) if traced else _COLUMNS
    rows = (_row(document, link, columns) for document, link in zip(report.documents, links, strict=True))
    return element(
        "section",
        element("h1", f"{len(report.documents):,} documents", class_="name"),
        element("p", f"{report.says}.", class_="rate"),
        table("In the order in which they were given", columns, rows, "overview"),
        id="overview",
    )


def _row(document: Content, link: str, columns: Sequence[str]) -> Markup:
    if isinstance(document, Unread):
        told = (element("b", "could not be read"), f": {document.reason}")
        return element(
            "tr",
            element("th", document.source.name, scope="row"),
            element("td", *told, colspan=str(len(columns) - 1), data_label="verdict"),
            class_="unread",
        )
    head = document.head
    swapped: tuple[str, ...] = ("–",)
    if head.share is not None:
        style = f"--share:{min(1.0, max(0.0, head.share)):.3f}"
        bar = element("span", f"{head.share:.0%}", class_="bar", style=style)
        swapped = (element("span", bar, f" {head.swapped:,} of {head.words:,}"),)
    cells: tuple[tuple[str, ...], ...] = (
        (element("b", VERDICTS[head.verdict], class_=f"verdict-word {head.verdict}"),),
        swapped,
        (head.rate or "–",),
        (head.spinner or "–",),
        ("–" if head.quotations is None else "{:,} of {:,}".format(*head.quotations),),
    )
    if _SOURCE in columns:
        cells = (*cells, ("–" if document.proofs is None else document.proofs.figures,))
    return element(
        "tr",
        element("th", element("a", head.source.name, href=link), scope="row"),
        *(element("td", *cell, data_label=label.lower()) for cell, label in zip(cells, columns[1:], strict=True)),
    )
