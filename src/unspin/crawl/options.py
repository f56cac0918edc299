"""How the documents of a corpus are looked for in an archive."""

from __future__ import annotations

from dataclasses import dataclass

from unspin.errors import OptionError
from unspin.settings import CLAIMED_FROM

__all__ = ["Options"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How batches of documents are looked for.

    Attributes:
        text_column: column of the texts: string, large_string or their views; binary holds UTF-8.
        claimed_from: probability from which a document of the archive is called a source, above 0 and at most 1.
        reader: of the pages that the archive may have something of, read those first that the gates send on, and look for the
            words that the reader restores too; all others, and without it all, are looked for as they stand.
        longest: words of a page that are looked for and read at most.
        time_limit: seconds for one document; a document that takes longer is skipped with this reason.

    Raises:
        OptionError: an option is out of range.
    """

    text_column: str = "text"
    claimed_from: float = CLAIMED_FROM
    reader: bool = True
    longest: int = 20_000
    time_limit: float = 60.0

    def __post_init__(self) -> None:
        if not 0 < self.claimed_from <= 1:
            raise OptionError(
                f"threshold {self.claimed_from:g}: not above 0 and at most 1; give a probability such as 0.8"
            )
        if self.longest < 1:
            raise OptionError(f"longest {self.longest}: give a number of words from 1")
        if not self.time_limit > 0:
            raise OptionError(f"time limit {self.time_limit:g}: give seconds above 0")
