"""Reports: every format, the public edition, texts full of markup, and the command that writes them."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import settings as thorough
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from markdown_it import MarkdownIt
from referencing import Registry, Resource
from typer.testing import CliRunner

import unspin
from unspin import documents
from unspin.cli.main import app
from unspin.errors import MissingExtra, MissingInput, OptionError
from unspin.reading import Note, Quotation, Reading, Substitution
from unspin.report import anchors, evidence, pieces
from unspin.report import html as html_report
from unspin.report.content import report
from unspin.report.csv import guarded
from unspin.report.export import FORMATS, export, format_of
from unspin.report.folder import files
from unspin.report.json import from_json, schema, to_json
from unspin.report.markdown_text import escaped
from unspin.report.markup import Markup, css_string, element, visible
from unspin.report.source import Entry, Source, entry, place_function
from unspin.report.wording import MODEL_CARD, percent
from unspin.settings import Settings
from unspin.text.edits import apply, apply_within

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = Settings(operating_point=1e-4)

TEXT = (
    "The caller kiln of Ashby Vale\n\n"
    "Dr Priya Nair fired 24 pots on Friday, 3 March 2017. She keeps a caller vessel beside the caller kiln, she simply says,"
    " and it cost £1,200 arsenic a whole.\n\n"
    "“We could non fire it connected a hebdomad with rain,” said Tom Ash. “It was fine.” The pots went to Port Ellen"
    " indium a van, 40 km away.\n"
)
SWAPS = {
    "caller": "new",
    "vessel": "pot",
    " simply": "",
    "arsenic": "as",
    "non": "not",
    "connected": "on",
    "indium": "in",
}


class At(NamedTuple):
    page: int | None
    paragraph: int


def made(text: str, swaps: dict[str, str] = SWAPS, **more: Any) -> Reading:
    """A reading in which every word of ``swaps`` is found; the first is a guess."""
    words = "|".join(rf"{re.escape(word)}\b" for word in swaps)
    found = [(m.start(), m.end(), m.group()) for m in re.finditer(words, text)] if swaps else []
    substitutions = tuple(
        Substitution(
            start, end, word, swaps[word], 0.25 if n == 0 else 0.9, (("fresh", 0.2),), (swaps[word], "x", word)
        )
        for n, (start, end, word) in enumerate(found)
    )
    quotations = tuple(
        Quotation(m.start(1), m.end(1), "Tom Ash" if n == 0 else None, m.group(1), said, m.group(1) != said)
        for n, m in enumerate(re.finditer("“(.*?)”", text, re.DOTALL))
        for said in [apply_within(text, substitutions, m.start(1), m.end(1))]
    )
    values: dict[str, Any] = {
        "spun": bool(substitutions), "score": 9.0, "false_positive_rate": 1e-6, "share": 0.125, "words": 64,
        "spinner": "wordnet-walk", "substitutions": substitutions, "quotations": quotations,
    }  # fmt: skip
    return Reading(text=text, restored=apply(text, substitutions), **values | more)


READING = made(TEXT)
SOURCE = Source("kiln.pdf", "pdf", lambda offset: At(3, 1 + TEXT[:offset].count("\n\n")))
ENTRY = Entry(SOURCE, READING)
WRITTEN = entry("written.txt", made("As it was. It was so.", {}))
BROKEN = entry("scan.pdf", MissingInput("scan.pdf: a scan without text; run it through OCR first"), "pdf")
MANY = [ENTRY, WRITTEN, BROKEN]


def to_html(entries: list[Entry], *, back: str | None = None, **how: Any) -> str:
    return html_report.render(report(entries, **how), back=back)


def to_docx(entries: list[Entry]) -> bytes:
    return export(entries, "docx")


class Page(HTMLParser):
    """What a browser would make of a report, as far as these tests ask."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._quiet = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._quiet = tag if tag in ("style", "script") else ""

    def handle_endtag(self, tag: str) -> None:
        self._quiet = ""
        self.text += " " if tag in ("p", "td", "th", "li", "dt", "dd", "tr") else ""

    def handle_data(self, data: str) -> None:
        self.text += "" if self._quiet else data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]

    @property
    def ids(self) -> list[str]:
        return [identity for _, attributes in self.tags if (identity := attributes.get("id"))]


def flat(text: str) -> str:
    return " ".join(text.split())


# --- pieces -----------------------------------------------------------------------------------------------------------

TEXTS = st.text("ab .\n“”", max_size=60)


