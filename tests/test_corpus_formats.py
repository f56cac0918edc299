"""Formats of a corpus: what is read, where chunks end, going on in the middle, and kept rows byte for byte."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest

pa = pytest.importorskip("pyarrow")
for library in ("fsspec", "zstandard", "fastwarc", "resiliparse"):
    pytest.importorskip(library)

import zstandard  # noqa: E402
from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402
from pyarrow import parquet  # noqa: E402

from tests.corpus_files import (  # noqa: E402
    check_resuming,
    drain,
    drain_split,
    jsonl,
    keep,
    members,
    page,
    record,
    rows_of,
    shrunk,
    source_of,
    wet,
    write,
)  # fmt: skip
from unspin.corpus.formats import (  # noqa: E402
    Columns,
    companions,
    encode,
    layout,
    lines,
    objects,
    pages,
    read,
    splits,
    streams,
)
from unspin.corpus.formats import jsonl as jsonl_format  # noqa: E402
from unspin.corpus.formats.output import PLAIN, Layout, assemble, atomic, to_bytes  # noqa: E402
from unspin.corpus.formats.output import parquet as parquet_layout  # noqa: E402
from unspin.corpus.sources import Source  # noqa: E402
from unspin.errors import (  # noqa: E402
    CorruptInput,
    InputError,
    MissingInput,
    OutputError,
    UnknownEncoding,
    UnknownFormat,
)  # fmt: skip

SUFFIXES = (
    "jsonl", "jsonl.gz", "jsonl.zst", "csv", "csv.gz", "csv.zst", "parquet", "arrow", "wet", "wet.gz", "wet.zst"
)  # fmt: skip
ROWS = [(f"r{i}", f"Row {i} crossed the “yard”,\nslowly; twice. " * (i % 4) + chr(0xE9) * (i % 3)) for i in range(40)]
SAME_BYTES = ("jsonl", "csv", "wet", "wet.gz")
"""Formats whose file is the very same when all is kept."""

KEPT = {"max_examples": 60, "deadline": None}


@pytest.fixture
def small() -> Iterator[None]:
    with shrunk():
        yield


def jsonl_of(folder: Path, data: bytes, name: str = "x.jsonl") -> Source:
    path = folder / name
    path.write_bytes(data)
    return source_of(path)


# --- all formats -----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_format_gives_the_rows_that_were_written(suffix: str, tmp_path: Path) -> None:
    source = source_of(write(tmp_path, suffix, ROWS))
    found = drain(source)
    ids = [f"urn:uuid:{id}" for id, _ in ROWS] if "wet" in suffix else [id for id, _ in ROWS]
    assert found.rows == list(zip(ids, [text for _, text in ROWS], strict=True))
    assert (found.failures, found.error) == ([], None)
    assert {str(chunk.batch.schema) for chunk in found.chunks} == {"id: string\ntext: large_string\noffset: int64"}
    offsets = [offset for chunk in found.chunks for offset in chunk.batch["offset"].to_pylist()]
    assert offsets == sorted(set(offsets))


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_reading_goes_on_from_every_position(suffix: str, tmp_path: Path) -> None:
    assert check_resuming(source_of(write(tmp_path, suffix, ROWS))) >= 10


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_chunks_are_bounded(suffix: str, tmp_path: Path) -> None:
    for chunk in drain(source_of(write(tmp_path, suffix, ROWS))).chunks:
        size = sum(len(text.encode()) for _, text in rows_of(chunk) if text)
        assert chunk.batch.num_rows <= 4
        assert size <= 200 or chunk.batch.num_rows == 1 or ("wet" in suffix and size < 400)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_short_rows_are_bounded_by_their_number(suffix: str, tmp_path: Path) -> None:
    for chunk in drain(source_of(write(tmp_path, suffix, [(str(i), "x") for i in range(40)]))).chunks:
        assert 1 <= chunk.batch.num_rows <= 4
    lines_ = drain(jsonl_of(tmp_path, b'{"text":""}\n' * 10)).chunks
    assert [chunk.batch.num_rows for chunk in lines_] == [4, 4, 2]


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_what_is_kept_is_untouched(suffix: str, tmp_path: Path) -> None:
    path = write(tmp_path, suffix, ROWS)
    source, target = source_of(path), tmp_path / f"kept.{suffix}"
    whole = keep(source, target)
    assert drain(source_of(target)).rows == drain(source).rows
    if suffix in SAME_BYTES:
        assert whole == path.read_bytes()
    keep(source, target, every=3)
    assert drain(source_of(target)).rows == drain(source).rows[::3]
    assert keep(source, target, every=3) == keep(source, tmp_path / "again", every=3)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_nothing_kept_is_still_a_file_of_the_format(suffix: str, tmp_path: Path) -> None:
    source, target = source_of(write(tmp_path, suffix, ROWS)), tmp_path / f"kept.{suffix}"
    segments = [
        encode(source, chunk.raw, np.zeros(chunk.batch.num_rows, np.bool_), others=False)
        for chunk in drain(source).chunks
        if chunk.raw is not None
    ]
    for made in (segments, []):
        assemble(made, target, layout(source))
        assert drain(source_of(target)).rows == []
    if suffix.endswith("gz"):
        assert gzip.decompress(target.read_bytes()) == b""
    if suffix.endswith("zst"):
        assert zstandard.decompress(target.read_bytes()) == b""


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_bytes_read_add_up_to_the_file(suffix: str, tmp_path: Path) -> None:
    source = source_of(write(tmp_path, suffix, ROWS))
    spent = [chunk.bytes_read for chunk in drain(source).chunks]
    assert all(size >= 0 for size in spent)
    assert sum(part.size for part in splits(source, Columns())) <= source.size
    assert sum(spent) == pytest.approx(sum(part.size for part in splits(source, Columns())), rel=0.15)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_without_keeping_no_rows_are_held(suffix: str, tmp_path: Path) -> None:
    source = source_of(write(tmp_path, suffix, ROWS))
    (split,) = splits(source, Columns())
    chunks = list(read(source, split, Columns(), keep=False))
    assert [row for chunk in chunks for row in rows_of(chunk)] == drain(source).rows
    assert {chunk.raw for chunk in chunks} == {None}


@pytest.mark.parametrize("suffix", ["jsonl", "jsonl.gz", "csv", "parquet", "arrow", "wet.gz", "txt"])
def test_a_url_is_read_as_a_file_is(suffix: str, tmp_path: Path) -> None:
    import fsspec

    path = tmp_path / "x.txt" if suffix == "txt" else write(tmp_path, suffix, ROWS)
    if suffix == "txt":
        path.write_bytes(b"One page.")
    system = fsspec.filesystem("memory")
    system.pipe(f"/urls/rows.{suffix}", path.read_bytes())
    try:
        from unspin.corpus.sources import discover

        (source,) = discover([f"memory://urls/rows.{suffix}"]).sources
        assert drain(source).rows == [
            (id.replace("x.txt", "rows.txt"), text) for id, text in drain(source_of(path)).rows
        ]
        assert keep(source, tmp_path / "a") == keep(source_of(path), tmp_path / "b")
    finally:
        system.rm("/urls", recursive=True)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_file_that_is_gone_is_one_line(suffix: str, tmp_path: Path) -> None:
    source = source_of(write(tmp_path, suffix, ROWS))
    (split,) = splits(source, Columns())
    os.unlink(source.url)
    with pytest.raises(MissingInput, match="no such file"):
        splits(source, Columns())
    with pytest.raises(MissingInput, match="no such file"):
        list(read(source, split, Columns()))


@pytest.mark.parametrize("suffix", ["jsonl", "jsonl.zst", "csv", "parquet", "arrow"])
def test_a_missing_column_is_one_line_that_names_the_others(suffix: str, tmp_path: Path) -> None:
    source = source_of(write(tmp_path, suffix, ROWS))
    with pytest.raises(
        InputError, match=r"no column 'body'; there are: id, \w+, \w+; choose with --text-column"
    ) as error:
        splits(source, Columns(text="body"))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "parquet", "arrow", "wet"])
def test_without_an_identifier_the_place_is_one(suffix: str, tmp_path: Path) -> None:
    source = source_of(write(tmp_path, suffix, ROWS))
    (chunk,) = (
        drain(source, Columns(id="none")).chunks
        if suffix in ("jsonl", "csv", "wet")
        else drain(source, Columns(id="none")).chunks[:1]
    )
    offsets = chunk.batch["offset"].to_pylist()
    assert chunk.batch["id"].to_pylist() == [f"rows.{suffix}:{offset}" for offset in offsets]


@pytest.mark.parametrize("suffix", ["jsonl", "jsonl.gz", "jsonl.zst", "csv", "csv.gz", "txt", "wet", "wet.gz", "arrow"])
def test_an_empty_file_has_no_rows(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"x.{suffix}"
    path.write_bytes(b"")
    found = drain(source_of(path))
    assert [text for _, text in found.rows if text] == []
    assert (found.failures, found.error) == ([], None)


@pytest.mark.parametrize("suffix", ["parquet", "arrow", "wet", "jsonl", "jsonl.gz", "jsonl.zst", "wet.gz", "csv.zst"])
def test_another_format_under_this_name_is_one_line(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"x.{suffix}"
    path.write_bytes(b"Something else altogether, and long enough. " * 10)
    with pytest.raises(InputError) as error:
        splits(source_of(path), Columns())
    assert "\n" not in str(error.value)
    assert str(path) in str(error.value)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("suffix", ["jsonl.gz", "jsonl.zst", "csv.gz", "wet.gz", "wet", "wet.zst", "arrow"])
@pytest.mark.parametrize("share", [0.5, 0.8, 0.99])
def test_a_file_that_ends_too_early_gives_all_before_it(suffix: str, share: float, tmp_path: Path) -> None:
    path = write(tmp_path, suffix, ROWS)
    all_rows = drain(source_of(path)).rows
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    found = drain(source_of(path))
    assert found.error is not None or suffix == "arrow"  # an Arrow stream may end between two batches
    assert found.rows == all_rows[: len(found.rows)]
    assert len(found.rows) >= len(ROWS) * share - 12
    check_resuming(source_of(path))


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("suffix", ["jsonl.gz", "jsonl.zst", "csv.gz", "wet.gz"])
def test_a_damaged_block_is_one_line_after_what_comes_before(suffix: str, tmp_path: Path) -> None:
    path = write(tmp_path, suffix, ROWS)
    all_rows = drain(source_of(path)).rows
    data = bytearray(path.read_bytes())
    data[int(len(data) * 0.7) : int(len(data) * 0.7) + 60] = b"\xff" * 60
    path.write_bytes(data)
    found = drain(source_of(path))
    assert isinstance(found.error, CorruptInput)
    assert "is damaged at byte" in str(found.error)
    assert str(path) in str(found.error)
    assert found.rows == all_rows[: len(found.rows)]
    assert len(found.rows) > 10
    check_resuming(source_of(path))


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("kind", ["gz", "zst"])
@pytest.mark.parametrize("size", [700, 1_500])
def test_damage_is_met_at_the_same_byte_wherever_reading_began(kind: str, size: int, tmp_path: Path) -> None:
    rows = [(str(i), f"{i * 7919 % 1009} {i * 104729 % 997}") for i in range(120)]
    data = bytearray(members(jsonl(rows), size, kind))
    for damaged in range(len(data) // 2, len(data) // 2 + 400, 80):
        changed = data[:]
        changed[damaged] ^= 0xFF
        check_resuming(jsonl_of(tmp_path, bytes(changed), f"x.jsonl.{kind}"))


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("kind", ["gz", "zst"])
def test_what_packs_very_well_is_unpacked_to_the_end(kind: str, tmp_path: Path) -> None:
    for size in range(0, 2_000, 37):
        source = jsonl_of(tmp_path, members(GOOD + b"\n" + b" " * size, 5_000, kind), f"x.jsonl.{kind}")
        found = drain(source)
        assert found.error is None
        assert sum(len(chunk.raw.data) for chunk in found.chunks) == len(GOOD) + 1 + size


# --- JSON Lines ------------------------------------------------------------------------------------------------------

GOOD = b'{"id":"a","text":"one"}'


@pytest.mark.parametrize(
    ("line", "row"),
    [
        (b'{"id":7,"text":"x"}', ("7", "x")),
        (b'{"id":12345678901234567890123,"text":"x"}', ("12345678901234567890123", "x")),
        (b'{"id":1.50,"text":"x"}', ("1.50", "x")),
        (b'{"id":true,"text":"x"}', ("true", "x")),
        (b'{"id":{"k":["v",1]},"text":"x"}', ('{"k":["v",1]}', "x")),
        (b'{"id":null,"text":"x"}', ("x.jsonl:24", "x")),
        (b'{"text":"x"}', ("x.jsonl:24", "x")),
        (b'{"id":"b","text":null}', ("b", None)),
        (b'{"id":"b"}', ("b", None)),
        (b'{"id":"b","text":""}', ("b", "")),
        (b'{"id":"b","text":"a\\u0000b"}', ("b", "a\0b")),
        (b'{"id":"b","text":"x","more":NaN}', ("b", "x")),
        (b'{"id":"b","text":"\\ud83d x"}', ("b", "\ufffd x")),
        (b'  {"id":"b" ,\t"text":"x"}  ', ("b", "x")),
        (b'{"id":"b","text":"x","text":"y"}', ("b", "y")),
    ],
)
def test_a_line_of_json(line: bytes, row: tuple[str, str | None], tmp_path: Path) -> None:
    found = drain(jsonl_of(tmp_path, GOOD + b"\n" + line + b"\n"))
    assert found.rows == [("a", "one"), row]
    assert not found.failures


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"id":"b","text":', "no JSON"),
        (b'{"id":"b","text":"x"} {"id":"c","text":"y"}', "no JSON"),
        (b'{"id":"b","text":"\xff\xfe"}', "no UTF-8"),
        (b'{"id":"b","text":"x","other":"\xc3"}', "no UTF-8"),
        (b'{"id":"b","text":5}', "text is not a string but a number"),
        (b'{"id":"b","text":["x"]}', "text is not a string but an array"),
        (b'["x"]', "not an object but an array"),
        (b'"x"', "not an object but a string"),
        (b'{"id":"b","text":"a\0b"}', "no JSON"),
        (b"\0\0\0", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b'{"text":' * 3_000 + b"1" + b"}" * 3_000, ""),
    ],
)
def test_a_bad_line_spoils_nothing_but_itself(line: bytes, reason: str, tmp_path: Path) -> None:
    data = GOOD + b"\n" + line + b"\n" + GOOD + b"\n"
    source = jsonl_of(tmp_path, data)
    found = drain(source)
    assert found.rows == [("a", "one")] * 2
    ((offset, said),) = found.failures
    assert offset == len(GOOD) + 1
    assert said.startswith(reason)
    assert "\n" not in said
    assert keep(source, tmp_path / "kept.jsonl") == (GOOD + b"\n") * 2


def test_an_object_over_two_lines_never_hides_two_on_one(tmp_path: Path) -> None:
    """As many objects as lines, but not one on each."""
    data = b'{"text":"a"} {"text":"b"}\n{"text":\n"c"}\n{"text":"d"}\n'
    found = drain(jsonl_of(tmp_path, data))
    assert [text for _, text in found.rows] == ["d"]
    assert [offset for offset, _ in found.failures] == [0, 26, 35]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_any_line_end_and_a_byte_order_mark(end: bytes, mark: bytes, tmp_path: Path) -> None:
    data = mark + end.join([b"", GOOD, b"", b"  ", GOOD, GOOD])
    source = jsonl_of(tmp_path, data)
    assert drain(source).rows == [("a", "one")] * 3
    assert keep(source, tmp_path / "kept.jsonl") == data
    assert keep(source, tmp_path / "kept.jsonl", every=3) == mark + end.join([b"", GOOD, b"", b"  ", b""])


@pytest.mark.parametrize(
    ("data", "error", "line"),
    [
        (b'[{"text":"x"}]', UnknownFormat, "a JSON array"),
        ('{"text":"x"}\n'.encode("utf-16"), UnknownEncoding, "UTF-16"),
        (b"no json\nat all\n", UnknownFormat, "not JSON Lines"),
        (b'{"body":"x"}\n', InputError, "no column 'text'; there are: body"),
        (b"{}\n", InputError, "there are: none"),
    ],
)
def test_what_is_wrong_with_a_whole_file(data: bytes, error: type[InputError], line: str, tmp_path: Path) -> None:
    with pytest.raises(error, match=line):
        splits(jsonl_of(tmp_path, data), Columns())


def test_a_column_inside_a_column(tmp_path: Path) -> None:
    data = b'{"meta":{"id":5},"page":{"text":"in"}}\n{"page.text":"out","meta":null}\n{"page":null}\n'
    source = jsonl_of(tmp_path, data)
    assert drain(source, Columns("page.text", "meta.id")).rows == [
        ("5", "in"), ("x.jsonl:39", "out"), ("x.jsonl:71", None)
    ]  # fmt: skip
    table = pa.table({"page": [{"text": "in", "n": 1}, None], "meta": [{"id": 5}, {"id": None}]})
    parquet.write_table(table, tmp_path / "x.parquet")
    rows = [("5", "in"), ("x.parquet:1", None)]
    assert drain(source_of(tmp_path / "x.parquet"), Columns("page.text", "meta.id")).rows == rows
    file, columns = source_of(tmp_path / "x.parquet"), Columns("page.text")
    without = [chunk.batch.to_pydict() for chunk in read(file, splits(file, columns)[0], columns, keep=False)]
    assert without == [chunk.batch.to_pydict() for chunk in drain(file, columns).chunks]


def test_slow_and_fast_parsing_agree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = jsonl_of(tmp_path, jsonl(ROWS))
    slow = drain(jsonl_of(tmp_path, jsonl(ROWS) + b"spoiled\n", "y.jsonl"))
    assert slow.rows == drain(source).rows
    assert len(slow.failures) == 1
    monkeypatch.setattr(objects.Parser, "_one_by_one", None)  # good lines never come there
    assert drain(source).rows == ROWS


def test_many_flat_objects_go_through_the_compiled_parser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [(str(i), f"line {i}, " * 40) for i in range(4_000)]
    flat = b"".join(orjson.dumps({"id": id, "text": text}) + b"\n" for id, text in rows)
    assert len(flat) > objects._MANY
    mixed = flat + jsonl(rows[:1])
    assert drain(jsonl_of(tmp_path, mixed)).rows == [*rows, rows[0]]
    monkeypatch.setattr(objects, "_parse", None)  # Arrow's reader is not asked
    assert drain(jsonl_of(tmp_path, flat)).rows == rows


def test_of_a_split_no_more_is_read_than_its_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name, size in (
        (jsonl_format, "SPLIT", 300_000), (jsonl_format, "_HEAD", 1_000),
        (lines, "SIZE", 100_000), (lines, "_READ", 200_000), (lines, "_LINE", 1_000),
    ):  # fmt: skip
        monkeypatch.setattr(module, name, size)
    taken = 0
    read_all = streams.read_all

    def counting(*arguments: Any) -> bytes:
        nonlocal taken
        data = read_all(*arguments)
        taken += len(data)
        return data

    monkeypatch.setattr(streams, "read_all", counting)
    source = jsonl_of(tmp_path, jsonl([(str(i), "some words of a line") for i in range(30_000)]))
    parts = splits(source, Columns())
    assert len(parts) > 4
    taken = 0
    assert sum(chunk.batch.num_rows for part in parts for chunk in read(source, part, Columns())) == 30_000
    assert taken < source.size + 4_000 * len(parts)


def test_a_line_of_a_hundred_megabytes(tmp_path: Path) -> None:
    long = b'{"id":"long","text":"' + b"word and word " * (100 * 1024**2 // 14) + b'"}\n'
    source = jsonl_of(tmp_path, GOOD + b"\n" + long + GOOD + b"\n")
    parts = splits(source, Columns())
    assert len(parts) == 13  # the line goes through all of them, and is read once
    chunks = [chunk for part in parts for chunk in drain_split(source, part, Columns()).chunks]
    assert [chunk.batch["id"].to_pylist() for chunk in chunks] == [["a"], ["long"], ["a"]]
    assert chunks[1].batch.nbytes > 100e6


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("suffix", ["jsonl", "jsonl.gz"])
@pytest.mark.parametrize("size", [3_999, 4_000, 4_100, 20_000])
@pytest.mark.parametrize("end", [b"\n", b""])
def test_a_line_beyond_the_limit_is_passed_over(suffix: str, size: int, end: bytes, tmp_path: Path) -> None:
    long = b'{"id":"long","text":"' + b"x" * (size - 23) + b'"}' + b"\n"
    data = (GOOD + b"\n") * 3 + long + (GOOD + b"\n") * 3 if end else (GOOD + b"\n") * 6 + long[:-1]
    source = jsonl_of(tmp_path, members(data, 300, "gz") if "gz" in suffix else data, f"x.{suffix}")
    found = drain(source)
    expected = 6 + (size + len(end) <= 4_000)
    assert len(found.rows) == expected
    assert len(found.failures) == 7 - expected
    assert [said for _, said in found.failures] == ["longer than 128 MiB"] * (7 - expected)
    check_resuming(source)


line_strategy = st.one_of(
    st.builds(lambda id, text: orjson.dumps({"id": id, "text": text}), st.text(max_size=3), st.text(max_size=30)),
    st.builds(
        lambda id: orjson.dumps({"text": "x", "id": id}), st.one_of(st.integers(-5, 5), st.booleans(), st.none())
    ),
    st.sampled_from(
        [b"", b"  ", b"\t", b"{}", b"x", b"{", b"}", b'{"text":', b'"c"}', b'{"text":1}', b'{"text":"\xff"}']
    ),
    st.binary(max_size=12).map(lambda data: data.replace(b"\n", b"").replace(b"\r", b"")),
    st.integers(1, 60).map(lambda n: orjson.dumps({"text": "long " * n})),
)
end_strategy = st.sampled_from([b"\n", b"\n", b"\r\n"])


@st.composite
def jsonl_files(draw: st.DrawFn) -> bytes:
    pieces = [line + draw(end_strategy) for line in draw(st.lists(line_strategy, max_size=40))]
    data = draw(st.sampled_from([b"", b"\xef\xbb\xbf"])) + GOOD + b"\n" + b"".join(pieces)
    return data if draw(st.booleans()) else data.rstrip(b"\r\n")


@shrunk()
@settings(**KEPT)  # type: ignore[arg-type]
@given(data=jsonl_files(), packed=st.sampled_from(["", "gz", "zst"]), size=st.integers(1, 90))
def test_any_json_lines(data: bytes, packed: str, size: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Each line is a row, a failure or blank; all but the failures come back; reading can go on anywhere."""
    folder = tmp_path_factory.mktemp("lines")
    name = f"x.jsonl.{packed}" if packed else "x.jsonl"
    source = jsonl_of(folder, members(data, size, packed) if packed else data, name)
    found = drain(source)
    bad = {offset for offset, _ in found.failures}
    kept, offsets, at = [], [], 0
    for line in data.split(b"\n"):
        line += b"\n"
        mark = 3 if at == 0 and line.startswith(b"\xef\xbb\xbf") else 0
        blank = not line[mark:].strip(b" \t\r\n")
        if not blank and at + mark not in bad:
            offsets.append(at + mark)
        kept.append(line[:mark] if at + mark in bad else line)
        at += len(line)
    assert [offset for chunk in found.chunks for offset in chunk.batch["offset"].to_pylist()] == offsets
    if not bad:
        raw = b"".join(
            encode(source, chunk.raw, np.ones(chunk.batch.num_rows, np.bool_)) for chunk in found.chunks if chunk.raw
        )
        assert {"": lambda b: b, "gz": gzip.decompress, "zst": unzst}[packed](raw) == data
    for row, offset in zip(found.rows, offsets, strict=True):
        value = json.loads(data[offset:].split(b"\n", 1)[0])
        assert row[1] == value.get("text")
    check_resuming(source)


