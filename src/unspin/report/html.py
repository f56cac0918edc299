"""A report as one HTML page: nothing is fetched, nothing runs, and it prints.

A text comes out as text whatever stands in it (:mod:`unspin.report.markup`); besides, the page forbids itself everything but
its own style sheet.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import resources

from unspin.report import html_parts as parts
from unspin.report import html_proof, html_public
from unspin.report.content import Content, Full, Head, Public, Report, Unread
from unspin.report.html_overview import overview
from unspin.report.markup import Markup, css_string, element
from unspin.report.proof import Proofs
from unspin.report.wording import DISCLAIMER
from unspin.version import version

__all__ = ["index", "render"]

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def render(report: Report, *, back: str | None = None) -> str:
    """The report as one page; several documents begin with an overview.

    Args:
        report: what is to be shown.
        back: address of the overview that this page belongs to.
    """
    single = len(report.documents) == 1
    articles = [_article(document, f"d{n}", 1 if single else 2) for n, document in enumerate(report.documents, start=1)]
    links = [f"#d{n}" for n in range(1, len(articles) + 1)]
    return _page(report, articles if single else [overview(report, links), *articles], back)


def index(report: Report, links: Sequence[str]) -> str:
    """The overview of a folder of reports; ``links`` are the addresses of the reports, one for each document."""
    return _page(report, [overview(report, links)], None, f"{len(report.documents):,} documents")


def _page(report: Report, body: Sequence[Markup], back: str | None, title: str | None = None) -> str:
    title = report.title if title is None else title
    edition = "Report, public edition" if report.public else "Report"
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
    main = element("main", *body, _made(report), id="main")
    foot = element("footer", element("p", DISCLAIMER), class_="foot")
    skip = element("a", "Skip to the report", href="#main", class_="skip")
    return "<!doctype html>\n" + element("html", head, element("body", skip, top, main, foot), lang="en") + "\n"


def _article(document: Content, identity: str, level: int) -> Markup:
    """All that is said about one document."""
    source = document.source if isinstance(document, Unread) else document.head.source
    children = [element(f"h{level}", source.name, class_="name", id=f"{identity}-name")]
    if isinstance(document, Unread):
        told = (element("p", "Could not be read", class_="verdict"), element("p", document.reason))
        children.append(element("div", *told, class_="summary unread"))
    else:
        made = _public(document, identity, level + 1) if isinstance(document, Public) else (
            _full(document, identity, level + 1)
        )  # fmt: skip
        sections = {name: part for name, part in made.items() if part}
        children += [
            _kind(document.head),
            parts.summary(document.head),
            _contents(identity, list(sections), document.proofs),
        ]
        if isinstance(document, Public) and document.rule:
            children.append(element("p", document.rule, class_="hint"))
        children += sections.values()
    return element("article", *children, id=identity, class_="document", aria_labelledby=f"{identity}-name")


def _full(document: Full, identity: str, level: int) -> dict[str, Markup]:
    proved = {} if document.proofs is None else html_proof.sources(document.proofs, identity, level)
    if not document.marked:
        return proved | {"text": parts.plain_text(document, identity, level)}
    return proved | {
        "text": parts.marked_text(document, identity, level),
        "sides": parts.side_by_side(document, identity, level),
        "swaps": parts.swaps(document, identity, level),
        "quotations": parts.quotations(document, identity, level),
        "anchors": parts.anchors_section(document.anchors, identity, level),
    }


def _public(document: Public, identity: str, level: int) -> dict[str, Markup]:
    proved = {} if document.proofs is None else html_proof.sources(document.proofs, identity, level)
    if not document.evidence.swaps:
        return proved
    return proved | {
        "swaps": html_public.swaps(document.evidence, identity, level),
        "contexts": html_public.contexts(document.evidence, identity, level),
        "quotations": html_public.quotations(document.evidence, identity, level),
        "anchors": parts.anchors_section(document.anchors, identity, level),
    }


def _kind(head: Head) -> Markup:
    """What kind of document it is, and the fingerprint by which its text can be told again."""
    told = f"{head.format} · {head.words:,} words judged · SHA-256 of its text "
    return element("p", told, element("code", head.sha256), class_="kind")


def _made(report: Report) -> Markup:
    items = [element("div", element("dt", name), element("dd", value)) for name, value in report.made]
    return parts.section("made", 2, "How this was made", element("dl", *items, class_="made"))


_CONTENTS = {
    "text": "Text", "sides": "Side by side", "swaps": "Swaps", "contexts": "In context", "quotations": "Quotations",
    "anchors": "Names and figures",
}  # fmt: skip


def _contents(identity: str, sections: Sequence[str], proofs: Proofs | None) -> Markup:
    """Links to the sections of a document."""
    if len(sections) < 2:
        return Markup()
    titles = _CONTENTS if proofs is None else _CONTENTS | html_proof.contents(proofs)
    links = (element("li", element("a", titles[name], href=f"#{identity}-{name}")) for name in sections)
    return element("nav", element("ul", *links), class_="contents", aria_label=f"Contents {identity[1:]}")


@cache
def _sheet() -> str:
    return resources.files("unspin.report").joinpath("style.css").read_text(encoding="utf-8")


def _style(title: str) -> str:
    """The style sheet, with what is printed on the edge of every page."""
    running = f"@page{{@top-left{{content:{css_string('unspin report')}}}@top-right{{content:{css_string(title)}}}}}"
    return f"{_sheet()}\n{running}\n"
