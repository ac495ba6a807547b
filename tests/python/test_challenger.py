"""`lead-scoring challenger`: it finds what a file was made to hold, looks at no later outcome and changes no rule."""

import json
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
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from test_postgres import connect, server  # noqa: F401

from lead_scoring.challenger import model, rule_files, scale, warehouse
from lead_scoring.challenger.months import TEST_SHARE, Month, split
from lead_scoring.cli import main
from lead_scoring.ranking import WithinMonths, auc

RULES = {
    "attribute_rules.csv": b"rule_id,attribute,value,points,description\nnoise,industry,a,20,x\nrare,industry,b,7,y\n",
    "behavior_rules.csv": b'rule_id,event_type,points,description\r\nsignal,visit,5.0,"asked, and ""came"""\r\n',
    "recency_rules.csv": b"rule_id,window_days,points,description\n",
}
TIERS = b'tier,min_score,rearm_below,min_attribute_score,label\nhot,20,18,15,"now, please"\nwarm,5,,,b\nhold,0,,,c\n'
FILES = RULES | {"tiers.csv": TIERS}
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
            select
                month, lead_id, has_opportunity, a as attribute_score, b as behavior_score, 0 as recency_score,
                a + b as total_score
            from s
        """)
        connection.execute(f"""
            create table month_ends as
            select
                month, cast(month + interval 1 month as timestamp) as month_end_at,
                month_end_at + interval {horizon_days} days as horizon_ends_at, month < date '2025-12-01' as is_mature
            from (select distinct month from s)
        """)
        connection.execute("""
            create table rule_candidates as
            select 1 as evidence_rank, 'attribute value' as candidate_kind, 'industry = c' as candidate,
            'give points' as advice, 40 as leads_with, 12 as opportunities_with, 2.5 as lift
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
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    return folder


def run(database: Path, rules: Path, out: Path, *options: str) -> Result:
    """Run the command in this process."""
    named = {"--database": database, "--rules": rules, "--out": out, "--project-dir": PROJECT}
    arguments = [str(part) for pair in named.items() for part in pair]
    return CliRunner().invoke(main, ["challenger", *arguments, *options])


def proposed_points(folder: Path) -> dict[str, int]:
    """Read the points that a proposal gives."""
    texts = [(folder / name).read_bytes().decode() for name in RULES]
    return {rule: int(value) for text in texts for rule, value in rule_files.points(text).items()}


def test_a_wrong_weight_is_found_and_no_rule_is_changed(database: Path, rules: Path, tmp_path: Path) -> None:
    """The proposal gives more for `signal` than for `noise`; only numbers differ in it."""
    proposal = tmp_path / "proposal"
    done = run(database, rules, proposal)
    assert done.exit_code == 0, done.output
    for way in (model.REGRESSION, model.PROPOSED):
        assert re.search(rf"^{way} .* better$", done.output, re.MULTILINE), done.output
    assert "against the current rules: better." in done.output
    assert "2025-11" in done.output and "2025-12" not in done.output
    assert re.search(r"^attribute value +industry = c +give points +40 +12 +2.50$", done.output, re.MULTILINE)
    points = proposed_points(proposal)
    assert points["signal"] > 3 * abs(points["noise"])
    assert points["rare"] == 7 and re.search(r"^rare .* kept, not enough data$", done.output, re.MULTILINE)
    new = {"noise,industry,a,20": f"noise,industry,a,{points['noise']}", "visit,5.0": f"visit,{points['signal']}"}
    for name, content in RULES.items():
        assert (rules / name).read_bytes() == content
        for old, text in new.items():
            content = content.replace(old.encode(), text.encode())
        # a rule that gives everybody points may follow the others
        assert (proposal / name).read_bytes().startswith(content)
    assert run(database, rules, proposal).output == done.output


