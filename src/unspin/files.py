"""Files that are written whole or not at all, and locks on them."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from unspin.errors import OutputError

__all__ = ["atomic", "lock", "save"]


@contextmanager
def atomic(target: str | os.PathLike[str], *, said: str | None = None, sync: bool = True) -> Iterator[BinaryIO]:
    """A file to write that gets its name when all of it is written; if anything fails, what was there before stays.

    A pipe or a device, which cannot be replaced, is written to directly.

    Args:
        target: the file; its folder must be there.
        said: what an error calls it, the path if not given.
        sync: have it on the disk before it gets its name; without, a power cut may leave an empty file.

    Raises:
        OutputError: it cannot be written: a full disk, no permission, a folder of that name.
    """
    path = Path(target)
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            with open(path, "wb") as file:
                yield file
            return
        temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
        try:
            with open(temporary, "wb") as file:
                yield file
                if sync:
                    file.flush()
                    os.fsync(file.fileno())
            os.replace(temporary, path)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
    except OSError as error:
        reason = (error.strerror or " ".join(str(error).split())).lower()
        raise OutputError(
            f"{said or path}: cannot be written ({reason}); check the path, its permissions and the room on the disk"
        ) from error


def save(target: str | os.PathLike[str], data: bytes, *, said: str | None = None) -> None:
    """Write a file, whole or not at all; arguments and errors as for :func:`atomic`."""
    with atomic(target, said=said) as file:
        file.write(data)


def lock(descriptor: int) -> bool:
    """Whether an open file is locked by this process now; where the file system knows no locks it always is."""
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True
