"""The overview of several documents: a line each, with a link."""

from __future__ import annotations

from collections.abc import Sequence

from unspin.reading import Reading
from unspin.report.html_parts import rate, table
from unspin.report.markup import Markup, element
from unspin.report.source import Entry, Settings
from unspin.report.wording import VERDICTS, overall, reason, verdict_name

__all__ = ["overview"]

_COLUMNS = ("Document", "Verdict", "Words swapped", "False positives", "Spinner", "Quotations altered")


def overview(entries: Sequence[Entry], links: Sequence[str], settings: Settings | None) -> Markup:
    """The heading, a sentence on all, and the table; ``links`` are addresses, one for each entry."""
    rows = (_row(entry, link) for entry, link in zip(entries, links, strict=True))
    sentence = overall(entries, settings)
    return element(
        "section",
        element("h1", f"{len(entries):,} documents", class_="name"),
        element("p", f"{sentence}.", class_="rate"),
        table("In the order in which they were given", _COLUMNS, rows, "overview"),
        id="overview",
    )


def _row(entry: Entry, link: str) -> Markup:
    outcome = entry.outcome
    if not isinstance(outcome, Reading):
        told = (element("b", "could not be read"), f": {reason(entry)}")
        return element(
            "tr",
            element("th", entry.source.name, scope="row"),
            element("td", *told, colspan=str(len(_COLUMNS) - 1), data_label="verdict"),
            class_="unread",
        )
    name = verdict_name(outcome)
    altered = sum(quotation.altered for quotation in outcome.quotations)
    quoted = f"{altered:,} of {len(outcome.quotations):,}" if outcome.quotations and outcome.substitutions else "–"
    swapped = round(outcome.share * outcome.words)
    bar = element(
        "span", f"{outcome.share:.0%}", class_="bar", style=f"--share:{min(1.0, max(0.0, outcome.share)):.3f}"
    )
    words = (element("span", bar, f" {swapped:,} of {outcome.words:,}"),) if outcome.spun else ("–",)
    cells: tuple[tuple[str, ...], ...] = (
        (element("b", VERDICTS[name], class_=f"verdict-word {name}"),),
        words,
        (rate(outcome) if name != "unjudged" else "–",),
        (outcome.spinner or "–" if outcome.spun else "–",),
        (quoted,),
    )
    return element(
        "tr",
        element("th", element("a", entry.source.name, href=link), scope="row"),
        *(element("td", *cell, data_label=label.lower()) for cell, label in zip(cells, _COLUMNS[1:], strict=True)),
    )
