"""The score in Polars: lazy queries on the streaming engine, integer points.

Only the running episode is looked at, since a reset leaves nothing of the others.
"""

from datetime import datetime
from pathlib import Path

import polars as pl
from rules import (
    ATTRIBUTES,
    FIRST_MOMENT,
    JST,
    LAST_MOMENT,
    MILLION,
    VERSION_ORDER,
    AttributeRule,
    BehaviorRule,
    attribute_rules,
    behavior_rules,
    recency_rules,
    reset_after,
    tiers,
)

SCORES = ["attribute_score", "behavior_score", "recency_score"]


def score(raw: Path, as_of: datetime, result: Path) -> None:
    """Compute the three axes, the total and the tier per lead."""
    leads = read_leads(raw / "leads.parquet").collect(engine="streaming").with_row_index("lead")
    scored = leads.lazy().filter(pl.col("created_at") <= as_of)
    events = read_events(raw / "events.parquet", scored, as_of).collect(engine="streaming").lazy()
    is_active = pl.any_horizontal([match(rule) for rule in behavior_rules() if rule.keeps_active])
    days = events.filter(is_active).group_by("lead", "date").agg(first=pl.min("time"), last=pl.max("time"))
    days = days.collect(engine="streaming").lazy()
    started = find_running_episodes(days, scored, as_of)
    running = events.join(started, on="lead").filter(pl.col("time") >= pl.col("started_at"))
    running = running.collect(engine="streaming").lazy()
    points = pl.concat([award(running, rule, as_of) for rule in behavior_rules()])
    recent = [
        days.filter(pl.col("last") > as_of - rule.window)
        .group_by("lead")
        .agg(points=pl.when(pl.len() >= rule.min_days).then(rule.points).otherwise(0).cast(pl.Int64))
        for rule in recency_rules()
    ]
    is_out = pl.any_horizontal([matches(rule) for rule in attribute_rules("disqualification_rules")])
    attributes = pl.sum_horizontal([matches(rule) * rule.points for rule in attribute_rules("attribute_rules")])
    total = pl.when(is_out).then(0).otherwise(pl.max_horizontal(pl.sum_horizontal(SCORES), 0))
    tier = pl.lit(None)
    for name, bound in tiers():
        tier = pl.when(pl.col("total_score") >= bound).then(pl.lit(name)).otherwise(tier)
    (
        scored.join(sum_points(points, "behavior_score"), on="lead", how="left")
        .join(sum_points(pl.concat(recent), "recency_score"), on="lead", how="left")
        .with_columns(attributes.alias("attribute_score"), pl.col(SCORES[1:]).fill_null(0))
        .with_columns(total_score=total)
        .with_columns(tier=pl.when(is_out).then(pl.lit("disqualified")).otherwise(tier))
        .select("lead_id", pl.col(*SCORES, "total_score") / MILLION, "tier")
        .sink_parquet(result, engine="streaming")
    )


def is_possible(column: str) -> pl.Expr:
    """Tell which times lie in the years a row may be about."""
    return pl.col(column).is_between(FIRST_MOMENT, LAST_MOMENT, closed="left")


def latest(rows: pl.LazyFrame, key: str, order: list[str]) -> pl.LazyFrame:
    """Return one row per key, the greatest."""
    return rows.sort(order, descending=True, nulls_last=True).unique(key, keep="first", maintain_order=True)


def read_leads(path: Path) -> pl.LazyFrame:
    """Return the valid leads, one row each."""
    leads = pl.scan_parquet(path).filter(
        pl.col("lead_id").is_not_null(),
        is_possible("created_at"),
        is_possible("updated_at").fill_null(True),
        (pl.col("employee_count") >= 0).fill_null(True),
    )
    domain = pl.col("email").str.split("@").list.get(1, null_on_oob=True)
    texts = [name for name in ATTRIBUTES if name != "employee_count"]
    return (
        latest(leads, "lead_id", VERSION_ORDER["leads"])
        .with_columns(email_domain=domain)
        .with_columns(pl.col(texts).str.strip_chars().str.to_lowercase())
        .select("lead_id", "created_at", *ATTRIBUTES)
    )


