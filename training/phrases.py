r"""Compile the list of tortured phrases.

    python -m training.phrases --list tortured_phrases.json --corpora CORPORA --text scratch/text.npz \\
        --out src/unspin/data/phrases.tsv

Source: the Problematic Paper Screener of Cabanac, Labbé and Magazinov, as published in giladfeldman/torturedcheck
(CC BY 4.0). The entries are cleaned of the collectors' notes, and each is looked up in the training part of the
corpora: what honest writers write is no evidence, however often tools write it too ("search engine" is on the list).

The corpora as ids are kept in ``--text``, which is made once (minutes) and read by :mod:`training.terms` too.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from training.corpora import corpus_files, documents
from training.ngram import WEIGHTS, encode
from unspin.lexicon.phrases import joined
from unspin.text import split

_NOTE: Final = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|,? see http\S*|[\\\"“”*?]")
_EITHER: Final = re.compile(r"\s+/\s+|\s+or\s+(?=\w+\s+\w)|\s*;\s*|\s*\|\s*")
_QUOTED: Final = re.compile(r"‘(\w+)'")
_SLASH: Final = re.compile(r"(\w+)/\w[\w-]*")


def cleaned(tortured: str, correct: str) -> tuple[str, str] | None:
    """An entry without notes, the first of several expected phrases; None if nothing useful is left."""
    found, meant = _plain(tortured), _plain(_EITHER.split(correct)[0])
    explained = _QUOTED.search(meant)
    if explained:  # "the word ‘are' as in the conjugated verb ‘be'"
        meant = explained[1]
    if "/" not in found:
        meant = _SLASH.sub(r"\1", meant)
    if len(found.split()) < 2 and "-" not in found:
        return None
    if meant.count("(") != meant.count(")"):  # cut short in the list
        return None
    if not re.search(r"[a-z]{2}", meant) or "http" in meant or " ".join(found.split("-")) == " ".join(meant.split("-")):
        return None
    return found, meant


def _plain(text: str) -> str:
    text = text.lower().replace("’", "'").replace("\t", " ")
    previous = ""
    while previous != text:
        previous, text = text, _NOTE.sub(" ", text)
    return " ".join(text.split()).strip(" ,.:-")


def read_list(path: Path) -> list[tuple[str, str]]:
    """The cleaned (tortured, expected) pairs, one for each tortured phrase, sorted; the commonest meaning wins."""
    meanings: dict[str, Counter[str]] = {}
    for entry in json.loads(path.read_text(encoding="utf-8"))["phrases"]:
        pair = cleaned(entry["tortured"], entry["correct"])
        if pair is not None:
            meanings.setdefault(pair[0], Counter())[pair[1]] += 1
    return sorted((found, max(sorted(count), key=count.__getitem__)) for found, count in meanings.items())


@dataclass(frozen=True, eq=False)
class Corpus:
    """A corpus as ids of a vocabulary: 0 unknown, 1 before each document, 2 a number."""

    name: str
    ids: NDArray[np.uint16]


def encoded(corpora: Path, kept: Path) -> tuple[list[str], list[Corpus]]:
    """The vocabulary, and the training part of all corpora, read from ``kept`` where that was made before."""
    if not kept.exists():
        words, found = _encoded(corpora)
        kept.parent.mkdir(parents=True, exist_ok=True)
        partial = kept.with_suffix(".part")
        with partial.open("wb") as file:
            arrays = {corpus.name: corpus.ids for corpus in found}
            np.savez(file, **arrays, words=np.frombuffer("\n".join(words).encode(), np.uint8))  # type: ignore[arg-type]
        partial.rename(kept)
    with np.load(kept) as data:
        words = bytes(data["words"]).decode().split("\n")
        return words, [Corpus(name, data[name]) for name in data.files if name != "words"]


def _encoded(corpora: Path) -> tuple[list[str], list[Corpus]]:
    """The vocabulary (of the ``train`` corpora), and the training part of all corpora."""
    files = corpus_files(corpora, "train")

    def texts() -> Iterator[tuple[float, str]]:
        # A billionth of weight tells the corpora apart, which are else put together by weight.
        for number, file in enumerate(files):
            for document in documents(file):
                if document.part == "train":
                    yield WEIGHTS.get(document.corpus, 1.0) + number * 1e-9, document.text

    text = encode(texts())
    names = [file.name.split(".")[0] for file in files]
    found = [Corpus(names[round((s.weight - round(s.weight * 2) / 2) * 1e9)], s.ids) for s in text.streams]
    index = {word: i for i, word in enumerate(text.words)}
    for file in corpus_files(corpora, "negatives"):
        ids: list[int] = []
        for document in documents(file):
            if document.part == "train":
                ids += [1, 1, 1]
                ids += [2 if token[:1].isdecimal() else index.get(token, 0) for token in split(document.text).lower]
        found.append(Corpus(file.name.split(".")[0], np.array(ids, np.uint16)))
    return text.words, found


def honest_counts(pairs: list[tuple[str, str]], words: list[str], corpora: list[Corpus]) -> Counter[int]:
    """How often each phrase stands in the corpora; phrases with a figure or a word unknown there count as unseen."""
    index = {word: i for i, word in enumerate(words) if i > 2}
    phrases: dict[tuple[int, ...], int] = {}
    for number, (found, _) in enumerate(pairs):
        tokens = split(found)
        key = tuple(index.get(tokens.lower[i], 0) for i in joined(tokens))
        if 0 not in key and len(key) > 1:
            phrases.setdefault(key, number)
    lengths = sorted({len(key) for key in phrases})
    first, second = np.zeros(len(words), bool), np.zeros(len(words), bool)
    first[[key[0] for key in phrases]] = True
    second[[key[1] for key in phrases]] = True
    heads = np.unique(np.array([key[0] << 16 | key[1] for key in phrases]))
    counts: Counter[int] = Counter()
    for corpus in corpora:
        ids = corpus.ids[corpus.ids != index["-"]]
        likely = np.flatnonzero(first[ids[:-1]] & second[ids[1:]])
        likely = likely[np.isin(ids[likely].astype(np.int64) << 16 | ids[likely + 1], heads)]
        for at in likely.tolist():
            piece = tuple(ids[at : at + lengths[-1]].tolist())
            counts.update(phrases[piece[:n]] for n in lengths if piece[:n] in phrases)
    return counts


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("list", "corpora", "text", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    options = parser.parse_args()
    pairs = read_list(options.list)
    counts = honest_counts(pairs, *encoded(options.corpora, options.text))
    lines = [f"{found}\t{meant}\t{counts[i]}" for i, (found, meant) in enumerate(pairs)]
    options.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(pairs):,} phrases, {len(counts):,} of them in honest text, {options.out.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