def unzst(data: bytes) -> bytes:
    return zstandard.ZstdDecompressor().stream_reader(io.BytesIO(data), read_across_frames=True).read()


@shrunk()
@settings(**KEPT)  # type: ignore[arg-type]
@given(sizes=st.lists(st.integers(0, 300), min_size=1, max_size=40), split=st.integers(20, 900))
def test_a_line_belongs_to_one_split(sizes: list[int], split: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    data = b"".join(orjson.dumps({"text": "x" * size}) + b"\n" for size in sizes)
    source = jsonl_of(tmp_path_factory.mktemp("split"), data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jsonl_format, "SPLIT", split)
        parts = splits(source, Columns())
        assert [part.start for part in parts] == [0, *[part.end for part in parts][:-1]]
        texts = [text for part in parts for _, text in drain_split(source, part, Columns()).rows]
        raw = [chunk.raw.data for part in parts for chunk in drain_split(source, part, Columns()).chunks]
    assert texts == ["x" * size for size in sizes]
    assert b"".join(raw) == data
    assert sorted({part.key for part in parts}) == [part.key for part in parts]


# --- CSV -------------------------------------------------------------------------------------------------------------


def csv_of(folder: Path, data: bytes, name: str = "x.csv") -> Source:
    path = folder / name
    path.write_bytes(data)
    return source_of(path)


@pytest.mark.parametrize(
    ("data", "rows"),
    [
        (b'id,text\r\n1,"a\r\nb ""c"""\r\n2,d', [("1", 'a\r\nb "c"'), ("2", "d")]),
        (b"text;id\nx;1\n", [("1", "x")]),
        (b'\xef\xbb\xbf"text"\tid\nx\t1\n', [("1", "x")]),
        (b"id,text\r1,x\r2,y", [("1", "x"), ("2", "y")]),
        (b'id,text\n1,5" pipe\n2,6" pipe\n3,x\n', [("1", '5" pipe'), ("2", '6" pipe'), ("3", "x")]),
        (b"\n\nid,text\n\n1,x\n\n", [("1", "x")]),
        (b"id,text\n1,a\0b\n", [("1", "a\0b")]),
        (b"text\nx\n", [("x.csv:5", "x")]),
    ],
)
def test_csv(data: bytes, rows: list[tuple[str, str]], tmp_path: Path) -> None:
    source = csv_of(tmp_path, data)
    found = drain(source)
    assert found.rows == rows
    assert keep(source, tmp_path / "kept.csv") == data


def test_bad_rows_of_csv(tmp_path: Path) -> None:
    data = b'id,text\n1,x\n2\n3,y,z\n4,"\xff\n"\n5,w\n'
    source = csv_of(tmp_path, data)
    found = drain(source)
    assert found.rows == [("1", "x"), ("5", "w")]
    assert found.failures == [
        (12, "1 fields instead of 2"), (14, "3 fields instead of 2"), (20, "no UTF-8 at byte 3 of the row")
    ]  # fmt: skip
    assert keep(source, tmp_path / "kept.csv") == b"id,text\n1,x\n5,w\n"
    assert keep(source, tmp_path / "kept.csv", every=2) == b"id,text\n1,x\n"


def test_csv_in_utf_16_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UnknownEncoding, match="UTF-16"):
        splits(csv_of(tmp_path, "id,text\n1,x\n".encode("utf-16")), Columns())


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_a_quote_that_is_none_holds_nothing_together(end: bytes, tmp_path: Path) -> None:
    data = end.join([b"id,text", b'0,5" pipe', *(b"%d,row" % i for i in range(1, 1_000)), b""])
    found = drain(csv_of(tmp_path, data))
    assert len(found.rows) == 1_000
    assert (found.rows[0], found.error) == (("0", '5" pipe'), None)


