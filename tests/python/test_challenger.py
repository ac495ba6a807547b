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
from lead_scoring.ranking import WithinMonths, auc, verdict

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


def synthetic(points: list[float], effects: list[float], leads: int, seed: int) -> model.LeadMonths:
    """Give months in which awards have effects in log odds, and scores are what the points say."""
    chance = np.random.default_rng(seed)
    awards = chance.poisson(1.0, (leads, len(points))).astype(float)
    won = chance.random(leads) < 1 / (1 + np.exp(2.5 - awards @ np.array(effects)))
    score = awards @ np.array(points)
    return model.LeadMonths(np.arange(leads) % 4, np.arange(leads), won, np.maximum(score, 0), score, awards)


def halves(rows: model.LeadMonths) -> tuple[Any, Any]:
    """Say which months are the earlier and which the later ones."""
    return rows.month < 2, rows.month >= 2


def test_without_outcomes_trust_is_the_middle_one() -> None:
    """Nothing tells how far to trust the points in force: no opportunity earlier, none later, no rule with data."""
    rows = synthetic([4, 2], [0.8, 0.4], 800, 3)
    own, rest = np.array([4.0, 2.0]), np.zeros(800)
    assert model.trust_in_points(rows, rest, own, halves(rows)) != model.TRUST[1]
    # points that say little are trusted least
    wrong = synthetic([20, 1], [0.8, 0.4], 800, 3)
    assert model.trust_in_points(wrong, rest, np.array([20.0, 1.0]), halves(wrong)) == model.TRUST[0]
    for months in (0, 1), (2, 3):
        none = model.replace(rows, won=rows.won & ~np.isin(rows.month, months))
        assert model.trust_in_points(none, rest, own, halves(rows)) == model.TRUST[1]
    nobody = model.replace(rows, awards=np.zeros((800, 0)))
    assert model.trust_in_points(nobody, rest, np.zeros(0), halves(rows)) == model.TRUST[1]


def test_a_rule_is_judged_by_leads_with_it_and_without() -> None:
    """Each a lead once, however many its months; as many as are asked for are enough, also of opportunities."""
    # leads with and without the rule, and those of them with an opportunity
    for with_it, without, won_with, won_without, is_enough in (
        (4, 3, 2, 2, True),
        (3, 4, 2, 2, True),
        (2, 9, 2, 2, False),
        (9, 2, 2, 2, False),
        (9, 9, 1, 9, False),
        (9, 9, 9, 1, False),
    ):
        held = np.repeat([True, False], [with_it, without])
        won = np.concatenate([np.arange(with_it) < won_with, np.arange(without) < won_without])
        nothing = np.zeros(len(won))
        once = model.LeadMonths(np.zeros(len(won), int), np.arange(len(won)), won, nothing, nothing, held[:, None] * 1)
        twice = model.LeadMonths(*(np.concatenate([each, each]) for each in vars(once).values()))
        assert twice.has_enough_data(model.Floors(leads=3, opportunities=2)).tolist() == [is_enough]


@pytest.mark.parametrize("turns_signs", [False, True])
def test_a_rule_gets_no_sign_against_its_points_or_its_evidence(turns_signs: bool) -> None:
    """Unless asked to: where the two are of different signs it gets nothing. Points of 0 have no sign to turn."""
    points, effects = [4.0, 4.0, -4.0, 0.0, 0.0], [0.8, -0.8, 0.8, -0.8, 0.8]
    rows = synthetic(points, effects, 1600, 3)
    rows = model.replace(rows, total_score=rows.total_score + 40)
    trial = model.challenge(rows, rows, points, SCALE_TIERS, model.Floors(), halves(rows), turns_signs)
    assert trial.known.all()
    assert np.sign(trial.free).tolist() == [1, -1, 1, -1, 1]
    assert np.sign(trial.scale.points).tolist() == ([1, -1, 1, -1, 1] if turns_signs else [1, 0, 0, -1, 1])
    assert trial.turned.tolist() == [False, True, True, False, False]


