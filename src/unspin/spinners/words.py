"""Word spinners: machines that look words up one by one in a dictionary.

How they work. A spinner keeps a dictionary from word to "synonym". It cuts the page into words, and each word that
the dictionary knows is replaced, nearly always by the same term, so that no five words in a row match the source any
more. The dictionary is made by a machine from a thesaurus, with no regard to sense or part of speech; that is where
*astatine* (symbol "At") comes from for *at*. Capitalised words and figures mostly stay, since names must survive for
the page to rank.

What differs from spinner to spinner is where the dictionary comes from (a graph of the lexicon), how many steps it
takes, and whether inflected words are looked up by their lemma. A :class:`WordSpinner` is these choices; the
dictionary of one such machine is drawn from them at random (:func:`draw_term` for each word).

Sources: Zhang, Wang & Voelker, "DSpin: Detecting Automatically Spun Content on the Web" (NDSS 2014): spinning by
dictionary in the wild; Wahle, Ruas, Foltynek, Meuschke & Gipp, "Identifying Machine-Paraphrased Plagiarism"
(arXiv:2103.11909, 2021): SpinBot and SpinnerChief, synonyms at a set rate. Two passes through WordNet by spelling with one
fixed dictionary: the text of a real spinner, see ``docs/spinning.md`` of the repository.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unspin.lexicon import Lexicon

# Forms that stand for a letter or a bare article rather than a word: real dictionaries leave them out.
_NEVER = frozenset("a an i s t d m o".split())


@dataclass(frozen=True)
class WordSpinner:
    """A family of word spinners.

    Attributes:
        name: how the family is called on the command line.
        graph: the graph of the lexicon that its dictionaries are drawn from.
        second_pass: the chance that a term is looked up once more, by its spelling.
        fixed: one term for a word throughout the text; otherwise each occurrence is drawn anew from the word's row.
        capitals: words at the start of a sentence are replaced too.
        skipped: largest share of a dictionary word's occurrences that is left alone (drawn for each text).
        about: one line on the family.
    """

    name: str
    graph: str
    second_pass: float
    fixed: bool
    capitals: bool
    skipped: float
    about: str


WALK = WordSpinner(
    "wordnet-walk",
    "walk",
    0.3,
    True,
    False,
    0.12,
    "one or two steps through WordNet by spelling, one fixed dictionary, capitals kept (the specimen's family)",
)
ONE_PASS = WordSpinner(
    "wordnet-step", "walk", 0.0, True, True, 0.15, "one step through WordNet by spelling, one fixed dictionary"
)
FLUENT = WordSpinner(
    "fluent-synonyms", "synonym", 0.0, False, True, 0.3, "synonyms with part of speech and inflection kept"
)
THESAURUS = WordSpinner("thesaurus", "thesaurus", 0.0, True, True, 0.15, "terms of a broad thesaurus (Moby)")
NEIGHBOUR = WordSpinner("neighbours", "neighbour", 0.0, False, True, 0.3, "nearest words of a static embedding")


def swap_words(
    spinner: WordSpinner,
    lexicon: Lexicon,
    forms: NDArray[np.int32],
    eligible: NDArray[np.bool_],
    rate: float,
    random: np.random.Generator,
) -> NDArray[np.int32]:
    """Spin a document's words.

    Args:
        spinner: the family.
        lexicon: where dictionaries are drawn from.
        forms: the id of each token of the document, -1 where the lexicon doesn't know it, ``int32[n]``.
        eligible: the tokens that this family may touch, ``bool[n]``.
        rate: share of *all* tokens to replace, as far as the dictionary reaches.
        random: source of every choice; the same state gives the same text.

    Returns:
        The id of the form that stands at each token afterwards, -1 where nothing changed, ``int32[n]``.
    """
    out = np.full(len(forms), -1, np.int32)
    here = eligible & (forms >= 0)
    kinds, where, count = np.unique(forms[here], return_inverse=True, return_counts=True)
    skip = random.uniform(0, spinner.skipped)
    terms = np.full(len(kinds), -1, np.int32)
    covered, goal = 0.0, rate * len(forms) / (1 - skip)
    for kind in random.permutation(len(kinds)):
        # The last word taken in may overshoot (a function word can be 5% of a text): then it is left out half the time.
        if covered >= goal:
            break
        if covered + count[kind] > 1.3 * goal + 1 and random.random() < 0.5:
            continue
        term = draw_term(spinner, lexicon, int(kinds[kind]), random)
        if term >= 0:
            terms[kind] = term
            covered += count[kind]
    found = terms[where]
    places = np.flatnonzero(here)
    swapped = (found >= 0) & (random.random(len(found)) >= skip)
    if not spinner.fixed:
        for i in np.flatnonzero(swapped):
            found[i] = draw_term(spinner, lexicon, int(forms[places[i]]), random)
    out[places[swapped]] = found[swapped]
    out[out == forms] = -1
    return out


def draw_term(spinner: WordSpinner, lexicon: Lexicon, form: int, random: np.random.Generator) -> int:
    """A term for ``form`` as a dictionary of the family may have it.

    Args:
        spinner: the family.
        lexicon: where the term is drawn from.
        form: id of the word.
        random: source of the choice.

    Returns:
        The id of the term, -1 if the family has none.
    """
    if lexicon.forms[form] in _NEVER:
        return -1
    graph = lexicon.graphs[spinner.graph]
    term = _step(graph.row(form), random)
    if term >= 0 and random.random() < spinner.second_pass:
        further = _step(graph.row(term), random)
        if further >= 0 and further != form:
            term = further
    return term


def _step(row: tuple[NDArray[np.uint32], NDArray[np.float64]], random: np.random.Generator) -> int:
    terms, probability = row
    if not len(terms):
        return -1
    return int(terms[min(int(np.searchsorted(np.cumsum(probability), random.random())), len(terms) - 1)])
