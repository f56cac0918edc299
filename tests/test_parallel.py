"""Several documents at a time: the same readings in the same order, and an end to every process whatever happens."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

import unspin
from unspin.errors import InputError, MissingExtra, ModelError, OptionError
from unspin.reader import parallel
from unspin.reader.parallel import in_processes
from unspin.spinners import simulate

PROSE = [file.read_text(encoding="utf-8") for file in sorted(Path("benchmarks/prose").glob("*.txt"))][:2]
TEXTS = [PROSE[0], simulate(PROSE[0], "wordnet-walk", seed=3, rate=0.3).text, "Too short.", "", PROSE[1]]


def slowly(text: str, longest: float = 0.3) -> str:
    """The first is the slowest."""
    time.sleep(longest if text == "0" else 0.0)
    return f"{text} in {os.getpid()}"


def odd(text: str) -> str:
    """Goes wrong in the way that a text asks for."""
    if text == "value":
        raise ValueError("so it goes")
    if text == "extra":
        raise MissingExtra("deep", "a language model of your own")
    if text == "die":
        os.kill(os.getpid(), 9)
    if text == "print":
        print("what a library prints is no answer", flush=True)
    return text


def told(texts: list[str], seen: list[str]) -> Iterator[str]:
    for text in texts:
        seen.append(text)
        yield text


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """The processes that were started."""
    found: list[subprocess.Popen[bytes]] = []
    real = subprocess.Popen

    def noted(*args: object, **kwargs: object) -> subprocess.Popen[bytes]:
        found.append(real(*args, **kwargs))  # type: ignore[call-overload]
        return found[-1]

    monkeypatch.setattr(parallel.subprocess, "Popen", noted)
    return found


def test_the_readings_are_the_same_in_the_same_order(started: list[subprocess.Popen[bytes]]) -> None:
    settings = {"operating_point": 1e-3, "dictionary": {"harbour": "port"}, "fast": True}
    alone = list(unspin.read_many(TEXTS, **settings))  # type: ignore[arg-type]
    assert [reading.spun for reading in alone] == [False, True, False, False, False]
    assert list(unspin.read_many(iter(TEXTS), **settings, workers=2)) == alone  # type: ignore[arg-type]
    assert len(started) == 2 and all(process.returncode is not None for process in started)


def test_what_is_done_first_waits_for_its_turn() -> None:
    made = list(in_processes(slowly, [str(i) for i in range(12)], 3))
    assert [line.split()[0] for line in made] == [str(i) for i in range(12)]
    assert 1 < len({line.split()[-1] for line in made}) <= 3


def test_texts_are_taken_in_a_few_ahead(started: list[subprocess.Popen[bytes]]) -> None:
    seen: list[str] = []
    readings = in_processes(slowly, told([str(i) for i in range(100)], seen), 2)
    next(readings)
    assert len(seen) <= 5
    readings.close()  # type: ignore[attr-defined]
    assert all(process.returncode is not None for process in started)


def test_no_more_processes_than_texts(started: list[subprocess.Popen[bytes]]) -> None:
    assert list(in_processes(odd, ["one"], 8)) == ["one"]
    assert len(started) == 1


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [("value", ValueError, "so it goes"), ("extra", ModelError, "a language model of your own needs an optional part"),
     ("die", ModelError, r"a process that reads ended \(signal 9\); read fewer documents at a time")],
)  # fmt: skip
def test_what_goes_wrong_comes_after_what_stands_before_it(
    text: str, error: type[Exception], said: str, started: list[subprocess.Popen[bytes]]
) -> None:
    made = in_processes(odd, ["a", "print", text, "b"], 2)
    assert [next(made), next(made)] == ["a", "print"]
    with pytest.raises(error, match=said):
        next(made)
    assert all(process.returncode is not None for process in started)


def test_a_text_that_cannot_be_had_comes_after_what_stands_before_it() -> None:
    def broken() -> Iterator[str]:
        yield "a"
        raise InputError("no more")

    made = in_processes(odd, broken(), 2)
    assert next(made) == "a"
    with pytest.raises(InputError, match="no more"):
        next(made)


def test_what_is_no_text_is_an_error_with_several_workers_too() -> None:
    readings = unspin.read_many(["Too short.", b"bytes"], workers=2)  # type: ignore[list-item]
    assert next(readings).notes == ("too-short",)
    with pytest.raises(TypeError, match="must be a str, not bytes"):
        next(readings)


@pytest.mark.parametrize("workers", [0, -1, True, 1.5, "2"])
def test_a_number_of_workers_that_is_none(workers: int) -> None:
    with pytest.raises(OptionError, match="workers .*: give a number from 1"):
        unspin.read_many(["x"], workers=workers)


def test_a_program_need_not_be_guarded(tmp_path: Path) -> None:
    """As multiprocessing asks of whoever uses it: the program would be run again in every process."""
    program = tmp_path / "program.py"
    program.write_text(
        "import unspin\nprint('begun')\nfor reading in unspin.read_many(['Too short.'] * 3, workers=2):\n"
        "    print(*reading.notes)\n"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run([sys.executable, program], capture_output=True, text=True, env=environment)
    assert (done.stdout.split(), done.stderr) == (["begun", *["too-short"] * 3], "")


def test_a_partial_of_a_function_goes_along() -> None:
    assert [line.split()[0] for line in in_processes(partial(slowly, longest=0.0), ["0", "1"], 2)] == ["0", "1"]
