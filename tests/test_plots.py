"""Reliability: figures out of raw runs, and the plots that show them."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest

from benchmarks import calibration, plots
from benchmarks.calibration import Point, confidence, error, false_positives, honest, newest, point
from unspin.spinners import names

WORDS: dict[str, Any] = {
    "quick": False,
    "reliability": {"walk": [[0.25, 0.3, 100], [0.95, 0.9, 300]], "thesaurus": [[0.5, 0.5, 10]]},
}
VERDICTS: dict[str, Any] = {
    "quick": False,
    "honest": {
        "letters": {"documents": 99, "rates": [0.0001, *[0.5] * 98]},
        "statutes": {"documents": 1, "rates": [0.02]},
        "lists": {"documents": 0, "rates": []},
    },
}


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """A folder with a run of the words and one of the verdicts, and older, quick and foreign ones that must not be taken."""
    folder = tmp_path / "runs"
    folder.mkdir()
    old = {"quick": False, "reliability": {"old": [[0.1, 0.1, 5]]}}
    quick = {"quick": True, "reliability": {"quick": [[0.1, 0.1, 5]]}}
    without = {"quick": False, "honest": {"letters": {"documents": 99}}}
    for name, run in [
        ("2030-01-01-accuracy-words", old),
        ("2030-01-02-accuracy-words", WORDS),
        ("2030-01-02-accuracy-verdicts", VERDICTS),
        ("2030-01-03-accuracy-words-quick", quick),
        ("2030-01-04-accuracy-verdicts", without),
        ("2030-01-05-speed", old),
    ]:
        (folder / f"{name}.json").write_text(json.dumps(run), encoding="utf-8")
    return folder


# --- figures ---------------------------------------------------------------------------------------------------------


def test_an_interval_is_wilsons() -> None:
    # Wilson 1927 by hand for 8 of 10: (p + z²/2n ± z·√(p(1 − p)/n + z²/4n²)) / (1 + z²/n), z = 1.96.
    found = point(0.7, 8, 10)
    assert (found.claimed, found.observed, found.cases) == (0.7, 0.8, 10)
    assert (found.low, found.high) == pytest.approx((0.4902, 0.9433), abs=1e-4)


@pytest.mark.parametrize("hits", [0, 50])
def test_an_interval_is_not_empty_at_the_ends(hits: int) -> None:
    found = point(0.5, hits, 50)
    assert 0 <= found.low <= found.observed <= found.high <= 1
    assert found.high - found.low > 0.05


def test_confidence_is_read_from_a_run() -> None:
    walk = confidence(WORDS)["walk"]
    assert [(p.claimed, p.observed, p.cases) for p in walk] == [(0.25, 0.3, 100), (0.95, 0.9, 300)]


def test_the_error_counts_every_case_once() -> None:
    assert error(confidence(WORDS)["walk"]) == pytest.approx(0.05)
    assert error([Point(0.5, 0.9, 0, 1, 1), Point(0.5, 0.5, 0, 1, 3)]) == pytest.approx(0.1)


def test_a_threshold_counts_the_documents_at_it_and_below() -> None:
    points = false_positives([0.001, 0.01, 0.5, 0.5], [0.0001, 0.01, 0.5])
    assert [p.observed for p in points] == [0, 0.5, 1]
    assert [p.claimed for p in points] == [0.0001, 0.01, 0.5]


def test_a_corpus_without_judged_documents_is_left_out() -> None:
    assert set(honest(VERDICTS)) == {"letters", "statutes"}


def test_the_newest_full_run_with_the_figures_is_taken(runs: Path) -> None:
    name, families = newest(runs, confidence)
    assert (name, set(families)) == ("2030-01-02-accuracy-words.json", {"walk", "thesaurus"})
    name, corpora = newest(runs, honest)
    assert (name, set(corpora)) == ("2030-01-02-accuracy-verdicts.json", {"letters", "statutes"})
    assert newest(runs / "none", honest) == ("", {})


def test_tables(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    calibration.main(["--runs", str(runs)])
    lines = capsys.readouterr().out.splitlines()
    assert "| walk | 400 | 0.050 | 0.775 | 0.750 |" in lines
    assert "| thesaurus | 10 | 0.000 | 0.500 | 0.500 |" in lines
    assert "| 0.0001 | 0.0 | 1 | 0.01 (0.0018–0.054) | 0.01 letters |" in lines
    assert "| 0.03 | 3.0 | 2 | 0.02 (0.0055–0.07) | 1 statutes |" in lines


def test_the_shipped_runs_hold_the_confidence_of_every_family() -> None:
    _, families = newest(calibration.RUNS, confidence)
    later = {"pages"}  # younger than the newest raw run
    assert set(names()) - {"tortured"} - later == set(families)
    assert error(families["wordnet-walk"]) < 0.05


# --- plots -----------------------------------------------------------------------------------------------------------


def texts(file: Path) -> str:
    """What is written in a picture."""
    return " ".join(ElementTree.parse(file).getroot().itertext())


def test_a_panel_for_each_family_and_one_for_the_verdict(runs: Path, tmp_path: Path) -> None:
    out = tmp_path / "docs" / "reliability.svg"
    plots.main(["--runs", str(runs), "--out", str(out)])
    written = texts(out)
    assert "400 substitutions, off by 0.050" in written
    assert "100 honest documents" in written
    assert written.count("confidence") == 2
    assert written.count("false-positive rate claimed") == 1


def test_the_same_figures_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "first.svg", tmp_path / "second.svg"
    for file in (first, second):
        plots.save(confidence(WORDS), false_positives([0.5, 0.001]), file)
    assert first.read_bytes() == second.read_bytes()


def test_points_lie_where_the_figures_say() -> None:
    figure = plots.draw(
        {"walk": confidence(WORDS)["walk"]}, false_positives([0.0001, *[0.5] * 99], [0.00001, 0.0001, 0.5])
    )
    family, verdict = (axis for axis in figure.axes if axis.axison)
    (bars,) = family.containers[1:]
    assert list(map(tuple, bars.lines[0].get_xydata())) == [(0.25, 0.3), (0.95, 0.9)]
    assert [bar.get_height() for bar in family.containers[0]] == [0.25, 0.75]
    (seen,) = verdict.containers
    assert list(map(tuple, seen.lines[0].get_xydata())) == [(0.0001, 0.01), (0.5, 1.0)]
    # What was never seen is shown as the upper end of its interval.
    marks = [line for line in verdict.lines if line.get_marker() == "v"]
    assert [tuple(xy) for line in marks for xy in line.get_xydata()] == [(0.00001, pytest.approx(0.037, abs=1e-3))]


def test_without_the_verdict_there_is_no_panel_for_it() -> None:
    figure = plots.draw(confidence(WORDS), [])
    assert [axis.get_xlabel() for axis in figure.axes if axis.axison] == ["confidence", "confidence"]


@pytest.mark.parametrize("command", [calibration.main, plots.main])
def test_a_folder_without_runs_is_said(command: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit:
        command(["--runs", str(tmp_path)])
    assert exit.value.code == 1
    assert "no run of benchmarks.accuracy" in capsys.readouterr().err
