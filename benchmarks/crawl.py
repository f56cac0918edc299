"""What a full crawl costs, in core-hours: the work measured part by part on documents written as a WET file.

    python -m benchmarks.crawl --corpora CORPORA [--docs docs/engines.md] [--out benchmarks/runs]

The documents are of the kinds that no training of gates or reader had (:data:`benchmarks.screen.UNSEEN`): on its own corpora a
gate sends on less than it will of a crawl. ``--docs FILE`` renders the table into the block ``<!-- figures:crawl -->``.

Common Crawl's WET is WARC of plain text, each record a gzip member of its own. A crawl goes through six stations: a file is
unpacked and taken apart, all text is screened, some of it is sifted, a passage of some of that is looked at, some is read for a
verdict, and what is spun is restored. Each has a rate; what is sent on is a share of the text.
"""

from __future__ import annotations

import argparse
import datetime
import json
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

import unspin
from benchmarks.screen import UNSEEN
from benchmarks.warc import wet
from training.corpora import all_files, documents
from unspin import screen
from unspin.engines.files import read_stream
from unspin.spinners import simulate

CRAWL = 8e12
"""Bytes of WET, compressed, in one of Common Crawl's monthly crawls."""
_BEGIN, _END = "<!-- figures:crawl -->", "<!-- /figures:crawl -->"
_SAMPLE = 60
"""Documents that the reader is timed on."""


def left_out(corpora: Path, characters: int = 3_000) -> pa.Table:
    """``id`` and ``text`` of all documents of the kinds that nothing was trained on, cut into pieces of about this length."""
    found = [d for file in all_files(corpora) for d in documents(file, characters) if d.corpus in UNSEEN]
    ids = [f"{document.corpus}-{number:06}" for number, document in enumerate(found)]
    return pa.table({"id": ids, "text": pa.array([document.text for document in found], pa.string())})


def size(table: pa.Table) -> int:
    """Bytes of the texts, UTF-8."""
    return sum(len(text.encode()) for text in table["text"].to_pylist())


def measured(table: pa.Table, folder: Path) -> dict[str, Any]:
    """Rates of the six stations in bytes of text a second of processor time, and the shares that are sent on."""
    file = folder / "documents.warc.wet.gz"
    file.write_bytes(wet(zip(table["id"].to_pylist(), table["text"].to_pylist(), strict=True)))
    text = size(table)
    gate = screen.load()
    # What is loaded and compiled only once should not count.
    gate.warm()
    gate.scores(
        pa.array([simulate(table["text"][0].as_py(), "wordnet-walk", seed=1, rate=0.3).text], pa.large_string())
    )
    read_stream([str(file)]).read_next_batch()
    began = time.process_time()
    read = read_stream([str(file)]).read_all()
    seconds = {"unpack": time.process_time() - began}
    column = read["text"].combine_chunks()
    began = time.process_time()
    sifted = gate.sifted(column)
    both = time.process_time() - began
    began = time.process_time()
    scores = gate.looked(sifted)
    looking = time.process_time() - began
    began = time.process_time()
    gate.screen.weigh(column)
    seconds["screen"] = time.process_time() - began
    sizes = np.array([len(value.as_py().encode()) for value in column])
    passed, looked, sent = sizes[scores.screen >= 0], sizes[scores.sieve >= 0], sizes[scores.sent_on]
    seconds["sieve"] = max(both - seconds["screen"], 1e-6) * text / max(int(passed.sum()), 1)  # as if it read all
    seconds["look"] = looking * text / max(int(looked.sum()), 1)  # of what it is about, though it reads a passage alone
    sample = [value for value in table["text"].to_pylist() if value.count(" ") > 100][:_SAMPLE]
    # With most of its words as written, a text is judged in the same time whether it is spun or not.
    spun = [
        simulate(value, "wordnet-walk", seed=seed, rate=0.3).text for seed, value in enumerate(sample[: _SAMPLE // 4])
    ]
    return {
        "wet_bytes": file.stat().st_size,
        "text_bytes": text,
        "documents": table.num_rows,
        "sent_on_documents": len(sent) / table.num_rows,
        "passed_screen_text": float(passed.sum() / text),
        "passed_sieve_text": float(looked.sum() / text),
        "sent_on_text": float(sent.sum() / text),
        "bytes_per_second": {
            "unpack": text / seconds["unpack"],
            "screen": text / seconds["screen"],
            "sieve": text / seconds["sieve"],
            "look": text / max(seconds["look"], 1e-6),
            "verdict": _rate(sample, spans=False),
            "restore": _rate(spun, spans=True),
        },
    }


def _rate(texts: list[str], *, spans: bool) -> float:
    from unspin import reader

    unspin.read(texts[0], fast=True)  # as a scan does
    began = time.process_time()
    for text in texts:
        if spans:
            reader.read(text, fast=True)
        else:
            reader.assess(text, fast=True)
    return sum(len(text.encode()) for text in texts) / (time.process_time() - began)


def rendered(figures: dict[str, Any], spun: float = 0.001) -> str:
    """The table of core-hours for a crawl of which a share ``spun`` reads as spun."""
    text = CRAWL * figures["text_bytes"] / figures["wet_bytes"]
    shares = {
        "unpack": 1.0, "screen": 1.0, "sieve": figures["passed_screen_text"] + spun,
        "look": figures["passed_sieve_text"] + spun, "verdict": figures["sent_on_text"] + spun, "restore": spun,
    }  # fmt: skip
    says = {
        "unpack": "unpacked and taken apart", "screen": "screened", "sieve": "sifted", "look": "looked at",
        "verdict": "read for a verdict", "restore": "restored",
    }  # fmt: skip
    lines = ["| station | share of the text | MB/s of text, one core | core-hours |", "|---|---|---|---|"]
    whole = 0.0
    for name, share in shares.items():
        rate = figures["bytes_per_second"][name]
        hours = text * share / rate / 3_600
        whole += hours
        lines.append(f"| {says[name]} | {share:.3%} | {rate / 1e6:,.3g} | {hours:,.0f} |")
    lines.append(f"| **together** | | | **{whole:,.0f}** |")
    return "\n".join(lines)


def fill(document: Path, figures: dict[str, Any]) -> None:
    """Put the table into the block of a document that is kept for it.

    Raises:
        ValueError: there is no such block.
    """
    text = document.read_text(encoding="utf-8")
    if text.count(_BEGIN) != 1 or text.count(_END) != 1:
        raise ValueError(f"{document}: no block {_BEGIN} … {_END}, or several")
    before, rest = text.split(_BEGIN)
    after = rest.split(_END)[1]
    document.write_text(f"{before}{_BEGIN}\n{rendered(figures)}\n{_END}{after}", encoding="utf-8")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/runs"))
    parser.add_argument("--docs", type=Path, help="a document with a block of figures, to be filled")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = measured(left_out(options.corpora), Path(folder))
    result = {"date": datetime.date.today().isoformat(), "version": unspin.__version__, "crawl": figures}
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / f"{result['date']}-crawl.json").write_text(json.dumps(result, indent=1) + "\n")
    print(rendered(figures))
    if options.docs:
        fill(options.docs, figures)


if __name__ == "__main__":
    main()
