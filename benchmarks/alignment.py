"""How well a page is aligned with its source, and restored from it.

    python -m benchmarks.alignment [--corpora CORPORA] [--families A,B] [--seeds N] [--out benchmarks/runs]

Sources are the project's own prose, put together or, with ``--corpora``, 10,000 words of unseen documents. A page is made of
a source by rule: spun by a family of :mod:`unspin.spinners`, a fifth of its paragraphs moved elsewhere, a tenth dropped,
and a paragraph of another text ("advertising") put in after every fourth one. For each family, at 30% and 70% asked for:

* words aligned right outside and inside moved paragraphs: the words of the page that come from the source, against the
  words that they were made of; of a phrase, that the spans meet. What a spinner put in is right where its place is;
* advertising left alone, and, on a second page, what somebody wrote in place of others' words: there a quarter of the
  paragraphs end in a sentence of another text, and a tenth are other paragraphs altogether;
* words aligned wrong, of all that are aligned;
* the words restored: those that the source's wording gives, against those that were written there;
* seconds of processor time: of the alignment, the texts split and the tables loaded, and of all that ``unspin.compare`` does.

Beside it plain Levenshtein opcodes over the words (rapidfuzz), and pairs of texts that have nothing to do with each other.
"""

from __future__ import annotations

import argparse
import datetime
import json
import re
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.floors import evaluation_set
from unspin.spinners import Specimen, names, simulate
from unspin.text import Kind, Words, sentence_spans, split
from unspin.trace import compare
from unspin.trace.links import Linked, link
from unspin.trace.sides import side

RATES: Final = (0.3, 0.7)
_MOVED, _DROPPED, _BETWEEN = 5, 10, 4
_OTHER_END, _OTHER_PARAGRAPH = 0.25, 0.1
_WORDS: Final = 10_000


@dataclass(frozen=True, eq=False)
class Paragraph:
    """A paragraph of a page: the text, and for each token the tokens ``[first, end)`` of the source that it was made of.

    ``first`` is -1 in advertising; where a token was put in, ``first == end``.
    """

    text: str
    first: NDArray[np.int64]
    end: NDArray[np.int64]
    moved: bool = False


@dataclass(frozen=True, eq=False)
class Page:
    """A page made by rule, with what is true of each of its tokens."""

    text: str
    first: NDArray[np.int64]
    end: NDArray[np.int64]
    moved: NDArray[np.bool_]


