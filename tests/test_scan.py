"""``unspin scan`` from input to output: what it writes, what it refuses, how it ends."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pa = pytest.importorskip("pyarrow")
pytest.importorskip("numba")

import pyarrow.parquet as pq  # noqa: E402
import typer  # noqa: E402
from rich.console import Console  # noqa: E402
from typer.testing import CliRunner, Result  # noqa: E402

from unspin.cli import runs  # noqa: E402
from unspin.cli import scan as command  # noqa: E402
from unspin.corpus.formats import Columns, Failure, bundled  # noqa: E402
from unspin.corpus.sources import Format, Found, Source  # noqa: E402
from unspin.errors import InputError, MissingInput, OptionError, OutputError  # noqa: E402
from unspin.scan import Options, Plan, state  # noqa: E402
from unspin.scan.progress import Bar, table  # noqa: E402
from unspin.scan.run import Outcome, scan  # noqa: E402
from unspin.scan.summary import FEW, Counts  # noqa: E402
from unspin.scan.supervisor import Watcher  # noqa: E402
from unspin.scan.tallies import READER_EDGES, SCREEN_EDGES, histogram, public  # noqa: E402
from unspin.spinners import simulate  # noqa: E402

FAKES = Path(__file__).with_name("scan_fakes.py")
PROSE = FAKES.parent.parent / "benchmarks" / "prose"
TEXTS = [
    "the river was low", "boats SPUN upstream", "nobody saw it RAISE", "an end SHORT", "a quiet autumn", "SPUN again",
    "fog", "more fog", "ferries ran late", "the mill stood still",
]  # fmt: skip
SPUN = [1, 5]


def plan(**kwargs: Any) -> Plan:
    return Plan(annotator="scan_fakes:annotate", **kwargs)


def jsonl(texts: list[str] = TEXTS) -> bytes:
    return b"".join(json.dumps({"id": f"d{i}", "text": text}).encode() + b"\n" for i, text in enumerate(texts))


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.jsonl").write_bytes(jsonl())
    (folder / "sub" / "a.jsonl.gz").write_bytes(gzip.compress(jsonl()))
    pq.write_table(pa.table({"id": [f"d{i}" for i in range(10)], "text": TEXTS}), folder / "b.parquet")
    (folder / "c.csv").write_text("id,text\n" + "".join(f"d{i},{text}\n" for i, text in enumerate(TEXTS)))
    for number, text in enumerate(TEXTS):
        (folder / f"t{number}.txt").write_text(text)
    return folder


def tree(out: Path) -> dict[str, bytes]:
    files = {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}
    summary = json.loads(files.pop("summary.json"))
    del summary["timing"]
    return files | {"summary.json": json.dumps(summary).encode()}


def annotations(out: Path, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(out / "annotations" / f"{name}.parquet").to_pylist()
    return found


# --- what it writes --------------------------------------------------------------------------------------------------


def test_every_format_annotated_and_kept(corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    outcome = scan([str(corpus)], out, plan(keep="clean"), workers=2)
    assert sorted(path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()) == [
        "annotations/a.jsonl.parquet",
        "annotations/b.parquet.parquet",
        "annotations/c.csv.parquet",
        "annotations/sub/a.jsonl.gz.parquet",
        "annotations/texts-00000.parquet",
        "clean/a.jsonl",
        "clean/b.parquet",
        "clean/c.csv",
        "clean/sub/a.jsonl.gz",
        *(f"clean/t{number}.txt" for number in range(10) if number not in SPUN),
        "summary.json",
    ]
    clean = b"".join(line for i, line in enumerate(jsonl().splitlines(keepends=True)) if i not in SPUN)
    assert (out / "clean" / "a.jsonl").read_bytes() == clean
    assert gzip.decompress((out / "clean" / "sub" / "a.jsonl.gz").read_bytes()) == clean
    assert pq.read_table(out / "clean" / "b.parquet")["text"].to_pylist() == [
        text for i, text in enumerate(TEXTS) if i not in SPUN
    ]
    assert (out / "clean" / "c.csv").read_text().splitlines()[0] == "id,text"
    assert (out / "clean" / "t4.txt").read_text() == TEXTS[4]
    for name in ("a.jsonl", "b.parquet", "c.csv", "sub/a.jsonl.gz", "texts-00000"):
        rows = annotations(out, name)
        assert [i for i, row in enumerate(rows) if row["spun"]] == SPUN, name
        assert len(rows) == 10
    row = annotations(out, "sub/a.jsonl.gz")[1]
    assert row == {
        "id": "d1", "source": "sub/a.jsonl.gz", "offset": len(jsonl(TEXTS[:1])),
        "screen_score": 2.5, "sieve_score": 4.5, "look_score": 6.5, "reader_score": 20.0,
        "false_positive_rate": 1e-6, "spun": True, "share": 0.25, "spinner": "walk",
        "spans": [{"start": 6, "end": 10, "score": pytest.approx(0.9), "restored": "written"}], "note": None, "error": None,
    }  # fmt: skip
    assert [row["source"] for row in annotations(out, "texts-00000")] == [f"t{number}.txt" for number in range(10)]
    assert outcome.summary["totals"]["flagged"] == 10 and not outcome.earlier


def test_the_summary_counts(corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    scan([str(corpus)], out, plan(keep="spun", annotations=None), workers=1)
    summary = json.loads((out / "summary.json").read_bytes())
    assert summary["complete"] and summary["format"] == "unspin-scan-1"
    assert summary["settings"]["keep"] == "spun" and summary["settings"]["threshold"] == 1e-4
    part = summary["files"]["a.jsonl"]
    assert part["bytes"] == len(jsonl())
    expected = {
        "documents": 10,
        "sent_on_by_screen": 4,
        "sent_on_by_sieve": 4,
        "sent_on_by_look": 4,
        "flagged": 2,
        "kept": 2,
        "unjudged_or_noted": {"too-short": 1},
    }
    assert {name: part[name] for name in expected} == expected
    assert part["failed"] == {"count": 1, "reasons": {"ValueError: so it goes": 1}}
    assert part["first_failures"] == [
        {"source": "a.jsonl", "offset": len(jsonl(TEXTS[:2])), "reason": "ValueError: so it goes"}
    ]
    assert sum(part["screen_scores"]["counts"]) == 10
    assert sum(part["sieve_scores"]["counts"]) == sum(part["look_scores"]["counts"]) == 4
    assert sum(part["reader_scores"]["counts"]) + part["reader_scores"]["from_last"] == 3
    assert summary["files"]["texts-00000"]["files"] == 10
    assert summary["totals"]["documents"] == 50
    assert set(summary["timing"]) >= {"seconds", "megabytes_per_second", "documents_per_second"}
    spent = summary["timing"]["worker_seconds_spent"]
    assert list(spent) == ["reading", "gates", "look", "reader", "writing"]
    assert sum(spent.values()) == pytest.approx(summary["timing"]["worker_seconds"], abs=0.01)
    assert gzip.decompress((out / "spun" / "sub" / "a.jsonl.gz").read_bytes()).count(b"\n") == 2


def test_what_each_gate_turns_away_is_counted_apart(tmp_path: Path) -> None:
    source = tmp_path / "a.jsonl"
    source.write_bytes(jsonl([*TEXTS[:1], "SIFTED and turned away", "LOOKED at and turned away", "SPUN and found"]))
    scan([str(source)], tmp_path / "out", plan(), workers=1)
    part = json.loads((tmp_path / "out" / "summary.json").read_bytes())["files"]["a.jsonl"]
    assert [part[f"sent_on_by_{gate}"] for gate in ("screen", "sieve", "look")] == [3, 2, 1]
    assert (part["documents"], part["flagged"]) == (4, 1)
    rows = annotations(tmp_path / "out", "a.jsonl")
    assert [row["sieve_score"] for row in rows] == [None, -3.5, 4.5, 4.5]
    assert [row["look_score"] for row in rows] == [None, None, -2.5, 6.5]


def test_a_file_of_ordinary_size_is_shared_by_workers(tmp_path: Path) -> None:
    from unspin.corpus.formats import Columns, splits
    from unspin.corpus.sources import discover

    line = jsonl(["x" * 999_000])
    source = tmp_path / "a.jsonl"
    source.write_bytes(line * 50)
    found = splits(discover([str(source)]).sources[0], Columns())
    assert len(found) >= 3 and sum(split.size for split in found) == source.stat().st_size


def test_annotations_as_json_lines(corpus: Path, tmp_path: Path) -> None:
    scan([str(corpus / "a.jsonl")], tmp_path / "out", plan(annotations="jsonl"), workers=1)
    lines = (tmp_path / "out" / "annotations" / "a.jsonl.jsonl").read_bytes().splitlines()
    rows = [json.loads(line) for line in lines]
    assert rows[0] == {"id": "d0", "source": "a.jsonl", "offset": 0, "screen_score": -14.5, "spun": False}
    assert rows[1]["spans"] == [[6, 10, 0.9, "written"]]
    assert rows[2]["error"] == "ValueError: so it goes" and "spun" not in rows[2]


def test_records_that_cannot_be_read_are_counted_with_their_place(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(jsonl(["one"]) + b"{broken\n" + jsonl(["two SPUN"]))
    outcome = scan([str(tmp_path / "a.jsonl")], tmp_path / "out", plan(keep="clean"), workers=1)
    part = outcome.summary["files"]["a.jsonl"]
    assert (part["documents"], part["failed"]["count"]) == (2, 1)
    (failure,) = part["first_failures"]
    offset = len(jsonl(["one"]))
    assert (failure["source"], failure["offset"], failure["line"]) == ("a.jsonl", offset, 2)
    assert failure["reason"].startswith("no JSON")
    rows = annotations(tmp_path / "out", "a.jsonl")
    assert [row["spun"] for row in rows] == [False, None, True]
    assert (rows[1]["id"], rows[1]["offset"], rows[1]["error"]) == (f"a.jsonl:{offset}", offset, failure["reason"])
    assert (tmp_path / "out" / "clean" / "a.jsonl").read_bytes() == jsonl(["one"])
    assert not outcome.errors and outcome.failures == [f"a.jsonl, line 2: {failure['reason']}"]


def test_lines_are_counted_over_chunks_and_texts_that_are_none_have_their_row(tmp_path: Path) -> None:
    texts = jsonl(["x"] * 9_000).splitlines(keepends=True)
    texts[8_500] = b"{broken\n"
    (tmp_path / "a.jsonl").write_bytes(b"".join(texts))
    for name, data in (("t1.txt", b"one"), ("t2.txt", b"caf\xe9"), ("t3.txt", b"three SPUN")):
        (tmp_path / name).write_bytes(data)
    outcome = scan([str(tmp_path / "a.jsonl"), *map(str, tmp_path.glob("*.txt"))], tmp_path / "out", plan(keep="clean"))
    assert outcome.summary["files"]["a.jsonl"]["first_failures"][0]["line"] == 8_501
    rows = annotations(tmp_path / "out", "texts-00000")
    assert [(row["source"], row["spun"]) for row in rows] == [("t1.txt", False), ("t2.txt", None), ("t3.txt", True)]
    assert rows[1]["error"].startswith("no UTF-8 at byte 3")
    assert [path.name for path in (tmp_path / "out" / "clean").glob("*.txt")] == ["t1.txt"]


def test_a_broken_line_is_said_and_ends_with_status_2(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(jsonl(["one"]) + b"{broken\n{worse\n" + jsonl(["two SPUN"]))
    for _ in range(2):  # said again of a run that is finished
        ended = run(str(tmp_path / "a.jsonl"), "-o", str(tmp_path / "out"))
        assert ended.returncode == 2
        first = ended.stderr.decode().splitlines()[0]
        assert first.startswith("unspin: a.jsonl, line 2: no JSON") and first.endswith("(and 1 more)")


@pytest.mark.parametrize("more", [b"", b'{"id": "z", "text": "more"}\n'])
def test_an_input_that_changes_while_it_is_read_fails(tmp_path: Path, more: bytes) -> None:
    """Cut short, or still being written: its last line fails, and the file is not said to be complete."""

    class Changer(Watcher):
        def begin(self, found: Found, size: int) -> None:
            (tmp_path / "a.jsonl").write_bytes(jsonl() + more if more else jsonl()[:-30])

    (tmp_path / "a.jsonl").write_bytes(jsonl())
    (tmp_path / "b.jsonl").write_bytes(jsonl())
    outcome = scan([str(tmp_path / "*.jsonl")], tmp_path / "out", plan(), workers=1, watcher=Changer())
    assert len(outcome.errors) == 1 and "a.jsonl: was changed while it was read" in outcome.errors[0]
    assert not outcome.summary["complete"] and list(outcome.summary["files"]) == ["b.jsonl"]
    assert not (tmp_path / "out" / "annotations" / "a.jsonl.parquet").exists()


def test_the_inputs_of_a_run_are_told_apart_by_their_time_too(tmp_path: Path) -> None:
    """The same number of bytes, written anew."""
    (tmp_path / "a.jsonl").write_bytes(jsonl())
    scan([str(tmp_path / "a.jsonl")], tmp_path / "out", plan(), workers=1)
    (tmp_path / "a.jsonl").write_bytes(jsonl().replace(b"river", b"RIVER"))
    os.utime(tmp_path / "a.jsonl", ns=(1, 1))
    with pytest.raises(OutputError, match="changed since"):
        scan([str(tmp_path / "a.jsonl")], tmp_path / "out", plan(), workers=1)


def test_a_lock_that_was_removed_locks_nothing(tmp_path: Path) -> None:
    """A run opens the lock, another run ends and removes the folder: the first must lock the file that is there now."""
    out = tmp_path / "out"
    real = os.open

    def removed_once(path: Any, *args: Any) -> int:
        descriptor = real(path, *args)
        os.open = real
        shutil.rmtree(out / ".unspin")
        return descriptor

    os.open = removed_once
    try:
        with state.locked(out) as descriptor:
            assert descriptor is not None
            assert os.path.samestat(os.fstat(descriptor), os.stat(out / ".unspin" / "lock"))
    finally:
        os.open = real


def test_the_number_of_workers_changes_nothing(corpus: Path, tmp_path: Path) -> None:
    big = "".join(json.dumps({"id": str(i), "text": f"line {i}" + " SPUN" * (i % 50 == 0)}) + "\n" for i in range(9000))
    (corpus / "big.jsonl").write_text(big)
    for workers in (1, 3):
        scan([str(corpus)], tmp_path / str(workers), plan(keep="spun"), workers=workers)
    assert tree(tmp_path / "1") == tree(tmp_path / "3")
    assert len(annotations(tmp_path / "1", "big.jsonl")) == 9000


def test_an_empty_file_has_empty_outputs(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b"")
    (tmp_path / "b.jsonl").write_bytes(jsonl())
    outcome = scan([str(tmp_path / "*.jsonl")], tmp_path / "out", plan(keep="clean"), workers=1)
    if "a.jsonl" in outcome.summary["files"]:
        assert outcome.summary["files"]["a.jsonl"]["documents"] == 0
        assert (tmp_path / "out" / "clean" / "a.jsonl").read_bytes() == b""
    else:
        assert [line for line in outcome.errors if "a.jsonl" in line]
    assert outcome.summary["files"]["b.jsonl"]["documents"] == 10


def test_columns_by_name(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"url": "x", "body": "one SPUN"}\n')
    named = plan(columns=Columns("body", "url"))
    scan([str(tmp_path / "a.jsonl")], tmp_path / "out", named, workers=1)
    assert [(row["id"], row["spun"]) for row in annotations(tmp_path / "out", "a.jsonl")] == [("x", True)]


def test_texts_are_put_together_by_number_and_size() -> None:
    texts = [Source(f"{i}.txt", Format("text"), f"{i}.txt", 10) for i in range(5_000)]
    large = [Source(f"l{i}.txt", Format("text"), f"l{i}.txt", 40 * 2**20) for i in range(2)]
    found = bundled([*texts, *large, Source("a.csv", Format("csv"), "a.csv", 1)])
    assert [(source.name, len(source.files)) for source in found] == [
        ("a.csv", 0), ("texts-00000", 4096), ("texts-00001", 905), ("texts-00002", 1)
    ]  # fmt: skip


def test_with_the_screen_and_the_reader(tmp_path: Path) -> None:
    """No stand-in: honest prose stays, the same prose spun is found, with its swapped words."""
    honest = [file.read_text(encoding="utf-8") for file in sorted(PROSE.glob("*.txt"))[:3]]
    spun = simulate(honest[0], "wordnet-walk", seed=1, rate=0.4).text
    (tmp_path / "a.jsonl").write_bytes(jsonl([*honest, spun]))
    outcome = scan(
        [str(tmp_path / "a.jsonl")], tmp_path / "out", Plan(options=Options(longest=400), keep="clean"), workers=1
    )
    assert not outcome.errors
    rows = annotations(tmp_path / "out", "a.jsonl")
    assert [row["spun"] for row in rows] == [False, False, False, True]
    assert rows[3]["screen_score"] >= 0 and rows[3]["false_positive_rate"] <= 1e-4
    assert len(rows[3]["spans"]) > 20 and rows[3]["note"] in (None, "truncated")
    assert (tmp_path / "out" / "clean" / "a.jsonl").read_bytes() == jsonl(honest)


# --- restored text ---------------------------------------------------------------------------------------------------

MENDED = [text.replace("SPUN", "written") for text in TEXTS]


def test_every_format_restored_in_place(corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (corpus / "honest.jsonl.gz").write_bytes(gzip.compress(jsonl(["fog"]), 9, mtime=5))
    (corpus / "t9.txt.gz").write_bytes(gzip.compress(b"a SPUN end"))
    outcome = scan([str(corpus)], out, plan(keep="restored"), workers=2)
    kept = out / "restored"
    assert (kept / "a.jsonl").read_bytes() == jsonl(MENDED)
    assert gzip.decompress((kept / "sub" / "a.jsonl.gz").read_bytes()) == jsonl(MENDED)
    assert pq.read_table(kept / "b.parquet").to_pydict() == {"id": [f"d{i}" for i in range(10)], "text": MENDED}
    assert (kept / "c.csv").read_text().splitlines()[1:] == [f"d{i},{text}" for i, text in enumerate(MENDED)]
    for number, text in enumerate(MENDED):
        assert (kept / f"t{number}.txt").read_text() == text
    assert gzip.decompress((kept / "t9.txt.gz").read_bytes()) == b"a written end"
    assert (kept / "honest.jsonl.gz").read_bytes() == (corpus / "honest.jsonl.gz").read_bytes()
    assert outcome.summary["settings"]["keep"] == "restored" and outcome.summary["settings"]["restore_from"] == 0
    part = outcome.summary["files"]["a.jsonl"]
    assert part["restored"] == {"documents": 2, "words": 2, "words_left": 0}
    assert (part["kept"], part["flagged"], part["failed"]["count"]) == (10, 2, 1)
    assert outcome.summary["totals"]["restored"] == {"documents": 11, "words": 11, "words_left": 0}


def test_every_format_restored_beside(corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "out" / "restored"
    scan([str(corpus)], out.parent, plan(keep="restored", columns=Columns(restored="new")), workers=2)
    lines = [json.loads(line) for line in (out / "a.jsonl").read_bytes().splitlines()]
    assert [row["text"] for row in lines] == TEXTS
    assert [row.get("new") for row in lines] == [text if text not in TEXTS else None for text in MENDED]
    table = pq.read_table(out / "b.parquet").to_pydict()
    assert table["text"] == TEXTS and [i for i, text in enumerate(table["new"]) if text] == SPUN
    assert (out / "c.csv").read_text().splitlines()[:3] == [
        "id,text,new",
        f"d0,{TEXTS[0]},",
        f"d1,{TEXTS[1]},{MENDED[1]}",
    ]
    assert (out / "t1.txt").read_text() == TEXTS[1] and (out / "t1.new.txt").read_text() == MENDED[1]
    assert len(list(out.glob("t*.txt"))) == len(TEXTS) + len(SPUN)


def test_below_the_confidence_asked_for_the_word_of_the_page_stays(corpus: Path, tmp_path: Path) -> None:
    """The stand-in is sure by .9 of every word."""
    for least, restored, left in ((0.9, 2, 0), (0.95, 0, 2)):
        out = tmp_path / str(least)
        options = Options(restore_from=least)
        outcome = scan([str(corpus / "a.jsonl")], out, plan(keep="restored", options=options), workers=1)
        found = outcome.summary["totals"]["restored"]
        assert found == {"documents": restored, "words": restored, "words_left": left}
        assert (out / "restored" / "a.jsonl").read_bytes() == (jsonl(MENDED) if restored else jsonl())


def test_restored_or_not_the_annotations_are_the_same(corpus: Path, tmp_path: Path) -> None:
    for keep in (None, "restored"):
        scan([str(corpus)], tmp_path / str(keep), plan(keep=keep), workers=2)
    for path in (tmp_path / "None" / "annotations").rglob("*.parquet"):
        assert path.read_bytes() == (tmp_path / "restored" / path.relative_to(tmp_path / "None")).read_bytes()


@pytest.mark.parametrize("columns", [Columns(), Columns(restored="new")])
def test_the_number_of_workers_changes_nothing_in_what_is_restored(
    columns: Columns, corpus: Path, tmp_path: Path
) -> None:
    big = "".join(json.dumps({"id": str(i), "text": f"line {i}" + " SPUN" * (i % 50 == 0)}) + "\n" for i in range(9000))
    (corpus / "big.jsonl").write_text(big)
    for workers in (1, 3):
        scan([str(corpus)], tmp_path / str(workers), plan(keep="restored", columns=columns), workers=workers)
    assert tree(tmp_path / "1") == tree(tmp_path / "3")


def test_a_record_that_cannot_be_read_is_left_out_of_what_is_restored(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(jsonl(["one"]) + b"{broken\n" + jsonl(["two SPUN"]))
    scan([str(tmp_path / "a.jsonl")], tmp_path / "out", plan(keep="restored"), workers=1)
    assert (tmp_path / "out" / "restored" / "a.jsonl").read_bytes() == jsonl(["one"]) + jsonl(["two written"])


def test_a_name_beside_that_another_file_has_is_refused(corpus: Path, tmp_path: Path) -> None:
    (corpus / "t1.new.txt").write_text("mine")
    with pytest.raises(
        OptionError, match="t1.new.txt would stand for what is restored of t1.txt, and is an input itself"
    ):
        scan([str(corpus)], tmp_path / "out", plan(keep="restored", columns=Columns(restored="new")))


def test_the_settings_of_another_run_are_named(corpus: Path, tmp_path: Path) -> None:
    """Of those that are rarely asked for too, whichever of the two runs has them."""
    out = tmp_path / "out"
    scan([str(corpus / "a.jsonl")], out, plan(keep="restored", columns=Columns(restored="new")), workers=1)
    with pytest.raises(OutputError, match="holds a run with restored column new; choose another folder"):
        scan([str(corpus / "a.jsonl")], out, plan(keep="restored"), workers=1)


def test_the_command_restores_and_says_so(corpus: Path, tmp_path: Path) -> None:
    out = str(tmp_path / "out")
    ended = run(str(corpus / "a.jsonl"), "-o", out, "--restored-column", "new", "--restore-from", ".5", "--no-annotate")
    assert ended.stderr.decode().splitlines()[-1] == (
        f"unspin: 2 of 10 documents read as machine-spun; 2 restored (2 words); see restored/, summary.json in {out}"
    )
    ended = run(str(corpus / "a.jsonl"), "-o", out + "2", "--keep", "restored", "--restore-from", "1")
    assert "2 documents read" not in ended.stderr.decode() and "0 restored (0 words, 2 left as they stand)" in (
        ended.stderr.decode()
    )
    assert (tmp_path / "out2" / "restored" / "a.jsonl").read_bytes() == jsonl()


# --- what it refuses, what fails -------------------------------------------------------------------------------------


def test_a_finished_run_is_not_done_again(corpus: Path, tmp_path: Path) -> None:
    first = scan([str(corpus)], tmp_path / "out", plan(), workers=1)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*")}
    second = scan([str(corpus)], tmp_path / "out", plan(), workers=1)
    assert second.earlier and second.summary == json.loads(json.dumps(first.summary))
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*")} == before


@pytest.mark.parametrize("unfinished", [False, True])
def test_another_run_into_the_same_folder_is_refused(corpus: Path, tmp_path: Path, unfinished: bool) -> None:
    out = tmp_path / "out"
    if unfinished:
        (corpus / "broken.jsonl").write_text("no object a line\n")
    scan([str(corpus)], out, plan(), workers=1)
    assert (out / ".unspin").exists() is unfinished
    with pytest.raises(OutputError, match="holds a run with keep None; choose another folder"):
        scan([str(corpus)], out, plan(keep="clean"), workers=1)
    (corpus / "a.jsonl").write_bytes(jsonl() + jsonl())
    with pytest.raises(OutputError, match="changed since"):
        scan([str(corpus)], out, plan(), workers=1)


def test_a_folder_with_other_things_is_refused(corpus: Path, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="holds files of something else"):
        scan([str(corpus)], corpus, plan(), workers=1)
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "summary.json").write_text("[]")
    with pytest.raises(OutputError, match="not written by unspin"):
        scan([str(corpus)], tmp_path / "own", plan(), workers=1)
    with pytest.raises(OutputError, match="is a file"):
        scan([str(corpus)], corpus / "a.jsonl", plan(), workers=1)


def test_the_output_may_lie_in_the_input(corpus: Path) -> None:
    out = corpus / "scanned"
    scan([str(corpus)], out, plan(keep="clean"), workers=1)
    assert scan([str(corpus)], out, plan(keep="clean"), workers=1).earlier


def test_two_runs_at_once_are_refused(corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "_PATIENCE", 0.1)
    out = tmp_path / "out"
    with state.locked(out), pytest.raises(OutputError, match="another run is writing there"):
        scan([str(corpus)], out, plan(), workers=1)
    assert scan([str(corpus)], out, plan(), workers=1).summary["complete"]


def test_a_file_that_is_not_what_it_is_called_fails_alone(corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (corpus / "broken.jsonl").write_text("no object a line\n")
    outcome = scan([str(corpus)], out, plan(keep="clean"), workers=2)
    assert len(outcome.errors) == 1 and "broken.jsonl" in outcome.errors[0] and "\n" not in outcome.errors[0]
    assert list(outcome.summary["failed_files"]) == ["broken.jsonl"]
    assert not outcome.summary["complete"] and outcome.summary["totals"]["documents"] == 50
    assert not [path for path in out.rglob("*broken*") if ".unspin" not in path.parts]
    assert (out / "clean" / "a.jsonl").exists()
    again = scan([str(corpus)], out, plan(keep="clean"), workers=2)
    assert again.errors == outcome.errors and again.summary["totals"] == outcome.summary["totals"]


def test_of_a_damaged_file_what_stands_before_the_damage_is_done(corpus: Path, tmp_path: Path) -> None:
    """An archive that ends too early, after two chunks and in the middle of the third."""
    out = tmp_path / "out"
    chance = random.Random(1)
    lines = jsonl([f"{number} {chance.randbytes(20).hex()}" + " SPUN" * (number == 8_000) for number in range(10_000)])
    packed = gzip.compress(lines)
    (corpus / "cut.jsonl.gz").write_bytes(packed[: len(packed) * 9 // 10])
    outcome = scan([str(corpus)], out, plan(keep="clean"), workers=2)
    assert len(outcome.errors) == 1 and "cut.jsonl.gz: the gzip data ends too early" in outcome.errors[0]
    part = outcome.summary["files"]["cut.jsonl.gz"]
    assert part["damaged"] == outcome.errors and 8_192 < part["documents"] < 9_500
    rows = annotations(out, "cut.jsonl.gz")
    assert [row["id"] for row in rows] == [f"d{number}" for number in range(part["documents"])]
    assert rows[8_000]["spun"]
    kept = gzip.decompress((out / "clean" / "cut.jsonl.gz").read_bytes())
    assert kept.count(b"\n") == part["kept"] == part["documents"] - 1
    assert outcome.summary["complete"] and outcome.summary["totals"]["documents"] == 50 + part["documents"]
    assert scan([str(corpus)], out, plan(keep="clean"), workers=2).errors == outcome.errors


def test_inputs_of_unknown_formats_are_named_and_the_rest_goes_on(corpus: Path, tmp_path: Path) -> None:
    (corpus / "picture.png").write_bytes(b"png")
    outcome = scan([str(corpus), str(tmp_path / "nowhere")], tmp_path / "out", plan(), workers=1)
    assert sorted("png" in line or "nowhere" in line for line in outcome.errors) == [True, True]
    assert outcome.summary["complete"] and outcome.summary["totals"]["documents"] == 50
    with pytest.raises(MissingInput, match="nowhere"):
        scan([str(tmp_path / "nowhere")], tmp_path / "other", plan(), workers=1)
    assert not (tmp_path / "other").exists()
    with pytest.raises(InputError):
        scan([], tmp_path / "other", plan())


@pytest.mark.parametrize(
    ("kwargs", "said"), [({"workers": 0}, "--workers 0"), ({"memory_limit": 1}, "--memory-limit 1")]
)
def test_limits_out_of_range(corpus: Path, tmp_path: Path, kwargs: dict[str, int], said: str) -> None:
    with pytest.raises(OptionError, match=said):
        scan([str(corpus)], tmp_path / "out", plan(), **kwargs)
    with pytest.raises(OptionError, match="not a folder on this machine"):
        scan([str(corpus)], "s3://bucket/out", plan())


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="a folder where nobody may write")
def test_an_unwritable_target_is_one_line(corpus: Path) -> None:
    with pytest.raises(OutputError, match="cannot be written"):
        scan([str(corpus)], "/proc/self/out", plan(), workers=1)


# --- a full disk -----------------------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 600 kB."""
    mount = tmp_path / "disk"
    mount.mkdir()
    try:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", mount], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("needs the right to mount")
    yield mount
    subprocess.run(["umount", mount], check=True)


