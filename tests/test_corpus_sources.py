"""From inputs to files: folders, patterns, URLs, names of outputs, and a line for whatever cannot be taken."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from unspin.corpus.sources import Format, Source, discover
from unspin.errors import InputError, MissingInput, UnknownFormat

fsspec = pytest.importorskip("fsspec")


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    for name in (
        "b.jsonl", "a.txt", "deep/er/c.jsonl.gz", "deep/d.csv", "e.warc.gz", "f.warc.wet.gz", "g.PARQUET", "h.json.zst",
        "set/train/state.json", "set/train/dataset_info.json", "set/dataset_dict.json", "set/train/data-0.arrow",
        "_SUCCESS", ".hidden.txt", ".git/x.txt", "_temporary/x.txt", "picture.png", "noted", "i.parquet.gz",
    ):  # fmt: skip
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"x" * len(name))
    return tmp_path


def formats(sources: list[Source]) -> dict[str, str]:
    return {source.name: str(source.format) for source in sources}


def test_a_folder_gives_what_is_below_it(corpus: Path) -> None:
    found = discover([str(corpus)])
    assert formats(found.sources) == {
        "a.txt": "text", "b.jsonl": "jsonl", "deep/d.csv": "csv", "deep/er/c.jsonl.gz": "jsonl.gz", "e.warc.gz": "warc.gz",
        "f.warc.wet.gz": "warc.gz", "g.PARQUET": "parquet", "h.json.zst": "jsonl.zst", "set/train/data-0.arrow": "arrow",
    }  # fmt: skip
    assert [source.name for source in found.sources] == sorted(formats(found.sources))
    assert [source.size for source in found.sources] == [len(source.name.encode()) for source in found.sources]


def test_what_is_not_read_is_named_and_stops_nothing(corpus: Path) -> None:
    found = discover([str(corpus), str(corpus / "missing.txt"), str(corpus / "*.nothing")])
    assert len(found.sources) == 9
    lines = [str(error) for error in found.errors]
    assert all(isinstance(error, InputError) and "\n" not in str(error) for error in found.errors)
    assert sum("not a format that is read" in line for line in lines) == 3  # picture.png, noted, i.parquet.gz
    assert sum("no such file" in line for line in lines) == 1
    assert sum("no file matches" in line for line in lines) == 1
    assert {type(error) for error in found.errors} == {UnknownFormat, MissingInput}


def test_a_file_named_twice_comes_once(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(corpus)
    found = discover([str(corpus / "b.jsonl"), "b.jsonl", "./b.jsonl", "*.jsonl"])
    assert [source.name for source in found.sources] == ["b.jsonl"]
    assert not found.errors


def test_a_pattern_is_named_from_where_it_begins(corpus: Path) -> None:
    found = discover([str(corpus / "deep" / "**" / "*.gz")])
    assert [source.name for source in found.sources] == ["er/c.jsonl.gz"]
    assert formats(discover([str(corpus / "d*")]).sources) == {"deep/d.csv": "csv", "deep/er/c.jsonl.gz": "jsonl.gz"}


def test_names_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    for folder in ("one/x", "two/x", "two/y"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "part.jsonl").write_bytes(b"")
    (tmp_path / "two" / "other.jsonl").write_bytes(b"")
    found = discover([str(path) for path in tmp_path.rglob("*.jsonl")])
    assert [source.name for source in found.sources] == [
        "one/x/part.jsonl", "other.jsonl", "two/x/part.jsonl", "y/part.jsonl",
    ]  # fmt: skip


def test_names_that_differ_in_case_only_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"")
    (tmp_path / "A.txt").write_bytes(b"")
    if len(os.listdir(tmp_path)) < 2:
        pytest.skip("this file system does not tell them apart")
    names = [source.name for source in discover([str(tmp_path)]).sources]
    assert len({name.lower() for name in names}) == 2


def test_names_never_lead_out_of_the_output(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(corpus / "deep")
    for given in ("../b.jsonl", "../*.jsonl", "../../" + corpus.name):
        for source in discover([given]).sources:
            assert not source.name.startswith("/")
            assert ".." not in source.name.split("/")


def test_order_does_not_depend_on_the_order_of_inputs(corpus: Path) -> None:
    inputs = [str(corpus / "deep"), str(corpus / "b.jsonl"), str(corpus / "set")]
    assert discover(inputs).sources == discover(inputs[::-1]).sources


def test_urls_name_files_folders_and_patterns() -> None:
    system = fsspec.filesystem("memory")
    for name in ("a.jsonl", "below/b.jsonl.gz", "below/c.bin", "below/_SUCCESS"):
        system.pipe(f"/found/{name}", b"12345")
    try:
        file = discover(["memory://found/a.jsonl"])
        folder = discover(["memory://found"])
        pattern = discover(["memory://found/*/*.gz"])
        missing = discover(["memory://found/none.txt", "memory://found/*.none", "nosuch://x/a.txt"])
    finally:
        system.rm("/found", recursive=True)
    assert [(s.name, s.size, s.format) for s in file.sources] == [("a.jsonl", 5, Format("jsonl"))]
    assert formats(folder.sources) == {"a.jsonl": "jsonl", "below/b.jsonl.gz": "jsonl.gz"}
    assert ["c.bin" in str(error) for error in folder.errors] == [True]
    assert formats(pattern.sources) == {"below/b.jsonl.gz": "jsonl.gz"}
    assert all(source.url.startswith("memory://") for source in folder.sources)
    assert [type(error) for error in missing.errors] == [MissingInput] * 3


def test_an_empty_folder_is_an_error(tmp_path: Path) -> None:
    found = discover([str(tmp_path)])
    assert not found.sources
    assert "a folder without files" in str(found.errors[0])


def test_a_name_that_would_break_the_line_is_escaped(tmp_path: Path) -> None:
    (tmp_path / "a\nb.bin").write_bytes(b"")
    assert "a\\nb.bin" in str(discover([str(tmp_path)]).errors[0])


def test_sources_can_be_sent_to_a_worker(corpus: Path) -> None:
    sources = discover([str(corpus)]).sources
    assert pickle.loads(pickle.dumps(sources)) == sources


def test_who_hands_files_to_workers_loads_neither_numpy_nor_arrow(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "The boats lay in the bay."}\n')
    code = (
        "import sys, unspin.scan.run as run, unspin.scan\n"
        f"print([s.name for s in run.bundled(run.discover([{str(tmp_path)!r}]).sources)])\nprint(*sys.modules)"
    )
    first, loaded = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout.splitlines()
    assert first == "['a.jsonl']"
    assert not {"numpy", "pyarrow", "numba"} & set(loaded.split())


def test_finding_files_loads_no_arrow(corpus: Path) -> None:
    code = (
        "import sys, unspin.corpus.formats, unspin.corpus.sources as s\n"
        f"s.discover([{str(corpus)!r}])\nprint(*sys.modules)"
    )
    out = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert not {"pyarrow", "fsspec", "zstandard", "fastwarc"} & set(out)
