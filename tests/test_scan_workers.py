"""Documents that hang, grow or end their process; workers that die; what is remembered of them."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pa = pytest.importorskip("pyarrow")
pytest.importorskip("numba")

import pyarrow.parquet as pq  # noqa: E402
import scan_fakes  # noqa: E402
from corpus_files import page, record, source_of  # noqa: E402

from unspin.corpus.formats import Columns, Split, splits  # noqa: E402
from unspin.corpus.sources import Format, Source  # noqa: E402
from unspin.errors import ModelError, OutputError  # noqa: E402
from unspin.scan import Options, Plan, work  # noqa: E402
from unspin.scan.run import Outcome, scan  # noqa: E402
from unspin.scan.segments import Segment, Segments  # noqa: E402
from unspin.scan.summary import Counts  # noqa: E402
from unspin.scan.supervisor import Supervisor, Watcher, WorkerLimits, ending  # noqa: E402
from unspin.scan.tasks import Scan  # noqa: E402
from unspin.scan.work import AtRecord, AtRow, Work  # noqa: E402
from unspin.scan.worker import Begin  # noqa: E402
from unspin.settings import Settings  # noqa: E402

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="ends processes by signals")


def plan(**options: Any) -> Plan:
    return Plan(options=Options(**options), annotator="scan_fakes:annotate")


def corpus(path: Path, *texts: str) -> str:
    lines = [json.dumps({"id": f"d{number}", "text": text}) for number, text in enumerate(texts)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


def rows(out: Path, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(out / "annotations" / f"{name}.parquet").to_pylist()
    return found


def errors(out: Path, name: str) -> dict[str, str]:
    return {row["id"]: row["error"] for row in rows(out, name) if row["error"]}


def run(tmp_path: Path, *texts: str, **kwargs: Any) -> Outcome:
    settings = {name: kwargs.pop(name) for name in ("time_limit",) if name in kwargs}
    return scan([corpus(tmp_path / "a.jsonl", *texts)], tmp_path / "out", plan(**settings), workers=1, **kwargs)


def test_a_document_that_hangs_is_skipped_with_its_reason(tmp_path: Path) -> None:
    outcome = run(tmp_path, "one", "two SPUN", "three HANG", "four SPUN", time_limit=0.3)
    assert errors(tmp_path / "out", "a.jsonl") == {"d2": "time limit of 0.3 s"}
    assert [row["spun"] for row in rows(tmp_path / "out", "a.jsonl")] == [False, True, None, True]
    assert outcome.summary["totals"]["failed"] == {"count": 1, "reasons": {"time limit of 0.3 s": 1}}
    assert outcome.summary["files"]["a.jsonl"]["first_failures"][0]["source"] == "a.jsonl"
    assert outcome.summary["timing"]["workers_replaced"] == 1
    assert not outcome.errors


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="sizes are looked at rarely here")
def test_a_document_that_grows_is_skipped_with_its_reason(tmp_path: Path) -> None:
    run(tmp_path, "one", "two GROW", "three SPUN", memory_limit=400)
    assert errors(tmp_path / "out", "a.jsonl") == {"d1": "memory limit of 400 MB"}
    assert rows(tmp_path / "out", "a.jsonl")[2]["spun"]


def test_a_document_that_ends_its_worker_twice_is_skipped(tmp_path: Path) -> None:
    outcome = run(tmp_path, "one DIE", "two SPUN", "three DIE")
    reason = "ended the worker that read it (signal SIGKILL)"
    assert errors(tmp_path / "out", "a.jsonl") == {"d0": reason, "d2": reason}
    assert outcome.summary["timing"]["workers_replaced"] == 4


@pytest.mark.parametrize(
    ("mark", "reason"),
    [
        ("HANG", "time limit of 1 s"),
        ("GROW", "memory limit of 600 MB"),
        ("DIE", "ended the worker that read it (signal SIGKILL)"),
    ],
)
def test_a_hostile_page_costs_itself_alone(
    mark: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the text is taken out of it, before any row is read."""
    pytest.importorskip("fastwarc")
    monkeypatch.setenv("SCAN_FAKES_PAGES", "1")
    pages = [page(f"<p>The ferry ran late that year, number {i}.</p>") for i in range(60)]
    pages[20] = page(f"<p><i>{mark}</i></p>")
    records = [record("response", f"http://example.org/{i}", body, str(i)) for i, body in enumerate(pages)]
    (tmp_path / "a.warc.gz").write_bytes(b"".join(map(gzip.compress, records)))
    out = tmp_path / "out"
    outcome = scan(
        [str(tmp_path / "a.warc.gz")],
        out,
        plan(time_limit=1.0 if mark == "HANG" else 20.0),
        workers=1,
        memory_limit=600,
    )
    assert outcome.summary["complete"] and outcome.summary["totals"]["documents"] == 59
    assert errors(out, "a.warc.gz") == {"urn:uuid:20": reason}
    assert [row["id"] for row in rows(out, "a.warc.gz")] == [f"urn:uuid:{i}" for i in range(60)]
    (failure,) = outcome.summary["files"]["a.warc.gz"]["first_failures"]
    assert (failure["offset"], failure["reason"]) == (sum(len(gzip.compress(r)) for r in records[:20]), reason)


