"""A report as one HTML page: nothing is fetched, nothing runs, and it prints.

A text comes out as text whatever stands in it (:mod:`unspin.report.markup`); besides, the page forbids itself everything but
its own style sheet.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from importlib import resources

from unspin.reading import Reading
from unspin.report import evidence, html_public
from unspin.report import html_parts as parts
from unspin.report.html_overview import overview
from unspin.report.markup import Markup, css_string, element
from unspin.report.source import Entry, Settings, Source
from unspin.report.version import MODEL_CARD, version
from unspin.report.wording import DISCLAIMER, FORMATS, reason, settings_in_words

__all__ = ["index", "render"]

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def render(
    entries: Sequence[Entry], *, public: bool = False, settings: Settings | None = None, back: str | None = None
) -> str:
    """The report on one document or several as one page; several begin with an overview.

    Args:
        entries: in the order in which they are to stand.
        public: leave out the full text and keep the evidence, see :mod:`unspin.report.evidence`.
        settings: what the reader was told; None where it is not known.
        back: address of the overview that this page belongs to.
    """
    single = len(entries) == 1
    articles = [_article(entry, f"d{n}", 1 if single else 2, public) for n, entry in enumerate(entries, start=1)]
    links = [f"#d{n}" for n in range(1, len(entries) + 1)]
    body = articles if single else [overview(entries, links, settings), *articles]
    title = entries[0].source.name if single else f"{len(entries):,} documents"
    return _page(title, body, public=public, settings=settings, back=back)


def index(
    entries: Sequence[Entry], links: Sequence[str], *, public: bool = False, settings: Settings | None = None
) -> str:
    """The overview of a folder of reports; ``links`` are the addresses of the reports, one for each entry."""
    body = [overview(entries, links, settings)]
    return _page(f"{len(entries):,} documents", body, public=public, settings=settings, back=None)


def _page(title: str, body: Sequence[Markup], *, public: bool, settings: Settings | None, back: str | None) -> str:
    edition = "Report, public edition" if public else "Report"
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="referrer", content="no-referrer"),
        element("meta", name="generator", content=f"unspin {version()}"),
        element("title", f"{title} – unspin report"),
        element("style", Markup(_style(title))),
    )
    top = element(
        "header",
        element("p", element("b", "unspin"), f" {edition}"),
        *((element("p", element("a", "Overview", href=back)),) if back else ()),
        class_="masthead",
    )
    main = element("main", *body, _made(public, settings), id="main")
    foot = element("footer", element("p", DISCLAIMER), class_="foot")
    skip = element("a", "Skip to the report", href="#main", class_="skip")
    return "<!doctype html>\n" + element("html", head, element("body", skip, top, main, foot), lang="en") + "\n"


def _article(entry: Entry, identity: str, level: int, public: bool) -> Markup:
    """All that is said about one document."""
    source, outcome = entry.source, entry.outcome
    children = [element(f"h{level}", source.name, class_="name", id=f"{identity}-name")]
    if isinstance(outcome, Reading):
        make = _public_sections if public else _full_sections
        sections = {name: part for name, part in make(source, outcome, identity, level + 1).items() if part}
        children += [_kind(source, outcome), parts.summary(outcome), _contents(identity, list(sections))]
        if public and sections:
            children.append(element("p", evidence.RULE, class_="hint"))
        children += sections.values()
    else:
        told = (element("p", "Could not be read", class_="verdict"), element("p", reason(entry)))
        children.append(element("div", *told, class_="summary unread"))
    return element("article", *children, id=identity, class_="document", aria_labelledby=f"{identity}-name")


def _full_sections(source: Source, reading: Reading, identity: str, level: int) -> dict[str, Markup]:
    if not reading.substitutions:
        return {"text": parts.plain_text(reading, identity, level)}
    return {
        "text": parts.marked_text(reading, identity, level),
        "sides": parts.side_by_side(reading, identity, level),
        "swaps": parts.swaps(source, reading, identity, level),
        "quotations": parts.quotations(source, reading, identity, level),
        "anchors": parts.anchors_section(reading, identity, level),
    }


def _public_sections(source: Source, reading: Reading, identity: str, level: int) -> dict[str, Markup]:
    if not reading.substitutions:
        return {}
    gathered = evidence.gather(reading, source)
    return {
        "swaps": html_public.swaps(gathered, identity, level),
        "contexts": html_public.contexts(gathered, identity, level),
        "quotations": html_public.quotations(gathered, identity, level),
        "anchors": parts.anchors_section(reading, identity, level),
    }


def _kind(source: Source, reading: Reading) -> Markup:
    """What kind of document it is, and the fingerprint by which its text can be told again."""
    kind = FORMATS.get(source.format, source.format)
    digest = hashlib.sha256(reading.text.encode("utf-8", "surrogatepass")).hexdigest()
    return element(
        "p", f"{kind} · {reading.words:,} words judged · SHA-256 of its text ", element("code", digest), class_="kind"
    )


def _made(public: bool, settings: Settings | None) -> Markup:
    rows = [("unspin", f"version {version()}"), ("Models", MODEL_CARD), *settings_in_words(settings)]
    if public:
        rows.append(("Edition", evidence.RULE))
    items = [element("div", element("dt", name), element("dd", value)) for name, value in rows]
    return parts.section("made", 2, "How this was made", element("dl", *items, class_="made"))


_CONTENTS = {
    "text": "Text", "sides": "Side by side", "swaps": "Swaps", "contexts": "In context", "quotations": "Quotations",
    "anchors": "Names and figures",
}  # fmt: skip


def _contents(identity: str, sections: Sequence[str]) -> Markup:
    """Links to the sections of a document."""
    if len(sections) < 2:
        return Markup()
    links = (element("li", element("a", _CONTENTS[name], href=f"#{identity}-{name}")) for name in sections)
    return element("nav", element("ul", *links), class_="contents", aria_label=f"Contents {identity[1:]}")


@cache
def _sheet() -> str:
    return resources.files("unspin.report").joinpath("style.css").read_text(encoding="utf-8")


def _style(title: str) -> str:
    """The style sheet, with what is printed on the edge of every page."""
    running = f"@page{{@top-left{{content:{css_string('unspin report')}}}@top-right{{content:{css_string(title)}}}}}"
    return f"{_sheet()}\n{running}\n"
