"""Hovering, choosing and keeping, in a real browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.specimens import ALL, PLACES, READING, SPUN
from tests.browser.specimens import read as reading_of
from tests.browser.steps import open_files, option, read, restored, settled, words, written
from tests.browser.stub import Stub

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page


def test_hover_shows_what_stood_there(spun: Page) -> None:
    spun.locator(f"#mark-{PLACES['caller']}").hover()
    spun.wait_for_selector("#popover:visible")
    shown = words(spun.inner_text("#popover"))
    assert "The page says caller" in shown and "75% · likely" in shown
    assert [words(t) for t in spun.locator("#popover .step").all_text_contents()] == ["new", "fresh", "caller"]
    assert spun.locator("#popover .option").count() == 3
    assert words(option(spun, "fresh").inner_text()) == "fresh 20%"
    assert words(option(spun, "Leave as it was").inner_text()) == "Leave as it was 3%"
    spun.mouse.move(5, 5)
    spun.wait_for_selector("#popover", state="hidden")


def test_an_alternative_is_chosen_and_everything_follows(spun: Page, stub: Stub) -> None:
    place = PLACES["enactment"]
    spun.click(f"#mark-{place}")
    option(spun, "act").click()
    assert written(spun, f"#mark-{place}") == "act"
    assert "chosen" in (spun.get_attribute(f"#mark-{place}", "class") or "")
    assert "a fine piece of act" in restored(spun)
    assert "a fine piece of act" in written(spun, "#panel-quotations")
    assert "Your choices" in spun.inner_text("#figures")
    with spun.expect_download():
        save(spun, "json")
    sent = stub.exports[-1]["readings"][0]["reading"]
    assert sent["substitutions"][place]["original"] == "act"
    assert sent["substitutions"][place]["confidence"] == 0.4
    assert "a fine piece of act" in sent["restored"]
    assert any("a fine piece of act" in q["restored"] for q in sent["quotations"])


def test_left_as_it_was_and_undone(spun: Page, stub: Stub) -> None:
    place = PLACES["vessel"]
    spun.click(f"#mark-{place}")
    option(spun, "Leave as it was").click()
    assert written(spun, f"#mark-{place}") == "vessel"
    assert f"{ALL - 1} of {READING['words']}" in spun.inner_text("#figures")
    with spun.expect_download():
        save(spun, "csv")
    assert len(stub.exports[-1]["readings"][0]["reading"]["substitutions"]) == ALL - 1
    spun.click("#undo")
    assert written(spun, f"#mark-{place}") == "boat"
    assert f"{ALL} of {READING['words']}" in spun.inner_text("#figures")
    spun.click("#redo")
    assert written(spun, f"#mark-{place}") == "vessel"
    spun.keyboard.press("Control+Z")
    assert restored(spun) == words(READING["restored"])
    assert spun.is_disabled("#undo")


def test_the_article_follows_the_word_chosen(page: Page, stub: Stub) -> None:
    text = SPUN.replace("It cost", "It was a chequer of “a chequer” by a caller. It cost")
    read(page, text)
    substitutions = reading_of(text)["substitutions"]
    place = next(i for i, s in enumerate(substitutions) if text[: s["start"]].endswith("was a "))
    page.click(f"#mark-{place}")
    option(page, "agree").click()
    assert "It was an agree of “a check” by a new." in restored(page)
    assert "chosen" in (page.get_attribute(f"#article-{place}", "class") or "")
    page.keyboard.press("Escape")
    with page.expect_download():
        save(page, "json")
    sent = stub.exports[-1]["readings"][0]["reading"]
    assert len(sent["substitutions"]) == len(substitutions) + 1
    assert "It was an agree of" in sent["restored"]
    page.click(f"#mark-{place + 1}")
    page.check("#everywhere")
    option(page, "agree").click()
    assert "It was an agree of “an agree” by a new." in restored(page)
    assert "an agree" in written(page, "#panel-quotations")
    page.keyboard.press("Control+Z")
    page.keyboard.press("Control+Z")
    assert restored(page) == words(reading_of(text)["restored"])
    assert page.locator("#text span[id^=article].mark").count() == 0


def test_what_is_kept_of_a_file_says_where_and_how(page: Page, stub: Stub) -> None:
    page.click("details.settings > summary")
    page.check("#tortured")
    open_files(page, ("paper.pdf", SPUN))
    settled(page)
    page.click(f"#mark-{PLACES['vessel']}")
    assert f"p. {1 + PLACES['vessel'] // 3}" in page.inner_text("#popover")
    option(page, "Leave as it was").click()
    page.keyboard.press("Escape")
    with page.expect_download():
        save(page, "html")
    sent = stub.exports[-1]
    assert sent["settings"] == {"tortured": True}
    [reading] = sent["readings"]
    kept = [i for i in range(ALL) if i != PLACES["vessel"]]
    assert reading["format"] == "pdf"
    assert reading["places"] == [{"page": 1 + i // 3, "paragraph": 1 + i} for i in kept]
    assert [s["start"] for s in reading["reading"]["substitutions"]] == [
        READING["substitutions"][i]["start"] for i in kept
    ]


def test_one_choice_for_all_places_of_a_word(spun: Page) -> None:
    places = [i for i, s in enumerate(READING["substitutions"]) if s["found"].lower() == "caller"]
    spun.click(f"#mark-{places[0]}")
    spun.check("#everywhere")
    option(spun, "fresh").click()
    assert [written(spun, f"#mark-{i}") for i in places] == ["fresh", "fresh", "fresh", "Fresh"]
    spun.keyboard.press("Escape")
    spun.click("#undo")
    assert [written(spun, f"#mark-{i}") for i in places] == ["new", "new", "new", "New"]


def test_a_word_put_in_can_be_put_back(spun: Page) -> None:
    place = PLACES[" simply"]
    assert spun.get_attribute(f"#mark-{place}", "aria-label") == "removed: simply"
    spun.click(f"#mark-{place}")
    option(spun, "Leave as it was").click()
    assert "It is simply a fine piece" in restored(spun)


def test_choices_survive_the_way_to_the_start_and_back(spun: Page) -> None:
    spun.click(f"#mark-{PLACES['enactment']}")
    option(spun, "act").click()
    spun.click("#to-start")
    spun.go_back()
    assert "a fine piece of act" in restored(spun)


# --- keeping


def save(page: Page, kind: str) -> None:
    page.click("#save > summary")
    page.click(f"#save [data-format={kind}]")


@pytest.mark.parametrize("kind", ["html", "docx", "csv", "json"])
def test_exports(spun: Page, stub: Stub, kind: str) -> None:
    with spun.expect_download() as download:
        save(spun, kind)
    assert download.value.suggested_filename == f"unspin.{kind}"
    assert stub.exports[-1]["format"] == kind
    assert stub.exports[-1]["readings"][0]["reading"] == READING


def test_copy_gives_the_text_as_chosen(context: BrowserContext, spun: Page) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    spun.click(f"#mark-{PLACES['vessel']}")
    option(spun, "ship").click()
    spun.keyboard.press("Escape")
    spun.click("#copy")
    spun.wait_for_selector("#copy:text-is('Copied')")
    copied = spun.evaluate("navigator.clipboard.readText()")
    assert copied == READING["restored"].replace("new boat", "new ship")


def test_a_refused_export_says_so_and_loses_nothing(spun: Page, stub: Stub) -> None:
    spun.route(
        "**/v1/export",
        lambda route: route.fulfill(status=503, json={"error": {"code": "unavailable", "message": "no part for that"}}),
    )
    save(spun, "docx")
    spun.wait_for_selector("#reading-error:visible")
    assert spun.inner_text("#reading-error") == "no part for that"
    assert restored(spun) == words(READING["restored"])
