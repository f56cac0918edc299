"""The program ``unspin``: its commands put together."""

from __future__ import annotations

import io
import sys
from typing import Annotated

import typer

from unspin.cli.check import check
from unspin.cli.compare import compare
from unspin.cli.evaluate import evaluate
from unspin.cli.index import index
from unspin.cli.read import read
from unspin.cli.report import report
from unspin.cli.restore import restore
from unspin.cli.scan import scan
from unspin.cli.serve import serve
from unspin.cli.simulate import simulate
from unspin.cli.streams import ERROR, finished, unwritable
from unspin.cli.trace import trace

__all__ = ["app", "main"]

# Plain help: it opens in a third of the time of the framed one and reads the same in a pipe.
app = typer.Typer(
    name="unspin",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from unspin.version import version

        typer.echo(f"unspin {version()}")
        raise typer.Exit


@app.callback()
def unspin(
    version: Annotated[
        bool,
        typer.Option("--version", "-V", callback=_print_version, is_eager=True, help="Print the version and leave."),
    ] = False,
) -> None:
    """Read text whose words were swapped by a machine.

    Tells whether a text is spun, shows every swapped word, and gives back what was written. It works offline. What it
    says is evidence about a text, not an accusation of a person.

    \b
    Start here:
      unspin restore page.txt        the article, readable again
      unspin read page.txt           the verdict and every swapped word
      unspin check articles/         a line for each document
      unspin serve                   the same in the browser: paste a page and read
      unspin scan crawl/ -o out      a whole corpus, resumable
      unspin compare page.txt article.txt   a page against its source, word by word
      unspin index articles/ -o archive, unspin trace page.txt --index archive   find the source
      unspin evaluate articles/      how well it does on texts of yours

    A FILE is text, Markdown, LaTeX, HTML, PDF, DOCX, ODT, EPUB, JATS or TEI (most with the extra 'documents'), or an address
    (https://…); - is standard input. Results go to standard output, messages to standard error. NO_COLOR=1 in the
    environment takes the colours away, FORCE_COLOR=1 keeps those of read, check and evaluate in a pipe.

    Exit status: 0 nothing spun, 1 something spun (read, check, scan), 2 an error.
    """  # noqa: D301 - the help needs the real control character


for command in (restore, read, check, report, scan, compare, index, trace, evaluate, simulate, serve):
    app.command()(command)


def main() -> None:
    """Run the program with the arguments of the process."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a narrow terminal encoding costs a sign, not the answer
    sys.exit(finished(_run))


def _run() -> int:
    """Run typer: where it prints help or the version, a closed or full output is reported as by the commands."""
    try:
        app(prog_name="unspin")
    except OSError as error:
        raise error if isinstance(error, BrokenPipeError) else unwritable(error) from error
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):
            raise end.__context__ from None
        return end.code if isinstance(end.code, int) else ERROR
    return 0
