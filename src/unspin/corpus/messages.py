"""What the supervisor and its workers say to each other, pickled, over the pipes of the worker."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, NamedTuple

from unspin.corpus.formats import Split
from unspin.corpus.plan import Plan
from unspin.corpus.summary import Counts

__all__ = ["At", "Begin", "Compiling", "Done", "Failed", "Message", "Ready", "Resumed", "Wrote"]


class Begin(NamedTuple):
    """To the worker, first of all: the plan, the output folder, and the folder of the state."""

    plan: Plan
    out: Path
    state: Path


class Compiling(NamedTuple):
    """The screen is being compiled, which takes a while and happens once."""


class Ready(NamedTuple):
    """The worker waits for its first task."""


class At(NamedTuple):
    """The reader begins with this row of this chunk; row -1: it reads none."""

    chunk: int
    row: int


class Wrote(NamedTuple):
    """A checkpoint is set."""

    counts: Counts


class Resumed(NamedTuple):
    """The split was begun by an earlier run, which counted this."""

    counts: Counts


class Done(NamedTuple):
    """The task is done; splits of a unit that was to be cut, counts of one that was put together."""

    splits: list[Split | None] | None = None
    counts: Counts | None = None


class Failed(NamedTuple):
    """The task cannot be done: the input's fault, the output's (then nothing can), or no worker can work at all."""

    fault: Literal["input", "output", "setup"]
    line: str


Message = Compiling | Ready | At | Wrote | Resumed | Done | Failed
