"""A stand-in for the reader, by marks in the text, and ``unspin scan`` with it: ``python scan_fakes.py INPUT... -o OUT``.

``SPUN`` reads as spun and was "written", ``RAISE`` fails, ``HANG`` never ends, ``GROW`` takes memory without end, ``DIE``
ends the process; ``ONCE:path:`` ends it unless the file is there, and makes the file. ``SHORT`` is sent on and noted as too
short, ``SIFTED`` passes the screen and not the sieve, ``LOOKED`` the sieve and not the look.
"""

from __future__ import annotations

import gc
import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from unspin.corpus.formats import output
from unspin.scan import plan
from unspin.scan.annotate import added
from unspin.scan.plan import Options
from unspin.settings import Settings

PACE = float(os.environ.get("SCAN_FAKES_PACE", "0"))
"""Seconds that a batch and a segment that is put together take more."""


def annotate(
    batch: pa.RecordBatch,
    settings: Settings,
    options: Options,
    watch: Callable[[int], None] | None = None,
    skip: Mapping[int, str] | None = None,
) -> pa.RecordBatch:
    """As :func:`unspin.scan.annotate.annotate`."""
    time.sleep(PACE)
    texts = [text or "" for text in batch.column("text").to_pylist()]
    rows = [_row(number, text, watch, skip or {}) for number, text in enumerate(texts)]
    for row, text in zip(rows, texts, strict=True):
        row[options.restored_column] = _restored(text, options.restore_from) if row.get("unspin_spun") else None
    made = [pa.array([row.get(field.name) for row in rows], field.type) for field in added(options)]
    return pa.RecordBatch.from_arrays([*batch.columns, *made], schema=pa.schema([*batch.schema, *added(options)]))


def _restored(text: str, least: float) -> str | None:
    return text.replace("SPUN", "written") if least <= 0.9 else None


def _row(number: int, text: str, watch: Callable[[int], None] | None, skip: Mapping[int, str]) -> dict[str, Any]:
    screen = float(len(text) % 16) - 15.5
    marks = re.findall(r"\b(?:SPUN|RAISE|HANG|GROW|DIE|SHORT)\b|ONCE:[^:]+(?=:)", text)
    if not marks:
        passed = {"unspin_sieve": -3.5} if "SIFTED" in text else {}
        passed |= {"unspin_sieve": 4.5, "unspin_look": -2.5} if "LOOKED" in text else {}
        return {"unspin_screen": 1.5 if passed else screen, "unspin_spun": False} | passed
    row: dict[str, Any] = {"unspin_screen": 2.5, "unspin_sieve": 4.5, "unspin_look": 6.5}
    if number in skip:
        return row | {"unspin_error": skip[number]}
    if watch is not None:
        watch(number)
    if marks == ["RAISE"]:
        return row | {"unspin_error": "ValueError: so it goes"}
    _suffer(marks[0])
    if marks == ["SHORT"]:
        return row | {"unspin_score": 0.0, "unspin_rate": 1.0, "unspin_spun": False, "unspin_note": "too-short"}
    spun = "SPUN" in marks
    verdict = {"unspin_score": 20.0 if spun else -1.0, "unspin_rate": 1e-6 if spun else 0.5, "unspin_spun": spun}
    places = [match.span() for match in re.finditer("SPUN", text)]
    spans = (
        [{"start": start, "end": end, "score": 0.9, "restored": "written"} for start, end in places] if spun else None
    )
    return row | verdict | ({"unspin_share": 0.25, "unspin_spinner": "walk", "unspin_spans": spans} if spun else {})


def _suffer(mark: str) -> None:
    if mark == "HANG":
        while True:
            time.sleep(60)
    if mark == "GROW":
        held = []
        while True:
            held.append(b"x" * 20_000_000)
            time.sleep(0.02)
    if mark == "DIE":
        os.kill(os.getpid(), signal.SIGKILL)
    if mark.startswith("ONCE:") and not (path := Path(mark[5:])).exists():
        path.touch()
        os.kill(os.getpid(), signal.SIGKILL)


def _slowly(put_together: Callable[..., int]) -> Callable[..., int]:
    def assemble(segments: Iterable[bytes], *args: Any) -> int:
        return put_together((time.sleep(PACE) or segment for segment in segments), *args)

    return assemble


if PACE:
    output.assemble = _slowly(output.assemble)


if os.environ.get("SCAN_FAKES_PAGES"):
    from unspin.corpus.formats import warc

    _page_text = warc.page_text

    def _suffering(record: Any) -> bytes | None:
        """Pages with a mark do to the process what documents with it do."""
        found = re.search(rb"<i>(HANG|GROW|DIE)</i>", record.data)
        if found:
            _suffer(found[1].decode())
        return _page_text(record)

    warc.page_text = _suffering


def dies_on_import(batch: pa.RecordBatch, *args: Any, **kwargs: Any) -> pa.RecordBatch:
    """A batch that always ends the process, no row in sight."""
    os.kill(os.getpid(), signal.SIGKILL)
    return batch


def reads_what_it_should_skip(
    batch: pa.RecordBatch, settings: Settings, options: Options, watch: Callable[[int], None], skip: Mapping[int, str]
) -> pa.RecordBatch:
    """Takes no notice of ``skip``."""
    return annotate(batch, settings, options, watch=watch, skip={})


def wants_garbage_collected(batch: pa.RecordBatch, *args: Any, **kwargs: Any) -> pa.RecordBatch:
    """Fails in a process that collects no garbage, or looks for it in all that it has loaded."""
    if not gc.isenabled() or not gc.get_freeze_count():
        raise RuntimeError("nobody collects garbage")
    return annotate(batch, *args, **kwargs)


def lose_a_signal(look: Callable[[Any], None]) -> Callable[[Any], None]:
    """``look`` once Ctrl-C has found the program in a finalizer, which loses the exception."""
    given: list[bool] = []

    class Finalized:
        def __del__(self) -> None:
            signal.raise_signal(signal.SIGINT)

    def lost(supervisor: Any) -> None:
        if not given and any(worker.task for worker in supervisor._workers):
            given.append(True)
            Finalized()
        look(supervisor)

    return lost


if __name__ == "__main__":
    import typer

    from unspin.cli import scan as command

    plan_of = command._plan
    command._plan = lambda *args: replace(plan_of(*args), annotator="scan_fakes:annotate")
    assert plan.ANNOTATOR != "scan_fakes:annotate"
    if os.environ.get("SCAN_FAKES_LOSE"):
        from unspin.scan.supervisor import Supervisor

        sys.unraisablehook = lambda lost: None
        Supervisor._look = lose_a_signal(Supervisor._look)  # type: ignore[method-assign]
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command()(command.scan)
    sys.exit(app())
