"""The corpora: streamed, and split by document.

A corpus file is zstandard-compressed UTF-8, one paragraph a line and a blank line between documents. A document belongs to
one part for good, by the first 8 hex digits of the SHA-256 of its first 200 characters: 5% ``test`` (reported, never
looked at), 5% ``dev`` (weights of the reader, operating points), the rest ``train``.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import zstandard

Part = Literal["train", "dev", "test"]


@dataclass(frozen=True)
class Document:
    """A clean document: its corpus (file stem), its text and the part it belongs to."""

    corpus: str
    text: str
    part: Part


def part_of(text: str) -> Part:
    """The part that a document belongs to, by its first 200 characters."""
    key = int(hashlib.sha256(text[:200].encode()).hexdigest()[:8], 16) % 100
    return "test" if key < 5 else "dev" if key < 10 else "train"


def documents(file: Path, max_characters: int = 20_000) -> Iterator[Document]:
    """The documents of one corpus file.

    A book is too long to be one example: a document is cut at paragraph ends into pieces of about ``max_characters``,
    which all stay in the part of the whole.
    """
    corpus = file.name.split(".")[0]
    with file.open("rb") as raw:
        lines = io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(raw), encoding="utf-8")
        paragraphs: list[str] = []
        for line in lines:
            if line.strip():
                paragraphs.append(line.rstrip("\n"))
            elif paragraphs:
                yield from _pieces(corpus, paragraphs, max_characters)
                paragraphs = []
        if paragraphs:
            yield from _pieces(corpus, paragraphs, max_characters)


def _pieces(corpus: str, paragraphs: list[str], max_characters: int) -> Iterator[Document]:
    part = part_of("\n".join(paragraphs[:200]))
    piece: list[str] = []
    size = 0
    for paragraph in paragraphs:
        piece.append(paragraph)
        size += len(paragraph) + 1
        if size >= max_characters:
            yield Document(corpus, "\n".join(piece), part)
            piece, size = [], 0
    if piece:
        yield Document(corpus, "\n".join(piece), part)


def all_files(root: Path) -> list[Path]:
    """The corpus files of both kinds, in a fixed order."""
    return [*corpus_files(root, "train"), *corpus_files(root, "negatives")]


def corpus_files(root: Path, kind: Literal["train", "negatives"]) -> list[Path]:
    """The corpus files of a kind, in a fixed order."""
    return sorted((root / kind).glob("*.txt.zst"))
