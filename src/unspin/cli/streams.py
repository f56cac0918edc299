"""Standard output, standard error and exit statuses: the same manners for every command.

Results go to standard output as bytes, messages to standard error, one line each. A reader that closes the pipe ends
the program quietly.
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn, ParamSpec

import typer

from unspin.errors import OptionError, UnspinError

__all__ = [
    "CLOSED_PIPE",
    "ERROR",
    "NOTHING_SPUN",
    "SPUN",
    "complain",
    "is_terminal",
    "leave",
    "remark",
    "save",
    "well_behaved",
    "write",
]

NOTHING_SPUN = 0
SPUN = 1
ERROR = 2
CLOSED_PIPE = 141  # what a shell reports of a program that SIGPIPE ended

P = ParamSpec("P")


def well_behaved(command: Callable[P, int]) -> Callable[P, None]:
    """A command whose return value is the exit status, and whose expected errors are one line on standard error."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            status = command(*args, **kwargs)
            sys.stdout.flush()
        except UnspinError as error:
            complain(error)
            status = ERROR
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), _stdout_descriptor())  # nothing left to flush at exit
            status = CLOSED_PIPE
        leave(status)

    run.__annotations__["return"] = None
    return run


def leave(status: int) -> NoReturn:
    """End the command with an exit status."""
    raise typer.Exit(status)


def write(data: bytes) -> None:
    """Bytes to standard output, in order with what was printed before."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def save(path: Path, data: bytes, said: str) -> None:
    """Write a file, whole or not at all; ``said`` is how it was given, for the message.

    Raises:
        OptionError: it cannot be written.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        if path.exists() and not path.is_file():  # a pipe, a device
            path.write_bytes(data)
            return
        part.write_bytes(data)
        os.replace(part, path)
    except OSError as error:
        part.unlink(missing_ok=True)
        reason = (error.strerror or str(error)).lower()
        raise OptionError(f"{said}: cannot be written ({reason}); check the path and its permissions") from None


def complain(error: Exception) -> None:
    """One line on standard error that names the error."""
    remark(" ".join(str(error).split()))


def remark(message: str) -> None:
    """One line on standard error."""
    try:
        print(f"unspin: {message}", file=sys.stderr, flush=True)
    except OSError:  # nobody listens
        return


def is_terminal(stream: object) -> bool:
    """Whether somebody watches the stream."""
    isatty = getattr(stream, "isatty", None)
    return bool(isatty and isatty())


def _stdout_descriptor() -> int:
    return sys.stdout.fileno()
