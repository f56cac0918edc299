"""What every engine is held against."""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import pyarrow as pa

COLUMNS = tuple(f"unspin_{name}" for name in "screen sieve look score rate spun share spinner spans note error".split())
"""The names that are promised, in order."""


def needed(*modules: str) -> Any:
    """The first of some modules, all of them imported; skips where one is missing, or fails where engines are required."""
    try:
        return [importlib.import_module(module) for module in modules][0]
    except ImportError:
        what = ", ".join(modules)
        if os.environ.get("UNSPIN_ENGINES") == "required":
            pytest.fail(f"UNSPIN_ENGINES=required, but there is no {what}")
        pytest.skip(f"no {what}; this engine is not tested")


def assert_same(found: pa.Table, expected: pa.Table) -> None:
    """Every value of every document is the same to the last bit, whatever the order of the rows."""
    assert [name for name in found.column_names if name.startswith("unspin_")] == list(COLUMNS)
    found = found.select(expected.column_names).cast(expected.schema).sort_by("id").combine_chunks()
    expected = expected.sort_by("id").combine_chunks()
    assert found["id"].to_pylist() == expected["id"].to_pylist()
    for name in COLUMNS:
        differing = [
            (key, one, other)
            for key, one, other in zip(
                found["id"].to_pylist(), found[name].to_pylist(), expected[name].to_pylist(), strict=True
            )
            if one != other
        ]
        assert not differing, (name, differing[:3])
    assert found.equals(expected)
