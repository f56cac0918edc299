"""The commands, on a reader that knows three words; what the real one finds is tested elsewhere."""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

import unspin
from unspin import spinners
from unspin.cli import options
from unspin.cli.main import app
from unspin.cores import available_cores
from unspin.documents import expand, load
from unspin.errors import MissingInput, UnspinError
from unspin.reader import Watch
from unspin.reading import Note, Reading, Substitution
from unspin.report.json import from_json, schema
from unspin.settings import Settings
from unspin.text.edits import apply

SWAPS = {"connected": "on", "successful": "in", "beryllium": "be"}
SPUN = "The bowl is connected the shelf.\r\nIt could beryllium successful the kiln.\n"
RESTORED = "The bowl is on the shelf.\r\nIt could be in the kiln.\n"
HONEST = "The bowl is on the shelf.\r\n\tIt could be in the kiln. \n\n"
DEFAULT = Settings()
SECONDS = 0.0
"""How long a reading takes that somebody watches."""
ASKED: dict[str, int] = {}
"""What the reader of many was asked for last."""


def fake_read(text: str, settings: Settings = DEFAULT, watch: Watch | None = None) -> Reading:
    """A reading by three swaps, scored by the operating point so that a test can see it arrive."""
    if watch is not None:
        time.sleep(SECONDS)
        watch(0.5, None)
    substitutions = tuple(
        Substitution(m.start(), m.end(), m.group(), SWAPS[m.group()], 0.9) for m in re.finditer("|".join(SWAPS), text)
    )
    words = len(text.split())
    return Reading(
        text=text,
        restored=apply(text, substitutions),
        spun=bool(substitutions),
        score=settings.operating_point,
        false_positive_rate=1e-5 if substitutions else 0.5,
        share=len(substitutions) / words,
        words=words,
        substitutions=substitutions,
        notes=() if words > 4 else (Note.TOO_SHORT,),
    )


def fake_read_many(texts: Iterable[str], settings: Settings, workers: int) -> Iterator[Reading]:
    """In batches of three, as a reader that looks ahead."""
    ASKED["workers"] = workers
    batch: list[str] = []
    for text in texts:
        batch.append(text)
        if len(batch) == 3:
            yield from (fake_read(text, settings) for text in batch)
            batch.clear()
    yield from (fake_read(text, settings) for text in batch)


def fake_simulate(text: str, spinner: str, *, seed: int, rate: float | None) -> SimpleNamespace:
    """Put ``connected`` in front."""
    return SimpleNamespace(text="connected" + text[3:], original=text, swaps=((0, 9, "connected", text[:3]),))


@pytest.fixture(autouse=True)
def _fakes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(vars(unspin), "read", fake_read)
    monkeypatch.setitem(vars(unspin), "read_many", fake_read_many)
    monkeypatch.setitem(vars(spinners), "simulate", fake_simulate)
    monkeypatch.setitem(vars(spinners), "names", lambda: ("walk", "synonyms"))


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """A folder with a spun page, an honest one, a short one and some that cannot be read."""
    files = {
        "spun.txt": SPUN.encode(),
        "honest.md": HONEST.encode(),
        "below/short": b"Too short.",
        "below/page.html": b"<p>text</p>",
        "empty.txt": b" \n",
        "binary.txt": b"\x00\x01\x02",
        ".hidden.txt": b"hidden",
        "picture.png": b"\x89PNG",
    }
    for name, data in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    return tmp_path


def run(*args: str | Path, stdin: bytes = b"") -> SimpleNamespace:
    """Status, standard output and standard error of a command."""
    result = CliRunner().invoke(app, [str(arg) for arg in args], input=stdin)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return SimpleNamespace(status=result.exit_code, out=result.stdout_bytes, err=result.stderr)


# --- restore ----------------------------------------------------------------------------------------------------------


def test_restore_prints_the_restored_text_and_nothing_else(pages: Path) -> None:
    result = run("restore", pages / "spun.txt")
    assert (result.status, result.out, result.err) == (0, RESTORED.encode(), "")


