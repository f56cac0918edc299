"""What is to be measured, and how long that takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from unspin import spinners
from unspin.errors import OptionError
from unspin.evaluate.places import TORTURED
from unspin.settings import OPERATING_POINT, Settings

__all__ = ["OPERATING_POINTS", "RESTORED_SHARE", "SHARES", "Plan", "families"]

OPERATING_POINTS: Final = (1e-2, 1e-3, 1e-4, 1e-5)
"""False-positive rates at which honest documents are counted."""
SHARES: Final = (0.05, 0.1, 0.2, 0.3, 0.5)
"""Shares of swapped words that recall is measured at."""
RESTORED_SHARE: Final = 0.3
"""Share of swapped words that restoring is measured at, that of the spinner it was built for."""
# Words a second of one core: a verdict on honest text (benchmarks.speed), one on a specimen, whose doubts take most of the
# time, and a verdict with the words restored.
_VERDICT, _SPECIMEN, _RESTORING = 6_500, 1_400, 1_000


@dataclass(frozen=True)
class Plan:
    """What is to be measured.

    Attributes:
        documents: how many honest documents to read at most.
        specimens: how many of them to spin, for each family and share; 0 for false positives alone.
        words: words of a document that are read at most.
        families: the families of spinners.
        shares: the shares of swapped words.
        operating_point: the false-positive rate up to which a document counts as spun, for recall and restoring.
        rate: the false-positive rate that is to be stated; the operating point where None.
        restoration: whether restoring is measured.
        seed: another seed takes other documents and other dictionaries.

    Raises:
        OptionError: a setting is out of range, or there is no such family.
    """

    documents: int = 1_000
    specimens: int = 25
    words: int = 600
    families: tuple[str, ...] = field(default_factory=lambda: families())
    shares: tuple[float, ...] = SHARES
    operating_point: float = OPERATING_POINT
    rate: float | None = None
    restoration: bool = True
    seed: int = 0

    def __post_init__(self) -> None:
        for name, least in (("documents", 1), ("specimens", 0), ("words", 30), ("seed", 0)):
            if getattr(self, name) < least:
                raise OptionError(f"{name} {getattr(self, name)}: too few; give a whole number from {least}")
        Settings(operating_point=self.operating_point)  # says what is wrong with it
        for name, share in (
            ("rate", self.stated),
            *(("share", share) for share in self.shares),
        ):
            if not 0 < share < 1:
                raise OptionError(f"{name} {share:g}: not between 0 and 1; give a share such as 0.1")
        for name in self.families:
            spinners.family(name)
            if name == TORTURED:
                raise OptionError(
                    f"family {name!r}: a text with none but set phrases swapped need not read as spun; "
                    f"choose among {', '.join(families())}"
                )

    @property
    def stated(self) -> float:
        """The false-positive rate that is to be stated."""
        return self.operating_point if self.rate is None else self.rate

    @property
    def points(self) -> tuple[float, ...]:
        """The operating points at which honest documents are counted, the highest first."""
        return tuple(sorted({*OPERATING_POINTS, self.operating_point}, reverse=True))

    @property
    def spun_shares(self) -> tuple[float, ...]:
        """The shares that specimens are made at, with that of restoring."""
        return tuple(sorted({*self.shares, *((RESTORED_SHARE,) if self.restoration else ())}))

    def seconds(self, lengths: Sequence[int], workers: int) -> float:
        """About how long it takes, by the speed of one core of a server.

        Args:
            lengths: words of each document of the sample.
            workers: how many cores.
        """
        specimens = sum(lengths[: self.specimens]) * len(self.families)
        verdicts = specimens * (len(self.spun_shares) - self.restoration)
        alone = sum(lengths) / _VERDICT + verdicts / _SPECIMEN + self.restoration * specimens / _RESTORING
        return alone / workers


def families() -> tuple[str, ...]:
    """The families that are measured unless others are asked for."""
    return tuple(name for name in spinners.names() if name != TORTURED)
