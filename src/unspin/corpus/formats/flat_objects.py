"""Lines of JSON that hold flat objects to identifiers and texts, in one compiled pass.

Most corpora are such lines: names, strings, numbers, ``true``, ``false`` and ``null``. They are taken apart in steps of 64
bytes, and the text is copied in them. Whatever else there is (an object in the object, a name twice, a number as the text,
anything that is no JSON) is not decided here: a block with one such line goes to the parsers that know all of it
(:mod:`unspin.corpus.formats.objects`), and they say of every line that is taken here the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from unspin.arrays.machine import copy_plain, trailing_zeros

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["parsed"]

_STEP: Final = 64
_MOST_FIGURES: Final = 18
"""Figures of a number that every parser reads alike."""
_OPEN, _CLOSE, _COLON, _COMMA, _QUOTE, _ESCAPE, _MINUS, _POINT, _ZERO, _NINE, _A, _E, _F, _U = (
    np.uint8(ord(sign)) for sign in '{}:,"\\-.09aefu'
)
_SPACE, _TAB, _LF, _CR, _PLUS, _CASE = (np.uint8(ord(sign)) for sign in " \t\n\r+ ")
_TRUE, _FALSE, _NULL = (np.frombuffer(word, np.uint8) for word in (b"true", b"false", b"null"))
_OTHER, _ID, _TEXT = 0, 1, 2
_MEANT: Final = np.zeros(256, np.uint8)
"""What stands for a sign after a backslash; 0 where nothing does."""
_MEANT[list(b'"\\/bfnrt')] = list(b'"\\/\b\f\n\r\t')


class _Column(NamedTuple):
    """Strings one after the other.

    Attributes:
        data: their bytes, ``uint8``.
        ends: where each ends, ``int64[n]``.
        there: whether there is one, ``bool[n]``.
    """

    data: NDArray[np.uint8]
    ends: NDArray[np.int64]
    there: NDArray[np.bool_]

    @classmethod
    def of(cls, size: int, rows: int) -> _Column:
        """Room for so many bytes, and for what is written over in the last step."""
        import pyarrow as pa

        data = np.frombuffer(pa.allocate_buffer(size + _STEP), np.uint8)
        return cls(data, np.zeros(rows, np.int64), np.zeros(rows, np.bool_))

    def array(self, wide: bool) -> pa.Array:
        """As Arrow has it; the bytes are not copied."""
        import pyarrow as pa

        offsets = np.concatenate((np.zeros(1, np.int64), self.ends)).astype(np.int64 if wide else np.int32)
        some = None if self.there.all() else pa.py_buffer(np.packbits(self.there, bitorder="little"))
        kind = pa.large_string() if wide else pa.string()
        return pa.Array.from_buffers(kind, len(self.ends), [some, pa.py_buffer(offsets), pa.py_buffer(self.data)])


def parsed(data: bytes, lines: NDArray[np.int64], id: str, text: str) -> tuple[pa.Array, pa.Array] | None:
    """Identifiers (string) and texts (large_string) of lines of UTF-8, null where there is none.

    Args:
        data: the bytes.
        lines: where each line begins and ends, ``int64[n, 2]``.
        id: the name of the identifier.
        text: the name of the text.

    Returns:
        None where any line is not for this parser.
    """
    if id == text or "." in id + text:
        return None
    ids, texts = _Column.of(len(data), len(lines)), _Column.of(len(data), len(lines))
    names = [np.frombuffer(name.encode("utf-8", "surrogatepass"), np.uint8) for name in (id, text)]
    if not _parse(np.frombuffer(data, np.uint8), lines, *names, *ids, *texts):
        return None
    return ids.array(wide=False), texts.array(wide=True)


@njit
def _past_space(data: Any, at: Any, end: Any) -> Any:
    while at < end and (data[at] == _SPACE or data[at] == _TAB or data[at] == _LF or data[at] == _CR):
        at += 1
    return at


@njit
def _unit(data: Any, at: Any, end: Any) -> Any:
    """The number that four hexadecimal figures stand for, -1 where they are none."""
    if at + 4 > end:
        return -1
    value = 0
    for i in range(at, at + 4):
        figure = data[i]
        letter = figure | _CASE
        if _ZERO <= figure <= _NINE:
            value = value * 16 + figure - _ZERO
        elif _A <= letter <= _F:
            value = value * 16 + letter - _A + 10
        else:
            return -1
    return value


@njit
def _escaped(data: Any, at: Any, end: Any, target: Any, to: Any) -> Any:
    """What follows a backslash, in UTF-8: ``(where it ends, where what was written ends)``; -1 for what is not for us."""
    if at >= end:
        return -1, to
    sign = data[at]
    if sign != _U:
        target[to] = _MEANT[sign]
        return (at + 1 if _MEANT[sign] else -1), to + 1
    point = _unit(data, at + 1, end)
    at += 5
    if 0xD800 <= point < 0xDC00 and at + 6 <= end and data[at] == _ESCAPE and data[at + 1] == _U:
        second = _unit(data, at + 2, end)
        if not 0xDC00 <= second < 0xE000:
            return -1, to
        point = 0x10000 + ((point - 0xD800) << 10) + second - 0xDC00
        at += 6
    if point <= 0 or 0xD800 <= point < 0xE000:  # half a pair, and what ends a string for some
        return -1, to
    if point < 0x80:
        target[to] = point
        return at, to + 1
    if point < 0x800:
        target[to] = 0xC0 | point >> 6
    elif point < 0x10000:
        target[to] = 0xE0 | point >> 12
    else:
        target[to] = 0xF0 | point >> 18
        to += 1
        target[to] = 0x80 | point >> 12 & 0x3F
    if point >= 0x800:
        to += 1
        target[to] = 0x80 | point >> 6 & 0x3F
    target[to + 1] = 0x80 | point & 0x3F
    return at, to + 2


@njit
def _string(data: Any, at: Any, end: Any, target: Any, to: Any) -> Any:
    """A string from behind its quotation mark: ``(where it ends, where what was written ends)``; -1 for what is not for us."""
    while True:
        while at + _STEP <= len(data):  # what ends a line stops it too
            stops = copy_plain(target, to, data, at)
            plain = np.int64(trailing_zeros(stops))
            at += plain
            to += plain
            if plain < _STEP:
                break
        if at >= end:
            return -1, to
        byte = data[at]
        at += 1
        if byte == _QUOTE:
            return at, to
        if byte == _ESCAPE:
            at, to = _escaped(data, at, end, target, to)
            if at < 0:
                return at, to
        elif byte < _SPACE:
            return -1, to
        else:  # of the last bytes of a line
            target[to] = byte
            to += 1


@njit
def _figures(data: Any, at: Any, end: Any) -> Any:
    """Where figures end."""
    while at < end and _ZERO <= data[at] <= _NINE:
        at += 1
    return at


@njit
def _number(data: Any, at: Any, end: Any, whole: Any) -> Any:
    """Where a number ends; -1 for what is not for us, which is more where it must be ``whole``."""
    minus = data[at] == _MINUS
    begin = at + minus
    at = _figures(data, begin, end)
    if at == begin or at - begin > _MOST_FIGURES or (data[begin] == _ZERO and (at > begin + 1 or (minus and whole))):
        return -1
    if at >= end or (data[at] != _POINT and data[at] | _CASE != _E):
        return at
    if whole:
        return -1
    if data[at] == _POINT:
        begin = at + 1
        at = _figures(data, begin, end)
        if at == begin or at - begin > _MOST_FIGURES:
            return -1
    if at < end and data[at] | _CASE == _E:
        begin = at + 1
        if begin < end and (data[begin] == _MINUS or data[begin] == _PLUS):
            begin += 1
        at = _figures(data, begin, end)
        if at == begin or at - begin > 2:
            return -1
    return at


@njit
def _is(data: Any, at: Any, end: Any, word: Any) -> Any:
    """Whether a word stands here."""
    if at + len(word) > end:
        return False
    for i in range(len(word)):  # noqa: SIM110 - numba knows no all()
        if data[at + i] != word[i]:
            return False
    return True


@njit(nogil=True, cache=True)
def _parse(
    data: Any, lines: Any, id: Any, text: Any, ids: Any, id_ends: Any, id_there: Any, texts: Any, text_ends: Any,
    text_there: Any,
) -> bool:  # fmt: skip
    """Fill two columns from lines; whether all of them are such as this parser knows. Arguments as for :func:`parsed`."""
    id_to = text_to = 0
    for row in range(len(lines)):
        at, end = lines[row]
        at = _past_space(data, at, end)
        if at >= end or data[at] != _OPEN:
            return False
        at = _past_space(data, at + 1, end)
        more = at < end and data[at] != _CLOSE
        while more:
            if at >= end or data[at] != _QUOTE:
                return False
            # A name, and what nobody asks for, is written where the next text will be.
            at, name_to = _string(data, at + 1, end, texts, text_to)
            if at < 0:
                return False
            size = name_to - text_to
            kind = _OTHER
            if size == len(id) and _is(texts, text_to, name_to, id):
                kind = _ID
            elif size == len(text) and _is(texts, text_to, name_to, text):
                kind = _TEXT
            if (kind == _ID and id_there[row]) or (kind == _TEXT and text_there[row]):
                return False
            at = _past_space(data, at, end)
            if at >= end or data[at] != _COLON:
                return False
            at = _past_space(data, at + 1, end)
            if at >= end:
                return False
            sign = data[at]
            if sign == _QUOTE:
                if kind == _ID:
                    at, id_to = _string(data, at + 1, end, ids, id_to)
                    id_there[row] = True
                elif kind == _TEXT:
                    at, text_to = _string(data, at + 1, end, texts, text_to)
                    text_there[row] = True
                else:
                    at, _ = _string(data, at + 1, end, texts, text_to)
            elif sign == _MINUS or _ZERO <= sign <= _NINE:
                begin = at
                at = _number(data, at, end, kind == _ID)
                if kind == _TEXT or at < 0:
                    return False
                if kind == _ID:
                    for i in range(begin, at):
                        ids[id_to] = data[i]
                        id_to += 1
                    id_there[row] = True
            elif kind != _OTHER:
                return False
            elif _is(data, at, end, _TRUE) or _is(data, at, end, _NULL):
                at += 4
            elif _is(data, at, end, _FALSE):
                at += 5
            else:
                return False
            if at < 0:
                return False
            at = _past_space(data, at, end)
            if at >= end:
                return False
            more = data[at] == _COMMA
            if more:
                at = _past_space(data, at + 1, end)
        if at >= end or data[at] != _CLOSE or _past_space(data, at + 1, end) != end:
            return False
        id_ends[row] = id_to
        text_ends[row] = text_to
    return True
