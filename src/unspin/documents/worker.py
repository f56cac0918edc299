"""All formats but plain text are taken apart in a process of their own.

They come from anywhere, and the libraries that read them are large and partly in C. In a process of its own a document
that hangs, eats memory or crashes the library costs one clear line; that PDFium takes one caller at a time no longer
matters; and the process stays for the next document, so that the libraries are loaded once.

A request is a header (:data:`_REQUEST`) and the document; the answer is its length and JSON: either ``paragraphs``,
``notes`` and ``runs`` or an ``error`` and what it ``says``, with ``peak``, the most memory in KiB that the worker has held.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import logging
import os
import struct
import subprocess
import sys
import threading
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any, Final

from unspin import errors
from unspin.documents.document import Extract, Format, Limits, Run
from unspin.errors import InputError, MissingExtra

__all__ = ["extract", "readable", "serve"]

_REQUEST: Final = struct.Struct("<8sQQQQdQ")  # format, bytes of the document, the limits
_LENGTH: Final = struct.Struct("<Q")
_NEEDED: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "html": ("HTML", ("trafilatura", "lxml_html_clean")),
    "pdf": ("PDF", ("pypdfium2",)),
    "docx": ("DOCX", ("docx",)),
    "jats": ("JATS", ()),
    "tei": ("TEI", ()),
    "epub": ("EPUB", ()),
    "odt": ("ODT", ()),
    "markdown": ("Markdown", ("markdown_it", "mdit_py_plugins")),
    "latex": ("LaTeX", ("pylatexenc",)),
}
_SERVE: Final = "from unspin.documents.worker import serve; serve()"
# A worker that has held more than this (in KiB) is not kept, since what it holds counts against the next document.
_GROWN: Final = 400 * 1024
_KEPT: Final = 2  # workers that wait at most
_INSTEAD: Final = "save it as plain text"

_idle: list[subprocess.Popen[bytes]] = []
_lock = threading.Lock()


# --- in the program ---


def extract(data: bytes, format: Format, name: str, limits: Limits) -> Extract:
    """The text of a document in ``format``, none of them plain text; messages call it ``name``.

    Raises:
        MissingExtra: the libraries that read the format are not installed.
        EmptyInput, UnknownFormat, InputError: as the format says.
        InputError: it takes more time or memory than the limits allow, or crashes its library.
    """
    kind = _NEEDED[format][0]
    if not readable(format):
        raise MissingExtra("documents", f"{name}: reading {kind}")
    answer = _ask(data, format, limits)
    if "error" in answer:
        raise getattr(errors, answer["error"])(f"{name}: {answer['says']}")
    paragraphs = tuple(tuple((page, text) for page, text in parts) for parts in answer["paragraphs"])
    return Extract(paragraphs, tuple(answer["notes"]), tuple(Run(*run) for run in answer["runs"]))


def readable(format: Format) -> bool:
    """Whether the libraries that read a format are installed."""
    return all(find_spec(module) is not None for module in _NEEDED[format][1])


def _ask(data: bytes, format: Format, limits: Limits) -> dict[str, Any]:
    """What a worker answers, or what became of it."""
    worker = _take()
    assert worker.stdin is not None and worker.stdout is not None
    late = threading.Event()

    def stop() -> None:
        late.set()
        worker.kill()

    timer = threading.Timer(limits.seconds, stop)
    timer.start()
    answer: dict[str, Any] | None = None
    try:
        figures = (limits.bytes, limits.pages, limits.characters, limits.seconds, limits.memory)
        worker.stdin.write(_REQUEST.pack(format.encode(), len(data), *figures))
        worker.stdin.write(data)
        worker.stdin.flush()
        (length,) = _LENGTH.unpack(_read(worker.stdout, _LENGTH.size))
        answer = json.loads(_read(worker.stdout, length))
    except (EOFError, OSError):
        if late.is_set():
            return _error(InputError(f"takes more than {limits.seconds:g} s to open; {_INSTEAD}"))
        return _error(_failure(limits, _NEEDED[format][0]))
    finally:
        timer.cancel()
        timer.join()
        if answer is None or answer.pop("peak") > _GROWN or late.is_set() or not _keep(worker):
            _end(worker)
    return answer


def _take() -> subprocess.Popen[bytes]:
    """A worker that waits for a document."""
    with _lock:
        while _idle:
            worker = _idle.pop()
            if worker.poll() is None:
                return worker
            _end(worker)
    # -P: a file in the working folder must not stand in for a library.
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "OPENBLAS_NUM_THREADS": "1"}
    return subprocess.Popen(
        [sys.executable, "-P", "-c", _SERVE],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment,
    )  # fmt: skip


def _keep(worker: subprocess.Popen[bytes]) -> bool:
    """Let a worker wait for the next document, if there are not enough that do."""
    with _lock:
        if len(_idle) >= _KEPT:
            return False
        _idle.append(worker)
        return True


def _end(worker: subprocess.Popen[bytes]) -> None:
    worker.kill()
    for pipe in (worker.stdin, worker.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
    worker.wait()


@atexit.register
def _end_all() -> None:
    while _idle:
        _end(_idle.pop())


# --- in the worker ---


def serve() -> None:
    """Answer requests on standard input until it ends."""
    logging.disable()
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what a library prints is no answer
    while True:
        try:
            format, size, *figures = _REQUEST.unpack(_read(requests, _REQUEST.size))
            data = _read(requests, size)
        except EOFError:
            return
        answer = _answer(data, format.rstrip(b"\0").decode(), Limits(*figures))
        del data
        encoded = json.dumps(answer).encode("ascii")
        answers.write(_LENGTH.pack(len(encoded)) + encoded)
        answers.flush()


def _answer(data: bytes, format: str, limits: Limits) -> dict[str, Any]:
    try:
        module = import_module(f"unspin.documents.{format}")
        _bind(limits)
        found: Extract = module.extract(data, limits)
        return {"paragraphs": found.paragraphs, "notes": found.notes, "runs": found.runs, "peak": _peak()}
    except InputError as error:
        return _error(error) | {"peak": _peak()}
    except Exception as error:  # libraries meet damage, and the end of memory, in ways of their own
        return _error(_failure(limits, f"{_NEEDED[format][0]} ({type(error).__name__})")) | {"peak": sys.maxsize}


def _bind(limits: Limits) -> None:
    """Bind this process to the limits, where the system can."""
    if sys.platform == "win32":
        return
    import resource

    def bind(what: int, most: int) -> None:
        hard = resource.getrlimit(what)[1]
        resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))

    spent = resource.getrusage(resource.RUSAGE_SELF)
    bind(resource.RLIMIT_AS, limits.memory)
    # Should the program have ended, nobody is left to stop a worker that hangs.
    bind(resource.RLIMIT_CPU, int(spent.ru_utime + spent.ru_stime + limits.seconds) + 1)


def _peak() -> int:
    """The most memory that this process has held, in KiB; 0 where the system does not say."""
    if sys.platform == "win32":
        return 0
    import resource

    # Linux hands ``ru_maxrss`` down from the process that started this one; the figure in /proc begins anew.
    with contextlib.suppress(OSError, ValueError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform == "darwin" else 1)


# --- on both sides ---


def _failure(limits: Limits, what: str) -> InputError:
    return InputError(f"damaged {what}, or more than {limits.memory // 2**20:,} MB to open; {_INSTEAD}")


def _error(error: InputError) -> dict[str, Any]:
    return {"error": type(error).__name__, "says": str(error)}


def _read(stream: IO[bytes], size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return data
