"""Restored texts in the files of a corpus: in place of the page's or beside it, and all else as it was, byte for byte."""

from __future__ import annotations

import base64
import csv
import gzip
import hashlib
import io
import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

pa = pytest.importorskip("pyarrow")
for library in ("fsspec", "zstandard", "fastwarc", "resiliparse"):
    pytest.importorskip(library)

from hypothesis import assume, given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402
from pyarrow import parquet  # noqa: E402

from tests.corpus_files import (  # noqa: E402
    drain,
    keep,
    mended,
    page,
    record,
    shrunk,
    source_of,
    wet,
    write,
)  # fmt: skip
from unspin.corpus.formats import Columns, companions  # noqa: E402
from unspin.corpus.formats.csv_fields import with_field, with_text  # noqa: E402
from unspin.corpus.formats.json_places import has_key, with_member  # noqa: E402
from unspin.corpus.formats.json_places import with_text as with_value  # noqa: E402
from unspin.corpus.formats.packing import pack, unpack  # noqa: E402
from unspin.corpus.formats.tables import filled  # noqa: E402
from unspin.corpus.sources import Source  # noqa: E402
from unspin.errors import InputError  # noqa: E402

SUFFIXES = (
    "jsonl", "jsonl.gz", "jsonl.zst", "csv", "csv.gz", "csv.zst", "parquet", "arrow", "wet", "wet.gz", "wet.zst"
)  # fmt: skip
ROWS = [
    (f"r{i}", f"Row {i}, “the” yard;\n" * (i % 4) + ("a SPUN word" if i % 3 == 1 else "a word") + "é" * (i % 2))
    for i in range(40)
]
BESIDE = Columns(restored="fixed")
MANY = {"max_examples": 60, "deadline": None}


def restore(text: str) -> str | None:
    """What was written, with a comma, a quotation mark and a line break for whatever must be escaped."""
    return text.replace("SPUN", 'written, "so"\nto say') if "SPUN" in text else None


def texts_in(path: Path, column: str = "text") -> list[Any]:
    """A column of a file as its readers have it."""
    if path.suffix == ".parquet":
        found: list[Any] = parquet.read_table(path)[column].to_pylist()
        return found
    if path.suffix == ".arrow":
        return list(pa.ipc.open_stream(str(path)).read_all()[column].to_pylist())
    name = path.name
    data = unpack(path.read_bytes(), "gzip" if name.endswith("gz") else "zstd" if name.endswith("zst") else "")
    if "jsonl" in name:
        return [json.loads(line).get(column) for line in data.decode().splitlines()]
    return [row[column] or None for row in csv.DictReader(io.StringIO(data.decode(), newline=""))]


# --- all formats -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_restored_in_place(suffix: str, tmp_path: Path) -> None:
    with shrunk():
        source, target = source_of(write(tmp_path, suffix, ROWS)), tmp_path / "out" / f"rows.{suffix}"
        mended(source, target, restore)
        wanted = [(id, restore(text) or text) for id, text in ROWS]
        assert [text for _, text in drain(source_of(target)).rows] == [text for _, text in wanted]
        assert [id for id, _ in drain(source_of(target)).rows] == [id for id, _ in drain(source).rows]


