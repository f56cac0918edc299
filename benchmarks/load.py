"""How the server bears load: throughput, times and memory with 1, 8 and 64 clients on the loopback address.

    python -m benchmarks.load [--seconds 20] [--out benchmarks/runs] [--note TEXT]

A real ``unspin serve`` in a process of its own; the clients, here, each send one request after the other, with texts of
``benchmarks/prose`` in turn, their sentences shuffled: every second one spun by ``simulate``. A last round has 64
clients before a queue of 4, to see that those who are sent away are sent away at once. Times are wall-clock, seen by
the client; memory is the server's resident set before and after each round (Linux).
"""

from __future__ import annotations

import argparse
import asyncio
import datetime
import itertools
import json
import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Any

import httpx

from unspin.spinners import simulate

_ROOT = Path(__file__).parent
_WORDS = 300  # of each text, about: a page of an article
_ORDERS = 30  # of the sentences of each text


@dataclass(frozen=True, slots=True)
class Round:
    """What one round came to.

    Attributes:
        clients: at the same time.
        queue: requests that might wait.
        seconds: from the first request to the last answer.
        answers: number of answers of each status; 0 is none at all.
        requests_per_second, words_per_second: of those answered with 200.
        p50_ms, p99_ms: time of those answered with 200.
        refused_p99_ms: time of those answered with 503; None where there are none.
        rss_before_mb, rss_after_mb: memory of the server.
    """

    clients: int
    queue: int
    seconds: float
    answers: dict[int, int]
    requests_per_second: float
    words_per_second: float
    p50_ms: float
    p99_ms: float
    refused_p99_ms: float | None
    rss_before_mb: float
    rss_after_mb: float


def texts() -> list[str]:
    """The pages that clients send, honest and spun in turn; no two have their sentences in the same order.

    The reader remembers windows that it has read: pages sent again and again would be read faster than any real ones.
    """
    prose = [file.read_text(encoding="utf-8") for file in sorted((_ROOT / "prose").glob("*.txt"))]
    pages = [" ".join(text.split(" ")[:_WORDS]) for text in prose]
    random = Random(1)
    sent: list[str] = []
    for seed in range(_ORDERS * len(pages)):
        sentences = pages[seed % len(pages)].replace("\n", " ").split(". ")
        random.shuffle(sentences)
        page = ". ".join(sentences)
        sent += (page, simulate(page, "wordnet-walk", seed=seed, rate=0.3).text)
    return sent


@contextmanager
def serving(*options: str) -> Iterator[tuple[str, int]]:
    """The address and the process id of a server that is ready."""
    command = [sys.executable, "-m", "unspin.cli", "serve", "--port", "0", *options]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        address = re.search(r"http://\S+:\d+", line)
        if address is None:
            raise RuntimeError(line + process.stderr.read())
        try:
            yield address[0], process.pid
        finally:
            process.terminate()


