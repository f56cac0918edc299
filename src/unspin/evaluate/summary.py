"""What the readings of a sample come to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from unspin.evaluate import tally
from unspin.evaluate.intervals import Proportion, wilson
from unspin.evaluate.measure import Honest, Spun
from unspin.evaluate.plan import Plan
from unspin.evaluate.screened import Screened
from unspin.evaluate.statement import statement

__all__ = ["REACHED", "Evaluation", "FalsePositives", "Recall", "Restoration", "Suspicious", "summarise"]

REACHED: Final = 0.75
"""A specimen counts for a share if at least this part of it was swapped: a dictionary covers so much of a text and no more."""
_SHOWN_FROM: Final = 1e-2  # honest documents with this false-positive rate or a lower one are named


class FalsePositives(NamedTuple):
    """Honest documents flagged at an operating point.

    Attributes:
        point: the operating point, which is also the share that is expected.
        flagged: the share that is found.
    """

    point: float
    flagged: Proportion

    @property
    def expected(self) -> float:
        """How many documents are expected to be flagged."""
        return self.point * self.flagged.cases


class Suspicious(NamedTuple):
    """An honest document with a low false-positive rate: a false positive, or not so honest."""

    name: str
    rate: float


class Recall(NamedTuple):
    """Specimens of a family flagged at the plan's operating point.

    Attributes:
        family: the family.
        share: share of swapped words that was asked for.
        reached: mean share of those that count; None where none does.
        short: specimens that do not count, see :data:`REACHED`.
        flagged: the share of those that count which is flagged.
    """

    family: str
    share: float
    reached: float | None
    short: int
    flagged: Proportion


class Restoration(NamedTuple):
    """What restoring gets right in specimens of a family, see :mod:`unspin.evaluate.tally`.

    Attributes:
        family: the family.
        swapped: mean share of swapped words.
        documents: how many specimens.
        words: how many words they have.
        rates: for each of :data:`unspin.evaluate.tally.RATES` its value and the ends of its 95% interval.
    """

    family: str
    swapped: float
    documents: int
    words: int
    rates: dict[str, tuple[float, float, float]]


class Evaluation(NamedTuple):
    """How unspin does on a corpus.

    Attributes:
        plan: what was asked for.
        seen: how many documents the corpus has.
        judged: how many of the sample were judged.
        words: how many words these have.
        unjudged: how many were not, by reason.
        false_positives: by operating point, the highest first.
        statement: one sentence on the rate that is to be stated.
        suspicious: the honest documents that look most like spun ones, the most suspicious first.
        recall: by family and share; empty without specimens.
        restoration: by family; empty without specimens, or where it was not asked for.
        screen: what the screen does; None where it is not installed.
    """

    plan: Plan
    seen: int
    judged: int
    words: int
    unjudged: dict[str, int]
    false_positives: tuple[FalsePositives, ...]
    statement: str
    suspicious: tuple[Suspicious, ...]
    recall: tuple[Recall, ...]
    restoration: tuple[Restoration, ...]
    screen: Screened | None


def summarise(
    plan: Plan, seen: int, honest: Sequence[Honest], spun: Sequence[Spun], screen: Screened | None
) -> Evaluation:
    """The figures of a plan from its readings."""
    rates = [(reading.rate, reading.name) for reading in honest if reading.rate is not None]
    flagged = sum(rate <= plan.operating_point for rate, _ in rates)
    return Evaluation(
        plan=plan,
        seen=seen,
        judged=len(rates),
        words=sum(reading.words for reading in honest if reading.rate is not None),
        unjudged=dict(sorted(Counter(reading.note for reading in honest if reading.note is not None).items())),
        false_positives=tuple(
            FalsePositives(point, wilson(sum(rate <= point for rate, _ in rates), len(rates))) for point in plan.points
        ),
        statement=statement(flagged, len(rates), plan.operating_point, plan.stated),
        suspicious=tuple(Suspicious(name, rate) for rate, name in sorted(rates) if rate <= _SHOWN_FROM),
        recall=tuple(_recall(spun, family, share, plan) for family in plan.families for share in plan.shares)
        if spun
        else (),
        restoration=tuple(r for family in plan.families for r in _restoration(spun, family)),
        screen=screen,
    )


def _recall(spun: Sequence[Spun], family: str, share: float, plan: Plan) -> Recall:
    here = [s for s in spun if s.family == family and s.share == share]
    count = [s for s in here if s.reached >= REACHED * share]
    flagged = wilson(sum(s.rate <= plan.operating_point for s in count), len(count))
    reached = sum(s.reached for s in count) / len(count) if count else None
    return Recall(family, share, reached, len(here) - len(count), flagged)


def _restoration(spun: Sequence[Spun], family: str) -> list[Restoration]:
    """The figures of a family, if any of its specimens was restored."""
    here = [(s.reached, s.count) for s in spun if s.family == family and s.count is not None]
    if not here:
        return []
    found: dict[str, Any] = tally.figures([count for _, count in here])
    rates = {name: tuple(found[name]) for name in tally.RATES}
    return [Restoration(family, sum(r for r, _ in here) / len(here), found["documents"], found["words"], rates)]
