"""unspin: read text that a machine has spun.

    import unspin
    reading = unspin.read(text)        # verdict, swapped words, restored text, quotations
    unspin.restore(text)               # the restored text
    for reading in unspin.read_many(texts): ...
    unspin.simulate(text, "wordnet-walk", seed=7)   # the same run forwards: a spun specimen with its answer key
    unspin.trace(text, "archive")      # where it was taken from; unspin.trace.compare(page, source) for a pair

See :class:`unspin.reading.Reading` for what a reading holds, and :class:`unspin.settings.Settings` for what may be chosen.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.19.0"
__all__ = [
    "Quotation", "Reading", "Settings", "Substitution", "__version__", "read", "read_many", "restore", "simulate", "trace",
]  # fmt: skip

if TYPE_CHECKING:
    from unspin.reader import read, read_many, restore
    from unspin.reading import Quotation, Reading, Substitution
    from unspin.settings import Settings
    from unspin.spinners.simulate import simulate
    from unspin.trace import trace

_HOME = {
    "Quotation": "unspin.reading",
    "Reading": "unspin.reading",
    "Settings": "unspin.settings",
    "Substitution": "unspin.reading",
    "read": "unspin.reader",
    "read_many": "unspin.reader",
    "restore": "unspin.reader",
    "simulate": "unspin.spinners",
}


def __getattr__(name: str) -> Any:
    # Late, so that `unspin --help` does not load the models' libraries.
    if name == "trace":  # the room itself, which can be called
        return import_module("unspin.trace")
    if name not in _HOME:
        raise AttributeError(f"module 'unspin' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