@st.composite
def readings(draw: st.DrawFn) -> Reading:
    """Any text with any substitutions that do not overlap."""
    text = draw(TEXTS)
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
    spans = [(a, b) for a, b in zip(cuts[::2], cuts[1::2], strict=False)]
    substitutions = tuple(Substitution(a, b, text[a:b], draw(st.sampled_from(["", "x", "y z"])), 0.5) for a, b in spans)
    return Reading(
        text=text, restored=apply(text, substitutions), spun=True, score=0.0, false_positive_rate=0.0, share=0.0, words=0,
        substitutions=substitutions,
    )  # fmt: skip


@thorough(deadline=None)
@given(readings())
def test_paragraphs_hold_every_substitution_once_and_all_that_is_seen(reading: Reading) -> None:
    parts = pieces.paragraphs(reading)
    numbers = [p.number for part in parts for p in part.pieces if isinstance(p, pieces.Swapped)]
    assert numbers == list(range(1, len(reading.substitutions) + 1))
    for take in ("found", "original"):
        seen = "".join(
            p.text if isinstance(p, pieces.Kept) else getattr(p.substitution, take)
            for part in parts
            for p in part.pieces
        )
        assert "".join(seen.split()) == "".join((reading.text if take == "found" else reading.restored).split())
    assert all(a.end <= b.start for a, b in zip(parts, parts[1:], strict=False))


def test_what_crosses_the_border_of_a_quotation_is_left_out() -> None:
    start = TEXT.index("vessel") + 3
    shown = pieces.within(READING, start, start + 10)
    assert shown == (pieces.Kept(TEXT[start : start + 10]),)


# --- names and figures -------------------------------------------------------------------------------------------------


def found_in(text: str, swaps: dict[str, str] = SWAPS) -> tuple[list[str], list[str]]:
    found = anchors.find(made(text, swaps))
    return [anchor.text for anchor in found.names], [anchor.text for anchor in found.figures]


def test_names_and_figures_of_a_text() -> None:
    found = anchors.find(READING)
    assert [(a.text, a.times) for a in found.names] == [
        ("Ashby Vale", 1), ("Dr Priya Nair", 1), ("Tom Ash", 1), ("Port Ellen", 1),
    ]  # fmt: skip
    assert [a.text for a in found.figures] == ["24", "Friday", "3 March 2017", "£1,200", "40 km"]
    assert all(TEXT.startswith(a.text, a.start) for a in (*found.names, *found.figures))


@pytest.mark.parametrize(
    ("text", "names", "figures"),
    [
        ("Nothing came. He saw it, and then Paris fell. Paris is old.", ["Paris"], []),
        ("We met in May, not in March 2019, and Theresa May spoke.", ["Theresa May"], ["May", "March 2019"]),
        ("He read the Bank of England’s note at J. R. Ames’s in Stoke-on-Trent.",
         ["Bank of England", "J. R. Ames", "Stoke-on-Trent"], []),
        ("It rose by 12.5 per cent to $3.2 million in 1999.", [], ["12.5 per cent", "$3.2 million", "1999"]),
        ("Seven Men And A Boat Lost\n\nIt was told to Ann Lee of the BBC.", ["Ann Lee", "BBC"], []),
        ("The man came. The man went. I think I’m here.", [], []),
        ("Then the Connected Caller went away slowly to Rome.", ["Connected Caller", "Rome"], []),
    ],
)  # fmt: skip
def test_what_counts_as_a_name_or_a_figure(text: str, names: list[str], figures: list[str]) -> None:
    assert found_in(text) == (names, figures)


def test_a_swapped_name_or_figure_is_none() -> None:
    assert found_in("It went to Oregon for 12 years with Ann.", {"Oregon": "or", "12": "twelve"}) == (["Ann"], [])


# --- HTML --------------------------------------------------------------------------------------------------------------


def test_a_report_says_all_that_there_is() -> None:
    text = flat(Page(to_html([ENTRY], settings=SETTINGS)).text)
    for said in (
        "kiln.pdf", "Reads as machine-spun", "8 of 64 words look swapped; about 1 ordinary document in 1,000,000",
        "wordnet-walk", "1 of 2", "p. 3, par. 2", "new → x → caller", "fresh 20%", "25%", "Tom Ash", "was probably said",
        "Port Ellen", "£1,200", MODEL_CARD, "1 ordinary document in 10,000", "not an accusation",
    ):  # fmt: skip
        assert said in text, said
    for paragraph in READING.restored.split("\n\n"):
        assert flat(paragraph) in text.replace(" ,", ","), paragraph
    for paragraph in TEXT.split("\n\n"):
        assert flat(paragraph) in text