def test_documents_far_into_a_chunk_are_skipped_by_their_row(tmp_path: Path) -> None:
    """A chunk is annotated in slices, the first of 256 rows; what is skipped is counted from the chunk's first row."""
    texts = [f"text {number}" for number in range(700)]
    texts[300] += " HANG"
    texts[301] += " SPUN"
    texts[600] += " HANG"
    outcome = run(tmp_path, *texts, time_limit=0.3)
    assert outcome.summary["complete"]
    assert errors(tmp_path / "out", "a.jsonl") == {"d300": "time limit of 0.3 s", "d600": "time limit of 0.3 s"}
    found = rows(tmp_path / "out", "a.jsonl")
    assert [row["id"] for row in found] == [f"d{number}" for number in range(700)]
    assert [row["id"] for row in found if row["spun"]] == ["d301"]


def test_a_chunk_that_was_read_in_part_is_read_on_from_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = source_of(
        Path(corpus(tmp_path / "a.jsonl", *(f"text {i}" + " SPUN" * (i % 100 == 0) for i in range(700))))
    )
    (split,) = splits(source, Columns())
    read: list[int] = []
    unbroken: list[pa.RecordBatch] = []

    def annotate(batch: Any, *how: Any, **more: Any) -> Any:
        read.extend(int(id[1:]) for id in batch.column("id").to_pylist())
        if len(unbroken) == 0 and 600 in read:
            raise KeyboardInterrupt
        return scan_fakes.annotate(batch, Settings(), Options(), *how, **more)

    def do(state: Path) -> bytes:
        nothing = lambda *_: None  # noqa: E731
        Work(plan(), state, annotate, nothing, nothing, nothing).scan(Scan("0", source, split))
        return b"".join(Segments(state / "0-00000").annotations())

    monkeypatch.setattr(work, "_SECONDS", 1e-9)  # every slice is set down; after the first they are of one row
    with pytest.raises(KeyboardInterrupt):
        do(tmp_path / "state")
    assert read == list(range(601))
    unbroken.append(pa.RecordBatch.from_pydict({}))
    read.clear()
    broken = do(tmp_path / "state")
    assert read == list(range(600, 700))
    read.clear()
    assert do(tmp_path / "other") == broken
    assert read == list(range(700))


class DeadWorker:
    """A worker that has ended, for the supervisor to see what it was at."""

    ready = True

    def __init__(self, task: Scan, at: Any, ended: tuple[Any, str] | None) -> None:
        self.task, self.at, self.ended = task, (at, 0.0), ended

    def status(self) -> int:
        return -9

    def close(self) -> None:
        pass


def bury(tmp_path: Path, at: Any, ended: tuple[Any, str] | None) -> tuple[dict[int, str], dict[int, str]]:
    """What is to be skipped after a worker ended: rows of chunk 3, and records."""
    source = Source("a.jsonl", Format("jsonl"), "a.jsonl", 1)
    task = Scan("000000", source, Split(0, 0, 1, 1))
    supervisor = Supervisor(Begin(plan(), tmp_path, tmp_path), WorkerLimits(1, 10**9, 1.0), None, Watcher())
    worker: Any = DeadWorker(task, at, ended)
    supervisor._workers.append(worker)
    supervisor._bury(worker)
    assert list(supervisor._tasks) == [task] and not supervisor.failed
    segments = Segments(tmp_path / task.folder)
    return segments.skipped_rows(3), segments.skipped_records()


def test_no_document_is_blamed_for_another(tmp_path: Path) -> None:
    """The worker was ended for row 7 and had come to row 8 by then: neither is to be skipped."""
    slow = "time limit of 1 s"
    assert bury(tmp_path, AtRow(3, 8), (AtRow(3, 7), slow)) == ({}, {})
    assert bury(tmp_path, AtRecord(80), (AtRecord(70), slow)) == ({}, {})
    assert bury(tmp_path, AtRow(3, 8), (AtRow(3, 8), slow)) == ({8: slow}, {})
    assert bury(tmp_path, AtRecord(80), (AtRecord(80), slow)) == ({8: slow}, {80: slow})


