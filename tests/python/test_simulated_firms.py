"""Firms whose true weights are known: what the challenger proposes holds on months it has not seen."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pytest
from click.testing import CliRunner
from conftest import ONLY_MODELS, Built
from firms import (
    FIRMS,
    LEARNING,
    TIERS,
    Firm,
    exclusive_bands,
    live,
    mostly_bad_signs,
    no_signal,
    overlapping,
    seasonal,
)
from firms import repeated_awards as repeated
from test_build import RunDbt
from threadpoolctl import threadpool_limits

from lead_scoring.challenger import model
from lead_scoring.challenger.model import PROPOSED, REGRESSION, Floors, LeadMonths, Trial
from lead_scoring.challenger.scale import scaled
from lead_scoring.cli import main
from lead_scoring.ranking import WithinMonths

DRAWS = 3


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Keep the linear algebra from waiting for other tests."""
    with threadpool_limits(1):
        yield


@pytest.fixture(autouse=True)
def fewer_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bootstrap with less patience than the command has."""
    monkeypatch.setattr(model, "BOOTSTRAP_DRAWS", 200)


def halves(rows: LeadMonths) -> tuple[LeadMonths, LeadMonths]:
    """Give the months to learn from, and those to be judged on."""
    return rows.where(rows.month < LEARNING), rows.where(rows.month >= LEARNING)


def challenge(firm: Firm, seed: int, new_leads: int = 300, turns_signs: bool = False) -> Trial:
    """Challenge a firm's points forward in time."""
    train, test = halves(live(firm, seed, new_leads))
    inner = (train.month < LEARNING - 4, train.month >= LEARNING - 4)
    return model.challenge(train, test, firm.points, TIERS, Floors(), inner, turns_signs)


def auc(rows: LeadMonths, scores: np.ndarray) -> float:
    """Give the AUC within months."""
    return WithinMonths(rows.month, scores, rows.won).auc(np.ones(len(rows.won), int))


def off(trial: Trial) -> float:
    """Give by how much the share of a tier moves, at the most."""
    return max(abs(after - before) for _, before, after in trial.scale.shares)


@pytest.mark.parametrize("name", FIRMS)
def test_the_proposal_ranks_later_months_as_the_regression_does(name: str) -> None:
    """Forward in time, with tiers as large as before and no total cut off at 0."""
    trials = [challenge(FIRMS[name](), seed) for seed in range(DRAWS)]
    behind = [trial.standings[PROPOSED].auc - trial.standings[REGRESSION].auc for trial in trials]
    assert np.mean(behind) >= -0.01, behind
    for trial in trials:
        assert off(trial) <= 0.02, trial.scale
        assert trial.lost[1] <= 0.001, trial.lost
        assert trial.standings[PROPOSED].gain > 0


def test_without_a_signal_nothing_can_be_told() -> None:
    """In at least 95 of 100 draws; and the tiers stay as large as they are in all of them."""
    trials = [challenge(no_signal(), seed, new_leads=120) for seed in range(100)]
    told = [trial.standings[PROPOSED].verdict for trial in trials]
    assert told.count("cannot tell") >= 95, told
    assert max(off(trial) for trial in trials) <= 0.02, [off(trial) for trial in trials]


# --- what was wrong before, one by one --------------------------------------------------------


def test_rules_that_go_together_are_not_counted_twice() -> None:
    """Visits and clicks come with seminars and mean nothing themselves, whatever each by itself seems to say."""
    trial = challenge(overlapping(), seed=1)
    seminar, _, visit, click = trial.scale.points
    assert (trial.log_odds[2:] > 0.2).all()
    assert max(visit, click) < seminar / 3


def test_bands_of_one_attribute_are_set_against_the_same_leads() -> None:
    """The middle band is better than most leads are, and worse than those of the large band and of its industry."""
    small, middle, large, industry, _ = challenge(exclusive_bands(), seed=1).scale.points
    assert small < 0 < middle < large
    assert middle < industry < large


def test_points_are_learned_for_what_is_paid() -> None:
    """Of many awards each counts: learning whether a lead has any at all foretells less."""
    firm = repeated()
    train, test = halves(live(firm, 1, 300))
    flags = [replace(each, awards=(each.awards != 0).astype(float)) for each in (train, test)]
    free = [(None, None)] * 3
    weights = model.fit(flags[0], np.zeros(len(train.won)), np.zeros(3), 1.0, free)
    ranked = challenge(firm, 1).standings
    # the flags' weights are paid per award, as the score does
    assert ranked[PROPOSED].auc > auc(test, test.awards @ weights) + 0.01
    assert ranked[PROPOSED].auc > auc(test, flags[1].awards @ weights) + 0.01


