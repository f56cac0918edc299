"""PySpark, on a local Spark."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.engines.checks import COLUMNS, assert_same, needed
from unspin.errors import MissingInput, OptionError

if TYPE_CHECKING:
    import pyarrow
    from pyspark.sql import SparkSession

PROSE = Path(__file__).parents[2] / "benchmarks" / "prose"


def test_spark_says_the_same(spark: SparkSession, parquet: Path, expected: pyarrow.Table, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    from unspin.engines.spark import annotate_frame

    frame = spark.read.parquet(str(parquet)).repartition(5)
    annotate_frame(frame).write.parquet(str(tmp_path / "out"))
    assert_same(pq.read_table(tmp_path / "out"), expected)


def test_the_schema_is_known_before_anything_runs(spark: SparkSession) -> None:
    from unspin.engines.spark import annotate_frame

    frame = annotate_frame(spark.createDataFrame([("a", 1)], "text string, number int"))
    assert frame.columns == ["text", "number", *COLUMNS]
    spans = "array<struct<start:bigint,end:bigint,score:float,restored:string>>"
    assert frame.schema["unspin_spans"].dataType.simpleString() == spans
    assert frame.schema["unspin_rate"].dataType.simpleString() == "double"
    (row,) = frame.filter("not unspin_spun").collect()
    assert (row.text, row.number, row.unspin_spun) == ("a", 1, False)


def test_a_frame_without_text_is_refused_before_anything_runs(spark: SparkSession) -> None:
    from unspin.engines.spark import Options, annotate_frame

    frame = spark.createDataFrame([("a",)], "body string")
    with pytest.raises(OptionError, match="no column 'text'"):
        annotate_frame(frame)
    assert annotate_frame(frame, options=Options(text_column="body")).columns == ["body", *COLUMNS]


# --- pages against an archive ------------------------------------------------------------------------------------------


def test_spark_traces_as_one_machine_does(spark: SparkSession, table: pyarrow.Table, tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    needed("tantivy", "numba", "zstandard")
    from unspin.crawl.annotate import COLUMNS as TRACED
    from unspin.crawl.annotate import annotate
    from unspin.engines.spark import Tracing, trace_frame
    from unspin.spinners import simulate
    from unspin.trace import Archive, Writer

    index = tmp_path / "index"
    texts = {path.name: path.read_text(encoding="utf-8") for path in sorted(PROSE.glob("*.txt"))[:4]}
    with Writer.open(index) as writer:
        for name, text in texts.items():
            writer.put(name, text, date="2026-05-01", url=f"https://example.org/{name}")
        writer.commit()
    pages = [(f"spun-{name}", simulate(text, "wordnet-step", seed=3, rate=0.3).text) for name, text in texts.items()]
    pages += [(row["id"], row["text"]) for row in table.slice(0, 40).to_pylist()]
    tracing = Tracing(reader=False)
    batch = pa.record_batch({"id": [id for id, _ in pages], "text": pa.array([t for _, t in pages], pa.string())})
    expected = pa.Table.from_batches([annotate(batch, Archive(index), options=tracing)]).drop_columns("text")
    assert expected["unspin_source"].to_pylist()[:4] == list(texts)
    assert expected["unspin_claimed"].to_pylist()[:4] == [True] * 4

    frame = spark.createDataFrame(pages, "id string, text string").repartition(3)
    trace_frame(frame, index, tracing).drop("text").write.parquet(str(tmp_path / "out"))
    found = pq.read_table(tmp_path / "out")
    assert found.column_names == ["id", *TRACED.names]
    assert found.cast(expected.schema).sort_by("id").to_pylist() == expected.sort_by("id").to_pylist()


def test_what_cannot_be_traced_is_refused_before_anything_runs(spark: SparkSession, tmp_path: Path) -> None:
    needed("tantivy", "numba", "zstandard")
    from unspin.engines.spark import trace_frame
    from unspin.trace import Writer

    frame = spark.createDataFrame([("a",)], "text string")
    with pytest.raises(MissingInput, match="no such archive"):
        trace_frame(frame, tmp_path / "none")
    with Writer.open(tmp_path / "empty") as writer:
        writer.commit()
    with pytest.raises(MissingInput, match="empty archive"):
        trace_frame(frame, tmp_path / "empty")
    with Writer.open(tmp_path / "index") as writer:
        writer.put("a", "a text of some words")
        writer.commit()
    with pytest.raises(OptionError, match="no column 'text'"):
        trace_frame(frame.withColumnRenamed("text", "body"), tmp_path / "index")
