"""Blocks for datatrove: a filter that drops machine-spun documents, and a block that writes what it finds to each.

Both gather documents into Arrow batches of ``batch_size``, since a batch is what the screen is fast on. The batch size
changes no value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from unspin.engines.arrow import OPTIONS, SETTINGS, Options, Settings, annotate_texts
from unspin.errors import MissingExtra

try:
    from datatrove.pipeline.base import PipelineStep
    from datatrove.pipeline.filters.base_filter import BaseFilter
    from datatrove.utils.batching import batched
except ModuleNotFoundError as error:
    raise MissingExtra("datatrove", "the datatrove blocks") from error

if TYPE_CHECKING:
    from collections.abc import Iterator

    from datatrove.data import Document
    from datatrove.pipeline.writers.disk_base import DiskWriter

__all__ = ["REASON", "Options", "Settings", "SpunAnnotator", "SpunFilter"]

REASON = "machine-spun"
"""Why the filter drops a document: counted as ``dropped_machine-spun``, and ``filter_reason`` of what is written."""


class SpunFilter(BaseFilter):
    """Drops the documents that read as machine-spun.

    What is dropped goes to the exclusion writer with its evidence: ``filter_reason`` and the values of
    ``unspin.scan.annotate`` in its metadata. What is kept is left as it was, byte for byte. A document that cannot be
    judged is kept; if reading it failed, it is counted as ``unread``. With a restored column, what is dropped is restored.

    Attributes:
        settings: how documents are read, the operating point above all.
        options: with or without spans and restored text, and limits; ``text_column`` and ``restored_column`` as for
            :class:`SpunAnnotator`.
    """

    name = "🌀 Machine-spun"

    def __init__(
        self,
        settings: Settings = SETTINGS,
        exclusion_writer: DiskWriter | None = None,
        batch_size: int = 1_000,
        options: Options = OPTIONS,
    ) -> None:
        super().__init__(exclusion_writer, batch_size)
        self.settings, self.options = settings, options

    def filter(self, doc: Document) -> bool | tuple[bool, str]:
        """Keep one document (True), or drop it with a reason."""
        return self.filter_batch([doc])[0]

    def filter_batch(self, batch: list[Document]) -> list[bool | tuple[bool, str]]:
        """For each document, in order: keep it (True), or drop it with a reason."""
        kept: list[bool | tuple[bool, str]] = []
        found = annotate_texts([document.text for document in batch], self.settings, self.options)
        for document, values in zip(batch, found, strict=True):
            if values["unspin_error"]:
                self.stat_update("unread")
            if values["unspin_spun"]:
                _tell(document, values, self.options)
            kept.append((False, REASON) if values["unspin_spun"] else True)
        return kept


class SpunAnnotator(PipelineStep):
    """Writes the values of ``unspin.scan.annotate`` into the metadata of every document, restores it if asked, drops none.

    ``ParquetWriter`` takes its schema from the first document, where most of these values are null. Name the columns for it:
    ``schema=pa.schema([("text", pa.string()), ("id", pa.string()), …, *unspin.scan.annotate.COLUMNS])`` with
    ``expand_metadata=True``.

    Attributes:
        settings: how documents are read, the operating point above all.
        options: with or without spans and restored text, and limits. A ``restored_column`` is a key of the metadata, null
            where nothing was restored; that of the text (``text_column``, "text") puts the restored text in its place.
        batch_size: number of documents that are held in memory and annotated together.
    """

    name = "🌀 Machine-spun"
    type = "🏷 - ANNOTATOR"

    def __init__(self, settings: Settings = SETTINGS, batch_size: int = 1_000, options: Options = OPTIONS) -> None:
        super().__init__()
        self.settings, self.options = settings, options
        self.batch_size = batch_size

    def run(self, data: Iterator[Document], rank: int = 0, world_size: int = 1) -> Iterator[Document]:
        """Annotate the documents as they come, in order."""
        for batch in batched(data, self.batch_size):
            with self.track_time("batch"):
                rows = annotate_texts([document.text for document in batch], self.settings, self.options)
            for document, values in zip(batch, rows, strict=True):
                restored = _tell(document, values, self.options)
                counted = {"spun": values["unspin_spun"], "restored": restored}
                self.stat_update("total", *(name for name, yes in counted.items() if yes))
                self.update_doc_stats(document)
                yield document


def _tell(document: Document, values: dict[str, Any], options: Options) -> bool:
    """Write into a document what was found; whether something in it was restored."""
    values = dict(values)
    name = options.restored_column
    restored = None if name is None else values[name]
    if name is not None and name == options.text_column:
        del values[name]
        if restored is not None:
            document.text = restored
    document.metadata.update(values)
    return restored is not None