@pytest.mark.parametrize("suffix", [suffix for suffix in SUFFIXES if "wet" not in suffix])
def test_restored_beside(suffix: str, tmp_path: Path) -> None:
    with shrunk():
        source, target = source_of(write(tmp_path, suffix, ROWS)), tmp_path / "out" / f"rows.{suffix}"
        mended(source, target, restore, BESIDE)
        assert drain(source_of(target)).rows == drain(source).rows
    assert texts_in(target, "fixed") == [restore(text) for _, text in ROWS]


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("columns", [Columns(), BESIDE])
def test_where_nothing_is_restored_every_byte_stays(suffix: str, columns: Columns, tmp_path: Path) -> None:
    """The same as what is kept of a file, all of it."""
    with shrunk():
        source = source_of(write(tmp_path, suffix, ROWS))
        (tmp_path / "out").mkdir()
        made = mended(source, tmp_path / "out" / f"rows.{suffix}", lambda text: None, columns)
        if columns == BESIDE and suffix.partition(".")[0] in ("csv", "parquet", "arrow"):
            assert texts_in(tmp_path / "out" / f"rows.{suffix}", "fixed") == [None] * len(ROWS)
        else:
            assert made == keep(source, tmp_path / "kept")


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "wet"])
def test_only_the_lines_of_what_is_restored_change(suffix: str, tmp_path: Path) -> None:
    path = write(tmp_path, suffix, ROWS)
    made = mended(
        source_of(path), tmp_path / "out" / path.name, lambda text: restore(text) if "Row 10," in text else None
    )
    before, after = path.read_bytes(), made
    first = next(i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b)
    last = next(i for i, (a, b) in enumerate(zip(before[::-1], after[::-1], strict=False)) if a != b)
    assert first > len(before) // 5 and last > len(before) // 2
    assert len(before) - first - last < 600


# --- JSON Lines ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "name", "wanted"),
    [
        (b'{"text":"x"}', "text", b'{"text":"new"}'),
        (b' {"id" : 1e400, "text" : "a \\" b", "n": 1.50}\r\n', "text", b' {"id" : 1e400, "text" : "new", "n": 1.50}\r\n'),
        (b'{"text": "x", "big": 123456789012345678901234567890, "text": "y"}', "text",
         b'{"text": "x", "big": 123456789012345678901234567890, "text": "new"}'),
        (b'{"a": {"text": "no", "deep": [{"text": "no"}]}, "te\\u0078t": "y"}', "text",
         b'{"a": {"text": "no", "deep": [{"text": "no"}]}, "te\\u0078t": "new"}'),
        (b'{"a": {"b": "x", "c": "]}"}, "d": NaN}', "a.b", b'{"a": {"b": "new", "c": "]}"}, "d": NaN}'),
        (b'{"a.b": null, "a": {"b": "x"}}', "a.b", b'{"a.b": null, "a": {"b": "new"}}'),
        (b'{"a.b": "x", "a": {"b": "y"}}', "a.b", b'{"a.b": "new", "a": {"b": "y"}}'),
        (b'{"\\\\": "\\\\\\\\", "text": "\\\\"}', "text", b'{"\\\\": "\\\\\\\\", "text": "new"}'),
        (b'{"deep": ' + b"[" * 5_000 + b"]" * 5_000 + b', "text": ""}', "text",
         b'{"deep": ' + b"[" * 5_000 + b"]" * 5_000 + b', "text": "new"}'),
    ],
)  # fmt: skip
def test_of_a_line_only_the_text_changes(line: bytes, name: str, wanted: bytes) -> None:
    assert with_value(line, name, "new") == wanted


def test_a_text_is_escaped_as_its_line_is() -> None:
    assert with_value(b'{"text": "caf\\u00e9"}', "text", "thé") == b'{"text": "th\\u00e9"}'
    assert with_value('{"text": "café"}'.encode(), "text", "thé\n") == '{"text": "thé\\n"}'.encode()


def test_a_key_more_stands_at_the_end() -> None:
    assert with_member(b'{"text": "x", "n": [1]}\n', "fixed", "y") == b'{"text": "x", "n": [1], "fixed": "y"}\n'
    assert with_member(b'{"text":"x"}', "fixed", "y") == b'{"text":"x","fixed":"y"}'
    assert has_key(b'{"a": {"fixed": 1}, "fixed": null}', "fixed") and not has_key(b'{"a": {"fixed": 1}}', "fixed")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


@given(
    row=st.dictionaries(st.text(max_size=4), VALUES, max_size=5),
    new=st.text(),
    ascii=st.booleans(),
    indent=st.booleans(),
)
@settings(**MANY)
def test_any_object(row: dict[str, Any], new: str, ascii: bool, indent: bool) -> None:
    row = {key: value for key, value in row.items() if key != "fixed"} | {"text": "old"}
    separators = (" , ", " : ") if indent else (",", ":")
    line = json.dumps(row, ensure_ascii=ascii, separators=separators).encode("utf-8", "surrogatepass")
    assert json.loads(with_value(line, "text", new)) == row | {"text": new}
    assert json.loads(with_member(line, "fixed", new)) == row | {"fixed": new}


