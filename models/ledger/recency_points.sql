-- A rule asking for k active days holds from the k-th day on, until the oldest of the latest k
-- days leaves the window, so both ends of an interval follow from neighbouring days.
{%- set same_rule = "days.lead_id = {0}.lead_id and days.rule_id = {0}.rule_id" %}
with

recency_rules as (

    select
        rule_id,
        window_days,
        points,
        cast(coalesce(min_active_days, 1) as {{ dbt.type_int() }}) as min_active_days
    from {{ ref('recency_rules') }}
    where points <> 0

),

-- one active day is any activity (a date of 25 hours has two spans), several are several dates
spans as (

    select
        *,
        lag(last_at) over (partition by lead_id order by first_at) as previous_last_at,
        lead(first_at) over (partition by lead_id order by first_at) as next_first_at
    from {{ ref('active_spans') }}

),

-- a local date may have two spans, see `active_spans`
active_days as (

    select
        lead_id,
        active_date,
        min(first_at) as first_at,
        max(last_at) as last_at
    from {{ ref('active_spans') }}
    group by lead_id, active_date

),

days as (

    select
        active_days.*,
        rules.*,
        lead(active_days.first_at) over (
            partition by active_days.lead_id, rules.rule_id order by active_days.first_at
        ) as next_first_at,
        row_number() over (partition by active_days.lead_id, rules.rule_id order by active_days.first_at) as day_number
    from active_days
    inner join recency_rules as rules on rules.min_active_days > 1

),

counted as (

    select
        spans.lead_id,
        rules.rule_id,
        rules.points,
        spans.first_at,
        spans.next_first_at,
        {{ add_days('spans.last_at', 'rules.window_days') }} as holds_until,
        {{ add_days('spans.previous_last_at', 'rules.window_days') }} as held_until
    from spans
    inner join recency_rules as rules on rules.min_active_days <= 1
    union all
    select
        days.lead_id,
        days.rule_id,
        days.points,
        days.first_at,
        days.next_first_at,
        {{ add_days('oldest.last_at', 'days.window_days') }} as holds_until,
        {{ add_days('before_oldest.last_at', 'days.window_days') }} as held_until
    from days
    inner join days as oldest
        on {{ same_rule.format('oldest') }} and days.day_number - days.min_active_days + 1 = oldest.day_number
    left join days as before_oldest
        on {{ same_rule.format('before_oldest') }} and days.day_number - days.min_active_days = before_oldest.day_number

),

edges as (

    select 'start' as entry_type
    union all
    select 'end' as entry_type

),

recency_points as (

    select
        counted.lead_id,
        case when edges.entry_type = 'start' then counted.first_at else counted.holds_until end as effective_at,
        counted.rule_id,
        edges.entry_type,
        cast(counted.points * case edges.entry_type when 'start' then 1 else -1 end as numeric(18, 6)) as points,
        episodes.episode
    from counted
    inner join edges
        on case
            when edges.entry_type = 'start' then coalesce(counted.held_until < counted.first_at, true)
            else coalesce(counted.holds_until < counted.next_first_at, true)
        end
    inner join {{ ref('engagement_episodes') }} as episodes
        on
            counted.lead_id = episodes.lead_id
            and counted.first_at >= episodes.started_at
            and counted.first_at <= episodes.last_activity_at
    where counted.holds_until > counted.first_at

)

select * from recency_points