def test_the_proposal_says_what_it_stands_on(database: Path, rules: Path, tmp_path: Path) -> None:
    """Until when its outcomes reach, which months judged it, and how large the tiers are then."""
    assert run(database, rules, tmp_path / "out").exit_code == 0
    said = json.loads((tmp_path / "out" / "proposal.json").read_text(encoding="utf-8"))
    with duckdb.connect(str(database), read_only=True) as connection:
        training, testing = split(warehouse.mature_months(connection))
    assert datetime.fromisoformat(said["learned_until"]) == training[-1].horizon_ended_at
    assert training[-1].horizon_ended_at <= testing[0].ended_at
    assert said["judged_on_months"] == [f"{each.month:%Y-%m}" for each in testing]
    assert list(said["tier_shares"]) == ["hot", "warm", "hold"]
    for when in ("before", "after"):
        assert sum(shares[when] for shares in said["tier_shares"].values()) == pytest.approx(1)
    tiers = rule_files.rows((tmp_path / "out" / "tiers.csv").read_text(encoding="utf-8"))
    assert [row["label"] for row in tiers] == ["now, please", "b", "c"]
    hot = {name: int(tiers[0][name]) for name in ("min_score", "rearm_below", "min_attribute_score")}
    assert hot["rearm_below"] <= hot["min_score"] > int(tiers[1]["min_score"]) > 0


def test_floors_are_the_variables_of_the_project(database: Path, rules: Path, tmp_path: Path) -> None:
    """Given with --vars they decide which rule is judged, and whether there is enough to judge at all."""
    assert run(database, rules, tmp_path / "out", "--vars", "{review_min_leads: 2}").exit_code == 0
    many = run(database, rules, tmp_path / "out", "--vars", "{review_min_opportunities: 1000}")
    assert many.exit_code == 1 and "1000 are needed" in many.output
    less = run(database, rules, tmp_path / "out", "--vars", "{review_min_leads: 3, review_min_opportunities: 0}")
    assert less.exit_code == 0 and "kept, not enough data" not in less.output


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


def test_a_third_of_the_rows_may_test() -> None:
    """A month trains whose horizon ends in the moment in which the first test month ends."""
    ends = [datetime(2025, number, 1) for number in range(2, 7)]
    months = [
        Month(date(2025, place + 1, 1), ends[place], ends[place + 1], rows) for place, rows in enumerate((2, 2, 1, 1))
    ]
    assert split(months) == (months[:2], months[2:])


def test_log_odds_are_those_of_mantel_and_haenszel() -> None:
    """Two months with and without a rule, one month without an opportunity, and a rule that nobody holds."""
    # won and lost with the rule, won and lost without it
    cells = [(1, 1, 1, 3), (2, 1, 1, 4), (0, 2, 0, 2)]
    rows = [
        (month, place in (0, 2), place < 2)
        for month, counts in enumerate(cells)
        for place, count in enumerate(counts)
        for _ in range(count)
    ]
    month, won, held = (np.array(column) for column in zip(*rows, strict=True))
    nobody = np.zeros(len(rows))
    given = model.LeadMonths(month, np.arange(len(rows)), won, nobody, nobody, np.column_stack([held * 1.0, nobody]))
    odds, errors = model.log_odds_within_months(given)
    assert odds == pytest.approx([np.log((1 * 3 / 6 + 2 * 4 / 8) / (1 * 1 / 6 + 1 * 1 / 8)), 0])
    assert errors[1] == np.inf
    # of one month the error is that of a single table
    odds, errors = model.log_odds_within_months(given.where(month == 1))
    assert odds[0] == pytest.approx(np.log(2 * 4)) and errors[0] == pytest.approx((1 / 2 + 1 + 1 + 1 / 4) ** 0.5)


