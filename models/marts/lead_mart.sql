with

leads as (

    select * from {{ ref('stg_leads') }}
    where created_at <= {{ as_of() }}

),

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

tiered as (

    select
        totals.*,
        case when totals.is_disqualified then 'disqualified' else tier_bands.tier end as tier
    from totals
    left join {{ ref('tier_bands') }} as tier_bands on {{ is_in_tier_band('totals', 'tier_bands') }}

),

lead_mart as (

    select
        leads.lead_id,
        leads.email,
        leads.company_name,
        leads.industry,
        leads.employee_count,
        leads.job_title,
        leads.region,
        leads.segment,
        leads.created_at,
        cast(tiered.attribute_score as numeric(18, 6)) as attribute_score,
        cast(tiered.behavior_score as numeric(18, 6)) as behavior_score,
        cast(tiered.recency_score as numeric(18, 6)) as recency_score,
        cast(tiered.raw_score as numeric(18, 6)) as raw_score,
        cast(tiered.total_score as numeric(18, 6)) as total_score,
        cast(tiered.tier as {{ dbt.type_string() }}) as tier,
        cast(
            case when tiered.is_disqualified then '対象外' else tiers.label end as {{ dbt.type_string() }}
        ) as tier_label,
        cast(
            case when tiered.is_disqualified then 'スコアリング対象外' else tiers.action end as {{ dbt.type_string() }}
        ) as next_action,
        tiered.is_disqualified,
        cast(tiered.disqualification_reason as {{ dbt.type_string() }}) as disqualification_reason,
        tiered.is_dormant,
        tiered.last_activity_at,
        tiered.days_since_activity,
        tiered.resets_at,
        tiered.points_lost_to_resets,
        tier_since.tier_since,
        top_reasons.top_reasons,
        {{ as_of() }} as as_of,
        rules_version.rules_version
    from leads
    inner join tiered on leads.lead_id = tiered.lead_id
    left join {{ ref('tiers') }} as tiers on tiered.tier = tiers.tier and not tiered.is_disqualified
    left join {{ ref('lead_tier_since') }} as tier_since on leads.lead_id = tier_since.lead_id
    left join {{ ref('lead_top_reasons') }} as top_reasons on leads.lead_id = top_reasons.lead_id
    cross join {{ ref('rules_version') }} as rules_version

)

select * from lead_mart