# --- CSV -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "field", "wanted"),
    [
        (b'1,x,"2"\r\n', 1, b'1,new,"2"\r\n'),
        (b'1,"x, ""y""\n",2\n', 1, b'1,"new",2\n'),
        (b"1,2,x", 2, b"1,2,new"),
        (b'a"b,x,"c"d\r', 1, b'a"b,new,"c"d\r'),
        (b'"","",""\n', 1, b'"","new",""\n'),
    ],
)
def test_of_a_record_only_one_field_changes(record: bytes, field: int, wanted: bytes) -> None:
    assert with_text(record, ",", field, "new") == wanted


@given(
    fields=st.lists(st.text(alphabet="ab,;\t\"'\r\n é\ufeff", max_size=8), min_size=2, max_size=5),
    new=st.text(alphabet='ab,;\t"\r\n é', min_size=1, max_size=8),
    delimiter=st.sampled_from(",;\t|"),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
)
@settings(**MANY)
def test_any_record(fields: list[str], new: str, delimiter: str, quoting: Any, end: str) -> None:
    made = io.StringIO()
    csv.writer(made, delimiter=delimiter, quoting=quoting, lineterminator=end).writerow(["id", *fields])
    line = made.getvalue().encode()

    def read(data: bytes) -> list[str]:
        return next(csv.reader(io.StringIO(data.decode(), newline=""), delimiter=delimiter))

    assume(
        read(line) == ["id", *fields]
    )  # Python's writer leaves a line feed bare where lines end in a carriage return
    assert read(with_text(line, delimiter, 1, new)) == ["id", new, *fields[1:]]
    assert read(with_field(line, delimiter, new)) == ["id", *fields, new]
    assert read(with_field(line, delimiter, None)) == ["id", *fields, ""]


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_empty_lines_a_byte_order_mark_and_bad_rows_of_csv(end: bytes, tmp_path: Path) -> None:
    rows = [b"\xef\xbb\xbfid;text", b"", b"1;a SPUN word", b"", b"", b"too;many;fields", b"2;'tis", b'3;"x;SPUN"']
    (tmp_path / "x.csv").write_bytes(end.join(rows) + end)
    source = source_of(tmp_path / "x.csv")
    simple = lambda text: text.replace("SPUN", "kept") if "SPUN" in text else None  # noqa: E731
    wanted = [rows[0], b"", b"1;a kept word", b"", b"", b"2;'tis", b'3;"x;kept"']
    assert mended(source, tmp_path / "in.csv", simple) == end.join(wanted) + end
    wanted = [rows[0] + b";fixed", b"", rows[2] + b";a kept word", b"", b"", rows[6] + b";", rows[7] + b';"x;kept"']
    assert mended(source, tmp_path / "beside.csv", simple, BESIDE) == end.join(wanted) + end


# --- a column that is there already ----------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "parquet", "arrow"])
def test_a_column_that_is_there_already_is_one_line(suffix: str, tmp_path: Path) -> None:
    source = source_of(write(tmp_path, suffix, ROWS))
    with pytest.raises(InputError) as caught:
        mended(source, tmp_path / "out", restore, Columns(restored="n"))
    assert (
        str(caught.value) == f"{source.url}: there is a column 'n' already; choose another name with --restored-column"
    )


def test_a_key_that_some_lines_have_is_never_written_over(tmp_path: Path) -> None:
    lines = [json.dumps({"text": f"line {i}"}) for i in range(200)] + ['{"text": "SPUN", "fixed": "mine"}']
    (tmp_path / "x.jsonl").write_text("\n".join(lines))
    with pytest.raises(InputError, match="there is a column 'fixed' already"):
        mended(source_of(tmp_path / "x.jsonl"), tmp_path / "out", restore, BESIDE)


