"""Finds tortured phrases: fixed terms of science whose words a paraphrasing tool swapped ("profound learning").

Two ways lead to a :class:`Finding`. The list of :mod:`unspin.lexicon.phrases` knows phrases that were seen before. For
the others the noisy channel is turned round, pair of words by pair of words:

1. a *collocation* is two neighbouring content words with at most two small words between ("region of interest"). Honest
   collocations recur: those that stand four times or more in the corpora are believed at once (:mod:`.collocation`);
2. for each collocation left, all pairs of originals are tried that may have become its words (the *swaps*, learned from
   thesauri, embeddings and the list), and those that are collocations of a known scientific term are kept: "irregular
   woodland" leads to "random forest". A known phrase may stand for one word: "getting to know" for "learning". Where
   the swap of one word is unknown, its neighbour leads to the firmest of its terms: "fascination spectra" to
   "absorption spectra" (:mod:`.terms`);
3. the best pair is judged by boosted trees over what speaks for it: how good the swaps are, how firm the term is, how
   odd the found words are together and in science at all, whether the neighbours and the passage fit the term better
   (:mod:`.features`, :mod:`.classifier`);
4. the document decides together: a paper with three tortured phrases has more of them (:func:`.classifier.together`).

A collocation is judged by itself, so that a term of three words is found by either of its collocations; findings that share
a word and agree on it are one.

Data (``terms.npz``, written by ``python -m training.terms``, compressed):

====================== =================================================================================================
``words``              content words, UTF-8, one a line, in the order of the ids; see :attr:`.terms.Terms.words`
``usage``              natural log of the share of each word in scientific and in other text, ``float16[words, 2]``
``honest``             fuse filter of the collocations of honest text, ``uint8[slots]``; see :class:`LevelFilter`
``triples``            the same of three content words in a row in scientific text
``shape_honest`` …     seed, segment length and segment count of each filter, ``int64[3]``
``term_step``          collocations of terms, sorted, as differences, ``uint64``: left word, link, right word (20 bits each)
``term_count``         natural log of how often each stands in scientific text, ``float16``
``term_pmi``           pointwise mutual information of its two words there, nats, ``float16``
``swap_count``         number of originals of each word, ``uint8[words]``
``swap_original``      the originals, ``uint16``
``swap_score``         log-odds that the word was put for the original, in steps of 1/8, ``int8``
``swap_seen``          how many terms of the list have the swap, ``uint8``
``habit``              how many terms of the list have each word in the place of another, ``uint8[words]``
``before``, ``after``  vectors of frequent words as the left and as the right one of a collocation, ``int8[frequent, d]``
``vector_of``          the ids of those words, ``uint16[frequent]``
``vector_step``        what one step of them means, ``float32``
``rank``               weights of the features for choosing among pairs of originals, ``float32[features]``
``tree_*``             the trees (``[trees, nodes]``): ``feature``, ``cut``, ``left``, ``right``, ``value``
``bias``               log-odds before the first tree, ``float32``
``prior``              share of tortured collocations that the trees' odds refer to, ``float32``
====================== =================================================================================================
"""

from __future__ import annotations

from unspin.tortured.classifier import EVIDENCE, Trees, evidence, together
from unspin.tortured.collocation import LevelFilter, collocation_key, role, sixbits, skeleton
from unspin.tortured.features import FEATURES
from unspin.tortured.proposals import Proposals, propose
from unspin.tortured.search import THRESHOLD, Finding, find, load
from unspin.tortured.terms import Terms, Vectors

__all__ = [
    "EVIDENCE",
    "FEATURES",
    "THRESHOLD",
    "Finding",
    "LevelFilter",
    "Proposals",
    "Terms",
    "Trees",
    "Vectors",
    "collocation_key",
    "evidence",
    "find",
    "load",
    "propose",
    "role",
    "sixbits",
    "skeleton",
    "together",
]
