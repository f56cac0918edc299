"""Every recipe of docs/engines.md runs as it stands, with a crawl on disk in the place of Common Crawl's."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.engines.checks import COLUMNS, assert_same, needed
from tests.engines.specimens import documents, write_crawl

if TYPE_CHECKING:
    import pyarrow

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "engines.md"
BLOCK = re.compile(r"^```python\n(# (\w+)\.py\n.*?)^```", re.MULTILINE | re.DOTALL)
RECIPES = {name: code for code, name in BLOCK.findall(PAGE.read_text(encoding="utf-8"))}
SEGMENT = r'FILE = "[^"]*"'

SBATCH = """#!/bin/sh
while [ $# -gt 1 ]; do shift; done
for task in 0 1; do SLURM_ARRAY_TASK_ID=$task SLURM_JOB_ID=1 SLURM_NODELIST=here bash "$1" >&2 || exit 1; done
echo Submitted batch job 1
"""
SRUN = '#!/bin/sh\nshift 3\nexec "$@"\n'  # -l -n 1


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder to run in, with a crawl, and the same documents as Parquet and JSONL."""
    pq = needed("pyarrow.parquet", "pyarrow", "numba", "fastwarc", "fsspec")
    import pyarrow as pa

    write_crawl(tmp_path / "crawl")
    there = [d for d in documents() if d.text]
    (tmp_path / "documents").mkdir()
    table = pa.table({"id": [d.id for d in there], "text": [d.text for d in there]})
    pq.write_table(table.slice(0, 100), tmp_path / "documents" / "a.parquet")
    pq.write_table(table.slice(100), tmp_path / "documents" / "b.parquet")
    return tmp_path


def run(name: str, place: Path, *changes: tuple[str, str]) -> None:
    """Run a recipe in ``place``, with its addresses changed and whatever else is."""
    code = RECIPES[name]
    for old, new in (
        (r'ROOT = "[^"]*"', f'ROOT = "{place.as_uri()}/crawl"'),
        (r'OUT = "[^"]*"', f'OUT = "{place}/out"'),
        *changes,
    ):
        code, count = re.subn(old, new, code)
        assert count == 1 or old.startswith(("ROOT", "OUT")), f"{old} is no longer in {name}.py"
    (place / f"{name}.py").write_text(code, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, f"{name}.py"],
        cwd=place,
        env=os.environ
        | {
            "PATH": f"{place / 'bin'}:{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT), os.environ.get("PYTHONPATH", "")]),
            "PYSPARK_PYTHON": sys.executable,
            "SPARK_LOCAL_IP": "127.0.0.1",
            "HF_HOME": str(place / "cache"),
            "RAY_USAGE_STATS_ENABLED": "0",
        },
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3_000:]


def check(found: pyarrow.Table, expected: pyarrow.Table) -> None:
    """What a recipe wrote is what the function says, whether documents are known by name or by address."""
    names = [name.removeprefix("https://example.org/") for name in found["id"].to_pylist()]
    found = found.set_column(found.column_names.index("id"), "id", [names])
    there = {d.id for d in documents() if d.text}
    assert_same(found, expected.filter([name in there for name in expected["id"].to_pylist()]))


def read(path: Path) -> pyarrow.Table:
    import pyarrow.parquet as pq

    return pq.read_table(path)


def jsonl(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for file in folder.glob("*.jsonl.gz") for line in gzip.open(file, "rt", encoding="utf-8")]


def spun(expected: pyarrow.Table) -> set[str]:
    return {row["id"] for row in expected.to_pylist() if row["unspin_spun"]}


def test_every_recipe_is_run_here() -> None:
    tests = Path(__file__).read_text(encoding="utf-8")
    assert len(RECIPES) == PAGE.read_text(encoding="utf-8").count("```python\n") >= 10
    assert not [name for name in RECIPES if f'run("{name}"' not in tests]


def test_one_batch(place: Path) -> None:
    run("one_batch", place, (r"annotated.schema.names  #.*", f"assert annotated.schema.names[2:] == {list(COLUMNS)!r}"))


def test_polars_frame(place: Path, expected: pyarrow.Table) -> None:
    needed("polars")
    run("polars_frame", place)
    assert set(read(place / "clean.parquet")["id"].to_pylist()) == {d.id for d in documents() if d.text} - spun(
        expected
    )


def test_mend_frame(place: Path, expected: pyarrow.Table) -> None:
    needed("polars")
    run("mend_frame", place)
    found = read(place / "mended.parquet")
    assert found.column_names == ["id", "text"]
    texts = {d.id: d.text for d in documents()}
    changed = {row["id"] for row in found.to_pylist() if row["text"] != texts[row["id"]]}
    assert changed == spun(expected)


