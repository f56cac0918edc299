"""What a corpus is made of: from files, folders, patterns and URLs to single input files.

The suffix of a file says its format. Nothing is opened here; whether a file is what it is called is found out by
:func:`unspin.corpus.formats.splits`.
"""

from __future__ import annotations

import glob
import os
import stat
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final, Literal, NamedTuple

from unspin.errors import InputError, MissingExtra, MissingInput, UnknownFormat

__all__ = ["Compression", "Format", "Found", "Source", "check_file", "discover", "holds_rows", "is_remote", "shown"]

Kind = Literal["text", "texts", "jsonl", "csv", "parquet", "arrow", "warc"]
Compression = Literal["", "gzip", "zstd"]

_KINDS: Final[dict[str, Kind]] = {
    ".txt": "text", ".text": "text",
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl",  # C4 calls its JSON Lines .json.gz
    ".csv": "csv", ".tsv": "csv",
    ".parquet": "parquet", ".pq": "parquet",
    ".arrow": "arrow",
    ".warc": "warc", ".wet": "warc",
}  # fmt: skip
_COMPRESSIONS: Final[dict[str, Compression]] = {".gz": "gzip", ".zst": "zstd", ".zstd": "zstd"}
_COMPRESSED_INSIDE: Final = frozenset({"parquet", "arrow"})
_KNOWN: Final = ".txt, .jsonl, .csv, .tsv, .warc, .wet (also .gz, .zst), .parquet, .arrow"
# Files that say something about the data files beside them, in folders of the datasets library and of Spark.
_ABOUT: Final = frozenset({"state.json", "dataset_info.json", "dataset_dict.json"})
_HIDDEN: Final = (".", "_")


@dataclass(frozen=True, slots=True)
class Format:
    """The format of a file.

    Attributes:
        kind: what its rows are written in; ``texts`` for many files of text that are one source.
        compression: what is wound around it; ``""`` for formats that compress inside, as Parquet does.
    """

    kind: Kind
    compression: Compression = ""

    def __str__(self) -> str:
        return self.kind + {"": "", "gzip": ".gz", "zstd": ".zst"}[self.compression]


@dataclass(frozen=True, slots=True)
class Source:
    """One input file.

    Attributes:
        url: its path, or its URL as fsspec takes it.
        format: by its suffix.
        name: what its outputs are called: a relative path with ``/``, without ``..``, different for all sources that
            were found together.
        size: bytes of the file as it is stored.
        changed: when a local file was changed last, in nanoseconds; 0 of others.
        files: where the source is many files of text, these; see :func:`unspin.corpus.formats.bundled`.
    """

    url: str
    format: Format
    name: str
    size: int
    changed: int = 0
    files: tuple[Source, ...] = ()


class Found(NamedTuple):
    """The files that inputs lead to.

    Attributes:
        sources: in order of their names, each once.
        errors: a line for every input and every file that cannot be taken.
    """

    sources: list[Source]
    errors: list[InputError]


class _Entry(NamedTuple):
    url: str
    name: str
    size: int
    changed: int = 0


def discover(inputs: Sequence[str], passed_over: frozenset[str] = frozenset()) -> Found:
    """The files that ``inputs`` name: files, folders with all below them, patterns, URLs of any of these.

    Files with a suffix of ``passed_over`` (in lower case, with its dot) are left out in silence.

    Hidden files, those that begin with ``_`` and the descriptions in a ``datasets`` folder are left out of folders in
    silence; any other file of a format that is not read is an error of its own.

    Raises:
        MissingExtra: a URL is given, and ``unspin[scan]`` is not installed.
    """
    entries: dict[str, _Entry] = {}
    errors: list[InputError] = []
    for given in inputs:
        given = given.removeprefix("file://").removeprefix("local://")
        try:
            for entry in _remote(given) if is_remote(given) else _local(given):
                if isinstance(entry, InputError):
                    errors.append(entry)
                else:
                    entries.setdefault(_identity(entry.url), entry)
        except InputError as error:
            errors.append(error)
    kept: list[tuple[_Entry, Format]] = []
    for entry in entries.values():
        format = _format(entry.url)
        if PurePosixPath(entry.url).suffix.lower() in passed_over:
            continue
        if format is None:
            errors.append(UnknownFormat(f"{shown(entry.url)}: not a format that is read; known are {_KNOWN}"))
        else:
            kept.append((entry, format))
    names = _distinct([entry for entry, _ in kept])
    sources = [
        Source(entry.url, format, name, entry.size, entry.changed)
        for (entry, format), name in zip(kept, names, strict=True)
    ]
    return Found(sorted(sources, key=lambda source: source.name), errors)