def page_of(source: str, advertising: Sequence[str], family: str, rate: float, seed: int) -> Page:
    """A page made of a source."""
    random = np.random.default_rng(seed)
    paragraphs = spun_paragraphs(simulate(source, family, seed=seed, rate=rate))
    for _ in range(len(paragraphs) // _DROPPED):
        del paragraphs[int(random.integers(len(paragraphs)))]
    for _ in range(len(paragraphs) // _MOVED):
        moved = paragraphs.pop(int(random.integers(len(paragraphs))))
        place = int(random.integers(len(paragraphs) + 1))
        paragraphs.insert(place, Paragraph(moved.text, moved.first, moved.end, True))
    for place in range(len(paragraphs) // _BETWEEN * _BETWEEN, 0, -_BETWEEN):
        text = advertising[int(random.integers(len(advertising)))]
        nothing = np.full(len(split(text)), -1, np.int64)
        paragraphs.insert(place, Paragraph(text, nothing, nothing))
    return _page(paragraphs)


def _page(paragraphs: Sequence[Paragraph]) -> Page:
    return Page(
        "\n\n".join(p.text for p in paragraphs),
        np.concatenate([p.first for p in paragraphs]),
        np.concatenate([p.end for p in paragraphs]),
        np.concatenate([np.full(len(p.first), p.moved) for p in paragraphs]),
    )


def edited_page(source: str, others: Sequence[str], family: str, rate: float, seed: int) -> Page:
    """A page made of a source of which some sentences and paragraphs were written anew: others of about their length."""
    random = np.random.default_rng(seed)
    sentences = [sentence for text in others for sentence in re.split(r"(?<=[.!?])\s+", text)]
    paragraphs: list[Paragraph] = []
    for paragraph in spun_paragraphs(simulate(source, family, seed=seed, rate=rate)):
        words = split(paragraph.text)
        last = int(sentence_spans(words)[-1][0])
        chance = random.random()
        if chance < _OTHER_PARAGRAPH:
            paragraphs.append(_anew(paragraph, 0, _as_long(others, len(paragraph.text), random)))
        elif chance < _OTHER_PARAGRAPH + _OTHER_END and last:
            end = _as_long(sentences, len(paragraph.text) - int(words.start[last]), random)
            paragraphs.append(_anew(paragraph, last, end))
        else:
            paragraphs.append(paragraph)
    return _page(paragraphs)


def _as_long(texts: Sequence[str], length: int, random: np.random.Generator) -> str:
    """Of four texts the one whose length comes next to one."""
    return min((texts[int(k)] for k in random.integers(len(texts), size=4)), key=lambda text: abs(len(text) - length))


def _anew(paragraph: Paragraph, tokens: int, text: str) -> Paragraph:
    """The first tokens of a paragraph, and after them another text."""
    kept = paragraph.text[: int(split(paragraph.text).end[tokens - 1])] + " " if tokens else ""
    own = np.full(len(split(kept + text)) - tokens, -1, np.int64)
    return Paragraph(kept + text, np.append(paragraph.first[:tokens], own), np.append(paragraph.end[:tokens], own))


def spun_paragraphs(specimen: Specimen) -> list[Paragraph]:
    """The paragraphs of a specimen with where each token comes from."""
    page, source = split(specimen.text), split(specimen.original)
    first, end = _origins(specimen, page, source)
    text, starts, ends = specimen.text, page.start.tolist(), page.end.tolist()
    breaks = [i for i in range(1, len(page)) if "\n" in text[ends[i - 1] : starts[i]]]
    cuts = zip([0, *breaks], [*breaks, len(page)], strict=True)
    return [Paragraph(text[starts[a] : ends[b - 1]], first[a:b], end[a:b]) for a, b in cuts]


def _origins(specimen: Specimen, page: Words, source: Words) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The tokens of the source that each token of a spun text was made of."""
    first, end = np.zeros(len(page), np.int64), np.zeros(len(page), np.int64)
    shift, at = 0, 0
    swaps = specimen.swaps
    for i, start in enumerate(page.start.tolist()):
        while at < len(swaps) and swaps[at].end <= start:
            shift += len(swaps[at].original) - (swaps[at].end - swaps[at].start)
            at += 1
        begin, stop = start + shift, int(page.end[i]) + shift
        if at < len(swaps) and swaps[at].start <= start < swaps[at].end:
            begin = swaps[at].start + shift
            stop = begin + len(swaps[at].original)
        first[i] = np.searchsorted(source.end, begin, "right")
        end[i] = max(int(np.searchsorted(source.start, stop)), int(first[i]))
    return first, end


def measure(page: Page, found: Linked, seconds: float) -> dict[str, float]:
    """What was right."""
    n = len(page.first)
    first, end = np.full(n, -1, np.int64), np.full(n, -1, np.int64)
    for a, b, c, d in found.links.tolist():
        first[a:b], end[a:b] = c, d
    return {**aligned(page, found.page.words, first, end), "restored": restored(page, found), "seconds": seconds}


def aligned(page: Page, words: Words, first: NDArray[np.int64], end: NDArray[np.int64]) -> dict[str, float]:
    """The words aligned right, by what they are; those of the page that no link reaches have ``first`` -1."""
    meet = np.maximum(first, page.first) < np.minimum(end, page.end)
    empty = (first == end) | (page.first == page.end)  # put in: right where its place lies within
    right = (first >= 0) & (meet | (empty & (np.maximum(first, page.first) <= np.minimum(end, page.end))))
    word = words.kind != Kind.MARK
    own = word & (page.first < 0)
    rest = word & ~own
    return {
        "outside": _mean(right[rest & ~page.moved]),
        "inside": _mean(right[rest & page.moved]),
        "advertising": _mean(first[own] < 0),
        "wrong": 1 - _mean(right[word & (first >= 0)]),
    }


def restored(page: Page, found: Linked) -> float:
    """Share of the words right, of those that the source's wording gives or should have given where it was put in."""
    given: set[int] = set()
    due: set[int] = set()
    wrong = 0
    for start, stop in pairwise(found.ptr.tolist()):
        last = -1
        for a, b, c, d in found.links[start:stop].tolist():
            given |= set(range(c, d))
            for i in range(a, b):
                if page.first[i] < 0:
                    wrong += 1
                    continue
                begin = int(page.first[i])
                # What a spinner took out between two words belongs to the place.
                begin = last if last >= 0 and 0 < begin - last <= 2 and i and page.end[i - 1] == last else begin
                due |= set(range(begin, int(page.end[i])))
                last = int(page.end[i])
    return (len(given & due)) / max(len(given | due) + wrong, 1)


def by_opcodes(page: Page, words: Words, source: Words) -> dict[str, float]:
    """The same for plain Levenshtein opcodes over the words."""
    from rapidfuzz.distance import Levenshtein

    first, end = np.full(len(words), -1, np.int64), np.full(len(words), -1, np.int64)
    begun = time.process_time()
    for code in Levenshtein.opcodes(words.lower, source.lower):
        for i in range(code.src_start, code.src_end):
            if code.tag in ("equal", "replace"):
                first[i] = min(code.dest_start + i - code.src_start, code.dest_end - 1)
                end[i] = first[i] + 1
    return {**aligned(page, words, first, end), "seconds": time.process_time() - begun}


def strangers(texts: Sequence[str]) -> dict[str, float]:
    """The share explained of texts that have nothing to do with each other: the highest, and how many have any."""
    shares = [compare(a, b).explained for a in texts for b in texts if a is not b]
    return {"pairs": len(shares), "with any": sum(share > 0 for share in shares), "highest": max(shares)}


def _mean(values: NDArray[np.bool_]) -> float:
    return float(values.mean()) if len(values) else 1.0


def sources(corpora: Path | None) -> tuple[list[str], list[str]]:
    """The sources, and paragraphs for advertising."""
    if corpora is None:
        texts = list(evaluation_set().values())
        kept, other = texts[2:], texts[:2]
        return ["\n\n".join(kept)], [p for text in other for p in text.split("\n\n") if p.count(" ") > 20]
    from training.specimens import PROSE, held_out

    texts = [d.text for d in held_out(corpora, PROSE, "test", 60, (300, 700), seed=5)]
    source: list[str] = []
    while texts and sum(text.count(" ") for text in source) < _WORDS:
        source.append("\n\n".join(line for line in texts.pop().splitlines() if line.strip()))
    return ["\n\n".join(source)], [p for text in texts for p in text.splitlines() if 20 < p.count(" ") < 120]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print a line for each family and rate, and write the raw run."""
    parser = argparse.ArgumentParser(description="How well a page is aligned with its source.")
    parser.add_argument("--corpora", type=Path)
    parser.add_argument("--families", default=",".join(names()))
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args(arguments)
    texts, advertising = sources(chosen.corpora)
    rows: list[dict[str, Any]] = []
    for family in chosen.families.split(","):
        for rate in RATES:
            for seed in range(1, chosen.seeds + 1):
                for text in texts:
                    rows.append(
                        {"family": family, "rate": rate, "seed": seed, **one(text, advertising, family, rate, seed)}
                    )
                    print(_line(rows[-1]), flush=True)
    report = {
        "command": " ".join(["python -m benchmarks.alignment", *(arguments or sys.argv[1:])]),
        "date": datetime.date.today().isoformat(),
        "rows": rows,
        "mean": {str(rate): _means([row for row in rows if row["rate"] == rate]) for rate in RATES},
        "strangers": strangers(list(evaluation_set().values())),
    }
    print(json.dumps({name: report[name] for name in ("mean", "strangers")}, indent=1))
    if chosen.out:
        (chosen.out / f"{report['date']}-alignment.json").write_text(
            json.dumps(report, indent=1) + "\n", encoding="utf-8"
        )
    return 0


def one(text: str, advertising: Sequence[str], family: str, rate: float, seed: int) -> dict[str, Any]:
    """A page of one source, aligned."""
    page = page_of(text, advertising, family, rate, seed)
    ours, theirs = side(page.text), side(text)
    words, source = ours.words, theirs.words
    if not seed or len(words) != len(page.first):
        raise AssertionError("a page that reads otherwise in one piece than in paragraphs")
    link(side(page.text), side(text))  # whatever is loaded at the first use is loaded
    begun = time.process_time()
    found = link(ours, theirs)
    linked = time.process_time()
    compare(page.text, text)
    figures: dict[str, Any] = {**measure(page, found, linked - begun), "compare_seconds": time.process_time() - linked}
    edited = edited_page(text, advertising, family, rate, seed)
    there = measure(edited, link(side(edited.text), theirs), 0)
    figures["edited"] = {
        "outside": there["outside"], "written anew, left alone": there["advertising"],
        "wrong": there["wrong"], "restored": there["restored"],
    }  # fmt: skip
    rest = page.first >= 0
    spun = [words.lower[i] != source.lower[min(int(page.first[i]), len(source) - 1)] for i in np.flatnonzero(rest)]
    return {
        "page": int((words.kind != Kind.MARK).sum()),
        "source": int((source.kind != Kind.MARK).sum()),
        "spun": float(np.mean(spun)),
        **figures,
        "opcodes": by_opcodes(page, words, source),
    }


def _line(row: dict[str, Any]) -> str:
    return (
        f"{row['family']:17} {row['rate']:.1f} ({row['spun']:.0%} of {row['page']:,} words) outside {row['outside']:.4f}"
        f" inside {row['inside']:.4f} advertising {row['advertising']:.4f} restored {row['restored']:.4f}"
        f" wrong {row['wrong']:.4f} edited: anew left alone {row['edited']['written anew, left alone']:.3f}"
        f" {row['seconds']:.2f} s | opcodes {row['opcodes']['outside']:.3f} {row['opcodes']['inside']:.3f}"
    )


def _means(rows: Sequence[dict[str, Any]]) -> dict[str, float]:
    names_ = ("outside", "inside", "advertising", "restored", "wrong", "seconds", "compare_seconds")
    found = {name: round(float(np.mean([row[name] for row in rows])), 4) for name in names_}
    for name in rows[0]["edited"]:
        found[f"edited, {name}"] = round(float(np.mean([row["edited"][name] for row in rows])), 4)
    return found


if __name__ == "__main__":
    sys.exit(main())
