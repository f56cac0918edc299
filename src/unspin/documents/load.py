"""From a file, standard input or an upload to a document."""

from __future__ import annotations

import os
import stat
import sys
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from unspin.documents import plain, worker
from unspin.documents.document import LIMITS, STANDARD_INPUT, Document, Format, Limits, shown
from unspin.documents.formats import sniff
from unspin.documents.paths import documents_below
from unspin.errors import InputError, MissingInput

__all__ = ["from_bytes", "load"]

# Names of what the program was given open: standard input, and the pipes that a shell makes for `<(command)`.
_GIVEN_OPEN = ("/dev/stdin", "/dev/fd/", "/proc/self/fd/")


def load(path: str | os.PathLike[str], limits: Limits = LIMITS) -> Document:
    """Read one document; ``"-"`` is standard input.

    Raises:
        MissingInput: there is no such file, it may not be read, or it is no file: a folder, a named pipe, a device.
        EmptyInput: there is no visible character in it, or a PDF is but pictures.
        BinaryInput: it is no text.
        UnknownEncoding: it is text in an encoding that cannot be told.
        UnknownFormat: it is in another format, or encrypted.
        InputError: it is damaged, or larger than the limits allow.
        MissingExtra: ``unspin[documents]`` is needed and not installed.
    """
    name = os.fspath(path)
    if name == STANDARD_INPUT:
        return from_bytes(_read(sys.stdin.buffer, name, limits), name, limits)
    try:
        _check_kind(name)
        with Path(name).open("rb") as file:
            data = _read(file, name, limits)
    except (OSError, ValueError) as error:
        raise MissingInput(f"{shown(name)}: {_why_unread(name, error)}") from None
    return from_bytes(data, name, limits)


def from_bytes(
    data: bytes, name: str = STANDARD_INPUT, limits: Limits = LIMITS, *, suffix: str | None = None
) -> Document:
    """The document that ``data`` holds, called ``name``; its contents say in which format. Raises as :func:`load`.

    Where the contents don't say, ``suffix`` does, by default that of the name.
    """
    _check_size(len(data), name, limits)
    format = sniff(data, name, suffix)
    if format == "text":
        return plain.decode(data, name, limits)
    if format in ("markdown", "latex"):
        return _of_text(data, format, name, limits)
    return Document.of(name, format, worker.extract(data, format, shown(name), limits), data)


def _of_text(data: bytes, format: Format, name: str, limits: Limits) -> Document:
    """A document that is plain text with marks in it: plain text it stays where the optional part is missing."""
    whole = plain.decode(data, name, limits)
    if not worker.readable(format):
        return whole
    extract = worker.extract(whole.text.encode("utf-8", "replace"), format, shown(name), limits)
    document = Document.of(name, format, extract, data)
    return replace(document, encoding=whole.encoding, mark=whole.mark, notes=whole.notes + document.notes)


def _check_kind(name: str) -> None:
    """Refuse what is no file before it is opened: a pipe that nobody writes to and some devices never answer.

    Raises:
        MissingInput: it is a folder, a named pipe, a device or a socket.
        OSError: there is nothing of this name.
    """
    mode = os.stat(name).st_mode
    if stat.S_ISREG(mode) or name.startswith(_GIVEN_OPEN):
        return
    said = shown(name)
    if stat.S_ISFIFO(mode):
        raise MissingInput(f"{said}: a named pipe, not a file; hand over what it holds as standard input: - < {said}")
    if not stat.S_ISDIR(mode):
        raise MissingInput(f"{said}: a device or a socket, not a file; name a file")
    os.scandir(name).close()  # raises where it may not be looked into
    if any(documents_below(name)):
        raise MissingInput(f"{said}: a folder; name one of its files, or read all of them with: unspin check {said}")
    raise MissingInput(f"{said}: a folder without documents; name a file")


def _why_unread(name: str, error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError):
        if os.path.islink(name):
            return "a link to a file that is not there; mend the link or remove it"
        if any(c in name for c in "*?["):
            return "no file matches; check the pattern"
        return "no such file; check the path"
    reason = (getattr(error, "strerror", None) or str(error)).lower()
    return f"cannot be read ({reason}); check its permissions"


def _read(stream: BinaryIO, name: str, limits: Limits) -> bytes:
    """All of a stream, or as much as shows that it is too large: a pipe or a device may never end."""
    data = stream.read(limits.bytes + 1)
    _check_size(len(data), name, limits)
    return data


def _check_size(size: int, name: str, limits: Limits) -> None:
    if size > limits.bytes:
        raise InputError(f"{shown(name)}: larger than {limits.bytes / 1e6:g} MB; split it")
