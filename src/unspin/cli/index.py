"""``unspin index``: an archive of texts, for ``unspin trace``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from unspin.cli.streams import ERROR, INTERRUPTED, drop_output, is_terminal, remark, well_behaved, write
from unspin.errors import MissingExtra, OptionError

if TYPE_CHECKING:
    from unspin.trace.archive.building import Watcher

__all__ = ["index"]

_NAMED = 20


@well_behaved
def index(
    inputs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="INPUT", help="What goes into it: files, folders, patterns, fsspec URLs.", show_default=False
        ),
    ] = None,
    output: Annotated[
        str,
        typer.Option(
            "--output",
            "-o",
            metavar="INDEX",
            help="The folder of the archive, new or there already.",
            show_default=False,
        ),
    ] = "",
    text_column: Annotated[
        str, typer.Option("--text-column", metavar="NAME", help="Where the text stands; a.b for b in a.")
    ] = "text",
    id_column: Annotated[
        str, typer.Option("--id-column", metavar="NAME", help="Where the name of a document stands.")
    ] = "id",
    date_column: Annotated[
        str,
        typer.Option(
            "--date-column", metavar="NAME", help="Where its date stands (ISO, so that it sorts).", show_default=False
        ),
    ] = "",
    url_column: Annotated[
        str, typer.Option("--url-column", metavar="NAME", help="Where its address stands.", show_default=False)
    ] = "",
    remove: Annotated[
        list[str] | None,
        typer.Option("--remove", metavar="ID", help="Remove this document; may be repeated.", show_default=False),
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="A line for each document: id, words, date, url.")] = False,
    stats: Annotated[bool, typer.Option("--stats", help="How many documents and bytes there are.")] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Read every text of the archive, and say what is damaged.")
    ] = False,
) -> int:
    """Put texts into an archive, where unspin trace looks for the source of a page.

    Reads what unspin scan reads (.txt, .jsonl, .csv, .tsv, .warc, .wet, also packed, .parquet, .arrow) and HTML, PDF and DOCX.
    A document is known by its id: of a row what stands in --id-column, of a file its path. One that is there already is
    replaced, so that the same command brings an archive up to date. Needs the extra 'trace'.

    A build can be stopped at any moment; the same command goes on where it stopped. Whoever searches meanwhile sees the last
    state that was committed. All texts lie in the archive, compressed: the whole is a little smaller than the texts.

    \b
    Examples:
      unspin index articles/ -o archive
      unspin index articles.jsonl -o archive --date-column published --url-column link
      unspin index -o archive --stats
      unspin index -o archive --list | head
      unspin index -o archive --remove articles/a.txt

    Exit status: 0 done, 2 something could not be read or written, or is damaged.
    """  # noqa: D301 - the help needs the real control character
    if not output:
        raise OptionError("no archive is named; name its folder with -o INDEX")
    if not (inputs or remove or listed or stats or check):
        raise OptionError("nothing to do; name texts to put in, or use --list, --stats, --check or --remove ID")
    try:
        import pyarrow  # noqa: F401 - that it can be imported is what matters
    except ImportError:
        raise MissingExtra("trace", "an archive") from None
    failed = False
    if remove:
        from unspin.trace.archive.building import removed

        missing = removed(remove, output)
        for id in missing:
            remark(f"{id}: no such document in {output}; see: unspin index -o {output} --list")
        gone = len(set(remove)) - len(set(missing))
        remark(f"{gone:,} {'document' if gone == 1 else 'documents'} removed from {output}")
        failed = bool(missing)
    if inputs:
        try:
            failed |= _build(inputs, output, (text_column, id_column, date_column, url_column))
        except KeyboardInterrupt:
            remark(f"stopped; the same command goes on where this one ended, in {output}")
            return INTERRUPTED
    return ERROR if _asked(output, listed, stats, check) or failed else 0


def _build(inputs: list[str], output: str, columns: tuple[str, str, str, str]) -> bool:
    """Put texts in; whether something could not be read."""
    from unspin.corpus.formats import Columns
    from unspin.trace.archive.building import build
    from unspin.trace.archive.columns import Further

    with _watcher() as watcher:
        built = build(inputs, output, Columns.chosen(*columns[:2]), Further(*columns[2:]), watcher)
    for line in built.failures[:_NAMED]:
        remark(line)
    if len(built.failures) > _NAMED:
        remark(f"… and {len(built.failures) - _NAMED:,} more could not be read")
    empty = f"; {built.empty:,} without a word {'was' if built.empty == 1 else 'were'} left out" if built.empty else ""
    remark(f"{built.added:,} {'document' if built.added == 1 else 'documents'} put into {output}{empty}")
    return bool(built.failures)


def _asked(output: str, listed: bool, stats: bool, check: bool) -> bool:
    """Answer what is asked of an archive; whether something is damaged."""
    if not (listed or stats or check):
        return False
    from unspin.trace import Archive

    archive = Archive(output)
    if listed:
        try:
            for stored in archive:
                line = "\t".join((stored.id, str(stored.words), stored.date or "", stored.url or ""))
                write(line.encode("utf-8", "replace") + b"\n")
        except BrokenPipeError:  # the list is there to be looked at: who has seen enough of it has seen no error
            drop_output()
    if stats:
        size = archive.size()
        write(f"documents\t{len(archive)}\n".encode())
        for name, count in (*size.items(), ("together", sum(size.values()))):
            write(f"{name}\t{count} bytes\n".encode())
    damaged = 0
    if check:
        for line in archive.problems():
            damaged += 1
            remark(line)
        write(f"{len(archive):,} documents, {damaged:,} with a problem\n".encode())
    return damaged > 0


@contextmanager
def _watcher() -> Iterator[Watcher]:
    """A bar where somebody watches."""
    from unspin.trace.archive.building import Watcher

    if not is_terminal(sys.stderr):
        yield Watcher()
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    class Bar(Watcher):
        """Bytes of the corpora, and documents taken in."""

        def begin(self, size: int, documents: int) -> None:
            self.added = 0
            self.task = progress.add_task("", total=size or documents, documents=0)
            self.by_size = size > 0

        def advance(self, size: int, added: int) -> None:
            self.added += added
            progress.update(self.task, advance=size if self.by_size else added, documents=self.added)

    with Progress(
        BarColumn(), TaskProgressColumn(), TextColumn("{task.fields[documents]:,} documents"), TimeRemainingColumn(),
        console=Console(stderr=True),
    ) as progress:  # fmt: skip
        yield Bar()
