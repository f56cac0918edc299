"""Arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypedDict

import typer

from unspin.errors import MissingInput, OptionError

__all__ = [
    "DEFAULT_OPERATING_POINT",
    "Deep",
    "Dictionary",
    "File",
    "OperatingPoint",
    "Settings",
    "Tortured",
    "settings",
]

DEFAULT_OPERATING_POINT = 1e-4

File = Annotated[
    str, typer.Argument(metavar="FILE", help="Text, HTML, PDF or DOCX, or - for standard input.", show_default=False)
]
OperatingPoint = Annotated[
    float,
    typer.Option(
        "--operating-point",
        metavar="RATE",
        help="Call a document spun if at most this share of ordinary documents scores as high.",
    ),
]
Dictionary = Annotated[
    Path | None,
    typer.Option(
        "--dictionary", metavar="FILE", help="The spinner's dictionary, where it is known.", show_default=False
    ),
]
Deep = Annotated[
    Path | None,
    typer.Option(
        "--deep",
        metavar="MODEL",
        help="A causal language model (GGUF file or Hugging Face folder) as a slow second opinion; needs unspin[deep].",
        show_default=False,
    ),
]
Tortured = Annotated[
    bool,
    typer.Option("--tortured", help="Also restore tortured phrases in a document that otherwise reads as written."),
]


class Settings(TypedDict):
    """The keyword arguments of ``unspin.read`` and ``unspin.read_many``."""

    operating_point: float
    deep: Path | None
    dictionary: Path | None
    tortured: bool


def settings(operating_point: float, deep: Path | None, dictionary: Path | None, tortured: bool) -> Settings:
    """The options, checked.

    Raises:
        OptionError: the operating point is no share.
        MissingInput: the model or the dictionary is not there.
    """
    if not 0 < operating_point < 1:
        raise OptionError(f"--operating-point {operating_point:g}: not between 0 and 1; give a share such as 1e-4")
    for name, path in (("--deep", deep), ("--dictionary", dictionary)):
        if path is not None and not path.exists():
            raise MissingInput(f"{name} {path}: no such file; check the path")
    return Settings(operating_point=operating_point, deep=deep, dictionary=dictionary, tortured=tortured)
