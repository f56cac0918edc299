"""``unspin trace``: where a page was taken from."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from unspin.cli import options
from unspin.cli.inputs import opened
from unspin.cli.streams import ERROR, complain, is_terminal, well_behaved, write
from unspin.cli.teaching import Teaching
from unspin.errors import InputError, MissingExtra, OptionError
from unspin.settings import CLAIMED_FROM

__all__ = ["trace"]


@well_behaved
def trace(
    pages: Annotated[
        list[str],
        typer.Argument(metavar="PAGE", help="Files, folders, patterns, or - for standard input.", show_default=False),
    ],
    index: Annotated[
        str, typer.Option("--index", metavar="INDEX", help="The archive, made with unspin index.", show_default=False)
    ],
    json: Annotated[bool, typer.Option("--json", help="One JSON object a page, format unspin-trace-1.")] = False,
    reader: Annotated[
        bool,
        typer.Option(
            "--read/--no-read",
            help="Read the pages first, and look for the words that are restored too; without, it takes milliseconds.",
        ),
    ] = True,
    threshold: Annotated[
        float,
        typer.Option("--threshold", metavar="PROBABILITY", help="Call a document a source from this probability on."),
    ] = CLAIMED_FROM,
    everything: Annotated[
        bool, typer.Option("--all", help="Every line of the evidence, not the first twenty.")
    ] = False,
    teach: options.Teach = None,
) -> int:
    """Find the article that a page was made from, and prove it.

    The rarest words of the page lead to a few documents of the archive, and the alignment of each with the page decides. Says
    with which probability a document is a source, or that none is in the archive; a page may have several, and each is
    shown with its passages. Near-copies are put together, the earliest first. For one page the evidence follows, as
    unspin compare prints it; for several it is a line each. Needs the extra 'trace'.

    \b
    Examples:
      unspin index articles/ -o archive
      unspin trace page.txt --index archive
      unspin trace pages/ --index archive --no-read
      unspin trace page.txt --index archive --json | jq -r '.sources[].id'
      unspin trace pages/ --index archive --teach spinner.tsv

    --teach adds what stands for what in all pairs that were found to a dictionary, with counts.

    Exit status: 0 done, whether a source was found or not; 2 an error, or a page that could not be read.
    """  # noqa: D301 - the help needs the real control character
    if not 0 < threshold <= 1:
        raise OptionError(
            f"--threshold {threshold:g}: not above 0 and at most 1; give a probability such as {CLAIMED_FROM:g}"
        )
    from unspin.documents import expand
    from unspin.trace import Archive
    from unspin.trace import trace as traced
    from unspin.trace.json import trace_record
    from unspin.trace.wording import evidence, trace_in_words

    learned = Teaching(teach)
    archive = Archive(index)
    paths = expand(pages)
    failed = 0
    with _progress(len(paths)) as advance:
        for path in paths:
            try:
                found = traced(opened(path).text, archive, reader=reader, claimed_from=threshold)
            except (InputError, MissingExtra) as error:
                failed += 1
                complain(error)
                continue
            finally:
                advance()
            for match in found.sources:
                learned.take(match.comparison)
            if json:
                from unspin.report.json import dumps

                write(dumps(trace_record(found, path)) + b"\n")
                continue
            from unspin.documents import shown

            lines = [f"{shown(path)}\t{trace_in_words(found)}" if len(paths) > 1 else trace_in_words(found)]
            if len(paths) == 1:
                for match in found.sources:
                    lines += ["", f"== {match.id}", *evidence(match.comparison, everything=everything)]
            write("".join(f"{line}\n" for line in lines).encode("utf-8", "replace"))
    learned.save()
    return ERROR if failed else 0


@contextmanager
def _progress(total: int) -> Iterator[Callable[[], None]]:
    """A bar on standard error where there are many pages, somebody watches, and the lines go elsewhere."""
    if total < 2 or not is_terminal(sys.stderr) or is_terminal(sys.stdout):
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    with Progress(BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=Console(stderr=True)) as progress:
        task = progress.add_task("", total=total)
        yield lambda: progress.advance(task)
