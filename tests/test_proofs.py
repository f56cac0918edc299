"""Reports that hold a document against its source: what they show in every format, and what the public edition leaves out."""

from __future__ import annotations

import io
import json
import re
import time
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import settings as thorough
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from typer.testing import CliRunner

pytest.importorskip("numba")
pytest.importorskip("tantivy")
pytest.importorskip("pyarrow")

from docx import Document as open_docx

import unspin
from examples.evidence import make
from tests.test_reports import Page, as_read, flat, made, part
from unspin.cli.main import app
from unspin.comparison import Change, Comparison, Fact, How, Passage, QuotationPair
from unspin.reading import Reading
from unspin.report import evidence, proof
from unspin.report.content import Full, Public, report
from unspin.report.docx import AUTHOR, SOURCE_AUTHOR
from unspin.report.export import export
from unspin.report.json import schema
from unspin.report.proof import Bit
from unspin.report.source import Entry, Origin, Proof, Search, Source
from unspin.settings import Settings
from unspin.text import Kind, apply, split
from unspin.trace import Archive, Writer, compare, restored
from unspin.trace.json import schema as trace_schema
from unspin.trace.origins import given, searched
from unspin.trace.tracing import search

ROOT = Path(__file__).resolve().parent.parent
ARTICLE = make.article()
PAGE = make.page()
SWAPS = {"technology": "it", "age": "years", "Hull": "Hull", "wool": "cork"}
SHOWN = ("html", "docx", "md", "json")
"""The formats that have room for the evidence."""


@cache
def found() -> Comparison:
    return compare(PAGE, ARTICLE)


@cache
def reading() -> Reading:
    return made(PAGE, SWAPS)


def entry(**how: Any) -> Entry:
    """The page and its article."""
    return Entry(Source("page.txt"), reading(), given("article.txt", found(), reading()), **how)


def shown(name: str, entries: list[Entry], *, public: bool = False) -> str:
    """What somebody reads in a report."""
    data = export(entries, name, public=public)
    if name == "docx":
        return flat(as_read(part(data, "document"), accepted=True))
    text = data.decode()
    if name == "json":
        return flat(text.encode().decode("unicode_escape", "ignore") if "\\u" in text else text)
    return flat(Page(text).text if name == "html" else text.replace("\\", "").replace("&gt;", ">"))


def content(*, public: bool = False) -> Any:
    (document,) = report([entry()], public=public).documents
    assert isinstance(document, Public if public else Full)
    return document


# --- what is shown ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["html", "docx", "md"])
def test_a_report_proves_where_a_page_comes_from(name: str) -> None:
    text = shown(name, [entry()])
    assert "91% of the page follows the source word by word, and 88% of the source is used" in text
    assert "Source: article.txt" in text
    assert "You mind with your manpower," in text and "You listen with your hands," in text
    for there, here in (("31", "48"), ("4,870", "7,480"), ("Leeds", "Hull")):
        assert there in text and here in text
    assert "the source says" in text.lower() and "the page says" in text.lower()
    assert "Passage 4: 74 words" in text or "Passage 4, par. 9: 74 words" in text
    assert "dictionary" in text and "technology" in text


def test_the_verdict_line_has_the_probability_of_a_search_alone() -> None:
    proofs = content().proofs
    assert proofs.sources[0].verdict.startswith("91% of the page follows")
    first = Proof("a1", found(), 0.9997, "2020-01-02", "https://example.org/a1", ("a2", "a3"))
    (document,) = report([Entry(Source("p"), reading(), Origin((first,), (), Search(0.9997, "a1")))]).documents
    assert isinstance(document, Full) and document.proofs is not None
    (proved,) = document.proofs.sources
    assert proved.verdict.startswith("A source with probability >99%; 91% of the page")
    assert proved.about == "2020-01-02; https://example.org/a1; near-copies: a2, a3"


def test_passages_hold_every_word_of_both_sides_and_say_which_differ() -> None:
    bare = re.compile(r"\s+")
    for passage, aligned in zip(found().passages, content().proofs.sources[0].passages, strict=True):
        page = "".join(bit.text for row in aligned.rows for bit in row.page)
        source = "".join(bit.text for row in aligned.rows for bit in row.source)
        assert bare.sub("", page) == bare.sub("", PAGE[passage.start : passage.end])
        assert bare.sub("", source) == bare.sub("", ARTICLE[passage.source_start : passage.source_end])
        inside = [c for c in found().changes if passage.start <= c.start < passage.end]
        differ = [bit.text for row in aligned.rows for bit in row.page if bit.how is not None]
        assert differ == [change.found for change in inside if change.found]
        assert not aligned.cut
    first = content().proofs.sources[0].passages[0]
    assert len(first.rows) == 3  # the title and two paragraphs, each beside its own
    assert all("\n" not in "".join(bit.text for bit in row.page).strip() for row in first.rows)
    assert first.rows[0].source == (Bit("The Bell Foundry That Would Not Close\n\n", None),)


