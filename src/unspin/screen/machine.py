"""Two machine operations that numba has no name for; they let the kernel take a word in one step instead of a step a letter."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

__all__ = ["load_word", "trailing_zeros"]


@intrinsic
def load_word(_: Any, data: Any, at: Any) -> Any:
    """``load_word(data, at)``: the eight bytes of ``data`` (uint8, contiguous) from ``at`` on as one little-endian uint64.

    The caller sees to it that ``at + 8 <= len(data)``.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        place = builder.gep(array.data, [arguments[1]])
        wide = builder.bitcast(place, ir.IntType(64).as_pointer())
        return builder.load(wide, align=1)

    return types.uint64(data, types.intp), generate


@intrinsic
def trailing_zeros(_: Any, value: Any) -> Any:
    """``trailing_zeros(value)``: zero bits below the lowest one of a uint64; 64 for zero."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 0))

    return types.uint64(types.uint64), generate
