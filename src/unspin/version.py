"""Which unspin this is."""

from __future__ import annotations

from functools import cache

__all__ = ["version"]


@cache
def version() -> str:
    """The version of unspin that is installed, ``"0+unknown"`` in a source tree that is not."""
    from importlib import metadata

    try:
        return metadata.version("unspin")
    except metadata.PackageNotFoundError:
        return "0+unknown"
