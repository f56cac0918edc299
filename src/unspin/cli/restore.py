"""``unspin restore``: the restored text, nothing else."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from unspin.cli import options
from unspin.cli.bars import reading_bar
from unspin.cli.inputs import opened
from unspin.cli.siblings import by_consensus, with_siblings
from unspin.cli.streams import is_terminal, remark, well_behaved, write
from unspin.errors import OptionError
from unspin.files import save
from unspin.settings import OPERATING_POINT, Settings

if TYPE_CHECKING:
    from unspin.documents import Document, Rewritten

__all__ = ["restore"]

_STANDARD_OUTPUT = "-"


@well_behaved
def restore(
    file: options.File,
    further: Annotated[
        list[str] | None,
        typer.Argument(metavar="[SIBLING]...", help="With --siblings: other spins of its article.", show_default=False),
    ] = None,
    operating_point: options.OperatingPoint = OPERATING_POINT,
    dictionary: options.Dictionary = None,
    deep: options.Deep = None,
    fill_all: options.FillAll = False,
    tortured: options.Tortured = False,
    fast: options.Fast = False,
    in_place_copy: Annotated[
        Path | None,
        typer.Option(
            "--in-place-copy",
            metavar="OUT",
            help="Write the same file to OUT (- for standard output) with only those words changed; in DOCX the changes are"
            " tracked.",
            show_default=False,
        ),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="SOURCE",
            help="The text that it was made from: its wording wherever the two align.",
            show_default=False,
        ),
    ] = None,
    index: Annotated[
        str | None,
        typer.Option("--index", metavar="INDEX", help="Find the source in this archive.", show_default=False),
    ] = None,
    mark: Annotated[
        bool,
        typer.Option("--mark", help="With a source: ‹word› is the source's wording, ‹word?› the reader's guess."),
    ] = False,
    siblings: Annotated[
        bool,
        typer.Option(
            "--siblings",
            help="Several spins of one lost article are given: restore the first by what all of them have.",
        ),
    ] = False,
) -> int:
    """Print what was written before it was spun, and nothing else.

    Where no guess is sure enough, the word stays as found. A plain text that does not read as spun comes back byte for
    byte, and so do Markdown and LaTeX. Encoding and line breaks stay as they are. Of all else comes the main text, in
    UTF-8. Where it takes longer, a bar on the terminal says how far it is.

    --in-place-copy writes text, Markdown, LaTeX, JATS, TEI, EPUB, ODT and DOCX in their own format; formulas, code, references,
    styles and notes stay as they are.

    \b
    Examples:
      unspin restore page.txt > readable.txt
      unspin restore paper.pdf
      unspin restore article.xml --in-place-copy mended.xml
      curl -s https://example.org/page.txt | unspin restore -
      unspin restore page.txt --from article.txt
      unspin restore page.txt other-spin.txt third-spin.html --siblings

    With the source at hand its wording is exact, quotations included, wherever page and source align (extra 'trace');
    elsewhere the reader decides. Without it, but with other spins of the same article, the page is restored by consensus: a
    word that was swapped on one page stands untouched on another.

    Exit status: 0 done, 2 an error.
    """  # noqa: D301 - the help needs the real control character
    settings = options.settings(operating_point, deep, dictionary, tortured, fill_all, fast)
    from unspin.documents import rewritten, shown
    from unspin.documents.inplace import check_writable

    document = opened(file)
    with_siblings(further or (), siblings, source is not None or index is not None)
    if source is not None or index is not None:
        if source is not None and index is not None:
            raise OptionError("--from and --index: give one of the two")
        if in_place_copy is not None:
            raise OptionError("--in-place-copy: works without a source; leave out --from and --index")
        return _from_source(document, settings, source, index, mark)
    if mark:
        raise OptionError("--mark: needs a source; give --from SOURCE or --index INDEX, or use unspin read")
    if in_place_copy is not None:
        check_writable(document)
        _spare(in_place_copy, file)
    import unspin
    from unspin.reading import note_in_words

    with reading_bar() as watch:
        if siblings:
            reading = by_consensus(document, further or (), settings, watch)
        else:
            reading = unspin.read(document.text, settings, watch=watch)
    if in_place_copy is not None:
        done = rewritten(document, reading.substitutions)
        _put(in_place_copy, done.data)
        where = "" if str(in_place_copy) == _STANDARD_OUTPUT else f" in {shown(str(in_place_copy))}"
        remark(f"{reading.says}; {_changed(done, document)}{where}")
    elif document.format in ("markdown", "latex"):
        write(rewritten(document, reading.substitutions).data)
    else:
        write(document.encode(reading.restored))
    if document.format != "text":
        for note in document.notes:  # what is missing from the page must not go unnoticed
            remark(f"{shown(document.path)}: {note_in_words(note)}")
    if in_place_copy is None and is_terminal(sys.stderr) and reading.restored == document.text:
        doubt = options.nearly(reading, operating_point)
        remark(f"{reading.says}; printed unchanged{f'; {doubt}' if doubt else ''}")
    return 0


def _put(out: Path, data: bytes) -> None:
    """The copy, to a file or to standard output.

    Raises:
        OptionError: an archive is nothing for a terminal.
        OutputError: it cannot be written.
    """
    if str(out) != _STANDARD_OUTPUT:
        save(out, data, said=f"--in-place-copy {out}")
    elif data.startswith(b"PK") and is_terminal(sys.stdout):
        raise OptionError("--in-place-copy -: such a document is nothing for a terminal; name a file")
    else:
        write(data)


def _spare(out: Path, file: str) -> None:
    """Refuse to write over the document.

    Raises:
        OptionError: it is what would be written over.
    """
    if os.path.exists(out) and os.path.exists(file) and os.path.samefile(out, file):
        raise OptionError(f"--in-place-copy {out}: would write over the document; choose another name")


def _changed(done: Rewritten, document: Document) -> str:
    """In words, what was written back."""
    changes = f"{done.made:,} change{'s' if done.made != 1 else ''}"
    if not done.left:
        return changes
    touched = "what others have changed" if document.format == "docx" else "formulas, references or marks"
    return f"{changes} ({done.left:,} more would touch {touched})"


def _from_source(document: Document, settings: Settings, source: str | None, index: str | None, mark: bool) -> int:
    """The page in the wording of its source, which is given or found."""
    import unspin
    from unspin.documents import shown
    from unspin.trace import Archive, compare, restored, search
    from unspin.trace.restoring import marked
    from unspin.trace.wording import trace_in_words

    reading = unspin.read(document.text, settings)
    if source is not None:
        found = [compare(document.text, opened(source).text)]
    else:
        assert index is not None
        traced = search(document.text, Archive(index), reading)
        found = [match.comparison for match in traced.others] or [compare(document.text, "")]
        named = ", ".join(match.id for match in traced.others)
        said = f"the source is {named}" if named else f"{trace_in_words(traced)}; the reader's words alone"
        remark(f"{shown(document.path)}: {said}")
    made = restored(found[0], reading, further=found[1:])
    write(document.encode(marked(made) if mark else made.restored))
    options.notes_of(document, say=remark)
    remark(f"{len(made.by_source):,} places by the source, {len(made.by_reader):,} by the reader")
    return 0
