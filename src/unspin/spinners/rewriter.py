"""Rewriters: spinners behind an API that inflate function words and set phrases.

How they work. A rewriter is sold as an improvement on word spinners: its table knows *phrases*, so that the commonest
runs of words in English disappear too (``in the → withinside the``). The table was made by a machine from parallel
text and thesauri, and shows it:

* **function words grow**: prepositions become chains of prepositions (``by → via way of means of``), adverbs become
  longer ones (``also → additionally``), negation gains a word (``not → now no longer``), a verb gains a subject
  (``is → it's far``);
* **content words become their dictionary example**: one sense, narrowed (``party → birthday celebration``);
* **words repeat**, because a term that the table put in is looked up once more (``birthday birthday celebration``).

The text grows by a tenth or more. Capitals at the start of a sentence follow. One table serves the whole text, with
occurrences skipped here and there.

How this module does it. :data:`RULES` says what a phrase may become. For each document a table is drawn from it: one
term for each phrase, and a random part of the phrases. Phrases take up to half of the asked-for rate, close
synonyms of content words (:mod:`unspin.spinners.synonyms`) the rest; single terms are doubled now and then.

File: ``rewriter.tsv``, UTF-8, a line for each phrase: the phrase, a tab, the terms it may become (``" | "`` between); lines
that begin with ``#`` are headings. Its order is part of what a seed means.

Sources: the examples above and the rules under "seen on pages" are such as pages of rewriting APIs show (see
``docs/spinning.md`` of the repository); the rest was written for this project in the same manner.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from unspin.lexicon import Lexicon
from unspin.spinners.edits import Edit
from unspin.spinners.eligibility import eligible
from unspin.spinners.phrases import Entries, chosen, load_rules
from unspin.spinners.synonyms import content_words, swap_content_words
from unspin.text import Words

__all__ = ["RULES", "Rewriter"]


RULES: Final[dict[str, tuple[str, ...]]] = load_rules("rewriter")
"""What a phrase may become; each document's table has one of the terms."""

_PHRASES: Final = tuple(RULES)
_TABLE: Final = Entries(_PHRASES)
_PHRASE_SHARE: Final = 0.5
_MISSED: Final = 0.12
_DOUBLED_PHRASE: Final = 0.15
_DOUBLED_WORD: Final = 0.03


@dataclass(frozen=True)
class Rewriter:
    """The family of rewriting APIs; see the module for how they work."""

    name: str = "rewriter"
    about: str = "a rewriting API: function words and phrases inflated, terms of several words, words repeated"
    rate: float = 0.3
    capitals: bool = True

    def spin(self, words: Words, lexicon: Lexicon, rate: float, random: np.random.Generator) -> tuple[Edit, ...]:
        """See :meth:`unspin.spinners.edits.Spinner.spin`."""
        allowed = eligible(words, self.capitals)
        matches = _TABLE.find(words, allowed)
        table = chosen(matches, _PHRASE_SHARE * rate * len(words), random)
        terms: dict[int, str] = {}
        for entry in sorted(table):
            choices = RULES[_PHRASES[entry]]
            terms[entry] = choices[int(random.integers(len(choices)))]
        edits: list[Edit] = []
        ruled = {_PHRASES[entry] for entry in terms}  # such words stay as written where the table misses them
        free = allowed & content_words(words) & np.array([word not in ruled for word in words.lower], np.bool_)
        covered = 0
        for begin, end, entry in matches:
            if entry not in terms:
                continue
            free[begin:end] = False
            if random.random() >= _MISSED:
                edits.append(Edit(begin, end, _doubled(terms[entry], random)))
                covered += end - begin
        rest = rate - covered / max(1, len(words))
        if rest > 0:
            synonyms = swap_content_words(words, lexicon, free, rest, _MISSED, random)
            edits += [Edit(begin, end, _doubled(term, random)) for begin, end, term in synonyms]
        return tuple(sorted(edits))


def _doubled(term: str, random: np.random.Generator) -> str:
    """The term, now and then with its first word twice."""
    first, space, _ = term.partition(" ")
    return f"{first} {term}" if random.random() < (_DOUBLED_PHRASE if space else _DOUBLED_WORD) else term
