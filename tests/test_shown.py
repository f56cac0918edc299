"""What README and docs show is run, and not only read: commands in a shell, Python line by line, on small files.

Each document's blocks run in one folder with the names that they speak of: the repository's ``examples`` and
``benchmarks/prose``, and a few small texts. What cannot run here (an installation, a server, a download, a model of
somebody's) is listed in :data:`ELSEWHERE`; a command that is neither run nor listed fails. The recipes of
``docs/engines.md`` have tests of their own.
"""

from __future__ import annotations

import dataclasses
import gzip
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import unspin
from unspin.lexicon import Lexicon
from unspin.report.json import to_json
from unspin.spinners import Edit, eligible, simulate
from unspin.text import Words

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", *sorted(set((ROOT / "docs").glob("*.md")) - {ROOT / "docs" / "engines.md"})]
ELSEWHERE = ("make ", "pip ", "python -m benchmarks", "unspin serve", "curl ", "https://", "--deep ", "archive/")
"""Signs of a command that is not run here."""
PATIENCE = 300
SPUN, NOTHING_SPUN = 1, 0


def blocks(document: Path, *languages: str) -> list[str]:
    """The blocks of a document in some languages."""
    text = document.read_text(encoding="utf-8")
    return re.findall(rf"^```(?:{'|'.join(languages)})\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def commands(document: Path) -> list[str]:
    """The commands of a document, one a line, without remarks."""
    lines = "".join(blocks(document, "sh", "console")).replace("\\\n", " ").splitlines()
    return [found for line in lines if (found := re.sub(r"\s+#.*", "", line).strip())]


RUN = [
    (document, line) for document in DOCUMENTS for line in commands(document) if not any(s in line for s in ELSEWHERE)
]
PYTHON = [document for document in DOCUMENTS if blocks(document, "python")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files that the documents speak of."""
    here = tmp_path_factory.mktemp("shown")
    written = (ROOT / "examples" / "harbour.txt").read_text(encoding="utf-8")
    short = "\n".join(written.splitlines()[:8])
    spun = simulate(short, "wordnet-walk", seed=2, rate=0.3).text
    shutil.copytree(ROOT / "examples", here / "examples", ignore=shutil.ignore_patterns("__pycache__"))
    (here / "benchmarks").mkdir()
    shutil.copytree(ROOT / "benchmarks" / "prose", here / "benchmarks" / "prose")
    for name, text in {"page.txt": spun, "essay.txt": short, "articles/a.txt": short, "articles/b.txt": spun,
                       "submissions/a.txt": short, "more/deep/c.md": short,
                       "spinner.tsv": "connected\ton\n"}.items():  # fmt: skip
        (here / name).parent.mkdir(parents=True, exist_ok=True)
        (here / name).write_text(text, encoding="utf-8")
    paragraphs = "".join(f"<p>{line}</p>" for line in spun.splitlines() if line.strip())
    (here / "page.html").write_text(f"<!doctype html><title>x</title><article>{paragraphs}</article>", encoding="utf-8")
    _write_docx(here / "essay.docx", spun)
    for name in ("page.pdf", "paper.pdf", "huge.pdf"):
        _write_pdf(here / name, spun)
    _write_corpus(here, [short, spun])
    bin_ = here / "bin"
    bin_.mkdir()
    for name, target in (("unspin", "unspin.cli"), ("python", "")):
        call = f'exec "{sys.executable}" {f"-m {target} " if target else ""}"$@"'
        (bin_ / name).write_text(f"#!/bin/sh\n{call}\n", encoding="utf-8")
        (bin_ / name).chmod(0o755)
    return here


def _write_docx(path: Path, text: str) -> None:
    docx = pytest.importorskip("docx")
    document = docx.Document()
    for line in text.splitlines():
        document.add_paragraph(line)
    document.save(path)


def _write_pdf(path: Path, text: str) -> None:
    pyplot = pytest.importorskip("matplotlib.pyplot")
    with pyplot.rc_context({"pdf.fonttype": 42}):
        figure = pyplot.figure(figsize=(8, 11))
        figure.text(0.05, 0.95, "\n".join(re.findall(r".{1,90}(?:\s|$)", text)), va="top", size=8)
        figure.savefig(path)
        pyplot.close(figure)


def _write_corpus(here: Path, texts: list[str]) -> None:
    pa = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    zstandard = pytest.importorskip("zstandard")
    lines = "".join(
        json.dumps({"text": text, "published": "2026-05-01", "link": "https://example.org/1"}) + "\n" for text in texts
    ).encode()
    (here / "crawl").mkdir()
    (here / "crawl" / "part.jsonl.gz").write_bytes(gzip.compress(lines))
    parquet.write_table(pa.table({"content": texts, "text": texts}), here / "crawl" / "part.parquet")
    (here / "crawl.jsonl.zst").write_bytes(zstandard.compress(lines))
    files = ["examples/harbour.txt", "examples/clinic.txt", "benchmarks/prose"]
    index = [sys.executable, "-m", "unspin.cli", "index", *files, "-o"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
    for name in ("articles.index", "archive.index"):  # each command runs by itself
        subprocess.run([*index, name], cwd=here, env=environment, check=True, capture_output=True)


@pytest.mark.parametrize(("document", "line"), RUN, ids=[f"{d.name}: {line[:60]}" for d, line in RUN])
def test_a_command_that_is_shown_runs(document: Path, line: str, folder: Path) -> None:
    """It leaves with "spun" or "nothing spun", without a traceback, and writes what it says."""
    if "| jq" in line and shutil.which("jq") is None:
        line = line.partition("| jq")[0]
    for written in re.findall(r"(?<!index )-o (\S+)", line):  # an archive that is only looked at stays
        shutil.rmtree(folder / written, ignore_errors=True)
    paths = [str(ROOT / "src"), str(ROOT)]
    environment = os.environ | {"PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "PYTHONPATH": os.pathsep.join(paths)}
    done = subprocess.run(
        ["sh", "-c", line], cwd=folder, env=environment, capture_output=True, text=True, timeout=PATIENCE
    )
    assert done.returncode in (NOTHING_SPUN, SPUN), (line, done.stderr)
    assert "Traceback" not in done.stderr
    for written in re.findall(r"(?:-o|--json|--plot) ([\w.]+[\w/.]*)", line):
        assert (folder / written).exists(), line


def test_every_command_is_run_or_said_not_to_be() -> None:
    assert len(RUN) >= 12
    assert {line.split()[1] for _, line in RUN} >= {
        "restore",
        "read",
        "check",
        "report",
        "scan",
        "evaluate",
        "simulate",
        "compare",
        "index",
        "trace",
    }


@pytest.mark.parametrize("document", PYTHON, ids=lambda path: path.name)
def test_python_that_is_shown_runs(document: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    text = (folder / "page.txt").read_text(encoding="utf-8")
    short = Path("essay.txt").read_text(encoding="utf-8")
    names: dict[str, Any] = {
        "json": json, "np": np, "dataclass": dataclasses.dataclass, "Words": Words, "Lexicon": Lexicon, "Edit": Edit,
        "eligible": eligible, "text": short, "texts": [short], "data": to_json(unspin.read(text)),
        "my_texts": [("a", short), ("b", short)], "__name__": "shown",
    }  # fmt: skip
    for number, block in enumerate(blocks(document, "python"), 1):
        exec(compile(block, f"{document.name}, block {number}", "exec", dont_inherit=True), names)
    assert len(names) > 12