def test_every_mark_leads_to_its_row_and_back() -> None:
    page = Page(to_html(MANY))
    assert len(page.ids) == len(set(page.ids))
    links = [link["href"] or "" for link in page.all("a")]
    assert {link[1:] for link in links if link.startswith("#")} <= set(page.ids)
    marks = [link for link in page.all("a") if "mark" in (link.get("class") or "")]
    assert len(marks) == len(READING.substitutions)
    assert marks[0]["title"] == "found: caller\nconfidence: 25%\nor: fresh 20%\nwalk: new → x → caller"
    assert marks[0]["class"] == "mark guess"
    assert [m["aria-label"] for m in marks if m["class"] == "mark gone"] == ["a word taken out"]


def test_a_page_fetches_and_runs_nothing() -> None:
    page = to_html(MANY, settings=SETTINGS)
    parsed = Page(page)
    policy = next(m["content"] for m in parsed.all("meta") if m.get("http-equiv") == "Content-Security-Policy")
    assert policy and policy.startswith("default-src 'none'; style-src 'unsafe-inline'")
    assert not {tag for tag, _ in parsed.tags} & {"script", "link", "img", "iframe", "object", "embed", "form", "base"}
    assert not re.search(r"url\(|@import|https?:", page)


def test_several_documents_have_an_overview_that_links() -> None:
    page = Page(to_html(MANY, settings=SETTINGS))
    text = flat(page.text)
    assert "1 of 2 reads as machine-spun; about 0.0002 expected by chance; 1 could not be read" in text
    assert "could not be read: a scan without text" in text
    assert [link["href"] for link in page.all("a")][1:3] == ["#d1", "#d2"]
    assert {"d1", "d2", "d3"} <= set(page.ids)


def test_an_unjudged_document_says_nothing_of_chances() -> None:
    short = made("Too short.", {}, notes=(Note.TOO_SHORT, Note.TRUNCATED), false_positive_rate=1.0)
    text = flat(Page(to_html([entry("short.txt", short)])).text)
    assert "Nothing is said about it: fewer than 30 words." in text
    assert "only the beginning was read" in text
    assert "as high" not in text.split("How this was made")[0]


def test_a_report_without_places_has_no_column_for_them() -> None:
    assert "Place" not in [
        flat(cell) for cell in re.findall(r"<th scope=\"col\">(.*?)</th>", to_html([entry("a", READING)]))
    ]
    assert 'scope="col">Place<' in to_html([ENTRY])


def test_what_lies_between_known_places_is_where_the_next_one_is() -> None:
    known = [documents.Place(1, 2), documents.Place(3, 1), documents.Place(2, 5)]
    place = place_function([4, 10, 11], known)
    assert place is not None
    assert [place(offset) for offset in (0, 4, 5, 10, 11, 12)] == [known[i] for i in (0, 0, 1, 1, 2, 2)]
    assert place_function([], []) is None


def test_markup_escapes_what_is_not_markup() -> None:
    made = element("a", "<b>&", element("i", "x"), href='"><script>', data_number="1", hidden=False)
    assert made == '<a href="&quot;&gt;&lt;script&gt;" data-number="1">&lt;b&gt;&amp;<i>x</i></a>'
    assert element("p", Markup("<i>") + "<b>") == "<p>&lt;i&gt;&lt;b&gt;</p>"  # what is put together by hand is text
    with pytest.raises(ValueError, match="no name"):
        element("p onload=x", "")
    assert visible("a\0b\u202ec\ud800d\ne") == "a\ufffdb\ufffdc\ufffdd\ne"
    assert css_string('a"b</style>\\') == '"a\\22 b\\3c \\2f style\\3e \\5c "'


# --- texts full of markup ------------------------------------------------------------------------------------------------

HOSTILE = [
    "<script>alert(1)</script>",
    "</style><script>alert(2)</script>",
    "</title><svg onload=alert(3)>",
    '"><img src=x onerror=alert(4)>',
    "' autofocus onfocus='alert(5)",
    "javascript:alert(6)",
    "<a href=javascript:alert(7)>x</a>",
    "&lt;b&gt;&#60;script&#62;",
    "--><!--<b>-->",
    "]]><![CDATA[<b>x",
    "\"};alert(8);//",
    "{{7*7}} ${7*7} <%= 7*7 %>",
    "\u202egpj.exe\u2066\0\x1b[31m",
    "<base href=//x.example/><meta http-equiv=refresh content=0>",
    "# head\n- item\n> quote\n```\ncode\n```\n1. one\n| a | b |",
    "![x](http://x.example/p.png) [y](javascript:z) **b** _i_ ~~s~~",
    "<!-- --> $x$ www.x.example https://x.example a@x.example :--- === ***",
    "=HYPERLINK(\"http://x.example\")",
    "@SUM(1+1)*cmd|' /C calc'!A0",
]  # fmt: skip


