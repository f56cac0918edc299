"""What every family of spinners does: take a document's words, give back edits.

A family is anything with the attributes and the method of :class:`Spinner`; it needs no base class. It says *which
tokens* become *which term* and leaves the rest (case, spaces, the answer key) to :func:`unspin.spinners.simulate`.
Edits speak of tokens, not of offsets, so that the same family feeds the simulator and the training of the encoder.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple, Protocol

import numpy as np

from unspin.lexicon import Lexicon
from unspin.text import Words, split

__all__ = ["INSERTED", "SWAPPED", "WRITTEN", "Aligned", "Edit", "Spinner", "align", "align_edit"]

WRITTEN, SWAPPED, INSERTED = 0, 1, 2
"""States of a token after spinning: as written; one word for one word; part of a swapped phrase or put in."""


class Edit(NamedTuple):
    """Tokens ``[begin, end)`` become ``text``.

    ``begin == end`` puts ``text`` in before token ``begin``; an empty ``text`` takes the tokens out. ``text`` is
    written as the dictionary has it, in lower case; capitals follow the place.
    """

    begin: int
    end: int
    text: str


class Spinner(Protocol):
    """A family of spinners."""

    @property
    def name(self) -> str:
        """How the family is called on the command line."""

    @property
    def about(self) -> str:
        """One line on the family."""

    @property
    def rate(self) -> float:
        """Share of the tokens that it replaces when nothing else is asked for."""

    @property
    def capitals(self) -> bool:
        """Whether the first word of a sentence is replaced too."""

    def spin(self, words: Words, lexicon: Lexicon, rate: float, random: np.random.Generator) -> tuple[Edit, ...]:
        """Spin a document with a dictionary drawn afresh.

        Args:
            words: the document.
            lexicon: where dictionaries are drawn from.
            rate: share of all tokens to replace, as far as the family's dictionary reaches.
            random: source of every choice; the same state gives the same edits.

        Returns:
            Edits in order, never overlapping, at most one insertion in a place.
        """


class Aligned(NamedTuple):
    """A token of the spun document and where it comes from.

    Attributes:
        token: in lower case, as :attr:`unspin.text.Words.lower`.
        state: ``WRITTEN``, ``SWAPPED`` (one word for one word) or ``INSERTED`` (part of a swapped phrase, or put in).
        source: index of the token as written that stood here; -1 where there is no single one.
    """

    token: str
    state: int
    source: int


def align(words: Words, edits: Iterable[Edit]) -> Iterator[Aligned]:
    """The tokens of the spun document in order, labelled; what was taken out leaves no token."""
    at = 0
    for edit in edits:
        yield from (Aligned(words.lower[i], WRITTEN, i) for i in range(at, edit.begin))
        yield from align_edit(edit)
        at = edit.end
    yield from (Aligned(words.lower[i], WRITTEN, i) for i in range(at, len(words)))


def align_edit(edit: Edit) -> Iterator[Aligned]:
    """The tokens that one edit puts in, labelled."""
    new = split(edit.text).lower
    if len(new) == 1 == edit.end - edit.begin:
        yield Aligned(new[0], SWAPPED, edit.begin)
    else:
        yield from (Aligned(token, INSERTED, -1) for token in new)
