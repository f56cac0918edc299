"""What may go wrong or do harm, in a real browser: errors keep the text, markup stays text, nobody else is asked."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.specimens import HOSTILE, SPUN, hostile_text
from tests.browser.specimens import read as reading_of
from tests.browser.steps import open_files, option, overview_done, put, read, restored, settled, words
from tests.browser.stub import STATIC, Stub

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

READING = reading_of(SPUN)

# --- errors


@pytest.mark.parametrize(
    ("refusal", "line"),
    [
        ((413, "too-large", "the text is longer than 500,000 characters; split it"), "longer than 500,000 characters"),
        ((503, "timeout", "not done within 120 s"), "not done within 120 s"),
        ((500, "internal", "a bug of unspin; its log says where"), "a bug of unspin"),
    ],
)
def test_a_refusal_is_one_line_and_the_text_stays(
    page: Page, stub: Stub, refusal: tuple[int, str, str], line: str
) -> None:
    stub.refusals = [refusal]
    put(page, SPUN)
    page.click("#read")
    page.wait_for_selector("#start-error:visible")
    shown = page.inner_text("#start-error")
    assert line in shown and "\n" not in shown
    assert page.input_value("#paper") == SPUN
    assert page.evaluate("document.activeElement.id") == "paper"
    page.click("#read")  # and it can be tried again
    settled(page)
    assert not page.is_visible("#start-error")


def test_a_busy_server_is_asked_again(page: Page, stub: Stub) -> None:
    stub.refusals = [(429, "too-many-requests", "too many"), (503, "busy", "busy")]
    read(page, SPUN)
    assert stub.requests.count("/v1/stream") == 3


def test_a_server_that_is_gone(page: Page) -> None:
    page.route("**/v1/stream", lambda route: route.abort())
    put(page, SPUN)
    page.click("#read")
    page.wait_for_selector("#start-error:visible")
    assert "unspin serve" in page.inner_text("#start-error")
    assert page.input_value("#paper") == SPUN


def test_an_error_halfway_keeps_what_was_read(page: Page) -> None:
    put(page, SPUN + "\n!broken\n")
    page.click("#read")
    page.wait_for_selector("#reading-error:visible")
    assert page.inner_text("#reading-error") == "not done within 120 s"
    marks = page.locator("#text .mark").count()
    assert marks > 0
    assert f"{marks} so far, of " in words(page.inner_text("#figures")) and "Share" not in page.inner_text("#figures")
    for panel in ("#panel-quotations", "#panel-facts"):
        assert words(page.text_content(panel) or "") == "Not known: the text was not read to its end."


def test_files_that_cannot_be_read(page: Page) -> None:
    open_files(page, ("scan.pdf", "broken"))
    page.wait_for_selector("#start-error:visible")
    assert page.inner_text("#start-error") == "scan.pdf: a scanned PDF without text; run OCR over it first"
    open_files(page, ("photo.jpg", "x"))
    assert "photo.jpg" in page.inner_text("#start-error") and ".docx" in page.inner_text("#start-error")
    page.click("#read")
    assert "no text yet" in page.inner_text("#start-error")


# --- safety


def names(page: Page) -> list[str]:
    return [words(name) for name in page.locator("#overview-rows th").all_text_contents()]


def test_markup_comes_out_as_text(context: BrowserContext, page: Page) -> None:
    outside: list[str] = []
    page.on("request", lambda request: outside.append(request.url))
    page.on("dialog", lambda dialog: outside.append(dialog.message))
    text = hostile_text()
    reading = reading_of(text)
    assert len(reading["quotations"]) > len(HOSTILE) and reading["spun"]
    read(page, text)
    page.click("text=Side by side")
    assert restored(page) == words(reading["restored"])
    found = page.evaluate("[...document.querySelectorAll('#text .found')].map(p => p.textContent).join(' ')")
    assert words(found) == words(text)
    page.click("#tab-facts")
    name = "<img src=x onerror=window.harmed=1>.html"
    page.click("#to-start")
    open_files(page, (name, text), ("</td><script>window.harmed=1</script>.pdf", "broken"))
    overview_done(page)
    assert name in names(page)
    page.locator("button.open").first.click()
    settled(page)
    page.locator(".mark >> nth=0").hover()
    page.wait_for_selector("#popover:visible")
    strange = "#main :is(script, iframe, img, style, template, base, form, a, meta, math, b, object, embed)"
    assert page.evaluate(f"document.querySelectorAll({strange!r}).length") == 0
    assert page.evaluate("window.harmed") is None
    assert [url for url in outside if not url.startswith(page.url.split("#")[0])] == []


def test_reader_s_words_are_text_too(page: Page, stub: Stub) -> None:
    """What the server says is no more trusted than what was pasted."""
    hostile = "<img src=x onerror=window.harmed=1>"
    reading = reading_of(SPUN)
    for s in reading["substitutions"]:
        s.update(original=hostile, alternatives=[[hostile + "2", 0.1]], route=[hostile, hostile])
    reading.update(spinner=hostile, notes=[hostile], quotations=[{**reading["quotations"][0], "speaker": hostile}])
    page.route("**/v1/stream", lambda route: route.fulfill(json={"event": "reading", "reading": reading}))
    read(page, SPUN)
    page.click("#mark-0")
    assert hostile in page.inner_text("#popover") and hostile in page.inner_text("#figures")
    option(page, hostile + "2").click()
    assert page.locator("#main img, #popover img").count() == 0
    assert page.evaluate("window.harmed") is None


def test_nothing_is_asked_of_anybody_else(context: BrowserContext, stub: Stub) -> None:
    opened = context.new_page()
    asked: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto(stub.address)
    read(opened, SPUN)
    assert asked and all(url.startswith((stub.address, "blob:" + stub.address)) for url in asked)


FORBIDDEN = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|setHTML|DOMParser|createContextualFragment"
    r"|srcdoc|https?://(?!www\.w3\.org/2000/svg)"
)


@pytest.mark.parametrize("file", sorted(STATIC.iterdir()), ids=lambda file: file.name)
def test_static_files_stay_simple(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert FORBIDDEN.findall(text) == []
    if file.suffix == ".html":
        assert re.findall(r"\sstyle=|\son\w+=|<style|<script(?![^>]*\ssrc=)", text) == []
