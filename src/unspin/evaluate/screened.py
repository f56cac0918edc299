"""The screen in front of the reader, on the same documents: what it sends on, and what it loses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from unspin.errors import MissingExtra
from unspin.evaluate.intervals import Proportion, wilson
from unspin.evaluate.measure import Spun
from unspin.evaluate.plan import Plan

__all__ = ["SCREENED_FROM", "Lost", "Screened", "SendsOn", "sends_on", "screened"]

SCREENED_FROM: Final = 0.2
"""Share of swapped words from which the screen promises to lose next to nothing that the reader flags."""

SendsOn = Callable[[Sequence[str]], list[bool]]
"""Whether the screen sends each of some texts on to the reader."""


class Lost(NamedTuple):
    """Specimens that the reader flags and the screen does not send on.

    Attributes:
        share: share of swapped words that was asked for, all families together.
        lost: their share.
    """

    share: float
    lost: Proportion


class Screened(NamedTuple):
    """What the screen does.

    Attributes:
        sent_on: share of the honest documents that it sends on to the reader, those too that cannot be judged.
        lost: by share of swapped words; empty without specimens.
    """

    sent_on: Proportion
    lost: tuple[Lost, ...]


def sends_on() -> SendsOn | None:
    """The screen, or None where ``unspin[scan]`` is not installed."""
    try:
        import pyarrow as pa

        from unspin import screen

        scores = screen.load().scores
    except (ImportError, MissingExtra):
        return None

    def passes(texts: Sequence[str]) -> list[bool]:
        encodable = [text.encode("utf-8", "replace").decode() for text in texts]  # Arrow takes no lone surrogates
        found: list[bool] = (scores(pa.array(encodable, pa.large_string())) >= 0).tolist()
        return found

    return passes


def screened(sends_on: SendsOn, honest: Sequence[str], spun: Sequence[Spun], plan: Plan) -> Screened:
    """Hold the screen against the reader."""
    flagged = [s for s in spun if s.rate <= plan.operating_point]
    passes = sends_on([s.text for s in flagged])
    lost = []
    for share in plan.shares if spun else ():
        here = [passed for s, passed in zip(flagged, passes, strict=True) if s.share == share]
        lost.append(Lost(share, wilson(here.count(False), len(here))))
    return Screened(wilson(sum(sends_on(list(honest))), len(honest)), tuple(lost))
