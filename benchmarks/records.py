"""Raw runs: what was measured, by which command, on which day."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

__all__ = ["write"]


def write(file: Path, command: str, **measured: Any) -> None:
    """Write a run as JSON, with today's date."""
    record = {"command": command, "date": f"{datetime.now(UTC):%Y-%m-%d}", **measured}
    file.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