@pytest.mark.usefixtures("small")
def test_a_quote_that_is_never_closed_does_not_eat_the_memory(tmp_path: Path) -> None:
    rows = b"".join(b"%d,row\n" % i for i in range(20))
    source = csv_of(tmp_path, b"id,text\n" + rows + b'x,"' + b"more,\n" * 2_000)
    found = drain(source)
    assert len(found.rows) == 20
    assert "see whether a quote is not closed" in str(found.error)
    check_resuming(source)


@shrunk()
@settings(**KEPT)  # type: ignore[arg-type]
@given(body=st.text('ab",;\n\r é\0', max_size=400), packed=st.booleans())
def test_any_csv(body: str, packed: bool, tmp_path_factory: pytest.TempPathFactory) -> None:
    """As Python's reader has it, line by line; and the bytes come back."""
    data = ("id,text\n" + body).encode()
    folder = tmp_path_factory.mktemp("csv")
    source = csv_of(folder, members(data, 70, "gz") if packed else data, "x.csv.gz" if packed else "x.csv")
    found = drain(source)
    expected = [row for row in csv.reader(line.decode() for line in data.splitlines(keepends=True)) if row][1:]
    assert [list(row) for row in found.rows] == [row for row in expected if len(row) == 2]
    assert len(found.failures) == sum(len(row) != 2 for row in expected)
    raw = b"".join(chunk.raw.data for chunk in found.chunks if chunk.raw is not None and hasattr(chunk.raw, "data"))
    assert raw == data
    check_resuming(source)


