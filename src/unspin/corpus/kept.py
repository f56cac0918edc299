"""The rows of a piece that are kept, as they stand in the input.

Of a bundle of texts every kept file goes into the segment with its name before it: ``length of name and of data
(2 x uint64) | name | data``.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from unspin.corpus.formats import encode
from unspin.corpus.pieces import Part

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["files", "pack_files", "rows"]

_LENGTHS: Final = struct.Struct("<QQ")


def rows(part: Part, mask: NDArray[np.bool_], *, others: bool) -> bytes:
    """The rows of one source that ``mask`` says; ``others``: records that are no documents too."""
    return encode(part.source, part.raw, mask, others) if part.raw is not None else b""


def pack_files(parts: tuple[Part, ...], mask: NDArray[np.bool_]) -> bytes:
    """The text files that ``mask`` says, each with its name."""
    packed: list[bytes] = []
    row = 0
    for part in parts:
        here = mask[row : row + part.rows]
        row += part.rows
        if here.any():
            name, data = part.source.name.encode(), rows(part, here, others=True)
            packed += [_LENGTHS.pack(len(name), len(data)), name, data]
    return b"".join(packed)


def files(packed: bytes) -> Iterator[tuple[str, memoryview]]:
    """Names and contents of what :func:`pack_files` packed."""
    view = memoryview(packed)
    start = 0
    while start < len(view):
        name, data = _LENGTHS.unpack_from(view, start)
        start += _LENGTHS.size
        yield bytes(view[start : start + name]).decode(), view[start + name : start + name + data]
        start += name + data