def test_a_worker_that_dies_once_costs_no_document(tmp_path: Path) -> None:
    outcome = run(tmp_path, "one", f"two ONCE:{tmp_path / 'mark'}: SPUN", "three")
    assert not errors(tmp_path / "out", "a.jsonl")
    assert outcome.summary["totals"]["flagged"] == 1
    assert outcome.summary["timing"]["workers_replaced"] == 1


def test_a_document_that_raises_is_recorded(tmp_path: Path) -> None:
    outcome = run(tmp_path, "one RAISE", "two")
    assert errors(tmp_path / "out", "a.jsonl") == {"d0": "ValueError: so it goes"}
    assert outcome.summary["totals"]["failed"]["count"] == 1
    assert outcome.summary["timing"]["workers_replaced"] == 0


def test_workers_that_die_without_a_document_in_sight_fail_the_file_alone(tmp_path: Path) -> None:
    bad = corpus(tmp_path / "bad.jsonl", "one")
    outcome = scan([bad], tmp_path / "out", Plan(annotator="scan_fakes:dies_on_import"), workers=1)
    assert outcome.errors == [
        "bad.jsonl: given up after 3 workers ended on it without a document in sight (signal SIGKILL)"
    ]
    assert not outcome.summary["complete"]
    assert not (tmp_path / "out" / "annotations").exists()


def test_a_document_that_is_read_though_it_was_to_be_skipped_fails_the_file(tmp_path: Path) -> None:
    bad = corpus(tmp_path / "bad.jsonl", "one HANG")
    careless = Plan(options=Options(time_limit=0.1), annotator="scan_fakes:reads_what_it_should_skip")
    outcome = scan([bad], tmp_path / "out", careless, workers=1)
    assert outcome.errors == ["bad.jsonl: a document that was to be skipped was read (time limit of 0.1 s)"]


def test_a_worker_collects_garbage_once_it_has_started(tmp_path: Path) -> None:
    job = Plan(annotator="scan_fakes:wants_garbage_collected")
    outcome = scan([corpus(tmp_path / "a.jsonl", "one")], tmp_path / "out", job, workers=1)
    assert not outcome.errors and outcome.summary["complete"]