def hostile() -> Entry:
    """Every hostile string in every place where a text of somebody else comes in."""
    body = "\n\n".join(f"Before {text} caller “{text} non” after." for text in HOSTILE)
    reading = made(body, {"caller": "new", "non": "not"})
    odd = tuple(
        replace(s, original=text, alternatives=((text, 0.5),), route=(text, text))
        for s, text in zip(reading.substitutions, [t for t in HOSTILE for _ in range(2)], strict=True)
    )
    quotations = tuple(replace(q, speaker=t) for q, t in zip(reading.quotations, HOSTILE, strict=True))
    name = " ".join(HOSTILE)
    return Entry(
        Source(name, name),
        replace(
            reading, restored=apply(body, odd), substitutions=odd, quotations=quotations, spinner=name, notes=(name,)
        ),
    )


BAD = Entry(Source(HOSTILE[3]), MissingInput(" ".join(HOSTILE)))
PLAIN_TAGS = {
    "a", "article", "b", "body", "caption", "code", "dd", "del", "div", "dl", "dt", "figcaption", "figure", "footer", "h1",
    "h2", "h3", "h4", "head", "header", "html", "i", "ins", "li", "main", "meta", "nav", "p", "path", "q", "section", "small",
    "span", "style", "svg", "table", "tbody", "td", "th", "thead", "title", "tr", "ul",
}  # fmt: skip


@pytest.mark.parametrize("public", [False, True])
@pytest.mark.parametrize("single", [False, True])
def test_a_text_full_of_markup_comes_out_as_text(public: bool, single: bool) -> None:
    settings = Settings(operating_point=0.01, dictionary=Path(HOSTILE[3]), deep=Path(HOSTILE[1].replace("/", "")))
    raw = to_html([hostile()] if single else [hostile(), BAD], public=public, settings=settings, back='"><script>')
    page = Page(raw)
    assert {tag for tag, _ in page.tags} <= PLAIN_TAGS
    assert not [
        name for _, attributes in page.tags for name in attributes if name.startswith("on") or name == "autofocus"
    ]
    assert all((a.get("href") or "").startswith(("#", '">')) for a in page.all("a"))
    assert "<script>alert(1)</script>" in page.text
    assert raw.count("</style>") == 1
    assert not re.search("[\0\x1b\u202e\u2066]", raw)


def test_a_text_full_of_markup_is_text_in_markdown() -> None:
    page = export([hostile(), BAD], "md").decode()
    rendered = MarkdownIt("gfm-like", {"linkify": False, "html": True}).render(page)
    tags = {tag for tag, _ in Page(rendered).tags}
    assert tags <= {
        "h1",
        "h2",
        "h3",
        "p",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "ul",
        "li",
        "hr",
        "em",
        "strong",
    }
    assert "**b** _i_ ~~s~~" in flat(Page(rendered).text)
    assert "strong" in tags  # our own marks still work


@thorough(deadline=None)
@given(st.text("ab1.)#+-=>*_`~|[](){}!<&:\\ $w/h\n", max_size=40))
def test_escaped_markdown_shows_what_it_was_given(text: str) -> None:
    markdown = MarkdownIt("gfm-like", {"linkify": False, "html": True})
    page = Page(markdown.render(escaped(text)))
    assert {tag for tag, _ in page.tags} <= {"p"}
    assert flat(page.text) == flat(text)
    cell = Page(markdown.render(f"| a | b |\n| --- | --- |\n| x {escaped(text)} | y |"))
    assert flat(cell.text) == flat(f"a b x {text} y")


# --- CSV ---------------------------------------------------------------------------------------------------------------


