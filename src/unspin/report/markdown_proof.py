"""The parts of a Markdown report that hold a document against its sources.

In a passage ‹word› stands for another, and ‹‹words›› were rewritten, put in or left out; ‹‹›› is where the other side has more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from unspin.comparison import How
from unspin.report.markdown_text import escaped, table
from unspin.report.proof import FACTS, Bit, Differs, Proofs, Proved

__all__ = ["sources"]

_LEGEND = "‹word› stands for another on the other side · ‹‹words›› rewritten, put in or left out"


def sources(proofs: Proofs, heading: str) -> Iterator[str]:
    """Blocks on each source, or that there is none; ``heading`` is the sign of a heading, as ``"##"``."""
    if not proofs.sources:
        yield f"{heading} Source"
        yield escaped(f"{proofs.says[:1].upper()}{proofs.says[1:]}.")
    for number, proved in enumerate(proofs.sources, start=1):
        title = "Source" if len(proofs.sources) == 1 else f"Source {number}"
        yield f"{heading} {title}: {escaped(proved.name)}"
        yield from _source(proved, f"{heading}#")
    if proofs.remarks:
        yield escaped(f"Note: {'; '.join(proofs.remarks)}.")


def _source(proved: Proved, heading: str) -> Iterator[str]:
    yield f"**{escaped(proved.verdict)}**"
    if proved.about:
        yield f"{escaped(proved.about)}."
    yield f"SHA-256 of its text: {proved.sha256}"
    yield from (escaped(f"Note: {remark}.") for remark in proved.remarks)
    if proved.quotations:
        yield f"{heading} Quotations"
    for pair, speaker, place, cut in proved.quotations:
        who = ", ".join(part for part in (speaker or "speaker not named", place) if part)
        more = " …" if cut else ""
        said = (
            f"- the page says: “{escaped(pair.found + more)}”",
            f"- the source says: “{escaped(pair.original + more)}”",
        )
        yield "\n".join((f"{escaped(who)}\n", *said))
    yield from _left_out(proved.quotations_left_out)
    if proved.facts:
        yield f"{heading} Figures, dates and names that differ"
        yield table(("What", "Place", "The source says", "The page says"), map(_fact, proved.facts))
    if proved.passages:
        yield f"{heading} Passages"
        yield _LEGEND
    for number, shown in enumerate(proved.passages, start=1):
        yield escaped(f"Passage {number}{f', {shown.place}' if shown.place else ''}: {shown.says}.")
        yield table(("The page", "The source"), ([_side(row.page), _side(row.source)] for row in shown.rows))
    yield from _left_out(proved.passages_left_out)
    if proved.dictionary:
        yield f"{heading} The spinner’s dictionary"
        rows = ((f"{entry.times:,}", entry.found, entry.original) for entry in proved.dictionary)
        yield table(("Times", "On the page", "In the source"), rows)


def _left_out(count: int) -> Iterator[str]:
    if count:
        yield f"{count:,} more left out."


def _fact(differs: Differs) -> Sequence[str]:
    fact, more = differs.fact, " …" if differs.cut else ""
    said = [f"{text.strip()}{more}" if text.strip() else "(nothing)" for text in (fact.original, fact.found)]
    return (FACTS[fact.kind], differs.place, *said)


def _side(bits: Sequence[Bit]) -> str:
    """One side of a row, what differs between signs."""
    pieces = []
    for how, inside in groupby(bits, key=lambda bit: bit.how):
        text = "".join(bit.text for bit in inside)
        pieces.append(text if how is None else f"‹{text}›" if how is How.SWAPPED else f"‹‹{text}››")
    return "".join(pieces)
