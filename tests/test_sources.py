"""Documents with a source: every word leads back to it, and restored words are put back into it."""

from __future__ import annotations

import io
import re
import time
import zipfile
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from docx import Document as new_docx
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from typer.testing import CliRunner

from unspin.cli.main import app
from unspin.documents import Document, Limits, from_bytes, load, rewritten
from unspin.errors import EmptyInput, InputError, OptionError, UnknownFormat

JATS = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE article PUBLIC "-//NLM//DTD JATS (Z39.96) Journal Publishing DTD v1.2 20190208//EN" "JATS-journalpublishing1.dtd">
<article xmlns:mml="http://www.w3.org/1998/Math/MathML"><front><journal-meta><journal-title>Clay</journal-title></journal-meta>
<article-meta><title-group><article-title>The caf&#233; &amp; the kiln</article-title></title-group>
<abstract><p>We   fired the <italic>bow</italic>ls at
 <inline-formula><mml:math><mml:mi>T</mml:mi></mml:math></inline-formula> degrees [<xref>3</xref>], as <xref>Orrin</xref>
 did.</p></abstract></article-meta></front>
<body><sec><label>1</label><title>Glazes</title><!-- a kiln --><p>The kiln was hot.</p>
<table-wrap><caption><p>Plates that cracked.</p></caption><table><tr><td>Kiln 12</td></tr></table></table-wrap></sec></body>
<back><ref-list><ref><mixed-citation>Orrin M. The kiln.</mixed-citation></ref></ref-list></back></article>
"""

TEI = """<?xml version="1.0"?><TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader><fileDesc><titleStmt><title>No text</title>
</titleStmt></fileDesc></teiHeader><text><body><head>The kiln</head><p>The kiln <choice><sic>wos</sic><corr>was</corr></choice>
hot <ref>(Orrin, 2009)</ref> at <formula>T</formula>.<note>A note on clay.</note></p></body>
<back><div><listBibl><bibl>Orrin. The kiln.</bibl></listBibl></div></back></text></TEI>"""

MARKDOWN = """---
title: the kiln
---
# The *old* kiln