# --- columns ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "type",
    [pa.string(), pa.large_string(), pa.string_view(), pa.binary(), pa.large_binary(), pa.binary_view(),
     pa.dictionary(pa.int8(), pa.string())],
)  # fmt: skip
def test_any_type_of_text_stays_that_type(type: Any) -> None:
    column = pa.array(["one", None, "three", "three"]).cast(type)
    made = filled(column, pa.array([None, None, "3", None]))
    made.validate(full=True)
    assert made.type == type
    assert made.cast(pa.dictionary(pa.int8(), pa.string()).value_type).to_pylist() == ["one", None, "3", "three"]
    assert filled(column, pa.array([None] * 4, pa.string())) is column


def test_what_is_no_utf_8_stays_beside_what_is_restored() -> None:
    column = pa.array([b"caf\xe9", b"x"]).view(pa.string())
    assert filled(column, pa.array([None, "y"])).view(pa.binary()).to_pylist() == [b"caf\xe9", b"y"]


def test_a_text_inside_a_column_and_all_others_as_they_were(tmp_path: Path) -> None:
    inner = [{"text": text, "n": i} if i % 5 else None for i, (_, text) in enumerate(ROWS)]
    table = pa.table({"id": [id for id, _ in ROWS], "page": pa.array(inner), "list": [[i] for i in range(len(ROWS))]})
    parquet.write_table(table.replace_schema_metadata({"own": "note"}), tmp_path / "x.parquet", compression="snappy")
    mended(source_of(tmp_path / "x.parquet"), tmp_path / "out.parquet", restore, Columns(text="page.text"))
    found = parquet.read_table(tmp_path / "out.parquet")
    assert found.schema.equals(parquet.read_table(tmp_path / "x.parquet").schema, check_metadata=True)
    wanted = [row and row | {"text": restore(row["text"]) or row["text"]} for row in inner]
    assert found["page"].to_pylist() == wanted and found["list"].equals(table["list"])
    described = parquet.ParquetFile(tmp_path / "out.parquet").metadata.row_group(0).column(0)
    assert described.compression == "SNAPPY"


