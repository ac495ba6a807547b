-- A rule asking for k active days holds from the k-th day on, until the oldest of the latest k
-- days leaves the window. Both ends of every interval follow from neighbouring days, so one sort
-- of active_days serves all rules.
with

days as (

    select
        lead_id,
        first_at,
        last_at,
        row_number() over (partition by lead_id order by first_at) as day_number,
        lag(last_at) over (partition by lead_id order by first_at) as previous_last_at,
        lead(first_at) over (partition by lead_id order by first_at) as next_first_at
    from {{ ref('active_days') }}

),

rules as (

    select
        rule_id,
        window_days,
        points,
        coalesce(min_active_days, 1) as min_active_days
    from {{ ref('recency_rules') }}
    where points <> 0

),

counted as (

    select
        days.lead_id,
        rules.rule_id,
        rules.points,
        days.first_at,
        days.next_first_at,
        episodes.episode,
        {{ add_days('oldest.last_at', 'rules.window_days') }} as holds_until,
        {{ add_days('oldest.previous_last_at', 'rules.window_days') }} as held_until
    from days
    cross join rules
    inner join days as oldest
        on
            days.lead_id = oldest.lead_id
            and days.day_number - rules.min_active_days + 1 = oldest.day_number
    inner join {{ ref('engagement_episodes') }} as episodes
        on
            days.lead_id = episodes.lead_id
            and days.first_at >= episodes.started_at
            and days.first_at <= episodes.last_activity_at

),

edges as (

    select
        lead_id,
        first_at as effective_at,
        rule_id,
        'start' as entry_type,
        points,
        episode
    from counted
    where holds_until > first_at and (held_until is null or held_until < first_at)
    union all
    select
        lead_id,
        holds_until as effective_at,
        rule_id,
        'end' as entry_type,
        -points as points,
        episode
    from counted
    where holds_until > first_at and (next_first_at is null or holds_until < next_first_at)

),

recency_points as (

    select
        lead_id,
        effective_at,
        'recency' as axis,
        rule_id,
        entry_type,
        points,
        cast(null as {{ dbt.type_string() }}) as event_id,
        cast(null as {{ dbt.type_string() }}) as asset,
        episode
    from edges

)

select * from recency_points
