"""What a user may choose about a reading: one frozen value that the library, the commands, scan and the page share."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Self

from unspin.errors import OptionError

__all__ = ["CLAIMED_FROM", "MOST_SIBLINGS", "NAMED_FROM", "OPERATING_POINT", "Settings", "fast_by_default"]

OPERATING_POINT: Final = 1e-4
"""Share of ordinary documents that may be called spun, unless the user says otherwise."""
CLAIMED_FROM: Final = 0.8
"""Probability from which a document is called the source of a page, unless the user says otherwise."""
NAMED_FROM: Final = 0.005
"""Probability from which the likeliest document is named where none is called the source."""
MOST_SIBLINGS: Final = 50
"""Spins of one article that are read together at most."""


def fast_by_default() -> bool:
    """Whether the environment asks for fast readings: ``UNSPIN_FAST=1``."""
    return os.environ.get("UNSPIN_FAST") == "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How documents are read.

    Attributes:
        operating_point: a document is called spun if at most this share of ordinary documents scores as high; above 0 and
            at most 1.
        dictionary: the spinner's dictionary where it is known, from spun word or phrase to original: a mapping, or a file of
            JSON or of lines with the two separated by a tab.
        fill_all: put the likeliest original in at every place that looks swapped, where it is likelier than what stands
            there; otherwise a place without an original that is likely enough (:attr:`~unspin.reading.Substitution.open`) is
            left as found, and the guesses are its alternatives.
        tortured: restore tortured phrases of science even where the document reads as written, and those that context takes for
            something else where it reads as spun.
        fast: read without the language model (:mod:`unspin.model.causal`): a spun document takes a tenth of the time, fewer of
            its words are restored, and fewer documents are found whose score leaves open what they are. A document of more
            than 250 sentences or 6,000 words and marks is always read so. The default is that of :func:`fast_by_default`.
        deep: a causal language model (GGUF file or Hugging Face folder) that restores in place of the one that unspin
            brings along, where the reading is fast too; needs ``unspin[deep]``.

    Raises:
        OptionError: a setting is of the wrong type or out of range.
    """

    operating_point: float = OPERATING_POINT
    dictionary: Path | Mapping[str, str] | None = None
    fill_all: bool = False
    tortured: bool = False
    fast: bool = field(default_factory=fast_by_default)
    deep: Path | None = None

    def __post_init__(self) -> None:
        share = self.operating_point
        if isinstance(share, bool) or not isinstance(share, int | float) or not 0 < share <= 1:
            raise OptionError(f"operating point {share!r}: not between 0 and 1; give a share such as 1e-4")
        if not (self.dictionary is None or isinstance(self.dictionary, Path | Mapping)):
            raise OptionError(f"dictionary {self.dictionary!r}: give a pathlib.Path or a mapping from word to word")
        for name in ("fill_all", "tortured", "fast"):
            if not isinstance(getattr(self, name), bool):
                raise OptionError(f"{name} {getattr(self, name)!r}: give True or False")
        if not (self.deep is None or isinstance(self.deep, Path)):
            raise OptionError(f"deep {self.deep!r}: give a pathlib.Path to a model")

    def changed(self, **choices: Any) -> Self:
        """The same settings with some chosen anew; a choice of None leaves that setting as it is.

        Raises:
            OptionError: as for the settings themselves.
        """
        return replace(self, **{name: choice for name, choice in choices.items() if choice is not None})
