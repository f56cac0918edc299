"""Write the description of the API: ``python -m unspin.web docs/openapi.json``."""

from __future__ import annotations

import argparse
from pathlib import Path

from unspin.web.app import create
from unspin.web.openapi import dumps

__all__ = ["main"]


def main(arguments: list[str] | None = None) -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m unspin.web", description="Write the description of the API.")
    parser.add_argument("file", type=Path, help="where to, as docs/openapi.json")
    parser.parse_args(arguments).file.write_text(dumps(create().openapi()), encoding="utf-8")


if __name__ == "__main__":
    main()
