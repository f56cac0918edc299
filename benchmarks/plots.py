"""The reliability plots: ``confidence`` of a swap by family, ``false_positive_rate`` of a verdict.

    python -m benchmarks.plots [--runs benchmarks/runs] [--out docs/images/reliability.svg]

Draws what ``benchmarks.calibration`` takes from the newest raw runs. The same runs give the same file, byte for byte, with
the same matplotlib.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.calibration import RUNS, Point, confidence, error, false_positives, honest, newest

OUT: Final = Path(__file__).parent.parent / "docs" / "images" / "reliability.svg"
_COLUMNS: Final = 4
_BLUE, _GREY, _PALE = "#1f5fa8", "#777777", "#d5dfec"


def draw(families: Mapping[str, Sequence[Point]], verdict: Sequence[Point]) -> Figure:
    """One panel a family, and a last one for the verdict where there are figures for it."""
    panels = len(families) + bool(verdict)
    rows = -(-panels // _COLUMNS)
    figure = Figure(figsize=(12, 3.1 * rows), layout="constrained")
    axes = list(figure.subplots(rows, _COLUMNS, squeeze=False).flat)
    for axis, (family, points) in zip(axes, families.items(), strict=False):
        _confidence_panel(axis, family, points)
    if verdict:
        _verdict_panel(axes[len(families)], verdict)
    for axis in axes[panels:]:
        axis.set_axis_off()
    return figure


def _confidence_panel(axis: Axes, family: str, points: Sequence[Point]) -> None:
    cases = sum(p.cases for p in points)
    axis.bar([p.claimed for p in points], [p.cases / cases for p in points], width=0.06, color=_PALE)
    axis.plot([0, 1], [0, 1], color=_GREY, linewidth=0.8, linestyle="--")
    _with_intervals(axis, points)
    axis.set(xlim=(0, 1), ylim=(0, 1.02), xlabel="confidence", ylabel="share right")
    axis.set_title(f"{family}\n{cases:,} substitutions, off by {error(points):.3f}", fontsize=9, loc="left")


def _verdict_panel(axis: Axes, points: Sequence[Point]) -> None:
    lowest = min(p.claimed for p in points) / 2
    axis.plot([lowest, 1], [lowest, 1], color=_GREY, linewidth=0.8, linestyle="--")
    seen = [p for p in points if p.observed]
    none = [p for p in points if not p.observed]
    _with_intervals(axis, seen)
    # Nothing observed has no place on a logarithmic axis: only the upper end of its interval is shown.
    axis.plot([p.claimed for p in none], [p.high for p in none], "v", color=_BLUE, markersize=5, fillstyle="none")
    axis.set(xscale="log", yscale="log", xlim=(lowest, 1), ylim=(lowest, 1))
    axis.set(xlabel="false-positive rate claimed", ylabel="share of honest documents")
    axis.set_title(f"verdict\n{points[0].cases:,} honest documents; ▽ none", fontsize=9, loc="left")


def _with_intervals(axis: Axes, points: Sequence[Point]) -> None:
    # Rounding may put a share of 0 or 1 a hair outside its own interval.
    below = [max(0.0, p.observed - p.low) for p in points]
    above = [max(0.0, p.high - p.observed) for p in points]
    places, shares = [p.claimed for p in points], [p.observed for p in points]
    axis.errorbar(places, shares, yerr=[below, above], fmt="o", color=_BLUE, markersize=3.5, elinewidth=1, capsize=2)


def save(families: Mapping[str, Sequence[Point]], verdict: Sequence[Point], file: Path) -> None:
    """Draw and write an SVG with its text as text and without a date."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with matplotlib.rc_context():
        matplotlib.rc("svg", fonttype="none", hashsalt="unspin")
        matplotlib.rc("font", family="sans-serif", size=9)
        draw(families, verdict).savefig(file, format="svg", facecolor="white", metadata={"Date": None})


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=Path, default=RUNS)
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args(arguments)
    words, families = newest(options.runs, confidence)
    verdicts, corpora = newest(options.runs, honest)
    if not families and not corpora:
        parser.exit(1, f"{options.runs}: no run of benchmarks.accuracy with reliability or rates in it\n")
    rates = [rate for found in corpora.values() for rate in found]
    save(families, false_positives(rates) if rates else [], options.out)
    print(f"{options.out} from {' and '.join(filter(None, (words, verdicts)))}")


if __name__ == "__main__":
    main()