@pytest.mark.parametrize(
    "data",
    [
        HONEST.encode(),
        b"\xef\xbb\xbf" + HONEST.encode(),
        b"\xff\xfe" + HONEST.encode("utf-16-le"),
        b"\xfe\xff" + HONEST.encode("utf-16-be"),
        "Café au lait is on the “shelf”, and it could stay there.\r".encode("cp1252"),
        "no line break at the end of this é\u2028 text".encode(),
    ],
    ids=["utf-8", "bom", "utf-16-le", "utf-16-be", "cp1252", "unicode"],
)
def test_a_document_that_is_not_spun_comes_back_byte_for_byte(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "page.txt").write_bytes(data)
    assert run("restore", tmp_path / "page.txt").out == data
    assert run("restore", "-", stdin=data).out == data


def test_a_restored_document_keeps_its_encoding(tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_bytes("Café connected the corner, and the spoon.".encode("cp1252"))
    assert run("restore", tmp_path / "page.txt").out == "Café on the corner, and the spoon.".encode("cp1252")


# --- read -------------------------------------------------------------------------------------------------------------


def test_read_says_and_shows(pages: Path) -> None:
    result = run("read", pages / "spun.txt", "--words")
    text = result.out.decode()
    assert result.status == 1
    assert text.startswith("reads as machine-spun; 3 of 12 words look swapped; about 1 ordinary document in 100,000 ")
    assert "It could ‹be› ‹in› the kiln." in text
    assert re.search(r"^ *2:10 +1  beryllium   be ", text, re.MULTILINE)
    assert "\x1b" not in text
    assert run("read", pages / "honest.md").status == 0


def test_read_json_is_valid_and_complete(pages: Path) -> None:
    result = run("read", pages / "spun.txt", "--json")
    assert result.status == 1
    Draft202012Validator(schema()).validate(json.loads(result.out))
    assert from_json(result.out) == fake_read(SPUN)
    assert result.out.count(b"\n") == 1


def test_read_notes_a_guessed_encoding() -> None:
    data = "Café au lait is connected the shelf.".encode("cp1252")
    assert "note: not UTF-8; read as Windows-1252" in run("read", "-", stdin=data).out.decode()
    assert json.loads(run("read", "-", "--json", stdin=data).out)["notes"] == ["encoding-guessed"]


def test_options_reach_the_reader(pages: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Settings] = []

    def remember(text: str, settings: Settings, watch: Watch | None = None) -> Reading:
        seen.append(settings)
        return fake_read(text, settings)

    monkeypatch.setitem(vars(unspin), "read", remember)
    page = pages / "honest.md"
    assert run("read", page).status == 0
    assert seen.pop() == Settings()
    run("restore", page, "--operating-point", "0.01", "--deep", pages, "--dictionary", page, "--tortured")
    assert seen.pop() == Settings(operating_point=0.01, deep=pages, dictionary=page, tortured=True)


# --- check ------------------------------------------------------------------------------------------------------------


def test_check_prints_a_line_for_each_in_order(pages: Path) -> None:
    result = run("check", pages / "spun.txt", pages / "honest.md", pages / "below" / "short")
    assert result.status == 1
    assert [line.split("\t") for line in result.out.decode().splitlines()] == [
        [str(pages / "spun.txt"), "1e-05", "0.25", "reads as machine-spun"],
        [str(pages / "honest.md"), "0.5", "0", "reads as written"],
        [str(pages / "below" / "short"), "0.5", "0", "cannot be judged: fewer than 30 words"],
    ]
    assert result.err == "unspin: 1 of 2 read as machine-spun; about 0.0002 expected by chance; 1 cannot be judged\n"
    alone = run("check", pages / "honest.md")
    assert (alone.status, alone.err) == (0, "")


def test_bad_input_in_a_batch_stops_nothing_but_itself(pages: Path) -> None:
    result = run("check", pages, pages / "missing.txt", "--json")
    records = [json.loads(line) for line in result.out.splitlines()]
    assert result.status == 2
    assert [(Path(r["path"]).name, r.get("verdict", r.get("kind"))) for r in records] == [
        ("page.html", "unjudged"),
        ("short", "unjudged"),
        ("binary.txt", "BinaryInput"),
        ("empty.txt", "EmptyInput"),
        ("honest.md", "written"),
        ("spun.txt", "spun"),
        ("missing.txt", "MissingInput"),
    ]
    for record in records:
        Draft202012Validator(schema("check")).validate(record)
    *named, counts = result.err.splitlines()
    assert len(named) == 3
    assert all(line.startswith("unspin: ") for line in named)
    assert counts == (
        "unspin: 1 of 2 read as machine-spun; about 0.0002 expected by chance; 2 cannot be judged; 3 could not be read"
    )


@pytest.mark.parametrize(("jobs", "workers"), [((), 1), (("--jobs", "2"), 2), (("-j", "9"), 3), (("-j", "0"), None)])
def test_check_reads_so_many_at_a_time(pages: Path, jobs: tuple[str, ...], workers: int | None) -> None:
    """No more than there are documents; 0 for all cores."""
    paths = [pages / name for name in ("spun.txt", "honest.md", "below/short")]
    result = run("check", *paths, *jobs)
    assert ASKED["workers"] == (min(3, available_cores()) if workers is None else workers)
    assert (result.status, result.out) == (1, run("check", *paths).out)


def test_check_refuses_jobs_below_zero(pages: Path) -> None:
    result = run("check", pages, "--jobs", "-2")
    assert (result.status, result.err) == (2, "unspin: --jobs -2: give a number from 1, or 0 for all cores\n")


def test_check_with_jobs_prints_the_same_bytes(tmp_path: Path) -> None:
    """The real reader in real processes, with a document between that cannot be read."""
    texts = [file.read_bytes() for file in sorted(Path("benchmarks/prose").glob("*.txt"))][:2]
    for name, data in {"a.txt": texts[0], "b.txt": b" \n", "c.txt": texts[1], "d.txt": b"Too short."}.items():
        (tmp_path / name).write_bytes(data)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    ended = [
        subprocess.run(
            [sys.executable, "-m", "unspin.cli", "check", str(tmp_path), "--json", "--jobs", jobs],
            capture_output=True, env=environment,
        )
        for jobs in ("1", "2")
    ]  # fmt: skip
    assert ended[0].returncode == 2 and ended[0].stdout.count(b"\n") == 4
    first, second = ((run.returncode, run.stdout, run.stderr) for run in ended)
    assert first == second


def test_check_takes_standard_input_and_patterns(pages: Path) -> None:
    result = run("check", "-", str(pages / "*.md"), stdin=SPUN.encode())
    assert [line.split("\t")[0] for line in result.out.decode().splitlines()] == [
        "standard input",
        str(pages / "honest.md"),
    ]


def test_a_file_name_in_another_encoding_breaks_nothing(tmp_path: Path) -> None:
    name = os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9\n.txt")
    try:
        Path(name).write_text(HONEST)
    except OSError:
        pytest.skip("this file system takes no such name")
    assert json.loads(run("check", tmp_path, "--json").out)["path"].endswith("caf\ufffd\n.txt")
    assert run("check", tmp_path).out.decode().count("\n") == 1


# --- simulate ---------------------------------------------------------------------------------------------------------


def test_simulate_prints_the_specimen_or_its_answer_key(pages: Path) -> None:
    page = pages / "to-be-spun.txt"
    page.write_bytes((pages / "honest.md").read_bytes())
    plain = run("simulate", page, "--spinner", "walk", "--seed", "7")
    assert (plain.status, plain.out) == (0, ("connected" + HONEST[3:]).encode())
    key = json.loads(run("simulate", page, "--spinner", "walk", "--seed", "7", "--rate", "0.3", "--json").out)
    assert (key["schema"], key["spinner"], key["seed"], key["rate"]) == ("unspin-specimen-1", "walk", 7, 0.3)
    assert key["swaps"] == [{"start": 0, "end": 9, "found": "connected", "original": "The"}]
    assert key["original"] == HONEST


# --- errors -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("read", "missing.txt"), "missing.txt: no such file; check the path"),
        (("check", "*.nothing"), "*.nothing: no file matches; check the pattern"),
        (("read", "{pages}"), "a folder; name one of its files, or read all of them with: unspin check "),
        (("restore", "{pages}/empty.txt"), "empty; there is no text to read"),
        (("restore", "{pages}/binary.txt"), "binary, not text; extract the text first"),
        (("read", "{pages}/spun.txt", "--operating-point", "2"), "not between 0 and 1; give a share such as 1e-4"),
        (("read", "{pages}/spun.txt", "--deep", "nowhere"), "--deep nowhere: no such file; check the path"),
        (("read", "{pages}/spun.txt", "--dictionary", "nowhere"), "--dictionary nowhere: no such file"),
        (("simulate", "{pages}/spun.txt", "--spinner", "x", "--seed", "1"), "choose one of walk, synonyms"),
        (
            ("simulate", "{pages}/spun.txt", "--spinner", "walk", "--seed", "1", "--rate", "3"),
            "give a share such as 0.3",
        ),
    ],
)
def test_bad_input_gives_one_clear_line(pages: Path, args: tuple[str, ...], says: str) -> None:
    result = run(*(arg.format(pages=pages) for arg in args))
    assert result.status == 2
    assert says in result.err
    assert result.err.count("\n") == 1
    assert result.out == b""


