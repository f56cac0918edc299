"""``unspin read``: one document, explained."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from unspin.cli import options
from unspin.cli.inputs import opened, source_of
from unspin.cli.streams import NOTHING_SPUN, SPUN, coloured, is_terminal, remark, well_behaved, write
from unspin.settings import OPERATING_POINT

if TYPE_CHECKING:
    from unspin.documents import Document
    from unspin.reading import Reading

__all__ = ["read"]

_FORMS = ("lines", "sarif", "diff")


@well_behaved
def read(
    file: options.File,
    json: Annotated[bool, typer.Option("--json", help="One JSON object, format unspin-reading-1.")] = False,
    format: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="|".join(_FORMS),
            autocompletion=options.offered(_FORMS),
            help="For other tools: path:line:col lines, SARIF 2.1.0, or a diff to the restored text.",
            show_default=False,
        ),
    ] = None,
    words: Annotated[
        bool,
        typer.Option("--words", help="Add a table of the swapped words, each with line:column of its first place."),
    ] = False,
    operating_point: options.OperatingPoint = OPERATING_POINT,
    dictionary: options.Dictionary = None,
    deep: options.Deep = None,
    fill_all: options.FillAll = False,
    tortured: options.Tortured = False,
    fast: options.Fast = False,
) -> int:
    """Say whether a document is spun, and show what was swapped.

    Prints the verdict in one sentence, the restored text with every restored ‹word› marked, and the quotations that
    were altered. A word that looks swapped, but for which no guess is sure enough, is left as found; --words lists the
    guesses. Plain text when piped.

    \b
    Examples:
      unspin read page.txt
      unspin read paper.pdf --words
      unspin read https://example.org/article.html
      unspin read - --json < page.txt | jq .share
      unspin read page.txt --format diff | less

    Exit status: 0 not spun, 1 spun, 2 an error.
    """  # noqa: D301 - the help needs the real control character
    settings = options.settings(operating_point, deep, dictionary, tortured, fill_all, fast)
    options.one_form(format, _FORMS, json)
    document = opened(file)
    import unspin

    reading = unspin.read(document.text, settings)
    reading = replace(reading, notes=reading.notes + document.notes)
    if format is not None:
        write(_formatted(format, document, reading))
    elif json:
        from unspin.report.json import to_json

        write(to_json(reading) + b"\n")
    elif coloured(sys.stdout):
        from rich.console import Console

        from unspin.report.terminal import show

        show(reading, Console(highlight=False), source_of(document), words=words)
    else:
        from unspin.report.terminal import plain

        write(plain(reading, source_of(document), words=words).encode("utf-8", "replace"))
    if is_terminal(sys.stderr) and (doubt := options.nearly(reading, operating_point)):
        remark(doubt)
    return SPUN if reading.spun else NOTHING_SPUN


def _formatted(format: str, document: Document, reading: Reading) -> bytes:
    """The reading as another tool takes it."""
    from unspin.documents import stored
    from unspin.report import findings
    from unspin.report.json import dumps
    from unspin.report.source import Entry

    entry = Entry(source_of(document), reading)
    if format == "sarif":
        return dumps(findings.sarif([entry]), indent=True) + b"\n"
    if format == "lines":
        return "".join(f"{line}\n" for line in findings.lines(entry)).encode("utf-8", "replace")
    file = stored(document)
    if file is None:
        return findings.diff(entry).encode("utf-8", "replace")
    lead = file.mark.decode("utf-8") if file.encoding == "utf-8" else ""
    return file.encode_diff(findings.diff(entry, lead))
