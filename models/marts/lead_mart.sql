with

leads as (

    select * from {{ ref('stg_leads') }}
    where created_at <= {{ as_of() }}

),

scores as (

    select * from {{ ref('lead_scores') }}

),

tiers as (

    select * from {{ ref('tiers') }}

),

current_stays as (

    select * from {{ ref('tier_stays') }}
    where entered_at <= {{ as_of() }} and (left_at is null or left_at > {{ as_of() }})

),

handoffs as (

    select * from {{ ref('sales_handoffs') }}
    where is_latest

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
        cast(scores.attribute_score as numeric(18, 6)) as attribute_score,
        cast(scores.behavior_score as numeric(18, 6)) as behavior_score,
        cast(scores.recency_score as numeric(18, 6)) as recency_score,
        cast(scores.raw_score as numeric(18, 6)) as raw_score,
        cast(scores.total_score as numeric(18, 6)) as total_score,
        cast(scores.tier as {{ dbt.type_string() }}) as tier,
        cast(
            case when scores.is_disqualified then '対象外' else tiers.label end as {{ dbt.type_string() }}
        ) as tier_label,
        cast(
            case when scores.is_disqualified then 'スコアリング対象外' else tiers.action end as {{ dbt.type_string() }}
        ) as next_action,
        scores.is_disqualified,
        cast(scores.disqualification_reason as {{ dbt.type_string() }}) as disqualification_reason,
        scores.is_dormant,
        scores.last_activity_at,
        scores.days_since_activity,
        scores.resets_at,
        scores.points_lost_to_resets,
        current_stays.entered_at as tier_since,
        top_reasons.top_reasons,
        handoffs.handed_off_at,
        handoffs.sla_due_at,
        handoffs.first_touch_at,
        cast(handoffs.sla_status as {{ dbt.type_string() }}) as sla_status,
        stale_leads.lead_id is not null as is_stale,
        cast(stale_leads.stale_reason as {{ dbt.type_string() }}) as stale_reason,
        {{ as_of() }} as as_of,
        rules_version.rules_version
    from leads
    inner join scores on leads.lead_id = scores.lead_id
    left join tiers on scores.tier = tiers.tier and not scores.is_disqualified
    left join current_stays on leads.lead_id = current_stays.lead_id
    left join {{ ref('lead_top_reasons') }} as top_reasons on leads.lead_id = top_reasons.lead_id
    left join handoffs on leads.lead_id = handoffs.lead_id
    left join {{ ref('stale_leads') }} as stale_leads on leads.lead_id = stale_leads.lead_id
    cross join {{ ref('rules_version') }} as rules_version

)

select * from lead_mart