# --- plain text ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("suffix", ["txt", "txt.gz"])
def test_a_text_file_is_a_document(encoding: str, suffix: str, tmp_path: Path) -> None:
    data = "Ein Café,\r\n\0zwei “Tische”.".encode(encoding)
    path = tmp_path / f"page.{suffix}"
    path.write_bytes(gzip.compress(data) if "gz" in suffix else data)
    source = source_of(path)
    assert drain(source).rows == [(f"page.{suffix}:0", "Ein Café,\r\n\0zwei “Tische”.")]
    kept = keep(source, tmp_path / "kept")
    assert (gzip.decompress(kept) if "gz" in suffix else kept) == data
    assert check_resuming(source) == 1


def test_text_that_is_no_utf_8_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_bytes(b"caf\xe9")
    source = source_of(tmp_path / "page.txt")
    assert drain(source).failures == [(0, "no UTF-8 at byte 3; convert it first: iconv -t UTF-8")]
    assert keep(source, tmp_path / "kept.txt") == b""


@pytest.mark.usefixtures("small")
def test_a_text_that_is_too_long_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_bytes(b"x" * 5_000)
    assert [said for _, said in drain(source_of(tmp_path / "page.txt")).failures] == ["longer than 128 MiB"]


# --- Parquet and Arrow -----------------------------------------------------------------------------------------------


