"""The pictures of the page and of a report in ``docs/images``: ``python -m tests.browser.screenshots [FOLDER]``.

They show the real program on the example of the page and on the texts in ``examples/``, as they are and spun by the
simulator. Fonts are those of the machine; ours were taken with TeX Gyre Pagella and Inter (``apt-get install
fonts-texgyre fonts-inter``).
"""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import pypdfium2
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

import unspin
from tests.browser.conftest import FLAGS
from tests.browser.real import serving
from tests.browser.steps import open_files, overview_done, read, settled
from unspin.documents import load
from unspin.report.export import export
from unspin.report.source import Entry, Source
from unspin.spinners import simulate

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = "/usr/bin/chromium"
MOST_BYTES = 400_000
LINE = 12  # pixels between two screens


def main() -> None:
    """Take them all."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images"
    folder.mkdir(parents=True, exist_ok=True)
    with serving() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        views = {
            "desktop": desktop, "phone": phone, "dark": dark, "overview": overview, "compare": compare,
            "compare-phone": compare_phone,
        }  # fmt: skip
        for name, take in views.items():
            page = take(browser, address)
            file = folder / f"page-{name}.png"
            page.screenshot(path=file)
            page.context.close()
            told(file)
        for name, screens in report(browser).items():
            side_by_side(screens, folder / f"report-{name}.png")
            told(folder / f"report-{name}.png")
        browser.close()


def told(file: Path) -> None:
    """Say how large a picture is, and refuse one that is too large."""
    size = file.stat().st_size
    print(f"{file.name}  {size / 1000:.0f} kB")
    if size > MOST_BYTES:
        raise SystemExit(f"{file} is larger than {MOST_BYTES / 1000:.0f} kB")


def desktop(browser: Browser, address: str) -> Page:
    """A reading, with the popover of a word that has alternatives and a walk."""
    page = example(browser, address, viewport={"width": 1600, "height": 1120})
    hover(page)
    return page


def phone(browser: Browser, address: str) -> Page:
    """The same at 360 pixels."""
    page = example(browser, address, viewport={"width": 360, "height": 760}, device_scale_factor=2)
    mark(page).click()
    page.wait_for_selector("#popover:visible")
    return page


def dark(browser: Browser, address: str) -> Page:
    """Side by side, dark."""
    page = example(browser, address, viewport={"width": 1600, "height": 1000}, color_scheme="dark")
    page.click("text=Side by side")
    page.evaluate("scrollTo(0, document.getElementById('strip').getBoundingClientRect().top + scrollY - 24)")
    return page


def overview(browser: Browser, address: str) -> Page:
    """Several documents, some spun and some not."""
    page = opened(browser, address, viewport={"width": 1280, "height": 860})
    files = []
    for name in ("harbour", "clinic"):
        article = (ROOT / "examples" / f"{name}.txt").read_text(encoding="utf-8")
        files.append((f"{name}.txt", article))
        for seed, (spinner, rate) in enumerate(
            [("wordnet-walk", 0.3), ("wordnet-walk", 0.12), ("fluent-synonyms", 0.3)]
        ):
            files.append((f"{name}-{spinner}-{rate:.0%}.txt", simulate(article, spinner, seed=seed, rate=rate).text))
    for prose in sorted((ROOT / "benchmarks" / "prose").glob("*.txt")):
        files.append((prose.name, prose.read_text(encoding="utf-8")[:4000]))
    open_files(page, *files, ("scan.pdf", "%PDF-1.7 nothing in it"))
    overview_done(page)
    page.mouse.move(0, 0)
    return page


def report(browser: Browser) -> dict[str, list[Image.Image]]:
    """A report on the spun example: on a wide screen, on a phone (dark, two screens of it), and on paper, all its pages."""
    document = load(ROOT / "examples" / "spun" / "harbour.txt")
    source = Source("harbour.txt", document.format, document.place)
    html = export([Entry(source, unspin.read(document.text))], "html").decode()

    def shown(**options: Any) -> Page:
        page = browser.new_context(locale="en-GB", **options).new_page()
        page.set_content(html)
        return page

    wide = shown(viewport={"width": 1280, "height": 1000})
    phone = shown(viewport={"width": 360, "height": 760}, device_scale_factor=1.5, color_scheme="dark")
    screens = [taken(phone)]
    phone.evaluate("scrollBy(0, innerHeight)")
    screens.append(taken(phone))
    paper = pypdfium2.PdfDocument(wide.pdf(prefer_css_page_size=True))
    return {"desktop": [taken(wide)], "phone": screens, "print": [page.render(scale=0.8).to_pil() for page in paper]}


def taken(page: Page) -> Image.Image:
    """What is on the screen."""
    return Image.open(io.BytesIO(page.screenshot()))


def side_by_side(screens: list[Image.Image], file: Path) -> None:
    """One picture of several, a grey line between, in few colours."""
    width = sum(screen.width for screen in screens) + LINE * (len(screens) - 1)
    whole = Image.new("RGB", (width, max(screen.height for screen in screens)), "#888888")
    at = 0
    for screen in screens:
        whole.paste(screen, (at, 0))
        at += screen.width + LINE
    whole.quantize(128, dither=Image.Dither.NONE).save(file, optimize=True)


def compare(browser: Browser, address: str) -> Page:
    """A page beside its source."""
    return beside_source(browser, address, viewport={"width": 1280, "height": 1150})


def compare_phone(browser: Browser, address: str) -> Page:
    """The same at 360 pixels."""
    return beside_source(browser, address, viewport={"width": 360, "height": 900}, device_scale_factor=2)


def beside_source(browser: Browser, address: str, **options: Any) -> Page:
    """The spun copy of an article against the article, a figure of it changed too."""
    page = opened(browser, address, **options)
    spun = (ROOT / "examples" / "spun" / "harbour.txt").read_text(encoding="utf-8").replace("140", "410")
    read(page, spun)
    page.click("#compare-box > summary")
    page.fill("#compare-text", (ROOT / "examples" / "harbour.txt").read_text(encoding="utf-8"))
    page.click("#compare")
    page.wait_for_selector("#compare-result:visible")
    return page


def opened(browser: Browser, address: str, **options: Any) -> Page:
    """The page in a window of its own."""
    page = browser.new_context(reduced_motion="reduce", locale="en-GB", **options).new_page()
    page.set_default_timeout(120_000)
    page.goto(address)
    return page


def example(browser: Browser, address: str, **options: Any) -> Page:
    """The reading of the example."""
    page = opened(browser, address, **options)
    page.click("#example")
    settled(page)
    return page


def mark(page: Page) -> Any:
    """A mark near the top whose popover shows much: some doubt, alternatives, and a walk of two steps where there is one."""
    marks = page.locator("#text .mark.likely, #text .mark.guess").all()[1:16]
    steps = []
    for each in marks:
        each.focus()
        steps.append(page.locator("#popover .step").count())
    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    return marks[steps.index(max(steps))]


def hover(page: Page) -> None:
    """Hover over that mark until its popover is there."""
    mark(page).hover()
    page.wait_for_selector("#popover:visible")


if __name__ == "__main__":
    main()
