"""``unspin simulate``: a spun specimen and its answer key."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from unspin.cli import options
from unspin.cli.inputs import opened
from unspin.cli.streams import well_behaved, write
from unspin.errors import OptionError

__all__ = ["simulate"]


def _families(incomplete: str) -> list[str]:
    """What a shell offers."""
    from unspin import spinners

    return options.offered(spinners.names())(incomplete)


@well_behaved
def simulate(
    file: options.File,
    spinner: Annotated[
        str,
        typer.Option(
            "--spinner",
            metavar="NAME",
            autocompletion=_families,
            help="The family of spinner; a wrong name lists them.",
            show_default=False,
        ),
    ],
    seed: Annotated[
        int,
        typer.Option("--seed", metavar="N", help="The same seed spins the same way, everywhere.", show_default=False),
    ],
    rate: Annotated[
        float | None,
        typer.Option(
            "--rate",
            metavar="SHARE",
            help="Share of the words to swap; the family's own if not given.",
            show_default=False,
        ),
    ] = None,
    json: Annotated[
        bool, typer.Option("--json", help="With the answer key, as JSON, format unspin-specimen-1.")
    ] = False,
) -> int:
    """Spin a document, for measuring detectors and restorers.

    \b
    Examples:
      unspin simulate essay.txt --spinner wordnet-walk --seed 7 > spun.txt
      unspin simulate essay.txt --spinner wordnet-walk --seed 7 --json | jq '.swaps[0]'

    Exit status: 0 done, 2 an error.
    """  # noqa: D301 - the help needs the real control character
    if rate is not None and not 0 < rate <= 1:
        raise OptionError(f"--rate {rate:g}: not between 0 and 1; give a share such as 0.3")
    from unspin.documents import from_bytes

    document = opened(file)
    if document.format in ("markdown", "latex"):  # marks and all, as the offsets of the key are into what is printed
        document = from_bytes(document.data, document.path, suffix="")
    from unspin import spinners

    if spinner not in spinners.names():
        raise OptionError(f"--spinner {spinner}: no such family; choose one of {', '.join(spinners.names())}")
    specimen = spinners.simulate(document.text, spinner, seed=seed, rate=rate)
    if json:
        from unspin.reading import OFFSETS
        from unspin.report.json import SPECIMEN_SCHEMA, dumps
        from unspin.version import version

        key: dict[str, Any] = {
            "schema": SPECIMEN_SCHEMA,
            "unspin": version(),
            "offsets": OFFSETS,
            "spinner": spinner,
            "seed": seed,
            "rate": rate,
            "text": specimen.text,
            "original": specimen.original,
            "swaps": [
                {"start": int(start), "end": int(end), "found": found, "original": original}
                for start, end, found, original in specimen.swaps
            ],
        }
        write(dumps(key) + b"\n")
    else:
        write(document.encode(specimen.text))
    return 0
