"""The package as a whole: its version, size, imports and documents, and the harness of the quality floors."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

import pytest
from packaging.requirements import Requirement

import unspin
from benchmarks import floors
from benchmarks.floors import Figure, Tally, compare, evaluation_set, fingerprint, measure, pin, tally
from unspin.reading import Reading, Substitution
from unspin.spinners import Specimen, Swap, simulate
from unspin.text import apply

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "unspin"
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("*/*.md"), *ROOT.glob(".github/*/*.md")])


# --- version, data, size ---------------------------------------------------------------------------------------------


@pytest.fixture
def installed() -> None:
    try:
        metadata.version("unspin")
    except metadata.PackageNotFoundError:
        pytest.skip("unspin runs from its source tree and is not installed")


@pytest.mark.usefixtures("installed")
def test_one_version_everywhere() -> None:
    heading = re.search(r"^## (\d\S*)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert heading is not None
    assert metadata.version("unspin") == unspin.__version__ == heading[1]


def test_shipped_data_is_there_and_under_160_megabytes() -> None:
    sizes = {file.name: file.stat().st_size for file in (SOURCE / "data").iterdir() if file.is_file()}
    assert {
        "causal.npz",
        "causal.onnx",
        "causal_tokens.json",
        "encoder.onnx",
        "lexicon.npz",
        "ngram.npz",
        "phrases.tsv",
        "reader.json",
        "vocab.txt",
        "words.npz",
    } <= set(sizes)
    assert sum(sizes.values()) < 160e6


@pytest.mark.usefixtures("installed")
@pytest.mark.skipif(sys.platform != "linux", reason="wheels of other systems have other sizes")
def test_base_install_is_under_330_megabytes() -> None:
    sizes = {name: _size(name) for name in _required("unspin")} | {"unspin": _size_of(SOURCE)}
    largest = sorted(sizes.items(), key=lambda item: -item[1])[:6]
    assert sum(sizes.values()) < 330e6, largest


def _required(name: str, seen: set[str] | None = None) -> set[str]:
    """The distributions that a distribution needs, without extras, at any depth; without itself."""
    seen = set() if seen is None else seen
    for line in metadata.requires(name) or ():
        requirement = Requirement(line)
        wanted = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        if wanted and (found := requirement.name.lower().replace("_", "-")) not in seen:
            seen.add(found)
            _required(found, seen)
    return seen


def _size(name: str) -> int:
    files = (Path(str(file.locate())) for file in metadata.distribution(name).files or ())
    return sum(file.stat().st_size for file in files if file.exists())


def _size_of(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file() and "__pycache__" not in file.parts)


def test_whatever_lies_beside_the_code_is_shipped() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    shipped = settings["tool"]["setuptools"]["package-data"]
    found = {file for package, patterns in shipped.items() for pattern in patterns
             for file in (SOURCE.parent / package.replace(".", "/")).glob(pattern)}  # fmt: skip
    beside = {
        file
        for file in SOURCE.rglob("*")
        if file.is_file() and file.suffix != ".py" and file.parent.name != "__pycache__"
    }
    assert beside - found == set()
    assert SOURCE / "spinners" / "rewriter.tsv" in found


# --- imports ---------------------------------------------------------------------------------------------------------


def _modules_after(statement: str) -> set[str]:
    code = f"import sys\n{statement}\nprint(*sys.modules)"
    return set(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split())


def test_the_reader_needs_nothing_but_the_base_dependencies() -> None:
    loaded = _modules_after("import unspin.reader")
    assert "onnxruntime" in loaded
    assert not loaded & {
        "torch",
        "tokenizers",
        "transformers",
        "scipy",
        "lemminflect",
        "zstandard",
        "numba",
        "pyarrow",
        "gguf",
    }


def test_the_program_opens_without_loading_a_model() -> None:
    assert not _modules_after("import unspin.cli.main") & {"numpy", "onnxruntime", "unspin.reader"}


# The rooms from the ground up. A module may import its own room and those of a lower rank, nothing beside it or above.
FLOORS = (
    ("text", "arrays", "data", "cores", "files"),
    ("lexicon",),
    ("spinners", "model"),
    ("tortured",),
    ("reader",),
    ("documents", "report", "screen", "corpus"),
    ("scan", "learn", "trace"),
    ("crawl",),
    ("evaluate", "engines", "web"),
    ("cli",),
    ("__main__",),
)
RANKS = {room: rank for rank, rooms in enumerate(FLOORS) for room in rooms}
FREE: dict[str, set[str]] = {
    "version": set(), "reading": {"version"}, "comparison": set(), "errors": set(), "settings": {"errors"},
}  # fmt: skip
"""Modules that all may import, and what of the package they may import themselves."""
PACKAGE, OPENED = "unspin", "reader"
"""The package's own ``__init__`` opens a room to the world: whoever stands above that room may import the package too."""


