"""The figures of what a crawl costs: measured on a WET file, and put where the document keeps a place for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engines.checks import needed
from tests.engines.specimens import documents

FIGURES = {
    "wet_bytes": 40,
    "text_bytes": 100,
    "documents": 1,
    "sent_on_documents": 0.01,
    "passed_screen_text": 0.05,
    "passed_sieve_text": 0.02,
    "sent_on_text": 0.01,
    "bytes_per_second": {"unpack": 1e8, "screen": 2e8, "sieve": 1e7, "look": 5e5, "verdict": 4e4, "restore": 1e4},
}


@pytest.fixture(autouse=True, scope="module")
def _libraries() -> None:
    needed("pyarrow", "numba", "fastwarc", "zstandard")


def test_core_hours_follow_the_formula() -> None:
    from benchmarks.crawl import rendered

    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in rendered(FIGURES, 0.002).splitlines()[2:]]
    # 8 TB of WET are 20 TB of text here: 200,000 s, 100,000 s, 20e12 * .052 / 1e7 s, and so on: .022 / 5e5, .012 / 4e4,
    # .002 / 1e4.
    assert [row[3] for row in rows] == ["56", "28", "29", "244", "1,667", "1,111", "**3,134**"]
    assert [row[1] for row in rows] == ["100.000%", "100.000%", "5.200%", "2.200%", "1.200%", "0.200%", ""]


def test_only_the_block_of_a_document_is_replaced(tmp_path: Path) -> None:
    from benchmarks.crawl import fill, rendered

    page = tmp_path / "page.md"
    page.write_text("Before.\n<!-- figures:crawl -->\nOld.\n<!-- /figures:crawl -->\nAfter.\n")
    fill(page, FIGURES)
    once = page.read_text()
    assert once == f"Before.\n<!-- figures:crawl -->\n{rendered(FIGURES)}\n<!-- /figures:crawl -->\nAfter.\n"
    fill(page, FIGURES)
    assert page.read_text() == once
    page.write_text("No such block.\n")
    with pytest.raises(ValueError, match="no block"):
        fill(page, FIGURES)


def test_the_document_has_its_block() -> None:
    page = (Path(__file__).parents[2] / "docs" / "engines.md").read_text(encoding="utf-8")
    assert page.count("<!-- figures:crawl -->") == page.count("<!-- /figures:crawl -->") == 1


def test_the_wet_file_that_is_timed_holds_the_documents(tmp_path: Path) -> None:
    import pyarrow as pa

    from benchmarks.crawl import size
    from benchmarks.warc import wet
    from unspin.engines.files import read_stream

    some = [d for d in documents() if len(d.text) > 100][:20]
    table = pa.table({"id": [d.id for d in some], "text": [d.text for d in some]})
    (tmp_path / "some.warc.wet.gz").write_bytes(wet((d.id, d.text) for d in some))
    found = read_stream([str(tmp_path / "some.warc.wet.gz")]).read_all()
    assert found["text"].to_pylist() == table["text"].to_pylist()
    assert size(table) == sum(len(d.text.encode()) for d in some)
