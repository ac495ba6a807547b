"""A dbt project read from its files: its packages, variables and seeds, and what of it a model is made from."""

import json
from datetime import date
from pathlib import Path, PurePath

import pytest
import yaml

from lead_scoring import output
from lead_scoring.project import Project, ProjectError, as_yaml, read_yaml, write_files

PACKAGE = "dbt_packages/lead_scoring"
# path: content of a project that has the scoring as a package
SHOP = {
    "dbt_project.yml": "name: shop\nvars: {zone: UTC, lead_scoring: {as_of: today, zone: Asia/Tokyo}, empty: null}\n",
    "packages.yml": "packages: []\n",
    "seeds/rules/tiers.csv": "tier\nhot\n",
    "seeds/rules/tiers.yml": "seeds: [{name: tiers, config: {column_types: {tier: text}}}, {name: other}]\n",
    f"{PACKAGE}/dbt_project.yml": "name: lead_scoring\nseed-paths: [csv]\nvars: {as_of: never, weeks: 4}\n",
    f"{PACKAGE}/csv/rules/tiers.csv": "tier\ncold\n",
    f"{PACKAGE}/csv/rules/decay.csv": "rule_id\n",
    f"{PACKAGE}/csv/rules/notes.txt": "no seed\n",
    f"{PACKAGE}/csv/mapping/codes.csv": "code\n",
    f"{PACKAGE}/csv/all.yml": "seeds:\n- {name: tiers, config: {column_types: {tier: varchar}}}\n"
    "- {name: decay, config: {column_types: {rule_id: varchar, days: integer}}}\n",
    f"{PACKAGE}/models/queue.yml": "models:\n- {name: first}\n- name: queue\n  columns:\n  - {name: id}\n"
    "  - name: status\n    data_tests: [not_null, {range: {min: 0}},"
    " {accepted_values: {arguments: {values: [open, late]}}}]\n",
    "dbt_packages/other/dbt_project.yml": "name: other\nvars: {unheard: 1}\n",
    "dbt_packages/other/seeds/rules/foreign.csv": "x\n",
}