def test_an_error_of_the_reader_is_one_line_too(pages: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(text: str, settings: Settings) -> Reading:
        raise UnspinError("the weights are damaged;\ninstall unspin again")

    monkeypatch.setitem(vars(unspin), "read", fail)
    result = run("read", pages / "spun.txt")
    assert (result.status, result.err) == (2, "unspin: the weights are damaged; install unspin again\n")


@pytest.mark.parametrize("args", [(), ("read",), ("nonsense",), ("simulate", "x"), ("read", "x", "--nonsense")])
def test_wrong_usage_has_status_two(args: tuple[str, ...]) -> None:
    assert run(*args).status == 2


@pytest.mark.parametrize("command", ["restore", "read", "check", "simulate"])
def test_help_teaches_by_example(command: str) -> None:
    text = run(command, "--help").out.decode()
    assert f"\n    unspin {command} " in text
    assert "Exit status: " in text


# --- the program as a process -----------------------------------------------------------------------------------------

PROGRAM = f"""
import sys; sys.path[:0] = {[str(Path(__file__).parent), *sys.path]!r}
import unspin, test_cli
unspin.read, unspin.read_many = test_cli.fake_read, test_cli.fake_read_many
from unspin.cli.main import main
main()
"""


@pytest.mark.parametrize("command", ["restore", "read", "check", "--help"])
def test_a_closed_pipe_is_quiet(command: str) -> None:
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", PROGRAM, command, "-"], **pipes) as process:
        process.stdout.close()
        process.stdin.write(SPUN.encode())
        process.stdin.close()
        errors = process.stderr.read()
    assert (process.returncode, errors) == (2, b"")


COMMANDS = (
    ("restore", "{page}"),
    ("read", "{page}"),
    ("read", "{page}", "--json"),
    ("check", "{page}"),
    ("report", "{page}", "-o", "-"),
    ("--help",),
    ("--version",),
)


def process(*args: str, **how: Any) -> subprocess.CompletedProcess[str]:
    """The program as a process of its own; standard error is collected."""
    return subprocess.run([sys.executable, "-c", PROGRAM, *args], stderr=subprocess.PIPE, text=True, **how)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="has no device that is always full")
