"""`lead-scoring challenger`: it finds what a file was made to hold, looks at no later outcome and changes no rule."""

import random
import re
import subprocess
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from click.testing import CliRunner, Result
from conftest import PROJECT, Built
from sklearn.metrics import roc_auc_score

from lead_scoring.challenger import model, rule_files, warehouse
from lead_scoring.challenger.months import TEST_SHARE, Month, split
from lead_scoring.cli import main

RULES = {
    "attribute_rules.csv": b"rule_id,attribute,value,points,description\nnoise,industry,a,20,x\nrare,industry,b,7,y\n",
    "behavior_rules.csv": b'rule_id,event_type,points,description\r\nsignal,visit,5.0,"asked, and ""came"""\r\n',
    "recency_rules.csv": b"rule_id,window_days,points,description\n",
}
MONTHS = [date(2025, 1 + i, 1) for i in range(12)]


def insert(connection: duckdb.DuckDBPyConnection, table: str, columns: list[str], rows: list[tuple[Any, ...]]) -> None:
    """Create a table of rows."""
    selected = ", ".join(f"unnest(${column}) as {column}" for column in columns)
    values = dict(zip(columns, map(list, zip(*rows, strict=True)), strict=True))
    connection.execute(f"create table {table} as select {selected}", values)


def write_database(path: Path, leads_per_month: int = 200, horizon_days: int = 90) -> None:
    """Write a year: `signal` foretells opportunities and gives 5 points, `noise` does not and gives 20."""
    chance = random.Random(7)
    with duckdb.connect(str(path)) as connection:
        connection.execute("create table rule_book (rule_kind text, rule_id text, points numeric(18, 6))")
        for name, content in RULES.items():
            for rule, points in rule_files.points(content.decode()).items():
                connection.execute("insert into rule_book values (?, ?, ?)", [name.removesuffix(".csv"), rule, points])
        scores, standing = [], []
        for month in MONTHS:
            for number in range(leads_per_month):
                lead = f"{month}-{number}"
                awards, noise = chance.choice([0, 0, 0, 0, 0, 1, 2]), chance.choice([0, 1])
                points = {"signal": 5 * awards, "noise": 20 * noise, "rare": 7 * (number == 0)}
                won = chance.random() < (0.4 if awards else 0.03)
                scores.append((month, lead, points["noise"] + points["rare"], points["signal"], won))
                standing += [(month, lead, rule, value) for rule, value in points.items() if value]
        insert(connection, "s", ["month", "lead_id", "a", "b", "has_opportunity"], scores)
        insert(connection, "month_end_rule_points", ["month", "lead_id", "rule_id", "points"], standing)
        connection.execute("""
            create table month_end_scores as
            select month, lead_id, has_opportunity, a as attribute_score, b as behavior_score, 0 as recency_score
            from s
        """)
        connection.execute(f"""
            create table month_ends as
            select
                month, cast(month + interval 1 month as timestamp) as month_end_at,
                month_end_at + interval {horizon_days} days as horizon_ends_at, month < date '2025-12-01' as is_mature
            from (select distinct month from s)
        """)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the synthetic year."""
    path = tmp_path_factory.mktemp("year") / "year.duckdb"
    write_database(path)
    return path


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """Give the rule files that the synthetic year was scored with."""
    folder = tmp_path / "seeds" / "rules"
    folder.mkdir(parents=True)
    for name, content in RULES.items():
        (folder / name).write_bytes(content)
    return folder


def run(database: Path, rules: Path, out: Path, *options: str) -> Result:
    """Run the command in this process."""
    named = {"--database": database, "--rules": rules, "--out": out}
    arguments = [str(part) for pair in named.items() for part in pair]
    return CliRunner().invoke(main, ["challenger", *arguments, *options])


def test_a_wrong_weight_is_found_and_no_rule_is_changed(database: Path, rules: Path, tmp_path: Path) -> None:
    """All three ways beat the current rules; the proposal raises `signal`, and only points differ in it."""
    proposal = tmp_path / "proposal"
    done = run(database, rules, proposal)
    assert done.exit_code == 0, done.output
    for way in (model.SUGGESTED, model.REGRESSION, model.PROPOSED):
        assert re.search(rf"^{way} .* better$", done.output, re.MULTILINE), done.output
    assert "against the current rules: better." in done.output
    assert "2025-11" in done.output and "2025-12" not in done.output
    proposed = {name: (proposal / name).read_bytes() for name in RULES}
    points = {
        rule: int(value) for text in proposed.values() for rule, value in rule_files.points(text.decode()).items()
    }
    assert points["signal"] > 20 > 4 > abs(points["noise"])
    assert abs(points["signal"]) + abs(points["noise"]) == pytest.approx(25, abs=1)
    assert points["rare"] == 7
    new = {"noise,industry,a,20": f"noise,industry,a,{points['noise']}", "visit,5.0": f"visit,{points['signal']}"}
    for name, content in RULES.items():
        assert (rules / name).read_bytes() == content
        for old, text in new.items():
            content = content.replace(old.encode(), text.encode())
        assert proposed[name] == content
    assert run(database, rules, proposal).output == done.output


def test_the_horizons_of_training_and_test_do_not_overlap() -> None:
    """Whatever the horizon; the test is the newest month, and a small share of the rows."""

    def with_horizon(horizon: timedelta) -> list[Month]:
        ends = [datetime(2024 + (i + 1) // 12, 1 + (i + 1) % 12, 1) for i in range(30)]
        first_days = [date(2024 + i // 12, 1 + i % 12, 1) for i in range(30)]
        return [Month(first_days[i], end, end + horizon, 50 + 9 * i) for i, end in enumerate(ends)]

    for days in (1, 28, 31, 90, 180, 400):
        horizon = timedelta(days=days)
        months = with_horizon(horizon)
        training, test = split(months)
        assert training and test[-1] == months[-1]
        assert max(each.ended_at for each in training) + horizon <= test[0].ended_at
        assert all(b.ended_at - a.ended_at >= horizon for a, b in zip(test, test[1:], strict=False))
        rows = sum(each.rows for each in test), sum(each.rows for each in training)
        assert len(test) == 1 or rows[0] <= TEST_SHARE * sum(rows)
    months = with_horizon(timedelta(days=90))
    assert len(split(months)[1]) > 1
    assert split(months[:3]) == ([], months[2:3])
    assert split([]) == ([], [])


def test_later_outcomes_do_not_move_the_proposal(database: Path, rules: Path, tmp_path: Path) -> None:
    """With every outcome after the training months turned round, the same points are proposed."""
    turned = tmp_path / "turned.duckdb"
    turned.write_bytes(database.read_bytes())
    with duckdb.connect(str(turned)) as connection:
        months = warehouse.mature_months(connection)
        first_test = split(months)[1][0].ended_at
        connection.execute(
            "update month_end_scores set has_opportunity = not has_opportunity"
            " where month in (select month from month_ends where month_end_at > ?)",
            [first_test - timedelta(days=90)],
        )
    assert run(database, rules, tmp_path / "a").exit_code == 0
    done = run(turned, rules, tmp_path / "b")
    assert "against the current rules: worse." in done.output
    for name in RULES:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_auc_is_that_of_scikit_learn() -> None:
    """Ties and repeated rows included."""
    chance = np.random.default_rng(3)
    for size in (5, 50, 500):
        won = np.arange(size) % 3 == 0
        score = chance.integers(0, 8, size)
        weight = chance.integers(0, 4, size)
        weight[:2] = 1
        rank = np.unique(score, return_inverse=True)[1]
        assert model.auc(won, rank, weight) == pytest.approx(roc_auc_score(won, score, sample_weight=weight))
    assert np.isnan(model.auc(np.array([True, True]), np.array([0, 1]), np.array([1, 1])))


def test_the_bootstrap_draws_leads_not_rows() -> None:
    """Each lead's row a second time adds no certainty."""
    chance = np.random.default_rng(5)
    won = chance.random(200) < 0.2
    scores = [chance.normal(size=200) + won, chance.normal(size=200) + 2 * won]
    once = model.LeadMonths(np.arange(200), won, np.zeros(200), np.zeros((200, 1)))
    twice = model.LeadMonths(*(np.concatenate([each, each]) for each in (once.lead, won, won, once.points)))
    single = model.compare(once, scores)
    assert single[1].verdict == "better" and single[1].interval[0] < single[1].auc < single[1].interval[1]
    for one, two in zip(single, model.compare(twice, [np.concatenate([each, each]) for each in scores]), strict=True):
        assert one.interval == pytest.approx(two.interval) and one.gain_interval == pytest.approx(two.gain_interval)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("rule_id,points\na,1\nb,1\n", "rule_id,points\na,-3\nb,1\n"),
        ("\ufeffrule_id,points\r\nb,1\r\na,1.50", "\ufeffrule_id,points\r\nb,1\r\na,-3"),
        ('points,x,rule_id\n"1","p, ""q""\n1",a\n\n', 'points,x,rule_id\n"-3","p, ""q""\n1",a\n\n'),
        ("rule_id,points\na,-3.0\n", "rule_id,points\na,-3.0\n"),
    ],
)
def test_only_the_points_of_a_rule_file_are_replaced(old: str, new: str) -> None:
    """Quotes, line ends, a byte order mark and equal numbers stay as they are."""
    assert rule_files.with_points(old, {"a": -3}) == new


