"""Rules: the rule book in words, what the evidence says, and which rules carry the hot leads."""

import altair as alt
import streamlit as st

from lead_scoring.app.language import Words
from lead_scoring.app.source import Source
from lead_scoring.app.views.parts import number, share, table

RULES = """
    select
        rule_book.axis, rule_book.rule_id, rule_book.points, rule_book.description,
        review.verdict, review.lift, review.rate_with, review.rate_without, review.points_low, review.points_high
    from rule_book left join rule_review as review using (rule_id)
    where rule_kind <> 'tiers' order by rule_kind, rule_book.points desc, rule_book.rule_id
"""
CARRIES = """
    select reasons.description, sum(reasons.points) / (
        select count(*) from lead_mart inner join tiers using (tier) where sla_hours is not null
    ) as points
    from lead_score_reasons as reasons
    inner join lead_mart using (lead_id)
    inner join tiers using (tier)
    where tiers.sla_hours is not null and reasons.points <> 0
    group by all order by points desc
"""


def show(source: Source, words: Words) -> None:
    """Show every rule with its evidence."""
    st.write(words("rules_intro"))
    rules = source.frame(RULES)
    rules["axis"] = rules["axis"].map(lambda axis: words.named("axes", axis), na_action="ignore")
    rules["allowed"] = [
        f"{number(low)} – {number(high)}" if number(low) else ""
        for low, high in zip(rules["points_low"], rules["points_high"], strict=True)
    ]
    for column in ("rate_with", "rate_without"):
        rules[column] = rules[column].map(share)
    labels = {
        "description": "description",
        "points": "points",
        "verdict": "verdict",
        "allowed": "allowed",
        "rate_with": "rate_with",
        "rate_without": "rate_without",
        "lift": "lift",
        "axis": "axis",
        "rule_id": "rule",
    }
    table(rules, words, labels, "rules")
    st.subheader(words("carries"), anchor=False)
    st.caption(words("carries_intro"))
    carries = source.frame(CARRIES)
    if carries.empty:
        st.info(words("empty"))
        return
    bars = alt.Chart(carries).mark_bar(color="#fc8d62")
    y = alt.Y("description:N", sort="-x", title=None, axis=alt.Axis(labelLimit=320))
    st.altair_chart(bars.encode(x=alt.X("points:Q", title=words("points")), y=y), width="stretch")