def rows(data: bytes) -> list[dict[str, str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_csv_has_a_row_for_each_swap_and_for_each_document_without() -> None:
    table = rows(export(MANY, "csv"))
    assert len(table) == len(READING.substitutions) + 2
    assert table[0] | {"start": "", "end": ""} == {
        "document": "kiln.pdf", "verdict": "reads as machine-spun", "number": "1", "page": "3", "paragraph": "1", "start": "",
        "end": "", "found": "caller", "original": "new", "confidence": "0.25", "alternatives": "fresh=0.2",
        "walk": "new → x → caller", "quoted": "no", "remark": "",
    }  # fmt: skip
    assert [int(row["start"]) for row in table[:-2]] == [s.start for s in READING.substitutions]
    assert table[-1]["remark"] == "a scan without text; run it through OCR first"


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1", "@x", "\t=1", "\r\n=1", "＝1", " =1", "a;=1", "a, +1", "a|-1", "=1;=2", "\u200b=1"]
)
def test_no_cell_is_a_formula(cell: str) -> None:
    for part in re.split(r"[;,|\t]", guarded(cell)):
        assert not re.match(r"\s*[=+\-@＝＋－＠]", part)


def test_a_hostile_text_makes_no_formula_and_no_row_of_its_own() -> None:
    table = rows(export([hostile(), BAD], "csv"))
    assert len(table) == 2 * len(HOSTILE) + 1
    assert not [cell for row in table for cell in row.values() if cell and cell[0] in "=+-@\t\r"]
    assert guarded("a plain word") == "a plain word"


# --- JSON --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("public", [False, True])
def test_json_fits_its_schema(public: bool) -> None:
    registry: Registry[Any] = Registry().with_resource(
        "urn:unspin:reading-1", Resource.from_contents(schema("reading"))
    )
    record = json.loads(export([*MANY, hostile()], "json", public=public, settings=SETTINGS))
    Draft202012Validator.check_schema(schema("report"))
    Draft202012Validator(schema("report"), registry=registry).validate(record)
    assert [set(document) & {"reading", "evidence", "error"} for document in record["documents"]] == [
        *[{"evidence" if public else "reading"}] * 2, {"error"}, {"evidence" if public else "reading"},
    ]  # fmt: skip
    if not public:
        assert from_json(json.dumps(record["documents"][0]["reading"])) == READING
        assert record["documents"][0]["places"][0] == {"page": 3, "paragraph": 1}


# --- DOCX --------------------------------------------------------------------------------------------------------------

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def part(data: bytes, name: str) -> Any:
    from docx.oxml.parser import parse_xml

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return parse_xml(archive.read(f"word/{name}.xml"))


def as_read(document: Any, *, accepted: bool) -> str:
    """The text of a Word document when all changes are accepted, or rejected."""
    dropped, kept = (f"{W}del", f"{W}delText") if accepted else (f"{W}ins", f"{W}t")
    wanted = {f"{W}t"} if accepted else {f"{W}t", f"{W}delText"}
    return "\n".join(
        "".join(
            e.text or "" for e in p.iter(*wanted) if not any(parent.tag == dropped for parent in e.iterancestors())
        )
        for p in document.iter(f"{W}p")
    )  # fmt: skip


@pytest.mark.parametrize(("accepted", "text"), [(True, READING.restored), (False, TEXT)])
def test_docx_changes_accepted_and_rejected(accepted: bool, text: str) -> None:
    assert flat(text) in flat(as_read(part(to_docx([ENTRY]), "document"), accepted=accepted))


def test_docx_changes_have_an_author_and_comments_the_confidence() -> None:
    data = to_docx([ENTRY])
    changes = [*part(data, "document").iter(f"{W}ins", f"{W}del")]
    assert {change.get(f"{W}author") for change in changes} == {"unspin"}
    assert len({change.get(f"{W}id") for change in changes}) == len(changes)
    comments = ["".join(t.text or "" for t in c.iter(f"{W}t")) for c in part(data, "comments").iter(f"{W}comment")]
    assert len(comments) == len(READING.substitutions)
    assert comments[0] == "25% sure; or: fresh 20%; walk: new → x → caller; p. 3, par. 1"
    starts = [e.get(f"{W}id") for e in part(data, "document").iter(f"{W}commentRangeStart")]
    assert starts == [e.get(f"{W}id") for e in part(data, "document").iter(f"{W}commentRangeEnd")]


def test_docx_holds_what_xml_cannot_and_opens_again() -> None:
    import docx

    data = to_docx([hostile(), BAD, WRITTEN])
    text = "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(data)).paragraphs)
    assert "<script>alert(1)</script>" in text
    assert "\0" not in text and "\u202e" not in text


def test_docx_needs_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "docx", None)
    with pytest.raises(MissingExtra, match=r"pip install '.\[documents\]'"):
        export([ENTRY], "docx")


def test_a_great_many_swaps_have_one_comment_for_each_distinct_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("unspin.report.docx.MOST_COMMENTS", 5)
    assert len([*part(to_docx([ENTRY]), "comments").iter(f"{W}comment")]) == 5


