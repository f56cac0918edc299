"""A report as Markdown (CommonMark with tables), in which a text comes out as text, whatever marks it holds.

Restored words are marked as on a terminal: ‹word›, ‹word?› for a guess, ‹› for a word taken out, and ‹found: guess?›
where it is left as found. In a document with a source ‹word› is the source's and ‹word?› the reader's. Where a part of the
text alone reads as spun, it stands between ⟦ and ⟧.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from unspin.reading import VERDICTS
from unspin.report import evidence, markdown_proof, passages
from unspin.report.anchors import Anchors
from unspin.report.content import Content, Full, Public, Report, Unread
from unspin.report.markdown_text import escaped, table
from unspin.report.pieces import Change, Kept, Paragraph, Piece, Sourced
from unspin.report.wording import (
    DISCLAIMER,
    GUESS_BELOW,
    NO_SWAP_SEEN,
    alternatives_in_words,
    original_in_words,
    percent,
    walk_in_words,
)

__all__ = ["render"]

_LEGEND = (
    "‹word› restored · ‹word?› a guess · ‹› a word taken out · ‹found: word?› left as found, perhaps swapped for word"
)
_LEGEND_SOURCED = (
    "‹word› the source’s wording · ‹word?› the reader’s · ‹› a word taken out · ‹found: word?› left as found, perhaps swapped"
    " for word"
)


def render(report: Report) -> str:
    """The report, each document under a heading; several begin with a table."""
    blocks: list[str] = []
    single = len(report.documents) == 1
    if not single:
        blocks += [f"# unspin report: {report.title}", f"{report.says}.", _overview(report)]
    for document in report.documents:
        blocks += _document(document, 1 if single else 2)
    made = "\n".join(f"- {name}: {escaped(value)}" for name, value in report.made)
    blocks += ["---", made, f"*{DISCLAIMER}*"]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _overview(report: Report) -> str:
    rows = []
    for document in report.documents:
        if isinstance(document, Unread):
            rows.append((document.source.name, "could not be read", document.reason))
        else:
            head = document.head
            rows.append((head.source.name, VERDICTS[head.verdict], head.says.partition("; ")[2]))
    return table(("Document", "Verdict", "Figures"), rows)


def _document(document: Content, level: int) -> Iterator[str]:
    if isinstance(document, Unread):
        yield f"{'#' * level} {escaped(document.source.name)}"
        yield f"**Could not be read:** {escaped(document.reason)}"
        return
    head = document.head
    yield f"{'#' * level} {escaped(head.source.name)}"
    yield f"**{escaped(head.says[:1].upper() + head.says[1:])}.**"
    yield escaped("; ".join(head.facts)) + "."
    heading = "#" * (level + 1)
    if isinstance(document, Public) and document.rule:
        yield f"*{escaped(document.rule)}*"
    if document.proofs is not None:
        yield from markdown_proof.sources(document.proofs, heading)
    yield from _public(document, heading) if isinstance(document, Public) else _full(document, heading)
    yield from _anchors(document.anchors, heading)


def _full(document: Full, heading: str) -> Iterator[str]:
    sourced = document.proofs is not None and bool(document.proofs.sources)
    yield f"{heading} {'Restored text' if document.marked else 'Text'}"
    if document.marked:
        yield _LEGEND_SOURCED if sourced else _LEGEND
    if document.passages:
        shown = f"{passages.SIGN_OPEN} … {passages.SIGN_CLOSE}"
        yield f"What reads as spun stands between {shown}:"
        yield "\n".join(f"- {escaped(f'{p.place or p.lines}: {p.ends}')}" for p in document.passages)
    for paragraph in document.paragraphs:
        yield _parted(paragraph, sourced)
    if document.rows:
        yield f"{heading} Swaps"
        rows = [
            (str(n), place, s.found, original_in_words(s.found, s.original), percent(s.confidence),
             alternatives_in_words(s.alternatives), walk_in_words(s.route))
            for n, place, s in document.rows
        ]  # fmt: skip
        yield table(("No.", "Place", "Found", "Original", "Confidence", "Alternatives", "Walk"), rows)
    if document.altered:
        yield f"{heading} Quotations that were altered"
    for said, place, pieces in document.altered:
        yield _said(said.speaker, place, escaped(said.found), _marked(pieces))


def _public(document: Public, heading: str) -> Iterator[str]:
    gathered = document.evidence
    if gathered.swaps:
        yield f"{heading} Swaps"
        rows = [
            (f"{s.times:,}", s.found, original_in_words(s.found, s.original), percent(s.confidence),
             alternatives_in_words(s.alternatives), walk_in_words(s.route), evidence.places_in_words(s))
            for s in gathered.swaps
        ]  # fmt: skip
        yield table(("Times", "Found", "Original", "Confidence", "Alternatives", "Walk", "Places"), rows)
    shown = [(s, *s.context) for s in gathered.swaps if s.context]
    if shown:
        yield f"{heading} In context"
        yield "\n".join(f"- {escaped(f'… {before} {s.found} ‹{_now(s)}› {after} …')}" for s, before, after in shown)
    if gathered.quotations:
        yield f"{heading} Quotations that were altered"
    for said in gathered.quotations:
        more = " …" if said.cut else ""
        yield _said(said.speaker, said.place, escaped(said.found + more), escaped(said.restored + more))
    if gathered.quotations_left_out:
        yield f"{gathered.quotations_left_out:,} more left out."


def _anchors(found: Anchors, heading: str) -> Iterator[str]:
    if found.names or found.figures:
        yield f"{heading} {NO_SWAP_SEEN}"
    for title, group in (("Names", found.names), ("Figures and dates", found.figures)):
        if group:
            yield f"{title}: {escaped(', '.join(anchor.text for anchor in group))}."


def _said(speaker: str | None, place: str, found: str, restored: str) -> str:
    who = ", ".join(part for part in (speaker or "speaker not named", place) if part)
    return f"{escaped(who)}\n\n- the page says: “{found}”\n- was probably said: “{restored}”"


def _parted(paragraph: Paragraph, sourced: bool) -> str:
    """The text of a paragraph with its marks, and what reads as spun between signs."""
    shown = []
    for spun, pieces in paragraph.parts:
        text = "".join(piece.text if isinstance(piece, Kept) else _sign(piece, sourced) for piece in pieces)
        shown.append(f"{passages.SIGN_OPEN}{text}{passages.SIGN_CLOSE}" if spun else text)
    return escaped("".join(shown))


def _marked(pieces: Iterable[Piece]) -> str:
    """Text with its restored words between signs; escaped as a whole, since the signs mean nothing to Markdown."""
    return escaped("".join(piece.text if isinstance(piece, Kept) else _sign(piece) for piece in pieces))


def _sign(piece: Change, sourced: bool = False) -> str:
    """The place as restored; where some wording is a source's, a question mark stands for the reader's."""
    if isinstance(piece, Sourced):
        bare = piece.original.strip()
        before, _, after = piece.original.partition(bare) if bare else ("", "", "")
        return f"{before}‹{bare}›{after}"
    s = piece.substitution
    shown = ": ".join([s.original, *(word for word, _ in s.alternatives[:1] if s.open)])
    return f"‹{shown}{'?' if shown and (sourced or s.confidence < GUESS_BELOW) else ''}›"


def _now(swap: evidence.Swap) -> str:
    """What was put in place of a swap: nothing certain where it is open."""
    return "?" if swap.original == swap.found else swap.original
