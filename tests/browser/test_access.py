"""The page without a mouse, and without good eyes: keyboard only, axe, motion, what is announced."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.conftest import missing
from tests.browser.specimens import PART_SIGN, SPUN, WRITTEN
from tests.browser.specimens import read as reading_of
from tests.browser.steps import open_files, overview_done, read, restored, settled, words, written
from tests.browser.stub import Stub

if TYPE_CHECKING:
    from playwright.sync_api import Page

READING = reading_of(SPUN)
SIZES = [(1600, 1000, "light"), (1280, 900, "dark"), (360, 740, "dark")]


def focused(page: Page, what: str = "id") -> Any:
    return page.evaluate(f"document.activeElement.{what}")


def tab_to(page: Page, element: str, most: int = 40) -> None:
    for _ in range(most):
        if focused(page) == element:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not reach {element}, but {focused(page)}")


def test_from_the_text_to_a_choice_without_a_mouse(page: Page) -> None:
    press = page.keyboard.press
    press("Tab")
    assert focused(page) == "skip"
    press("Enter")
    assert focused(page) == "paper"
    page.keyboard.insert_text(SPUN)
    press("Control+Enter")
    settled(page)
    assert focused(page) == "verdict"

    press("n")
    assert focused(page) == "mark-0"
    assert page.is_visible("#popover") and page.get_attribute("#mark-0", "aria-expanded") == "true"
    press("n")
    press("n")
    press("p")
    assert focused(page) == "mark-1"
    press("ArrowRight")
    press("ArrowLeft")
    assert focused(page) == "mark-1"
    assert page.locator("#text [tabindex='0']").count() == 1
    assert page.inner_text("#place") == f"2 of {len(READING['substitutions'])}"

    press("Enter")
    assert focused(page, "dataset.key") == "1"
    press("ArrowDown")
    press("Enter")
    assert written(page, "#mark-1") == focused(page, "dataset.word") == "fresh"
    assert page.inner_text("#status") == "fresh"
    press("Escape")
    assert focused(page) == "mark-1" and page.is_hidden("#popover")

    press("u")
    assert written(page, "#mark-1") == "new"
    press("0")
    assert written(page, "#mark-1") == "caller"
    press("Control+Z")
    assert written(page, "#mark-1") == "new"
    press("Control+Shift+Z")
    assert written(page, "#mark-1") == "caller"
    press("End")
    assert focused(page) == f"mark-{len(READING['substitutions']) - 1}"
    press("n")
    assert focused(page) == f"mark-{len(READING['substitutions']) - 1}"


def test_the_popover_can_be_tabbed_through(page: Page) -> None:
    read(page, SPUN)
    page.keyboard.press("n")
    page.keyboard.press("Enter")
    stops = []
    for _ in range(8):
        stops.append(focused(page, "dataset.key") or focused(page) or focused(page, "textContent"))
        page.keyboard.press("Tab")
    assert stops[:5] == ["1", "2", "0", "own", "Use"] and stops[5:7] == ["everywhere", "mark-0"]
    page.keyboard.press("Escape")
    assert page.is_hidden("#popover")


def test_views_tabs_and_exports_without_a_mouse(page: Page) -> None:
    read(page, SPUN)
    press = page.keyboard.press
    page.focus("#to-start")
    while focused(page, "name") != "view":
        press("Tab")
    press("ArrowRight")
    press("ArrowRight")
    assert page.get_attribute("#text", "data-view") == "beside"
    tab_to(page, "copy")
    press("Tab")
    press("Enter")
    press("Tab")
    assert focused(page, "dataset.format") == "txt"
    with page.expect_download():
        press("Enter")
    assert focused(page, "parentElement.id") == "save" and page.get_attribute("#save", "open") is None
    tab_to(page, "mark-0")
    tab_to(page, "tab-quotations")
    press("ArrowRight")
    assert focused(page) == "tab-facts" and page.is_visible("#panel-facts") and page.is_hidden("#panel-quotations")


def test_overview_without_a_mouse(page: Page) -> None:
    open_files(page, ("b.txt", SPUN), ("a.txt", WRITTEN))
    overview_done(page)
    assert focused(page) == "overview-title"
    while focused(page, "dataset.sort") != "name":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.locator("#overview-rows th").first.inner_text() == "a.txt"
    assert "Sorted by Document" in page.inner_text("#status")
    while focused(page, "textContent") != "b.txt":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    settled(page)
    page.focus("#to-overview")
    page.keyboard.press("Enter")
    assert page.is_visible("#overview")


def test_keys_of_one_character_can_be_turned_off(page: Page) -> None:
    page.click("text=Keyboard")
    page.uncheck("#shortcuts")
    read(page, SPUN)
    page.keyboard.press("n")
    assert focused(page) == "verdict"
    page.focus("#mark-0")
    page.keyboard.press("0")
    assert restored(page) == words(READING["restored"])


def test_keys_are_letters_where_one_writes(page: Page) -> None:
    page.focus("#paper")
    page.keyboard.type("unpin 10")
    assert page.input_value("#paper") == "unpin 10"


def test_every_stop_shows_where_one_is(page: Page) -> None:
    read(page, SPUN)
    page.evaluate("document.activeElement.blur()")
    unseen = page.evaluate("""async () => {
      const outlined = (e) => {
        const { outlineStyle, outlineWidth } = getComputedStyle(e);
        return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
      };
      const shown = (e) => outlined(e) || (e.type === "radio" && outlined(e.nextElementSibling));
      const stops = [...document.querySelectorAll("a, button, input, summary, [tabindex='0']")]
        .filter((e) => e.checkVisibility() && !e.disabled);
      const without = [];
      for (const stop of stops) {
        stop.focus({ focusVisible: true });
        if (document.activeElement === stop && !shown(stop)) without.push(stop.outerHTML);
      }
      return without;
    }""")
    assert unseen == []


def test_motion_is_spared_those_who_ask(page: Page) -> None:
    assert page.evaluate("matchMedia('(prefers-reduced-motion: reduce)').matches")
    moving = page.evaluate(
        "[...document.querySelectorAll('*')].filter(e => parseFloat(getComputedStyle(e).transitionDuration) > 0.001).length"
    )
    assert moving == 0


@pytest.mark.parametrize(("width", "height", "scheme"), SIZES)
def test_axe_finds_nothing(page: Page, stub: Stub, width: int, height: int, scheme: Any) -> None:
    try:
        from axe_playwright_python.sync_playwright import Axe
    except ImportError:
        missing("axe (pip install axe-playwright-python)")
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme=scheme)

    def check(view: str) -> None:
        found = Axe().run(page, options={"resultTypes": ["violations", "incomplete"]})
        report = [(v["id"], [node["html"][:160] for node in v["nodes"]]) for v in found.response["violations"]]
        assert report == [], view

    check("start")
    stub.addresses = True
    page.reload()
    page.wait_for_selector("#version:not(:empty)", state="attached")
    page.fill("#paper", "https://ferry.example/page")
    page.wait_for_selector("#fetch:visible")
    check("start with an address")
    page.fill("#paper", "")
    page.click("text=Settings")
    page.click("#read")
    check("start with an error")
    read(page, SPUN + "\n“A quoted vessel,” said nobody.")
    page.evaluate("scrollTo(0, 0)")
    check("reading")
    page.keyboard.press("n")
    page.keyboard.press("2")
    page.keyboard.press("n")
    page.keyboard.press("0")
    page.keyboard.press("n")
    check("popover")
    page.keyboard.press("Escape")
    page.click("text=Side by side")
    page.click("#save > summary")
    check("side by side and menu")
    page.keyboard.press("Escape")
    page.click("text=Changes")
    page.click("#tab-facts")
    check("changes and names")
    page.click("#tab-swaps")
    page.select_option("#filter", "guess")
    check("swaps and a filter")
    page.select_option("#filter", "all")
    page.click("#to-start")
    read(page, f"{WRITTEN}\n{PART_SIGN}\n{SPUN}")
    check("a part that reads as spun")
    page.click("#to-start")
    open_files(page, ("a.txt", SPUN), ("b.txt", WRITTEN), ("scan.pdf", "broken"), ("short.txt", "Short."))
    overview_done(page)
    check("overview")
    page.click("#overview-save > summary")
    check("overview and menu")


def test_marks_differ_by_more_than_colour(page: Page) -> None:
    read(page, SPUN)
    kinds = page.evaluate("""Object.fromEntries([...document.querySelectorAll(".legend .mark")].map((m) => {
      const s = getComputedStyle(m);
      return [m.className, [s.textDecorationLine, s.textDecorationStyle, s.outlineStyle].join(" ")];
    }))""")
    assert len(kinds) == 5 and len(set(kinds.values())) == 5, kinds
    for kind in ("sure", "likely", "guess"):
        assert page.locator(f"#text .mark.{kind}").count() > 0
