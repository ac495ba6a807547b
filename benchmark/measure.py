"""Run something in a process of its own, so that its time and its memory are its own."""

import multiprocessing
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

OUT_OF_MEMORY = ("Out of Memory", "MemoryError", "out of memory", "memory allocation of")


@dataclass(frozen=True)
class Run:
    """What one process cost, and what it said; `failure` is empty if it succeeded."""

    seconds: float
    cpu_seconds: float
    peak_mb: int
    output: str
    failure: str


def run(
    command: Sequence[str | Path],
    cwd: Path,
    log: Path,
    environment: Mapping[str, str] | None = None,
    limit: float = threading.TIMEOUT_MAX,
) -> Run:
    """Run a command to its end.

    The peak is the kernel's for this very process. It starts at the size of the process that called it, which
    therefore leaves all heavy work to `apart`.

    Args:
        command: program and arguments.
        cwd: directory to run in.
        log: file that takes all output; replaced.
        environment: variables to add to the present ones.
        limit: seconds after which it is stopped.

    Returns:
        Time, peak memory, output, and why it failed.
    """
    with log.open("w", encoding="utf-8") as output:
        started = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=cwd, env=os.environ | dict(environment or {}), stdout=output, stderr=subprocess.STDOUT
        )
        timer = threading.Timer(limit, process.kill)
        timer.start()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        timer.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    text = log.read_text(encoding="utf-8", errors="replace")
    cpu_seconds = usage.ru_utime + usage.ru_stime
    return Run(seconds, cpu_seconds, round(peak / 1e6), text, why_failed(process.returncode, seconds > limit, text))


def why_failed(exit_code: int, is_late: bool, output: str) -> str:
    """Return a few words about a failed process; nothing about a successful one."""
    if exit_code == 0:
        return ""
    if is_late:
        return "stopped at the time limit"
    if exit_code == -9 or any(sign in output for sign in OUT_OF_MEMORY):
        return "out of memory"
    return f"failed with exit code {exit_code}"


def apart(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call a function in a fresh process and return what it returns."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()
