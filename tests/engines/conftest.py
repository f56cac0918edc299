"""The engines for real: local Spark, local Ray, datatrove's local executor, Polars, DuckDB.

Where one is missing its tests are skipped, unless ``UNSPIN_ENGINES=required``, under which they fail.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.engines.checks import COLUMNS, needed
from tests.engines.specimens import documents

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import SparkSession


@pytest.fixture(scope="session")
def table() -> pa.Table:
    """The documents, ``id`` and ``text``."""
    pa = needed("pyarrow", "numba")
    texts = documents()
    return pa.table({"id": [d.id for d in texts], "text": pa.array([d.text for d in texts], pa.string())})


@pytest.fixture(scope="session")
def expected(table: pa.Table) -> pa.Table:
    """What the function says that all engines call, from one batch."""
    import pyarrow as pa

    from unspin.scan.annotate import annotate

    found = pa.Table.from_batches([annotate(table.combine_chunks().to_batches()[0])])
    assert found["unspin_spun"].to_pylist().count(True) >= 5, "the specimens are no longer seen; is the test still one?"
    return found.select(["id", *COLUMNS])


@pytest.fixture(scope="session")
def few(table: pa.Table, expected: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Forty of the documents and what is said of them, where all would only take longer."""
    start = expected["unspin_spun"].to_pylist().index(True)
    return table.slice(start, 40), expected.slice(start, 40)


@pytest.fixture(scope="session")
def parquet(table: pa.Table, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the documents in three Parquet files, with several row groups each."""
    import pyarrow.parquet as pq

    folder = tmp_path_factory.mktemp("documents")
    for number, start in enumerate(range(0, table.num_rows, 90)):
        pq.write_table(table.slice(start, 90), folder / f"{number}.parquet", row_group_size=40)
    return folder


@pytest.fixture(scope="session")
def spark() -> Iterator[SparkSession]:
    sql = needed("pyspark.sql")
    needed("pyarrow", "numba")
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        needed("java (apt-get install default-jre-headless)")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    session = (
        sql.SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", False)
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", 25)
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


@pytest.fixture(scope="session")
def local_ray() -> Iterator[None]:
    needed("ray.data", "pyarrow", "numba")
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    import ray

    ray.init(num_cpus=4, include_dashboard=False, log_to_driver=False, object_store_memory=200_000_000)
    yield
    ray.shutdown()
