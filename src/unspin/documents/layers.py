"""Text that a page of a PDF holds twice at one place: drawn again to look bold, or recognised under what is printed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Final

from unspin.documents.layout import Word

__all__ = ["without_copies"]

_CELL: Final = (50.0, 4.0)  # points, across and up
_MOST_CELLS: Final = 400  # of one word
_COVERED: Final = 0.6  # of the width of a word, by words that stand at the same height
_SAME_HEIGHT: Final = 0.5  # of the height of the lower word, within both
_SAME_SIZE: Final = 0.5
_ALIKE: Final = 0.5  # recognised text has its mistakes


def without_copies(words: Sequence[Word]) -> list[Word]:
    """The words without those that stand where one before them in the sequence says much the same."""
    cells: dict[tuple[int, int], list[Word]] = defaultdict(list)
    kept: list[Word] = []
    for word in words:
        places = list(_cells(word))
        near = dict.fromkeys(other for place in places for other in cells[place] if _beside(word, other))
        if near and _is_copy(word, list(near)):
            continue
        kept.append(word)
        for place in places:
            cells[place].append(word)
    return kept


def _cells(word: Word) -> Iterator[tuple[int, int]]:
    """The cells of a grid that the word covers."""
    across, up = _CELL
    count = 0
    for x in range(int(word.left // across), int(word.right // across) + 1):
        for y in range(int(word.bottom // up), int(word.top // up) + 1):
            yield x, y
            count += 1
            if count == _MOST_CELLS:
                return


def _beside(word: Word, other: Word) -> bool:
    """Whether two words of like size stand at the same height, one at least partly over the other."""
    heights = sorted((word.top - word.bottom, other.top - other.bottom))
    shared = min(word.top, other.top) - max(word.bottom, other.bottom)
    if shared <= _SAME_HEIGHT * heights[0] or heights[0] < _SAME_SIZE * heights[1]:
        return False
    return _overlap(word, other) > 0


def _overlap(word: Word, other: Word) -> float:
    return min(word.right, other.right) - max(word.left, other.left)


def _is_copy(word: Word, others: list[Word]) -> bool:
    if sum(_overlap(word, other) for other in others) < _COVERED * (word.right - word.left):
        return False
    text = word.text.casefold()
    there = "".join(other.text.casefold() for other in sorted(others, key=lambda other: other.left))
    return text in there or SequenceMatcher(None, text[:99], there[:99], autojunk=False).ratio() >= _ALIKE
