"""PySpark, on a local Spark."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.engines.checks import COLUMNS, assert_same
from unspin.errors import OptionError

if TYPE_CHECKING:
    import pyarrow
    from pyspark.sql import SparkSession


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
