"""What the gates send on and what they lose: one run, one table.

    python -m benchmarks.screen --corpora CORPORA --wild WILD --out benchmarks/runs

- Honest documents of part "test", by kind (file of the corpora), as they pass the screen, the sieve and all gates; those of
  :data:`training.examples.UNSEEN` are of kinds that no training of the gates or the reader had. ``--leave-out`` trains the
  screen again without each kind in turn and says what that one would let through.
- Lost: documents spun by each family, a fifth of the words or more swapped, that the reader flags and the gates don't send on.
  All that the gates turn away are read; of those that they send on, a sample tells how many the reader flags.
- Half spun: honest documents with one spun paragraph (:data:`PASSAGE`), by the honest words around it (:data:`AROUND`).
- Real pages, where there is a folder of them (``pages.jsonl``, a page a line: ``spun``, ``family``, ``text``).
- Speed of each gate on one core, in processor time, and what a process grows by.
"""

from __future__ import annotations

import argparse
import datetime
import json
import math
import resource
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from training.corpora import Document, all_files, documents
from unspin import reader, screen
from unspin.evaluate.intervals import wilson
from unspin.screen.screen import Screen
from unspin.spinners import Specimen, names, simulate

SHARE: Final = 0.2
WORDS: Final = (60, 400)
"""Words of a spun document, drawn log-uniformly."""
LONG: Final = 100
"""Words from which on a document counts as long."""
PASSAGE: Final = 110
"""Words of the one spun paragraph of a page."""
AROUND: Final = (100, 300, 750)
"""Honest words around it."""
UNSEEN: Final = ("recipes", "speech_scotus", "stories_african")
"""As in :mod:`training.examples`, which needs more libraries."""
FAMILIES: Final = tuple(name for name in names() if name != "tortured")
"""A few fixed terms in good prose are no fifth of its words."""


class Spun(NamedTuple):
    """A spun document."""

    family: str
    text: str


def unseen(corpora: Path, most: int, seed: int = 5) -> list[Document]:
    """Documents of part "test", cut at random lengths, up to ``most`` of each kind; lengths are log-uniform from 30 words."""
    random = np.random.default_rng(seed)
    found: list[Document] = []
    for file in all_files(corpora):
        here = [document for document in documents(file, 8_000) if document.part == "test"]
        for i in random.permutation(len(here))[:most].tolist():
            words = here[i].text.split(" ")
            length = round(math.exp(random.uniform(math.log(30), math.log(1_200))))
            begin = int(random.integers(max(1, len(words) - length)))
            found.append(Document(here[i].corpus, " ".join(words[begin : begin + length]), "test"))
    return found


def passed(pool: Sequence[Document], gates: screen.Gates) -> dict[str, Any]:
    """Of each kind, by length: documents, and how many pass the screen, the sieve, and all gates."""
    scores = gates.scores(pa.array([d.text for d in pool], pa.large_string()))
    words = np.array([len(d.text.split()) for d in pool])
    kinds = np.array([d.corpus for d in pool])
    first, second, every = (gate >= 0 for gate in scores)
    found: dict[str, Any] = {}
    for kind in [*sorted(set(kinds.tolist())), "unseen", "all"]:
        of_kind = np.isin(kinds, UNSEEN) if kind == "unseen" else (kinds == kind) | (kind == "all")
        row: dict[str, Any] = {}
        for name, of_length in (("long", words >= LONG), ("short", (words >= 30) & (words < LONG))):
            here = of_kind & of_length
            share = wilson(int(every[here].sum()), int(here.sum()))
            row[name] = {
                "documents": share.cases, "passed_screen": int(first[here].sum()),
                "passed_sieve": int(second[here].sum()), "sent_on": share.hits, "interval": [share.low, share.high],
            }  # fmt: skip
        found[kind] = row
        print(f"{kind:22} " + "   ".join(_row(name, row[name]) for name in row), flush=True)
    return found


def _row(name: str, row: dict[str, Any]) -> str:
    count = max(row["documents"], 1)
    passed = ", ".join(f"{gate} {row[f'passed_{gate}'] / count:.4f}" for gate in ("screen", "sieve"))
    return f"{name}: {row['documents']:5,}, {passed}, all {row['sent_on'] / count:.4f}"


