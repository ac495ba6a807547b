"""The ten lines at the end of a build: what a person wants to know who will not read the log."""

from collections.abc import Callable
from typing import Any

from lead_scoring.publish.contents import Publication

Query = Callable[[str], list[tuple[Any, ...]]]

TIERS = """
    select lead_mart.tier, count(*) from lead_mart left join tiers on lead_mart.tier = tiers.tier
    group by lead_mart.tier, tiers.min_score order by coalesce(tiers.min_score, -1) desc, lead_mart.tier
"""
QUEUE = "select queue_status, count(*) from handoff_queue group by queue_status order by queue_status"
STALE = "select stale_reason, count(*) from stale_leads group by stale_reason order by stale_reason"
ROWS = "select cast(sum(rows_in) as bigint), cast(sum(rows_rejected) as bigint) from row_accounting"
WHY = """
    select reason, count(*), min(remedy) from rejected_records where not is_row_kept
    group by reason order by count(*) desc, reason limit 1
"""


def lines(query: Query, publication: Publication, places: list[str], warnings: list[str] | None) -> list[str]:
    """Return what to print after a publication.

    Arguments:
        query: runs SQL on the published set.
        publication: what readers see.
        places: where readers find it.
        warnings: the sentences that the build said; None if nobody listened.

    """
    tiers, queue, stale = query(TIERS), query(QUEUE), query(STALE)
    [(rows_in, rejected)] = query(ROWS)
    left_out = f"{rejected:,} of {rows_in:,} raw rows"
    for reason, count, remedy in query(WHY):
        left_out += f", most ({count:,}) as {reason}: {remedy}"
    found = [
        f"Published   {publication}, rules {publication.rules_version[:8]}",
        f"Leads       {_sum(tiers)}",
        f"Queue       {_sum(queue)}",
        f"Stale       {_sum(stale)}",
        f"Left out    {left_out}",
    ]
    if warnings is not None:
        found.append(f"Warnings    {len(warnings) or 'none'}")
        found += [f"            {warning.removeprefix('WARNING ')}" for warning in warnings[:3]]
    return [
        *found,
        f"Readers     {', '.join(places)}",
        "Look        lead-scoring app",
    ]


def _sum(counts: list[tuple[str, int]]) -> str:
    """Write counts with their sum first: `704: hot 29, hold 675`."""
    total = sum(count for _, count in counts)
    parts = ", ".join(f"{name} {count:,}" for name, count in counts)
    return f"{total:,}" + (f": {parts}" if parts else "")
