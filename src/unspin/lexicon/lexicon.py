"""The lexicon: what may stand for what, as flat arrays.

Two views of the same facts:

* *forwards*, the **graphs** that a spinner walks: from a written form to the terms its dictionary may put there;
* *backwards*, the **candidates**: for a form as found, the originals it may stand for, each with the log probability of
  that form given the original under each channel.

``forms`` holds every form, the most frequent first; the first ``vocabulary`` of them are the possible originals and share
their ids with the output layer of the encoder. Nothing here makes a Python object per candidate.

File: ``lexicon.npz`` (written by ``python -m training.lexicon``), a numpy archive:

=================  ==================  ======================================================================
array              type                meaning
=================  ==================  ======================================================================
``forms``          uint8[bytes]        the forms, UTF-8, joined by line feeds
``vocabulary``     int64[]             number of possible originals
``frequency``      uint8[forms]        -log P(form) in steps of 1/12 (0 to 21.25)
``NAME_ptr``       uint32[forms + 1]   graph NAME: where the terms of each form begin
``NAME_term``      uint32[edges]       the terms
``NAME_weight``    uint8[edges]        probability of the step in steps of 1/255 of the row's largest
``cand_ptr``       uint32[forms + 1]   where the candidates of each form begin
``cand_original``  uint16[pairs]       the originals
``cand_channel``   uint8[pairs, 5]     -log P(form | original) for each channel in steps of 1/16; 255: not in it
=================  ==================  ======================================================================

Beside it ``stems.npz`` (written by ``python -m training.stems``): ``stem`` ``uint32[forms]``, see :attr:`Lexicon.stem`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib import resources
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from unspin.arrays import ragged

GRAPHS: Final = ("walk", "synonym", "thesaurus", "neighbour")
"""The graphs that spinners of words walk, see :data:`CHANNELS`."""

CHANNELS: Final = (*GRAPHS, "span")
"""The channels, in the order of the columns of ``cand_channel``; all but the last have a graph of their name.

``walk``: one or two steps through the flat WordNet thesaurus, looked up by spelling, with no regard to sense.
``synonym``: one synonym of the same part of speech, inflected like the original.
``thesaurus``: one term of the Moby thesaurus.
``neighbour``: one of the nearest words in a static embedding.
``span``: a word for a word in the tables of :mod:`unspin.lexicon.spans`.
"""

FREQUENCY_STEP: Final = 1 / 12
CHANNEL_STEP: Final = 1 / 16
ABSENT: Final = 255


@dataclass(frozen=True)
class Graph:
    """Steps from form to form in compressed rows: ``term[ptr[i]:ptr[i + 1]]`` are the terms that form ``i`` may become."""

    ptr: NDArray[np.uint32]
    term: NDArray[np.uint32]
    weight: NDArray[np.uint8]

    def row(self, form: int) -> tuple[NDArray[np.uint32], NDArray[np.float64]]:
        """The terms of a form and the probability of each (empty where it has none)."""
        part = slice(int(self.ptr[form]), int(self.ptr[form + 1]))
        weight = self.weight[part].astype(np.float64)
        return self.term[part], weight / weight.sum() if len(weight) else weight


@dataclass(frozen=True)
class Candidates:
    """Originals for a batch of forms, flat: ``original[ptr[i]:ptr[i + 1]]`` belong to form ``i`` of the batch.

    ``channel[:, k]`` is log P(form | original) under ``CHANNELS[k]``, ``-inf`` where that channel has no such step.
    """

    ptr: NDArray[np.int64]
    original: NDArray[np.int64]
    channel: NDArray[np.float32]


class Lexicon:
    """The lexicon in memory. Made by :func:`load`."""

    def __init__(self, arrays: dict[str, NDArray[np.generic]]) -> None:
        self.forms: Final[tuple[str, ...]] = tuple(bytes(arrays["forms"]).decode().split("\n"))
        self.vocabulary: Final = int(arrays["vocabulary"])
        self.log_frequency: Final = -arrays["frequency"].astype(np.float32) * np.float32(FREQUENCY_STEP)
        self.graphs: Final = {
            name: Graph(*(arrays[f"{name}_{part}"] for part in ("ptr", "term", "weight")))  # type: ignore[arg-type]
            for name in GRAPHS
        }
        self.stem: Final = arrays["stem"].astype(np.int64)
        """The first form of the same stem ("boats" has that of "boat"), ``int64[forms]``; by Snowball's English stemmer."""
        ptr = arrays["cand_ptr"].astype(np.int64)
        self._ptr = np.append(ptr, ptr[-1])  # one more row, without candidates, for words that the lexicon doesn't know
        self._original = arrays["cand_original"]
        self._channel: NDArray[np.uint8] = arrays["cand_channel"]  # type: ignore[assignment]

    @cached_property
    def index(self) -> dict[str, int]:
        """The id of each form."""
        return {form: i for i, form in enumerate(self.forms)}

    def ids(self, words: tuple[str, ...] | list[str]) -> NDArray[np.int32]:
        """The ids of lower-cased words, -1 for those the lexicon doesn't know."""
        get = self.index.get
        return np.fromiter((get(word, -1) for word in words), np.int32, len(words))

    def candidates(self, forms: NDArray[np.int32]) -> Candidates:
        """The originals that each form may stand for (none for -1)."""
        taken = ragged.take(self._ptr, np.where(forms >= 0, forms, len(self.forms)))
        code = self._channel[taken.items]
        channel = np.where(code == ABSENT, np.float32(-np.inf), code * np.float32(-CHANNEL_STEP))
        return Candidates(taken.ptr, self._original[taken.items].astype(np.int64), channel.astype(np.float32))

    def may_stand_for(self, found: str, original: str) -> bool:
        """Whether ``original`` is among the candidates of the word ``found``, both in lower case."""
        form, number = self.ids([found, original])
        return bool(number >= 0 and (self.candidates(np.array([form], np.int32)).original == number).any())

    def route(self, original: str, found: str) -> tuple[str, ...]:
        """The likeliest walk of at most two steps from ``original`` to ``found``, both ends included; empty if none."""
        source, target = self.index.get(original, -1), self.index.get(found, -1)
        if source < 0 or target < 0:
            return ()
        for name in ("synonym", "walk", "thesaurus", "neighbour"):
            if target in self.graphs[name].row(source)[0]:
                return (original, found)
        graph = self.graphs["walk"]
        best, through = 0.0, -1
        for middle, probability in zip(*graph.row(source), strict=True):
            terms, weights = graph.row(int(middle))
            hit = np.flatnonzero(terms == target)
            if len(hit) and probability * weights[hit[0]] > best:
                best, through = float(probability * weights[hit[0]]), int(middle)
        return (original, self.forms[through], found) if through >= 0 else ()


def load(path: Path | None = None) -> Lexicon:
    """Load a lexicon: the shipped one, or the file at ``path``."""
    return _load(path)


@lru_cache(maxsize=2)
def _load(path: Path | None) -> Lexicon:
    folder = path.parent if path is not None else resources.files("unspin.data")
    arrays: dict[str, NDArray[np.generic]] = {}
    for source in (path if path is not None else folder / "lexicon.npz", folder / "stems.npz"):
        with source.open("rb") as file, np.load(file) as archive:
            arrays |= {name: archive[name] for name in archive.files}
    return Lexicon(arrays)
