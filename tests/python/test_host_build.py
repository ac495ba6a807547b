"""A project that uses this one as a package: its own nodes are left alone, its seeds and models stand in for ours."""

import csv
import shutil
import subprocess
from pathlib import Path

import duckdb
import pytest
import yaml
from conftest import DBT, PROJECT

TABLES = ("leads", "events", "sales_activities", "opportunities", "lead_aliases")
SETTINGS = {
    "name": "host",
    "profile": "host",
    "vars": {
        "raw_data": "",
        **{f"raw_{table}": f"crm_{table}" for table in TABLES},
    },
    "seeds": {"lead_scoring": {"rules": {"tiers": {"+enabled": False}}}},
    "models": {"lead_scoring": {"+schema": "scoring"}},
}
PROFILE = {"type": "duckdb", "path": "host.duckdb", "plugins": [{"module": "lead_scoring.preflight"}]}
FILES = {
    "packages.yml": f"packages: [{{local: {PROJECT}}}]",
    "models/staging/stg_leads_of_ours.sql": "select 1 as id",
    "models/fct_orders.sql": "{{ config(materialized='incremental') }} select {{ 2 if is_incremental() else 1 }} as id",
    "models/sources.yml": yaml.safe_dump(
        {"sources": [{"name": "raw", "schema": "main", "tables": [{"name": "shop_orders"}]}]}
    ),
    "seeds/rules/colours.csv": "colour\nred\n",
}


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the project, with raw tables of its own as models, and build it twice."""
    folder = tmp_path_factory.mktemp("host") / "project"
    files = FILES | {
        "dbt_project.yml": yaml.safe_dump(SETTINGS),
        "profiles.yml": yaml.safe_dump({"host": {"target": "dev", "outputs": {"dev": PROFILE}}}),
    }
    for table in TABLES:
        path = PROJECT / "sample_data" / f"{table}.csv"
        files[f"models/crm/crm_{table}.sql"] = f"select * from read_csv('{path}', all_varchar = true)"
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    # without its yml: dbt applies the package's to the file of the same name, and takes no second
    shutil.copy(PROJECT / "seeds" / "rules" / "tiers.csv", folder / "seeds" / "rules")
    run(folder, "deps")
    build(folder)
    return folder


def run(folder: Path, *arguments: str) -> str:
    """Run dbt in the project; return what it printed, for it must succeed."""
    finished = subprocess.run([DBT, *arguments], cwd=folder, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout
    return finished.stdout


def build(folder: Path) -> str:
    """Build the project as of the sample's clock, without unit tests, which need no data."""
    settings = yaml.safe_load((PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))
    as_of = f"as_of: '{settings['vars']['sample_as_of']}'"
    return run(folder, "build", "--exclude-resource-type", "unit_test", "--vars", f"{{{as_of}}}")


def rows(folder: Path, query: str) -> list[tuple]:
    """Return a query's rows."""
    with duckdb.connect(str(folder / "host.duckdb"), read_only=True) as connection:
        return connection.execute(query).fetchall()


@pytest.mark.slow
def test_the_same_leads_have_the_same_scores(host: Path, sample) -> None:  # noqa: ANN001
    """Models of the host stand in for the raw tables, in its own schema, and every number is that of the sample."""
    columns = "lead_id, tier, attribute_score, behavior_score, recency_score, total_score, sla_status, is_stale"
    query = f"select {columns} from {{}} order by all"
    with duckdb.connect(str(sample.database), read_only=True) as connection:
        assert (
            rows(host, query.format("main_scoring.lead_mart"))
            == connection.execute(query.format("lead_mart")).fetchall()
        )


@pytest.mark.slow
def test_the_hosts_own_nodes_are_its_own(host: Path) -> None:
    """An incremental model goes on, and its models are built alone without a word about leads."""
    output = run(host, "run", "--select", "fct_orders")
    assert "raw" not in output
    assert rows(host, "select id from fct_orders order by id") == [(1,), (2,)]
    assert rows(host, "select count(*) from colours") == [(1,)]


@pytest.mark.slow
def test_a_replaced_rule_file_counts(host: Path) -> None:
    """Another label in the host's own tiers changes the mart and the version of the rule book."""
    before = rows(host, "select distinct rules_version from main_scoring.lead_mart")
    path = host / "seeds" / "rules" / "tiers.csv"
    with path.open(encoding="utf-8", newline="") as file:
        tiers = list(csv.DictReader(file))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, tiers[0])
        writer.writeheader()
        writer.writerows(row | {"label": f"新{row['label']}"} for row in tiers)
    build(host)
    assert rows(host, "select count(*) from main_scoring.lead_mart where tier_label like '新%'") != [(0,)]
    assert rows(host, "select distinct rules_version from main_scoring.lead_mart") != before
