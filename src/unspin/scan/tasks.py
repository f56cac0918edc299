"""What workers are given to do, one at a time."""

from __future__ import annotations

from dataclasses import dataclass

from unspin.corpus.formats import Split
from unspin.corpus.sources import Source

__all__ = ["Assemble", "Cut", "Scan", "Task"]


@dataclass(frozen=True, slots=True)
class Cut:
    """Find out which splits a source has; ``key`` names the source in the state of the run."""

    key: str
    source: Source


@dataclass(frozen=True, slots=True)
class Scan:
    """Read a split on from its last checkpoint."""

    key: str
    source: Source
    split: Split

    @property
    def folder(self) -> str:
        """Name of the folder of its segments."""
        return f"{self.key}-{self.split.key}"


@dataclass(frozen=True, slots=True)
class Assemble:
    """Put the segments of a source together; ``folders`` are those of its splits, in order."""

    key: str
    source: Source
    folders: tuple[str, ...]


Task = Cut | Scan | Assemble
