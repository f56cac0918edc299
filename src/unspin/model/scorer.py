"""Scores from features: how much the evidence speaks for an option, on the scale of log-odds to "as written"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Protocol, Self

import numpy as np
from numpy.typing import NDArray

_BLOCK: Final = 8_192
"""Options scored at a time: bounds the memory of a long document."""


class Scorer(Protocol):
    """From features ``float64[k, f]`` to scores ``float64[k]``; "as written" scores 0."""

    def __call__(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """The score of each option."""


@dataclass(frozen=True)
class Linear:
    """A log-linear model: each feature has one weight, ``float64[f]``."""

    weight: NDArray[np.float64]

    def __call__(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """The score of each option."""
        return np.asarray(values @ self.weight)


@dataclass(frozen=True)
class Network:
    """A log-linear model and beside it one hidden layer of rectified units, for what features say only together.

    Attributes:
        mean: mean of each feature in training, ``float64[f]``.
        scale: its standard deviation, ``float64[f]``.
        direct: weights of the linear part, ``float64[f]``.
        inner: weights of the hidden layer, ``float64[h, f]``.
        bias: its biases, ``float64[h]``.
        outer: what each unit adds, ``float64[h]``.
        offset: the score of nothing.
    """

    mean: NDArray[np.float64]
    scale: NDArray[np.float64]
    direct: NDArray[np.float64]
    inner: NDArray[np.float64]
    bias: NDArray[np.float64]
    outer: NDArray[np.float64]
    offset: float

    def __call__(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """The score of each option."""
        score = np.empty(len(values))
        for at in range(0, len(values), _BLOCK):
            x = (values[at : at + _BLOCK] - self.mean) / self.scale
            hidden = np.maximum(x @ self.inner.T + self.bias, 0.0)
            score[at : at + _BLOCK] = x @ self.direct + hidden @ self.outer + self.offset
        return score

    def saved(self) -> dict[str, Any]:
        """As plain lists, to six significant digits."""
        return {name: _short(getattr(self, name)) for name in self.__dataclass_fields__}

    @classmethod
    def load(cls, saved: dict[str, Any]) -> Self:
        """From what :meth:`saved` gave."""
        values: dict[str, Any] = {name: np.array(value) for name, value in saved.items()}
        return cls(**values | {"offset": float(saved["offset"])})


def _short(value: Any) -> Any:
    return [_short(part) for part in value] if isinstance(value, np.ndarray) else float(f"{value:.6g}")
