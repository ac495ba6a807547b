"""`lead-scoring connect`: what it sees of a source system, what it writes, and that it builds nothing."""

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
import yaml
from conftest import PROJECT
from test_connectors import SETS, load

pytestmark = pytest.mark.slow


def look(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Look at a source in a database of the test's own."""
    command = [Path(sys.executable).with_name("lead-scoring"), "connect", *arguments, "--out", folder / "out"]
    environment = os.environ | {"LEAD_SCORING_DUCKDB": str(folder / "warehouse.duckdb")}
    return subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True)


def test_a_look_at_hubspot(tmp_path: Path) -> None:
    """People, events with and without a person, codes without a decision; not a table more than before."""
    load(tmp_path / "warehouse.duckdb", "crm", SETS / "hubspot")
    result = look(tmp_path, "hubspot", "--schema", "crm")
    assert result.returncode == 0, result.stderr
    for sentence in (
        "Tables found (20 of 21)",
        "missing crm.contact_property_history",
        "29 people from 32 records: 2 merged or converted, 1 deleted",
        "email_click: 13 events, 2 of nobody known",
        "8 of them touches, 9 with a person",
        "6 of them opportunities, 7 pairs",
        "7 codes have no decision:",
        "renewal r_open (更新交渉): 0 rows",
    ):
        assert sentence in result.stdout
    with duckdb.connect(str(tmp_path / "warehouse.duckdb"), read_only=True) as connection:
        schemas = connection.execute("select distinct table_schema from information_schema.tables").fetchall()
    assert schemas == [("crm",)]
    variables = yaml.safe_load((tmp_path / "out" / "hubspot_vars.yml").read_text(encoding="utf-8"))
    assert variables == {"vars": {"connectors": ["hubspot"], "hubspot_schema": "crm"}}
    stages = (tmp_path / "out" / "hubspot_deal_stages.csv").read_text(encoding="utf-8").splitlines()
    assert stages[0] == "source,pipeline,stage,is_opportunity,note"
    assert stages[1] == "hubspot,renewal,r_open,,更新交渉 0 rows"


def test_a_source_that_is_not_there(tmp_path: Path) -> None:
    """One sentence that says where to name it."""
    load(tmp_path / "warehouse.duckdb", "crm", SETS / "hubspot")
    result = look(tmp_path, "salesforce")
    assert result.returncode == 1
    assert "salesforce.lead does not exist. Give --schema" in result.stderr
