"""The score in pandas, as one would write it for speed: categories instead of text, integer points, no loops over rows.

Only the running episode is looked at, since a reset leaves nothing of the others.
"""

from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from rules import (
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


def score(raw: Path, as_of: datetime, result: Path) -> None:
    """Compute the three axes, the total and the tier per lead."""
    leads = read_leads(raw / "leads.parquet")
    events = read_events(raw / "events.parquet", leads, as_of)
    leads = leads[leads["created_at"] <= as_of]
    masks = [match(events, rule) for rule in behavior_rules()]
    active = np.logical_or.reduce([m for m, rule in zip(masks, behavior_rules(), strict=True) if rule.keeps_active])
    days = events[active].groupby(["lead", "date"], sort=True)["occurred_at"].agg(["min", "max"]).reset_index()
    days = days[days["lead"].isin(leads["lead"])]
    started = find_running_episodes(days, leads, as_of)
    running = events["occurred_at"].to_numpy() >= started.reindex(events["lead"], fill_value=LAST_MOMENT).to_numpy()
    points = [award(events[mask & running], rule, as_of) for mask, rule in zip(masks, behavior_rules(), strict=True)]
    leads = leads.set_index("lead")
    leads["attribute_score"] = sum(matches(leads, rule) * rule.points for rule in attribute_rules("attribute_rules"))
    leads["behavior_score"] = pd.concat(points).groupby(level=0).sum().reindex(leads.index, fill_value=0)
    leads["recency_score"] = sum(
        (days[days["max"] > as_of - rule.window].groupby("lead").size() >= rule.min_days)
        .reindex(leads.index, fill_value=False)
        .mul(rule.points)
        for rule in recency_rules()
    )
    is_out = np.logical_or.reduce([matches(leads, rule) for rule in attribute_rules("disqualification_rules")])
    total = leads[["attribute_score", "behavior_score", "recency_score"]].sum(axis=1).clip(lower=0).mask(is_out, 0)
    names, bounds = zip(*tiers(), strict=True)
    leads["total_score"] = total
    tier = np.array(names)[np.searchsorted(bounds, total, side="right") - 1]
    leads["tier"] = np.where(is_out, "disqualified", tier)
    scores = [f"{axis}_score" for axis in ("attribute", "behavior", "recency", "total")]
    leads[scores] = leads[scores] / MILLION
    leads[["lead_id", *scores, "tier"]].to_parquet(result, index=False)


def is_possible(times: pd.Series) -> pd.Series:
    """Tell which times lie in the years a row may be about."""
    return (times >= FIRST_MOMENT) & (times < LAST_MOMENT)


def latest(rows: pd.DataFrame, key: str, order: list[str]) -> pd.DataFrame:
    """Return one row per key, the greatest."""
    return rows.sort_values(order, ascending=False, na_position="last", kind="stable").drop_duplicates(key)


def read_leads(path: Path) -> pd.DataFrame:
    """Return the valid leads, one row each, numbered."""
    leads = pd.read_parquet(path, columns=["lead_id", *VERSION_ORDER["leads"]])
    valid = leads["lead_id"].notna() & is_possible(leads["created_at"])
    valid &= leads["updated_at"].isna() | is_possible(leads["updated_at"])
    valid &= ~(leads["employee_count"] < 0)
    leads = latest(leads[valid], "lead_id", VERSION_ORDER["leads"]).reset_index(drop=True)
    leads["email_domain"] = leads["email"].str.split("@", n=2).str.get(1)
    for column in ("industry", "job_title", "segment", "email_domain"):
        leads[column] = leads[column].str.strip().str.lower()
    leads["lead"] = np.arange(len(leads))
    return leads


def read_events(path: Path, leads: pd.DataFrame, as_of: datetime) -> pd.DataFrame:
    """Return the events of rules that people made by now: lead, type, asset, time and local date."""
    texts = ["lead_id", "event_type", "asset"]
    events = pq.read_table(path, read_dictionary=texts).to_pandas()
    events["is_bot"] = events["is_bot"].eq(True)
    kinds = events["event_type"].cat.categories
    events["event_type"] = events["event_type"].astype(object).map({kind: kind.strip().lower() for kind in kinds})
    valid = events[["event_id", "lead_id", "event_type"]].notna().all(axis=1) & is_possible(events["occurred_at"])
    events = events[valid & (events["loaded_at"].isna() | is_possible(events["loaded_at"]))]
    is_repeated = events["event_id"].duplicated(keep=False)
    repeated = events[is_repeated].astype(dict.fromkeys(texts, object))
    events = pd.concat([events[~is_repeated], latest(repeated, "event_id", VERSION_ORDER["events"])])
    scored = {rule.event_type for rule in behavior_rules()}
    events = events[~events["is_bot"] & events["event_type"].isin(scored) & (events["occurred_at"] <= as_of)]
    events["lead"] = pd.Index(leads["lead_id"]).get_indexer(events["lead_id"])
    events = events.loc[events["lead"] >= 0, ["lead", "event_type", "asset", "occurred_at"]].reset_index(drop=True)
    events["date"] = (events["occurred_at"] + JST).dt.floor("D")
    return events.astype({"event_type": "category", "asset": "category"})


def match(events: pd.DataFrame, rule: BehaviorRule) -> np.ndarray:
    """Tell which events a rule is about."""
    fits = events["asset"].cat.categories.str.lower().str.contains(rule.regex)
    asset_fits = np.append(fits, rule.regex == "^.*$")[events["asset"].cat.codes]  # code -1: no asset
    return (events["event_type"] == rule.event_type).to_numpy() & asset_fits


def find_running_episodes(days: pd.DataFrame, leads: pd.DataFrame, as_of: datetime) -> pd.Series:
    """Return by lead when its running episode began; leads without one are missing."""
    created = leads.assign(min=leads["created_at"], max=leads["created_at"])[["lead", "min", "max"]]
    spans = pd.concat([days[["lead", "min", "max"]], created]).sort_values(["lead", "min", "max"])
    spans["max"] = spans.groupby("lead")["max"].cummax()
    previous = spans.groupby("lead")["max"].shift()
    begins = spans[previous.isna() | (spans["min"] - previous >= reset_after())]
    started = begins.groupby("lead")["min"].last()
    return started[spans.groupby("lead")["max"].last() + reset_after() > as_of]


def award(events: pd.DataFrame, rule: BehaviorRule, as_of: datetime) -> pd.Series:
    """Return what the awards of one rule are worth now, by lead."""
    columns = {"day": ["date"], "item": ["asset"], "event": []}[rule.award_per]
    awards = events.sort_values("occurred_at", kind="stable")
    if columns:
        awards = awards.drop_duplicates(["lead", *columns])
    if rule.max_awards is not None:
        awards = awards.groupby("lead").head(rule.max_awards)
    steps = (as_of - awards["occurred_at"]) // rule.decay_every
    left = 100 - (rule.decay_percent * steps).clip(upper=100)
    return (rule.points * left // 100).set_axis(awards["lead"]).groupby(level=0).sum()


def matches(leads: pd.DataFrame, rule: AttributeRule) -> pd.Series:
    """Tell which leads an attribute rule fits."""
    values = leads[rule.attribute]
    if rule.regex:
        return values.str.contains(rule.regex).fillna(False).astype(bool)
    return (values >= rule.min_value) & (values < rule.below_value)
