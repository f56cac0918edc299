"""Documents that were never trained on, and specimens spun from them with their answers by token."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from training.corpora import Document, Part, all_files, documents
from unspin.evaluate.answers import Answers, answers
from unspin.spinners import simulate

__all__ = ["PROSE", "Answers", "held_out", "spin", "spin_by_turns", "turns"]

PROSE = ("whitehouse", "wikipedia_sample", "usgov_web")
"""Corpora that read like the pages that get spun; news_onestop is left out, whose parts overlap (one story, three levels)."""


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
    for file in all_files(root):
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


def spin(document: Document, spinner: str, rate: float, seed: int) -> Answers:
    """Spin a document with a fresh random dictionary."""
    return answers(simulate(document.text, spinner, seed=seed, rate=rate))


def turns(mixture: Iterable[tuple[str, float, int]]) -> list[tuple[str, float]]:
    """A mixture of (family, rate, share) as a list that has each family and rate as often as its share says."""
    return [(family, rate) for family, rate, share in mixture for _ in range(share)]


def spin_by_turns(documents: Sequence[Document], plan: Sequence[tuple[str, float]], seed: int) -> list[Answers]:
    """Spin each document with the next (family, rate) of the plan, over and over; the first has this seed, and so on."""
    return [spin(document, *plan[i % len(plan)], seed=seed + i) for i, document in enumerate(documents)]
