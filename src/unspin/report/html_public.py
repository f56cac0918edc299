"""The parts of the public edition: evidence without the text."""

from __future__ import annotations

from unspin.report.evidence import Evidence, Said, Swap, places_in_words
from unspin.report.html_parts import legend, quotation_pair, section, table
from unspin.report.html_text import swap_cells
from unspin.report.markup import Markup, element, join
from unspin.report.wording import GUESS_BELOW

__all__ = ["contexts", "quotations", "swaps"]


def swaps(evidence: Evidence, identity: str, level: int) -> Markup:
    """Each distinct swap, the most frequent first."""
    placed = any(swap.places for swap in evidence.swaps)
    columns = ["Times", "Found", "Original", "Confidence", "Alternatives", "Walk", *(["Places"] if placed else [])]
    rows = (_row(swap, placed) for swap in evidence.swaps)
    count = len(evidence.swaps)
    caption = f"{count:,} distinct {'swap' if count == 1 else 'swaps'}, the most frequent first"
    body = table(caption, columns, rows, "swaps public")
    return section(f"{identity}-swaps", level, "Swaps", legend(found=True), body)


def contexts(evidence: Evidence, identity: str, level: int) -> Markup:
    """A few words around swaps, as they stand on the page; nothing where none may be shown."""
    items = [element("li", _context(swap, *swap.context)) for swap in evidence.swaps if swap.context is not None]
    if not items:
        return Markup()
    return section(f"{identity}-contexts", level, "In context", element("ul", *items, class_="contexts"))


def quotations(evidence: Evidence, identity: str, level: int) -> Markup:
    """The beginnings of altered quotations; nothing where there are none."""
    if not evidence.quotations and not evidence.quotations_left_out:
        return Markup()
    said = [_quotation(said) for said in evidence.quotations]
    left = evidence.quotations_left_out
    if left:
        were = "altered quotation was" if left == 1 else "altered quotations were"
        said.append(element("p", f"{left:,} more {were} left out to keep within the bounds above.", class_="hint"))
    return section(f"{identity}-quotations", level, "Quotations", *said)


def _row(swap: Swap, placed: bool) -> Markup:
    place = (element("td", places_in_words(swap), class_="place", data_label="places"),) if placed else ()
    return element(
        "tr",
        element("td", f"{swap.times:,}×", class_="number", data_label="times"),
        *swap_cells(swap.found, swap.original, swap.confidence, swap.alternatives, swap.route),
        *place,
    )


def _context(swap: Swap, before: str, after: str) -> Markup:
    kind = "gone" if not swap.original else "guess" if swap.confidence < GUESS_BELOW else "restored"
    original = "?" if swap.original == swap.found else swap.original
    was, now = element("del", swap.found, class_="mark found"), element("ins", original, class_=f"mark {kind}")
    gap = " " if after[:1].isalnum() or after[:1] in ("“", "‘", '"', "(") else ""
    return join(["… ", before, " " if before else "", was, " → ", now, gap, after, " …"])


def _quotation(said: Said) -> Markup:
    rest = " …" if said.cut else ""
    return quotation_pair(said.speaker, said.place, join([said.found, rest]), join([said.restored, rest]))
