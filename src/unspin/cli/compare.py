"""``unspin compare``: a page against its source, word by word."""

from __future__ import annotations

from typing import Annotated

import typer

from unspin.cli import options
from unspin.cli.inputs import opened
from unspin.cli.streams import remark, well_behaved, write
from unspin.cli.teaching import Teaching

__all__ = ["compare"]


@well_behaved
def compare(
    page: Annotated[str, typer.Argument(metavar="PAGE", help="The page, or - for standard input.", show_default=False)],
    source: Annotated[
        str, typer.Argument(metavar="SOURCE", help="The text that it may have been made from.", show_default=False)
    ],
    json: Annotated[bool, typer.Option("--json", help="One JSON object, format unspin-comparison-1.")] = False,
    everything: Annotated[
        bool, typer.Option("--all", help="Every line of the evidence, not the first twenty.")
    ] = False,
    teach: options.Teach = None,
) -> int:
    """Show what a page has of a source, and what it changed.

    Both are aligned word by word, through swapped words, moved paragraphs and what was put in between. Prints the shares,
    every quotation as the page and as the source has it, every figure, date and name that differs, the passages, and the
    spinner's dictionary as read off the pair. Sentences that every site has, and what both quote alike, count as taken
    nowhere. Needs the extra 'trace'.

    \b
    Examples:
      unspin compare page.txt article.txt
      unspin compare page.html article.pdf --json | jq .explained
      unspin compare page.txt article.txt --teach spinner.tsv
      unspin restore other-page.txt --dictionary spinner.tsv

    --teach adds what stands for what to a dictionary, with counts; the next page of that spinner is restored better with it.

    Exit status: 0 done, 2 an error.
    """  # noqa: D301 - the help needs the real control character
    texts = [opened(path) for path in (page, source)]
    from unspin.trace import compare as compared

    learned = Teaching(teach)
    found = compared(texts[0].text, texts[1].text)
    options.notes_of(*texts, say=remark)
    learned.take(found)
    learned.save()
    if json:
        from unspin.report.json import dumps
        from unspin.trace.json import comparison_record

        write(dumps(comparison_record(found, page, source)) + b"\n")
        return 0
    from unspin.trace.wording import evidence

    lines = [found.says, *evidence(found, everything=everything)]
    write("".join(f"{line}\n" for line in lines).encode("utf-8", "replace"))
    return 0
