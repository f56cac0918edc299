"""Arguments and options that several commands share."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from unspin.errors import MissingInput, OptionError
from unspin.settings import Settings, fast_by_default

if TYPE_CHECKING:
    from unspin.documents import Document
    from unspin.reading import Reading

__all__ = [
    "Deep",
    "Dictionary",
    "Fast",
    "File",
    "FillAll",
    "OperatingPoint",
    "Teach",
    "Tortured",
    "nearly",
    "notes_of",
    "offered",
    "one_form",
    "settings",
    "without",
]

_LOOSEST: Final = 1e-2
"""A page that more ordinary documents than this score as high as says nothing."""

File = Annotated[
    str,
    typer.Argument(
        metavar="FILE", help="A document or an address (https://…), or - for standard input.", show_default=False
    ),
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
Teach = Annotated[
    Path | None,
    typer.Option(
        "--teach",
        metavar="DICTIONARY",
        help="Add what stands for what, with counts, to this dictionary; --dictionary reads it.",
        show_default=False,
    ),
]
Deep = Annotated[
    Path | None,
    typer.Option(
        "--deep",
        metavar="MODEL",
        help="A causal language model (GGUF file or Hugging Face folder) in place of the shipped one; needs the extra 'deep'.",
        show_default=False,
    ),
]
FillAll = Annotated[
    bool,
    typer.Option(
        "--fill-all",
        help="Also fill in guesses that are not sure enough, if likelier than the word found.",
    ),
]
Fast = Annotated[
    bool,
    typer.Option(
        "--fast", help="Read a spun page in a tenth of the time; fewer pages are found and fewer words restored."
    ),
]
Tortured = Annotated[
    bool,
    typer.Option("--tortured", help="Also restore tortured phrases in a document that otherwise reads as written."),
]


def offered(names: Sequence[str]) -> Callable[[str], list[str]]:
    """What a shell offers of these words for one that is begun."""

    def begun(incomplete: str) -> list[str]:
        return [name for name in names if name.startswith(incomplete)]

    return begun


def one_form(format: str | None, known: Sequence[str], json: bool) -> None:
    """Refuse a form of the output that there is not, or two at once.

    Raises:
        OptionError: it is so.
    """
    if format is not None and format not in known:
        raise OptionError(f"--format {format}: no such format; choose one of {', '.join(known)}")
    if format is not None and json:
        raise OptionError("--format and --json: one form at a time; leave one out")


def without(option: str, others: Sequence[str], context: typer.Context) -> None:
    """Refuse options that mean something only together with one that was not given.

    Args:
        option: the one that was not given.
        others: the parameters of the command that hold the others.
        context: of the command.

    Raises:
        OptionError: one of them was given.
    """
    for parameter in others:
        source = context.get_parameter_source(parameter)
        if source is not None and source.name == "COMMANDLINE":
            raise OptionError(
                f"--{parameter.replace('_', '-')}: means nothing without {option}; add it, or leave this out"
            )


def settings(
    operating_point: float,
    deep: Path | None,
    dictionary: Path | None,
    tortured: bool,
    fill_all: bool = False,
    fast: bool = False,
) -> Settings:
    """The options as settings.

    Raises:
        OptionError: the operating point is no share.
        MissingInput: the model or the dictionary is not there.
    """
    for name, path in (("--deep", deep), ("--dictionary", dictionary)):
        if path is not None and not path.exists():
            raise MissingInput(f"{name} {path}: no such file; check the path")
    return Settings(
        operating_point=operating_point,
        dictionary=dictionary,
        fill_all=fill_all,
        tortured=tortured,
        fast=fast or fast_by_default(),
        deep=deep,
    )


def nearly(reading: Reading, operating_point: float) -> str | None:
    """What to say of a page that does not read as spun, but would at ten times the operating point; else None.

    A filter must not believe it. Who has this one page in hand, and reason to doubt it, may.
    """
    rate = reading.false_positive_rate
    if reading.spun or not operating_point < rate <= 10 * operating_point or rate > _LOOSEST:
        return None
    loose = 10.0 ** math.ceil(math.log10(rate) - 1e-9)
    return f"if you doubt that somebody wrote it, --operating-point {loose:g} takes it for spun"


def notes_of(*documents: Document, say: Callable[[str], None]) -> None:
    """Say what is missing from a document, or was guessed about it, so that it does not go unnoticed."""
    from unspin.documents import shown
    from unspin.reading import note_in_words

    for document in documents:
        for note in document.notes:
            say(f"{shown(document.path)}: {note_in_words(note)}")
