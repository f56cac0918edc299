"""The parts of an HTML report that hold a document against its sources."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from unspin.comparison import How
from unspin.report.html_parts import quotation_pair, section, table
from unspin.report.markup import Markup, element, join
from unspin.report.proof import FACTS, Aligned, Bit, Differs, Proofs, Proved, Row, Said
from unspin.report.wording import percent

__all__ = ["contents", "sources"]

_APART = "rewritten, put in or left out: which word stands for which cannot be told"


def sources(proofs: Proofs, identity: str, level: int) -> dict[str, Markup]:
    """A section for each source by the end of its ``id``, or one that says that there is none."""
    if not proofs.sources:
        says = element("p", f"{proofs.says[:1].upper()}{proofs.says[1:]}.")
        return {"source": section(f"{identity}-source", level, "Source", says)}
    remarks = [element("p", f"Note: {'; '.join(proofs.remarks)}.", class_="hint")] if proofs.remarks else []
    return {
        f"o{number}": _source(proved, f"{identity}-o{number}", level, title, remarks if number == 1 else [])
        for number, (proved, title) in enumerate(zip(proofs.sources, _titles(proofs), strict=True), start=1)
    }


def contents(proofs: Proofs) -> dict[str, str]:
    """What the list of contents calls them, by the same names."""
    if not proofs.sources:
        return {"source": "Source"}
    return {f"o{number}": title for number, title in enumerate(_titles(proofs), start=1)}


def _titles(proofs: Proofs) -> list[str]:
    count = len(proofs.sources)
    return ["Source"] if count == 1 else [f"Source {number}" for number in range(1, count + 1)]


def _source(proved: Proved, identity: str, level: int, title: str, remarks: Iterable[Markup]) -> Markup:
    """All that is said of one source: what changed most first."""
    told = [element("p", proved.verdict, class_="rate")]
    if proved.about:
        told.append(element("p", f"{proved.about}.", class_="hint"))
    told.append(element("dl", *_figures(proved), class_="figures"))
    told += (element("p", f"Note: {remark}.", class_="remark") for remark in proved.remarks)
    mark = element("p", "SHA-256 of its text ", element("code", proved.sha256), class_="kind")
    children = [mark, element("div", *told, class_="summary source"), *remarks]
    for heading, make in _BLOCKS:
        if parts := list(make(proved, identity)):
            children.append(element("div", element(f"h{level + 1}", heading), *parts, class_="block"))
    return section(identity, level, f"{title}: {proved.name}", *children, class_="proof")


def _figures(proved: Proved) -> Iterator[Markup]:
    if proved.probability is not None:
        yield _figure(percent(proved.probability), "probability that it is a source")
    yield _figure(f"{proved.explained:.0%}", f"of the page’s {proved.words:,} words follow the source")
    yield _figure(f"{proved.used:.0%}", f"of the source’s {proved.source_words:,} words are used")
    if proved.passages:
        yield _figure(f"{proved.exact:,}", "words are the source’s")
        yield _figure(f"{proved.swapped:,}", "words stand for others")
        yield _figure(f"{proved.rewritten:,}", "words are new")


def _figure(value: str, meaning: str) -> Markup:
    return element("div", element("dt", meaning), element("dd", value))


def _quotations(proved: Proved, identity: str) -> Iterator[Markup]:
    yield from map(_said, proved.quotations)
    if proved.quotations_left_out:
        yield element(
            "p", f"{proved.quotations_left_out:,} more left out to keep within the bounds above.", class_="hint"
        )
    if proved.unaltered:
        were = "1 quotation is" if proved.unaltered == 1 else f"{proved.unaltered:,} quotations are"
        yield element("p", f"{were} on the page as in the source.", class_="hint")


def _said(said: Said) -> Markup:
    rest = " …" if said.cut else ""
    found, original = (join([" ".join(text.split()), rest]) for text in (said.pair.found, said.pair.original))
    return quotation_pair(said.speaker, said.place, found, original, "the source says")


def _facts(proved: Proved, identity: str) -> Iterator[Markup]:
    if proved.facts:
        placed = any(fact.place for fact in proved.facts)
        columns = ["What", *(["Place"] if placed else []), "The source says", "The page says"]
        count = len(proved.facts)
        caption = f"{count:,} {'differs' if count == 1 else 'differ'}, in the order of the page"
        yield table(caption, columns, (_fact(fact, placed) for fact in proved.facts), "facts")


def _fact(differs: Differs, placed: bool) -> Markup:
    fact, rest = differs.fact, " …" if differs.cut else ""
    original, found = (
        element("span", f"{text.strip()}{rest}", class_=f"mark {kind}") if text.strip() else element("i", "nothing")
        for text, kind in ((fact.original, "restored"), (fact.found, "found"))
    )
    return element(
        "tr",
        element("th", FACTS[fact.kind], scope="row"),
        *((element("td", differs.place, class_="place", data_label="place"),) if placed else ()),
        element("td", original, data_label="the source says"),
        element("td", found, data_label="the page says"),
    )


def _passages(proved: Proved, identity: str) -> Iterator[Markup]:
    if proved.passages:
        yield _legend()
        heads = (element("p", "The page"), element("p", "The source"))
        yield element("div", *heads, class_="pair heads", aria_hidden="true")
    for number, shown in enumerate(proved.passages, start=1):
        yield _passage(shown, number, f"{identity}-p{number}")
    if proved.passages_left_out:
        yield element(
            "p", f"{proved.passages_left_out:,} more left out to keep within the bounds above.", class_="hint"
        )


def _legend() -> Markup:
    return element(
        "ul",
        element("li", element("span", "word", class_="mark found"), " the page’s, for another"),
        element("li", element("span", "word", class_="mark restored"), " the source’s"),
        element("li", element("span", "words", class_="mark apart"), f" {_APART}"),
        class_="legend",
        aria_label="Legend of the passages",
    )


def _passage(shown: Aligned, number: int, identity: str) -> Markup:
    """A passage, paragraph beside paragraph."""
    place = f", {shown.place}" if shown.place else ""
    head = element("p", element("b", f"Passage {number}{place}"), f": {shown.says}", class_="hint")
    rest = " …" if shown.cut else ""
    pairs = (element("div", *_sides(row, rest), class_="pair") for row in shown.rows)
    return element("div", head, element("div", *pairs, class_="prose sides"), class_="passage", id=identity)


def _sides(row: Row, rest: str) -> tuple[Markup, Markup]:
    page = join([*(_bit(bit, "del", "found") for bit in row.page), rest])
    source = join([*(_bit(bit, "ins", "restored") for bit in row.source), rest])
    return (
        element("p", page, class_="was", data_label="the page"),
        element("p", source, class_="now", data_label="the source"),
    )


def _bit(bit: Bit, tag: str, kind: str) -> Markup:
    if bit.how is None:
        return join([bit.text])
    return element(tag, bit.text, class_=f"mark {kind}" if bit.how is How.SWAPPED else f"mark {kind} apart")


def _dictionary(proved: Proved, identity: str) -> Iterator[Markup]:
    if proved.dictionary:
        yield element("p", "What stands on the page for what, as read off the two texts.", class_="hint")
        yield element(
            "ul",
            *(
                element(
                    "li",
                    element("span", entry.found, class_="mark found"),
                    " for ",
                    element("span", entry.original, class_="mark restored"),
                    *((element("small", f" ×{entry.times:,}"),) if entry.times > 1 else ()),
                )
                for entry in proved.dictionary
            ),
            class_="dictionary",
        )


_BLOCKS: tuple[tuple[str, Callable[[Proved, str], Iterator[Markup]]], ...] = (
    ("Quotations", _quotations),
    ("Figures, dates and names that differ", _facts),
    ("Passages", _passages),
    ("The spinner’s dictionary", _dictionary),
)
