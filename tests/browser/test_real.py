"""The page with the program behind it: the example, every export, a file, and how long it takes."""

from __future__ import annotations

import io
import json
import os
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import missing
from tests.browser.steps import put, settled, written

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

SECONDS = 2.0
"""What the first paint, and a reading of 1,000 words, may each take."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    try:
        from tests.browser.real import serving

        with serving() as where:
            yield where
    except ImportError as error:
        missing(f"{error.name} (pip install 'unspin[web]')")


@pytest.fixture
def real(context: BrowserContext, address: str) -> Page:
    opened = context.new_page()
    opened.goto(address)
    return opened


def saved(page: Page, kind: str) -> bytes:
    """What the page saves in a format."""
    with page.expect_download() as download:
        page.click("#save > summary")
        page.click(f"#save [data-format={kind}]")
    assert download.value.suggested_filename.endswith(f".{kind}")
    return Path(download.value.path()).read_bytes()


def test_the_example_is_read_and_kept(real: Page) -> None:
    real.click("#example")
    settled(real)
    assert real.inner_text("#verdict") == "Reads as machine-spun"
    assert real.locator("#text .mark").count() > 80
    assert "Margaret Orrin" in written(real, "#panel-quotations")
    place = real.locator("#text .mark.guess, #text .mark.likely").first
    place.click()
    real.locator("#popover .option:not(.leave)").nth(1).click()
    chosen = place.text_content()
    real.keyboard.press("Escape")
    kept = {kind: saved(real, kind) for kind in ("html", "docx", "csv", "json")}
    assert b"Margaret Orrin" in kept["html"]
    assert "word/document.xml" in zipfile.ZipFile(io.BytesIO(kept["docx"])).namelist()
    assert chosen in kept["csv"].decode("utf-8-sig")
    assert chosen in json.dumps(json.loads(kept["json"]), ensure_ascii=False)


def test_a_file_is_read(real: Page) -> None:
    body = "".join(
        f"<p>{part}</p>" for part in real.evaluate("import('/example.js').then(m => m.EXAMPLE)").split("\n\n")
    )
    page = f"<!doctype html><title>Harbour</title><article>{body}</article><script>window.harmed = 1</script>"
    real.set_input_files("#files", [{"name": "harbour.html", "mimeType": "text/html", "buffer": page.encode()}])
    settled(real)
    assert real.inner_text("#document-name") == "harbour.html · HTML"
    assert real.inner_text("#verdict") == "Reads as machine-spun"
    kept = saved(real, "html").decode()
    for part in ("par. 2", "web page", "called spun if at most 1 ordinary document in 10,000"):
        assert part in kept


def test_a_broken_file_is_one_line(real: Page) -> None:
    real.set_input_files("#files", [{"name": "broken.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 no"}])
    real.wait_for_selector("#start-error:visible")
    assert "broken.pdf" in real.inner_text("#start-error") and "\n" not in real.inner_text("#start-error")


def times(page: Page, address: str) -> dict[str, float]:
    """Seconds to the first contentful paint, and from the click on Read to the whole reading of 1,000 words."""
    page.goto(address)
    while not page.evaluate("performance.getEntriesByName('first-contentful-paint').length"):
        page.wait_for_timeout(10)  # wait_for_function would ask again by eval, which the page forbids
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime") / 1000
    article = page.evaluate("import('/example.js').then(m => m.EXAMPLE)")
    put(page, " ".join((article + " " + article + " " + article).split()[:1000]))
    begun = time.perf_counter()
    page.click("#read")
    settled(page)
    return {"first paint": round(paint, 3), "1,000 words": round(time.perf_counter() - begun, 3)}


def test_it_does_not_keep_one_waiting(real: Page, address: str) -> None:
    """The best of three; a machine that is busy with other things says nothing about it."""
    runs = [times(real, address) for _ in range(3)]
    best = {name: min(run[name] for run in runs) for name in runs[0]}
    busy, cores = os.getloadavg()[0], os.cpu_count() or 1
    if max(best.values()) >= SECONDS and busy > 2 * cores:
        pytest.skip(f"{best} s, but the load is {busy:.0f} on {cores} cores")
    print(best)
    assert all(seconds < SECONDS for seconds in best.values()), best
