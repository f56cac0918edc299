"""``unspin check``: many documents, a line each."""

from __future__ import annotations

import sys
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from unspin.cli import options
from unspin.cli.streams import ERROR, NOTHING_SPUN, SPUN, coloured, complain, is_terminal, remark, well_behaved, write
from unspin.cores import available_cores
from unspin.errors import InputError, MissingExtra, OptionError, UnknownFormat
from unspin.settings import OPERATING_POINT

if TYPE_CHECKING:
    from rich.console import Console

    from unspin.documents import Document
    from unspin.reading import Reading
    from unspin.report.source import Entry
    from unspin.settings import Settings

__all__ = ["check"]

Outcome = tuple[str, "Reading | InputError", "Document | None"]
Show = Callable[[str, "Reading | InputError", "Document | None"], None]

_FORMS = ("lines", "sarif")
_UNREAD = "unread"
_LEFT_OUT = {"unjudged": "cannot be judged", _UNREAD: "could not be read"}
_HEADS = ("document", "scores as high", "swapped", "verdict")
_PATH_WIDTH = 48  # on a terminal; longer paths push their line to the right


@well_behaved
def check(
    paths: Annotated[
        list[str],
        typer.Argument(metavar="PATH", help="Files, folders, patterns, or - for standard input.", show_default=False),
    ],
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line, format unspin-check-1.")] = False,
    jobs: Annotated[
        int,
        typer.Option(
            "--jobs", "-j", metavar="N", help="Documents read at a time, each by a process of 800 MB; 0 for all cores."
        ),
    ] = 1,
    format: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="|".join(_FORMS),
            autocompletion=options.offered(_FORMS),
            help="For other tools: path:line:col lines of all swaps, or SARIF 2.1.0.",
            show_default=False,
        ),
    ] = None,
    operating_point: options.OperatingPoint = OPERATING_POINT,
    dictionary: options.Dictionary = None,
    deep: options.Deep = None,
    tortured: options.Tortured = False,
    fast: options.Fast = False,
) -> int:
    """Check many documents, a line for each.

    The columns are path, how often ordinary documents score as high, share of the words that look swapped, and verdict,
    with the reason where a document cannot be judged. Piped, tabs divide them, both figures are shares, and there are no
    heads. A document that cannot be read is named on standard error and stops nothing but itself. Of more than one
    document the counts follow, on standard error. With --jobs the lines are the same, in the same order.

    \b
    Examples:
      unspin check page.txt
      unspin check articles/ 'more/**/*.pdf' --jobs 4
      unspin check articles/ | sort -t "$(printf '\\t')" -k2g
      unspin check articles/ --json | jq -r 'select(.spun).path'
      unspin check articles/ --format sarif > spun.sarif

    Exit status: 0 nothing spun, 1 something spun, 2 something could not be read.
    """  # noqa: D301 - the help needs the real control character
    settings = options.settings(operating_point, deep, dictionary, tortured, fast=fast)
    options.one_form(format, _FORMS, json)
    if jobs < 0:
        raise OptionError(f"--jobs {jobs}: give a number from 1, or 0 for all cores")
    from unspin.documents import expand

    documents = expand(paths)
    workers = max(1, min(jobs or available_cores(), len(documents)))
    entries: list[Entry] = []
    show = _printer(json, documents) if format is None else partial(_collect, format, entries)
    counts: Counter[str] = Counter()
    with _progress(len(documents)) as advance:
        for path, outcome, document in _outcomes(documents, settings, workers):
            if isinstance(outcome, InputError):
                complain(outcome)
            counts[_told(outcome)] += 1
            show(path, outcome, document)
            if advance is not None:
                advance()
    if format == "sarif":
        from unspin.report.findings import sarif
        from unspin.report.json import dumps

        write(dumps(sarif(entries), indent=True) + b"\n")
    if len(documents) > 1:
        remark(_in_total(counts, operating_point))
    return ERROR if counts[_UNREAD] else SPUN if counts["spun"] else NOTHING_SPUN


def _told(outcome: Reading | InputError) -> str:
    """The name of what came of a document, to count it under."""
    return _UNREAD if isinstance(outcome, InputError) else outcome.verdict


def _in_total(counts: Counter[str], operating_point: float) -> str:
    """The counts of all documents: a line."""
    judged = counts["spun"] + counts["written"]
    said = [
        f"{counts['spun']:,} of {judged:,} read as machine-spun",
        f"about {judged * operating_point:.2g} expected by chance",
    ]
    said += [f"{counts[name]:,} {words}" for name, words in _LEFT_OUT.items() if counts[name]]
    return "; ".join(said)


