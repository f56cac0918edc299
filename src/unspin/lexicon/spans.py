"""Spans for spans: words and phrases, and what spinners' dictionaries put for them.

File: ``spans.npz`` (written by ``python -m training.thesaurus_tables``), a numpy archive:

=================  ===============  ===========================================================================
array              type             meaning
=================  ===============  ===========================================================================
``phrases``        uint8[bytes]     words and phrases, UTF-8, sorted, joined by line feeds
``NAME_head``      uint32[heads]    table NAME: the phrases that may be replaced
``NAME_ptr``       uint32[heads+1]  where the terms of each head begin
``NAME_term``      uint32[pairs]    the phrases that may stand for it
``NAME_weight``    uint8[pairs]     likelihood of each, in steps of 1/255 of the head's largest
=================  ===============  ===========================================================================
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib import resources
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

TABLES: Final = ("thesaurus", "gloss", "pivot", "seen")
"""Kinds of dictionaries, see ``training/thesaurus_tables.py``."""

MOST_ORIGINALS: Final = 8
"""Phrases that a word may stand for at most."""


@dataclass(frozen=True)
class SpanTable:
    """One kind of dictionary: ``terms[ptr[i]:ptr[i + 1]]`` are the phrases that may stand for ``heads[i]``."""

    heads: tuple[str, ...]
    ptr: NDArray[np.int64]
    terms: tuple[str, ...]
    weight: NDArray[np.float64]

    @cached_property
    def index(self) -> dict[str, int]:
        """The number of each head."""
        return {head: i for i, head in enumerate(self.heads)}

    def row(self, head: int) -> tuple[tuple[str, ...], NDArray[np.float64]]:
        """The terms of a head and the probability of each."""
        begin, end = int(self.ptr[head]), int(self.ptr[head + 1])
        weight = self.weight[begin:end]
        return self.terms[begin:end], weight / weight.sum()


def words_for_phrases() -> dict[str, list[str]]:
    """The words that the shipped tables put for a phrase; what each may stand for, the likeliest phrase first."""
    ranked: dict[str, dict[str, float]] = {}
    for table in load().values():
        for number, head in enumerate(table.heads):
            if " " in head:
                for term, share in zip(*table.row(number), strict=True):
                    if " " not in term:
                        known = ranked.setdefault(term, {})
                        known[head] = max(known.get(head, 0.0), float(share))
    return {
        term: sorted(heads, key=lambda head: (-heads[head], head))[:MOST_ORIGINALS] for term, heads in ranked.items()
    }


def load(path: Path | None = None) -> dict[str, SpanTable]:
    """Tables by name: the shipped ones, or those of the file at ``path``."""
    return _load(path)


@lru_cache(maxsize=2)
def _load(path: Path | None) -> dict[str, SpanTable]:
    source = path if path is not None else resources.files("unspin.data") / "spans.npz"
    with source.open("rb") as file, np.load(file) as archive:
        phrases = bytes(archive["phrases"]).decode().split("\n")
        return {
            name: SpanTable(
                tuple(phrases[i] for i in archive[f"{name}_head"].tolist()),
                archive[f"{name}_ptr"].astype(np.int64),
                tuple(phrases[i] for i in archive[f"{name}_term"].tolist()),
                archive[f"{name}_weight"].astype(np.float64),
            )
            for name in TABLES
        }
