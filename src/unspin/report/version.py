"""Which unspin this is, and with which models it reads."""

from __future__ import annotations

from functools import cache

__all__ = ["MODEL_CARD", "version"]

MODEL_CARD = (
    "MiniLM-L6-H384 encoder with three heads, 8-bit weights; 4-gram model; lexicon of 32,000 originals;"
    " data, figures and limits: docs/model-card.md"
)
"""The models in a line; ``docs/model-card.md`` is where it comes from."""


@cache
def version() -> str:
    """The version of unspin that is installed, ``"0+unknown"`` in a source tree that is not."""
    from importlib import metadata

    try:
        return metadata.version("unspin")
    except metadata.PackageNotFoundError:
        return "0+unknown"
