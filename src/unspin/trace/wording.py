"""What was found, for people: evidence about two texts, no accusation of anybody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from unspin.comparison import Comparison, Fact, How, QuotationPair, Remark, remark_in_words
from unspin.settings import NAMED_FROM
from unspin.text.view import visible
from unspin.trace.results import Match, Trace

__all__ = ["evidence", "trace_in_words"]

_FACTS: Final = {Fact.FIGURE: "figure", Fact.DATE: "date", Fact.NAME: "name"}
_MOST: Final = 20
_SHOWN: Final = 160


def trace_in_words(found: Trace) -> str:
    """One sentence on a page and an archive."""
    beside = (remark_in_words(note) for note in (Remark.PAGE_CUT, Remark.OTHER_LANGUAGE) if note in found.notes)
    return "; ".join([_found(found), *beside])


def _found(found: Trace) -> str:
    for note in (Remark.EMPTY_ARCHIVE, Remark.TOO_SHORT):
        if note in found.notes:
            return f"nothing is said: {remark_in_words(note)}"
    if not found.sources and Remark.QUOTED_ONLY in found.notes:
        return (
            f"no source in the archive: what the page has in common with {found.likeliest} is quoted by both, or said"
            " everywhere"
        )
    if not found.sources:
        near = (
            ""
            if found.likeliest is None or found.best < NAMED_FROM
            else f" (the likeliest is {found.likeliest}, with probability {found.best:.2g})"
        )
        return f"no source in the archive{near}"
    return "; ".join(_named(match) for match in found.sources)


def _named(match: Match) -> str:
    about = ", ".join(part for part in (match.date, match.url) if part)
    copies = len(match.near_copies)
    more = f" and {copies} near-{'copy' if copies == 1 else 'copies'}" if copies else ""
    if Remark.IDENTICAL in match.comparison.notes:
        return f"{match.id}{f' ({about})' if about else ''}{more}: the page itself, or what it copies word for word"
    return (
        f"{match.id}{f' ({about})' if about else ''}{more}: a source with probability {match.probability:.2g};"
        f" {match.comparison.explained:.0%} of the page, {match.comparison.used:.0%} of the source"
    )


def evidence(found: Comparison, *, everything: bool = False) -> Iterator[str]:
    """The evidence of a pair, line by line: quotations and facts first, then passages and the spinner's dictionary."""
    most = None if everything else _MOST
    for note in found.notes:
        if note == Remark.TOO_SHORT:
            yield f"note: {remark_in_words(note)}"
    altered = [pair for pair in found.quotations if pair.altered]
    if altered:
        yield from ("", "Quotations that were altered")
        for pair in altered[:most]:
            yield from _quotation(pair)
        yield from _left_out(len(altered), most)
    if found.facts:
        yield from ("", "Figures, dates and names that differ")
        for fact in found.facts[:most]:
            yield f"  {_FACTS[fact.kind]:6}  the source says “{_line(fact.original)}”, the page says “{_line(fact.found)}”"
        yield from _left_out(len(found.facts), most)
    if found.passages:
        yield from ("", "Passages (characters of the page ← of the source)")
        for passage in found.passages[:most]:
            counts = "" if passage.counted else "; not counted: quoted by both, or said everywhere"
            yield (
                f"  {passage.start}–{passage.end} ← {passage.source_start}–{passage.source_end}: {passage.words} words,"
                f" {passage.exact} the same, {passage.swapped} swapped, {passage.rewritten} new{counts}"
            )
            yield f"    “{_line(found.page[passage.start : passage.end])}”"
            yield f"  ← “{_line(found.source[passage.source_start : passage.source_end])}”"
        yield from _left_out(len(found.passages), most)
    if found.dictionary:
        yield from ("", "What stands for what")
        for entry in found.dictionary[:most]:
            yield f"  {entry.times:4}  {_line(entry.found)} ← {_line(entry.original)}"
        yield from _left_out(len(found.dictionary), most)
    rewritten = sum(1 for change in found.changes if change.how is How.REWRITTEN)
    if rewritten:
        yield from (
            "",
            f"{rewritten} {'place was' if rewritten == 1 else 'places were'} rewritten apart from single words",
        )


def _quotation(pair: QuotationPair) -> Iterator[str]:
    yield f"  {pair.speaker or 'speaker not named'}"
    yield f"    the page says    “{_line(pair.found, None)}”"
    yield f"    the source says  “{_line(pair.original, None)}”"


def _left_out(count: int, most: int | None) -> Iterator[str]:
    if most is not None and count > most:
        yield f"  … and {count - most:,} more; all with --all or --json"


def _line(text: str, most: int | None = _SHOWN) -> str:
    """In one line that steers no terminal, shortened in its middle."""
    flat = " ".join("".join(c if c.isprintable() else " " for c in visible(text)).split())
    if most is None or len(flat) <= most:
        return flat or "(nothing)"
    return f"{flat[: most // 2]} … {flat[-most // 2 :]}"
