"""The formats of a report, and one function that writes them all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module

from unspin.errors import OptionError
from unspin.report.content import report
from unspin.report.source import Entry
from unspin.settings import Settings

__all__ = ["FORMATS", "Format", "export", "format_of"]


@dataclass(frozen=True, slots=True)
class Format:
    """One format.

    Attributes:
        name: ``"html"``, ``"docx"``, ``"csv"``, ``"json"``, ``"md"``.
        suffix: of file names, with the dot.
        media_type: for HTTP.
        module: in this room; its ``render(report)`` gives ``str`` (written as UTF-8) or ``bytes``.
    """

    name: str
    suffix: str
    media_type: str
    module: str


FORMATS: dict[str, Format] = {
    format.name: format
    for format in (
        Format("html", ".html", "text/html; charset=utf-8", "html"),
        Format("docx", ".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
        Format("csv", ".csv", "text/csv; charset=utf-8", "csv"),
        Format("json", ".json", "application/json", "record"),
        Format("md", ".md", "text/markdown; charset=utf-8", "markdown"),
    )
}
"""By name."""

_OTHER_SUFFIXES = {".htm": "html", ".markdown": "md"}


def format_of(suffix: str) -> Format | None:
    """The format of a file-name suffix such as ``".html"``, or None."""
    suffix = suffix.lower()
    return FORMATS.get(_OTHER_SUFFIXES.get(suffix, suffix[1:]))


def export(entries: Sequence[Entry], format: str, *, public: bool = False, settings: Settings | None = None) -> bytes:
    """The report on ``entries``; the same entries give the same bytes.

    Args:
        entries: in the order in which they are to stand.
        format: a name in :data:`FORMATS`.
        public: leave out the full text and keep the evidence, see :mod:`unspin.report.evidence`.
        settings: what the reader was told; None where it is not known.

    Raises:
        OptionError: there is no such format.
        MissingExtra: DOCX without ``unspin[documents]``.
    """
    if format not in FORMATS:
        raise OptionError(f"format {format}: unknown; choose one of {', '.join(FORMATS)}")
    shown = report(entries, public=public, settings=settings)
    rendered: str | bytes = import_module(f"unspin.report.{FORMATS[format].module}").render(shown)
    return rendered if isinstance(rendered, bytes) else rendered.encode("utf-8")
