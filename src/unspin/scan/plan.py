"""What a run is to do: options, the files that come out of it, and the tasks of its workers."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

import orjson

from unspin.corpus.formats import Columns, Split
from unspin.corpus.sources import Source
from unspin.errors import DamagedData, OptionError
from unspin.settings import Settings

__all__ = ["ANNOTATOR", "AnnotationFormat", "Assemble", "Cut", "Keep", "Options", "Plan", "Scan", "Task"]

AnnotationFormat = Literal["parquet", "jsonl"]
Keep = Literal["clean", "spun"]
ANNOTATOR: Final = "unspin.scan.annotate:annotate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How batches of documents are worked on, beside the settings of the reading.

    Attributes:
        text_column: column of the texts: string, large_string or their views; binary holds UTF-8.
        spans: restore the documents that read as spun and list their swapped words; without, the verdict alone, several
            times faster on spun text.
        longest: words of a document that the reader reads at most; the screen sees all.
        time_limit: seconds for one document; a document that takes longer is skipped with this reason.

    Raises:
        OptionError: an option is out of range.
    """

    text_column: str = "text"
    spans: bool = True
    longest: int = 20_000
    time_limit: float = 60.0

    def __post_init__(self) -> None:
        if self.longest < 1:
            raise OptionError(f"longest {self.longest}: give a number of words from 1")
        if not self.time_limit > 0:
            raise OptionError(f"time limit {self.time_limit:g}: give seconds above 0")


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that the output depends on, beside the input.

    Attributes:
        settings: of the reading.
        options: of the work on batches; the column of the texts is named in ``columns``.
        columns: where text and id stand in the input.
        annotations: format of the annotations, or None for none.
        keep: which documents are written again as they stand: those that read as spun, or all others; None for neither.
        annotator: the function that annotates a batch, as ``"module:name"``; another than
            :func:`unspin.scan.annotate.annotate` is for tests and measurements.
    """

    settings: Settings = field(default_factory=Settings)
    options: Options = field(default_factory=Options)
    columns: Columns = field(default_factory=Columns)
    annotations: AnnotationFormat | None = "parquet"
    keep: Keep | None = None
    annotator: str = ANNOTATOR

    def record(self) -> dict[str, Any]:
        """All of it as JSON, as it stands in ``summary.json``; what is rarely asked for only where it is.

        Raises:
            DamagedData: the dictionary cannot be read.
        """
        settings, options = self.settings, self.options
        rare = {
            "dictionary": None if settings.dictionary is None else _digest(settings.dictionary),
            "fill_all": settings.fill_all or None,
            "tortured": settings.tortured or None,
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


@dataclass(frozen=True, slots=True)
class Cut:
    """Find out which splits a source has; ``key`` names the source in the state of the run."""

    key: str
    source: Source


@dataclass(frozen=True, slots=True)
class Scan:
    """Read a split on from its last checkpoint."""

    key: str
    source: Source
    split: Split

    @property
    def folder(self) -> str:
        """Name of the folder of its segments."""
        return f"{self.key}-{self.split.key}"


@dataclass(frozen=True, slots=True)
class Assemble:
    """Put the segments of a source together; ``folders`` are those of its splits, in order."""

    key: str
    source: Source
    folders: tuple[str, ...]


Task = Cut | Scan | Assemble
