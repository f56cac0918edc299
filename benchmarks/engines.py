"""Whether all engines say the same of the same documents, and what each takes.

    python -m benchmarks.engines --corpora CORPORA [--documents 20000] [--spun 100] [--only NAME …] [--out benchmarks/runs]

Documents are drawn evenly from all corpora, some are spun, and all go as one Parquet file through the function itself, ``unspin
scan``, datatrove, Spark, Ray, Polars and DuckDB, each in processes of its own with one worker. Every value of every document
must be the same to the last bit; the digest of the sorted values is written down for each. ``seconds`` are wall-clock time of
the whole program, start of the engine included; ``running`` without it.

What a crawl costs is measured by :mod:`benchmarks.crawl`.
"""

from __future__ import annotations

import argparse
import datetime
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import unspin
from benchmarks import crawl
from training.corpora import all_files, documents
from unspin.engines.arrow import annotate_stream, annotate_table
from unspin.evaluate.plan import families
from unspin.scan.annotate import COLUMNS, annotate
from unspin.spinners import simulate

CHARACTERS = 3_000
"""A longer document is cut into pieces of about this length, each of which counts as a document."""
RATE = 0.3


def drawn(corpora: Path, count: int, spun: int, seed: int = 17) -> pa.Table:
    """``id`` and ``text`` of documents from all corpora, as evenly as their sizes allow, ``spun`` of them spun."""
    random = np.random.default_rng(seed)
    pools = []
    for file in all_files(corpora):
        texts = [f"{d.corpus}\n{d.text}" for d in documents(file, CHARACTERS)]
        pools.append([texts[i] for i in random.permutation(len(texts))])
    chosen: list[str] = []
    while len(chosen) < count and any(pools):
        chosen += [pool.pop() for pool in pools if pool]
    rows = [text.split("\n", 1) for text in chosen[:count]]
    texts = [text for _, text in rows]
    names = families()
    for number, row in enumerate(random.permutation(len(rows))[:spun]):
        texts[row] = simulate(texts[row], names[number % len(names)], seed=number, rate=RATE).text
    ids = [f"{corpus}-{number:06}" for number, (corpus, _) in enumerate(rows)]
    return pa.table({"id": ids, "text": pa.array(texts, pa.string())})


def plain(given: Path, made: Path) -> None:
    """The function itself, batch by batch."""
    batches = pq.ParquetFile(given).iter_batches(1_000)
    pq.write_table(pa.Table.from_batches([annotate(batch) for batch in batches]), made)


def scan(given: Path, made: Path) -> None:
    """``unspin scan``."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "unspin.cli", "scan", str(given), "-o", folder, "--annotate", "--workers", "1"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode == 2:
            raise RuntimeError(done.stderr)
        found = pa.concat_tables([pq.read_table(file) for file in sorted(Path(folder).rglob("*.parquet"))])
    columns = "screen_score sieve_score look_score reader_score false_positive_rate spun share spinner spans note error".split()
    pq.write_table(found.select(["id", *columns]).rename_columns(["id", *COLUMNS.names]), made)


def datatrove(given: Path, made: Path) -> None:
    """A local run of datatrove with its Parquet reader and writer."""
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.readers import ParquetReader
    from datatrove.pipeline.writers import ParquetWriter

    from unspin.engines.datatrove import SpunAnnotator

    schema = pa.schema([("text", pa.string()), ("id", pa.string()), *COLUMNS])
    with tempfile.TemporaryDirectory() as folder:
        reader = ParquetReader(str(given.parent), glob_pattern=given.name)
        writer = ParquetWriter(folder, expand_metadata=True, schema=schema)
        LocalPipelineExecutor([reader, SpunAnnotator(), writer], logging_dir=folder + "/logs").run()
        pq.write_table(pa.concat_tables([pq.read_table(file) for file in Path(folder).glob("*.parquet")]), made)


def spark(given: Path, made: Path) -> Callable[[], None]:
    """A local Spark of one core."""
    from pyspark.sql import SparkSession

    from unspin.engines.spark import annotate_frame

    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.Builder().master("local[1]").config("spark.ui.enabled", False)
    session = builder.config("spark.driver.bindAddress", "127.0.0.1").getOrCreate()

    def run() -> None:
        annotate_frame(session.read.parquet(str(given))).write.parquet(str(made))

    return run


def ray(given: Path, made: Path) -> Callable[[], None]:
    """A local Ray with one actor that annotates."""
    import ray as engine
    import ray.data

    from unspin.engines.ray import Annotator

    engine.init(num_cpus=3, include_dashboard=False, log_to_driver=False, object_store_memory=1_000_000_000)

    def run() -> None:
        dataset = ray.data.read_parquet(str(given))
        dataset.map_batches(Annotator, batch_format="pyarrow", batch_size=1_000, concurrency=1).write_parquet(str(made))

    return run


def polars(given: Path, made: Path) -> None:
    """A data frame of Polars and back."""
    import polars as engine

    frame = engine.from_arrow(annotate_table(engine.read_parquet(given)))
    assert isinstance(frame, engine.DataFrame)
    frame.write_parquet(made)


def duckdb(given: Path, made: Path) -> None:
    """A stream out of DuckDB and into it."""
    import duckdb as engine

    writer = engine.connect()
    writer.register("annotated", annotate_stream(engine.connect().sql(f"select * from '{given}'")))
    writer.sql(f"copy annotated to '{made}' (format parquet)")


ENGINES: dict[str, Callable[[Path, Path], Callable[[], None] | None]] = {
    "plain": plain, "scan": scan, "datatrove": datatrove, "spark": spark, "ray": ray, "polars": polars, "duckdb": duckdb,
}  # fmt: skip


def run(name: str, given: Path, made: Path) -> None:
    """One engine, in this process; prints how long it ran without its start."""
    began = time.perf_counter()
    started = ENGINES[name](given, made)
    if started is not None:
        began = time.perf_counter()
        started()
    print(json.dumps({"running": round(time.perf_counter() - began, 2)}), flush=True)


def values(made: Path) -> pa.Table:
    """What an engine wrote: the promised columns, by id."""
    schema = pa.schema([("id", pa.string()), *COLUMNS])
    return pq.read_table(made).select(schema.names).cast(schema).sort_by("id").combine_chunks()


def digest(table: pa.Table) -> str:
    """SHA-256 of the values, bit by bit."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return hashlib.sha256(sink.getvalue()).hexdigest()


