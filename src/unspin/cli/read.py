"""``unspin read``: one document, explained."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Annotated

import typer

from unspin.cli import options
from unspin.cli.inputs import opened
from unspin.cli.streams import NOTHING_SPUN, SPUN, is_terminal, well_behaved, write
from unspin.settings import OPERATING_POINT

__all__ = ["read"]


@well_behaved
def read(
    file: options.File,
    json: Annotated[bool, typer.Option("--json", help="One JSON object, format unspin-reading-1.")] = False,
    words: Annotated[bool, typer.Option("--words", help="Add a table of the swapped words.")] = False,
    operating_point: options.OperatingPoint = OPERATING_POINT,
    dictionary: options.Dictionary = None,
    deep: options.Deep = None,
    fill_all: options.FillAll = False,
    tortured: options.Tortured = False,
) -> int:
    """Say whether a document is spun, and show what was swapped.

    Prints the verdict in one sentence, the restored text with every restored ‹word› marked, and the quotations that
    were altered. A word that looks swapped, but for which no guess is half sure, is left as found; --words lists the
    guesses. Plain text when piped.

    \b
    Examples:
      unspin read page.txt
      unspin read paper.pdf --words
      unspin read https://example.org/article.html
      unspin read - --json < page.txt | jq .share

    Exit status: 0 not spun, 1 spun, 2 an error.
    """  # noqa: D301 - the help needs the real control character
    settings = options.settings(operating_point, deep, dictionary, tortured, fill_all)
    document = opened(file)
    import unspin

    reading = unspin.read(document.text, settings)
    reading = replace(reading, notes=reading.notes + document.notes)
    if json:
        from unspin.report.json import to_json

        write(to_json(reading) + b"\n")
    elif is_terminal(sys.stdout):
        from rich.console import Console

        from unspin.report.terminal import show

        show(reading, Console(highlight=False), words=words)
    else:
        from unspin.report.terminal import plain

        write(plain(reading, words=words).encode("utf-8", "replace"))
    return SPUN if reading.spun else NOTHING_SPUN
