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
    """One line of the table; without `seconds` only `note` says what happened."""

    name: str
    kind: str
    seconds: float | None
    startup_seconds: float
    peak_mb: int | None
    rows: int | None
    all_seconds: list[float]
    note: str

    @classmethod
    def of(cls, name: str, kind: str, done: Sequence[Run], startup: float, rows: int, note: str = "") -> "Step":
        """Sum up runs that succeeded: their median time and highest peak."""
        return cls.timed(name, kind, [one.seconds for one in done], startup, done, rows, note)

    @classmethod
    def floor(cls, done: Sequence[Run], rows: int) -> "Step":
        """Sum up the floor, which tells the time of its query itself."""
        return cls.timed("floor", "floor", [float(one.output) for one in done], 0, done, rows, "one join and one sum")

    @classmethod
    def timed(
        cls, name: str, kind: str, seconds: list[float], startup: float, done: Sequence[Run], rows: int, note: str
    ) -> "Step":
        """Round what is kept to what means something."""
        kept = [round(second, 3) for second in seconds]
        return cls(name, kind, median(kept), round(startup, 3), max(one.peak_mb for one in done), rows, kept, note)

    @classmethod
    def untimed(cls, name: str, why: str) -> "Step":
        """Note a peer that has no time."""
        return cls(name, "peer", None, 0, None, None, [], why)

    def ratio(self, floor: "Step") -> float | None:
        """Return the time without start-up as a multiple of the floor."""
        if self.seconds is None or self.name == "start-up":
            return None
        return round(max(self.seconds - self.startup_seconds, 0) / floor.seconds, 1)


def table(floor: Step, steps: Sequence[Step]) -> str:
    """Return the figures as text to read."""
    lines = [f"{'step':<28}{'seconds':>9}{'start-up':>10}{'x floor':>9}{'peak MB':>9}{'rows':>12}  note"]
    for step in (floor, *steps):
        figures = (
            show(step.seconds, ".2f", 9),
            show(step.startup_seconds or None, ".2f", 10),
            show(step.ratio(floor), ".1f", 9),
            show(step.peak_mb, ",", 9),
            show(step.rows, ",", 12),
        )
        lines.append(f"{step.name:<28}{''.join(figures)}  {step.note}".rstrip())
    return "\n".join(lines)


def show(figure: float | None, form: str, width: int) -> str:
    """Return a figure, or a dash where there is none, to the right of its column."""
    return f"{'-' if figure is None else format(figure, form):>{width}}"


def write_result(path: Path, size: dict[str, int], floor: Step, steps: Sequence[Step], different: Any) -> None:
    """Write everything measured, and on what, as JSON.

    Args:
        path: the file.
        size: how much was scored.
        floor: what the ratios are multiples of.
        steps: all other steps.
        different: rows by table in which the build of a day later differs from a full one.
    """
    content = {
        **size,
        "machine": machine(),
        "day_later_differs_from_full_build": different,
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
