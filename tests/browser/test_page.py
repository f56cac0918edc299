"""The page in a real browser, answered by a stub: how a text comes in and how its reading is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.specimens import ALL, READING, SPUN, WRITTEN, long_text
from tests.browser.steps import open_files, overview_done, put, read, restored, settled, words, written
from tests.browser.stub import Stub

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page


def test_pasted_text_is_read(context: BrowserContext, page: Page) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("text => navigator.clipboard.writeText(text)", SPUN)
    page.focus("#paper")
    page.keyboard.press("Control+V")
    page.click("#read")
    settled(page)
    assert page.inner_text("#verdict") == "Reads as machine-spun"
    assert page.inner_text("#grounds") == "Fewer than 1 ordinary document in 10,000,000 scores as high."
    assert f"{ALL} of {READING['words']}" in page.inner_text("#figures")
    assert restored(page) == words(READING["restored"])
    assert page.locator("#text .restored .mark").count() == ALL


def test_dropped_and_pasted_files_are_read(page: Page) -> None:
    for kind, target in (("drop", "document"), ("paste", "document.querySelector('#paper')")):
        page.evaluate(
            f"""text => {{
              const transfer = new DataTransfer();
              transfer.items.add(new File([text], "ferry.txt", {{ type: "text/plain" }}));
              const event = "{kind}" === "drop"
                ? new DragEvent("drop", {{ dataTransfer: transfer, bubbles: true, cancelable: true }})
                : new ClipboardEvent("paste", {{ clipboardData: transfer, bubbles: true, cancelable: true }});
              {target}.dispatchEvent(event);
            }}""",
            SPUN,
        )
        settled(page)
        assert page.inner_text("#document-name") == "ferry.txt"
        assert restored(page) == words(READING["restored"])
        page.click("#to-start")


ADDRESS = "https://ferry.example/page?n=1"


@pytest.mark.parametrize("width", [1280, 360])
def test_an_address_is_fetched_where_the_server_allows(page: Page, stub: Stub, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    stub.addresses = True
    page.reload()
    page.wait_for_selector("#version:not(:empty)", state="attached")
    offer = page.get_by_role("button", name="Fetch this address")
    assert not offer.is_visible()
    for text in (f"See {ADDRESS}", f"{ADDRESS} {ADDRESS}", "ftp://ferry.example", "https://", "ferry.example"):
        page.fill("#paper", text)
        assert not offer.is_visible()
    page.fill("#paper", f" {ADDRESS}\n")
    assert offer.is_visible()
    page.wait_for_selector("#status:has-text('This is an address')", state="attached")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    offer.press("Enter")
    settled(page)
    assert page.inner_text("#document-name").partition(" · ")[0] == ADDRESS
    assert restored(page) == words(READING["restored"])
    assert stub.requests.count("/v1/address/stream") == 1


def test_an_address_that_is_not_fetched_is_one_line(page: Page, stub: Stub) -> None:
    stub.addresses = True
    page.reload()
    stub.refusals = [(422, "unreadable", f"{ADDRESS}: leads to an address that is not public; that is not fetched")]
    page.fill("#paper", ADDRESS)
    page.click("#fetch")
    page.wait_for_selector("#start-error:not([hidden])")
    assert page.inner_text("#start-error") == f"{ADDRESS}: leads to an address that is not public; that is not fetched"
    assert page.input_value("#paper") == ADDRESS


def test_no_address_is_fetched_by_default(page: Page) -> None:
    page.wait_for_selector("#version:not(:empty)", state="attached")
    page.fill("#paper", ADDRESS)
    assert not page.locator("#fetch").is_visible()


@pytest.mark.parametrize("suffix", "md markdown tex latex ltx xml nxml tei epub odt".split())
def test_files_of_other_formats_are_taken(page: Page, suffix: str) -> None:
    assert f".{suffix}" in (page.get_attribute("#files", "accept") or "").split(",")
    open_files(page, (f"ferry.{suffix}", SPUN))
    settled(page)
    assert page.inner_text("#document-name").partition(" · ")[0] == f"ferry.{suffix}"


def test_emoji_do_not_shift_marks(spun: Page) -> None:
    marks = spun.locator("#text .restored .mark").all_text_contents()
    assert marks == [s["original"] for s in READING["substitutions"]]
    after = next(i for i, s in enumerate(READING["substitutions"]) if s["start"] > SPUN.index("😀"))
    assert spun.evaluate(f"document.getElementById('mark-{after}').previousSibling.data").endswith("The 😀 ")


def test_a_text_as_written_has_no_marks(page: Page) -> None:
    read(page, WRITTEN)
    assert page.inner_text("#verdict") == "Reads as written"
    assert page.locator("#text .mark").count() == 0
    assert restored(page) == words(WRITTEN)


def test_what_cannot_be_judged_says_why(page: Page) -> None:
    read(page, "A short line about a caller vessel.")
    assert page.inner_text("#verdict") == "Cannot be judged"
    assert page.inner_text("#grounds") == "Fewer than 30 words."


def test_the_example_reads_itself(page: Page) -> None:
    page.click("#example")
    settled(page)
    assert page.inner_text("#verdict") == "Reads as machine-spun"


def test_results_stream_in(page: Page, stub: Stub) -> None:
    stub.pause, stub.steps = 0.7, 3
    put(page, SPUN)
    page.click("#read")
    page.wait_for_selector("#reading[data-growing] #text .mark")
    early = page.locator("#text .restored .mark").count()
    assert 0 < early < ALL
    assert page.is_visible("#growing") and page.is_disabled("#copy")
    assert f"… of {READING['words']}" in words(page.inner_text("#figures"))
    for unknown in ("Share", "Spinner"):
        assert unknown not in page.inner_text("#figures")
    assert page.inner_text("#place") == "1 of …"
    assert (page.inner_text("#count-quotations"), page.inner_text("#count-facts")) == ("…", "…")
    assert written(page, "#panel-quotations") == written(page, "#panel-facts") == "…"
    settled(page)
    assert f"{ALL} of {READING['words']}" in page.inner_text("#figures")
    assert "perhaps wordnet-walk" in page.inner_text("#figures")
    assert page.inner_text("#count-quotations") == str(len(READING["quotations"]))
    assert page.locator("#text .restored .mark").count() == ALL
    assert restored(page) == words(READING["restored"])
    assert "Done" in page.inner_text("#status")


def test_stopping_keeps_the_text(page: Page, stub: Stub) -> None:
    stub.pause, stub.steps = 5.0, 1
    put(page, SPUN)
    page.click("#read")
    page.click("#stop-growing")
    page.wait_for_selector("#reading-error:visible")
    assert page.inner_text("#reading-error").startswith("Stopped")
    page.go_back()
    assert words(page.input_value("#paper")) == words(SPUN)


def test_quotations_stand_on_their_own(spun: Page) -> None:
    first = spun.locator(".quotation").first
    assert spun.locator(".quotation").count() == len(READING["quotations"])
    assert (first.locator("h2").text_content() or "").startswith("Speaker not named")
    assert "connected the way over" in (first.locator("blockquote").nth(0).text_content() or "")
    assert "on the way over" in (first.locator("blockquote").nth(1).text_content() or "")
    assert spun.locator(".quotation h2", has_text="Ruth Amberley").count() == 1
    assert "Unchanged" in (spun.locator(".quotation", has_text="We have bread").text_content() or "")


def test_names_and_figures_in_which_no_swap_was_seen(spun: Page) -> None:
    spun.click("#tab-facts")
    facts = words(spun.inner_text("#panel-facts"))
    assert facts.startswith("No swap was seen in these.")
    for fact in (
        "Ruth Amberley",
        "Mr Teague",
        "Polwenna ×2",
        "Sallow Island",
        "£48,000",
        "25%",
        "61",
        "4",
        "May",
        "March",
    ):
        assert fact in facts, fact
    spun.locator(".fact", has_text="£48,000").click()
    assert "£48,000" in written(spun, ".row.flash")


# --- views


def test_side_by_side_rows_are_level(spun: Page) -> None:
    spun.click("text=Side by side")
    sides = "[...row.children].map(side => [side.className, side.getBoundingClientRect().top])"
    tops = spun.evaluate(f"[...document.querySelectorAll('.row')].map(row => {sides})")
    assert all([name for name, _ in row] == ["found", "restored"] for row in tops)
    assert all(row[0][1] == row[1][1] for row in tops)
    found = spun.evaluate("[...document.querySelectorAll('#text .found')].map(p => p.textContent).join(' ')")
    assert words(found) == words(SPUN)
    spun.locator("#was-0").hover()
    spun.wait_for_selector("#popover:visible")
    assert "lit" in (spun.get_attribute("#mark-0", "class") or "")
    spun.click("text=Restored")
    assert spun.locator("#text .found").count() == 0


def test_changes_show_the_word_found(spun: Page) -> None:
    spun.click("text=Changes")
    shown = spun.evaluate("getComputedStyle(document.getElementById('mark-0'), '::before').content")
    assert shown == '"caller"'


@pytest.mark.parametrize(("width", "height"), [(360, 740), (1600, 1000)])
def test_nothing_is_wider_than_the_screen(page: Page, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wide) <= 0
    read(page, SPUN + "\n\n" + "x" * 400)
    for view in ("Restored", "Changes", "Side by side"):
        page.click(f"text={view}")
        assert page.evaluate(wide) <= 0, view
        cut = "[...document.querySelectorAll('#text p')].filter(p => p.scrollWidth > p.clientWidth + 1).length"
        assert page.evaluate(cut) == 0, view
    page.locator("#mark-3").click()
    assert page.evaluate(wide) <= 0
    box = page.locator("#popover").bounding_box()
    assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= width
    mark = page.locator("#mark-3").bounding_box()
    assert mark is not None and (mark["y"] + mark["height"] <= box["y"] or mark["y"] >= box["y"] + box["height"])
    page.click("#to-start")
    open_files(page, ("a-document-with-a-rather-long-name-" * 4 + ".txt", SPUN), ("b.txt", WRITTEN))
    overview_done(page)
    assert page.evaluate(wide) <= 0


def test_colours_follow_the_system_until_they_are_chosen(context: BrowserContext, page: Page, stub: Stub) -> None:
    colour = "getComputedStyle(document.documentElement).backgroundColor"
    light = page.evaluate(colour)
    page.emulate_media(color_scheme="dark")
    dark = page.evaluate(colour)
    assert dark != light
    page.click("#theme")
    assert page.evaluate(colour) == light
    again = context.new_page()
    again.emulate_media(color_scheme="dark")
    again.goto(stub.address)
    assert again.evaluate(colour) == light


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1280, 480)])
def test_a_popover_is_on_the_screen_wherever_its_word_is(page: Page, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    read(page, long_text(600))
    boxes = page.evaluate(
        """async () => {
          const boxes = [];
          const popover = document.getElementById("popover");
          for (let place = 10; place < 60; place += 1) {
            const mark = document.getElementById(`mark-${place}`);
            mark.scrollIntoView({ block: "start", behavior: "instant" });
            scrollBy({ top: -90 - (place - 10) * (innerHeight - 130) / 50, behavior: "instant" });
            document.activeElement.blur();
            mark.focus({ preventScroll: true });
            await new Promise(requestAnimationFrame);
            const [word, box] = [mark.getBoundingClientRect(), popover.getBoundingClientRect()];
            boxes.push({ top: box.top, bottom: box.bottom, height: box.height, word: [word.top, word.bottom] });
          }
          return boxes;
        }"""
    )
    assert len({round(box["word"][0], -2) for box in boxes}) > 3
    for box in boxes:
        assert box["top"] >= 0 and box["bottom"] <= height and box["height"] > 100, box
        assert box["bottom"] <= box["word"][0] or box["top"] >= box["word"][1], box


# --- long documents


def test_a_hundred_thousand_words_stay_usable(page: Page) -> None:
    page.set_default_timeout(60_000)
    text = long_text(100_000)
    read(page, text)
    all_marks = page.locator("#text .restored .mark").count()
    assert all_marks > 15_000
    took = page.evaluate(
        """async () => {
          const times = {};
          const frame = () => new Promise(done => requestAnimationFrame(() => setTimeout(done)));
          const time = async (name, act) => {
            const begun = performance.now();
            act();
            await frame();
            times[name] = performance.now() - begun;
          };
          await time("next", () => document.getElementById("next").click());
          await time("choose", () => document.querySelector("#popover [data-key='0']").click());
          await time("scroll", () => scrollTo(0, document.body.scrollHeight / 2));
          await time("view", () => document.querySelector("#views [value=beside]").click());
          return times;
        }"""
    )
    print(took)
    assert took["next"] < 1500 and took["choose"] < 1500 and took["scroll"] < 1500 and took["view"] < 6000, took
