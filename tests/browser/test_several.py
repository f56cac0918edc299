"""Several documents at once, in a real browser: overview, order, histogram, there and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.specimens import SPUN, WRITTEN, long_text
from tests.browser.specimens import read as reading_of
from tests.browser.steps import open_files, option, overview_done, settled, words, written
from tests.browser.stub import Stub

if TYPE_CHECKING:
    from playwright.sync_api import Page

READING = reading_of(SPUN)
PLACES = {s["found"]: i for i, s in reversed(list(enumerate(READING["substitutions"])))}  # the first place of each

SEVERAL = [
    ("b-spun.txt", SPUN), ("a-written.html", WRITTEN * 2), ("scan.pdf", "broken"), ("short.docx", "Too short."),
    ("c-long.pdf", long_text(600)),
]  # fmt: skip


@pytest.fixture
def several(page: Page) -> Page:
    open_files(page, *SEVERAL)
    overview_done(page)
    return page


def names(page: Page) -> list[str]:
    return [words(name) for name in page.locator("#overview-rows th").all_text_contents()]


def test_overview_sorts(several: Page) -> None:
    assert several.inner_text("#overview-title") == "2 of 5 documents read as machine-spun"
    assert several.inner_text("#overview-grounds") == "1 could not be read"
    assert names(several)[:3] == ["c-long.pdf", "b-spun.txt", "a-written.html"]
    several.click("#overview-head [data-sort=name]")
    assert names(several) == ["a-written.html", "b-spun.txt", "c-long.pdf", "scan.pdf", "short.docx"]
    several.click("#overview-head [data-sort=name]")
    assert names(several)[0] == "short.docx"
    assert several.locator("th[aria-sort=descending]").inner_text().startswith("Document")
    assert several.locator("#overview-rows tr.failed").inner_text().count("\n") <= 1
    failed = several.inner_text("#overview-rows tr.failed")
    assert "a scanned PDF without text" in failed and failed.count("scan.pdf") == 1
    assert several.locator("#overview-head [data-sort=score]").count() == 0  # it grows with the length of a text
    by_share = ["c-long.pdf", "b-spun.txt"]
    for order in ([*by_share, "a-written.html"], ["a-written.html", *by_share]):  # of one rate: by share
        several.click("#overview-head [data-sort=rate]")
        assert names(several)[:3] == order


def test_overview_has_a_histogram(several: Page) -> None:
    label = several.get_attribute("#histogram svg", "aria-label") or ""
    assert label.startswith(
        "Histogram of 3 documents by how many ordinary texts score as high, from 1 in 2 to under 1 in"
    )
    assert label.endswith("2 spun, 1 written")
    assert several.locator("#histogram .bar-spun").count() == several.locator("#histogram .bar-written").count() == 1


def test_one_of_several_opens_and_leads_back(several: Page) -> None:
    several.click("button.open:text-is('b-spun.txt')")
    settled(several)
    assert several.inner_text("#document-name").startswith("b-spun.txt")
    several.click(f"#mark-{PLACES['vessel']}")
    option(several, "Leave as it was").click()
    several.go_back()
    assert several.is_visible("#overview")
    several.click("button.open:text-is('c-long.pdf')")
    several.click(".mark >> nth=4")
    assert "p. 2" in several.inner_text("#popover")
    several.click("#to-overview")
    several.click("button.open:text-is('b-spun.txt')")
    assert written(several, f"#mark-{PLACES['vessel']}") == "vessel"


def test_what_is_saved_before_all_are_read_is_said(page: Page, stub: Stub) -> None:
    stub.pause = 0.5
    open_files(page, ("a.txt", SPUN), ("b.txt", WRITTEN))
    summary = page.locator("#overview-save > summary")
    page.wait_for_selector("#overview-rows tr")
    assert words(summary.inner_text()).startswith("Save the ")
    stub.pause = 0.0
    overview_done(page)
    assert words(summary.inner_text()) == "Save all"


def test_several_are_saved_together_and_one_is_read_again(several: Page, stub: Stub) -> None:
    several.click("#overview-save > summary")
    with several.expect_download():
        several.click("#overview-save [data-format=html]")
    assert sorted(r["name"] for r in stub.exports[-1]["readings"]) == [
        "a-written.html",
        "b-spun.txt",
        "c-long.pdf",
        "short.docx",
    ]
    assert several.locator("text=Try again").count() == 0  # an empty or a damaged file is the same file again
    open_files(several, ("late.txt", "late"))
    overview_done(several)
    several.click("text=Try again")
    overview_done(several)
    assert stub.requests.count("/v1/file/stream") == len(SEVERAL) + 2
    open_files(several, ("more.docx", SPUN))
    several.wait_for_selector("button.open:text-is('more.docx')")
    assert len(names(several)) == len(SEVERAL) + 2


@pytest.mark.parametrize(("parallel", "at_once"), [(1, 1), (3, 3), (32, 4)])
def test_as_many_are_read_at_a_time_as_the_server_reads(page: Page, stub: Stub, parallel: int, at_once: int) -> None:
    stub.parallel, stub.pause = parallel, 0.3
    with page.expect_response("**/v1/version"):
        page.reload()
    page.wait_for_selector("#version:not(:empty)", state="attached")
    open_files(page, *SEVERAL, ("d.txt", SPUN), ("e.txt", WRITTEN * 2))
    overview_done(page)
    assert stub.at_once == at_once
    assert page.inner_text("#overview-title") == "3 of 7 documents read as machine-spun"
    page.click("#overview-head [data-sort=name]")
    assert names(page) == ["a-written.html", "b-spun.txt", "c-long.pdf", "d.txt", "e.txt", "scan.pdf", "short.docx"]


def test_what_is_read_at_a_time_stops_together_and_goes_on(page: Page, stub: Stub) -> None:
    stub.parallel, stub.pause = 3, 5.0
    with page.expect_response("**/v1/version"):
        page.reload()
    page.wait_for_selector("#version:not(:empty)", state="attached")
    open_files(page, ("a.txt", SPUN), ("b.txt", SPUN), ("c.txt", SPUN), ("d.txt", SPUN))
    page.wait_for_selector("#overview-rows")
    stub.pause = 0.0
    open_files(page, ("e.txt", SPUN))  # more files end the reading and begin it anew
    overview_done(page)
    assert page.inner_text("#overview-title") == "5 of 5 documents read as machine-spun"