@pytest.mark.parametrize("sign", ["", "\u00a0", "  "])
def test_blanks_elsewhere_leave_a_passage_whole(sign: str) -> None:
    page = PAGE.replace(" the ", f" {sign}the{sign} ").replace("\n\n", "\n \n")
    pair = compare(page, ARTICLE)
    (document,) = report([Entry(Source("p"), made(page, {}), given("a", pair, made(page, {})))]).documents
    assert isinstance(document, Full) and document.proofs is not None
    text = "".join(b.text for a in document.proofs.sources[0].passages for row in a.rows for b in row.page)
    assert re.sub(r"\s", "", text) == re.sub(r"\s", "", "".join(page[p.start : p.end] for p in pair.passages))


def test_the_restored_text_is_the_sources_and_says_which_is_which() -> None:
    made_of = restored(found(), reading())
    assert "cork boards" in made_of.restored and "listen with your hands" in made_of.restored
    page = Page(export([entry()], "html").decode())
    marks = [a for a in page.all("a") if "sourced" in str(a.get("class"))]
    own = [a for a in page.all("a") if "restored" in str(a.get("class")) or "guess" in str(a.get("class"))]
    assert len(marks) == sum(bool(w.original.strip()) for w in made_of.by_source)
    assert len(own) == len(made_of.by_reader) == 1
    assert {str(mark["href"])[1:] for mark in marks} <= set(page.ids)
    assert any("found: manpower\nthe source says: hands" in str(mark["title"]) for mark in marks)
    assert {str(a["href"])[1:] for a in page.all("a") if str(a.get("href")).startswith("#")} <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))
    markdown = export([entry()], "md").decode()
    assert "listen‹" not in markdown and "You ‹listen› with your ‹hands›" in markdown and "‹cork?›" in markdown


def test_every_mark_of_the_source_leads_to_the_passage_that_holds_it() -> None:
    (document,) = report([entry()]).documents
    assert isinstance(document, Full) and document.proofs is not None
    for wording in restored(found()).by_source:
        number = document.proofs.passage(0, wording.start)
        passage = found().passages[number]
        assert passage.start <= wording.start <= passage.end


@pytest.mark.parametrize("accepted", [True, False])
def test_docx_accepted_is_the_restored_text_and_rejected_the_page(accepted: bool) -> None:
    root = part(export([entry()], "docx"), "document")
    text = as_read(root, accepted=accepted)
    want = restored(found(), reading()).restored if accepted else PAGE
    body = [flat(line) for line in want.split("\n") if line.strip()]
    lines = [flat(line) for line in text.split("\n")]
    assert all(line in lines for line in body)


def test_docx_changes_say_whose_they_are() -> None:
    data = export([entry()], "docx")
    xml = part(data, "document")
    authors = [node.get(f"{{{node.nsmap['w']}}}author") for node in xml.iter() if str(node.tag).endswith("}ins")]
    assert authors.count(SOURCE_AUTHOR) > 100 and authors.count(AUTHOR) == 1
    assert open_docx(io.BytesIO(data)).tables


def test_quotations_of_the_source_take_the_place_of_guesses() -> None:
    document = content()
    assert not document.altered and not document.kept
    alone = report([Entry(Source("page.txt"), reading())]).documents[0]
    assert isinstance(alone, Full) and alone.altered
    said = document.proofs.sources[0].quotations
    assert [s.speaker for s in said][:2] == ["Ines Calloway"] * 2
    assert "was probably said" not in shown("html", [entry()])


def test_an_overview_names_the_sources() -> None:
    text = shown("html", [entry(), Entry(Source("other.txt"), reading())])
    assert "article.txt (91% of the page)" in text
    assert "Source" not in shown("html", [Entry(Source("other.txt"), reading())] * 2)