@pytest.mark.parametrize("args", COMMANDS, ids=" ".join)
def test_a_full_device_is_an_error_of_one_line(pages: Path, args: tuple[str, ...]) -> None:
    with open("/dev/full", "wb") as full:
        ended = process(*(arg.format(page=pages / "spun.txt") for arg in args), stdout=full)
    assert ended.returncode == 2
    assert ended.stderr == (
        "unspin: standard output: cannot be written (no space left on device); make room or write elsewhere\n"
    )


@pytest.mark.skipif(os.name != "posix", reason="closes descriptors as a shell does")
@pytest.mark.parametrize("args", COMMANDS[:5], ids=" ".join)
def test_a_closed_output_is_an_error_of_one_line(pages: Path, args: tuple[str, ...]) -> None:
    ended = process(*(arg.format(page=pages / "spun.txt") for arg in args), preexec_fn=lambda: os.close(1))
    assert (ended.returncode, ended.stderr) == (2, "unspin: standard output is closed; write to a file or a pipe\n")


@pytest.mark.skipif(os.name != "posix", reason="closes descriptors as a shell does")
def test_without_standard_error_a_message_does_not_end_up_in_the_result() -> None:
    ended = process("read", "missing.txt", stdout=subprocess.PIPE, preexec_fn=lambda: os.close(2))
    assert (ended.returncode, ended.stdout) == (2, "")


