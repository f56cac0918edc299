"""A word spinner as a family, with the attributes and the method of :class:`unspin.spinners.edits.Spinner`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from unspin.lexicon import Lexicon
from unspin.spinners.edits import Edit
from unspin.spinners.eligibility import eligible
from unspin.spinners.quirks import draw_quirks, quirk_edits
from unspin.spinners.words import WordSpinner, draw_term, swap_words
from unspin.text import Words

__all__ = ["WordFamily"]


@dataclass(frozen=True)
class WordFamily:
    """A family whose edits are words for words, and quirks where it has them.

    Attributes:
        spinner: the family's choices.
        rate: share of the tokens that it replaces when nothing else is asked for.
        quirky: whether its dictionaries have quirks, see :mod:`unspin.spinners.quirks`.
    """

    spinner: WordSpinner
    rate: float = 0.3
    quirky: bool = False

    @property
    def name(self) -> str:
        """How the family is called on the command line."""
        return self.spinner.name

    @property
    def about(self) -> str:
        """One line on the family."""
        return self.spinner.about

    @property
    def capitals(self) -> bool:
        """Whether the first word of a sentence is replaced too."""
        return self.spinner.capitals

    def spin(self, words: Words, lexicon: Lexicon, rate: float, random: np.random.Generator) -> tuple[Edit, ...]:
        """See :meth:`unspin.spinners.edits.Spinner.spin`; a quirk goes before the dictionary."""
        allowed = eligible(words, self.capitals)
        after = swap_words(self.spinner, lexicon, lexicon.ids(words.lower), allowed, rate, random)
        quirks = quirk_edits(draw_quirks(random), words, allowed, random) if self.quirky else []
        for edit in quirks:
            after[edit.begin : edit.end] = -1
        swaps = [Edit(i, i + 1, lexicon.forms[after[i]]) for i in np.flatnonzero(after >= 0).tolist()]
        return tuple(sorted(swaps + quirks))

    def dictionary(self, lexicon: Lexicon, words: int, random: np.random.Generator) -> dict[str, str]:
        """A dictionary for the commonest words, to spin many texts alike.

        Args:
            lexicon: where its terms are drawn from.
            words: how many of the lexicon's forms to look up, the most frequent first.
            random: source of every choice.

        Returns:
            From word to term; words that the family has no term for are left out.
        """
        found: dict[str, str] = {}
        for form in range(min(words, len(lexicon.forms))):
            term = draw_term(self.spinner, lexicon, form, random)
            if term >= 0 and term != form:
                found[lexicon.forms[form]] = lexicon.forms[term]
        if self.quirky:
            found.update(draw_quirks(random).terms)
        return found
