"""The pattern of many lead scoring models for dbt, as one query: counts times weights, faded by age.

Weights and bounds are those of the shipped rule book. It takes no notice of what the rule book says besides: repeats,
machines, caps, one award per day or item, resets, recency. So its score is another one.
"""

from datetime import datetime
from pathlib import Path

import duckdb
from rules import SEEDS

QUERY = """
with behavior as (
    select lead_id, sum(points * exp(-0.1 * date_diff('day', occurred_at, timestamp '{as_of}'))) as behavior_score
    from read_parquet('{raw}/events.parquet')
    inner join read_csv('{seeds}/behavior_rules.csv') as rules using (event_type)
    where
        occurred_at between timestamp '1990-01-01' and timestamp '{as_of}'
        and coalesce(asset, '') like coalesce(asset_pattern, '%')
    group by lead_id
),
demographics as (
    select
        lead_id,
        case when employee_count >= 300 then 20 when employee_count >= 100 then 10 else -10 end
        + case when industry in ('製造業', 'IT・通信', 'Manufacturing', 'Information Technology') then 20 else 0 end
        + case when regexp_matches(job_title, '部長|取締役|社長|Director|CEO|VP') then 30 else 0 end
        as attribute_score
    from read_parquet('{raw}/leads.parquet')
),
totals as (
    select lead_id, max(attribute_score) + coalesce(max(behavior_score), 0) as total_score
    from demographics
    left join behavior using (lead_id)
    group by lead_id
)
select
    lead_id, total_score,
    case when total_score >= 80 then 'hot' when total_score >= 50 then 'nurture' else 'hold' end as tier
from totals
"""


def score(raw: Path, as_of: datetime, result: Path) -> None:
    """Compute a total and a tier per lead."""
    query = QUERY.format(raw=raw, as_of=as_of, seeds=SEEDS)
    duckdb.sql(f"copy ({query}) to '{result}' (format parquet)")