def resident_mb(process: int) -> float:
    """Resident memory of a process, in MB."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    found = re.search(r"^VmRSS:\s+(\d+) kB", status, re.MULTILINE)
    assert found is not None
    return round(int(found[1]) * 1024 / 1e6, 1)


async def load(address: str, clients: int, seconds: float, pages: list[str]) -> list[tuple[int, float, int]]:
    """Status, seconds and words of every request; each client ends after the answer that comes beyond ``seconds``."""
    seen: list[tuple[int, float, int]] = []
    end = time.perf_counter() + seconds
    turn = itertools.cycle(pages)
    limits = httpx.Limits(max_connections=clients, max_keepalive_connections=clients)
    async with httpx.AsyncClient(base_url=address, limits=limits, timeout=300) as http:

        async def client() -> None:
            while time.perf_counter() < end:
                text = next(turn)
                began = time.perf_counter()
                try:
                    response = await http.post("/v1/read", json={"text": text})
                    status = response.status_code
                except httpx.HTTPError:
                    status = 0
                seen.append((status, time.perf_counter() - began, len(text.split())))
                if status != 200:
                    await asyncio.sleep(0.2)  # Retry-After says two seconds; more would be no load

        await asyncio.gather(*(client() for _ in range(clients)))
    return seen


async def warm_up(address: str, pages: list[str]) -> None:
    """Every text once, on every thread: what grows with the first readings (arenas, caches) is no leak."""
    async with httpx.AsyncClient(base_url=address, timeout=300) as http:
        threads = (await http.get("/v1/version")).json()["limits"]["parallel"]
        for text in pages:
            await asyncio.gather(*(http.post("/v1/read", json={"text": text}) for _ in range(threads)))


def measure(address: str, process: int, clients: int, seconds: float, queue: int, pages: list[str]) -> Round:
    """One round."""
    before, began = resident_mb(process), time.perf_counter()
    seen = asyncio.run(load(address, clients, seconds, pages))
    took = time.perf_counter() - began
    good = [(time_, words) for status, time_, words in seen if status == 200]
    refused = [time_ for status, time_, _ in seen if status == 503]
    return Round(
        clients=clients,
        queue=queue,
        seconds=round(took, 1),
        answers=dict(sorted(Counter(status for status, _, _ in seen).items())),
        requests_per_second=round(len(good) / took, 2),
        words_per_second=round(sum(words for _, words in good) / took),
        p50_ms=_quantile([time_ for time_, _ in good], 0.5),
        p99_ms=_quantile([time_ for time_, _ in good], 0.99),
        refused_p99_ms=_quantile(refused, 0.99) if refused else None,
        rss_before_mb=before,
        rss_after_mb=resident_mb(process),
    )


def _quantile(times: list[float], share: float) -> float:
    """In milliseconds; the smallest time that at least ``share`` of all stay within."""
    ordered = sorted(times)
    return round(ordered[max(-int(-len(ordered) * share // 1) - 1, 0)] * 1000, 1) if ordered else 0.0


def table(rounds: list[Round]) -> str:
    """The rounds as a table in Markdown."""
    lines = [
        "| clients | queue | answered | sent away | other | requests/s | words/s | p50 | p99 | p99 sent away | memory |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for r in rounds:
        other = sum(count for status, count in r.answers.items() if status not in (200, 503))
        away = "–" if r.refused_p99_ms is None else f"{r.refused_p99_ms:,.0f} ms"
        lines.append(
            f"| {r.clients} | {r.queue} | {r.answers.get(200, 0)} | {r.answers.get(503, 0)} | {other} |"
            f" {r.requests_per_second} | {r.words_per_second:,} | {r.p50_ms:,.0f} ms | {r.p99_ms:,.0f} ms | {away} |"
            f" {r.rss_before_mb:.0f} → {r.rss_after_mb:.0f} MB |"
        )
    return "\n".join(lines)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20.0, help="of each round")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/runs"))
    parser.add_argument("--note", default="", help="what else the machine was doing")
    options = parser.parse_args()
    pages = texts()
    rounds: list[Round] = []
    with serving("--queue", "64", "--time-limit", "300") as (address, process):
        asyncio.run(warm_up(address, pages[:24]))
        for clients in (1, 8, 64, 1):
            rounds.append(measure(address, process, clients, options.seconds, 64, pages))
            print(json.dumps(asdict(rounds[-1])), flush=True)
    with serving("--queue", "4", "--time-limit", "300") as (address, process):
        asyncio.run(warm_up(address, pages[:24]))
        rounds.append(measure(address, process, 64, options.seconds, 4, pages))
    result: dict[str, Any] = {
        "date": datetime.date.today().isoformat(),
        "command": "python -m benchmarks.load " + " ".join(sys.argv[1:]),
        "note": options.note,
        "cores": len(os.sched_getaffinity(0)),
        "texts": {"number": len(pages), "words": sum(len(page.split()) for page in pages)},
        "rounds": [asdict(r) for r in rounds],
    }
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / f"{result['date']}-load.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(table(rounds))


if __name__ == "__main__":
    main()