class Import(NamedTuple):
    """Somewhere in a module another one is imported: at its top, in a function, for its types, or by its name in a string."""

    module: str
    target: str
    named: bool = False


def modules_of(root: Path) -> dict[str, Path]:
    """Every module below ``root / "unspin"``, by its dotted name."""
    found = {}
    for file in sorted((root / PACKAGE).rglob("*.py")):
        parts = file.relative_to(root).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


def imports_of(root: Path) -> list[Import]:
    """Every import of the package within itself, wherever it stands.

    Imports in functions and for types alone count too: whoever reads the one module has to know the other. A string
    that names a module, or a function of it as ``module:function``, is taken for an import (``importlib``, ``python -m``).
    """
    modules = modules_of(root)
    found: list[Import] = []
    for module, file in modules.items():
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names: list[str] = []
            named = isinstance(node, ast.Constant)
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{module}: a relative import"
                names = [f"{node.module}.{alias.name}" for alias in node.names]
            elif isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and "." in node.value:
                name = node.value.partition(":")[0]
                names = [name] if name in modules else []
            for name in names:
                target = name if name in modules else name.rpartition(".")[0]
                if target in modules and target != module:
                    found.append(Import(module, target, named))
    return found


def room_of(module: str) -> str:
    """The room of a module; the package itself for its ``__init__``."""
    return module.split(".")[1] if "." in module else PACKAGE


def wrong_arrows(imports: Iterable[Import]) -> set[Import]:
    """Imports that run upwards or sideways, or from a module that all may import."""
    wrong = set()
    for found in imports:
        room, target = room_of(found.module), room_of(found.target)
        if room in FREE:
            allowed = target in FREE[room]
        elif room == PACKAGE:
            allowed = True
        elif target == PACKAGE:
            allowed = RANKS[room] > RANKS[OPENED]
        else:
            allowed = target == room or target in FREE or RANKS[target] < RANKS[room]
        if not allowed:
            wrong.add(found)
    return wrong


def circles(imports: Iterable[Import]) -> list[list[str]]:
    """Modules that import one another, directly or by way of others; a name in a string leaves it to others to import."""
    graph: dict[str, set[str]] = {}
    for found in imports:
        if not found.named:
            graph.setdefault(found.module, set()).add(found.target)

    def reached(start: str) -> set[str]:
        seen: set[str] = set()
        todo = [start]
        while todo:
            for target in graph.get(todo.pop(), set()) - seen:
                seen.add(target)
                todo.append(target)
        return seen

    reach = {module: reached(module) for module in graph}
    circular = {
        tuple(sorted(other for other in reach[module] if module in reach.get(other, set())))
        for module in graph
        if module in reach[module]
    }
    return [list(circle) for circle in sorted(circular)]


def test_every_room_has_its_rank() -> None:
    rooms = {room_of(module) for module in modules_of(SOURCE.parent)} - {PACKAGE}
    assert rooms <= {*RANKS, *FREE}


def test_arrows_run_downwards_only() -> None:
    imports = imports_of(SOURCE.parent)
    assert ("reader", "model") in {(room_of(module), room_of(target)) for module, target, _ in imports}
    assert not wrong_arrows(imports)


