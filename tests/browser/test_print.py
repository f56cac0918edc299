"""A report on paper: how many pages it takes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.test_reports import made
from unspin.documents import load
from unspin.report.export import export
from unspin.report.source import Entry, Source

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ARTICLE = Path(__file__).resolve().parents[2] / "examples" / "harbour.txt"


def test_an_article_takes_four_pages(browser: Browser) -> None:
    pdfium = pytest.importorskip("pypdfium2")
    text = ARTICLE.read_text(encoding="utf-8")
    swaps = {word: f"{word}s" for word in sorted(set(re.findall(r"\b[a-z]{5,}\b", text)))}
    reading = made(text, swaps)
    assert len(reading.substitutions) > 130
    page = browser.new_page()
    source = Source("harbour.txt", "text", load(ARTICLE).place)
    page.set_content(export([Entry(source, reading)], "html").decode())
    paper = pdfium.PdfDocument(page.pdf(prefer_css_page_size=True))
    page.close()
    assert len(paper) <= 4
    table = " ".join(sheet.get_textpage().get_text_range() for sheet in paper)
    assert re.search(r"\bpar\. 3 \w+ → \w+s\b", table)  # place, found and restored word apart from each other
