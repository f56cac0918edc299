"""The documents of a corpus, whatever it is kept in: files, folders and patterns, JSONL, Parquet, CSV, WARC."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Final

from unspin.documents import STANDARD_INPUT, expand, load, shown
from unspin.errors import InputError, UnspinError
from unspin.evaluate.sample import Text

if TYPE_CHECKING:
    from unspin.corpus.sources import Source

__all__ = ["Failed", "texts"]

Failed = Callable[[UnspinError], None]
"""Told what cannot be read; the rest goes on."""

_PLAIN: Final = "text"
_REMOTE: Final = "://"


def texts(inputs: Iterable[str], failed: Failed, text_column: str = "text") -> Iterator[Text]:
    """Every document of the inputs, those of an input in the order of their names.

    Args:
        inputs: files, folders, patterns, ``"-"`` for standard input; fsspec URLs.
        failed: told of every file that cannot be read, and of every file with rows that cannot.
        text_column: where the text stands in JSONL, Parquet and CSV.
    """
    for input in dict.fromkeys(inputs):
        sources, paths = _files(input, failed)
        for path in paths:
            try:
                yield Text(shown(path), load(path).text)
            except UnspinError as error:
                failed(error)
        for source in sources:
            try:
                yield from _rows(source, text_column, failed)
            except UnspinError as error:
                failed(error)


def _files(input: str, failed: Failed) -> tuple[list[Source], list[str]]:
    """The corpus files of an input, and its single documents."""
    if input == STANDARD_INPUT:
        return [], [input]
    from unspin.corpus.sources import discover

    try:
        found = discover([input])
    except UnspinError as error:
        failed(error)
        return [], []
    if _REMOTE in input:
        for wrong in found.errors:
            failed(wrong)
        return found.sources, []
    # Plain text, pages and word processor files are documents here. What is neither is named when it is loaded.
    sources = [source for source in found.sources if source.format.kind != _PLAIN]
    kept_in = {source.url for source in sources}
    paths = [path for path in expand([input]) if path not in kept_in and not (sources and os.path.isdir(path))]
    return sources, paths


def _rows(source: Source, text_column: str, failed: Failed) -> Iterator[Text]:
    """The documents of a corpus file; rows without a text are passed over."""
    from unspin.corpus import formats

    columns = formats.Columns(text=text_column)
    name = shown(source.url)
    broken, first = 0, ""
    try:
        for split in formats.splits(source, columns):
            for chunk in formats.read(source, split, columns, keep=False):
                if chunk.failures and not broken:
                    first = f"{chunk.failures[0].reason} at {chunk.failures[0].offset:,}"
                broken += len(chunk.failures)
                for id, text in zip(
                    *(chunk.batch.column(column).to_pylist() for column in ("id", "text")), strict=True
                ):
                    if text is not None:  # a row without an id is called by the name of its file and its offset
                        yield Text(f"{name}#{id.removeprefix(f'{source.name}:')}", text)
    finally:
        if broken:
            failed(
                InputError(f"{name}: {broken:,} {'row' if broken == 1 else 'rows'} cannot be read; the first: {first}")
            )
