"""Months: KPIs against targets, whether the score sorted the leads, what a score means, stale leads."""

import altair as alt
import pandas as pd
import streamlit as st

from lead_scoring.app.language import Words
from lead_scoring.app.source import Source
from lead_scoring.app.views.parts import number, table

KPIS = """
    select kpi, value, target, is_target_met from kpi_monthly
    where month = $month and (target is not null or value is not null) order by target is null, kpi
"""
VALIDATION = """
    select month, tier, leads, opportunity_rate, opportunity_rate_low, opportunity_rate_high
    from score_validation where is_mature order by month, min_score
"""
CALIBRATION = """
    select band_from, sum(leads) as leads, sum(opportunities) / sum(leads) as opportunity_rate
    from score_calibration group by band_from having sum(leads) > 0 order by band_from
"""
STALE = """
    select lead_id, company_name, stale_reason, owner, stale_since, days_stale, suggested_action
    from stale_leads order by days_stale desc, lead_id
"""


def show(source: Source, words: Words) -> None:
    """Show the months, the newest first."""
    st.write(words("months_intro"))
    months = [row["month"] for row in source.rows("select distinct month from kpi_monthly order by month desc")]
    st.subheader(words("kpis"), anchor=False)
    if months:
        month = st.selectbox(words("month"), months, format_func=lambda each: f"{each:%Y-%m}", key="month")
        kpis = source.frame(KPIS, month=month)
        met = {True: words("is_true"), False: words("is_false")}
        kpis["met"] = [met.get(value, "") if pd.notna(value) else "" for value in kpis["is_target_met"]]
        for column in ("value", "target"):
            kpis[column] = kpis[column].round(3).map(number)
        kpis.loc[kpis["value"] == "", "value"] = words("unknown")
        table(kpis, words, {"kpi": "kpi", "value": "value", "target": "target", "met": "met"}, "kpi_monthly")
    else:
        st.info(words("empty"))
    st.subheader(words("validation"), anchor=False)
    _validation(source, words)
    st.subheader(words("calibration"), anchor=False)
    calibration = source.frame(CALIBRATION)
    if calibration.empty:
        st.info(words("empty"))
    else:
        x, y = alt.X("band_from:O", title=words("band")), alt.Y("opportunity_rate:Q", title=words("rate"))
        bars = alt.Chart(calibration).mark_bar(color="#8da0cb")
        st.altair_chart(bars.encode(x=x, y=y.axis(format="%"), tooltip=["leads:Q"]), width="stretch")
    st.subheader(words("tiers_by_month"), anchor=False)
    tiers = source.frame("select month, tier, leads from leads_by_tier_monthly order by month, tier")
    bars = alt.Chart(tiers).mark_bar()
    x, y = alt.X("yearmonth(month):O", title=None), alt.Y("leads:Q", title=words("leads"))
    st.altair_chart(bars.encode(x=x, y=y, color=alt.Color("tier:N", title=None)), width="stretch")
    st.subheader(words("stale"), anchor=False)
    labels = {
        "lead_id": "lead_id",
        "company_name": "company",
        "stale_reason": "reason",
        "owner": "owner",
        "days_stale": "days",
        "suggested_action": "action",
    }
    table(source.frame(STALE), words, labels, "stale_leads")


def _validation(source: Source, words: Words) -> None:
    rates = source.frame(VALIDATION)
    if rates.empty:
        st.info(words("empty"))
        return
    x = alt.X("yearmonth(month):O", title=None)
    base = alt.Chart(rates).encode(x=x, xOffset="tier:N", color=alt.Color("tier:N", title=None))
    points = base.mark_point(filled=True, size=60).encode(
        y=alt.Y("opportunity_rate:Q", title=words("rate"), axis=alt.Axis(format="%")),
        tooltip=["tier:N", "leads:Q", "opportunity_rate:Q"],
    )
    intervals = base.mark_rule().encode(y="opportunity_rate_low:Q", y2="opportunity_rate_high:Q")
    st.altair_chart(intervals + points, width="stretch")