def is_remote(url: str) -> bool:
    """Whether this is a URL and no path."""
    return "://" in url


def shown(url: str) -> str:
    """A path or URL as it may be printed: nothing that breaks a line or cannot be encoded."""
    readable = os.fsencode(url).decode("utf-8", "replace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in readable)


def _format(url: str) -> Format | None:
    """By the suffixes of a name; None where they say nothing."""
    suffixes = PurePosixPath(url.split("::", 1)[0]).suffixes[-2:]
    last = suffixes[-1].lower() if suffixes else ""
    compression = _COMPRESSIONS.get(last, "")
    if compression:
        last = suffixes[-2].lower() if len(suffixes) > 1 else ""
    kind = _KINDS.get(last)
    if kind is None or (compression and kind in _COMPRESSED_INSIDE):
        return None
    return Format(kind, compression)


def holds_rows(name: str) -> bool:
    """Whether a file of this name holds many documents and can be nothing else."""
    format = _format(name)
    return format is not None and format.kind in ("jsonl", "parquet", "arrow", "warc")


def _wanted(name: str) -> bool:
    """Whether a file of a folder is looked at."""
    return name not in _ABOUT and not name.startswith(_HIDDEN)


def _identity(url: str) -> str:
    return url if is_remote(url) else os.path.realpath(url)


def check_file(path: str) -> os.stat_result:
    """What is known of a local file: its size and more.

    Raises:
        MissingInput: it is not there, or is no regular file: reading a pipe or a device might never end.
    """
    try:
        found = os.stat(path)
    except OSError as error:
        said = f"cannot be read ({(error.strerror or '').lower()})"
        if isinstance(error, FileNotFoundError):
            said = (
                "a link to a file that is not there; mend the link"
                if os.path.islink(path)
                else "no such file; check the path"
            )
        raise MissingInput(f"{shown(path)}: {said}") from None
    if not stat.S_ISREG(found.st_mode):
        what = "a pipe" if stat.S_ISFIFO(found.st_mode) else "not a file but a device, a socket or a folder"
        raise MissingInput(f"{shown(path)}: {what}; write what it holds into a file first")
    return found


def _local(given: str) -> Iterator[_Entry | InputError]:
    """The files of an input, and an error for each that cannot be taken.

    Raises:
        MissingInput: there is nothing at all.
    """
    if os.path.isdir(given):
        yield from _entries([given], given, f"{shown(given)}: a folder without files; name another")
    elif os.path.lexists(given):
        yield _entry(given, os.path.basename(given))
    elif glob.has_magic(given):
        # Files are named from where the pattern begins to be one.
        parts = Path(given).parts
        root = Path(*parts[: next(i for i, part in enumerate(parts) if glob.has_magic(part))])
        nothing = f"{shown(given)}: no file matches; check the pattern"
        yield from _entries(sorted(glob.glob(given, recursive=True)), root, nothing)
    else:
        raise MissingInput(f"{shown(given)}: no such file; check the path")


def _entries(paths: Sequence[str], root: str | Path, nothing: str) -> Iterator[_Entry | InputError]:
    """The files among ``paths`` and below the folders among them, named from ``root``."""
    files: list[str] = []
    errors: list[OSError] = []
    for path in paths:
        files += sorted(_below(path, errors)) if os.path.isdir(path) else [path]
    if not files and not errors:
        raise MissingInput(nothing)
    for error in errors:
        reason = (error.strerror or "").lower()
        yield MissingInput(f"{shown(error.filename)}: cannot be read ({reason}); check its permissions")
    for path in filter(lambda path: _wanted(os.path.basename(path)), files):
        try:
            yield _entry(path, Path(path).relative_to(root).as_posix())
        except MissingInput as error:
            yield error


def _below(folder: str, errors: list[OSError]) -> Iterator[str]:
    """The files below a folder; folders that cannot be listed go into ``errors``."""
    for parent, folders, names in os.walk(folder, onerror=errors.append):
        folders[:] = [name for name in folders if not name.startswith(_HIDDEN)]
        for name in names:
            if _wanted(name):
                yield os.path.join(parent, name)


def _entry(path: str, name: str) -> _Entry:
    found = check_file(path)
    return _Entry(path, name, found.st_size, found.st_mtime_ns)


def _remote(given: str) -> Iterator[_Entry | InputError]:
    """As :func:`_local`, by fsspec. Of a URL in several links only a single file can be taken."""
    try:
        from fsspec.core import url_to_fs
    except ImportError:
        raise MissingExtra("scan", "reading from a URL") from None
    try:
        system, path = url_to_fs(given)
        if "::" not in given and glob.has_magic(path):
            root = path[: next(i for i, c in enumerate(path) if c in "*?[")].rpartition("/")[0]
            found = {match: info for match, info in system.glob(path, detail=True).items() if _is_file(info)}
            hint = "no file matches; check the pattern"
        elif "::" not in given and system.isdir(path):
            root, hint = path.rstrip("/"), "a folder without files; name another"
            found = system.find(path, detail=True)
        else:
            yield _Entry(given, PurePosixPath(path).name, int(system.info(path)["size"] or 0))
            return
    except Exception as error:  # every file system of fsspec has errors of its own
        raise MissingInput(f"{shown(given)}: {_reason(error)}") from None
    relative = {match: match[len(root) :].lstrip("/") for match in sorted(found)}
    relative = {match: name for match, name in relative.items() if all(map(_wanted, name.split("/")))}
    if not relative:
        raise MissingInput(f"{shown(given)}: {hint}")
    for match, name in relative.items():
        yield _Entry(system.unstrip_protocol(match), name, int(found[match]["size"] or 0))


def _is_file(info: dict[str, Any]) -> bool:
    return info.get("type") == "file"


def _reason(error: Exception) -> str:
    """What fsspec says, in a line, and what to do."""
    if isinstance(error, FileNotFoundError):
        return "no such file; check the URL"
    said = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, ImportError):
        return f"{said.rstrip('.')}; install what reads such URLs"
    return f"cannot be read ({said}); check the URL and the credentials"


def _distinct(entries: list[_Entry]) -> list[str]:
    """A name for each: as found, with as many of its folders before it as it takes to tell them apart.

    Names are compared without case, since some file systems do.
    """
    wholes = [_whole(entry.url) for entry in entries]
    names = [_clean(entry.name) for entry in entries]
    depth = 1
    while True:
        times = Counter(name.lower() for name in names)
        clashes = [i for i, name in enumerate(names) if times[name.lower()] > 1]
        if not clashes:
            return names
        deeper = {i: "/".join(wholes[i][-(names[i].count("/") + 2) :]) for i in clashes}
        if depth > max(len(wholes[i]) for i in clashes):  # the same path on two machines, or but for case
            for number, i in enumerate(clashes, start=1):
                names[i] = f"{number}/{names[i]}"
            continue
        for i, name in deeper.items():
            names[i] = name
        depth += 1


def _whole(url: str) -> list[str]:
    path = url.split("::", 1)[0].split("://", 1)[-1] if is_remote(url) else os.path.abspath(url)
    return [part for part in path.replace("\\", "/").split("/") if part not in ("", ".", "..")]


def _clean(name: str) -> str:
    return "/".join(part for part in name.replace("\\", "/").split("/") if part not in ("", ".", ".."))