def test_the_datasets_library_reads_a_column_beside(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    rows = {"text": [text for _, text in ROWS], "id": [id for id, _ in ROWS]}
    datasets.DatasetDict(train=datasets.Dataset.from_dict(rows)).save_to_disk(str(tmp_path / "in"))
    source, out = source_of(tmp_path / "in"), tmp_path / "out"
    mended(source, out / source.name, restore, BESIDE)
    for name, data in companions(source, BESIDE).items():
        (out / name).write_bytes(data)
    found = datasets.load_from_disk(str(out))["train"]
    assert found["text"][:] == rows["text"] and found["fixed"][:] == [restore(text) for text in rows["text"]]
    assert found.features["fixed"] == datasets.Value("string")


# --- WARC ------------------------------------------------------------------------------------------------------------

PROSE = "The harbour lay still, and nobody spoke of the boats that had not come home again that SPUN."
FIXED = PROSE.replace("SPUN", "winter")


def winter(text: str) -> str | None:
    return text.replace("SPUN", "winter") if "SPUN" in text else None


def warc_of(folder: Path, pieces: list[bytes], name: str) -> Source:
    (folder / name).write_bytes(b"".join(map(gzip.compress, pieces)) if name.endswith("gz") else b"".join(pieces))
    return source_of(folder / name)


def digest(body: bytes) -> str:
    return "sha1:" + base64.b32encode(hashlib.sha1(body).digest()).decode()


def records_of(path: Path) -> list[tuple[str, dict[str, str], bytes]]:
    """Type, headers and contents of the records, by another reader."""
    from fastwarc.warc import ArchiveIterator

    with path.open("rb") as file:
        return [
            (dict(record.headers)["WARC-Type"], dict(record.headers), record.reader.read())
            for record in ArchiveIterator(file, parse_http=False)
        ]


def test_a_record_of_text_has_another_text_and_headers_to_match(tmp_path: Path) -> None:
    plain = record("conversion", "http://example.org/1", PROSE.encode(), "1", "text/plain; charset=iso-8859-1")
    plain = plain.replace(b"Content-Type", b"WARC-Block-Digest: sha1:OLD\r\nX-Own: a\r\n b\r\nContent-Type")
    source = warc_of(tmp_path, [plain, *wet([("2", "Another page.")])], "x.wet")
    made = mended(source, tmp_path / "out.wet", winter)
    body = FIXED.encode()
    wanted = plain.replace(PROSE.encode(), body).replace(b"sha1:OLD", digest(body).encode())
    wanted = wanted.replace(b"iso-8859-1", b"utf-8").replace(f": {len(PROSE)}\r".encode(), f": {len(body)}\r".encode())
    assert made == wanted + wet([("2", "Another page.")])[0]


@pytest.mark.parametrize("name", ["x.warc", "x.warc.gz"])
def test_a_page_becomes_a_conversion_and_what_belongs_to_it_stays(name: str, tmp_path: Path) -> None:
    html = page(f"<article><p>{PROSE}</p></article>")
    pieces = [
        record("warcinfo", None, b"software: own\r\n", "0", "application/warc-fields"),
        record(
            "request", "http://example.org/1", b"GET /1 HTTP/1.1\r\n\r\n", "q1", "application/http; msgtype=request"
        ),
        record("response", "http://example.org/1", html, "1"),
        record("metadata", "http://example.org/1", b"fetchTimeMs: 5\r\n", "m1", "application/warc-fields"),
        record("response", "http://example.org/2", page("<p>Another page.</p>"), "2"),
    ]
    source = warc_of(tmp_path, pieces, name)
    mended(source, tmp_path / "out" / name, winter)
    found = records_of(tmp_path / "out" / name)
    assert [type for type, _, _ in found] == ["warcinfo", "request", "conversion", "metadata", "response"]
    _, headers, body = found[2]
    assert body == FIXED.encode() and headers["Content-Type"].startswith("text/plain")
    assert headers["WARC-Refers-To"] == "<urn:uuid:1>" and headers["WARC-Target-URI"] == "http://example.org/1"
    assert headers["WARC-Block-Digest"] == digest(body) and headers["WARC-Date"] == "2024-01-01T00:00:00Z"

    beside = mended(source, tmp_path / "beside" / name, winter, BESIDE)
    found = records_of(tmp_path / "beside" / name)
    assert [type for type, _, _ in found] == ["warcinfo", "request", "response", "conversion", "metadata", "response"]
    assert found[2][2] == html and found[3][2] == FIXED.encode()
    assert found[3][1]["WARC-Record-ID"] != headers["WARC-Record-ID"]
    assert beside == mended(source, tmp_path / "again" / name, winter, BESIDE)
    rows = drain(source_of(tmp_path / "beside" / name))
    assert [text for _, text in rows.rows] == [PROSE, FIXED, "Another page."] and not rows.failures


def test_each_new_record_is_packed_by_itself(tmp_path: Path) -> None:
    from fastwarc.warc import ArchiveIterator

    rows = [(str(i), PROSE if i % 2 else "A page.") for i in range(6)]
    for name, pieces in (("x.wet.gz", wet(rows)), ("y.wet.gz", [b"".join(wet(rows))])):
        source = warc_of(tmp_path, pieces, name)
        mended(source, tmp_path / "out" / name, winter, BESIDE)
        data = (tmp_path / "out" / name).read_bytes()
        with (tmp_path / "out" / name).open("rb") as file:
            places = [record.stream_pos for record in ArchiveIterator(file)]
        assert len(places) == 9
        members = [data[a:b] for a, b in pairwise([*places, len(data)])]
        assert [gzip.decompress(member).count(b"WARC/1.0") for member in members] == [1] * 9


@pytest.mark.parametrize("kind", ["", "gzip", "zstd"])
def test_what_is_packed_is_unpacked(kind: Any) -> None:
    assert unpack(pack(b"one", kind) + pack(b"two", kind), kind) == b"onetwo"
