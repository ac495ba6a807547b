"""The score of a lead over time: steps by axis, and what happened to it."""

from typing import Any

import altair as alt
import pandas as pd

from lead_scoring.app.language import Words
from lead_scoring.app.source import Source

STEPS = """
    select valid_from, attribute_score, behavior_score, recency_score, total_score from score_history
    where lead_id = $lead_id and valid_from <= $as_of order by valid_from
"""
MARKS = """
    select handed_off_at as moment, 'handed over' as what, tier as detail from sales_handoffs where lead_id = $lead_id
    union all
    select touched_at, case when is_opportunity then 'opportunity' else 'touched' end, coalesce(touches.owner, '')
    from handoff_touches as touches inner join sales_handoffs using (handoff_id) where lead_id = $lead_id
    union all
    select effective_at, 'reset', rule_id from score_ledger
    where lead_id = $lead_id and entry_type = 'reset' and effective_at <= $as_of
    order by moment, what
"""
COLORS = {"attribute": "#8da0cb", "behavior": "#fc8d62", "recency": "#66c2a5"}
SHAPES = {
    "handed over": ("triangle-up", "#1b6ca8"),
    "touched": ("circle", "#2a9d5c"),
    "opportunity": ("diamond", "#8e44ad"),
    "reset": ("cross", "#c0392b"),
    "reset due": ("cross", "#999999"),
}


def chart(source: Source, lead_id: str, mart: dict[str, Any], words: Words) -> alt.LayerChart:
    """Draw a lead's past, and the reset that is due if nothing happens.

    Arguments:
        source: the published set.
        lead_id: the lead.
        mart: its row of `lead_mart`.
        words: of the language.

    """
    steps = source.frame(STEPS, lead_id=lead_id, as_of=source.as_of)
    now = pd.Timestamp(source.as_of, tz="UTC").tz_convert(source.zone).tz_localize(None)
    last = steps.iloc[[-1]].assign(valid_from=now)
    steps = pd.concat([steps, last], ignore_index=True)
    marks = source.frame(MARKS, lead_id=lead_id, as_of=source.as_of)
    if mart["resets_at"]:
        due = pd.Timestamp(mart["resets_at"], tz="UTC").tz_convert(source.zone).tz_localize(None)
        marks.loc[len(marks)] = [due, "reset due", ""]
    return alt.layer(*_areas(steps, words), *_thresholds(source, steps, now), *_marks(marks, steps, words)).properties(
        height=320
    )


def _areas(steps: pd.DataFrame, words: Words) -> list[alt.Chart]:
    axes = {f"{axis}_score": words.named("axes", axis) for axis in COLORS}
    long = steps.rename(columns=axes).melt("valid_from", list(axes.values()), "axis", "points")
    colors = alt.Scale(domain=list(axes.values()), range=list(COLORS.values()))
    time = alt.X("valid_from:T", title=None, axis=alt.Axis(format="%y-%m-%d", labelAngle=0, tickCount=6))
    areas = (
        alt.Chart(long)
        .mark_area(interpolate="step-after", opacity=0.75)
        .encode(
            x=time,
            y=alt.Y("points:Q", stack="zero", title=words("points")),
            color=alt.Color("axis:N", scale=colors, title=None, legend=alt.Legend(orient="top")),
        )
    )
    total = (
        alt.Chart(steps)
        .mark_line(interpolate="step-after", color="#222222", strokeWidth=1.5)
        .encode(x=time, y="total_score:Q", tooltip=["valid_from:T", "total_score:Q"])
    )
    return [areas, total]


def _thresholds(source: Source, steps: pd.DataFrame, now: pd.Timestamp) -> list[alt.Chart]:
    tiers = source.frame("select tier, min_score from tiers where min_score > 0").assign(
        begins=steps["valid_from"].min()
    )
    lines = alt.Chart(tiers).mark_rule(strokeDash=[4, 4], color="#777777").encode(y="min_score:Q")
    names = (
        alt.Chart(tiers)
        .mark_text(align="left", baseline="bottom", dx=4, color="#555555")
        .encode(x="begins:T", y="min_score:Q", text="tier:N")
    )
    clock = alt.Chart(pd.DataFrame({"now": [now]})).mark_rule(color="#222222").encode(x="now:T")
    return [lines, names, clock]


def _marks(marks: pd.DataFrame, steps: pd.DataFrame, words: Words) -> list[alt.Chart]:
    if marks.empty:
        return []
    # each kind on a line of its own: a lead is often called in the minute of its hand-over
    top = max(100.0, float(steps["total_score"].max()))
    lines = {name: top * (1.1 + 0.1 * place) for place, name in enumerate(SHAPES)}
    lines["reset due"] = lines["reset"]
    known = {words.named("marks", name): look for name, look in SHAPES.items() if name in set(marks["what"])}
    marks = marks.assign(
        what=marks["what"].map(lambda name: words.named("marks", name)), height=marks["what"].map(lines)
    )
    names = list(known)
    shape = alt.Scale(domain=names, range=[look[0] for look in known.values()])
    color = alt.Scale(domain=names, range=[look[1] for look in known.values()])
    legend = alt.Legend(orient="bottom", title=None)
    return [
        alt.Chart(marks)
        .mark_point(filled=True, size=110, opacity=0.95)
        .encode(
            x="moment:T",
            y="height:Q",
            shape=alt.Shape("what:N", scale=shape, legend=legend),
            fill=alt.Fill("what:N", scale=color, legend=legend),
            tooltip=["what:N", "moment:T", "detail:N"],
        )
    ]
