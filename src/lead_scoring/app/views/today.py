"""Today: whom sales calls now, the late ones first."""

import streamlit as st

from lead_scoring.app.language import Words
from lead_scoring.app.source import Source
from lead_scoring.app.views.parts import number, table

QUEUE = """
    select
        queue.lead_id, company_name, tier, total_score, owner, queue_status, sla_due_at, task,
        date_diff('minute', $as_of, sla_due_at) / 60.0 as hours_left
    from handoff_queue as queue order by sla_due_at, lead_id
"""
COUNTS = """
    select
        (select count(*) from handoff_queue) as queue,
        (select count(*) from handoff_queue where queue_status = 'overdue') as overdue,
        (select count(*) from sales_handoffs where handed_off_at > $as_of - interval 7 days) as handed,
        (select count(*) from stale_leads) as stale
"""


def show(source: Source, words: Words) -> None:
    """Show the queue as cards, with filters, and as a file."""
    [counts] = source.rows(COUNTS, as_of=source.as_of)
    for place, name in zip(st.columns(4), ("queue", "overdue", "handed", "stale"), strict=True):
        place.metric(words(f"{name}_count"), counts[name])
    st.write(words("today_intro"))
    queue = source.frame(QUEUE, as_of=source.as_of)
    queue["owner"] = queue["owner"].fillna(words("nobody"))
    by_owner, by_tier = st.columns(2)
    owner = by_owner.selectbox(words("owner"), [words("all"), *sorted(queue["owner"].unique())], key="owner")
    tier = by_tier.selectbox(words("tier"), [words("all"), *sorted(queue["tier"].unique())], key="tier")
    if owner != words("all"):
        queue = queue[queue["owner"] == owner]
    if tier != words("all"):
        queue = queue[queue["tier"] == tier]
    if queue.empty:
        st.success(words("no_queue"))
        return
    for row in queue.head(50).to_dict("records"):
        _card(row, words)
    labels = {
        "lead_id": "lead_id",
        "company_name": "company",
        "tier": "tier",
        "total_score": "score",
        "owner": "owner",
        "queue_status": "status",
        "sla_due_at": "due",
        "task": "task",
    }
    table(queue, words, labels, "handoff_queue")


def _card(row: dict[str, object], words: Words) -> None:
    hours = float(str(row["hours_left"]))
    left = words("late" if hours < 0 else "hours", hours=f"{abs(hours):.1f}")
    with st.container(border=True):
        what, when = st.columns([4, 1])
        name = row["company_name"] or row["lead_id"]
        what.markdown(
            f"**{_plain(name)}** · {_plain(row['tier'])} · {number(row['total_score'])} · {_plain(row['owner'])}"
        )
        what.text(str(row["task"]))
        when.badge(left, color="red" if hours < 0 else "green")
        when.caption(f"{words('due')}: {row['sla_due_at']:%m-%d %H:%M}")
        when.button(words.named("pages", "lead"), key=f"open {row['lead_id']}", on_click=_open, args=(row["lead_id"],))


def _open(lead_id: str) -> None:
    st.session_state["page"] = "lead"
    st.session_state["search"] = lead_id


def _plain(text: object) -> str:
    """Take the meaning of markdown out of what others typed."""
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]<>()#+-.!|$:~" else sign for sign in str(text))
