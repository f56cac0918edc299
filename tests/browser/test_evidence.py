"""A report in a browser: without scripts, in both schemes, narrow and wide, and on paper."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from examples.evidence import make as example
from tests.browser.conftest import missing
from tests.test_reports import ENTRY, MANY, made
from unspin.report.export import export
from unspin.report.source import Entry, Source

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SIZES = [(1280, 900, "light"), (360, 740, "dark")]
EVIDENCE = Path(__file__).resolve().parents[2] / "examples" / "evidence" / "report.html"


def proved() -> Entry:
    """The page of the example beside its article, read by a reader that knows a few words."""
    pytest.importorskip("numba")
    from tests.test_proofs import entry

    return entry()


def short() -> Entry:
    """The same of its first paragraphs: axe looks at every word for long."""
    pytest.importorskip("numba")
    from unspin.trace import compare
    from unspin.trace.origins import given

    page, article = ("\n\n".join(text().split("\n\n")[:5]) for text in (example.page, example.article))
    reading = made(page, {"non": "not", "wool": "cork"})
    return Entry(Source("page.txt"), reading, given("article.txt", compare(page, article), reading))


def opened(browser: Browser, data: bytes, **options: Any) -> Page:
    page = browser.new_context(locale="en-GB", **options).new_page()
    page.set_content(data.decode())
    return page


@pytest.mark.parametrize(("width", "height", "scheme"), SIZES)
def test_axe_finds_nothing(browser: Browser, width: int, height: int, scheme: Any) -> None:
    try:
        from axe_playwright_python.sync_playwright import Axe
    except ImportError:
        missing("axe (pip install axe-playwright-python)")
    for entries, public in (([short()], False), ([short()], True), ([ENTRY, short()], False)):
        # The page's own policy lets nothing run; the test's scripts are let in past it.
        screen = {"width": width, "height": height}
        data = export(entries, "html", public=public)
        page = opened(browser, data, viewport=screen, color_scheme=scheme, bypass_csp=True)
        found = Axe().run(page, options={"resultTypes": ["violations", "incomplete"]})
        told = [(v["id"], [node["html"][:160] for node in v["nodes"]]) for v in found.response["violations"]]
        assert told == [], (len(entries), public)
        page.context.close()


@pytest.mark.parametrize("width", [1600, 1280, 360])
def test_nothing_is_cut_off(browser: Browser, width: int) -> None:
    several = [*MANY, Entry(Source("other.txt", "pdf", ENTRY.source.place), proved().outcome, proved().origin)]
    for data in (export([proved()], "html", public=True), export(several, "html"), EVIDENCE.read_bytes()):
        page = opened(browser, data, viewport={"width": width, "height": 740})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.context.close()


def test_a_report_works_without_scripts_and_fetches_nothing(browser: Browser) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_content(export([proved()], "html").decode())
    assert page.is_visible("text=You listen with your hands")
    href = page.locator("a.mark.sourced").first.get_attribute("href")
    assert href is not None and page.locator(href).is_visible()
    page.locator("a.mark.sourced").first.click()
    assert asked == []
    page.context.close()


def test_by_keyboard_a_word_of_the_source_says_what_stood_there(browser: Browser) -> None:
    page = opened(browser, export([proved()], "html"))
    page.locator("a.mark.sourced").first.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    shown = page.evaluate("getComputedStyle(document.activeElement, '::before').content")
    assert "the source says" in shown and "found:" in shown
    page.context.close()


def test_marks_of_the_passages_differ_by_more_than_colour(browser: Browser) -> None:
    page = opened(browser, export([proved()], "html"))
    kinds = page.evaluate(
        """Object.fromEntries([...document.querySelectorAll(".legend .mark")].map((m) => {
      const s = getComputedStyle(m);
      return [m.className, [s.textDecorationLine, s.textDecorationStyle].join(" ")];
    }))"""
    )
    lines = [kinds[f"mark {kind}"] for kind in ("found", "restored", "apart", "sourced", "guess")]
    assert len(set(lines)) == len(lines), kinds
    page.context.close()


def test_the_evidence_prints(browser: Browser) -> None:
    pdfium = pytest.importorskip("pypdfium2")
    page = opened(browser, export([proved()], "html"))
    paper = pdfium.PdfDocument(page.pdf(prefer_css_page_size=True))
    page.context.close()
    text = " ".join(sheet.get_textpage().get_text_range() for sheet in paper)
    flat = " ".join(text.split())
    assert "You mind with your manpower" in flat and "You listen with your hands" in flat
    assert "Passage 4" in flat and "4,870" in flat and "7,480" in flat
    assert len(paper) <= 6
