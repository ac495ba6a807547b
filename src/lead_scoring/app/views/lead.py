"""A lead: its score over time, the ledger that adds up, why, since when, and what was said."""

from datetime import datetime, time, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from lead_scoring.app.language import Words
from lead_scoring.app.source import Source
from lead_scoring.app.views.history_chart import chart
from lead_scoring.app.views.parts import number, table

LISTED = 50
FOUND = """
    select lead_id, company_name, email, total_score, tier, count(*) over () as found from lead_mart
    where $text = '' or lead_id = $text or contains(lower(concat_ws(' ', lead_id, company_name, email)), lower($text))
    order by lead_id = $text desc, total_score desc, lead_id limit $listed
"""
LEDGER = """
    select
        ledger.*, rule_book.description, effective_at > $as_of as is_ahead,
        sum(ledger.points) over (order by effective_at, ledger.axis, ledger.rule_id, entry_type, event_id) as standing
    from score_ledger as ledger left join rule_book on ledger.rule_id = rule_book.rule_id
    where lead_id = $lead_id order by effective_at, ledger.axis, ledger.rule_id, entry_type, event_id
"""
REASONS = """
    select axis, rule_id, points, times_awarded, last_asset, description from lead_score_reasons
    where lead_id = $lead_id and points <> 0 order by points desc, rule_id
"""
SINCE = """
    select valid_from, total_score, tier from score_history
    where lead_id = $lead_id and valid_from <= $as_of order by valid_from desc
"""
HANDOFFS = """
    select handed_off_at, tier, sla_due_at, sla_status, first_touch_at,
        coalesce(first_touch_owner, owner) as owner, response_hours
    from sales_handoffs left join lead_last_touch using (lead_id)
    where lead_id = $lead_id order by handed_off_at desc
"""
TOLD = """
    select tier, total_score, published_at from published_scores
    where lead_id = $lead_id and published_at < $moment order by publication_number desc limit 1
"""
RESTATED = """
    select tier, total_score from score_history
    where lead_id = $lead_id and valid_from < $moment and (valid_to is null or valid_to >= $moment)
"""


def show(source: Source, words: Words) -> None:
    """Show the lead that is searched for."""
    st.session_state.setdefault("search", st.query_params.get("lead", ""))
    text = st.text_input(words("search"), key="search").strip()
    found = source.rows(FOUND, text=text, listed=LISTED)
    if not found:
        st.info(words("nobody_found"))
        return
    if found[0]["found"] > LISTED:
        st.caption(words("found", count=f"{found[0]['found']:,}", shown=LISTED))
    names = {
        row["lead_id"]: f"{row['lead_id']} {row['company_name'] or ''} ({number(row['total_score'])})" for row in found
    }
    lead_id = st.selectbox(words("choose"), list(names), format_func=names.get)
    st.query_params["lead"] = lead_id
    [mart] = source.rows("select * from lead_mart where lead_id = $lead_id", lead_id=lead_id)
    _headline(mart, words)
    st.subheader(words("over_time"))
    st.altair_chart(chart(source, lead_id, mart, words), width="stretch")
    left, right = st.columns(2)
    with left:
        _why(source, lead_id, words)
    with right:
        _since(source, lead_id, words)
    _ledger(source, lead_id, words)
    _said(source, lead_id, words)


def _headline(mart: dict[str, Any], words: Words) -> None:
    st.subheader(f"{mart['company_name'] or mart['lead_id']}", anchor=False)
    places = st.columns(4)
    places[0].metric(f"{mart['tier_label'] or mart['tier']} ({mart['tier']})", number(mart["total_score"]))
    for place, axis in zip(places[1:], ("attribute", "behavior", "recency"), strict=True):
        place.metric(words.named("axes", axis), number(mart[f"{axis}_score"]))
    details = [mart[key] for key in ("industry", "employee_count", "job_title", "region", "email") if mart[key]]
    st.caption(" / ".join(map(str, details)))
    if mart["next_action"]:
        st.write(f"{words('action')}: {mart['next_action']}")


def _why(source: Source, lead_id: str, words: Words) -> None:
    st.subheader(words("why"), anchor=False)
    reasons = source.frame(REASONS, lead_id=lead_id)
    reasons["axis"] = reasons["axis"].map(lambda axis: words.named("axes", axis))
    table(reasons, words, {"points": "points", "description": "description", "last_asset": "asset", "axis": "axis"})


def _since(source: Source, lead_id: str, words: Words) -> None:
    st.subheader(words("since_when"), anchor=False)
    since = source.frame(SINCE, lead_id=lead_id, as_of=source.as_of)
    table(since, words, {"valid_from": "since", "total_score": "score", "tier": "tier"})
    st.subheader(words("who"), anchor=False)
    handoffs = source.frame(HANDOFFS, lead_id=lead_id)
    labels = {"handed_off_at": "since", "sla_due_at": "due", "sla_status": "status", "owner": "owner"}
    table(handoffs, words, labels)


def _ledger(source: Source, lead_id: str, words: Words) -> None:
    st.subheader(words("ledger"), anchor=False)
    st.caption(words("ledger_intro"))
    ledger = source.frame(LEDGER, lead_id=lead_id, as_of=source.as_of)
    ledger["axis"] = ledger["axis"].map(lambda axis: words.named("axes", axis))
    ledger["sum"] = ledger["standing"].map(number).where(~ledger["is_ahead"], words("due_later"))
    labels = {
        "effective_at": "time",
        "points": "points",
        "sum": "sum",
        "description": "description",
        "axis": "axis",
        "rule_id": "rule",
        "entry_type": "entry",
        "asset": "asset",
    }
    table(ledger, words, labels, f"score_ledger_{lead_id}")


def _said(source: Source, lead_id: str, words: Words) -> None:
    st.subheader(words("said"), anchor=False)
    st.caption(words("said_intro"))
    last = pd.Timestamp(source.as_of, tz="UTC").tz_convert(source.zone)
    day = st.date_input(words("day"), last.date(), key="day")
    # to the end of that day, as far as the clock
    midnight = datetime.combine(day + timedelta(days=1), time(), source.zone)
    moment = pd.Timestamp(midnight).tz_convert("UTC").tz_localize(None).to_pydatetime()
    left, right = st.columns(2)
    for place, key, query in ((left, "published", TOLD), (right, "restated", RESTATED)):
        rows = source.rows(query, lead_id=lead_id, moment=min(moment, source.as_of + timedelta(microseconds=1)))
        said = f"{number(rows[0]['total_score'])} ({rows[0]['tier']})" if rows else words("not_published")
        place.metric(words(key), said)
