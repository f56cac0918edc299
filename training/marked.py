"""Passages of real pages that were read by hand: what stands there, and what was written.

A folder holds ``pages.jsonl``, a page a line (``n`` and ``text`` among its fields), and ``gold.txt``, passages of some of them:
the page's number after ``@@@``, and below it the passage, each swap of it marked ``[[found=>written/as good/…]]``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

__all__ = ["Passage", "passages"]

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