def test_no_total_is_cut_off_at_0_where_most_points_are_negative() -> None:
    """Today most leads stand at 0 alike; everybody gets points instead, and stays in order."""
    trial = challenge(mostly_bad_signs(), seed=1)
    assert (trial.scale.points < 0).sum() == 4
    assert trial.lost[0] > 0.3 and trial.lost[1] == 0
    assert trial.scale.base > 20


def test_evidence_does_not_turn_where_the_base_rate_moves() -> None:
    """The campaign spreads while business slows down: it seems to harm, and helps in every month."""
    firm = seasonal()
    train, _ = halves(live(firm, 1, 300))
    pooled = model.log_odds_within_months(replace(train, month=np.zeros_like(train.month)))[0]
    within = model.log_odds_within_months(train)[0]
    assert pooled[0] < 0 < 0.4 < within[0]
    assert challenge(firm, 1).scale.points[0] > firm.points[0]


def test_a_rule_of_few_outcomes_keeps_its_points() -> None:
    """100 leads and 0 of 15 outcomes are no reason for a number; neither are outcomes that all have the rule."""
    month, lead = np.zeros(300, int), np.arange(300)
    won = lead < 15
    held = np.column_stack([lead >= 200, (lead >= 4) & (lead < 150), (lead >= 5) & (lead < 150)])
    rows = LeadMonths(month, lead, won, np.zeros(300), np.zeros(300), held.astype(float))
    assert rows.has_enough_data(Floors(30, 5)).tolist() == [False, False, True]


def test_tiers_keep_their_meaning_or_get_another_threshold() -> None:
    """The same sum of points is another share of leads: twice as many would be hot."""
    firm = exclusive_bands()
    train, _ = halves(live(firm, 1, 300))
    trial = challenge(firm, 1)
    spread = np.abs(firm.points).sum() / np.abs(trial.log_odds).sum()
    old_way = np.maximum(train.awards @ np.round(trial.log_odds * spread), 0)
    assert abs((old_way >= 80).mean() - (train.total_score >= 80).mean()) > 0.02
    assert off(trial) <= 0.02


def test_a_sign_turns_only_where_it_is_asked_for() -> None:
    """The rule that gives points for a bad sign pays 0, is named, and takes points only with the option."""
    kept, turned = (challenge(seasonal(), 1, turns_signs=asked) for asked in (False, True))
    assert kept.turned.tolist() == turned.turned.tolist() == [False, False, True, False]
    assert kept.scale.points[2] == 0 > turned.scale.points[2]
    assert turned.standings[PROPOSED].auc > kept.standings[PROPOSED].auc


def test_a_scale_that_fits_leaves_the_thresholds_alone() -> None:
    """Weights that are today's points give today's points, thresholds and shares."""
    random = np.random.default_rng(1)
    awards = random.poisson(0.7, (2000, 5)).astype(float)
    points = np.array([30.0, 20, 10, 10, 5])
    scale = scaled(awards, points, points, np.zeros(2000), awards @ points, TIERS, lambda totals: 0.0, 0.05)
    assert scale.points.tolist() == points.tolist() and scale.base == 0 and scale.size == 1
    assert scale.tiers == TIERS
    assert all(before == after for _, before, after in scale.shares)


# --- from end to end ----------------------------------------------------------------------------


def test_the_mart_pays_what_was_judged(run_dbt: RunDbt, sample: Built, project_copy: Path, tmp_path: Path) -> None:
    """A build under the proposed files ranks the tested months exactly as the challenger said."""
    rules, out = project_copy / "seeds" / "rules", tmp_path / "proposal"
    arguments = ["--database", str(sample.database), "--project-dir", str(project_copy), "--rules", str(rules)]
    done = CliRunner().invoke(main, ["challenger", *arguments, "--out", str(out)])
    assert done.exit_code == 0, done.output
    said = json.loads((out / "proposal.json").read_text(encoding="utf-8"))
    for path in out.iterdir():
        (rules / path.name).write_bytes(path.read_bytes())
    built = run_dbt(tmp_path / "built", *ONLY_MODELS, project=project_copy)
    assert built.exit_code == 0, built.output
    with duckdb.connect(str(built.database), read_only=True) as database:
        aucs = dict(database.execute("select strftime(month, '%Y-%m'), auc from score_validation_monthly").fetchall())
        ended = database.execute(
            "select strftime(month, '%Y-%m') from month_ends where is_mature and month_end_at < ?",
            [said["learned_until"]],
        ).fetchall()
    (tested,) = said["judged_on_months"]
    assert float(aucs[tested]) == pytest.approx(said["auc"][PROPOSED], abs=1e-6)
    assert said["auc"][PROPOSED] != said["auc"][model.CURRENT]
    assert set(said["learned_from_months"]) < {month for (month,) in ended} and (tested,) not in ended
