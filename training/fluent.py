"""A fluent spinner: at each place a near-synonym that the context finds likely, no dictionary at all.

Commercial rewriters with a language model swap by context and keep the grammar. Here the 4-gram model stands for theirs: of the
synonyms and thesaurus terms of a content word, one is drawn by the likelihood of the text with it. Training only: at run
time the spinners know no model.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from unspin.lexicon import Lexicon
from unspin.lexicon.spans import load as load_spans
from unspin.model.ngram import NGram
from unspin.spinners.edits import Edit
from unspin.spinners.eligibility import eligible
from unspin.spinners.synonyms import content_words
from unspin.text import Words


@dataclass(frozen=True)
class Fluent:
    """The family; see the module."""

    ngram: NGram
    name: str = "fluent-context"
    about: str = "near-synonyms that the context finds likely, drawn anew at each place"
    rate: float = 0.17
    capitals: bool = False

    def spin(self, words: Words, lexicon: Lexicon, rate: float, random: np.random.Generator) -> tuple[Edit, ...]:
        """See :meth:`unspin.spinners.edits.Spinner.spin`."""
        places = np.flatnonzero(eligible(words, self.capitals) & content_words(words))
        places = random.permutation(places)[: int(1.3 * rate * len(words)) + 1]
        ids = self.ngram.ids(words.lower)
        sharp = random.uniform(0.4, 1.2)
        edits = []
        for place in sorted(places.tolist()):
            options = _options(words.lower[place], lexicon)
            if not options:
                continue
            forms = self.ngram.ids(options)
            gain = self.ngram.score(ids, np.full(len(options), place, np.int32), forms)
            weight = np.exp(sharp * (gain - gain.max()))
            edits.append(Edit(place, place + 1, options[int(random.choice(len(options), p=weight / weight.sum()))]))
        return tuple(edits)


def _options(word: str, lexicon: Lexicon) -> list[str]:
    """Near-synonyms of a word, single words only."""
    found: dict[str, None] = {}
    for table in load_spans().values():
        head = table.index.get(word)
        if head is not None:
            found.update((term, None) for term in table.row(head)[0] if " " not in term)
    form = lexicon.index.get(word, -1)
    if form >= 0:
        found.update((lexicon.forms[int(term)], None) for term in lexicon.graphs["synonym"].row(form)[0][:8])
    found.pop(word, None)
    return list(found)