def test_no_module_imports_itself_by_way_of_others() -> None:
    assert circles(imports_of(SOURCE.parent)) == []


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("text/words.py", "from unspin import reader"),
        ("text/words.py", "from unspin.reader import read"),
        ("text/words.py", "import unspin.reader.rounds as rounds"),
        ("text/words.py", "def late():\n    from unspin.reader import read"),
        ("text/words.py", "if TYPE_CHECKING:\n    from unspin.reader import read"),
        ("text/words.py", "import_module('unspin.reader')"),
        ("text/words.py", "READ = 'unspin.reader.rounds:read'"),
        ("text/words.py", "from unspin import read"),
        ("text/words.py", "import unspin"),
        ("text/words.py", "from unspin.arrays import ragged"),
        ("model/encoder.py", "from unspin.spinners import simulate"),
        ("lexicon/lexicon.py", "from unspin.tortured import find"),
        ("reading.py", "from unspin.text import split"),
        ("errors.py", "from unspin.settings import Settings"),
    ],
)
def test_an_arrow_that_points_up_is_noticed(module: str, line: str, tmp_path: Path) -> None:
    """Each of these lines, put into the package, is found."""
    for name in ("__init__", "text/words", "arrays/ragged", "model/encoder", "spinners/simulate", "lexicon/lexicon",
                 "reader/__init__", "reader/rounds", "tortured/__init__", "reading", "errors", "settings"):  # fmt: skip
        file = tmp_path / PACKAGE / f"{name}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
        (file.parent / "__init__.py").touch()
    assert not wrong_arrows(imports_of(tmp_path))
    (tmp_path / PACKAGE / module).write_text(line + "\n", encoding="utf-8")
    assert len(wrong_arrows(imports_of(tmp_path))) == 1


def test_a_circle_is_noticed() -> None:
    arrows = [
        Import("a", "b"),
        Import("b", "c"),
        Import("c", "a"),
        Import("c", "d"),
        Import("d", "d.e"),
        Import("e", "d"),
    ]
    assert circles(arrows) == [["a", "b", "c"]]
    assert circles([Import("a", "b"), Import("b", "a"), Import("c", "d"), Import("d", "c")]) == [["a", "b"], ["c", "d"]]


def test_nothing_that_is_shipped_needs_what_is_not() -> None:
    """The package imports neither ``training`` nor ``benchmarks``, and ``training`` no ``benchmarks``."""
    forbidden = {"src": {"training", "benchmarks", "examples", "tests"}, "training": {"benchmarks", "examples", "tests"},
                 "benchmarks": {"tests"}, "examples": {"tests"}}  # fmt: skip
    found = {(folder, name) for folder in forbidden for name in _packages_imported(ROOT / folder) & forbidden[folder]}
    assert not found
    assert {"unspin", "training"} <= _packages_imported(ROOT / "benchmarks")


def _packages_imported(folder: Path) -> set[str]:
    found: set[str] = set()
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                found.add((node.module or "").split(".")[0])
            elif isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
    return found


# --- documents -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    text = re.sub(r"^```.*?^```", "", document.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    targets = re.findall(r"\]\((?!https?:|mailto:|#)([^)#]+)", text)
    assert not [target for target in targets if not (document.parent / target).exists()]


def test_readme_shows_commands_and_options_that_exist() -> None:
    from typer.main import get_command

    from unspin.cli.main import app

    commands = getattr(get_command(app), "commands")  # noqa: B009 - click's groups have them, its types don't say so
    shell = "\n".join(re.findall(r"^```(?:sh|console)\n(.*?)^```", _readme(), re.MULTILINE | re.DOTALL))
    lines = re.findall(r"\bunspin (\w+)([^|#\n]*)", shell)
    assert {name for name, _ in lines} == set(commands)
    for name, rest in lines:
        known = {option for parameter in commands[name].params for option in parameter.opts}
        assert set(re.findall(r"--[\w-]+", rest)) <= known


def _readme() -> str:
    return (ROOT / "README.md").read_text(encoding="utf-8")


# --- quality floors --------------------------------------------------------------------------------------------------

