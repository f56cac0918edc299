"""Documents that were never trained on, and specimens spun from them with their answers by token."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.corpora import Document, Part, corpus_files, documents
from unspin.spinners import Specimen, simulate
from unspin.text import Words, split

PROSE = ("whitehouse", "wikipedia_sample", "usgov_web")
"""Corpora that read like the pages that get spun; news_onestop is left out, whose parts overlap (one story, three levels)."""


@dataclass(frozen=True)
class Answers:
    """The answer key of a specimen by token of the spun text.

    Attributes:
        words: the tokens of the spun text.
        original: what stood at each token, lower-cased; None where the token is as written. A swap of several tokens has its
            whole original at its first token and "" at the others.
        single: the swap is one word for one word, ``bool[n]``.
    """

    words: Words
    original: tuple[str | None, ...]
    single: NDArray[np.bool_]


def held_out(
    root: Path,
    corpora: Sequence[str],
    part: Part,
    count: int,
    words: tuple[int, int],
    seed: int,
    characters: int = 8_000,
) -> list[Document]:
    """``count`` documents of a part, drawn evenly from the corpora, of at least ``words[0]`` words, cut at ``words[1]``.

    Long documents are first cut into pieces of about ``characters``, each of which counts as a document.
    """
    random = np.random.default_rng(seed)
    chosen: list[Document] = []
    for kind in ("train", "negatives"):
        for file in corpus_files(root, kind):
            if file.name.split(".")[0] not in corpora:
                continue
            here = [d for d in documents(file, characters) if d.part == part and d.text.count(" ") >= words[0]]
            order = random.permutation(len(here))[: -(-count // len(corpora))]
            chosen += [Document(here[i].corpus, _cut(here[i].text, words[1]), part) for i in order]
    return chosen[:count]


def _cut(text: str, most: int) -> str:
    """The paragraphs of a text up to about ``most`` words; never in the middle of a sentence's word."""
    kept: list[str] = []
    size = 0
    for paragraph in text.split("\n"):
        if size and size + paragraph.count(" ") > most:
            break
        kept.append(paragraph)
        size += paragraph.count(" ") + 1
    return "\n".join(kept)


def answers(specimen: Specimen) -> Answers:
    """The answer key by token."""
    words = split(specimen.text)
    original: list[str | None] = [None] * len(words)
    single = np.zeros(len(words), bool)
    for swap in specimen.swaps:
        begin, end = np.searchsorted(words.start, swap.start), np.searchsorted(words.start, swap.end)
        for i in range(int(begin), int(end)):
            original[i] = swap.original.strip().lower() if i == begin else ""
            single[i] = end - begin == 1 and " " not in swap.original.strip()
    return Answers(words, tuple(original), single)


def spin(document: Document, spinner: str, rate: float, seed: int) -> Answers:
    """Spin a document with a fresh random dictionary."""
    return answers(simulate(document.text, spinner, seed=seed, rate=rate))
