"""An evaluation as a picture: false positives claimed and found, recall by share, words right by family."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Final

from unspin.errors import MissingExtra, OptionError
from unspin.evaluate.statement import number
from unspin.evaluate.summary import Evaluation

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["FORMATS", "check", "draw", "to_bytes"]

FORMATS: Final = ("png", "svg")
_BLUE, _GREY, _PALE = "#1f5fa8", "#777777", "#d5dfec"
# Okabe and Ito's colours, which colour-blind people tell apart; black and yellow left out.
_COLOURS: Final = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9", "#777777")
_MARKERS: Final = "osD^vPX"
_WIDE: Final = 1.6  # of the panel with a legend beside it


def check(file: str) -> str:
    """The format that the name of a file asks for, before anything is measured.

    Raises:
        OptionError: it ends in none that can be drawn.
        MissingExtra: matplotlib is not installed.
    """
    suffix = file.rpartition(".")[2].lower()
    if suffix not in FORMATS:
        raise OptionError(f"{file}: its ending names no picture; end it in .{' or .'.join(FORMATS)}")
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        raise MissingExtra("evaluate", "a plot") from None
    return suffix


def to_bytes(evaluation: Evaluation, format: str) -> bytes:
    """The picture as PNG or SVG; the same evaluation gives the same bytes with the same matplotlib."""
    import matplotlib

    out = BytesIO()
    with matplotlib.rc_context():
        matplotlib.rc("svg", fonttype="none", hashsalt="unspin")
        matplotlib.rc("font", family="sans-serif", size=9)
        undated = {"Date": None} if format == "svg" else {"Software": None}
        draw(evaluation).savefig(out, format=format, facecolor="white", dpi=150, metadata=undated)
    return out.getvalue()


def draw(evaluation: Evaluation) -> Figure:
    """One panel for false positives, and one each for recall and restoring where they were measured."""
    from matplotlib.figure import Figure

    panels = [
        _false_positives,
        *([_recall] if evaluation.recall else []),
        *([_restoration] if evaluation.restoration else []),
    ]
    widths = [_WIDE if panel is _recall else 1.0 for panel in panels]
    figure = Figure(figsize=(4.2 * sum(widths), 4.2), layout="constrained")
    axes = figure.subplots(1, len(panels), squeeze=False, width_ratios=widths).flat
    for axis, panel in zip(axes, panels, strict=True):
        panel(axis, evaluation)
    return figure


def _false_positives(axis: Axes, evaluation: Evaluation) -> None:
    points = [row.point for row in evaluation.false_positives]
    found = [row.flagged for row in evaluation.false_positives]
    lowest = min(points) / 3
    axis.plot([lowest, 1], [lowest, 1], color=_GREY, linewidth=0.8, linestyle="--")
    seen = [(point, share) for point, share in zip(points, found, strict=True) if share.share]
    _points(axis, [point for point, _ in seen], [(s.share, s.low, s.high) for _, s in seen], _BLUE, "o")
    # Nothing found has no place on a logarithmic axis: only the upper end of its interval is shown.
    none = [(point, share.high) for point, share in zip(points, found, strict=True) if not share.share]
    axis.plot([p for p, _ in none], [high for _, high in none], "v", color=_BLUE, markersize=5, fillstyle="none")
    axis.set(xscale="log", yscale="log", xlim=(lowest, 1), ylim=(lowest, 1))
    axis.set(xlabel="operating point", ylabel="share of honest documents flagged")
    axis.set_title(f"false positives\n{evaluation.judged:,} honest documents; ▽ none", fontsize=9, loc="left")


def _recall(axis: Axes, evaluation: Evaluation) -> None:
    plan = evaluation.plan
    for i, family in enumerate(plan.families):
        rows = [row for row in evaluation.recall if row.family == family and row.flagged.cases]
        shift = (i - (len(plan.families) - 1) / 2) * 0.09  # so that intervals do not lie on each other
        colour, marker = _COLOURS[i % len(_COLOURS)], _MARKERS[i % len(_MARKERS)]
        places = [plan.shares.index(row.share) + shift for row in rows]
        axis.plot(places, [row.flagged.share for row in rows], color=colour, linewidth=0.7, alpha=0.6)
        shares = [(row.flagged.share, row.flagged.low, row.flagged.high) for row in rows]
        _points(axis, places, shares, colour, marker, family)
    axis.set(ylim=(-0.02, 1.05), xlabel="share of the words swapped", ylabel="share of specimens that read as spun")
    axis.set_xticks(range(len(plan.shares)), [f"{share:.0%}" for share in plan.shares])
    axis.legend(loc="upper left", bbox_to_anchor=(1, 1), fontsize=8, frameon=False)
    axis.set_title(f"recall at operating point {number(plan.operating_point)}", fontsize=9, loc="left")


def _restoration(axis: Axes, evaluation: Evaluation) -> None:
    rows = evaluation.restoration[::-1]
    heights = list(range(len(rows)))
    axis.barh(heights, [row.rates["right"][0] for row in rows], color=_PALE)
    axis.barh(heights, [row.rates["right_before"][0] for row in rows], color=_GREY, height=0.25)
    for height, row in zip(heights, rows, strict=True):
        value, low, high = row.rates["right"]
        axis.errorbar(
            [value], [height], xerr=_arms([(value, low, high)]), fmt="o", color=_BLUE, markersize=3.5, capsize=2
        )
    axis.set_yticks(heights, [row.family for row in rows])
    axis.set(xlim=(0, 1), xlabel="words right: grey as spun, blue as restored")
    axis.set_title("restoring, three words in ten swapped", fontsize=9, loc="left")


def _points(
    axis: Axes,
    places: Sequence[float],
    shares: Sequence[tuple[float, float, float]],
    colour: str,
    marker: str,
    label: str = "",
) -> None:
    values = [value for value, _, _ in shares]
    axis.errorbar(
        places, values, yerr=_arms(shares), fmt=marker, color=colour, markersize=3.5, elinewidth=1, capsize=2, label=label
    )  # fmt: skip


def _arms(shares: Sequence[tuple[float, float, float]]) -> list[list[float]]:
    """How far the intervals reach below and above their values."""
    return [[max(0.0, value - low) for value, low, _ in shares], [max(0.0, high - value) for value, _, high in shares]]
