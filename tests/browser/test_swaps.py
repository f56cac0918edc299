"""One's own word, the filter by confidence, the list of swaps, texts saved, the spun part marked; on two sizes of screen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.specimens import ALL, PART_SIGN, PLACES, READING, SPUN, WRITTEN
from tests.browser.specimens import read as reading_of
from tests.browser.steps import open_files, overview_done, read, restored, settled, words, written
from tests.browser.stub import Stub

if TYPE_CHECKING:
    from playwright.sync_api import Page

GUESSES = [i for i, s in enumerate(READING["substitutions"]) if s["confidence"] < 0.5]
UNSURE = [i for i, s in enumerate(READING["substitutions"]) if s["confidence"] < 0.9]


@pytest.fixture(params=[(1280, 900), (360, 740)], ids=["wide", "narrow"])
def sized(request: pytest.FixtureRequest, spun: Page) -> Page:
    """The reading of the specimen, on a wide screen and on a narrow one."""
    width, height = request.param
    spun.set_viewport_size({"width": width, "height": height})
    return spun


def save(page: Page, kind: str) -> tuple[str, str]:
    """Save in a format; the name of the file and what is in it."""
    page.click("#save > summary")
    with page.expect_download() as download:
        page.click(f"#save [data-format={kind}]")
    return download.value.suggested_filename, Path(download.value.path()).read_text(encoding="utf-8")


def test_a_word_of_ones_own(sized: Page, stub: Stub) -> None:
    place = PLACES["vessel"]
    sized.click(f"#mark-{place}")
    sized.fill("#own", "  steam   ferry ")
    sized.click("#popover [data-own]")
    assert written(sized, f"#mark-{place}") == "steam ferry"
    assert sized.inner_text("#popover .option[aria-pressed=true] .word").endswith("steam ferry")
    assert sized.inner_text("#status") == "steam ferry"
    sized.keyboard.press("Escape")
    save(sized, "json")
    sent = stub.exports[-1]["readings"][0]["reading"]
    assert sent["substitutions"][place]["original"] == "steam ferry"
    assert "The new steam ferry left" in sent["restored"]
    sized.click("#undo")
    assert restored(sized) == words(READING["restored"])


def test_a_word_of_ones_own_without_a_mouse(sized: Page) -> None:
    press = sized.keyboard.press
    sized.focus("#mark-0")
    press("Enter")
    while sized.evaluate("document.activeElement.id") != "own":
        press("Tab")
    sized.keyboard.type("un10")  # keys of one character are letters here
    press("Enter")
    assert written(sized, "#mark-0") == "un10"
    assert words(sized.locator(":focus .word").inner_text()) == "un10" and sized.is_visible("#popover")
    press("u")  # and keys are keys again
    assert restored(sized) == words(READING["restored"])
    press("Escape")
    assert sized.evaluate("document.activeElement.id") == "mark-0" and sized.is_hidden("#popover")


def test_a_word_of_ones_own_at_all_places(sized: Page) -> None:
    places = [i for i, s in enumerate(READING["substitutions"]) if s["found"].lower() == "caller"]
    sized.click(f"#mark-{places[0]}")
    sized.check("#everywhere")
    sized.fill("#own", "old")
    sized.press("#own", "Enter")
    assert [written(sized, f"#mark-{i}") for i in places] == ["old", "old", "old", "Old"]
    assert sized.inner_text("#status") == "old, at 4 places"


def test_nothing_typed_is_no_choice(sized: Page) -> None:
    sized.click("#mark-0")
    sized.fill("#own", "   ")
    sized.click("#popover [data-own]")
    assert sized.is_disabled("#undo")


def test_the_next_guess_and_the_filter(sized: Page) -> None:
    sized.keyboard.press("g")
    assert sized.evaluate("document.activeElement.id") == f"mark-{GUESSES[0]}"
    sized.keyboard.press("Escape")
    sized.select_option("#filter", "unsure")
    assert sized.inner_text("#status") == f"{len(UNSURE)} marks"
    for place in UNSURE[UNSURE.index(GUESSES[0]) + 1 :]:
        sized.keyboard.press("Escape")
        sized.click("#next")
        assert sized.evaluate("document.activeElement.id") == f"mark-{place}"
    assert words(sized.text_content("#place") or "") == f"{len(UNSURE)} of {len(UNSURE)}"
    sized.keyboard.press("Home")
    assert sized.evaluate("document.activeElement.id") == f"mark-{UNSURE[0]}"
    sized.keyboard.press("ArrowRight")
    assert sized.evaluate("document.activeElement.id") == f"mark-{UNSURE[1]}"
    quiet = sized.evaluate("getComputedStyle(document.querySelector('#text .mark.sure')).textDecorationLine")
    assert quiet == "none"
    sized.select_option("#filter", "all")
    assert words(sized.text_content("#place") or "").endswith(f"of {ALL}")


def test_the_list_of_swaps_sorts_and_leads_to_the_text(sized: Page) -> None:
    sized.click("#tab-swaps")

    def found() -> list[str]:
        return [words(t) for t in sized.locator("#panel-swaps tbody .found-cell").all_text_contents()]

    distinct = list(dict.fromkeys(s["found"].strip().lower() for s in READING["substitutions"]))
    assert found() == distinct
    assert sized.inner_text("#count-swaps") == str(len(distinct))
    sized.focus("#panel-swaps [data-sort=found]")
    sized.keyboard.press("Enter")
    assert found() == sorted(distinct)
    assert sized.inner_text("#status") == "Sorted by Found, ascending"
    sized.click("#panel-swaps [data-sort=times]")
    assert found()[0] == "caller" and sized.locator("th[aria-sort=descending]").inner_text().startswith("Times")
    sized.click("#panel-swaps [data-sort=confidence]")
    assert found()[0] == "chequer"
    sized.locator("#panel-swaps .locate").first.click()
    assert sized.evaluate("document.activeElement.id") == f"mark-{PLACES['chequer']}"
    sized.keyboard.press("2")
    sized.keyboard.press("Escape")
    row = sized.locator("#panel-swaps tr", has_text="chequer")
    assert words(row.inner_text()).endswith("chequer agree yours 1")
    sized.select_option("#filter", "guess")
    assert found() == ["chequer"]


def test_the_restored_text_is_saved(sized: Page) -> None:
    sized.click(f"#mark-{PLACES['vessel']}")
    sized.keyboard.press("Escape")
    assert save(sized, "txt")[1] == READING["restored"]
    name, text = save(sized, "text-md")
    assert name.endswith(".md")
    assert text.startswith("# The new ferry to Sallow Island\n\nThe new boat left in fog")
    assert text.count("\n\n") == SPUN.count("\n\n")


def test_the_restored_text_of_a_file_bears_its_name(page: Page) -> None:
    open_files(page, ("notes.md", SPUN))
    settled(page)
    assert save(page, "text-md") == ("notes-restored.md", READING["restored"])
    assert save(page, "txt")[0] == "notes-restored.txt"


@pytest.mark.parametrize("width", [1280, 360])
def test_several_files_in_one_word_document(page: Page, stub: Stub, width: int) -> None:
    """Without a mouse, on two sizes of screen."""
    page.set_viewport_size({"width": width, "height": 800})
    open_files(page, ("a.txt", SPUN), ("b.txt", WRITTEN))
    overview_done(page)
    page.focus("#overview-save > summary")
    page.keyboard.press("Enter")
    while page.evaluate("document.activeElement.dataset.format") != "docx":
        page.keyboard.press("Tab")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    with page.expect_download():
        page.keyboard.press("Enter")
    assert stub.exports[-1]["format"] == "docx"
    assert [r["name"] for r in stub.exports[-1]["readings"]] == ["a.txt", "b.txt"]


@pytest.mark.parametrize("width", [1280, 360])
def test_the_part_that_reads_as_spun_is_marked(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    text = f"{WRITTEN}\n{PART_SIGN}\n{SPUN}"
    read(page, text)
    remark = page.inner_text("#remarks")
    assert remark.startswith("In part: 1 passage reads as spun, ")
    part = " ".join(page.locator("#text .restored .part").all_text_contents())
    start, end = reading_of(text)["passages"][0]
    assert words(part).startswith("The new ferry to Sallow Island")
    assert page.locator("#text .restored .part .mark").count() == len(reading_of(text)["substitutions"])
    assert page.locator("#strip .strip-part").count() == 1 and page.is_visible("#legend-part")
    assert f"{(end - start) / len(text):.0%}" in remark
    page.click("#to-start")
    read(page, SPUN)
    assert page.locator("#text .part").count() == 0 and page.is_hidden("#legend-part")
    assert page.inner_text("#remarks") == ""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
