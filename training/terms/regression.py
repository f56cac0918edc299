"""Logistic regression, as the swaps and the ranking of pairs are learned with it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from training.terms.arrays import Floats


def logistic(rows: Floats, label: NDArray[Any], weight: NDArray[Any] | None = None) -> tuple[Floats, float]:
    """Coefficients and bias of a logistic regression on the rows as they are."""
    mean, spread = rows.mean(0), rows.std(0) + 1e-6
    fitted = LogisticRegression(max_iter=150).fit((rows - mean) / spread, label, sample_weight=weight)
    coefficient = fitted.coef_[0] / spread
    return coefficient.astype(np.float32), float(fitted.intercept_[0] - coefficient @ mean)
