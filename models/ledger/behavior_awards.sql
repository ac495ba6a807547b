with

-- the second condition is always true, as in `award_moments` (200 M events: 21 s, not 48 s)
award_moments as (

    select * from {{ ref('award_moments') }}
    where reset_at is null or awarded_at < reset_at

),

event_matches as (

    select * from {{ ref('event_matches') }}
    where not is_bot

),

-- several events may share the moment: of a day or an item only one of them earns
candidates as (

    select
        award_moments.lead_id,
        award_moments.episode,
        award_moments.reset_at,
        award_moments.rule_id,
        event_matches.event_id,
        event_matches.asset,
        award_moments.awarded_at,
        event_matches.recorded_at,
        event_matches.points,
        event_matches.max_awards,
        event_matches.award_per,
        row_number() over (
            partition by
                award_moments.lead_id, award_moments.rule_id, award_moments.awarded_at, award_moments.award_item
            order by event_matches.event_id
        ) as occurrence
    from award_moments
    inner join event_matches
        on
            award_moments.lead_id = event_matches.lead_id
            and award_moments.rule_id = event_matches.rule_id
            and award_moments.awarded_at = event_matches.occurred_at
    where
        event_matches.award_per <> 'item'
        or {{ is_same('award_moments.award_item', 'event_matches.asset') }}

),

numbered as (

    select
        *,
        cast(
            row_number() over (partition by lead_id, rule_id, episode order by awarded_at, event_id)
            as {{ dbt.type_bigint() }}
        ) as award_number
    from candidates
    where occurrence = 1 or award_per = 'event'

),

behavior_awards as (

    select
        lead_id,
        episode,
        reset_at,
        rule_id,
        event_id,
        asset,
        awarded_at,
        recorded_at,
        points,
        award_number,
        max_awards
    from numbered
    where max_awards is null or award_number <= max_awards

)

select * from behavior_awards
