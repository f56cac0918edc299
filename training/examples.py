"""Endless training examples: windows of documents, spun afresh with a new random dictionary each.

    python -m training.examples --corpora CORPORA --encoder MINILM_FOLDER --out scratch/shards --shards 40

A shard is an ``.npz`` of windows of 128 wordpieces. Words are hidden when the shard is made: one ``[MASK]`` for a whole
word, so that the number of its pieces tells nothing. Half of the spun windows are partly restored already, since the
reader's later looks and rounds read such text: their restored words count as written.

==============  ====================  ==================================================================================
``pieces``      uint16[windows, 128]  wordpieces, 0 padding
``first``       bool[windows, 128]    first piece of a word (of letters or figures)
``state``       uint8[windows, 128]   at first pieces: 0 as written, 1 swapped, 2 part of a swapped phrase, 3 unjudged
``hidden``      bool[windows, 128]    the word is behind a mask
``target``      int32[windows, 128]   at first pieces: id of the word as written; -1 if it is no possible original
``form``        int32[windows, 128]   at first pieces: id of the word as found; -1 if unknown
``family``      uint8[windows]        the family that spun it, its place in :data:`FAMILIES`; :data:`HONEST` if none did
==============  ====================  ==================================================================================
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from training import machine_pages
from training.corpora import Document, all_files, documents
from training.fluent import Fluent
from training.roughening import roughen
from unspin.lexicon import Lexicon, load
from unspin.model.ngram import NGram
from unspin.spinners import Aligned, Edit, Spinner, family
from unspin.spinners.edits import SWAPPED, WRITTEN, align_edit
from unspin.spinners.simulate import render
from unspin.text import Kind, Words, split

WINDOW: Final = 128
CLS, SEP, MASK = 101, 102, 103
# Share of the windows drawn from each corpus: prose like the pages that get spun first, odd honest text always a little.
SHARE: Final = {
    "whitehouse": 0.30, "wikipedia_sample": 0.20, "arxiv_abstracts": 0.10, "classic_books": 0.07, "novels_eltec": 0.04,
    "usgov_web": 0.08, "openstax_history": 0.03, "openstax_government": 0.03, "openstax_sociology": 0.03,
    "news_onestop": 0.06,
    "law_dc": 0.012, "ocr_sentinel": 0.012, "openstax_chemistry": 0.012, "poetry": 0.012, "shakespeare": 0.012,
    "bible_old": 0.008, "contracts_cuad": 0.01, "masc": 0.03, "patent_abstracts": 0.015, "presidents": 0.008,
}  # fmt: skip
HONEST_ONLY: Final = frozenset(["law_dc", "ocr_sentinel", "openstax_chemistry", "poetry", "shakespeare", "bible_old",
                                "contracts_cuad", "presidents"])  # fmt: skip
UNSEEN: Final = frozenset(["recipes", "speech_scotus", "stories_african"])
"""Kinds of honest text that no training reads: what the rate is on kinds never seen is measured on them."""
HONEST_SHARE: Final = 0.3
ROUGH_SHARE: Final = 0.35
"""Share of the honest windows that are made rough (:mod:`training.roughening`)."""
_ROUGH_AND_SPUN: Final = 0.06
_HIDE_RESTORED: Final = 0.25
_HIDE_PHRASE: Final = 0.5
FAMILIES: Final = {
    "wordnet-walk": 0.08, "wordnet-step": 0.02, "fluent-synonyms": 0.04, "thesaurus": 0.03, "neighbours": 0.04,
    "rewriter": 0.04, "spinbot": 0.03, "tortured": 0.01,
    "phrase-thesaurus": 0.12, "pivot": 0.06, "gloss": 0.05, "noun-swaps": 0.03, "fluent-context": 0.05,
    "machine-pages": 0.40,
}  # fmt: skip
TWICE: Final = 0.15
"""Share of the spun documents that a second spinner has gone over."""
HONEST: Final = 255


class WordPieces:
    """Wordpieces of single words, remembered."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        tokenizer.no_padding()
        tokenizer.no_truncation()
        self._encode = tokenizer.encode
        self._known: dict[str, list[int]] = {}

    def __call__(self, word: str) -> list[int]:
        """The pieces of a word, at most 8."""
        pieces = self._known.get(word)
        if pieces is None:
            pieces = self._known[word] = self._encode(word, add_special_tokens=False).ids[:8] or [100]
        return pieces


