"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from unspin.errors import OutputError
from unspin.files import atomic, save


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_that_fails_half_way_leaves_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    target.write_bytes(b"the report of yesterday")
    with pytest.raises(RuntimeError), atomic(target) as file:
        file.write(b"half of a")
        file.flush()
        assert target.read_bytes() == b"the report of yesterday"
        raise RuntimeError
    assert target.read_bytes() == b"the report of yesterday"
    assert names(tmp_path) == ["report.html"]


def test_nobody_sees_a_part_of_it(tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    with atomic(target) as file:
        file.write(b"a" * 100_000)
        file.flush()
        assert not target.exists()
    assert target.read_bytes() == b"a" * 100_000
    assert names(tmp_path) == ["report.html"]


def test_a_full_disk_is_said_in_one_line_and_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    (tmp_path / "figures.json").write_bytes(b"before")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match=r"^--json figures\.json: cannot be written \(no space left on device\); "):
        save(tmp_path / "figures.json", b"after", said="--json figures.json")
    assert (tmp_path / "figures.json").read_bytes() == b"before"
    assert names(tmp_path) == ["figures.json"]


@pytest.mark.parametrize("target", ["nowhere/report.html", "."])
def test_what_cannot_be_written_is_named(tmp_path: Path, target: str) -> None:
    with pytest.raises(OutputError, match="cannot be written"):
        save(tmp_path / target, b"x")
    assert names(tmp_path) == []


@pytest.mark.skipif(os.name != "posix", reason="needs a named pipe")
def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    save(pipe, b"through")
    reader.join(10)
    assert read == [b"through"]
    assert pipe.is_fifo()
