"""The house rules, read from the manifest and the files: what a reviewer should not have to check."""

import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dbt.jsonschemas
import duckdb
import jsonschema
import pytest
import yaml
from conftest import PROJECT, Built
from jinja2.nativetypes import NativeEnvironment

SCHEMAS = Path(dbt.jsonschemas.__file__).parent
MODELS = sorted((PROJECT / "models").rglob("*.sql"))
YAML_FILES = [
    path
    for folder in ("models", "seeds", "tests")
    for path in sorted((PROJECT / folder).rglob("*.yml"))
    if path.name != "profiles.yml"
]
# a model may read its own layer and the layers before it
LAYERS = ["seeds", "raw", "rules", "staging", "ledger", "history", "marts", "review", "publication"]


def complaints(schema: str, content: Any) -> list[str]:
    """Validate against a schema that dbt ships; return each unknown or deprecated key with its place."""
    validator = jsonschema.Draft7Validator(json.loads((SCHEMAS / schema).read_text(encoding="utf-8")))
    errors = list(validator.iter_errors(content))
    return [f"{'/'.join(map(str, leaf.absolute_path))}: {leaf.message}" for e in errors for leaf in leaves(e)]


def leaves(error: jsonschema.ValidationError) -> Iterator[jsonschema.ValidationError]:
    """Yield the errors at the bottom of an error: those that name a key."""
    if error.context:
        for inner in error.context:
            yield from leaves(inner)
    else:
        yield error


def nodes(built: Built, kind: str) -> list[dict[str, Any]]:
    """Return the project's nodes of one kind."""
    return [node for node in built.manifest["nodes"].values() if node["resource_type"] == kind]


@pytest.mark.parametrize("path", YAML_FILES, ids=lambda path: str(path.relative_to(PROJECT)))
def test_yml_has_only_known_keys(path: Path) -> None:
    """Dbt checks keys only for some warehouses; newer dbt refuses what it does not know."""
    # what depends on a variable dbt renders first
    text = re.sub(r'(enabled: )"{{.*}}"', r"\1true", path.read_text(encoding="utf-8"))
    assert complaints("resources/latest.json", yaml.safe_load(text)) == []


def test_unit_tests_have_names_that_postgres_takes() -> None:
    """It makes a table of that name; those of connectors are off unless asked for, so the files are read."""
    described = [yaml.safe_load(path.read_text(encoding="utf-8")) or {} for path in YAML_FILES]
    names = [test["name"] for content in described for test in content.get("unit_tests") or []]
    assert len(names) > 250
    assert [name for name in names if len(name) > 60] == []


def rendered_for_duckdb(expression: str) -> str:
    """Render what depends on the engine, as yml."""
    value = NativeEnvironment().from_string(expression).render(target={"type": "duckdb"}, env_var=os.environ.get)
    return yaml.safe_dump(value).splitlines()[0]


def test_project_file_has_only_known_keys() -> None:
    """The same for dbt_project.yml, where dbt renders what depends on the engine first."""
    text = (PROJECT / "dbt_project.yml").read_text(encoding="utf-8")
    text = re.sub(r'"({{ .*\btarget\.type\b.* }})"', lambda found: rendered_for_duckdb(found[1]), text)
    content = yaml.safe_load(text)
    assert complaints("project/0.0.110.json", content) == []


@pytest.mark.parametrize(
    ("place", "key"),
    [((), "modles"), (("models", 0), "tests_"), (("models", 0, "columns", 0), "descripton"), (("models", 0), "meta")],
)
def test_a_planted_key_is_found(place: tuple[str | int, ...], key: str) -> None:
    """The gate is red on unknown keys at every depth, and on a key that moved into config."""
    content = yaml.safe_load((PROJECT / "models" / "marts" / "lead_mart.yml").read_text(encoding="utf-8"))
    inner = content
    for step in place:
        inner = inner[step]
    inner[key] = {}
    assert any(key in complaint for complaint in complaints("resources/latest.json", content))


def test_a_planted_project_key_is_found() -> None:
    """The gate is red on an unknown key of dbt_project.yml."""
    content = yaml.safe_load((PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))
    assert any("log-path_" in complaint for complaint in complaints("project/0.0.110.json", content | {"log-path_": 1}))


