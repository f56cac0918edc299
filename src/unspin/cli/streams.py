"""Standard output, standard error and exit statuses, the same for every command.

Results go to standard output as bytes, messages to standard error, one line each. Whatever goes wrong, the exit status is
2, since 1 says that something is spun; only a program that was told to stop says so with 130 (Ctrl-C), as shells have it.
"""

from __future__ import annotations

import functools
import os
import sys
import traceback
from collections.abc import Callable
from typing import NoReturn, ParamSpec

import typer

from unspin.errors import OutputError, UnspinError

__all__ = [
    "DEBUG",
    "ERROR",
    "INTERRUPTED",
    "NOTHING_SPUN",
    "SPUN",
    "coloured",
    "complain",
    "drop_output",
    "finished",
    "is_terminal",
    "leave",
    "remark",
    "unwritable",
    "well_behaved",
    "write",
]

NOTHING_SPUN = 0
SPUN = 1
ERROR = 2
INTERRUPTED = 130
DEBUG = "UNSPIN_DEBUG"
"""The environment variable that asks for the traceback of an unexpected error."""

P = ParamSpec("P")


def well_behaved(command: Callable[P, int]) -> Callable[P, None]:
    """A command whose return value is the exit status, and whose errors are one line on standard error."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        leave(finished(lambda: command(*args, **kwargs)))

    run.__annotations__["return"] = None
    return run


def finished(work: Callable[[], int]) -> int:
    """Do the work and say in one line what went wrong; the exit status."""
    try:
        status = work()
        _flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # who read the output has seen enough: nothing to tell anybody
        drop_output()
        return ERROR
    except UnspinError as error:
        complain(error)
        return ERROR
    except Exception as error:
        drop_output()
        if os.environ.get(DEBUG) and sys.stderr is not None:
            traceback.print_exc()
        complain(
            f"an error that nobody expected ({type(error).__name__}: {error}); please report it, as CONTRIBUTING.md says;"
            f" {DEBUG}=1 in the environment shows where it happened"
        )
        return ERROR
    return status


def leave(status: int) -> NoReturn:
    """End the command with an exit status."""
    raise typer.Exit(status)


def write(data: bytes) -> None:
    """Bytes to standard output, in order with what was printed before.

    Raises:
        OutputError: standard output is closed, or cannot take them.
    """
    if sys.stdout is None:
        raise OutputError("standard output is closed; write to a file or a pipe")
    _flush()
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise unwritable(error) from error


def unwritable(error: OSError) -> OutputError:
    """What to say where standard output cannot take what is written."""
    drop_output()
    reason = (error.strerror or str(error)).lower()
    return OutputError(f"standard output: cannot be written ({reason}); make room or write elsewhere")


def complain(error: Exception | str) -> None:
    """One line on standard error that names the error."""
    remark(" ".join(str(error).split()))


def remark(message: str) -> None:
    """One line on standard error."""
    if sys.stderr is None:
        return
    try:
        print(f"unspin: {message}", file=sys.stderr, flush=True)
    except (OSError, UnicodeError):  # nobody listens
        return


def is_terminal(stream: object) -> bool:
    """Whether somebody watches the stream."""
    isatty = getattr(stream, "isatty", None)
    return bool(isatty and isatty())


def coloured(stream: object) -> bool:
    """Whether the form for a terminal goes to the stream: to one that is watched, or where FORCE_COLOR asks for it.

    NO_COLOR outweighs FORCE_COLOR; on a terminal it takes the colours away and nothing else.
    """
    forced = bool(os.environ.get("FORCE_COLOR")) and not os.environ.get("NO_COLOR")
    return stream is not None and (forced or is_terminal(stream))


def drop_output() -> None:
    """Let what standard output could not take go nowhere, so that the end of the program does not fail on it again."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (AttributeError, OSError, ValueError):  # there is none, or it has no descriptor
        return


def _flush() -> None:
    if sys.stdout is None:
        return
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise unwritable(error) from error
