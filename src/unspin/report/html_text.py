"""Text with marks: what was found, what was restored, and how sure that is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from unspin.reading import Substitution
from unspin.report.markup import Markup, element, join
from unspin.report.pieces import Change, Kept, Paragraph, Piece, Sourced
from unspin.report.wording import GUESS_BELOW, alternatives_in_words, percent, walk_in_words

__all__ = ["as_found", "as_restored", "linked", "paragraph", "run", "swap_cells"]

Mark = Callable[[Piece], Markup]


def paragraph(part: Paragraph, mark: Mark, **attributes: str) -> Markup:
    """A paragraph with every piece as ``mark`` makes it."""
    shown = (
        element("span", run(pieces, mark), class_="part") if spun else run(pieces, mark) for spun, pieces in part.parts
    )
    return element("p", *shown, **attributes)


def run(pieces: Iterable[Piece], mark: Mark) -> Markup:
    """Pieces side by side."""
    return join(mark(piece) for piece in pieces)


def linked(piece: Piece, identity: str, passage: Callable[[int, int], int] | None = None) -> Markup:
    """A restored word that says what stood there and leads to its row in the table of swaps, or to its passage of a source.

    Args:
        piece: what is to be shown.
        identity: of the document.
        passage: the number of the passage of a source in which an offset lies, both from 0.
    """
    if isinstance(piece, Kept):
        return join([piece.text])
    if isinstance(piece, Sourced):
        return _sourced(piece, identity, passage)
    number, s = piece
    body = s.original.strip()
    return _around(
        s.original,
        element(
            "a",
            body,
            class_=f"mark {_kind(piece)}",
            id=f"{identity}-m{number}",
            href=f"#{identity}-s{number}",
            title=_told(s),
            aria_label=None if body else "a word taken out",
            data_number=str(number),
        ),
    )


def as_restored(piece: Piece) -> Markup:
    """A restored word, marked."""
    if isinstance(piece, Kept):
        return join([piece.text])
    return _around(piece.original, element("ins", piece.original.strip(), class_=f"mark {_kind(piece)}"))


def as_found(piece: Piece) -> Markup:
    """A word as it stood there, marked."""
    if isinstance(piece, Kept):
        return join([piece.text])
    found = piece.found
    return _around(found, element("del", found.strip(), class_="mark found" if found.strip() else "mark left"))


def swap_cells(
    found: str, original: str, sure: float, alternatives: Sequence[tuple[str, float]], route: Sequence[str]
) -> tuple[Markup, ...]:
    """The cells of a swap that both editions have: found, original, confidence, alternatives, walk."""
    kind = "guess" if sure < GUESS_BELOW else "restored"
    restored = element("span", original, class_=f"mark {kind}") if original.strip() else element("i", "nothing")
    if original == found:
        restored = element("i", "as found")
    bar = element("span", percent(sure), class_="bar", style=f"--share:{min(1.0, max(0.0, sure)):.3f}")
    others, walk = alternatives_in_words(alternatives), walk_in_words(route)
    return (
        element("td", element("span", found.strip(), class_="mark found"), class_="found-cell", data_label="found"),
        element("td", restored, class_="original-cell", data_label="original"),
        element("td", bar, class_="sure", data_label="confidence"),
        element("td", others or "–", class_="others" if others else "others none", data_label="or"),
        element("td", walk or "–", class_=_walk_class(route), data_label="walk"),
    )


def _walk_class(route: Sequence[str]) -> str:
    """A walk of one step says no more than found and original do; on paper it is left out."""
    return "walk none" if not route else "walk direct" if len(route) == 2 else "walk"


def _around(text: str, mark: Markup) -> Markup:
    """The mark, with the white space of ``text`` outside it."""
    body = text.strip()
    before, _, after = text.partition(body) if body else (text, "", "")
    return join([before, mark, after])


def _kind(change: Change) -> str:
    if not change.original.strip():
        return "gone"
    if isinstance(change, Sourced):
        return "sourced"
    return "guess" if change.substitution.confidence < GUESS_BELOW else "restored"


def _sourced(piece: Sourced, identity: str, passage: Callable[[int, int], int] | None) -> Markup:
    """Words of a source; what stood there is the title."""
    source = piece.wording.source
    body, found = piece.original.strip(), " ".join(piece.found.split())
    to = None
    if source is not None and passage is not None:
        to = f"#{identity}-o{source + 1}-p{passage(source, piece.start) + 1}"
    mark = element(
        "a" if to else "span",
        body,
        class_=f"mark {_kind(piece)}",
        href=to,
        title=f"found: {found or '(nothing)'}\nthe source says: {' '.join(body.split()) or '(nothing)'}",
        aria_label=None if body or to is None else "words left out as in the source",
    )
    return _around(piece.original, mark)


def _told(substitution: Substitution) -> str:
    """What pointing at a marked word says."""
    sure = percent(substitution.confidence)
    lines = [f"found: {' '.join(substitution.found.split())}"]
    lines.append(f"left as found, though it looks swapped: {sure}" if substitution.open else f"confidence: {sure}")
    if substitution.alternatives:
        other = "perhaps" if substitution.open else "or"
        lines.append(f"{other}: {alternatives_in_words(substitution.alternatives)}")
    if substitution.route:
        lines.append(f"walk: {walk_in_words(substitution.route)}")
    return "\n".join(lines)