def noise(count: int) -> list[str]:
    return [os.urandom(60).hex() for _ in range(count)]


def test_a_full_disk_ends_in_one_line_and_the_run_goes_on_when_there_is_room(small_disk: Path, tmp_path: Path) -> None:
    source, out = tmp_path / "a.jsonl", small_disk / "out"
    source.write_bytes(jsonl(noise(9_000)))  # 1.4 MB
    with pytest.raises(OutputError, match="no space left on device.*the same command goes on") as error:
        scan([str(source)], out, plan(keep="clean", annotations=None), workers=1)
    assert "\n" not in str(error.value)
    assert not (out / "clean" / "a.jsonl").exists() and not (out / "summary.json").exists()
    assert not list(out.rglob("*.tmp"))
    done = len(list(out.glob(".unspin/*/*.seg")))
    subprocess.run(["mount", "-o", "remount,size=8m", small_disk], check=True)
    outcome = scan([str(source)], out, plan(keep="clean", annotations=None), workers=1)
    assert outcome.summary["complete"] and (out / "clean" / "a.jsonl").read_bytes() == source.read_bytes()
    assert done == 0 or outcome.summary["timing"]["documents_per_second"] > 0
    assert not (out / ".unspin").exists()


def run(*arguments: str, **kwargs: Any) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, str(FAKES), *arguments], capture_output=True, env=environment(), **kwargs)


def environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, [str(FAKES.parent), *sys.path]))}


def test_a_file_that_may_not_grow_ends_in_one_line(tmp_path: Path) -> None:
    """The same without the right to mount: no file may be larger than 100 kB."""
    source, out = tmp_path / "a.jsonl", tmp_path / "out"
    source.write_bytes(jsonl(noise(3_000)))
    bound: Callable[[], None] = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))  # noqa: E731
    ended = run(str(source), "-o", str(out), "--keep", "clean", "--workers", "1", preexec_fn=bound)
    assert ended.returncode == 2
    assert ended.stderr.count(b"\n") == 1 and b"cannot be written (file too large)" in ended.stderr
    assert not (out / "clean").exists() and not list(out.rglob("*.tmp"))
    ended = run(str(source), "-o", str(out), "--keep", "clean", "--workers", "1")
    assert ended.returncode == 0
    assert ended.stderr.decode() == (
        f"unspin: 0 of 3,000 documents read as machine-spun; see annotations/, clean/, summary.json in {out}\n"
    )
    assert (out / "clean" / "a.jsonl").read_bytes() == source.read_bytes()


# --- the command -----------------------------------------------------------------------------------------------------


def invoke(*arguments: str) -> Result:
    app = typer.Typer(rich_markup_mode=None, context_settings={"max_content_width": 100})
    app.command()(command.scan)
    return CliRunner().invoke(app, list(arguments))