def test_polars_pieces(place: Path, expected: pyarrow.Table) -> None:
    needed("polars")
    run("polars_pieces", place, ("chunk_size=50_000", "chunk_size=90"))
    assert len(list(place.glob("annotated-*.parquet"))) > 1
    import pyarrow as pa

    check(pa.concat_tables([read(file) for file in place.glob("annotated-*.parquet")]), expected)


def test_duckdb_stream(place: Path, expected: pyarrow.Table) -> None:
    needed("duckdb")
    run("duckdb_stream", place)
    assert set(read(place / "clean.parquet")["id"].to_pylist()) == {d.id for d in documents() if d.text} - spun(
        expected
    )


def test_wet_stream(place: Path, expected: pyarrow.Table) -> None:
    run("wet_stream", place, (SEGMENT, 'FILE = "crawl-data/CC-MAIN-2025-18/segments/1/wet/*.warc.wet.gz"'))
    check(read(place / "annotated.parquet"), expected)


def test_datasets_map(place: Path, expected: pyarrow.Table) -> None:
    needed("datasets")
    run("datasets_map", place, (r"\Z", "\nannotated.to_parquet('annotated.parquet'); assert len(clean) > 200\n"))
    check(read(place / "annotated.parquet"), expected)


def test_datatrove_annotate(place: Path, expected: pyarrow.Table) -> None:
    needed("datatrove", "orjson")
    (place / "documents" / "a.jsonl").write_text(
        "".join(json.dumps({"id": d.id, "text": d.text}) + "\n" for d in documents() if d.text), encoding="utf-8"
    )
    run("datatrove_annotate", place, ("tasks=8", "tasks=1"))
    check(read(place / "annotated"), expected)


def of_a_filter(place: Path, expected: pyarrow.Table) -> None:
    """The filter's two outputs are the documents, apart."""
    dropped = jsonl(place / "out" / "spun")
    kept = read(place / "out" / "kept").to_pylist()
    address = "https://example.org/"
    assert {d["metadata"]["url"].removeprefix(address) for d in dropped} == spun(expected)  # type: ignore[index]
    assert {d["metadata"]["filter_reason"] for d in dropped} == {"machine-spun"}  # type: ignore[index]
    # WarcReader leaves out what libmagic does not take for text.
    honest = {
        d.id for d in documents() if len(d.text) > 30 and d.text.isprintable() or "\n" in d.text and "\0" not in d.text
    }
    names = {d["metadata"]["url"].removeprefix(address) for d in kept}
    assert names >= honest - spun(expected) and not names & spun(expected)


def test_datatrove_crawl(place: Path, expected: pyarrow.Table) -> None:
    needed("datatrove", "orjson", "warcio", "cchardet", "magic")
    run("datatrove_crawl", place, ("tasks=64, workers=8", "tasks=2, workers=2"))
    of_a_filter(place, expected)


def test_datatrove_slurm(place: Path, expected: pyarrow.Table) -> None:
    """As on a cluster, with an sbatch that runs the script it is given, a task after the other."""
    needed("datatrove", "orjson", "warcio", "cchardet", "magic")
    (place / "bin").mkdir()
    for name, script in (("sbatch", SBATCH), ("srun", SRUN), ("scontrol", "#!/bin/sh\necho here\n")):
        (place / "bin" / name).write_text(script)
        (place / "bin" / name).chmod(0o755)
    run("datatrove_slurm", place, ("tasks=10_000", "tasks=2"), (" *venv_path=.*\n", ""))
    of_a_filter(place, expected)


def test_spark_crawl(place: Path, expected: pyarrow.Table) -> None:
    needed("pyspark.sql")
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        needed("java")
    run("spark_crawl", place)
    check(read(place / "out"), expected)


def test_spark_trace(place: Path) -> None:
    needed("pyspark.sql", "tantivy", "numba", "zstandard")
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        needed("java")
    from unspin.trace import Writer

    longest = sorted((d for d in documents() if d.text), key=lambda d: -len(d.text))[:60]
    with Writer.open(place / "archive.index") as writer:
        for document in longest:
            writer.put(f"article of {document.id}", document.text, url="https://example.org/article")
        writer.commit()
    run("spark_trace", place, (r'OUT = "[^"]*"', 'OUT = "out"'))
    rows = {row["id"]: row for row in read(place / "out").to_pylist()}
    for document in longest[:3]:
        assert rows[document.id]["unspin_source_url"] == "https://example.org/article"


def test_ray_crawl(place: Path, expected: pyarrow.Table) -> None:
    needed("ray.data")
    run("ray_crawl", place, (r"ray\.init\(\)", "ray.init(num_cpus=3, include_dashboard=False)"))
    check(read(place / "out"), expected)
