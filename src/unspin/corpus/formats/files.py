"""Files, local and remote, to read and seek in."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, cast

from unspin.corpus.sources import Source, check_file, is_remote, shown
from unspin.errors import CorruptInput, InputError, MissingExtra, MissingInput

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["check_whole", "open_file", "open_native", "read_all"]


def open_file(url: str) -> BinaryIO:
    """A file to read and seek in.

    Raises:
        MissingInput: it is not there, may not be read, or is a pipe or a device, which might never end.
        MissingExtra: it is a URL, and ``unspin[scan]`` is not installed.
    """
    try:
        if not is_remote(url):
            check_file(url)
            return open(url, "rb", buffering=0)
        try:
            import fsspec
        except ImportError:
            raise MissingExtra("scan", "reading from a URL") from None
        return cast(BinaryIO, fsspec.open(url, "rb").open())
    except (InputError, MissingExtra):
        raise
    except Exception as error:  # every file system of fsspec has errors of its own
        raise _unreadable(url, error) from None


def open_native(url: str) -> pa.NativeFile:
    """As :func:`open_file`, for Arrow's own readers."""
    import pyarrow as pa

    if is_remote(url):
        return pa.PythonFile(open_file(url), mode="r")
    try:
        check_file(url)
        return pa.OSFile(url)
    except (OSError, pa.ArrowException) as error:
        raise _unreadable(url, error) from None


def _unreadable(url: str, error: Exception) -> MissingInput:
    """That a file, or a part of it, cannot be had."""
    if isinstance(error, FileNotFoundError):
        return MissingInput(f"{shown(url)}: no such file; check the path")
    said = getattr(error, "strerror", None) or " ".join(str(error).split()) or type(error).__name__
    return MissingInput(f"{shown(url)}: cannot be read ({said[:1].lower() + said[1:]}); check its permissions")


def read_all(file: BinaryIO, size: int, url: str) -> bytes:
    """``size`` bytes, fewer only at the end: remote files and pipes give what they have."""
    parts = []
    try:
        while size and (part := file.read(size)):
            parts.append(part)
            size -= len(part)
    except Exception as error:  # see open_file
        raise _unreadable(url, error) from None
    return parts[0] if len(parts) == 1 else b"".join(parts)


def check_whole(source: Source, end: int) -> None:
    """Raise :class:`CorruptInput` where a file ends before the size that it had when it was found.

    Args:
        source: the file.
        end: bytes of it, as stored, up to its end.
    """
    if end < source.size:
        said = f"ends at byte {end:,} instead of {source.size:,}; it was cut short while it was read"
        raise CorruptInput(f"{shown(source.url)}: {said}; read it again when it is complete")
