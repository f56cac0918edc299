"""Finding the source: how often it comes first, how often one is claimed that is none, and how long it takes.

``python -m benchmarks.trace --corpora CORPORA``: pieces of the corpora go into an archive, and pages made of some of them are
traced: spun by every family, whole and a third of the article between foreign text. Other pieces stay out of the archive while
their neighbours of the same document are in it: pages made of these, spun and honest, have no source, only texts on the same
subject. Beside it, on the same pages: plain BM25 (bm25s) and MinHash LSH (rensa).

``--neighbours N`` makes N honest and N spun pages more of pieces that are in the archive, and keeps the piece itself out of
sight while its page is traced: all that is left are its neighbours. ``--claims FILE`` writes down each claim that
:func:`benchmarks.shared_text.shares` calls none, to be read: what aligned there, on both sides.

The pages come from documents of the part ``test``, or for ``--fit``, which prints the weights of
``unspin/trace/probability.py``, from the part ``dev``.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import records
from benchmarks.shared_text import shared_words, shares
from benchmarks.trace_peers import Bm25, Lsh
from training.corpora import Document, Part, all_files, documents
from unspin import spinners
from unspin.evaluate.intervals import wilson
from unspin.settings import CLAIMED_FROM
from unspin.trace import Archive, Trace, Writer, compare, search
from unspin.trace.archive import Hit, Term
from unspin.trace.probability import features
from unspin.trace.tracing import Hunt

PROSE = ("arxiv_abstracts", "whitehouse", "wikipedia_sample", "usgov_web", "news_onestop")
FOREIGN = ("recipes", "patent_abstracts", "stories_african")
"""What advertising stands for: text that is nowhere in the archive."""
PIECE = 2_500
RATES = (0.3, 0.7)
LEFT_OUT = 6
"""One piece in so many of the held-out documents stays out of the archive."""
MAKES = ("whole", "third")
FIT_MAKES = (*MAKES, "part")
"""For a fit also pages of which a third of the article is a ninth: a page may be long, and have little of a source."""
AROUND = 4
"""Times its length that foreign text stands before such a part, and after it."""
RIDGE = 0.1


@dataclass(frozen=True)
class Page:
    """A page with what is known of it: ``source`` is None where none is in the archive."""

    text: str
    original: str
    source: str | None
    make: str
    rate: float
    family: str


def pieces(root: Path, limit: int) -> list[tuple[str, Document]]:
    """Pieces of the corpora with their identifiers, prose first, evenly from all of them."""
    files = sorted(all_files(root), key=lambda file: file.name.split(".")[0] not in PROSE)
    found: list[tuple[str, Document]] = []
    for file in files:
        corpus = file.name.split(".")[0]
        if corpus in FOREIGN:
            continue
        here = [d for d in documents(file, PIECE) if d.text.count(" ") >= 80]
        found += [(f"{corpus}-{k}", document) for k, document in enumerate(here)]
    if len(found) > limit:
        held = [k for k, (_, d) in enumerate(found) if d.part != "train" and d.corpus in PROSE]
        rest = sorted(set(range(len(found))) - set(held))
        random = np.random.default_rng(1)
        kept = sorted([*held[:limit], *random.permutation(rest)[: max(0, limit - len(held))].tolist()])
        found = [found[k] for k in kept]
    return found


def absent(found: Sequence[tuple[str, Document]]) -> set[str]:
    """Identifiers of the pieces that stay out of the archive."""
    held = [id for id, document in found if document.part != "train" and document.corpus in PROSE]
    return set(held[::LEFT_OUT])


class Hiding(Archive):
    """An archive of which one document may be out of sight."""

    _hidden: int | None = None

    def hide(self, id: str | None) -> None:
        """Find a document no more; None to find all again."""
        self._hidden = None if id is None else self.get(id).place

    def search(self, terms: Sequence[Term], most: int) -> list[Hit]:
        """What the archive finds, without the one."""
        hits = super().search(terms, most + 1)
        places = [where.place for where in self.where(hits)]
        return [hit for hit, place in zip(hits, places, strict=True) if place != self._hidden][:most]


def foreign_texts(root: Path) -> list[str]:
    """Texts that are nowhere in the archive."""
    return [d.text for f in all_files(root) if f.name.split(".")[0] in FOREIGN for d in documents(f, PIECE // 2)]


def pages(
    root: Path, found: Sequence[tuple[str, Document]], part: Part, count: int, makes: Sequence[str] = MAKES
) -> Iterator[Page]:
    """Pages with a source in the archive, and pages without: spun, and honest on the same subject."""
    out = absent(found)
    foreign = foreign_texts(root)
    random = np.random.default_rng(7 if part == "test" else 8)
    mine = [(id, d) for id, d in found if d.part == part and d.corpus in PROSE]
    inside = [(id, d) for id, d in mine if id not in out]
    outside = [(id, d) for id, d in mine if id in out]
    families = spinners.names()
    for pool, known in ((inside, True), (outside, False)):
        for number, k in enumerate(random.permutation(len(pool))[:count].tolist()):
            id, document = pool[k]
            family, rate = families[number % len(families)], RATES[number // 12 % 2]
            make = makes[number // 24 % len(makes)]
            honest = not known and number % 3 == 0
            text = document.text if make == "whole" else third(document.text)
            spun = text if honest else spinners.simulate(text, family, seed=number, rate=rate).text
            page = _page(spun, make, foreign, random)
            yield Page(page, text, id if known else None, make, 0.0 if honest else rate, "honest" if honest else family)


def neighbours(
    root: Path, found: Sequence[tuple[str, Document]], part: Part, count: int, archive: Hiding, *, evenly: bool = False
) -> Iterator[Page]:
    """Pages whose piece is out of sight until the next one is asked for, honest and spun by turns.

    Of all kinds in their proportion, or evenly: an encyclopedia has more articles after one pattern than anything else.
    """
    out = absent(found)
    foreign = foreign_texts(root)
    random = np.random.default_rng(9)
    mine = [(id, d) for id, d in found if d.part == part and d.corpus in PROSE and id not in out]
    families = spinners.names()
    order = random.permutation(len(mine))
    if evenly:
        corpus = np.array([mine[k][1].corpus for k in order])
        rank = np.zeros(len(order), np.int64)  # of a piece among those of its corpus
        for name in set(corpus.tolist()):
            rank[corpus == name] = np.arange((corpus == name).sum())
        order = random.permutation(order[np.argsort(rank, kind="stable")][: 2 * count])
    for number, k in enumerate(order[: 2 * count].tolist()):
        id, document = mine[k]
        make, rate = ("third" if number % 8 > 5 else "whole"), RATES[number // 2 % 2]
        text = document.text if make == "whole" else third(document.text)
        family = families[number // 2 % len(families)] if number % 2 else "honest"
        spun = spinners.simulate(text, family, seed=number, rate=rate).text if number % 2 else text
        archive.hide(id)
        yield Page(_page(spun, make, foreign, random), text, None, make, rate if number % 2 else 0.0, family)
    archive.hide(None)


def _page(text: str, make: str, foreign: Sequence[str], random: np.random.Generator) -> str:
    if make == "whole":
        return text
    return among(text, foreign, random) if make == "third" else within(text, foreign, random)


def third(text: str) -> str:
    """The middle third of a text, in whole words."""
    words = re.findall(r"\S+\s*", text)
    return "".join(words[len(words) // 3 : 2 * len(words) // 3]).strip()


def among(text: str, foreign: Sequence[str], random: np.random.Generator) -> str:
    """A text between two foreign ones, of about its length each."""
    before, after = (third(foreign[int(k)])[: len(text)] for k in random.integers(len(foreign), size=2))
    return f"{before}\n\n{text}\n\n{after}"


def within(text: str, foreign: Sequence[str], random: np.random.Generator) -> str:
    """A text between so many foreign ones that it is a small part of the page."""
    sides: list[list[str]] = [[], []]
    for side in sides:
        while sum(map(len, side)) < AROUND * len(text):
            side.append(foreign[int(random.integers(len(foreign)))])
    return "\n\n".join([*sides[0], text, *sides[1]])


def first_is_right(page: Page, found: Trace) -> bool:
    """Whether the first source claimed is the source, or a near-copy of it."""
    if not found.sources:
        return False
    first = found.sources[0]
    return page.source in (first.id, *first.near_copies) or shares(page.original, first.comparison.source)


def built(found: Sequence[tuple[str, Document]], folder: Path) -> dict[str, float]:
    """The archive of all but what stays out; seconds, bytes of text and of the archive, megabytes of memory."""
    out, size = absent(found), 0
    began = time.process_time()
    with Writer.open(folder) as writer:
        for number, (id, document) in enumerate(found):
            if id not in out:
                writer.put(id, document.text)
                size += len(document.text.encode())
            if number % 40_000 == 39_999:
                writer.commit()
        writer.commit()
    seconds = time.process_time() - began
    stored = Archive(folder).size()
    return {"documents": len(found) - len(out), "seconds": seconds, "text_bytes": size, **stored,
            "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}  # fmt: skip


def fit(archive: Archive, asked: Iterable[Page]) -> dict[str, Any]:
    """Weights of the logistic curve, from the candidates of pages with and without a source.

    A candidate is right where it is the piece itself, or has at least half of it. One that has some of it is left out: whether
    it is a source is a matter of words.
    """
    rows, right = [], []
    for page in asked:
        hunt = Hunt(page.text, archive, None, CLAIMED_FROM)
        hunt.go()
        for id, found, doubts in hunt.aligned():
            if found.nats <= 0:
                continue
            shared = shared_words(page.original, found.source)
            whole = id == page.source or 2 * shared.same >= shared.words
            if whole or not shares(page.original, found.source):
                rows.append(features(found, doubts))
                right.append(whole)
    x, y = np.column_stack([np.ones(len(rows)), np.array(rows)]), np.array(right, float)
    weights, ridge = np.zeros(x.shape[1]), np.array([0.01, *[RIDGE] * (x.shape[1] - 1)])
    for _ in range(50):  # Newton's method; the small ridge keeps it finite where the two can be parted without an error
        p = 1 / (1 + np.exp(-x @ weights))
        bend = (x * (p * (1 - p))[:, None]).T @ x + np.diag(ridge)
        weights += np.linalg.solve(bend, x.T @ (y - p) - ridge * weights)
    return {"bias": float(weights[0]), "weights": weights[1:].tolist(), "pairs": len(rows), "right": int(sum(right))}


def unfounded(archive: Archive, asked: Iterable[Page]) -> tuple[dict[str, list[int]], list[dict[str, Any]]]:
    """Counts by kind of page whose source is out of sight, and each claim that is none by the rule, to be read."""
    counts: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    claims = []
    for page in asked:
        found = search(page.text, archive)
        kind = "honest" if page.family == "honest" else "spun"
        real = any(shares(page.original, match.comparison.source) for match in found.sources)
        for name, value in (("claimed", bool(found.sources) and not real), ("part of it is there", real)):
            tally(counts[f"neighbours only, {kind}: {name}"], value)
        if found.sources and not real:
            claims.append({"page": page.family, "make": page.make} | _claim(found))
    return dict(counts), claims


def _claim(found: Trace) -> dict[str, Any]:
    first = found.sources[0]
    held = first.comparison
    aligned = [
        {
            "nats": passage.nats,
            "page": held.page[passage.start : passage.end],
            "source": held.source[passage.source_start : passage.source_end],
        }
        for passage in held.passages
        if passage.counted
    ]
    return {"claimed": first.id, "probability": first.probability, "aligned": aligned}


def measured(archive: Archive, asked: Sequence[Page], peers: Sequence[Bm25 | Lsh]) -> dict[str, Any]:
    """Counts by kind of page, for unspin and its peers; seconds of processor time of each query."""
    counts: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    seconds: list[float] = []
    peer_seconds: defaultdict[str, list[float]] = defaultdict(list)
    sure: list[tuple[float, bool]] = []
    for page in asked:
        began = time.process_time()
        found = search(page.text, archive)
        seconds.append(time.process_time() - began)
        if page.source is None:
            claimed = bool(found.sources)
            real = claimed and shares(page.original, found.sources[0].comparison.source)
            kind = "honest" if page.family == "honest" else "spun"
            for name, value in (
                (f"none there, {kind}: claimed", claimed and not real),
                (f"none there, {kind}: part of it is there", real),
            ):
                counts[name][0] += value
                counts[name][1] += 1
            sure.append((found.best, real))
            continue
        key = f"{page.make}, {page.rate:.0%}"
        right = first_is_right(page, found)
        sure.append((found.best, right))
        tally(counts[f"unspin: {key}"], right)
        for peer in peers:
            right, took = asked_of(peer, page)
            peer_seconds[peer.name].append(took)
            tally(counts[f"{peer.name}: {key}"], right)
    return {
        "counts": dict(counts),
        "milliseconds": {name: _times(some) for name, some in (("unspin", seconds), *peer_seconds.items())},
        "calibration": _calibration(sure),
    }


def asked_of(peer: Bm25 | Lsh, page: Page) -> tuple[bool, float]:
    """Whether the first document that a peer names is the source of a page, and its seconds of processor time."""
    began = time.process_time()
    first = peer.first(page.text)
    seconds = time.process_time() - began
    return first is not None and (first == page.source or shares(page.original, peer.texts[first])), seconds


def _times(seconds: Sequence[float]) -> dict[str, float]:
    times = np.array(seconds) * 1_000
    return {"median": float(np.median(times)), "p95": float(np.percentile(times, 95))}


def tally(counts: list[int], right: bool) -> None:
    """Add a page to how many there are, and of them to how many are right."""
    counts[0] += right
    counts[1] += 1


def _calibration(sure: Sequence[tuple[float, bool]]) -> list[dict[str, float]]:
    """Probability as said against how often it was so, in five bins."""
    said, true = np.array([p for p, _ in sure]), np.array([t for _, t in sure])
    bins = []
    for low, high in ((0.0, 0.1), (0.1, 0.5), (0.5, 0.9), (0.9, 0.99), (0.99, 1.01)):
        here = (said >= low) & (said < high)
        if here.any():
            bins.append({"said": float(said[here].mean()), "so": float(true[here].mean()), "pages": int(here.sum())})
    return bins


def alignment(asked: Sequence[Page]) -> dict[str, float]:
    """Words of whole spun pages that come back by their source, and seconds for 10,000 words against 10,000."""
    from rapidfuzz.distance import Levenshtein

    from unspin.text import split
    from unspin.trace import restored

    wrong = total = 0
    whole = [page for page in asked if page.make == "whole" and page.source is not None]
    for page in whole:
        made = restored(compare(page.text, page.original))
        there, original = split(made.restored).lower, split(page.original).lower
        wrong += Levenshtein.distance(there, original)
        total += len(original)
    text, source = ("\n".join(getattr(page, name) for page in whole) for name in ("text", "original"))
    text, source = (" ".join(t.split(" ")[:10_000]) for t in (text, source))
    began = time.process_time()
    compare(text, source)
    return {"pages": len(whole), "words_right": 1 - wrong / max(1, total), "seconds_10000": time.process_time() - began}


def rendered(record: dict[str, Any]) -> str:
    """The figures as a table."""
    lines = ["| what | of | share | 95% interval |", "|---|---|---|---|"]
    for name, (hits, total) in record["counts"].items():
        low, high = wilson(hits, total)[1:3]
        lines.append(f"| {name} | {hits} of {total} | {hits / max(1, total):.3f} | {low:.3f} to {high:.3f} |")
    return "\n".join(lines)


def main() -> None:
    """Run and print; the raw run goes to ``--output``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--documents", type=int, default=200_000, help="in the archive, at most")
    parser.add_argument("--pages", type=int, default=480, help="with a source, and as many without")
    parser.add_argument("--neighbours", type=int, default=500, help="honest and spun pages whose piece is out of sight")
    parser.add_argument("--claims", type=Path, help="where claims that are none by the rule go, to be read")
    parser.add_argument("--archive", type=Path, help="keep the archive here, or take the one that is there")
    parser.add_argument("--fit", action="store_true", help="print weights from the part dev instead")
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--output", type=Path, help="where the raw run goes")
    options = parser.parse_args()
    found = pieces(options.corpora, options.documents)
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.archive or Path(temporary) / "archive"
        build = {} if folder.exists() else built(found, folder)
        print(json.dumps(build), flush=True)
        archive = Hiding(folder)
        if options.fit:
            dev = chain(
                pages(options.corpora, found, "dev", options.pages, FIT_MAKES),
                neighbours(options.corpora, found, "dev", options.neighbours, archive, evenly=True),
            )
            print(json.dumps(fit(archive, dev)))
            return
        asked = list(pages(options.corpora, found, "test", options.pages))
        out = absent(found)
        texts = {id: document.text for id, document in found if id not in out}
        peers: list[Bm25 | Lsh] = [] if options.no_peers else [Bm25(texts), Lsh(texts)]
        search(asked[0].text, archive)
        record = {"build": build, **measured(archive, asked, peers), "alignment": alignment(asked)}
        kept = neighbours(options.corpora, found, "test", options.neighbours, archive)
        counts, claims = unfounded(archive, kept)
        record["counts"] |= counts
    if options.claims:
        options.claims.write_text("".join(json.dumps(claim) + "\n" for claim in claims), encoding="utf-8")
    if options.output:
        command = (
            f"python -m benchmarks.trace --corpora CORPORA --documents {options.documents} --pages {options.pages}"
            f" --neighbours {options.neighbours}" + " --no-peers" * options.no_peers
        )
        records.write(options.output, command, **record)
    print(rendered(record))
    print(json.dumps({name: record[name] for name in ("milliseconds", "calibration", "alignment")}, indent=1))


if __name__ == "__main__":
    main()