def test_a_page_without_a_source_says_so() -> None:
    for search_, said in (
        (Search(0.12, "a7"), "No source of it was found in the archive (the likeliest is a7, 12%)."),
        (Search(0.0, "a7"), "No source of it was found in the archive."),
        (Search(0.0, None, ("empty-archive",)), "Nothing is said of where it comes from: the archive is empty."),
        (Search(0.0, None, ("too-short",)), "the page has fewer than 30 words"),
    ):
        own = Entry(Source("p"), reading(), Origin((), restored(compare(PAGE, ""), reading()).wordings, search_))
        for name in ("html", "docx", "md"):
            assert said in shown(name, [own]), name
            assert said in shown(name, [own], public=True), name
        record = json.loads(export([own], "json"))["documents"][0]["origin"]
        assert record["restored"] == reading().restored and record["sources"] == []


def test_a_page_that_is_its_source_says_so() -> None:
    same = Entry(Source("a"), made(ARTICLE, {}), given("a", compare(ARTICLE, ARTICLE), made(ARTICLE, {})))
    for name in ("html", "docx", "md"):
        assert "The page has the words of the source, one and all, in the same order." in shown(name, [same])


def test_several_sources_have_a_section_each(tmp_path: Path) -> None:
    clinic = (ROOT / "examples" / "clinic.txt").read_text(encoding="utf-8")
    page = PAGE + "\n" + clinic.replace("nurse", "wet-nurse").replace("week", "hebdomad")
    with Writer.open(tmp_path / "archive") as writer:
        writer.put("bells", ARTICLE, url="https://example.org/bells")
        writer.put("clinic", clinic)
        writer.commit()
    own = made(page, {})
    origin = searched(search(page, Archive(tmp_path / "archive")), own, str.upper)
    assert [p.name for p in origin.proofs] == ["CLINIC", "BELLS"] and origin.search is not None
    text = shown("html", [Entry(Source("p"), own, origin)])
    assert "Source 1: CLINIC" in text and "Source 2: BELLS" in text and "https://example.org/bells" in text
    record = json.loads(export([Entry(Source("p"), own, origin)], "json"))["documents"][0]["origin"]
    assert {w["source"] for w in record["wordings"]} == {0, 1}
    assert "The nurse took one look" in record["restored"] and "listen with your hands" in record["restored"]


# --- JSON ---------------------------------------------------------------------------------------------------------------


def validator() -> Draft202012Validator:
    kept = {"urn:unspin:reading-1": schema("reading"), "urn:unspin:comparison-1": trace_schema("comparison")}
    registry: Registry[Any] = Registry().with_resources(
        [(name, Resource.from_contents(held)) for name, held in kept.items()]
    )
    Draft202012Validator.check_schema(schema("report"))
    return Draft202012Validator(schema("report"), registry=registry)


def test_json_has_offsets_on_both_sides_and_fits_its_schema() -> None:
    record = json.loads(export([entry(), Entry(Source("x"), reading())], "json", settings=Settings()))
    validator().validate(record)
    origin = record["documents"][0]["origin"]
    assert "origin" not in record["documents"][1]
    comparison = origin["sources"][0]["comparison"]
    for kind in ("changes", "facts", "quotations"):
        assert comparison[kind]
        for place in comparison[kind]:
            assert PAGE[place["start"] : place["end"]] == place["found"]
            assert ARTICLE[place["source_start"] : place["source_end"]] == place["original"]
    assert comparison["source"] == ARTICLE and "page" not in comparison
    made_of = restored(found(), reading())
    assert origin["restored"] == made_of.restored
    assert [(w["start"], w["source"]) for w in origin["wordings"]] == [(w.start, w.source) for w in made_of.wordings]
    for change in ({"extra": 1}, {"wordings": [{"start": 0}]}, {"offsets": "bytes"}, {"sources": [{"name": "x"}]}):
        record["documents"][0]["origin"] = origin | change
        assert not validator().is_valid(record)


def test_public_json_fits_its_schema_and_quotes_what_stands_there() -> None:
    record = json.loads(export([entry()], "json", public=True))
    validator().validate(record)
    (source,) = record["documents"][0]["origin"]["sources"]
    held = source["evidence"]
    assert "restored" not in record["documents"][0]["origin"]
    for place in (*held["quotations"], *held["facts"]):
        assert PAGE[place["start"] : place["end"]] == place["found"]
        assert ARTICLE[place["source_start"] : place["source_end"]] == place["original"]
    assert held["passages"]
    for passage in held["passages"]:
        part_ = passage["shown"]
        assert PAGE[part_["start"] : part_["end"]] == part_["page"]
        assert ARTICLE[part_["source_start"] : part_["source_end"]] == part_["source"]
    source["comparison"] = {}
    assert not validator().is_valid(record)


