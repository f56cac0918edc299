"""``unspin restore``: the restored text, nothing else."""

from __future__ import annotations

import sys

from unspin.cli import options
from unspin.cli.bars import reading_bar
from unspin.cli.streams import is_terminal, remark, well_behaved, write
from unspin.settings import OPERATING_POINT

__all__ = ["restore"]


@well_behaved
def restore(
    file: options.File,
    operating_point: options.OperatingPoint = OPERATING_POINT,
    dictionary: options.Dictionary = None,
    deep: options.Deep = None,
    fill_all: options.FillAll = False,
    tortured: options.Tortured = False,
) -> int:
    """Print what was written before it was spun, and nothing else.

    Where no guess is half sure, the word stays as found. A plain text that does not read as spun comes back byte for
    byte. Encoding and line breaks stay as they are. Of HTML, PDF and DOCX comes the main text, in UTF-8. Where it takes
    longer, a bar on the terminal says how far it is.

    \b
    Examples:
      unspin restore page.txt > readable.txt
      unspin restore paper.pdf
      curl -s https://example.org/page.txt | unspin restore -

    Exit status: 0 done, 2 an error.
    """  # noqa: D301 - the help needs the real control character
    settings = options.settings(operating_point, deep, dictionary, tortured, fill_all)
    from unspin.documents import load, shown

    document = load(file)
    import unspin
    from unspin.report.wording import note_in_words, verdict

    with reading_bar() as watch:
        reading = unspin.read(document.text, settings, watch=watch)
    write(document.encode(reading.restored))
    if document.format != "text":
        for note in document.notes:  # what is missing from the page must not go unnoticed
            remark(f"{shown(document.path)}: {note_in_words(note)}")
    if is_terminal(sys.stderr) and reading.restored == document.text:
        remark(f"{verdict(reading)}; printed unchanged")
    return 0
