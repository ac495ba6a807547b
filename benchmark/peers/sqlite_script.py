"""The score in SQLite, in memory, with the standard library's module; parquet is read by pyarrow, and that counts.

Times are microseconds since 1970, points are millionths. Only the running episode is looked at, since a reset leaves
nothing of the others.
"""

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from rules import FIRST_MOMENT, LAST_MOMENT, MILLION, VERSION_ORDER, millionths, read

COLUMNS = {"leads": ["lead_id", *VERSION_ORDER["leads"]], "events": ["event_id", *VERSION_ORDER["events"]]}

STAGING = """
create temp table staged_leads as
select
    row_number() over () as lead, lead_id, created_at, employee_count, lower(trim(industry)) as industry,
    lower(trim(job_title)) as job_title, lower(trim(segment)) as segment,
    lower(substr(trim(email), instr(trim(email), '@') + 1)) as email_domain
from (
    select *, row_number() over (partition by lead_id order by {leads_order}) as version_rank
    from leads
    where
        lead_id is not null and created_at >= :first and created_at < :last
        and coalesce(updated_at >= :first and updated_at < :last, true) and coalesce(employee_count >= 0, true)
)
where version_rank = 1;

create temp table valid_events as
select
    event_id, lead_id, lower(trim(event_type)) as event_type, occurred_at, loaded_at, asset,
    coalesce(is_bot, 0) as is_bot
from events
where
    event_id is not null and lead_id is not null and event_type is not null
    and occurred_at >= :first and occurred_at < :last
    and coalesce(loaded_at >= :first and loaded_at < :last, true);

create temp table repeated_ids as select event_id from valid_events group by event_id having count(*) > 1;
create unique index temp.repeated_id on repeated_ids (event_id);
create unique index temp.lead_id on staged_leads (lead_id);

create temp table matches as
with latest as (
    select event_id, lead_id, event_type, occurred_at, loaded_at, asset, is_bot
    from (
        select *, row_number() over (partition by event_id order by {events_order}) as version_rank
        from valid_events
        where event_id in (select event_id from repeated_ids)
    )
    where version_rank = 1
    union all
    select * from valid_events where event_id not in (select event_id from repeated_ids)
)
select
    staged_leads.lead, behavior_rules.rule_id, award_per, max_awards, keeps_active, occurred_at,
    case award_per when 'item' then asset when 'event' then event_id end as item,
    (occurred_at + 32400000000) / 86400000000 as local_day
from latest
join staged_leads on latest.lead_id = staged_leads.lead_id and staged_leads.created_at <= :as_of
join behavior_rules
    on latest.event_type = behavior_rules.event_type
    and coalesce(asset, '') like coalesce(nullif(asset_pattern, ''), '%')
where is_bot = 0 and occurred_at <= :as_of;
"""

SCORING = """
create temp table active_days as
select lead, local_day, min(occurred_at) as first_at, max(occurred_at) as last_at
from matches where keeps_active = 'true' group by lead, local_day;

create temp table running as
with spans as (
    select lead, first_at, last_at from active_days
    union all
    select lead, created_at, created_at from staged_leads where created_at <= :as_of
),
ordered as (
    select
        lead, first_at, last_at,
        max(last_at) over (
            partition by lead order by first_at, last_at rows between unbounded preceding and 1 preceding
        ) as previous_at
    from spans
)
select lead, max(case when coalesce(first_at - previous_at >= :reset, true) then first_at end) as started_at
from ordered group by lead having max(last_at) + :reset > :as_of;
create unique index temp.running_lead on running (lead);

create temp table behavior as
with awards as (
    select matches.lead, rule_id, max_awards, min(occurred_at) as awarded_at
    from matches join running on matches.lead = running.lead and occurred_at >= started_at
    group by matches.lead, rule_id, max_awards, item, case award_per when 'day' then local_day end
),
numbered as (
    select *, row_number() over (partition by lead, rule_id order by awarded_at) as award_number from awards
)
select
    lead,
    sum(points * (100 - coalesce(min(
        100, decay_percent * ((:as_of - awarded_at) / (decay_every_days * 86400000000))
    ), 0)) / 100) as behavior_score
from numbered join behavior_rules using (rule_id)
where numbered.max_awards = '' or award_number <= cast(numbered.max_awards as integer)
group by lead;
create unique index temp.behavior_lead on behavior (lead);

create temp table recency as
select lead, sum(points) as recency_score
from (
    select lead, points
    from active_days join recency_rules on last_at > :as_of - window_days * 86400000000
    group by lead, rule_id having count(*) >= cast(min_active_days as integer)
)
group by lead;
create unique index temp.recency_lead on recency (lead);
"""

