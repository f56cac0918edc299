"""The page beside a source: pasted, opened, or found in the archive; linked, scrolled together, changed places on top."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

pytest.importorskip("rapidfuzz")

from tests.browser.conftest import missing
from tests.browser.steps import read, settled, words
from tests.browser.stub import Stub
from unspin import spinners

if TYPE_CHECKING:
    from playwright.sync_api import Page

ARTICLE = (
    "The ferry left the old quay before seven, and nobody on the bridge had seen the fog come down. The captain slowed the"
    " engine, sent a boy to the bow with a lamp, and waited for the bell of the island.\n\n"
    "Maria Kell, who runs the mill, said: “We will open the new gate in June, and nobody will wait here again.” It took them"
    " 47 minutes to cross the narrow channel, which is a matter of ten minutes on a clear day.\n\n"
    "The baker was waiting on the other side with warm bread, and the schoolmaster with his seven children and a drum."
)
PAGE = (
    "Our garden chairs are light and on sale until the end of summer, with a cushion for nothing.\n\n"
    + spinners.simulate(ARTICLE, "thesaurus", seed=3, rate=0.2).text.replace("47", "74")
)


def against(page: Page, source: str) -> None:
    page.evaluate("document.getElementById('compare-box').open = true")
    page.fill("#compare-text", source)
    page.click("#compare")
    page.wait_for_selector("#compare-result:visible")


def until(page: Page, holds: str) -> None:
    """Wait for it; what Playwright waits with is against the security policy of the page."""
    for _ in range(200):
        if page.evaluate(holds):
            return
        page.wait_for_timeout(50)
    raise AssertionError(holds)


def test_a_pasted_source_stands_beside_the_page_with_what_was_changed_on_top(page: Page) -> None:
    read(page, PAGE)
    against(page, ARTICLE)
    assert "of the source is used" in page.inner_text("#compare-says")
    assert page.evaluate("document.activeElement.id") == "compare-says"
    changed = words(page.inner_text("#compare-changed"))
    assert "Maria Kell" in changed and "nobody will wait here again" in changed
    assert "Figure 47" in changed and "74" in changed
    for side, text in (("page", PAGE), ("source", ARTICLE)):
        shown = page.evaluate(
            f"""(() => {{ const p = document.getElementById('compare-{side}-text').cloneNode(true);
            p.querySelectorAll('button').forEach((b) => b.remove()); return p.textContent; }})()"""
        )
        assert shown == text
    assert page.locator("#compare-page-text mark.swapped").count() > 5
    assert "garden chairs" not in page.evaluate(
        "[...document.querySelectorAll('#compare-page-text .passage')].map(e => e.textContent).join()"
    )
    page.click("#compare-close")
    assert page.is_hidden("#compare-result")


def test_passages_are_linked_for_the_keyboard(page: Page) -> None:
    read(page, PAGE)
    against(page, ARTICLE)
    page.focus("#compare-page-0")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "compare-source-0"
    assert page.inner_text("#status") == "Passage 1 in the source"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "compare-page-0"
    page.focus("#compare-text")
    page.keyboard.press("Control+Enter")
    until(page, "document.activeElement.id === 'compare-says'")


def test_both_sides_scroll_together(page: Page) -> None:
    page.set_viewport_size({"width": 700, "height": 420})
    read(page, PAGE)
    against(page, ARTICLE)
    page.focus("#compare-page")
    page.evaluate("document.getElementById('compare-page').scrollTop = 1e6")
    until(page, "document.getElementById('compare-source').scrollTop > 20")
    page.focus("#compare-source")
    page.evaluate("document.getElementById('compare-source').scrollTop = 0")
    until(page, "document.getElementById('compare-page').scrollTop < 20")


def test_a_file_is_a_source(page: Page) -> None:
    read(page, PAGE)
    page.click("#compare-box > summary")
    page.set_input_files("#compare-file", [{"name": "a.txt", "mimeType": "text/plain", "buffer": ARTICLE.encode()}])
    page.wait_for_selector("#compare-result:visible")
    page.click("#compare-close")
    page.evaluate(
        """(text) => {
          const data = new DataTransfer();
          data.items.add(new File([text], "b.txt", { type: "text/plain" }));
          const event = { bubbles: true, cancelable: true, dataTransfer: data };
          for (const kind of ["dragenter", "dragover", "drop"]) {
            document.getElementById("compare-text").dispatchEvent(new DragEvent(kind, event));
          }
        }""",
        ARTICLE,
    )
    page.wait_for_selector("#compare-result:visible")
    assert page.is_visible("#reading") and not page.evaluate("document.body.classList.contains('dropping')")


def test_the_answer_of_the_archive_comes_by_itself(page: Page, stub: Stub) -> None:
    stub.archive, stub.source = True, ARTICLE
    page.reload()
    read(page, PAGE)
    page.wait_for_selector("#compare-found button")
    assert "articles/harbour.txt 2026-05-01, a source with probability 0.98" in words(page.inner_text("#compare-found"))
    page.click("#compare-found button")
    assert "of the source is used" in page.inner_text("#compare-says")
    page.click("#to-start")
    read(page, "The weather was fine. " * 20)
    assert page.is_hidden("#compare-archive") and page.is_hidden("#compare-result")
    page.go_back()
    page.go_back()
    settled(page)
    assert page.is_visible("#compare-result")


def test_what_is_saved_says_where_it_comes_from(page: Page, stub: Stub) -> None:
    stub.archive, stub.source = True, ARTICLE
    page.reload()
    read(page, PAGE)
    page.wait_for_selector("#compare-found button")

    def saved(kind: str) -> list[tuple[str, str]]:
        with page.expect_download():
            page.click("#save > summary")
            page.click(f"#save [data-format={kind}]")
        return [(sent["name"], sent["text"]) for sent in stub.exports[-1]["readings"][0].get("sources", [])]

    assert saved("html") == [("articles/harbour.txt", ARTICLE)]
    assert stub.exports[-1]["readings"][0]["sources"][0]["probability"] == 0.98
    against(page, ARTICLE.replace("baker", "butcher"))
    assert saved("docx") == [("source", ARTICLE.replace("baker", "butcher"))]
    assert saved("csv") == []


def test_without_an_archive_nothing_is_asked(page: Page, stub: Stub) -> None:
    read(page, PAGE)
    assert "/v1/trace" not in stub.requests and page.is_hidden("#compare-archive")


def test_what_goes_wrong_is_one_line(page: Page, stub: Stub) -> None:
    read(page, PAGE)
    page.click("#compare-box > summary")
    page.click("#compare")
    assert page.inner_text("#compare-error") == "There is no source yet: paste one, or drop a file."
    stub.refusals.append((413, "too-large", "900,000 characters; divide it"))
    page.fill("#compare-text", ARTICLE)
    page.click("#compare")
    page.wait_for_selector("#compare-error:visible")
    assert page.inner_text("#compare-error") == "900,000 characters; divide it"
    page.fill("#compare-text", "Another text about nothing that the page has anything of.")
    page.click("#compare")
    page.wait_for_selector("#compare-result:visible")
    assert "nothing of the source is found" in page.inner_text("#compare-says")
    assert page.is_hidden("#compare-error")


def test_a_source_is_no_markup(page: Page) -> None:
    read(page, PAGE)
    against(page, ARTICLE + "<img src=x onerror='window.harmed=1'><b>bold</b>")
    assert page.locator("#compare-source-text img, #compare-source-text b").count() == 0
    assert page.evaluate("window.harmed") is None


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_axe_and_narrow_screens(page: Page, stub: Stub, width: int, scheme: str) -> None:
    try:
        from axe_playwright_python.sync_playwright import Axe
    except ImportError:
        missing("axe (pip install axe-playwright-python)")
    stub.archive, stub.source = True, ARTICLE
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.reload()
    read(page, PAGE)
    page.wait_for_selector("#compare-found button")
    against(page, ARTICLE)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    assert [(v["id"], [n["html"][:160] for n in v["nodes"]]) for v in found.response["violations"]] == []