# --- all formats ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_entries_give_the_same_bytes(name: str) -> None:
    assert export(MANY, name, settings=SETTINGS) == export(MANY, name, settings=SETTINGS)


@pytest.mark.parametrize("name", FORMATS)
def test_half_characters_and_odd_file_names_stop_nothing(name: str) -> None:
    odd = made("A \ud800 caller kiln of \ud83d it, for a “non \udfff day”.")
    assert export([entry("a\udcffb.txt", odd), entry("", odd)], name)
    assert export([entry("a\udcffb.txt", odd)], name, public=True)


def test_formats_by_suffix_and_by_name() -> None:
    assert [format_of(s) and format_of(s).name for s in (".HTML", ".htm", ".md", ".docx", ".txt", "")] == [  # type: ignore[union-attr]
        "html", "html", "md", "docx", None, None,
    ]  # fmt: skip
    with pytest.raises(OptionError, match="html, docx, csv, json, md"):
        export([ENTRY], "pdf")


def test_the_line_on_the_models_is_that_of_the_model_card() -> None:
    card = (ROOT / "docs" / "model-card.md").read_text(encoding="utf-8")
    assert MODEL_CARD.split()[0] in card and "32,000 originals" in card and "32,000 originals" in MODEL_CARD


def test_no_probability_is_certain() -> None:
    assert [percent(p) for p in (0, 0.004, 0.0149, 0.5, 0.994, 0.996, 1)] == [
        "<1%",
        "<1%",
        "1%",
        "50%",
        "99%",
        ">99%",
        ">99%",
    ]


# --- the public edition ----------------------------------------------------------------------------------------------------

LONG = "\n\n".join(
    f"The {a} of a caller house was non so {b} that the {c} could fire it, {d} said, and the {e} of it was far away."
    for a, b, c, d, e in zip(*[iter(f"w{n}" for n in range(200))] * 5, strict=True)
) + "\n\n" + "\n\n".join(f"“This is what number {n} had to say of it, and it was non little.”" for n in range(20))  # fmt: skip