def parquet_of(folder: Path, table: pa.Table, **options: object) -> Source:
    parquet.write_table(table, folder / "x.parquet", **options)
    return source_of(folder / "x.parquet")


TEXT_TYPES = [
    pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string()), pa.binary()
]  # fmt: skip


@pytest.mark.parametrize("type", TEXT_TYPES, ids=str)
def test_text_of_any_type(type: pa.DataType, tmp_path: Path) -> None:
    texts = ["Ein Café", None, "", "x" * 40]
    column = pa.array(texts, pa.string()).cast(pa.binary() if pa.types.is_binary(type) else pa.string())
    column = column.dictionary_encode() if pa.types.is_dictionary(type) else column.cast(type)
    source = parquet_of(tmp_path, pa.table({"id": [3, 1, 4, None], "text": column}))
    assert drain(source).rows == list(zip(["3", "1", "4", "x.parquet:3"], texts, strict=True))


def test_bad_utf_8_in_a_column_is_a_failure(tmp_path: Path) -> None:
    table = pa.table({"text": pa.array([b"good", b"\xff", b"better"]), "id": [b"\xff", b"b", None]})
    source = parquet_of(tmp_path, table)
    found = drain(source)
    assert found.rows == [("ff", "good"), ("x.parquet:2", "better")]
    assert found.failures == [(1, "no UTF-8 at byte 0 of the text")]
    keep(source, tmp_path / "kept.parquet")
    assert parquet.read_table(tmp_path / "kept.parquet") == table.take([0, 2])


