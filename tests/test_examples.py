"""The documents in ``examples/documents`` and the evidence in ``examples/evidence`` are what their ``make.py`` makes."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path

import pytest
from docx import Document as new_docx
from docx.oxml.ns import qn

from examples.documents import make
from examples.evidence import make as evidence
from unspin.documents import from_bytes, load

FOLDER = Path(make.__file__).parent


def parts(data: bytes) -> dict[str, bytes]:
    """The files of an archive, or the one file."""
    if not data.startswith(b"PK"):
        return {"": data}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def without_words(data: bytes) -> list[str]:
    """The tags of a document, and whatever stands in what is left alone."""
    text = data.decode()
    left = re.findall(r"<(?:table|ref-list|inline-formula|disp-formula|xref|code)\b.*?</", text, re.DOTALL)
    return re.findall(r"<[^>]*>", text) + left


@pytest.mark.parametrize("name", make.SPUN)
def test_what_is_spun_is_what_the_simulator_spins(name: str) -> None:
    spun = make.spin(make.written(name), name, make.SPUN[name])
    assert from_bytes(spun, name).text == load(FOLDER / name).text
    if not name.endswith(".docx"):  # which python-docx puts together from a template of its own
        assert parts(spun) == parts((FOLDER / name).read_bytes())


@pytest.mark.parametrize("name", ["article.xml", "chapter.epub"])
def test_what_is_restored_differs_in_words_alone(name: str) -> None:
    spun, restored = (parts((FOLDER / folder / name).read_bytes()) for folder in ("", "restored"))
    assert spun.keys() == restored.keys()
    assert spun != restored
    for part, data in spun.items():
        if part.endswith(("ml", "css", "")):
            assert without_words(restored[part]) == without_words(data)


def test_the_word_file_has_its_changes_tracked_and_all_else_in_its_place() -> None:
    spun, restored = (parts((FOLDER / folder / "essay.docx").read_bytes()) for folder in ("", "restored"))
    differ = {name for name in spun if spun[name] != restored[name]}
    assert spun.keys() == restored.keys() and differ <= {"word/document.xml", "word/footnotes.xml"}
    root = new_docx(FOLDER / "restored" / "essay.docx").element
    for insertion in list(root.iter(qn("w:ins"))):
        insertion.getparent().remove(insertion)
    rejected = "".join(text.text or "" for text in root.iter(qn("w:t"), qn("w:delText")))
    assert rejected == "".join(text.text or "" for text in new_docx(FOLDER / "essay.docx").element.iter(qn("w:t")))
    assert load(FOLDER / "restored" / "essay.docx").text != load(FOLDER / "essay.docx").text


# --- the evidence -----------------------------------------------------------------------------------------------------


def test_the_page_of_the_evidence_is_what_is_made_of_the_article() -> None:
    assert (evidence.HERE / "page.txt").read_text(encoding="utf-8") == evidence.page()


def test_the_reports_prove_what_was_done_to_the_article() -> None:
    pytest.importorskip("numba")
    from unspin.trace import compare

    (document,) = json.loads((evidence.HERE / "report.json").read_bytes())["documents"]
    (source,) = document["origin"]["sources"]
    assert document["reading"]["text"] == evidence.page() and source["comparison"]["source"] == evidence.article()
    held, found = source["comparison"], compare(evidence.page(), evidence.article())
    assert (held["explained"], held["used"]) == (pytest.approx(found.explained), pytest.approx(found.used))
    assert [(p["start"], p["source_start"]) for p in held["passages"]] == [
        (p.start, p.source_start) for p in found.passages
    ]
    changed = {(fact["original"], fact["found"]) for fact in held["facts"]}
    assert {("31", "48"), ("4,870", "7,480"), ("Leeds", "Hull")} <= changed
    dropped, moved = evidence.article().split("\n\n")[8], evidence.article().split("\n\n")[4]
    restored = document["origin"]["restored"]
    assert moved in restored and evidence.ADVERTISEMENT in restored and dropped not in restored
    for name, public in (("report.html", False), ("public.md", True)):
        text = (evidence.HERE / name).read_text(encoding="utf-8")
        assert document["sha256"][:12] in text or public
        assert "the source says" in text and (", in newer " in text) is not public
