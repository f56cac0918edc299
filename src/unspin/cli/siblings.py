"""``--siblings`` of ``unspin restore``: other spins of the same lost article beside the page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from unspin.cli import options
from unspin.cli.inputs import opened
from unspin.cli.streams import remark
from unspin.errors import OptionError
from unspin.settings import MOST_SIBLINGS

if TYPE_CHECKING:
    from unspin.documents import Document
    from unspin.reader import Watch
    from unspin.reading import Reading
    from unspin.settings import Settings

__all__ = ["by_consensus", "with_siblings"]


def with_siblings(further: Sequence[str], asked: bool, source: bool) -> None:
    """Refuse what does not go together.

    Raises:
        OptionError: several pages without ``--siblings``, or the other way round; a source beside them; too many.
    """
    if further and not asked:
        raise OptionError(
            f"{further[0]}: a second page; one at a time, or --siblings where all are spins of one lost article"
        )
    if asked and not further:
        raise OptionError("--siblings: name the other spins of the article after the page")
    if asked and source:
        raise OptionError("--siblings: works without a source; leave out --from and --index, or --siblings")
    if len(further) >= MOST_SIBLINGS:
        raise OptionError(f"--siblings: {len(further)} of them; name {MOST_SIBLINGS - 1} at most")


def by_consensus(document: Document, further: Sequence[str], settings: Settings, watch: Watch | None) -> Reading:
    """The page as all of the spins together have it; who had no vote is named on standard error."""
    from unspin.documents import shown
    from unspin.trace.siblings import ALIGNED, siblings

    others = [opened(path) for path in further]
    made = siblings([document.text, *(other.text for other in others)], settings, watch)
    options.notes_of(*others, say=remark)
    if not made.reading.spun:
        remark(f"{shown(document.path)}: {made.reading.says}; its siblings say nothing against it")
        return made.reading
    for other, share in zip(others, made.aligned[1:], strict=True):
        if share < ALIGNED:
            remark(f"{shown(other.path)}: no sibling: {share:.0%} of the page's words stand there too; left out")
    helped = sum(share >= ALIGNED for share in made.aligned[1:])
    remark(f"{helped:,} sibling{'s' if helped != 1 else ''} helped; {made.decided:,} places decided together")
    return made.reading
