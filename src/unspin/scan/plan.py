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
Keep = Literal["clean", "spun", "restored"]
ANNOTATOR: Final = "unspin.scan.annotate:annotate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How batches of documents are worked on, beside the settings of the reading.

    Attributes:
        text_column: column of the texts: string, large_string or their views; binary holds UTF-8.
        spans: restore the documents that read as spun and list their swapped words; without, the verdict alone, several
            times faster on spun text.
        longest: words of a document that the reader reads at most; the gates see all.
        time_limit: seconds for one document; a document that takes longer is skipped with this reason.
        restored_column: column that gets the restored text, null where nothing was restored; the column of the texts itself
            for the restored text in place of the page's. None for neither.
        restore_from: least confidence at which a word is restored; below it the page's word stays.

    Raises:
        OptionError: an option is out of range, or one asks for what another leaves out.
    """

    text_column: str = "text"
    spans: bool = True
    longest: int = 20_000
    time_limit: float = 60.0
    restored_column: str | None = None
    restore_from: float = 0.0

    def __post_init__(self) -> None:
        if self.longest < 1:
            raise OptionError(f"longest {self.longest}: give a number of words from 1")
        if not self.time_limit > 0:
            raise OptionError(f"time limit {self.time_limit:g}: give seconds above 0")
        if not 0 <= self.restore_from <= 1:
            raise OptionError(f"restore from {self.restore_from:g}: give a confidence from 0 to 1, such as 0.9")
        if self.restored_column is not None and not self.spans:
            raise OptionError("without the swapped words (spans) nothing is restored; ask for both or for neither")
        if self.restored_column == "":
            raise OptionError("restored column '': give the name of a column")


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that the output depends on, beside the input.

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

    settings: Settings = field(default_factory=Settings)
    options: Options = field(default_factory=Options)
    columns: Columns = field(default_factory=Columns)
    annotations: AnnotationFormat | None = "parquet"
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
