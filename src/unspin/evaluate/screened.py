"""The gates in front of the reader, on the same documents: what they send on, and what they lose."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from unspin.errors import MissingExtra
from unspin.evaluate.intervals import Proportion, wilson
from unspin.evaluate.measure import Spun
from unspin.evaluate.plan import Plan

__all__ = ["SCREENED_FROM", "Lost", "Passed", "Screened", "SendsOn", "crawl_hours", "sends_on", "screened"]

SCREENED_FROM: Final = 0.2
"""Share of swapped words from which the gates promise to lose next to nothing that the reader flags."""


class Passed(NamedTuple):
    """Which gates a document passed."""

    screen: bool
    sieve: bool
    look: bool


SendsOn = Callable[[Sequence[str]], list[Passed]]
"""Which gates each of some texts passes; what passes all is sent on to the reader."""


class Lost(NamedTuple):
    """Specimens that the reader flags and the gates do not send on.

    Attributes:
        share: share of swapped words that was asked for, all families together.
        lost: their share.
    """

    share: float
    lost: Proportion


class Screened(NamedTuple):
    """What the gates do.

    Attributes:
        passed_screen: share of the honest documents that pass the first gate, those too that cannot be judged.
        passed_sieve: share of them that pass the second too.
        sent_on: share of them that pass all, and go to the reader.
        text_passed: share of their text, in bytes, that passes the first gate.
        text_sent_on: share of their text that goes to the reader.
        looks: documents that pass the second gate, in a gigabyte of text.
        lost: by share of swapped words; empty without specimens.
    """

    passed_screen: Proportion
    passed_sieve: Proportion
    sent_on: Proportion
    text_passed: float
    text_sent_on: float
    looks: float
    lost: tuple[Lost, ...]


_SCREEN: Final = 200.0
_SIEVE: Final = 8.0
_READER: Final = 0.035
"""Megabytes of text a second on one core, of each; `benchmarks/runs` has them."""
_LOOK: Final = 0.007
"""Seconds of one core for a look, however long the document is."""


def crawl_hours(passed: float, sent_on: float, looks: float) -> float:
    """Core-hours that the gates and the reader's verdicts take for a gigabyte of text, unpacking and restoring not counted.

    Args:
        passed: share of the text that passes the screen.
        sent_on: share that goes to the reader.
        looks: documents that pass the sieve.
    """
    return (1000 * (1 / _SCREEN + passed / _SIEVE + sent_on / _READER) + _LOOK * looks) / 3600


def sends_on() -> SendsOn | None:
    """The gates, or None where ``unspin[scan]`` is not installed."""
    try:
        import pyarrow as pa

        from unspin import screen

        scores = screen.load().scores
    except (ImportError, MissingExtra):
        return None

    def passes(texts: Sequence[str]) -> list[Passed]:
        encodable = [text.encode("utf-8", "replace").decode() for text in texts]  # Arrow takes no lone surrogates
        found = scores(pa.array(encodable, pa.large_string()))
        return list(map(Passed, *((gate >= 0).tolist() for gate in found)))

    return passes


def screened(sends_on: SendsOn, honest: Sequence[str], spun: Sequence[Spun], plan: Plan) -> Screened:
    """Hold the gates against the reader."""
    flagged = [s for s in spun if s.rate <= plan.operating_point]
    passes = sends_on([s.text for s in flagged])
    lost = []
    for share in plan.shares if spun else ():
        here = [passed.look for s, passed in zip(flagged, passes, strict=True) if s.share == share]
        lost.append(Lost(share, wilson(here.count(False), len(here))))
    passed = sends_on(list(honest))
    first, second, all_ = ([each[gate] for each in passed] for gate in range(3))
    sizes = [len(text.encode("utf-8", "replace")) for text in honest]
    whole = max(sum(sizes), 1)
    text_passed, text_sent_on = (
        sum(size for size, yes in zip(sizes, gate, strict=True) if yes) / whole for gate in (first, all_)
    )
    by_screen, by_sieve, by_all = (wilson(sum(gate), len(honest)) for gate in (first, second, all_))
    looks = sum(second) / whole * 1e9
    return Screened(by_screen, by_sieve, by_all, text_passed, text_sent_on, looks, tuple(lost))
