"""The job of ``unspin scan``: documents through the gates and the reader."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import orjson

from unspin.corpus.formats import Columns
from unspin.errors import DamagedData, MissingExtra, OptionError
from unspin.scan.job import RESTORED, Annotate
from unspin.scan.options import SETTINGS, Options
from unspin.scan.rows import RowFormat, Rows
from unspin.settings import Settings

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from unspin.scan.summary import Counts

__all__ = ["ANNOTATOR", "Keep", "Plan", "need_libraries"]

Keep = Literal["clean", "spun", "restored"]
ANNOTATOR: Final = "unspin.scan.annotate:annotate"


@dataclass(frozen=True, slots=True)
class Plan:
    """What ``unspin scan`` does with documents, a :class:`unspin.scan.job.Job`.

    Attributes:
        settings: of the reading.
        options: of the work on batches; the columns of the texts are named in ``columns``.
        columns: where text and id stand in the input, and the restored text in what is written.
        annotations: format of the annotations, or None for none.
        keep: which documents are written again: as they stand those that read as spun, or all others; or all of them, with
            what was spun restored. None for none.
        annotator: the function that annotates a batch, as ``"module:name"``; another than
            :func:`unspin.scan.annotate.annotate` is for tests and measurements.

    Raises:
        OptionError: restored text is asked for, and not written or not made.
    """

    settings: Settings = SETTINGS
    options: Options = field(default_factory=Options)
    columns: Columns = field(default_factory=Columns)
    annotations: RowFormat | None = "parquet"
    keep: Keep | None = None
    annotator: str = ANNOTATOR

    def __post_init__(self) -> None:
        if self.keep == "restored" and not self.options.spans:
            raise OptionError(
                "--no-spans: nothing is restored without the swapped words; leave it out, or --keep restored"
            )
        if self.keep != "restored" and self.columns.restored is not None:
            said = "stands in the documents that are written again restored"
            raise OptionError(f"--restored-column {self.columns.restored}: {said}; choose --keep restored")
        if self.columns.restored == "":
            raise OptionError("--restored-column '': give the name of a column")

    @property
    def format(self) -> str:
        """Name of the format of ``summary.json``."""
        return "unspin-scan-1"

    @property
    def stations(self) -> tuple[str, ...]:
        """Screen and sieve see all documents, the look some, the reader few."""
        return "gates", "look", "reader"

    @property
    def time_limit(self) -> float:
        """Seconds for one document."""
        return self.options.time_limit

    @property
    def rows(self) -> Rows:
        """What scan says of documents."""
        from unspin.scan.annotate import ROWS

        return ROWS

    def check(self) -> None:
        """Raise :class:`MissingExtra` where ``unspin[scan]`` is not installed."""
        need_libraries()

    def load(self, compiling: Callable[[], None]) -> Annotate:
        """The function that annotates, with its models loaded."""
        module, _, name = self.annotator.partition(":")
        if self.annotator == ANNOTATOR:
            from unspin import screen

            if not screen.compiled():
                compiling()
            screen.load().warm()
        new = RESTORED if self.keep == "restored" else None
        options = replace(self.options, text_column="text", restored_column=new)
        return partial(getattr(import_module(module), name), settings=self.settings, options=options)

    def kept(self, annotated: pa.RecordBatch) -> NDArray[np.bool_]:
        """Those that read as spun, or all others."""
        spun: NDArray[np.bool_] = annotated.column("unspin_spun").fill_null(False).to_numpy(zero_copy_only=False)
        return spun if self.keep == "spun" else ~spun

    def count(self, annotated: pa.RecordBatch, counts: Counts) -> None:
        """Count what the gates and the reader say."""
        from unspin.scan.tallies import count

        count(annotated, counts, self.options.restore_from)

    def public(self, counts: Counts) -> dict[str, Any]:
        """What they said."""
        from unspin.scan.tallies import public

        return public(counts)

    def record(self) -> dict[str, Any]:
        """All of it as JSON, as it stands in ``summary.json``; what is rarely asked for only where it is.

        Raises:
            DamagedData: the dictionary cannot be read.
        """
        settings, options = self.settings, self.options
        rare = {
            "restored_column": self.columns.restored,
            "restore_from": options.restore_from if self.keep == "restored" else None,
            "dictionary": None if settings.dictionary is None else _digest(settings.dictionary),
            "fill_all": settings.fill_all or None,
            "tortured": settings.tortured or None,
            "fast": None if settings.fast else False,
            "deep": None if settings.deep is None else str(settings.deep),
            "annotator": None if self.annotator == ANNOTATOR else self.annotator,
        }
        return {
            "threshold": settings.operating_point,
            "text_column": self.columns.text,
            "id_column": self.columns.id,
            "spans": options.spans,
            "longest": options.longest,
            "time_limit": options.time_limit,
            "annotations": self.annotations,
            "keep": self.keep,
        } | {name: value for name, value in rare.items() if value is not None}


def _digest(dictionary: Path | Mapping[str, str]) -> str:
    """What tells one dictionary from another: a digest of what is in it."""
    if isinstance(dictionary, Mapping):
        data = orjson.dumps(dict(dictionary), option=orjson.OPT_SORT_KEYS)
    else:
        try:
            data = dictionary.read_bytes()
        except OSError as error:
            said = (error.strerror or str(error)).lower()
            raise DamagedData(f"{dictionary}: the dictionary cannot be read ({said}); check the path") from None
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def need_libraries() -> None:
    """Raise :class:`MissingExtra` where what a run over a corpus needs is not installed."""
    if any(find_spec(module) is None for module in ("numba", "pyarrow")):
        raise MissingExtra("scan", "scanning a corpus")