def left_out(texts: Sequence[Path], pool: Sequence[Document], gates: screen.Gates, epochs: int) -> dict[str, Any]:
    """Of each kind what a screen lets through that was trained without it, at the threshold that loses as many spun pieces."""
    from training.gates import LENGTHS, NEVER
    from training.screen import SHARE as PROMISED
    from training.screen import begun, fit, in_bytes, read_pieces, without_rare

    pieces = without_rare(read_pieces(texts))
    import pyarrow.parquet as pq

    spun = pa.concat_tables(
        [pq.read_table(file, filters=[("part", "==", "dev"), ("share", ">=", PROMISED)]) for file in texts]
    )
    column = pa.concat_arrays([chunk.cast(pa.large_string()) for chunk in spun["text"].chunks])
    lost = _lost(gates.screen, column)
    found: dict[str, Any] = {}
    for kind in sorted({d.corpus for d in pool}):
        other = in_bytes(fit(pieces, begun(None), epochs, [kind]))
        passages = np.full(len(LENGTHS), NEVER)
        other = replace(
            other, lengths=np.array(LENGTHS, float), thresholds=np.stack([np.zeros(len(LENGTHS)), passages])
        )
        whole = np.full(len(LENGTHS), _quantile(other, column, lost))
        other = replace(other, thresholds=np.stack([whole, passages]))
        weighed = other.weigh(pa.array([d.text for d in pool if d.corpus == kind], pa.large_string()))
        share = wilson(int((other.scores(weighed) >= 0).sum()), len(weighed.words))
        found[kind] = {"documents": share.cases, "passed_screen": share.hits, "interval": [share.low, share.high]}
        print(f"without {kind:22} {share.cases:5,} documents, {share.share:.4f} pass the screen", flush=True)
    return found


def _lost(gate: Screen, column: pa.Array) -> float:
    return float((gate.scores(gate.weigh(column)) < 0).mean())


def _quantile(gate: Screen, column: pa.Array, lost: float) -> float:
    return float(np.quantile(gate.scores(gate.weigh(column)), lost))


def spun(pool: Sequence[Document], count: int, seed: int) -> Iterator[Spun]:
    """Documents spun by each family in turn, all kinds, a fifth of the words or more swapped."""
    random = np.random.default_rng(seed)
    made = 0
    for _ in range(20 * count):
        if made == count:
            return
        document = pool[int(random.integers(len(pool)))]
        words = document.text.split(" ")
        length = round(math.exp(random.uniform(math.log(WORDS[0]), math.log(WORDS[1]))))
        family = FAMILIES[made % len(FAMILIES)]
        specimen = simulate(
            " ".join(words[:length]), family, seed=int(random.integers(2**31)), rate=float(random.uniform(0.2, 0.5))
        )
        if share_of(specimen) >= SHARE and len(specimen.text.split()) >= WORDS[0]:
            made += 1
            yield Spun(family, specimen.text)


def half_spun(pool: Sequence[Document], count: int, seed: int) -> Iterator[tuple[int, str]]:
    """Honest words around, and the text: documents of one kind each with a paragraph spun by each family in turn."""
    random = np.random.default_rng(seed)
    kinds: dict[str, list[list[str]]] = defaultdict(list)
    for document in pool:
        kinds[document.corpus].append(document.text.split(" "))
    rich = sorted(kind for kind, texts in kinds.items() if sum(map(len, texts)) > 2 * (max(AROUND) + PASSAGE))

    def words(kind: str, wanted: int) -> list[str]:
        found: list[str] = []
        while len(found) < wanted:
            text = kinds[kind][int(random.integers(len(kinds[kind])))][: wanted - len(found)]
            found += [*text[:-1], text[-1] + "\n"]
        return found

    made = 0
    for _ in range(20 * count):
        if made == count:
            return
        around, kind = AROUND[made % len(AROUND)], rich[int(random.integers(len(rich)))]
        rest, begin = words(kind, around), int(random.integers(around + 1))
        family = FAMILIES[made % len(FAMILIES)]
        paragraph = " ".join(words(kind, PASSAGE))
        specimen = simulate(paragraph, family, seed=int(random.integers(2**31)), rate=float(random.uniform(0.25, 0.5)))
        if share_of(specimen) >= SHARE:
            made += 1
            yield around, "\n".join([" ".join(rest[:begin]), specimen.text, " ".join(rest[begin:])])


def passages(pages: Sequence[tuple[int, str]], gates: screen.Gates) -> dict[str, Any]:
    """Of half-spun pages, by the honest words around: how many pass, how many the reader flags, how many of these are lost."""
    texts = [text for _, text in pages]
    scores, flagged = gates.scores(pa.array(texts, pa.large_string())), flags(texts)
    around = np.array([words for words, _ in pages])
    found = {}
    for words in AROUND:
        here = around == words
        found[str(words)] = {
            "documents": int(here.sum()), "passed_screen": int((scores.screen[here] >= 0).sum()),
            "passed_sieve": int((scores.sieve[here] >= 0).sum()), "sent_on": int(scores.sent_on[here].sum()),
            "flagged": int(flagged[here].sum()),
            "lost": int((flagged & ~scores.sent_on)[here].sum()),
        }  # fmt: skip
        print(f"{words} honest words around a spun paragraph: {json.dumps(found[str(words)])}", flush=True)
    return found


def share_of(specimen: Specimen) -> float:
    """Words of a specimen that are swapped / all its words; a word put in or taken out counts as one."""
    return sum(max(1, len(swap.found.split())) for swap in specimen.swaps) / max(1, len(specimen.text.split()))


def flags(texts: Sequence[str]) -> NDArray[np.bool_]:
    """Which of the texts the reader calls spun at its default operating point."""
    return np.array([reader.assess(text, fast=True).spun for text in texts], bool)