def test_a_column_that_is_no_text_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="column 'text' is int64, not text"):
        splits(parquet_of(tmp_path, pa.table({"text": [1, 2]})), Columns())


def test_kept_parquet_has_all_columns_the_codec_and_the_metadata(tmp_path: Path) -> None:
    table = pa.table(
        {"text": ["a", "b", "c"], "deep": [{"x": [1]}, None, {"x": []}], "day": pa.array([1, 2, 3], pa.date32())}
    )
    table = table.replace_schema_metadata({"made by": "a test"})
    source = parquet_of(tmp_path, table, compression="gzip")
    keep(source, tmp_path / "kept.parquet", every=2)
    kept = parquet.ParquetFile(tmp_path / "kept.parquet")
    assert kept.read() == table.take([0, 2])
    assert kept.schema_arrow.metadata[b"made by"] == b"a test"
    assert kept.metadata.row_group(0).column(0).compression == "GZIP"


def test_kept_parquet_does_not_depend_on_the_chunks(tmp_path: Path) -> None:
    table = pa.table({"text": [f"row {i}" for i in range(100)]})
    layout = parquet_layout(table.schema)
    assemble([to_bytes(table)], tmp_path / "whole", layout)
    assemble((to_bytes(table.slice(i, 7)) for i in range(0, 100, 7)), tmp_path / "parts", layout)
    assert (tmp_path / "whole").read_bytes() == (tmp_path / "parts").read_bytes()


@pytest.mark.usefixtures("small")
def test_a_damaged_page_is_one_line_after_the_row_groups_before(tmp_path: Path) -> None:
    path = write(tmp_path, "parquet", ROWS)
    group = parquet.ParquetFile(path).metadata.row_group(3)
    data = bytearray(path.read_bytes())
    start = group.column(2).data_page_offset
    data[start : start + 30] = b"\xff" * 30
    path.write_bytes(data)
    found = drain(source_of(path))
    assert found.rows[:21] == ROWS[:21]
    assert "row group 3 is damaged" in str(found.error)
    check_resuming(source_of(path))


@pytest.mark.parametrize("cut", [5, 100, -3])
def test_parquet_without_its_end_is_one_line(cut: int, tmp_path: Path) -> None:
    path = write(tmp_path, "parquet", ROWS)
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(CorruptInput, match="its end is missing or damaged"):
        splits(source_of(path), Columns())


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("suffix", ["parquet", "arrow"])
def test_going_on_inside_of_a_batch(suffix: str, tmp_path: Path) -> None:
    rows = [(str(i), "x" * (190 if i % 3 else 0)) for i in range(40)]
    assert check_resuming(source_of(write(tmp_path, suffix, rows))) >= 26


def test_an_arrow_file_with_an_index(tmp_path: Path) -> None:
    table = pa.table({"text": ["a", "b"], "id": ["1", "2"]})
    with pa.ipc.new_file(str(tmp_path / "x.arrow"), table.schema) as writer:
        writer.write_table(table, max_chunksize=1)
    source = source_of(tmp_path / "x.arrow")
    assert drain(source).rows == [("1", "a"), ("2", "b")]
    keep(source, tmp_path / "kept.arrow", every=2)
    assert pa.ipc.open_file(str(tmp_path / "kept.arrow")).read_all() == table.slice(0, 1)


def saved_dataset(folder: Path) -> Path:
    """A folder as ``Dataset.save_to_disk`` leaves it."""
    inside = folder / "saved" / "train"
    inside.mkdir(parents=True)
    write(inside, "arrow", ROWS).rename(inside / "data-00000-of-00001.arrow")
    state = {"_data_files": [{"filename": "data-00000-of-00001.arrow"}], "_fingerprint": "abc", "_split": "train"}
    (inside / "state.json").write_text(json.dumps(state))
    (inside / "dataset_info.json").write_text(json.dumps({"splits": {"train": {}}, "description": "own"}))
    (folder / "saved" / "dataset_dict.json").write_text(json.dumps({"splits": ["train"]}))
    return folder / "saved"


def test_a_saved_dataset_keeps_its_descriptions(tmp_path: Path) -> None:
    source = source_of(saved_dataset(tmp_path))
    assert source.name == "train/data-00000-of-00001.arrow"
    assert drain(source).rows == ROWS
    beside = {name: json.loads(data) for name, data in companions(source).items()}
    assert sorted(beside) == ["dataset_dict.json", "train/dataset_info.json", "train/state.json"]
    assert beside["train/state.json"]["_data_files"] == [{"filename": "data-00000-of-00001.arrow"}]
    assert beside["train/state.json"]["_fingerprint"] != "abc"
    assert beside["train/dataset_info.json"] == {"description": "own"}
    assert companions(source_of(write(tmp_path, "jsonl", ROWS))) == {}


