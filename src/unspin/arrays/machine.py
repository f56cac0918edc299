"""Machine operations that numba has no name for; with them a compiled loop takes bytes in steps of many, not of one."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

__all__ = ["beyond_ascii", "copy_plain", "count_ones", "letters", "load_word", "prefetch", "trailing_zeros"]

_BYTE = ir.IntType(8)
_WORD = ir.IntType(64)
_SIXTY_FOUR = ir.VectorType(_BYTE, 64)


@intrinsic
def load_word(_: Any, data: Any, at: Any) -> Any:
    """``load_word(data, at)``: the eight bytes of ``data`` (uint8, contiguous) from ``at`` on as one little-endian uint64.

    The caller sees to it that ``at + 8 <= len(data)``.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _loaded(context, builder, signature.args, arguments, _WORD)

    return types.uint64(data, types.intp), generate


@intrinsic
def letters(_: Any, data: Any, at: Any) -> Any:
    """``letters(data, at)``: which of the 64 bytes of ``data`` from ``at`` on are ASCII letters, the first as the lowest bit.

    The caller sees to it that ``at + 64 <= len(data)``.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        found = _loaded(context, builder, signature.args, arguments, _SIXTY_FOUR)
        place = builder.sub(builder.or_(found, _each(ord("a") ^ ord("A"))), _each(ord("a")))
        return builder.bitcast(builder.icmp_unsigned("<", place, _each(26)), _WORD)

    return types.uint64(data, types.intp), generate


@intrinsic
def beyond_ascii(_: Any, data: Any, at: Any) -> Any:
    """``beyond_ascii(data, at)``: which of the 64 bytes of ``data`` from ``at`` on are no ASCII, as for :func:`letters`."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        found = _loaded(context, builder, signature.args, arguments, _SIXTY_FOUR)
        return builder.bitcast(builder.icmp_signed("<", found, _each(0)), _WORD)

    return types.uint64(data, types.intp), generate


@intrinsic
def copy_plain(_: Any, target: Any, to: Any, data: Any, at: Any) -> Any:
    """``copy_plain(target, to, data, at)``: copy 64 bytes; which of them end a plain stretch of a string of JSON.

    These are quotation marks, backslashes, and what is below a space; bits as for :func:`letters`. The caller sees to it that
    both (uint8, contiguous) have as many bytes there.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        found = _loaded(context, builder, signature.args[2:], arguments[2:], _SIXTY_FOUR)
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        place = builder.gep(array.data, [arguments[1]])
        builder.store(found, builder.bitcast(place, _SIXTY_FOUR.as_pointer()), align=1)
        ends = builder.icmp_unsigned("<", found, _each(ord(" ")))
        for sign in '"\\':
            ends = builder.or_(ends, builder.icmp_unsigned("==", found, _each(ord(sign))))
        return builder.bitcast(ends, _WORD)

    return types.uint64(target, types.intp, data, types.intp), generate


@intrinsic
def prefetch(_: Any, data: Any, at: Any) -> Any:
    """``prefetch(data, at)``: have the byte at ``at`` of ``data`` (uint8 or int8, contiguous) come near; it is wanted soon."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer, flag = _BYTE.as_pointer(), ir.IntType(32)
        taken = ir.FunctionType(ir.VoidType(), [pointer, flag, flag, flag])
        instruction = builder.module.declare_intrinsic("llvm.prefetch", [pointer], taken)
        to_read, to_keep, as_data = (ir.Constant(flag, value) for value in (0, 3, 1))
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        builder.call(instruction, [builder.gep(array.data, [arguments[1]]), to_read, to_keep, as_data])
        return context.get_dummy_value()

    return types.void(data, types.intp), generate


@intrinsic
def trailing_zeros(_: Any, value: Any) -> Any:
    """``trailing_zeros(value)``: zero bits below the lowest one of a uint64; 64 for zero."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 0))

    return types.uint64(types.uint64), generate


@intrinsic
def count_ones(_: Any, value: Any) -> Any:
    """``count_ones(value)``: one bits of a uint64."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return types.uint64(types.uint64), generate


def _loaded(context: Any, builder: Any, given: Any, arguments: Any, type: ir.Type) -> Any:
    """What stands in an array of bytes from a place on, as one value, wherever it lies in memory."""
    array = context.make_array(given[0])(context, builder, arguments[0])
    place = builder.gep(array.data, [arguments[1]])
    return builder.load(builder.bitcast(place, type.as_pointer()), align=1)


def _each(byte: int) -> Any:
    return ir.Constant(_SIXTY_FOUR, [byte] * 64)