def test_pre_commit_hooks_run_what_is_installed() -> None:
    """Each hook is local and complete, and starts a program of .venv."""
    content = yaml.safe_load((PROJECT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert [repo["repo"] for repo in content["repos"]] == ["local"]
    for hook in content["repos"][0]["hooks"]:
        assert hook.keys() <= {"id", "name", "entry", "language", "files", "types_or", "pass_filenames"}
        assert hook["language"] == "system"
        program = Path(hook["entry"].split()[0])
        assert program.parts[:2] == (".venv", "bin") and Path(sys.executable).with_name(program.name).exists()
        assert re.compile(hook.get("files", ""))


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_model_file(path: Path) -> None:
    """Short, one yml beside it, last step named after it, no config, no machine clock, no dialect."""
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 130
    assert path.with_suffix(".yml").exists()
    assert text.endswith(f"select * from {path.stem}\n")
    assert re.search(rf"^{path.stem} as \($", text, re.MULTILINE)
    for forbidden in ("config(", "::", "current_date", "current_timestamp", "now()", "qualify", "try_cast", "\\"):
        assert forbidden not in text.lower()


def test_most_models_are_short() -> None:
    """The median model fits one screen."""
    lengths = sorted(path.read_text(encoding="utf-8").count("\n") for path in MODELS)
    assert lengths[len(lengths) // 2] <= 65


@pytest.mark.parametrize("path", sorted((PROJECT / "macros").glob("*.sql")), ids=lambda path: path.stem)
def test_macros_are_short(path: Path) -> None:
    """A macro under 30 lines can be read at once."""
    text = path.read_text(encoding="utf-8")
    for body in re.findall(r"{%-? macro .*?endmacro -?%}", text, re.DOTALL):
        assert body.count("\n") < 30, body.split("\n")[0]


def test_models_read_only_what_comes_before(sample: Built) -> None:
    """Raw, rules, staging, ledger, history, marts, review: no model looks ahead, only base models read sources."""
    found = {node["unique_id"]: node for node in nodes(sample, "model") + nodes(sample, "seed")}
    for node in nodes(sample, "model"):
        layer = LAYERS.index(node["path"].split("/")[0])
        for parent in node["depends_on"]["nodes"]:
            if parent.startswith("source."):
                assert node["name"].startswith("base_"), node["name"]
            elif found[parent]["resource_type"] == "model":
                assert LAYERS.index(found[parent]["path"].split("/")[0]) <= layer, (node["name"], parent)


def test_yml_describes_exactly_the_columns_there_are(sample: Built) -> None:
    """Every column of every model and seed is described, in order; none is described that is not there."""
    with duckdb.connect(str(sample.database), read_only=True) as connection:
        for node in nodes(sample, "model") + nodes(sample, "seed"):
            there = [row[0] for row in connection.execute(f"describe {node['name']}").fetchall()]
            assert list(node["columns"]) == there, node["name"]
            assert node["description"].strip(), node["name"]
            for column in node["columns"].values():
                assert column["description"].strip(), (node["name"], column["name"])


def test_scoring_and_scores_have_unit_tests(sample: Built) -> None:
    """Every model that makes a number has a unit test."""
    tests = sample.manifest["unit_tests"].values()
    tested = {test["model"] for test in tests}
    for node in nodes(sample, "model"):
        if node["path"].startswith(("ledger/", "history/")):
            assert node["name"] in tested, node["name"]


def test_the_mart_has_an_enforced_contract(sample: Built) -> None:
    """BI reads lead_mart: its columns and types do not change by accident."""
    (mart,) = [node for node in nodes(sample, "model") if node["name"] == "lead_mart"]
    assert mart["contract"]["enforced"]


def test_documents_name_nothing_that_is_gone(sample: Built) -> None:
    """Models and files that README and docs name in code style exist."""
    described = nodes(sample, "model") + nodes(sample, "seed")
    names = {node["name"] for node in described} | {column for node in described for column in node["columns"]}
    texts = [column["description"] for node in described for column in node["columns"].values()]
    names |= set(re.findall(r"\w+", " ".join(texts)))  # values such as the kinds of stale leads
    names |= {path.stem for path in (PROJECT / "tests").glob("*.sql")}
    for path in [PROJECT / "README.md", PROJECT / "README.ja.md", *sorted((PROJECT / "docs").glob("*.md"))]:
        text = path.read_text(encoding="utf-8")
        for name in re.findall(r"`((?:stg|base)_\w+|\w+_(?:rules|points|score|mart|history|ledger))`", text):
            assert name in names, (path.name, name)
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", text):
            assert (path.parent / target).exists(), (path.name, target)


@pytest.mark.parametrize("name", ["README.md", "README.ja.md"])
def test_the_picture_in_the_readme_is_the_graph(sample: Built, name: str) -> None:
    """Whatever an arrow leads to is made from what it comes from."""
    parents = {node["name"]: {p.split(".")[-1] for p in node["depends_on"]["nodes"]} for node in nodes(sample, "model")}
    [picture] = re.findall(r"```\n(attribute_matches.*?)```", (PROJECT / name).read_text(encoding="utf-8"), re.DOTALL)
    arrows = [pair for line in picture.splitlines() for pair in re.findall(r"(\w+) ─> (?=(\w+))", line)]
    assert len(arrows) >= 9
    for source, made in arrows:
        assert source in parents[made], (source, made)
    ledger = parents["score_ledger"]
    assert {"attribute_awards", "behavior_awards", "point_decays", "episode_resets", "recency_points"} <= ledger
    assert {"attribute_score", "behavior_score", "recency_score", "sales_handoffs"} <= parents["lead_mart"]


@pytest.mark.parametrize("name", ["README.md", "README.ja.md"])
def test_the_ledger_in_the_readme_is_the_sample(sample: Built, name: str) -> None:
    """The first screen's ledger rows are those of the bundled sample, and add up to the score shown."""
    text = (PROJECT / name).read_text(encoding="utf-8")
    shown = re.findall(
        r"^\| (20[\d :-]+) \| (\w+)(?:（.*?）)? \| (\w+) \| (\w+) \| ([+−-]?[\d.]+) \|", text, re.MULTILINE
    )
    lead = re.search(r"L\d{7}", text)
    assert shown and lead
    with duckdb.connect(str(sample.database), read_only=True) as connection:
        ledger = connection.execute(
            "select strftime(effective_at, '%Y-%m-%d %H:%M:%S'), axis, rule_id, entry_type, points::double"
            " from score_ledger where lead_id = ? and effective_at <= (select max(as_of) from lead_mart)",
            [lead[0]],
        ).fetchall()
        total = connection.execute("select total_score::double from lead_mart where lead_id = ?", [lead[0]]).fetchone()
    in_readme = [(*row[:4], float(row[4].replace("−", "-"))) for row in shown]
    assert sorted(in_readme) == sorted(ledger)
    assert total == (sum(row[4] for row in in_readme),)