def test_weights_are_those_of_scikit_learn() -> None:
    """With the same trust in no effect at all, of awards in units of their spread."""
    chance = np.random.default_rng(2)
    awards = chance.poisson(1.0, (400, 2)).astype(float)
    won = chance.random(400) < 1 / (1 + np.exp(2 - awards @ [0.8, -0.4]))
    nothing, spread = np.zeros(400), awards.std(axis=0)
    rows = model.LeadMonths(np.zeros(400, int), np.arange(400), won, nothing, nothing, awards)
    found = model.fit(rows, nothing, np.zeros(2), 5.0, [(None, None)] * 2)
    peer = LogisticRegression(C=1 / 5.0, tol=1e-8, max_iter=1000).fit(awards / spread, won)
    assert found == pytest.approx(peer.coef_[0] / spread, rel=1e-3)


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
    turned_auc = json.loads((tmp_path / "b" / "proposal.json").read_text(encoding="utf-8"))["auc"]
    assert done.exit_code == 0 and turned_auc[model.PROPOSED] < 0.3
    for name in FILES:
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
        assert auc(won, rank, weight) == pytest.approx(roc_auc_score(won, score, sample_weight=weight))
    assert np.isnan(auc(np.array([True, True]), np.array([0, 1]), np.array([1, 1])))


def test_the_bootstrap_draws_leads_not_rows() -> None:
    """Each lead's row a second time adds no certainty."""
    chance = np.random.default_rng(5)
    won = chance.random(200) < 0.2
    scores = [chance.normal(size=200) + won, chance.normal(size=200) + 2 * won]
    months = np.zeros(200, int)
    once = model.LeadMonths(months, np.arange(200), won, np.zeros(200), np.zeros(200), np.zeros((200, 1)))
    twice = model.LeadMonths(*(np.concatenate([each, each]) for each in vars(once).values()))
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
    monkeypatch.setitem(sys.modules, "scipy.optimize", None)
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
    assert {path.name: path.read_bytes() for path in rules.iterdir()} == FILES


def test_the_sample_reads_as_the_review_does(sample: Built) -> None:
    """The AUC is that of score_validation_monthly, the evidence that of rule_review."""
    with duckdb.connect(str(sample.database), read_only=True) as connection:
        review = connection.execute("select rule_id, log_odds, log_odds_low from rule_review").fetchall()
        aucs = dict(connection.execute("select month, auc from score_validation_monthly").fetchall())
        months = warehouse.mature_months(connection)
        points = warehouse.built_points(connection, [name.removesuffix(".csv") for name in rule_files.NAMES])
        newest = warehouse.lead_months(connection, months[-1:], points)
        reviewed = warehouse.lead_months(connection, months[::-4], {rule: points[rule] for rule, *_ in review})
    ranked = WithinMonths(newest.month, newest.total_score, newest.won).auc(np.ones_like(newest.lead))
    assert ranked == pytest.approx(float(aucs[months[-1].month]), abs=1e-6)
    log_odds, errors = model.log_odds_within_months(reviewed)
    known = [i for i, row in enumerate(review) if row[1] is not None]
    assert len(known) > 10
    assert log_odds[known] == pytest.approx([float(review[i][1]) for i in known], abs=1e-6)
    low = log_odds - model.Z_95 * errors
    assert low[known] == pytest.approx([float(review[i][2]) for i in known], abs=1e-6)


