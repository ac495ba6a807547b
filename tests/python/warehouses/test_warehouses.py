"""Warehouses on which nobody has run the models: they compile, with macros of their own, and the SQL is on a list."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from compiled_for import ADAPTERS, BUILDS, Build, compile_for, complaint, models
from conftest import PROJECT
from dbt.adapters.factory import get_adapter_type_names
from engines import ENGINES
from lint import calls, faults
from planted import planted

# Databricks is known to run what Spark does.
TAKES_FROM = {"databricks": {"spark"}}
Compiled = Callable[[str, Build], dict[str, Any]]


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Compiled:
    """Compile for an engine once."""
    folders: dict[str, Path] = {}
    known: dict[tuple[str, Build], dict[str, Any]] = {}

    def manifest(engine: str, build: Build) -> dict[str, Any]:
        folder = folders.setdefault(engine, tmp_path_factory.mktemp(engine))
        if (engine, build) not in known:
            known[engine, build] = compile_for(engine, build, folder)
        return known[engine, build]

    return manifest


@pytest.mark.parametrize("engine", ADAPTERS)
def test_every_model_compiles(compiled: Compiled, engine: str) -> None:
    """Without and with all source systems; where a record is added to, also for the builds after the first."""
    files = list((PROJECT / "models").rglob("*.sql"))
    without, everything, later = (models(compiled(engine, build)) for build in BUILDS)
    always = [path for path in files if "'connectors'" not in path.with_suffix(".yml").read_text(encoding="utf-8")]
    assert everything.keys() == {path.stem for path in files}
    assert without.keys() == {path.stem for path in always if "connectors" not in path.parts}
    assert later.keys() == {"published_scores", "rule_book_history", "person_ids"}
    assert all(later[model] != everything[model] for model in later)


@pytest.mark.parametrize("engine", ENGINES)
def test_every_model_is_on_the_list(compiled: Compiled, engine: str) -> None:
    """Functions, types, signs and parts of a query are those that the engine has, as far as the list knows."""
    found = {
        f"{model}: {fault}"
        for build in BUILDS
        for model, sql in models(compiled(engine, build)).items()
        for fault in faults(sql, ENGINES[engine])
    }
    assert sorted(found) == []


@pytest.mark.parametrize("engine", ENGINES)
def test_the_list_is_as_short_as_it_can_be(compiled: Compiled, engine: str) -> None:
    """No function is allowed that no model calls."""
    queries = [sql for build in BUILDS for sql in models(compiled(engine, build)).values()]
    called = {name for sql in queries for name in calls(sql, ENGINES[engine])}
    assert sorted(ENGINES[engine].functions.keys() - called) == []


@pytest.mark.parametrize(("engine", "construct"), [(engine, name) for engine in ENGINES for name in planted(engine)])
def test_a_planted_construct_is_found(compiled: Compiled, engine: str, construct: str) -> None:
    """What an engine cannot run is red in the midst of a model that is green."""
    sql = models(compiled(engine, BUILDS[0]))["handoff_armings"]
    assert sql.startswith("with\n")
    assert faults(sql, ENGINES[engine]) == []
    query = planted(engine)[construct]
    assert faults(sql.replace("with\n", f"with planted as (\n{query}\n),\n", 1), ENGINES[engine]) != []


def foreign_macros(engine: str, names: set[str]) -> dict[str, str]:
    """Give each macro of this project that an engine would take from another engine."""
    # what is dbt's own stands here under an engine's name only
    dispatched = {name.split("__", 1)[1] for name in names if "__" in name} & names
    found = {}
    for macro in dispatched:
        prefixes = [*get_adapter_type_names(engine), "default"]
        chosen = next((prefix for prefix in prefixes if f"{prefix}__{macro}" in names), None)
        if chosen not in {engine, "default"} | TAKES_FROM.get(engine, set()):
            found[macro] = str(chosen)
    return found


def own_macros(manifest: dict[str, Any]) -> set[str]:
    """Give the names of this project's macros."""
    return {macro["name"] for macro in manifest["macros"].values() if macro["package_name"] == "lead_scoring"}


@pytest.mark.parametrize("engine", ADAPTERS)
def test_no_macro_is_another_engines(compiled: Compiled, engine: str) -> None:
    """What an engine calls is its own or everybody's."""
    assert foreign_macros(engine, own_macros(compiled(engine, BUILDS[0]))) == {}


def test_a_macro_of_another_engine_is_found(compiled: Compiled) -> None:
    """Without its own, Redshift would take PostgreSQL's."""
    names = own_macros(compiled("redshift", BUILDS[0]))
    for macro in ("has_form", "json_text", "seed_line", "elapsed_days"):
        assert foreign_macros("redshift", names - {f"redshift__{macro}"}) == {macro: "postgres"}


@pytest.mark.parametrize("engine", ENGINES)
def test_a_build_is_refused_unless_accepted(tmp_path: Path, engine: str) -> None:
    """One sentence before anything runs; a variable says that somebody wants to be the first."""
    refused = complaint("check_engine", engine, tmp_path)
    assert f"Nobody has run this project on {engine}" in refused
    assert complaint("check_engine", engine, tmp_path, untried_engine=True) == ""
