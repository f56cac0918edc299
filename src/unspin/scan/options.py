"""How batches of documents are read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from unspin.errors import OptionError
from unspin.settings import Settings

__all__ = ["SETTINGS", "Options"]

SETTINGS: Final = Settings(fast=True)
"""How the documents of a crawl are read unless the user says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How batches of documents are worked on, beside the settings of the reading.

    Attributes:
        text_column: column of the texts: string, large_string or their views; binary holds UTF-8.
        spans: restore the documents that read as spun and list their swapped words; without, the verdict alone, several
            times faster on spun text.
        longest: words of a document that the reader reads at most; the gates see all.
        time_limit: seconds for one document; a document that takes longer is skipped with this reason.
        restored_column: column that gets the restored text, null where nothing was restored; the column of the texts itself
            for the restored text in place of the page's. None for neither.
        restore_from: least confidence at which a word is restored; below it the page's word stays.

    Raises:
        OptionError: an option is out of range, or one asks for what another leaves out.
    """

    text_column: str = "text"
    spans: bool = True
    longest: int = 20_000
    time_limit: float = 60.0
    restored_column: str | None = None
    restore_from: float = 0.0

    def __post_init__(self) -> None:
        if self.longest < 1:
            raise OptionError(f"longest {self.longest}: give a number of words from 1")
        if not self.time_limit > 0:
            raise OptionError(f"time limit {self.time_limit:g}: give seconds above 0")
        if not 0 <= self.restore_from <= 1:
            raise OptionError(f"restore from {self.restore_from:g}: give a confidence from 0 to 1, such as 0.9")
        if self.restored_column is not None and not self.spans:
            raise OptionError("without the swapped words (spans) nothing is restored; ask for both or for neither")
        if self.restored_column == "":
            raise OptionError("restored column '': give the name of a column")
