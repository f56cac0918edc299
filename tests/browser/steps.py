"""What one does on the page, in words: used by the tests and for the screenshots."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page


def put(page: Page, text: str) -> None:
    """Put a text in; at once, since typing a long one takes Playwright minutes."""
    page.evaluate(
        """text => {
          const paper = document.getElementById("paper");
          paper.value = text;
          paper.dispatchEvent(new Event("input", { bubbles: true }));
        }""",
        text,
    )


def read(page: Page, text: str) -> None:
    """Put a text in and wait for its reading."""
    put(page, text)
    page.click("#read")
    settled(page)


def settled(page: Page) -> None:
    """Wait until a reading is there and complete."""
    page.wait_for_selector("#reading:not([hidden], [data-growing]) #text .row", state="attached")


def open_files(page: Page, *files: tuple[str, str]) -> None:
    """Open files, given as ``(name, contents)``."""
    page.set_input_files("#files", [{"name": n, "mimeType": "text/plain", "buffer": t.encode()} for n, t in files])


def overview_done(page: Page) -> None:
    """Wait until every document of the overview is read."""
    page.wait_for_selector("#overview:not([hidden])")
    page.wait_for_selector("#overview-progress", state="hidden")


def restored(page: Page) -> str:
    """The restored text as it is shown, white space aside."""
    return words(page.evaluate("[...document.querySelectorAll('#text .restored')].map(p => p.textContent).join(' ')"))


def written(page: Page, selector: str) -> str:
    """What an element of the page says, white space aside, on the screen or off it.

    Rows and quotations are laid out when they come near the screen (``content-visibility``); until then they have no
    ``innerText``, however long one waits.
    """
    return words(page.text_content(selector) or "")


def words(text: str) -> str:
    """A text with every white space as one space."""
    return " ".join(text.split())


def option(page: Page, word: str) -> Any:
    """The button of the popover that offers a word."""
    return page.locator("#popover .option", has=page.locator(f".word:text-is('{word}')"))
