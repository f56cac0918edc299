"""Killed at many random moments, a run gives byte for byte what an unbroken one gives."""

from __future__ import annotations

import gzip
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

pa = pytest.importorskip("pyarrow")
pytest.importorskip("numba")

import pyarrow.parquet as pq  # noqa: E402

from unspin.scan.plan import ANNOTATOR  # noqa: E402, F401 - the room can be imported

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills groups of processes")

KILLS = 25
FAKES = Path(__file__).with_name("scan_fakes.py")
KEPT = {"clean": ("--keep", "clean"), "restored": ("--keep", "restored", "--restored-column", "new")}
"""The folder of what is written again, and the options that write it."""


def texts(seed: int, count: int) -> list[str]:
    chance = random.Random(seed)
    words = "the river was low in spring and nobody had seen boats since autumn".split()
    marks = ["SPUN"] * 2 + ["RAISE", "SHORT"]
    made = [" ".join(chance.choices(words, k=chance.randint(2, 9))) for _ in range(count)]
    for place in chance.sample(range(count), count // 50):
        made[place] += " " + chance.choice(marks)
    return made


def corpus(folder: Path) -> Path:
    """Several formats; every chunk is 4,096 rows, so that most files have several checkpoints."""
    folder.mkdir()
    lines = "".join(json.dumps({"id": i, "text": text}) + "\n" for i, text in enumerate(texts(1, 17_000)))
    (folder / "a.jsonl.gz").write_bytes(gzip.compress(lines.encode(), 1, mtime=0))
    table = pa.table({"text": texts(2, 17_000), "id": [f"p{i}" for i in range(17_000)], "n": range(17_000)})
    pq.write_table(table, folder / "b.parquet", row_group_size=5_000)
    (folder / "c.jsonl").write_text(lines[: len(lines) // 2] + "\n{broken\n" + lines[len(lines) // 2 :])
    (folder / "d.csv").write_text("id,text\n" + "".join(f'{i},"{text}"\n' for i, text in enumerate(texts(3, 9_000))))
    for number, text in enumerate(texts(4, 30)):
        (folder / f"t{number:02}.txt").write_text(text)
    return folder


def start(source: Path, out: Path, kept: str) -> subprocess.Popen[bytes]:
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(filter(None, [str(FAKES.parent), *sys.path])),
        "SCAN_FAKES_PACE": "0.02",
    }
    return subprocess.Popen(
        [sys.executable, str(FAKES), str(source), "-o", str(out), "--workers", "2", *KEPT[kept]],
        stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, env=environment, start_new_session=True,
    )  # fmt: skip


def tree(out: Path) -> dict[str, bytes]:
    """All files of the output, hidden ones too; the summary without its timing."""
    files = {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}
    summary = json.loads(files.pop("summary.json"))
    del summary["timing"]
    return files | {"summary.json": json.dumps(summary, indent=1).encode()}


def same(found: dict[str, bytes], wanted: dict[str, bytes]) -> None:
    assert found.keys() == wanted.keys()
    for name, data in wanted.items():
        differ = [pair for pair in zip(found[name].splitlines(), data.splitlines(), strict=False) if pair[0] != pair[1]]
        assert found[name] == data, (name, differ[:5])


def moment(out: Path) -> str:
    """What a run was at when it was killed."""
    state = out / ".unspin"
    if not (state / "run.json").exists():
        return "finishing" if (out / "summary.json").exists() else "starting"
    parts = [path for folder in ("annotations", *KEPT) for path in (out / folder).rglob(".*.tmp")]
    if parts:
        return "assembling"
    return "reading" if any(state.glob("*/*.seg")) else "between"


@pytest.mark.parametrize("kept", KEPT)
def test_killed_at_random_moments(kept: str, tmp_path: Path) -> None:
    seed = int(os.environ.get("SCAN_KILL_SEED", "20"))
    print(f"seed {seed}")
    chance = random.Random(seed)
    source = corpus(tmp_path / "in")
    begun = time.monotonic()
    unbroken = start(source, tmp_path / "unbroken", kept)
    said = unbroken.communicate(timeout=120)[1]
    named = b"".join(said.splitlines(keepends=True)[:-1])  # documents that fail, and a line that is no JSON
    assert b"c.jsonl, " in named and unbroken.returncode == 2
    seconds = time.monotonic() - begun
    wanted = tree(tmp_path / "unbroken")
    assert {name.split("/")[0] for name in wanted} == {"annotations", kept, "summary.json"}
    moments: Counter[str] = Counter()
    rounds = finished = 0
    while moments.total() < KILLS:
        out = tmp_path / f"out{rounds}"
        process = start(source, out, kept)
        try:
            _, said = process.communicate(timeout=chance.uniform(0, seconds))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            moments[moment(out)] += 1
            for name in wanted:  # what has its final name is whole
                if name != "summary.json" and (out / name).exists():
                    assert (out / name).read_bytes() == wanted[name], name
        else:
            assert process.returncode == 2
            assert said.startswith(named)  # and "finished already", if it was killed between its last file and its end
            same(tree(out), wanted)
            finished += 1
            rounds += 1
    last = start(source, tmp_path / f"out{rounds}", kept)
    _, said = last.communicate(timeout=120)
    assert last.returncode == 2, said
    same(tree(tmp_path / f"out{rounds}"), wanted)
    print(f"{moments.total()} kills {dict(moments)}, {finished + 1} runs finished, unbroken {seconds:.1f} s")
    assert moments["reading"] + moments["assembling"] > KILLS / 5