# --- the public edition -------------------------------------------------------------------------------------------------


def test_the_bounds_of_the_public_edition_are_those_of_the_document() -> None:
    bounds = (proof.PASSAGES, proof.PASSAGE_WORDS, proof.FACT_WORDS, proof.SOURCE_SHARE)
    assert bounds == (3, 25, 6, 0.15)
    text = flat((ROOT / "docs" / "report.md").read_text(encoding="utf-8"))
    for said in ("at most 3 passages", "at most 25 words on either side", "at most 6 words", "at most 15% of a source"):
        assert said in text
    assert flat(proof.RULE) in flat(Page(export([entry()], "html", public=True).decode()).text)


def words(text: str) -> int:
    """How many words and figures a text has, as the report counts them."""
    return int((split(text).kind != Kind.MARK).sum())


def running(document: Public) -> tuple[list[str], list[str]]:
    """What a public report shows of the running text of a page and of its source."""
    (proved,) = document.proofs.sources if document.proofs else ()
    rows = [row for aligned in proved.passages for row in aligned.rows]
    page = ["".join(bit.text for bit in row.page) for row in rows] + [said.pair.found for said in proved.quotations]
    source = ["".join(b.text for b in row.source) for row in rows] + [said.pair.original for said in proved.quotations]
    page += [said.found for said in document.evidence.quotations]
    page += [f"{s.context[0]} {s.found} {s.context[1]}" for s in document.evidence.swaps if s.context]
    return page, source


@pytest.mark.parametrize("times", [1, 4])
def test_the_public_edition_keeps_to_its_shares(times: int) -> None:
    """Also of an article with few quotations among much else, and of a page with swaps everywhere."""
    page, article = ((text + "\n\n") * times for text in (PAGE, ARTICLE))
    own = made(page, {word: f"{word}s" for word in sorted(set(re.findall(r"\b[a-z]{6,}\b", page)))})
    (document,) = report([Entry(Source("p"), own, given("a", compare(page, article), own))], public=True).documents
    assert isinstance(document, Public) and document.proofs is not None
    ours, theirs = running(document)
    assert 0 < sum(map(words, ours)) <= evidence.SHOWN_SHARE * words(page)
    assert 0 < sum(map(words, theirs)) <= proof.SOURCE_SHARE * words(article)
    (proved,) = document.proofs.sources
    assert 1 <= len(proved.passages) <= proof.PASSAGES and proved.comparison is None
    assert proved.passages_left_out == len(compare(page, article).passages) - len(proved.passages)
    for aligned in proved.passages:
        assert aligned.cut
        for row in aligned.rows:
            sides = ["".join(bit.text for bit in side) for side in row]
            assert all(8 <= words(side) <= proof.PASSAGE_WORDS for side in sides)
    assert document.proofs.wordings == ()


@pytest.mark.parametrize("name", SHOWN)
def test_no_public_report_holds_a_long_run_of_either_text(name: str) -> None:
    text = re.sub("[‹›]", "", shown(name, [entry()], public=True))
    longest = max(evidence.QUOTED_WORDS, proof.PASSAGE_WORDS)
    for side in (PAGE, ARTICLE, restored(found(), reading()).restored):
        parts = side.split()
        runs = (" ".join(parts[i : i + longest + 1]) for i in range(len(parts) - longest))
        assert not [run for run in runs if run in text]
    assert "manpower" in text


def test_a_short_source_is_hardly_quoted() -> None:
    source = ARTICLE.split("\n\n")[1]
    page = PAGE.split("\n\n")[1]
    own = made(page, {})
    (document,) = report([Entry(Source("p"), own, given("a", compare(page, source), own))], public=True).documents
    assert isinstance(document, Public)
    _, theirs = running(document)
    assert sum(map(words, theirs)) <= proof.SOURCE_SHARE * words(source)


def test_a_long_rewritten_fact_is_cut() -> None:
    page, source = "one two three four five six seven eight nine ten 11 end.", "12 end."
    fact = Change(How.REWRITTEN, 0, len(page) - 5, page[:-5], 0, 2, "12")
    changed = proof.ChangedFact(Fact.FIGURE, fact.start, fact.end, fact.found, 0, 2, "12")
    held = Comparison(page=page, source=source, explained=1, used=1, words=12, source_words=2, exact=1, swapped=0,
                      rewritten=11, nats=1.0, facts=(changed,))  # fmt: skip
    entries = [Entry(Source("p"), made(page, {}), Origin((Proof("s", held),)))]
    public, full = (report(entries, public=public).documents[0] for public in (True, False))
    assert isinstance(public, Public) and isinstance(full, Full) and public.proofs and full.proofs
    (differs,) = public.proofs.sources[0].facts
    assert differs.cut and differs.fact.found == "one two three four five six" and differs.fact.original == "12"
    assert not full.proofs.sources[0].facts[0].cut


