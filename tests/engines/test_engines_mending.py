"""The restored text through every engine: the same as from one batch, beside the page's text and in its place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.engines.checks import COLUMNS, needed

if TYPE_CHECKING:
    import pyarrow
    from pyspark.sql import SparkSession

pa = pytest.importorskip("pyarrow")
pytest.importorskip("numba")

from unspin.engines.arrow import (  # noqa: E402 - needs both
    Options,
    annotate_stream,
    annotate_table,
    annotate_texts,
    annotated_schema,
)
from unspin.errors import OptionError  # noqa: E402

BESIDE = Options(restored_column="mended", restore_from=0.6)
IN_PLACE = Options(restored_column="text", restore_from=0.6)


@pytest.fixture(scope="session")
def mended(few: tuple[pyarrow.Table, pyarrow.Table]) -> dict[str, str | None]:
    """What the function makes of forty documents in one batch: the restored text by id, None where there is none."""
    from unspin.scan.annotate import annotate

    found = annotate(few[0].combine_chunks().to_batches()[0], options=BESIDE)
    made = dict(zip(found["id"].to_pylist(), found["mended"].to_pylist(), strict=True))
    assert [id for id, text in made.items() if text] == [row["id"] for row in found.to_pylist() if row["unspin_spun"]]
    assert any(made.values()) and not all(made.values())
    return made


@pytest.fixture(scope="session")
def texts(few: tuple[pyarrow.Table, pyarrow.Table]) -> dict[str, str]:
    return dict(zip(few[0]["id"].to_pylist(), few[0]["text"].to_pylist(), strict=True))


@pytest.fixture(scope="session")
def folder(few: tuple[pyarrow.Table, pyarrow.Table], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The documents as two Parquet files, and as JSONL without the empty ones."""
    import pyarrow.parquet as pq

    folder = tmp_path_factory.mktemp("few")
    (folder / "parquet").mkdir()
    (folder / "jsonl").mkdir()
    for number in (0, 1):
        pq.write_table(few[0].slice(20 * number, 20), folder / "parquet" / f"{number}.parquet", row_group_size=9)
    lines = [json.dumps(row) + "\n" for row in few[0].to_pylist() if row["text"]]
    (folder / "jsonl" / "a.jsonl").write_text("".join(lines))
    return folder


def check(found: pyarrow.Table, mended: dict[str, str | None], texts: dict[str, str], options: Options) -> None:
    """Every text and every restored text is the same, and no column is there that was not asked for."""
    rows = {row["id"]: row for row in found.to_pylist()}
    assert rows.keys() == texts.keys()
    if options is BESIDE:
        assert found.column_names[-1] == "mended"
        assert {id: row["mended"] for id, row in rows.items()} == mended
        assert {id: row["text"] for id, row in rows.items()} == texts
    else:
        assert "mended" not in found.column_names
        assert {id: row["text"] for id, row in rows.items()} == {id: mended[id] or text for id, text in texts.items()}


@pytest.mark.parametrize("options", [BESIDE, IN_PLACE])
def test_arrow(few: Any, mended: Any, texts: Any, options: Options) -> None:
    stream = annotate_stream(few[0], options=options)
    assert stream.schema == annotated_schema(few[0].schema, options)
    check(stream.read_all(), mended, texts, options)


@pytest.mark.parametrize("options", [BESIDE, IN_PLACE])
def test_polars_duckdb_and_pandas(
    folder: Path, mended: Any, texts: Any, options: Options, tmp_path: Path, few: Any
) -> None:
    polars, duckdb = needed("polars"), needed("duckdb")
    needed("pandas")
    check(annotate_table(polars.read_parquet(folder / "parquet"), options=options), mended, texts, options)
    check(annotate_table(few[0].to_pandas(), options=options), mended, texts, options)
    writer = duckdb.connect()
    documents = duckdb.connect().sql(f"select * from '{folder}/parquet/*.parquet'")
    writer.register("found", annotate_stream(documents, options=options))
    writer.sql(f"copy found to '{tmp_path}/out.parquet'")
    import pyarrow.parquet as pq

    check(pq.read_table(tmp_path / "out.parquet"), mended, texts, options)


def test_texts_of_python(mended: Any, texts: Any) -> None:
    for options in (BESIDE, IN_PLACE):
        rows = annotate_texts(list(texts.values()), options=options)
        assert [row[str(options.restored_column)] for row in rows] == list(mended.values())
        assert list(rows[0]) == [*COLUMNS, options.restored_column]


def test_a_column_of_that_name_is_refused_before_anything_runs(few: Any) -> None:
    with pytest.raises(OptionError, match="the column 'id' is already there"):
        annotate_stream(few[0], options=Options(restored_column="id"))


@pytest.mark.parametrize("options", [BESIDE, IN_PLACE])
def test_spark(spark: SparkSession, folder: Path, mended: Any, texts: Any, options: Options, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    from unspin.engines.spark import annotate_frame

    frame = spark.read.parquet(str(folder / "parquet")).repartition(3)
    annotate_frame(frame, options=options).write.parquet(str(tmp_path / "out"))
    check(pq.read_table(tmp_path / "out"), mended, texts, options)


@pytest.mark.usefixtures("local_ray")
def test_ray(folder: Path, mended: Any, texts: Any, tmp_path: Path) -> None:
    import pyarrow.parquet as pq
    import ray.data

    from unspin.engines.ray import Annotator, Settings

    for options in (BESIDE, IN_PLACE):
        out = tmp_path / str(options.restored_column)
        documents = ray.data.read_parquet(str(folder / "parquet"), override_num_blocks=3)
        documents.map_batches(
            Annotator,
            batch_format="pyarrow",
            batch_size=15,
            concurrency=1,
            fn_constructor_args=(Settings(fast=True), options),
        ).write_parquet(str(out))
        check(pq.read_table(out), mended, texts, options)


@pytest.mark.parametrize("options", [BESIDE, IN_PLACE])
def test_datatrove(folder: Path, mended: Any, texts: Any, options: Options, tmp_path: Path) -> None:
    needed("datatrove", "orjson")
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.readers import JsonlReader
    from datatrove.pipeline.writers import JsonlWriter

    from unspin.engines.datatrove import SpunAnnotator

    writer = JsonlWriter(str(tmp_path / "out"), "${rank}.jsonl", compression=None)
    blocks = [JsonlReader(str(folder / "jsonl")), SpunAnnotator(batch_size=7, options=options), writer]
    LocalPipelineExecutor(blocks, tasks=1, logging_dir=str(tmp_path / "logs")).run()
    rows = [json.loads(line) for line in (tmp_path / "out" / "00000.jsonl").read_text().splitlines()]
    found = pa.Table.from_pylist([{"id": row["id"], "text": row["text"], **row["metadata"]} for row in rows])
    there = {id: text for id, text in texts.items() if text}
    found = found.select([name for name in found.column_names if name != "file_path"])
    check(found, {id: mended[id] for id in there}, there, options)
    (stats,) = [block["stats"] for block in json.loads((tmp_path / "logs" / "stats.json").read_text())
                if "Machine-spun" in block["name"]]  # fmt: skip
    assert stats["restored"] == sum(text is not None for text in mended.values())


def test_what_the_filter_of_datatrove_drops_is_restored(mended: Any, texts: Any) -> None:
    needed("datatrove")
    from datatrove.data import Document

    from unspin.engines.datatrove import SpunFilter

    id = next(id for id, text in mended.items() if text)
    dropped = Document(texts[id], id)
    assert SpunFilter(options=IN_PLACE).filter(dropped) == (False, "machine-spun")
    assert dropped.text == mended[id]
