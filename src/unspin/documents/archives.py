"""Zip archives that hold a document in parts: EPUB and ODT."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from unspin.documents.document import Limits
from unspin.errors import InputError, UnknownFormat

__all__ = ["UNPACKED", "opened", "replaced"]

UNPACKED: Final = 4
"""What is unpacked at most, for each byte of the limit on the file: XML packs ten to twenty times."""
_ENCRYPTED: Final = 0x1


@contextmanager
def opened(data: bytes, limits: Limits, kind: str) -> Iterator[zipfile.ZipFile]:
    """The archive, none of it unpacked yet.

    Raises:
        UnknownFormat: it is encrypted.
        InputError: it is damaged, lacks a part, or unpacks to more than the limits allow.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if any(entry.flag_bits & _ENCRYPTED for entry in entries):
                raise UnknownFormat("encrypted; save it without a password")
            # zipfile never unpacks more than the directory says, so that the sum can be trusted.
            if sum(entry.file_size for entry in entries) > UNPACKED * limits.bytes:
                raise InputError(f"unpacks to more than {UNPACKED * limits.bytes // 1_000_000:,} MB; save it in parts")
            yield archive
    except (zipfile.BadZipFile, KeyError, EOFError, OSError, ValueError, NotImplementedError) as error:
        raise InputError(f"damaged {kind}; open it in its program and save it again") from error


def replaced(data: bytes, parts: dict[str, bytes]) -> bytes:
    """A zip archive with other contents in some of its parts; order, dates and packing stay."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(written, "w") as new:
        for entry in old.infolist():
            new.writestr(entry, parts.get(entry.filename) or old.read(entry), entry.compress_type)
    return written.getvalue()
