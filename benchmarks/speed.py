"""How fast and how large the reader is, on one core, in processes of its own.

    python -m benchmarks.speed [--quick] [--out benchmarks/runs]

* words a second on honest and on spun text, closely and fast (own prose of ``benchmarks/prose``, repeated; each repetition
  spun anew), and the median of spun pages of some 350 words, each spun by another family;
* seconds from process start to the restored text of one short file;
* peak memory on a document of 1 MB, and whether time grows in step with length;
* the size of the package on disk.

``--quick`` leaves the documents of 1 MB out, which take most of the time. Times are the processor's (user + system), which a
busy machine disturbs least; start-up is wall-clock time, the median of seven runs.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from unspin.spinners import simulate

_ROOT = Path(__file__).parent
_MEASURED = """
import json, resource, sys, time
texts = json.load(open(sys.argv[1], encoding="utf-8"))
import statistics
import unspin
from unspin.model import encoder
encoder.REMEMBERED, fast = int(sys.argv[3]), sys.argv[4] == "fast"
unspin.read(texts[0][:2_000], operating_point=1.0, fast=fast)
seconds, wall, readings = [], time.perf_counter(), []
for text in texts:
    began = time.process_time()
    readings.append(unspin.read(text, operating_point=float(sys.argv[2]), fast=fast))
    seconds.append(time.process_time() - began)
print(json.dumps({"seconds": sum(seconds), "wall": time.perf_counter() - wall, "words": sum(r.words for r in readings),
    "spun": all(r.spun for r in readings), "substitutions": sum(len(r.substitutions) for r in readings),
    "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    "words_per_second": round(statistics.median(r.words / s for r, s in zip(readings, seconds, strict=True)))}))
"""
FAMILIES = ("wordnet-walk", "thesaurus", "fluent-synonyms", "spinbot", "phrase-thesaurus", "pages")
"""What spins the pages, by turns."""


def measure(texts: Sequence[str], operating_point: float, remembered: int, pace: str) -> dict[str, Any]:
    """Read texts in a fresh process, ``"fast"`` or ``"closely"``; seconds, words, peak memory, the median of words a second.

    ``remembered`` is the number of windows that the encoder may remember: with text that repeats itself it must be 0.
    """
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        json.dump(texts, file)
        file.flush()
        command = [sys.executable, "-c", _MEASURED, file.name, str(operating_point), str(remembered), pace]
        # Threads of the linear algebra that wait for work would count as work.
        done = subprocess.run(
            command, capture_output=True, check=True, text=True, env=os.environ | {"OMP_NUM_THREADS": "1"}
        )
        found: dict[str, Any] = json.loads(done.stdout)
    return {name: round(value, 2) if isinstance(value, float) else value for name, value in found.items()}


def start_up(text: str, runs: int = 7) -> float:
    """Seconds from process start to the restored text of a short file."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        times = []
        for _ in range(runs):
            began = time.perf_counter()
            subprocess.run([sys.executable, "-m", "unspin.cli", "restore", file.name], capture_output=True, check=True)
            times.append(time.perf_counter() - began)
    return round(statistics.median(times), 2)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/runs"))
    parser.add_argument("--quick", action="store_true", help="without the documents of 1 MB")
    options = parser.parse_args()
    prose = [file.read_text(encoding="utf-8") for file in sorted((_ROOT / "prose").glob("*.txt"))]
    size = sum(len(text) for text in prose)
    # Honest prose has to repeat itself; spun prose comes from a fresh dictionary each time.
    honest = prose * (1_000_000 // size + 1)
    spun = [simulate(text, "wordnet-walk", seed=i, rate=0.3).text for i, text in enumerate(honest)]
    result: dict[str, Any] = {"date": datetime.date.today().isoformat()}
    result["start_up_seconds"] = start_up(spun[0])
    for name, texts, remembered in (("honest", honest, 0), ("spun", spun, 256)):
        text = "\n\n".join(texts)
        # A text of more than 400 sentences is read fast in any case.
        for label, characters, pace in (
            ("30 kB", 30_000, "closely"), ("30 kB", 30_000, "fast"), ("1 MB", 1_000_000, "fast"),
        ):  # fmt: skip
            if characters > 30_000 and options.quick:
                continue
            key = f"{name}, {label}, {pace}"
            result[key] = measure([text[:characters]], 1e-4, remembered, pace)
            print(key, json.dumps(result[key]), flush=True)
    pages = [
        simulate(text, FAMILIES[i % len(FAMILIES)], seed=i, rate=0.3).text for i, text in enumerate(prose, start=1)
    ]
    for pace in ("closely", "fast"):
        key = f"spun, pages, {pace}"
        result[key] = measure(pages, 1e-4, 256, pace)
        print(key, json.dumps(result[key]), flush=True)
    package = _ROOT.parent / "src" / "unspin"
    files = (file for file in package.rglob("*") if file.is_file() and "__pycache__" not in file.parts)
    result["package_mb"] = round(sum(file.stat().st_size for file in files) / 1e6, 1)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / f"{result['date']}-speed.json").write_text(json.dumps(result, indent=1) + "\n")
    print("start-up", result["start_up_seconds"], "s; package", result["package_mb"], "MB")


if __name__ == "__main__":
    main()
