"""A spun article restored before your eyes: ``make demo``, or ``python -m examples.demo [FILE]``.

The article was written for this project, and its spinner is our own simulator, so that what was written is known to the
letter and the last lines can say how much of it came back.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

import unspin
from benchmarks.floors import tally
from unspin.reader import passes
from unspin.reading import Reading
from unspin.report.terminal import show, word_rows
from unspin.spinners import Specimen, simulate

SPINNER, RATE, SEED = "wordnet-walk", 0.3, 2
ROWS = 14


@contextmanager
def timed(seconds: dict[str, float], what: str) -> Iterator[None]:
    """Note how long something takes."""
    begun = time.perf_counter()
    yield
    seconds[what] = time.perf_counter() - begun


def main() -> None:
    """Spin, read, show, and hold the result against the original."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, nargs="?", default=Path(__file__).with_name("harbour.txt"))
    parser.add_argument("--seed", type=int, default=SEED, help="another dictionary of the spinner")
    options = parser.parse_args()
    console = Console(highlight=False)
    seconds: dict[str, float] = {}

    original = options.file.read_text(encoding="utf-8")
    with timed(seconds, "spin"):
        specimen = simulate(original, SPINNER, seed=options.seed, rate=RATE)
    with timed(seconds, "load"):
        passes.load()
    with timed(seconds, "read"):
        reading = unspin.read(specimen.text)

    console.rule("The page as it was found")
    console.print(_with_swaps_marked(specimen), overflow="fold")
    console.rule("What unspin says of it")
    show(reading, console)
    console.print()
    console.rule("Swapped words, the most frequent")
    rows = sorted(word_rows(reading), key=lambda row: (-row.times, row.found))
    table = Table("times", "found", "original", "confidence", "walk", box=None, header_style="bold")
    for row in rows[:ROWS]:
        table.add_row(str(row.times), row.found, row.original or "(nothing)", f"{row.confidence:.2f}", row.walk)
    console.print(table)
    if len(rows) > ROWS:
        console.print(f"… and {len(rows) - ROWS} more: unspin read FILE --words", style="dim")
    console.print()
    console.rule("How well that went")
    _figures(console, specimen, reading, seconds)


def _with_swaps_marked(specimen: Specimen) -> Text:
    text = Text(specimen.text.rstrip("\n"))
    for swap in specimen.swaps:
        text.stylize("red", swap.start, swap.end)
    return text


def _figures(console: Console, specimen: Specimen, reading: Reading, seconds: dict[str, float]) -> None:
    counts = tally(specimen, reading)
    console.print(f"words right      {counts.right_before:.0%} as found, {counts.right_after:.0%} restored")
    console.print(f"swapped words    {counts.found} of {counts.swaps} found, {counts.restored} put back word for word")
    console.print(f"left alone       {counts.untouched_changed} of {counts.untouched} changed by mistake")
    console.print("time             " + ", ".join(f"{what} {spent:.2f} s" for what, spent in seconds.items()))
    console.print(f"                 {reading.words / seconds['read']:,.0f} words/s on one thread")


if __name__ == "__main__":
    main()
