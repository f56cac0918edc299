"""The bytes of an Arrow column, as the kernels take them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["buffers", "read_only"]

T = TypeVar("T", bound=np.generic)


def buffers(texts: pa.Array) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The bytes of a column as Arrow has them, and where its rows begin in them.

    Always of the same types, read-only, since a kernel is compiled for each combination of types anew.
    """
    import pyarrow as pa

    wide = pa.types.is_large_string(texts.type) or pa.types.is_large_binary(texts.type)
    if not (wide or pa.types.is_string(texts.type) or pa.types.is_binary(texts.type)):
        texts, wide = texts.cast(pa.large_string()), True
    _, offsets, data = texts.buffers()
    begins, content = np.zeros(len(texts) + 1, np.int64), np.empty(0, np.uint8)
    if offsets is not None and len(texts):
        found = np.frombuffer(offsets, np.int64 if wide else np.int32)
        begins = found[texts.offset : texts.offset + len(texts) + 1].astype(np.int64)
    if data is not None:
        content = np.frombuffer(data, np.uint8)
    return read_only(content), read_only(begins)


def read_only(array: NDArray[T]) -> NDArray[T]:
    """A view of an array that cannot be written to."""
    view = array.view()
    view.flags.writeable = False
    return view
