"""From a file, standard input or an upload to a document."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import BinaryIO

from unspin.documents import plain, worker
from unspin.documents.document import LIMITS, STANDARD_INPUT, Document, Limits, shown
from unspin.documents.formats import sniff
from unspin.errors import InputError, MissingInput

__all__ = ["from_bytes", "load"]


def load(path: str | os.PathLike[str], limits: Limits = LIMITS) -> Document:
    """Read one document; ``"-"`` is standard input.

    Raises:
        MissingInput: there is no such file, it is a folder, or it may not be read.
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
        with Path(name).open("rb") as file:
            data = _read(file, name, limits)
    except FileNotFoundError:
        hint = "no file matches; check the pattern" if any(c in name for c in "*?[") else "no such file; check the path"
        raise MissingInput(f"{shown(name)}: {hint}") from None
    except IsADirectoryError:
        raise MissingInput(
            f"{shown(name)}: a folder without documents; name a file (unspin check takes folders)"
        ) from None
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise MissingInput(f"{shown(name)}: cannot be read ({reason}); check its permissions") from None
    return from_bytes(data, name, limits)


def from_bytes(data: bytes, name: str = STANDARD_INPUT, limits: Limits = LIMITS) -> Document:
    """The document that ``data`` holds, called ``name``; its contents say in which format. Raises as :func:`load`."""
    _check_size(len(data), name, limits)
    format = sniff(data, name)
    if format == "text":
        return plain.decode(data, name, limits)
    return Document.of(name, format, worker.extract(data, format, shown(name), limits))


def _read(stream: BinaryIO, name: str, limits: Limits) -> bytes:
    """All of a stream, or as much as shows that it is too large: a pipe or a device may never end."""
    data = stream.read(limits.bytes + 1)
    _check_size(len(data), name, limits)
    return data


def _check_size(size: int, name: str, limits: Limits) -> None:
    if size > limits.bytes:
        raise InputError(f"{shown(name)}: larger than {limits.bytes / 1e6:g} MB; split it")