def test_the_datasets_library_reads_what_is_kept(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    rows = {"text": [text for _, text in ROWS], "id": [id for id, _ in ROWS]}
    datasets.DatasetDict(train=datasets.Dataset.from_dict(rows)).save_to_disk(str(tmp_path / "in"))
    source, out = source_of(tmp_path / "in"), tmp_path / "out"
    (out / "train").mkdir(parents=True)
    keep(source, out / source.name, every=2)
    for name, data in companions(source).items():
        (out / name).write_bytes(data)
    assert datasets.load_from_disk(str(out))["train"]["text"] == rows["text"][::2]


# --- WARC ------------------------------------------------------------------------------------------------------------

PROSE = "The harbour lay still, and nobody spoke of the boats that had not come home again that winter."


def html(text: str) -> str:
    menu = "".join(f'<li><a href="/{i}">Menu {i}</a></li>' for i in range(5))
    return (
        f"<html><head><title>t</title></head><body><nav><ul>{menu}</ul></nav><main><p>{text}</p></main></body></html>"
    )


def warc_of(folder: Path, pieces: list[bytes], name: str = "x.warc.gz") -> Source:
    path = folder / name
    path.write_bytes(b"".join(map(gzip.compress, pieces)) if name.endswith("gz") else b"".join(pieces))
    return source_of(path)


def crawled(id: str, text: str) -> list[bytes]:
    uri = f"http://example.org/{id}"
    return [
        record("request", uri, b"GET / HTTP/1.1\r\n\r\n", f"q{id}", "application/http; msgtype=request"),
        record("response", uri, page(html(text)), id),
        record("metadata", uri, b"fetchTimeMs: 5\r\n", f"m{id}", "application/warc-fields"),
    ]


@pytest.mark.parametrize("name", ["x.warc", "x.warc.gz"])
def test_requests_go_with_their_pages(name: str, tmp_path: Path) -> None:
    info = record("warcinfo", None, b"software: own\r\n", "0", "application/warc-fields")
    image = record("response", "http://example.org/i", page(b"\x89PNG", "image/png"), "9")
    first, second = crawled("1", PROSE), crawled("2", PROSE + " Two.")
    source = warc_of(tmp_path, [info, *first, image, *second], name)
    found = drain(source)
    assert found.rows == [("urn:uuid:1", PROSE), ("urn:uuid:2", PROSE + " Two.")]
    assert keep(source, tmp_path / name) == (tmp_path / name).read_bytes()
    source = warc_of(tmp_path, [info, *first, image, *second], name)
    unpack = gzip.decompress if name.endswith("gz") else bytes
    assert unpack(keep(source, tmp_path / "a", every=2)) == b"".join([info, *first, image])
    assert unpack(keep(source, tmp_path / "b", every=2, others=False)) == b"".join([info, *first])


def test_kept_records_are_found_by_their_offset(tmp_path: Path) -> None:
    from fastwarc.warc import ArchiveIterator

    pieces = [piece for i in range(5) for piece in crawled(str(i), PROSE)]
    source = warc_of(tmp_path, pieces)
    offsets = {
        id: offset
        for chunk in drain(source).chunks
        for id, offset in zip(chunk.batch["id"].to_pylist(), chunk.batch["offset"].to_pylist(), strict=True)
    }
    keep(source, tmp_path / "kept.warc.gz", every=2)
    with open(source.url, "rb") as file:
        index = {record.record_id.strip("<>"): record.stream_pos for record in ArchiveIterator(file)}
    assert offsets == {id: index[id] for id in offsets}
    with open(tmp_path / "kept.warc.gz", "rb") as file:
        ids = [record.record_id[10:-1] for record in ArchiveIterator(file)]
    assert ids == ["q0", "0", "m0", "q2", "2", "m2", "q4", "4", "m4"]


@pytest.mark.parametrize(
    ("content_type", "body", "text"),
    [
        ("text/html; charset=iso-8859-1", "café au lait".encode("latin-1"), "café au lait"),
        ("text/html", b'<meta charset="windows-1251"><p>' + "Привет".encode("cp1251"), "Привет"),
        ("text/html; charset=nonsense", "café".encode(), "café"),
        ("text/html; charset=iso-8859-1", "naïve café".encode(), "naïve café"),
        ("text/html", b"\xff\xfe" + "<p>café</p>".encode("utf-16-le"), "café"),
        ("text/plain; charset=shift_jis", "日本語".encode("shift_jis"), "日本語"),
        ("application/xhtml+xml", b"<html><body><p>x</p></body></html>", "x"),
        ("text/html", b"", ""),
    ],
)
def test_character_sets_of_pages(content_type: str, body: bytes, text: str, tmp_path: Path) -> None:
    source = warc_of(tmp_path, [record("response", "http://example.org", page(body, content_type))])
    assert [found for _, found in drain(source).rows] == [text]


@pytest.mark.parametrize("blank", [b"", b"\r\n", b"\r\n" * 5, b"\n\n"])
def test_any_empty_lines_between_records(blank: bytes, tmp_path: Path) -> None:
    data = blank.join(piece.removesuffix(b"\r\n\r\n") for piece in wet(ROWS[:5]))
    (tmp_path / "x.wet").write_bytes(data)
    source = source_of(tmp_path / "x.wet")
    assert [text for _, text in drain(source).rows] == [text for _, text in ROWS[:5]]
    assert not drain(source).failures
    assert keep(source, tmp_path / "kept.wet") == data


def test_two_records_in_a_member_are_found_by_their_unpacked_offset(tmp_path: Path) -> None:
    pieces = wet(ROWS[:4])
    path = tmp_path / "x.wet.gz"
    path.write_bytes(gzip.compress(pieces[0]) + gzip.compress(pieces[1] + pieces[2]) + gzip.compress(pieces[3]))
    (chunk,) = drain(source_of(path)).chunks
    first, third = len(gzip.compress(pieces[0])), len(gzip.compress(pieces[3]))
    unpacked = len(pieces[0])
    offsets = [0, unpacked, unpacked + len(pieces[1]), path.stat().st_size - third]
    assert chunk.batch["offset"].to_pylist() == offsets
    assert first != unpacked


def test_a_packed_body_is_unpacked(tmp_path: Path) -> None:
    body = page(gzip.compress(html(PROSE).encode()), headers="Content-Encoding: gzip\r\n")
    assert [text for _, text in drain(warc_of(tmp_path, [record("response", "http://e.org", body)])).rows] == [PROSE]


def test_an_identifier_may_be_any_header(tmp_path: Path) -> None:
    source = warc_of(tmp_path, wet([("1", PROSE)]), "x.wet.gz")
    assert drain(source, Columns(id="WARC-Target-URI")).rows == [("http://example.org/1", PROSE)]


def test_what_is_no_record_is_passed_over(tmp_path: Path) -> None:
    good = wet([(str(i), f"Text {i}") for i in range(4)])
    bad = b"WARC/1.0\r\nWARC-Type: conversion\r\n\r\nno length\r\n\r\n"
    junk = b"neither headers nor a body\r\n" * 5
    data = good[0] + junk + good[1] + bad + good[2] + good[3]
    path = tmp_path / "x.wet"
    path.write_bytes(data)
    found = drain(source_of(path))
    assert [text for _, text in found.rows] == [f"Text {i}" for i in range(4)]
    first = len(good[0])
    assert found.failures == [
        (first, "no record of WARC"), (first + len(junk) + len(good[1]), "a record without a Content-Length")
    ]  # fmt: skip
    assert keep(source_of(path), tmp_path / "kept.wet") == b"".join(good)


@pytest.mark.usefixtures("small")
def test_a_record_beyond_the_limit_is_passed_over(tmp_path: Path) -> None:
    pieces = wet([("1", "short"), ("2", "long " * 2_000), ("3", "short")])
    for name in ("x.wet", "x.wet.gz"):
        found = drain(warc_of(tmp_path, pieces, name))
        assert [text for _, text in found.rows] == ["short", "short"]
        assert [said for _, said in found.failures] == ["longer than 128 MiB"]


def test_a_page_beyond_the_limit_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "_LONGEST_PAGE", 1_000)
    source = warc_of(tmp_path, [record("response", "http://e.org", page(html(PROSE * 20)))])
    assert ["HTML longer than" in said for _, said in drain(source).failures] == [True]