SPUN = "He sat connected the wall and looked onward the gray gray sea."
SWAPS = (Swap(7, 16, "connected", "on"), Swap(37, 43, "onward", "at"), Swap(52, 57, " gray", ""))
SPECIMEN = Specimen(SPUN, apply(SPUN, SWAPS), "wordnet-walk", 1, SWAPS)


def reading_of(text: str, *changes: tuple[int, int, str], spun: bool = True) -> Reading:
    substitutions = tuple(Substitution(a, b, text[a:b], original, 0.9) for a, b, original in changes)
    return Reading(
        text=text, restored=apply(text, substitutions), spun=spun, score=1.0, false_positive_rate=1e-6,
        share=0.1, words=len(text.split()), substitutions=substitutions,
    )  # fmt: skip


def oracle(text: str, *, tortured: bool, fast: bool = True) -> Reading:
    """A reader that knows every answer of the specimens made here."""
    return KEY.get(text) or reading_of(text, spun=False)


KEY: dict[str, Reading] = {}


def one_text() -> dict[str, str]:
    return dict(list(evaluation_set().items())[:1])


def with_answers(texts: dict[str, str]) -> dict[str, str]:
    for seed, text in enumerate(texts.values(), start=1):
        specimen = simulate(text, "wordnet-walk", seed=seed, rate=0.3)
        KEY[specimen.text] = reading_of(specimen.text, *((s.start, s.end, s.original) for s in specimen.swaps))
    return texts


def test_tally_of_a_perfect_reading() -> None:
    assert SPECIMEN.original == "He sat on the wall and looked at the gray sea."
    counts = tally(SPECIMEN, reading_of(SPUN, *((s.start, s.end, s.original) for s in SWAPS)))
    assert counts == Tally(untouched=9, swaps=3, restored=3, found=3, changes=3, due=3)
    assert (counts.right_before, counts.right_after) == (0.75, 1.0)


def test_tally_of_no_change() -> None:
    counts = tally(SPECIMEN, reading_of(SPUN))
    assert counts == Tally(untouched=9, swaps=3)
    assert counts.right_before == counts.right_after == 0.75


def test_tally_tells_a_wrong_word_from_a_missed_one_and_from_harm() -> None:
    counts = tally(SPECIMEN, reading_of(SPUN, (0, 2, "Helium"), (7, 16, "by"), (37, 43, "At")))
    assert counts == Tally(untouched=9, swaps=3, restored=1, found=2, changes=3, due=2, untouched_changed=1)
    assert counts.right_after == pytest.approx((9 - 1 + 1) / 12)


def test_a_change_that_reaches_over_the_swap_restores_nothing() -> None:
    counts = tally(SPECIMEN, reading_of(SPUN, (7, 20, "on the")))
    assert (counts.found, counts.restored, counts.untouched_changed) == (1, 0, 1)


def test_only_long_specimens_count_as_detected() -> None:
    text = "word " * 200
    long = Specimen(text, text, "wordnet-walk", 1, ())
    assert (tally(SPECIMEN, reading_of(SPUN)).long, tally(long, reading_of(text)).detected) == (0, 1)
    assert tally(long, reading_of(text, spun=False)).detected == 0
    assert tally(replace(long, spinner="tortured"), reading_of(text)).long == 0


def test_measure_with_a_perfect_reader() -> None:
    figures, words = measure(oracle, with_answers(one_text()), [("wordnet-walk", 0.3)])
    values = {figure.key: figure.value for figure in figures}
    assert 0.6 < values["all: words right before"] < 0.8
    assert values["all: words right"] == values["wordnet-walk 0.30: swaps restored"] == values["all: detected"] == 1
    assert values["all: untouched changed"] == values["all: honest flagged"] == 0
    assert words > 600


def test_only_what_is_read_closely_is_read_so() -> None:
    read: list[bool] = []

    def noting(text: str, *, tortured: bool, fast: bool) -> Reading:
        read.append(fast)
        return oracle(text, tortured=tortured)

    figures, _ = measure(noting, with_answers(one_text()), [("wordnet-walk", 0.3)], [("wordnet-walk", 0.3)])
    assert read == [True, True, False]  # the specimen, the text as written, the specimen
    values = {figure.key: figure.value for figure in figures}
    assert values["wordnet-walk 0.30 closely: swaps restored"] == 1
    assert "all closely: words right" not in values