def compared(engines: list[str], given: Path, folder: Path) -> dict[str, Any]:
    """Every engine in a process of its own, and whether all say the same."""
    found: dict[str, Any] = {}
    tables: dict[str, pa.Table] = {}
    for name in engines:
        made = folder / f"{name}.parquet"
        command = [sys.executable, "-m", "benchmarks.engines", "--run", name, str(given), str(made)]
        began = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True)
        seconds = round(time.perf_counter() - began, 2)
        if done.returncode:
            found[name] = {"failed": (done.stderr.strip().splitlines() or ["without a word"])[-1]}
        else:
            tables[name] = values(made)
            running = json.loads(done.stdout.strip().splitlines()[-1])["running"]
            spun = sum(filter(None, tables[name]["unspin_spun"].to_pylist()))
            found[name] = {
                "documents": tables[name].num_rows, "spun": spun, "seconds": seconds, "running": running,
                "same": tables[name].equals(tables[engines[0]]), "sha256": digest(tables[name]),
            }  # fmt: skip
        print(name, json.dumps(found[name]), flush=True)
    return found


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path)
    parser.add_argument("--documents", type=int, default=20_000)
    parser.add_argument("--spun", type=int, default=100, help="how many of the documents are spun")
    parser.add_argument(
        "--only", nargs="+", choices=tuple(ENGINES), default=list(ENGINES), help="the first is compared with"
    )
    parser.add_argument("--out", type=Path, default=Path("benchmarks/runs"))
    parser.add_argument("--run", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        run(options.run[0], Path(options.run[1]), Path(options.run[2]))
        return 0
    if options.corpora is None:
        parser.error("the following arguments are required: --corpora")
    result: dict[str, Any] = {"date": datetime.date.today().isoformat(), "version": unspin.__version__}
    with tempfile.TemporaryDirectory() as folder:
        given = Path(folder) / "documents.parquet"
        table = drawn(options.corpora, options.documents, options.spun)
        pq.write_table(table, given, row_group_size=1_000)
        result |= {"documents": table.num_rows, "spun": options.spun, "megabytes": round(crawl.size(table) / 1e6, 1)}
        result["engines"] = compared(options.only, given, Path(folder))
    result["all_the_same"] = all(engine.get("same") for engine in result["engines"].values())
    options.out.mkdir(parents=True, exist_ok=True)
    file = options.out / f"{result['date']}-engines.json"
    file.write_text(json.dumps(result, indent=1) + "\n")
    print("all the same:", result["all_the_same"], "written to", file)
    return 0 if result["all_the_same"] else 1


if __name__ == "__main__":
    sys.exit(main())
