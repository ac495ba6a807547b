"""The review: figures against scikit-learn and scipy, past scores against past marts, and no leak."""

import copy
from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import numpy as np
import pytest
from compiled import PROJECT, CompiledProject, Row, Tables, read_rows, rows
from conftest import Built
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn.metrics import roc_auc_score
from worlds import World, further_rows, worlds

HORIZON = timedelta(days=90)
MICROSECOND = timedelta(microseconds=1)
AS_OF = datetime(2026, 6, 30, 15)
RAW = ("leads", "events", "sales_activities", "opportunities")
# Figures that stand at the month's end; the other columns are about outcomes.
AT_MONTH_END = {
    "month_end_scores": "month, month_end_at, lead_id, attribute_score, behavior_score, recency_score, total_score,"
    " tier, is_handoff_tier",
    "month_end_rule_points": "month, lead_id, rule_id, points",
    "score_validation": "month, tier, min_score, leads",
    "score_validation_monthly": "month, leads, handoff_lead_share, capacity",
}

History = dict[str, list[Row]]


def run_model(project: CompiledProject, name: str, tables: dict[str, str]) -> list[Row]:
    """Run one model's SQL on tables of the test's own.

    Arguments:
        project: the compiled project.
        name: the model.
        tables: for each table the model reads, a query that makes it.

    """
    relations = {relation.name: relation for relation in project.relations}
    with duckdb.connect() as database:
        database.execute("attach ':memory:' as lead_scoring; use lead_scoring")
        for table, query in tables.items():
            schema = relations[table].schema
            database.execute(f"create schema if not exists {schema}; create table {schema}.{table} as {query}")
        return rows(database, relations[name].sql)


# --- AUC and Wilson intervals against the libraries everyone trusts -------------------------


def test_auc_of_the_sample_is_scikit_learns(sample: Built) -> None:
    """Per mature month, to all six places."""
    with duckdb.connect(str(sample.database), read_only=True) as database:
        scored = rows(database, "from month_end_scores where is_mature")
        shown = {row["month"]: row["auc"] for row in rows(database, "from score_validation_monthly where is_mature")}
    months = defaultdict(list)
    for row in scored:
        months[row["month"]].append((row["has_opportunity"], float(row["total_score"])))
    compared = 0
    for month, auc in shown.items():
        outcomes, scores = zip(*months[month], strict=True)
        if len(set(outcomes)) == 1:
            assert auc is None
        else:
            compared += 1
            assert float(auc) == pytest.approx(roc_auc_score(outcomes, scores), abs=6e-7), month
    assert compared > 10


