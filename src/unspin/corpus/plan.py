"""What a run is to do: settings, the files that come out of it, and the tasks of its workers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from unspin.corpus.formats import Columns, Split
from unspin.corpus.sources import Source

if TYPE_CHECKING:
    from unspin.corpus.annotate import Settings

__all__ = ["ANNOTATOR", "AnnotationFormat", "Assemble", "Cut", "Keep", "Plan", "Scan", "Task", "Unit", "units"]

AnnotationFormat = Literal["parquet", "jsonl"]
Keep = Literal["clean", "spun"]
ANNOTATOR: Final = "unspin.corpus.annotate:annotate"
_BUNDLE_FILES: Final = 4_096
_BUNDLE_BYTES: Final = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that the output depends on, beside the input.

    Attributes:
        settings: of the reading.
        columns: where text and id stand in the input.
        annotations: format of the annotations, or None for none.
        keep: which documents are written again as they stand: those that read as spun, or all others; None for neither.
        annotator: the function that annotates a batch, as ``"module:name"``; another than
            :func:`unspin.corpus.annotate.annotate` is for tests and measurements.
    """

    settings: Settings
    columns: Columns = Columns()
    annotations: AnnotationFormat | None = "parquet"
    keep: Keep | None = None
    annotator: str = ANNOTATOR

    def record(self) -> dict[str, Any]:
        """The settings as JSON, as they stand in ``summary.json``."""
        return {
            **asdict(self.settings),
            "text_column": self.columns.text,
            "id_column": self.columns.id,
            "annotations": self.annotations,
            "keep": self.keep,
        } | ({} if self.annotator == ANNOTATOR else {"annotator": self.annotator})


@dataclass(frozen=True, slots=True)
class Unit:
    """What gets one file of annotations: an input file, or many plain texts, each of which is one document only.

    Attributes:
        key: name of its folder in the state of the run.
        name: as in ``summary.json``; its annotations are called after it.
        sources: the input files, one unless they are texts.
        bundle: whether they are texts.
    """

    key: str
    name: str
    sources: tuple[Source, ...]
    bundle: bool = False

    @property
    def size(self) -> int:
        """Bytes of input, as stored."""
        return sum(source.size for source in self.sources)

    def annotations(self, out: Path, plan: Plan) -> Path:
        """Where its annotations are written."""
        return out / "annotations" / f"{self.name}.{plan.annotations}"


def units(sources: Sequence[Source]) -> list[Unit]:
    """Inputs in order, texts put together: a file of annotations for each of a million small files helps nobody."""
    texts = [source for source in sources if source.format.kind == "text"]
    others = [source for source in sources if source.format.kind != "text"]
    groups: list[tuple[str, tuple[Source, ...], bool]] = [(source.name, (source,), False) for source in others]
    groups += [(f"texts-{number:05}", group, True) for number, group in enumerate(_bundles(texts))]
    return [Unit(f"{number:06}", *group) for number, group in enumerate(groups)]


def _bundles(texts: Sequence[Source]) -> Iterator[tuple[Source, ...]]:
    group: list[Source] = []
    size = 0
    for source in texts:
        if group and (len(group) == _BUNDLE_FILES or size + source.size > _BUNDLE_BYTES):
            yield tuple(group)
            group, size = [], 0
        group.append(source)
        size += source.size
    if group:
        yield tuple(group)


@dataclass(frozen=True, slots=True)
class Cut:
    """Find out which splits a unit has."""

    unit: Unit


@dataclass(frozen=True, slots=True)
class Scan:
    """Read a split on from its last checkpoint; a bundle of texts is one split, None."""

    unit: Unit
    split: Split | None

    @property
    def key(self) -> str:
        """Name of the folder of its segments."""
        return f"{self.unit.key}-{self.split.key if self.split else 'texts'}"


@dataclass(frozen=True, slots=True)
class Assemble:
    """Put the segments of a unit together; ``keys`` are those of its splits, in order."""

    unit: Unit
    keys: tuple[str, ...]


Task = Cut | Scan | Assemble
