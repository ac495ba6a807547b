-- One state per lead and tier with a deadline: armed at first, disarmed by a hand-off, armed again
-- by a period in which the lead has cooled down. So a lead that enters the tier again is handed
-- over only if it has cooled down since it entered last.
with

history as (

    select * from {{ ref('score_history') }}

),

visited as (

    select distinct
        stays.lead_id,
        stays.tier,
        coalesce(tiers.rearm_below, tiers.min_score) as rearm_below
    from {{ ref('tier_stays') }} as stays
    inner join {{ ref('tiers') }} as tiers on stays.tier = tiers.tier
    where tiers.sla_hours is not null

),

judged as (

    select
        visited.lead_id,
        visited.tier,
        history.valid_from,
        history.attribute_score,
        history.behavior_score,
        history.recency_score,
        history.total_score,
        case
            when history.is_disqualified then 'disqualified'
            when history.is_dormant then 'dormant'
            when history.total_score < visited.rearm_below then 'score_fell'
        end as rearm_reason
    from visited
    inner join history on visited.lead_id = history.lead_id

),

counted as (

    select
        *,
        count(rearm_reason) over (
            partition by lead_id, tier order by valid_from rows between unbounded preceding and current row
        ) as times_rearmed
    from judged

),

entries as (

    select
        counted.*,
        lag(counted.times_rearmed) over (
            partition by counted.lead_id, counted.tier order by counted.valid_from
        ) as times_rearmed_before
    from counted
    inner join {{ ref('tier_stays') }} as stays
        on counted.lead_id = stays.lead_id and counted.tier = stays.tier and counted.valid_from = stays.entered_at

),

handoff_openings as (

    select
        {{ dbt.hash(
            "cast(entries.valid_from as " ~ dbt.type_string() ~ ") || '|' || entries.tier || '|' || entries.lead_id"
        ) }} as handoff_id,
        entries.lead_id,
        entries.tier,
        entries.valid_from as handed_off_at,
        entries.total_score,
        entries.attribute_score,
        entries.behavior_score,
        entries.recency_score,
        rearming.valid_from as rearmed_at,
        rearming.rearm_reason,
        lead(entries.valid_from) over (partition by entries.lead_id order by entries.valid_from) as next_handed_off_at
    from entries
    left join counted as rearming
        on
            entries.lead_id = rearming.lead_id
            and entries.tier = rearming.tier
            and entries.times_rearmed + 1 = rearming.times_rearmed
            and rearming.rearm_reason is not null
    where entries.times_rearmed > coalesce(entries.times_rearmed_before, -1)

)

select * from handoff_openings
