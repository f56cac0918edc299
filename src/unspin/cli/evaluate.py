"""``unspin evaluate``: how unspin does on somebody's own texts."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Protocol

import typer

from unspin.cli import options
from unspin.cli.streams import ERROR, coloured, complain, is_terminal, remark, well_behaved, write
from unspin.cores import available_cores
from unspin.errors import MissingInput, OptionError, UnspinError
from unspin.files import save
from unspin.settings import OPERATING_POINT

if TYPE_CHECKING:
    from unspin.evaluate import Evaluation, Plan, Sample

__all__ = ["evaluate"]

_STANDARD_OUTPUT = "-"
_LONG = 60.0  # seconds from which on it is said how to have it shorter
_WORTH_A_WORKER = 10.0  # seconds of reading; it takes a process two to start


class _Show(Protocol):
    """Shows how far it is."""

    def __call__(self, done: int, total: int | None = None) -> None:
        """So many are done, of so many if that is known."""


@well_behaved
def evaluate(
    corpus: Annotated[
        list[str],
        typer.Argument(
            metavar="CORPUS",
            help="Honest texts: files, folders, patterns; JSONL, Parquet, CSV, WARC; fsspec URLs.",
            show_default=False,
        ),
    ],
    documents: Annotated[int, typer.Option("--documents", metavar="N", help="How many to read, at most.")] = 1_000,
    specimens: Annotated[
        int,
        typer.Option(
            "--specimens", metavar="N", help="How many of them to spin, for each family and share; 0 for none."
        ),
    ] = 25,
    words: Annotated[
        int, typer.Option("--words", metavar="N", help="Words of a document that are read at most.")
    ] = 600,
    families: Annotated[
        str | None,
        typer.Option(
            "--families", metavar="NAME,…", help="Families of spinners; all if not given.", show_default=False
        ),
    ] = None,
    shares: Annotated[
        str, typer.Option("--shares", metavar="SHARE,…", help="Shares of the words to swap.")
    ] = "5%,10%,20%,30%,50%",
    operating_point: options.OperatingPoint = OPERATING_POINT,
    rate: Annotated[
        float | None,
        typer.Option(
            "--rate",
            metavar="RATE",
            help="The false-positive rate you want to state; the operating point if not given.",
            show_default=False,
        ),
    ] = None,
    restoration: Annotated[
        bool, typer.Option("--restoration/--no-restoration", help="Also restore specimens; half of the time.")
    ] = True,
    text_column: Annotated[
        str, typer.Option("--text-column", metavar="NAME", help="Where the text stands in JSONL, Parquet and CSV.")
    ] = "text",
    seed: Annotated[
        int, typer.Option("--seed", metavar="N", help="Another seed takes other documents and other dictionaries.")
    ] = 0,
    workers: Annotated[
        int | None,
        typer.Option("--workers", metavar="N", help="Processes; all cores if not given.", show_default=False),
    ] = None,
    json: Annotated[
        str | None,
        typer.Option(
            "--json",
            metavar="FILE",
            help="Write unspin-evaluation-1; - for standard output, in the place of the table.",
            show_default=False,
        ),
    ] = None,
    plot: Annotated[
        list[str] | None,
        typer.Option(
            "--plot", metavar="FILE", help="A picture, .png or .svg; needs the extra 'evaluate'.", show_default=False
        ),
    ] = None,
) -> int:
    """Measure unspin on your own texts: false positives, recall, restoring.

    The texts are taken as honest: what reads as spun among them is a false positive. Some are spun by simulated spinners and
    read again. The same texts give the same figures.

    \b
    Examples:
      unspin evaluate articles/
      unspin evaluate crawl.jsonl.zst --documents 30000 --specimens 0
      unspin evaluate 'archive/*.parquet' --json figures.json --plot figures.svg

    Exit status: 0 done, 2 an error, or something could not be read.
    """  # noqa: D301 - the help needs the real control character
    from unspin.evaluate import Plan, sample
    from unspin.evaluate import evaluate as measure
    from unspin.evaluate import plot as plots
    from unspin.evaluate.plan import families as all_families
    from unspin.evaluate.texts import texts

    if workers is not None and workers < 1:
        raise OptionError(f"--workers {workers}: too few; give a whole number from 1")
    plan = Plan(
        documents=documents,
        specimens=specimens,
        words=words,
        families=all_families() if families is None else _names(families),
        shares=_shares(shares),
        operating_point=operating_point,
        rate=rate,
        restoration=restoration,
        seed=seed,
    )
    pictures = [(Path(file), plots.check(file)) for file in plot or ()]
    for file in (*(path for path, _ in pictures), *(() if json in (None, _STANDARD_OUTPUT) else (Path(str(json)),))):
        _check_target(file, corpus)
    failed: list[UnspinError] = []

    def fail(error: UnspinError) -> None:
        failed.append(error)
        complain(error)

    with _progress("documents seen", bar=False) as show:
        drawn = sample(
            texts(corpus, fail, text_column),
            plan.documents,
            words=plan.words,
            seed=plan.seed,
            watch=show,
        )
    if not drawn.texts:
        if failed:
            return ERROR
        raise MissingInput(f"{' '.join(corpus)}: no documents; check the path and --text-column")
    cores = _announce(plan, drawn, workers)
    with _progress("documents read", bar=True) as show:
        evaluation = measure(drawn, plan, workers=cores, watch=show)
    _print(evaluation, json)
    for file, format in pictures:
        save(file, plots.to_bytes(evaluation, format))
    return ERROR if failed else 0


def _names(given: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip() for name in given.split(",") if name.strip()))
    if not names:
        raise OptionError("--families: none named; leave it out for all, or give --specimens 0")
    return names


def _shares(given: str) -> tuple[float, ...]:
    """``"5%,0.1"`` as shares, in order.

    Raises:
        OptionError: one is no number.
    """
    shares = set()
    for share in filter(None, (part.strip() for part in given.split(","))):
        try:
            shares.add(round(float(share.removesuffix("%")) / (100 if share.endswith("%") else 1), 6))
        except ValueError:
            raise OptionError(f"--shares {share}: not a number; give shares such as 10%,30%") from None
    if not shares:
        raise OptionError("--shares: none given; give shares such as 10%,30%, or --specimens 0")
    return tuple(sorted(shares))


def _announce(plan: Plan, drawn: Sample, workers: int | None) -> int:
    """Say what is going to be done and how long it takes; the number of processes that are worth starting."""
    lengths = [text.count(" ") + 1 for _, text in drawn.texts]
    alone = plan.seconds(lengths, 1)
    cores = workers or max(1, min(available_cores(), int(alone / _WORTH_A_WORKER)))
    spun = min(plan.specimens, len(drawn.texts)) * len(plan.families) * len(plan.spun_shares)
    also = f", then {spun:,} specimens" if spun else ""
    seconds = plan.seconds(lengths, cores)
    shorter = f"; shorter with --specimens {max(1, plan.specimens // 5)}" if spun and seconds > _LONG else ""
    remark(
        f"reading {len(drawn.texts):,} of {drawn.seen:,} documents{also}: about {_duration(seconds)}"
        f" on {cores} {'core' if cores == 1 else 'cores'}{shorter}"
    )
    return cores


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(5, 5 * round(seconds / 5))} seconds"
    return f"{round(seconds / 60)} minutes" if seconds < 5400 else f"{seconds / 3600:.1f} hours"


def _print(evaluation: Evaluation, json: str | None) -> None:
    """The figures to standard output, and as JSON to where it is asked for."""
    from unspin.evaluate import record, table

    if json == _STANDARD_OUTPUT:
        write(record.to_json(evaluation))
        return
    tables = table.tables(evaluation)
    if coloured(sys.stdout):
        from rich.console import Console

        console = Console(highlight=False)
        for part in tables:
            console.print(table.rich(part))
    else:
        write(table.plain(tables).encode("utf-8", "replace"))
    if json is not None:
        save(json, record.to_json(evaluation))


def _check_target(file: Path, corpus: Sequence[str]) -> None:
    """Refuse a file that cannot be written, before the measuring.

    Raises:
        OptionError: its folder is not there or not to be written to, it is a folder, or one of the documents.
    """
    if file.exists() and any(os.path.exists(path) and os.path.samefile(path, file) for path in corpus):
        raise OptionError(f"{file}: would write over a document; choose another name")
    written_through = file.exists() and not file.is_file() and os.access(file, os.W_OK)  # a pipe, a device
    if file.is_dir() or not (written_through or os.access(file.parent, os.W_OK)):
        raise OptionError(f"{file}: cannot be written; check the path and its permissions")


@contextmanager
def _progress(what: str, *, bar: bool) -> Iterator[_Show | None]:
    """How far it is, on standard error where somebody watches; None elsewhere."""
    if not is_terminal(sys.stderr):
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, ProgressColumn, TextColumn, TimeRemainingColumn

    columns: Sequence[ProgressColumn] = (TextColumn("{task.completed:,} " + what),)
    if bar:
        columns = (BarColumn(), *columns, TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=None)

        def show(done: int, total: int | None = None) -> None:
            progress.update(task, completed=done, total=total)

        yield show