The `kiln` and a [long road](http://kiln.example/kiln "the kiln") and **hot** &amp; dry \\* clay $kiln$ cracked[^1].
Then ![a kiln](kiln.png) the <b>van</b> came by <http://kiln.example> again [@kiln].

> A kiln was
> quoted here.

```py
kiln = 1
```

| kiln | plates |
|---|---|
| 1 | 2 |

$$
kiln = 1
$$

- the kiln cooled
"""

LATEX = r"""\documentclass{article}
\newcommand{\kiln}{kiln}
\title{The \emph{old} kiln}
\begin{document}
\maketitle
\section{Glazes}
The kiln~\cite{kiln} took $kiln + 1$ days in the caf\'e's ``yard''\footnote{The kiln cooled.} and \textbf{cracked}. % kiln
Then \mymacro{kiln}[kiln] it stood as Figure~\ref{kiln} shows.

A new day.
\begin{equation} kiln = 1 \end{equation}
\begin{verbatim}
kiln
\end{verbatim}
\begin{figure}\includegraphics[width=1cm]{kiln.png}\caption{A kiln from above.}\end{figure}
\end{document}
"""


class Swap(NamedTuple):
    """An edit."""

    start: int
    end: int
    original: str


def swaps(document: Document, *words: tuple[str, str]) -> list[Swap]:
    """Every place of each word in the text."""
    found = [
        Swap(*match.span(), new) for old, new in words for match in re.finditer(rf"\b{re.escape(old)}\b", document.text)
    ]
    return sorted(found)


def chapters(*names: str) -> bytes:
    """An EPUB whose spine turns the chapters backwards."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as book:
        book.writestr("mimetype", "application/epub+zip")
        book.writestr("META-INF/container.xml", '<container><rootfile full-path="OPS/book.opf"/></container>')
        items = "".join(
            f'<item id="{n}" href="{n}%201.xhtml" media-type="application/xhtml+xml"/>' for n in (*names, "nav")
        )
        spine = "".join(f'<itemref idref="{n}"/>' for n in reversed(names))
        book.writestr("OPS/book.opf", f"<package><manifest>{items}</manifest><spine>{spine}</spine></package>")
        for name in names:
            page = f"<body><h1>{name}</h1><p>The kiln of <code>x</code> {name}.</p></body>"
            book.writestr(f"OPS/{name} 1.xhtml", f"<html><head><title>x</title></head>{page}</html>")
    return packed.getvalue()


def odt() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        file.writestr(
            "content.xml",
            '<o:document-content xmlns:o="o" xmlns:t="t"><o:body><o:text><t:tracked-changes><t:p>gone</t:p></t:tracked-changes>'
            "<t:h>Glazes</t:h><t:p>The<t:s/>kiln<t:note><t:note-citation>1</t:note-citation><t:note-body><t:p>A note.</t:p>"
            "</t:note-body></t:note> cooled.</t:p></o:text></o:body></o:document-content>",
        )
    return packed.getvalue()


READ = {
    "a.xml": (
        JATS.encode(),
        "jats",
        ["The café & the kiln", "We fired the bowls at […] degrees [3], as […] did.", "Glazes", "The kiln was hot.",
         "Plates that cracked."],
    ),
    "b.xml": (TEI.encode(), "tei", ["The kiln", "The kiln wos hot […] at […].", "A note on clay."]),
    "c.md": (
        MARKDOWN.encode(),
        "markdown",
        ["The old kiln",
         "The […] and a long road and hot & dry * clay […] cracked[^1]. Then the van came by […] again […].",
         "A kiln was quoted here.", "the kiln cooled"],
    ),
    "d.tex": (
        LATEX.encode(),
        "latex",
        ["The old kiln", "Glazes",
         "The kiln […] took […] days in the café's “yard” and cracked. Then it stood as Figure […] shows.",
         "The kiln cooled.", "A new day.", "A kiln from above."],
    ),
    "e.epub": (chapters("one", "two"), "epub", ["two", "The kiln of […] two.", "one", "The kiln of […] one."]),
    "f.odt": (odt(), "odt", ["Glazes", "The kiln cooled.", "A note."]),
}  # fmt: skip


@pytest.mark.parametrize("name", READ)
def test_prose_is_read_and_nothing_else(name: str) -> None:
    data, format, expected = READ[name]
    document = from_bytes(data, name)
    assert document.format == format
    assert document.text.removesuffix("\n").split("\n\n") == expected


def test_a_title_of_latex_stands_first() -> None:
    document = from_bytes(b"\\title{Kilns}\n\\begin{document}\nOne cooled.\n\\end{document}\n", "a.tex")
    assert document.text == "Kilns\n\nOne cooled.\n"


@pytest.mark.parametrize("name", READ)
def test_every_word_leads_back_to_its_place_in_the_source(name: str) -> None:
    data = READ[name][0]
    document = from_bytes(data, name)
    led = 0
    for match in re.finditer(r"[A-Za-z]+", document.text):
        for offset in range(*match.span()):
            origin = document.origin(offset)
            if origin is None:
                continue
            held = zipfile.ZipFile(io.BytesIO(data)).read(origin.part) if origin.part else data
            assert held.decode()[origin.offset] == document.text[offset]
            led += 1
    assert led > 0.9 * sum(c.isascii() and c.isalpha() for c in document.text)
    assert document.origin(document.text.index("\n\n")) is None


@pytest.mark.parametrize(
    ("name", "places"), [("a.xml", 2), ("b.xml", 2), ("c.md", 3), ("d.tex", 4), ("e.epub", 2), ("f.odt", 1)]
)
def test_only_the_words_change_in_the_source(name: str, places: int) -> None:
    data = READ[name][0]
    document = from_bytes(data, name)
    edits = swaps(document, ("kiln", "oven"))
    done = rewritten(document, edits)
    assert (done.made, done.left, len(edits)) == (places, 0, places)
    again = from_bytes(done.data, name)
    assert again.text == document.text.replace("kiln", "oven")
    if name[-4:] in ("epub", ".odt"):
        before, after = zipfile.ZipFile(io.BytesIO(data)), zipfile.ZipFile(io.BytesIO(done.data))
        assert before.namelist() == after.namelist()
        assert after.read("mimetype") == before.read("mimetype")
    else:
        assert done.data.replace(b"oven", b"kiln") == data
        assert done.data.count(b"oven") == places
    assert rewritten(document, []).data.count(b"kiln") == data.count(b"kiln")


def test_a_document_without_changes_is_written_back_byte_for_byte() -> None:
    for name, encoding in (("a.xml", "utf-8"), ("c.md", "utf-8-sig"), ("d.tex", "utf-8")):
        data = READ[name][0].decode().replace("\n", "\r\n").encode(encoding)
        document = from_bytes(data, name)
        assert document.text == from_bytes(READ[name][0], name).text
        assert rewritten(document, []).data == data
        assert rewritten(document, swaps(document, ("kiln", "oven"))).data.replace(b"oven", b"kiln") == data


def test_words_are_written_as_the_format_has_them() -> None:
    document = from_bytes(JATS.replace("UTF-8", "ISO-8859-1").encode("latin-1"), "a.xml")
    edits = swaps(document, ("café & the", "bread <& ночь"), ("bowls", "plates"))
    data = rewritten(document, edits).data
    assert b"The bread &lt;&amp; &#1085;&#1086;&#1095;&#1100; kiln" in data
    assert b"<italic>plates</italic> at" in data  # a word in pieces: the new one stands in the first
    assert from_bytes(data, "a.xml").text.startswith("The bread <& ночь kiln\n")


@pytest.mark.parametrize("name", ["c.md", "d.tex"])
def test_words_that_would_be_marks_are_left_out(name: str) -> None:
    document = from_bytes(READ[name][0], name)
    done = rewritten(document, swaps(document, ("kiln", "$ov_en")))
    assert (done.made, done.data) == (0, READ[name][0])
    assert done.left


@pytest.mark.parametrize(
    ("name", "source", "written"),
    [
        ("a.md", "The bowls went into the old\nkiln, and out.", "The bowls went into the oven, and out."),
        ("a.md", "> The bowls went into the old\n> kiln, and out.", "> The bowls went into the oven, and out."),
        ("a.md", "> The old\n> kiln that\n>> cooled the old\n>> kiln.", "> The oven\n> that\n>> cooled the oven."),
        ("a.md", "> * The old \r\n>   kiln cooled.", "> * The oven \r\n>   cooled."),
        ("a.md", "> The old\nkiln cooled.", "> The oven\ncooled."),
        ("a.md", "The **old\nkiln that** cooled.", "The **oven\nthat** cooled."),
        ("a.md", "The old  \nkiln and the old\\\nkiln.", None),  # lines that the writer ended
        ("a.md", "The old *kiln* cooled.", None),
        ("a.tex", "\\begin{document}The old\n  kiln cooled.\\end{document}", None),
    ],
)
def test_a_phrase_that_a_line_parts_is_written_back(name: str, source: str, written: str | None) -> None:
    document = from_bytes(source.encode(), name)
    done = rewritten(document, swaps(document, ("old kiln", "oven")))
    if name.endswith("tex"):
        written = source.replace("old\n  kiln ", "oven\n  ")
    assert done.data.decode() == (source if written is None else written)
    two = rewritten(document, swaps(document, ("old kiln", "new oven"))).data.decode()
    assert two == (source if written in (None, source) else source.replace("old", "new").replace("kiln", "oven"))


def test_what_is_no_prose_is_never_changed() -> None:
    document = from_bytes(JATS.encode(), "a.xml")
    at = document.text.index("[…]")
    done = rewritten(document, [Swap(at, at + 3, "x"), Swap(at + 12, at + 16, "y")])
    assert (done.made, done.left, done.data) == (0, 2, JATS.encode())


# --- hostile and broken documents -------------------------------------------------------------------------------------

BOMB = '<!DOCTYPE article [<!ENTITY a "kiln"><!ENTITY b "&a;&a;">]>'
OUTSIDE = '<!DOCTYPE article [<!ENTITY a SYSTEM "file:///etc/hostname">]>'


@pytest.mark.parametrize(
    ("data", "error", "says"),
    [
        (f'<?xml version="1.0"?>{BOMB}<article><body><p>&b;</p></body></article>', UnknownFormat, "declares entities"),
        (f'<?xml version="1.0"?>{OUTSIDE}<article><body><p>&a;</p></body></article>', UnknownFormat, "entities"),
        ('<?xml version="1.0"?><article><body><p>The kiln', InputError, "damaged XML"),
        ('<?xml version="1.0"?><article><body><p> </p></body></article>', EmptyInput, "no text"),
        ('<?xml version="1.0" encoding="x-none"?><article><body><p>a</p></body></article>', InputError, "encoding"),
    ],
)
def test_xml_is_not_expanded_and_its_faults_are_said(data: str, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says) as raised:
        from_bytes(data.encode(), "a.xml")
    assert str(raised.value).startswith("a.xml: ") and "\n" not in str(raised.value)


def test_names_of_characters_that_only_the_dtd_declares_are_read() -> None:
    dtd = JATS.splitlines()[1]
    text = "Caf&eacute;&nbsp;kiln &mdash; &thetasym; &kiln; <xref>&alpha;</xref>."
    document = from_bytes(f"{dtd}<article><body><p>{text}</p></body></article>".encode(), "a.xml")
    assert document.text == "Café kiln — ϑ \ufffd […].\n"
    done = rewritten(document, swaps(document, ("Café", "Inn"), ("kiln", "oven")))
    assert done.made == 2 and f"<p>Inn&nbsp;oven{text[21:]}</p>".encode() in done.data


@pytest.mark.parametrize(
    "data", ["<rss><channel><title>The kiln</title></channel></rss>", '<?xml version="1.0"?><svg/>']
)
def test_xml_of_another_kind_is_refused_since_its_marks_would_be_read_as_words(data: str) -> None:
    with pytest.raises(UnknownFormat, match="neither JATS nor TEI"):
        from_bytes(data.encode(), "feed.xml")


def repacked(data: bytes, **more: str) -> bytes:
    """The same archive packed by somebody who knows nothing of its kind, and parts of it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in reversed(old.namelist()):
            new.writestr(name, old.read(name), zipfile.ZIP_DEFLATED)
        for name, text in more.items():
            new.writestr(f"META-INF/{name}.xml", text)
    return packed.getvalue()


def test_a_book_that_was_packed_anew_is_a_book() -> None:
    assert from_bytes(repacked(chapters("one")), "a.epub").text == from_bytes(chapters("one"), "a.epub").text
    assert from_bytes(repacked(odt()), "a.odt").text == from_bytes(odt(), "a.odt").text


def test_a_book_whose_chapters_are_encrypted_is_refused() -> None:
    def listed(name: str) -> str:
        return f'<encryption><d:CipherReference xmlns:d="d" URI="OPS/{name}"/></encryption>'

    with pytest.raises(UnknownFormat, match="a protected book"):
        from_bytes(repacked(chapters("one"), encryption=listed("one%201.xhtml")), "a.epub")
    assert from_bytes(repacked(chapters("one"), encryption=listed("serif.otf")), "a.epub").format == "epub"


def test_an_archive_that_unpacks_to_too_much_is_not_unpacked() -> None:
    packed = io.BytesIO(chapters("one"))
    with zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as book:
        book.writestr("OPS/bomb.xhtml", " " * 1_000_000)
    with pytest.raises(InputError, match="unpacks to more than"):
        from_bytes(packed.getvalue(), "a.epub", Limits(bytes=100_000))
    with pytest.raises(InputError, match="damaged EPUB"):
        from_bytes(chapters("one")[:200], "a.epub")


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ('<?xml version="1.0"?><article><body>' + "<sec><p>clay " * 60_000 + "</p></sec>" * 60_000 + "</body></article>",
         "a.xml"),
        ('<?xml version="1.0"?><article><body><p>' + "clay<b/>&amp;" * 100_000 + "</p></body></article>", "a.xml"),
        ("clay *kiln* `x` " * 20_000, "a.md"),
        ("> " * 3_000 + "clay", "a.md"),
        ("[" * 5_000 + "clay", "a.md"),
        ("clay \\emph{kiln} $x$ " * 5_000, "a.tex"),
        ("{" * 5_000 + "clay" + "}" * 5_000, "a.tex"),
    ],
)  # fmt: skip
def test_odd_documents_end_in_time(data: str, name: str) -> None:
    try:
        from_bytes(data.encode(), name, Limits(seconds=60))
    except InputError as error:
        assert "takes more than" not in str(error)


def test_long_documents_are_cut_with_their_runs() -> None:
    document = from_bytes(JATS.encode(), "a.xml", Limits(characters=30))
    assert document.notes == ("truncated",)
    assert all(run.start + run.length <= len(document.text) for run in document.runs)


# --- DOCX -------------------------------------------------------------------------------------------------------------


def report() -> bytes:
    """Styles, runs, a table, a break, an unaccepted insertion."""
    document = new_docx()
    document.add_heading("The old kiln")
    paragraph = document.add_paragraph(style="Quote")
    paragraph.add_run("The ki").bold = True
    paragraph.add_run("ln was hot and the kiln").italic = True
    paragraph.add_run(" was red.")
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "kiln", "42"
    last = document.add_paragraph("It was done.")
    last.add_run().add_break()
    last.add_run("A kiln stood there.")
    inserted = OxmlElement("w:ins")
    inserted.set(qn("w:id"), "7")
    inserted.append(last.add_run(" Another kiln.")._r)
    last._p.append(inserted)
    packed = io.BytesIO()
    document.save(packed)
    return packed.getvalue()


def body(data: bytes) -> Any:
    return new_docx(io.BytesIO(data)).element.body


def written(element: Any) -> str:
    """The text in an element, deleted or not."""
    return "".join(text.text for text in element.iter(qn("w:t"), qn("w:delText")))


def test_changes_of_a_word_document_are_tracked_and_all_else_stays() -> None:
    data = report()
    document = from_bytes(data, "report.docx")
    edits = swaps(document, ("kiln", "oven"))
    done = rewritten(document, edits)
    assert (len(edits), done.made, done.left) == (6, 5, 1)  # not in what somebody else has put in
    accepted = from_bytes(done.data, "report.docx").text
    assert accepted == document.text.replace("kiln", "oven").replace("Another oven", "Another kiln")
    root = body(done.data)
    deletions, insertions = list(root.iter(qn("w:del"))), list(root.iter(qn("w:ins")))
    assert [written(d) for d in deletions] == ["kiln", "ki", "ln", "kiln", "kiln", "kiln"]
    assert [i.get(qn("w:author")) for i in insertions].count("unspin") == 5
    assert {d.get(qn("w:author")) for d in deletions} == {"unspin"}
    ids = [element.get(qn("w:id")) for element in (*deletions, *insertions)]
    assert len(set(ids)) == len(ids)
    assert deletions[1].find(f".//{qn('w:b')}") is not None and deletions[2].find(f".//{qn('w:i')}") is not None
    for insertion in insertions:  # all rejected: the document as it was
        if insertion.get(qn("w:author")) == "unspin":
            insertion.getparent().remove(insertion)
    assert [written(p) for p in root.iter(qn("w:p"))] == [written(p) for p in body(data).iter(qn("w:p"))]
    styles = [p.style.name for p in new_docx(io.BytesIO(data)).paragraphs]
    assert [p.style.name for p in new_docx(io.BytesIO(done.data)).paragraphs] == styles
    old, new = zipfile.ZipFile(io.BytesIO(data)), zipfile.ZipFile(io.BytesIO(done.data))
    assert old.namelist() == new.namelist()
    assert all(old.read(n) == new.read(n) for n in old.namelist() if n != "word/document.xml")


def test_many_changes_of_a_word_document_are_made_in_one_pass() -> None:
    made = new_docx()
    for _ in range(40):
        paragraph = made.add_paragraph()
        for k in range(100):
            paragraph.add_run("kiln " if k % 2 else "clay ").bold = bool(k % 2)
    packed = io.BytesIO()
    made.save(packed)
    document = from_bytes(packed.getvalue(), "long.docx")
    begun = time.process_time()
    done = rewritten(document, swaps(document, ("kiln", "oven")))
    assert (done.made, done.left) == (2_000, 0)
    assert time.process_time() - begun < 8  # a look at the whole document for each change took half a minute


def test_a_word_document_without_changes_is_the_same_file() -> None:
    document = from_bytes(report(), "report.docx")
    assert rewritten(document, []).data == document.data
    assert rewritten(document, swaps(document, ("kiln", "kiln"))) == (document.data, 0, 0)


# --- the command ------------------------------------------------------------------------------------------------------

SPUN = Path("examples/spun/harbour.txt")


def test_the_command_writes_the_same_file_with_other_words(tmp_path: Path) -> None:
    spun = SPUN.read_text("utf-8")
    source, out = tmp_path / "page.md", tmp_path / "mended.md"
    source.write_text(f"```\nindium = 1\n```\n\n{spun}", "utf-8")
    result = CliRunner().invoke(app, ["restore", str(source), "--in-place-copy", str(out)])
    assert (result.exit_code, result.stdout) == (0, "")
    assert re.search(r"reads as machine-spun.* \d+ changes in ", result.stderr)
    assert out.read_text("utf-8").startswith("```\nindium = 1\n```\n\n")
    assert CliRunner().invoke(app, ["restore", str(source)]).stdout == out.read_text("utf-8")
    assert "arsenic" in load(source).text and "arsenic" not in load(out).text


def test_the_command_refuses_what_it_cannot_write(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<html><body><p>The kiln was hot.</p>", "utf-8")
    with pytest.raises(OptionError, match="HTML, which is not written back"):
        rewritten(load(page), [])
    for file, out in ((page, tmp_path / "out.html"), (SPUN, SPUN)):
        result = CliRunner().invoke(app, ["restore", str(file), "--in-place-copy", str(out)])
        assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert not (tmp_path / "out.html").exists()


def test_without_the_libraries_markdown_is_plain_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("unspin.documents.worker.find_spec", lambda module: None)
    document = from_bytes(MARKDOWN.encode(), "a.md")
    assert (document.format, document.text) == ("text", MARKDOWN)
