"""The families by name. A new family is one small module and one line here."""

from __future__ import annotations

from typing import Final

from unspin.errors import OptionError
from unspin.spinners.edits import Spinner
from unspin.spinners.rewriter import Rewriter
from unspin.spinners.spans import GLOSS, NOUN_SWAPS, PAGES, PHRASE_THESAURUS, PIVOT
from unspin.spinners.spinbot import SpinBot
from unspin.spinners.tortured import Tortured
from unspin.spinners.word_family import WordFamily
from unspin.spinners.words import FLUENT, NEIGHBOUR, ONE_PASS, THESAURUS, WALK

__all__ = ["FAMILIES", "about", "family", "names"]

FAMILIES: Final[tuple[Spinner, ...]] = (
    WordFamily(WALK, rate=0.27, quirky=True),  # three words in ten, marks and figures not counted
    WordFamily(ONE_PASS),
    WordFamily(FLUENT),
    WordFamily(THESAURUS),
    WordFamily(NEIGHBOUR),
    Rewriter(),
    SpinBot(),
    PHRASE_THESAURUS,
    PIVOT,
    GLOSS,
    NOUN_SWAPS,
    PAGES,
    Tortured(),
)


def names() -> tuple[str, ...]:
    """The names of the families, the specimen's first."""
    return tuple(spinner.name for spinner in FAMILIES)


def about(name: str) -> str:
    """One line on a family.

    Raises:
        OptionError: there is no family of that name.
    """
    return family(name).about


def family(name: str) -> Spinner:
    """The family of that name.

    Raises:
        OptionError: there is none.
    """
    for spinner in FAMILIES:
        if spinner.name == name:
            return spinner
    raise OptionError(f"spinner {name!r}: no such family; choose one of {', '.join(names())}")