def _outcomes(paths: Sequence[str], settings: Settings, workers: int) -> Iterator[Outcome]:
    """Each path with its reading or its error, in order, however far ahead the reader takes its texts."""
    import unspin
    from unspin.cli.inputs import opened

    waiting: deque[Document | Outcome] = deque()

    def texts() -> Iterator[str]:
        for path in paths:
            try:
                document = opened(path)
            except InputError as error:
                waiting.append((path, error, None))
                continue
            except MissingExtra as error:  # for this document only: the others may be plain text
                waiting.append((path, UnknownFormat(str(error)), None))
                continue
            waiting.append(document)
            yield document.text

    for reading in unspin.read_many(texts(), settings, workers=workers):
        yield from _failures(waiting)
        document = waiting.popleft()
        assert not isinstance(document, tuple)
        yield document.path, replace(reading, notes=reading.notes + document.notes), document
    yield from _failures(waiting)


def _failures(waiting: deque[Document | Outcome]) -> Iterator[Outcome]:
    """Take the errors at the head of the queue."""
    while waiting and isinstance(waiting[0], tuple):
        failure = waiting.popleft()
        assert isinstance(failure, tuple)
        yield failure


def _printer(json: bool, paths: Sequence[str]) -> Show:
    """How the lines are printed here: for a program, for a person, for a pipe."""
    if json:
        return _print_json
    if not coloured(sys.stdout):
        return _print_columns
    from rich.console import Console
    from rich.text import Text

    from unspin.documents import shown

    width = min(_PATH_WIDTH, max(len(shown(path)) for path in [_HEADS[0], *paths]))
    console = Console(highlight=False)
    console.print(Text(_padded(width, *_HEADS), "bold"), soft_wrap=True)
    return partial(_print_padded, console, width)


def _padded(width: int, path: str, rate: str, share: str, verdict: str) -> str:
    """The columns of a line on a terminal."""
    return f"{path:{width}}  {rate:>21}  {share:>7}  {verdict}"


def _verdict(reading: Reading) -> str:
    """The verdict, with the reason where there is none."""
    from unspin.reading import VERDICTS

    name = reading.verdict
    return reading.says if name == "unjudged" else VERDICTS[name]


def _collect(
    format: str, entries: list[Entry], path: str, outcome: Reading | InputError, document: Document | None
) -> None:
    """Print the lines of a document, or keep it for the end, as SARIF has all in one object."""
    from unspin.cli.inputs import source_of
    from unspin.documents import shown
    from unspin.report.findings import lines
    from unspin.report.source import Entry, Source

    source = Source(shown(path)) if document is None else source_of(document)
    if format == "sarif":
        entries.append(Entry(source, outcome))
    else:
        write("".join(f"{line}\n" for line in lines(Entry(source, outcome))).encode("utf-8", "replace"))


def _print_json(path: str, outcome: Reading | InputError, _: Document | None) -> None:
    from unspin.report.json import check_record, dumps, error_record

    record = error_record(path, outcome) if isinstance(outcome, InputError) else check_record(path, outcome)
    write(dumps(record) + b"\n")


def _print_columns(path: str, outcome: Reading | InputError, _: Document | None) -> None:
    from unspin.documents import shown

    if not isinstance(outcome, InputError):
        figures = (f"{outcome.false_positive_rate:.2g}", f"{outcome.share:.2g}")
        write("\t".join((shown(path), *figures, _verdict(outcome))).encode("utf-8", "replace") + b"\n")


def _print_padded(console: Console, width: int, path: str, outcome: Reading | InputError, _: Document | None) -> None:
    from rich.text import Text

    from unspin.documents import shown
    from unspin.report.terminal import COLOURS
    from unspin.report.wording import rate_in_figures

    if isinstance(outcome, InputError):
        return
    name = outcome.verdict
    rate = "" if name == "unjudged" else rate_in_figures(outcome.false_positive_rate)
    share = f"{outcome.share:.0%}" if outcome.spun else ""
    verdict, colon, reason = _verdict(outcome).partition(":")
    line = Text(_padded(width, shown(path), rate, share, "")).append(verdict, COLOURS[name]).append(colon + reason)
    console.print(line, soft_wrap=True)


def _progress(total: int) -> AbstractContextManager[Callable[[], None] | None]:
    """A bar on standard error where there are many documents, somebody watches, and the lines go elsewhere."""
    if total < 2 or not is_terminal(sys.stderr) or is_terminal(sys.stdout):
        return nullcontext()
    return _bar(total)


@contextmanager
def _bar(total: int) -> Iterator[Callable[[], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    with Progress(BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=Console(stderr=True)) as progress:
        task = progress.add_task("", total=total)
        yield lambda: progress.advance(task)
