"""The semantic layer: MetricFlow gives the figures of `kpi_monthly`."""

import csv
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import duckdb
import pytest
import yaml
from conftest import ONLY_MODELS
from test_build import RunDbt

MF = Path(sys.executable).with_name("mf")
# in kpi_monthly under the same name
SHARED = (
    *("win_rate", "won_amount", "stale_leads", "share_of_leads_hot", "opportunity_rate", "sla_compliance"),
    *("touched_within_1_hour_share", "first_response_median_hours"),
)


@pytest.mark.slow
def test_metrics_are_the_kpis(run_dbt: RunDbt, project_copy: Path, tmp_path: Path) -> None:
    """Every metric that is a KPI too has its value in every month, and each metric can be asked by its dimension."""
    settings = project_copy / "dbt_project.yml"
    text = settings.read_text(encoding="utf-8").replace('["models"]', '["models", "semantic"]')
    settings.write_text(text, encoding="utf-8")
    needed = ("+metric_days", "+kpi_monthly", "+handoff_outcomes")
    built = run_dbt(tmp_path, *ONLY_MODELS, "--select", *needed, project=project_copy)
    assert built.exit_code == 0, built.output
    (project_copy / "target").mkdir()
    manifest = (tmp_path / "target" / "semantic_manifest.json").read_bytes()
    (project_copy / "target" / "semantic_manifest.json").write_bytes(manifest)

    def ask(metrics: tuple[str, ...], *by: str) -> list[dict[str, str]]:
        command = [MF, "query", "--metrics", ",".join(metrics), "--group-by", ",".join(by)]
        command += ["--csv", tmp_path / "answer"]
        environment = os.environ | {"LEAD_SCORING_DUCKDB": str(built.database), "NO_COLOR": "1"}
        asked = subprocess.run(command, cwd=project_copy, env=environment, capture_output=True, text=True)
        assert asked.returncode == 0, asked.stdout + asked.stderr
        with (tmp_path / "answer").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    found = {
        (date.fromisoformat(row["metric_time__month"][:10]), metric): float(row[metric] or "nan")
        for row in ask(SHARED, "metric_time__month")
        for metric in SHARED
    }
    with duckdb.connect(str(built.database), read_only=True) as connection:
        expected = connection.execute(f"select month, kpi, value from kpi_monthly where kpi in {SHARED}").fetchall()
        tiers = connection.execute("select month, tier, leads from leads_by_tier_monthly").fetchall()
        handoffs = connection.execute("select count(*) from handoff_outcomes").fetchall()
    assert len(expected) > 100 and {kpi for _, kpi, _ in expected} == set(SHARED)
    for month, kpi, value in expected:
        # nothing won is no row to MetricFlow
        nothing = 0 if kpi == "won_amount" else float("nan")
        given = found[month, kpi] if found[month, kpi] == found[month, kpi] else nothing
        assert given == pytest.approx(float("nan") if value is None else float(value), abs=1.1e-6, nan_ok=True)

    tier = "tier_at_month_end__tier"
    leads = ask(("leads",), "metric_time__month", tier)
    assert sorted((row["metric_time__month"][:10], row[tier], int(row["leads"])) for row in leads) == sorted(
        (str(month), name, count) for month, name, count in tiers
    )
    by_tier = ask(("handoffs",), "handoff__tier")
    assert sum(int(row["handoffs"]) for row in by_tier) == handoffs[0][0]


def test_every_metric_is_described() -> None:
    """A reader of the semantic layer finds a label and a sentence for each."""
    folder = Path(__file__).parents[2] / "semantic"
    metrics = yaml.safe_load((folder / "metrics.yml").read_text(encoding="utf-8"))["metrics"]
    assert len(metrics) >= 12 and set(SHARED) <= {metric["name"] for metric in metrics}
    assert all(metric["label"] and metric["description"].endswith(".") for metric in metrics)
