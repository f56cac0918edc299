"""What came of a run, for a person who watches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.table import Table
from rich.text import Text

__all__ = ["table"]


def table(summary: Mapping[str, Any]) -> Table:
    """The totals of ``summary.json``."""
    totals, timing = summary["totals"], summary["timing"]
    rows = {
        "pages": f"{totals['documents']:,}",
        "with a source in the archive": f"{totals['claimed']:,}",
        "with a passage, and none claimed": f"{totals['with_a_passage_only']:,}",
    }
    if totals["failed"]["count"]:
        rows["skipped or unreadable"] = f"{totals['failed']['count']:,}"
    rows["time"] = f"{timing['seconds']:,.1f} s, {timing['documents_per_second']:,.3g} pages/s"
    result = Table.grid(padding=(0, 2))
    for name, value in rows.items():
        result.add_row(name, Text(value, justify="right"))
    return result
