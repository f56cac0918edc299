"""``unspin trace``: where a page was taken from."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from unspin.cli import options
from unspin.cli.inputs import opened
from unspin.cli.runs import Run, carried_out, failed, reported
from unspin.cli.streams import ERROR, complain, is_terminal, well_behaved, write
from unspin.cli.teaching import Teaching
from unspin.errors import InputError, MissingExtra, OptionError
from unspin.settings import CLAIMED_FROM

if TYPE_CHECKING:
    from unspin.crawl.plan import Plan

__all__ = ["trace"]

_OF_CORPORA: Final = (
    "annotate_format", "text_column", "id_column", "workers", "longest", "time_limit", "memory_limit",
)  # fmt: skip
"""The options of a run over a corpus."""


@well_behaved
def trace(
    context: typer.Context,
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
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FOLDER",
            help="Trace a whole corpus: a row for each page goes into this folder, new or of a stopped run.",
            show_default=False,
        ),
    ] = None,
    annotate_format: Annotated[
        str, typer.Option("--annotate-format", metavar="parquet|jsonl", help="With -o: format of these rows.")
    ] = "parquet",
    text_column: Annotated[
        str, typer.Option("--text-column", metavar="NAME", help="With -o: where the text stands; a.b for b in a.")
    ] = "text",
    id_column: Annotated[
        str, typer.Option("--id-column", metavar="NAME", help="With -o: where the name of a page stands.")
    ] = "id",
    workers: Annotated[
        int | None,
        typer.Option("--workers", metavar="N", help="With -o: processes.  [default: all cores]", show_default=False),
    ] = None,
    longest: Annotated[
        int, typer.Option("--longest", metavar="WORDS", help="With -o: words of a page that are looked for, at most.")
    ] = 20_000,
    time_limit: Annotated[
        float,
        typer.Option(
            "--time-limit", metavar="SECONDS", help="With -o: for one page; one that takes longer is skipped."
        ),
    ] = 60.0,
    memory_limit: Annotated[
        int,
        typer.Option(
            "--memory-limit", metavar="MB", help="With -o: of one process; a page that makes it larger is skipped."
        ),
    ] = 2_000,
) -> int:
    """Find the article that a page was made from, and prove it.

    The rarest words of the page lead to a few documents of the archive, and the alignment of each with the page decides. Says
    with which probability a document is a source, or that none is in the archive; a page may have several, and each is
    shown with its passages. Near-copies are put together, the earliest first. For one page the evidence follows, as
    unspin compare prints it; for several it is a line each. Needs the extra 'trace'.

    With -o it goes through a whole corpus, with what unspin scan reads (.txt, .jsonl, .csv, .tsv, .warc, .wet, also packed,
    .parquet, .arrow, fsspec URLs): FOLDER gets annotations/, a row for each page with its source, probability and shares, and
    summary.json. A run can be stopped at any moment; the same command goes on where it stopped, and ends with the same bytes.
    Only pages that may be spun are read first.

    \b
    Examples:
      unspin index articles/ -o archive
      unspin trace page.txt --index archive
      unspin trace pages/ --index archive --no-read
      unspin trace page.txt --index archive --json | jq -r '.sources[].id'
      unspin trace pages/ --index archive --teach spinner.tsv
      unspin trace crawl/ --index archive -o traced
      unspin trace 'crawl/*.warc.gz' --id-column WARC-Target-URI --index archive -o traced --annotate-format jsonl

    --teach adds what stands for what in all pairs that were found to a dictionary, with counts.

    Exit status: 0 done, whether a source was found or not; 2 an error, or a page that could not be read (130: stopped by
    Ctrl-C).
    """  # noqa: D301 - the help needs the real control character
    if not 0 < threshold <= 1:
        raise OptionError(
            f"--threshold {threshold:g}: not above 0 and at most 1; give a probability such as {CLAIMED_FROM:g}"
        )
    if output is not None:
        how = {"claimed_from": threshold, "reader": reader, "longest": longest, "time_limit": time_limit}
        plan = _plan(index, annotate_format, (text_column, id_column), how, {"--teach": teach, "--all": everything})
        return _corpus(Run(pages, output, workers, memory_limit, "claimed"), plan, json)
    options.without("-o FOLDER", _OF_CORPORA, context)
    from unspin.corpus.sources import holds_rows
    from unspin.documents import expand
    from unspin.trace import Archive
    from unspin.trace import trace as traced
    from unspin.trace.json import trace_record
    from unspin.trace.wording import evidence, trace_in_words

    learned = Teaching(teach)
    archive = Archive(index)
    paths = expand(pages)
    unread = 0
    with _progress(len(paths)) as advance:
        for path in paths:
            try:
                if holds_rows(path):
                    raise InputError(f"{path}: many pages in one file; add -o FOLDER for a row each")
                found = traced(opened(path).text, archive, reader=reader, claimed_from=threshold)
            except (InputError, MissingExtra) as error:
                unread += 1
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
    return ERROR if unread else 0


def _plan(
    index: str, annotations: str, columns: tuple[str, str], how: dict[str, Any], of_pages: dict[str, Any]
) -> Plan:
    """The options of a run over a corpus, checked; ``of_pages`` are those that it cannot take."""
    for name, given in of_pages.items():
        if given:
            raise OptionError(f"{name} and -o: a corpus gets a row a page and nothing else; leave one out")
    if annotations not in ("parquet", "jsonl"):
        raise OptionError(f"--annotate-format {annotations}: no such format; choose parquet or jsonl")
    try:
        import pyarrow  # noqa: F401 - that it can be imported is what matters
    except ImportError:
        raise MissingExtra("trace", "tracing a corpus") from None
    from unspin.corpus.formats import Columns
    from unspin.crawl import Options, Plan

    return Plan.against(index, options=Options(**how), columns=Columns.chosen(*columns), annotations=annotations)


def _corpus(run: Run, plan: Plan, json: bool) -> int:
    """Trace a corpus; the exit status."""
    outcome = carried_out(run, plan)
    if isinstance(outcome, int):
        return outcome
    from unspin.crawl.wording import table

    totals = outcome.summary["totals"]
    said = f"{totals['claimed']:,} of {totals['documents']:,} pages have a source in the archive"
    where = f"{said}; see annotations/, summary.json in {run.output}"
    reported(outcome, run.output, where, json=json, table=table)
    return ERROR if failed(outcome) else 0


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
