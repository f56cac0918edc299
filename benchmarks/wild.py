"""How unspin does on passages of real pages that were read by hand: what it makes of each swap, and how sure it says it is.

    python -m benchmarks.wild FOLDER... [--fast] [--anyhow] [--deep MODEL] [--out FILE]

:mod:`training.marked` tells what a folder of such passages holds. Printed are the pages that read as spun, the swaps of the
passages that are found (guesses left open among them) and that are restored to what was written or reads as well, and the
honest words that are changed. ``--anyhow`` restores pages too that do not read as spun; ``--fast`` reads without the language
model, and ``--deep`` puts another in the place of the shipped one.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import unspin
from training.marked import Passage, passages
from unspin.reading import Reading


@dataclass(frozen=True)
class Counts:
    """What came of passages: pages, those that read as spun, swaps, those found, those restored, other words, those changed."""

    pages: int = 0
    spun: int = 0
    swaps: int = 0
    found: int = 0
    restored: int = 0
    honest: int = 0
    harmed: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(**{name: value + getattr(other, name) for name, value in asdict(self).items()})


def counted(passage: Passage, reading: Reading, operating_point: float = 1e-4) -> Counts:
    """What came of a passage."""
    edits = [
        (s.start, s.end, s.original)
        for s in reading.substitutions
        if s.end > passage.start and s.start < passage.end and (s.open or s.found != s.original)
    ]
    spans = [(start, end) for start, end, _ in passage.swaps]
    found = [swap for swap in passage.swaps if any(_touch(edit, (swap[0], swap[1])) for edit in edits)]
    elsewhere = [e for e in edits if not any(_touch(e, span) for span in spans) and passage.page[e[0] : e[1]] != e[2]]
    words = len(passage.page[passage.start : passage.end].split())
    return Counts(
        pages=1,
        spun=int(reading.false_positive_rate <= operating_point),
        swaps=len(spans),
        found=len(found),
        restored=sum(_restored(passage.page, swap, edits) for swap in found),
        honest=words - sum(len(passage.page[start:end].split()) for start, end in spans),
        harmed=len(elsewhere),
    )


def confidence(passage: Passage, reading: Reading) -> list[tuple[float, bool]]:
    """(confidence, is the original or a word as good restored) of every substitution inside a passage."""
    edits = [(s.start, s.end, s.original) for s in reading.substitutions]
    return [
        (
            s.confidence,
            any(_restored(passage.page, swap, edits) for swap in passage.swaps if _touch(swap, (s.start, s.end))),
        )
        for s in reading.substitutions
        if passage.start <= s.start and s.end <= passage.end
    ]


def _touch(a: Sequence[object], b: tuple[int, int]) -> bool:
    return a[0] < b[1] and b[0] < a[1]  # type: ignore[operator]


def _restored(page: str, swap: tuple[int, int, tuple[str, ...]], edits: Sequence[tuple[int, int, str]]) -> bool:
    """Whether the edits that touch a swap make of it and of what they touch beside it what may stand there."""
    start, end, originals = swap
    over = [edit for edit in edits if _touch(edit, (start, end))]
    first, last = min(start, over[0][0]), max(end, over[-1][1])
    out, at = "", first
    for a, b, new in over:
        out += page[at:a] + new
        at = b
    out += page[at:last]
    return _plain(out) in {_plain(page[first:start] + original + page[end:last]) for original in originals}


def _plain(text: str) -> str:
    return " ".join(text.split()).lower()


def measured(folder: Path) -> list[tuple[float, bool]]:
    """The same for all passages of a folder, each page read as if it read as spun, with every guess filled in."""
    return [
        pair
        for passage in passages(folder)
        for pair in confidence(passage, unspin.read(passage.page, operating_point=1.0, fill_all=True))
    ]


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
    parser.add_argument("--fast", action="store_true")
    parser.add_argument("--anyhow", action="store_true", help="restore pages too that do not read as spun")
    parser.add_argument("--deep", type=Path, help="a causal language model in place of the shipped one")
    parser.add_argument("--out", type=Path, help="write the counts here, as JSON")
    options = parser.parse_args()
    total = Counts()
    for folder in options.folders:
        for passage in passages(folder):
            point = 1.0 if options.anyhow else 1e-4
            reading = unspin.read(passage.page, operating_point=point, fast=options.fast, deep=options.deep)
            total += counted(passage, reading)
    print(f"pages {total.pages}, spun {total.spun}; swaps {total.swaps}: found {total.found / total.swaps:.3f},",
          f"restored {total.restored / total.swaps:.3f}; honest words {total.honest}, changed {total.harmed}")  # fmt: skip
    if options.out is not None:
        options.out.write_text(json.dumps({"version": unspin.__version__, **asdict(total)}, indent=1) + "\n")


if __name__ == "__main__":
    main()
