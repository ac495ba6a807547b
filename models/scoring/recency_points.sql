-- A rule asking for k active days holds from the k-th day on, until the oldest of the latest k
-- days leaves the window, so both ends of an interval follow from neighbouring days.
with

-- one active day is any activity; several must lie on different dates
activity as (

    select
        lead_id,
        first_at,
        last_at,
        false as is_whole_date
    from {{ ref('active_spans') }}
    union all
    select
        lead_id,
        first_at,
        last_at,
        true as is_whole_date
    from {{ ref('active_days') }}

),

days as (

    select
        *,
        row_number() over (partition by lead_id, is_whole_date order by first_at) as day_number,
        lag(last_at) over (partition by lead_id, is_whole_date order by first_at) as previous_last_at,
        lead(first_at) over (partition by lead_id, is_whole_date order by first_at) as next_first_at
    from activity

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
    inner join {{ ref('recency_rules') }} as rules on days.is_whole_date = (coalesce(rules.min_active_days, 1) > 1)
    inner join days as oldest
        on
            days.lead_id = oldest.lead_id
            and days.is_whole_date = oldest.is_whole_date
            and days.day_number - coalesce(rules.min_active_days, 1) + 1 = oldest.day_number
    inner join {{ ref('engagement_episodes') }} as episodes
        on
            days.lead_id = episodes.lead_id
            and days.first_at >= episodes.started_at
            and days.first_at <= episodes.last_activity_at
    where rules.points <> 0

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
        'recency' as axis,
        counted.rule_id,
        edges.entry_type,
        case when edges.entry_type = 'start' then counted.points else -counted.points end as points,
        {{ no_event() }},
        counted.episode
    from counted
    cross join edges
    where
        counted.holds_until > counted.first_at
        and case
            when edges.entry_type = 'start'
                then counted.held_until is null or counted.held_until < counted.first_at
            else counted.next_first_at is null or counted.holds_until < counted.next_first_at
        end

)

select * from recency_points
