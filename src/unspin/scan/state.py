"""The state of a run: a hidden folder in the output, from the first moment to the last.

``run.json`` says what the run is, so that another run into the same folder is told so; a lock says that one is going on.
When all is done the folder is removed, and ``summary.json`` says what the run was.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import orjson

from unspin.corpus.sources import Source, shown
from unspin.errors import OutputError
from unspin.files import lock
from unspin.scan.job import Job
from unspin.scan.segments import remove, write_json

__all__ = ["FOLDER", "SUMMARY", "check", "claim", "described", "finished", "locked"]

FOLDER: Final = ".unspin"
SUMMARY: Final = "summary.json"
_RUN: Final = "run.json"
_LOCK: Final = "lock"
_PATIENCE: Final = 3.0  # seconds: workers of a run that was killed are gone by then


def described(job: Job, sources: Sequence[Source], version: str) -> dict[str, Any]:
    """What makes a run this run: version, settings, and a digest of the inputs with their sizes and times."""
    digest = hashlib.sha256()
    for source in sources:
        digest.update(orjson.dumps([source.name, source.url, source.size, source.changed]))
    return {"version": version, "settings": job.record(), "inputs": f"sha256:{digest.hexdigest()}"}


def check(out: Path) -> None:
    """Refuse a folder that holds something else.

    Raises:
        OutputError: there is something in it that no run wrote.
    """
    try:
        names = set(os.listdir(out))
    except FileNotFoundError:
        return
    except NotADirectoryError:
        raise OutputError(f"-o {out}: is a file; name a folder") from None
    except OSError as error:
        raise OutputError(f"-o {out}: cannot be read ({_said(error)}); choose another folder") from None
    if names and not names & {FOLDER, SUMMARY}:
        raise OutputError(f"-o {out}: holds files of something else; name an empty or a new folder")


@contextlib.contextmanager
def locked(out: Path) -> Iterator[int | None]:
    """The only run in this folder, as long as this lasts; gives the descriptor that holds the lock.

    Raises:
        OutputError: another run is going on there, or nothing can be written.
    """
    path = out / FOLDER / _LOCK
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise OutputError(f"-o {out}: cannot be written ({_said(error)}); choose another folder") from None
        taken = lock(descriptor)
        with contextlib.suppress(OSError):
            if taken and os.path.samestat(os.fstat(descriptor), os.stat(path)):  # not one that a run has just removed
                break
        os.close(descriptor)
        if not taken and time.monotonic() > until:
            raise OutputError(f"-o {out}: another run is writing there; wait for it, or choose another folder")
        time.sleep(0.05)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def claim(out: Path, run: dict[str, Any]) -> None:
    """Begin this run in the folder, or go on with it.

    Raises:
        OutputError: another run was begun there.
    """
    path = out / FOLDER / _RUN
    with contextlib.suppress(FileNotFoundError):
        _same(out, orjson.loads(path.read_bytes()), run)
        return
    write_json(path, run)


def finished(out: Path, run: dict[str, Any]) -> dict[str, Any] | None:
    """The summary of this run if it is done, else None.

    Raises:
        OutputError: another run is done there.
    """
    try:
        summary: dict[str, Any] = orjson.loads((out / SUMMARY).read_bytes())
        complete = summary["complete"]
        before = {name: summary[name] for name in run}
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        raise OutputError(f"-o {out}: its {SUMMARY} was not written by unspin; name an empty or a new folder") from None
    _same(out, before, run)
    if complete:
        remove(out / FOLDER)
        return summary
    return None


def _same(out: Path, before: dict[str, Any], run: dict[str, Any]) -> None:
    if before == run:
        return
    said = []
    if before["version"] != run["version"]:
        said.append(f"version {before['version']} of unspin")
    settings = before["settings"]
    changed = [name for name in settings | run["settings"] if settings.get(name) != run["settings"].get(name)]
    said += [f"{name.replace('_', ' ')} {settings.get(name)}" for name in changed]
    if before["inputs"] != run["inputs"]:
        said.append("other inputs, or some that have changed since")
    raise OutputError(f"-o {shown(str(out))}: holds a run with {', '.join(said)}; choose another folder for this one")


def _said(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
