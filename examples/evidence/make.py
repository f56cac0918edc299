"""A page, the article that it was made from, and the report that proves it: ``python -m examples.evidence.make``.

``article.txt`` is written for the project. ``page.txt`` is what a content mill makes of it: spun by a simulated spinner, a
paragraph moved, another dropped, two figures and a name changed, and an advertisement put in. ``report.html`` and
``report.json`` are what

    unspin report page.txt --from article.txt -o report.html

writes, and ``public.md`` is the public edition. Made anew after a change of the models.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import unspin
from unspin.documents import load
from unspin.report.export import export
from unspin.report.source import Entry, Source
from unspin.settings import Settings
from unspin.spinners import simulate
from unspin.trace import compare
from unspin.trace.origins import given

HERE: Final = Path(__file__).parent
SPINNER: Final = "wordnet-walk"
SEED: Final = 7
RATE: Final = 0.3
ORDER: Final = (0, 1, 2, 3, 5, 6, 4, 7, 9)
"""The paragraphs of the article in the order of the page; the first is the title, and the last but one is dropped."""
CHANGED: Final = {"31 orders": "48 orders", "4,870": "7,480", "Leeds": "Hull"}
"""What the page has otherwise, spun or not."""
AFTER: Final = 3
"""The paragraph after which the advertisement stands."""
ADVERTISEMENT: Final = (
    "Is your attic too cold in winter? Our fitters lay the new wool boards in a single day, take the old ones away, and leave"
    " the house as clean as they found it. Call before Friday, and the first room costs you nothing."
)
REPORTS: Final = {"report.html": ("html", False), "report.json": ("json", False), "public.md": ("md", True)}
"""Each with its format, and whether it is the public edition."""


def main() -> None:
    """Write all of them."""
    (HERE / "page.txt").write_text(page(), encoding="utf-8")
    for name, data in reports().items():
        (HERE / name).write_bytes(data)
        print(f"{name}: {len(data):,} bytes")


def article() -> str:
    """The article."""
    return (HERE / "article.txt").read_text(encoding="utf-8")


def page() -> str:
    """The page that was made of it."""
    paragraphs = simulate(article(), SPINNER, seed=SEED, rate=RATE).text.strip().split("\n\n")
    shown = [paragraphs[k] for k in ORDER]
    shown.insert(AFTER, ADVERTISEMENT)
    text = "\n\n".join(shown) + "\n"
    for written, other in CHANGED.items():
        text = text.replace(written, other)
    return text


def reports() -> dict[str, bytes]:
    """The reports on the page, by name."""
    document = load(str(HERE / "page.txt"))
    reading = unspin.read(document.text)
    origin = given("article.txt", compare(document.text, article()), reading)
    entry = Entry(Source("page.txt", document.format, document.place), reading, origin)
    return {name: export([entry], form, public=public, settings=Settings()) for name, (form, public) in REPORTS.items()}


if __name__ == "__main__":
    main()
