"""What one server takes on: sizes, times, and how much at once."""

from __future__ import annotations

from dataclasses import dataclass, field

from unspin.cores import available_cores
from unspin.errors import OptionError

__all__ = ["ServerLimits"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerLimits:
    """Limits of a server; whoever goes beyond one gets an error that names it.

    Memory is bounded by them together: bodies of at most ``4 * body_bytes`` are held at a time, and ``parallel`` readings
    of at most ``characters`` each.

    Attributes:
        body_bytes: size of a request; 413 beyond.
        characters: length of one document in code points; a file is cut there, other texts get 413.
        documents: documents in a batch, readings in an export; 413 beyond.
        seconds: time for one request, waiting included; 503 beyond (408 while its body is still on the way).
        parallel: readings at a time, each in a thread of its own.
        queue: requests that may wait while as many as ``parallel`` are read; 503 beyond.

    Raises:
        OptionError: a limit is out of range.
    """

    body_bytes: int = 20_000_000
    characters: int = 700_000
    documents: int = 100
    seconds: float = 120.0
    parallel: int = field(default_factory=available_cores)
    queue: int = 64

    def __post_init__(self) -> None:
        for name in ("body_bytes", "characters", "documents", "seconds", "parallel"):
            if not getattr(self, name) > 0:
                raise OptionError(f"limit {name.replace('_', ' ')}: {getattr(self, name):g}; give a number above 0")
        if self.queue < 0:
            raise OptionError(f"limit queue: {self.queue:g}; give 0 or more")
        if not self.seconds < float("inf"):
            raise OptionError(f"limit seconds: {self.seconds:g}; give a finite number")
