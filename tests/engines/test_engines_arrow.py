"""Arrow tables and streams, and with them Polars, DuckDB, pandas and Hugging Face datasets."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.engines.checks import COLUMNS, assert_same, needed
from unspin.errors import MissingExtra, OptionError

pa = pytest.importorskip("pyarrow")
pytest.importorskip("numba")

from unspin.engines import arrow  # noqa: E402 - needs both
from unspin.engines.arrow import Options, annotate_stream, annotate_table, annotate_texts, annotated_schema  # noqa: E402

if TYPE_CHECKING:
    import pyarrow

    Pair = tuple[pyarrow.Table, pyarrow.Table]


def test_the_columns_are_those_promised() -> None:
    assert tuple(arrow.COLUMNS.names) == COLUMNS


def test_table_keeps_its_columns_and_order(table: pyarrow.Table, expected: pyarrow.Table) -> None:
    found = annotate_table(table)
    assert found.column_names == ["id", "text", *COLUMNS]
    assert found.select(["id", "text"]).equals(table)
    assert_same(found, expected)


@pytest.mark.parametrize("rows", [1, 7])
def test_the_size_of_a_batch_changes_nothing(few: Pair, rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    table, expected = few
    monkeypatch.setattr(arrow, "ROWS", rows)
    sizes: list[int] = []
    annotate = arrow.annotate
    monkeypatch.setattr(arrow, "annotate", lambda batch, *how: sizes.append(batch.num_rows) or annotate(batch, *how))
    assert_same(annotate_table(table), expected)
    assert max(sizes) == rows


def test_a_stream_is_read_as_it_is_asked_for(table: pyarrow.Table, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = []

    def batches() -> Iterator[pyarrow.RecordBatch]:
        for batch in table.slice(0, 30).to_batches(max_chunksize=10):
            taken.append(batch.num_rows)
            yield batch

    stream = annotate_stream(pa.RecordBatchReader.from_batches(table.schema, batches()))
    assert stream.schema == annotated_schema(table.schema)
    assert not taken
    stream.read_next_batch()
    assert taken == [10]
    assert stream.read_all().num_rows == 20


def test_no_rows_give_no_rows() -> None:
    empty = pa.table({"text": pa.array([], pa.string())})
    assert annotate_table(empty).column_names == ["text", *COLUMNS]
    assert annotate_table(empty).num_rows == 0
    assert annotate_texts([]) == []


@pytest.mark.parametrize("kind", ["large_string", "string_view"])
def test_any_kind_of_string(few: Pair, kind: str) -> None:
    table, expected = few
    other = table.set_column(1, "text", table["text"].cast(getattr(pa, kind)()))
    found = annotate_table(other)
    assert found.schema.field("text").type == getattr(pa, kind)()
    assert_same(found, expected)


def test_half_a_surrogate_pair_is_a_character_like_any_other(table: pyarrow.Table) -> None:
    spun = next(text for text in table["text"].to_pylist() if "astatine" in text)
    (plain,), (broken,) = annotate_texts([spun + "?"]), annotate_texts([spun + "\ud800"])
    assert plain == broken


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["id", "body"], "there is no column 'text' (there are: body, id); name it as text_column"),
        (["text", "unspin_rate"], "the column 'unspin_rate' is already there; drop or rename it first"),
    ],
)
def test_a_table_that_cannot_be_annotated_is_refused_in_one_line(names: list[str], message: str) -> None:
    with pytest.raises(OptionError) as caught:
        annotate_stream(pa.table({name: ["a"] for name in names}))
    assert str(caught.value) == message


def test_the_text_may_lie_in_any_column(few: Pair) -> None:
    table, expected = few
    renamed = table.rename_columns(["id", "content"])
    assert_same(annotate_table(renamed, options=Options(text_column="content")), expected)


@pytest.mark.parametrize(
    ("module", "absent", "extra"),
    [
        ("arrow", "pyarrow", "scan"),
        ("ray", "pyarrow", "scan"),
        ("spark", "pyarrow", "scan"),
        ("spark", "pyspark", "spark"),
        ("datatrove", "pyarrow", "scan"),
        ("datatrove", "datatrove", "datatrove"),
    ],
)
def test_what_is_missing_is_named_with_its_extra(module: str, absent: str, extra: str) -> None:
    code = f"import sys; sys.modules[{absent!r}] = None; import unspin.engines.{module}"
    failed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert f"{MissingExtra.__name__}: " in failed.stderr.splitlines()[-1]
    assert f"pip install '.[{extra}]'" in failed.stderr.splitlines()[-1]


def test_polars(parquet: Path, expected: pyarrow.Table) -> None:
    polars = needed("polars")
    frame = polars.read_parquet(parquet)
    found = polars.from_arrow(annotate_table(frame))
    assert found.columns == ["id", "text", *COLUMNS]
    assert found.filter("unspin_spun").height == sum(expected["unspin_spun"].to_pylist())
    assert_same(found.to_arrow(), expected)


def test_duckdb_streams_in_and_out(parquet: Path, expected: pyarrow.Table, tmp_path: Path) -> None:
    duckdb = needed("duckdb")
    documents = duckdb.connect().sql(f"select * from '{parquet}/*.parquet'")
    output = tmp_path / "annotated.parquet"
    writer = duckdb.connect()
    writer.register("annotated", annotate_stream(documents))
    writer.sql(f"copy annotated to '{output}'")
    import pyarrow.parquet as pq

    assert_same(pq.read_table(output), expected)


def test_pandas(few: Pair) -> None:
    needed("pandas")
    table, expected = few
    assert_same(annotate_table(table.to_pandas()), expected)


def test_hugging_face_datasets(parquet: Path, expected: pyarrow.Table, tmp_path: Path) -> None:
    datasets = needed("datasets")
    dataset = datasets.load_dataset("parquet", data_dir=str(parquet), split="train", cache_dir=str(tmp_path))
    found = dataset.with_format("arrow").map(annotate_table, batched=True, batch_size=100)
    assert_same(found.data.table, expected)