def read_events(path: Path, leads: pl.LazyFrame, as_of: datetime) -> pl.LazyFrame:
    """Return the events of rules that people made by now: lead, type, asset, time and local date."""
    events = (
        pl.scan_parquet(path)
        .filter(
            pl.col("event_id", "lead_id", "event_type").is_not_null(),
            is_possible("occurred_at"),
            is_possible("loaded_at").fill_null(True),
        )
        .with_columns(pl.col("event_type").str.strip_chars().str.to_lowercase(), pl.col("is_bot").fill_null(False))
    )
    repeated_ids = events.group_by("event_id").len().filter(pl.col("len") > 1).collect(engine="streaming").lazy()
    repeated = events.join(repeated_ids, on="event_id", how="semi").collect(engine="streaming").lazy()
    columns = ["lead_id", "event_type", "asset", "occurred_at", "is_bot"]
    once = events.join(repeated_ids, on="event_id", how="anti").select(columns)
    types = {rule.event_type for rule in behavior_rules()}
    return (
        pl.concat([once, latest(repeated, "event_id", VERSION_ORDER["events"]).select(columns)])
        .filter(~pl.col("is_bot"), pl.col("event_type").is_in(types), pl.col("occurred_at") <= as_of)
        .join(leads.select("lead_id", "lead"), on="lead_id")
        .select(
            "lead",
            "event_type",
            pl.col("asset").str.to_lowercase().alias("lower_asset"),
            "asset",
            pl.col("occurred_at").alias("time"),
            (pl.col("occurred_at") + JST).dt.date().alias("date"),
        )
    )


def match(rule: BehaviorRule) -> pl.Expr:
    """Tell which events a rule is about."""
    fits = pl.col("lower_asset").fill_null("").str.contains(rule.regex)
    return (pl.col("event_type") == rule.event_type) & fits


def find_running_episodes(days: pl.LazyFrame, leads: pl.LazyFrame, as_of: datetime) -> pl.LazyFrame:
    """Return when the running episode began; leads without one are missing."""
    created = leads.select("lead", first="created_at", last="created_at")
    spans = (
        pl.concat([days.select("lead", "first", "last"), created])
        .sort("lead", "first", "last")
        .with_columns(last=pl.col("last").cum_max().over("lead"))
        .with_columns(previous=pl.col("last").shift().over("lead"))
    )
    begins = pl.col("previous").is_null() | (pl.col("first") - pl.col("previous") >= reset_after())
    return (
        spans.group_by("lead")
        .agg(started_at=pl.col("first").filter(begins).max(), last=pl.max("last"))
        .filter(pl.col("last") + reset_after() > as_of)
        .select("lead", "started_at")
    )


def award(events: pl.LazyFrame, rule: BehaviorRule, as_of: datetime) -> pl.LazyFrame:
    """Return what the awards of one rule are worth now."""
    awards = events.filter(match(rule)).select("lead", "time", "date", "asset")
    columns = {"day": ["date"], "item": ["asset"], "event": []}[rule.award_per]
    if columns:
        awards = awards.group_by("lead", *columns).agg(pl.min("time"))
    if rule.max_awards is not None:
        awards = awards.group_by("lead").agg(pl.col("time").bottom_k(rule.max_awards)).explode("time")
    steps = (pl.lit(as_of) - pl.col("time")).dt.total_microseconds() // (rule.decay_every.total_seconds() * MILLION)
    left = 100 - pl.min_horizontal(rule.decay_percent * steps.cast(pl.Int64), 100)
    return awards.select("lead", points=(rule.points * left // 100).cast(pl.Int64))


def sum_points(points: pl.LazyFrame, name: str) -> pl.LazyFrame:
    """Return the sum of points per lead under a name."""
    return points.group_by("lead").agg(pl.sum("points").alias(name))


def matches(rule: AttributeRule) -> pl.Expr:
    """Tell which leads an attribute rule fits."""
    if rule.regex:
        return pl.col(rule.attribute).str.contains(rule.regex).fill_null(False)
    value = pl.col(rule.attribute)
    return ((value >= rule.min_value) & (value < rule.below_value)).fill_null(False)
