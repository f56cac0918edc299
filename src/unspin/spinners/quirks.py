"""Fixed quirks: what a word spinner does beside its thesaurus, the same on every page it makes.

The dictionaries of word spinners have been mended by hand or merged from several sources. So each has a few entries for
words that a thesaurus does not list, and they give it away, because they hit the commonest words:

* an **adverb put in** between a form of *be* and an article, for no reason but to break up a frequent run of words;
* **-ever** put to a question word;
* an **indefinite pronoun cut down** to its head (the *body* of *somebody*);
* an irregular **superlative made regular**, with the wrong meaning of two.

Which of them a dictionary has, and with which words, is drawn here at random; only the *kinds* are fixed, as the text of
a real spinner showed them (``docs/spinning.md`` of the repository).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from unspin.spinners.edits import Edit
from unspin.text import Words

__all__ = ["Quirks", "draw_quirks", "quirk_edits", "quirk_terms"]

_ADVERBS: Final = (
    "simply", "merely", "just", "really", "actually", "basically", "truly", "essentially", "literally", "certainly",
    "definitely", "indeed", "surely", "clearly", "honestly", "plainly",
)  # fmt: skip
_BE: Final = ("is", "was", "are", "were", "be")
_ARTICLES: Final = frozenset(["a", "an", "the"])
_QUESTION_WORDS: Final = ("where", "when", "what", "which", "who", "how")
_SUPERLATIVES: Final = {
    "least": ("smallest", "fewest", "lowest", "tiniest"),
    "most": ("greatest", "largest", "fullest"),
    "best": ("finest", "greatest", "kindest"),
    "worst": ("poorest", "gravest", "nastiest"),
    "last": ("newest", "latest", "lowest"),
    "first": ("earliest", "foremost"),
}


@dataclass(frozen=True)
class Quirks:
    """The quirks of one dictionary.

    Attributes:
        adverb: what is put in between one of ``verbs`` and an article; empty for nothing.
        verbs: the forms of *be* that it follows.
        terms: single words and what becomes of them.
    """

    adverb: str
    verbs: frozenset[str]
    terms: Mapping[str, str]


def quirk_terms() -> tuple[tuple[str, str], ...]:
    """Every (word, term) that some dictionary's quirks may hold, for the lexicon's candidates."""
    pairs = [(word, word.removesuffix("e") + "ever") for word in _QUESTION_WORDS]
    pairs += [
        (quantity + head, head)
        for quantity, head in product(("some", "any", "every", "no"), ("thing", "one", "body"))
        if (quantity, head) != ("no", "one")
    ]
    return tuple(pairs + [(word, term) for word, terms in _SUPERLATIVES.items() for term in terms])


def draw_quirks(random: np.random.Generator) -> Quirks:
    """Quirks for a new dictionary: an adverb in every other one, and each kind of term now and then."""
    adverb = _ADVERBS[int(random.integers(len(_ADVERBS)))] if random.random() < 0.5 else ""
    verbs = frozenset(_BE[: int(random.integers(1, len(_BE) + 1))])
    terms: dict[str, str] = {}
    for word in _QUESTION_WORDS:
        if random.random() < 0.25:
            terms[word] = word.removesuffix("e") + "ever"
    for quantity, head in product(("some", "any", "every", "no"), ("thing", "one", "body")):
        if (quantity, head) != ("no", "one") and random.random() < 0.2:
            terms[quantity + head] = head
    for word, others in _SUPERLATIVES.items():
        if random.random() < 0.25:
            terms[word] = others[int(random.integers(len(others)))]
    return Quirks(adverb, verbs, terms)


def quirk_edits(quirks: Quirks, words: Words, allowed: NDArray[np.bool_], random: np.random.Generator) -> list[Edit]:
    """The edits that the quirks make, in order; one place in ten is missed.

    Args:
        quirks: those of the dictionary.
        words: the document.
        allowed: the tokens that may be touched, ``bool[n]``.
        random: decides which places are missed.
    """
    edits: list[Edit] = []
    lower = words.lower
    for i, token in enumerate(lower):
        if not allowed[i]:
            continue
        if token in quirks.terms:
            edit = Edit(i, i + 1, quirks.terms[token])
        elif quirks.adverb and token in _ARTICLES and i and lower[i - 1] in quirks.verbs and allowed[i - 1]:
            edit = Edit(i, i, quirks.adverb)
        else:
            continue
        if random.random() < 0.9:
            edits.append(edit)
    return edits