@pytest.mark.parametrize("tags", ["<div>", "<b><i>", "<table>", "<div></b>", "</div><div><span>"])
def test_a_page_that_is_nested_too_deep_is_a_failure(tags: str, tmp_path: Path) -> None:
    deep = record("response", "http://example.org/deep", page(tags * 20_000 + "text"))
    good = record("response", "http://example.org", page("<div>" * 300 + PROSE + "<p><br>" * 3_000))
    found = drain(warc_of(tmp_path, [deep, good]))
    assert [said for _, said in found.failures] == ["HTML with more than 1,000 elements one inside the other"]
    assert [text.split("\n")[0] for _, text in found.rows if text] == [PROSE]


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("size", [1, 50, 10_000])
def test_records_packed_otherwise_than_one_by_one(size: int, tmp_path: Path) -> None:
    data = b"".join(wet(ROWS))
    path = tmp_path / "x.wet.gz"
    path.write_bytes(members(data, max(size, 20), "gz"))
    source = source_of(path)
    assert [text for _, text in drain(source).rows] == [text for _, text in ROWS]
    assert gzip.decompress(keep(source, tmp_path / "kept.wet.gz")) == data
    check_resuming(source)


@shrunk()
@settings(**KEPT)  # type: ignore[arg-type]
@given(
    kinds=st.lists(st.tuples(st.sampled_from("qrmicj"), st.integers(0, 3), st.integers(0, 200)), max_size=30),
    packed=st.booleans(),
)
def test_any_warc(kinds: list[tuple[str, int, int]], packed: bool, tmp_path_factory: pytest.TempPathFactory) -> None:
    pieces = [record("warcinfo", None, b"a: b\r\n", "0", "application/warc-fields")]
    for i, (kind, uri, size) in enumerate(kinds):
        where, text = f"http://example.org/{uri}", "word " * (size // 5)
        pieces.append({
            "q": record("request", where, b"GET", str(i), "application/http; msgtype=request"),
            "r": record("response", where, page(html(text)), str(i)),
            "m": record("metadata", where, b"x" * size, str(i), "text/anvl"),
            "i": record("warcinfo", None, b"x" * size, str(i), "application/warc-fields"),
            "c": record("conversion", where, text.encode(), str(i), "text/plain"),
            "j": b"junk" * (1 + size // 4) + b"\r\n",
        }[kind])  # fmt: skip
    source = warc_of(tmp_path_factory.mktemp("warc"), pieces, "x.warc.gz" if packed else "x.warc")
    found = drain(source)
    assert found.error is None
    assert [id for id, _ in found.rows] == [f"urn:uuid:{i}" for i, (kind, _, _) in enumerate(kinds) if kind in "rc"]
    if not found.failures:
        raw = b"".join(encode(source, c.raw, np.ones(c.batch.num_rows, np.bool_)) for c in found.chunks if c.raw)
        assert raw == Path(source.url).read_bytes()
    check_resuming(source)


# --- output ----------------------------------------------------------------------------------------------------------


def test_a_file_has_its_name_when_it_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "below" / "x.jsonl"
    target.parent.mkdir()
    target.write_bytes(b"old")

    def segments() -> Iterator[bytes]:
        yield b"new "
        assert target.read_bytes() == b"old"
        yield b"text"

    assert assemble(segments(), target, PLAIN) == 8
    assert target.read_bytes() == b"new text"
    assert os.listdir(target.parent) == ["x.jsonl"]


def test_a_file_is_on_the_disk_before_it_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    did: list[str] = []
    fsync, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda handle: (did.append("sync"), fsync(handle)))
    monkeypatch.setattr(os, "replace", lambda a, b: (did.append("name"), replace(a, b)))
    assemble([b"x"], tmp_path / "x", PLAIN)
    assert did == ["sync", "name", "sync"]


def test_what_fails_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyError), atomic(tmp_path / "new" / "x") as file:
        file.write(b"half")
        raise KeyError
    assert os.listdir(tmp_path / "new") == []


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no device that is always full")
def test_a_full_disk_is_one_line(tmp_path: Path) -> None:
    os.symlink("/dev/full", tmp_path / ".x.tmp")
    with pytest.raises(OutputError, match="no space left on device") as error:
        assemble([b"x" * 100_000], tmp_path / "x", PLAIN)
    assert "\n" not in str(error.value)
    assert os.listdir(tmp_path) == []


def test_a_target_that_cannot_be_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "folder" / "x").mkdir(parents=True)
    (tmp_path / "file").write_bytes(b"")
    for target in (tmp_path / "folder", tmp_path / "file" / "x"):
        with pytest.raises(OutputError, match="cannot be written"):
            assemble([b"x"], target, Layout("parquet", pa.schema([])) if target.name == "x" else PLAIN)
    assert sorted(os.listdir(tmp_path)) == ["file", "folder"]