def lost(specimens: Sequence[Spun], gates: screen.Gates, sample: int) -> dict[str, Any]:
    """Of each family: documents, how many the reader flags (told from a sample), how many of them the gates lose."""
    by_family: dict[str, list[str]] = defaultdict(list)
    for specimen in specimens:
        by_family[specimen.family].append(specimen.text)
    found: dict[str, Any] = {}
    for family, texts in sorted(by_family.items()):
        scores = gates.scores(pa.array(texts, pa.large_string()))
        sent = scores.sent_on
        missed = flags([text for text, yes in zip(texts, sent, strict=True) if not yes])
        by = {name: int(missed[(gate < 0)[~sent]].sum()) for name, gate in scores._asdict().items()}
        seen = flags([text for text, yes in zip(texts, sent, strict=True) if yes][:sample])
        flagged = int(missed.sum()) + round(float(seen.mean()) * int(sent.sum()))
        found[family] = {
            "documents": len(texts), "turned_away": int((~sent).sum()), "flagged": flagged, "lost": int(missed.sum()),
            **{f"lost_by_{name}": count for name, count in by.items()},
        }  # fmt: skip
        said = f"about {flagged:5,} flagged, {int(missed.sum()):3} lost, by {by}"
        print(f"{family:18} {len(texts):5,} spun, {said}", flush=True)
    return found


def real(folder: Path, gates: screen.Gates) -> dict[str, Any]:
    """Real pages: how many the reader flags, and how many of these the gates lose."""
    pages = [json.loads(line) for line in (folder / "pages.jsonl").read_text(encoding="utf-8").splitlines()]
    scores = gates.scores(pa.array([page["text"] for page in pages], pa.large_string()))
    flagged = flags([page["text"] for page in pages])
    is_spun = np.array([page["spun"] for page in pages], bool)
    found = {
        "spun": int(is_spun.sum()),
        "spun_sent_on": int((is_spun & scores.sent_on).sum()),
        "flagged": int((is_spun & flagged).sum()),
        "lost": int((is_spun & flagged & ~scores.sent_on).sum()),
        **{f"lost_by_{name}": int((is_spun & flagged & (gate < 0)).sum()) for name, gate in scores._asdict().items()},
        "honest": int((~is_spun).sum()),
        "honest_sent_on": int((~is_spun & scores.sent_on).sum()),
    }
    print(json.dumps(found), flush=True)
    return found


def speed(pool: Sequence[Document], gates: screen.Gates, megabytes: int = 8) -> dict[str, float]:
    """Megabytes of text a second, of each gate alone on all of it, by processor time; and what the process has grown to."""
    texts: list[str] = []
    size = 0
    for document in pool:
        texts.append(document.text)
        size += len(document.text.encode())
        if size > megabytes * 1e6:
            break
    column = pa.array(texts, pa.large_string())
    gates.warm()
    found = {}
    for name, work in (
        ("screen", lambda: gates.screen.weigh(column)),
        ("sieve", lambda: gates.sieve.scores(column, np.arange(len(column)), np.zeros((len(column), 2)))),
    ):
        work()
        begun, times = time.process_time(), 0
        while time.process_time() - begun < 0.5:
            work()
            times += 1
        found[name] = times * size / 1e6 / (time.process_time() - begun)
    found["memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(found), flush=True)
    return found


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--wild", type=Path, help="folder of real pages")
    parser.add_argument("--texts", type=Path, help="folder of training.screen_texts, for --leave-out")
    parser.add_argument("--leave-out", action="store_true")
    parser.add_argument("--honest", type=int, default=400, help="documents of each kind")
    parser.add_argument("--spun", type=int, default=1_100, help="spun documents")
    parser.add_argument("--half-spun", type=int, default=120, help="pages with a spun paragraph")
    parser.add_argument("--sample", type=int, default=25, help="documents of each family, sent on, that are read")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/runs"))
    options = parser.parse_args()
    gates = screen.load()
    pool = unseen(options.corpora, options.honest)
    result: dict[str, Any] = {"speed": speed(pool, gates), "honest": passed(pool, gates)}
    if options.wild:
        result["real"] = real(options.wild, gates)
    if options.half_spun:
        result["half_spun"] = passages(list(half_spun(pool, options.half_spun, options.seed)), gates)
    if options.leave_out:
        result["left_out"] = left_out(sorted(options.texts.glob("*.parquet")), pool, gates, epochs=6)
    if options.spun:
        result["lost"] = lost(list(spun(pool, options.spun, options.seed)), gates, options.sample)
        flagged, missed = (sum(row[key] for row in result["lost"].values()) for key in ("flagged", "lost"))
        result["overall"] = {"flagged": flagged, "lost": missed, "interval": list(wilson(missed, flagged)[1:3])}
        print(json.dumps(result["overall"]))
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / f"{datetime.date.today().isoformat()}-screen.json").write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