@pytest.mark.parametrize("name", rule_files.NAMES)
def test_the_own_rule_files_survive(name: str) -> None:
    """Nothing new gives the same bytes; something new gives just that."""
    content = (PROJECT / "seeds" / "rules" / name).read_bytes().decode()
    points = rule_files.points(content)
    assert points and rule_files.with_points(content, {}) == content
    replaced = rule_files.with_points(content, dict.fromkeys(points, 77))
    assert rule_files.points(replaced) == dict.fromkeys(points, 77)


def test_too_little_data_is_one_sentence(rules: Path, tmp_path: Path) -> None:
    """Too few opportunities, and no month old enough to train on."""
    write_database(tmp_path / "few.duckdb", leads_per_month=6)
    write_database(tmp_path / "late.duckdb", horizon_days=400)
    for name in ("few", "late"):
        few = run(tmp_path / f"{name}.duckdb", rules, tmp_path / "out")
        assert few.exit_code == 1
        assert few.output.startswith("Error: Too little data to judge: ") and few.output.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_what_is_missing_is_said_with_its_remedy(
    database: Path, rules: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No file, no tables, a file in use, rules of another build, no scikit-learn: exit 2 and one sentence."""
    empty = tmp_path / "empty.duckdb"
    duckdb.connect(str(empty)).close()
    out = tmp_path / "out"

    def check(result: Result, remedy: str) -> None:
        assert result.exit_code == 2 and remedy in result.output and result.output.count("\n") == 1, result.output
        assert not out.exists()

    check(run(tmp_path / "none.duckdb", rules, out), "does not exist; run `dbt build`")
    check(run(empty, rules, out), "run `dbt build`")
    check(run(database, tmp_path, out), "No such file or directory; start in the project, or name --rules")
    (tmp_path / "file").touch()
    check(run(database, rules, tmp_path / "file" / "out"), "cannot be written to (Not a directory); name another --out")
    code = f"import duckdb; c = duckdb.connect({str(empty)!r}); print('open', flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=-1, stdout=-1) as writer:
        writer.stdout.readline()
        check(run(empty, rules, out), "close the program")
        writer.communicate(b"\n")
    (rules / "recency_rules.csv").write_bytes(b"rule_id,window_days,points,description\nnew,7,1,z\n")
    check(run(database, rules, out), "not those of the last build; run `dbt build`")
    monkeypatch.setitem(sys.modules, "sklearn.linear_model", None)
    monkeypatch.delitem(sys.modules, "lead_scoring.challenger.model")
    monkeypatch.delattr("lead_scoring.challenger.model")
    check(run(database, rules, out), "uv sync --extra challenger")


def test_seeds_are_never_written(database: Path, rules: Path, tmp_path: Path) -> None:
    """Not by name, not below, not through a link."""
    (tmp_path / "link").symlink_to(rules)
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / "recency_rules.csv").symlink_to(rules / "recency_rules.csv")
    for out in (rules, rules.parent, rules / "new", tmp_path / "Seeds", tmp_path / "link", tmp_path / "linked"):
        refused = run(database, rules, out)
        assert refused.exit_code == 2 and "name another --out" in refused.output
    assert {path.name: path.read_bytes() for path in rules.iterdir()} == RULES


def test_the_sample_reads_as_the_review_does(sample: Built) -> None:
    """The AUC is that of score_validation_monthly, the suggested points are those of rule_review."""
    with duckdb.connect(str(sample.database), read_only=True) as connection:
        review = connection.execute("select rule_id, current_points, suggested_points from rule_review").fetchall()
        aucs = dict(connection.execute("select month, auc from score_validation_monthly").fetchall())
        months = warehouse.mature_months(connection)
        points = warehouse.built_points(connection, [name.removesuffix(".csv") for name in rule_files.NAMES])
        newest = warehouse.lead_months(connection, months[-1:], list(points))
        reviewed = warehouse.lead_months(connection, months[::-4], [row[0] for row in review])
    current = np.array([float(value) for value in points.values()])
    rank = np.unique(model.score(newest, current, current), return_inverse=True)[1]
    assert model.auc(newest.won, rank, np.ones_like(rank)) == pytest.approx(float(aucs[months[-1].month]), abs=1e-6)
    known = np.array([row[2] is not None for row in review])
    suggested = model.as_points(model.log_odds(reviewed), np.array([float(row[1]) for row in review]), known)
    assert known.any() and suggested[known].tolist() == [row[2] for row in review if row[2] is not None]
