"""A corpus against an archive: a row a page, however often it was stopped and by however many it was done."""

from __future__ import annotations

import gzip
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

pa = pytest.importorskip("pyarrow")
pytest.importorskip("numba")
pytest.importorskip("tantivy")

import pyarrow.parquet as pq  # noqa: E402
from corpus_files import source_of  # noqa: E402
from crawl_fakes import Suffering  # noqa: E402
from typer.testing import CliRunner, Result  # noqa: E402

from unspin.cli.main import app  # noqa: E402
from unspin.corpus.formats import Columns, splits  # noqa: E402
from unspin.crawl import Options, Plan  # noqa: E402
from unspin.crawl import annotate as room  # noqa: E402
from unspin.crawl.annotate import COLUMNS, annotate, opened  # noqa: E402
from unspin.crawl.wording import table  # noqa: E402
from unspin.errors import DamagedData, OptionError  # noqa: E402
from unspin.scan.run import Outcome, scan  # noqa: E402
from unspin.scan.tasks import Scan  # noqa: E402
from unspin.scan.work import AtRow, Idle, Work  # noqa: E402
from unspin.spinners import simulate  # noqa: E402
from unspin.trace import Archive, Writer  # noqa: E402
from unspin.trace import trace as traced  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
PROSE = {path.name: path.read_text(encoding="utf-8") for path in sorted((ROOT / "benchmarks" / "prose").glob("*.txt"))}
NOBODYS = list(PROSE.values())[-3:]
"""What the archive has not; it has the others."""
HELD = dict(list(PROSE.items())[:3])
"""Of these some pages are made."""
SPUN = {name: simulate(text, "wordnet-walk", seed=4, rate=0.3).text for name, text in HELD.items()}
PAGES = [*SPUN.values(), *NOBODYS, "A line of few words."]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archive") / "index"
    with Writer.open(folder) as writer:
        for name, text in list(PROSE.items())[:-3]:
            writer.put(name, text, date="2026-05-01", url=f"https://example.org/{name}")
        writer.commit()
    return folder


def jsonl(path: Path, pages: list[str]) -> str:
    path.write_text("".join(json.dumps({"id": f"p{k}", "text": text}) + "\n" for k, text in enumerate(pages)))
    return str(path)


def run(index: Path, inputs: list[str], out: Path, workers: int = 1, **options: Any) -> Outcome:
    plan = Plan.against(index, options=Options(**({"reader": False} | options)))
    return scan(inputs, out, plan, workers=workers)