@pytest.mark.parametrize(
    "error", [ValueError("a bug;\nat work"), MemoryError(), RecursionError("too deep"), OSError(5, "Input")]
)
def test_what_nobody_expected_is_an_error_and_never_says_spun(
    pages: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(text: str, settings: Settings, watch: Watch | None = None) -> Reading:
        raise error

    monkeypatch.setitem(vars(unspin), "read", fail)
    monkeypatch.delenv("UNSPIN_DEBUG", raising=False)
    for command in (("read",), ("restore",), ("report", "-o", "-")):
        result = run(*command, pages / "spun.txt")
        assert (result.status, result.out, result.err.count("\n")) == (2, b"", 1)
        assert type(error).__name__ in result.err and "CONTRIBUTING.md" in result.err and "UNSPIN_DEBUG" in result.err
    monkeypatch.setenv("UNSPIN_DEBUG", "1")
    assert "Traceback" in run("read", pages / "spun.txt").err


def test_an_interrupt_has_the_status_that_shells_know(pages: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(text: str, settings: Settings) -> Reading:
        raise KeyboardInterrupt

    monkeypatch.setitem(vars(unspin), "read", interrupt)
    result = run("read", pages / "spun.txt")
    assert (result.status, result.out, result.err) == (130, b"", "")


@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_a_file_name_that_is_not_utf_8_is_a_file_name(tmp_path: Path, locale: str) -> None:
    name = os.fsdecode(b"caf\xe9.txt")
    try:
        (tmp_path / name).write_text(SPUN, encoding="utf-8")
    except OSError:
        pytest.skip("this file system takes no such name")
    how: dict[str, Any] = {"cwd": tmp_path, "env": os.environ | {"LC_ALL": locale}, "stdout": subprocess.PIPE}
    for command, status in (("restore", 0), ("read", 1), ("check", 1)):
        assert (process(command, name, **how).returncode, command) == (status, command)
    report = os.fsdecode(b"r\xe9.html")
    assert process("report", name, "-o", report, **how).returncode == 0
    assert (tmp_path / report).read_bytes().startswith(b"<!doctype html>")
    for args in ((f"no{name}",), (name, "--deep", f"no{name}"), (name, "--dictionary", f"no{name}")):
        ended = process("read", *args, **how)
        assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)
        assert "no such file" in ended.stderr


@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")
def test_check_on_a_terminal_has_heads_and_reasons(pages: Path) -> None:
    import pty

    arguments = [sys.executable, "-c", PROGRAM, "check", "spun.txt", "below/short"]
    parent, child = pty.openpty()
    environment = os.environ | {"TERM": "xterm", "NO_COLOR": "1", "COLUMNS": "60", "LINES": "24"}
    with subprocess.Popen(arguments, stdout=child, env=environment, cwd=pages):
        os.close(child)
        shown = b""
        with contextlib.suppress(OSError):  # Linux ends a terminal with EIO
            while piece := os.read(parent, 65536):
                shown += piece
    os.close(parent)
    heads, *lines = [re.sub(r"\x1b\[[\d;]*m", "", line) for line in shown.decode().splitlines()]
    assert heads.split() == ["document", "scores", "as", "high", "swapped", "verdict"]
    assert [line[heads.index("verdict") :] for line in lines] == [
        "reads as machine-spun",
        "cannot be judged: fewer than 30 words",
    ]


@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_on_a_terminal_there_is_colour(pages: Path, encoding: str) -> None:
    import pty

    environment = os.environ | {"PYTHONIOENCODING": encoding, "TERM": "xterm", "COLUMNS": "60", "LINES": "24"}
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE"):
        environment.pop(name, None)
    for command, status in (("read", 1), ("check", 1), ("restore", 0)):
        parent, child = pty.openpty()
        arguments = [sys.executable, "-c", PROGRAM, command, str(pages / "spun.txt")]
        with subprocess.Popen(arguments, stdout=child, stderr=subprocess.PIPE, env=environment) as process:
            os.close(child)
            shown = b""
            with contextlib.suppress(OSError):  # Linux ends a terminal with EIO
                while piece := os.read(parent, 65536):
                    shown += piece
            errors = process.communicate()[1]
        os.close(parent)
        assert (process.returncode, errors) == (status, b"")
        assert (b"\x1b[1;31mreads as machine-spun\x1b[0m" in shown) == (command != "restore")


@pytest.mark.parametrize("command", ["read", "check"])
@pytest.mark.parametrize(
    ("asked", "there"),
    [
        ({}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": ""}, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ],
)
def test_colour_in_a_pipe_is_asked_for(pages: Path, command: str, asked: dict[str, str], there: bool) -> None:
    arguments = [sys.executable, "-c", PROGRAM, command, str(pages / "spun.txt")]
    ended = subprocess.run(arguments, capture_output=True, env=os.environ | {"TERM": "xterm"} | asked)
    assert (ended.returncode, ended.stderr) == (1, b"")
    assert (b"\x1b[1;31mreads as machine-spun\x1b[0m" in ended.stdout) is there
    assert (b"\x1b" in ended.stdout) is there


@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")
def test_a_terminal_without_colour(pages: Path) -> None:
    import pty

    parent, child = pty.openpty()
    environment = os.environ | {"TERM": "xterm", "NO_COLOR": "1", "FORCE_COLOR": "1"}
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "read", "spun.txt"], stdout=child, env=environment, cwd=pages
    ):
        os.close(child)
        shown = b""
        with contextlib.suppress(OSError):  # Linux ends a terminal with EIO
            while piece := os.read(parent, 65536):
                shown += piece
    os.close(parent)
    assert b"reads as machine-spun" in shown
    assert not re.search(rb"\x1b\[[\d;]*3\d", shown)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_completes_commands_and_options(shell: str) -> None:
    words = {"bash": {"COMP_WORDS": "unspin sim", "COMP_CWORD": "1"}, "zsh": {"_TYPER_COMPLETE_ARGS": "unspin sim"},
             "fish": {"_TYPER_COMPLETE_ARGS": "unspin sim", "_TYPER_COMPLETE_FISH_ACTION": "get-args"}}  # fmt: skip
    environment = os.environ | words[shell] | {"_UNSPIN_COMPLETE": f"complete_{shell}"}
    ended = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, env=environment)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "simulate" in ended.stdout and "restore" not in ended.stdout


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("read page.txt --format s", ["sarif"]),
        ("check . --format ", ["lines", "sarif"]),
        ("report page.txt --format ", ["html", "docx", "csv", "json", "md"]),
        ("scan crawl --keep r", ["restored"]),
        ("scan crawl --annotate-format ", ["parquet", "jsonl"]),
        ("simulate page.txt --spinner wordnet-", ["wordnet-walk", "wordnet-step"]),
    ],
)
def test_a_shell_completes_values(line: str, offered: list[str]) -> None:
    environment = os.environ | {
        "COMP_WORDS": f"unspin {line}", "COMP_CWORD": str(line.count(" ") + 1), "_UNSPIN_COMPLETE": "complete_bash"
    }  # fmt: skip
    program = [sys.executable, "-m", "unspin"]
    ended = subprocess.run(program, capture_output=True, text=True, env=environment)
    assert (ended.returncode, ended.stderr, ended.stdout.split()) == (0, "", offered)


