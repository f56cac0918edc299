"""datatrove, in real runs of its local executor."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.engines.checks import COLUMNS, assert_same, needed
from tests.engines.specimens import documents

if TYPE_CHECKING:
    import pyarrow


@pytest.fixture(autouse=True, scope="module")
def _engine() -> None:
    needed("datatrove", "orjson", "pyarrow", "numba")


@pytest.fixture(scope="module")
def jsonl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the documents in two JSONL files; each has a page number of its own."""
    folder = tmp_path_factory.mktemp("jsonl")
    lines = [json.dumps({"id": d.id, "text": d.text, "page": n}) + "\n" for n, d in enumerate(documents())]
    (folder / "a.jsonl").write_text("".join(lines[:100]))
    (folder / "b.jsonl").write_text("".join(lines[100:]))
    return folder


def run(pipeline: list[Any], logs: Path, workers: int = 1) -> dict[str, int]:
    """Run a pipeline in two tasks; what the block of this package counted."""
    from datatrove.executor import LocalPipelineExecutor

    LocalPipelineExecutor(pipeline, tasks=2, workers=workers, logging_dir=str(logs)).run()
    blocks = json.loads((logs / "stats.json").read_text())
    (counts,) = (block["stats"] for block in blocks if "Machine-spun" in block["name"])
    return {name: count["total"] if isinstance(count, dict) else count for name, count in counts.items()}


def written(folder: Path) -> dict[str, dict[str, Any]]:
    """The documents that a JsonlWriter wrote, by id."""
    lines = [line for file in sorted(folder.glob("*.jsonl")) for line in file.read_text().splitlines()]
    return {document["id"]: document for document in map(json.loads, lines)}


def test_filter_keeps_honest_documents_untouched_and_gives_a_reason(
    jsonl: Path, expected: pyarrow.Table, tmp_path: Path
) -> None:
    from datatrove.pipeline.readers import JsonlReader
    from datatrove.pipeline.writers import JsonlWriter

    from unspin.engines.datatrove import REASON, SpunFilter

    def writer(name: str) -> JsonlWriter:
        return JsonlWriter(str(tmp_path / name), "${rank}.jsonl", compression=None)

    pipeline = [JsonlReader(str(jsonl)), SpunFilter(exclusion_writer=writer("out"), batch_size=32), writer("in")]
    counted = run(pipeline, tmp_path / "logs", workers=2)

    rows = {row["id"]: row for row in expected.to_pylist()}
    texts = {d.id: d.text for d in documents() if d.text}
    spun = {name for name in texts if rows[name]["unspin_spun"]}
    kept, dropped = written(tmp_path / "in"), written(tmp_path / "out")
    assert set(dropped) == spun and len(spun) >= 5
    assert set(kept) == set(texts) - spun
    assert all(d["text"] == texts[name] and set(d["metadata"]) == {"page", "file_path"} for name, d in kept.items())
    for name, document in dropped.items():
        assert document["text"] == texts[name]
        assert document["metadata"]["filter_reason"] == REASON == "machine-spun"
        assert {column: document["metadata"][column] for column in COLUMNS} == {c: rows[name][c] for c in COLUMNS}
    assert counted["dropped_machine-spun"] == counted["dropped"] == len(spun)
    assert counted["forwarded"] == len(kept)


def test_one_document_at_a_time_gives_the_same() -> None:
    from datatrove.data import Document

    from unspin.engines.datatrove import REASON, SpunFilter

    spun = next(d for d in documents() if "astatine" in d.text)
    block = SpunFilter(batch_size=1)
    assert block.filter(Document(spun.text, spun.id)) == (False, REASON)
    assert list(block(iter([Document("Too short.", "1"), Document(spun.text, "2")]))) == [Document("Too short.", "1")]


def test_annotator_writes_the_same_values_as_columns(jsonl: Path, expected: pyarrow.Table, tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq
    from datatrove.pipeline.readers import JsonlReader
    from datatrove.pipeline.writers import ParquetWriter

    from unspin.engines.arrow import COLUMNS as columns
    from unspin.engines.datatrove import SpunAnnotator

    schema = pa.schema([("text", pa.string()), ("id", pa.string()), ("page", pa.int64()), *columns])
    writer = ParquetWriter(str(tmp_path / "out"), expand_metadata=True, schema=schema)
    counted = run([JsonlReader(str(jsonl)), SpunAnnotator(batch_size=17), writer], tmp_path / "logs")

    there = {d.id for d in documents() if d.text}
    assert_same(
        pq.read_table(tmp_path / "out"), expected.filter([name in there for name in expected["id"].to_pylist()])
    )
    assert counted["total"] == len(there)
    assert counted["spun"] == sum(expected["unspin_spun"].to_pylist())


def test_a_document_that_could_not_be_read_is_kept_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    from datatrove.data import Document

    from unspin.engines import datatrove

    failure = dict.fromkeys(COLUMNS) | {"unspin_spun": False, "unspin_error": "time limit of 60 s"}
    monkeypatch.setattr(datatrove, "annotate_texts", lambda texts, settings, options: [failure for _ in texts])
    block = datatrove.SpunFilter()
    assert len(list(block(iter([Document("A text.", "1")])))) == 1
    assert block.stats["unread"].total == 1
