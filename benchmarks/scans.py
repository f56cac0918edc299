"""What ``unspin scan`` takes, end to end, on kinds of honest text, beside ``wc -w`` of the same file.

    python -m benchmarks.scans --corpora CORPORA [--megabytes 20] [--only kinds quiet workers parsers] [--out benchmarks/runs]

- ``kinds``: each kind as one JSONL file of its documents of parts "dev" and "test" (all parts of :data:`UNSEEN`, which no
  training of gates or reader had, and of kinds with fewer than :data:`DIFFERENT` documents there: one that is sent on must not
  stand for a tenth of the kind). In random order, and again in another up to the size that is asked for, each time begun at
  another sentence, so that the reader, which remembers what it has just seen, never sees the same window twice. One worker,
  everything included: start-up, reading, gates, reader, writing annotations without spans. ``different`` and
  ``different_sent_on`` count documents once; what a gigabyte takes follows from the size and from what starting takes, the
  reader included.
- ``quiet``: JSONL of documents that the screen turns away, so that nobody need look at one twice; what a gigabyte of them takes
  follows likewise.
- ``workers``: such files of 50 and 400 MB with one worker and with two, by the clock: on a machine that has nothing else to do.
- ``parsers``: JSONL to identifiers and texts: as :mod:`unspin.corpus.formats.objects` does it, by Arrow's reader, ``orjson``,
  and ``pysimdjson``, where it is installed.

Times are of the processor, user and system, of the command with all its children; Python finds the package compiled to
bytecode, as it does where it is installed. The summary of the scan says how many
documents each gate sent on and where the worker's time went. Memory is the most that one process held.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import orjson
import pyarrow as pa
from pyarrow import json as arrow_json

from benchmarks.screen import UNSEEN
from benchmarks.throughput import rate
from training.corpora import all_files, documents
from unspin import screen
from unspin.corpus.formats.chunks import SIZE, Columns
from unspin.corpus.formats.lines import Block
from unspin.corpus.formats.objects import Parser
from unspin.evaluate.intervals import wilson

KINDS: Final = ("masc", "news_onestop", "patent_abstracts", "usgov_web", "wikipedia_sample", *UNSEEN)
"""Blogs, letters and talk; news; patents; pages of offices; an encyclopedia; and what nothing was trained on."""
DIFFERENT: Final = 200
"""Documents of a kind that are enough to tell how many are sent on."""
SPUN: Final = Path(__file__).parent.parent / "examples" / "spun" / "harbour.txt"
"""What the gates send on."""
WORKERS_MEGABYTES: Final = (50, 400)
QUIET_MEGABYTES: Final = 100


def texts_of(corpora: Path, kind: str) -> list[str]:
    """Documents of a kind that no training saw; all where they are too few."""
    (file,) = (file for file in all_files(corpora) if file.name.split(".")[0] == kind)
    every = list(documents(file, 8_000))
    unseen = [d.text for d in every if d.part != "train"]
    return [d.text for d in every] if kind in UNSEEN or len(unseen) < DIFFERENT else unseen


def repeated(texts: Sequence[str], megabytes: float) -> list[str]:
    """The texts in random order, again and again up to a size, each time begun at another sentence."""
    random = np.random.default_rng(4)
    found: list[str] = []
    size = 0
    while size < megabytes * 1e6:
        for i in random.permutation(len(texts)).tolist():
            sentences = texts[i].split(". ")
            at = int(random.integers(len(sentences))) if len(found) >= len(texts) else 0
            found.append(". ".join(sentences[at:] + sentences[:at]))
            size += len(found[-1].encode())
            if size >= megabytes * 1e6:
                break
    return found


def sent_on(texts: Sequence[str]) -> dict[str, Any]:
    """How many of different documents are looked at, and how many the gates send on, with the interval of the share."""
    scores = screen.load().scores(pa.array(texts, pa.large_string()))
    looked, sent = int((scores.sieve >= 0).sum()), int(scores.sent_on.sum())
    interval = [round(end, 5) for end in wilson(sent, len(texts))[1:3]]
    return {"different": len(texts), "different_looked_at": looked, "different_sent_on": sent, "interval": interval}


def written(texts: Sequence[str], file: Path) -> float:
    """Set the texts down as JSONL; the megabytes of the file."""
    with file.open("wb") as out:
        for number, text in enumerate(texts):
            out.write(orjson.dumps({"id": str(number), "text": text}, option=orjson.OPT_APPEND_NEWLINE))
    return file.stat().st_size / 1e6


def timed(arguments: Sequence[str]) -> dict[str, float]:
    """Seconds of a command with all its children, by the processor and by the clock, and the megabytes of the largest."""
    # A process of its own: the largest child is the largest that there ever was.
    program = (
        "import json, resource, subprocess, sys, time; began = time.perf_counter();"
        "status = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode;"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN);"
        "print(json.dumps([status, used.ru_utime + used.ru_stime, time.perf_counter() - began, used.ru_maxrss]))"
    )
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-c", program, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    status, processor, wall, largest = json.loads(done.stdout)
    if status not in (0, 1):
        raise RuntimeError(f"{' '.join(arguments)}: status {status}")
    scale = 1 if sys.platform == "darwin" else 1024
    return {
        "seconds": round(processor, 3),
        "wall_seconds": round(wall, 3),
        "memory_mb": round(largest * scale / 1e6, 1),
    }


def counted(file: Path, turns: int = 3) -> float:
    """Seconds of the processor for ``wc -w``, the least of some turns."""
    return min(timed(["env", "LC_ALL=C.UTF-8", "wc", "-w", str(file)])["seconds"] for _ in range(turns))


def scanned(file: Path, workers: int = 1) -> dict[str, Any]:
    """A scan as a command: what it took, and what its summary says."""
    with tempfile.TemporaryDirectory(dir=file.parent) as folder:
        out = Path(folder, "out")
        command = [sys.executable, "-m", "unspin", "scan", str(file), "-o", str(out), "--workers", str(workers)]
        row: dict[str, Any] = timed([*command, "--no-spans"])
        summary = json.loads((out / "summary.json").read_text())
        shutil.rmtree(out)
    totals = summary["totals"]
    return row | {
        "megabytes": round(totals["bytes"] / 1e6, 2), "mb_per_s": round(totals["bytes"] / 1e6 / row["seconds"], 2),
        "documents": totals["documents"], "passed_screen": totals["sent_on_by_screen"],
        "looked_at": totals["sent_on_by_sieve"], "sent_on": totals["sent_on_by_look"], "flagged": totals["flagged"],
        "spent": summary["timing"]["worker_seconds_spent"],
    }  # fmt: skip


def compared(file: Path, start: float) -> dict[str, Any]:
    """A scan beside ``wc -w``; ``net`` is without the seconds that a scan of a few documents takes."""
    row = scanned(file)
    words = counted(file)
    net = row["seconds"] - start
    return row | {
        "wc_seconds": words, "times_wc": round(row["seconds"] / words, 2), "net_times_wc": round(net / words, 2),
        "net_mb_per_s": round(row["megabytes"] / net, 2),
    }  # fmt: skip


def at_a_gigabyte(row: dict[str, Any], start: float) -> float:
    """Megabytes a second of a file of a gigabyte, by what starting takes and what was measured of a smaller one."""
    taken = start + (row["seconds"] - start) * 1000 / row["megabytes"]
    return round(1000 / float(taken), 2)


def shared(file: Path, start: float) -> dict[str, Any]:
    """What two workers gain over one by the clock; ``net`` is without the seconds that a scan of a few documents takes."""
    rows = {
        str(count): min((scanned(file, count) for _ in range(3)), key=lambda row: row["wall_seconds"])
        for count in (1, 2)
    }
    one, two = (float(rows[count]["wall_seconds"]) for count in "12")
    return rows | {"times": round(one / two, 2), "net_times": round((one - start) / (two - start), 2)}


def quiet(corpora: Path, megabytes: float) -> list[str]:
    """Documents of all corpora, in random order, that the screen turns away."""
    pool = [d.text for file in all_files(corpora) for d in documents(file, 8_000)]
    order = np.random.default_rng(2).permutation(len(pool))
    gates = screen.load().screen
    found: list[str] = []
    size = 0
    for begin in range(0, len(order), 1_000):
        some = [pool[i] for i in order[begin : begin + 1_000].tolist()]
        turned = gates.scores(gates.weigh(pa.array(some, pa.large_string()))) < 0
        for text, away in zip(some, turned.tolist(), strict=True):
            if away and size < megabytes * 1e6:
                found.append(text)
                size += len(text.encode())
    return found


def parsers(file: Path) -> dict[str, Any]:
    """Lines to identifiers and texts, megabytes a second of one core."""
    data = file.read_bytes()[: 4 * SIZE]
    data = data[: data.rfind(b"\n") + 1]
    ends = np.flatnonzero(np.frombuffer(data, np.uint8) == ord("\n")) + 1
    cuts = [int(i) for i in np.unique(np.searchsorted(ends, np.arange(SIZE, len(data) + SIZE, SIZE)))]
    blocks = []
    before = 0
    for cut in cuts:
        stop = int(ends[min(cut, len(ends) - 1)])
        inside = ends[(ends > before) & (ends <= stop)]
        if len(inside):
            blocks.append(Block(before, data[before:stop], inside - before, stop - before))
        before = stop
    lines = data.splitlines()

    def columns(parse: Callable[[bytes], Any]) -> None:
        rows = [parse(line) for line in lines]
        pa.array([row["id"] for row in rows], pa.string())
        pa.array([row["text"] for row in rows], pa.large_string())

    def arrow(lines: bytes) -> pa.Table:
        fields = pa.schema([("id", pa.string()), ("text", pa.large_string())])
        return arrow_json.read_json(
            pa.BufferReader(lines),
            arrow_json.ReadOptions(use_threads=False, block_size=len(lines) + 1),
            arrow_json.ParseOptions(explicit_schema=fields, unexpected_field_behavior="ignore"),
        )

    size = len(data) / 1e6
    parser = Parser(Columns(), "x")
    found = {
        "as unspin reads": rate(lambda: [parser.parse(block) for block in blocks], size),
        "arrow": rate(lambda: [arrow(block.data) for block in blocks], size),
        "orjson": rate(lambda: columns(orjson.loads), size),
    }
    try:
        import simdjson
    except ImportError:
        print("pysimdjson is not installed: pip install pysimdjson", file=sys.stderr)
        return found
    reused = simdjson.Parser()

    def simd() -> None:
        ids, texts = [], []
        for line in lines:
            row = reused.parse(line)
            ids.append(row["id"])
            texts.append(row["text"])
            del row
        pa.array(ids, pa.string())
        pa.array(texts, pa.large_string())

    return found | {"pysimdjson, the two fields": rate(simd, size)}


def saved(result: dict[str, Any], folder: Path) -> None:
    """Set down what is known so far."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{result['date']}-scans.json").write_text(json.dumps(result, indent=1) + "\n")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--megabytes", type=float, default=20)
    parts = ["kinds", "quiet", "workers", "parsers"]
    parser.add_argument("--only", nargs="+", choices=parts, default=parts)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/runs"))
    options = parser.parse_args()
    result: dict[str, Any] = {"date": datetime.date.today().isoformat()}
    with tempfile.TemporaryDirectory() as name:
        file = Path(name, "documents.jsonl")
        written(texts_of(options.corpora, "masc")[:10], file)
        scanned(file)  # compiles what was not compiled before
        start = result["start_up"] = scanned(file)
        written([SPUN.read_text(encoding="utf-8")], file)
        reads = result["start_up_with_reader"] = scanned(file)
        if "kinds" in options.only:
            result["kinds"] = {}
            for kind in KINDS:
                texts = texts_of(options.corpora, kind)
                written(repeated(texts, options.megabytes), file)
                row = sent_on(texts) | compared(file, start["seconds"])
                result["kinds"][kind] = row | {
                    "gigabyte_mb_per_s": at_a_gigabyte(row, (start if not row["sent_on"] else reads)["seconds"])
                }
                print(kind, json.dumps(result["kinds"][kind]), flush=True)
                saved(result, options.out)
        if "quiet" in options.only or "workers" in options.only or "parsers" in options.only:
            texts = quiet(options.corpora, QUIET_MEGABYTES)
        if "quiet" in options.only:
            written(texts, file)
            row = compared(file, start["seconds"])
            rate_of_all = at_a_gigabyte(row, start["seconds"])
            result["quiet"] = row | {
                "gigabyte_mb_per_s": rate_of_all,
                "gigabyte_times_wc": round(row["megabytes"] / row["wc_seconds"] / rate_of_all, 2),
            }
            print("quiet", json.dumps(result["quiet"]), flush=True)
            saved(result, options.out)
        if "parsers" in options.only:
            written(texts[: len(texts) // 4], file)
            result["parsers"] = parsers(file)
            print("parsers", json.dumps(result["parsers"]), flush=True)
            saved(result, options.out)
        if "workers" in options.only:
            result["workers"] = {}
            for megabytes in WORKERS_MEGABYTES:
                written(repeated(texts, megabytes), file)
                result["workers"][str(megabytes)] = shared(file, start["wall_seconds"])
            print("workers", json.dumps(result["workers"]), flush=True)
            saved(result, options.out)


if __name__ == "__main__":
    main()
