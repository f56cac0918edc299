"""``unspin report``: readings to keep, to print and to pass on."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from unspin.cli import options
from unspin.cli.inputs import opened
from unspin.cli.origins import Finder, finder
from unspin.cli.streams import ERROR, complain, is_terminal, remark, well_behaved, write
from unspin.errors import InputError, MissingExtra, OptionError, UnspinError
from unspin.files import save
from unspin.settings import OPERATING_POINT

if TYPE_CHECKING:
    from unspin.report.export import Format
    from unspin.report.source import Entry
    from unspin.settings import Settings

__all__ = ["report"]

_STANDARD_OUTPUT = "-"


def _formats(incomplete: str) -> list[str]:
    """What a shell offers."""
    from unspin.report.export import FORMATS

    return options.offered(tuple(FORMATS))(incomplete)


@well_behaved
def report(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE", help="Files, folders, patterns, or - for standard input.", show_default=False),
    ],
    output: Annotated[
        str,
        typer.Option(
            "--output",
            "-o",
            metavar="PATH",
            help="The report; a folder for a report each and an overview; - for standard output.",
            show_default=False,
        ),
    ],
    format: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="html|docx|csv|json|md",
            autocompletion=_formats,
            help="By default what PATH ends in.",
            show_default=False,
        ),
    ] = None,
    public: Annotated[
        bool, typer.Option("--public", help="Leave out the full text; keep the swaps with a few words around them.")
    ] = False,
    source: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="SOURCE",
            help="The text that they were made from: the evidence, and its wording wherever the two align.",
            show_default=False,
        ),
    ] = None,
    index: Annotated[
        str | None,
        typer.Option("--index", metavar="INDEX", help="Find the source of each in this archive.", show_default=False),
    ] = None,
    operating_point: options.OperatingPoint = OPERATING_POINT,
    dictionary: options.Dictionary = None,
    deep: options.Deep = None,
    fill_all: options.FillAll = False,
    tortured: options.Tortured = False,
    fast: options.Fast = False,
) -> int:
    """Write a report on documents: the verdict, the marked text, every swap, the quotations.

    An HTML report is one file that needs nothing else and prints well. In DOCX the swaps are tracked changes. Several
    documents come with an overview. A document that cannot be read is named in the report and on standard error, and
    stops nothing but itself.

    \b
    Examples:
      unspin report page.txt -o report.html
      unspin report page.html --public -o evidence.html
      unspin report essay.docx -o changes.docx
      unspin report articles/ -o reports/
      unspin report page.txt --from article.txt -o proof.html
      unspin report pages/ --index archive -o reports/

    With the source at hand (extra 'trace'; not in CSV) a report proves where the text comes from: the shares of both, every
    quotation as either has it, the figures, dates and names that differ, the passages side by side, and the spinner's
    dictionary. The restored text is then in the source's wording where the two align, and it says which words are whose.

    Exit status: 0 done, 2 something could not be read or written.
    """  # noqa: D301 - the help needs the real control character
    settings = options.settings(operating_point, deep, dictionary, tortured, fill_all, fast)
    folder = output != _STANDARD_OUTPUT and (os.path.isdir(output) or output.endswith(("/", os.sep)))
    form = _format(format, output, folder)
    if form.name == "csv" and (source is not None or index is not None):
        raise OptionError(
            "--from and --index: a table of swaps has no place for the evidence; choose another format than csv"
        )
    from unspin.documents import expand

    paths = expand(files)
    if not folder:
        _spare(output, paths if source is None else [*paths, source])
    origin_of = finder(source, index, public=public)
    entries = [_entry(path, settings, public, origin_of) for path in _watched(paths)]
    failed = [entry.outcome for entry in entries if isinstance(entry.outcome, UnspinError)]
    if len(failed) == len(entries):
        for error in failed[:-1]:
            complain(error)
        raise failed[-1]
    for error in failed:
        complain(error)
    if folder:
        _write_folder(Path(output), entries, form, public, settings)
    else:
        _write_file(output, entries, form, public, settings)
    return ERROR if failed else 0


def _format(name: str | None, output: str, folder: bool) -> Format:
    """What to write.

    Raises:
        OptionError: there is no such format, or it cannot be told.
    """
    from unspin.report.export import FORMATS, format_of

    names = ", ".join(FORMATS)
    if name is not None:
        if name.lower() not in FORMATS:
            raise OptionError(f"--format {name}: no such format; choose one of {names}")
        return FORMATS[name.lower()]
    if folder or output == _STANDARD_OUTPUT:
        return FORMATS["html"]
    found = format_of(Path(output).suffix)
    if found is None:
        raise OptionError(f"-o {output}: its ending names no format; give --format, one of {names}")
    return found


def _spare(output: str, paths: Sequence[str]) -> None:
    """Refuse to write over a document that is to be read.

    Raises:
        OptionError: the report is one of the documents.
    """
    for path in paths:
        if os.path.exists(output) and os.path.exists(path) and os.path.samefile(output, path):
            raise OptionError(f"-o {output}: would write over a document; choose another name")


def _watched(paths: Sequence[str]) -> Iterable[str]:
    """The paths, with a bar on standard error where there are many and somebody watches."""
    if len(paths) < 2 or not is_terminal(sys.stderr):
        return paths
    from rich.console import Console
    from rich.progress import track

    return track(paths, "", console=Console(stderr=True))


def _entry(path: str, settings: Settings, public: bool, origin_of: Finder | None) -> Entry:
    """Read one document and hold it against its source; what goes wrong is its outcome."""
    import unspin
    from unspin.documents import shown
    from unspin.report.source import Entry, Source

    # Where a document lies on this machine is nothing for the public.
    name = shown(os.path.basename(path)) if public else shown(path)
    try:
        document = opened(path)
        reading = unspin.read(document.text, settings)
    except (InputError, MissingExtra) as error:
        return Entry(Source(name), error)
    reading = replace(reading, notes=reading.notes + document.notes)
    origin = None if origin_of is None else origin_of(reading)
    return Entry(Source(name, document.format, document.place), reading, origin)


def _write_file(output: str, entries: Sequence[Entry], form: Format, public: bool, settings: Settings) -> None:
    from unspin.report.export import export

    data = export(entries, form.name, public=public, settings=settings)
    if output != _STANDARD_OUTPUT:
        save(output, data, said=f"-o {output}")
    elif form.name == "docx" and is_terminal(sys.stdout):
        raise OptionError("-o -: a Word document is nothing for a terminal; name a file")
    else:
        write(data)


def _write_folder(folder: Path, entries: Sequence[Entry], form: Format, public: bool, settings: Settings) -> None:
    from unspin.report.folder import INDEX, files

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise OptionError(f"-o {folder}: cannot be made ({reason}); check the path") from None
    for name, data in files(entries, form.name, public=public, settings=settings):
        save(folder / name, data, said=f"-o {folder / name}")
    if is_terminal(sys.stderr):
        remark(f"begin with {folder / INDEX}")