# --- bad and odd input ----------------------------------------------------------------------------------------------------


def hostile() -> Entry:
    """A source whose name, address and text are full of markup."""
    bad = "<script>alert(1)</script> | `x` [a](javascript:b) \u202e \x07 \ud800"
    page, source = f"{PAGE}\n\n“{bad} non this,” said X.", f"{ARTICLE}\n\n“{bad} not this,” said X."
    own = made(page, {"non": "not"})
    pair = compare(page, source)
    first = Proof(bad, pair, 0.9, bad, "javascript:alert(1)", (bad,))
    return Entry(Source(bad), own, Origin((first,), restored(pair, own).wordings, Search(0.9, bad, (bad,))))


@pytest.mark.parametrize("public", [False, True])
def test_a_source_full_of_markup_comes_out_as_text(public: bool) -> None:
    page = Page(export([hostile()], "html", public=public).decode())
    assert not page.all("script") and not page.all("img")
    assert all(str(a.get("href", "#")).startswith("#") for a in page.all("a"))
    assert "<script>alert(1)</script>" in page.text and "\u202e" not in page.text
    markdown = export([hostile()], "md", public=public).decode()
    assert "<script" not in markdown and "](" not in markdown.replace("\\](", "")
    assert open_docx(io.BytesIO(export([hostile()], "docx", public=public))).paragraphs
    validator().validate(json.loads(export([hostile()], "json", public=public)))


@st.composite
def pairs(draw: st.DrawFn) -> Comparison:
    """Any two texts with any passage and any changes that fit into it."""
    page, source = (draw(st.text("ab 1.\n“”", min_size=1, max_size=50)) for _ in range(2))
    a, b = sorted(draw(st.tuples(st.integers(0, len(page)), st.integers(0, len(page)))))
    c, d = sorted(draw(st.tuples(st.integers(0, len(source)), st.integers(0, len(source)))))
    ours = sorted(draw(st.sets(st.integers(a, b), max_size=6)))
    theirs = sorted(draw(st.sets(st.integers(c, d), max_size=6)))
    changes = tuple(
        Change(draw(st.sampled_from(How)), x, y, page[x:y], u, v, source[u:v])
        for x, y, u, v in zip(ours[::2], ours[1::2], theirs[::2], theirs[1::2], strict=False)
    )
    passage = Passage(a, b, c, d, 9, 9, 3, 3, 3, 50.0, draw(st.booleans()))
    said = QuotationPair(a, b, page[a:b], c, d, source[c:d], None, True, True)
    return Comparison(page=page, source=source, explained=0.5, used=0.5, words=9, source_words=9, exact=3, swapped=3,
                      rewritten=3, nats=50.0, passages=(passage,) if a < b else (),
                      changes=changes if a < b else (), quotations=(said,))  # fmt: skip


@thorough(deadline=None, max_examples=60)
@drawn(pairs())
def test_any_pair_can_be_shown(pair: Comparison) -> None:
    own = made(pair.page, {})
    held = Entry(Source("p"), own, given("s", pair, own))
    for public in (False, True):
        (document,) = report([held], public=public).documents
        assert isinstance(document, Full | Public) and document.proofs is not None
        for name in ("html", "md", "json"):
            export([held], name, public=public)
        if public:
            continue
        for aligned in document.proofs.sources[0].passages:
            passage = aligned.passage
            text = "".join(bit.text for row in aligned.rows for bit in row.page)
            assert re.sub(r"\s", "", text) == re.sub(r"\s", "", pair.page[passage.start : passage.end])


