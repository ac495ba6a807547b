"""Try: other points and thresholds, and at once who would change tier."""

import csv
import io
from decimal import Decimal

import numpy as np
import pandas as pd
import streamlit as st

from lead_scoring.app import trial
from lead_scoring.app.language import Words
from lead_scoring.app.source import Source
from lead_scoring.app.views.parts import number, share, table
from lead_scoring.ranking import WithinMonths


def show(source: Source, words: Words) -> None:
    """Let points and thresholds be changed, and show what comes of it."""
    st.write(words("trial_intro"))
    rules, tiers = source.frame(trial.RULES), source.frame(trial.TIERS)
    left, right = st.columns([3, 2])
    with left:
        new_points = _edited(rules, "rule_id", "points", words, "trial_points")
    with right:
        new_scores = _edited(tiers, "tier", "min_score", words, "trial_tiers")
    change = trial.Change(
        _changed(rules, "rule_id", "points", new_points), _changed(tiers, "tier", "min_score", new_scores)
    )
    st.caption(words("trial_limits"))
    if new_scores["new"].duplicated().any():
        st.error(words("trial_equal"))
    elif new_scores["new"].min() > max(0, tiers["min_score"].min()):
        st.error(words("trial_lowest"))
    elif not change.points and not change.min_scores:
        st.info(words("trial_same"))
    else:
        _tell(source, change, list(tiers["tier"]), list(tiers.loc[tiers["is_handoff"], "tier"]), words)
        _files(source, change, words)


def _edited(frame: pd.DataFrame, key: str, column: str, words: Words, title: str) -> pd.DataFrame:
    """Show a table with a column that can be changed; return it with the column `new`."""
    st.subheader(words(title), anchor=False)
    shown = frame.assign(new=frame[column].astype(float))
    described = [name for name in ("description",) if name in frame]
    return st.data_editor(
        shown[[key, column, "new", *described]],
        hide_index=True,
        width="stretch",
        disabled=[key, *described, column],
        key=title,
        column_config={
            key: words("rule" if key == "rule_id" else "tier"),
            "description": words("description"),
            column: words("trial_old"),
            "new": st.column_config.NumberColumn(words("trial_new"), required=True, step=0.5),
        },
    )


def _changed(frame: pd.DataFrame, key: str, column: str, edited: pd.DataFrame) -> dict[str, Decimal]:
    pairs = zip(frame[key], frame[column].astype(float), edited["new"], strict=True)
    return {name: Decimal(str(new)) for name, old, new in pairs if new is not None and float(new) != old}


def _tell(source: Source, change: trial.Change, tiers: list[str], handed: list[str], words: Words) -> None:
    leads = trial.tried_now(source.connection, change).df()
    moved = leads[leads["old_tier"] != leads["new_tier"]]
    changed = int((leads["old_score"] != leads["new_score"]).sum())
    moved_share = share(len(moved) / max(1, len(leads)))
    st.markdown(
        "**" + words("trial_moves", moved=len(moved), leads=len(leads), share=moved_share, changed=changed) + "**"
    )
    order = [*tiers, "disqualified"]
    counts = pd.crosstab(leads["old_tier"], leads["new_tier"]).reindex(index=order, columns=order, fill_value=0)
    counts.index.name = f"{words('trial_old')} ↓ / {words('trial_new')} →"
    st.dataframe(counts, width="stretch")
    if not moved.empty:
        st.subheader(words("trial_who"), anchor=False)
        moved = moved.assign(scores=moved["old_score"].map(number) + " → " + moved["new_score"].map(number))
        moved = moved.assign(tiers=moved["old_tier"] + " → " + moved["new_tier"]).sort_values(
            "new_score", ascending=False
        )
        labels = {"lead_id": "lead_id", "company_name": "company", "tiers": "tier", "scores": "score"}
        table(moved, words, labels, "tier_changes")
    st.subheader(words("trial_months"), anchor=False)
    st.caption(words("trial_months_intro"))
    months = trial.tried_month_ends(source.connection, change).df()
    if months.empty:
        st.info(words("empty"))
        return
    until = source.publication.get("learned_until")
    taught = months["month_end_at"] < until if until else pd.Series(False, months.index)
    sides = {"trial_old": ("old_score", "old_tier"), "trial_new": ("new_score", "new_tier")}
    if not taught.all():
        judged = {words(name): _judged(months[~taught], *columns, handed, words) for name, columns in sides.items()}
        st.dataframe(pd.DataFrame(judged), width="stretch")
    by_month = []
    for month, rows in months.groupby("month"):
        told = {
            words("month"): f"{month:%Y-%m}",
            words("trial_taught"): words("is_true") if taught[rows.index[0]] else "",
        }
        for name, columns in sides.items():
            told |= {f"{key}, {words(name)}": each for key, each in _judged(rows, *columns, handed, words).items()}
        by_month.append(told)
    shown = pd.DataFrame(by_month)
    grey = shown[words("trial_taught")].map(lambda said: "color: #999999" if said else "")
    st.dataframe(shown.style.apply(lambda column: grey), hide_index=True, width="stretch")


def _judged(months: pd.DataFrame, score: str, tier: str, handed: list[str], words: Words) -> dict[str, str]:
    is_handed = months[tier].isin(handed)
    won = months["has_opportunity"].astype(bool)
    month = np.unique(months["month"], return_inverse=True)[1]
    ranking = WithinMonths(month, months[score].to_numpy(float), won.to_numpy())
    auc = ranking.auc(np.ones(len(months), int))
    return {
        words("handoff_leads"): f"{int(is_handed.sum()):,}",
        words("handoff_opportunities"): share((is_handed & won).sum() / won.sum()) if won.any() else "",
        "AUC": "" if np.isnan(auc) else f"{auc:.3f}",
    }


def _files(source: Source, change: trial.Change, words: Words) -> None:
    """Offer the rule files that would have to be changed, as they would be."""
    kinds = dict(source.connection.execute("select rule_id, rule_kind from rule_book").fetchall())
    changes = {(kinds[rule_id], rule_id): points for rule_id, points in change.points.items()}
    changes |= {("tiers", tier): score for tier, score in change.min_scores.items()}
    for kind in sorted({kind for kind, _ in changes}):
        key, column = ("tier", "min_score") if kind == "tiers" else ("rule_id", "points")
        rows = source.rows(f'select * from "{kind}"')
        text = io.StringIO()
        writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        for row in rows:
            new = changes.get((kind, row[key]), row[column])
            writer.writerow({name: _cell(value) for name, value in (row | {column: new}).items()})
        st.download_button(f"{words('download')}: {kind}.csv", text.getvalue().encode(), f"{kind}.csv", "text/csv")


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return str(value).lower()
    return number(value) if isinstance(value, Decimal) else value
