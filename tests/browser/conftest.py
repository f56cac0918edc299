"""A real browser for the tests of the page: Debian's chromium, driven by Playwright.

Where either is missing the tests are skipped, unless ``UNSPIN_BROWSER=required``, under which they fail.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING, NoReturn

import pytest

from tests.browser.specimens import SPUN
from tests.browser.steps import read
from tests.browser.stub import Stub, running

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
).split()


def missing(what: str) -> NoReturn:
    """Skip, or fail where a browser is required."""
    if os.environ.get("UNSPIN_BROWSER") == "required":
        pytest.fail(f"UNSPIN_BROWSER=required, but there is no {what}")
    pytest.skip(f"no {what}; the page is not tested in a browser")


# One browser a module: while Playwright runs, its event loop runs in this thread, and no other test may start one.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("playwright (pip install playwright)")
    chromium = os.environ.get("UNSPIN_CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        missing("chromium (apt-get install chromium)")
    with sync_playwright() as playwright:
        running_browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield running_browser
        running_browser.close()


@pytest.fixture(scope="session")
def one_stub() -> Iterator[Stub]:
    with running() as server:
        yield server


@pytest.fixture
def stub(one_stub: Stub) -> Stub:
    one_stub.reset()
    return one_stub


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce", locale="en-GB")
    opened.set_default_timeout(10_000)
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext, stub: Stub) -> Iterator[Page]:
    """The page, opened; a script error or a breach of the security policy on it fails the test."""
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on("console", lambda m: errors.append(m.text) if "Content Security Policy" in m.text else None)
    opened.goto(stub.address)
    yield opened
    assert errors == []


@pytest.fixture
def spun(page: Page) -> Page:
    """The page with the reading of the specimen."""
    read(page, SPUN)
    return page