def test_a_reader_that_harms_honest_text_is_noticed() -> None:
    def harming(text: str, *, tortured: bool, fast: bool = True) -> Reading:
        return reading_of(text, (0, 1, "X"), spun=False)

    figures, _ = measure(harming, one_text(), [])
    assert [figure.value for figure in figures if figure.name == "honest flagged"] == [1]


def test_floors_break_on_the_right_side() -> None:
    figures = [Figure("all", "words right", 0.9, "min", 0.001), Figure("all", "untouched changed", 0.02, "max", 0.001)]
    kept = compare(figures, {"all: words right": 0.9, "all: untouched changed": 0.02})
    assert [row.holds for row in kept] == [True, True]
    broken = compare(figures, {"all: words right": 0.91, "all: untouched changed": 0.01})
    assert [row.holds for row in broken] == [False, False]


def test_a_figure_without_a_floor_and_a_floor_without_a_figure_break() -> None:
    rows = compare([Figure("all", "words right", 0.9, "min", 0.001)], {"all: swaps found": 0.5})
    assert [(row.figure.name, row.holds) for row in rows] == [("words right", False), ("swaps found", False)]


def test_pinning_leaves_a_margin_and_names_what_it_lowers() -> None:
    figures = [
        Figure("all", "words right", 0.9, "min", 0.001),
        Figure("all", "detected", 1.0, "min", 0.07),
        Figure("all", "untouched changed", 0.02, "max", 0.001),
        Figure("all", "honest flagged", 0, "max", 0.0),
        Figure("all", "words right before", 0.7, None, 0.001),
    ]
    pinned, lowered = pin(figures, {"all: words right": 0.895, "all: untouched changed": 0.05})
    assert pinned == {
        "all: words right": 0.89, "all: detected": 0.93, "all: untouched changed": 0.03, "all: honest flagged": 0
    }  # fmt: skip
    assert lowered == ["all: words right: 0.895 to 0.89"]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The command on one text and one family, with a file of floors of its own."""
    texts = with_answers(one_text())
    monkeypatch.setattr(floors, "evaluation_set", lambda: texts)
    monkeypatch.setattr(floors, "plan", lambda: (("wordnet-walk", 0.3),))
    monkeypatch.setattr(floors, "close_plan", lambda: (("wordnet-walk", 0.3),))
    file = tmp_path / "floors.json"
    file.write_text(json.dumps({"set": {"sha256": "of another set"}, "floors": {}}), encoding="utf-8")
    return file


def do_nothing(text: str, *, tortured: bool, fast: bool = True) -> Reading:
    return reading_of(text, spun=False)


def test_command_pins_holds_and_breaks(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert floors.main([], oracle, small) == 1
    assert "set has changed" in capsys.readouterr().err
    assert floors.main(["--pin"], oracle, small) == 0
    assert floors.main([], oracle, small) == 0
    assert floors.main([], do_nothing, small) == 1
    assert "all: swaps restored is below its floor" in capsys.readouterr().err


def test_a_floor_is_lowered_with_a_reason_only(small: Path) -> None:
    assert floors.main(["--pin"], oracle, small) == 0
    before = small.read_text(encoding="utf-8")
    assert floors.main(["--pin"], do_nothing, small) == 1
    assert small.read_text(encoding="utf-8") == before
    assert floors.main(["--pin", "--because", "a smaller model"], do_nothing, small) == 0
    saved = json.loads(small.read_text(encoding="utf-8"))
    assert saved["lowered"][0]["because"] == "a smaller model"
    assert floors.main([], do_nothing, small) == 0


def test_the_set_is_the_one_that_is_pinned() -> None:
    saved = json.loads(floors.FLOORS.read_text(encoding="utf-8"))
    texts = evaluation_set()
    assert (saved["set"]["files"], saved["set"]["sha256"]) == (len(texts), fingerprint(texts))
    name = next(iter(texts))
    assert fingerprint(texts | {name: texts[name] + " "}) != fingerprint(texts)