def test_workers_that_cannot_start_end_the_run(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no_such_module"):
        scan([corpus(tmp_path / "a.jsonl", "one")], tmp_path / "out", Plan(annotator="no_such_module:x"))


def test_a_skip_is_remembered_over_the_end_of_the_run(tmp_path: Path) -> None:
    """A run is stopped while it reads the document after the one that hung; the next run does not meet that again."""
    out = tmp_path / "out"
    path = corpus(tmp_path / "a.jsonl", "one HANG", "two HANG")
    code = (
        "from scan_fakes import *; from unspin.scan.run import scan; from unspin.scan import Options, Plan\n"
        f"scan([{path!r}], {str(out)!r}, Plan(options=Options(time_limit=1.0), annotator='scan_fakes:annotate'), workers=1)"
    )
    skips = out / ".unspin" / "000000-00000" / "skips.json"
    pid = os.spawnve(
        os.P_NOWAIT, sys.executable, [sys.executable, "-c", f"import os; os.setsid()\n{code}"], _environment()
    )
    until = time.monotonic() + 60
    while not skips.exists() and time.monotonic() < until:
        time.sleep(0.02)
    os.killpg(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    assert json.loads(skips.read_bytes()) == {"records": {}, "rows": {"0": {"0": "time limit of 1 s"}}}
    outcome = scan([path], out, plan(time_limit=1.0), workers=1)
    assert outcome.summary["timing"]["workers_replaced"] == 1
    assert set(errors(out, "a.jsonl")) == {"d0", "d1"}


def _environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


def test_workers_end_with_their_supervisor(tmp_path: Path) -> None:
    """Killed alone, the supervisor leaves no worker behind that writes on; and the lock is free at once."""
    out = tmp_path / "out"
    path = corpus(tmp_path / "a.jsonl", "one HANG")
    code = (
        "from scan_fakes import *; from unspin.scan.run import scan; from unspin.scan import Options, Plan\n"
        f"scan([{path!r}], {str(out)!r}, Plan(options=Options(time_limit=3.0), annotator='scan_fakes:annotate'), workers=1)"
    )
    pid = os.spawnve(os.P_NOWAIT, sys.executable, [sys.executable, "-c", code], _environment())
    until = time.monotonic() + 60
    while not (out / ".unspin" / "000000-00000").exists() and time.monotonic() < until:
        time.sleep(0.02)
    time.sleep(0.7)  # now it reads the document, and would do so for good
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    outcome = scan([path], out, plan(time_limit=3.0), workers=1)
    assert set(errors(out, "a.jsonl")) == {"d0"}
    assert outcome.summary["complete"]


# --- checkpoints -----------------------------------------------------------------------------------------------------


def segment(number: int, last: bool = False) -> Segment:
    return Segment(b"a%d" % number, b"k%d" % number, {"at": number}, last, Counts(documents=number))


def test_a_split_goes_on_after_the_last_segment_without_a_gap(tmp_path: Path) -> None:
    segments = Segments(tmp_path / "t")
    assert segments.progress() == (0, None, False)
    for number in (0, 1, 3):
        segments.write(number, segment(number))
    (tmp_path / "t" / ".000002.seg.tmp").write_bytes(b"half")
    segments.skip_row(2, 7, "reason")
    assert segments.progress() == (2, {"at": 1}, False)
    assert sorted(path.name for path in (tmp_path / "t").iterdir()) == ["000000.seg", "000001.seg", "skips.json"]
    segments.write(2, segment(2, last=True))
    assert segments.progress() == (3, {"at": 2}, True)
    assert list(segments.annotations()) == [b"a0", b"a1", b"a2"]
    assert list(segments.kept()) == [b"k0", b"k1", b"k2"]
    assert [counts.documents for counts in segments.counts()] == [0, 1, 2]
    assert (segments.skipped_rows(2), segments.skipped_rows(1)) == ({7: "reason"}, {})


def test_what_is_done_of_a_chunk_is_kept_until_its_segment_is_there(tmp_path: Path) -> None:
    segments = Segments(tmp_path / "t")
    segments.progress()
    batches = [pa.RecordBatch.from_pydict({"a": [1, 2]}), pa.RecordBatch.from_pydict({"a": [3]})]
    segments.write_partial(0, batches)
    assert segments.progress() == (0, None, False)
    assert segments.partial(0) == batches
    segments.write(0, segment(0))
    assert segments.partial(0) == []


def test_a_damaged_segment_is_one_line(tmp_path: Path) -> None:
    segments = Segments(tmp_path / "t")
    segments.progress()
    segments.write(0, segment(0))
    whole = (tmp_path / "t" / "000000.seg").read_bytes()
    longer = whole[:2] + b"x" + whole[2:]  # its lengths do not add up to its size
    for data in (b"", b"short", b"x" * 200, longer):
        (tmp_path / "t" / "000000.seg").write_bytes(data)
        with pytest.raises(OutputError, match="damaged; remove"):
            segments.progress()


def test_endings_in_words() -> None:
    assert (ending(-9), ending(3), ending(-250)) == ("signal SIGKILL", "status 3", "signal 250")


def test_nobody_loads_what_is_not_used(tmp_path: Path) -> None:
    """Pandas and scipy in a worker, pyarrow and rich where the workers are only watched, networks that no document comes to."""
    from unspin import screen

    screen.load().warm()
    screen.load().sieve.densest(
        np.zeros(0, np.uint8), screen.load().sieve.sums(pa.array([""]), np.zeros(1, np.int64)), 0
    )
    (tmp_path / "a.jsonl").write_text(json.dumps({"id": "1", "text": "The harbour was quiet."}) + "\n")
    spun = Path("examples/spun/harbour.txt").read_text(encoding="utf-8")
    program = (
        "import sys; from unspin.cli.main import app\n"
        f"app(['scan', {str(tmp_path / 'a.jsonl')!r}, '-o', {str(tmp_path / 'out')!r}], standalone_mode=False)\n"
        "print(*sorted({'numba', 'pyarrow', 'rich'} & set(sys.modules)))\n"
        "from unspin.scan.worker import _Unwanted\n"
        "sys.meta_path.insert(0, _Unwanted())\n"
        "from unspin import screen; gates = screen.load(); gates.warm()\n"
        "import pyarrow\n"
        "def loaded(text):\n"
        "    sent = bool(gates.scores(pyarrow.array([text])).sent_on[0])\n"
        "    watched = {'numba', 'onnxruntime', 'pandas', 'pyarrow', 'scipy', 'yaml', 'unspin.screen.look'}\n"
        "    print(sent, *sorted(watched & set(sys.modules)))\n"
        "loaded('The harbour was quiet, and nobody came. ' * 9)\n"
        f"loaded({spun!r})\n"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.splitlines() == [
        "",
        "False numba pyarrow",
        "True numba onnxruntime pyarrow unspin.screen.look",
    ]
