"""The parts of an HTML report on one document: its head, its marked text, its tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from unspin.reading import VERDICTS
from unspin.report.anchors import Anchor, Anchors
from unspin.report.content import Full, Head, Row
from unspin.report.html_text import as_found, as_restored, linked, paragraph, run, swap_cells
from unspin.report.markup import Markup, element, join
from unspin.report.pieces import Swapped
from unspin.report.wording import GUESS_BELOW, NO_SWAP_SEEN

__all__ = [
    "anchors_section",
    "legend",
    "marked_text",
    "plain_text",
    "quotations",
    "section",
    "side_by_side",
    "summary",
    "swaps",
    "table",
]

_STRIP_WIDTH, _STRIP_HEIGHT = 1000, 26
_MOST_ANCHORS = 120


def section(identity: str, level: int, title: str, *children: str, class_: str | None = None) -> Markup:
    """A section with its heading; ``identity`` is what links lead to."""
    heading = element(f"h{level}", title)
    return element("section", heading, *children, id=identity, class_=class_)


def table(caption: str, columns: Sequence[str], rows: Iterable[Markup], class_: str) -> Markup:
    """A table with a head that is repeated on every printed page."""
    head = element("tr", *(element("th", column, scope="col") for column in columns))
    parts = (element("caption", caption), element("thead", head), element("tbody", *rows))
    return element("table", *parts, class_=class_)


def summary(head: Head) -> Markup:
    """The verdict in words, its figures, and where in the text the swaps lie."""
    told = VERDICTS[head.verdict]
    children = [element("p", told.capitalize(), class_="verdict")]
    if head.reasons:
        children.append(element("p", f"Nothing is said about it: {', '.join(head.reasons)}."))
    else:
        sentence = head.says.removeprefix(told).lstrip("; ")
        children.append(element("p", f"{sentence[:1].upper()}{sentence[1:]}.", class_="rate"))
        if figures := list(_figures(head)):
            children.append(element("dl", *figures, class_="figures"))
    if head.partly:
        children.append(element("p", f"In part: {head.partly}.", class_="remark"))
    if head.remarks:
        children.append(element("p", f"Note: {'; '.join(head.remarks)}.", class_="remark"))
    if head.strokes:
        children.append(_strip(head.strokes))
    return element("div", *children, class_=f"summary {head.verdict}")


def _figures(head: Head) -> Iterator[Markup]:
    if head.share is not None:
        yield _figure(f"{head.share:.0%}", "of the words look swapped")
    if head.spinner is not None:
        yield _figure(head.spinner, "family of spinner, a guess")
    if head.quotations is not None:
        yield _figure("{:,} of {:,}".format(*head.quotations), "quotations were altered")


def _figure(value: str, meaning: str) -> Markup:
    return element("div", element("dt", meaning), element("dd", value))


def _strip(places: Sequence[float]) -> Markup:
    """A bar as long as the text with a stroke for each swap."""
    strokes = {round(place * _STRIP_WIDTH) for place in places}
    path = element("path", d="".join(f"M{x} 0v{_STRIP_HEIGHT}" for x in sorted(strokes)))
    drawing = element(
        "svg", path, viewBox=f"0 0 {_STRIP_WIDTH} {_STRIP_HEIGHT}", preserveAspectRatio="none", aria_hidden="true"
    )
    return element("div", drawing, element("p", "Where the swaps lie, from the first word to the last"), class_="strip")


def legend(*, found: bool, partly: bool = False, sourced: bool = False) -> Markup:
    """What the marks mean.

    Args:
        found: for a section that shows what stood there as well.
        partly: a part is marked.
        sourced: some wording is that of a source.
    """
    restored = (
        *((element("li", element("span", "word", class_="mark sourced"), " the source’s wording"),) if sourced else ()),
        element(
            "li", element("span", "word", class_="mark restored"), " restored by the reader" if sourced else " restored"
        ),
        element(
            "li",
            element("span", "word", class_="mark guess"),
            f" less than {GUESS_BELOW:.0%} sure: a guess, or left as found",
        ),
        element("li", element("span", class_="mark gone"), " a word taken out"),
    )
    was = (element("li", element("span", "word", class_="mark found"), " as found, swapped"),) if found else ()
    part = (element("li", element("span", "text", class_="part"), " reads as spun"),) if partly else ()
    return element("ul", *was, *restored, *part, class_="legend", aria_label="Legend")


def marked_text(document: Full, identity: str, level: int) -> Markup:
    """The restored text; each swapped word is marked, says what stood there, and leads to its row of the table."""
    sourced = _sourced(document)
    proofs = document.proofs
    passage = None if proofs is None else proofs.passage
    body = [paragraph(part, lambda piece: linked(piece, identity, passage)) for part in document.paragraphs]
    what = (
        "The text in the wording of its source wherever the two align, and elsewhere as it was probably written."
        if sourced
        else "The text as it was probably written."
    )
    row = "its passage or its row in the table" if sourced else "its row in the table"
    screen = element(
        "p",
        f"{what} Point at a marked word, or move to it with the Tab key, to see what stood there; follow it to {row}.",
        class_="hint screen",
    )
    paper = element("p", f"{what} A small number is the row in the table.", class_="hint paper")
    marks = legend(found=False, partly=bool(document.passages), sourced=sourced)
    key = element("div", marks, *_passages(document), screen, paper, class_="key")
    text = element("div", *body, class_="prose")
    return section(f"{identity}-text", level, "Restored text", key, text, class_="marked")


def _sourced(document: Full) -> bool:
    """Whether some of its wording is that of a source."""
    return document.proofs is not None and bool(document.proofs.sources)


def _passages(document: Full) -> Iterator[Markup]:
    """The parts that read as spun, where they are not the whole text."""
    items = [element("li", f"{p.place or p.lines}: ", element("q", p.ends)) for p in document.passages]
    if items:
        yield element("ol", *items, class_="passages", aria_label="Passages that read as spun")


def plain_text(document: Full, identity: str, level: int) -> Markup:
    """The text of a document in which nothing is marked."""
    body = element("div", *(paragraph(part, as_restored) for part in document.paragraphs), class_="prose")
    return section(f"{identity}-text", level, "Text", body)


def side_by_side(document: Full, identity: str, level: int) -> Markup:
    """What was found and what was probably written, paragraph beside paragraph."""
    pairs = [
        element(
            "div",
            paragraph(part, as_found, class_="was", data_label="found"),
            paragraph(part, as_restored, class_="now", data_label="restored"),
            class_="pair",
        )
        for part in document.paragraphs
    ]
    heads = element("div", element("p", "As found"), element("p", "Restored"), class_="pair heads", aria_hidden="true")
    body = element("div", heads, *pairs, class_="prose sides")
    marks = legend(found=True, sourced=_sourced(document))
    return section(f"{identity}-sides", level, "Side by side", marks, body, class_="beside")


def swaps(document: Full, identity: str, level: int) -> Markup:
    """Every swap in the order of the text; nothing where there is none."""
    if not document.rows:
        return Markup()
    placed = document.head.source.place is not None
    columns = ["No.", *(["Place"] if placed else []), "Found", "Original", "Confidence", "Alternatives", "Walk"]
    shown = {piece.number for part in document.paragraphs for piece in part.pieces if isinstance(piece, Swapped)}
    rows = (_row(row, identity, placed, row.number in shown) for row in document.rows)
    count = len(document.rows)
    caption = f"{count:,} swapped {'place' if count == 1 else 'places'}, in the order of the text"
    if _sourced(document):
        caption += "; as the reader has them, which does not know the source"
    body = table(caption, columns, rows, "swaps")
    return section(f"{identity}-swaps", level, "Table of swaps", body)


def _row(row: Row, identity: str, placed: bool, marked: bool) -> Markup:
    number, place, s = row
    back = join([f"{number:,}"])
    if marked:
        back = element("a", back, href=f"#{identity}-m{number}", title="to the place in the text")
    return element(
        "tr",
        element("td", back, class_="number", data_label="no."),
        *((element("td", place, class_="place", data_label="place"),) if placed else ()),
        *swap_cells(s.found, s.original, s.confidence, s.alternatives, s.route),
        id=f"{identity}-s{number}",
    )


def quotations(document: Full, identity: str, level: int) -> Markup:
    """What the page has people say, beside what they probably said; nothing where there are no quotations."""
    if not document.altered and not document.kept:
        return Markup()
    said = [
        quotation_pair(quotation.speaker, place, run(pieces, as_found), run(pieces, as_restored))
        for quotation, place, pieces in document.altered
    ]
    others = [element("li", "“", element("q", q.found), "”", _by(q.speaker)) for q in document.kept]
    rest = (element("p", "Unaltered:", class_="hint"), element("ul", *others, class_="kept")) if others else ()
    return section(f"{identity}-quotations", level, "Quotations", *said, *rest)


def quotation_pair(
    speaker: str | None, place: str, found: Markup, restored: Markup, original: str = "was probably said"
) -> Markup:
    """One altered quotation; ``original`` is the label of what was said."""
    who = element("b", speaker) if speaker else element("i", "speaker not named")
    where = (element("span", place, class_="place"),) if place else ()
    return element(
        "figure",
        element("figcaption", who, *where),
        element("p", element("span", "the page says", class_="label"), element("q", found), class_="was"),
        element("p", element("span", original, class_="label"), element("q", restored), class_="now"),
        class_="quotation",
    )


def _by(speaker: str | None) -> str:
    return f" – {speaker}" if speaker else ""


def anchors_section(found: Anchors, identity: str, level: int) -> Markup:
    """Figures and names in which no swap was seen."""
    lists = [
        element("div", element(f"h{level + 1}", title), _chips(group), class_="anchors")
        for title, group in (("Names", found.names), ("Figures and dates", found.figures))
        if group
    ]
    if not lists:
        return Markup()
    hint = element("p", "Spinners leave most of these alone. A search for them can lead to what was written first.",
                   class_="hint")  # fmt: skip
    return section(f"{identity}-anchors", level, NO_SWAP_SEEN, hint, *lists)


def _chips(group: Sequence[Anchor]) -> Markup:
    shown = [
        element("li", anchor.text, *((element("small", f" ×{anchor.times:,}"),) if anchor.times > 1 else ()))
        for anchor in group[:_MOST_ANCHORS]
    ]
    more = [element("li", f"and {len(group) - _MOST_ANCHORS:,} more")] if len(group) > _MOST_ANCHORS else []
    return element("ul", *shown, *more, class_="chips")
