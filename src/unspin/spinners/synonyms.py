"""Close synonyms for content words: what the better spinners have instead of a raw thesaurus.

A raw thesaurus gives *sauceboat* for *boat*. A spinner whose makers read its output keeps a synonym only where the
two words stand for one another both ways, and prefers common words to rare ones. That is all that is done here, on
the lexicon's graph ``synonym`` (same part of speech, inflected like the original); the sense is still anybody's
guess, which is what gives these spinners away.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from unspin.lexicon import Lexicon
from unspin.spinners.edits import Edit
from unspin.spinners.eligibility import FUNCTION_WORDS
from unspin.spinners.phrases import chosen
from unspin.text import PhraseMatch, Words

__all__ = ["close_synonym", "content_words", "swap_content_words"]

_GRAPH: Final = "synonym"
_CHOICE: Final = 3  # synonyms of a word that dictionaries choose from
_FREQUENCY_POWER: Final = 0.5  # how much commoner words are preferred: with the square root of their frequency


def content_words(words: Words) -> NDArray[np.bool_]:
    """Tokens outside the closed classes (:data:`unspin.spinners.eligibility.FUNCTION_WORDS`), ``bool[n]``."""
    return np.array([word not in FUNCTION_WORDS for word in words.lower], np.bool_)


def close_synonym(lexicon: Lexicon, form: int, random: np.random.Generator) -> int:
    """One of the closest synonyms of a form, -1 where it has none.

    Close are terms that have the form among their own synonyms; of these the three best by likelihood of the step and
    frequency are drawn from.
    """
    graph = lexicon.graphs[_GRAPH]
    terms, likelihood = graph.row(form)
    mutual = [form in graph.row(int(term))[0] for term in terms]
    terms, likelihood = terms[mutual], likelihood[mutual]
    if not len(terms):
        return -1
    weight = likelihood * np.exp(_FREQUENCY_POWER * lexicon.log_frequency[terms])
    best = np.argsort(-weight, kind="stable")[:_CHOICE]
    share = np.cumsum(weight[best] / weight[best].sum())
    return int(terms[best[min(int(np.searchsorted(share, random.random())), len(best) - 1)]])


def swap_content_words(
    words: Words, lexicon: Lexicon, allowed: NDArray[np.bool_], rate: float, missed: float, random: np.random.Generator
) -> list[Edit]:
    """Put close synonyms, one for each word throughout the text.

    Args:
        words: the document.
        lexicon: where the synonyms come from.
        allowed: the tokens that may be touched, ``bool[n]``.
        rate: share of all tokens to replace, as far as the synonyms reach.
        missed: share of the occurrences of a word in the dictionary that stay as they are.
        random: source of every choice.
    """
    forms = lexicon.ids(words.lower)
    places = np.flatnonzero(allowed & (forms >= 0))
    terms = {form: close_synonym(lexicon, form, random) for form in np.unique(forms[places]).tolist()}
    matches = [PhraseMatch(i, i + 1, int(forms[i])) for i in places.tolist() if terms[int(forms[i])] >= 0]
    used = chosen(matches, rate * len(words) / (1 - missed), random)
    return [
        Edit(begin, end, lexicon.forms[terms[form]])
        for begin, end, form in matches
        if form in used and random.random() >= missed
    ]
