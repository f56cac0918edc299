"""What an archive costs: time, memory and size of a build, and milliseconds of a query, by the number of documents.

``python -m benchmarks.archive --corpora CORPORA --folder FOLDER``: the pieces of the corpora, and after them decoys of about
500 words until there are enough, are written as JSON lines and given to ``unspin index``. A decoy is made of sentences of
pieces that lie near each other in one corpus, so that it is on one subject; they are of the part ``train``, while the pages
that are traced come from the part ``test``, so that no decoy has a sentence of a page's source by design. The decoys bring no
new words: the vocabulary of a million documents is that of the corpora, smaller than that of as many articles.

The pages are those of :mod:`benchmarks.trace`: spun by every family at 30% and 70%, whole and a third of the article between
foreign text, pages without a source, and pages whose piece is out of sight while its neighbours are there. Nobody's pages are
of corpora that are not in the archive. With ``--peers 200000`` plain BM25 (bm25s) and
MinHash LSH (rensa), both of the extra ``bench``, are asked for the same pages in archives up to that size. Seconds are of
processor time, of one core, unless said otherwise. What is there already of an earlier run of the same command is taken.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from benchmarks import records
from benchmarks.shared_text import shares
from benchmarks.trace import (
    FOREIGN,
    PROSE,
    Hiding,
    absent,
    asked_of,
    first_is_right,
    neighbours,
    pages,
    pieces,
    tally,
    unfounded,
)
from benchmarks.trace_peers import Bm25, Lsh
from training.corpora import Document, all_files, documents
from unspin.crawl.annotate import annotate
from unspin.scan.annotate import annotate as scanned
from unspin.trace import Archive, search
from unspin.trace.glance import Glance

SIZES = (10_000, 100_000, 1_000_000)
DECOY = 3_000
"""Characters of a decoy: some 500 words."""
NEAR = 100
"""Pieces on either side from which the sentences of a decoy come."""
PER_FILE = 50_000


def corpus(found: Sequence[tuple[str, Document]]) -> Iterator[tuple[str, str]]:
    """Documents without end: sources of the pages first, then the other pieces, then decoys."""
    out = absent(found)
    there = [(id, document) for id, document in found if id not in out]
    first = [document.part == "test" and document.corpus in PROSE for _, document in there]
    order = np.random.default_rng(3).permutation(len(there)).tolist()
    for k in [*(k for k in order if first[k]), *(k for k in order if not first[k])]:
        yield there[k][0], there[k][1].text
    yield from decoys([document for _, document in found if document.part == "train"])


def decoys(documents: Sequence[Document]) -> Iterator[tuple[str, str]]:
    """Texts of some 500 words on one subject each, made of the sentences of several documents."""
    by_corpus: defaultdict[str, list[list[str]]] = defaultdict(list)
    for document in documents:
        by_corpus[document.corpus].append(re.split(r"(?<=[.!?])\s+", document.text))
    names = list(by_corpus)
    share = np.array([len(by_corpus[name]) for name in names], float)
    random = np.random.default_rng(4)
    number = 0
    while True:
        for k in random.choice(len(names), 1_000, p=share / share.sum()).tolist():
            here = by_corpus[names[k]]
            middle = int(random.integers(len(here)))
            near = here[max(0, middle - NEAR) : middle + NEAR]
            text: list[str] = []
            size = 0
            for one, at in random.random((200, 2)).tolist():
                sentences = near[int(one * len(near))]
                text.append(sentences[int(at * len(sentences))])
                size += len(text[-1]) + 1
                if size >= DECOY:
                    break
            yield f"decoy-{number}", " ".join(text)
            number += 1


def write(texts: Iterator[tuple[str, str]], count: int, folder: Path) -> tuple[int, int]:
    """So many documents as JSON lines; bytes of their text, and words."""
    about = folder.with_suffix(".json")
    if about.exists():
        size, words = json.loads(about.read_text())
        return size, words
    folder.mkdir(parents=True, exist_ok=True)
    size = words = 0
    for number in range(0, count, PER_FILE):
        with (folder / f"{number:07}.jsonl").open("w", encoding="utf-8") as file:
            for id, text in islice(texts, min(PER_FILE, count - number)):
                size += len(text.encode())
                words += len(text.split())
                file.write(json.dumps({"id": id, "text": text}) + "\n")
    about.write_text(json.dumps([size, words]))
    return size, words


def built(corpus: Path, folder: Path) -> dict[str, float]:
    """``unspin index`` in a process of its own: seconds of processor time, of the clock, megabytes of memory at most."""
    record = folder.with_suffix(".json")
    if not record.exists():
        shutil.rmtree(folder, ignore_errors=True)
        began = time.perf_counter()
        child = subprocess.Popen(
            [sys.executable, "-m", "unspin", "index", str(corpus), "-o", str(folder), "--id-column", "id"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _, status, used = os.wait4(child.pid, 0)
        if status:
            sys.exit(f"unspin index failed with status {status}")
        record.write_text(
            json.dumps({
                "processor_seconds": round(used.ru_utime + used.ru_stime, 1),
                "clock_seconds": round(time.perf_counter() - began, 1),
                "memory_mb": round(used.ru_maxrss / 1024, 1),
            })
        )  # fmt: skip
    found: dict[str, float] = json.loads(record.read_text())
    return found


def asked(archive: Archive, some: Sequence[Any]) -> dict[str, Any]:
    """Milliseconds of queries, how often the source comes first, and claims where none is there."""
    seconds: defaultdict[str, list[float]] = defaultdict(list)
    clock: list[float] = []
    right: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    claimed: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    search(some[0].text, archive)
    for page in some:
        started, began = time.perf_counter(), time.process_time()
        found = search(page.text, archive)
        kind = "none there" if page.source is None else f"{page.make}, {page.rate:.0%}"
        seconds[kind].append(time.process_time() - began)
        clock.append(time.perf_counter() - started)
        if page.source is not None:
            tally(right[kind], first_is_right(page, found))
        else:
            real = any(shares(page.original, match.comparison.source) for match in found.sources)
            tally(claimed["honest" if page.family == "honest" else "spun"], bool(found.sources) and not real)
    every = [value for values in seconds.values() for value in values]
    return {
        "milliseconds": {
            kind: {"median": _ms(np.median(values)), "p95": _ms(np.percentile(values, 95)), "pages": len(values)}
            for kind, values in (("all", every), ("all, by the clock", clock), *seconds.items())
        },
        "source_first": dict(right),
        "none there, claimed": dict(claimed),
    }


def peers(corpus: Path, some: Sequence[Any]) -> dict[str, Any]:
    """How often plain BM25 and MinHash LSH name the source first, and their milliseconds, on the same pages."""
    texts: dict[str, str] = {}
    for file in sorted(corpus.glob("*.jsonl")):
        with file.open(encoding="utf-8") as lines:
            texts |= {row["id"]: row["text"] for row in map(json.loads, lines)}
    found: dict[str, Any] = {}
    for kind in (Bm25, Lsh):
        began = time.process_time()
        peer = kind(texts)
        built = time.process_time() - began
        right: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
        seconds: list[float] = []
        for page in some:
            first, took = asked_of(peer, page)
            seconds.append(took)
            if page.source is not None:
                tally(right[f"{page.make}, {page.rate:.0%}"], first)
        found[peer.name] = {
            "source_first": dict(right),
            "milliseconds": {"median": _ms(np.median(seconds)), "p95": _ms(np.percentile(seconds, 95))},
            "index_seconds": round(built, 1),
        }
        del peer
    return found


def crawled(archive: Archive, some: Sequence[Any], nobodys: Sequence[str]) -> dict[str, Any]:
    """What a glance is worth in a crawl: claims lost, pages sent on, pages a second beside ``unspin scan``."""
    look = Glance(archive)
    counts = {"claimed": 0, "of these not searched for": 0, "none there": 0, "of these searched for": 0}
    for page in some:
        seen = look.sees(page.text)
        if page.source is None:
            counts["none there"] += 1
            counts["of these searched for"] += seen
        elif search(page.text, archive).sources:
            counts["claimed"] += 1
            counts["of these not searched for"] += not seen
    rates: dict[str, float] = {}
    batches = [pa.record_batch({"text": list(part)}) for part in (nobodys[::2], nobodys[1::2])]
    for name, work in (("trace", partial(annotate, archive=archive)), ("scan", scanned)):
        for batch in batches:  # the first for what is learned and loaded once
            began = time.process_time()
            work(batch)
            rates[f"{name}, pages a second"] = round(batch.num_rows / (time.process_time() - began), 1)
    began = time.process_time()
    for text in nobodys[1::20]:
        search(text, archive)
    rates["search alone, pages a second"] = round(len(nobodys[1::20]) / (time.process_time() - began), 1)
    return {**counts, "nobody's pages": len(nobodys[1::2]), **rates}


def _ms(seconds: Any) -> float:
    return round(float(seconds) * 1_000, 2)


def main() -> None:
    """Build, ask and print; the raw run goes to ``--output``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--folder", type=Path, required=True, help="where texts and archives are put: twice their size")
    parser.add_argument("--documents", type=int, nargs="+", default=SIZES)
    parser.add_argument("--pages", type=int, default=192, help="with a source, and as many without")
    parser.add_argument("--neighbours", type=int, default=250, help="honest and spun pages whose piece is out of sight")
    parser.add_argument("--nobodys", type=int, default=1_000, help="pages that are nowhere in the archive")
    parser.add_argument("--peers", type=int, default=0, help="documents up to which BM25 and MinHash are asked too")
    parser.add_argument("--build-only", action="store_true")
    parser.add_argument("--output", type=Path, help="where the raw run goes")
    options = parser.parse_args()
    found = pieces(options.corpora, sys.maxsize)
    some = [] if options.build_only else list(pages(options.corpora, found, "test", options.pages))
    foreign = [file for file in all_files(options.corpora) if file.name.split(".")[0] in FOREIGN]
    nobodys = [document.text for file in foreign for document in documents(file, DECOY)][: options.nobodys]
    rows = []
    for count in options.documents:
        texts, folder = options.folder / f"texts-{count}", options.folder / f"archive-{count}"
        size, words = write(corpus(found), count, texts)
        row: dict[str, Any] = {"documents": count, "words_each": round(words / count), **built(texts, folder)}
        archive = Archive(folder)
        stored = archive.size()
        row |= {"text_bytes": size, **stored, "share_of_text": round(sum(stored.values()) / size, 3)}
        if not options.build_only:
            row |= {**asked(archive, some), "crawl": crawled(archive, some, nobodys)}
            hiding = Hiding(folder)
            kept = neighbours(options.corpora, found, "test", options.neighbours, hiding)
            row["neighbours"], _ = unfounded(hiding, kept)
        if count <= options.peers:
            row["peers"] = peers(texts, some)
        rows.append(row)
        print(json.dumps(rows[-1]), flush=True)
    if options.output:
        command = (
            "python -m benchmarks.archive --corpora CORPORA --folder FOLDER"
            f" --documents {' '.join(map(str, options.documents))} --pages {options.pages}"
            f" --neighbours {options.neighbours} --nobodys {options.nobodys} --peers {options.peers}"
        )
        records.write(options.output, command, rows=rows)


if __name__ == "__main__":
    main()