def words_of(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def test_the_public_edition_shows_at_most_a_quarter_of_the_page() -> None:
    gathered = evidence.gather(made(LONG, SWAPS | {f"w{n}": f"v{n}" for n in range(200)}), Source("x"))
    contexts = [f"{s.context[0]} {s.found} {s.context[1]}" for s in gathered.swaps if s.context]
    said = [said.found for said in gathered.quotations]
    total = len(words_of(LONG))
    assert contexts and said
    only_here = re.findall(r"w\d+", " ".join(contexts))
    assert len(only_here) == len(set(only_here)) > 0  # no two contexts overlap
    assert sum(len(words_of(text)) for text in (*contexts, *said)) <= evidence.SHOWN_SHARE * total
    assert sum(len(words_of(text)) for text in said) <= evidence.QUOTED_SHARE * total
    assert gathered.quotations_left_out == 20 - len(said) > 0


def test_the_bounds_are_those_of_the_document_about_reports() -> None:
    bounds = (evidence.CONTEXT_WORDS, evidence.QUOTED_WORDS, evidence.QUOTED_SHARE, evidence.SHOWN_SHARE)
    assert bounds == (3, 20, 0.15, 0.25)
    page = flat((ROOT / "docs" / "report.md").read_text(encoding="utf-8"))
    for said in ("at most 3 words", "first 20 words", "at most 15% of", "at most 25% of"):
        assert said in page


def test_a_long_quotation_is_cut() -> None:
    said = " ".join(f"q{n}" for n in range(100))
    gathered = evidence.gather(made(f"{LONG}\n\n“It was non {said}.”", {"non": "not", "w3": "v"}), Source("x"))
    short = gathered.quotations[0]
    assert (short.cut, short.found) == (False, "This is what number 0 had to say of it, and it was non little.")
    gathered = evidence.gather(made(f"“It was non {said}.”\n\n{LONG}", {"non": "not"}), Source("x"))
    long = gathered.quotations[0]
    assert long.cut and words_of(long.found)[-1] == "q16" and long.restored.startswith("It was not q0")


@pytest.mark.parametrize("name", FORMATS)
def test_no_public_report_holds_a_long_run_of_the_page(name: str) -> None:
    reading = made(LONG)
    data = export([Entry(Source("x.txt", "text", lambda offset: At(None, 1)), reading)], name, public=True)
    text = flat(as_read(part(data, "document"), accepted=True)) if name == "docx" else data.decode()
    text = flat(Page(text).text if name == "html" else text).replace("\\", "")
    longest = max(evidence.QUOTED_WORDS, 2 * evidence.CONTEXT_WORDS + 1)
    for side in (reading.text, reading.restored):
        parts = side.split()
        runs = (" ".join(parts[i : i + longest + 1]) for i in range(len(parts) - longest))
        assert not [run for run in runs if run in text]
    assert evidence.gather(reading, Source("x")).swaps[0].original in text


@thorough(deadline=None)
@given(readings())
def test_each_context_is_short_and_each_swap_is_counted(reading: Reading) -> None:
    gathered = evidence.gather(reading, Source("x"))
    shown = [len(words_of(side)) for s in gathered.swaps if s.context for side in s.context]
    assert all(number <= evidence.CONTEXT_WORDS for number in shown)
    assert sum(s.times for s in gathered.swaps) == len(reading.substitutions)


def test_public_rows_are_not_in_the_order_of_the_text() -> None:
    gathered = evidence.gather(READING, SOURCE)
    assert [(s.times, s.found) for s in gathered.swaps][:2] == [(3, "caller"), (1, "arsenic")]
    assert gathered.swaps[0].places == ("p. 3, par. 1", "p. 3, par. 2")
    [said] = gathered.quotations or [None]
    assert said is None or said.speaker == "Tom Ash"


def test_what_else_may_have_stood_there_is_of_all_places_too() -> None:
    text = "A lamp burned, and a lamp went out."
    first = Substitution(2, 6, "lamp", "light", 0.9, (("Lamp", 0.06), ("torch", 0.04)))
    second = Substitution(21, 25, "lamp", "light", 0.5, (("lamp", 0.3), ("lantern", 0.2)))
    reading = replace(made(text, {}), substitutions=(first, second))
    [swap] = evidence.gather(reading, Source("x")).swaps
    assert swap.confidence == pytest.approx(0.7)
    assert swap.alternatives == (("Lamp", 0.18), ("lantern", 0.1))


def test_a_public_report_says_what_it_leaves_out() -> None:
    text = flat(Page(to_html([ENTRY], public=True)).text)
    assert f"at most {evidence.CONTEXT_WORDS} words of the page on either side" in text
    assert "public edition" in text and "25%" in text


# --- folders ---------------------------------------------------------------------------------------------------------------


def test_a_folder_of_reports_and_its_overview() -> None:
    entries = [ENTRY, entry("a/Kiln.pdf", READING), BROKEN, entry("../../index", READING), entry("é <x>", READING)]
    made = dict(files(entries, "html", settings=SETTINGS))
    assert list(made) == ["kiln.pdf.html", "Kiln.pdf-2.html", "index-2.html", "x.html", "index.html"]
    index = Page(made["index.html"].decode())
    assert {a["href"] for a in index.all("a")} - {"#main"} == set(made) - {"index.html"}
    assert "could not be read: a scan without text" in flat(index.text)
    assert [a["href"] for a in Page(made["kiln.pdf.html"].decode()).all("a")][1] == "index.html"
    assert next(iter(files([ENTRY], "docx")))[1].startswith(b"PK")


# --- the command -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Page3:
    """A document every line of which stands on page 3."""

    path: str
    text: str
    notes: tuple[str, ...] = ()
    format: str = "pdf"

    def place(self, offset: int) -> At:
        return At(3, 7)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Two documents and a broken one, and a reader that knows a few words."""

    def load(path: str) -> Page3:
        if "broken" in path:
            raise MissingInput(f"{path}: broken beyond repair")
        return Page3(path, Path(path).read_text(encoding="utf-8"))

    def read(text: str, settings: Settings) -> Reading:
        return made(text)

    monkeypatch.setitem(vars(unspin), "read", read)
    monkeypatch.setattr(documents, "load", load)
    source = tmp_path / "in"
    source.mkdir()
    (source / "a.txt").write_text(TEXT, encoding="utf-8")
    (source / "b.txt").write_text("As it was.", encoding="utf-8")
    (source / "broken.txt").write_text("x", encoding="utf-8")
    yield tmp_path


def run(*arguments: str | Path) -> Any:
    return CliRunner().invoke(app, ["report", *map(str, arguments)])


@pytest.mark.parametrize("name", FORMATS)
def test_report_takes_its_format_from_the_name(folder: Path, name: str) -> None:
    target = folder / f"out{FORMATS[name].suffix}"
    result = run(folder / "in" / "a.txt", "-o", target)
    assert (result.exit_code, result.stderr) == (0, "")
    data = target.read_bytes()
    marks = {
        "html": b"<!doctype html>",
        "docx": b"PK",
        "csv": b"\xef\xbb\xbfdocument",
        "json": b'{\n  "schema"',
        "md": b"# ",
    }
    assert data.startswith(marks[name])
    assert name == "docx" or (b"p. 3, par. 7" in data) == (name in ("html", "md"))
    assert [path.name for path in folder.iterdir() if path.name.endswith(".part")] == []


@pytest.mark.parametrize("target", ["out.html", "reports/a.txt.html"])
def test_a_report_is_saved_whole_or_not_at_all(folder: Path, monkeypatch: pytest.MonkeyPatch, target: str) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    (folder / "reports").mkdir()
    (folder / target).write_bytes(b"the report of yesterday")
    monkeypatch.setattr("os.fsync", full)
    output = f"{folder}/reports/" if "/" in target else folder / target
    result = run(folder / "in" / "a.txt", "-o", output)
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert "cannot be written (no space left on device)" in result.stderr
    assert (folder / target).read_bytes() == b"the report of yesterday"
    assert [path.name for path in folder.rglob("*.part")] == []


def test_report_of_a_folder_goes_on_past_a_bad_file(folder: Path) -> None:
    result = run(folder / "in", "-o", folder / "out.html")
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1 and "broken beyond repair" in result.stderr
    text = flat(Page((folder / "out.html").read_text(encoding="utf-8")).text)
    assert "1 of 2 reads as machine-spun" in text and "broken beyond repair" in text


def test_report_into_a_folder(folder: Path) -> None:
    result = run(folder / "in" / "a.txt", folder / "in" / "b.txt", "-o", f"{folder}/new/reports/", "--format", "md")
    assert result.exit_code == 0
    assert sorted(path.name for path in (folder / "new" / "reports").iterdir()) == [
        "a.txt.md",
        "b.txt.md",
        "index.html",
    ]


def test_report_to_standard_output(folder: Path) -> None:
    result = run(folder / "in" / "a.txt", "-o", "-", "--format", "csv")
    assert result.exit_code == 0
    assert rows(result.stdout_bytes)[0]["found"] == "caller"


def test_a_public_report_does_not_say_where_the_document_lies(folder: Path) -> None:
    run(folder / "in" / "a.txt", "-o", folder / "full.html")
    run(folder / "in" / "a.txt", "-o", folder / "public.html", "--public")
    assert str(folder) in (folder / "full.html").read_text(encoding="utf-8")
    assert str(folder) not in (folder / "public.html").read_text(encoding="utf-8")


def test_report_says_with_which_settings(folder: Path) -> None:
    (folder / "spinner.json").write_text("{}", encoding="utf-8")
    run(
        folder / "in" / "a.txt",
        "-o",
        folder / "r.json",
        "--operating-point",
        "0.001",
        "--dictionary",
        folder / "spinner.json",
        "--fill-all",
        "--fast",
    )
    record = json.loads((folder / "r.json").read_text(encoding="utf-8"))
    assert record["settings"] == {
        "operating_point": 0.001, "fill_all": True, "tortured": False, "fast": True, "dictionary": "spinner.json", "deep": None
    }  # fmt: skip
    assert set(record["settings"]) == {field.name for field in dataclasses.fields(Settings)}
    described = schema("report")["properties"]["settings"]["properties"]
    assert set(described) == set(record["settings"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("in/a.txt", "-o", "out.pdf"), "its ending names no format; give --format, one of html"),
        (("in/a.txt", "-o", "out.html", "--format", "pdf"), "no such format; choose one of html"),
        (("in/a.txt", "-o", "in/a.txt", "--format", "md"), "would write over a document"),
        (("in/broken.txt", "-o", "out.html"), "broken beyond repair"),
        (("in/a.txt", "-o", "nowhere/out.html"), "cannot be written (no such file or directory)"),
        (("in/a.txt", "-o", "in/a.txt/"), "cannot be made"),
        (("in/a.txt", "-o", "out.html", "--operating-point", "2"), "not between 0 and 1"),
    ],
)
def test_what_report_cannot_do_is_one_line(
    folder: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], message: str
) -> None:
    monkeypatch.chdir(folder)
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1 and message in result.stderr
    assert not (folder / "out.html").exists()
    assert (folder / "in" / "a.txt").read_text(encoding="utf-8") == TEXT


def test_to_json_of_one_reading_is_as_before() -> None:
    assert json.loads(to_json(READING))["schema"] == "unspin-reading-1"