def test_auc_is_scikit_learns_with_many_ties(project: CompiledProject) -> None:
    """Few distinct scores, months of 2 to 300 leads, outcomes from rare to common, one class only included."""
    random = np.random.default_rng(20260630)
    expected: dict[date, float | None] = {}
    values = []
    for number in range(80):
        month = date(1990 + number // 12, number % 12 + 1, 1)
        leads = int(random.integers(2, 300))
        scores = random.integers(0, random.integers(1, 12), leads) * 12.5
        outcomes = random.random(leads) < random.choice([0.01, 0.2, 0.5, 0.99])
        expected[month] = roc_auc_score(outcomes, scores) if len(set(outcomes)) == 2 else None
        values += [f"('{month}', {score}, {outcome})" for score, outcome in zip(scores, outcomes, strict=True)]
    shown = run_model(
        project,
        "month_rankings",
        {
            "month_capacities": "select distinct cast(column0 as date) as month, cast(40 as numeric(28, 6)) as capacity"
            f" from (values {', '.join(values)}) as leads (column0, column1, column2)",
            "month_end_scores": "select cast(column0 as date) as month, cast(column1 as numeric(18, 6)) as total_score,"
            f" false as is_handoff_tier, column2 as has_opportunity from (values {', '.join(values)})"
            " as leads (column0, column1, column2)",
        },
    )
    assert {row["month"] for row in shown} == set(expected)
    assert None in expected.values()
    for row in shown:
        if expected[row["month"]] is None:
            assert row["auc"] is None
        else:
            assert float(row["auc"]) == pytest.approx(expected[row["month"]], abs=6e-7)


def test_wilson_intervals_are_scipys(project: CompiledProject) -> None:
    """All numbers of leads up to 40 with all numbers of opportunities, and some large ones."""
    cases = [(k, n) for n in range(1, 41) for k in range(n + 1)]
    cases += [(k, 100_000) for k in (0, 1, 317, 50_000, 99_999, 100_000)]
    numbered = {date(1700, 1, 1) + timedelta(days=number): case for number, case in enumerate(cases)}
    listed = ", ".join(f"(date '{month}', {k}, {n})" for month, (k, n) in numbered.items())
    found = f"(values {listed}) as found (month, k, n)"
    shown = run_model(
        project,
        "score_validation",
        {
            "month_ends": f"select month, true as is_mature from {found}",
            "tiers": "select 'hot' as tier, 80 as min_score",
            "month_end_scores": "select month, 'hot' as tier, cast(lead as varchar) as lead_id,"
            " lead < k as has_opportunity, lead >= k as is_won, false as is_worked"
            f" from (select month, k, unnest(range(n)) as lead from {found})",
        },
    )
    assert len(shown) == len(cases)
    for row in shown:
        k, n = numbered[row["month"]]
        for figure, part in (("opportunity_rate", k), ("win_rate", n - k)):
            interval = binomtest(part, n).proportion_ci(method="wilson")
            low, high = float(row[f"{figure}_low"]), float(row[f"{figure}_high"])
            assert (low, high) == pytest.approx((interval.low, interval.high), abs=6e-7), (part, n)
            assert 0 <= low <= high <= 1


def test_evidence_within_months_is_that_of_a_known_example(project: CompiledProject) -> None:
    """Admissions at Berkeley in 1973 by department: R's mantelhaen.test and statsmodels' StratifiedTable agree."""
    # admitted men, men, admitted women, women
    departments = [(512, 825, 89, 108), (353, 560, 17, 25), (120, 325, 202, 593), (138, 417, 131, 375)]
    departments += [(53, 191, 94, 393), (22, 373, 24, 341)]
    counted = ", ".join(
        f"(date '2025-{place}-01', {men + women}, {won_men + won_women}, {men}, {won_men})"
        for place, (won_men, men, won_women, women) in enumerate(departments, start=1)
    )
    names = "month, leads, opportunities, leads_with, opportunities_with"
    outcomes = f"select 'men' as {{}}, {names} from (values {counted}) as counted ({names})"
    tables = {"rule_outcomes": outcomes.format("rule_id"), "candidate_outcomes": outcomes.format("candidate_id")}
    shown = run_model(project, "month_evidence", tables)
    assert len(shown) == 2
    for row in shown:
        odds = [np.exp(float(row[figure])) for figure in ("log_odds", "log_odds_low", "log_odds_high")]
        assert odds == pytest.approx([0.9046968, 0.7719074, 1.0603298], abs=2e-6)


def test_intervals_of_auc_are_delongs(project: CompiledProject) -> None:
    """Told lead by lead: the variance of the shares of pairs that each lead wins."""
    random = np.random.default_rng(1988)
    expected: dict[date, tuple[float, float]] = {}
    values = []
    for number in range(20):
        month = date(1990, 1, 1) + timedelta(days=31 * number)
        scores = random.integers(0, 9, 60) * 7.5
        won = np.arange(60) < 4 + number
        scores[won] += random.integers(0, 3, won.sum()) * 7.5
        better = np.sign(scores[won][:, np.newaxis] - scores[~won]) / 2 + 0.5
        variances = [np.var(better.mean(axis=axis), ddof=1) / better.shape[1 - axis] for axis in (0, 1)]
        half = 1.959963984540054 * np.sqrt(sum(variances))
        expected[month] = (max(better.mean() - half, 0), min(better.mean() + half, 1))
        values += [f"('{month}', {score}, {outcome})" for score, outcome in zip(scores, won, strict=True)]
    named = f"(values {', '.join(values)}) as leads (column0, column1, column2)"
    shown = run_model(
        project,
        "month_rankings",
        {
            "month_capacities": "select distinct cast(column0 as date) as month, cast(40 as numeric(28, 6)) as capacity"
            f" from {named}",
            "month_end_scores": "select cast(column0 as date) as month, cast(column1 as numeric(18, 6)) as total_score,"
            f" false as is_handoff_tier, column2 as has_opportunity from {named}",
        },
    )
    assert len(shown) == 20
    for row in shown:
        auc, margin = float(row["auc"]), float(row["auc_margin"])
        assert (max(auc - margin, 0), min(auc + margin, 1)) == pytest.approx(expected[row["month"]], abs=2e-6)


# --- Outcomes and past scores, told another way --------------------------------------------


def test_outcomes_of_the_sample_follow_from_its_rows(sample: Built) -> None:
    """Who is reviewed, and opportunity, win and touch of each, in plain Python."""
    with duckdb.connect(str(sample.database), read_only=True) as database:
        months = rows(database, "from month_ends")
        by_rule = "select lead_id from disqualified_leads where rule_id is not null"
        leads = rows(database, f"from stg_leads where lead_id not in ({by_rule})")
        opportunities, touches = defaultdict(list), defaultdict(list)
        for row in rows(database, "from stg_opportunities"):
            opportunities[row["lead_id"]].append(row)
        for row in rows(database, "from stg_sales_activities"):
            touches[row["lead_id"]].append(row["occurred_at"])
        columns = "month, lead_id, is_mature, has_opportunity, is_won, is_worked"
        shown = set(database.execute(f"select {columns} from month_end_scores").fetchall())
    expected = set()
    for month in months:
        start, is_mature = month["month_end_at"], month["month_end_at"] + HORIZON <= AS_OF
        for lead in leads:
            own = opportunities[lead["lead_id"]]
            if lead["created_at"] >= start or any(o["created_at"] < start for o in own):
                continue
            if lead["disqualified_at"] is not None and lead["disqualified_at"] < start:
                continue
            within = [o for o in own if o["created_at"] < start + HORIZON]
            wins = [o for o in within if o["is_won"]]
            closings = [o["closed_at"] or o["created_at"] for o in wins]
            outcome_at = min([o["created_at"] for o in within], default=start + HORIZON)
            outcomes: tuple[bool | None, ...] = (
                bool(within),
                any(start <= closing < start + HORIZON for closing in closings),
                any(touch < outcome_at for touch in touches[lead["lead_id"]]),
            )
            if not is_mature:
                outcomes = (None, None, None)
            expected.add((month["month"], lead["lead_id"], is_mature, *outcomes))
    assert shown == expected


def assert_review_shows_the_past(project: CompiledProject, tables: tuple[Tables, Tables], *clock: Any) -> int:
    """Compare each month-end review with the mart and its reasons as built at that moment.

    Arguments:
        project: the compiled project.
        tables: rule book and raw tables.
        clock: as_of, and the time zones if they are not the default ones.

    Returns:
        The number of leads compared.

    """
    compared = 0
    scores = "lead_id, attribute_score, behavior_score, recency_score, total_score, tier"
    points = "lead_id, rule_id, points"
    with project.score(*tables, *clock) as today:
        months = rows(today, "from month_ends order by month desc limit 2")
        for month in months:
            moment = month["month_end_at"] - MICROSECOND
            of_month = f"where month = '{month['month']}' order by all"
            reviewed = today.execute(f"select {scores} from month_end_scores {of_month}").fetchall()
            held = today.execute(f"select {points} from month_end_rule_points {of_month}").fetchall()
            with project.score(*tables, moment, *clock[1:]) as past:
                in_review = (
                    "from (select lead_id from lead_mart where not is_disqualified and lead_id not in"
                    f" (select lead_id from stg_opportunities where created_at <= '{moment}')) join"
                )
                query = f"select {scores} {in_review} lead_mart using (lead_id) order by all"
                assert reviewed == past.execute(query).fetchall()
                query = f"select {points} {in_review} lead_score_reasons using (lead_id) where points <> 0 order by all"
                assert held == past.execute(query).fetchall()
            compared += len(reviewed)
    return compared


@pytest.mark.slow
@given(world=worlds())
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_months_scores_are_those_of_the_mart_at_its_end(project: CompiledProject, world: World) -> None:
    """Random worlds: what the mart would have shown in the month's last microsecond, points of rules included."""
    rule_book, raw, as_of, *zones = world
    assert_review_shows_the_past(project, (rule_book, raw), as_of + timedelta(days=40), *zones)


def test_the_samples_scores_are_those_of_the_mart_then(project: CompiledProject, small_sample: Tables) -> None:
    """The same on the bundled sample, where every tier has leads."""
    assert assert_review_shows_the_past(project, ({}, small_sample), AS_OF) > 50


# --- No leak -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def small_sample() -> Tables:
    """Give every tenth lead of the bundled sample with all its rows."""
    raw = {name: read_rows(PROJECT / "sample_data" / f"{name}.csv") for name in RAW}
    kept = {row["lead_id"] for row in raw["leads"][::10]}
    return {name: [row for row in content if row["lead_id"] in kept] for name, content in raw.items()}


def reviewed(project: CompiledProject, tables: tuple[Tables, Tables], *clock: Any) -> dict[str, dict[date, Any]]:
    """Return, for each review table, its rows by month, and apart from them those without outcomes."""
    figures: dict[str, dict[date, Any]] = {}
    with project.score(*tables, *clock) as database:
        figures["months"] = {row["month"]: row["month_end_at"] for row in rows(database, "from month_ends")}
        for model, at_month_end in AT_MONTH_END.items():
            for name, columns in ((model, at_month_end), (f"{model}, outcomes", "*")):
                figures[name] = defaultdict(list)
                for row in rows(database, f"select {columns} from {model} order by all"):
                    figures[name][row["month"]].append(row)
    return figures


def leaks(project: CompiledProject, rule_book: Tables, raw: Tables, later: Tables, since: datetime, *clock: Any) -> set:
    """Return the review tables in which later rows change a figure they must not change.

    Arguments:
        project: the compiled project.
        rule_book: rows by rule seed; the shipped ones if empty.
        raw: rows by raw table.
        later: more rows, none of which happened before `since`.
        since: a moment, naive UTC.
        clock: as_of, and the time zone if it is not the default one.

    Returns:
        Names of review tables; `<table>, outcomes` where it is outcomes of a horizon that was over.

    """
    before = reviewed(project, (rule_book, raw), *clock)
    after = reviewed(project, (rule_book, raw | {name: raw[name] + later[name] for name in RAW}), *clock)
    changed = set()
    for month, month_end_at in before.pop("months").items():
        for name, figures in before.items():
            known_at = month_end_at + HORIZON if name.endswith("outcomes") else month_end_at
            if known_at <= since and figures[month] != after[name][month]:
                changed.add(name)
    return changed


def rows_since(since: datetime, lead_ids: list[str]) -> Tables:
    """Return events, touches and opportunities of every lead, at a moment and on the days after."""
    later: dict[str, list[Row]] = {name: [] for name in RAW}
    for lead_id in lead_ids:
        for days in (0, 1, 30, 80):
            at, key = str(since + timedelta(days=days)), f"later-{lead_id}-{days}"
            for event_type, asset in (
                ("seminar_attended", "s"),
                ("document_download", f"d{days}"),
                ("email_open", "m"),
            ):
                event = {"event_id": key + event_type, "event_type": event_type, "occurred_at": at, "asset": asset}
                later["events"].append(event | {"lead_id": lead_id})
            later["sales_activities"].append({"activity_id": key, "lead_id": lead_id, "occurred_at": at})
            opportunity = {"opportunity_id": key, "lead_id": lead_id, "created_at": at, "closed_at": at}
            later["opportunities"].append(opportunity | {"is_won": "true"})
    return later


# A month's end of the sample in its second half: three months before have outcomes by then.
SINCE = datetime(2026, 2, 28, 15)


def test_later_rows_change_no_figure_of_the_sample(project: CompiledProject, small_sample: Tables) -> None:
    """From a month's end on everybody is active, touched and wins: nothing known by then changes."""
    later = rows_since(SINCE, [row["lead_id"] for row in small_sample["leads"]])
    assert leaks(project, {}, small_sample, later, SINCE, AS_OF) == set()


# what a careless model would do instead: model, its SQL, the SQL that leaks, a table it shows in
LEAKS = {
    "score a moment too late": (
        "month_end_scores",
        {
            "stretches.valid_from < month_ends.month_end_at": "stretches.valid_from <= month_ends.month_end_at",
            "stretches.valid_to >= month_ends.month_end_at": "stretches.valid_to > month_ends.month_end_at",
        },
        "month_end_scores",
    ),
    "score at the end of the horizon": (
        "month_end_scores",
        {
            "stretches.valid_from < month_ends.month_end_at": "stretches.valid_from < month_ends.horizon_ends_at",
            "stretches.valid_to >= month_ends.month_end_at": "stretches.valid_to >= month_ends.horizon_ends_at",
        },
        "score_validation",
    ),
    "leads with any opportunity left out": (
        "month_end_scores",
        {"stretches.first_opportunity_at >= month_ends.month_end_at": "stretches.first_opportunity_at is null"},
        "score_validation_monthly",
    ),
    "opportunity at any time": (
        "month_end_scores",
        {"when stretches.first_opportunity_at < month_ends.horizon_ends_at then": "when true then"},
        "score_validation_monthly, outcomes",
    ),
    "win at any time": (
        "month_end_scores",
        {"< month_ends.horizon_ends_at\n": "is not null\n"},
        "score_validation, outcomes",
    ),
    "touch at any time": (
        "month_end_scores",
        {"scored.first_touch_at < coalesce(": "scored.first_touch_at is not null or null = coalesce("},
        "score_validation, outcomes",
    ),
    "points a moment too late": (
        "month_end_rule_points",
        {"standing.stands_from < month_ends.month_end_at": "standing.stands_from <= month_ends.month_end_at"},
        "month_end_rule_points",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("leak", LEAKS)
def test_a_planted_leak_is_found(project: CompiledProject, small_sample: Tables, leak: str) -> None:
    """The check above is red on each way in which the future could get into the past."""
    model, changes, table = LEAKS[leak]
    later = rows_since(SINCE, [row["lead_id"] for row in small_sample["leads"]])
    assert table in leaks(leaky(project, model, changes), {}, small_sample, later, SINCE, AS_OF)


def leaky(project: CompiledProject, model: str, changes: dict[str, str]) -> CompiledProject:
    """Return the project with parts of one model's SQL replaced."""
    changed = copy.copy(project)
    changed.relations = list(project.relations)
    for number, relation in enumerate(changed.relations):
        if relation.name == model:
            sql = relation.sql
            for old, new in changes.items():
                assert old in sql, old
                sql = sql.replace(old, new)
            changed.relations[number] = replace(relation, sql=sql)
    return changed


@pytest.mark.slow
@given(world=worlds(), data=st.data())
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
def test_later_rows_change_no_figure_of_a_random_world(
    project: CompiledProject, world: World, data: st.DataObject
) -> None:
    """Any rule book, rows broken in every way, and more such rows from a month's end on."""
    rule_book, raw, as_of, *zones = world
    as_of += timedelta(days=120)
    with project.score(rule_book, raw, as_of, *zones) as database:
        ends = [row["month_end_at"] for row in rows(database, "from month_ends")]
    assume(ends)
    since = data.draw(st.sampled_from(ends))
    instants = [since, since + MICROSECOND, *(since + timedelta(days=days) for days in (1, 10, 30, 89, 90, 91))]
    later = data.draw(further_rows(instants, zones)) | {"leads": []}
    for name in RAW:
        key = {"events": "event_id", "sales_activities": "activity_id", "opportunities": "opportunity_id"}.get(name)
        # ids of their own: a new version of an old row may rightly change the past
        later[name] = [row | {key: f"later {row[key]}"} for row in later[name] if (row[key] or "").strip()]
    assert leaks(project, rule_book, raw, later, since, as_of, *zones) == set()
