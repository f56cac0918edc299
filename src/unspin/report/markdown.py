"""A report as Markdown (CommonMark with tables), in which a text comes out as text, whatever marks it holds.

Restored words are marked as on a terminal: ‹word›, ‹word?› for a guess, ‹› for a word taken out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from unspin.reading import UNJUDGED, Quotation, Reading
from unspin.report import anchors, evidence
from unspin.report.markup import visible
from unspin.report.pieces import Kept, Piece, Swapped, paragraphs, within
from unspin.report.source import Entry, Settings, Source
from unspin.report.version import MODEL_CARD, version
from unspin.report.wording import (
    DISCLAIMER,
    FORMATS,
    GUESS_BELOW,
    VERDICTS,
    alternatives_in_words,
    note_in_words,
    overall,
    percent,
    reason,
    settings_in_words,
    verdict,
    verdict_name,
    walk_in_words,
)

__all__ = ["escaped", "render"]

_LEGEND = "‹word› restored · ‹word?› a guess · ‹› a word taken out"
# Marks with a meaning inside a line; the rest have one at its beginning only. A backslash before a letter means nothing, so
# only the marks take one; angle brackets and ampersands are written as HTML has them.
_INLINE = re.compile(r"([\\`*_\[\]{}~|$^])")
_HTML = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_AT_START = re.compile(r"^([#+=\-]|:(?=[-:])|\d{1,9}(?=[.)]))")
_ADDRESS = re.compile(r"(?i)\b(https?|ftp|mailto|www)([:.])")


def render(entries: Sequence[Entry], *, public: bool = False, settings: Settings | None = None) -> str:
    """The report on ``entries``, each under a heading; several begin with a table."""
    blocks: list[str] = []
    if len(entries) != 1:
        blocks += [f"# unspin report: {len(entries):,} documents", f"{overall(entries, settings)}.", _overview(entries)]
    for entry in entries:
        blocks += _document(entry, 1 if len(entries) == 1 else 2, public)
    blocks += ["---", _made(public, settings), f"*{DISCLAIMER}*"]
    return "\n\n".join(block for block in blocks if block) + "\n"


def escaped(text: str) -> str:
    """The text on one line, so that Markdown shows it as it stands."""
    line = " ".join(visible(text).split())
    line = _INLINE.sub(r"\\\1", line)
    line = re.sub("[&<>]", lambda match: _HTML[match.group()], line)
    line = _ADDRESS.sub(r"\1\\\2", line)
    return _AT_START.sub(lambda m: m.group() + "\\" if m.group()[0].isdigit() else "\\" + m.group(), line)


def _overview(entries: Sequence[Entry]) -> str:
    rows = []
    for entry in entries:
        if isinstance(entry.outcome, Reading):
            rows.append(
                (entry.source.name, VERDICTS[verdict_name(entry.outcome)], verdict(entry.outcome).partition("; ")[2])
            )
        else:
            rows.append((entry.source.name, "could not be read", reason(entry)))
    return _table(("Document", "Verdict", "Figures"), rows)


def _document(entry: Entry, level: int, public: bool) -> Iterator[str]:
    source, outcome = entry.source, entry.outcome
    yield f"{'#' * level} {escaped(source.name)}"
    if not isinstance(outcome, Reading):
        yield f"**Could not be read:** {escaped(reason(entry))}"
        return
    head = verdict(outcome)
    yield f"**{escaped(head[:1].upper() + head[1:])}.**"
    facts = [f"format: {FORMATS.get(source.format, source.format)}"]
    if outcome.spun and outcome.spinner:
        facts.append(f"spinner: most like {outcome.spinner}")
    facts += [note_in_words(note) for note in outcome.notes if note not in UNJUDGED]
    yield escaped("; ".join(facts)) + "."
    heading = "#" * (level + 1)
    if public:
        yield from _public(source, outcome, heading)
    else:
        yield from _full(source, outcome, heading)


def _full(source: Source, reading: Reading, heading: str) -> Iterator[str]:
    yield f"{heading} {'Restored text' if reading.substitutions else 'Text'}"
    if reading.substitutions:
        yield _LEGEND
    for paragraph in paragraphs(reading):
        yield _marked(paragraph.pieces)
    if not reading.substitutions:
        return
    yield f"{heading} Swaps"
    rows = [
        (str(n), source.where(s.start), s.found, s.original or "(nothing)", percent(s.confidence),
         alternatives_in_words(s.alternatives), walk_in_words(s.route))
        for n, s in enumerate(reading.substitutions, start=1)
    ]  # fmt: skip
    yield _table(("No.", "Place", "Found", "Original", "Confidence", "Alternatives", "Walk"), rows)
    altered = [quotation for quotation in reading.quotations if quotation.altered]
    if altered:
        yield f"{heading} Quotations that were altered"
        yield "\n\n".join(_quotation(source, reading, quotation) for quotation in altered)
    yield from _anchors(reading, heading)


def _public(source: Source, reading: Reading, heading: str) -> Iterator[str]:
    if not reading.substitutions:
        return
    gathered = evidence.gather(reading, source)
    yield f"*{escaped(evidence.RULE)}*"
    yield f"{heading} Swaps"
    rows = [
        (f"{s.times:,}", s.found, s.original or "(nothing)", percent(s.confidence), alternatives_in_words(s.alternatives),
         walk_in_words(s.route), evidence.places_in_words(s))
        for s in gathered.swaps
    ]  # fmt: skip
    yield _table(("Times", "Found", "Original", "Confidence", "Alternatives", "Walk", "Places"), rows)
    shown = [(s, *s.context) for s in gathered.swaps if s.context]
    if shown:
        yield f"{heading} In context"
        yield "\n".join(f"- {escaped(f'… {before} {s.found} ‹{s.original}› {after} …')}" for s, before, after in shown)
    if gathered.quotations:
        yield f"{heading} Quotations that were altered"
    for said in gathered.quotations:
        more = " …" if said.cut else ""
        yield _said(said.speaker, said.place, escaped(said.found + more), escaped(said.restored + more))
    if gathered.quotations_left_out:
        yield f"{gathered.quotations_left_out:,} more left out."
    yield from _anchors(reading, heading)


def _anchors(reading: Reading, heading: str) -> Iterator[str]:
    found = anchors.find(reading)
    if found.names or found.figures:
        yield f"{heading} Names and figures that came through"
    for title, group in (("Names", found.names), ("Figures and dates", found.figures)):
        if group:
            yield f"{title}: {escaped(', '.join(anchor.text for anchor in group))}."


def _quotation(source: Source, reading: Reading, quotation: Quotation) -> str:
    pieces = within(reading, quotation.start, quotation.end)
    return _said(quotation.speaker, source.where(quotation.start), escaped(quotation.found), _marked(pieces))


def _said(speaker: str | None, place: str, found: str, restored: str) -> str:
    who = ", ".join(part for part in (speaker or "speaker not named", place) if part)
    return f"{escaped(who)}\n\n- the page says: “{found}”\n- was probably said: “{restored}”"


def _marked(pieces: Iterable[Piece]) -> str:
    """Text with its restored words between signs; escaped as a whole, since the signs mean nothing to Markdown."""
    return escaped("".join(piece.text if isinstance(piece, Kept) else _sign(piece) for piece in pieces))


def _sign(piece: Swapped) -> str:
    original, sure = piece.substitution.original, piece.substitution.confidence
    return f"‹{original}{'?' if original and sure < GUESS_BELOW else ''}›"


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *([escaped(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _made(public: bool, settings: Settings | None) -> str:
    rows = [("unspin", f"version {version()}"), ("Models", MODEL_CARD), *settings_in_words(settings)]
    if public:
        rows.append(("Edition", "public"))
    return "\n".join(f"- {name}: {escaped(value)}" for name, value in rows)
