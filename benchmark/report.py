"""What was measured, as a table and as JSON."""

import json
import os
import platform
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from measure import Run

PACKAGES = ("dbt-core", "dbt-duckdb", "duckdb", "pandas", "polars", "pyarrow")


@dataclass(frozen=True)
class Step:
    """One line of the table; without `seconds` only `note` says what happened.

    `seconds` are those of the clock, `cpu_seconds` those of all cores; both contain those of the start-up.
    """

    name: str
    kind: str
    seconds: float | None
    cpu_seconds: float | None
    startup_seconds: float
    startup_cpu_seconds: float
    peak_mb: int | None
    rows: int | None
    all_cpu_seconds: list[float]
    note: str

    @classmethod
    def of(cls, name: str, kind: str, done: Sequence[Run], startup: Sequence[Run], rows: int, note: str = "") -> "Step":
        """Sum up runs that succeeded: their median times and highest peak."""
        return cls(
            name,
            kind,
            middle([one.seconds for one in done]),
            middle([one.cpu_seconds for one in done]),
            middle([one.seconds for one in startup]),
            middle([one.cpu_seconds for one in startup]),
            max(one.peak_mb for one in done),
            rows,
            [round(one.cpu_seconds, 3) for one in done],
            note,
        )

    @classmethod
    def floor(cls, done: Sequence[Run], rows: int) -> "Step":
        """Sum up the floor, which tells the times of its query itself."""
        query = [Run(*map(float, one.output.split()), one.peak_mb, "", "") for one in done]
        return cls.of("floor", "floor", query, [], rows, "one join and one sum")

    @classmethod
    def untimed(cls, name: str, why: str) -> "Step":
        """Note a peer that has no time."""
        return cls(name, "peer", None, None, 0, 0, None, None, [], why)

    def ratio(self, floor: "Step") -> float | None:
        """Return the processor time without start-up as a multiple of the floor's."""
        if self.cpu_seconds is None or self.name == "start-up":
            return None
        return round(max(self.cpu_seconds - self.startup_cpu_seconds, 0) / floor.cpu_seconds, 1)


def middle(seconds: Sequence[float]) -> float:
    """Return the median to the millisecond, 0 of nothing."""
    return round(median(seconds or [0]), 3)


def table(floor: Step, steps: Sequence[Step]) -> str:
    """Return the figures as text to read."""
    lines = [f"{'step':<20}{'seconds':>9}{'cpu s':>9}{'start-up':>10}{'x floor':>9}{'peak MB':>9}{'rows':>12}  note"]
    for step in (floor, *steps):
        figures = (
            show(step.seconds, ".2f", 9),
            show(step.cpu_seconds, ".2f", 9),
            show(step.startup_cpu_seconds or None, ".2f", 10),
            show(step.ratio(floor), ".1f", 9),
            show(step.peak_mb, ",", 9),
            show(step.rows, ",", 12),
        )
        lines.append(f"{step.name:<20}{''.join(figures)}  {step.note}".rstrip())
    return "\n".join(lines)


def show(figure: float | None, form: str, width: int) -> str:
    """Return a figure, or a dash where there is none, to the right of its column."""
    return f"{'-' if figure is None else format(figure, form):>{width}}"


def write_result(path: Path, size: dict[str, int], floor: Step, steps: Sequence[Step]) -> None:
    """Write everything measured, and on what, as JSON.

    Args:
        path: the file.
        size: how much was scored.
        floor: what the ratios are multiples of.
        steps: all other steps.
    """
    content = {
        **size,
        "machine": machine(),
        "steps": [asdict(step) | {"ratio_to_floor": step.ratio(floor)} for step in (floor, *steps)],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def machine() -> dict[str, Any]:
    """Describe what the figures were measured on."""
    return {
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        **{package: version(package) for package in PACKAGES},
    }