def test_postgres_is_read_as_duckdb_is(
    database: Path,
    rules: Path,
    tmp_path: Path,
    server: dict[str, str],  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The same rows on a server, found through the project's profile: the same words and files."""
    for name, value in server.items():
        monkeypatch.setenv(name, value)
    arguments = ["--rules", str(rules), "--project-dir", str(PROJECT), "--target", "postgres", "--out"]
    with connect(server) as connection, connection.cursor() as cursor, duckdb.connect(str(database)) as own:
        cursor.execute("drop schema if exists lead_scoring cascade; create schema lead_scoring")
        connection.commit()
        empty = CliRunner().invoke(main, ["challenger", *arguments, str(tmp_path / "empty")])
        assert empty.exit_code == 2 and "lacks tables of the review; run `dbt build`" in empty.output
        for table, columns in warehouse.TABLES.items():
            kinds = ", ".join(f"{column} {kind}" for column, kind in columns.items())
            cursor.execute(f"create table lead_scoring.{table} ({kinds})")
            path = tmp_path / f"{table}.csv"
            own.execute(f"copy (select {', '.join(columns)} from {table}) to '{path}' (format csv, header)")
            with path.open(encoding="utf-8") as file:
                cursor.copy_expert(f"copy lead_scoring.{table} from stdin (format csv, header)", file)
    there = CliRunner().invoke(main, ["challenger", *arguments, str(tmp_path / "postgres")])
    here = run(database, rules, tmp_path / "duckdb")
    assert there.exit_code == here.exit_code == 0, there.output
    assert there.output.splitlines()[:-1] == here.output.splitlines()[:-1]
    for name in (*FILES, "proposal.json"):
        assert (tmp_path / "postgres" / name).read_bytes() == (tmp_path / "duckdb" / name).read_bytes()


def test_a_rule_for_everybody_is_added_once() -> None:
    """Its cells follow the header; no other rule looks at its attribute."""
    content = (PROJECT / "seeds" / "rules" / "attribute_rules.csv").read_bytes().decode()
    added = rule_files.with_base(content, 18)
    assert added.startswith(content)
    row = rule_files.rows(added)[-1]
    assert (row["rule_id"], row["attribute"], row["value"], row["points"]) == (
        "base_points",
        "region",
        "%|(missing)",
        "18",
    )
    for end in ("\r\n", "\n"):
        for content in (f"points,rule_id{end}1,a", f"points,rule_id{end}1,a{end}"):
            assert rule_files.with_base(content, 5) == f"points,rule_id{end}1,a{end}5,base_points{end}"
    for used, unused in (((" Region ",), "segment"), (rule_files.BASE_ATTRIBUTES, rule_files.BASE_ATTRIBUTES[0])):
        content = "rule_id,attribute\n" + "".join(f"{name},{name}\n" for name in used)
        assert rule_files.with_base(content, 5).removeprefix(content) == f"base_points,{unused}\n"


@pytest.mark.parametrize("size", [1, 2, 7, 60])
def test_a_threshold_is_the_whole_number_nearest_to_the_goal(size: int) -> None:
    """No other whole number is reached by a share nearer to it; ties, negative and broken totals included."""
    chance = np.random.default_rng(11)
    for totals in (chance.integers(-5, 6, size), chance.integers(-12, 13, size) / 4):
        raw = np.sort(totals.astype(float))
        for goal in (0.0, 0.04, 0.3, 0.5, 0.9, 1.0):
            nearest = min(abs((raw >= bound).mean() - goal) for bound in range(-8, 9))
            found = scale._threshold(raw, goal)
            assert isinstance(found, int)
            assert abs((raw >= found).mean() - goal) == pytest.approx(nearest)
    assert scale._threshold(np.array([]), 0.5) == 0


def test_a_matched_threshold_keeps_the_share_that_reaches_it() -> None:
    """Twice the scores ask for twice the threshold, whatever their order; the bound itself is reached."""
    before = np.array([30.0, 10.0, 20.0, 40.0])
    assert scale.matched(before, 2 * before[::-1], 30.0) in range(41, 61)
    assert scale.matched(before, before - 35, 40.0) in range(-4, 6)


def test_thresholds_fall_from_tier_to_tier() -> None:
    """Each is above the next and the last above 0, none higher than it must be."""
    assert scale._falling([9, 5, 2]) == [9, 5, 2]
    assert scale._falling([5, 5, -3]) == [6, 5, 1]
    assert scale._falling([0, 0, 0]) == [3, 2, 1]
    assert scale._falling([]) == []


def test_a_tier_that_is_too_large_counts_as_far_as_it_is() -> None:
    """The shares of the tiers follow from the bounds, and the one furthest from its goal decides."""
    raw = np.arange(10.0)
    tiers = [scale.Tier("hot", 8), scale.Tier("warm", 5), scale.Tier("hold", 0)]
    goals = np.array([0.2, 0.5])
    assert scale._shares(raw, tiers) == pytest.approx([0.2, 0.3, 0.5])
    assert scale._off(raw, [8, 5], goals) == pytest.approx(0)
    assert scale._off(raw, [9, 5], goals) == pytest.approx(0.1)
    assert scale._off(raw, [8, 2], goals) == pytest.approx(0.3)
    assert scale._off(raw, [6, 5], goals) == pytest.approx(0.2)
    assert scale._off(raw, [], np.array([])) == 0
