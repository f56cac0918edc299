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
from training.terms.arrays import Floats, Ints, Keys, added, counted
from training.terms.base import Base
from training.terms.entries import aligned, listed_swaps, tokens_of
from training.terms.honest import company, joints, sides, terms_of, vocabulary
from training.terms.sources import swaps_of
from unspin.lexicon import load as load_lexicon
from unspin.tortured import role
from unspin.tortured.joints import SIZE

SCIENCE: Final = frozenset(
    ["arxiv_abstracts", "wikipedia_sample", "usgov_web", "openstax_chemistry", "openstax_government",
     "openstax_history", "openstax_sociology"]
)  # fmt: skip


def make_base(
    words: Sequence[str], corpora: Sequence[Corpus], pairs: Sequence[tuple[str, str]], moby: Path, encoder: Path
) -> Base:
    """Everything that the list of tortured phrases doesn't teach."""
    mass = sum((np.bincount(corpus.ids, minlength=len(words)) for corpus in corpora), np.zeros(len(words), np.int64))
    wanted = set(load_lexicon().forms) | {token for pair in pairs for side in pair for token in tokens_of(side)}
    units = sorted({found for found, _, _ in aligned(pairs) if " " in found})
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
    seen = listed_swaps(pairs, index)
    target = (degree >= 3) & (usage[:, 0] >= 30) & (np.arange(len(chosen)) < SIZE)
    listed = np.array(sorted({s.found * SIZE + s.meant for s in seen if usage[s.meant, 0] >= 10}), np.int64)
    target[listed & 0xFFFF] = True
    swap, source = swaps_of(chosen, usage, target, moby, encoder, listed)
    swap, source, chosen, usage = without_idle(swap, source, chosen, usage)
    often = triple_count >= 2
    before, after, step = company(everywhere, count, usage.sum(1))
    return Base(
        words=chosen,
        usage=usage,
        joint=everywhere[kept],
        joint_count=count[kept],
        triple=triple[often],
        triple_count=triple_count[often],
        term=term,
        term_count=term_count,
        term_pmi=pmi,
        swap=swap,
        source=source,
        before=before,
        after=after,
        vector_step=step,
    )


def without_idle(
    swap: Ints, source: Floats, words: tuple[str, ...], usage: NDArray[np.float64]
) -> tuple[Ints, Floats, tuple[str, ...], NDArray[np.float64]]:
    """The same without rare words that stand for nothing."""
    kept = np.arange(len(words)) < SIZE
    kept[swap >> 16] = True
    new = np.cumsum(kept) - 1
    chosen = tuple(word for word, keep in zip(words, kept, strict=True) if keep)
    return new[swap >> 16] * SIZE + (swap & 0xFFFF), source, chosen, usage[kept]