def test_points_that_are_right_are_proposed_again() -> None:
    """The data could only make them worse."""
    rows, test = (synthetic([4, 2], [0.8, 0.4], 800, seed) for seed in (2, 4))
    trial = model.challenge(rows, test, [4, 2], SCALE_TIERS, model.Floors(), halves(rows), turns_signs=False)
    assert trial.scale.points.tolist() == [4, 2] and trial.scale.size == 1


def test_points_that_are_trusted_stay_in_proportion(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also beside points that stay as they are, for which the size makes up."""
    monkeypatch.setattr(model, "TRUST", (1e7, 1e7, 1e7))
    monkeypatch.setattr(model, "trust_in_points", lambda *_: 1e7)
    rows = synthetic([4, 20, 10], [0.3, 0.6, 0.9], 800, 5)
    # of the third rule too few leads are without points to judge it
    rows = model.replace(rows, awards=np.column_stack([rows.awards[:, :2], rows.awards[:, 2] + 1]))
    tiers = [scale.Tier("hot", 60), scale.Tier("warm", 30), scale.Tier("hold", 0)]
    trial = model.challenge(rows, rows, [4, 20, 10], tiers, model.Floors(), halves(rows), turns_signs=False)
    assert trial.known.tolist() == [True, True, False] and trial.scale.points[2] == 10
    assert trial.scale.points[1] / trial.scale.points[0] == pytest.approx(5, rel=0.2)


def test_who_is_below_0_is_lost() -> None:
    """A total of exactly 0 is not."""
    rows = synthetic([4, 2], [0.8, 0.4], 800, 2)
    test = model.replace(synthetic([4, 2], [0.8, 0.4], 800, 4), raw_score=np.arange(800) % 4 - 1.0)
    trial = model.challenge(rows, test, [4, 2], SCALE_TIERS, model.Floors(), halves(rows), turns_signs=False)
    assert trial.lost == (0.25, 0.25)


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


def test_rows_of_different_months_make_no_pair() -> None:
    """Even where all scores are one."""
    months, scores, won = np.array([0, 1]), np.array([5.0, 5.0]), np.array([True, False])
    assert np.isnan(WithinMonths(months, scores, won).auc(np.ones(2, int)))
    assert WithinMonths(np.zeros(2, int), scores, won).auc(np.ones(2, int)) == 0.5


@pytest.mark.parametrize(
    ("gain", "before", "after", "said"),
    [
        ((0.01, 0.02), (0.4, 0.5), (0.51, 0.7), "better"),
        ((0.0, 0.02), (0.6, 0.7), (0.6, 0.7), "cannot tell"),
        ((-0.01, 0.02), (0.6, 0.7), (0.6, 0.7), "cannot tell"),
        ((0.01, 0.02), (0.6, 0.7), (0.5, 0.7), "cannot tell"),
        ((-0.02, -0.01), (0.51, 0.7), (0.3, 0.4), "worse"),
        ((-0.02, 0.0), (0.6, 0.7), (0.6, 0.7), "cannot tell"),
        ((-0.02, -0.01), (0.5, 0.7), (0.3, 0.4), "cannot tell"),
    ],
)
def test_a_gain_that_may_be_none_is_no_gain(
    gain: tuple[float, float], before: tuple[float, float], after: tuple[float, float], said: str
) -> None:
    """Nor is one over what may be a coin; a bound that is reached is not passed."""
    assert verdict(gain, before, after) == said


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


SCALE_TIERS = [scale.Tier("hold", 0), scale.Tier("hot", 60), scale.Tier("warm", 30)]


@pytest.mark.parametrize("shift", [0, 7, 57])
@pytest.mark.parametrize("factor", [1, 0.5])
def test_the_points_in_force_come_back(factor: float, shift: int) -> None:
    """Whatever the weights are multiplied by, and whatever everybody has less: no threshold moves, no share changes."""
    chance = np.random.default_rng(13)
    awards, rest = chance.integers(0, 4, (3000, 4)).astype(float), chance.integers(0, 9, 3000).astype(float)
    points = np.array([3.0, 11.0, 7.0, 20.0])
    total = awards @ points + rest
    found = scale.scaled(awards, factor * points, points, rest - shift, total, SCALE_TIERS, lambda totals: 0.5, 0.1)
    assert found.points == pytest.approx(points) and found.base == shift and found.size == pytest.approx(1 / factor)
    assert [tier.min_score for tier in found.tiers] == [60, 30, 0]
    assert [name for name, _, _ in found.shares] == ["hot", "warm", "hold"]
    for _, now, then in found.shares:
        assert then == pytest.approx(now) and now > 0.05


def test_of_sizes_that_fit_the_nearest_to_the_weights_is_taken() -> None:
    """Where totals lie far apart many sizes reach the same tiers; with one tier all do."""
    awards = np.tile([[0.0], [1.0]], (50, 1))
    for tiers in ([scale.Tier("hot", 60), scale.Tier("hold", 0)], [scale.Tier("hold", 0)]):
        found = scale.scaled(
            awards, np.array([90.0]), np.array([90.0]), np.zeros(100), awards[:, 0] * 90, tiers, lambda totals: 0.5, 0.1
        )
        assert (found.size, found.base, found.points.tolist()) == (1, 0, [90])


@pytest.mark.parametrize(("bound", "base"), [(120, 7), (115.5, 3)])
def test_everybody_gets_as_few_points_as_keep_the_shares(bound: float, base: int) -> None:
    """Where nobody needs any to stay above 0, the highest threshold asks for them."""
    awards = np.tile(np.arange(10.0), 20)[:, None]
    total, points = 60 + 10 * awards[:, 0], np.array([10.0])
    tiers = [scale.Tier("hot", bound), scale.Tier("warm", 85), scale.Tier("hold", 0)]
    found = scale.scaled(awards, points, points, np.full(200, 53.0), total, tiers, lambda totals: 0.5, 0.1)
    assert (found.size, found.base, found.points.tolist(), found.tiers) == (1, base, [10], tiers)
    assert [then for _, _, then in found.shares] == [now for _, now, _ in found.shares]


def test_a_single_lead_far_below_0_lifts_everybody_and_the_thresholds() -> None:
    """Each tier keeps its share."""
    awards, points = np.tile(np.arange(10.0), 20)[:, None], np.array([10.0])
    rest = np.full(200, 60.0)
    rest[0] = -200
    total = np.maximum(awards[:, 0] * 10 + rest, 0)
    tiers = [scale.Tier("hot", 120), scale.Tier("warm", 85), scale.Tier("hold", 0)]
    found = scale.scaled(awards, points, points, rest, total, tiers, lambda totals: 0.5, 0.1)
    assert found.base == 200 and is_near(found)


def test_where_thresholds_move_the_highest_stays_near_what_it_is() -> None:
    """A weight too small for a point becomes 0, not -0, which would be written so."""
    share = np.arange(1000) / 1000
    total = np.where(share >= 0.5, 80.0, np.where(share >= 0.45, 40.0, 0.0))
    awards, weights = np.column_stack([share, np.ones(1000)]), np.array([100.0, -0.01])
    found = scale.scaled(awards, weights, weights, np.zeros(1000), total, SCALE_TIERS, lambda totals: 0.5, 0.1)
    assert found.tiers[0].min_score == pytest.approx(60, abs=3) and found.size == pytest.approx(1.2, rel=0.05)
    assert found.tiers[1].min_score == pytest.approx(54, abs=3)
    for _, now, then in found.shares:
        assert then == pytest.approx(now, abs=scale.NEAR)
    assert found.points[1] == 0 and not np.signbit(found.points[1])


def test_nobody_is_left_below_0(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor a row that was not among the few that a scale is looked for with."""
    monkeypatch.setattr(scale, "ROWS", 10)
    awards, rest = np.tile([[0.0], [1.0]], (50, 1)), np.zeros(100)
    rest[3] = -45.5
    found = scale.scaled(
        awards, np.array([90.0]), np.array([90.0]), rest, awards[:, 0] * 90, SCALE_TIERS, lambda totals: 0.5, 0.1
    )
    lowest = (awards @ found.points + rest).min()
    assert lowest < 0 <= lowest + found.base < 1


def coarse(qualities: dict[int, float], chance: float) -> scale.Scale:
    """Scale weights that leave out one of two rules; `qualities` are of what is tried, by place, 0.995 of all else."""
    draw = np.random.default_rng(17)
    awards = np.column_stack([draw.random(1000) < 0.5, draw.random(1000) < 0.2]).astype(float)
    points, tiers = np.array([10.0, 5.0]), [scale.Tier("hot", 15), scale.Tier("warm", 10), scale.Tier("hold", 0)]
    asked = iter(range(1000))
    return scale.scaled(
        awards,
        np.array([10.0, 0.0]),
        points,
        np.zeros(1000),
        awards @ points,
        tiers,
        lambda totals: qualities.get(next(asked), 0.995),
        chance,
    )


def is_near(found: scale.Scale) -> bool:
    """Say if no tier's share moves further than it may."""
    return all(abs(then - now) <= scale.FAR for _, now, then in found.shares)


IN_FORCE, LAST = len(scale.BLENDS), len(scale.BLENDS) + scale.VARIED + 1


def test_of_weights_that_fit_those_that_rank_best_are_taken() -> None:
    """Among them the points in force; whatever first comes near enough to the weights."""
    assert coarse({0: 1.0, IN_FORCE: 0.999, LAST: 0.5}, 0.1).points.tolist() == [10, 5]
    others = [coarse({0: 1.0, place: 0.999, LAST: 0.5}, 0.1) for place in (5, 6)]
    assert others[0].points.tolist() != others[1].points.tolist()
    assert is_near(others[0]) and is_near(others[1])


def test_what_ranks_best_is_asked_of_whole_totals() -> None:
    """The points that do not change are part of each of them."""
    draw, asked = np.random.default_rng(17), []
    awards = np.column_stack([draw.random(1000) < 0.5, draw.random(1000) < 0.2]).astype(float)
    points, rest = np.array([10.0, 5.0]), np.full(1000, 3.0)
    tiers = [scale.Tier("hot", 18), scale.Tier("warm", 13), scale.Tier("hold", 0)]

    def quality(totals: np.ndarray) -> float:
        asked.append(totals[~awards.any(axis=1)])
        return 0.5

    scale.scaled(awards, np.array([10.0, 0.0]), points, rest, awards @ points + rest, tiers, quality, 0.1)
    assert len(asked) > scale.VARIED
    assert {total for totals in asked for total in totals} == {3}


def test_a_clear_gain_is_not_given_up_for_shares() -> None:
    """A gain that may be chance is; what loses just as much as may be lost is taken."""
    much_worse = dict.fromkeys(range(1, LAST), 0.9)
    assert not is_near(coarse({0: 1.0, **much_worse, LAST: 0.5}, 0.1))
    assert is_near(coarse({0: 1.0, **much_worse, LAST: 0.5}, 0.5))
    assert is_near(coarse({0: 1.0, **much_worse, IN_FORCE: 1.0 - scale.LOSS, LAST: 0.5}, 0.1))


def test_of_weights_that_rank_as_well_and_do_not_fit_the_nearest_are_taken() -> None:
    """Where the gain is clear: a tier is a little too large rather than empty."""
    draw = np.random.default_rng(17)
    awards = np.column_stack([draw.random(1000) < share for share in (0.5, 0.4, 0.7)]).astype(float)
    weights, points = np.array([2.0, 0.0, 0.0]), np.array([2.0, 1.0, 0.4])
    tiers = [scale.Tier("hot", 3.3), scale.Tier("warm", 1.9), scale.Tier("hold", 0)]
    # at two tenths of the points in force a size up to 4 tells the second rule, and not the third
    asked, qualities = iter(range(1000)), {0: 1.0, 1 + scale.BLENDS.index(0.2): 0.999}
    total = awards @ points
    found = scale.scaled(
        awards, weights, points, np.zeros(1000), total, tiers, lambda totals: qualities.get(next(asked), 0.9), 0.01
    )
    assert found.points[0] > found.points[1] > found.points[2] == 0
    assert found.shares[0][2] == pytest.approx((awards[:, 0] * awards[:, 1]).mean()) and not is_near(found)


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