class Spun(NamedTuple):
    """A document after a spinner, or two of them.

    Attributes:
        tokens: its tokens, labelled.
        put_in: whether each was put in, and stands for nothing.
        phrase: for the first token of a phrase that stands for one word, that word; -2 for the phrase's other tokens, -1
            for all others.
    """

    tokens: list[Aligned]
    put_in: list[bool]
    phrase: list[int]


@lru_cache(maxsize=1)
def _spinners() -> tuple[Spinner, ...]:
    """The families of :data:`FAMILIES`, in order."""
    own: dict[str, Callable[[], Spinner]] = {
        "fluent-context": lambda: Fluent(NGram.load()),
        "machine-pages": lambda: machine_pages.load(load()),
    }
    return tuple(own[name]() if name in own else family(name) for name in FAMILIES)


def _drawn(random: np.random.Generator) -> int:
    weights = np.array(list(FAMILIES.values()))
    return int(random.choice(len(weights), p=weights / weights.sum()))


def spin(words: Words, number: int, lexicon: Lexicon, random: np.random.Generator) -> Spun:
    """A document spun by the family ``number``, now and then by another one after it."""
    rate = float(random.choice([random.uniform(0.03, 0.15), random.uniform(0.15, 0.45), random.uniform(0.2, 0.6)]))
    edits = _spinners()[number].spin(words, lexicon, rate, random)
    first = labelled(words, edits)
    if random.random() >= TWICE:
        return first
    between = split(render(words, edits).text)
    if len(between) != len(first.tokens):  # a term that glues to its neighbours: rare, and not worth an alignment
        return first
    return _over(first, labelled(between, _spinners()[_drawn(random)].spin(between, lexicon, rate / 2, random)))


def labelled(words: Words, edits: tuple[Edit, ...]) -> Spun:
    """A document with the edits of a spinner made in it."""
    spun = Spun([], [], [])
    at = 0
    for edit in (*edits, Edit(len(words), len(words), "")):
        written = range(at, edit.begin)
        new = list(align_edit(edit))
        inflated = len(new) > 1 and edit.end - edit.begin == 1
        spun.tokens.extend([*(Aligned(words.lower[i], WRITTEN, i) for i in written), *new])
        spun.put_in.extend([False] * len(written) + [edit.begin == edit.end] * len(new))
        spun.phrase.extend([-1] * len(written))
        spun.phrase.extend((edit.begin if k == 0 else -2) if inflated else -1 for k in range(len(new)))
        at = edit.end
    return spun


def _over(first: Spun, again: Spun) -> Spun:
    """What a second spinner made of a spun document, labelled against what was written before both."""
    spun = Spun([], [], [])
    for token, added, stands_for in zip(*again, strict=True):
        if token.source >= 0:
            below = first.tokens[token.source]
            spun.tokens.append(Aligned(token.token, max(token.state, below.state), below.source))
            spun.put_in.append(first.put_in[token.source])
            spun.phrase.append(first.phrase[token.source])
        else:
            spun.tokens.append(token)
            spun.put_in.append(added)
            spun.phrase.append(first.tokens[stands_for].source if stands_for >= 0 else stands_for)
    return spun