def test_help_tells_of_completion() -> None:
    told = run("--help").out.decode()
    assert "--install-completion" in told and "--show-completion" in told


@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(("seconds", "barred"), [(1.0, True), (0.0, False)])
def test_a_long_restoring_shows_how_far_it_is(pages: Path, seconds: float, barred: bool) -> None:
    """On the terminal of standard error, which it leaves as it was; the text on standard output is the text alone."""
    import pty

    environment = os.environ | {"TERM": "xterm", "COLUMNS": "60", "LINES": "24"}
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE"):
        environment.pop(name, None)
    parent, child = pty.openpty()
    program = PROGRAM.replace("from unspin.cli.main", f"test_cli.SECONDS = {seconds}\nfrom unspin.cli.main")
    arguments = [sys.executable, "-c", program, "restore", str(pages / "spun.txt")]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=child, env=environment) as process:
        os.close(child)
        shown = b""
        with contextlib.suppress(OSError):  # Linux ends a terminal with EIO
            while piece := os.read(parent, 65536):
                shown += piece
        text = process.communicate()[0]
    os.close(parent)
    assert (process.returncode, text) == (0, RESTORED.encode())
    assert (b"50%" in shown) is barred
    assert shown.endswith(b"\x1b[2K") is barred and bool(shown) is barred