def test_the_work_grows_in_step_with_the_pair() -> None:
    def seconds(times: int) -> float:
        page, source = (
            (text + "\n\n") * times for text in ("“Say a b c,” it said. x y.", "“Say d b c,” it said. z y.")
        )
        step, there = len(page) // times, len(source) // times
        changes, said = [], []
        for k in range(times):
            a, c = k * step, k * there
            changes.append(Change(How.SWAPPED, a + 5, a + 6, "a", c + 5, c + 6, "d"))
            said.append(
                QuotationPair(
                    a + 1, a + 11, page[a + 1 : a + 11], c + 1, c + 11, source[c + 1 : c + 11], None, True, True
                )
            )
        passage = Passage(0, len(page) - 2, 0, len(source) - 2, 8 * times, 8 * times, 7 * times, times, 0, 99.0)
        pair = Comparison(page=page, source=source, explained=1, used=1, words=8 * times, source_words=8 * times,
                          exact=7 * times, swapped=times, rewritten=0, nats=99.0, passages=(passage,),
                          changes=tuple(changes), quotations=tuple(said))  # fmt: skip
        own = made(page, {"it": "she"})
        origin = given("s", pair, own)
        begin = time.process_time()
        for public in (False, True):
            export([Entry(Source("p"), own, origin)], "html", public=public)
        return time.process_time() - begin

    seconds(50)
    short, long = (min(seconds(times) for _ in range(3)) for times in (1_000, 4_000))
    assert long < 9 * short + 0.2


# --- the command ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("texts")
    (folder / "page.txt").write_text(PAGE, encoding="utf-8")
    (folder / "article.txt").write_text(ARTICLE, encoding="utf-8")
    with Writer.open(folder / "archive") as writer:
        writer.put("/home/somebody/article.txt", ARTICLE, date="2024-03-01")
        writer.put("https://example.org/clinic", (ROOT / "examples" / "clinic.txt").read_text(encoding="utf-8"))
        writer.commit()
    return folder


def run(*arguments: str | Path) -> Any:
    return CliRunner().invoke(app, ["report", *map(str, arguments)])


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(vars(unspin), "read", lambda text, settings: made(text, SWAPS))


@pytest.mark.usefixtures("quick")
def test_report_from_a_source(texts: Path, tmp_path: Path) -> None:
    target = tmp_path / "r.html"
    result = run(texts / "page.txt", "--from", texts / "article.txt", "-o", target)
    assert (result.exit_code, result.stderr) == (0, "")
    assert "You listen with your hands" in target.read_text(encoding="utf-8")


@pytest.mark.usefixtures("quick")
def test_report_with_an_archive_names_no_folder_in_public(texts: Path, tmp_path: Path) -> None:
    for public, name in (((), "/home/somebody/article.txt"), (("--public",), "article.txt")):
        result = run(texts / "page.txt", "--index", texts / "archive", "-o", tmp_path / "r.json", *public)
        assert (result.exit_code, result.stderr) == (0, "")
        text = (tmp_path / "r.json").read_text(encoding="utf-8")
        (source,) = json.loads(text)["documents"][0]["origin"]["sources"]
        assert (source["name"], source["date"]) == (name, "2024-03-01") and source["probability"] > 0.9
        assert ("/home/somebody" in text) is not public


@pytest.mark.usefixtures("quick")
def test_report_of_what_the_archive_does_not_have(texts: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text((ROOT / "examples" / "harbour.txt").read_text(encoding="utf-8"), encoding="utf-8")
    assert run(other, "--index", texts / "archive", "-o", tmp_path / "r.md").exit_code == 0
    assert "No source of it was found in the archive" in (tmp_path / "r.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("page.txt", "--from", "article.txt", "-o", "article.txt", "--format", "md"), "would write over a document"),
        (("page.txt", "--from", "article.txt", "-o", "r.csv"), "choose another format than csv"),
        (("page.txt", "--from", "article.txt", "--index", "archive", "-o", "r.md"), "give one of the two"),
        (("page.txt", "--from", "nowhere.txt", "-o", "r.md"), "nowhere.txt: no such file"),
        (("page.txt", "--index", "nowhere", "-o", "r.md"), "no such archive"),
        (("page.txt", "--index", "page.txt", "-o", "r.md"), "page.txt"),
    ],
)
@pytest.mark.usefixtures("quick")
def test_what_report_cannot_prove_is_one_line(
    texts: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], said: str
) -> None:
    monkeypatch.chdir(texts)
    result = run(*arguments)
    assert result.exit_code == 2 and said in result.stderr and result.stderr.count("\n") == 1
    assert not list(texts.glob("r.*"))
    assert (texts / "article.txt").read_text(encoding="utf-8") == ARTICLE


def test_applied_wordings_are_the_restored_text() -> None:
    origin = given("article.txt", found(), reading())
    assert apply(PAGE, origin.wordings) == restored(found(), reading()).restored
    with pytest.raises(ValueError, match="another text"):
        given("x", found(), replace(reading(), text="x", restored="x", substitutions=()))
