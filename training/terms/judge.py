"""The judge: which of the pairs proposed for a joint is best, and whether the joint is tortured at all.

The first is a logistic regression over the features of planted joints, the second boosted trees over the evidence for
the best pair. Planted and honest text are weighed as the mixture that probabilities refer to, see :data:`PLANTED_SHARE`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from training.terms.arrays import Floats
from training.terms.lessons import Lesson
from unspin.tortured import Terms, Trees, evidence

# One planted phrase in every fifth document, the mixture that probabilities refer to.
PLANTED_SHARE: Final = 0.2
_OTHER_WEIGHT: Final = 0.3
# Honest rows below this quantile of a first short look are plainly honest; of these one in so many is learned from.
_FIRST_STAGES: Final = 25
_EASY: Final = 0.88
_STAND_FOR: Final = 12
_STAGES: Final = 300


class Judge(NamedTuple):
    """The weights that choose a pair, the trees that judge it, and the share of tortured joints that they refer to."""

    rank: Floats
    trees: Trees
    prior: float


def teach_judge(lessons: Sequence[Lesson]) -> Judge:
    """Learn from all lessons."""
    seen = [
        (part.planted.proposals.features[part.planted.inside], part.planted.right[part.planted.inside])
        for part in lessons
    ]
    rank, _ = _logistic(np.concatenate([rows for rows, _ in seen]), np.concatenate([right for _, right in seen]))
    mixture = PLANTED_SHARE * sum(part.documents for part in lessons) / sum(part.snippets for part in lessons)
    parts: list[tuple[Floats, float, float]] = []
    for part in lessons:
        best, facts = evidence(rank, part.planted.proposals)
        parts.append((facts[part.planted.inside[best]], 1.0, mixture))
        for proposals, weight in ((part.honest, 1.0), (part.other, _OTHER_WEIGHT)):
            if proposals is not None:
                parts.append((evidence(rank, proposals)[1], 0.0, weight))
    rows = np.concatenate([facts for facts, _, _ in parts])
    size = [len(facts) for facts, _, _ in parts]
    labels, weights = np.repeat([of for _, of, _ in parts], size), np.repeat([one for _, _, one in parts], size)
    mass = [weights[labels == of].sum() for of in (0.0, 1.0)]
    kept, weights = hard(rows, labels, weights)
    trees = boosted(_STAGES, rows[kept], labels[kept], weights)
    return Judge(rank, exported(trees), float(mass[1] / sum(mass)))


def boosted(
    stages: int, rows: Floats, label: NDArray[np.float64], weight: NDArray[np.float64]
) -> HistGradientBoostingClassifier:
    """Boosted trees."""
    return HistGradientBoostingClassifier(
        max_iter=stages, learning_rate=0.04, max_leaf_nodes=20, min_samples_leaf=40, l2_regularization=5.0,
        max_features=0.3, early_stopping=False, random_state=0,
    ).fit(rows, label, sample_weight=weight)  # fmt: skip


def hard(
    rows: Floats, label: NDArray[np.float64], weight: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Rows to learn from and their weights: of the honest ones that are plainly honest a few stand for all."""
    odds = boosted(_FIRST_STAGES, rows, label, weight).decision_function(rows)
    easy = (label == 0) & (odds < np.quantile(odds[label == 0], _EASY))
    drawn = np.random.default_rng(0).random(len(rows)) < 1 / _STAND_FOR
    kept = np.flatnonzero(~easy | drawn)
    return kept, np.where(easy, _STAND_FOR * weight, weight)[kept]


def exported(model: HistGradientBoostingClassifier) -> Trees:
    """Fitted trees as the runtime's flat arrays."""
    grown = [stage[0].nodes for stage in model._predictors]
    shape = (len(grown), max(len(nodes) for nodes in grown))
    feature, cut = np.full(shape, -1, np.int8), np.zeros(shape, np.float32)
    left, right = np.zeros(shape, np.uint8), np.zeros(shape, np.uint8)
    value = np.zeros(shape, np.float32)
    for i, nodes in enumerate(grown):
        inner = nodes["is_leaf"] == 0
        size = len(nodes)
        here = np.arange(size)
        feature[i, :size] = np.where(inner, nodes["feature_idx"], -1)
        cut[i, :size] = np.where(inner, nodes["num_threshold"], 0)
        left[i, :size] = np.where(inner, nodes["left"], here)
        right[i, :size] = np.where(inner, nodes["right"], here)
        value[i, :size] = np.where(inner, 0, nodes["value"])
    return Trees(feature, cut, left, right, value, float(np.ravel(model._baseline_prediction)[0]))


def with_judge(terms: Terms, judge: Judge) -> Terms:
    """The same terms, able to judge."""
    return replace(terms, rank=judge.rank, classifier=judge.trees, prior=judge.prior)


def _logistic(rows: Floats, label: NDArray[Any], weight: NDArray[Any] | None = None) -> tuple[Floats, float]:
    """Coefficients and bias of a logistic regression on the rows as they are."""
    mean, spread = rows.mean(0), rows.std(0) + 1e-6
    fitted = LogisticRegression(max_iter=150).fit((rows - mean) / spread, label, sample_weight=weight)
    coefficient = fitted.coef_[0] / spread
    return coefficient.astype(np.float32), float(fitted.intercept_[0] - coefficient @ mean)
