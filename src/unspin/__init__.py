"""unspin: read text that a machine has spun.

    import unspin
    reading = unspin.read(text)        # verdict, swapped words, restored text, quotations
    unspin.restore(text)               # the restored text
    for reading in unspin.read_many(texts): ...

See :class:`unspin.reading.Reading` for what a reading holds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.3.1"
__all__ = ["Quotation", "Reading", "Substitution", "__version__", "read", "read_many", "restore"]

if TYPE_CHECKING:
    from unspin.reader import read, read_many, restore
    from unspin.reading import Quotation, Reading, Substitution


def __getattr__(name: str) -> Any:
    # Late, so that `unspin --help` does not load the models' libraries.
    if name in ("read", "read_many", "restore"):
        from unspin import reader

        return getattr(reader, name)
    if name in ("Quotation", "Reading", "Substitution"):
        from unspin import reading

        return getattr(reading, name)
    raise AttributeError(f"module 'unspin' has no attribute {name!r}")
