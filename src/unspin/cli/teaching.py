"""``--teach`` of ``unspin compare`` and ``unspin trace``: what pairs of page and source teach, added to a dictionary."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from unspin.cli.streams import remark

if TYPE_CHECKING:
    from unspin.comparison import Comparison

__all__ = ["Teaching"]


class Teaching:
    """Pairs that are taken one by one and saved together; nothing where no dictionary is named."""

    def __init__(self, path: Path | None) -> None:
        """Look at the dictionary, so that one that is none is noticed before anything is read.

        Raises:
            InputError: there is something else of that name.
        """
        from unspin.reader.dictionary import Pairs
        from unspin.trace.teaching import known_pairs

        self._path = path
        self._learned: Pairs = Pairs()
        self._pages = 0
        if path is not None:
            known_pairs(path)

    def take(self, found: Comparison) -> None:
        """Learn of one pair."""
        from unspin.trace.teaching import lesson

        if self._path is not None:
            learned = lesson(found)
            self._learned.update(learned)
            self._pages += bool(learned)

    def save(self) -> None:
        """Write the dictionary, and say what is in it now.

        Raises:
            OutputError: it cannot be written; what was there before stays.
        """
        from unspin.trace.teaching import teach

        if self._path is None:
            return
        if not self._learned:
            remark(f"--teach {self._path}: nothing learned, nothing written")
            return
        pairs = teach(self._path, self._learned)
        swaps = sum(found != original for found, original in pairs)
        pages = f"{self._pages:,} pair{'s' if self._pages != 1 else ''} of page and source"
        remark(f"--teach {self._path}: learned of {pages}; {swaps:,} entries now")