def rows(out: Path, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(out / "annotations" / f"{name}.parquet").to_pylist()
    return found


def tree(out: Path) -> dict[str, bytes]:
    """All files of the output; the summary without its timing."""
    files = {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}
    summary = json.loads(files.pop("summary.json"))
    del summary["timing"]
    return files | {"summary.json": json.dumps(summary).encode()}


def command(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["trace", *map(str, arguments)])


# --- what is said of a page --------------------------------------------------------------------------------------------


def test_a_row_a_page_with_its_source_and_shares(index: Path, tmp_path: Path) -> None:
    outcome = run(index, [jsonl(tmp_path / "a.jsonl", PAGES)], tmp_path / "out")
    found = rows(tmp_path / "out", "a.jsonl")
    assert [row["id"] for row in found] == [f"p{k}" for k in range(len(PAGES))]
    for name, row in zip(HELD, found, strict=False):
        assert (row["claimed"], row["match"], row["match_date"]) == (True, name, "2026-05-01")
        assert row["match_url"] == f"https://example.org/{name}"
        assert row["probability"] > 0.99 and row["explained"] > 0.95 and row["used"] > 0.95
    for row in found[len(HELD) :]:
        assert (row["claimed"], row["probability"], row["match"], row["error"]) == (False, 0.0, None, None)
    assert found[-1]["note"] == "too-short"
    totals = outcome.summary["totals"]
    assert (totals["documents"], totals["claimed"], totals["with_a_passage_only"]) == (len(PAGES), len(HELD), 0)
    assert totals["unjudged_or_noted"] == {"too-short": 1}
    assert list(outcome.summary["timing"]["worker_seconds_spent"]) == ["reading", "glance", "search", "writing"]
    assert not outcome.errors and not outcome.failures


def test_a_row_says_what_trace_says_of_the_page(index: Path) -> None:
    page = "\n\n".join([SPUN[name] for name in HELD][:2])
    batch = pa.record_batch({"text": [page]})
    (row,) = annotate(batch, Archive(index), options=Options(reader=False)).to_pylist()
    found = traced(page, index, reader=False)
    assert [row["unspin_source"], *(row["unspin_further"] or ())] == [match.id for match in found.sources]
    assert len(found.sources) == 2
    assert row["unspin_explained"] == pytest.approx(found.sources[0].comparison.explained)


def test_what_is_not_claimed_is_named_as_the_likeliest(index: Path) -> None:
    page = next(iter(SPUN.values()))
    batch = pa.record_batch({"text": [page[:700] + " " + NOBODYS[0]]})
    (row,) = annotate(batch, Archive(index), options=Options(claimed_from=1.0, reader=False)).to_pylist()
    assert row["unspin_claimed"] is False and row["unspin_source"] == next(iter(HELD))
    assert 0 < row["unspin_probability"] < 1 and 0 < row["unspin_explained"] < 1 and row["unspin_used"] > 0
    assert row["unspin_near_copies"] is row["unspin_further"] is None


def test_the_reader_is_asked_about_what_the_gates_send_on_alone(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from unspin import reader

    read: list[str] = []
    actual = reader.read
    monkeypatch.setattr(reader, "read", lambda text, *how, **more: (read.append(text), actual(text, *how, **more))[1])
    batch = pa.record_batch({"text": [next(iter(SPUN.values())), NOBODYS[0]]})
    annotate(batch, Archive(index))
    assert read == [next(iter(SPUN.values()))]
    annotate(batch, Archive(index), options=Options(reader=False))
    assert len(read) == 1


def test_a_page_that_nobody_has_is_not_searched_for(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import unspin.trace

    searched: list[str] = []
    actual = unspin.trace.search
    monkeypatch.setattr(unspin.trace, "search", lambda page, *how: (searched.append(page), actual(page, *how))[1])
    long = "\n\n".join(NOBODYS)
    batch = pa.record_batch({"text": [*SPUN.values(), long, *NOBODYS, "A line of few words.", ""]})
    found = annotate(batch, Archive(index), options=Options(reader=False)).to_pylist()
    assert searched == list(SPUN.values())
    assert [row["unspin_claimed"] for row in found] == [True] * len(SPUN) + [False] * (len(NOBODYS) + 3)
    assert [row["unspin_trace_note"] for row in found[len(SPUN) :]] == [None] * (len(NOBODYS) + 1) + ["too-short"] * 2


def test_a_page_at_which_a_glance_fails_is_searched_for(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import unspin.trace

    def fails(*how: Any) -> None:
        raise ValueError("so it goes")

    monkeypatch.setattr(unspin.trace, "glanced", fails)
    batch = pa.record_batch({"text": [PAGES[0], NOBODYS[0]]})
    found = annotate(batch, Archive(index), options=Options(reader=False)).to_pylist()
    assert [row["unspin_claimed"] for row in found] == [True, False]


def test_a_batch_changes_no_value(index: Path) -> None:
    archive = Archive(index)
    batch = pa.record_batch({"text": PAGES})
    together = annotate(batch, archive).select(COLUMNS.names).to_pylist()
    for k in range(len(PAGES)):
        assert annotate(batch.slice(k, 1), archive).select(COLUMNS.names).to_pylist() == [together[k]]


@pytest.mark.timeout(120, method="thread")  # the alarm is what is tested here
def test_a_page_that_fails_costs_itself(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import unspin.trace

    actual = unspin.trace.search

    def search(page: str, *how: Any) -> Any:
        if "SLEEP" in page:
            time.sleep(60)
        if "RAISE" in page:
            raise ValueError("so\nit goes")
        return actual(page, *how)

    monkeypatch.setattr(unspin.trace, "search", search)
    archive = Archive(index)
    (slow,) = annotate(
        pa.record_batch({"text": [PAGES[0] + " SLEEP"]}), archive, options=Options(reader=False, time_limit=0.1)
    ).to_pylist()
    assert (slow["unspin_trace_error"], slow["unspin_claimed"]) == ("time limit of 0.1 s", None)
    batch = pa.record_batch({"text": [None, PAGES[0] + " RAISE", "left out", PAGES[0]]})
    seen: list[int | None] = []
    options = Options(reader=False)
    found = annotate(batch, archive, options=options, watch=seen.append, skip={2: "not this one"}).to_pylist()
    assert [row["unspin_trace_error"] for row in found] == [None, "ValueError: so it goes", "not this one", None]
    assert [row["unspin_claimed"] for row in found] == [False, None, None, True]
    assert seen == [0, 1, 3, None, 1, 3]  # a glance is enough for a page without a word


def test_a_page_that_crashes_or_hangs_a_glance_costs_itself(index: Path, tmp_path: Path) -> None:
    page = next(iter(SPUN.values()))
    source = jsonl(tmp_path / "pages.jsonl", [page, NOBODYS[0] + " DIE", page, NOBODYS[1] + " HANG", NOBODYS[2]])
    plan = Suffering.against(index, options=Options(reader=False, time_limit=1.0))
    scan([source], tmp_path / "out", plan, workers=1)
    found = rows(tmp_path / "out", "pages.jsonl")
    assert [row["claimed"] for row in found] == [True, None, True, None, False]
    assert [row["error"] for row in found][1::2] == [
        "ended the worker that read it (signal SIGKILL)", "time limit of 1 s",
    ]  # fmt: skip


def test_the_glances_are_told_from_the_searches(index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes time at a glance is said to have gone into glances."""
    from unspin.trace import glance

    actual = glance.Glance.sees
    monkeypatch.setattr(glance.Glance, "sees", lambda look, page: (time.sleep(0.05), actual(look, page))[1])
    told: list[Any] = []
    plan = Plan.against(index, options=Options(reader=False))
    (split,) = splits(source := source_of(Path(jsonl(tmp_path / "a.jsonl", [NOBODYS[0]] * 20))), Columns())
    counts: list[Any] = []
    annotate = plan.load(lambda: None)
    Work(plan, tmp_path / "state", annotate, told.append, counts.append, lambda _: None).scan(Scan("0", source, split))
    assert counts[0].spent["glance"] > 1.0 > counts[0].spent["search"]
    assert [moment.row for moment in told if isinstance(moment, AtRow)] == list(range(20))
    assert isinstance(told[-1], Idle)


def test_the_archive_is_opened_once_a_process(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import unspin.trace

    opens: list[Any] = []
    monkeypatch.setattr(unspin.trace, "Archive", lambda folder: (opens.append(folder), Archive(folder))[1])
    opened.cache_clear()
    plan = Plan.against(index, options=Options(reader=False))
    opens.clear()
    for _ in range(3):
        work = plan.load(lambda: None)
        for k in range(4):
            work(pa.record_batch({"text": [f"page {k}"]}), watch=lambda row: None, skip={})
    assert opens == [plan.index]
    opened.cache_clear()


def test_a_long_page_is_cut_and_says_so(index: Path) -> None:
    batch = pa.record_batch({"text": [PAGES[0]]})
    (row,) = annotate(batch, Archive(index), options=Options(reader=False, longest=100)).to_pylist()
    assert row["unspin_trace_note"] == "truncated" and row["unspin_claimed"]


def test_columns_are_checked(index: Path) -> None:
    archive = Archive(index)
    batch = pa.record_batch({"text": ["a"]})
    with pytest.raises(OptionError, match="already there"):
        annotate(annotate(batch, archive), archive)
    with pytest.raises(OptionError, match="no column 'body'"):
        annotate(batch, archive, options=Options(text_column="body"))
    for bad in ({"claimed_from": 0}, {"longest": 0}, {"time_limit": 0}):
        with pytest.raises(OptionError):
            Options(**bad)


# --- the run ------------------------------------------------------------------------------------------------------------


def corpus(folder: Path) -> Path:
    """Several formats; some pages have a source."""
    folder.mkdir()
    chance = random.Random(3)
    pages = [chance.choice(PAGES)[:600] + f" This is page {k}." for k in range(60)]
    jsonl(folder / "a.jsonl", pages[:30])
    (folder / "b.jsonl.gz").write_bytes(
        gzip.compress(json.dumps({"text": pages[30]}).encode() + b"\n{broken\n", mtime=0)
    )
    pq.write_table(pa.table({"id": [f"q{k}" for k in range(25)], "text": pages[31:56]}), folder / "c.parquet")
    for k, page in enumerate(pages[56:]):
        (folder / f"t{k}.txt").write_text(page)
    return folder


def test_any_number_of_workers_gives_the_same_bytes(index: Path, tmp_path: Path) -> None:
    source = corpus(tmp_path / "in")
    one = run(index, [str(source)], tmp_path / "one", workers=1)
    run(index, [str(source)], tmp_path / "three", workers=3)
    assert tree(tmp_path / "one") == tree(tmp_path / "three")
    assert one.summary["totals"]["documents"] == 60 and one.summary["totals"]["claimed"] > 10
    assert len(one.failures) == 1 and one.failures[0].startswith("b.jsonl.gz, line 2: no JSON")


@pytest.mark.skipif(sys.platform == "win32", reason="kills groups of processes")
def test_killed_it_goes_on_and_gives_the_same_bytes(index: Path, tmp_path: Path) -> None:
    """Killed whenever a checkpoint is there, each time a little further."""
    source = jsonl(tmp_path / "a.jsonl", [PAGES[k % len(PAGES)][:300] for k in range(240)])
    run(index, [source], tmp_path / "unbroken", longest=60)
    code = (
        "import sys, time\n"
        "from unspin.crawl import Options, Plan; from unspin.scan import work; from unspin.scan.run import scan\n"
        f"plan = Plan.against({str(index)!r}, options=Options(reader=False, longest=60))\n"
        f"scan([{source!r}], {str(tmp_path / 'out')!r}, plan, workers=1)\n"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    kills = 0
    for delay in (0.0, 0.05, 0.2):
        process = subprocess.Popen([sys.executable, "-c", code], env=environment, start_new_session=True)
        until = time.monotonic() + 90
        while process.poll() is None and time.monotonic() < until:
            if list((tmp_path / "out").glob(".unspin/*")):
                time.sleep(delay)
                break
            time.sleep(0.01)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            kills += 1
        process.wait()
    assert kills
    run(index, [source], tmp_path / "out", longest=60)
    assert tree(tmp_path / "out") == tree(tmp_path / "unbroken")
    assert run(index, [source], tmp_path / "out", longest=60).earlier


def test_an_archive_that_changes_is_another_run(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    with Writer.open(folder) as writer:
        writer.put("a", NOBODYS[0])
        writer.commit()
    plan = Plan.against(folder, options=Options(reader=False))
    with Writer.open(folder) as writer:
        writer.put("b", NOBODYS[1])
        writer.commit()
    opened.cache_clear()
    with pytest.raises(DamagedData, match="was changed after the run began"):
        opened(plan.index, plan.state)
    assert Plan.against(folder).record()["archive"] != plan.record()["archive"]


# --- the command --------------------------------------------------------------------------------------------------------


def test_the_command_from_end_to_end(index: Path, tmp_path: Path) -> None:
    source = jsonl(tmp_path / "a.jsonl", PAGES)
    arguments = [source, "--index", index, "-o", tmp_path / "out", "--no-read", "--workers", "1"]
    result = command(*arguments, "--annotate-format", "jsonl", "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["format"] == "unspin-crawl-1"
    said = f"3 of {len(PAGES)} pages have a source in the archive; see annotations/, summary.json in {tmp_path / 'out'}"
    assert said in result.stderr
    lines = (tmp_path / "out" / "annotations" / "a.jsonl.jsonl").read_bytes().splitlines()
    assert json.loads(lines[3]) == {"id": "p3", "source": "a.jsonl", "offset": json.loads(lines[3])["offset"],
                                    "claimed": False, "probability": 0.0}  # fmt: skip
    again = command(*arguments, "--annotate-format", "jsonl")
    assert again.exit_code == 0 and "is finished already" in again.stderr
    other = command(*arguments, "--annotate-format", "jsonl", "--threshold", "0.5")
    assert other.exit_code == 2 and "holds a run with claimed from 0.8" in other.stderr


def test_a_broken_line_is_said_and_ends_with_status_2(index: Path, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"id": "x", "text": "a page"}\n{broken\n')
    result = command(tmp_path / "a.jsonl", "--index", index, "-o", tmp_path / "out", "--no-read")
    assert result.exit_code == 2
    assert "a.jsonl, line 2: no JSON" in result.stderr and len(result.stderr.splitlines()) == 2
    assert [row["error"] is None for row in rows(tmp_path / "out", "a.jsonl")] == [True, False]


def test_bad_input_is_one_line(index: Path, tmp_path: Path) -> None:
    with Writer.open(tmp_path / "empty") as writer:
        writer.commit()
    source = jsonl(tmp_path / "a.jsonl", PAGES[:1])
    for arguments, said in (
        ((source, "--index", tmp_path / "empty"), "an empty archive; put texts into it with: unspin index"),
        ((source, "--index", tmp_path / "none"), "no such archive; make one with"),
        ((tmp_path / "none.jsonl", "--index", index), "no such file"),
        ((source, "--index", index, "--annotate-format", "xml"), "choose parquet or jsonl"),
        ((source, "--index", index, "--all"), "--all and -o"),
        ((source, "--index", index, "--teach", tmp_path / "d.tsv"), "--teach and -o"),
        ((source, "--index", index, "--time-limit", "0"), "give seconds above 0"),
        ((source, "--index", index, "--workers", "0"), "give a number from 1"),
    ):
        result = command(*arguments, "-o", tmp_path / "out")
        assert result.exit_code == 2 and said in result.stderr, (arguments, result.output)
        assert len(result.stderr.splitlines()) == 1 and not (tmp_path / "out").exists()


def test_help_and_the_table() -> None:
    from rich.console import Console

    said = " ".join(command("--help").stdout.split())
    for words in ("whole corpus", "--annotate-format", "--workers", "goes on where it stopped", "-o traced"):
        assert words in said
    totals = {"documents": 9, "claimed": 4, "with_a_passage_only": 1, "failed": {"count": 2}}
    console = Console(record=True, width=80)
    console.print(table({"totals": totals, "timing": {"seconds": 2.0, "documents_per_second": 4.5}}))
    assert "4.5 pages/s" in console.export_text()
    assert room.ROWS.error == "unspin_trace_error"


def test_memory_does_not_grow_with_the_corpus(index: Path) -> None:
    """After some pages no more is held than before them, but for what the allocator keeps."""
    import tracemalloc

    archive = Archive(index)
    batch = pa.record_batch({"text": [PAGES[k % len(PAGES)][:600] for k in range(20)]})
    options = Options(reader=False)
    annotate(batch, archive, options=options)
    tracemalloc.start()
    annotate(batch, archive, options=options)
    before = tracemalloc.get_traced_memory()[0]
    for _ in range(3):
        annotate(batch, archive, options=options)
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert grown < 500_000
