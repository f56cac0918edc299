"""Words that a line end divides: which hyphens belong to the word, and which only to the line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cached_property
from typing import Final

__all__ = ["Hyphens"]

_COMPOUND: Final = re.compile(r"[^\W\d_]++(?:-[^\W\d_]++)*+")
_DIVIDED: Final = re.compile(r"(?<!\w)([^\W\d_]++)-$")
_FIRST: Final = re.compile(r"[^\W\d_]++")
# "pre- and post-war": the hyphen stands for a word to come.
_SUSPENDED: Final = frozenset({"and", "or", "to", "nor", "but"})


class Hyphens:
    """What becomes of a hyphen at the end of a line, by the other words of the document, then by the lexicon."""

    def __init__(self, lines: Iterable[str]) -> None:
        """Take the lines of the document; they are looked at when the first hyphen is met."""
        self._lines = lines

    def continued(self, line: str, following: str) -> str:
        """The line as it stands before the next one: with a space, a hyphen, or nothing at its end."""
        if not line.endswith("-") or line.endswith((" -", "--")) or line == "-":
            return line + " "
        first = _FIRST.match(following)
        divided = _DIVIDED.search(line)
        if first is None or divided is None or not first[0][0].islower():
            return line
        if first[0] in _SUSPENDED:
            return line + " "
        left, right = divided[1].lower(), first[0].lower()
        return line if self._belongs(left, right) else line[:-1]

    def _belongs(self, left: str, right: str) -> bool:
        """Whether the hyphen between two parts belongs to the word."""
        whole, compound = self._words[left + right], self._words[f"{left}-{right}"]
        if whole or compound:
            return compound > whole
        return left + right not in self._known and left in self._known and right in self._known

    @cached_property
    def _words(self) -> Counter[str]:
        """The words of the document; of compounds also every two neighbours."""
        counts: Counter[str] = Counter()
        for line in self._lines:
            for match in _COMPOUND.finditer(line.lower()):
                counts[match[0]] += 1
                parts = match[0].split("-")
                if len(parts) > 2:
                    counts.update(map("-".join, zip(parts, parts[1:], strict=False)))
        return counts

    @cached_property
    def _known(self) -> dict[str, int]:
        from unspin.lexicon import load  # late: numpy and the lexicon, for documents that need them

        return load().index
