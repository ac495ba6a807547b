"""Draw the figures: `python benchmark/picture.py benchmark/results/5000000.json docs/performance.svg`.

Left the build and what it is compared with over all sizes in the folder of that result, right all that was measured
at its size.
"""

import json
import sys
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib import pyplot
from matplotlib.axes import Axes

GROWING = {"full build": "#1f4e79", "duckdb_script": "#e07b39", "polars_script": "#5a9e6f", "floor": "#8a8a8a"}
OURS, THEIRS = "#1f4e79", "#b9c4cf"

Result = dict[str, Any]


def draw(path: Path, picture: Path) -> None:
    """Draw one result among those beside it."""
    shown = json.loads(path.read_text(encoding="utf-8"))
    results = [json.loads(other.read_text(encoding="utf-8")) for other in path.parent.glob("*.json")]
    matplotlib.rcParams |= {"svg.hashsalt": "lead scoring", "font.size": 9}  # the same figures, the same bytes
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(12, 4.6), layout="constrained")
    draw_growth(left, sorted(results, key=lambda result: result["events"]))
    draw_bars(right, shown)
    machine = shown["machine"]
    figure.suptitle(f"{machine['cores']} cores, {machine['memory_gb']:.0f} GB, DuckDB {machine['duckdb']}")
    picture.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(picture, dpi=150, metadata={"Date": None} if picture.suffix == ".svg" else None)


def draw_growth(axes: Axes, results: list[Result]) -> None:
    """Draw seconds over events, both logarithmic, so that twice the work for twice the events is a straight line."""
    for name, colour in GROWING.items():
        points = [
            (result["events"] / 1e6, step["cpu_seconds"])
            for result in results
            for step in result["steps"]
            if step["name"] == name and step["cpu_seconds"] is not None
        ]
        if points:  # a peer that failed has none
            axes.plot(*zip(*points, strict=True), marker="o", color=colour, label=name)
    axes.set(xscale="log", yscale="log", xlabel="million events", ylabel="processor seconds, start-up included")
    sizes = [result["events"] / 1e6 for result in results]
    axes.set_xticks(sizes, [f"{size:.3g}" for size in sizes])
    axes.minorticks_off()
    axes.grid(alpha=0.3)
    axes.yaxis.set_major_formatter("{x:g}")
    axes.set_title("Growth", loc="left")
    axes.legend(frameon=False)


def draw_bars(axes: Axes, result: Result) -> None:
    """Draw one bar per step, the first on top; a step without a time is only named."""
    steps = result["steps"][::-1]
    seconds = [step["cpu_seconds"] or 0 for step in steps]
    colours = [THEIRS if step["kind"] == "peer" else OURS for step in steps]
    bars = axes.barh([step["name"] for step in steps], seconds, color=colours)
    notes = [step["note"] if step["cpu_seconds"] is None else describe(step) for step in steps]
    axes.bar_label(bars, notes, padding=4)
    axes.set_xlim(0, max(seconds) * 1.9)
    axes.set_xlabel("processor seconds, start-up included")
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_title(f"{result['events'] / 1e6:.3g} million events", loc="left")


def describe(step: dict[str, Any]) -> str:
    """Return what stands beside a bar."""
    parts = [f"{step['cpu_seconds']:.3g} s", f"{step['peak_mb']:,} MB"]
    if step["ratio_to_floor"] is not None:
        parts.append(f"{step['ratio_to_floor']:g} × floor")
    return ", ".join(parts) + (f" ({step['note']})" if step["kind"] == "peer" else "")


if __name__ == "__main__":
    draw(Path(sys.argv[1]), Path(sys.argv[2]))
