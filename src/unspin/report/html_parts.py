"""The parts of an HTML report on one document: its head, its marked text, its tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from unspin.reading import UNJUDGED, Reading, Substitution
from unspin.report import anchors
from unspin.report.html_text import as_found, as_restored, linked, paragraph, run, swap_cells
from unspin.report.markup import Markup, element
from unspin.report.pieces import paragraphs, within
from unspin.report.source import Source
from unspin.report.wording import GUESS_BELOW, VERDICTS, note_in_words, one_in, verdict, verdict_name

__all__ = [
    "anchors_section",
    "legend",
    "marked_text",
    "plain_text",
    "quotations",
    "rate",
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


def summary(reading: Reading) -> Markup:
    """The verdict in words, its figures, and where in the text the swaps lie."""
    name = verdict_name(reading)
    head = VERDICTS[name].capitalize()
    reasons = [note_in_words(note) for note in reading.notes if note in UNJUDGED]
    remarks = [note_in_words(note) for note in reading.notes if note not in UNJUDGED]
    children = [element("p", head, class_="verdict")]
    if reasons:
        children.append(element("p", f"Nothing is said about it: {', '.join(reasons)}."))
    else:
        sentence = verdict(reading).removeprefix(VERDICTS[name]).lstrip("; ")
        children.append(element("p", f"{sentence[:1].upper()}{sentence[1:]}.", class_="rate"))
        if figures := list(_figures(reading)):
            children.append(element("dl", *figures, class_="figures"))
    if remarks:
        children.append(element("p", f"Note: {'; '.join(remarks)}.", class_="remark"))
    if reading.substitutions:
        children.append(_strip(reading))
    return element("div", *children, class_=f"summary {name}")


def rate(reading: Reading) -> str:
    """``"1 in 10,000"``, as a figure."""
    if reading.false_positive_rate <= 0:
        return "none known"
    return "most" if reading.false_positive_rate > 0.67 else f"1 in {one_in(reading.false_positive_rate):,}"


def _figures(reading: Reading) -> Iterator[Markup]:
    if reading.spun:
        yield _figure(f"{reading.share:.0%}", "of the words look swapped")
        if reading.spinner:
            yield _figure(reading.spinner, "family of spinner it is most like")
    if reading.substitutions and reading.quotations:
        altered = sum(quotation.altered for quotation in reading.quotations)
        yield _figure(f"{altered:,} of {len(reading.quotations):,}", "quotations were altered")


def _figure(value: str, meaning: str) -> Markup:
    return element("div", element("dt", meaning), element("dd", value))


def _strip(reading: Reading) -> Markup:
    """A bar as long as the text with a stroke for each swap."""
    scale = _STRIP_WIDTH / max(1, len(reading.text))
    strokes = {round((s.start + s.end) / 2 * scale) for s in reading.substitutions}
    path = element("path", d="".join(f"M{x} 0v{_STRIP_HEIGHT}" for x in sorted(strokes)))
    drawing = element(
        "svg", path, viewBox=f"0 0 {_STRIP_WIDTH} {_STRIP_HEIGHT}", preserveAspectRatio="none", aria_hidden="true"
    )
    return element("div", drawing, element("p", "Where the swaps lie, from the first word to the last"), class_="strip")


def legend(*, found: bool) -> Markup:
    """What the marks mean; ``found`` for a section that shows what stood there as well."""
    restored = (
        element("li", element("span", "word", class_="mark restored"), " restored"),
        element("li", element("span", "word", class_="mark guess"), f" a guess, less than {GUESS_BELOW:.0%} sure"),
        element("li", element("span", class_="mark gone"), " a word taken out"),
    )
    was = (element("li", element("span", "word", class_="mark found"), " as found, swapped"),) if found else ()
    return element("ul", *was, *restored, class_="legend", aria_label="Legend")


def marked_text(reading: Reading, identity: str, level: int) -> Markup:
    """The restored text; each swapped word is marked, says what stood there, and leads to its row of the table."""
    body = [paragraph(part, lambda piece: linked(piece, identity)) for part in paragraphs(reading)]
    screen = element(
        "p",
        "The text as it was probably written. Point at a marked word, or move to it with the Tab key, to see what stood"
        " there; follow it to its row in the table.",
        class_="hint screen",
    )
    paper = element(
        "p", "The text as it was probably written. A small number is the row in the table.", class_="hint paper"
    )
    key = element("div", legend(found=False), screen, paper, class_="key")
    text = element("div", *body, class_="prose")
    return section(f"{identity}-text", level, "Restored text", key, text, class_="marked")


def plain_text(reading: Reading, identity: str, level: int) -> Markup:
    """The text of a document in which nothing is marked."""
    body = element("div", *(paragraph(part, as_restored) for part in paragraphs(reading)), class_="prose")
    return section(f"{identity}-text", level, "Text", body)


def side_by_side(reading: Reading, identity: str, level: int) -> Markup:
    """What was found and what was probably written, paragraph beside paragraph."""
    pairs = [
        element(
            "div",
            paragraph(part, as_found, class_="was", data_label="found"),
            paragraph(part, as_restored, class_="now", data_label="restored"),
            class_="pair",
        )
        for part in paragraphs(reading)
    ]
    heads = element("div", element("p", "As found"), element("p", "Restored"), class_="pair heads", aria_hidden="true")
    body = element("div", heads, *pairs, class_="prose sides")
    return section(f"{identity}-sides", level, "Side by side", legend(found=True), body, class_="fresh")


def swaps(source: Source, reading: Reading, identity: str, level: int) -> Markup:
    """Every swap in the order of the text."""
    placed = source.place is not None
    columns = ["No.", *(["Place"] if placed else []), "Found", "Original", "Confidence", "Alternatives", "Walk"]
    rows = (_row(source, number, s, identity, placed) for number, s in enumerate(reading.substitutions, start=1))
    count = len(reading.substitutions)
    caption = f"{count:,} swapped {'place' if count == 1 else 'places'}, in the order of the text"
    body = table(caption, columns, rows, "swaps")
    return section(f"{identity}-swaps", level, "Table of swaps", body, class_="fresh")


def _row(source: Source, number: int, substitution: Substitution, identity: str, placed: bool) -> Markup:
    back = element("a", f"{number:,}", href=f"#{identity}-m{number}", title="to the place in the text")
    place = (element("td", source.where(substitution.start), class_="place", data_label="place"),) if placed else ()
    return element(
        "tr",
        element("td", back, class_="number", data_label="no."),
        *place,
        *swap_cells(
            substitution.found, substitution.original, substitution.confidence, substitution.alternatives,
            substitution.route,
        ),
        id=f"{identity}-s{number}",
    )  # fmt: skip


def quotations(source: Source, reading: Reading, identity: str, level: int) -> Markup:
    """What the page has people say, beside what they probably said; nothing where there are no quotations."""
    if not reading.quotations:
        return Markup()
    altered = [quotation for quotation in reading.quotations if quotation.altered]
    kept = [quotation for quotation in reading.quotations if not quotation.altered]
    said = [
        quotation_pair(
            quotation.speaker,
            source.where(quotation.start),
            run(within(reading, quotation.start, quotation.end), as_found),
            run(within(reading, quotation.start, quotation.end), as_restored),
        )
        for quotation in altered
    ]
    others = [element("li", "“", element("q", quotation.found), "”", _by(quotation.speaker)) for quotation in kept]
    rest = (element("p", "Unaltered:", class_="hint"), element("ul", *others, class_="kept")) if others else ()
    return section(f"{identity}-quotations", level, "Quotations", *said, *rest, class_="fresh")


def quotation_pair(speaker: str | None, place: str, found: Markup, restored: Markup) -> Markup:
    """One altered quotation."""
    who = element("b", speaker) if speaker else element("i", "speaker not named")
    where = (element("span", place, class_="place"),) if place else ()
    return element(
        "figure",
        element("figcaption", who, *where),
        element("p", element("span", "the page says", class_="label"), element("q", found), class_="was"),
        element("p", element("span", "was probably said", class_="label"), element("q", restored), class_="now"),
        class_="quotation",
    )


def _by(speaker: str | None) -> str:
    return f" – {speaker}" if speaker else ""


def anchors_section(reading: Reading, identity: str, level: int) -> Markup:
    """Figures and names that no swap touched."""
    found = anchors.find(reading)
    lists = [
        element("div", element(f"h{level + 1}", title), _chips(group), class_="anchors")
        for title, group in (("Names", found.names), ("Figures and dates", found.figures))
        if group
    ]
    if not lists:
        return Markup()
    hint = element(
        "p", "Spinners leave most of these alone; a search for them leads to what was written first.", class_="hint"
    )
    return section(f"{identity}-anchors", level, "Names and figures that came through", hint, *lists)


def _chips(group: Sequence[anchors.Anchor]) -> Markup:
    shown = [
        element("li", anchor.text, *((element("small", f" ×{anchor.times:,}"),) if anchor.times > 1 else ()))
        for anchor in group[:_MOST_ANCHORS]
    ]
    more = [element("li", f"and {len(group) - _MOST_ANCHORS:,} more")] if len(group) > _MOST_ANCHORS else []
    return element("ul", *shown, *more, class_="chips")