def test_help_teaches() -> None:
    said = invoke("--help").stdout
    assert said.count("unspin scan ") >= 4
    assert "Exit status: 0 nothing spun, 1 something spun, 2" in said
    for option in ("--annotate-format", "--keep", "--restored-column", "--restore-from", "--threshold", "--text-column",
                   "--id-column", "--workers", "--no-spans", "--longest", "--time-limit", "--memory-limit", "--json",
                   "-o"):  # fmt: skip
        assert option in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--keep", "both"), "--keep both: choose clean, spun or restored"),
        (("--keep", "restored", "--no-spans"), "--no-spans: nothing is restored without the swapped words"),
        (
            ("--keep", "clean", "--restored-column", "new"),
            "--restored-column new: stands in the documents that are written",
        ),
        (("--restored-column", ""), "--restored-column '': give the name of a column"),
        (("--restored-column", "text"), "--restored-column text: holds the page's text; choose another name"),
        (("--restored-column", "a/b"), "--restored-column a/b: becomes part of the names of files of text"),
        (
            ("--keep", "restored", "--restore-from", "90"),
            "--restore-from 90: give a confidence from 0 to 1, such as 0.9",
        ),
        (("--restore-from", ".9"), "--restore-from 0.9: nothing is restored; add --keep restored"),
        (("--annotate-format", "xml"), "--annotate-format xml"),
        (("--threshold", "2"), "--threshold 2: not between 0 and 1"),
        (("--longest", "0"), "longest 0"),
        (("--time-limit", "0"), "time limit 0"),
    ],
)
def test_bad_options_are_one_line(corpus: Path, tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    ended = invoke(str(corpus), "-o", str(tmp_path / "out"), *arguments)
    assert ended.exit_code == 2
    assert ended.stderr.startswith("unspin: ") and said in ended.stderr and ended.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_the_command_from_end_to_end(corpus: Path, tmp_path: Path) -> None:
    out = str(tmp_path / "out")
    for path in corpus.rglob("*"):  # without the document that fails
        if path.suffix in (".jsonl", ".csv", ".txt"):
            path.write_bytes(path.read_bytes().replace(b"RAISE", b"raise"))
    for path in (corpus / "sub" / "a.jsonl.gz", corpus / "b.parquet"):
        path.unlink()
    ended = run(str(corpus), "-o", out, "--json", "--workers", "2")
    found = "unspin: 6 of 30 documents read as machine-spun; see annotations/, summary.json in " + out
    assert (ended.returncode, ended.stderr.decode()) == (1, found + "\n")
    assert json.loads(ended.stdout) == json.loads((tmp_path / "out" / "summary.json").read_bytes())
    again = run(str(corpus), "-o", out, "--workers", "2")
    assert again.returncode == 1 and again.stdout == b""
    assert again.stderr.decode().splitlines() == [f"unspin: {out} is finished already; nothing was done", found]
    (corpus / "x.png").touch()
    mixed = run(str(corpus / "x.png"), str(corpus / "t0.txt"), "-o", str(tmp_path / "mixed"))
    assert mixed.returncode == 2 and mixed.stderr.count(b"\n") == 2 and b"x.png" in mixed.stderr.splitlines()[0]
    clean = run(str(corpus / "t0.txt"), "-o", str(tmp_path / "clean"), "--no-annotate")
    assert clean.returncode == 0 and os.listdir(tmp_path / "clean") == ["summary.json"]


def heeds_signals() -> None:
    """In a child: Ctrl-C ends it, though these tests may run in the background of a shell, where it is ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.skipif(sys.platform == "win32", reason="sends signals")
def test_a_request_to_stop_that_a_finalizer_loses_stops_the_run(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(jsonl(["one", "two HANG"]))
    ended = subprocess.run(
        [sys.executable, str(FAKES), str(tmp_path / "a.jsonl"), "-o", str(tmp_path / "out"), "--time-limit", "20"],
        stderr=subprocess.PIPE, env=environment() | {"SCAN_FAKES_LOSE": "1"}, preexec_fn=heeds_signals, timeout=60,
    )  # fmt: skip
    assert ended.returncode == 130
    assert ended.stderr.decode().startswith("unspin: stopped; ")


@pytest.mark.skipif(sys.platform == "win32", reason="sends signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_what_is_ignored_stays_ignored(number: int) -> None:
    before = signal.getsignal(number)
    try:
        for handler in (signal.SIG_IGN, signal.SIG_DFL):
            signal.signal(number, handler)
            with runs._stoppable() as request:
                assert (signal.getsignal(number) is request) == (handler is not signal.SIG_IGN)
            assert signal.getsignal(number) == handler
    finally:
        signal.signal(number, before)


@pytest.mark.skipif(sys.platform == "win32", reason="sends signals")
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_stopped_run_says_how_to_go_on(tmp_path: Path, number: int, status: int) -> None:
    (tmp_path / "a.jsonl").write_bytes(jsonl(["one", "two HANG"]))
    out = tmp_path / "out"
    process = subprocess.Popen(
        [sys.executable, str(FAKES), str(tmp_path / "a.jsonl"), "-o", str(out)],
        stderr=subprocess.PIPE, env=environment(), start_new_session=True, preexec_fn=heeds_signals,
    )  # fmt: skip
    until = time.monotonic() + 60
    while not (out / ".unspin" / "000000-00000").exists():
        assert time.monotonic() < until and process.poll() is None
        time.sleep(0.02)
    os.killpg(process.pid, number) if number == signal.SIGINT else os.kill(process.pid, number)
    _, said = process.communicate(timeout=60)
    assert process.returncode == status
    assert said.decode() == f"unspin: stopped; the same command goes on where this one ended, in {out}\n"
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, 0)
        pytest.fail("a process is left")


# --- progress and counts ---------------------------------------------------------------------------------------------


def public_of(counts: Counts) -> dict[str, Any]:
    return counts.public(public(counts))


def test_the_bar_and_the_table() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=120, color_system=None)
    with Bar(console) as bar:
        bar.begin(Found([], []), 1_000)
        bar.compiling()
        bar.advance(Counts(documents=5, tallies=Counter(flagged=1), bytes=250), earlier=True)
        bar.advance(Counts(documents=7, tallies=Counter(flagged=1), bytes=250), earlier=False)
        bar.failed("x [red]: broken")
    said = console.file.getvalue()  # type: ignore[attr-defined]
    assert re.search(r" 50% .*12 documents .*2 flagged", said)
    assert "unspin: x [red]: broken" in said and "compiling the screen" in said
    summary = {
        "totals": public_of(Counts(documents=2_000, tallies=Counter(flagged=3), kept=1_997)),
        "settings": {"threshold": 1e-4, "keep": "clean"},
        "timing": {"seconds": 2.0, "megabytes_per_second": 123.0},
    }
    console.print(table(summary))
    said = console.file.getvalue()  # type: ignore[attr-defined]
    assert "expected by chance" in said and "0.2" in said and "1,997" in said
    summary["totals"] = public_of(
        Counts(documents=9, tallies=Counter(flagged=2, restored=2, words_restored=1_234, words_left=56))
    )
    summary["settings"] = {"threshold": 1e-4, "keep": "restored"}
    console.print(table(summary))
    said = console.file.getvalue()  # type: ignore[attr-defined]
    assert re.search(r"words restored +1,234\b", said) and re.search(r"words left as they stand +56\b", said)


def test_histogram_counts_each_score_once() -> None:
    values = [-100.0, SCREEN_EDGES[0], -0.5, 0.0, 0.5, SCREEN_EDGES[-1], 99.0, float("-inf"), float("nan")]
    counted = histogram(values, SCREEN_EDGES)
    assert (counted[0], counted[-1], sum(counted)) == (1, 2, 7)
    zero = SCREEN_EDGES.index(0.0)
    assert (counted[zero], counted[zero + 1]) == (1, 2)
    assert len(histogram([], READER_EDGES)) == len(READER_EDGES) + 1


def test_counts_add_up_and_come_back() -> None:
    a = Counts(documents=1, bytes=5, lines=3, failures=[Failure(1, "r", None, 2, "s")])
    b = Counts(documents=2, kept=1, damaged=["x"], failures=[Failure(9, "r", None, 0, "s"), Failure(10, "q")])
    a.fail("r")
    b.notes["too-short"] += 2
    a.tallies["flagged"] += 1
    b.tallies.update(flagged=2, restored=1)
    b.histograms["reader"] = [1, 0, 2]
    a.add(b)
    a.add(Counts(histograms={"reader": [1, 1, 1]}, spent={"reading": 0.5}))
    assert (a.tallies, a.histograms) == (Counter(flagged=3, restored=1), {"reader": [2, 1, 3]})
    assert a.spent == {"reading": 0.5}
    assert (a.documents, a.kept, a.failed["r"], a.notes["too-short"]) == (3, 1, 1, 2)
    assert [failure.line for failure in a.failures] == [2, 3, None]
    assert Counts.of_record(json.loads(json.dumps(a.record()))) == a


def test_many_different_reasons_are_put_together() -> None:
    counts = Counts()
    for number in range(3 * FEW):
        counts.fail(f"reason {number}")
    assert len(counts.failed) == FEW + 1 and counts.failed.total() == 3 * FEW


def test_an_outcome_lists_what_could_not_be_read() -> None:
    summary = {"not_read": ["a"], "failed_files": {"b": "b: c"}}
    assert Outcome(summary, False).errors == ["a", "b: c"]