RESULT = """
with scored as (
    select
        lead_id, {attribute_score} as attribute_score, coalesce(behavior_score, 0) as behavior_score,
        coalesce(recency_score, 0) as recency_score, coalesce({is_out}, false) as is_out
    from staged_leads left join behavior using (lead) left join recency using (lead)
    where created_at <= :as_of
),
totalled as (
    select *, case when is_out then 0 else max(attribute_score + behavior_score + recency_score, 0) end as total_score
    from scored
)
select
    lead_id, attribute_score, behavior_score, recency_score, total_score,
    case when is_out then 'disqualified' else (
        select tier from tiers where min_score <= total_score order by min_score desc limit 1
    ) end as tier
from totalled
"""


def score(raw: Path, as_of: datetime, result: Path) -> None:
    """Compute the three axes, the total and the tier per lead."""
    (reset,) = read("reset_rules")
    values = {
        "as_of": microseconds(as_of),
        "first": microseconds(FIRST_MOMENT),
        "last": microseconds(LAST_MOMENT),
        "reset": int(reset["inactive_days"]) * 86400 * MILLION,
    }
    attribute_score = " + ".join(
        f"case when {condition(rule)} then {millionths(rule['points'])} else 0 end" for rule in read("attribute_rules")
    )
    is_out = " or ".join(condition(rule) for rule in read("disqualification_rules"))
    orders = {f"{name}_order": " desc, ".join(order) + " desc" for name, order in VERSION_ORDER.items()}
    connection = sqlite3.connect(":memory:")
    for name in ("behavior_rules", "recency_rules", "tiers"):
        load_rules(connection, name)
    for name in COLUMNS:
        load(connection, name, raw)
    for statement in (STAGING.format(**orders) + SCORING).split(";"):
        connection.execute(statement, values)
    rows = connection.execute(RESULT.format(attribute_score=attribute_score, is_out=is_out), values).fetchall()
    lead_id, *scores, tier = zip(*rows, strict=True)
    names = ["attribute_score", "behavior_score", "recency_score", "total_score"]
    points = {name: [value / MILLION for value in column] for name, column in zip(names, scores, strict=True)}
    pq.write_table(pa.table({"lead_id": lead_id, **points, "tier": tier}), result)


def microseconds(moment: datetime) -> int:
    """Return a UTC time as microseconds since 1970."""
    return int(moment.replace(tzinfo=UTC).timestamp()) * MILLION


def load_rules(connection: sqlite3.Connection, name: str) -> None:
    """Load one rule file, points as millionths."""
    rows = read(name)
    for row in rows:
        row |= {key: millionths(row[key]) for key in ("points", "min_score") if key in row}
    insert(connection, name, list(rows[0]), [list(row.values()) for row in rows])


def load(connection: sqlite3.Connection, name: str, raw: Path) -> None:
    """Load one raw table, batch by batch, times as microseconds."""
    for batch in pq.ParquetFile(raw / f"{name}.parquet").iter_batches(100_000, columns=COLUMNS[name]):
        columns = [batch.column(column) for column in COLUMNS[name]]
        columns = [c.cast(pa.int64()) if pa.types.is_timestamp(c.type) else c for c in columns]
        insert(connection, name, COLUMNS[name], zip(*(c.to_pylist() for c in columns), strict=True))


def insert(connection: sqlite3.Connection, name: str, columns: Sequence[str], rows: object) -> None:
    """Insert rows into a table, made if missing."""
    connection.execute(f"create table if not exists {name} ({', '.join(columns)})")
    connection.executemany(f"insert into {name} values ({', '.join('?' * len(columns))})", rows)


def condition(rule: dict[str, str]) -> str:
    """Return what an attribute rule asks for, as SQL."""
    column = rule["attribute"]
    if rule["value"]:
        return "(" + " or ".join(f"{column} like lower('{part}')" for part in rule["value"].split("|")) + ")"
    return f"({column} >= {rule['min_value'] or 0} and {column} < {rule['max_value'] or 'infinity'})".replace(
        f" and {column} < infinity", ""
    )
