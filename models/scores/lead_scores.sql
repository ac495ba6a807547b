with

scores as (

    select
        attribute_score.lead_id,
        attribute_score.attribute_score,
        behavior_score.behavior_score,
        recency_score.recency_score,
        attribute_score.attribute_score + behavior_score.behavior_score + recency_score.recency_score as raw_score,
        attribute_score.is_disqualified,
        attribute_score.disqualification_reason,
        recency_score.is_dormant,
        recency_score.last_activity_at,
        recency_score.days_since_activity,
        behavior_score.resets_at,
        behavior_score.points_lost_to_resets
    from {{ ref('attribute_score') }} as attribute_score
    inner join {{ ref('behavior_score') }} as behavior_score on attribute_score.lead_id = behavior_score.lead_id
    inner join {{ ref('recency_score') }} as recency_score on attribute_score.lead_id = recency_score.lead_id

),

totals as (

    select
        *,
        {{ total_score('raw_score', 'is_disqualified') }} as total_score
    from scores

),

lead_scores as (

    select
        totals.lead_id,
        totals.attribute_score,
        totals.behavior_score,
        totals.recency_score,
        cast(totals.raw_score as numeric(18, 6)) as raw_score,
        cast(totals.total_score as numeric(18, 6)) as total_score,
        case when totals.is_disqualified then 'disqualified' else tier_bands.tier end as tier,
        totals.is_disqualified,
        totals.disqualification_reason,
        totals.is_dormant,
        totals.last_activity_at,
        totals.days_since_activity,
        totals.resets_at,
        totals.points_lost_to_resets
    from totals
    left join {{ ref('tier_bands') }} as tier_bands on {{ is_in_tier_band('totals', 'tier_bands') }}

)

select * from lead_scores
