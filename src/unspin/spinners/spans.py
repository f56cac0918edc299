"""Spinners with a dictionary of words and phrases: what most real pages have been through.

How they work. The dictionary is a thesaurus of tens of thousands of groups, words and phrases, in which the senses of a
word stand side by side and every inflected form has an entry of its own. The page is searched for the longest entries
from left to right, and each is replaced by a term of its group: one word by several ("performance → overall
performance"), several by one ("as well as → and"). Number and tense are kept, the sense is not.

The families differ in the table of :mod:`unspin.lexicon.spans` that their dictionaries are drawn from, in whether one
dictionary serves the whole page or a term is drawn anew at each place, and in the fixed rules that they have beside it:

* ``phrase-thesaurus``: words and phrases of all senses; the commonest kind.
* ``pivot``: content words go to a word of another sense, as by way of another language ("data → information",
  "random → irregular"); pages of SpinBot and its kin, and most tortured phrases of science.
* ``gloss``: the first synonyms of a lexical database, its multi-word lemmas and abbreviations included ("area unit" for
  *are*), and guesses for the verb *be* ("could be a").
* ``noun-swaps``: pages of casinos and dating sites: trade words swapped wholesale, articles and *and* inflated.
* ``pages``: what several kinds of machines were seen to put on public pages, on two of them at least
  (``data/seen.tsv``), as if one machine had all of it.

The fixed rules lie beside this module, in ``gloss.tsv`` and ``noun-swaps.tsv``.

Sources: Wahle et al. 2021, "Identifying machine-paraphrased plagiarism" (SpinBot, SpinnerChief); Cabanac, Labbé and
Magazinov 2021, "Tortured phrases" (arXiv 2107.06751); pages in public text, read to learn what such machines do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import numpy as np

from unspin.lexicon import Lexicon
from unspin.lexicon.spans import SpanTable, load
from unspin.spinners.edits import Edit
from unspin.spinners.eligibility import eligible
from unspin.spinners.phrases import Entries, chosen, load_rules
from unspin.spinners.synonyms import content_words
from unspin.text import Words

__all__ = ["GLOSS", "NOUN_SWAPS", "PAGES", "PHRASE_THESAURUS", "PIVOT", "SpanFamily"]


@dataclass(frozen=True)
class SpanFamily:
    """A family of spinners with words and phrases.

    Attributes:
        name: how the family is called on the command line.
        about: one line on the family.
        tables: the tables of :mod:`unspin.lexicon.spans` that a head's term is drawn from, with the share of each.
        rules: phrases with the terms that such machines always have for them; they go before the tables.
        rate: share of the tokens that it replaces when nothing else is asked for.
        capitals: whether the first word of a sentence is replaced too.
        content: whether only heads with a content word are looked up in the tables.
        fixed: share of the pages for which one dictionary serves the whole page; on others each place is drawn anew.
        skipped: largest share of a dictionary entry's occurrences that is left alone (drawn for each page).
    """

    name: str
    about: str
    tables: Mapping[str, float]
    rules: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rate: float = 0.25
    capitals: bool = True
    content: bool = False
    fixed: float = 0.8
    skipped: float = 0.2

    def __hash__(self) -> int:
        return hash(self.name)

    def spin(self, words: Words, lexicon: Lexicon, rate: float, random: np.random.Generator) -> tuple[Edit, ...]:
        """See :meth:`unspin.spinners.edits.Spinner.spin`."""
        allowed = eligible(words, self.capitals)
        dictionary = _dictionary(self)
        skip, steep = random.uniform(0, self.skipped), random.uniform(0.4, 1.6)
        fixed = random.random() < self.fixed
        content = content_words(words)
        matches = [
            match
            for match in dictionary.finder.find(words, allowed)
            if match.entry < len(self.rules) or not self.content or content[match.begin : match.end].any()
        ]
        used = chosen(matches, rate * len(words) / (1 - skip), random)
        known: dict[int, str] = {}
        edits: list[Edit] = []
        for begin, end, entry in matches:
            if entry not in used or random.random() < skip:
                continue
            term = known.get(entry) if fixed else None
            if term is None:
                term = known[entry] = dictionary.draw(entry, steep, random)
            if term != " ".join(words.lower[begin:end]):
                edits.append(Edit(begin, end, term))
        return tuple(edits)


class _Dictionary:
    """All heads of a family, and what may stand for each."""

    def __init__(self, family: SpanFamily) -> None:
        self._rules = list(family.rules.values())
        tables = load()
        self._tables: list[tuple[SpanTable, float]] = [(tables[name], share) for name, share in family.tables.items()]
        heads = sorted({head for table, _ in self._tables for head in table.heads} - set(family.rules))
        self._heads = heads
        self.finder: Final = Entries([*family.rules, *heads])

    def draw(self, entry: int, steep: float, random: np.random.Generator) -> str:
        """A term for an entry; the likelihood of each is raised to the power ``steep``."""
        if entry < len(self._rules):
            rule = self._rules[entry]
            return rule[int(random.integers(len(rule)))]
        head = self._heads[entry - len(self._rules)]
        rows = [(table.row(table.index[head]), share) for table, share in self._tables if head in table.index]
        share = np.array([share for _, share in rows])
        terms, weight = rows[int(random.choice(len(rows), p=share / share.sum()))][0]
        weight = weight**steep
        return terms[int(random.choice(len(terms), p=weight / weight.sum()))]


@lru_cache(maxsize=8)
def _dictionary(family: SpanFamily) -> _Dictionary:
    return _Dictionary(family)


PHRASE_THESAURUS: Final = SpanFamily(
    "phrase-thesaurus",
    "words and phrases of a machine-made thesaurus, all senses, inflection kept",
    {"thesaurus": 0.85, "gloss": 0.15},
)
PIVOT: Final = SpanFamily(
    "pivot",
    "content words put by a word of another sense, as by way of another language (SpinBot and its kin)",
    {"pivot": 0.6, "thesaurus": 0.4},
    content=True,
    fixed=0.6,
)
GLOSS: Final = SpanFamily(
    "gloss",
    "first synonyms of a lexical database, several words and abbreviations included (area unit, could be a)",
    {"gloss": 0.8, "thesaurus": 0.2},
    load_rules("gloss"),
)
NOUN_SWAPS: Final = SpanFamily(
    "noun-swaps",
    "trade words swapped wholesale, articles and conjunctions inflated (casino and dating pages)",
    {"thesaurus": 1.0},
    load_rules("noun-swaps"),
    rate=0.4,
    fixed=0.2,
)
PAGES: Final = SpanFamily(
    "pages",
    "what rewriting machines were seen to put on public pages, word and phrase, drawn anew at each place",
    {"seen": 0.8, "thesaurus": 0.2},
    rate=0.35,
    fixed=0.2,
)
