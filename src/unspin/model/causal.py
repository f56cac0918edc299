"""The causal model that unspin brings along: SmolLM2-135M, four bits a weight in its file, through onnxruntime.

It reads closely what the encoder has left in doubt on a page that is being restored; how is told in
:mod:`unspin.model.trees`. ``python -m training.export_causal`` writes it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from unspin.errors import DamagedData
from unspin.model.byte_pairs import BytePairs
from unspin.model.network import Network
from unspin.model.trees import Batch, CausalModel

__all__ = ["BLOCK", "PARTS", "SmallModel", "load", "unpacked"]

BLOCK: Final = 32
"""Weights that share a scale and a zero point."""
PARTS: Final = 128
"""Steps of a zero point over the range of a code."""
_MOST: Final = 63
"""The largest whole number among the weights."""
_ROWS: Final = 1_024
"""Rows of a matrix that are unpacked at once."""


class SmallModel(CausalModel):
    """A causal language model as an ONNX graph; loaded when it is first asked, since most texts are never read closely."""

    _begin = 0
    """What stands between two documents."""

    def __init__(self, folder: Path) -> None:
        """Take graph, weights and vocabulary of a folder."""
        super().__init__()
        self._files = _Files(folder)

    def _tokens(self, text: str) -> tuple[Sequence[int], Sequence[int]]:
        return self._files.tokens(text)

    def _nothing(self) -> NDArray[np.float32]:
        layers, heads, width = self._files.sides
        return np.empty((layers, heads, 0, width), np.float32)

    def _said(self, cache: NDArray[np.float32], batch: Batch) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
        given = {
            "token": batch.token,
            "depth": batch.depth,
            "visible": batch.visible,
            "past": cache,
            "parent": batch.parent,
            "child": batch.token[batch.child],
        }
        said, new = self._files.network.session.run(("said", "new"), given)
        return said.astype(np.float64), np.concatenate([cache, new[:, :, : batch.kept]], axis=2)


class _Files:
    """Graph, weights and vocabulary, loaded at their first use and shared by copies of the model, in other threads too."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.network = Network(folder / "causal.onnx", self._unpacked)

    def _unpacked(self) -> Iterator[tuple[str, NDArray[Any]]]:
        file = self._folder / "causal.npz"
        parts: defaultdict[str, dict[str, NDArray[Any]]] = defaultdict(dict)
        try:
            with np.load(file) as archive:
                for name in archive.files:
                    matrix, part = name.rsplit(".", 1)
                    parts[matrix][part] = archive[name]
        except (OSError, ValueError, BadZipFile) as error:
            raise DamagedData(f"{file}: no weights of a language model ({error})") from error
        for matrix, given in parts.items():
            whole, step = unpacked(**given)
            yield f"{matrix}.whole", whole
            yield f"{matrix}.step", step

    @cached_property
    def tokens(self) -> BytePairs:
        return BytePairs.read(self._folder / "causal_tokens.json")

    @cached_property
    def sides(self) -> tuple[int, int, int]:
        """Twice the layers, heads, and width of keys and values."""
        shape = next(given.shape for given in self.network.session.get_inputs() if given.name == "past")
        return int(shape[0]), int(shape[1]), int(shape[3])


def unpacked(
    low: NDArray[np.uint8],
    scale: NDArray[np.float16],
    zero: NDArray[np.uint8],
    high: NDArray[np.uint8] | None = None,
) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """A matrix of ``n`` rows and ``k`` columns, from blocks along its rows to whole numbers with a scale for each row.

    A weight is ``(code - zero) * scale`` of its block. The numbers go up to :data:`_MOST`: processors without instructions for
    products of bytes add two of them in sixteen bits, and larger ones could overflow there.

    Args:
        low: the lower four bits of the codes, two to a byte, the first of them low, ``uint8[n, k / 2]``.
        scale: of each block, ``float16[n, k / 32]``.
        zero: of each block, in steps of which :data:`PARTS` are the range of a code, ``uint8[n, k / 32]``.
        high: the upper two bits of codes of six, four to a byte, ``uint8[n, k / 4]``.

    Returns:
        Whole numbers, ``int8[k, n]``, and what they are multiplied with, ``float32[n]``.
    """
    most = 15 if high is None else 63
    steps, centre = scale.astype(np.float32), zero.astype(np.float32) * np.float32((most + 1) / PARTS)
    row = (steps * np.maximum(centre, most - centre)).max(1) / np.float32(_MOST)
    whole = np.empty((low.shape[1] * 2, len(low)), np.int8)
    for at in range(0, len(low), _ROWS):
        some = slice(at, at + _ROWS)
        codes = np.stack([low[some] & 15, low[some] >> 4], axis=-1).reshape(-1, steps.shape[1], BLOCK)
        if high is not None:
            upper = np.stack([high[some] >> shift & 3 for shift in (0, 2, 4, 6)], axis=-1)
            codes |= upper.reshape(codes.shape) << 4
        values = codes.astype(np.float32)
        values -= centre[some, :, None]
        values *= (steps[some] / row[some, None])[:, :, None]
        np.rint(values, out=values)
        whole[:, some] = values.reshape(len(values), -1).astype(np.int8).T
    return whole, row


def load(folder: Path | None = None) -> SmallModel:
    """Load the shipped model, or that in ``folder``."""
    return _load(folder)


@lru_cache(maxsize=2)
def _load(folder: Path | None) -> SmallModel:
    return SmallModel(folder or Path(str(resources.files("unspin.data"))))