def windows(
    document: Document, lexicon: Lexicon, pieces_of: WordPieces, random: np.random.Generator, most: int = 6
) -> Iterator[tuple[NDArray[np.int64], ...]]:
    """Spin a document (or leave it) and cut it into windows: (pieces, first, state, hidden, target, form, family)."""
    honest = document.corpus in HONEST_ONLY or random.random() < HONEST_SHARE
    rough = random.random() < (ROUGH_SHARE if honest else _ROUGH_AND_SPUN)
    words = split(roughen(document.text, lexicon, random) if rough else document.text)
    name = HONEST if honest else _drawn(random)
    spun = labelled(words, ()) if honest else spin(words, name, lexicon, random)
    hide_swapped = float(random.choice([0.25, 0.6, 0.95]))
    hide_written = 0.12 if honest else 0.10
    restored = float(random.choice([0.0, 0.0, 0.5, 0.9]))

    rows: list[tuple[NDArray[np.int64], ...]] = []
    columns: tuple[list[int], ...] = ([CLS], [0], [3], [0], [-1], [-1])

    def close() -> None:
        row = np.zeros((7, WINDOW), np.int64)
        row[2], row[4], row[5], row[6] = 3, -1, -1, name
        for part, column in zip(row, columns, strict=False):
            part[: len(column)] = column
        row[0, len(columns[0])] = SEP
        rows.append(tuple(row))
        for column, value in zip(columns, (CLS, 0, 3, 0, -1, -1), strict=True):
            column[:] = [value]

    def put(surface: str, judged: bool, state: int, target: int, form: int, hide: float) -> None:
        hidden = judged and random.random() < hide and target >= 0
        pieces = [MASK] if hidden else pieces_of(surface)
        if len(columns[0]) + len(pieces) >= WINDOW:
            close()
        for i, piece in enumerate(pieces):
            lead = judged and i == 0
            values = (piece, int(lead), state if lead else 3, int(hidden), target if lead else -1, form if lead else -1)
            for column, value in zip(columns, values, strict=True):
                column.append(value)

    def possible(source: int) -> int:
        """The id of a word as written, -1 where it is no possible original."""
        original = int(lexicon.index.get(words.lower[source], -1)) if source >= 0 else -1
        return original if original < lexicon.vocabulary else -1

    behind = False
    for (token, state, source), added, stands_for in zip(*spun, strict=True):
        if behind and stands_for == -2:
            continue  # the phrase that it belongs to is behind one mask
        behind = stands_for >= 0 and possible(stands_for) >= 0 and random.random() < hide_swapped * _HIDE_PHRASE
        if behind:
            put(token, True, SWAPPED, possible(stands_for), -1, 2.0)
            continue
        judged = split(token).kind[0] != Kind.MARK
        hide = hide_swapped if state == SWAPPED else hide_written
        if state == SWAPPED and source >= 0 and random.random() < restored:
            token, state, hide = words.lower[source], WRITTEN, _HIDE_RESTORED
        target = possible(source)
        if added:
            state, target, hide = SWAPPED, lexicon.vocabulary, hide_swapped
        put(token, judged, state, target, int(lexicon.index.get(token, -1)), hide)
    if len(columns[0]) > 24 or not rows:
        close()
    chosen = random.permutation(len(rows))[:most]
    return (rows[i] for i in chosen)


def shard(
    pool: dict[str, list[Document]], lexicon: Lexicon, pieces_of: WordPieces, seed: int, size: int
) -> dict[str, NDArray[np.generic]]:
    """``size`` windows drawn from the pool of documents."""
    random = np.random.default_rng(seed)
    names = [name for name in SHARE if pool.get(name)]
    weights = np.array([SHARE[name] for name in names])
    rows: list[tuple[NDArray[np.int64], ...]] = []
    while len(rows) < size:
        choices = pool[names[int(random.choice(len(names), p=weights / weights.sum()))]]
        rows += windows(choices[int(random.integers(len(choices)))], lexicon, pieces_of, random)
    stacked = np.array(rows[:size])[random.permutation(size)]
    types = (np.uint16, np.bool_, np.uint8, np.bool_, np.int32, np.int32)
    names_of = ("pieces", "first", "state", "hidden", "target", "form")
    arrays: dict[str, NDArray[np.generic]] = {
        name: stacked[:, i].astype(kind) for i, (name, kind) in enumerate(zip(names_of, types, strict=True))
    }
    return arrays | {"family": stacked[:, 6, 0].astype(np.uint8)}


def read_pool(corpora: Path) -> dict[str, list[Document]]:
    """All training documents by corpus, in memory (300 MB)."""
    pool: dict[str, list[Document]] = {}
    for file in all_files(corpora):
        found = [d for d in documents(file, 6_000) if d.part == "train" and len(d.text) > 200]
        pool[file.name.split(".")[0]] = found
    return pool


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("corpora", "encoder", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--shards", type=int, default=40)
    parser.add_argument("--begin", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1_000, help="that of shard 0; each next shard's is one more")
    parser.add_argument("--size", type=int, default=6_400, help="windows in a shard")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    lexicon, pieces_of = load(), WordPieces(Tokenizer.from_file(str(options.encoder / "tokenizer.json")))
    pool = read_pool(options.corpora)
    for number in range(options.begin, options.begin + options.shards):
        target = options.out / f"{number:05d}.npz"
        partial = target.with_suffix(".part")
        with partial.open("wb") as file:
            np.savez_compressed(file, **shard(pool, lexicon, pieces_of, options.seed + number, options.size))  # type: ignore[arg-type]
        partial.rename(target)
        print(target.name, flush=True)


if __name__ == "__main__":
    main()
