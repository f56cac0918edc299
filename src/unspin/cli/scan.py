"""``unspin scan``: a corpus, annotated or filtered."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated, Any

import typer

from unspin.cli.options import offered
from unspin.cli.runs import Run, carried_out, failed, reported
from unspin.cli.streams import ERROR, NOTHING_SPUN, SPUN, well_behaved
from unspin.errors import MissingExtra, OptionError
from unspin.settings import OPERATING_POINT, Settings

if TYPE_CHECKING:
    from rich.table import Table

    from unspin.scan.plan import Plan

__all__ = ["scan"]

_ROWS = ("parquet", "jsonl")
_KEPT = ("clean", "spun", "restored")


@well_behaved
def scan(
    inputs: Annotated[
        list[str],
        typer.Argument(metavar="INPUT", help="Files, folders, patterns, fsspec URLs.", show_default=False),
    ],
    output: Annotated[
        str,
        typer.Option(
            "--output", "-o", metavar="FOLDER", help="A new folder, or that of a stopped run.", show_default=False
        ),
    ],
    annotate: Annotated[
        bool,
        typer.Option("--annotate/--no-annotate", help="Write a row for each document: scores, verdict, swapped words."),
    ] = True,
    annotate_format: Annotated[
        str,
        typer.Option(
            "--annotate-format",
            metavar="|".join(_ROWS),
            autocompletion=offered(_ROWS),
            help="Format of these rows.",
        ),
    ] = "parquet",
    keep: Annotated[
        str | None,
        typer.Option(
            "--keep",
            metavar="|".join(_KEPT),
            autocompletion=offered(_KEPT),
            help="Write documents again, in the format of the input: untouched those that read as spun, or all others; or"
            " all of them, with what was spun restored in place.",
            show_default=False,
        ),
    ] = None,
    restored_column: Annotated[
        str | None,
        typer.Option(
            "--restored-column",
            metavar="NAME",
            help="Keep the documents restored, but the page's text as it is and the restored text beside it under this name.",
            show_default=False,
        ),
    ] = None,
    restore_from: Annotated[
        float,
        typer.Option(
            "--restore-from",
            metavar="CONFIDENCE",
            help="Restore words from this confidence on; below it the page's word stays.",
            show_default="0, all that the reader restores",
        ),
    ] = 0.0,
    threshold: Annotated[
        float,
        typer.Option(
            "--threshold",
            metavar="RATE",
            help="Call a document spun if at most this share of ordinary documents scores as high.",
        ),
    ] = OPERATING_POINT,
    text_column: Annotated[
        str, typer.Option("--text-column", metavar="NAME", help="Where the text stands; a.b for b in a.")
    ] = "text",
    id_column: Annotated[
        str, typer.Option("--id-column", metavar="NAME", help="Where the name of a document stands.")
    ] = "id",
    workers: Annotated[
        int | None, typer.Option("--workers", metavar="N", help="Processes.  [default: all cores]", show_default=False)
    ] = None,
    no_spans: Annotated[
        bool, typer.Option("--no-spans", help="The verdict alone, no swapped words: several times faster on spun text.")
    ] = False,
    fast: Annotated[
        bool,
        typer.Option(
            "--fast/--no-fast",
            help="--no-fast finds more documents and restores more words; a spun one takes ten times as long.",
        ),
    ] = True,
    longest: Annotated[
        int, typer.Option("--longest", metavar="WORDS", help="Words of a document that are read closely, at most.")
    ] = 20_000,
    time_limit: Annotated[
        float,
        typer.Option("--time-limit", metavar="SECONDS", help="For one document; one that takes longer is skipped."),
    ] = 60.0,
    memory_limit: Annotated[
        int,
        typer.Option(
            "--memory-limit", metavar="MB", help="Of one process; a document that makes it larger is skipped."
        ),
    ] = 2_000,
    json: Annotated[bool, typer.Option("--json", help="Print summary.json on standard output.")] = False,
) -> int:
    """Scan a corpus: annotate every document, keep those that are clean, or mend those that are spun.

    Reads .txt, .jsonl, .csv, .tsv, .warc, .wet (each also .gz and .zst), .parquet, .arrow and folders of the datasets
    library. A fast screen looks at every document; the few that it sends on are read closely, and only what the reader
    says counts. Needs the extra 'scan'.

    FOLDER gets annotations/ (a file for each input file), clean/, spun/ or restored/ with --keep, and summary.json with
    counts, failures, score histograms and throughput. Documents that could not be judged or had to be skipped stay with
    the clean.

    In restored/ every document has its restored text, and one in which nothing was spun stays byte for byte what it was.
    With --restored-column the page's text stays too, and the restored text is a column of its own, null where nothing was
    restored; for .txt a file page.NAME.txt beside page.txt, in WARC a conversion record after the page.

    A run can be stopped at any moment, even by a power cut. The same command goes on where it stopped, and the output is
    the same as without the stop. A document that hangs, grows or crashes its process is skipped, with its reason.

    \b
    Examples:
      unspin scan corpus.jsonl.gz -o scanned
      unspin scan 'crawl/**/*.parquet' --text-column content -o scanned
      unspin scan crawl/ --keep clean --no-annotate -o filtered
      unspin scan crawl/ --keep restored -o mended
      unspin scan corpus.jsonl.gz --restored-column restored --restore-from .9 -o mended
      unspin scan https://example.org/CC-MAIN-00000.warc.wet.gz --no-spans -o wet
      unspin scan crawl/ -o scanned --json | jq .totals.flagged

    Exit status: 0 nothing spun, 1 something spun, 2 something could not be read or written (130: stopped by Ctrl-C).
    """  # noqa: D301 - the help needs the real control character
    if restored_column is not None and keep is None:
        keep = "restored"
    plan = _plan(
        annotate_format if annotate else None, keep, (text_column, id_column, restored_column), threshold, fast,
        {"spans": not no_spans, "longest": longest, "time_limit": time_limit, "restore_from": restore_from},
    )  # fmt: skip
    outcome = carried_out(Run(inputs, output, workers, memory_limit, "flagged"), plan)
    if isinstance(outcome, int):
        return outcome
    reported(outcome, output, _where(outcome.summary, output), json=json, table=_table)
    return ERROR if failed(outcome) else SPUN if outcome.summary["totals"]["flagged"] else NOTHING_SPUN


def _plan(
    annotations: str | None,
    keep: str | None,
    columns: tuple[str, str, str | None],
    threshold: float,
    fast: bool,
    options: dict[str, Any],
) -> Plan:
    """The options, checked."""
    if annotations not in (None, *_ROWS):
        raise OptionError(f"--annotate-format {annotations}: no such format; choose parquet or jsonl")
    if not 0 < threshold < 1:
        raise OptionError(f"--threshold {threshold:g}: not between 0 and 1; give a false-positive rate such as 1e-4")
    if keep not in (None, *_KEPT):
        raise OptionError(f"--keep {keep}: choose clean, spun or restored")
    if not 0 <= options["restore_from"] <= 1:
        raise OptionError(f"--restore-from {options['restore_from']:g}: give a confidence from 0 to 1, such as 0.9")
    if options["restore_from"] and keep != "restored":
        raise OptionError(f"--restore-from {options['restore_from']:g}: nothing is restored; add --keep restored")
    if any(find_spec(module) is None for module in ("orjson", "pyarrow")):  # pyarrow is for the workers to load
        raise MissingExtra("scan", "scanning a corpus")
    from unspin.corpus.formats import Columns
    from unspin.scan import Options, Plan

    text, _, restored = columns
    if restored == text:
        raise OptionError(
            f"--restored-column {text}: holds the page's text; choose another name, or --keep restored alone"
        )
    settings = Settings(operating_point=threshold, fast=fast)
    return Plan(settings, Options(**options), Columns.chosen(*columns), annotations, keep)  # type: ignore[arg-type]  # just checked


def _table(summary: dict[str, Any]) -> Table:
    from unspin.scan.progress import table

    return table(summary)


def _where(summary: dict[str, Any], output: str) -> str:
    """What was found, and where it is: a line."""
    totals, settings = summary["totals"], summary["settings"]
    said = [f"{totals['flagged']:,} of {totals['documents']:,} documents read as machine-spun"]
    if settings["keep"] == "restored":
        restored = totals["restored"]
        left = f", {restored['words_left']:,} left as they stand" if restored["words_left"] else ""
        said.append(f"{restored['documents']:,} restored ({restored['words']:,} words{left})")
    files = ["annotations/"] if settings["annotations"] else []
    files += [f"{settings['keep']}/"] if settings["keep"] else []
    return f"{'; '.join(said)}; see {', '.join([*files, 'summary.json'])} in {output}"
