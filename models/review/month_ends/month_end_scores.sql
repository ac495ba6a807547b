with

month_ends as (

    select
        month,
        month_end_at,
        is_mature,
        {{ add_days('month_end_at', var('outcome_horizon_days')) }} as horizon_ends_at
    from {{ ref('month_ends') }}

),

outcomes as (

    select * from {{ ref('lead_outcomes') }}

),

history as (

    select * from {{ ref('score_history') }}
    where {{ is_among('touched_leads') }} or {{ has_new_month() }}

),

-- a lead with an opportunity is left out from then on: its score is partly its result
scored as (

    select
        month_ends.month,
        month_ends.month_end_at,
        month_ends.is_mature,
        month_ends.horizon_ends_at,
        history.lead_id,
        history.attribute_score,
        history.behavior_score,
        history.recency_score,
        history.total_score,
        history.tier,
        outcomes.first_touch_at,
        case when outcomes.first_opportunity_at < month_ends.horizon_ends_at then outcomes.first_opportunity_at end
            as opportunity_at
    from month_ends
    inner join history
        on
            month_ends.month_end_at > history.valid_from
            and (history.valid_to is null or month_ends.month_end_at <= history.valid_to)
    inner join outcomes on history.lead_id = outcomes.lead_id and month_ends.month_end_at > outcomes.created_at
    where
        not history.is_disqualified
        and (outcomes.first_opportunity_at is null or outcomes.first_opportunity_at >= month_ends.month_end_at)

),

wins as (

    select
        scored.month,
        scored.lead_id
    from scored
    inner join {{ ref('stg_opportunities') }} as opportunities on scored.lead_id = opportunities.lead_id
    where
        opportunities.is_won
        and opportunities.created_at < scored.horizon_ends_at
        and coalesce(opportunities.closed_at, opportunities.created_at) >= scored.month_end_at
        and coalesce(opportunities.closed_at, opportunities.created_at) < scored.horizon_ends_at
    group by scored.month, scored.lead_id

),

month_end_scores as (

    select
        scored.month,
        scored.month_end_at,
        scored.is_mature,
        scored.lead_id,
        scored.attribute_score,
        scored.behavior_score,
        scored.recency_score,
        scored.total_score,
        scored.tier,
        tiers.sla_hours is not null as is_handoff_tier,
        case when scored.is_mature then scored.opportunity_at is not null end as has_opportunity,
        case when scored.is_mature then wins.lead_id is not null end as is_won,
        case
            when scored.is_mature
                then coalesce(
                    scored.first_touch_at < coalesce(scored.opportunity_at, scored.horizon_ends_at), false
                )
        end as is_worked
    from scored
    left join {{ ref('tiers') }} as tiers on scored.tier = tiers.tier
    left join wins on scored.month = wins.month and scored.lead_id = wins.lead_id

)

select * from month_end_scores
