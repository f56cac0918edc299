"""What the judge learns from: proposals for planted and for honest text, each seen without its own terms.

There are lessons for each group of terms. Their phrases are looked for through terms that were taught without the
group, as phrases off the list will be; so is its share of the honest documents. The documents are those of ``dev``, and
others of ``train`` that are taken out of the counts for it (:mod:`.unseen`).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from training.corpora import Document, Part, all_files, documents
from training.terms.arrays import Ints
from training.terms.assembly import taught
from training.terms.base import Base
from training.terms.entries import FOLDS, group, tokens_of
from training.terms.filters import counts_of, unseen
from training.terms.planting import Planted, Planter, Sample, sample
from unspin.text import Words, split
from unspin.tortured import LevelFilter, Proposals, Terms, propose, skeleton

PLANTED_IN: Final = ("arxiv_abstracts", "openstax_chemistry")
# Scientific documents of "train" that are taught on: at most so many of a corpus, one in so many, taken out of the counts
# in blocks. These were worth 0.05 of the recall at the same precision, twice as many no more.
_TRAINED_ON: Final = 9_000
_TRAINED_EVERY: Final = 5
_BLOCK: Final = 1_600
# The same of the other corpora, or what is rare in science looks tortured in novels and statutes.
_OTHERS: Final = 150
_OTHERS_EVERY: Final = 7
# Breaks between documents put end to end, more than a window of the features is wide.
_PAD: Final = np.full((48, 3), -1, np.int32)


class Judged(NamedTuple):
    """Proposals for planted snippets, and which are right.

    Attributes:
        proposals: for all snippets.
        snippet: the snippet that each lies in.
        inside: the joint lies in the planted phrase.
        right: and both originals belong to the term, at their places.
    """

    proposals: Proposals
    snippet: Ints
    inside: NDArray[np.bool_]
    right: NDArray[np.bool_]


def judged(terms: Terms, planted: Sequence[Planted]) -> Judged:
    """Proposals for planted snippets."""
    parts: list[NDArray[np.int32]] = []
    meant: list[NDArray[np.int64]] = []
    for one in planted:
        words = split(one.text)
        tokens = terms.tokens(words)
        inside = np.flatnonzero((words.start[tokens.begin] >= one.start) & (words.end[tokens.end - 1] <= one.end))
        originals = [terms.role_of(token) for token in tokens_of(one.term)]
        # What each row was meant to be: -1 outside of the phrase, -2 where that is not known.
        row = np.full(len(tokens.roles) + len(_PAD), -1, np.int64)
        row[inside] = originals if len(originals) == len(inside) else -2
        parts += [tokens.roles, _PAD]
        meant.append(row)
    whole, target = np.concatenate(parts), np.concatenate(meant)
    owner = np.repeat(np.arange(len(meant)), [len(row) for row in meant])
    proposals = propose(terms, whole)
    assert proposals is not None, "no joint of the planted phrases is doubtful"
    place = skeleton(whole).place
    first, second = place[proposals.collocation], place[proposals.collocation + 1]
    inside = (target[first] != -1) & (target[second] != -1)
    right = inside & (target[first] == proposals.left) & (target[second] == proposals.right)
    return Judged(proposals, owner[first], inside, right)


@dataclass(frozen=True, eq=False)
class Lesson:
    """What one group of held-out terms teaches.

    Attributes:
        group: the group of terms.
        planted: proposals for its planted snippets.
        snippets: how many there are.
        honest: proposals for an equal share of the honest scientific documents.
        documents: how many those are.
        other: proposals for a share of the other honest documents.
    """

    group: int
    planted: Judged
    snippets: int
    honest: Proposals | None
    documents: float
    other: Proposals | None


def lesson(terms: Terms, sampled: Sample, held_out: int) -> Lesson:
    """The lesson of one group of terms, seen through ``terms`` that were taught without it."""
    planted = [one for one in sampled.planted if group(one.term) == held_out]
    science, other = sampled.science[held_out::FOLDS], sampled.other[held_out::FOLDS]
    return Lesson(
        held_out, judged(terms, planted), len(planted), proposed(terms, science), len(science), proposed(terms, other)
    )


def proposed(terms: Terms, documents: Iterable[Words]) -> Proposals | None:
    """Proposals for documents put end to end."""
    parts = (part for words in documents for part in (terms.tokens(words).roles, _PAD))
    return propose(terms, np.concatenate([_PAD, *parts]))


def some_documents(corpora: Path, names: Sequence[str], part: Part, most: int, every: int = 1) -> Iterator[Document]:
    """Every so many-th document of a part of some corpora, up to a number of each."""
    for file in all_files(corpora):
        if file.name.split(".")[0] in names:
            mine = (d for d in documents(file, 4_000) if d.part == part)
            yield from itertools.islice(mine, 0, most * every, every)


def lessons_of(
    base: Base, filters: tuple[LevelFilter, LevelFilter], pairs: Sequence[tuple[str, str]], corpora: Path
) -> list[Lesson]:
    """What the judge learns from: several lessons for each group of terms."""
    others = sorted({file.name.split(".")[0] for file in all_files(corpora)} - set(PLANTED_IN))
    planter = Planter(pairs)
    science = some_documents(corpora, PLANTED_IN, "dev", 3_500)
    other = some_documents(corpora, others, "dev", 25)
    of_dev = sample(planter, science, other, terms=4, variants=4, seed=1)
    training = list(some_documents(corpora, PLANTED_IN, "train", _TRAINED_ON, _TRAINED_EVERY))
    beside = list(some_documents(corpora, others, "train", _OTHERS, _OTHERS_EVERY))
    blocks = range(-(-len(training) // _BLOCK))
    of_train = [
        sample(planter, training[i :: len(blocks)], beside[i :: len(blocks)], terms=3, variants=3, seed=2 + i)
        for i in blocks
    ]
    taught_without = [taught(base, filters, [pair for pair in pairs if group(pair[1]) != k]) for k in range(FOLDS)]
    found = [lesson(terms, of_dev, k) for k, terms in enumerate(taught_without)]
    for block in of_train:
        # Which phrases count as one word differs from group to group, but hardly.
        own = counts_of(taught_without[0], [*block.science, *block.other])
        found += [lesson(unseen(terms, base, own), block, k) for k, terms in enumerate(taught_without)]
    return found
