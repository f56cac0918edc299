"""Flat objects of JSON, a line each: what the compiled parser takes is what the slow one takes, and says the same of it."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pa = pytest.importorskip("pyarrow")
pytest.importorskip("numba")

from unspin.corpus.formats import objects  # noqa: E402
from unspin.corpus.formats.chunks import Columns, is_utf8  # noqa: E402
from unspin.corpus.formats.flat_objects import parsed  # noqa: E402
from unspin.corpus.formats.lines import Block  # noqa: E402

LONG = "A sentence about a harbour, said again. " * 5


def block_of(data: bytes) -> Block:
    ends = np.flatnonzero(np.frombuffer(data, np.uint8) == ord("\n")) + 1
    if data and not data.endswith(b"\n"):
        ends = np.append(ends, len(data))
    return Block(0, data, ends, len(data))


def fast(data: bytes) -> list[tuple[str | None, str | None]] | None:
    """Identifiers and texts by the compiled parser."""
    found = parsed(data, objects.line_spans(block_of(data)), "id", "text")
    if found is None:
        return None
    for array in found:
        array.validate(full=True)
    return list(zip(found[0].to_pylist(), found[1].to_pylist(), strict=True))


def slow(data: bytes) -> list[tuple[str | None, str | None]] | None:
    """The same by the one that parses line by line; None where a line is no document."""
    block = block_of(data)
    batch, _, failures = objects.Parser(Columns(), "x")._one_by_one(block, objects.line_spans(block))
    ids = [
        None if id == f"x:{at}" else id
        for id, at in zip(batch["id"].to_pylist(), batch["offset"].to_pylist(), strict=True)
    ]
    return None if failures else list(zip(ids, batch["text"].to_pylist(), strict=True))


@pytest.mark.parametrize(
    ("line", "row"),
    [
        (b'{"id":"a","text":"one"}', ("a", "one")),
        (b' { "text" : "one" ,\t"id" : "a" } \r', ("a", "one")),
        (b'{"id":7,"text":"x"}', ("7", "x")),
        (b'{"id":-70,"text":"x"}', ("-70", "x")),
        (b'{"id":0,"text":""}', ("0", "")),
        (b'{"text":"x"}', (None, "x")),
        (b'{"id":"b"}', ("b", None)),
        (b"{}", (None, None)),
        (b'{"n":-0.5e-3,"t":true,"f":false,"z":null,"s":"\\"","text":"x"}', (None, "x")),
        (rb'{"text":"\"\\\/\b\f\n\r\t"}', (None, '"\\/\b\f\n\r\t')),
        (
            rb'{"text":"\u00e9\u2019\uD83d\ude00\u007f\u07ff\u0800\uffff"}',
            (None, "\u00e9\u2019\U0001f600\x7f\u07ff\u0800\uffff"),
        ),
        ('{"text":"Zoë – ja"}'.encode(), (None, "Zoë – ja")),
        (json.dumps({"text": LONG, "more": LONG, "id": LONG}).encode(), (LONG, LONG)),
    ],
)
def test_a_line_is_taken(line: bytes, row: tuple[str | None, str | None]) -> None:
    for end in (b"", b"\n"):
        assert fast(line + end) == [row]
        assert fast(b'{"id":"before"}\n' + line + end) == [("before", None), row]


@pytest.mark.parametrize(
    "line",
    [
        b'{"id":{"a":1},"text":"x"}', b'{"more":[],"text":"x"}', b'{"text":1}', b'{"text":null}', b'{"id":null}',
        b'{"id":true}', b'{"id":1.5}', b'{"id":-0}', b'{"id":01}', b'{"id":1e3}', b'{"id":1234567890123456789}',
        b'{"n":01}', b'{"n":1.}', b'{"n":.5}', b'{"n":-}', b'{"n":1e}', b'{"n":1e400}', b'{"n":+1}', b'{"n":NaN}', b'{"n":tru}',
        b'{"text":"x","text":"y"}', b'{"id":"x","id":"y"}', b'{"text":"x",}', b'{"text" "x"}', b'{"text":"x"', b'{"text":"x',
        b'{"text":"x"}}', b'{"text":"x"} {"text":"y"}', b'{text:"x"}', b'["x"]', b'"x"', b"x", b"{", b'{,"text":"x"}',
        b'{"text":"a\tb"}', b'{"text":"a\0b"}', rb'{"text":"\x"}', rb'{"text":"\u12"}', rb'{"text":"\u12g4"}',
        rb'{"text":"\ud83d"}', rb'{"text":"\ud83d\u0041"}', rb'{"text":"\ude00"}', rb'{"text":"\u0000"}', rb'{"text":"\"}',
        rb'{"text":"\ud83d\ude0"}',
    ],
)  # fmt: skip
def test_a_line_is_left_to_others(line: bytes) -> None:
    assert fast(line) is None
    assert fast(b'{"text":"before"}\n' + line + b'\n{"text":"after"}\n') is None


def test_names_that_others_have_to_find() -> None:
    data = b'{"a.b":"x","text":"y"}\n'
    spans = objects.line_spans(block_of(data))
    assert parsed(data, spans, "id", "a.b") is None
    assert parsed(data, spans, "text", "text") is None


@pytest.mark.parametrize("size", [0, 1, 62, 63, 64, 65, 127, 128, 129])
def test_a_text_ends_anywhere_among_the_bytes_that_are_copied_at_once(size: int) -> None:
    text = "".join(chr(97 + i % 26) for i in range(size))
    assert fast(json.dumps({"id": text, "text": text}).encode()) == [(text, text)]
    broken = text[: size // 2] + "\n" + text[size // 2 :]
    assert fast((json.dumps({"text": broken, "id": broken}) + "\n").encode() * 3) == [(broken, broken)] * 3


values: st.SearchStrategy[Any] = st.one_of(
    st.text(max_size=90), st.text('ab\\"\n\u2019\U0001f600', max_size=90), st.integers(-200, 200), st.none(), st.booleans(),
    st.floats(allow_nan=False), st.just([1]), st.just({"a": "b"}),
)  # fmt: skip
lines = st.builds(
    lambda row, ascii, tight: json.dumps(row, ensure_ascii=ascii, separators=(",", ":") if tight else None).encode(
        "utf-8", "replace"
    ),
    st.dictionaries(st.sampled_from(["id", "text", "more", "i", "texts", 'te"xt']), values, max_size=4),
    st.booleans(),
    st.booleans(),
)


@settings(max_examples=500, deadline=None)
@given(st.lists(lines, min_size=1, max_size=4), st.integers(0, 400), st.binary(max_size=2), st.booleans())
def test_what_is_taken_is_what_the_slow_parser_takes(rows: list[bytes], at: int, spoilt: bytes, spoil: bool) -> None:
    data = b"\n".join(rows)
    if spoil:
        data = data[:at] + spoilt + data[at + 1 :]
    if not is_utf8(data):
        return
    found = fast(data)
    assert found is None or found == slow(data)
