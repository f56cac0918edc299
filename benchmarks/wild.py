"""Passages of real pages that were read by hand: what unspin makes of each swap in them, and how sure it says it is.

A folder holds ``pages.jsonl``, a page a line (``n`` and ``text`` among its fields), and ``gold.txt``, passages of some of them:
the page's number after ``@@@``, and below it the passage, each swap of it marked ``[[found=>written/as good/…]]``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import unspin
from unspin.reading import Reading

_MARK: Final = re.compile(r"\[\[([^\[\]]*?)=>([^\[\]]*?)\]\]")
_PAGE: Final = re.compile(r"^@@@ ", re.MULTILINE)


@dataclass(frozen=True)
class Passage:
    """A judged passage.

    Attributes:
        page: the text of its page.
        start, end: where it stands there.
        swaps: (start, end, what may stand there, the original first) of each swap, in the page.
    """

    page: str
    start: int
    end: int
    swaps: tuple[tuple[int, int, tuple[str, ...]], ...]


def passages(folder: Path) -> Iterator[Passage]:
    """The judged passages of a folder.

    Raises:
        ValueError: a passage does not stand on its page.
    """
    lines = (folder / "pages.jsonl").read_text(encoding="utf-8").splitlines()
    pages = {page["n"]: page["text"] for page in map(json.loads, lines)}
    for part in _PAGE.split((folder / "gold.txt").read_text(encoding="utf-8"))[1:]:
        number, marked = part.split("\n", 1)
        yield _passage(pages[number.strip()], marked.strip("\n"))


def _passage(page: str, marked: str) -> Passage:
    plain, swaps, at = "", [], 0
    for match in _MARK.finditer(marked):
        plain += marked[at : match.start()]
        swaps.append((len(plain), len(plain) + len(match[1]), tuple(match[2].split("/"))))
        plain += match[1]
        at = match.end()
    plain += marked[at:]
    base = page.index(plain)
    placed = tuple((base + start, base + end, originals) for start, end, originals in swaps)
    return Passage(page, base, base + len(plain), placed)


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