def written(folder: Path, files: dict[str, str]) -> Path:
    """Write files by path and return the directory."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    return folder


@pytest.fixture
def shop(tmp_path: Path) -> Project:
    """Give a project that has the scoring as one of two packages."""
    return Project(written(tmp_path, SHOP), {"given": None, "weeks": 13})


def test_a_variable_is_what_a_model_of_the_scoring_sees(shop: Project) -> None:
    """Given on the command line, then for the scoring, then for all, then by the scoring; nobody else is asked."""
    assert shop.variable("weeks") == 13 and shop.variable("given") is None
    assert shop.variable("zone") == "Asia/Tokyo" and shop.variable("as_of") == "today"
    assert shop.variable("empty") is None and shop.variable("unheard") is None
    assert Project(shop.root, {}).variable("weeks") == 4


def test_an_own_seed_goes_before_the_one_of_the_package(shop: Project) -> None:
    """By the name of the file, in the order of the names; other packages have no rules."""
    package = shop.root / PACKAGE / "csv" / "rules"
    assert shop.seeds("rules") == [package / "decay.csv", shop.root / "seeds" / "rules" / "tiers.csv"]
    assert shop.seeds("mapping") == [shop.root / PACKAGE / "csv" / "mapping" / "codes.csv"]
    assert shop.seeds("nothing") == []
    assert shop.column_types == {"tiers": {"tier": "text"}, "decay": {"rule_id": "varchar", "days": "integer"}}


def test_the_values_a_test_accepts_are_read(shop: Project) -> None:
    """In the order of the yml; a column without such a test is an error that names it."""
    assert shop.accepted_values("queue", "status") == ["open", "late"]
    for model, column in (("queue", "id"), ("queue", "nothing"), ("first", "status")):
        with pytest.raises(ProjectError, match=f"no data test names the accepted values of {model}.{column}"):
            shop.accepted_values(model, column)


def test_a_directory_without_the_scoring_is_refused(tmp_path: Path) -> None:
    """With the remedy: no project at all, one without the package, one whose yml is broken."""
    with pytest.raises(ProjectError, match="is no dbt project. Start in the dbt project, or name --project-dir"):
        assert Project(tmp_path, {}).packages
    (tmp_path / "dbt_project.yml").write_text("name: shop\n", encoding="utf-8")
    with pytest.raises(ProjectError, match="nor a package of it is lead_scoring. Run `dbt deps` first"):
        assert Project(tmp_path, {}).packages
    (tmp_path / "dbt_project.yml").write_text("name: lead_scoring\npackages-install-path: there\n", encoding="utf-8")
    written(tmp_path, {"there/own/dbt_project.yml": "name: own\n"})
    assert [package.name for package in Project(tmp_path, {}).packages] == ["lead_scoring", "own"]
    (tmp_path / "dbt_project.yml").write_text("name: [host\n", encoding="utf-8")
    with pytest.raises(ProjectError, match="dbt_project.yml is no YAML: while parsing"):
        read_yaml(tmp_path / "dbt_project.yml")


# path: content of a project of which `mart` needs a part
PARTS = {
    "dbt_project.yml": "name: lead_scoring\n",
    "package-lock.yml": "packages: []\n",
    "macros/rules_of.sql": "{% macro default__rules_of(kind) %} {{ ref('rules_' ~ kind) }} {% endmacro %}\n"
    "{%- macro unheard() %} {{ ref('unread') }} {% endmacro %}",
    "macros/of.sql": "{% macro of() %} {{ ref('unread') }} {% endmacro %}",
    "macros/words.yml": "macros: [{name: rules_of}]\n",
    "models/mart.sql": "select * from {{ ref('base') }} cross join {{ ref('lead_scoring', 'tiers') }}",
    "models/base.sql": "from {{ ref('de' ~ 'cay') }}"
    " {% for name in ['one', 'two'] %} from {{ ref(name) }} {% endfor %} {{ rules_of('a') }}",
    "models/decay.sql": "select 1 as days",
    "models/one.sql": "select 1 as one",
    "models/one.yml": "models: [{name: one, data_tests: [{unlike: {to: ref('one')}}, {unlike: {to: ref('two')}}]}]\n",
    "models/two.py": "two = 2\n",
    "models/rules_text.sql": "select 'unread' as word from {{ ref('one') }}",
    "models/unread.sql": "select * from {{ ref('deeper') }}",
    "models/deeper.sql": "select 1",
    "models/mart.yml": "version: 2\nexposures: [{name: page}]\nmodels:\n- name: mart\n  description: what it is\n"
    "  config: {meta: {description: kept}}\n  unit_tests: [{name: x}]\n  columns:\n  - name: id\n    data_tests:\n"
    "    - unique\n    - relationships: {arguments: {to: ref('unread'), field: id}}\n"
    "    - relationships: {arguments: {to: ref('base'), field: id}}\n- {name: unread}\n",
    "models/unread.yaml": "version: 2\nmodels: [{name: unread}]\n",
    "models/raw.yml": "version: 2\nsources: [{name: raw, description: what, tables: [{name: leads, tests: [x]}]}]\n",
    "models/empty.yml": "",
    "seeds/rules/tiers.csv": "tier\nhot\n",
    "seeds/rules/rules_days.csv": "day\n",
    "seeds/rules/unheard.csv": "x\n",
    "seeds/rules/tiers.yml": "seeds: [{name: tiers, description: x, config: {column_types: {tier: text}}}]\n",
    "tests/generic/positive.sql": "{% test positive() %}{% endtest %}",
    "tests/whole.sql": "select * from {{ ref('mart') }}",
    "tests/deep.sql": "select * from {{ ref('mart') }}, {{ ref('unread') }}, {{ ref('deeper') }}",
}
# what `mart` is made from, and what any build needs
NEEDED = {
    *("dbt_project.yml", "package-lock.yml", "macros/rules_of.sql", "macros/of.sql", "tests/generic/positive.sql"),
    *(f"models/{name}.sql" for name in ("mart", "base", "decay", "one", "rules_text")),
    *("models/two.py", "models/mart.yml", "models/one.yml", "models/raw.yml"),
    *("seeds/rules/tiers.csv", "seeds/rules/rules_days.csv", "seeds/rules/tiers.yml"),
}
DEEPER = {"tests/deep.sql", "models/unread.sql", "models/deeper.sql", "models/unread.yaml"}


def test_a_part_of_a_project_holds_what_its_models_are_made_from(tmp_path: Path) -> None:
    """Also through macros, loops and names that are put together; words and tests of what is not built are left out."""
    project = Project(written(tmp_path, PARTS), {})
    told = []

    def none(name: str, more: set[str]) -> bool:
        told.append((name, more))
        return False

    files = project.files_for(["mart"], none, keeps_tests=False)
    assert set(map(str, files)) == NEEDED
    assert sorted(told) == [("deep", {"unread", "deeper"}), ("positive", set()), ("whole", set())]
    for name in ("models/mart.sql", "package-lock.yml"):
        assert files[PurePath(name)] == PARTS[name].encode()
    mart = {"name": "mart", "config": {"meta": {"description": "kept"}}, "columns": [{"name": "id", "data_tests": []}]}
    assert json.loads(files[PurePath("models/mart.yml")]) == {"version": 2, "models": [mart]}
    assert json.loads(files[PurePath("models/raw.yml")]) == {
        "version": 2,
        "sources": [{"name": "raw", "tables": [{"name": "leads", "tests": []}]}],
    }
    assert json.loads(files[PurePath("seeds/rules/tiers.yml")]) == {
        "seeds": [{"name": "tiers", "config": {"column_types": {"tier": "text"}}}]
    }


def test_a_test_brings_what_it_reads(tmp_path: Path) -> None:
    """Where it is wanted; a test in a yml is kept where all that it reads is built."""
    project = Project(written(tmp_path, PARTS), {})
    whole = project.files_for(["mart"], lambda name, more: not more, keeps_tests=True)
    assert set(map(str, whole)) == NEEDED | {"tests/whole.sql"}
    [column] = json.loads(whole[PurePath("models/mart.yml")])["models"][0]["columns"]
    assert column["data_tests"] == ["unique", {"relationships": {"arguments": {"to": "ref('base')", "field": "id"}}}]
    deep = project.files_for(["mart"], lambda name, more: "unread" in more, keeps_tests=True)
    assert set(map(str, deep)) == NEEDED | DEEPER
    mart, unread = json.loads(deep[PurePath("models/mart.yml")])["models"]
    assert len(mart["columns"][0]["data_tests"]) == 3 and unread == {"name": "unread"}

    one = project.files_for(["one"], lambda name, more: False, keeps_tests=True)
    assert json.loads(one[PurePath("models/one.yml")])["models"][0]["data_tests"] == [{"unlike": {"to": "ref('one')"}}]


def test_what_is_written_as_yaml_reads_the_same() -> None:
    """Whatever the letters, also those beyond the sixteen bits that JSON writes at a time."""
    content = {"name": "髙島屋 😀", "day": date(2026, 1, 31)}
    assert yaml.safe_load(as_yaml(content)) == {"name": "髙島屋 😀", "day": "2026-01-31"}


def test_files_of_a_package_are_those_below_its_directory(shop: Project) -> None:
    """A package stays where dbt installed it, with its settings."""
    files = shop.files_for(["decay"], lambda name, more: True, keeps_tests=True)
    assert set(map(str, files)) == {
        *("dbt_project.yml", "packages.yml", "dbt_packages/other/dbt_project.yml"),
        *(f"{PACKAGE}/{name}" for name in ("dbt_project.yml", "csv/rules/decay.csv", "csv/all.yml")),
    }
    assert json.loads(files[PurePath(PACKAGE, "dbt_project.yml")]) == read_yaml(shop.root / PACKAGE / "dbt_project.yml")


def test_a_directory_is_made_to_hold_files_and_no_others(tmp_path: Path) -> None:
    """What is there already keeps its time, so that dbt need not parse it again; what differs is written."""
    folder = tmp_path / "copy"
    files = {PurePath("models/a.sql"): b"a", PurePath("b.sql"): b"b"}
    write_files(files, folder)
    times = {name: (folder / name).stat().st_mtime_ns for name in files}
    (folder / "b.sql").write_bytes(b"old")
    (folder / "models" / "left.sql").write_bytes(b"left")
    write_files(files, folder)
    assert {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()} == set(map(Path, files))
    assert {name: (folder / name).read_bytes() for name in files} == files
    assert (folder / "models" / "a.sql").stat().st_mtime_ns == times[PurePath("models/a.sql")]


def test_a_directory_for_results_is_made_with_those_above_it(tmp_path: Path) -> None:
    """Where it cannot be made, one sentence says so before any work is done."""
    output.prepare(tmp_path / "a" / "b")
    output.prepare(tmp_path / "a" / "b")
    assert not list((tmp_path / "a" / "b").iterdir())
    (tmp_path / "file").touch()
    with pytest.raises(output.CannotWrite, match=r"file/b cannot be written to \(Not a directory\)"):
        output.prepare(tmp_path / "file" / "b")
