"""`make mutants-python`: change one place of the Python package at a time, and see whether a test notices.

mutmut makes the changes; which modules it changes and which tests it asks, says `[tool.mutmut]` in pyproject.toml. What
it keeps in `mutants` spares the next run the functions that are as they were, and `mutmut show` prints a change.
`accepted_python.csv` names the changes that make no difference, each with the reason.
"""

import argparse
import csv
import fnmatch
import os
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mutmut.__main__ as mutmut
from collected import CollectedTests
from mutmut.mutation import file_mutation, mutators
from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code
from mutmut.utils.file_utils import walk_mutatable_files
from mutmut.workers.isolation import ForkRunner, MutantRunner, run_in_fork

PROJECT = Path(__file__).parents[2]
ACCEPTED = Path(__file__).with_name("accepted_python.csv")
COLUMNS = ("module", "function", "before", "after")
# Texts are for people, and the tests read whole sentences where it matters; without an argument most calls fail at
# once, which any test finds.
LEFT_OUT = (mutators.operator_string, mutators.operator_dict_arguments, mutators.operator_arg_removal)
SEED = 20260630
FOUND = ("killed", "timeout")
# module, function, line before, line after
Name = tuple[str, str, str, str]


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="make mutants-python", description=__doc__)
    parser.add_argument("modules", nargs="*", help="only these modules, such as lead_scoring.ranking")
    parser.add_argument("--processes", type=int, default=1, help="how many mutants are tried at a time")
    parser.add_argument("--sample", type=int, help="of each module only so many mutants, drawn with a fixed seed")
    parser.add_argument("--survivors", type=Path, help="write what nobody finds to this csv file")
    options = parser.parse_args()
    os.chdir(PROJECT)
    file_mutation.mutation_operators = [
        (kind, operator) for kind, operator in mutators.mutation_operators if operator not in LEFT_OUT
    ]
    patterns = [f"{module}.x*" for module in options.modules]
    mutmut.get_mutant_runner = lambda processes: ForkRunner(processes, CollectedTests())
    mutmut.run_forced_fail_test = lambda runner: refuse_broken_forks(runner, patterns)
    if options.sample:
        mutmut.collect_source_file_mutation_data = sampled(mutmut.collect_source_file_mutation_data, options.sample)
    mutmut._run(patterns, options.processes)
    survivors = report(patterns or ["*"])
    if options.survivors:
        with options.survivors.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([COLUMNS, *survivors])
    sys.exit(bool(survivors))


def sampled(collect: Callable[..., Any], size: int) -> Callable[..., Any]:
    """Let mutmut find of each module's mutants only so many, the same in every run."""

    def collected(*, mutant_names: list[str]) -> Any:
        mutants, data = collect(mutant_names=mutant_names)
        chosen = []
        for path in data:
            of_path = [mutant for mutant in mutants if mutant[0].path == Path(path)]
            chosen += random.Random(SEED).sample(of_path, min(size, len(of_path)))
        return chosen, data

    return collected


def refuse_broken_forks(runner: MutantRunner, patterns: list[str]) -> None:
    """Stop where tests fail in a fork without any change: they would find every change."""
    if run_in_fork(runner.run_clean_tests, mutmut.tests_for_mutant_names(patterns)):
        raise SystemExit("Some tests fail in a fork of this process without any change.")


def report(patterns: list[str]) -> list[Name]:
    """Print the survivors and a line per module.

    Arguments:
        patterns: which mutants, by the names mutmut gives them.

    Returns:
        The changes that no test finds and nobody accepted.

    """
    with ACCEPTED.open(encoding="utf-8", newline="") as file:
        accepted = {tuple(row[column] for column in COLUMNS) for row in csv.DictReader(file)}
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    survivors = []
    for path in walk_mutatable_files():
        data = SourceFileMutationData(path=path)
        data.load()
        for mutant, code in data.exit_code_by_key.items():
            if code is None or not any(fnmatch.fnmatch(mutant, pattern) for pattern in patterns):
                continue
            module = mutant.rpartition(".")[0]
            by = "found" if status_by_exit_code[code] in FOUND else "survived"
            if by == "survived":
                name = (module, *change(mutant, path))
                by = "accepted" if name in accepted else by
                if by == "survived":
                    survivors.append(name)
                    print(f"{module}.{name[1]}: {name[2]} -> {name[3]} ({mutant})")
            counts[module][by] += 1
    kinds = ("found", "survived", "accepted")
    print(f"{'':40}{'mutants':>10}" + "".join(f"{kind:>10}" for kind in kinds))
    for module, count in [*sorted(counts.items()), ("all", sum(counts.values(), Counter()))]:
        judged = count["found"] + count["survived"]
        share = f"{100 * count['found'] / judged:7.1f} %" if judged else ""
        print(f"{module:40}{count.total():>10}" + "".join(f"{count[kind]:>10}" for kind in kinds) + share)
    return survivors


def change(mutant: str, path: Path) -> tuple[str, str, str]:
    """Give the function that a mutant is in, and its lines before and after the change."""
    function = mutant.rpartition(".")[2].rpartition("__mutmut_")[0]
    lines = get_diff_for_mutant(mutant, path=path).splitlines()[2:]
    before, after = (" ".join(line[1:].strip() for line in lines if line[0] == sign) for sign in "-+")
    return function.removeprefix("x_").removeprefix("xǁ").replace("ǁ", "."), before, after


if __name__ == "__main__":
    main()
