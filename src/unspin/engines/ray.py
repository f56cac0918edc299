"""For Ray Data: a function that reads files and a class that annotates, each for ``Dataset.map_batches``.

    ray.data.from_items([{"url": …}, …]).map_batches(read_urls, batch_size=1, batch_format="pyarrow")
    dataset.map_batches(Annotator, batch_format="pyarrow", concurrency=…)

Ray itself is not imported. It makes one object of the class in each of its actors and hands it one block after another,
so that the models are loaded once an actor.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from unspin.engines.arrow import OPTIONS, SETTINGS, Options, Settings, annotate_table
from unspin.engines.files import Columns, read_files

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Annotator", "Columns", "Options", "Settings", "read_urls"]

_COLUMNS = Columns()


class Annotator:
    """Appends the columns of ``unspin.scan.annotate`` to Arrow tables, and the restored text if asked.

    Attributes:
        settings: how documents are read, the operating point above all.
        options: the text column, with or without spans and restored text, and limits. Given through Ray, both, as
            ``fn_constructor_args=(settings, options)``.
    """

    def __init__(self, settings: Settings = SETTINGS, options: Options = OPTIONS) -> None:
        self.settings, self.options = settings, options

    def __call__(self, batch: pa.Table) -> pa.Table:
        """Annotate one block.

        Raises:
            OptionError: the text column is not there, or a column that would be appended is.
        """
        return annotate_table(batch, self.settings, self.options)


def read_urls(batch: pa.Table, columns: Columns = _COLUMNS) -> Iterator[pa.Table]:
    """The documents of the files named in the column ``url``, as tables of ``unspin.engines.files.DOCUMENTS``.

    Another choice of columns goes through Ray as ``fn_kwargs={"columns": Columns(id="WARC-Target-URI")}``.
    """
    import pyarrow as pa

    for found in read_files(batch["url"].to_pylist(), columns):
        yield pa.Table.from_batches([found])