def test_help_imports_nothing_heavy_and_opens_at_once() -> None:
    script = "import sys; from unspin.cli.main import app; app(['--help'], standalone_mode=False)\n"
    script += (
        "print(sorted({'numpy', 'onnxruntime', 'rich', 'orjson', 'tokenizers'} & set(sys.modules)), file=sys.stderr)"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    seconds: list[float] = []  # of processor time, which other programs disturb least
    for _ in range(3):
        before = os.times()
        result = subprocess.run([sys.executable, "-c", script], capture_output=True, env=environment, check=True)
        after = os.times()
        seconds.append(after.children_user + after.children_system - before.children_user - before.children_system)
    assert result.stderr.decode().strip() == "[]"
    assert min(seconds) < 0.3


# --- documents --------------------------------------------------------------------------------------------------------


def test_folders_are_read_in_sorted_order_without_hidden_files(pages: Path) -> None:
    names = ["below/page.html", "below/short", "binary.txt", "empty.txt", "honest.md", "spun.txt"]
    assert expand([pages]) == [str(pages / name) for name in names]
    assert expand([pages / "spun.txt", pages / "*.txt"]) == [
        str(pages / n) for n in ("spun.txt", "binary.txt", "empty.txt")
    ]
    assert expand([str(pages / "**" / "*.md")]) == [str(pages / "honest.md")]
    assert expand(["-", "missing", "no*match", "-"]) == ["-", "missing", "no*match"]
    (pages / "with*star.txt").write_text("x")
    assert expand([pages / "with*star.txt"]) == [str(pages / "with*star.txt")]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="everything may be read here")
def test_a_file_that_may_not_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("x")
    (tmp_path / "secret.txt").chmod(0)
    with pytest.raises(MissingInput, match="check its permissions"):
        load(tmp_path / "secret.txt")


def test_a_path_that_is_none_is_refused() -> None:
    with pytest.raises(MissingInput):
        load("a\0b")
    with pytest.raises(MissingInput):
        load("x" * 5000)


@pytest.mark.parametrize(
    ("rate", "operating_point", "said"),
    [
        (1e-5, 1e-4, None),
        (1.1e-4, 1e-4, "--operating-point 0.001"),
        (1e-3, 1e-4, "--operating-point 0.001"),
        (1.1e-3, 1e-4, None),
        (5e-3, 1e-3, "--operating-point 0.01"),
        (2e-2, 1e-2, None),
    ],
)
def test_a_page_that_is_nearly_spun_says_how_to_restore_it(
    rate: float, operating_point: float, said: str | None
) -> None:
    reading = replace(fake_read("Nothing here."), false_positive_rate=rate, spun=rate <= operating_point)
    doubt = options.nearly(reading, operating_point)
    assert doubt is None if said is None else doubt is not None and said in doubt
