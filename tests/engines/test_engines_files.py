"""The files of a corpus as Arrow batches: WET from disk, and what is wrong with some of it."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.engines.checks import assert_same, needed
from tests.engines.specimens import documents, write_crawl

if TYPE_CHECKING:
    import pyarrow


@pytest.fixture(autouse=True, scope="module")
def _libraries() -> None:
    needed("pyarrow", "numba", "fastwarc", "resiliparse", "fsspec")


@pytest.fixture(scope="module")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Three WET files as Common Crawl has them."""
    root = tmp_path_factory.mktemp("crawl")
    return [str(root / path) for path in write_crawl(root)]


def test_documents_of_wet_come_with_their_place(crawl: list[str], expected: pyarrow.Table) -> None:
    from unspin.engines.arrow import annotate_stream
    from unspin.engines.files import DOCUMENTS, Columns, read_stream

    stream = read_stream([f"file://{path}" for path in crawl], Columns(id="WARC-Target-URI"))
    assert stream.schema == DOCUMENTS
    found = annotate_stream(stream).read_all()
    texts = {d.id: d.text for d in documents() if d.text}
    assert set(found["id"].to_pylist()) == {f"https://example.org/{name}" for name in texts}
    assert {source.removeprefix("file://") for source in found["source"].to_pylist()} == set(crawl)
    assert all(offset > 0 for offset in found["offset"].to_pylist())
    names = [url.removeprefix("https://example.org/") for url in found["id"].to_pylist()]
    there = expected.filter([name in texts for name in expected["id"].to_pylist()])
    assert_same(found.set_column(0, "id", [names]), there)


def test_a_damaged_file_is_logged_and_the_others_go_on(
    crawl: list[str], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    from unspin.engines.files import read_files

    whole = sum(batch.num_rows for batch in read_files(crawl[1:]))
    data = Path(crawl[0]).read_bytes()
    damaged = tmp_path / "damaged.warc.wet.gz"
    damaged.write_bytes(data[: len(data) // 2])
    unknown = tmp_path / "page.docx"
    unknown.write_bytes(b"?")
    with caplog.at_level(logging.WARNING):
        batches = list(read_files([str(damaged), str(unknown), str(tmp_path / "missing.jsonl"), *crawl[1:]]))
    sources = [name for batch in batches for name in batch["source"].to_pylist()]
    assert len([name for name in sources if name != str(damaged)]) == whole
    assert str(damaged) in sources
    messages = [record.getMessage() for record in caplog.records]
    assert len(messages) == 3 and all("\n" not in message for message in messages)
    for name in ("damaged.warc.wet.gz", "page.docx", "missing.jsonl"):
        assert any(name in message for message in messages)


def test_a_record_without_a_document_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    from unspin.engines.files import read_files

    file = tmp_path / "some.jsonl"
    file.write_text('{"id": "a", "text": "A page."}\nnot JSON\n{"id": "b", "text": "Another."}\n')
    with caplog.at_level(logging.WARNING):
        (batch,) = read_files([str(file)])
    assert batch["id"].to_pylist() == ["a", "b"]
    assert batch["offset"].to_pylist() == [0, 40]
    assert f"{file}: at 31: " in caplog.text
