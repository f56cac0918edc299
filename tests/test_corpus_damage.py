"""Corpora as they come: records out of place, headers as crawlers leave them, files cut short. What is good is read."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import time
import zlib
from pathlib import Path

import numpy as np
import pytest

pa = pytest.importorskip("pyarrow")
for library in ("fsspec", "zstandard", "fastwarc", "resiliparse"):
    pytest.importorskip(library)

import zstandard  # noqa: E402
from pyarrow import parquet  # noqa: E402

from tests.corpus_files import Drained, check_resuming, drain, jsonl, keep, page, record, source_of, wet  # noqa: E402
from unspin.corpus.formats import Columns, read, splits  # noqa: E402
from unspin.corpus.formats.chunks import in_a_line  # noqa: E402
from unspin.corpus.formats.files import open_file  # noqa: E402
from unspin.corpus.formats.payload import payload  # noqa: E402
from unspin.corpus.formats.records import Headers, Records  # noqa: E402
from unspin.corpus.formats.streams import open_stream  # noqa: E402
from unspin.corpus.sources import discover  # noqa: E402
from unspin.errors import CorruptInput, MissingInput  # noqa: E402

PROSE = "The ferry left at noon with eleven people, two bicycles and a crate of pears that nobody had paid for."
HTML = f"<!DOCTYPE html><html><head><title>t</title></head><body><main><p>{PROSE}</p></main></body></html>".encode()


def file_of(folder: Path, data: bytes, name: str) -> Drained:
    (folder / name).write_bytes(data)
    return drain(source_of(folder / name))


def texts_of(found: Drained) -> list[str | None]:
    return [text for _, text in found.rows]


# --- what a server answered ------------------------------------------------------------------------------------------


def answer(body: bytes, *headers: str, end: str = "\r\n") -> bytes:
    return end.join(["HTTP/1.1 200 OK", *headers, "", ""]).encode() + body


def text_of(block: bytes, folder: Path, content_type: str = "application/http; msgtype=response") -> list[str | None]:
    found = file_of(folder, record("response", "http://example.org", block, content_type=content_type), "x.warc")
    assert not found.failures
    return texts_of(found)


@pytest.mark.parametrize(
    "block",
    [
        answer(HTML, "Server: own"),
        answer(b"\n  <!-- kept -->" + HTML, "Server: own"),
        answer(HTML, "Content-Type: */*"),
        answer(HTML, "Content-Type: html"),
        answer(HTML, "Content-Type: text/html", "Server: own", end="\n"),
        answer(HTML, "Content-Type: text/html, text/html"),
        answer(HTML, "Content-Type: text/html", "Content-Type: text/html"),
        answer(HTML, "Content-Type: text/html charset=utf-8"),
        answer(HTML, "Content-Type: text/plain, text/html"),
        answer(HTML, "Content-Type:", " text/html"),
        answer(b'<?xml version="1.0"?>' + HTML, "Server: own"),
        b"Content-Type: text/html\r\n\r\n" + HTML,
        HTML,
    ],
)
def test_a_page_is_found_whatever_its_headers_are(block: bytes, tmp_path: Path) -> None:
    assert text_of(block, tmp_path) == [PROSE]


def test_plain_text_without_a_type_is_text_and_bytes_are_not(tmp_path: Path) -> None:
    assert text_of(answer(PROSE.encode(), "Server: own"), tmp_path) == [PROSE]
    for other in (
        b"\x89PNG\r\n\x1a\n\0\0",
        b"%PDF-1.7\n" + PROSE.encode(),
        b"<?xml version='1.0'?><feed>x</feed>",
        b"",
    ):
        assert text_of(answer(other, "Server: own"), tmp_path) == []


@pytest.mark.parametrize("type", ["response", "resource"])
def test_a_record_without_a_content_type_is_read_by_what_it_holds(type: str, tmp_path: Path) -> None:
    line = b"Content-Type: application/http; msgtype=response\r\n"
    block = page(HTML) if type == "response" else HTML
    found = file_of(tmp_path, record(type, "http://example.org", block).replace(line, b""), "x.warc")
    assert (texts_of(found), found.failures) == ([PROSE], [])


def test_the_type_that_a_crawler_found_counts_where_the_server_named_none(tmp_path: Path) -> None:
    found = record("response", "http://example.org", answer(b"%PDF-1.7 or not", "Server: own"))
    named = found.replace(b"WARC-Date", b"WARC-Identified-Payload-Type: text/plain\r\nWARC-Date")
    assert texts_of(file_of(tmp_path, named, "x.warc")) == ["%PDF-1.7 or not"]


def test_a_record_without_a_type_is_a_failure(tmp_path: Path) -> None:
    bad = record("response", "http://example.org", page(HTML)).replace(b"WARC-Type: response\r\n", b"")
    found = file_of(tmp_path, bad + wet([("1", PROSE)])[0], "x.warc")
    assert found.failures == [(0, "a record without a WARC-Type")]
    assert found.chunks[0].failures[0].id == "urn:uuid:1"
    assert texts_of(found) == [PROSE]


def brotli(data: bytes) -> bytes:
    import io

    from fastwarc.stream_io import BrotliWriter

    sink = io.BytesIO()
    writer = BrotliWriter(sink)
    writer.write(data)
    writer.close()
    return sink.getvalue()


def chunked(data: bytes, size: int = 40) -> bytes:
    parts = [data[i : i + size] for i in range(0, len(data), size)]
    return b"".join(b"%x;own=1\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


CODINGS = {
    "gzip": [gzip.compress], "x-gzip": [gzip.compress], "deflate": [zlib.compress, raw_deflate], "br": [brotli],
    "zstd": [zstandard.compress],
}  # fmt: skip


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("transfer", [True, False])
def test_a_coding_is_undone_where_it_is_there(coding: str, transfer: bool, tmp_path: Path) -> None:
    for pack in [*CODINGS[coding], bytes]:
        for wrap in (chunked, bytes) if transfer else (bytes,):
            headers = [f"Content-Encoding: {coding}", "Content-Type: text/html"]
            headers += ["Transfer-Encoding: chunked"] if transfer else []
            assert text_of(answer(wrap(pack(HTML)), *headers), tmp_path) == [PROSE]


def test_a_page_that_was_cut_off_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    long = f"<p>{PROSE}</p><!--{np.random.default_rng(1).bytes(20_000).hex()}-->".encode()
    for block in (
        answer(chunked(long, 10_000)[:9_000], "Transfer-Encoding: chunked", "Content-Type: text/html"),
        answer(chunked(long, 10_000)[:10_020], "Transfer-Encoding: chunked", "Content-Type: text/html"),
        answer(gzip.compress(long)[:-3_000], "Content-Encoding: gzip", "Content-Type: text/html"),
        answer(brotli(long)[:-3_000], "Content-Encoding: br", "Content-Type: text/html"),
    ):
        assert [str(text).split("\n")[0].strip() for text in text_of(block, tmp_path)] == [PROSE]


def test_what_is_neither_so_coded_nor_text_is_a_failure_of_one_short_line(tmp_path: Path) -> None:
    junk = b"\x01\x02" + PROSE.encode() * 50
    for coding in CODINGS:
        block = answer(junk, f"Content-Encoding: {coding}", "Content-Type: text/html")
        found = file_of(tmp_path, record("response", "http://example.org", block), "x.warc")
        assert [reason for _, reason in found.failures] == [f"its contents cannot be unpacked as {coding}"]
        assert not found.rows


def test_a_page_that_unpacks_to_more_than_the_limit_takes_no_more_memory_than_that(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from unspin.corpus.formats import payload as payload_module

    monkeypatch.setattr(payload_module, "LONGEST", 100_000)
    for coding, pack in (
        ("gzip", gzip.compress),
        ("deflate", raw_deflate),
        ("br", brotli),
        ("zstd", zstandard.compress),
    ):
        block = answer(pack(b"a" * 2_000_000), f"Content-Encoding: {coding}", "Content-Type: text/plain")
        (tmp_path / "x.warc").write_bytes(record("response", "http://example.org", block))
        found = Records(open_stream(source_of(tmp_path / "x.warc")), 0, "x").next()
        assert found is not None
        assert payload(found).data == b"a" * 100_001


# --- records ---------------------------------------------------------------------------------------------------------


def measured(piece: bytes, by: int) -> bytes:
    """A record whose Content-Length is too large."""
    head, _, body = piece.partition(b"Content-Length: ")
    length, _, rest = body.partition(b"\r\n")
    return head + b"Content-Length: %d\r\n" % (int(length) + by) + rest


@pytest.mark.parametrize("name", ["x.warc", "x.warc.gz"])
@pytest.mark.parametrize("by", [1, 4, 5, 7, 30, 500, 10**6, 10**12])
def test_a_length_that_is_too_large_costs_no_record(name: str, by: int, tmp_path: Path) -> None:
    rows = [(str(i), f"{PROSE} Number {i}.") for i in range(6)]
    pieces = wet(rows)
    pieces[2] = measured(pieces[2], by)
    data = b"".join(map(gzip.compress, pieces)) if name.endswith("gz") else b"".join(pieces)
    found = file_of(tmp_path, data, name)
    expected = [text for _, text in rows]
    if by == 10**12:  # too long to be looked at
        assert [reason for _, reason in found.failures] == ["longer than 128 MiB"]
        del expected[2]
    else:
        assert not found.failures
    assert [str(text).rstrip() for text in texts_of(found)] == expected
    assert found.error is None
    source = source_of(tmp_path / name)
    check_resuming(source)
    kept = keep(source, tmp_path / f"kept-{name}")
    if by < 10**12:
        assert (gzip.decompress(kept) if name.endswith("gz") else kept) == b"".join(pieces)


@pytest.mark.parametrize("name", ["x.warc", "x.warc.gz"])
def test_the_last_record_may_have_a_length_that_is_a_little_too_large(name: str, tmp_path: Path) -> None:
    pieces = wet([("1", PROSE), ("2", PROSE)])
    pieces[1] = measured(pieces[1], 9)
    data = b"".join(map(gzip.compress, pieces)) if name.endswith("gz") else b"".join(pieces)
    assert texts_of(file_of(tmp_path, data, name)) == [PROSE, PROSE]
    cut = file_of(tmp_path, data[:-20], name)
    assert texts_of(cut) == [PROSE]
    assert isinstance(cut.error, CorruptInput)


def test_a_page_about_archives_is_not_taken_apart(tmp_path: Path) -> None:
    text = f"{PROSE}\nWARC/1.0\nWARC-Type: response\nContent-Length: 5\n\nend"
    found = file_of(tmp_path, b"".join(wet([("1", text), ("2", PROSE)])), "x.wet")
    assert texts_of(found) == [text, PROSE]


def test_a_record_after_empty_lines_or_bytes_of_a_member_is_found(tmp_path: Path) -> None:
    pieces = wet([("1", PROSE), ("2", PROSE), ("3", PROSE)])
    plain = file_of(tmp_path, pieces[0] + b"\n" * 100 + pieces[1] + b"\r\n" * 300 + pieces[2], "x.wet")
    packed = file_of(tmp_path, b"".join(map(gzip.compress, [pieces[0], b"no end of line", *pieces[1:]])), "x.wet.gz")
    short = file_of(tmp_path, b"x\n".join(pieces), "y.wet")
    for found in (plain, packed, short):
        assert texts_of(found) == [PROSE] * 3


def test_headers_are_read_in_time_with_their_length() -> None:
    for odd in (b" " * 60_000, b"\t" * 60_000 + b"x", b"\r" * 60_000, b" \n" * 30_000, b"a:\n" * 20_000, b":" * 60_000):
        start = time.process_time()
        found = Headers(b"WARC/1.0\r\nX: " + odd + b"\r\nContent-Length: 5\r\n\r\n")
        assert found.get("Content-Length") == "5"
        assert time.process_time() - start < 0.5


def test_a_record_with_blanks_in_its_headers_is_read_at_once(tmp_path: Path) -> None:
    piece = wet([("1", PROSE)])[0].replace(b"WARC-Date:", b"WARC-Date:" + b" " * 60_000 + b"x")
    start = time.process_time()
    assert texts_of(file_of(tmp_path, piece, "x.wet")) == [PROSE]
    assert time.process_time() - start < 2


def test_headers_without_an_end_are_bounded(tmp_path: Path) -> None:
    good = wet([("1", PROSE)])[0]
    found = file_of(tmp_path, b"WARC/1.0\r\nX: " + b"x" * 200_000 + b"\r\n\r\n" + good, "x.wet")
    assert (texts_of(found), found.failures) == ([PROSE], [(0, "headers longer than 64 KiB")])
    bad = record("response", "http://example.org", answer(HTML, "X: " + "x" * 100_000))
    found = file_of(tmp_path, bad + good, "x.warc")
    assert (texts_of(found), found.failures) == ([PROSE], [(0, "HTTP headers longer than 64 KiB")])


def test_many_codings_cost_no_time(tmp_path: Path) -> None:
    block = answer(HTML * 5_000, "Content-Encoding: " + "br," * 20_000, "Content-Type: text/plain")
    start = time.process_time()
    assert len(text_of(block, tmp_path)) == 1
    assert time.process_time() - start < 2


def test_what_a_library_says_is_one_short_line() -> None:
    assert in_a_line(ValueError("a\n" * 1_000)) == ("a " * 100)[:200]
    assert in_a_line(ValueError()) == "ValueError"


# --- files -----------------------------------------------------------------------------------------------------------

LINES = [(str(i), f"{PROSE} Number {i}.") for i in range(50)]


@pytest.mark.parametrize("kind", ["gz", "zst"])
@pytest.mark.parametrize("suffix", ["jsonl", "csv", "wet"])
def test_garbage_after_packed_data_costs_nothing_before_it(suffix: str, kind: str, tmp_path: Path) -> None:
    from tests.corpus_files import write

    path = write(tmp_path, f"{suffix}.{kind}", LINES)
    good, size = drain(source_of(path)).rows, path.stat().st_size
    found = file_of(tmp_path, path.read_bytes() + b"garbage of a tape " * 9, path.name)
    assert found.rows == good
    assert f"followed by something else from byte {size:,} on" in str(found.error)
    check_resuming(source_of(path))


def test_a_text_that_was_packed_and_cut_short_is_no_document(tmp_path: Path) -> None:
    found = file_of(tmp_path, gzip.compress(PROSE.encode() * 50)[:-15], "x.txt.gz")
    assert (found.rows, type(found.error)) == ([], CorruptInput)
    assert "ends too early at byte" in str(found.error)


@pytest.mark.parametrize("suffix", ["txt", "jsonl", "csv", "wet", "arrow", "jsonl.gz", "wet.gz"])
def test_a_file_that_is_cut_short_while_it_is_read_is_not_complete(suffix: str, tmp_path: Path) -> None:
    from tests.corpus_files import write

    path = tmp_path / "rows.txt"
    if suffix == "txt":
        path.write_text(PROSE)
    else:
        path = write(tmp_path, suffix, LINES)
    source = source_of(path)
    good = drain(source).rows
    (split,) = splits(source, Columns())
    data, size = path.read_bytes(), len(path.read_bytes())
    if suffix == "arrow":  # between two batches, where a stream may end
        batches = list(pa.ipc.open_stream(data))[:4]
        with pa.OSFile(str(path), "wb") as file:
            writer = pa.ipc.new_stream(file, batches[0].schema)
            for batch in batches:
                writer.write(batch)
    else:
        cut = size * 2 // 3
        cut = data.rfind(b"\x1f\x8b\x08", 0, cut) if suffix.endswith("gz") else cut
        path.write_bytes(data[:cut])
    rows = []
    with pytest.raises(CorruptInput, match=r"it was cut short while it was read|in the middle of the record"):
        for chunk in read(source, split, Columns()):
            rows += list(zip(chunk.batch["id"].to_pylist(), chunk.batch["text"].to_pylist(), strict=True))
            assert not chunk.failures
    assert rows == good[: len(rows)]
    assert suffix == "txt" or len(rows) >= 15


def test_a_pipe_a_device_and_dead_links_are_a_line_each_and_the_rest_is_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.jsonl")
    os.symlink(tmp_path / "nowhere", tmp_path / "b.jsonl")
    os.symlink("/dev/zero", tmp_path / "c.jsonl")
    (tmp_path / "d.jsonl").write_bytes(jsonl(LINES))
    code = (
        "import sys\nfrom unspin.corpus.sources import discover\n"
        "found = discover(sys.argv[1:])\nprint(*(s.name for s in found.sources), *found.errors, sep='\\n')"
    )
    for given in (str(tmp_path), f"{tmp_path}/*.jsonl", f"file://{tmp_path}"):
        made = subprocess.run(
            [sys.executable, "-c", code, given], check=True, capture_output=True, text=True, timeout=60
        )
        name, *lines = made.stdout.splitlines()
        assert name == "d.jsonl"
        assert [line.partition(": ")[2].partition(";")[0] for line in lines] == [
            "a pipe", "a link to a file that is not there", "not a file but a device, a socket or a folder",
        ]  # fmt: skip
    for name in ("a.jsonl", "b.jsonl", "c.jsonl"):
        assert [type(error) for error in discover([str(tmp_path / name)]).errors] == [MissingInput]
        with pytest.raises(MissingInput):
            open_file(str(tmp_path / name))


@pytest.mark.skipif(os.geteuid() == 0, reason="an administrator may list every folder")
def test_a_folder_that_may_not_be_listed_is_a_line(tmp_path: Path) -> None:
    (tmp_path / "shut").mkdir(mode=0)
    (tmp_path / "a.txt").write_text(PROSE)
    found = discover([str(tmp_path)])
    assert [source.name for source in found.sources] == ["a.txt"]
    assert ["shut" in str(error) for error in found.errors] == [True]


# --- columns ---------------------------------------------------------------------------------------------------------


def bad_strings() -> pa.Array:
    """``good``, a string that is no UTF-8, and ``better``."""
    ends = pa.py_buffer(np.array([0, 4, 5, 11], np.int32))
    return pa.Array.from_buffers(pa.string(), 3, [None, ends, pa.py_buffer(b"good\xffbetter")])


def stored(table: pa.Table, folder: Path, suffix: str) -> Path:
    path = folder / f"x.{suffix}"
    if suffix == "parquet":
        parquet.write_table(table, path)
    else:
        with pa.ipc.new_stream(str(path), table.schema) as writer:
            writer.write_table(table)
    return path


@pytest.mark.parametrize("suffix", ["parquet", "arrow"])
def test_strings_that_are_no_utf_8_spoil_nothing_but_themselves(suffix: str, tmp_path: Path) -> None:
    texts = stored(pa.table({"id": ["a", "b", "c"], "text": bad_strings()}), tmp_path, suffix)
    found = drain(source_of(texts))
    assert found.rows == [("a", "good"), ("c", "better")]
    assert found.chunks[0].failures == ((1, "no UTF-8 at byte 0 of the text", "b", None, None),)
    ids = stored(pa.table({"id": bad_strings(), "text": ["x", "y", "z"]}), tmp_path, suffix)
    assert drain(source_of(ids)).rows == [("good", "x"), (f"x.{suffix}:1", "y"), ("better", "z")]
    keep(source_of(ids), tmp_path / f"kept.{suffix}", every=2)
    assert drain(source_of(tmp_path / f"kept.{suffix}")).rows == [("good", "x"), ("better", "z")]


VIEWS = {
    "text": pa.array(["one", None, "x" * 40, ""], pa.string_view()),
    "bytes": pa.array([b"one", None, b"x" * 40, b""], pa.binary_view()),
    "deep": pa.array([{"v": "a"}, None, {"v": "b" * 40}, {"v": None}], pa.struct([("v", pa.string_view())])),
    "many": pa.array([["a"], None, [], ["b" * 40, None]], pa.list_(pa.string_view())),
}


@pytest.mark.parametrize("suffix", ["parquet", "arrow"])
def test_rows_with_views_are_kept_as_they_are(suffix: str, tmp_path: Path) -> None:
    table = pa.table({"id": list("abcd"), **VIEWS})
    path = stored(table, tmp_path, suffix)
    keep(source_of(path), tmp_path / f"kept.{suffix}", every=2)
    opened = parquet.read_table if suffix == "parquet" else lambda path: pa.ipc.open_stream(str(path)).read_all()
    kept = opened(tmp_path / f"kept.{suffix}")
    assert kept.schema.equals(table.schema)
    assert kept.to_pylist() == table.to_pylist()[::2]


def test_text_in_a_dictionary_of_views_and_columns_that_cannot_be_filtered(tmp_path: Path) -> None:
    words = pa.DictionaryArray.from_arrays(pa.array([0, 2, 1, None]), VIEWS["text"].slice(0, 3))
    runs = pa.RunEndEncodedArray.from_arrays([2, 4], ["x", "y"])
    path = stored(pa.table({"id": list("abcd"), "text": words, "runs": runs}), tmp_path, "arrow")
    assert texts_of(drain(source_of(path))) == ["one", "x" * 40, None, None]
    keep(source_of(path), tmp_path / "kept.arrow", every=3)
    kept = pa.ipc.open_stream(str(tmp_path / "kept.arrow")).read_all()
    assert kept["runs"].to_pylist() == ["x", "y"]


# --- failures --------------------------------------------------------------------------------------------------------


def test_a_failure_says_who_it_is_as_far_as_is_known(tmp_path: Path) -> None:
    lines = file_of(tmp_path, b'{"id":"a","text":"x"}\n\n{"id":7,"text":5}\n{"id":"c",\n', "x.jsonl").chunks[0].failures
    assert [(failure.id, failure.line) for failure in lines] == [("7", 2), (None, 3)]
    rows = file_of(tmp_path, b"id,text\n1,x\n2\n3,y,z\n", "x.csv").chunks[0].failures
    assert [(failure.id, failure.line) for failure in rows] == [("2", 2), ("3", 3)]
    other = file_of(tmp_path, b"text,id\nx,1\ny\n", "y.csv").chunks[0].failures
    assert [failure.id for failure in other] == [None]
    bare = b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:own>\r\n\r\n" + HTML + b"\r\n\r\n"
    (failure,) = file_of(tmp_path, bare, "x.warc").chunks[0].failures
    assert (failure.id, failure.reason) == ("urn:own", "a record without a Content-Length")
