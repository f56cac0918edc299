"""What the screen sends on and what it loses, on documents of part "test".

    python -m benchmarks.screen --corpora CORPORA --spun 20000 --out benchmarks/runs

- Passed: honest documents of each corpus that it sends on (books and other long texts in pieces of 8,000 characters).
- Lost: spun documents of which a fifth of the words or more is swapped, that the reader flags and the screen does not send on.
  All that the screen turns away are read; of those that it sends on, a sample tells how many the reader flags.
"""

from __future__ import annotations

import argparse
import datetime
import json
import math
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from training.corpora import Document, all_files, documents
from training.screen_texts import FAMILIES, share_of
from unspin import reader, screen
from unspin.evaluate.intervals import wilson
from unspin.spinners import simulate

SHARE = 0.2
SAMPLE = 150
"""Documents of each family, sent on by the screen, that are read."""
LENGTHS = (60, 400)
"""Words of a spun document, drawn log-uniformly."""


class Spun(NamedTuple):
    """A spun document."""

    family: str
    text: str
    share: float


def unseen(corpora: Path) -> list[Document]:
    """All documents of part "test"."""
    files = all_files(corpora)
    return [d for file in files for d in documents(file, 8_000) if d.part == "test"]


def passed(pool: list[Document]) -> dict[str, Any]:
    """Of each corpus: documents, bytes, and how many of both are sent on."""
    found: dict[str, Any] = {}
    for corpus in sorted({d.corpus for d in pool}):
        texts = pa.array([d.text for d in pool if d.corpus == corpus], pa.large_string())
        sent = screen.load().scores(texts) >= 0
        size = np.array([len(d.text.encode()) for d in pool if d.corpus == corpus])
        sent_on = wilson(int(sent.sum()), len(sent))
        found[corpus] = {
            "documents": len(sent), "sent_on": sent_on.hits, "share": sent_on.share, "interval": [sent_on.low, sent_on.high],
            "bytes": int(size.sum()), "bytes_sent_on": int(size[sent].sum()),
        }  # fmt: skip
        print(f"{corpus:22} {len(sent):6,} documents, {int(sent.sum()):4} sent on ({sent.mean():.4f})", flush=True)
    return found


def spun(pool: list[Document], count: int, seed: int) -> Iterator[Spun]:
    """Documents spun by each family in turn, all corpora by their size, a fifth of the words or more swapped."""
    random = np.random.default_rng(seed)
    names = list(FAMILIES)
    made = 0
    while made < count:
        document = pool[int(random.integers(len(pool)))]
        words = document.text.split(" ")
        length = round(math.exp(random.uniform(math.log(LENGTHS[0]), math.log(LENGTHS[1]))))
        begin = int(random.integers(max(1, len(words) - length)))
        text = " ".join(words[begin : begin + length])
        specimen = simulate(text, names[made % len(names)], seed=made, rate=float(random.uniform(0.15, 0.4)))
        share = share_of(specimen)
        if share >= SHARE:
            yield Spun(names[made % len(names)], specimen.text, share)
        made += share >= SHARE or len(words) < LENGTHS[0]


def flags(texts: list[str]) -> NDArray[np.bool_]:
    """Which of the texts the reader calls spun at its default operating point."""
    return np.array([reader.assess(text).spun for text in texts], bool)


def lost(specimens: list[Spun]) -> dict[str, Any]:
    """Of each family: documents, how many the reader flags (told from a sample), how many of them the screen loses."""
    by_family: dict[str, list[Spun]] = defaultdict(list)
    for specimen in specimens:
        by_family[specimen.family].append(specimen)
    found: dict[str, Any] = {}
    for family, here in sorted(by_family.items()):
        sent = screen.load().scores(pa.array([s.text for s in here], pa.large_string())) >= 0
        turned_away = [s.text for s, yes in zip(here, sent, strict=True) if not yes]
        sample = [s.text for s, yes in zip(here, sent, strict=True) if yes][:SAMPLE]
        missed, seen = int(flags(turned_away).sum()), flags(sample)
        flagged = missed + round(float(seen.mean()) * int(sent.sum()))
        found[family] = {
            "documents": len(here), "turned_away": len(turned_away), "flagged": flagged, "lost": missed,
            "share": missed / max(flagged, 1),
        }  # fmt: skip
        print(f"{family:18} {len(here):6,} spun, about {flagged:6,} flagged by the reader, {missed:3} lost", flush=True)
    return found


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--spun", type=int, default=20_000, help="spun documents")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/runs"))
    options = parser.parse_args()
    pool = unseen(options.corpora)
    result: dict[str, Any] = {"passed": passed(pool), "lost": lost(list(spun(pool, options.spun, options.seed)))}
    flagged, missed = (sum(row[key] for row in result["lost"].values()) for key in ("flagged", "lost"))
    sent, all_documents = (sum(row[key] for row in result["passed"].values()) for key in ("sent_on", "documents"))
    result["overall"] = {
        "flagged": flagged, "lost": missed, "share_lost": missed / flagged, "interval": list(wilson(missed, flagged)[1:3]),
        "honest": all_documents, "sent_on": sent, "share_sent_on": sent / all_documents,
    }  # fmt: skip
    print(json.dumps(result["overall"]))
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / f"{datetime.date.today().isoformat()}-screen.json").write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
