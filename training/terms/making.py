"""Makes the base: counts the corpora as ids, finds the fixed terms, gathers the swaps that lead to words of terms.

Scientific text and other text are counted apart. Terms and triples are those of science; a joint is honest wherever it
was written.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from training.phrases import Corpus
from training.terms.arrays import Ints, Keys, added, counted
from training.terms.base import Base, is_supported, synonyms
from training.terms.entries import listed_swaps, possible_units, tokens_of
from training.terms.honest import company, joints, sides, terms_of, vocabulary
from training.terms.sources import swaps_of, thesaurus_words
from unspin.lexicon import load as load_lexicon
from unspin.tortured import role
from unspin.tortured.collocation import SIZE

SCIENCE: Final = frozenset(
    ["arxiv_abstracts", "wikipedia_sample", "usgov_web", "openstax_chemistry", "openstax_government",
     "openstax_history", "openstax_sociology"]
)  # fmt: skip


def make_base(
    words: Sequence[str], corpora: Sequence[Corpus], pairs: Sequence[tuple[str, str]], moby: Path, encoder: Path
) -> Base:
    """Everything that the list of tortured phrases doesn't teach."""
    mass = sum((np.bincount(corpus.ids, minlength=len(words)) for corpus in corpora), np.zeros(len(words), np.int64))
    wanted = {*load_lexicon().forms, *thesaurus_words(moby)}
    wanted |= {token for pair in pairs for side in pair for token in tokens_of(side)}
    units = sorted({found for found, _ in possible_units(pairs)})
    chosen = (*vocabulary(words, mass, wanted), *units)
    index = {word: i for i, word in enumerate(chosen)}
    roles = np.array([-1, -1, -1] + [role(word, index.get(word, -1)) for word in words[3:]], np.int32)
    hyphen = list(words).index("-")
    usage = np.zeros((len(chosen), 2))
    science: list[tuple[Keys, Ints]] = []
    other: list[tuple[Keys, Ints]] = []
    triples: list[Keys] = []
    for corpus in corpora:
        word, keys, three = joints(corpus.ids, roles, hyphen)
        usage[:, int(corpus.name not in SCIENCE)] += np.bincount(word, minlength=len(chosen))
        (science if corpus.name in SCIENCE else other).append(counted(keys))
        if corpus.name in SCIENCE:
            triples.append(three)
    in_science, times = added(science)
    term, term_count, pmi = terms_of(in_science, times, usage[:, 0])
    everywhere, count = added([(in_science, times), *other])
    # What was seen once is hardly more honest than what was not, and would be two thirds of the file: leaving it out
    # cost 0.01 of the recall.
    kept = count >= 2
    triple, triple_count = counted(np.concatenate(triples))
    degree = sum(np.bincount(word, minlength=len(chosen)) for word in sides(term))
    target = (degree >= 3) & (usage[:, 0] >= 30) & (np.arange(len(chosen)) < SIZE)
    before, after, step = company(everywhere, count, usage.sum(1))
    listed = np.array(sorted(listed_keys(pairs, index, usage[:, 0] >= 10)), np.int64)
    swap, source = swaps_of(chosen, usage, target, moby, encoder, listed, (before * step, after * step))
    # Of the phrases that might stand for a word, those stay that do by what the sources know.
    seen = listed_swaps(pairs, index, synonyms(chosen, swap[is_supported(swap, source, target)], pairs))
    useful = is_supported(swap, source, target) | np.isin(swap, [s.found * SIZE + s.meant for s in seen])
    swap, source = swap[useful], source[useful]
    swap, kept_words = without_idle(swap, len(chosen))
    chosen = tuple(chosen[i] for i in kept_words.tolist())
    often = triple_count >= 2
    return Base(
        words=chosen,
        usage=usage[kept_words],
        target=target[kept_words],
        joint=everywhere[kept],
        joint_count=count[kept],
        triple=triple[often],
        triple_count=triple_count[often],
        term=term,
        term_count=term_count,
        term_pmi=pmi,
        swap=swap,
        source=source,
        before=before[kept_words],
        after=after[kept_words],
        vector_step=step,
    )


def listed_keys(pairs: Sequence[tuple[str, str]], index: dict[str, int], usual: NDArray[np.bool_]) -> set[int]:
    """The swaps of the list that have a usual word for what is meant, and those that its phrases for words may be."""
    swaps = {(s.found, s.meant) for s in listed_swaps(pairs, index)}
    swaps |= {(index[x], index[y]) for x, y in possible_units(pairs) if x in index and index.get(y, SIZE) < SIZE}
    return {found * SIZE + meant for found, meant in swaps if usual[meant]}


def without_idle(swap: Ints, words: int) -> tuple[Ints, Ints]:
    """The swaps without rare words that stand for nothing, and the words that stay."""
    kept = np.arange(words) < SIZE
    kept[swap >> 16] = True
    new = np.cumsum(kept) - 1
    return new[swap >> 16] * SIZE + (swap & 0xFFFF), np.flatnonzero(kept)
