"""Tortured phrases: fixed terms of a science, paraphrased, inside prose that is otherwise ordinary.

How they come about. A paper is copied and put through a paraphrasing program, then its sentences are smoothed by hand
or by another program. The common words become good English again; the terms do not, because whoever smooths them
doesn't know the field: *deep learning* stays *profound learning*, *artificial intelligence* stays *counterfeit
consciousness*. A term is a fixed phrase for which no paraphrase exists, so a few of them are proof enough, and a list
of known ones finds papers by the thousand: that is the Problematic Paper Screener.

How this module does it. The table is the published list read backwards: from the expected term to its tortured forms.
For each document one form is drawn for each term that occurs; nothing but terms is touched.

Sources: Cabanac, Labbé & Magazinov 2021, "Tortured phrases: A dubious writing style emerging in science",
arXiv:2107.06751; the list of the Problematic Paper Screener as it ships in :mod:`unspin.lexicon.phrases`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from unspin.lexicon import Lexicon
from unspin.spinners.edits import Edit
from unspin.spinners.eligibility import eligible
from unspin.spinners.phrases import Entries, chosen
from unspin.text import Words

__all__ = ["Tortured"]


@dataclass(frozen=True)
class Tortured:
    """The family of tortured phrases.

    Attributes:
        pairs: (tortured, expected) phrases to use instead of the lexicon's list. Expected terms of one word are passed
            over: a list also holds mangled words such as *and*, which are no terms.
    """

    pairs: tuple[tuple[str, str], ...] | None = None
    name: str = "tortured"
    about: str = "fixed scientific terms replaced by tortured phrases, the prose around them untouched"
    rate: float = 1.0
    capitals: bool = True

    def spin(self, words: Words, lexicon: Lexicon, rate: float, random: np.random.Generator) -> tuple[Edit, ...]:
        """See :meth:`unspin.spinners.edits.Spinner.spin`; a rate of 1 takes every term that the list knows."""
        table, forms = self._table
        matches = table.find(words, eligible(words, self.capitals))
        terms = {
            entry: forms[entry][int(random.integers(len(forms[entry])))]
            for entry in sorted(chosen(matches, rate * len(words), random))
        }
        return tuple(Edit(begin, end, terms[entry]) for begin, end, entry in matches if entry in terms)

    @cached_property
    def _table(self) -> tuple[Entries, list[list[str]]]:
        """The expected terms, and the tortured forms of each."""
        forms: dict[str, list[str]] = {}
        for tortured, expected in self.pairs if self.pairs is not None else _listed():
            if " " in expected.strip() and tortured.casefold() != expected.casefold():
                forms.setdefault(expected.lower(), []).append(tortured)
        return Entries(list(forms)), list(forms.values())


def _listed() -> tuple[tuple[str, str], ...]:
    from unspin.lexicon import phrases

    return phrases.load().pairs
