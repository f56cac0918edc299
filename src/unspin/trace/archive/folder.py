"""What lies in the folder of an archive, and whether a folder is one.

==================  =====================================================================================
``unspin.json``     name of the format and version of the program
``postings/``       tantivy's: identifiers, words with their frequencies, and where each text lies
``texts/``          the texts, compressed, and their words as numbers, see :mod:`unspin.trace.archive.texts`
``progress.json``   of a build that is not finished: what is done of which file
``lock``            held by whoever writes
==================  =====================================================================================
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import orjson

from unspin.errors import DamagedData, MissingExtra, MissingInput, OutputError
from unspin.files import lock, save

if TYPE_CHECKING:
    import tantivy

__all__ = [
    "FORMAT",
    "POSTINGS",
    "PROGRESS",
    "TEXTS",
    "check",
    "create",
    "locked",
    "need_libraries",
    "schema",
    "understood",
]

FORMAT: Final = "unspin-archive-3"
POSTINGS, TEXTS, PROGRESS = "postings", "texts", "progress.json"
_ABOUT, _LOCK = "unspin.json", "lock"


def need_libraries() -> None:
    """Raise :class:`MissingExtra` if what archives are made with is not installed."""
    if any(find_spec(module) is None for module in ("tantivy", "numba", "zstandard")):
        raise MissingExtra("trace", "an archive")


def schema() -> tantivy.Schema:
    """The fields of a document."""
    import tantivy

    return (
        tantivy.SchemaBuilder()
        .add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
        .add_text_field("text", stored=False, tokenizer_name="default", index_option="freq")
        .add_text_field("date", stored=True, tokenizer_name="raw", index_option="basic")
        .add_text_field("url", stored=True, tokenizer_name="raw", index_option="basic")
        .add_unsigned_field("place", stored=True, fast=True)
        .add_unsigned_field("words", stored=True, fast=True)
        .add_unsigned_field("numbers", stored=True, fast=True)
        .build()
    )


def check(folder: Path) -> None:
    """Raise if a folder is no archive that this version reads.

    Raises:
        MissingInput: there is none.
        DamagedData: it is of another version, its description cannot be read, or a folder in it is missing.
    """
    try:
        about: Any = orjson.loads((folder / _ABOUT).read_bytes())
        format = about["format"]
    except (FileNotFoundError, NotADirectoryError):
        what = "not an archive of unspin" if folder.exists() else "no such archive"
        where = folder if not folder.exists() or (folder.is_dir() and not os.listdir(folder)) else "ARCHIVE"
        raise MissingInput(f"{folder}: {what}; make one with: unspin index TEXTS -o {where}") from None
    except (OSError, ValueError, KeyError, TypeError):
        raise DamagedData(f"{folder}: its {_ABOUT} cannot be read; make the archive anew") from None
    if format != FORMAT:
        raise DamagedData(f"{folder}: an archive of another version ({format}); make it anew with this one")
    for name in (POSTINGS, TEXTS):
        if not (folder / name).is_dir():
            raise DamagedData(f"{folder}: its {name} are missing; make the archive anew")


def create(folder: Path, version: str) -> None:
    """Make an empty archive of a new or an empty folder; one that is there stays as it is.

    Raises:
        OutputError: it cannot be written, or there is something else in it.
    """
    try:
        names = set(os.listdir(folder)) if folder.exists() else set()
        if _ABOUT in names:
            return check(folder)
        begun = names & {POSTINGS, TEXTS}  # by a build that was killed before it could say what they are
        if names - {_LOCK} - begun or any(os.listdir(folder / name) for name in begun):
            raise OutputError(f"-o {folder}: holds files of something else; name an empty or a new folder")
        for name in (POSTINGS, TEXTS):
            (folder / name).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        said = (error.strerror or str(error)).lower()
        raise OutputError(f"-o {folder}: cannot be written ({said}); choose another folder") from None
    save(folder / _ABOUT, orjson.dumps({"format": FORMAT, "unspin": version}))


@contextlib.contextmanager
def understood(folder: Path) -> Iterator[None]:
    """What tantivy makes of postings that are not as it wrote them, in a line.

    Raises:
        DamagedData: it could not read them, or panicked over them.
    """
    try:
        yield
    except (OSError, ValueError) as error:
        said = " ".join(str(error).split())
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # of pyo3: it cannot be imported, and is no Exception
            raise
        said = " ".join(str(error).split())
    else:
        return
    raise DamagedData(f"{folder}: damaged ({said}); make the archive anew")


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """The only writer of an archive, as long as this lasts.

    Raises:
        OutputError: another one is writing, or nothing can be written there.
    """
    try:
        descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        said = (error.strerror or str(error)).lower()
        raise OutputError(f"-o {folder}: cannot be written ({said}); check the path and its permissions") from None
    try:
        if not lock(descriptor):
            raise OutputError(f"-o {folder}: another unspin is writing there; wait for it")
        yield
    finally:
        os.close(descriptor)
