"""Ray Data, on a local Ray."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.engines.checks import assert_same, needed
from unspin.errors import OptionError

if TYPE_CHECKING:
    import pyarrow


@pytest.mark.usefixtures("local_ray")
def test_ray_says_the_same(parquet: Path, expected: pyarrow.Table, tmp_path: Path) -> None:
    import pyarrow.parquet as pq
    import ray.data

    from unspin.engines.ray import Annotator, Options, Settings

    dataset = ray.data.read_parquet(str(parquet), override_num_blocks=5)
    annotated = dataset.map_batches(
        Annotator,
        batch_format="pyarrow",
        batch_size=30,
        concurrency=2,
        fn_constructor_args=(Settings(fast=True), Options()),
    )
    annotated.write_parquet(str(tmp_path / "out"))
    assert_same(pq.read_table(tmp_path / "out"), expected)


def test_a_table_without_text_is_refused() -> None:
    pa = needed("pyarrow", "numba")
    from unspin.engines.ray import Annotator

    with pytest.raises(OptionError, match="no column 'text'"):
        Annotator()(pa.table({"body": ["a"]}))
